/** Special functions to about 14 digits, from their series and continued fractions. */

/** ∫₀ˣ exp(-t²)dt·2/√π. Source: DLMF 7.6.2 (series), 7.9.1 (continued fraction of erfc). */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  return Math.abs(x) < 2.5 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}

/** 1 - erf(x) without loss for large x. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 2.5) return 1 - erf(x);
  return erfcFraction(x);
}

function erfSeries(x: number): number {
  // 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): all terms positive, nothing cancels.
  let [term, sum] = [x, x];
  for (let n = 1; n < 200 && Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function erfcFraction(x: number): number {
  if (x > 27) return 0;
  // erfc(x) = exp(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from the far end.
  let tail = x;
  for (let n = 120; n >= 1; n -= 1) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

/** ln |Γ(x)| for x > 0. Source: Stirling's series (DLMF 5.11.1) after shifting the argument above 10. */
export function logGamma(x: number): number {
  let [z, shift] = [x, 0];
  while (z < 10) {
    shift += Math.log(z);
    z += 1;
  }
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - (w * 691) / 360360))))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** The regularized incomplete beta function I_x(a, b). Source: DLMF 8.17.22, by Lentz's method. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges on the left of the mean; on the right by symmetry.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let [f, c, d] = [1, 1, 0];
  for (let i = 0; i <= 500; i += 1) {
    const m = Math.floor(i / 2);
    const numerator =
      i === 0
        ? 1
        : i % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + numerator * d;
    c = 1 + numerator / c;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    if (Math.abs(c) < tiny) c = tiny;
    f *= c * d;
    if (Math.abs(1 - c * d) < 1e-15) break;
  }
  return front * (f - 1);
}

/** The density of the beta distribution inside (0, 1). */
export function betaDensity(x: number, a: number, b: number): number {
  return Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x));
}

/** The x whose incomplete beta function is `p`: Newton's steps, kept inside a bracket that bisection narrows. */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let [low, high, x] = [0, 1, a / (a + b)];
  for (let i = 0; i < 200 && high - low > Number.EPSILON * high; i += 1) {
    const off = incompleteBeta(x, a, b) - p;
    if (off === 0) break;
    if (off > 0) high = x;
    else low = x;
    const next = x - off / betaDensity(x, a, b);
    if (Math.abs(next - x) <= Number.EPSILON * x) return next;
    x = next > low && next < high ? next : (low + high) / 2;
  }
  return x;
}

/** Two-sided probability of a Student t at least this far from 0. */
export function studentTwoSided(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}
