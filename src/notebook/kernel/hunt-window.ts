/** The hunt window in metadata, and as the range it means. */
import type { TimeRange } from "../../base/clock.js";
import { HuntError } from "../../base/error.js";
import type { HuntWindow } from "./api.js";
import { parseDurationMs } from "./magic.js";

const fields = ["workspace", "last", "start", "end"] as const;

/** `metadata.huntbook.window` of a notebook or of a request to execute; undefined when there is none. */
export function readHuntWindow(metadata: Readonly<Record<string, unknown>>): HuntWindow | undefined {
  const own = metadata["huntbook"];
  const window = isObject(own) ? own["window"] : undefined;
  if (!isObject(window)) return undefined;
  const texts = fields.flatMap(name => (typeof window[name] === "string" ? [[name, window[name]] as const] : []));
  return Object.fromEntries(texts);
}

/**
 * The range that a window means; undefined when it says nothing about time.
 * @param now what "now" means, milliseconds since 1970
 * @throws HuntError `notebook/window`
 */
export function toTimeRange(window: HuntWindow, now: () => number): TimeRange | undefined {
  const { last, start, end } = window;
  if (last !== undefined && (start !== undefined || end !== undefined))
    throw invalid("it has both 'last' and 'start' or 'end'");
  if (last !== undefined) {
    const ms = parseDurationMs(last);
    if (ms === undefined) throw invalid(`'last' is '${last}', which is not a time span`);
    return { startMs: now() - ms, endMs: now() };
  }
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined) throw invalid("it has an 'end' and no 'start'");
  const startMs = instant("start", start);
  const endMs = end === undefined ? now() : instant("end", end);
  if (endMs <= startMs) throw invalid("its end is not after its start");
  return { startMs, endMs };
}

function instant(name: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw invalid(`'${name}' is '${text}', which is not an instant`);
  return ms;
}

function invalid(problem: string): HuntError {
  return new HuntError("notebook/window", `the notebook's hunt window cannot be used: ${problem}`, {
    hint: "write it as { workspace, last: 7d } or { workspace, start, end } with times such as 2026-01-13T18:00:00Z",
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
