/** JavaScript values → DuckDB values, by KQL type. Anything that does not fit is refused; nothing becomes NULL silently. */
import { isUint8Array } from "node:util/types";
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { Column, KqlType } from "../base/column.js";
import { HuntError } from "../base/error.js";
import type { DuckDb } from "./duckdb.js";
import { minifyJson, wellFormedJson } from "./json-text.js";
import { parseDatetimeMicros, parseTimespanTicks } from "./time-text.js";

/** Returned by an encoder for a value it cannot take. */
const unfit = Symbol("unfit");
type Encoder = (value: NonNullable<unknown>) => DuckDBValue | typeof unfit;

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
const int32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n } as const;
const decimalScale = 17;
const decimalLimit = 10n ** 38n;

/** A whole number from number, bigint or digits; NaN and fractions do not fit. */
function wholeNumber(value: unknown): bigint | typeof unfit {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : unfit;
  if (typeof value === "string" && /^\s*[-+]?\d+\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ""));
  return unfit;
}

function between(value: unknown, range: { readonly min: bigint; readonly max: bigint }): bigint | typeof unfit {
  const whole = wholeNumber(value);
  return whole !== unfit && whole >= range.min && whole <= range.max ? whole : unfit;
}

function encodeReal(value: unknown): number | typeof unfit {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || value.trim() === "") return unfit;
  if (/^\s*[-+]?nan\s*$/i.test(value)) return NaN;
  const infinite = /^\s*([-+]?)inf(inity)?\s*$/i.exec(value);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const number = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value) ? Number(value) : NaN;
  return Number.isNaN(number) ? unfit : number;
}

/** Digits beyond 17 after the point do not fit. */
function scaledDecimal(value: unknown): bigint | typeof unfit {
  const text = typeof value === "number" || typeof value === "bigint" ? plainDigits(value) : value;
  if (typeof text !== "string") return unfit;
  const match = /^\s*([-+]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (match === null || `${match[2] ?? ""}${match[3] ?? ""}` === "") return unfit;
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimalScale) return unfit;
  const size = BigInt(`${match[2] ?? ""}${fraction.padEnd(decimalScale, "0")}`);
  if (size >= decimalLimit) return unfit;
  return match[1] === "-" ? -size : size;
}

/** A number without an exponent; undefined for those that are not finite. */
function plainDigits(value: number | bigint): string | undefined {
  const text = value.toString();
  if (typeof value === "bigint" || /^-?\d+(\.\d+)?$/.test(text)) return text;
  return Number.isFinite(value) ? value.toFixed(decimalScale) : undefined;
}

function encodeText(value: NonNullable<unknown>): string | typeof unfit {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : unfit;
}

function encodeBool(value: unknown): boolean | typeof unfit {
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1 || value === 0n || value === 1n) return Boolean(value);
  if (typeof value !== "string") return unfit;
  const text = value.trim().toLowerCase();
  return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : unfit;
}

function encodeMicros(value: unknown): bigint | typeof unfit {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? unfit : BigInt(value.getTime()) * 1000n;
  return typeof value === "string" ? (parseDatetimeMicros(value) ?? unfit) : unfit;
}

function encodeTicks(value: unknown): bigint | typeof unfit {
  const text = typeof value === "string" ? parseTimespanTicks(value) : undefined;
  return text ?? between(value, int64);
}

const uuidPattern = /^\s*\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\s*$/i;

function uuidBits(value: unknown): bigint | typeof unfit {
  const match = typeof value === "string" ? uuidPattern.exec(value) : null;
  return match === null ? unfit : BigInt(`0x${match.slice(1).join("")}`);
}

/** JSON text as it is, minified; text that is not JSON becomes a JSON string, as Kusto's `parse_json` does. */
function jsonFromText(value: NonNullable<unknown>): string | null | typeof unfit {
  if (typeof value !== "string") return jsonFromValue(value);
  if (value.trim() === "") return null;
  try {
    return JSON.parse(value) === null ? null : wellFormedJson(minifyJson(value));
  } catch {
    return wellFormedJson(JSON.stringify(value));
  }
}

/** JSON of any value; bigint is written as a JSON number, Date as ISO text. Cycles and functions do not fit. */
function jsonFromValue(value: NonNullable<unknown>): string | typeof unfit {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? unfit : wellFormedJson(text);
  } catch {
    // JSON.stringify refuses bigint and cycles; the slower writer tells them apart.
    const text = jsonWithBigints(value, new Set());
    return text === undefined ? unfit : wellFormedJson(text);
  }
}

