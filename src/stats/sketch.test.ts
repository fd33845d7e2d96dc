import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf, digestPercentile, digestRank, hllCount, hllOf, maxExactCentroids, mergeHll } from "./sketch.js";

/** Hashes that look random, the same in every run: steps of the golden ratio through 64 bits, mixed. */
function hashes(from: number, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, i) => {
    let x = BigInt.asUintN(64, BigInt(from + i + 1) * 0x9e3779b97f4a7c15n);
    x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
    x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
    return x ^ (x >> 31n);
  });
}

describe("distinct counts", () => {
  test("are exact while the sketch keeps each hash", () => {
    expect(hllCount(hllOf(14, []))).toBe(0);
    expect(hllCount(hllOf(14, [...hashes(0, 1000), ...hashes(0, 500)]))).toBe(1000);
  });

  test.each([
    [12, 5_000, 0.05],
    [14, 50_000, 0.025],
    [16, 50_000, 0.015],
  ])("with 2^%i registers and %i values are off by less than %d", (bits, count, error) => {
    expect(Math.abs(hllCount(hllOf(bits, hashes(0, count))) - count) / count).toBeLessThan(error);
  });

  test("of a merge are those of the union, whatever form the parts have", () => {
    const whole = hllOf(14, hashes(0, 6_000));
    const merged = mergeHll([hllOf(14, hashes(0, 5_500)), hllOf(14, hashes(5_000, 1_000))]);
    expect(merged).toEqual(whole);
    expect(mergeHll([])).toBeUndefined();
    expect(mergeHll([hllOf(14, []), hllOf(12, [])])).toBeUndefined();
  });
});

describe("digests", () => {
  const weights = fc.array(
    fc.record({ mean: fc.integer({ min: -50, max: 50 }), weight: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
    },
  );

  test("of few distinct values give the nearest rank", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const spread = values.flatMap(v => Array<number>(v.weight).fill(v.mean)).sort((a, b) => a - b);
        const rank = Math.max(Math.ceil((percent * spread.length) / 100), 1);
        expect(digestPercentile(digestOf(values), percent)).toBe(spread[rank - 1]);
      }),
    );
  });

  test("of digests are digests of all values", () => {
    fc.assert(
      fc.property(weights, weights, (a, b) => {
        expect(digestOf([...digestOf(a), ...digestOf(b)])).toEqual(digestOf([...a, ...b]));
      }),
    );
  });

  test("of many values stay small and near", () => {
    const count = 100_000;
    const digest = digestOf(Array.from({ length: count }, (_, i) => ({ mean: i, weight: 1 })));
    expect(digest.length).toBeLessThan(maxExactCentroids);
    for (const percent of [0.1, 1, 25, 50, 75, 99, 99.9])
      expect(Math.abs((digestPercentile(digest, percent) ?? NaN) - (percent / 100) * count) / count).toBeLessThan(
        0.005,
      );
    expect(digestRank(digest, count)).toBe(count);
  });
});
