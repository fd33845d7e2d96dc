/** Aggregates of `summarize`: SQL aggregates over the group. Nulls are passed over, as in Kusto. */
import type { KqlType } from "../../base/column.js";
import { sketchAggregates } from "./aggregate-sketch.js";
import { docs } from "./build.js";
import { once } from "./once.js";
import { convert } from "./convert.js";
import { duckdbType, scaleOf } from "./decimals.js";
import { constantElements, constantInteger } from "./literal.js";
import type { AggregateFunction, EmitContext, SqlExpr } from "./spec.js";

const page = (name: string): string => docs(`${name}-aggregation-function`);

/** ` filter (where …)` of an …if aggregate. */
function filterOf(predicate: SqlExpr | undefined, context: EmitContext): string {
  if (predicate === undefined) return "";
  const p = convert(predicate, "bool", context);
  return ` filter (where ${p.filter ?? p.sql})`;
}

interface Split {
  /** The value arguments. */
  readonly values: readonly SqlExpr[];
  readonly filter: string;
}

/** `form` says whether a predicate follows the `arity` value arguments. */
function split(args: readonly SqlExpr[], form: Form, context: EmitContext): Split {
  const { arity, conditional } = form;
  const values = args.slice(0, arity);
  return { values, filter: conditional ? filterOf(args[arity], context) : "" };
}

interface Form {
  readonly arity: number;
  readonly conditional: boolean;
}

type Emit = (e: SqlExpr, filter: string, at: { readonly type: KqlType; readonly context: EmitContext }) => SqlExpr;

/** The plain row and its …if row. */
function pair(name: string, ifName: string, emit: Emit, doc = name): Record<string, AggregateFunction> {
  const row = (conditional: boolean): AggregateFunction => ({
    doc: page(conditional ? `${doc}if` : doc),
    emit: (args, type, context) => {
      const { values, filter } = split(args, { arity: 1, conditional }, context);
      const [e] = values;
      return e === undefined ? context.refuse(`${name} without an argument`) : emit(e, filter, { type, context });
    },
  });
  return { [name]: row(false), [ifName]: row(true) };
}

const isNumeric = (type: KqlType): boolean => ["int", "long", "real", "decimal"].includes(type);

/** What numbers are aggregated as: dynamic values as reals. */
function numeric(e: SqlExpr, context: EmitContext): SqlExpr {
  return isNumeric(e.type) || e.type === "timespan" || e.type === "datetime" ? e : convert(e, "real", context);
}

/** Sums of no rows are 0; sums of long wrap around. */
const sum: Emit = (e, filter, { context }) => {
  const x = numeric(e, context);
  if (x.type === "real") return { sql: `coalesce(sum(${x.sql})${filter}, 0)::DOUBLE`, type: "real", notNull: true };
  if (x.type === "decimal")
    return {
      sql: `coalesce(sum(${x.sql})${filter}, 0)::${duckdbType(x)}`,
      type: "decimal",
      notNull: true,
      ...scaleOf(x),
    };
  const type = x.type === "timespan" ? "timespan" : "long";
  return { sql: `k_wrap(coalesce(sum(${x.sql})${filter}, 0)::HUGEINT)`, type, notNull: true };
};

/** Of no values the average is 0 / 0. Source: https://learn.microsoft.com/kusto/query/summarize-operator#examples */
const average: Emit = (e, filter, { context }) => {
  const x = numeric(e, context);
  if (x.type === "datetime")
    return { sql: `k_at(cast(floor(avg(epoch_us(${x.sql}))${filter}) as BIGINT))`, type: "datetime" };
  if (x.type === "timespan") return { sql: `cast(trunc(avg(${x.sql})${filter}) as BIGINT)`, type: "timespan" };
  if (x.type === "decimal") {
    if (x.scale === 0) return context.refuse("the average of numbers of parse_version()");
    const parts = [`(sum(${x.sql})${filter})::VARCHAR`, `(count(${x.sql})${filter})::VARCHAR`];
    return { sql: `try_cast(${context.callUdf("ku_decimal", ["'/'", ...parts])} as DECIMAL(38,17))`, type: "decimal" };
  }
  const sql = `avg(${convert(x, "real", context).sql})${filter}`;
  return { sql: `coalesce(${sql}, 'NaN'::DOUBLE)`, type: "real", notNull: true };
};

