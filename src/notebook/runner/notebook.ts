/** The model of an `.ipynb` file (nbformat 4), read tolerantly and written as Jupyter writes it. */
import { parseSync } from "oxc-parser";
import { HuntError, messageOf } from "../../base/error.js";
import { positionAt } from "../../base/diagnostic.js";

export type Json = Record<string, unknown>;

export interface NotebookCell {
  readonly cellType: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string;
  readonly metadata: Json;
  /** Code cells only; null when not executed. */
  readonly executionCount: number | null;
  readonly outputs: readonly NotebookOutput[];
  /** Fields we do not know (`attachments`, …), kept as they are. */
  readonly rest: Json;
}

export type NotebookOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly output_type: "display_data"; readonly data: Json; readonly metadata: Json }
  | {
      readonly output_type: "execute_result";
      readonly data: Json;
      readonly metadata: Json;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export interface Notebook {
  readonly metadata: Json;
  readonly cells: readonly NotebookCell[];
  readonly rest: Json;
}

/**
 * Reads a notebook of nbformat 4.0 to 4.5 from its text. A byte order mark and any line ends are fine; cells without an id
 * (or with one that is taken) get one.
 *
 * @param name shown in messages, for example the file's name
 * @throws HuntError `notebook/invalid`, whose `where` is a line and column or the path of the offending value
 */
export function parseNotebook(text: string, name: string): Notebook {
  const root = asObject(parseJson(text.replace(/^\uFEFF/, ""), name), { name, path: "" });
  const at: Place = { name, path: "" };
  if (root["nbformat"] !== 4) {
    const hint = "jupyter nbconvert --to notebook --nbformat 4 converts older files";
    throw invalid(inside(at, "nbformat"), `must be 4, not ${describe(root["nbformat"])}`, hint);
  }
  const { nbformat, nbformat_minor, metadata, cells, ...rest } = root;
  void nbformat;
  void nbformat_minor;
  if (!Array.isArray(cells)) throw invalid(inside(at, "cells"), `must be a list, not ${describe(cells)}`);
  const ids = new Set<string>();
  return {
    metadata: metadata === undefined ? {} : asObject(metadata, inside(at, "metadata")),
    cells: cells.map((cell, i) => readCell(cell, inside(at, `cells[${i}]`), ids)),
    rest,
  };
}

/** The text of a notebook's file: nbformat 4.5, indented by one blank, text as lists of lines, a line end at the end. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(cell => {
    const code = cell.cellType === "code";
    return sortKeys({
      ...cell.rest,
      cell_type: cell.cellType,
      id: cell.id,
      metadata: cell.metadata,
      source: toLines(cell.source),
      ...(code ? { execution_count: cell.executionCount, outputs: cell.outputs.map(formatOutput) } : {}),
    });
  });
  const root = { ...notebook.rest, cells, metadata: notebook.metadata, nbformat: 4, nbformat_minor: 5 };
  return JSON.stringify(root, undefined, 1) + "\n";
}

/** The tags of a cell, as papermill and nbclient read them. */
export function cellTags(cell: NotebookCell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.filter(t => typeof t === "string") : [];
}

/** The id itself, or with a number behind it when it is taken already. */
export function freeId(wanted: string, taken: { has(id: string): boolean }): string {
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(id)) return id;
  }
}

interface Place {
  readonly name: string;
  readonly path: string;
}
const inside = (at: Place, key: string): Place => ({ name: at.name, path: at.path === "" ? key : `${at.path}.${key}` });

function invalid(at: Place, problem: string, hint?: string): HuntError {
  const options = { where: at.path, ...(hint === undefined ? {} : { hint }) };
  return new HuntError("notebook/invalid", `'${at.name}' is not a notebook: '${at.path}' ${problem}`, options);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const offset = /at position (\d+)/.exec(messageOf(cause))?.[1] ?? findSyntaxError(text) ?? text.length;
    const { line, column } = positionAt(text, Number(offset));
    const empty = text.trim() === "";
    throw new HuntError(
      "notebook/invalid",
      `'${name}' is not a notebook: ${empty ? "it is empty" : "it is not JSON"}`,
      {
        cause,
        where: `${name}:${line}:${column}`,
        hint: "huntbook new FILE.ipynb writes an empty notebook",
      },
    );
  }
}

