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
  [
    "ends of a graph's edges of two types",
    "print a = int(1), b = 2 | make-graph a --> b with_node_id=id | graph-to-table nodes | sort by id asc",
    ["id:int", "1", "2"],
  ],
  [
    "innerunique by what is known before",
    "print k = 1, s = 'x' | join kind=innerunique (print k = 1, s = 'x', v = 2) on k, $left.s == $right.s",
    ["k:long | s:string | k1:long | s1:string | v:long", "1 | x | 1 | x | 2"],
  ],
  [
    "pivot beside a property bag",
    "datatable(s: string, d: dynamic)['x', dynamic({\"a\": 1}), 'x', dynamic(null)] | evaluate pivot(s) | sort by x asc, tostring(d) asc",
    ["d:dynamic | x:long", "null | 1", '{"a":1} | 1'],
  ],
  [
    "a series beside a value at the end of 64 bits",
    "datatable(k: long)[9223372036854775807, 1] | make-series n = count() on k from -5 to 5 step 5",
    ["n:dynamic | k:dynamic", "[0,1] | [-5,0]"],
  ],
  [
    "a set of what is known to be nothing",
    'print x = 1 | summarize s = make_set(parse_json("")), l = make_list(parse_json(""))',
    ["s:dynamic | l:dynamic", "[] | []"],
  ],
  [
    "a range that begins like a JSON string",
    "print a = ipv6_is_in_range('::1', '\"'), b = ipv4_is_in_range('10.0.0.1', '[')",
    ["a:bool | b:bool", "∅ | ∅"],
  ],
];
test.each(cases)("%s", async (_what, text, lines) => {
  expect(await linesOf(database, text)).toEqual(lines);
});

test("a percentage that is no number is refused by name", () => {
  const result = compile('Signins | summarize percentiles_array(Attempts, dynamic(["a", "b"]))');
  expect(result).toMatchObject({ state: "refused", diagnostics: [{ code: "kql/not-supported" }] });
});

test("what is refused before a question is refused, not asked", () => {
  const result = compile("Users | fork (count) (take 1) | count | partition by Count { Users | take 1 }");
  expect(result).toMatchObject({ state: "refused", diagnostics: [{ code: "kql/not-supported" }] });
});
