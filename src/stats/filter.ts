/** Linear filters over a regular series. */

/**
 * Finite impulse response: y[i] = Σ f[k]·x[i-k]. Before the start there is nothing. `center` moves the result by half the
 * filter; `normalize` divides by the filter's sum.
 *
 * Source: https://learn.microsoft.com/kusto/query/series-fir-function
 */
export function finiteResponse(
  x: readonly number[],
  filter: readonly number[],
  options: { readonly normalize: boolean; readonly center: boolean },
): readonly number[] {
  const sum = filter.reduce((a, b) => a + b, 0);
  const scale = options.normalize && sum !== 0 ? 1 / sum : 1;
  const shift = options.center ? Math.floor((filter.length - 1) / 2) : 0;
  return x.map((_, i) => filter.reduce((total, f, k) => total + f * scale * (x[i + shift - k] ?? 0), 0));
}

/**
 * Infinite impulse response: y[i] = (Σ b[k]·x[i-k] - Σ a[k]·y[i-k], k ≥ 1) / a[0]. Undefined when a[0] is 0 or absent.
 *
 * Source: https://learn.microsoft.com/kusto/query/series-iir-function
 */
export function infiniteResponse(
  x: readonly number[],
  numerators: readonly number[],
  denominators: readonly number[],
): readonly number[] | undefined {
  const [first = 0] = denominators;
  if (first === 0) return undefined;
  const y: number[] = [];
  x.forEach((_, i) => {
    const input = numerators.reduce((sum, b, k) => sum + b * (x[i - k] ?? 0), 0);
    const feedback = denominators.reduce((sum, a, k) => (k === 0 ? sum : sum + a * (y[i - k] ?? 0)), 0);
    y.push((input - feedback) / first);
  });
  return y;
}
