import fc from "fast-check";
import { expect, test } from "vitest";
import { formatShift, parseShift } from "./time-shift.js";

test.each([
  ["19h", 68_400_000],
  ["+19h", 68_400_000],
  ["-5d", -432_000_000],
  ["1d2h30m", 95_400_000],
  ["-1500ms", -1500],
  ["90m", 5_400_000],
  ["1m1ms", 60_001],
  [" 2s ", 2000],
  ["0h", undefined],
  ["", undefined],
  ["-", undefined],
  ["19", undefined],
  ["2h1d", undefined],
  ["1.5h", undefined],
  ["40000d", undefined],
  ["later", undefined],
])("%j", (text, ms) => {
  expect(parseShift(text)).toBe(ms);
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -3_000_000_000_000, max: 3_000_000_000_000 }), ms => {
      fc.pre(ms !== 0);
      expect(parseShift(formatShift(ms))).toBe(ms);
    }),
  );
});
