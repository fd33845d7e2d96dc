/** Frame: an immutable handle on rows that live in DuckDB. */
import type { Column } from "../base/column.js";
import { describeCompleteness, type Completeness } from "../base/completeness.js";
import { HuntError } from "../base/error.js";
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import { didYouMean } from "../base/suggest.js";
import type { KqlScalar, Relation, Visualization } from "../kql/api.js";
import type { Cell, ColumnData, FrameInfo, FrameLike, Provenance, Row, RowOptions } from "./api.js";
import { cellsReader, ColumnCollector } from "./decode.js";
import { displayFrame, frameView } from "./display.js";
import { describeRows, type RowFilter, type View } from "../view/index.js";
import type { DuckDBValue } from "@duckdb/node-api";
import type { PendingFrame } from "./pending.js";
import type { PlotHost } from "./plot/host.js";
import { Plots } from "./plot/plots.js";
import type { WriteOptions, WrittenFile } from "./write/atomic-file.js";
import { writeParquet } from "./write/write-parquet.js";
import { writeCsv, writeJson, writeJsonLines, type CsvWriteOptions } from "./write/write-text.js";

/** Columns of values, column by column: a piece of a frame. */
export type ValueColumns = readonly (readonly DuckDBValue[])[];

export interface FrameKqlOptions {
  /** The name by which the text may call this frame. Default `Frame`. */
  readonly as?: string;
  /** Other frames of the session, usable by name. */
  readonly frames?: Readonly<Record<string, FrameLike>>;
  readonly scalars?: readonly KqlScalar[];
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

/** A frame whatever its rows are. */
export type FrameCore = Pick<
  Frame,
  | "columns"
  | "rowCount"
  | "completeness"
  | "provenance"
  | "visualization"
  | "name"
  | "results"
  | "relation"
  | "storeId"
  | "values"
  | "assertOpen"
  | "plotHost"
  | "toString"
>;

/** What a frame asks of the store it lives in. */
export interface FrameHost {
  readonly id: string;
  /** Rows `from <= i < to` in order, as chunks in column order. */
  page(frame: FrameCore, from: number, to: number, only?: readonly number[]): Promise<readonly ValueColumns[]>;
  kql(frame: FrameCore, text: string, options: FrameKqlOptions): PendingFrame;
  cut(frame: FrameCore, part: FramePart): PendingFrame;
  narrowed(frame: Frame, filters: readonly RowFilter[]): PendingFrame;
  drop(table: string): Promise<void>;
  scratchFile(extension: string): string;
  readonly plotHost: PlotHost;
  run(sql: string, parameters?: readonly [], signal?: AbortSignal): Promise<void>;
}

export type FramePart =
  | { readonly kind: "head"; readonly count: number }
  | { readonly kind: "tail"; readonly count: number }
  | { readonly kind: "sample"; readonly count: number; readonly seed: number };

/** How many rows an iteration holds at a time. */
const chunkRows = 8192;

/** How many rows a display shows. */
const shownRows = 20;

/**
 * A table of results: typed columns, completeness and provenance are known at once; rows stay in DuckDB until asked for.
 *
 * Rows keep the order of the query when it sorted, else the order in which they were made; it does not change.
 */
export class Frame<R extends object = Row> implements FrameLike<R> {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly completeness: Completeness;
  readonly provenance: Provenance;
  readonly visualization: Visualization | undefined;
  /** What the query calls this result (`as Name`, a leg of `fork`, a column of `facet`). */
  readonly name: string | undefined;
  readonly relation: Relation;
  readonly #host: FrameHost;
  readonly #table: string;
  #closed = false;
  #further: readonly Frame[] = [];
  #shown: Displayable | undefined;
  #selection: readonly RowFilter[] = [];

  /** For the store; everybody else gets frames from queries, `read` and `fromRows`. */
  constructor(host: FrameHost, place: FramePlace, info: FrameInfo) {
    this.#host = host;
    this.#table = place.table;
    this.relation = place.relation;
    this.columns = place.columns;
    this.rowCount = place.rowCount;
    this.completeness = info.completeness;
    this.provenance = info.provenance;
    this.visualization = info.visualization;
    this.name = info.name;
  }

