/**
 * Sketches as dynamic values, shaped as Kusto shows them: `[[1024, bits], [hashes as text], [ranks]]` for distinct counts,
 * `[[7, type], [values], [weights]]` for percentiles. Values of a digest are numbers, or ticks of a time.
 */
import {
  digestOf,
  digestPercentile,
  digestRank,
  hllCount,
  hllOf,
  maxSparseHashes,
  mergeHll,
  type Centroid,
  type HllSketch,
} from "../../../stats/sketch.js";
import { arrayElements, arrayText, plainText } from "../json-text.js";
import { formatDatetime, formatTimespan, parseDatetime, parseTimespan } from "../time-text.js";
import { nullable, strict } from "./define.js";

function writeHll(sketch: HllSketch): string {
  const hashes = sketch.kind === "sparse" ? [...sketch.hashes].sort((a, b) => (a < b ? -1 : 1)) : [];
  const ranks = sketch.kind === "dense" ? runs(sketch.registers) : [];
  return `[[${maxSparseHashes},${sketch.bits}],[${hashes.map(h => `"${BigInt.asIntN(64, h)}"`).join(",")}],[${ranks.join(",")}]]`;
}

/** Registers as (rank, how often in a row) pairs in one list. */
function runs(registers: Uint8Array): readonly number[] {
  const out: number[] = [];
  for (const rank of registers) {
    if (out.at(-2) === rank) out[out.length - 1] = (out.at(-1) ?? 0) + 1;
    else out.push(rank, 1);
  }
  return out;
}

function readHll(json: string | null): HllSketch | undefined {
  const [head, hashes, ranks] = (arrayElements(json) ?? []).map(part => arrayElements(part));
  const bits = Number(head?.[1]);
  if (hashes === undefined || ranks === undefined || !(bits >= 4 && bits <= 18)) return undefined;
  if (ranks.length === 0)
    return hashes.every(h => /^"-?\d{1,20}"$/.test(h))
      ? hllOf(
          bits,
          hashes.map(h => BigInt.asUintN(64, BigInt(plainText(h)))),
        )
      : undefined;
  const registers = new Uint8Array(2 ** bits);
  let at = 0;
  for (let i = 0; i + 1 < ranks.length; i += 2) {
    const [rank, count] = [Number(ranks[i]), Number(ranks[i + 1])];
    if (!(rank >= 0 && rank <= 64 && count >= 1)) return undefined;
    registers.fill(rank, at, at + count);
    at += count;
  }
  return at === registers.length ? { bits, kind: "dense", registers } : undefined;
}

interface Digest {
  /** The KQL type of the values. */
  readonly type: string;
  readonly centroids: readonly Centroid[];
}

const isTime = (type: string): boolean => type === "datetime" || type === "timespan";

function writeDigest({ type, centroids }: Digest): string {
  const values = centroids.map(c => String(c.mean));
  return `[[7,"${type}"],${arrayText(values)},${arrayText(centroids.map(c => String(c.weight)))}]`;
}

function readDigest(json: string | null): Digest | undefined {
  const [head, values, weights] = (arrayElements(json) ?? []).map(part => arrayElements(part));
  if (head === undefined || values === undefined || weights?.length !== values.length) return undefined;
  const centroids = values.map((v, i): Centroid => ({ mean: Number(v), weight: Number(weights[i]) }));
  if (centroids.some(c => Number.isNaN(c.mean) || Number.isNaN(c.weight))) return undefined;
  // A digest that was stored by Kusto has no type.
  const type = plainText(head[1] ?? '"real"');
  return { type, centroids: digestOf(centroids) };
}

function printValue(value: number, type: string): string {
  if (type === "datetime") return JSON.stringify(formatDatetime(BigInt(Math.round(value))));
  if (type === "timespan") return JSON.stringify(formatTimespan(BigInt(Math.round(value))));
  if (type === "real") return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
  return String(Math.round(value));
}

/** A value to look up, as JSON: a number, or the text of a time. */
function lookedUp(json: string, type: string): number | undefined {
  const text = plainText(json);
  if (!isTime(type)) return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
  const ticks = type === "datetime" ? parseDatetime(text) : parseTimespan(text);
  return ticks === undefined ? undefined : Number(ticks);
}

function percentile(json: string, percent: number): string | undefined {
  const digest = readDigest(json);
  const value = digest === undefined ? undefined : digestPercentile(digest.centroids, percent);
  return value === undefined || digest === undefined ? undefined : printValue(value, digest.type);
}

function rank(json: string, value: string): { readonly below: number; readonly total: number } | undefined {
  const digest = readDigest(json);
  const wanted = digest === undefined ? undefined : lookedUp(value, digest.type);
  if (digest === undefined || wanted === undefined || digest.centroids.length === 0) return undefined;
  const total = digest.centroids.reduce((sum, c) => sum + c.weight, 0);
  return { below: digestRank(digest.centroids, wanted), total };
}

/** The sketches of a JSON array, nulls left out; undefined when another element is none. */
function all<T>(list: string, read: (json: string) => T | undefined): readonly T[] | undefined {
  const present = (arrayElements(list) ?? []).filter(e => e !== "null");
  const sketches = present.map(read).filter(s => s !== undefined);
  return sketches.length === present.length ? sketches : undefined;
}

export const sketchUdfs = [
  // (hashes as a JSON array of unsigned numbers, bits)
  nullable("ku_hll", ["VARCHAR", "BIGINT"], "JSON", (hashes, bits) => {
    const list = arrayElements(hashes) ?? [];
    return list.length === 0 ? null : writeHll(hllOf(Number(bits ?? 14n), list.map(BigInt)));
  }),
  nullable("ku_hll_merge", ["VARCHAR"], "JSON", list => {
    const merged = mergeHll(all(list ?? "[]", readHll) ?? []);
    return merged === undefined ? null : writeHll(merged);
  }),
  strict("ku_hll_count", ["VARCHAR"], "BIGINT", json => {
    const sketch = readHll(json);
    return sketch === undefined ? null : BigInt(hllCount(sketch));
  }),
  // (values, weights, type of the values)
  nullable("ku_tdigest", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (values, weights, type) => {
    const counts = arrayElements(weights) ?? [];
    const centroids = (arrayElements(values) ?? []).map((v, i): Centroid => ({
      mean: Number(plainText(v)),
      weight: Number(counts[i]),
    }));
    return centroids.length === 0 ? null : writeDigest({ type: type ?? "real", centroids: digestOf(centroids) });
  }),
  nullable("ku_tdigest_merge", ["VARCHAR"], "JSON", list => {
    const digests = all(list ?? "[]", readDigest);
    const type = digests?.[0]?.type;
    if (digests === undefined || type === undefined || digests.some(d => d.type !== type)) return null;
    return writeDigest({ type, centroids: digestOf(digests.flatMap(d => d.centroids)) });
  }),
  strict("ku_tdigest_percentile", ["VARCHAR", "DOUBLE"], "JSON", percentile),
  strict("ku_tdigest_rank", ["VARCHAR", "VARCHAR"], "DOUBLE", (json, value) => rank(json, value)?.below),
  strict("ku_tdigest_percentrank", ["VARCHAR", "VARCHAR"], "DOUBLE", (json, value) => {
    const found = rank(json, value);
    return found === undefined ? undefined : (found.below / found.total) * 100;
  }),
];