/** As JSON.stringify, with bigint as digits; undefined for what has no JSON. */
function jsonWithBigints(value: unknown, path: Set<object>): string | undefined {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || value instanceof Date) return JSON.stringify(value);
  if (path.has(value)) return undefined;
  path.add(value);
  const inner = (v: unknown): string | undefined => jsonWithBigints(v, path);
  const parts = Array.isArray(value)
    ? value.map(v => inner(v) ?? "null")
    : Object.entries(value).flatMap(([k, v]) => {
        const text = inner(v);
        return text === undefined ? [] : [`${JSON.stringify(k)}:${text}`];
      });
  path.delete(value);
  return Array.isArray(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
}

/** JSON text of a value, or undefined when it has none. */
export function jsonText(value: NonNullable<unknown>): string | undefined {
  const text = jsonFromValue(value);
  return text === unfit ? undefined : text;
}

export interface EncodeOptions {
  /** What strings in dynamic columns are: JSON text, or string values. Default `value`. */
  readonly dynamicAs?: "json-text" | "value";
}

function int32Of(value: unknown): number | typeof unfit {
  const whole = between(value, int32);
  return whole === unfit ? unfit : Number(whole);
}

/** The encoder of a type. Dictionaries of DuckDB's value classes are made here, so that the module stays lazy. */
function encoderFor(type: KqlType, duckdb: DuckDb, options: EncodeOptions): Encoder {
  const wrap =
    <T extends DuckDBValue>(
      parse: (value: NonNullable<unknown>) => T | typeof unfit,
      make: (v: T) => DuckDBValue,
    ): Encoder =>
    value => {
      const parsed = parse(value);
      return parsed === unfit ? unfit : make(parsed);
    };
  const encoders: Record<KqlType, Encoder> = {
    bool: encodeBool,
    // Whole numbers as they mostly come need no detour by bigint.
    int: v => (typeof v === "number" && (v | 0) === v ? v : int32Of(v)),
    long: v => (typeof v === "number" && Number.isSafeInteger(v) ? BigInt(v) : between(v, int64)),
    real: encodeReal,
    decimal: wrap<bigint>(scaledDecimal, v => new duckdb.DuckDBDecimalValue(v, 38, decimalScale)),
    string: encodeText,
    datetime: wrap<bigint>(encodeMicros, v => new duckdb.DuckDBTimestampValue(v)),
    timespan: encodeTicks,
    guid: wrap<bigint>(uuidBits, v => duckdb.DuckDBUUIDValue.fromUint128(v)),
    dynamic: options.dynamicAs === "json-text" ? jsonFromText : jsonFromValue,
  };
  return encoders[type];
}

/** DuckDB's type objects, for chunks. JSON is text there. */
export function chunkTypes(columns: readonly Column[], duckdb: DuckDb): readonly DuckDBType[] {
  const types: Record<KqlType, DuckDBType> = {
    bool: duckdb.BOOLEAN,
    int: duckdb.INTEGER,
    long: duckdb.BIGINT,
    real: duckdb.DOUBLE,
    decimal: duckdb.DECIMAL(38, decimalScale),
    string: duckdb.VARCHAR,
    datetime: duckdb.TIMESTAMP,
    timespan: duckdb.BIGINT,
    guid: duckdb.UUID,
    dynamic: duckdb.VARCHAR,
  };
  return columns.map(c => types[c.type]);
}

function describe(value: unknown): string {
  if (typeof value === "string") return `text '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (value instanceof Date) return "an invalid Date";
  if (isUint8Array(value)) return "bytes";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return `${typeof value} ${value}`;
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

/**
 * Makes the function that turns one row (values in column order) into DuckDB values.
 *
 * null and undefined become NULL, in string columns ''.
 * @throws HuntError `frame/bad-value` (names column, row and value), `frame/bad-row` (wrong number of values)
 */
export function rowEncoder(
  columns: readonly Column[],
  duckdb: DuckDb,
  options: EncodeOptions = {},
): (row: readonly unknown[], rowNumber: number) => DuckDBValue[] {
  const encoders = columns.map(c => ({ ...c, encode: encoderFor(c.type, duckdb, options) }));
  return (row, rowNumber) => {
    if (row.length !== encoders.length)
      throw new HuntError("frame/bad-row", `row ${rowNumber} has ${row.length} values for ${encoders.length} columns`);
    return encoders.map(({ name, type, encode }, i) => {
      const value = row[i];
      if (value === null || value === undefined) return type === "string" ? "" : null;
      const encoded = encode(value);
      if (encoded !== unfit) return encoded;
      throw new HuntError(
        "frame/bad-value",
        `row ${rowNumber}, column '${name}': ${describe(value)} is not a ${type}`,
        {
          hint: "correct the value, or give the column another type",
        },
      );
    });
  };
}
