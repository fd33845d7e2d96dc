/** A notebook as the API carries it: texts in one piece, where the file has lists of lines. */
import type { Notebook, NotebookCell } from "../../runner/notebook.js";

export function toWire(notebook: Notebook): object {
  return {
    ...notebook.rest,
    cells: notebook.cells.map(cell => ({
      ...cell.rest,
      cell_type: cell.cellType,
      id: cell.id,
      metadata: cell.metadata,
      source: cell.source,
      ...(cell.cellType === "code" ? { execution_count: cell.executionCount, outputs: cell.outputs } : {}),
    })),
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** What "New notebook" makes: one empty cell, for the kernel of Huntbook. */
export function blankNotebook(): Notebook {
  const cell: NotebookCell = {
    ...{ id: "first", cellType: "code", source: "", metadata: {} },
    ...{ executionCount: null, outputs: [], rest: {} },
  };
  const kernelspec = { display_name: "TypeScript (Huntbook)", language: "typescript", name: "huntbook" };
  return { metadata: { kernelspec }, cells: [cell], rest: {} };
}
