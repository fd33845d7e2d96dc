import { expect, test } from "vitest";
import { createCalendar, isoOf, lastTuesdayEvening, ticksIsoOf } from "./calendar.js";

test.each([
  // 24 November 2026 is a Tuesday.
  ["2026-11-24T18:00:00Z", "2026-11-24T18:00:00.000Z"],
  ["2026-11-24T17:59:59Z", "2026-11-17T18:00:00.000Z"],
  ["2026-11-24T23:00:00Z", "2026-11-24T18:00:00.000Z"],
  ["2026-11-30T12:00:00Z", "2026-11-24T18:00:00.000Z"],
  ["2026-03-01T00:00:00Z", "2026-02-24T18:00:00.000Z"],
])("the last Tuesday evening before %s is %s", (now, expected) => {
  expect(new Date(lastTuesdayEvening(Date.parse(now))).toISOString()).toBe(expected);
});

const calendar = createCalendar(new Date("2026-11-24T18:00:00Z"));

test("D-13 is a Wednesday, D-6 a Wednesday, D-4 a Friday, D-2 a Sunday, D0 a Tuesday", () => {
  expect([-13, -6, -4, -2, 0].map(calendar.weekday)).toEqual([3, 3, 5, 0, 2]);
});

test("times of the story are UTC", () => {
  expect(isoOf(calendar.at(-4, "14:05"))).toBe("2026-11-20T14:05:00.000Z");
  expect(isoOf(calendar.at(-2, "24:00"))).toBe("2026-11-23T00:00:00.000Z");
  expect(ticksIsoOf(calendar.at(-4, "14:05:12.4"))).toBe("2026-11-20T14:05:12.4000000Z");
});

test("month end is the last three and the first two working days", () => {
  // November 2026 ends on a Monday; its last three working days are Thursday 26, Friday 27, Monday 30.
  const december = createCalendar(new Date("2026-12-08T18:00:00Z"));
  const days = Array.from({ length: 14 }, (_, i) => i - 13).filter(december.isMonthEnd);
  expect(days.map(d => isoOf(december.midnight(d)).slice(0, 10))).toEqual([
    "2026-11-26",
    "2026-11-27",
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
  ]);
});

test.each(["2026-11-23T18:00:00Z", "2026-11-24T17:00:00Z", "nonsense"])("an end of %s is refused", end => {
  expect(() => createCalendar(new Date(end))).toThrow(
    expect.objectContaining({ code: "contoso/end-weekday" }) as Error,
  );
});
