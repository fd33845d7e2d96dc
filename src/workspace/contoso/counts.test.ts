import { expect, test } from "vitest";
import { sumCounts } from "./counts.js";
import type { RecordedCounts } from "./counts.js";

const counts = (rows: number, day: number, span: readonly [number, number]): RecordedCounts => ({
  tables: new Map([["Syslog", rows]]),
  perDay: new Map([["Syslog", new Map([[day, rows]])]]),
  tags: new Map([["trap", new Map([["Syslog", 1]])]]),
  spans: new Map([["trap", span]]),
});

test("counts of several recordings add up, and spans widen", () => {
  const sum = sumCounts([counts(3, -1, [10, 20]), counts(4, 0, [5, 12]), counts(1, 0, [11, 30])]);
  expect(sum.tables.get("Syslog")).toBe(8);
  expect([...sum.perDay.get("Syslog")!]).toEqual([
    [-1, 3],
    [0, 5],
  ]);
  expect(sum.tags.get("trap")?.get("Syslog")).toBe(3);
  expect(sum.spans.get("trap")).toEqual([5, 30]);
});
