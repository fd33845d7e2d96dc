import { expect, test } from "vitest";
import { planTenant } from "./size.js";
import { planStretches } from "./stretch.js";

test.each([
  [20_000, [7, 7]],
  ["small", [7, 7]],
  ["1m", [2, 2, 2, 2, 2, 2, 2]],
  ["10m", Array.from({ length: 14 }, () => 1)],
] as const)("a tenant of %s rows is made in stretches of so many days", (rows, days) => {
  const stretches = planStretches(planTenant(rows));
  expect(stretches.map(s => s.last - s.first + 1)).toEqual(days);
  expect([stretches[0]?.first, stretches.at(-1)?.last]).toEqual([-13, 0]);
  stretches.slice(1).forEach((s, i) => expect(s.first).toBe(stretches[i]!.last + 1));
});
