/** Ranges of time as callers give them, and the provider's own. */
import type { Clock, TimeRange } from "../base/clock.js";
import { HuntError } from "../base/error.js";
import type { AdjustableTime, Displayable, MimeBundle, TimeAround } from "../base/port.js";
import { displaySymbol, findKernelDrawing } from "../base/port.js";
import { renderHtml, renderText, toView } from "../view/index.js";
import { parseInstant, parseOffset } from "./instant.js";
import { parseTimespan } from "./timespan.js";

const dayMs = 86_400_000;

/** What set the range of an answer. */
export type RangeOrigin = "query" | "argument" | "hunt-window" | "default";

export interface TimeSpanSpec {
  readonly start?: unknown;
  readonly end?: unknown;
  /** A duration such as `1d`; stands for the missing end. */
  readonly period?: string;
}

/** A half-open range: `start <= t < end`. Immutable. */
export class TimeSpan {
  readonly start: Date;
  readonly end: Date;

  /** @throws HuntError `query/time` when a side is no time, or the end is before the start */
  constructor(spec: { readonly start: Date; readonly end: Date }) {
    if (!(spec.start.getTime() <= spec.end.getTime()))
      throw new HuntError("query/time", "the time range ends before it starts", {
        hint: `start ${show(spec.start)}, end ${show(spec.end)}`,
      });
    this.start = new Date(spec.start.getTime());
    this.end = new Date(spec.end.getTime());
  }

  /** From any accepted form of start, end and period. A missing end is now; a missing start needs a period. */
  static from(spec: TimeSpanSpec, nowMs: number): TimeSpan {
    const periodMs = spec.period === undefined ? undefined : toPeriodMs(spec.period);
    const given = (value: unknown) => (value === undefined || value === null ? undefined : parseInstant(value, nowMs));
    const [start, end] = [given(spec.start), given(spec.end)];
    const endMs = end ?? (start !== undefined && periodMs !== undefined ? start + periodMs : nowMs);
    const startMs = start ?? (periodMs === undefined ? undefined : endMs - periodMs);
    if (startMs === undefined)
      throw new HuntError("query/time", "the time range has no start", { hint: "give start, or end and period" });
    return new TimeSpan({ start: new Date(startMs), end: new Date(endMs) });
  }

  get periodMs(): number {
    return this.end.getTime() - this.start.getTime();
  }

  toRange(): TimeRange {
    return { startMs: this.start.getTime(), endMs: this.end.getTime() };
  }

  toString(): string {
    return `${show(this.start)} to ${show(this.end)}`;
  }
}

const show = (date: Date): string => (Number.isNaN(date.getTime()) ? "not a time" : date.toISOString());

function toPeriodMs(text: string): number {
  const ticks = parseTimespan(text);
  if (ticks === undefined || ticks <= 0n)
    throw new HuntError("query/time", `${JSON.stringify(text)} is not a duration`, {
      hint: "write 2h, 1d or 1.12:00:00",
    });
  return Number(ticks / 10_000n);
}

/** Says whether a value has a start and an end, as TimeSpan, QueryTime and many others do. */
export function isSpanLike(value: unknown): value is { readonly start: unknown; readonly end: unknown } {
  return typeof value === "object" && value !== null && "start" in value && "end" in value;
}

/**
 * A range given as one text: an offset (`-5d` is the last five days, `+2h` the next two hours), a duration (`2h` is the
 * last two hours), or a date (from then until now). Undefined when it is none of them.
 */
export function spanFromText(text: string, nowMs: number): TimeSpan | undefined {
  const offset = parseOffset(text, nowMs);
  const period = parseTimespan(text);
  let otherMs: number;
  if (offset !== undefined && offset.sign !== "") otherMs = offset.ms;
  else if (period !== undefined) otherMs = nowMs - Number(period / 10_000n);
  else if (offset !== undefined && !/^\s*\d+\s*$/.test(text)) otherMs = nowMs - (offset.ms - nowMs);
  else {
    try {
      otherMs = parseInstant(text, nowMs);
    } catch {
      return undefined;
    }
  }
  return new TimeSpan({ start: new Date(Math.min(otherMs, nowMs)), end: new Date(Math.max(otherMs, nowMs)) });
}

