/** The smallest slices of the outside world that inner layers ask for. Implementations live in IO folders and `session`. */

import type { TimeRange } from "./clock.js";

/** Reports progress of long work. `total` undefined means not known yet. Units are stated by `unit`. */
export interface ProgressEvent {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: "rows" | "files" | "bytes" | "steps";
}
export type ProgressSink = (event: ProgressEvent) => void;

export const noProgress: ProgressSink = () => undefined;

/** A notice for the user that is not an error: shown once, quietly, by whoever owns the display. */
export interface Notice {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
export type NoticeSink = (notice: Notice) => void;

/** MIME type → representation, as Jupyter displays it. Text or base64 for binary types; JSON types hold values. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a value offers to be drawn by: our kernel's and Deno's hook. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display");

export interface Displayable {
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
}

/** A range of time around a moment, as a person says it: 6 hours before, none after. */
export interface TimeAround {
  readonly originMs: number;
  readonly unit: "second" | "minute" | "hour" | "day" | "week";
  readonly before: number;
  readonly after: number;
}

/** A range of time that a person can change where there is a page; the kernel draws it. */
export interface AdjustableTime {
  readonly label: string;
  /** How the range was said; undefined when only its ends are known. */
  readonly around: TimeAround | undefined;
  nowMs(): number;
  range(): TimeRange;
  set(range: TimeRange & { readonly around?: TimeAround }): void;
  /** Called after each change. The answer ends it. */
  onChange(listener: (range: TimeRange) => void): () => void;
}

/** What the running kernel draws for layers that know no widgets: `globalThis[Symbol.for("huntbook.kernel")]`. */
export interface KernelDrawing {
  readonly drawTime?: (time: AdjustableTime) => Promise<MimeBundle>;
}

export function findKernelDrawing(): KernelDrawing | undefined {
  return (globalThis as { readonly [kernel: symbol]: KernelDrawing | undefined })[Symbol.for("huntbook.kernel")];
}

/** Where a public address is, as far as the data says: names in English, degrees. */
export interface IpLocation {
  readonly country?: string;
  readonly state?: string;
  readonly city?: string;
  readonly latitude?: number;
  readonly longitude?: number;
}
/** Looks up an IPv4 or IPv6 address; undefined where the data has no answer. It is asked once per row: it must not wait. */
export type LocateIp = (address: string) => IpLocation | undefined;
