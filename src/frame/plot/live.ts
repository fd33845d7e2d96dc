/** Views that stay connected to their frames: a saved view holds only a handle, the running kernel answers for it. */
import type { View } from "../../view/index.js";

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
  | { readonly type: "rows"; readonly rows: readonly (readonly unknown[])[]; readonly total: number }
  | { readonly type: "gone" }
  | { readonly type: "error"; readonly message: string };

export type LiveHandler = (request: LiveRequest) => Promise<LiveReply>;

/** Handles of one session. The newest are kept; a handle that was dropped answers `gone`. */
export class LiveViews {
  readonly #handlers = new Map<string, LiveHandler>();
  readonly #prefix: string;
  readonly #most: number;
  #count = 0;

  constructor(prefix: string, most = 500) {
    this.#prefix = prefix;
    this.#most = most;
  }

  /** Registers who answers; handlers hold frames weakly, so that a shown frame can still be freed. */
  register(handler: LiveHandler): string {
    const id = `${this.#prefix}-${(this.#count += 1)}`;
    this.#handlers.set(id, handler);
    const oldest = this.#handlers.keys().next();
    if (this.#handlers.size > this.#most && oldest.done !== true) this.#handlers.delete(oldest.value);
    return id;
  }

  /** Answers a front end's question. Never throws: what goes wrong is an answer. */
  async answer(request: LiveRequest): Promise<LiveReply> {
    const handler = this.#handlers.get(request.live);
    if (handler === undefined) return { type: "gone" };
    try {
      return await handler(request);
    } catch (error) {
      return { type: "error", message: error instanceof Error ? error.message : String(error) };
    }
  }
}
