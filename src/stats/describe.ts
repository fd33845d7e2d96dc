/** Moments and order statistics of plain arrays of finite numbers. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Mean squared distance from the mean, divided by n (`population`) or n - 1 (`sample`; 0 for a single value). */
export function variance(values: readonly number[], kind: "population" | "sample"): number {
  const m = mean(values);
  const squares = values.reduce((sum, x) => sum + (x - m) ** 2, 0);
  if (kind === "population") return squares / values.length;
  return values.length === 1 ? 0 : squares / (values.length - 1);
}

/**
 * A quantile with linear interpolation between order statistics (Hyndman and Fan's type 7, as R's and NumPy's default).
 *
 * Units: `share` 0..1.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const [low = Number.NaN, high = low] = [sorted[below], sorted[below + 1] ?? sorted[below]];
  return low + (high - low) * (position - below);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
