/** How a log writes its times: found by looking, asked about where looking is not enough. */
import { quoteLiteral } from "../../frame/duckdb.js";
import { offsetMinutes, parseInstant } from "../time.js";
import type { Micros } from "../time.js";

/**
 * - `iso`: ISO 8601 and its relatives, with `T` or a space, any fraction, with or without a zone.
 * - `epoch-…`: a number since 1970.
 * - anything else is a pattern of `%` codes as DuckDB's strptime takes it.
 */
export type TimeFormat = "iso" | "epoch-s" | "epoch-ms" | "epoch-us" | "epoch-ns" | `%${string}`;

export interface TimeDetection {
  readonly format: TimeFormat;
  /** Every value says its zone (or is a count since 1970). */
  readonly zoned: boolean;
  /** The other format that fits as well: day and month cannot be told apart. */
  readonly ambiguousWith?: TimeFormat;
  /** Share of the values that the format reads, 0 to 1. */
  readonly share: number;
}

const isoShape =
  /^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[Tt ]+\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?(?:[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?$/;
const isoZone = /(?:[Zz]|UTC|GMT|:\d{2}(?:[.,]\d+)?\s?[+-]\d{2}(?::?\d{2})?)$/;
const slashed =
  /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(,)?( +|T)(\d{1,2}):(\d{2})(:\d{2})?([.]\d+)?( ?[AaPp][Mm])?( ?(?:Z|[+-]\d{2}:?\d{2}))?$/;

/** Patterns with names of months, which are not ambiguous. */
const named: readonly { readonly shape: RegExp; readonly pattern: TimeFormat; readonly zoned: boolean }[] = [
  {
    shape: /^\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}$/,
    pattern: "%d/%b/%Y:%H:%M:%S %z",
    zoned: true,
  },
  {
    shape: /^[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2} \d{4}$/,
    pattern: "%a %b %d %H:%M:%S %Y",
    zoned: false,
  },
  {
    shape: /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/,
    pattern: "%a, %d %b %Y %H:%M:%S %z",
    zoned: true,
  },
  { shape: /^[A-Z][a-z]{2} \d{1,2},? \d{4} \d{2}:\d{2}:\d{2}$/, pattern: "%b %d %Y %H:%M:%S", zoned: false },
  { shape: /^\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4} \d{2}:\d{2}:\d{2}$/, pattern: "%d-%b-%Y %H:%M:%S", zoned: false },
];

/**
 * Finds the format that reads most of the values.
 *
 * @param values texts (numbers as text) from one column; empty ones are ignored
 * @param enough the share of the values that must be read; less where it is known that these are times
 */
export function detectTime(values: readonly string[], enough = 0.9): TimeDetection | undefined {
  const used = values.map(v => v.trim()).filter(v => v !== "" && v !== "-");
  if (used.length === 0) return undefined;
  const share = (test: (value: string) => boolean): number => used.filter(test).length / used.length;
  const iso = share(v => isoShape.test(v));
  if (iso >= enough) return { format: "iso", zoned: used.every(v => isoZone.test(v) || !isoShape.test(v)), share: iso };
  const numbers = share(v => /^\d{9,20}(\.\d+)?$/.test(v));
  if (numbers >= enough) return detectEpoch(used, numbers);
  const dates = share(v => slashed.test(v));
  if (dates >= enough) return detectSlashed(used, dates);
  for (const { shape, pattern, zoned } of named) {
    const found = share(v => shape.test(v));
    if (found >= enough) return { format: pattern, zoned, share: found };
  }
  return undefined;
}

/** By magnitude: the years 1990 to 2100 in seconds, milliseconds, microseconds or nanoseconds. */
function detectEpoch(values: readonly string[], share: number): TimeDetection | undefined {
  const number = Number(values.find(v => /^\d/.test(v)));
  const [from, to] = [631_152_000, 4_102_444_800];
  const units = [
    ["epoch-s", 1],
    ["epoch-ms", 1e3],
    ["epoch-us", 1e6],
    ["epoch-ns", 1e9],
  ] as const;
  const unit = units.find(([, factor]) => number >= from * factor && number < to * factor);
  return unit === undefined ? undefined : { format: unit[0], zoned: true, share };
}

function detectSlashed(values: readonly string[], share: number): TimeDetection | undefined {
  const parts = values.map(v => slashed.exec(v)).filter(m => m !== null);
  const sample = parts[0];
  if (sample === undefined) return undefined;
  const dayFirst = parts.some(m => Number(m[1]) > 12);
  const monthFirst = parts.some(m => Number(m[3]) > 12);
  if (dayFirst && monthFirst) return undefined;
  const zoned = parts.every(m => m[12] !== undefined);
  const day = slashedPattern(sample, parts, "%d", "%m");
  const month = slashedPattern(sample, parts, "%m", "%d");
  // Dates with dots are day first everywhere (CLDR); with slashes and dashes both orders are in use.
  if (dayFirst || sample[2] === ".") return { format: day, zoned, share };
  if (monthFirst) return { format: month, zoned, share };
  return { format: month, zoned, share, ambiguousWith: day };
}

