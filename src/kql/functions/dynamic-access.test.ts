import { expect, test } from "vitest";
import { call, column, d, evaluate, json, n, s, TestContext } from "../../../test/kql-functions/harness.js";
import { convert, dynamicAccess } from "./index.js";

type Arg = ReturnType<typeof s>;
const at =
  (base: Arg, ...steps: readonly (string | Arg)[]): Arg =>
  context =>
    steps.reduce(
      (e, step) => dynamicAccess(e, typeof step === "string" ? step : step(context), context),
      base(context),
    );

const bag = d({ a: { b: [10, 20, 30] }, "a b": "x", 'q"uote': 1, "*": 2, "": 3, "x/y~z": 4, "it's": 5, "0": 6 });

// https://learn.microsoft.com/kusto/query/scalar-data-types/dynamic#dynamic-object-accessors
test.each<readonly [string, Arg, string | null]>([
  ["a path", at(bag, "a", "b", n(1)), "20"],
  ["the last element", at(bag, "a", "b", n(-1)), "30"],
  ["beyond the end", at(bag, "a", "b", n(3)), null],
  ["a key with a space", at(bag, s("a b")), "x"],
  ["a key with a quote", at(bag, 'q"uote'), "1"],
  ["a key that is a wildcard elsewhere", at(bag, "*"), "2"],
  ["the empty key", at(bag, ""), "3"],
  ["a key of pointer characters", at(bag, "x/y~z"), "4"],
  ["a key with an apostrophe", at(bag, "it's"), "5"],
  ["a key in a column", at(bag, column(s("x/y~z"))), "4"],
  ["a numeric key in a column", at(bag, column(s("0"))), "6"],
  ["a key of an array is null", at(d([1, 2]), column(s("0"))), null],
  ["a key of a number is null", at(d(5), "a"), null],
  ["an index in a column", at(bag, "a", "b", column(n(2))), "30"],
  ["a negative index in a column", at(bag, "a", "b", column(n(-3))), "10"],
  ["an index that is dynamic", at(d([1, 2]), column(d(1))), "2"],
  ["a missing key is null", at(bag, "nope", "deeper"), null],
  ["64-bit integers keep all digits", at(json('{"id":12345678901234567890}'), "id"), "12345678901234567890"],
  ["into text that is JSON", at(call("parse_json", "dynamic", s('{"a":{"b":"c"}}')), "a", "b"), "c"],
  ["into text that is no JSON", at(call("parse_json", "dynamic", s("plain")), "a"), null],
  ["into an empty text", at(call("parse_json", "dynamic", s("")), "a"), null],
  ["an element of a split", at(call("split", "dynamic", s("a.b.c"), s(".")), n(0)), "a"],
  ["the last element of a split", at(call("split", "dynamic", s("a.b.c"), s(".")), n(-1)), "c"],
  ["an element of a split in a column", at(call("split", "dynamic", s("a.b.c"), s(".")), column(n(1))), "b"],
  ["no such element of a split", at(call("split", "dynamic", s("a"), s(".")), n(5)), null],
])("%s", async (_name, builder, expected) => {
  expect(await evaluate(builder)).toBe(expected);
  const asColumn: Arg = context => {
    const e = builder(context);
    return convert({ sql: e.sql, type: e.type }, "string", context);
  };
  expect(await evaluate(asColumn)).toBe(expected ?? "");
});

test("a long path is one extraction", () => {
  const context = new TestContext();
  const e = at(() => ({ sql: "c1", type: "dynamic" }), "a", "b", n(0), "it's")(context);
  expect(e.sql).toBe(`json_extract(c1, '$."a"."b"[0]."it''s"')`);
  expect(convert(e, "string", context).sql).toBe(`coalesce(json_extract_string(c1, '$."a"."b"[0]."it''s"'), '')`);
});

test("nested JSON in JSON is read without going through empty strings", async () => {
  const outer = column(d({ inner: '{"x":7}' }));
  const inner: Arg = context => {
    const text = convert(dynamicAccess(outer(context), "inner", context), "string", context);
    return dynamicAccess(call("parse_json", "dynamic", () => text)(context), "x", context);
  };
  expect(await evaluate(inner)).toBe("7");
});
