/** Instants as microseconds since 1970 UTC, which is what DuckDB's TIMESTAMP holds; Kusto's seventh digit is floored. */

/** Microseconds since 1970 UTC. Year 1 to 9999, as KQL's datetime. */
export type Micros = bigint;

const first = isoMicros(1, 1, 1);
const last = isoMicros(10_000, 1, 1) - 1n;

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?(?:\s?([Zz]|UTC|[+-]\d{2}(?::?\d{2})?))?$/;

/**
 * Reads an ISO 8601 instant: date, optional time, optional fraction of any length (floored to microseconds), optional
 * zone. Without a zone it is UTC.
 *
 * @returns undefined when the text is not an instant between the years 1 and 9999
 */
export function parseInstant(text: string): Micros | undefined {
  const match = iso.exec(text.trim());
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (part(4) > 23 || part(5) > 59 || part(6) > 59) return undefined;
  const seconds = BigInt(part(4) * 3600 + part(5) * 60 + part(6));
  const fraction = BigInt((match[7] ?? "").padEnd(6, "0").slice(0, 6));
  const offset = offsetMinutes(match[8]);
  if (offset === undefined) return undefined;
  const at = isoMicros(year, month, day) + seconds * 1_000_000n + fraction - BigInt(offset) * 60_000_000n;
  return at < first || at > last ? undefined : at;
}

/** ISO text with six digits and `Z`. */
export function formatMicros(at: Micros): string {
  const micros = ((at % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((at - micros) / 1000n)).toISOString().replace(/\.\d+Z$/, "");
  return `${seconds}.${micros.toString().padStart(6, "0")}Z`;
}

/** The nearest instant that KQL's datetime holds. */
export function clampMicros(at: Micros): Micros {
  return at < first ? first : at > last ? last : at;
}

/** Floors to milliseconds. */
export function microsToMs(at: Micros): number {
  return Number((at - (((at % 1000n) + 1000n) % 1000n)) / 1000n);
}

/** Minutes east of UTC of `Z`, `UTC`, `+hh`, `+hhmm`, `+hh:mm`; undefined when out of range. Absent means 0. */
export function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 15 || minutes > 59) return undefined;
  return (match[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Midnight of a date; `Date.UTC` alone takes the years 0 to 99 for 1900 to 1999. */
function isoMicros(year: number, month: number, day: number): Micros {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(date.getTime()) * 1000n;
}
