/** Aggregates that make and merge sketches, and the schema of dynamic values. */
import type { AggregateFunction, EmitContext, SqlExpr } from "./spec.js";
import { docs } from "./build.js";
import { convert } from "./convert.js";
import { constantInteger } from "./literal.js";

const page = (name: string): string => docs(`${name}-aggregation-function`);

/** ` filter (where …)` of all conditions that are there. */
function filtered(conditions: readonly (string | undefined)[]): string {
  const present = conditions.filter(c => c !== undefined).map(c => `(${c})`);
  return present.length === 0 ? "" : ` filter (where ${present.join(" and ")})`;
}

/** Registers of each accuracy. Source: https://learn.microsoft.com/kusto/query/hll-aggregation-function#estimation-accuracy */
const bitsOf = [12, 14, 16, 17, 18];

function hllRow(conditional: boolean): AggregateFunction {
  return {
    doc: page(conditional ? "hll-if" : "hll"),
    differs: "Hashes are not Kusto's: a sketch cannot be merged with one that Kusto stored.",
    emit: (args, _type, context) => {
      const [e, ...rest] = args;
      if (e === undefined) return context.refuse("hll without an argument");
      const predicate = conditional ? rest[0] : undefined;
      const accuracy = conditional ? rest[1] : rest[0];
      const level = accuracy === undefined ? 1n : constantInteger(accuracy);
      const bits = bitsOf[Number(level ?? -1)];
      if (bits === undefined) return context.refuse("an accuracy that is not a constant from 0 to 4");
      const condition = predicate === undefined ? undefined : convert(predicate, "bool", context);
      const filter = filtered([presentIn(e), condition?.filter ?? condition?.sql]);
      const hashes = `list(distinct md5_number_lower(${convert(e, "string", context).sql}))${filter}`;
      const sql = context.callUdf("ku_hll", [`coalesce(to_json(${hashes}), '[]')::VARCHAR`, `${bits}::BIGINT`]);
      return { sql, type: "dynamic" };
    },
  };
}

/** The condition under which a value is not null. */
function presentIn(e: SqlExpr): string | undefined {
  if (e.notNull === true) return undefined;
  return e.type === "dynamic" ? `json_type(${e.sql}) <> 'NULL'` : `${e.sql} is not null`;
}

function mergeRow(name: string, udf: string): AggregateFunction {
  return {
    doc: page(name),
    emit: ([e], _type, context) => {
      if (e === undefined) return context.refuse(`${name} without an argument`);
      const list = `list(${convert(e, "dynamic", context).sql})`;
      return { sql: context.callUdf(udf, [`coalesce(to_json(${list}), '[]')::VARCHAR`]), type: "dynamic" };
    },
  };
}

/** What a digest holds for a value: a number, or the ticks of a time. */
function measured(e: SqlExpr, context: EmitContext): SqlExpr {
  if (e.type === "datetime") return { sql: `k_ticks(${e.sql})`, type: "datetime" };
  if (e.type === "timespan" || e.type === "int" || e.type === "long") return e;
  return convert(e, "real", context);
}

const tdigest: AggregateFunction = {
  doc: page("tdigest"),
  differs: "Exact up to 2,048 distinct values, then a t-digest of our own.",
  emit: ([e, weight], _type, context) => {
    if (e === undefined) return context.refuse("tdigest without an argument");
    const x = measured(e, context);
    const type = e.type === "decimal" || e.type === "dynamic" || e.type === "string" ? "real" : e.type;
    const finite = x.type === "real" ? `isfinite(${x.sql})` : `${x.sql} is not null`;
    const call = (values: string, weights: string): SqlExpr => ({
      sql: context.callUdf("ku_tdigest", [values, weights, `'${type}'`]),
      type: "dynamic",
    });
    if (weight === undefined) {
      const counts = `histogram(${x.sql})${filtered([finite])}`;
      const listed = (part: string) => `coalesce(to_json(${part}(${counts})), '[]')::VARCHAR`;
      return call(listed("map_keys"), listed("map_values"));
    }
    const w = convert(weight, "real", context).sql;
    const filter = filtered([finite, `${w} > 0`]);
    const listed = (sql: string) => `coalesce(to_json(list(${sql})${filter}), '[]')::VARCHAR`;
    return call(listed(x.sql), listed(w));
  },
};

const buildSchema: AggregateFunction = {
  doc: page("buildschema"),
  emit: ([e], _type, context) => {
    if (e === undefined) return context.refuse("buildschema without an argument");
    const list = `list(${convert(e, "dynamic", context).sql})${filtered([presentIn({ ...e, notNull: false })])}`;
    return { sql: context.callUdf("ku_build_schema", [`coalesce(to_json(${list}), '[]')::VARCHAR`]), type: "dynamic" };
  },
};

export const sketchAggregates: Readonly<Record<string, AggregateFunction>> = {
  hll: hllRow(false),
  hll_if: hllRow(true),
  hll_merge: mergeRow("hll-merge", "ku_hll_merge"),
  tdigest,
  tdigest_merge: mergeRow("tdigest-merge", "ku_tdigest_merge"),
  merge_tdigest: mergeRow("tdigest-merge", "ku_tdigest_merge"),
  buildschema: buildSchema,
};
