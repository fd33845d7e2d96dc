/** The notebooks that `huntbook new` starts from: those that come with Huntbook, and an almost empty one. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Notebook, NotebookCell } from "../notebook/runner/index.js";
import { findParameters, parseNotebook } from "../notebook/runner/index.js";
import { readText } from "./file.js";

export interface Template {
  readonly name: string;
  /** The first heading. */
  readonly title: string;
  /** The first paragraph of the first text, as plain text; may be empty. */
  readonly description: string;
  readonly parameters: readonly string[];
  /** Without outputs. */
  readonly notebook: Notebook;
}

export const blankName = "blank";

/** Sorted by name, the blank one first. @throws HuntError `notebook/invalid` for a broken file of the gallery */
export async function listTemplates(galleryDir: string): Promise<readonly Template[]> {
  const names = await readdir(galleryDir).catch((): string[] => []);
  const found = [toTemplate(blankName, blankNotebook())];
  for (const file of names.filter(n => n.endsWith(".ipynb")).sort()) {
    const notebook = parseNotebook(await readText(join(galleryDir, file)), file);
    found.push(toTemplate(file.slice(0, -".ipynb".length), notebook));
  }
  return found;
}

function toTemplate(name: string, notebook: Notebook): Template {
  const cells = notebook.cells.map(c => ({ ...c, outputs: [], executionCount: null }));
  const text = cells.find(c => c.cellType === "markdown")?.source ?? "";
  const title = /^#\s+(.+)$/m.exec(text)?.[1] ?? name;
  return {
    name,
    title,
    description: firstParagraph(text),
    parameters: findParameters(notebook).map(p => p.name),
    notebook: { ...notebook, cells },
  };
}

/** Without emphasis and the addresses of links. */
function firstParagraph(markdown: string): string {
  const paragraphs = markdown.split(/\n\s*\n/).map(p => p.trim());
  const first = paragraphs.find(p => p !== "" && !/^[#>|\-*`]/.test(p)) ?? "";
  return first
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`]{1,3}(\S[^*_`]*)[*_`]{1,3}/g, "$1")
    .replace(/\s+/g, " ");
}

function blankNotebook(): Notebook {
  const cell = (id: string, cellType: "code" | "markdown", source: string, tags?: readonly string[]): NotebookCell => ({
    id,
    cellType,
    source,
    metadata: tags === undefined ? {} : { tags },
    executionCount: null,
    outputs: [],
    rest: {},
  });
  return {
    metadata: {
      kernelspec: { display_name: "TypeScript (Huntbook)", language: "typescript", name: "huntbook" },
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
    },
    rest: {},
    cells: [
      cell("title", "markdown", "# New hunt\n\nWhat is suspected, where it would show, what would disprove it."),
      cell("parameters", "code", 'const host = "";', ["parameters"]),
      cell("first-look", "code", "%%kql\nSigninLogs\n| summarize count() by ResultType\n| order by count_ desc"),
    ],
  };
}
