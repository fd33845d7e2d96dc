/** Times from and to text, calendars and zones. */
import { formatDatetimeAs, formatTimespanAs } from "../format-time.js";
import { datetimeTicks, parseDatetime, parseTimespan, ticksToMicros } from "../time-text.js";
import { nullable, strict } from "./define.js";

const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * A zone's formatter; undefined for a name that is no IANA zone. Kept, because making one is slow; only true zones are,
 * whatever their case, so that names from data cannot fill the memory.
 */
function zoneFormatter(zone: string): Intl.DateTimeFormat | undefined {
  const key = zone.toLowerCase();
  const formatter = formatters.get(key) ?? createFormatter(zone);
  if (formatter !== undefined) formatters.set(key, formatter);
  return formatter;
}

function createFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  const digits = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...digits, timeZone, hourCycle: "h23", era: "short" });
  } catch {
    return undefined;
  }
}

/** How far a zone is ahead of UTC at an instant. */
function offsetMs(formatter: Intl.DateTimeFormat, ms: number): number {
  const parts = Object.fromEntries(formatter.formatToParts(ms).map(p => [p.type, Number(p.value)]));
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second);
  return local.getTime() - Math.floor(ms / 1000) * 1000;
}

function toZone(micros: bigint, zone: string, direction: string): bigint | undefined {
  const formatter = zoneFormatter(zone);
  if (formatter === undefined) return undefined;
  const ms = Number(micros / 1000n);
  if (direction === "to-local") return micros + BigInt(offsetMs(formatter, ms)) * 1000n;
  // The offset at the instant itself: guess with the local time, then correct; a gap takes the earlier offset.
  const first = offsetMs(formatter, ms - offsetMs(formatter, ms));
  const before = offsetMs(formatter, ms - 86_400_000);
  const offset = offsetMs(formatter, ms - before) === before ? before : first;
  return micros - BigInt(offset) * 1000n;
}

export const timeUdfs = [
  strict("ku_todatetime", ["VARCHAR"], "TIMESTAMP", text => {
    const ticks = parseDatetime(text);
    return ticks === undefined ? null : ticksToMicros(ticks);
  }),
  strict("ku_totimespan", ["VARCHAR"], "BIGINT", text => parseTimespan(text)),
  nullable(
    "ku_make_datetime",
    ["BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "DOUBLE"],
    "BIGINT",
    (...[year, month, day, hour, minute, second]) => {
      if (year === null || month === null || day === null || hour === null || minute === null || second === null)
        return null;
      if (!(second >= 0 && second < 60)) return null;
      const start = datetimeTicks([year, month, day, hour, minute, 0].map(Number));
      return start === undefined ? null : ticksToMicros(start + BigInt(Math.round(second * 1e7)));
    },
  ),
  strict("ku_format_time", ["BIGINT", "VARCHAR", "VARCHAR"], "VARCHAR", (ticks, format, type) =>
    type === "datetime" ? formatDatetimeAs(ticks, format) : formatTimespanAs(ticks, format),
  ),
  strict("ku_time_zone", ["TIMESTAMP", "VARCHAR", "VARCHAR"], "BIGINT", toZone),
];
