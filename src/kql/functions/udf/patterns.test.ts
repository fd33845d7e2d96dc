import fc from "fast-check";
import { expect, test } from "vitest";
import type { Pattern, WeightedRow } from "./patterns.js";
import { autocluster, basket, diffPatterns, patternUdfs } from "./patterns.js";

const cell = fc.constantFrom("x", "y", "z", "", null);
const rows = fc.array(fc.tuple(fc.array(cell, { minLength: 3, maxLength: 3 }), fc.nat(5), fc.nat(5)), {
  maxLength: 12,
});

const fits = (row: WeightedRow, p: Pattern): boolean => p.values.every((v, i) => v === undefined || v === row[0][i]);
const sum = (all: readonly WeightedRow[], which: 1 | 2, p?: Pattern): number =>
  all.filter(r => p === undefined || fits(r, p)).reduce((n, r) => n + r[which], 0);

test("each pattern weighs what the rows weigh that fit it, says something, and comes once", () => {
  fc.assert(
    fc.property(rows, all => {
      for (const found of [basket(all, 0.2, 5), autocluster(all, 0.5), diffPatterns(all, 0.1, 5)] as const) {
        const keys = (found ?? []).map(p => JSON.stringify(p.values.map(v => v ?? 0)));
        expect(new Set(keys).size).toBe(keys.length);
        for (const p of found ?? []) {
          expect([p.a, p.b]).toEqual([sum(all, 1, p), sum(all, 2, p)]);
          expect(p.values.some(v => v !== undefined)).toBe(true);
          expect(p.values).not.toContain("");
        }
      }
    }),
  );
});

test("basket finds every frequent value", () => {
  fc.assert(
    fc.property(rows, all => {
      const found = basket(all, 0.3, 5) ?? [];
      const whole = sum(all, 1);
      for (const column of [0, 1, 2])
        for (const value of ["x", "y", "z"]) {
          const weight = all.filter(r => r[0][column] === value).reduce((n, r) => n + r[1], 0);
          if (weight === 0 || weight < 0.3 * whole) continue;
          // The pattern of this value alone, or with what all its rows share besides.
          expect(found.some(p => p.values[column] === value && p.a === weight)).toBe(true);
        }
    }),
  );
});

test("columns that never differ are one dimension", () => {
  const row: WeightedRow = [Array.from({ length: 60 }, () => "same"), 1, 0];
  expect(basket([row], 0.05, 5)).toHaveLength(1);
});

test("too many patterns are an error that says what to do", () => {
  let state = 7;
  const bit = (): string => String((state = (state * 16807) % 2147483647) % 2);
  const many = Array.from({ length: 200 }, (): WeightedRow => [Array.from({ length: 20 }, bit), 1, 0]);
  const call = (): unknown =>
    patternUdfs[0]?.call(JSON.stringify(many.map(r => JSON.stringify(r))), "basket", 0.015, 5n);
  expect(call).toThrow(expect.objectContaining({ code: "kql/too-many-patterns" }) as Error);
});
