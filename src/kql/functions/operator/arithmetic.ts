/** `+ - * / %` over numbers and times. long wraps around at 64 bits; division by zero is null; `%` is never negative. */
import type { KqlType } from "../../../base/column.js";
import { docs } from "../build.js";
import { convert } from "../convert.js";
import { duckdbType, scaleOf } from "../decimals.js";
import { emitLiteral } from "../literal.js";
import { once } from "../once.js";
import type { BinaryOperator, ConstantValue, EmitContext, SqlExpr } from "../spec.js";
import { combined, emitTree, fitsInt, integerConstant, rangeOf, treeOf } from "./integer.js";
import { floorDiv, maxDatetimeTicks, mod } from "../time-text.js";

type Operation = "Add" | "Subtract" | "Multiply" | "Divide" | "Modulo";
type Emit = BinaryOperator["emit"];

const wide = 2n ** 64n;
export const wrap64 = (n: bigint): bigint => {
  const m = mod(n, wide);
  return m >= wide / 2n ? m - wide : m;
};
const wrap32 = (n: bigint): bigint => BigInt.asIntN(32, n);

const foldInteger: Readonly<Record<Operation, (a: bigint, b: bigint) => bigint | null>> = {
  Add: (a, b) => a + b,
  Subtract: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  Divide: (a, b) => (b === 0n ? null : a / b),
  Modulo: (a, b) => (b === 0n ? null : mod(a, b < 0n ? -b : b)),
};

const symbols: Readonly<Record<Operation, string>> = {
  Add: "+",
  Subtract: "-",
  Multiply: "*",
  Divide: "/",
  Modulo: "%",
};

/** Two integers; the result is long (or int, when the binder says so). */
function integers(op: Operation, left: SqlExpr, right: SqlExpr, at: Place): SqlExpr {
  const { type, context } = at;
  const [x, y] = [left, right].map(e => integerConstant(e));
  if (x !== undefined && y !== undefined) {
    const folded = foldInteger[op](x, y);
    const wrap = type === "int" ? wrap32 : wrap64;
    return emitLiteral({ type, value: folded === null ? null : wrap(folded) } as ConstantValue, context);
  }
  const [a, b] = [convert(left, "long", context), convert(right, "long", context)];
  const value =
    op === "Divide" || op === "Modulo"
      ? quotient(op, { left, right, a, b })
      : emitTree(combined(op, treeOf(left, a), treeOf(right, b)));
  const exact = op !== "Divide" && op !== "Modulo";
  const notNull = exact && a.notNull === true && b.notNull === true ? { notNull: true } : {};
  if (type !== "int") return { ...value, type, ...notNull };
  const sql = fitsInt(value.range) ? `cast(${value.sql} as INTEGER)` : `k_wrap32(${value.sql})`;
  return { sql, type, ...notNull };
}

interface Place {
  readonly type: KqlType;
  readonly context: EmitContext;
}

interface Operands {
  readonly left: SqlExpr;
  readonly right: SqlExpr;
  /** The same as long. */
  readonly a: SqlExpr;
  readonly b: SqlExpr;
}

/** `/` and `%`: plain for a harmless constant. */
function quotient(op: "Divide" | "Modulo", { left, right, a, b }: Operands): Pick<SqlExpr, "sql" | "range"> {
  const divisor = integerConstant(right);
  if (divisor === undefined || divisor <= 0n || divisor >= 2n ** 31n)
    return { sql: `${op === "Divide" ? "k_div" : "k_mod"}(${a.sql}, ${b.sql})` };
  const known = rangeOf(left);
  if (op === "Divide") {
    const range = known === undefined ? {} : { range: { min: known.min / divisor, max: known.max / divisor } };
    return { sql: `(${a.sql} // ${b.sql})`, ...range };
  }
  const remainder = `${a.sql} % ${divisor}`;
  const sql = known !== undefined && known.min >= 0n ? `(${remainder})` : `((${remainder} + ${divisor}) % ${divisor})`;
  return { sql, range: { min: 0n, max: divisor - 1n } };
}