export interface QueryTimeOptions {
  /** Days before now when nothing is set; default 14. */
  readonly defaultDays?: number;
  /** Shown above it. */
  readonly label?: string;
  /** The range at first, instead of the last days. */
  readonly around?: TimeAround;
}

const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000, day: dayMs, week: 7 * dayMs } as const;

/**
 * A provider's time range. Until it is set it is the last 14 days of the clock, moving with it; once set it stays.
 *
 * Shown in a cell it is a widget in which the range can be changed, where the front end has widgets.
 */
export class QueryTime implements Displayable {
  readonly #clock: Pick<Clock, "now">;
  readonly #defaultDays: number;
  readonly #listeners = new Set<(range: TimeRange) => void>();
  readonly #adjustable: AdjustableTime;
  #around: TimeAround | undefined;
  #set: TimeSpan | undefined;

  constructor(clock: Pick<Clock, "now">, options: QueryTimeOptions = {}) {
    this.#clock = clock;
    this.#defaultDays = options.defaultDays ?? 14;
    this.#adjustable = this.#createAdjustable(options.label ?? "Set query time boundaries");
    if (options.around !== undefined) this.#setAround(options.around);
  }

  get isSet(): boolean {
    return this.#set !== undefined;
  }

  get timespan(): TimeSpan {
    if (this.#set !== undefined) return this.#set;
    const nowMs = this.#clock.now();
    return new TimeSpan({ start: new Date(nowMs - this.#defaultDays * dayMs), end: new Date(nowMs) });
  }

  set timespan(span: { readonly start: unknown; readonly end: unknown }) {
    this.setTime(span);
  }

  get start(): Date {
    return this.timespan.start;
  }

  set start(value: unknown) {
    this.setTime({ start: value, end: this.end });
  }

  get end(): Date {
    return this.timespan.end;
  }

  set end(value: unknown) {
    this.setTime({ start: this.start, end: value });
  }

  /** Sets the range: `{ start, end }` in any accepted form, `{ period: "3d" }`, or text such as `-5d`. */
  setTime(spec: TimeSpanSpec | string): void {
    const nowMs = this.#clock.now();
    if (typeof spec === "string") {
      const span = spanFromText(spec, nowMs);
      if (span === undefined)
        throw new HuntError("query/time", `${JSON.stringify(spec)} is not a time range`, { hint: "write -5d or 2h" });
      this.#change(span);
    } else this.#change(TimeSpan.from(spec, nowMs));
  }

  /** Back to the last 14 days. */
  reset(): void {
    this.#change(undefined);
  }

  /** Called with each new range, whoever set it. The answer ends it. */
  onChange(listener: (range: TimeRange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  toString(): string {
    return this.timespan.toString();
  }

  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    const drawn = findKernelDrawing()?.drawTime?.(this.#adjustable);
    if (drawn !== undefined) return drawn;
    const { start, end } = this.timespan;
    const entries = [
      { key: "Start", value: show(start) },
      { key: "End", value: show(end) },
    ];
    const view = toView({ kind: "keyValue", entries });
    return { "text/html": renderHtml(view), "text/plain": renderText(view) };
  }

  #change(span: TimeSpan | undefined, around?: TimeAround): void {
    this.#set = span;
    this.#around = around;
    const range = this.timespan.toRange();
    for (const listener of [...this.#listeners]) listener(range);
  }

  #setAround(around: TimeAround): void {
    const { originMs, unit, before, after } = around;
    const [start, end] = [originMs - before * unitMs[unit], originMs + after * unitMs[unit]].map(ms => new Date(ms));
    this.#change(TimeSpan.from({ start, end }, this.#clock.now()), around);
  }

  #createAdjustable(label: string): AdjustableTime {
    const around = (): TimeAround | undefined => this.#around;
    return {
      label,
      get around() {
        return around();
      },
      nowMs: () => this.#clock.now(),
      range: () => this.timespan.toRange(),
      set: range => {
        if (range.around !== undefined) this.#setAround(range.around);
        else this.#change(new TimeSpan({ start: new Date(range.startMs), end: new Date(range.endMs) }));
      },
      onChange: listener => this.onChange(listener),
    };
  }
}
