import fc from "fast-check";
import { expect, test } from "vitest";
import { Budget } from "./limits.js";
import type { Grant } from "./limits.js";
import { FrameStore } from "./store.js";

test("the first store leaves a quarter, each further one takes half of what is left, and what is released is given again", () => {
  const budget = new Budget(10);
  const first = budget.grant(1600);
  expect(first.bytes).toBe(1200);
  const second = budget.grant(1600);
  expect(second.bytes).toBe(200);
  expect(budget.grant(1600).bytes).toBe(100);
  second.release();
  expect(budget.grant(1600).bytes).toBe(150);
});

test("when nothing is left a store still gets what it needs to work, never more than there is", () => {
  const budget = new Budget(256);
  for (let i = 0; i < 3; i++) budget.grant(1000);
  expect(budget.grant(1000).bytes).toBe(256);
  expect(new Budget(256).grant(100).bytes).toBe(100);
});

test("property: without the least amount, all stores together stay within the budget", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), fc.integer({ min: 1, max: 1e9 }), (steps, total) => {
      const budget = new Budget(0);
      const open: Grant[] = [];
      for (const opens of steps) {
        if (opens) open.push(budget.grant(total));
        else open.shift()?.release();
        expect(open.reduce((sum, g) => sum + g.bytes, 0)).toBeLessThanOrEqual(total);
      }
    }),
  );
});

const limitsOf = async (store: FrameStore) =>
  (await store.all(`select current_setting('memory_limit') m, current_setting('max_temp_directory_size') s`))[0];

test("stores that are open at the same time divide memory and spill; limits that are given are kept", async () => {
  const first = await FrameStore.open();
  const second = await FrameStore.open();
  const given = await FrameStore.open({ memoryLimitBytes: 64 * 1024 ** 2 });
  try {
    const [a, b, c] = await Promise.all([first, second, given].map(limitsOf));
    expect(a).not.toEqual(b);
    expect(c?.["m"]).toBe("64.0 MiB");
    await second.close();
    const again = await FrameStore.open();
    expect(await limitsOf(again)).toMatchObject({ m: b?.["m"] });
    await again.close();
  } finally {
    for (const store of [first, second, given]) await store.close();
  }
});
