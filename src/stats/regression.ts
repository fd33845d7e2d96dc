/** Least squares: one line, two lines with a break, polynomials. x is 0, 1, 2, … unless a start is given. */
import { mean, variance } from "./describe.js";

export interface LineFit {
  /** Share of the variance that the fit explains, 0..1; 0 when the data has none. */
  readonly rSquare: number;
  readonly slope: number;
  readonly intercept: number;
  /** Sample variance of the data, and of what the fit leaves over. */
  readonly variance: number;
  readonly residualVariance: number;
  readonly fitted: readonly number[];
}

/** The line through `values` at x = `start`, `start` + 1, … */
export function fitLine(values: readonly number[], start = 0): LineFit {
  const n = values.length;
  const middle = start + (n - 1) / 2;
  const level = mean(values);
  let [products, squares] = [0, 0];
  values.forEach((y, i) => {
    products += (start + i - middle) * (y - level);
    squares += (start + i - middle) ** 2;
  });
  const slope = squares === 0 ? 0 : products / squares;
  const intercept = level - slope * middle;
  const fitted = values.map((_, i) => intercept + slope * (start + i));
  return { slope, intercept, fitted, ...quality(values, fitted) };
}

function quality(values: readonly number[], fitted: readonly number[]) {
  const residuals = values.map((y, i) => y - (fitted[i] ?? 0));
  const [total, left] = [variance(values, "sample"), variance(residuals, "sample")];
  return { rSquare: total === 0 ? 0 : Math.max(0, 1 - left / total), variance: total, residualVariance: left };
}

export interface TwoLineFit {
  readonly rSquare: number;
  readonly variance: number;
  readonly residualVariance: number;
  readonly fitted: readonly number[];
  /** The last index of the left line. */
  readonly splitIndex: number;
  readonly left: LineFit;
  readonly right: LineFit;
}

/** The best break in two lines, each over at least two points; undefined for fewer than four points. */
export function fitTwoLines(values: readonly number[], start = 0): TwoLineFit | undefined {
  const n = values.length;
  if (n < 4) return undefined;
  const errors = splitErrors(values);
  let best = 1;
  for (let split = 1; split <= n - 3; split += 1) if ((errors[split] ?? 0) < (errors[best] ?? 0)) best = split;
  const left = fitLine(values.slice(0, best + 1), start);
  const right = fitLine(values.slice(best + 1), start + best + 1);
  const fitted = [...left.fitted, ...right.fitted];
  return { ...quality(values, fitted), fitted, splitIndex: best, left, right };
}

/** Squared error of the best two lines for every split, in linear time by running sums from both ends. */
function splitErrors(values: readonly number[]): readonly number[] {
  const fromLeft = runningErrors(values);
  const fromRight = [...runningErrors([...values].reverse())].reverse();
  return values.map((_, split) => (fromLeft[split] ?? 0) + (fromRight[split + 1] ?? 0));
}

function runningErrors(values: readonly number[]): readonly number[] {
  // Welford's update of means and co-moments keeps the small differences.
  let [mx, my, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  return values.map((y, x) => {
    const n = x + 1;
    const [dx, dy] = [x - mx, y - my];
    mx += dx / n;
    my += dy / n;
    sxx += dx * (x - mx);
    syy += dy * (y - my);
    sxy += dx * (y - my);
    return sxx === 0 ? 0 : Math.max(0, syy - (sxy * sxy) / sxx);
  });
}

export interface PolynomialFit {
  readonly rSquare: number;
  readonly variance: number;
  readonly residualVariance: number;
  readonly fitted: readonly number[];
  /** From the highest power to the constant. */
  readonly coefficients: readonly number[];
}

/** The polynomial of a degree through (x, y), by Householder QR on x scaled to [-1, 1]; undefined when x are too few. */
export function fitPolynomial(x: readonly number[], y: readonly number[], degree: number): PolynomialFit | undefined {
  if (new Set(x).size <= degree) return undefined;
  const low = Math.min(...x);
  const half = (Math.max(...x) - low) / 2 || 1;
  const middle = low + half;
  const rows = x.map(v => Array.from({ length: degree + 1 }, (_, p) => ((v - middle) / half) ** p));
  const scaled = leastSquares(rows, y);
  const fitted = rows.map(row => row.reduce((sum, v, p) => sum + v * (scaled[p] ?? 0), 0));
  const plain = substitute(scaled, 1 / half, -middle / half);
  return { ...quality(y, fitted), fitted, coefficients: [...plain].reverse() };
}

/** Coefficients of p(a·x + b) from those of p, lowest power first. */
function substitute(coefficients: readonly number[], a: number, b: number): readonly number[] {
  let out: number[] = [];
  for (const c of [...coefficients].reverse()) {
    // Horner: out = out · (a·x + b) + c
    const next = Array.from({ length: out.length + 1 }, (_, i) => (out[i - 1] ?? 0) * a + (out[i] ?? 0) * b);
    next[0] = (next[0] ?? 0) + c;
    out = next;
  }
  return out.slice(0, coefficients.length);
}

/** Solves min |A·c - y| by Householder reflections. */
function leastSquares(matrix: readonly (readonly number[])[], y: readonly number[]): readonly number[] {
  const a = matrix.map((row, i) => [...row, y[i] ?? 0]);
  const columns = (matrix[0] ?? []).length;
  for (let k = 0; k < columns; k += 1) reflect(a, k);
  const out = Array<number>(columns).fill(0);
  for (let k = columns - 1; k >= 0; k -= 1) {
    const row = a[k] ?? [];
    const rest = out.reduce((sum, c, j) => (j > k ? sum + c * (row[j] ?? 0) : sum), 0);
    out[k] = ((row[columns] ?? 0) - rest) / (row[k] ?? 1);
  }
  return out;
}

function reflect(a: number[][], k: number): void {
  const norm = Math.hypot(...a.slice(k).map(row => row[k] ?? 0));
  if (norm === 0) return;
  const pivot = a[k]?.[k] ?? 0;
  const alpha = pivot > 0 ? -norm : norm;
  const v = a.map((row, i) => (i < k ? 0 : i === k ? pivot - alpha : (row[k] ?? 0)));
  const length = v.reduce((sum, x) => sum + x * x, 0);
  if (length === 0) return;
  for (let j = k; j < (a[0]?.length ?? 0); j += 1) {
    const dot = a.reduce((sum, row, i) => sum + (v[i] ?? 0) * (row[j] ?? 0), 0);
    a.forEach((row, i) => {
      row[j] = (row[j] ?? 0) - (2 * dot * (v[i] ?? 0)) / length;
    });
  }
}
