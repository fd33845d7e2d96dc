/** Null, the empty string and missing are three things. Source: https://learn.microsoft.com/kusto/query/scalar-data-types/null-values */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { openDatabase, run } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const nulls = 'print b=bool(null), n=long(null), r=real(null), t=datetime(null), d=dynamic(null), s="", one=1';

/** An expression over the row above, and its value as text; undefined is null. */
const expressions: readonly (readonly [expression: string, value: string | undefined])[] = [
  ["n == n", undefined],
  ["n != n", undefined],
  ["n == one", "false"],
  ["n != one", "true"],
  ["n < one", undefined],
  ["n + one", undefined],
  ["not(b)", undefined],
  ["b and false", "false"],
  ["b or true", "true"],
  ["b and true", undefined],
  ["isnull(n)", "true"],
  ["isnull(s)", "false"],
  ["isempty(s)", "true"],
  ["isnotempty(d)", "false"],
  ["isnull(d)", "true"],
  ["isnull(d.a.b)", "true"],
  ["tostring(n)", ""],
  ["tostring(d.a)", ""],
  ["strcat(s, tostring(n), 'x')", "x"],
  ["iff(b, 'yes', 'no')", "no"],
  ["coalesce(n, one)", "1"],
  ["coalesce(s, 'x')", "x"],
  // An empty text in a dynamic value counts as an empty text, not as a found one.
  ["coalesce(tostring(split(s, '.')[0]), 'x')", "x"],
  ["t > datetime(2020-01-01)", undefined],
  ["s == ''", "true"],
  ["s has 'x'", "false"],
  ["s !has 'x'", "true"],
  ["n in (1, 2)", "false"],
];
test.each(expressions)("%s", async (expression, value) => {
  expect(await run(database, `${nulls} | project v = ${expression}`)).toEqual([[value]]);
});

/** What operators do with nulls and empty strings. */
const operators: readonly (readonly [text: string, rows: readonly (readonly (string | undefined)[])[]])[] = [
  ["datatable(k:long)[long(null), 1] | where k == 1 or k != 1 | count", [["2"]]],
  [
    "datatable(k:long)[long(null), 1, long(null)] | summarize count() by k | sort by k asc",
    [
      [undefined, "2"],
      ["1", "1"],
    ],
  ],
  ["datatable(k:long)[long(null), 1] | summarize count(), sum(k), max(k), dcount(k)", [["2", "1", "1", "1"]]],
  ["datatable(k:string)['', 'a'] | summarize make_set(k), make_list(k), max(k)", [['["","a"]', '["","a"]', "a"]]],
  ["datatable(k:long)[long(null), 1] | summarize make_set(k), make_list(k)", [["[1]", "[1]"]]],
  ["datatable(k:long)[long(null)] | join kind=inner (datatable(k:long)[long(null)]) on k | count", [["0"]]],
  ["datatable(k:string)[''] | join kind=inner (datatable(k:string)['']) on k | count", [["1"]]],
  ["datatable(k:long)[long(null), 1] | join kind=leftanti (datatable(k:long)[long(null), 1]) on k", [[undefined]]],
  ["datatable(k:long)[long(null), 2] | where k !in (1) | count", [["2"]]],
  ["datatable(d:dynamic)[dynamic(null), dynamic([]), dynamic({})] | mv-expand d | count", [["1"]]],
  [
    "datatable(k:real)[1.0, real(nan), real(null)] | sort by k asc | project tostring(k), isnull(k)",
    [
      ["", "true"],
      ["NaN", "false"],
      ["1.0", "false"],
    ],
  ],
  [
    "union (print a = 1), (print b = 'x') | sort by b asc",
    [
      ["1", ""],
      [undefined, "x"],
    ],
  ],
];
test.each(operators)("%s", async (text, rows) => {
  expect(await run(database, text)).toEqual(rows);
});
