/** Where values of several types come into one column, none of them changes: it is kept to the digit, or the query is refused. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { compile, openDatabase, run } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** A value as KQL, and its digits. */
interface Written {
  readonly kql: string;
  readonly digits: string;
  readonly kind: "int" | "long" | "decimal" | "version";
}

const plain = (text: string): string =>
  text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "").replace(/^-0$/, "0") : text;

const ints = fc
  .integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  .map((n): Written => ({ kql: `int(${n})`, digits: `${n}`, kind: "int" }));
const longs = fc
  .bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n })
  .map((n): Written => ({ kql: `long(${n})`, digits: `${n}`, kind: "long" }));
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: 0n, max: 10n ** 17n - 1n }), fc.boolean())
  .map(([whole, places, short]): Written => {
    const text = short ? `${whole}` : `${whole}.${String(places).padStart(17, "0")}`;
    return { kql: `decimal(${text})`, digits: plain(text), kind: "decimal" };
  });
const part = fc.integer({ min: 0, max: 99_999_999 });
const versions = fc.tuple(part, part, part, part).map((parts): Written => ({
  kql: `parse_version("${parts.join(".")}")`,
  digits: BigInt(parts.map(p => String(p).padStart(8, "0")).join("")).toString(),
  kind: "version",
}));

/** Ways in which two values come together; each gives the first one back. */
const ways: Readonly<Record<string, (a: string, b: string) => string>> = {
  iff: (a, b) => `print r = tostring(iff(rand() >= 0, ${a}, ${b}))`,
  case: (a, b) => `print r = tostring(case(rand() < 0, ${b}, ${a}))`,
  coalesce: (a, b) => `print r = tostring(coalesce(${a}, ${b}))`,
  union: (a, b) => `union (print r = ${a}), (print r = ${b} | where rand() < 0) | project r = tostring(r)`,
  "union, named once": (a, b) =>
    `let T = materialize(print r = ${a}); let U = print r = ${b} | where rand() < 0; union T, U, T | take 1 | project r = tostring(r)`,
  prev: (a, b) =>
    `range i from 1 to 2 step 1 | extend v = ${a} | serialize | extend p = prev(v, 1, ${b}) | where i == 2 | project r = tostring(p)`,
  "max and min": (a, b) =>
    `print v = ${a}, w = ${b} | project r = iff(max_of(v, w) == w and v != w, tostring(min_of(v, w)), tostring(max_of(v, w)))`,
  summarize: (a, b) =>
    `print v = iff(rand() >= 0, ${a}, ${b}) | summarize v = max(v), take_any(v) by k = 1 | project r = tostring(v)`,
  join: (a, b) =>
    `print k = 1, v = ${a} | join kind=leftouter (print k = 1, w = ${b}) on k | project r = tostring(coalesce(v, w))`,
};

const sameColumn = (way: string): boolean => way.startsWith("union");

describe.each(Object.keys(ways))("%s", way => {
  test("changes no value", async () => {
    const write = ways[way] ?? (() => "");
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.oneof(ints, longs, decimals, versions), fc.oneof(ints, longs, decimals, versions)),
        async ([a, b]) => {
          // A union keeps columns of different types apart: only one type comes together there.
          const typed = (w: Written) => (w.kind === "version" ? "decimal" : w.kind);
          if (sameColumn(way) && typed(a) !== typed(b)) return;
          const query = write(a.kql, b.kql);
          const compiled = compile(query);
          if (compiled.state !== "ready") {
            expect(compiled.diagnostics.map(d => d.message).join()).toMatch(/parse_version\(\) beside decimals/);
            const kinds = [a, b].map(w => (w.kind === "decimal" && w.digits.includes(".") ? "placed" : w.kind));
            expect(kinds).toEqual(expect.arrayContaining(["version", expect.stringMatching(/placed|decimal/)]));
            return;
          }
          const [[text = ""] = []] = await run(database, query);
          expect(text, query).toBe(a.digits);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

test.each([
  ["round(9223372036854775807, -1)", undefined],
  ["round(9223372036854775801, -1)", "9223372036854775800"],
  ["round(-9223372036854775807, -1)", undefined],
  ["round(int(2147483647), -1)", undefined],
  ["round(decimal(12345678901234567.895), 2)", "12345678901234567.9"],
  ["round(decimal(-0.5))", "-1"],
  ["bin(decimal(12345678901234567.895), decimal(0.01))", "12345678901234567.89"],
  ["bin(decimal(-7.5), decimal(2))", "-8"],
])("%s is exact, or null where no such number is", async (expression, digits) => {
  const [[value] = []] = await run(database, `print r = ${expression}`);
  expect(value === undefined ? undefined : plain(value)).toBe(digits);
});

test.each([
  ['print parse_version("1.2") == 1.5'],
  ['print parse_version("1.2") in (decimal(1.5))'],
  ['print parse_version("1.2") between (decimal(0.5) .. decimal(2))'],
  ['union (print v = parse_version("1.2.3.4")), (print v = decimal(1.5))'],
  ['print v = parse_version("1.2.3.4") | join (print v = decimal(1.5)) on v'],
])("%s is refused: DuckDB would round", query => {
  const compiled = compile(query);
  expect(compiled.state === "ready" ? [] : compiled.diagnostics.map(d => d.code)).toEqual(["kql/not-supported"]);
});

test("the average of decimals has their digits", async () => {
  const query = "datatable(d: decimal)[decimal(12345678901234567.1), decimal(12345678901234567.4)] | summarize avg(d)";
  expect(await run(database, query)).toEqual([["12345678901234567.25000000000000000"]]);
});