const extreme =
  (name: "min" | "max"): Emit =>
  (e, filter, { context }) => {
    const x = e.type === "dynamic" || e.type === "bool" ? convert(e, e.type === "bool" ? "int" : "real", context) : e;
    // An empty string is a value; a string aggregate over no rows is ''.
    if (x.type === "string") return { sql: `coalesce(${name}(${x.sql})${filter}, '')`, type: "string", notNull: true };
    const sql = `${name}(${x.sql})${filter}`;
    return e.type === "bool" ? { sql: `(${sql})::BOOLEAN`, type: "bool" } : { sql, type: x.type, ...scaleOf(x) };
  };

/** Distinct values, exactly. Strings count '' as a value; JSON null does not count. */
const distinct: Emit = (e, filter) => {
  const sql = e.type === "dynamic" ? `nullif(json(${e.sql})::VARCHAR, 'null')` : e.sql;
  return { sql: `count(distinct ${sql})${filter}`, type: "long", notNull: true, range: counts };
};

const variance =
  (name: "var_samp" | "var_pop" | "stddev_samp" | "stddev_pop"): Emit =>
  (e, filter, { context }) => {
    // A single value has no spread, and neither has none: 0.
    const given = numeric(e, context);
    const x = convert(given, "real", context).sql;
    if (given.type !== "real") return { sql: `coalesce(${name}(${x})${filter}, 0)`, type: "real", notNull: true };
    // DuckDB raises for what is not finite; of such values the spread is no number.
    const finite = `coalesce(${name}(case when isfinite(${x}) then ${x} end)${filter}, 0)`;
    const sql = `case when bool_or(not isfinite(${x}))${filter} then 'NaN'::DOUBLE else ${finite} end`;
    return { sql, type: "real", notNull: true };
  };

const limitDefault = 1_048_576;

/** `(expr [, predicate] [, maxSize])` to the list's parts. */
function listArguments(args: readonly SqlExpr[], conditional: boolean, context: EmitContext) {
  const [e, second, third] = args;
  if (e === undefined) return context.refuse("a list without an argument");
  const size = conditional ? third : second;
  const limit =
    size === undefined
      ? limitDefault
      : Number(constantInteger(size) ?? context.refuse("a maximal size that is no constant"));
  const j = convert(e, "dynamic", context);
  const condition = conditional && second !== undefined ? convert(second, "bool", context) : undefined;
  const present =
    e.type === "dynamic" ? `json_type(${j.sql}) <> 'NULL'` : e.notNull === true ? undefined : `${e.sql} is not null`;
  const filter = [present, condition && (condition.filter ?? condition.sql)]
    .filter(p => p !== undefined)
    .map(p => `(${p})`);
  return {
    json: j.sql,
    source: e,
    limit,
    filter: filter.length === 0 ? "" : ` filter (where ${filter.join(" and ")})`,
  };
}

const cut = (list: string, limit: number): string =>
  limit >= limitDefault
    ? `coalesce(to_json(${list}), '[]'::JSON)`
    : `coalesce(to_json(list_slice(${list}, 1, ${Math.max(limit, 0)})), '[]'::JSON)`;

const inOrder = (context: EmitContext): string => (context.order === undefined ? "" : ` ${context.order}`);

/** Arrays count element by element. Source: the examples of geo-point-in-polygon-function and geo-h3cell-rings-function. */
function listRow(name: string, conditional: boolean): AggregateFunction {
  return {
    doc: page(name),
    emit: (args, _type, context) => {
      const { json, source, limit, filter } = listArguments(args, conditional, context);
      const list = (item: string) => `list(${item}${inOrder(context)})${filter}`;
      const elements = `case json_type(${json}) when 'ARRAY' then json_extract(${json}, '$[*]')::JSON[] else [${json}] end`;
      const sql = source.type === "dynamic" ? `flatten(${list(elements)})` : list(json);
      return { sql: cut(sql, limit), type: "dynamic", notNull: true };
    },
  };
}

/** The distinct values, sorted (Kusto promises no order, we promise the same one each time); elements of arrays count one by one. */
function setRow(name: string, conditional: boolean): AggregateFunction {
  return {
    doc: page(name),
    emit: (args, _type, context) => {
      const { json, source, limit, filter } = listArguments(args, conditional, context);
      if (source.type === "dynamic") {
        const elements = `case json_type(${json}) when 'ARRAY' then json_extract(${json}, '$[*]')::JSON[] else [${json}] end`;
        const present = `list_filter(flatten(list(${elements})${filter}), lambda v: json_type(v) <> 'NULL')`;
        return { sql: cut(`list_sort(list_distinct(${present}))`, limit), type: "dynamic", notNull: true };
      }
      const sorted = ["string", "int", "long", "bool"].includes(source.type) ? source.sql : json;
      return { sql: cut(`list_sort(list(distinct ${sorted})${filter})`, limit), type: "dynamic", notNull: true };
    },
  };
}

