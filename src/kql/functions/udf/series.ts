/** `series_*`: numerics over JSON arrays. Functions with several results return them as one array, in the binder's order. */
import { variance } from "../../../stats/describe.js";
import { finiteResponse, infiniteResponse } from "../../../stats/filter.js";
import { fourier, inverseFourier } from "../../../stats/fourier.js";
import { fitLine, fitPolynomial, fitTwoLines } from "../../../stats/regression.js";
import {
  decompose,
  detectedPeriod,
  detectPeriods,
  fenceScores,
  periodScore,
  seasonalMedians,
  type DecomposeOptions,
} from "../../../stats/seasonality.js";
import {
  betaDensity,
  erf,
  erfc,
  incompleteBeta,
  inverseIncompleteBeta,
  studentTwoSided,
} from "../../../stats/special.js";
import { arrayElements, arrayText, objectText } from "../json-text.js";
import { nullable, strict } from "./define.js";

const isNumber = (json: string | undefined): json is string => json !== undefined && /^-?\d/.test(json);
const nonFinite: Readonly<Record<string, number>> = {
  '"NaN"': Number.NaN,
  '"Infinity"': Number.POSITIVE_INFINITY,
  '"-Infinity"': Number.NEGATIVE_INFINITY,
};

/** A number's value, undefined for anything else. */
function numberOf(json: string | undefined): number | undefined {
  if (isNumber(json)) return Number(json);
  return json === undefined ? undefined : nonFinite[json];
}

/** The numbers of an array; undefined when it is none or has anything but finite numbers. */
function numbers(json: string | null): readonly number[] | undefined {
  const elements = arrayElements(json);
  if (elements === undefined || elements.length === 0 || !elements.every(isNumber)) return undefined;
  return elements.map(Number);
}

/** A real as JSON: whole numbers keep `.0`, what JSON lacks is a string. */
function real(x: number): string {
  if (!Number.isFinite(x)) return JSON.stringify(Number.isNaN(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity");
  return Number.isInteger(x) && Math.abs(x) < 1e15 ? `${Object.is(x, -0) ? 0 : x}.0` : String(x);
}
const reals = (values: readonly number[]): string => arrayText(values.map(real));
const isWhole = (json: string): boolean => /^-?\d+$/.test(json);

type Operator = (a: number, b: number) => number | boolean;
const operators: Readonly<Record<string, Operator>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  greater: (a, b) => a > b,
  greater_equals: (a, b) => a >= b,
  less: (a, b) => a < b,
  less_equals: (a, b) => a <= b,
  equals: (a, b) => a === b,
  not_equals: (a, b) => a !== b,
};
const keepsIntegers = new Set(["add", "subtract", "multiply"]);
const bigOperators: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};

function elementwise(name: string, a: string | undefined, b: string | undefined): string {
  const [x, y, operate] = [numberOf(a), numberOf(b), operators[name]];
  if (x === undefined || y === undefined || operate === undefined) return "null";
  if (keepsIntegers.has(name) && a !== undefined && b !== undefined && isWhole(a) && isWhole(b))
    return String(BigInt.asIntN(64, bigOperators[name]?.(BigInt(a), BigInt(b)) ?? 0n));
  const result = operate(x, y);
  return typeof result === "boolean" ? String(result) : real(result);
}

/** One of the two may be a single number, which then stands at every place. */
function binary(name: string, left: string | null, right: string | null): string | undefined {
  const [a, b] = [arrayElements(left), arrayElements(right)];
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  if (a === undefined && b === undefined) return undefined;
  const at = (array: readonly string[] | undefined, single: string | null, i: number) =>
    array === undefined ? (single ?? undefined) : array[i];
  return arrayText(Array.from({ length }, (_, i) => elementwise(name, at(a, left, i), at(b, right, i))));
}

const unaryOperators: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  sign: Math.sign,
  sin: Math.sin,
  asin: Math.asin,
  cos: Math.cos,
  acos: Math.acos,
  tan: Math.tan,
  atan: Math.atan,
  log: Math.log,
  floor: Math.floor,
  ceiling: Math.ceil,
  abs: Math.abs,
};

