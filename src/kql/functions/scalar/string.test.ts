import { expect, test } from "vitest";
import { call, column, d, evaluate, n, s, ts } from "../../../../test/kql-functions/harness.js";

const cases: readonly (readonly [string, ReturnType<typeof call>, string | null])[] = [
  ["strcat joins texts of all types", call("strcat", "string", s("a"), n(1), ts("1s"), d([1])), "a100:00:01[1]"],
  ["strcat of null adds nothing", call("strcat", "string", s("a"), column(n(null))), "a"],
  ["strcat_delim", call("strcat_delim", "string", s("-"), n(1), s("2"), s("A"), ts("1s")), "1-2-A-00:00:01"],
];
test.each(cases)("%s", async (_name, builder, expected) => {
  expect(await evaluate(builder)).toBe(expected);
});
