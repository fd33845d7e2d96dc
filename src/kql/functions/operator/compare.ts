/** Equality and order, with KQL's null rules. */
import type { KqlType } from "../../../base/column.js";
import { docs } from "../build.js";
import { convert } from "../convert.js";
import { inOneScale } from "../decimals.js";
import { constantString, emitLiteral } from "../literal.js";
import type { BinaryOperator, EmitContext, SqlExpr } from "../spec.js";

const numericRank: Partial<Record<KqlType, number>> = { int: 1, long: 2, real: 3, decimal: 4 };

/** The type two operands are compared in. */
export function commonType(a: KqlType, b: KqlType): KqlType {
  if (a === b) return a;
  const [x, y] = [numericRank[a], numericRank[b]];
  if (x !== undefined && y !== undefined) return x > y ? a : b;
  if (a === "dynamic") return b;
  if (b === "dynamic") return a;
  return a === "string" ? b : a;
}

export function unify(left: SqlExpr, right: SqlExpr, context: EmitContext): readonly [SqlExpr, SqlExpr] {
  const type = commonType(left.type, right.type);
  const [a = left, b = right] = inOneScale([convert(left, type, context), convert(right, type, context)], context);
  return [a, b];
}

export function equal(left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  const [a, b] = unify(left, right, context);
  if (a.type === "dynamic") return dynamicEqual(a, b);
  const filter = `(${a.sql} = ${b.sql})`;
  if (a.notNull === true && b.notNull === true) return { sql: filter, type: "bool", notNull: true };
  if (a.notNull === true || b.notNull === true)
    return { sql: `(${a.sql} is not distinct from ${b.sql})`, type: "bool", notNull: true, filter };
  return { sql: `k_eq(${a.sql}, ${b.sql})`, type: "bool", filter };
}

/** Two dynamic values: equal when their minified JSON is; JSON null is null. */
function dynamicEqual(a: SqlExpr, b: SqlExpr): SqlExpr {
  const json = (e: SqlExpr) => `nullif(json(${e.sql})::VARCHAR, 'null')`;
  return { sql: `k_eq(${json(a)}, ${json(b)})`, type: "bool" };
}

function notEqual(left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  const [a, b] = unify(left, right, context);
  if (a.type === "dynamic") return negate(dynamicEqual(a, b));
  const filter = `(${a.sql} is distinct from ${b.sql})`;
  if (a.notNull === true && b.notNull === true) return { sql: `(${a.sql} <> ${b.sql})`, type: "bool", notNull: true };
  if (a.notNull === true || b.notNull === true) return { sql: filter, type: "bool", notNull: true };
  return { sql: `k_ne(${a.sql}, ${b.sql})`, type: "bool", filter };
}

export function negate(e: SqlExpr): SqlExpr {
  return { sql: `(not ${e.sql})`, type: "bool", ...(e.notNull === true ? { notNull: true } : {}) };
}

/** Case-insensitive forms compare lower case; a literal is lowered here, and dropped where it has no case. */
export function lowered(e: SqlExpr, context: EmitContext): SqlExpr {
  const constant = constantString(e);
  if (constant !== undefined) return emitLiteral({ type: "string", value: constant.toLowerCase() }, context);
  return { sql: `lower(${e.sql})`, type: "string", notNull: true };
}

export const hasCase = (text: string): boolean => text.toLowerCase() !== text.toUpperCase();

function equalTilde(left: SqlExpr, right: SqlExpr, context: EmitContext): SqlExpr {
  const [a, b] = [convert(left, "string", context), convert(right, "string", context)];
  const caseless = [a, b].some(e => !hasCase(constantString(e) ?? "a"));
  const [x, y] = caseless ? [a, b] : [lowered(a, context), lowered(b, context)];
  return { sql: `(${x.sql} = ${y.sql})`, type: "bool", notNull: true };
}

function order(symbol: "<" | "<=" | ">" | ">=", page: string): BinaryOperator {
  return {
    nulls: "propagate",
    doc: docs(page),
    emit: (left, right, _type, context) => {
      const [a, b] = unify(left, right, context);
      if (a.type === "dynamic")
        return context.refuse("ordering two dynamic values", "convert them, for example by tolong()");
      const notNull = a.notNull === true && b.notNull === true;
      return { sql: `(${a.sql} ${symbol} ${b.sql})`, type: "bool", ...(notNull ? { notNull } : {}) };
    },
  };
}

/** Boolean and, or: SQL's three-valued logic is KQL's. */
function logic(word: "and" | "or"): BinaryOperator {
  return {
    nulls: "custom",
    doc: docs("logical-operators"),
    emit: (left, right, _type, context) => {
      const [a, b] = [convert(left, "bool", context), convert(right, "bool", context)];
      const sql = `(${a.sql} ${word} ${b.sql})`;
      const filter = `(${a.filter ?? a.sql} ${word} ${b.filter ?? b.sql})`;
      const notNull = a.notNull === true && b.notNull === true;
      return { sql, type: "bool", ...(filter === sql ? {} : { filter }), ...(notNull ? { notNull } : {}) };
    },
  };
}

/** Rows by syntax kind without "Expression". */
export const comparisonOperators: Readonly<Record<string, BinaryOperator>> = {
  Equal: {
    nulls: "custom",
    doc: docs("scalar-data-types/null-values#equality-and-inequality-of-null-values"),
    emit: (l, r, _t, context) => equal(l, r, context),
  },
  NotEqual: {
    nulls: "custom",
    doc: docs("scalar-data-types/null-values#equality-and-inequality-of-null-values"),
    emit: (l, r, _t, context) => notEqual(l, r, context),
  },
  EqualTilde: {
    nulls: "empty-string",
    doc: docs("equals-operator"),
    emit: (l, r, _t, context) => equalTilde(l, r, context),
  },
  BangTilde: {
    nulls: "empty-string",
    doc: docs("not-equals-operator"),
    emit: (l, r, _t, context) => negate(equalTilde(l, r, context)),
  },
  LessThan: order("<", "numerical-operators"),
  LessThanOrEqual: order("<=", "numerical-operators"),
  GreaterThan: order(">", "numerical-operators"),
  GreaterThanOrEqual: order(">=", "numerical-operators"),
  And: logic("and"),
  Or: logic("or"),
};

const timespanEnd = (low: SqlExpr, high: SqlExpr): boolean => low.type === "datetime" && high.type === "timespan";

/**
 * `x between (low .. high)`: both ends belong to it; when `low` is a datetime, `high` may be a length of time.
 *
 * Source: https://learn.microsoft.com/kusto/query/between-operator
 */
export function between(
  e: SqlExpr,
  range: { readonly low: SqlExpr; readonly high: SqlExpr; readonly add: BinaryOperator },
  context: EmitContext,
): SqlExpr {
  const high = timespanEnd(range.low, range.high)
    ? range.add.emit(range.low, range.high, "datetime", context)
    : range.high;
  const type = commonType(commonType(e.type, range.low.type), high.type);
  const [x, a, b] = inOneScale(
    [e, range.low, high].map(operand => convert(operand, type, context)),
    context,
  );
  if (x === undefined || a === undefined || b === undefined) return context.refuse("between without a range");
  const notNull = [x, a, b].every(o => o.notNull === true);
  return { sql: `(${x.sql} between ${a.sql} and ${b.sql})`, type: "bool", ...(notNull ? { notNull } : {}) };
}
