/**
 * Counter-based randomness: the i-th value of a stream is a hash of the stream's key and i, so that any slice of any
 * table can be generated alone. Mixing constants: SplitMix32 / MurmurHash3 finaliser (public domain, A. Appleby).
 */
const golden = 0x9e3779b9;

/** Mixes one 32-bit word into a hash. */
export function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units, finished by `mix`. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, text.length);
}

const hexBytes = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
const hexWord = (w: number): string =>
  hexBytes[w >>> 24]! + hexBytes[(w >>> 16) & 255]! + hexBytes[(w >>> 8) & 255]! + hexBytes[w & 255]!;

/** A stream of values that depends on its key alone. Integers are 32-bit, reals are in [0, 1). */
export class Draw {
  #state: number;

  constructor(key: number) {
    this.#state = key >>> 0;
  }

  next(): number {
    this.#state = (this.#state + golden) >>> 0;
    let h = this.#state;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return (h ^ (h >>> 15)) >>> 0;
  }

  real(): number {
    return this.next() / 0x100000000;
  }

  /** 0 … n-1 */
  int(n: number): number {
    return Math.floor(this.real() * n);
  }

  /** low … high, both included */
  range(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.real() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(values.length)]!;
  }

  /** Rank 0 … n-1 with probability about 1/(rank+1): few are common, many are rare. */
  rank(n: number): number {
    return Math.min(n - 1, Math.floor(Math.exp(this.real() * Math.log(n + 1))) - 1);
  }

  /** Roughly normal (sum of four uniforms), mean 0, deviation 1, never beyond ±3.5. */
  normal(): number {
    return (this.real() + this.real() + this.real() + this.real() - 2) * 1.7320508;
  }

  /** A whole number whose mean is `mean`: the fraction decides by chance, so that small rates thin out evenly. */
  count(mean: number): number {
    const spread = mean * (0.6 + 0.8 * this.real());
    return Math.floor(spread) + (this.real() < spread % 1 ? 1 : 0);
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += hexWord(this.next());
    return text.slice(0, digits);
  }

  /** A version 4 UUID. */
  guid(): string {
    const [a, b, c, d] = [this.next(), this.next(), this.next(), this.next()];
    const [y, z] = [hexWord(((b & 0xffff0fff) | 0x4000) >>> 0), hexWord(((c & 0x3fffffff) | 0x80000000) >>> 0)];
    return `${hexWord(a)}-${y.slice(0, 4)}-${y.slice(4)}-${z.slice(0, 4)}-${z.slice(4)}${hexWord(d)}`;
  }
}

/** The stream of a topic ("SigninLogs", "host") and its keys (day, index …). */
export function draw(seed: number, topic: string, ...keys: readonly number[]): Draw {
  let h = mix(seed >>> 0, hashText(topic));
  for (const key of keys) h = mix(h, (key + 0x7f4a7c15) | 0);
  return new Draw(h);
}

/** Chooses by weight. Build once, use often. */
export function weighted<T>(table: readonly (readonly [weight: number, value: T])[]): (d: Draw) => T {
  const total = table.reduce((sum, [w]) => sum + w, 0);
  const ends: number[] = [];
  let sum = 0;
  for (const [w] of table) ends.push((sum += w) / total);
  return d => {
    const u = d.real();
    let i = 0;
    while (i < ends.length - 1 && u >= ends[i]!) i++;
    return table[i]![1];
  };
}
