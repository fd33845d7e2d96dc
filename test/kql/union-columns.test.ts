/** Where columns of a union collide, each keeps a column of its own, as the documentation's example prints it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { compiled, openDatabase, run } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const views =
  "let A = view () { print x = 1 }; let B = view () { print x = toint(2) }; let C = view () { print x_long = 3 };" +
  ' let D = view () { print x = "s", x_long = "t" };';

// Source: https://learn.microsoft.com/kusto/query/union-operator#examples
test.each([
  ["A, B, C", "x_long:long x_int:int x_long1:long", ["1 ∅ ∅", "∅ 2 ∅", "∅ ∅ 3"]],
  ["C, A, B", "x_long:long x_long1:long x_int:int", ["3 ∅ ∅", "∅ 1 ∅", "∅ ∅ 2"]],
  ["C, B, A", "x_long:long x_int:int x_long1:long", ["3 ∅ ∅", "∅ 2 ∅", "∅ ∅ 1"]],
  ["A, D", "x_long:long x_string:string x_long1:string", ["1  ", "∅ s t"]],
  ["D, A", "x_string:string x_long:long x_long1:string", ["s ∅ t", " 1 "]],
  ["D, C", "x:string x_long_string:string x_long_long:long", ["s t ∅", "  3"]],
])("union %s", async (tables, columns, rows) => {
  const query = `${views} union ${tables}`;
  expect(
    compiled(query)
      .columns.map(c => `${c.name}:${c.type}`)
      .join(" "),
  ).toBe(columns);
  expect((await run(database, query)).map(r => r.map(c => c ?? "∅").join(" "))).toEqual(rows);
});