/** Picks the value of one row per group: nulls give way to values. */
function anyRow(conditional: boolean): AggregateFunction {
  return {
    doc: page(conditional ? "take-anyif" : "take-any"),
    differs: "The first row's value (Kusto takes any).",
    emit: ([e, predicate], _type, context) => {
      if (e === undefined) return context.refuse("take_any without an argument");
      const sql = `any_value(${e.sql})${conditional ? filterOf(predicate, context) : ""}`;
      return e.type === "string"
        ? { sql: `coalesce(${sql}, '')`, type: "string", notNull: true }
        : { sql, type: e.type };
    },
  };
}

/** Nearest rank: the smallest value whose share of rows reaches the percentage; exact where Kusto estimates. */
function percentileOf(e: SqlExpr, percent: number): string {
  return `quantile_disc(${e.sql}, ${Math.min(Math.max(percent, 0), 100) / 100})`;
}

function constantNumber(e: SqlExpr | undefined, context: EmitContext): number {
  const c = e?.constant;
  if (c?.type === "real" && c.value !== null && Number.isFinite(c.value)) return c.value;
  const n = e === undefined ? undefined : constantInteger(e);
  return n === undefined ? context.refuse("a percentile that is no constant") : Number(n);
}

/**
 * One percentile of an expression: for `percentile` and for each column of `percentiles`.
 *
 * Source: https://learn.microsoft.com/kusto/query/percentiles-aggregation-function (nearest-rank estimate)
 */
export function emitPercentile(e: SqlExpr, percentile: SqlExpr, context: EmitContext): SqlExpr {
  const x = e.type === "dynamic" || e.type === "string" ? convert(e, "real", context) : e;
  return { sql: percentileOf(x, constantNumber(percentile, context)), type: x.type };
}

const percentileDiffers = "Exact (Kusto estimates on large groups).";

const percentileArray: AggregateFunction = {
  doc: page("percentiles"),
  differs: percentileDiffers,
  emit: ([e, ...rest], _type, context) => {
    if (e === undefined) return context.refuse("percentiles without an argument");
    const percents = percentages(rest, context);
    const x = e.type === "dynamic" || e.type === "string" ? convert(e, "real", context) : e;
    const items = percents.map(p => convert({ sql: percentileOf(x, p), type: x.type }, "dynamic", context).sql);
    return { sql: `json_array(${items.join(", ")})`, type: "dynamic", notNull: true };
  },
};

/** The smallest value at which the running weight, in order of the values, reaches the percentage of the whole. */
function weightedPercentiles(
  args: readonly SqlExpr[],
  context: EmitContext,
): { readonly parts: readonly string[]; readonly type: KqlType } {
  const [e, weight, ...rest] = args;
  if (e === undefined || weight === undefined) return context.refuse("a weighted percentile without its arguments");
  const x = e.type === "dynamic" || e.type === "string" ? convert(e, "real", context) : e;
  const w = convert(weight, "real", context).sql;
  const sorted = `list_sort(list(struct_pack(v := ${x.sql}, w := ${w})) filter (where ${x.sql} is not null and ${w} > 0))`;
  const percents = percentages(rest, context);
  const parts = percents.map(p =>
    once([sorted], (l = "") => {
      const weights = `to_json(list_transform(${l}, lambda k__x: k__x.w))::VARCHAR`;
      return `${l}[${context.callUdf("ku_weighted_rank", [weights, `(${p})::DOUBLE`])}].v`;
    }),
  );
  return { parts, type: x.type };
}

/** Percentages written one by one or as one constant array. */
function percentages(args: readonly SqlExpr[], context: EmitContext): readonly number[] {
  const listed = args.length === 1 && args[0] !== undefined ? constantElements(args[0]) : undefined;
  if (listed === undefined) return args.map(a => constantNumber(a, context));
  const numbers = listed.map(Number);
  return numbers.every(Number.isFinite) ? numbers : context.refuse("a percentage that is no number");
}

const weightedDoc = page("percentilesw");

function bitwise(name: string, sql: string): AggregateFunction {
  return {
    doc: page(name),
    emit: ([e], _type, context) =>
      e === undefined
        ? context.refuse(`${name} without an argument`)
        : { sql: `${sql}(${convert(e, "long", context).sql})`, type: "long" },
  };
}

