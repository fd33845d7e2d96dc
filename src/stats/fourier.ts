/** Discrete Fourier transforms of any length: radix 2 where possible, Bluestein's method elsewhere. */

export interface Complex {
  readonly real: readonly number[];
  readonly imaginary: readonly number[];
}

/** X[k] = Σ x[n]·exp(-2πi·kn/N), unscaled. */
export function fourier(x: Complex): Complex {
  return transform(x, -1);
}

/** The inverse, scaled by 1/N. */
export function inverseFourier(x: Complex): Complex {
  const n = x.real.length;
  const y = transform(x, 1);
  return { real: y.real.map(v => v / n), imaginary: y.imaginary.map(v => v / n) };
}

function transform(x: Complex, sign: 1 | -1): Complex {
  const n = x.real.length;
  if (n <= 1) return x;
  return (n & (n - 1)) === 0 ? radix2(x, sign) : bluestein(x, sign);
}

function radix2(x: Complex, sign: 1 | -1): Complex {
  const n = x.real.length;
  const [re, im] = [Float64Array.from(x.real), Float64Array.from(x.imaginary)];
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) swap(re, im, i, j);
  }
  for (let size = 2; size <= n; size <<= 1) butterflies(re, im, size, sign);
  return { real: Array.from(re), imaginary: Array.from(im) };
}

function swap(re: Float64Array, im: Float64Array, i: number, j: number): void {
  for (const part of [re, im]) [part[i], part[j]] = [part[j] ?? 0, part[i] ?? 0];
}

function butterflies(re: Float64Array, im: Float64Array, size: number, sign: 1 | -1): void {
  const half = size >> 1;
  for (let k = 0; k < half; k += 1) {
    const angle = (sign * 2 * Math.PI * k) / size;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let i = k; i < re.length; i += size) {
      const j = i + half;
      const [a, b, p, q] = [re[i] ?? 0, im[i] ?? 0, re[j] ?? 0, im[j] ?? 0];
      const [tr, ti] = [p * c - q * s, p * s + q * c];
      [re[i], im[i], re[j], im[j]] = [a + tr, b + ti, a - tr, b - ti];
    }
  }
}

/** A length that is no power of two, as a convolution with a chirp. */
function bluestein(x: Complex, sign: 1 | -1): Complex {
  const n = x.real.length;
  let size = 1;
  while (size < 2 * n - 1) size <<= 1;
  // k² mod 2n keeps the angle exact for long series.
  const angles = Array.from(
    { length: n },
    (_, k) => (sign * Math.PI * Number((BigInt(k) * BigInt(k)) % BigInt(2 * n))) / n,
  );
  const a = { real: Array<number>(size).fill(0), imaginary: Array<number>(size).fill(0) };
  const b = { real: Array<number>(size).fill(0), imaginary: Array<number>(size).fill(0) };
  angles.forEach((angle, k) => {
    const [c, s, re, im] = [Math.cos(angle), Math.sin(angle), x.real[k] ?? 0, x.imaginary[k] ?? 0];
    a.real[k] = re * c - im * s;
    a.imaginary[k] = re * s + im * c;
    for (const at of [k, (size - k) % size]) [b.real[at], b.imaginary[at]] = [c, -s];
  });
  const product = multiply(radix2(a, -1), radix2(b, -1));
  const y = radix2(product, 1);
  const turned = angles.map((angle, k) => {
    const [c, s, re, im] = [Math.cos(angle), Math.sin(angle), (y.real[k] ?? 0) / size, (y.imaginary[k] ?? 0) / size];
    return [re * c - im * s, re * s + im * c] as const;
  });
  return { real: turned.map(t => t[0]), imaginary: turned.map(t => t[1]) };
}

function multiply(a: Complex, b: Complex): Complex {
  const parts = a.real.map((re, i) => {
    const [im, c, d] = [a.imaginary[i] ?? 0, b.real[i] ?? 0, b.imaginary[i] ?? 0];
    return [re * c - im * d, re * d + im * c] as const;
  });
  return { real: parts.map(p => p[0]), imaginary: parts.map(p => p[1]) };
}
