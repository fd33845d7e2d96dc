import { expect, test } from "vitest";
import { createCalendar } from "../calendar.js";
import { createContext } from "../context.js";
import { planTenant } from "../size.js";
import { cast } from "./person.js";
import { workdayOf } from "./workday.js";
import { createWorld } from "./world.js";

const world = createWorld(7, planTenant("small").world);
const contextUntil = (end: string) => createContext(world, createCalendar(new Date(end)), () => undefined);
/** 26 November to 2 December 2026 are the closing days; D0 is 8 December. */
const closing = contextUntil("2026-12-08T18:00:00Z");
/** No day of this fortnight (11 to 24 November) is a closing day. */
const ordinary = contextUntil("2026-11-24T18:00:00Z");

function loadOf(ctx: typeof closing, department: string, day: number): number {
  const people = world.people.filter(p => p.department === department);
  return people.reduce((sum, p) => sum + (workdayOf(ctx, p, day)?.load ?? 0), 0) / people.length;
}

test("finance is more than twice as busy at month end, and nobody else is", () => {
  // Monday 30 November is D-8 of the one fortnight, Monday 16 November D-8 of the other.
  expect(loadOf(closing, "Finance", -8)).toBeGreaterThan(loadOf(ordinary, "Finance", -8) * 2);
  expect(loadOf(closing, "Sales", -8)).toBeLessThan(loadOf(ordinary, "Sales", -8) * 1.2);
});

test("a weekend has a tenth of a working day's people", () => {
  const working = (day: number): number => world.people.filter(p => workdayOf(ordinary, p, day) !== undefined).length;
  for (const weekend of [-10, -9, -3, -2]) expect(working(weekend)).toBeLessThan(working(-5) / 10);
});

test("a day begins by the clock of its site", () => {
  const hourOf = (site: string): number => {
    const starts = world.people.filter(p => p.site === site).flatMap(p => workdayOf(ordinary, p, -5)?.startUs ?? []);
    const hours = starts.map(us => (us - ordinary.calendar.midnight(-5)) / 3_600_000_000);
    return hours.reduce((a, b) => a + b, 0) / hours.length;
  };
  // Nine o'clock in Seattle (UTC-8), Dublin, São Paulo (UTC-3) and Osaka (UTC+9).
  for (const [site, hour] of [
    ["SEA", 17],
    ["DUB", 9],
    ["GRU", 12],
    ["OSA", 0],
  ] as const)
    expect(Math.abs(hourOf(site) - hour)).toBeLessThan(0.5);
});

test("the story finds Marc at his desk on Friday and away at the weekend", () => {
  const marc = world.person(cast.marc);
  expect(workdayOf(ordinary, marc, -4)?.mode).toBe("office");
  expect([-3, -2].map(day => workdayOf(ordinary, marc, day))).toEqual([undefined, undefined]);
});
