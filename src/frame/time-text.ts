/** Instants and durations as text, exactly: datetime in microseconds since 1970 UTC, timespan in ticks of 100 ns. */

const datetimePattern =
  /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?\s*$/i;

/**
 * Reads an ISO 8601 instant; without a zone it is UTC. Digits beyond the microsecond are floored (DESIGN §4.1).
 * Undefined when the text is not one, or names a day that does not exist.
 */
export function parseDatetimeMicros(text: string): bigint | undefined {
  const match = datetimePattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = numbers;
  if (h > 24 || mi > 59 || s > 59 || (h === 24 && (mi > 0 || s > 0))) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  date.setUTCHours(h, mi, s);
  const micros = BigInt(date.getTime()) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return micros - BigInt(zoneMinutes(zone)) * 60_000_000n;
}

function zoneMinutes(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return zone.startsWith("-") ? -minutes : minutes;
}

/** ISO text in UTC; microseconds only when there are any: `2026-01-13T07:45:00Z`, `…00.123Z`, `…00.123456Z`. */
export function formatDatetimeMicros(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / 1000n));
  if (Number.isNaN(date.getTime())) return "";
  const head = date.toISOString().replace(/\.\d+Z$/, "");
  if (fraction === 0n) return `${head}Z`;
  const digits = fraction.toString().padStart(6, "0");
  return `${head}.${digits.endsWith("000") ? digits.slice(0, 3) : digits}Z`;
}

const ticksPer = { day: 864_000_000_000n, hour: 36_000_000_000n, minute: 600_000_000n, second: 10_000_000n } as const;

const timespanPattern = /^\s*(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*$/;

/** Reads `[-][d.]hh:mm[:ss[.fffffff]]`, Kusto's text of a timespan. */
export function parseTimespanTicks(text: string): bigint | undefined {
  const match = timespanPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = ""] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const ticks =
    BigInt(days) * ticksPer.day +
    BigInt(hours) * ticksPer.hour +
    BigInt(minutes) * ticksPer.minute +
    BigInt(seconds) * ticksPer.second +
    BigInt(fraction.padEnd(7, "0"));
  return sign === undefined ? ticks : -ticks;
}

/** Kusto's text of a timespan: `00:00:05`, `1.02:03:04.5000000`. Source: https://learn.microsoft.com/kusto/query/scalar-data-types/timespan */
export function formatTimespanTicks(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks;
  const two = (value: bigint): string => value.toString().padStart(2, "0");
  const days = size / ticksPer.day;
  const fraction = size % ticksPer.second;
  const clock = [(size / ticksPer.hour) % 24n, (size / ticksPer.minute) % 60n, (size / ticksPer.second) % 60n];
  return [
    ticks < 0n ? "-" : "",
    days > 0n ? `${days}.` : "",
    clock.map(two).join(":"),
    fraction > 0n ? `.${fraction.toString().padStart(7, "0")}` : "",
  ].join("");
}