function unary(name: string, json: string): string | undefined {
  const operate = unaryOperators[name];
  return arrayTextOf(json, e => {
    const x = numberOf(e);
    if (x === undefined || operate === undefined) return "null";
    if (name === "abs" && isWhole(e)) return e.replace(/^-/, "");
    return real(operate(x));
  });
}

function arrayTextOf(json: string, map: (element: string, i: number) => string): string | undefined {
  const elements = arrayElements(json);
  return elements === undefined ? undefined : arrayText(elements.map(map));
}

/** Sums of products over the places where both have numbers. */
function products(left: string, right: string) {
  const [a, b] = [arrayElements(left), arrayElements(right)];
  if (a?.length === 0 || b?.length === 0 || (a === undefined && b === undefined)) return undefined;
  const length = Math.min(a?.length ?? Infinity, b?.length ?? Infinity);
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [numberOf(a === undefined ? left : a[i]), numberOf(b === undefined ? right : b[i])];
    if (x === undefined || y === undefined) continue;
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  return { xy, xx, yy };
}

function pearson(left: string, right: string): number | undefined {
  const [x, y] = [numbers(left), numbers(right)];
  if (x === undefined || y === undefined || x.length !== y.length) return undefined;
  const [mx, my] = [x, y].map(v => v.reduce((a, b) => a + b, 0) / v.length);
  const cross = x.reduce((sum, v, i) => sum + (v - (mx ?? 0)) * ((y[i] ?? 0) - (my ?? 0)), 0);
  return cross / (x.length * Math.sqrt(variance(x, "population") * variance(y, "population")));
}

/** Whether an element is missing: null, or the placeholder. */
const missing = (placeholder: string | null) => (e: string) =>
  e === "null" ||
  e === '"NaN"' ||
  (placeholder !== null &&
    (e === placeholder || (isNumber(e) && isNumber(placeholder) && Number(e) === Number(placeholder))));

function fillForward(json: string, placeholder: string | null): string | undefined {
  const gone = missing(placeholder);
  let last: string | undefined;
  return arrayTextOf(json, e => {
    if (!gone(e)) last = e;
    return gone(e) ? (last ?? e) : e;
  });
}

function fillBackward(json: string, placeholder: string | null): string | undefined {
  const elements = arrayElements(json);
  if (elements === undefined) return undefined;
  const turned = fillForward(arrayText([...elements].reverse()), placeholder);
  return arrayText([...(arrayElements(turned ?? "[]") ?? [])].reverse());
}

/** Linear between known neighbours; whole-number series stay whole (towards zero). */
function fillLinear(
  json: string,
  options: { readonly placeholder: string | null; readonly edges: boolean; readonly constant: string | null },
) {
  const elements = arrayElements(json);
  if (elements === undefined) return undefined;
  const gone = missing(options.placeholder);
  const known = elements.flatMap((e, i) => (gone(e) ? [] : [i]));
  if (known.length === 0) return arrayText(elements.map(() => options.constant ?? "null"));
  const whole = known.every(i => isWhole(elements[i] ?? ""));
  const print = (x: number) => (whole ? String(Math.trunc(x)) : real(x));
  let next = 0;
  return arrayText(
    elements.map((e, i) => {
      if (!gone(e)) return e;
      while (next < known.length && (known[next] ?? 0) < i) next += 1;
      const [before, after] = [known[next - 1], known[next]];
      if (before === undefined || after === undefined) {
        const edge = elements[before ?? after ?? 0] ?? "null";
        return options.edges ? edge : e;
      }
      const [a, b] = [Number(elements[before]), Number(elements[after])];
      return print(a + ((b - a) * (i - before)) / (after - before));
    }),
  );
}

const lineParts = (f: ReturnType<typeof fitLine>) =>
  [f.rSquare, f.slope, f.variance, f.residualVariance, f.intercept].map(real);

function twoLines(json: string): readonly string[] | undefined {
  const values = numbers(json);
  const f = values === undefined ? undefined : fitTwoLines(values, 1);
  if (f === undefined) return undefined;
  const side = (l: ReturnType<typeof fitLine>) =>
    [l.rSquare, l.slope, l.intercept, l.variance, l.residualVariance].map(real);
  return [
    real(f.rSquare),
    String(f.splitIndex),
    real(f.variance),
    real(f.residualVariance),
    reals(f.fitted),
    ...side(f.right),
    ...side(f.left),
  ];
}