/** IEEE arithmetic: division by zero is ±Infinity or NaN. */
function reals(op: Operation, left: SqlExpr, right: SqlExpr, at: Place): SqlExpr {
  const [a, b] = [convert(left, "real", at.context), convert(right, "real", at.context)];
  const sql = op === "Modulo" ? `k_fmod(${a.sql}, ${b.sql})` : `(${a.sql} ${symbols[op]} ${b.sql})`;
  const notNull = op !== "Modulo" && a.notNull === true && b.notNull === true;
  return { sql, type: "real", ...(notNull ? { notNull } : {}) };
}

function decimals(op: Operation, left: SqlExpr, right: SqlExpr, at: Place): SqlExpr {
  const pair = [left, right].map(e => convert(e, "decimal", at.context));
  const whole =
    op !== "Divide" && pair.some(e => e.scale === 0) && pair.every(e => e.scale === 0 || e.whole !== undefined);
  const [a, b] = pair.map(e => `${e.sql}::VARCHAR`);
  const call = at.context.callUdf("ku_decimal", [`'${symbols[op]}'`, a ?? "null", b ?? "null"]);
  const scale = whole ? { scale: 0 as const } : {};
  return { sql: `try_cast(${call} as ${duckdbType({ type: "decimal", ...scale })})`, type: "decimal", ...scale };
}

/** datetime ± timespan. Constants fold, so that time bounds stay literals. Outside year 1 to 9999 it is null. */
function shift(op: "Add" | "Subtract", at: SqlExpr, by: SqlExpr, context: EmitContext): SqlExpr {
  const [c, d] = [at.constant, by.constant];
  if (c?.type === "datetime" && d?.type === "timespan" && c.value !== null && d.value !== null) {
    const ticks = op === "Add" ? c.value + d.value : c.value - d.value;
    return emitLiteral({ type: "datetime", value: ticks >= 0n && ticks <= maxDatetimeTicks ? ticks : null }, context);
  }
  const ticks = d?.type === "timespan" ? d.value : null;
  if (ticks === null) return { sql: `k_at(epoch_us(${at.sql}) + ${microsOf(by, op)})`, type: "datetime" };
  const micros = floorDiv(op === "Add" ? ticks : -ticks, 10n);
  return { sql: once([at.sql], (t = "") => `k_shift(epoch_us(${t}), (${micros}))`), type: "datetime" };
}

function microsOf(span: SqlExpr, op: "Add" | "Subtract"): string {
  return op === "Add" ? `k_floordiv(${span.sql}, 10)` : `k_floordiv(-(${span.sql}), 10)`;
}

function datetimeDifference(left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  const [c, d] = [left.constant, right.constant];
  if (c?.type === "datetime" && d?.type === "datetime" && c.value !== null && d.value !== null)
    return emitLiteral({ type: "timespan", value: c.value - d.value }, context);
  const notNull = left.notNull === true && right.notNull === true;
  const sql = `((epoch_us(${left.sql}) - epoch_us(${right.sql})) * 10)`;
  const range = { min: -maxDatetimeTicks, max: maxDatetimeTicks };
  return { sql, type: "timespan", range, ...(notNull ? { notNull } : {}) };
}

/** timespan with a number: multiplied or divided, rounded towards zero to a tick. */
function scale(op: "Multiply" | "Divide", span: SqlExpr, by: SqlExpr, context: EmitContext): SqlExpr {
  const integer = by.type === "int" || by.type === "long";
  if (integer) return toSpan(integers(op, asLong(span), by, { type: "long", context }));
  const factor = convert(by, "real", context);
  return { sql: `try_cast(trunc(${span.sql}::DOUBLE ${symbols[op]} ${factor.sql}) as BIGINT)`, type: "timespan" };
}

/** The same ticks, seen as a long. */
function asLong(span: SqlExpr): SqlExpr {
  const { constant: c, ...rest } = span;
  const constant = c?.type === "timespan" ? { constant: { type: "long", value: c.value } as const } : {};
  return { ...rest, type: "long", ...constant };
}

