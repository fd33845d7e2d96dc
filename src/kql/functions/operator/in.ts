/**
 * `in`, `in~`, `has_any`, `has_all` and their negations. In the language service's syntax kinds `In` is the
 * case-sensitive `in` and `InCs` is `in~`; `NotIn` is `!in` and `NotInCs` is `!in~`.
 */
import type { KqlType } from "../../../base/column.js";
import { docs } from "../build.js";
import { convert } from "../convert.js";
import { inOneScale, scaleOf } from "../decimals.js";
import { constantElements, constantString, emitLiteral, isConstantNull } from "../literal.js";
import type { ConstantValue, EmitContext, InOperator, JsonValue, SqlExpr } from "../spec.js";
import { anyTermPattern } from "../term.js";
import { lowered, negate } from "./compare.js";
import { termTest } from "./text.js";

/** Splits the items into single values and arrays known only when the query runs. */
function spread(items: readonly SqlExpr[], context: EmitContext) {
  const single: SqlExpr[] = [];
  const arrays: SqlExpr[] = [];
  for (const item of items) {
    const elements = constantElements(item);
    if (elements !== undefined) single.push(...elements.flatMap(e => (e === null ? [] : [element(e, context)])));
    else if (item.type === "dynamic" && item.constant === undefined) arrays.push(item);
    else if (!isConstantNull(item)) single.push(item);
  }
  return { single, arrays };
}

function element(value: JsonValue, context: EmitContext): SqlExpr {
  return emitLiteral(elementConstant(value), context);
}

function elementConstant(value: JsonValue): ConstantValue {
  if (typeof value === "string") return { type: "string", value };
  if (typeof value === "boolean") return { type: "bool", value };
  if (typeof value !== "number") return { type: "dynamic", value };
  return Number.isSafeInteger(value) ? { type: "long", value: BigInt(value) } : { type: "real", value };
}

/** The type the comparison is made in: the left side's, or for a dynamic left side the items'. */
function comparisonType(left: SqlExpr, single: readonly SqlExpr[]): KqlType {
  if (left.type !== "dynamic") {
    const reals = single.some(s => s.type === "real");
    return reals && (left.type === "long" || left.type === "int") ? "real" : left.type;
  }
  const types = new Set(single.map(s => s.type));
  if (types.size === 1) return single[0]?.type === "dynamic" ? "string" : (single[0]?.type ?? "string");
  return "string";
}

const never: SqlExpr = { sql: "false", type: "bool", constant: { type: "bool", value: false }, notNull: true };

function membership(
  left: SqlExpr,
  items: readonly SqlExpr[],
  at: { readonly mode: "cs" | "ci"; readonly context: EmitContext },
) {
  const { mode, context } = at;
  const { single, arrays } = spread(items, context);
  const type = mode === "ci" ? "string" : comparisonType(left, single);
  const fold = (e: SqlExpr) => (mode === "ci" ? lowered(e, context) : e);
  const [x = left, ...others] = inOneScale(
    [left, ...single].map(s => fold(convert(s, type, context))),
    context,
  );
  const values = others.map(s => s.sql);
  const parts = values.length === 0 ? [] : [`${x.sql} in (${values.join(", ")})`];
  for (const array of arrays) parts.push(inArray(left, array, at));
  if (parts.length === 0) return never;
  const filter = parts.length === 1 ? `(${parts[0]})` : `(${parts.map(p => `(${p})`).join(" or ")})`;
  if (x.notNull === true && arrays.length === 0) return { sql: filter, type: "bool", notNull: true } satisfies SqlExpr;
  return { sql: `coalesce(${filter}, false)`, type: "bool", notNull: true, filter } satisfies SqlExpr;
}

/** Elements of a JSON array are compared as text: `1` and `"1"` are the same there. */
function inArray(
  left: SqlExpr,
  array: SqlExpr,
  at: { readonly mode: "cs" | "ci"; readonly context: EmitContext },
): string {
  const asText = convert(left, "string", at.context);
  if (at.mode === "cs") return `list_contains(k_strs(${array.sql}), ${asText.sql})`;
  const folded = lowered(asText, at.context);
  return `list_contains(list_transform(k_strs(${array.sql}), lambda v: lower(v)), ${folded.sql})`;
}

