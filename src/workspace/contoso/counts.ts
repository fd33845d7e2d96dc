/** What was written, counted: for the Usage table, the answer key and progress. */
import type { ContosoTable } from "./table-schema.js";

export interface RecordedCounts {
  /** Table → rows written. */
  readonly tables: ReadonlyMap<ContosoTable, number>;
  /** Table → day (−13 … 0) → rows written, for the Usage table. */
  readonly perDay: ReadonlyMap<ContosoTable, ReadonlyMap<number, number>>;
  /** Tag → table → rows written. */
  readonly tags: ReadonlyMap<string, ReadonlyMap<ContosoTable, number>>;
  /** Tag → first and last time, microseconds. */
  readonly spans: ReadonlyMap<string, readonly [firstUs: number, lastUs: number]>;
}

/** The counts of several recordings as those of one. */
export function sumCounts(all: readonly RecordedCounts[]): RecordedCounts {
  const spans = new Map<string, readonly [number, number]>();
  for (const counts of all)
    for (const [tag, [first, last]] of counts.spans) {
      const [from, to] = spans.get(tag) ?? [first, last];
      spans.set(tag, [Math.min(first, from), Math.max(last, to)]);
    }
  return {
    tables: sumMaps(all.map(c => c.tables)),
    perDay: sumNested(all.map(c => c.perDay)),
    tags: sumNested(all.map(c => c.tags)),
    spans,
  };
}

/** Adds the numbers of maps, key by key; keys come in the order in which they first occur. */
export function sumMaps<K>(maps: readonly ReadonlyMap<K, number>[]): ReadonlyMap<K, number> {
  const sum = new Map<K, number>();
  for (const map of maps) for (const [key, value] of map) sum.set(key, (sum.get(key) ?? 0) + value);
  return sum;
}

function sumNested<K, L>(maps: readonly ReadonlyMap<K, ReadonlyMap<L, number>>[]): Map<K, ReadonlyMap<L, number>> {
  const sum = new Map<K, ReadonlyMap<L, number>>();
  for (const map of maps)
    for (const [key, inner] of map) sum.set(key, sumMaps([sum.get(key) ?? new Map<L, number>(), inner]));
  return sum;
}

export const totalOf = (tables: ReadonlyMap<ContosoTable, number>): number =>
  [...tables.values()].reduce((sum, rows) => sum + rows, 0);