function slashedPattern(
  m: RegExpExecArray,
  all: readonly RegExpExecArray[],
  first: string,
  second: string,
): TimeFormat {
  const hours = m[11] === undefined ? "%H" : "%I";
  const seconds = m[9] === undefined ? "" : ":%S";
  const fraction = all.some(part => part[10] !== undefined) ? ".%n" : "";
  const half = m[11] === undefined ? "" : m[11].startsWith(" ") ? " %p" : "%p";
  const zone = m[12] === undefined ? "" : m[12].startsWith(" ") ? " %z" : "%z";
  const separator = m[2] ?? "/";
  return `${first}${separator}${second}${separator}%Y${m[5] ?? ""}${m[6] === "T" ? "T" : " "}${hours}:%M${seconds}${fraction}${half}${zone}` as TimeFormat;
}

/** A zone as people write it: `UTC`, `+02:00`, or a name of the IANA database. */
export function isTimeZone(text: string): boolean {
  if (offsetMinutes(text) !== undefined) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
}

export function isTimeFormat(text: string): text is TimeFormat {
  return text === "iso" || /^epoch-(s|ms|us|ns)$/.test(text) || /%/.test(text);
}

/**
 * SQL that turns a text into a TIMESTAMP in UTC, or null when the format does not read it. Digits beyond the microsecond
 * are cut off.
 *
 * @param slot an SQL expression of type VARCHAR, made by us
 * @param zone for texts that do not say theirs
 */
export function timeSql(format: TimeFormat, zone: string, slot: string): string {
  const text = `trim(${slot})`;
  switch (format) {
    case "iso":
      return isoSql(text, zone);
    case "epoch-s":
      return epochSql(text, 1_000_000);
    case "epoch-ms":
      return epochSql(text, 1000);
    case "epoch-us":
      return epochSql(text, 1);
    case "epoch-ns":
      return `make_timestamp(try_cast(regexp_extract(${text}, '^(\\d{4,18})\\d{3}(\\.\\d+)?$', 1) as BIGINT))`;
    default:
      return patternSql(format, text, zone);
  }
}

/** To the year 9999, as KQL's datetime. */
function epochSql(text: string, micros: number): string {
  const exact = `try(floor(try_cast(${text} as DECIMAL(28,9)) * ${micros}))`;
  return `make_timestamp(case when ${exact} between 0 and ${lastMicros} then try_cast(${exact} as BIGINT) end)`;
}

const lastMicros = 253_402_300_799_999_999n;

function isoSql(text: string, zone: string): string {
  const plain = `replace(${text}, ',', '.')`;
  const zoned = `regexp_replace(regexp_replace(${plain}, '(?i)\\s?(UTC|GMT)$', 'Z'), '\\s?([+-]\\d{2}):?(\\d{2})$', '\\1:\\2')`;
  return (
    `case when not regexp_matches(${text}, '^\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}([Tt ]|$)') then null` +
    ` when regexp_matches(${text}, '(?i)(Z|UTC|GMT|:\\d{2}([.,]\\d+)?\\s?[+-]\\d{2}(:?\\d{2})?)$')` +
    ` then (try_cast(${zoned} as TIMESTAMPTZ) at time zone 'UTC')` +
    ` else ${inZone(`try_cast(${plain} as TIMESTAMP)`, zone)} end`
  );
}

function patternSql(format: string, text: string, zone: string): string {
  const formats = format.includes(".%n") ? [format, format.replace(".%n", "")] : [format];
  const list = formats.map(f => quoteLiteral(f)).join(", ");
  if (format.includes("%z")) return `(try_strptime(${text}, [${list}]) at time zone 'UTC')`;
  return inZone(`cast(try_strptime(${text}, [${list}]) as TIMESTAMP)`, zone);
}

/** A time moved by milliseconds; null where that is no instant that KQL has. */
export function shiftedSql(sql: string, shiftMs: number): string {
  const moved = `try(${sql} + to_milliseconds(${shiftMs}))`;
  return `case when ${moved} between TIMESTAMP '0001-01-01' and TIMESTAMP '9999-12-31 23:59:59.999999' then ${moved} end`;
}

/** A local time as UTC. Names of zones come from `isTimeZone`. */
function inZone(sql: string, zone: string): string {
  const minutes = offsetMinutes(zone);
  if (minutes === 0) return sql;
  if (minutes !== undefined) return `(${sql} - to_minutes(${minutes}))`;
  return `(timezone(${quoteLiteral(zone)}, ${sql}) at time zone 'UTC')`;
}

/**
 * The same for one text, where that is possible without DuckDB: for previews and for the time of lines that are set aside.
 *
 * @returns undefined for patterns, for named zones, and for what the format does not read
 */
export function readTime(format: TimeFormat, zone: string, text: string): Micros | undefined {
  const value = text.trim();
  if (format === "iso") {
    const at = parseInstant(value.replace(/\//g, "-").replace(/GMT$/, "UTC"));
    if (at === undefined || isoZone.test(value)) return at;
    const minutes = offsetMinutes(zone);
    return minutes === undefined ? undefined : at - BigInt(minutes) * 60_000_000n;
  }
  const number = /^(\d{1,20})(?:\.(\d+))?$/.exec(value);
  if (number === null || !format.startsWith("epoch-")) return undefined;
  const digits = { "epoch-s": 6, "epoch-ms": 3, "epoch-us": 0, "epoch-ns": -3 } as const;
  const shift = digits[format as keyof typeof digits];
  const whole = number[1] ?? "";
  const micros = shift < 0 ? whole.slice(0, shift) : whole + (number[2] ?? "").padEnd(shift, "0").slice(0, shift);
  const at = BigInt(micros === "" ? 0 : micros);
  return at > lastMicros ? undefined : at;
}
