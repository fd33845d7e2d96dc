/**
 * `series_*` and statistics. A function with several results is one dynamic array of them, in the order of its columns;
 * whoever names the columns takes them out by index.
 */
import type { KqlType } from "../../../base/column.js";
import { fn, plainRow, value } from "../build.js";
import { convert } from "../convert.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

type Argument = "json" | "string" | "long" | "real" | "bool";
const sqlTypes = { json: "VARCHAR", string: "VARCHAR", long: "BIGINT", real: "DOUBLE", bool: "BOOLEAN" } as const;

function argument(e: SqlExpr | undefined, kind: Argument, context: EmitContext): string {
  if (e === undefined) return `null::${sqlTypes[kind]}`;
  if (kind !== "json") return convert(e, kind, context).sql;
  return `${convert(e, "dynamic", context).sql}::VARCHAR`;
}

interface Shape {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly result?: KqlType;
  /** Constant arguments of the JavaScript function after the written ones. */
  readonly suffix?: readonly string[];
  readonly prefix?: readonly string[];
  readonly differs?: string;
}

function row(doc: string, shape: Shape): ScalarFunction {
  return {
    nulls: "custom",
    doc,
    ...(shape.differs === undefined ? {} : { differs: shape.differs }),
    emit: (args, _type, context) => {
      const written = shape.arguments.map((kind, i) => argument(args[i], kind, context));
      return value(
        shape.result ?? "dynamic",
        context.callUdf(shape.name, [...(shape.prefix ?? []), ...written, ...(shape.suffix ?? [])]),
      );
    },
  };
}

const binaryNames = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "pow",
  "greater",
  "greater_equals",
  "less",
  "less_equals",
  "equals",
  "not_equals",
];
const unaryNames = ["exp", "sign", "sin", "asin", "cos", "acos", "tan", "atan", "log", "floor", "ceiling", "abs"];
const page = (name: string): string => fn(`series-${name.replaceAll("_", "-")}`);

const elementwise = Object.fromEntries([
  ...binaryNames.map(
    name =>
      [
        `series_${name}`,
        row(page(name), { name: "ku_series_binary", arguments: ["json", "json"], prefix: [`'${name}'`] }),
      ] as const,
  ),
  ...unaryNames.map(
    name =>
      [
        `series_${name}`,
        row(page(name), { name: "ku_series_unary", arguments: ["json"], prefix: [`'${name}'`] }),
      ] as const,
  ),
]);

const single = (name: string, udf: string, count = 1): ScalarFunction =>
  row(page(name), { name: udf, arguments: Array.from({ length: count }, () => "json" as const), result: "real" });

const twoLines = "x counts from 1 over the whole series, also for the right line (the page does not say).";
const detection = "Periods are found by autocorrelation; their scores are not Kusto's (its method is not documented).";
const scores =
  "Scores are distances beyond the quantiles in units of their distance (Kusto's scale is not documented).";

