/** Notebooks to start from, and what a template becomes when it is given a name. */
import { HuntError } from "../../base/error.js";
import type { Notebook } from "../runner/notebook.js";
import { isTextNotebook, textNotebookEnding } from "../runner/notebook-file.js";
import type { Answer } from "./answer.js";
import type { ContentsHandler } from "./contents/handler.js";
import { toWire } from "./contents/notebook-wire.js";

export interface NotebookTemplate {
  readonly name: string;
  /** The first heading. */
  readonly title: string;
  /** The first paragraph; may be empty. */
  readonly description: string;
  readonly parameters: readonly string[];
  /** Without outputs. */
  readonly notebook: Notebook;
}

export type ListTemplates = () => Promise<readonly NotebookTemplate[]>;

export interface CreateRequest {
  readonly template: string;
  /** A file name: with `.ipynb`, without, or with `.hunt.md` for a notebook in Markdown. */
  readonly name: string;
}

/**
 * Writes a new notebook into the root.
 *
 * @returns its API path
 * @throws HuntError `server/bad-request`, `server/exists`, `server/not-found`
 */
export async function createFromTemplate(
  request: CreateRequest,
  list: ListTemplates,
  contents: ContentsHandler,
): Promise<string> {
  const template = (await list()).find(t => t.name === request.template);
  if (template === undefined) throw new HuntError("server/not-found", `there is no template '${request.template}'`);
  const name = request.name.trim();
  const ending = isTextNotebook(name) ? textNotebookEnding : ".ipynb";
  const stem = name.toLowerCase().endsWith(ending) ? name.slice(0, -ending.length) : name;
  if (stem === "" || /[/\\<>:"|?*\u0000-\u001f]/.test(stem) || stem.startsWith("."))
    throw new HuntError("server/bad-request", `'${stem}' is not a name for a notebook`, {
      hint: "use letters, digits, blanks and dashes",
    });
  const path = `${stem}${ending}`;
  const ask = (method: string, query: Record<string, string>, body: object | undefined) =>
    contents({ method, path, query, body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)) });
  if ((await ask("GET", { content: "0" }, undefined)).status !== 404)
    throw new HuntError("server/exists", `'${path}' exists already`, { hint: "choose another name" });
  orThrow(await ask("PUT", {}, { type: "notebook", format: "json", content: toWire(template.notebook) }));
  return path;
}

function orThrow({ status, body }: Answer): void {
  if (status < 400) return;
  const { message, code } = JSON.parse(Buffer.from(body ?? []).toString("utf8")) as Record<string, string>;
  throw new HuntError((code ?? "server/file") as HuntError["code"], message ?? "the notebook cannot be written");
}
