/** The shapes of Frame that other layers use. The class is in `frame.ts`. */
import type { Column, KqlType } from "../base/column.js";
import type { Completeness } from "../base/completeness.js";
import type { TimeRange } from "../base/clock.js";
import type { Displayable } from "../base/port.js";
import type { Relation, Visualization } from "../kql/api.js";

/** A value of a row as JavaScript sees it. */
export type Cell =
  | string
  | number
  | bigint
  | boolean
  /** datetime, UTC; the microseconds beyond the millisecond are kept in `column()` and in exports. */
  | Date
  | null
  /** dynamic */
  | readonly unknown[]
  | { readonly [key: string]: unknown };

export type Row = Record<string, Cell>;

/** Where a frame came from. */
export interface Provenance {
  /** The KQL as run, after parameters; undefined for files and values. */
  readonly query?: string;
  /** For people: `workspace Contoso`, `logs/a.json.gz`, `3 rows in memory`. */
  readonly source: string;
  /** The time range that applied, and what set it. */
  readonly range?: TimeRange & { readonly from: "query" | "argument" | "hunt-window" | "default" };
  /** When it ran, milliseconds since 1970 UTC, by the session's clock. */
  readonly ranAtMs: number;
  readonly tookMs: number;
  /** `pinned` when "now" was not the system's. */
  readonly clock: "system" | "pinned";
  /** True when the answer depends on now(). */
  readonly clockDependent: boolean;
}

export interface RowOptions {
  readonly limit?: number;
  readonly offset?: number;
  /** Give `long` and `decimal` as bigint/text instead of refusing values beyond 2^53. */
  readonly bigint?: boolean;
}

/** A column's values without conversion to objects: typed array and validity (1 = valid), or strings. */
export interface ColumnData {
  readonly type: KqlType;
  readonly values:
    | Float64Array
    | Int32Array
    /** long; timespan in ticks; datetime in microseconds since 1970 UTC. */
    | BigInt64Array
    | Uint8Array
    | readonly string[];
  readonly valid: Uint8Array;
}

/** The public face of a Frame; see DESIGN §4.1. */
export interface FrameLike<R extends object = Row> extends Displayable, AsyncDisposable {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly completeness: Completeness;
  readonly provenance: Provenance;
  readonly visualization: Visualization | undefined;
  /** All results of the query that made it, this one first; absent when it is the only one. */
  readonly results?: readonly FrameLike[];
  rows(options?: RowOptions): Promise<R[]>;
  column(name: string & keyof R): Promise<ColumnData>;
  close(): Promise<void>;
  /** For the compiler: where the rows are. */
  readonly relation: Relation;
}

/** What is known about rows that are about to become a frame. */
export interface FrameInfo {
  readonly completeness: Completeness;
  readonly provenance: Provenance;
  readonly visualization?: Visualization;
  /** What the query calls this result. */
  readonly name?: string;
}

/** How drivers and tables of other layers make frames. Implemented by the frame store of the session. */
export interface FrameFactory {
  /**
   * Streams batches of rows (arrays in column order) into a new frame; memory stays bounded. Values: string, number,
   * bigint, boolean, null; datetime as ISO text or Date; timespan as ticks (bigint) or Kusto text `d.hh:mm:ss.fffffff`;
   * dynamic as any JSON value or JSON text wrapped by the caller's choice of `dynamicAs`.
   *
   * `info` may be a function, called after the last batch, because completeness is often known only then.
   */
  fromBatches(
    columns: readonly Column[],
    batches: AsyncIterable<readonly (readonly unknown[])[]> | Iterable<readonly (readonly unknown[])[]>,
    info: FrameInfo | (() => FrameInfo),
    options?: { readonly dynamicAs?: "json-text" | "value"; readonly maxRows?: number },
  ): Promise<FrameLike>;
}