const lineNames = ["rsquare", "slope", "variance", "rvariance", "interception", "line_fit"];
const twoLineNames = ["rsquare", "split_idx", "variance", "rvariance", "line_fit"];
const sideNames = ["rsquare", "slope", "interception", "variance", "rvariance"];

const named = (names: readonly string[], values: readonly string[]): string =>
  objectText(names.map((name, i) => [name, values[i] ?? "null"] as const));

function stats(json: string, ignoreNonFinite: boolean | null): readonly string[] | undefined {
  const elements = arrayElements(json);
  if (elements === undefined) return undefined;
  const pairs = elements.flatMap((e, i) => (isNumber(e) ? [{ value: Number(e), index: i }] : []));
  if (pairs.length === 0 || (pairs.length < elements.length && ignoreNonFinite !== true)) return undefined;
  const least = pairs.reduce((a, b) => (b.value < a.value ? b : a));
  const most = pairs.reduce((a, b) => (b.value > a.value ? b : a));
  const values = pairs.map(p => p.value);
  const total = values.reduce((a, b) => a + b, 0);
  const spread = variance(values, "sample");
  return [
    ...[real(least.value), String(least.index), real(most.value), String(most.index), real(total / values.length)],
    ...[real(Math.sqrt(spread)), real(spread), real(total), String(values.length)],
  ];
}

const statNames = ["min", "min_idx", "max", "max_idx", "avg", "stdev", "variance", "sum", "len"];

/** Missing points take no part in learning: they are filled from their neighbours first. */
function known(json: string): readonly number[] | undefined {
  return numbers(fillLinear(json, { placeholder: null, edges: true, constant: null }) ?? null);
}

function decomposition(
  json: string,
  period: bigint | null,
  trend: string | null,
  rest: { readonly testPoints: bigint | null; readonly threshold: number | null },
) {
  const values = known(json);
  if (values === undefined) return undefined;
  const options: DecomposeOptions = {
    period: Number(period ?? -1n),
    trend: trend === "linefit" || trend === "none" ? trend : "avg",
    testPoints: Number(rest.testPoints ?? 0n),
    threshold: rest.threshold ?? 0.6,
  };
  return decompose(values, options);
}

const fenceShares: Readonly<Record<string, { readonly low: number; readonly high: number }>> = {
  tukey: { low: 0.25, high: 0.75 },
  ctukey: { low: 0.1, high: 0.9 },
};

function anomalies(
  residual: readonly number[],
  baseline: readonly number[],
  options: { readonly threshold: number; readonly method: string },
) {
  const fences = fenceShares[options.method] ?? { low: 0.1, high: 0.9 };
  const scores = options.method === "none" ? residual : fenceScores(residual, fences);
  const flags = scores.map(s => (s > options.threshold ? 1 : s < -options.threshold ? -1 : 0));
  return arrayText([arrayText(flags.map(String)), reals(scores), reals(baseline)]);
}

function outliers(
  json: string,
  kind: string,
  ignored: string | null,
  fences: { readonly low: number; readonly high: number },
): string | undefined {
  const elements = arrayElements(json);
  if (elements === undefined) return undefined;
  const gone = missing(ignored);
  const values = elements.map(e => (gone(e) ? undefined : numberOf(e)));
  return reals(fenceScores(values, kind === "tukey" ? { low: 0.25, high: 0.75 } : fences));
}

function periods(found: readonly { readonly length: number; readonly score: number }[]): string {
  return arrayText([reals(found.map(p => p.length)), reals(found.map(p => p.score))]);
}

/** Non-finite JSON strings and nulls of an imaginary part that is not there. */
function complex(re: string | null, im: string | null) {
  const real = numbers(re);
  if (real === undefined) return undefined;
  const imaginary = im === null ? real.map(() => 0) : numbers(im);
  return imaginary?.length === real.length ? { real, imaginary } : undefined;
}

