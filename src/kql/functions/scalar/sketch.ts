/** Reading and merging the sketches that the aggregates `hll` and `tdigest` make. */
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";
import { fn, value } from "../build.js";
import { convert } from "../convert.js";
import { constantElements } from "../literal.js";

const json = (e: SqlExpr | undefined, context: EmitContext): string =>
  e === undefined ? context.refuse("a sketch that is missing") : `${convert(e, "dynamic", context).sql}::VARCHAR`;

function merged(page: string, udf: string): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: (args, _type, context) => {
      const items = args.map(a => convert(a, "dynamic", context).sql);
      return value("dynamic", context.callUdf(udf, [`to_json([${items.join(", ")}])::VARCHAR`]));
    },
  };
}

const percentileOf = (digest: string, percent: string, context: EmitContext): string =>
  context.callUdf("ku_tdigest_percentile", [digest, percent]);

const percentiles: ScalarFunction = {
  nulls: "custom",
  doc: fn("percentile-array-tdigest"),
  emit: ([digest, ...rest], _type, context) => {
    const listed = rest.length === 1 && rest[0]?.type === "dynamic" ? constantElements(rest[0]) : undefined;
    if (rest[0]?.type === "dynamic" && listed === undefined)
      return context.refuse("percentiles that are no constant array");
    const percents =
      listed === undefined ? rest.map(p => convert(p, "real", context).sql) : listed.map(p => `(${Number(p)})::DOUBLE`);
    const d = json(digest, context);
    return value("dynamic", `json_array(${percents.map(p => percentileOf(d, p, context)).join(", ")})`);
  },
};

function ranked(page: string, udf: string): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(page),
    emit: ([digest, e], _type, context) =>
      value("real", context.callUdf(udf, [json(digest, context), json(e, context)])),
  };
}

export const sketchFunctions: Readonly<Record<string, ScalarFunction>> = {
  hll_merge: merged("hll-merge", "ku_hll_merge"),
  dcount_hll: {
    nulls: "propagate",
    doc: fn("dcount-hll"),
    emit: ([sketch], _type, context) => value("long", context.callUdf("ku_hll_count", [json(sketch, context)])),
  },
  tdigest_merge: merged("merge-tdigest", "ku_tdigest_merge"),
  merge_tdigest: merged("merge-tdigest", "ku_tdigest_merge"),
  percentile_tdigest: {
    nulls: "propagate",
    doc: fn("percentile-tdigest"),
    // A third argument, `typeof(…)`, only says the type of the result: the compiler converts to it.
    emit: ([digest, percent], _type, context) =>
      value("dynamic", percentileOf(json(digest, context), convert(percent as SqlExpr, "real", context).sql, context)),
  },
  percentiles_array_tdigest: percentiles,
  rank_tdigest: ranked("rank-tdigest", "ku_tdigest_rank"),
  percentrank_tdigest: ranked("percentrank-tdigest", "ku_tdigest_percentrank"),
};
