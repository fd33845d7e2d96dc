/** What an interactive view may ask of the running kernel, and what comes back: plain data. */
import type { KeyColumn, KeyValue } from "./figure/model.js";
import type { TableCell, TableColumn, View } from "./view.js";

/** Conditions on the rows of one frame, by its id: what was chosen in another view of the same rows. */
export interface Narrowing {
  readonly frame: string;
  readonly filters: readonly RowFilter[];
}

/** Asks for a part of a timeline with more detail. */
export interface ZoomRequest {
  readonly type: "zoom";
  readonly live: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly narrowing?: readonly Narrowing[];
}

/** Asks for a figure of the rows that fit. */
export interface NarrowRequest {
  readonly type: "narrow";
  readonly live: string;
  readonly narrowing: readonly Narrowing[];
}

/** Tells the kernel what is chosen, for `frame.selection`; answered by `noted`. */
export interface SelectRequest {
  readonly type: "select";
  readonly live: string;
  readonly narrowing: readonly Narrowing[];
}

/** A comparison of one column with a text: the range of a timeline, what is typed above a grid. */
export interface ValueFilter {
  readonly column: string;
  readonly op: "contains" | "equals" | "not-equals" | "at-least" | "at-most";
  readonly value: string;
}

/** Rows whose values in some columns are those of a mark: of bars, slices, cells or places that were chosen; or of none of them. */
export interface KeyFilter {
  readonly op: "one-of" | "none-of";
  readonly columns: readonly KeyColumn[];
  /** Values in the order of the columns. */
  readonly keys: readonly (readonly KeyValue[])[];
}

/** Rows by their place in the frame, from 0: processes of a tree. */
export interface RowNumberFilter {
  readonly op: "rows";
  readonly rows: readonly number[];
}

export type RowFilter = ValueFilter | KeyFilter | RowNumberFilter;

/** Asks for rows of a frame. */
export interface RowsRequest {
  readonly type: "rows";
  readonly live: string;
  readonly offset: number;
  readonly limit: number;
  readonly sort?: readonly { readonly column: string; readonly descending: boolean }[];
  readonly filters?: readonly RowFilter[];
}

/** Asks for the processes below one row of a tree. */
export interface BranchRequest {
  readonly type: "branch";
  readonly live: string;
  /** `row` of the figure. */
  readonly row: number;
}

/** Asks for processes of the whole tree that hold a text in name, id, command line or account, with their ancestors. */
export interface SearchRequest {
  readonly type: "search";
  readonly live: string;
  readonly text: string;
}

export type LiveRequest = ZoomRequest | NarrowRequest | SelectRequest | RowsRequest | BranchRequest | SearchRequest;

export type LiveReply =
  | { readonly type: "view"; readonly view: View }
  | {
      readonly type: "rows";
      readonly rows: readonly (readonly TableCell[])[];
      readonly total: number;
      /** Present where the asker does not know them. */
      readonly columns?: readonly TableColumn[];
      readonly query?: string;
    }
  | { readonly type: "noted" }
  /** The kernel was restarted, or the frame was freed. */
  | { readonly type: "gone" }
  | { readonly type: "error"; readonly message: string };