export const seriesUdfs = [
  nullable("ku_series_binary", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (name, a, b) => binary(name ?? "", a, b)),
  strict("ku_series_unary", ["VARCHAR", "VARCHAR"], "JSON", unary),
  strict("ku_series_sum", ["VARCHAR"], "DOUBLE", json => numbers(json)?.reduce((a, b) => a + b, 0)),
  strict("ku_series_product", ["VARCHAR"], "DOUBLE", json => numbers(json)?.reduce((a, b) => a * b, 1)),
  strict("ku_series_magnitude", ["VARCHAR"], "DOUBLE", json => {
    const values = numbers(json);
    return values === undefined ? null : Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  }),
  strict("ku_series_dot_product", ["VARCHAR", "VARCHAR"], "DOUBLE", (a, b) => products(a, b)?.xy),
  strict("ku_series_cosine_similarity", ["VARCHAR", "VARCHAR"], "DOUBLE", (a, b) => {
    const p = products(a, b);
    return p === undefined ? null : p.xy / Math.sqrt(p.xx * p.yy);
  }),
  strict("ku_series_pearson", ["VARCHAR", "VARCHAR"], "DOUBLE", pearson),
  nullable("ku_series_fill_forward", ["VARCHAR", "VARCHAR"], "JSON", (json, p) =>
    json === null ? null : fillForward(json, p),
  ),
  nullable("ku_series_fill_backward", ["VARCHAR", "VARCHAR"], "JSON", (json, p) =>
    json === null ? null : fillBackward(json, p),
  ),
  nullable("ku_series_fill_const", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (json, constant, p) =>
    json === null ? null : arrayTextOf(json, e => (missing(p)(e) ? (constant ?? "null") : e)),
  ),
  nullable(
    "ku_series_fill_linear",
    ["VARCHAR", "VARCHAR", "BOOLEAN", "VARCHAR"],
    "JSON",
    (json, placeholder, edges, constant) =>
      json === null ? null : fillLinear(json, { placeholder, edges: edges ?? true, constant }),
  ),
  strict("ku_series_fit_line", ["VARCHAR", "VARCHAR"], "JSON", (json, form) => {
    const values = numbers(json);
    if (values === undefined) return null;
    // Kusto's x begins at 1.
    const fit = fitLine(values, 1);
    const parts = [...lineParts(fit), reals(fit.fitted)];
    return form === "bag" ? named(lineNames, parts) : arrayText(parts);
  }),
  strict("ku_series_fit_2lines", ["VARCHAR", "VARCHAR"], "JSON", (json, form) => {
    const parts = twoLines(json);
    if (parts === undefined) return null;
    if (form !== "bag") return arrayText(parts);
    const [right, left] = [parts.slice(5, 10), parts.slice(10)];
    const whole = twoLineNames.map((name, i) => [name, parts[i] ?? "null"] as const);
    return objectText([...whole, ["right", named(sideNames, right)], ["left", named(sideNames, left)]]);
  }),
  nullable("ku_series_fit_poly", ["VARCHAR", "VARCHAR", "BIGINT"], "JSON", (y, x, degree) => {
    const values = numbers(y);
    const at = x === null ? values?.map((_, i) => i) : numbers(x);
    if (values === undefined || at?.length !== values.length) return null;
    const fit = fitPolynomial(at, values, Number(degree ?? 1n));
    if (fit === undefined) return null;
    return arrayText([
      real(fit.rSquare),
      reals(fit.coefficients),
      real(fit.variance),
      real(fit.residualVariance),
      reals(fit.fitted),
    ]);
  }),
  nullable("ku_series_stats", ["VARCHAR", "BOOLEAN", "VARCHAR"], "JSON", (json, ignore, form) => {
    const parts = json === null ? undefined : stats(json, ignore);
    if (parts === undefined) return null;
    return form === "bag" ? named(statNames, parts) : arrayText(parts.slice(0, 7));
  }),
  nullable(
    "ku_series_outliers",
    ["VARCHAR", "VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE"],
    "JSON",
    (...[json, kind, ignored, low, high]) =>
      json === null
        ? null
        : outliers(json, kind ?? "ctukey", ignored, { low: (low ?? 10) / 100, high: (high ?? 90) / 100 }),
  ),
  nullable("ku_series_seasonal", ["VARCHAR", "BIGINT", "BIGINT"], "JSON", (json, period, testPoints) => {
    const values = json === null ? undefined : known(json);
    if (values === undefined) return null;
    const learning = values.slice(0, Math.max(0, values.length - Number(testPoints ?? 0n)));
    const length = period === null || period < 0n ? detectedPeriod(learning, 0.7) : Number(period);
    return reals(length > 0 ? seasonalMedians(learning, length, values.length) : values.map(() => 0));
  }),
  nullable(
    "ku_series_decompose",
    ["VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "DOUBLE"],
    "JSON",
    (...[json, period, trend, testPoints, threshold]) => {
      const d = json === null ? undefined : decomposition(json, period, trend, { testPoints, threshold });
      return d === undefined ? null : arrayText([d.baseline, d.seasonal, d.trend, d.residual].map(reals));
    },
  ),
  nullable(
    "ku_series_decompose_anomalies",
    ["VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "BIGINT", "VARCHAR", "DOUBLE"],
    "JSON",
    (...[json, threshold, period, trend, testPoints, method, seasonality]) => {
      const d = json === null ? undefined : decomposition(json, period, trend, { testPoints, threshold: seasonality });
      return d === undefined
        ? null
        : anomalies(d.residual, d.baseline, { threshold: threshold ?? 1.5, method: method ?? "ctukey" });
    },
  ),
  strict("ku_series_periods_detect", ["VARCHAR", "DOUBLE", "DOUBLE", "BIGINT"], "JSON", (json, min, max, count) => {
    const values = numbers(json);
    if (values === undefined || count < 1n || count > 16n) return null;
    const found = detectPeriods(values, { min, max, count: Number(count) });
    // The answer always has as many places as were asked for.
    const rest = Array.from({ length: Number(count) - found.length }, () => ({ length: 0, score: 0 }));
    return periods([...found, ...rest]);
  }),
  strict("ku_series_periods_validate", ["VARCHAR", "VARCHAR"], "JSON", (json, list) => {
    const [values, wanted] = [numbers(json), numbers(list)];
    if (values === undefined || wanted === undefined) return null;
    return periods(wanted.map(length => ({ length, score: periodScore(values, length) })));
  }),
  nullable("ku_series_fft", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (re, im, direction) => {
    const x = complex(re, im);
    if (x === undefined) return null;
    const y = direction === "inverse" ? inverseFourier(x) : fourier(x);
    return arrayText([reals(y.real), reals(y.imaginary)]);
  }),
  nullable("ku_series_fir", ["VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN"], "JSON", (json, filter, normalize, center) => {
    const [x, f] = [numbers(json), numbers(filter)];
    if (x === undefined || f === undefined) return null;
    return reals(finiteResponse(x, f, { normalize: normalize ?? true, center: center ?? false }));
  }),
  strict("ku_series_iir", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (json, numerators, denominators) => {
    const [x, b, a] = [numbers(json), numbers(numerators), numbers(denominators)];
    const y = x === undefined || b === undefined || a === undefined ? undefined : infiniteResponse(x, b, a);
    return y === undefined ? null : reals(y);
  }),
  strict("ku_erf", ["DOUBLE"], "DOUBLE", erf),
  strict("ku_erfc", ["DOUBLE"], "DOUBLE", erfc),
  strict("ku_beta_cdf", ["DOUBLE", "DOUBLE", "DOUBLE"], "DOUBLE", (x, a, b) => {
    const valid = x >= 0 && x <= 1 && a > 0 && a <= 10_000 && b > 0 && b <= 10_000;
    return valid ? incompleteBeta(x, a, b) : Number.NaN;
  }),
  strict("ku_beta_pdf", ["DOUBLE", "DOUBLE", "DOUBLE"], "DOUBLE", (x, a, b) =>
    x > 0 && x < 1 && a > 0 && b > 0 ? betaDensity(x, a, b) : Number.NaN,
  ),
  // A probability that is none has no inverse; parameters that are none have no distribution.
  strict("ku_beta_inv", ["DOUBLE", "DOUBLE", "DOUBLE"], "DOUBLE", (p, a, b) => {
    if (!(a > 0 && b > 0)) return Number.NaN;
    return p > 0 && p <= 1 ? inverseIncompleteBeta(p, a, b) : null;
  }),
  strict(
    "ku_welch_test",
    ["DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE"],
    "DOUBLE",
    (...[m1, v1, n1, m2, v2, n2]) => {
      const [a, b] = [v1 / n1, v2 / n2];
      const t = (m1 - m2) / Math.sqrt(a + b);
      return studentTwoSided(t, (a + b) ** 2 / ((a * a) / (n1 - 1) + (b * b) / (n2 - 1)));
    },
  ),
];
