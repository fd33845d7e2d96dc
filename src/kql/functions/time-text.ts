/** Times as Kusto counts and prints them. Ticks are 100 ns; a datetime counts them from 0001-01-01T00:00:00Z. */

export const ticksPerDay = 864_000_000_000n;
export const ticksPerHour = 36_000_000_000n;
export const ticksPerMinute = 600_000_000n;
export const ticksPerSecond = 10_000_000n;
export const ticksPerMillisecond = 10_000n;
/** 1970-01-01 in ticks. */
export const unixEpochTicks = 621_355_968_000_000_000n;
/** 9999-12-31T23:59:59.9999999 in ticks. */
export const maxDatetimeTicks = 3_155_378_975_999_999_999n;
const maxLong = 9_223_372_036_854_775_807n;

/** Floors: DuckDB keeps microseconds, Kusto's seventh digit is dropped towards the past. */
export function ticksToMicros(ticks: bigint): bigint {
  return floorDiv(ticks - unixEpochTicks, 10n);
}

export function microsToTicks(micros: bigint): bigint {
  return micros * 10n + unixEpochTicks;
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

const two = (n: bigint): string => n.toString().padStart(2, "0");

/** `[-][d.]hh:mm:ss[.fffffff]`, as `tostring(timespan)`. */
export function formatTimespan(ticks: bigint): string {
  const t = ticks < 0n ? -ticks : ticks;
  const days = t / ticksPerDay;
  const clock = [(t / ticksPerHour) % 24n, (t / ticksPerMinute) % 60n, (t / ticksPerSecond) % 60n].map(two);
  const fraction = t % ticksPerSecond;
  const head = (ticks < 0n ? "-" : "") + (days > 0n ? `${days}.` : "");
  return head + clock.join(":") + (fraction > 0n ? `.${fraction.toString().padStart(7, "0")}` : "");
}

const unitTicks: Readonly<Record<string, bigint>> = {
  ...unit(ticksPerDay, "d", "day", "days"),
  ...unit(ticksPerHour, "h", "hr", "hrs", "hour", "hours"),
  ...unit(ticksPerMinute, "m", "min", "mins", "minute", "minutes"),
  ...unit(ticksPerSecond, "s", "sec", "secs", "second", "seconds"),
  ...unit(ticksPerMillisecond, "ms", "milli", "millis", "millisecond", "milliseconds"),
  ...unit(10n, "micro", "micros", "microsecond", "microseconds"),
  ...unit(1n, "tick", "ticks"),
};

function unit(ticks: bigint, ...names: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(names.map(name => [name, ticks]));
}

/**
 * Reads a timespan as `totimespan()` and `timespan(…)` do: `[-][d.]hh:mm[:ss[.fffffff]]`, a number with a unit (`1.5h`,
 * `15 seconds`), or a bare number of days. Undefined when it is none of these or out of range.
 *
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/timespan
 */
export function parseTimespan(text: string): bigint | undefined {
  const t = text.trim();
  const ticks = parseClock(t) ?? parseAmount(t);
  return ticks !== undefined && ticks <= maxLong && ticks >= -maxLong - 1n ? ticks : undefined;
}

function parseClock(text: string): bigint | undefined {
  const match = /^(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, days = "0", ...rest] = match;
  const [h = 0n, m = 0n, s = 0n] = rest.slice(0, 3).map(x => BigInt(x ?? "0"));
  if (h > 23n || m > 59n || s > 59n) return undefined;
  const ticks =
    BigInt(days) * ticksPerDay +
    h * ticksPerHour +
    m * ticksPerMinute +
    s * ticksPerSecond +
    BigInt((rest[3] ?? "").padEnd(7, "0"));
  return sign === undefined ? ticks : -ticks;
}

function parseAmount(text: string): bigint | undefined {
  const m = /^(-)?(\d{1,19})(?:\.(\d{1,18}))?\s*([a-z]*)$/i.exec(text);
  if (m === null) return undefined;
  const [, sign, whole = "0", fraction = "", name = ""] = m;
  const ticks = name === "" ? ticksPerDay : unitTicks[name.toLowerCase()];
  if (ticks === undefined) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  const value = (BigInt(whole + fraction) * ticks) / scale;
  return sign === undefined ? value : -value;
}

/** `yyyy-MM-ddTHH:mm:ss.fffffffZ`, as `tostring(datetime)`. */
export function formatDatetime(ticks: bigint): string {
  const iso = new Date(Number((ticks - unixEpochTicks - mod(ticks, ticksPerSecond)) / ticksPerMillisecond));
  return `${iso.toISOString().slice(0, 19)}.${mod(ticks, ticksPerSecond).toString().padStart(7, "0")}Z`;
}

export function mod(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekday = String.raw`(?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?,?\s+)?`;
const timeOfDay = String.raw`(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?)`;
const zone = String.raw`\s*(z|gmt|utc|ut|[-+]\d{2}:?\d{2}|[-+]\d{1,2})?`;
const tail = String.raw`(?:[t\s]\s*${timeOfDay}${zone})?`;

/** Each form: its pattern, and in which groups year, month and day stand. The clock and zone follow them. */
const dateForms: readonly { readonly pattern: RegExp; readonly order: readonly [number, number, number] }[] = [
  { pattern: new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${tail}$`, "i"), order: [1, 2, 3] },
  { pattern: new RegExp(String.raw`^(\d{4})-(\d{1,2})()$`), order: [1, 2, 3] },
  { pattern: new RegExp(String.raw`^(\d{4})()()$`), order: [1, 2, 3] },
  { pattern: new RegExp(String.raw`^(\d{1,2})[-/](\d{1,2})[-/](\d{4})${tail}$`, "i"), order: [3, 1, 2] },
  {
    pattern: new RegExp(String.raw`^${weekday}(\d{1,2})[\s-]([a-z]{3})[a-z]*[\s-](\d{4}|\d{2})${tail}$`, "i"),
    order: [3, 2, 1],
  },
  {
    pattern: new RegExp(String.raw`^${weekday}([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})${tail}$`, "i"),
    order: [3, 1, 2],
  },
];

/**
 * Reads a datetime as `todatetime()` and `datetime(…)` do; without a zone it is UTC. Undefined when it is no date.
 *
 * ISO 8601, RFC 822, RFC 850 and "sortable" as documented; beside them `M/d/yyyy h:mm:ss tt`, which Microsoft's own logs
 * hold and .NET's invariant culture reads month first.
 *
 * Units:  ticks since 0001-01-01.
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/datetime#supported-formats
 */
export function parseDatetime(text: string): bigint | undefined {
  const t = text.trim();
  for (const { pattern, order } of dateForms) {
    const m = pattern.exec(t);
    if (m !== null)
      return fromParts(
        order.map(i => m[i] ?? ""),
        m.slice(4),
      );
  }
  return undefined;
}

function fromParts(date: readonly string[], rest: readonly (string | undefined)[]): bigint | undefined {
  const [yearText = "", monthText = "", dayText = ""] = date;
  const year = fullYear(yearText);
  const month =
    monthText === "" ? 1 : /^\d/.test(monthText) ? Number(monthText) : months.indexOf(monthText.toLowerCase()) + 1;
  const day = dayText === "" ? 1 : Number(dayText);
  const [hh, mi, ss, fraction, half, zoneText] = rest;
  const hour = hourOf(hh, half);
  if (hour === undefined) return undefined;
  const at = datetimeTicks([year, month, day, hour, Number(mi ?? 0), Number(ss ?? 0)]);
  if (at === undefined) return undefined;
  const offset = zoneTicks(zoneText);
  if (offset === undefined) return undefined;
  const ticks = at + BigInt((fraction ?? "").slice(0, 7).padEnd(7, "0")) - offset;
  return ticks >= 0n && ticks <= maxDatetimeTicks ? ticks : undefined;
}

/** Two digits pivot at 2029/2030 as .NET's invariant calendar does (its TwoDigitYearMax was 2029 before .NET 8). */
function fullYear(text: string): number {
  const n = Number(text);
  return text.length === 2 ? (n < 30 ? 2000 + n : 1900 + n) : n;
}

function hourOf(text: string | undefined, half: string | undefined): number | undefined {
  const h = Number(text ?? 0);
  if (half === undefined) return h;
  if (h < 1 || h > 12) return undefined;
  return (h % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}

function zoneTicks(text: string | undefined): bigint | undefined {
  if (text === undefined || /^[zgu]/i.test(text)) return 0n;
  const m = /^([-+])(\d{1,2}):?(\d{2})?$/.exec(text);
  if (m === null) return undefined;
  const minutes = BigInt(m[2] ?? "0") * 60n + BigInt(m[3] ?? "0");
  if (minutes > 14n * 60n) return undefined;
  return (m[1] === "-" ? -minutes : minutes) * ticksPerMinute;
}

/** Ticks of year, month, day, hour, minute, second (whole numbers, UTC), or undefined when there is no such time. */
export function datetimeTicks(parts: readonly number[]): bigint | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  return BigInt(date.getTime()) * ticksPerMillisecond + unixEpochTicks;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