export const seriesFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...elementwise,
  series_sum: single("sum", "ku_series_sum"),
  series_product: single("product", "ku_series_product"),
  series_magnitude: single("magnitude", "ku_series_magnitude"),
  series_dot_product: single("dot-product", "ku_series_dot_product", 2),
  series_cosine_similarity: {
    ...single("cosine-similarity", "ku_series_cosine_similarity", 2),
    emit: (args, type, context) =>
      args.length > 2
        ? context.refuse("series_cosine_similarity with magnitudes", "leave them out: they are computed")
        : single("cosine-similarity", "ku_series_cosine_similarity", 2).emit(args, type, context),
  },
  series_pearson_correlation: single("pearson-correlation", "ku_series_pearson", 2),
  series_fill_forward: row(page("fill-forward"), { name: "ku_series_fill_forward", arguments: ["json", "json"] }),
  series_fill_backward: row(page("fill-backward"), { name: "ku_series_fill_backward", arguments: ["json", "json"] }),
  series_fill_const: row(page("fill-const"), { name: "ku_series_fill_const", arguments: ["json", "json", "json"] }),
  series_fill_linear: {
    nulls: "custom",
    doc: page("fill-linear"),
    emit: (args, _type, context) => {
      const [series, placeholder, edges, constant] = args;
      // The constant for a series that knows nothing: 0.0 unless given, null when null is given.
      const fill = constant === undefined ? "'0.0'" : argument(constant, "json", context);
      const sql = [
        argument(series, "json", context),
        argument(placeholder, "json", context),
        argument(edges, "bool", context),
        fill,
      ];
      return value("dynamic", context.callUdf("ku_series_fill_linear", sql));
    },
  },
  series_fit_line: row(page("fit-line"), { name: "ku_series_fit_line", arguments: ["json"], suffix: ["'array'"] }),
  series_fit_line_dynamic: row(page("fit-line-dynamic"), {
    name: "ku_series_fit_line",
    arguments: ["json"],
    suffix: ["'bag'"],
  }),
  series_fit_2lines: row(page("fit-2lines"), {
    name: "ku_series_fit_2lines",
    arguments: ["json"],
    suffix: ["'array'"],
    differs: twoLines,
  }),
  series_fit_2lines_dynamic: row(page("fit-2lines-dynamic"), {
    name: "ku_series_fit_2lines",
    arguments: ["json"],
    suffix: ["'bag'"],
    differs: twoLines,
  }),
  series_fit_poly: row(page("fit-poly"), { name: "ku_series_fit_poly", arguments: ["json", "json", "long"] }),
  series_stats: row(page("stats"), { name: "ku_series_stats", arguments: ["json", "bool"], suffix: ["'array'"] }),
  series_stats_dynamic: row(page("stats-dynamic"), {
    name: "ku_series_stats",
    arguments: ["json", "bool"],
    suffix: ["'bag'"],
  }),
  series_outliers: row(page("outliers"), {
    name: "ku_series_outliers",
    arguments: ["json", "string", "json", "real", "real"],
    differs: scores,
  }),
  series_seasonal: row(page("seasonal"), {
    name: "ku_series_seasonal",
    arguments: ["json", "long", "long"],
    differs: detection,
  }),
  series_decompose: row(page("decompose"), {
    name: "ku_series_decompose",
    arguments: ["json", "long", "string", "long", "real"],
    differs: detection,
  }),
  // Its columns are those of series_decompose; a forecast learns a line unless told otherwise.
  series_decompose_forecast: {
    nulls: "custom",
    doc: page("decompose-forecast"),
    differs: detection,
    emit: ([series, points, period, trend, threshold], _type, context) => {
      const kind = trend === undefined ? "'linefit'" : argument(trend, "string", context);
      const sql = [
        argument(series, "json", context),
        argument(period, "long", context),
        kind,
        argument(points, "long", context),
        argument(threshold, "real", context),
      ];
      return value("dynamic", context.callUdf("ku_series_decompose", sql));
    },
  },
  series_decompose_anomalies: row(page("decompose-anomalies"), {
    name: "ku_series_decompose_anomalies",
    arguments: ["json", "real", "long", "string", "long", "string", "real"],
    differs: `${detection} ${scores}`,
  }),
  series_periods_detect: row(page("periods-detect"), {
    name: "ku_series_periods_detect",
    arguments: ["json", "real", "real", "long"],
    differs: detection,
  }),
  series_periods_validate: {
    nulls: "custom",
    doc: page("periods-validate"),
    differs: detection,
    emit: ([series, ...lengths], _type, context) => {
      const list = lengths.map(l => convert(l, "dynamic", context).sql).join(", ");
      return value(
        "dynamic",
        context.callUdf("ku_series_periods_validate", [
          argument(series, "json", context),
          `to_json([${list}])::VARCHAR`,
        ]),
      );
    },
  },
  series_fft: row(page("fft"), { name: "ku_series_fft", arguments: ["json", "json"], suffix: ["'forward'"] }),
  series_ifft: row(page("ifft"), { name: "ku_series_fft", arguments: ["json", "json"], suffix: ["'inverse'"] }),
  series_fir: row(page("fir"), { name: "ku_series_fir", arguments: ["json", "json", "bool", "bool"] }),
  series_iir: row(page("iir"), { name: "ku_series_iir", arguments: ["json", "json", "json"] }),
  erf: row(fn("erf"), { name: "ku_erf", arguments: ["real"], result: "real" }),
  erfc: row(fn("erfc"), { name: "ku_erfc", arguments: ["real"], result: "real" }),
  gamma: plainRow(fn("gamma"), ["real"], "real", (x = "") => `case when ${x} > 0 then gamma(${x}) end`),
  loggamma: plainRow(fn("loggamma"), ["real"], "real", (x = "") => `case when ${x} > 0 then lgamma(${x}) end`),
  beta_cdf: row(fn("beta-cdf"), { name: "ku_beta_cdf", arguments: ["real", "real", "real"], result: "real" }),
  beta_pdf: row(fn("beta-pdf"), { name: "ku_beta_pdf", arguments: ["real", "real", "real"], result: "real" }),
  beta_inv: row(fn("beta-inv"), {
    name: "ku_beta_inv",
    arguments: ["real", "real", "real"],
    result: "real",
    differs: "Null and NaN follow the example of the page; its text says the opposite.",
  }),
  welch_test: row(fn("welch-test"), {
    name: "ku_welch_test",
    arguments: ["real", "real", "real", "real", "real", "real"],
    result: "real",
  }),
};