function toSpan(e: SqlExpr): SqlExpr {
  const { constant: c, ...rest } = e;
  const constant = c?.type === "long" ? { constant: { type: "timespan", value: c.value } as const } : {};
  return { ...rest, type: "timespan", ...constant };
}

function spans(op: Operation, left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  if (op === "Divide") {
    const sql = `(${left.sql}::DOUBLE / ${right.sql}::DOUBLE)`;
    return { sql, type: "real" };
  }
  return toSpan(integers(op, asLong(left), asLong(right), { type: "long", context }));
}

function times(op: Operation, left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  const [a, b] = [left.type, right.type];
  if (a === "datetime" && b === "datetime" && op === "Subtract") return datetimeDifference(left, right, context);
  if (a === "datetime" && b === "timespan" && (op === "Add" || op === "Subtract"))
    return shift(op, left, right, context);
  if (a === "timespan" && b === "datetime" && op === "Add") return shift("Add", right, left, context);
  if (a === "timespan" && b === "timespan") return spans(op, left, right, context);
  if (a === "timespan" && b !== "datetime" && (op === "Multiply" || op === "Divide"))
    return scale(op, left, right, context);
  if (b === "timespan" && a !== "datetime" && op === "Multiply") return scale("Multiply", right, left, context);
  return context.refuse(`${a} ${symbols[op]} ${b}`);
}

const isTime = (e: SqlExpr): boolean => e.type === "datetime" || e.type === "timespan";

/** A dynamic operand takes the type of the other side, or of the result. */
function settle(e: SqlExpr, other: SqlExpr, resultType: KqlType, context: EmitContext): SqlExpr {
  if (e.type !== "dynamic" && e.type !== "string" && e.type !== "bool") return e;
  const to = other.type === "dynamic" || other.type === "string" || other.type === "bool" ? resultType : other.type;
  return convert(e, to === "dynamic" ? "real" : to, context);
}

function arithmetic(op: Operation): Emit {
  return (left, right, resultType, context) => {
    const [a, b] = [settle(left, right, resultType, context), settle(right, left, resultType, context)];
    if (isTime(a) || isTime(b)) return times(op, a, b, context);
    if (a.type === "decimal" || b.type === "decimal") return decimals(op, a, b, { type: "decimal", context });
    if (a.type === "real" || b.type === "real") return reals(op, a, b, { type: "real", context });
    return integers(op, a, b, { type: resultType === "int" ? "int" : "long", context });
  };
}

const page = docs("numerical-operators");
const differs = "Overflow of long wraps around at 64 bits (Kusto's pages do not say what it does).";

export const arithmeticOperators: Readonly<Record<string, BinaryOperator>> = {
  Add: { nulls: "propagate", doc: page, differs, emit: arithmetic("Add") },
  Subtract: { nulls: "propagate", doc: page, differs, emit: arithmetic("Subtract") },
  Multiply: { nulls: "propagate", doc: page, differs, emit: arithmetic("Multiply") },
  Divide: { nulls: "propagate", doc: page, emit: arithmetic("Divide") },
  Modulo: { nulls: "propagate", doc: page, emit: arithmetic("Modulo") },
};

/** `-x` of a number or a timespan. */
export function unaryMinus(e: SqlExpr, context: EmitContext): SqlExpr {
  const c = e.constant;
  if (c !== undefined && c.value !== null) {
    if (c.type === "long" || c.type === "timespan")
      return emitLiteral({ type: c.type, value: wrap64(-c.value) }, context);
    if (c.type === "int") return emitLiteral({ type: "int", value: wrap32(-c.value) }, context);
    if (c.type === "real") return emitLiteral({ type: "real", value: -c.value }, context);
  }
  const notNull = e.notNull === true ? { notNull: true } : {};
  switch (e.type) {
    case "long":
    case "timespan":
      return { sql: `k_neg(${e.sql})`, type: e.type, ...notNull };
    case "int":
      return { sql: `k_wrap32(-(${e.sql}::BIGINT))`, type: "int", ...notNull };
    case "dynamic":
      return unaryMinus(convert(e, "real", context), context);
    default:
      return { sql: `(-${e.sql})`, type: e.type, ...notNull, ...scaleOf(e) };
  }
}