/** V8 often does not say where JSON breaks; what is no JavaScript expression is no JSON either. */
function findSyntaxError(text: string): number | undefined {
  const start = parseSync("notebook.js", `(${text}\n)`).errors[0]?.labels[0]?.start;
  return start === undefined ? undefined : Math.min(Math.max(0, start - 1), text.length);
}

function readCell(value: unknown, at: Place, ids: Set<string>): NotebookCell {
  const { cell_type, id, source, metadata, execution_count, outputs, ...rest } = asObject(value, at);
  if (cell_type !== "code" && cell_type !== "markdown" && cell_type !== "raw") {
    throw invalid(inside(at, "cell_type"), `must be "code", "markdown" or "raw", not ${describe(cell_type)}`);
  }
  const valid = typeof id === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(id) && !ids.has(id);
  const ownId = valid ? id : freeId(`cell-${ids.size + 1}`, ids);
  ids.add(ownId);
  const code = cell_type === "code";
  if (code && outputs !== undefined && !Array.isArray(outputs))
    throw invalid(inside(at, "outputs"), `must be a list, not ${describe(outputs)}`);
  return {
    cellType: cell_type,
    id: ownId,
    source: readText(source, inside(at, "source")),
    metadata: metadata === undefined ? {} : asObject(metadata, inside(at, "metadata")),
    executionCount: code && Number.isInteger(execution_count) ? (execution_count as number) : null,
    outputs: code ? ((outputs ?? []) as unknown[]).map((o, i) => readOutput(o, inside(at, `outputs[${i}]`))) : [],
    rest,
  };
}

function readOutput(value: unknown, at: Place): NotebookOutput {
  const output = asObject(value, at);
  const data = () => readBundle(output["data"] ?? {}, inside(at, "data"));
  const metadata = () => asObject(output["metadata"] ?? {}, inside(at, "metadata"));
  switch (output["output_type"]) {
    case "stream":
      return {
        output_type: "stream",
        name: output["name"] === "stderr" ? "stderr" : "stdout",
        text: readText(output["text"], inside(at, "text")),
      };
    case "display_data":
      return { output_type: "display_data", data: data(), metadata: metadata() };
    case "execute_result": {
      const count = output["execution_count"];
      return {
        output_type: "execute_result",
        data: data(),
        metadata: metadata(),
        execution_count: Number.isInteger(count) ? (count as number) : null,
      };
    }
    case "error": {
      const traceback = Array.isArray(output["traceback"]) ? output["traceback"] : [];
      return {
        output_type: "error",
        ename: readText(output["ename"] ?? "", inside(at, "ename")),
        evalue: readText(output["evalue"] ?? "", inside(at, "evalue")),
        traceback: traceback.map((line, i) => readText(line, inside(at, `traceback[${i}]`))),
      };
    }
    default:
      throw invalid(inside(at, "output_type"), `is ${describe(output["output_type"])}, which is no kind of output`);
  }
}

const isJsonType = (type: string) => type === "application/json" || type.endsWith("+json");

function readBundle(value: unknown, at: Place): Json {
  const bundle: Json = {};
  for (const [type, content] of Object.entries(asObject(value, at)))
    bundle[type] = isJsonType(type) ? content : readText(content, inside(at, `["${type}"]`));
  return bundle;
}

function formatOutput(output: NotebookOutput): Json {
  if (output.output_type === "stream") return sortKeys({ ...output, text: toLines(output.text) });
  if (output.output_type === "error") return sortKeys({ ...output });
  const data: Json = {};
  for (const [type, content] of Object.entries(output.data)) {
    const lines = typeof content === "string" && (type.startsWith("text/") || type === "image/svg+xml");
    data[type] = lines ? toLines(content) : content;
  }
  return sortKeys({ ...output, data });
}

function readText(value: unknown, at: Place): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every(line => typeof line === "string")) return value.join("");
  throw invalid(at, `must be text or a list of lines, not ${describe(value)}`);
}

/** `"a\nb"` → `["a\n", "b"]`, as Jupyter writes text so that it can be compared line by line. */
function toLines(text: string): string[] {
  return text === "" ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

function asObject(value: unknown, at: Place): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  if (at.path === "")
    throw new HuntError("notebook/invalid", `'${at.name}' is not a notebook: it is ${describe(value)}`);
  throw invalid(at, `must be an object, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : JSON.stringify(value).slice(0, 40);
}

function sortKeys(value: Json): Json {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
