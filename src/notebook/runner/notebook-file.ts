/** A notebook's file by its name: `.ipynb`, or Markdown (`.hunt.md`). */
import type { Notebook } from "./notebook.js";
import { formatNotebook, parseNotebook } from "./notebook.js";
import { formatTextNotebook, isSame, parseTextNotebook, textNotebookEnding } from "./text-notebook.js";

export { textNotebookEnding };
export const isTextNotebook = (name: string): boolean => name.toLowerCase().endsWith(textNotebookEnding);

/** @throws HuntError `notebook/invalid` */
export function parseNotebookFile(text: string, name: string): Notebook {
  return isTextNotebook(name) ? parseTextNotebook(text, name) : parseNotebook(text, name);
}

/** Without outputs, where the format has none. */
export function formatNotebookFile(notebook: Notebook, name: string): string {
  return isTextNotebook(name) ? formatTextNotebook(notebook) : formatNotebook(notebook);
}

/** A notebook with the outputs that an earlier file of it has, for the cells whose id and source are the same. */
export function keepOutputs(notebook: Notebook, before: Notebook): Notebook {
  const known = new Map(before.cells.map(c => [c.id, c]));
  const cells = notebook.cells.map(cell => {
    const old = known.get(cell.id);
    if (cell.cellType !== "code" || old?.cellType !== "code" || old.source !== cell.source) return cell;
    return { ...cell, outputs: old.outputs, executionCount: old.executionCount };
  });
  return { ...notebook, cells };
}

/**
 * The text of a notebook in Markdown whose file holds `before`: the same text, however it was laid out by hand, when the
 * notebook says the same; otherwise with its metadata in the order they had.
 */
export function reviseTextNotebook(notebook: Notebook, before: string, name: string): string {
  let old: Notebook;
  try {
    old = parseTextNotebook(before, name);
  } catch {
    // It is replaced as a whole.
    return formatTextNotebook(notebook);
  }
  const kept = isSame(notebook.metadata, old.metadata) ? { ...notebook, metadata: old.metadata } : notebook;
  const text = formatTextNotebook(kept);
  return text === formatTextNotebook(old) ? before : text;
}
