/** The port that drivers implement: one per kind of data source. */
import type { TimeRange } from "../base/clock.js";
import type { FrameLike } from "../frame/api.js";

/** Table name → column name → KQL type. */
export type Schema = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface DriverQueryOptions {
  /** Sent to services that take a timespan beside the text; local drivers apply it as the hunt window. */
  readonly range?: TimeRange & { readonly from: "query" | "argument" | "hunt-window" | "default" };
  /** True when the text holds the range: drivers then record it and do not apply it a second time. */
  readonly rangeInText?: boolean;
  /** Stop at this many rows and say so. Default 30,000; `Infinity` for the service's own limit. */
  readonly maxRows?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A data source. Created by `session`'s table of drivers; QueryProvider knows only this. */
export interface Driver {
  /** Canonical environment name: `MSSentinel`, `Local`, … */
  readonly environment: string;
  readonly connected: boolean;
  /** For people: workspace name and where it is. */
  readonly connection: string;
  /** Text that KQL queries of this source are written in. */
  readonly language: "kql" | "other";
  /** What `now` means for relative times: the workspace's clock. */
  readonly nowMs: () => number;
  connect(target?: unknown, options?: Readonly<Record<string, unknown>>): Promise<void>;
  schema(): Promise<Schema>;
  /** @throws HuntError `query/…`; a truncated or partially failed answer is a frame that says so */
  query(text: string, options?: DriverQueryOptions): Promise<FrameLike>;
  close(): Promise<void>;
}
