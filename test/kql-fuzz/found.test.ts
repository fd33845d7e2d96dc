/** What fuzzing found, each as the smallest query. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { compile, linesOf, openDatabase, type Database } from "../kql/harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const cases: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
  [
    "a column named like the variable of a lambda",
    "datatable(v: long)[1, 2] | extend x = binary_shift_left(v + 1, v)",
    ["v:long | x:long", "1 | 4", "2 | 12"],
  ],
  [
    "take_any(*) of one column",
    "Users | distinct User | where User == 'ada' | summarize take_any(*)",
    ["User:string", "ada"],
  ],
  [
    "the spread of what is no number",
    "datatable(r: real)[1.0, real(nan)] | summarize v = variancep(r), s = stdev(r)",
    ["v:real | s:real", "NaN | NaN"],
  ],
  [
    "a calendar beyond its years",
    "Signins | take 1 | project a = endofweek(TimeGenerated, Attempts * 9007199254740993), b = datetime_add('year', Attempts * 9007199254740993, TimeGenerated)",
    ["a:datetime | b:datetime", "∅ | ∅"],
  ],
  [
    "a calendar within them",
    "Signins | take 1 | project a = startofmonth(TimeGenerated, Attempts), b = datetime_add('quarter', Attempts, TimeGenerated)",
    ["a:datetime | b:datetime", "2024-04-01T00:00:00.0000000Z | 2024-06-01T08:00:00.0000000Z"],
  ],
];
test.each(cases)("%s", async (_what, text, lines) => {
  expect(await linesOf(database, text)).toEqual(lines);
});

test("a percentage that is no number is refused by name", () => {
  const result = compile('Signins | summarize percentiles_array(Attempts, dynamic(["a", "b"]))');
  expect(result).toMatchObject({ state: "refused", diagnostics: [{ code: "kql/not-supported" }] });
});