  /** The id of the store that owns the frame. */
  get storeId(): string {
    return this.#host.id;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * All results of the query that made this frame, in the order of its text; this one is the first. Most queries have one;
   * `fork`, `facet` and texts of several queries have more. Displays show them all.
   *
   * @example
   * const [byHost, byUser] = (await kql`${signins} | fork (summarize count() by Host) (summarize count() by User)`).results;
   */
  get results(): readonly Frame[] {
    return [this as unknown as Frame, ...this.#further];
  }

  /** For whoever made the frame: the query's other results. They are closed with it. */
  joinResults(further: readonly Frame[]): void {
    this.#further = further;
  }

  /**
   * Runs KQL over the frame: `frame.kql("| where Result == 'Failed'")`, or a whole query that calls it `Frame`.
   *
   * @throws HuntError `kql/invalid`, `kql/not-supported`, `frame/closed`, `frame/foreign-session`, `query/…`
   */
  kql(text: string, options: FrameKqlOptions = {}): PendingFrame {
    return this.#host.kql(this, text, options);
  }

  /** The first rows. */
  head(count = 10): PendingFrame<R> {
    return this.#host.cut(this, { kind: "head", count }) as PendingFrame<R>;
  }

  /** The last rows, in order. Of a frame cut by a row limit these are not the last of the whole, and it says so. */
  tail(count = 10): PendingFrame<R> {
    return this.#host.cut(this, { kind: "tail", count }) as PendingFrame<R>;
  }

  /** Some rows, in order; the same rows for the same seed. */
  sample(count = 10, seed = 1): PendingFrame<R> {
    return this.#host.cut(this, { kind: "sample", count, seed }) as PendingFrame<R>;
  }

  /**
   * Rows as objects. Without `limit` all of them: about 1 KB of memory each.
   *
   * Shape: bool → boolean; int, real, long, timespan (ticks) and decimal → number; datetime → Date (milliseconds);
   * dynamic → parsed JSON; null → null.
   * @throws HuntError `frame/unsafe-long` for values a number cannot hold, unless `{ bigint: true }`; `frame/closed`
   */
  async rows(options: RowOptions = {}): Promise<R[]> {
    const from = Math.min(Math.max(0, Math.trunc(options.offset ?? 0)), this.rowCount);
    const to = Math.min(this.rowCount, from + Math.max(0, Math.trunc(options.limit ?? this.rowCount)));
    const rows: R[] = [];
    for (let at = from; at < to; at += chunkRows) {
      const part = await this.#rows(at, Math.min(to, at + chunkRows), options);
      for (const row of part) rows.push(row);
    }
    return rows;
  }

  /** Rows in pieces of at most 8192, so that memory stays bounded. Options as for `rows`. */
  async *chunks(options: Pick<RowOptions, "bigint"> = {}): AsyncGenerator<R[], void, void> {
    for (let at = 0; at < this.rowCount; at += chunkRows)
      yield await this.#rows(at, Math.min(this.rowCount, at + chunkRows), options);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, void> {
    for await (const chunk of this.chunks()) yield* chunk;
  }

  /**
   * One column without conversion to objects. Null strings do not exist; null elsewhere has `valid` 0.
   * @throws HuntError `frame/unknown-column`, `frame/closed`
   */
  async column(name: string & keyof R): Promise<ColumnData> {
    const index = this.columns.findIndex(c => c.name === name);
    const column = this.columns[index];
    if (column === undefined)
      throw new HuntError(
        "frame/unknown-column",
        `the frame has no column '${name}'${didYouMean(name, this.#names())}`,
        {
          hint: `columns: ${this.#names().join(", ")}`,
        },
      );
    const collector = new ColumnCollector(column.type, this.rowCount);
    for (let at = 0; at < this.rowCount; at += chunkRows)
      for (const chunk of await this.values(at, at + chunkRows)) collector.add(chunk[index] ?? []);
    return collector.finish();
  }

  /** DuckDB's values of the rows `from <= i < to`: for writers and displays; of the columns `only`, when given. */
  async values(from: number, to: number, only?: readonly number[]): Promise<readonly ValueColumns[]> {
    this.assertOpen();
    return this.#host.page(this, from, Math.min(to, this.rowCount), only);
  }

  /** Figures: `frame.plot.timeline({ groupBy: "Computer" })`, `.processTree()`, `.map()`, `.chart()`, `.heatmap()`. */
  get plot(): Plots {
    return new Plots(() => Promise.resolve(this as unknown as Frame));
  }

  /** For figures of this frame. */
  get plotHost(): PlotHost {
    return this.#host.plotHost;
  }

  /** The first rows as a view, with the banner when rows are missing; of all results of the query, unless `alone`. */
  async view(options: { readonly limit?: number; readonly alone?: boolean } = {}): Promise<View> {
    return frameView(this, options.limit ?? shownRows, options.alone);
  }

  /** What notebooks show: a view, HTML, and text. */
  async [displaySymbol](): Promise<MimeBundle> {
    return this.#shown === undefined ? displayFrame(this, shownRows) : this.#shown[displaySymbol]();
  }

  /** For whoever made the frame: it is displayed as something else (`--view timeline`); it stays what it is. */
  showAs(shown: Displayable): void {
    this.#shown = shown;
  }

  /** What is chosen on the page, in views of this frame: conditions that rows must fit; none when everything is. */
  get selection(): readonly RowFilter[] {
    return this.#selection;
  }

  /**
   * The rows that are chosen on the page: what a timeline is zoomed to, what a grid's filters keep. All rows while nothing is.
   * @example
   * const evening = await signins.selected();
   */
  selected(): PendingFrame {
    return this.#host.narrowed(this as unknown as Frame, this.#selection);
  }

  /** For the views of this frame. */
  noteSelection(filters: readonly RowFilter[]): void {
    this.#selection = filters;
  }

  /** Writes CSV or TSV; `.gz` compresses. See writeCsv. @throws HuntError `frame/file-exists`, `frame/disk-full` … */
  async toCsv(path: string, options: CsvWriteOptions = {}): Promise<WrittenFile> {
    return writeCsv(this, path, options);
  }

  /** Writes a JSON array of objects; `.gz` compresses. */
  async toJson(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return writeJson(this, path, options);
  }

  /** Writes one JSON object per line; `.gz` compresses. */
  async toJsonLines(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return writeJsonLines(this, path, options);
  }

  /** Writes Parquet with types, completeness and provenance; `read` brings them back. */
  async toParquet(path: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return writeParquet(this.#host, this, path, options);
  }

  toString(): string {
    const note = describeCompleteness(this.completeness);
    const width = this.columns.length;
    const shape = `Frame (${describeRows(this.rowCount)}, ${width} ${width === 1 ? "column" : "columns"})`;
    return note === undefined ? shape : `${shape} ${note}`;
  }

  /** Frees the rows, also those of the query's other results. Idempotent; every later use is `frame/closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#host.drop(this.#table);
    for (const other of this.#further) await other.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @throws HuntError `frame/closed` */
  assertOpen(): void {
    if (this.#closed)
      throw new HuntError("frame/closed", "this frame was closed", { hint: "run the query that made it again" });
  }

  #names(): readonly string[] {
    return this.columns.map(c => c.name);
  }

  async #rows(from: number, to: number, options: RowOptions): Promise<R[]> {
    const readers = this.columns.map(c => cellsReader(c, options));
    const rows: R[] = [];
    for (const chunk of await this.values(from, to)) {
      const cells = chunk.map((values, i) => readers[i]?.(values) ?? []);
      const count = chunk[0]?.length ?? 0;
      for (let r = 0; r < count; r += 1) rows.push(rowObject(this.columns, cells, r) as R);
    }
    return rows;
  }
}

/** Where a frame's rows are, and how many. */
export interface FramePlace {
  readonly table: string;
  readonly relation: Relation;
  readonly columns: readonly Column[];
  readonly rowCount: number;
}

/** `__proto__` must become a property like any other. */
function rowObject(columns: readonly Column[], cells: readonly (readonly Cell[])[], row: number): Row {
  const object: Row = {};
  columns.forEach(({ name }, i) => {
    const value = cells[i]?.[row] ?? null;
    if (name === "__proto__")
      Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
    else object[name] = value;
  });
  return object;
}
