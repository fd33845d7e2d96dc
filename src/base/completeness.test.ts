import { expect, test } from "vitest";
import {
  affectingValues,
  complete,
  describeCompleteness,
  partial,
  uniteCompleteness,
  unknownCompleteness,
} from "./completeness.js";

const limit = { kind: "row-limit", affects: "rows", message: "stopped at 30,000 rows" } as const;

test("whole inputs give a whole result", () => {
  expect(uniteCompleteness([complete, complete])).toEqual(complete);
  expect(describeCompleteness(complete)).toBeUndefined();
});

test("the same cause is kept once, and affecting values wins", () => {
  const united = uniteCompleteness([partial(limit), affectingValues(partial(limit)), complete]);
  expect(united).toEqual({ state: "partial", causes: [{ ...limit, affects: "values" }] });
});

test("unknown is worse than complete and better than partial", () => {
  const unknown = unknownCompleteness("the service does not say");
  expect(uniteCompleteness([complete, unknown]).state).toBe("unknown");
  expect(uniteCompleteness([unknown, partial(limit)]).state).toBe("partial");
});

test("the banner says that values may be wrong", () => {
  expect(describeCompleteness(affectingValues(partial(limit)))).toBe(
    "Partial result; values may be wrong: stopped at 30,000 rows",
  );
});
