/** Periods of a regular series and its decomposition in season, trend and rest. */
import { mean, median, quantile } from "./describe.js";
import { fourier, inverseFourier } from "./fourier.js";
import { fitLine } from "./regression.js";

export interface Period {
  /** Length in points. */
  readonly length: number;
  /** Autocorrelation at that lag, 0..1. */
  readonly score: number;
}

/** Autocorrelation of the series without its line, unbiased for the shrinking overlap; index = lag. All 0 when constant. */
export function autocorrelation(values: readonly number[]): readonly number[] {
  const n = values.length;
  const line = fitLine(values);
  const rest = values.map((y, i) => y - (line.fitted[i] ?? 0));
  const power = rest.reduce((sum, x) => sum + x * x, 0);
  const scale = values.reduce((sum, x) => sum + x * x, 0);
  // What rounding leaves of an exact line is no signal.
  if (power <= scale * 1e-20) return values.map(() => 0);
  let size = 1;
  while (size < 2 * n) size <<= 1;
  const padded = Array.from({ length: size }, (_, i) => rest[i] ?? 0);
  const spectrum = fourier({ real: padded, imaginary: padded.map(() => 0) });
  const squared = spectrum.real.map((re, i) => re * re + (spectrum.imaginary[i] ?? 0) ** 2);
  const sums = inverseFourier({ real: squared, imaginary: squared.map(() => 0) }).real;
  return values.map((_, lag) => (((sums[lag] ?? 0) / power) * n) / (n - lag));
}

/**
 * The most significant periods, best first: peaks of the autocorrelation above its noise, at lags of at least 4 and less
 * than half the series. The shoulders of a better peak are no periods, nor are multiples that are not better.
 */
export function detectPeriods(
  values: readonly number[],
  range: { readonly min: number; readonly max: number; readonly count: number },
): readonly Period[] {
  const peaks = significantPeaks(values);
  const basic = peaks.filter(p => !peaks.some(q => isMultiple(p, q)));
  return basic.filter(p => p.length >= range.min && p.length <= range.max).slice(0, range.count);
}

/** How periodic a series is at a given length: the score of the peak there, or 0 when there is none. */
export function periodScore(values: readonly number[], length: number): number {
  return significantPeaks(values).find(p => p.length === Math.round(length))?.score ?? 0;
}

/** Best first. */
function significantPeaks(values: readonly number[]): readonly Period[] {
  const acf = autocorrelation(values);
  const peaks: Period[] = [];
  for (let lag = 4; lag < values.length / 2; lag += 1) {
    const score = acf[lag] ?? 0;
    const isPeak = score >= (acf[lag - 1] ?? 0) && score >= (acf[lag + 1] ?? 0);
    if (isPeak && score > noiseLevel(values.length, lag)) peaks.push({ length: lag, score: Math.min(score, 1) });
  }
  const alone = peaks.filter(p => !peaks.some(q => isShoulder(p, q)));
  return alone.sort((a, b) => b.score - a.score || a.length - b.length);
}

/** Twice the standard error of an autocorrelation of noise over the points that overlap. */
const noiseLevel = (n: number, lag: number): number => 2 / Math.sqrt(n - lag);

/** Within a quarter of a better peak's length. */
function isShoulder(p: Period, better: Period): boolean {
  return p.score < better.score && Math.abs(p.length - better.length) <= better.length / 4;
}

function isMultiple(p: Period, base: Period): boolean {
  return p.length > base.length && p.length % base.length === 0 && p.score < base.score * 1.1;
}

/** The median of the learning points in each phase, repeated over `length` points. */
export function seasonalMedians(learning: readonly number[], period: number, length: number): readonly number[] {
  const phases = Array.from({ length: period }, (_, phase) => learning.filter((_x, i) => i % period === phase));
  const medians = phases.map(p => (p.length === 0 ? 0 : median(p)));
  return Array.from({ length }, (_, i) => medians[i % period] ?? 0);
}

export interface DecomposeOptions {
  /** Points; 0: no season; -1: detect. */
  readonly period: number;
  readonly trend: "avg" | "linefit" | "none";
  /** Points at the end that are predicted, not learned from. */
  readonly testPoints: number;
  /** The score a detected period needs. */
  readonly threshold: number;
}

export interface Decomposition {
  readonly baseline: readonly number[];
  readonly seasonal: readonly number[];
  readonly trend: readonly number[];
  readonly residual: readonly number[];
}

/**
 * Season (medians per phase), then trend of what is left, then the rest.
 *
 * Source: https://learn.microsoft.com/kusto/query/series-decompose-function (order of the steps)
 */
export function decompose(values: readonly number[], options: DecomposeOptions): Decomposition {
  const n = values.length;
  const learning = values.slice(0, Math.max(0, n - options.testPoints));
  const period = options.period >= 0 ? options.period : detectedPeriod(learning, options.threshold);
  const seasonal = period > 0 && learning.length > 0 ? seasonalMedians(learning, period, n) : values.map(() => 0);
  const trend = trendOf(
    learning.map((y, i) => y - (seasonal[i] ?? 0)),
    options.trend,
    n,
  );
  const baseline = seasonal.map((s, i) => s + (trend[i] ?? 0));
  return { baseline, seasonal, trend, residual: values.map((y, i) => y - (baseline[i] ?? 0)) };
}

/** The length of the best period whose score passes, or 0. */
export function detectedPeriod(values: readonly number[], threshold: number): number {
  const [best] = detectPeriods(values, { min: 4, max: values.length, count: 1 });
  return best !== undefined && best.score >= threshold ? best.length : 0;
}

function trendOf(values: readonly number[], kind: DecomposeOptions["trend"], length: number): readonly number[] {
  if (kind === "none" || values.length === 0) return Array<number>(length).fill(0);
  if (kind === "avg") return Array<number>(length).fill(mean(values));
  const line = fitLine(values);
  return Array.from({ length }, (_, i) => line.intercept + line.slope * i);
}

/**
 * Tukey's fences as scores: how far beyond the upper (positive) or lower (negative) quantile a value is, in units of the
 * distance between the two; 0 inside. Undefined values score 0.
 *
 * Units: `low`, `high` 0..1.
 */
export function fenceScores(
  values: readonly (number | undefined)[],
  fences: { readonly low: number; readonly high: number },
): readonly number[] {
  const known = values.filter(v => v !== undefined);
  if (known.length === 0) return values.map(() => 0);
  const [low, high] = [quantile(known, fences.low), quantile(known, fences.high)];
  const size = Math.max(...known.map(Math.abs));
  // Equal quantiles would divide by zero: the smallest visible distance stands for their width.
  const width = Math.max(high - low, size * Number.EPSILON, Number.MIN_VALUE);
  return values.map(v => {
    if (v === undefined) return 0;
    if (v > high) return (v - high) / width;
    return v < low ? (v - low) / width : 0;
  });
}
