/** Points in time as callers write them. Everything is UTC unless the text has a zone. */
import { HuntError } from "../base/error.js";

const dayMs = 86_400_000;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

type Unit = "y" | "mon" | "w" | "d" | "h" | "m" | "s";
const fixedMs: Readonly<Record<Exclude<Unit, "y" | "mon">, number>> = {
  w: 7 * dayMs,
  d: dayMs,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

/** Adds calendar units; the day is kept, or the last day of a shorter month is taken (31 January + 1 month = 28 February). */
function addUnits(ms: number, amount: number, unit: Unit): number {
  if (unit !== "y" && unit !== "mon") return ms + amount * fixedMs[unit];
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + amount * (unit === "y" ? 12 : 1));
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}

/** The start of the unit that the instant is in; weeks start on Monday (ISO 8601). */
function floorTo(ms: number, unit: Unit): number {
  const date = new Date(ms);
  switch (unit) {
    case "y":
      return Date.UTC(date.getUTCFullYear(), 0, 1);
    case "mon":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case "w":
      // 1970-01-05 was a Monday.
      return Math.floor((ms - 4 * dayMs) / fixedMs.w) * fixedMs.w + 4 * dayMs;
    default:
      return Math.floor(ms / fixedMs[unit]) * fixedMs[unit];
  }
}

const offsetPattern = /^\s*([+-]?)(\d{1,6})\s*(y|mon|w|d|h|m|s)?(?:@(y|mon|w|d|h|m|s))?\s*$/;

export interface Offset {
  readonly sign: "+" | "-" | "";
  /** The instant it means. */
  readonly ms: number;
}

/**
 * `[+-]N unit[@unit]`, for example `-5d@d`: N units from now, then rounded: past times down, future times up.
 * Units: y, mon, w, d (default), h, m, s. Undefined when the text is something else.
 */
export function parseOffset(text: string, nowMs: number): Offset | undefined {
  const match = offsetPattern.exec(text);
  if (match === null) return undefined;
  const sign = match[1] as "+" | "-" | "";
  const unit = (match[3] ?? "d") as Unit;
  const round = match[4] as Unit | undefined;
  const amount = Number(match[2]) * (sign === "-" ? -1 : 1);
  const moved = addUnits(nowMs, amount, unit);
  if (round === undefined) return { sign, ms: moved };
  const floored = floorTo(moved, round);
  return { sign, ms: sign === "-" || floored === moved ? floored : addUnits(floored, 1, round) };
}

const clock = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?`;
const zone = String.raw`\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?`;
const isoPattern = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${clock}${zone}$`, "i");
const dayMonthPattern = new RegExp(String.raw`^(\d{1,2})[ -]([a-z]{3})[a-z]*[ ,-]+(\d{4})${clock}${zone}$`, "i");
const monthDayPattern = new RegExp(String.raw`^([a-z]{3})[a-z]* (\d{1,2}),? +(\d{4})${clock}${zone}$`, "i");

function zoneMs(text: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text ?? "");
  if (match === null) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}

/** Reads date text without a doubt about day and month; undefined otherwise. */
export function parseDateText(text: string): number | undefined {
  const trimmed = text.trim();
  const iso = isoPattern.exec(trimmed);
  const dayMonth = dayMonthPattern.exec(trimmed);
  const monthDay = monthDayPattern.exec(trimmed);
  const match = iso ?? dayMonth ?? monthDay;
  if (match === null) return undefined;
  const monthOf = (name: string | undefined) => months.indexOf((name ?? "").toLowerCase()) + 1;
  const [year, month, day] =
    iso !== null
      ? [match[1], Number(match[2]), match[3]]
      : dayMonth !== null
        ? [match[3], monthOf(match[2]), match[1]]
        : [match[3], monthOf(match[1]), match[2]];
  const [h, m, s] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  const millis = Math.floor(Number("0." + (match[7] ?? "0")) * 1000 + 1e-9);
  const at = Date.UTC(Number(year), month - 1, Number(day), h, m, s, millis);
  const back = new Date(at);
  const same = back.getUTCMonth() === month - 1 && back.getUTCDate() === Number(day) && back.getUTCHours() === h;
  return same && m < 60 && s < 60 ? at - zoneMs(match[8]) : undefined;
}

/**
 * A point in time from whatever a caller may write: Date, date text, days from now as a number or numeric text, or an
 * offset (`-5d@d`, `2h`).
 *
 * Units: milliseconds since 1970 UTC. Text without a zone is UTC.
 * @throws HuntError `query/time` for anything else, dates like 01/02/2024 included: they mean different days to
 *   different people
 */
export function parseInstant(value: unknown, nowMs: number): number {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  if (typeof value === "number" && Number.isFinite(value)) return nowMs + value * dayMs;
  if (typeof value === "string") {
    const found = parseOffset(value, nowMs)?.ms ?? parseDateText(value);
    if (found !== undefined) return found;
  }
  throw new HuntError("query/time", `${JSON.stringify(String(value).slice(0, 60))} is not a time`, {
    hint: "write 2026-01-13, 2026-01-13T18:00Z, -5d, -2h@h, a number of days from now, or a Date",
  });
}
