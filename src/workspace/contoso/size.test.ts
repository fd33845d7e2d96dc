import { expect, test } from "vitest";
import { planTenant } from "./size.js";

test("more rows mean more people, machines and activity", () => {
  const plans = (["small", "1m", "10m", "100m"] as const).map(planTenant);
  for (const [i, plan] of plans.slice(1).entries()) {
    const before = plans[i]!.world;
    expect(plan.world.people).toBeGreaterThan(before.people);
    expect(plan.world.workstations).toBeGreaterThan(before.workstations);
    expect(plan.world.activity).toBeGreaterThan(before.activity);
  }
  expect(plans.map(p => p.world.telemetryHosts)).toEqual([10, 21, 60, 60]);
});

test.each([["tiny"], [999], [1.5], [Number.NaN], [2e9], ["constructor"]])("%s rows are refused", rows => {
  expect(() => planTenant(rows as "small")).toThrow(expect.objectContaining({ code: "contoso/rows" }) as Error);
});