function inSubquery(
  left: SqlExpr,
  subselect: SqlExpr,
  at: { readonly mode: "cs" | "ci"; readonly context: EmitContext },
): SqlExpr {
  const { mode, context } = at;
  const type = mode === "ci" ? "string" : left.type === "dynamic" ? subselect.type : left.type;
  const fold = (e: SqlExpr) => (mode === "ci" ? lowered(e, context) : e);
  const element: SqlExpr = {
    sql: "s.v",
    type: subselect.type,
    notNull: subselect.type === "string",
    ...scaleOf(subselect),
  };
  const pair = [left, element].map(e => fold(convert(e, type, context)));
  const [x = left, column = element] = inOneScale(pair, context);
  const filter = `(${x.sql} in (select ${column.sql} from (${subselect.sql}) s(v) where ${column.sql} is not null))`;
  return { sql: `coalesce(${filter}, false)`, type: "bool", notNull: true, filter };
}

function hasAny(left: SqlExpr, items: readonly SqlExpr[], context: EmitContext): SqlExpr {
  const { single, arrays } = spread(items, context);
  const text = convert(left, "string", context);
  const needles = single.map(s => constantString(convert(s, "string", context)));
  const constants = needles.filter(n => n !== undefined);
  const parts: string[] = [];
  if (constants.length === 1 || constants.includes(""))
    for (const n of constants)
      parts.push(termTest("has", "ci")(text, emitLiteral({ type: "string", value: n }, context), context).sql);
  else if (constants.length > 1)
    parts.push(`regexp_matches(${text.sql}, ${context.bind(`(?i)${anyTermPattern(constants)}`)})`);
  single.forEach((s, i) => {
    if (needles[i] === undefined) parts.push(termTest("has", "ci")(text, s, context).sql);
  });
  for (const array of arrays) parts.push(hasArray("any", text, array, context));
  return parts.length === 0 ? never : { sql: `(${parts.join(" or ")})`, type: "bool", notNull: true };
}

function hasAll(left: SqlExpr, items: readonly SqlExpr[], context: EmitContext): SqlExpr {
  const { single, arrays } = spread(items, context);
  const text = convert(left, "string", context);
  const parts = single.map(s => termTest("has", "ci")(text, s, context).sql);
  for (const array of arrays) parts.push(hasArray("all", text, array, context));
  return parts.length === 0 ? never : { sql: `(${parts.join(" and ")})`, type: "bool", notNull: true };
}

function hasArray(mode: "any" | "all", text: SqlExpr, array: SqlExpr, context: EmitContext): string {
  return `coalesce(${context.callUdf("ku_has_terms", [text.sql, `${array.sql}::VARCHAR`, `'${mode}'`])}, false)`;
}

function hasSubquery(mode: "any" | "all"): InOperator["subquery"] {
  return (left, subselect, context) => {
    const column = convert({ sql: "s.v", type: subselect.type }, "string", context);
    const array = `(select to_json(list(${column.sql})) from (${subselect.sql}) s(v))`;
    return {
      sql: hasArray(mode, convert(left, "string", context), { sql: array, type: "dynamic" }, context),
      type: "bool",
      notNull: true,
    };
  };
}

function membershipRow(page: string, mode: "cs" | "ci", form: "in" | "not in"): InOperator {
  const finish = (e: SqlExpr) => (form === "in" ? e : negate(e));
  return {
    nulls: "custom",
    doc: docs(`${page}-operator`),
    differs: "Elements of a dynamic array that is not constant are compared as text.",
    list: (left, items, context) => finish(membership(left, items, { mode, context })),
    subquery: (left, subselect, context) => finish(inSubquery(left, subselect, { mode, context })),
  };
}

/** Rows by syntax kind without "Expression". */
export const inOperators: Readonly<Record<string, InOperator>> = {
  In: membershipRow("in-cs", "cs", "in"),
  InCs: membershipRow("in", "ci", "in"),
  NotIn: membershipRow("not-in-cs", "cs", "not in"),
  NotInCs: membershipRow("not-in", "ci", "not in"),
  HasAny: { nulls: "empty-string", doc: docs("has-any-operator"), list: hasAny, subquery: hasSubquery("any") },
  HasAll: { nulls: "empty-string", doc: docs("has-all-operator"), list: hasAll, subquery: hasSubquery("all") },
};
