/**
 * Outputs of notebooks in Markdown (`.hunt.md`), which have no place for them: kept for this user only, outside the notebooks'
 * folder and so outside of git.
 */
import type { Notebook } from "../../runner/notebook.js";
import { formatNotebook, parseNotebook } from "../../runner/notebook.js";
import { keepOutputs } from "../../runner/notebook-file.js";
import { PrivateCopies } from "./private-copies.js";

/** What front ends note in a notebook's metadata while they run it. */
const runKeys = ["language_info", "widgets"] as const;

export class KeptOutputs {
  readonly #copies: PrivateCopies;
  constructor(dir: string) {
    this.#copies = new PrivateCopies(dir);
  }

  /** The notebook with the outputs of the cells that are as they were when they ran. */
  async attach(file: string, notebook: Notebook): Promise<Notebook> {
    const kept = await this.#find(file);
    if (kept === undefined) return notebook;
    const noted = Object.fromEntries(runKeys.filter(k => k in kept.metadata).map(k => [k, kept.metadata[k]]));
    return { ...keepOutputs(notebook, kept), metadata: { ...noted, ...notebook.metadata } };
  }

  async keep(file: string, notebook: Notebook): Promise<void> {
    const ran = notebook.cells.some(c => c.outputs.length > 0 || c.executionCount !== null);
    if (ran) await this.#copies.keep(file, formatNotebook(notebook));
    else await this.#copies.forget(file);
  }

  moved(from: string, to: string): Promise<void> {
    return this.#copies.moved(from, to);
  }

  forget(file: string): Promise<void> {
    return this.#copies.forget(file);
  }

  /** A damaged copy is as good as none: the notebook itself is elsewhere. */
  async #find(file: string): Promise<Notebook | undefined> {
    const bytes = await this.#copies.find(file);
    try {
      return bytes === undefined ? undefined : parseNotebook(bytes.toString("utf8"), file);
    } catch {
      return undefined;
    }
  }
}

/** What belongs into the notebook's own file: nothing that changes with the machine that runs it. */
export function withoutRun(notebook: Notebook): Notebook {
  const metadata = Object.fromEntries(
    Object.entries(notebook.metadata).filter(([key]) => !(runKeys as readonly string[]).includes(key)),
  );
  return { ...notebook, metadata };
}