function covariance(name: "covar_samp" | "covar_pop", docName: string, conditional: boolean): AggregateFunction {
  return {
    doc: page(docName),
    emit: ([a, b, predicate], _type, context) => {
      if (a === undefined || b === undefined) return context.refuse("covariance without its two arguments");
      const [x, y] = [convert(a, "real", context).sql, convert(b, "real", context).sql];
      const filter = conditional ? filterOf(predicate, context) : "";
      return { sql: `${name}(${x}, ${y})${filter}`, type: "real" };
    },
  };
}

/** No engine counts further. */
const counts = { min: 0n, max: 2n ** 48n };

const count: AggregateFunction = {
  doc: page("count"),
  emit: ([predicate], _type, context) => ({
    sql: `count(*)${filterOf(predicate, context)}`,
    type: "long",
    notNull: true,
    range: counts,
  }),
};

const dcountDiffers = "Exact (Kusto estimates).";
const dcounts = pair("dcount", "dcountif", distinct);

/** The bags of a group as one: the first value of a key wins. */
function makeBag(conditional: boolean): AggregateFunction {
  return {
    doc: page(conditional ? "make-bag-if" : "make-bag"),
    emit: (args, _type, context) => {
      const { json, filter } = listArguments(args, conditional, context);
      const merged = context.callUdf("ku_bag_merge", [`to_json(list(${json})${filter})::VARCHAR`]);
      return { sql: `coalesce(${merged}, '{}'::JSON)`, type: "dynamic", notNull: true };
    },
  };
}

export const aggregateFunctions: Readonly<Record<string, AggregateFunction>> = {
  count,
  cnt: count,
  countif: { ...count, doc: page("countif") },
  ...pair("sum", "sumif", sum),
  ...pair("avg", "avgif", average),
  ...pair("min", "minif", extreme("min")),
  ...pair("max", "maxif", extreme("max")),
  ...Object.fromEntries(Object.entries(dcounts).map(([name, row]) => [name, { ...row, differs: dcountDiffers }])),
  ...pair("count_distinct", "count_distinctif", distinct, "count-distinct"),
  ...pair("stdev", "stdevif", variance("stddev_samp")),
  ...pair("stdevp", "stdevpif", variance("stddev_pop")),
  ...pair("variance", "varianceif", variance("var_samp")),
  ...pair("variancep", "variancepif", variance("var_pop")),
  make_list: listRow("make-list", false),
  makelist: listRow("make-list", false),
  make_list_if: listRow("make-list-if", true),
  make_list_with_nulls: {
    doc: page("make-list-with-nulls"),
    emit: ([e], _type, context) =>
      e === undefined
        ? context.refuse("make_list_with_nulls without an argument")
        : {
            sql: `coalesce(to_json(list(${convert(e, "dynamic", context).sql})), '[]'::JSON)`,
            type: "dynamic",
            notNull: true,
          },
  },
  make_set: setRow("make-set", false),
  makeset: setRow("make-set", false),
  make_set_if: setRow("make-set-if", true),
  make_bag: makeBag(false),
  make_dictionary: makeBag(false),
  make_bag_if: makeBag(true),
  take_any: anyRow(false),
  any: anyRow(false),
  take_anyif: anyRow(true),
  anyif: anyRow(true),
  percentile: {
    doc: page("percentiles"),
    differs: percentileDiffers,
    emit: ([e, p], _type, context) =>
      e === undefined || p === undefined
        ? context.refuse("percentile without its two arguments")
        : emitPercentile(e, p, context),
  },
  percentiles_array: percentileArray,
  percentilew: {
    doc: weightedDoc,
    differs: percentileDiffers,
    emit: (args, _type, context) => {
      const { parts, type } = weightedPercentiles(args, context);
      return { sql: parts[0] ?? "null", type };
    },
  },
  percentilesw_array: {
    doc: weightedDoc,
    differs: percentileDiffers,
    emit: (args, _type, context) => {
      const { parts, type } = weightedPercentiles(args, context);
      const items = parts.map(sql => convert({ sql, type }, "dynamic", context).sql);
      return { sql: `json_array(${items.join(", ")})`, type: "dynamic", notNull: true };
    },
  },
  covariance: covariance("covar_samp", "covariance", false),
  covarianceif: covariance("covar_samp", "covarianceif", true),
  covariancep: covariance("covar_pop", "covariancep", false),
  covariancepif: covariance("covar_pop", "covariancepif", true),
  binary_all_and: bitwise("binary-all-and", "bit_and"),
  binary_all_or: bitwise("binary-all-or", "bit_or"),
  binary_all_xor: bitwise("binary-all-xor", "bit_xor"),
  ...sketchAggregates,
};
