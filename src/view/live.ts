/** What an interactive view may ask of the running kernel, and what comes back: plain data. */
import type { TableCell, View } from "./view.js";

/** Asks for a part of a timeline with more detail. */
export interface ZoomRequest {
  readonly type: "zoom";
  readonly live: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface RowFilter {
  readonly column: string;
  readonly op: "contains" | "equals" | "not-equals" | "at-least" | "at-most";
  readonly value: string;
}

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

export type LiveRequest = ZoomRequest | RowsRequest | BranchRequest;

export type LiveReply =
  | { readonly type: "view"; readonly view: View }
  | { readonly type: "rows"; readonly rows: readonly (readonly TableCell[])[]; readonly total: number }
  /** The kernel was restarted, or the frame was freed. */
  | { readonly type: "gone" }
  | { readonly type: "error"; readonly message: string };
