/** Ticks and their labels. Times are UTC, and a label never leaves out what the reader cannot guess. */
import { numberFormat, scaleUtc } from "./d3.js";

export interface Tick {
  readonly at: number;
  readonly label: string;
  /** A second line: the date, where it changes. */
  readonly below?: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (n: number): string => String(n).padStart(2, "0");

export const dayMs = 86_400_000;

/** `Fri 9 Jan 2026`. */
export function dateLabel(ms: number): string {
  const d = new Date(ms);
  return `${days[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}

/** `2026-01-09 14:05:31.250Z`, without the fraction when it is zero. */
export function instantLabel(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "not a time";
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/\.000Z$/, "Z");
}

/** `1 h 30 min`, the two largest units. */
export function spanLabel(ms: number): string {
  const units = [
    [dayMs, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
    [1, "ms"],
  ] as const;
  const parts: string[] = [];
  let rest = Math.round(Math.abs(ms));
  for (const [size, unit] of units) {
    if (rest >= size && parts.length < 2) {
      parts.push(`${Math.floor(rest / size).toLocaleString("en-US")} ${unit}`);
      rest %= size;
    } else if (parts.length > 0) break;
  }
  return parts.join(" ") || "0 ms";
}

function clock(d: Date, stepMs: number): string {
  const minutes = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  if (stepMs >= 60_000) return minutes;
  const seconds = `${minutes}:${two(d.getUTCSeconds())}`;
  return stepMs >= 1000 ? seconds : `${seconds}.${String(d.getUTCMilliseconds()).padStart(3, "0")}`;
}

/** About `count` ticks between two instants, each with a label; dates stand below where they change. */
export function timeTicks(startMs: number, endMs: number, count: number): readonly Tick[] {
  const times = scaleUtc()
    .domain([startMs, endMs])
    .ticks(Math.max(2, count))
    .map(d => d.getTime());
  const step = times.length > 1 ? (times[1] ?? 0) - (times[0] ?? 0) : endMs - startMs;
  let before = "";
  return times.map(at => {
    const d = new Date(at);
    if (step >= 360 * dayMs) return { at, label: String(d.getUTCFullYear()) };
    const year = String(d.getUTCFullYear());
    const [label, below] =
      step >= 28 * dayMs
        ? [months[d.getUTCMonth()] ?? "", year]
        : step >= dayMs
          ? [`${days[d.getUTCDay()]} ${d.getUTCDate()}`, `${months[d.getUTCMonth()]} ${year}`]
          : [clock(d, step), dateLabel(at)];
    const changed = below !== before;
    before = below;
    return changed ? { at, label, below } : { at, label };
  });
}

const small = numberFormat(",");
const large = numberFormat(".3~s");
const fraction = numberFormat(".3~g");

/** `12,431`, `1.8G`, `0.05`. */
export function numberLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 100_000) return large(value);
  if (size >= 1 || size === 0) return small(Math.round(value * 100) / 100);
  return fraction(value);
}

/** Labels of an axis: one notation for all, with the digits that tell neighbours apart. */
export function numberTicks(ticks: readonly number[]): readonly string[] {
  const top = ticks.reduce((n, t) => Math.max(n, Math.abs(t)), 0);
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0));
  if (top < 100_000) return ticks.map(numberLabel);
  const digits = Math.max(1, Math.ceil(Math.log10(top / (step || top))) + 1);
  const write = numberFormat(`.${Math.min(15, digits)}~s`);
  return ticks.map(t => (t === 0 ? "0" : write(t)));
}
