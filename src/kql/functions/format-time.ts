/** `format_datetime` and `format_timespan`: specifiers and delimiters as their pages list them. */
import {
  mod,
  ticksPerDay,
  ticksPerHour,
  ticksPerMillisecond,
  ticksPerMinute,
  ticksPerSecond,
  unixEpochTicks,
} from "./time-text.js";

const specifiers = {
  datetime: /d{1,2}|f{1,7}|F{1,7}|h{1,2}|H{1,2}|m{1,2}|M{1,2}|s{1,2}|yyyy|yy?|tt|[ /\-:,._[\]]/y,
  timespan: /d{1,8}|f{1,7}|F{1,7}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|[ /\-:,._[\]]/y,
} as const;

/** The pieces of a format, or undefined when it has something that is neither specifier nor delimiter. */
export function formatPattern(format: string, type: "datetime" | "timespan"): readonly string[] | undefined {
  const pattern = new RegExp(specifiers[type]);
  const pieces: string[] = [];
  while (pattern.lastIndex < format.length) {
    const piece = pattern.exec(format);
    if (piece === null) return undefined;
    pieces.push(piece[0]);
  }
  return pieces;
}

const pad = (n: bigint | number, width: number): string => n.toString().padStart(width, "0");

function fraction(ticks: bigint, piece: string): string {
  const digits = pad(mod(ticks, ticksPerSecond), 7).slice(0, piece.length);
  return piece.startsWith("f") ? digits : digits.replace(/0+$/, "");
}

/**
 * A datetime (ticks since 0001-01-01) as text.
 *
 * Source: https://learn.microsoft.com/kusto/query/format-datetime-function#supported-format-elements
 */
export function formatDatetimeAs(ticks: bigint, format: string): string {
  const date = new Date(Number((ticks - unixEpochTicks - mod(ticks, ticksPerSecond)) / ticksPerMillisecond));
  const hour = date.getUTCHours();
  return (formatPattern(format, "datetime") ?? [])
    .map(piece => {
      const n = piece.length;
      switch (piece.charAt(0)) {
        case "d":
          return pad(date.getUTCDate(), n);
        case "f":
        case "F":
          return fraction(ticks, piece);
        case "h":
          return pad(hour % 12 === 0 ? 12 : hour % 12, n);
        case "H":
          return pad(hour, n);
        case "m":
          return pad(date.getUTCMinutes(), n);
        case "M":
          return pad(date.getUTCMonth() + 1, n);
        case "s":
          return pad(date.getUTCSeconds(), n);
        case "y":
          return n === 4 ? pad(date.getUTCFullYear(), 4) : pad(date.getUTCFullYear() % 100, n);
        case "t":
          return hour < 12 ? "AM" : "PM";
        default:
          return piece;
      }
    })
    .join("");
}

/**
 * A timespan as text; its sign is not printed.
 *
 * Source: https://learn.microsoft.com/kusto/query/format-timespan-function#supported-format-elements
 */
export function formatTimespanAs(ticks: bigint, format: string): string {
  const t = ticks < 0n ? -ticks : ticks;
  return (formatPattern(format, "timespan") ?? [])
    .map(piece => {
      const n = piece.length;
      switch (piece.charAt(0)) {
        case "d":
          return pad(t / ticksPerDay, n);
        case "f":
        case "F":
          return fraction(t, piece);
        case "h":
        case "H":
          return pad((t / ticksPerHour) % 24n, n);
        case "m":
          return pad((t / ticksPerMinute) % 60n, n);
        case "s":
          return pad((t / ticksPerSecond) % 60n, n);
        default:
          return piece;
      }
    })
    .join("");
}
