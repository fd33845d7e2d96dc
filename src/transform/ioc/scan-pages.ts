/** Scanning the cells of a frame page by page: in this thread, or in another one that `session` lends. */
import type { ColumnBatch } from "../../frame/append-columns.js";
import { createScanner, scanText, StagedIocs, type ExtractOptions } from "./extract.js";
import type { IocScanner } from "./scan.js";

/** What is looked for; plain data. */
export interface ScanJob {
  readonly types: readonly string[];
  readonly options: ExtractOptions;
}

/** Texts of consecutive rows, column by column. */
export interface TextPage {
  readonly first: number;
  readonly cells: readonly (readonly string[])[];
}

/** What a page holds, in the order of its rows, and the words that were not there before. */
export interface ScannedPage {
  readonly batch: ColumnBatch;
  readonly words: readonly string[];
}

/** Scans pages in their order. Rejects, and stops reading pages, when the work cannot be done. */
export type ScanPages = (job: ScanJob, pages: AsyncIterable<TextPage>) => AsyncIterable<ScannedPage>;

/** The scan of one job: words have the same numbers in all its pages. */
export class PageScanner {
  readonly #scanner: IocScanner;
  readonly #staged = new StagedIocs();
  #told = 0;

  constructor({ types, options }: ScanJob) {
    this.#scanner = createScanner(new Set(types), options);
  }

  scan({ first, cells }: TextPage): ScannedPage {
    const rows = cells[0]?.length ?? 0;
    for (let i = 0; i < rows; i += 1)
      for (let c = 0; c < cells.length; c += 1) {
        const text = cells[c]?.[i] ?? "";
        if (text !== "") this.#staged.add(scanText(this.#scanner, text), first + i, c);
      }
    const words = this.#staged.words.slice(this.#told);
    this.#told = this.#staged.words.length;
    return { batch: this.#staged.take(), words };
  }
}

/** In this thread. */
export async function* scanPagesHere(job: ScanJob, pages: AsyncIterable<TextPage>): AsyncGenerator<ScannedPage> {
  const scanner = new PageScanner(job);
  for await (const page of pages) yield scanner.scan(page);
}
