/** Sketches of sets and distributions that can be merged: HyperLogLog and weighted quantiles. */

/** Distinct hashes: exact up to a bound, then the largest rank seen in each of 2^bits registers. */
export type HllSketch =
  | { readonly bits: number; readonly kind: "sparse"; readonly hashes: ReadonlySet<bigint> }
  | { readonly bits: number; readonly kind: "dense"; readonly registers: Uint8Array };

/** Hashes that a sketch keeps one by one. */
export const maxSparseHashes = 1024;

/** A sketch of 64-bit unsigned hashes. */
export function hllOf(bits: number, hashes: Iterable<bigint>): HllSketch {
  const distinct = new Set(hashes);
  return distinct.size <= maxSparseHashes
    ? { bits, kind: "sparse", hashes: distinct }
    : { bits, kind: "dense", registers: registersOf(bits, distinct) };
}

function registersOf(bits: number, hashes: Iterable<bigint>): Uint8Array {
  const registers = new Uint8Array(2 ** bits);
  for (const hash of hashes) {
    const index = Number(hash >> BigInt(64 - bits));
    const rank = leadingZeros(BigInt.asUintN(64, hash << BigInt(bits)), 64 - bits) + 1;
    if (rank > (registers[index] ?? 0)) registers[index] = rank;
  }
  return registers;
}

function leadingZeros(value: bigint, most: number): number {
  const high = Math.clz32(Number(value >> 32n));
  const zeros = high < 32 ? high : 32 + Math.clz32(Number(value & 0xffff_ffffn));
  return Math.min(zeros, most);
}

/** The sketch of the union; undefined for sketches of different precision, or none. */
export function mergeHll(sketches: readonly HllSketch[]): HllSketch | undefined {
  const bits = sketches[0]?.bits;
  if (bits === undefined || sketches.some(s => s.bits !== bits)) return undefined;
  const sparse = hllOf(
    bits,
    sketches.flatMap(s => (s.kind === "sparse" ? [...s.hashes] : [])),
  );
  const dense = sketches.flatMap(s => (s.kind === "dense" ? [s.registers] : []));
  if (dense.length === 0) return sparse;
  const registers = sparse.kind === "dense" ? sparse.registers.slice() : registersOf(bits, sparse.hashes);
  for (const other of dense) other.forEach((rank, i) => (registers[i] = Math.max(registers[i] ?? 0, rank)));
  return { bits, kind: "dense", registers };
}

/**
 * How many distinct hashes the sketch saw: exact while it keeps them, then estimated.
 *
 * Source: O. Ertl, New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 6
 */
export function hllCount(sketch: HllSketch): number {
  if (sketch.kind === "sparse") return sketch.hashes.size;
  const { bits, registers } = sketch;
  const [m, q] = [registers.length, 64 - bits];
  const counts = new Array<number>(q + 2).fill(0);
  for (const rank of registers) counts[rank] = (counts[rank] ?? 0) + 1;
  let z = m * tau(1 - (counts[q + 1] ?? 0) / m);
  for (let k = q; k >= 1; k -= 1) z = 0.5 * (z + (counts[k] ?? 0));
  z += m * sigma((counts[0] ?? 0) / m);
  return Math.round((m * m) / (2 * Math.LN2 * z));
}

function sigma(value: number): number {
  if (value === 1) return Infinity;
  let [x, y, z, before] = [value, 1, value, -1];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(value: number): number {
  if (value === 0 || value === 1) return 0;
  let [x, y, z, before] = [value, 1, 1 - value, -1];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

/** Values in rising order, each with how much it weighs. */
export interface Centroid {
  readonly mean: number;
  readonly weight: number;
}

/** Distinct values that a digest keeps one by one. */
export const maxExactCentroids = 2048;
/** How finely a digest that has to merge values keeps the distribution; its tails are finer. */
const compression = 500;

/**
 * A digest of weighted values: each distinct value is its own centroid while there are few, then neighbours are merged,
 * the fewer the nearer they are to an end.
 *
 * Source: T. Dunning, O. Ertl, Computing extremely accurate quantiles using t-digests, 2019, merging digest with k1
 */
export function digestOf(values: readonly Centroid[]): readonly Centroid[] {
  const sorted = values.filter(v => v.weight > 0 && !Number.isNaN(v.mean)).sort((a, b) => a.mean - b.mean);
  const distinct: Centroid[] = [];
  for (const value of sorted) {
    const last = distinct.at(-1);
    if (last?.mean === value.mean) distinct[distinct.length - 1] = { ...last, weight: last.weight + value.weight };
    else distinct.push(value);
  }
  return distinct.length <= maxExactCentroids ? distinct : compress(distinct);
}

function compress(values: readonly Centroid[]): readonly Centroid[] {
  const total = values.reduce((sum, v) => sum + v.weight, 0);
  const scale = (q: number) => (compression / (2 * Math.PI)) * Math.asin(2 * Math.min(Math.max(q, 0), 1) - 1);
  const out: Centroid[] = [];
  let [current, before] = [values[0], 0];
  for (const value of values.slice(1)) {
    if (current === undefined) break;
    const together = current.weight + value.weight;
    if (scale((before + together) / total) - scale(before / total) <= 1) {
      const mean = current.mean + ((value.mean - current.mean) * value.weight) / together;
      current = { mean, weight: together };
    } else {
      out.push(current);
      before += current.weight;
      current = value;
    }
  }
  return current === undefined ? out : [...out, current];
}

/** The smallest value whose share of the weight reaches the percentage (nearest rank); undefined without values. */
export function digestPercentile(digest: readonly Centroid[], percent: number): number | undefined {
  const total = digest.reduce((sum, c) => sum + c.weight, 0);
  const wanted = (Math.min(Math.max(percent, 0), 100) / 100) * total;
  let reached = 0;
  for (const { mean, weight } of digest) {
    reached += weight;
    if (reached >= wanted - total * 1e-12) return mean;
  }
  return digest.at(-1)?.mean;
}

/** How much weight lies at or below a value. */
export function digestRank(digest: readonly Centroid[], value: number): number {
  return digest.reduce((sum, c) => (c.mean <= value ? sum + c.weight : sum), 0);
}
