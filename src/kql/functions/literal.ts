/** The one printer of constants into SQL, and folding of conversions between constants. */
import type { KqlType } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { wholeType } from "./decimals.js";
import type { ConstantValue, EmitContext, JsonValue, SqlExpr } from "./spec.js";
import { formatDatetime, formatTimespan, parseDatetime, parseTimespan, ticksToMicros } from "./time-text.js";

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const decimalPattern = /^-?\d{1,21}(\.\d{1,17})?$/;

/**
 * A constant as SQL. Numbers, times and guids are printed (they are digits only); strings and JSON are bound.
 *
 * Units: datetime and timespan constants are ticks; the SQL holds whole microseconds (floored) and ticks.
 */
export function emitLiteral(constant: ConstantValue, context: Pick<EmitContext, "bind">): SqlExpr {
  if (constant.type === "string") return { sql: context.bind(constant.value), type: "string", constant, notNull: true };
  if (constant.value === null && !(constant.type === "dynamic" && constant.text !== undefined))
    return nullLiteral(constant.type);
  const whole =
    constant.type === "decimal" && /^-?\d{1,38}$/.test(constant.value ?? "")
      ? { whole: `'${constant.value}'::${wholeType}` }
      : {};
  return {
    sql: valueSql(constant, context),
    type: constant.type,
    constant,
    notNull: constant.value !== null,
    ...whole,
  };
}

/** Text of ours (JSON paths, regular expressions of fixed form) as a SQL string. It must hold no NUL character. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function nullSql(type: KqlType): string {
  return type === "string" ? "''" : `cast(null as ${duckdbTypes[type]})`;
}

/** The null of a type ('' for string). */
export function nullLiteral(type: KqlType): SqlExpr {
  if (type === "string") return { sql: "''", type, constant: { type, value: "" }, notNull: true };
  const whole = type === "decimal" ? { whole: `cast(null as ${wholeType})` } : {};
  return { sql: nullSql(type), type, constant: { type, value: null }, ...whole };
}

function valueSql(constant: Exclude<ConstantValue, { type: "string" }>, context: Pick<EmitContext, "bind">): string {
  switch (constant.type) {
    case "bool":
      return constant.value === true ? "true" : "false";
    case "int":
    case "long":
    case "timespan":
      return `(${constant.value})::${duckdbTypes[constant.type]}`;
    case "real":
      return realSql(constant.value ?? 0);
    case "decimal":
      return decimalPattern.test(constant.value ?? "")
        ? `'${constant.value}'::${duckdbTypes.decimal}`
        : `try_cast(${context.bind(constant.value ?? "")} as ${duckdbTypes.decimal})`;
    case "datetime":
      return `make_timestamp(${ticksToMicros(constant.value ?? 0n)})`;
    case "guid": {
      const guid = constant.value?.toLowerCase() ?? "";
      return guidPattern.test(guid) ? `'${guid}'::UUID` : `try_cast(${context.bind(guid)} as UUID)`;
    }
    case "dynamic":
      return `${context.bind(constant.text ?? JSON.stringify(constant.value))}::JSON`;
  }
}

function realSql(value: number): string {
  if (Number.isNaN(value)) return "'NaN'::DOUBLE";
  if (!Number.isFinite(value)) return value > 0 ? "'Infinity'::DOUBLE" : "'-Infinity'::DOUBLE";
  return `(${Object.is(value, -0) ? "-0.0" : String(value)})::DOUBLE`;
}

/** A real as Kusto prints it: `1.0`, `0.5`, `1e+16`. Undefined where SQL's own printing must decide (exponents). */
export function formatReal(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? `${Object.is(value, -0) ? "-0" : value}.0` : undefined;
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15 ? String(value) : undefined;
}

/** The text of a constant as `tostring()` prints it; undefined when only SQL can say. */
export function constantText(c: ConstantValue): string | undefined {
  if (c.value === null) return "";
  switch (c.type) {
    case "string":
      return c.value;
    case "guid":
      return c.value?.toLowerCase();
    case "bool":
      return c.value === true ? "True" : "False";
    case "int":
    case "long":
      return String(c.value);
    case "real":
      return formatReal(c.value ?? 0);
    case "decimal":
      return undefined;
    case "datetime":
      return formatDatetime(c.value ?? 0n);
    case "timespan":
      return formatTimespan(c.value ?? 0n);
    case "dynamic":
      return typeof c.value === "string" ? c.value : (c.text ?? JSON.stringify(c.value));
  }
}

/** Converts a constant at compile time where that is exact; undefined leaves it to SQL. */
export function convertConstant(c: ConstantValue, to: KqlType): ConstantValue | undefined {
  if (c.type === to) return c;
  if (c.type !== "string" && c.value === null && c.type !== "dynamic")
    return to === "string" ? { type: "string", value: "" } : { type: to, value: null };
  switch (to) {
    case "string": {
      const text = constantText(c);
      return text === undefined ? undefined : { type: "string", value: text };
    }
    case "int":
    case "long":
      return toInteger(c, to);
    case "real":
      return c.type === "int" || c.type === "long" ? { type: "real", value: Number(c.value) } : undefined;
    case "datetime":
      return c.type === "string" ? { type: "datetime", value: parseDatetime(c.value) ?? null } : undefined;
    case "timespan":
      return c.type === "string" ? { type: "timespan", value: parseTimespan(c.value) ?? null } : undefined;
    case "dynamic":
      return toDynamic(c);
    default:
      return undefined;
  }
}

function toInteger(c: ConstantValue, to: "int" | "long"): ConstantValue | undefined {
  const limit = to === "int" ? 2n ** 31n : 2n ** 63n;
  const fit = (value: bigint): ConstantValue => ({ type: to, value: value < limit && value >= -limit ? value : null });
  if (c.type === "int" || c.type === "long") return fit(c.value ?? 0n);
  if (c.type === "real" && Number.isFinite(c.value)) return fit(BigInt(Math.trunc(c.value ?? 0)));
  if (c.type === "dynamic" && typeof c.value === "number" && Number.isSafeInteger(c.value)) return fit(BigInt(c.value));
  return undefined;
}

function toDynamic(c: ConstantValue): ConstantValue | undefined {
  switch (c.type) {
    case "string":
    case "guid":
      return { type: "dynamic", value: c.value };
    case "bool":
      return { type: "dynamic", value: c.value };
    case "int":
    case "long":
      return { type: "dynamic", value: Number(c.value), text: String(c.value) };
    case "datetime":
    case "timespan":
      return { type: "dynamic", value: constantText(c) ?? "" };
    default:
      return undefined;
  }
}

export function isConstantNull(e: SqlExpr): boolean {
  return e.constant !== undefined && e.constant.value === null;
}

/** The string constant of an argument, or undefined. */
export function constantString(e: SqlExpr | undefined): string | undefined {
  return e?.constant?.type === "string" ? e.constant.value : undefined;
}

/** The whole-number constant of an argument, or undefined. */
export function constantInteger(e: SqlExpr | undefined): bigint | undefined {
  const c = e?.constant;
  if (c === undefined || c.value === null) return undefined;
  if (c.type === "int" || c.type === "long") return c.value ?? undefined;
  if (c.type === "real" && Number.isInteger(c.value)) return BigInt(c.value ?? 0);
  return undefined;
}

/** The elements of a constant dynamic array as constants; undefined when it is none. */
export function constantElements(e: SqlExpr): readonly JsonValue[] | undefined {
  return e.constant?.type === "dynamic" && Array.isArray(e.constant.value)
    ? (e.constant.value as readonly JsonValue[])
    : undefined;
}
