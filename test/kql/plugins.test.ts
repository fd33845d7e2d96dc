/** `evaluate` plug-ins: what they give, from their documentation pages and by hand. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KqlAnswer } from "../../src/kql/api.js";
import type { Database } from "./harness.js";
import { bracketed, insertAnswers } from "../../src/kql/answers.js";
import { compile, compiledOver, linesOf, marked, openDatabase, run } from "./harness.js";
import { compileOver } from "../../tools/kql-run.js";
import { SchemaCache } from "../../src/kql/environment.js";
import { environment } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const table = (text: string): Promise<readonly string[]> => linesOf(database, text);

const people = `let T = datatable(Name: string, Kind: string, Place: string, N: long, D: dynamic)[
  'ada', 'x', 'Oslo', 1, dynamic({"a": 1, "b": "t"}), 'bob', 'y', 'Oslo', 2, dynamic({"a": 2}),
  'ada', 'y', 'Rome', 3, dynamic({"a": 3, "c": [1]}), 'ada', 'x', 'Oslo', 4, dynamic(null)];`;

const visits = `let U = datatable(T: datetime, users: dynamic)[datetime(2019-11-01), dynamic([0, 2, 3, 4]), datetime(2019-11-02), dynamic([0, 1, 3, 4, 5]),
  datetime(2019-11-03), dynamic([0, 2, 4, 5]), datetime(2019-11-04), dynamic([0, 1, 2, 3]), datetime(2019-11-05), dynamic([0, 1, 2, 3, 4])]
  | mv-expand user = users to typeof(long) | project T, user;`;

const storms = `let T = datatable(State: string, Event: string, Damage: string, Cost: int)[
  'TX', 'Hail', 'NO', 0, 'TX', 'Hail', 'NO', 0, 'OK', 'Hail', 'NO', 0, 'KS', 'Wind', 'YES', 5, 'KS', 'Wind', 'YES', 5,
  'OK', 'Wind', 'YES', 7, 'TX', 'Flood', 'NO', 0, 'IA', 'Rain', 'NO', 0];`;

const cases: readonly (readonly [text: string, ...lines: string[]])[] = [
  // https://learn.microsoft.com/kusto/query/new-activity-metrics-plugin#examples
  [
    `${visits} U | evaluate new_activity_metrics(user, T, datetime(2019-11-01), datetime(2019-11-07) - 1tick, 1d)
     | where from_T < datetime(2019-11-03) | project From = dayofmonth(from_T), To = dayofmonth(to_T), New = dcount_new_values, Kept = dcount_retained_values, Left = dcount_churn_values, retention_rate, churn_rate`,
    "From:int | To:int | New:long | Kept:long | Left:long | retention_rate:real | churn_rate:real",
    "1 | 1 | 4 | 4 | 0 | 1 | 0",
    "1 | 2 | 2 | 3 | 1 | 0.75 | 0.25",
    "1 | 3 | 1 | 3 | 1 | 0.75 | 0.25",
    "1 | 4 | 1 | 3 | 1 | 0.75 | 0.25",
    "1 | 5 | 1 | 4 | 0 | 1 | 0",
    "1 | 6 | 0 | 0 | 4 | 0 | 1",
    "2 | 2 | 2 | 2 | 0 | 1 | 0",
    "2 | 3 | 0 | 1 | 1 | 0.5 | 0.5",
    "2 | 4 | 0 | 1 | 1 | 0.5 | 0.5",
    "2 | 5 | 0 | 1 | 1 | 0.5 | 0.5",
    "2 | 6 | 0 | 0 | 2 | 0 | 1",
  ],
  // One cohort, and ids that the table of earlier days knows are not new.
  [
    `${visits} let before = print user = 5; U | evaluate new_activity_metrics(user, T, datetime(2019-11-01), datetime(2019-11-03), 1d, datetime(2019-11-02), before)
     | project From = dayofmonth(from_T), To = dayofmonth(to_T), Kept = dcount_retained_values`,
    "From:int | To:int | Kept:long",
    "2 | 2 | 1",
    "2 | 3 | 0",
  ],
  // https://learn.microsoft.com/kusto/query/dcount-intersect-plugin#examples
  [
    `range x from 1 to 100 step 1 | summarize a = hll(iff(x % 2 == 0, x, 0)), b = hll(iff(x % 3 == 0, x, 0)), c = hll(iff(x % 5 == 0, x, 0))
     | evaluate dcount_intersect(a, b, c) | project s0 - 1, s1 - 1, s2 - 1`,
    "Column1:long | Column2:long | Column3:long",
    "50 | 16 | 3",
  ],
  // https://learn.microsoft.com/kusto/query/funnel-sequence-completion-plugin
  [
    `datatable(id: long, T: datetime, e: string)[1, datetime(2020-01-01 00:00), 'a', 1, datetime(2020-01-01 00:30), 'b', 1, datetime(2020-01-01 03:00), 'c',
       2, datetime(2020-01-01 01:00), 'a', 2, datetime(2020-01-01 03:30), 'b', 3, datetime(2020-01-01 01:00), 'a']
     | evaluate funnel_sequence_completion(id, T, datetime(2020-01-01), datetime(2020-12-31), 365d, e, dynamic(['a', 'b', 'c']), dynamic([1h, 4h])) | project-away T`,
    "e:string | Period:timespan | dcount:long",
    "a | 01:00:00 | 3",
    "b | 01:00:00 | 1",
    "c | 01:00:00 | 0",
    "a | 04:00:00 | 3",
    "b | 04:00:00 | 2",
    "c | 04:00:00 | 1",
  ],
  // https://learn.microsoft.com/kusto/query/basket-plugin
  [
    `${storms} T | evaluate basket(0.3)`,
    "SegmentId:long | Count:long | Percent:real | State:string | Event:string | Damage:string | Cost:int",
    "0 | 5 | 62.5 |  |  | NO | 0",
    "1 | 3 | 37.5 | TX |  | NO | 0",
    "2 | 3 | 37.5 |  | Hail | NO | 0",
    "3 | 3 | 37.5 |  | Wind | YES | ∅",
  ],
  [
    `${storms} T | extend w = Cost | evaluate basket(0.4, w, '~', '*', int(-1)) | project SegmentId, Count, State, Cost`,
    "SegmentId:long | Count:long | State:string | Cost:int",
    "0 | 17 | * | -1",
    "1 | 10 | KS | 5",
    "2 | 7 | OK | 7",
  ],
  // https://learn.microsoft.com/kusto/query/autocluster-plugin
  [
    `${storms} T | project State, Event, Damage | evaluate autocluster(0.9)`,
    "SegmentId:long | Count:long | Percent:real | State:string | Event:string | Damage:string",
    "0 | 5 | 62.5 |  |  | NO",
    "1 | 3 | 37.5 |  | Wind | YES",
  ],
  // https://learn.microsoft.com/kusto/query/diffpatterns-plugin
  [
    `${storms} T | project State, Event, Damage | evaluate diffpatterns(Damage, 'YES', 'NO', '~', 0.5)`,
    "SegmentId:long | CountA:long | CountB:long | PercentA:real | PercentB:real | PercentDiffAB:real | State:string | Event:string | Damage:string",
    "0 | 3 | 0 | 100 | 0 | 100 |  | Wind | ",
    "1 | 0 | 3 | 0 | 60 | 60 | TX |  | ",
    "2 | 0 | 3 | 0 | 60 | 60 |  | Hail | ",
  ],
  // https://learn.microsoft.com/kusto/query/reduce-operator#examples
  [
    `range x from 1 to 10 step 1 | project str = strcat("foo", "Z", tostring(x)) | reduce by str`,
    "Pattern:string | Count:long | Representative:string",
    "others | 10 | ",
  ],
  [
    `range x from 1 to 10 step 1 | project str = strcat("foo", "Z", tostring(x)) | reduce by str with characters="Z"`,
    "Pattern:string | Count:long | Representative:string",
    "foo* | 10 | fooZ1",
  ],
  [
    `datatable(city: string)["San Bernard", "San Luis Obispo", "Moscow", "Moscow", "One -on- One", "Two -on- Two", "Paris", ""]
     | reduce by city with threshold=0.25`,
    "Pattern:string | Count:long | Representative:string",
    "* -on- * | 2 | One -on- One",
    "Moscow | 2 | Moscow",
    "San * | 2 | San Bernard",
    "others | 2 | ",
  ],
  [
    `datatable(s: string, n: long)["a-1", 2, "b", 1, "a-2", 3] | sort by n desc | reduce kind=source by s with characters="-", threshold=0.5`,
    "s:string | n:long | Pattern:string | Count:long | Representative:string",
    "a-2 | 3 | a* | 2 | a-1",
    "a-1 | 2 | a* | 2 | a-1",
    "b | 1 | others | 1 | ",
  ],
  [`datatable(s: string)[] | reduce by s`, "Pattern:string | Count:long | Representative:string"],
  // https://learn.microsoft.com/kusto/query/pivot-plugin
  [
    `${people} T | project Name, Kind | evaluate pivot(Kind)`,
    "Name:string | x:long | y:long",
    "ada | 2 | 1",
    "bob | 0 | 1",
  ],
  [`${people} T | evaluate pivot(Kind, sum(N), Name)`, "Name:string | x:long | y:long", "ada | 5 | 3", "bob | 0 | 2"],
  [
    `${people} T | project Name, Kind, N | evaluate pivot(Kind, make_list(N))`,
    "Name:string | x:dynamic | y:dynamic",
    "ada | [1,4] | [3]",
    "bob | [] | [2]",
  ],
  // Names and types of the new columns are known after it.
  [`${people} T | evaluate pivot(Kind, max(N), Name) | where x > 1 | project Sum = x + y`, "Sum:long", "7"],
  [
    `${people} T | evaluate pivot(Kind, count(), Name) | join kind=inner (T | evaluate pivot(Place, count(), Name)) on Name | project Name, x, Oslo`,
    "Name:string | x:long | Oslo:long",
    "ada | 2 | 2",
    "bob | 0 | 1",
  ],
  [
    `${people} T | evaluate pivot(Kind, count(), Name): (Name: string, y: long, z: long)`,
    "Name:string | y:long | z:long",
    "ada | 1 | 0",
    "bob | 1 | 0",
  ],
  // No rows: no columns.
  [`${people} T | where N > 9 | evaluate pivot(Kind, count(), Name)`, "Name:string"],
  [
    `Signins | where isnotnull(Ok) | evaluate pivot(Ok, count(), User) | where User == 'ada'`,
    "User:string | False:long | True:long",
    "ada | 1 | 1",
  ],
  // https://learn.microsoft.com/kusto/query/bag-unpack-plugin
  [
    `${people} T | project Name, D | evaluate bag_unpack(D)`,
    "Name:string | a:long | b:string | c:dynamic",
    "ada | 1 | t | ∅",
    "ada | 3 |  | [1]",
    "ada | ∅ |  | ∅",
    "bob | 2 |  | ∅",
  ],
  [`${people} T | project D | evaluate bag_unpack(D, 'p_') | where p_a > 2 | project p_a`, "p_a:long", "3"],
  [`${people} T | project D | evaluate bag_unpack(D): (a: real)`, "a:real", "1", "2", "3", "∅"],
  [
    `${people} T | project Name, D | evaluate bag_unpack(D): (*, a: long) | where a == 2`,
    "Name:string | a:long",
    "bob | 2",
  ],
  [
    `datatable(a: long, D: dynamic)[7, dynamic({"a": 1, "b": 2.5})] | evaluate bag_unpack(D, columnsConflict='replace_source')`,
    "a:long | b:real",
    "1 | 2.5",
  ],
  [
    `datatable(a: long, D: dynamic)[7, dynamic({"a": 1, "b": 2.5})] | evaluate bag_unpack(D, columnsConflict='keep_source')`,
    "a:long | b:real",
    "7 | 2.5",
  ],
  [
    `datatable(D: dynamic)[dynamic({"a": 1, "b": 2, "c": 3})] | evaluate bag_unpack(D, ignoredProperties=dynamic(['a', 'c']))`,
    "b:long",
    "2",
  ],
  // Values of two types are dynamic.
  [`datatable(D: dynamic)[dynamic({"a": 1}), dynamic({"a": "x"})] | evaluate bag_unpack(D)`, "a:dynamic", '"x"', "1"],
  // https://learn.microsoft.com/kusto/query/narrow-plugin
  [
    "Users | where User == 'bob' | evaluate narrow()",
    "Row:long | Column:string | Value:string",
    "0 | User | bob",
    "0 | Department | Sales",
    "0 | Level | ",
  ],
  // https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin
  [
    `let Nets = datatable(net: string, Owner: string)['10.0.0.0/8', 'us', '192.168.7.9', 'printer', '203.0.113.0/24', 'them', 'junk', '?'];
     Signins | distinct IP | evaluate ipv4_lookup(Nets, IP, net)`,
    "IP:string | net:string | Owner:string",
    "10.0.0.1 | 10.0.0.0/8 | us",
    "10.0.0.2 | 10.0.0.0/8 | us",
    "192.168.7.9 | 192.168.7.9 | printer",
    "203.0.113.5 | 203.0.113.0/24 | them",
  ],
  [
    `datatable(ip: string)['10.1.1.1', '8.8.8.8', '10.0.0.0/7'] | evaluate ipv4_lookup(datatable(net: string)['10.0.0.0/8'], ip, net, return_unmatched = true)`,
    "ip:string | net:string",
    "10.0.0.0/7 | 10.0.0.0/8",
    "10.1.1.1 | 10.0.0.0/8",
    "8.8.8.8 | ",
  ],
  [
    `datatable(ip: string, o: string)['10.1.1.1', 'a', '10.1.1.2', 'b'] | evaluate ipv4_lookup(datatable(net: string, o: string)['10.0.0.0/8', 'b'], ip, net, o)`,
    "ip:string | o:string | net:string",
    "10.1.1.2 | b | 10.0.0.0/8",
  ],
  [
    `datatable(ip: string)['2001:db8::1', '2001:db9::1'] | evaluate ipv6_lookup(datatable(net: string)['2001:db8::/32'], ip, net)`,
    "ip:string | net:string",
    "2001:db8::1 | 2001:db8::/32",
  ],
  // https://learn.microsoft.com/kusto/query/geo-polygon-lookup-plugin
  [
    `let Areas = datatable(Area: string, shape: dynamic)['square', dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}), 'junk', dynamic({})];
     datatable(x: real, y: real)[1, 1, 2.001, 1, 9, 9, 500, 1] | evaluate geo_polygon_lookup(Areas, shape, x, y)`,
    "x:real | y:real | Area:string",
    "1 | 1 | square",
  ],
  [
    `let Areas = datatable(Area: string, shape: dynamic)['square', dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]})];
     datatable(x: real, y: real)[1, 1, 2.001, 1, 9, 9] | evaluate geo_polygon_lookup(Areas, shape, x, y, 200, return_unmatched = true)`,
    "x:real | y:real | Area:string",
    "1 | 1 | square",
    "2.001 | 1 | square",
    "9 | 9 | ",
  ],
  // https://learn.microsoft.com/kusto/query/geo-line-lookup-plugin
  [
    `let Roads = datatable(road: dynamic, Road: string)[dynamic({"type":"LineString","coordinates":[[0,0],[1,0]]}), 'equator'];
     datatable(x: real, y: real)[0.5, 0.001, 0.5, 0.01] | evaluate geo_line_lookup(Roads, road, x, y, 200)`,
    "x:real | y:real | Road:string",
    "0.5 | 0.001 | equator",
  ],
  // https://learn.microsoft.com/kusto/query/rows-near-plugin
  [`range n from 1 to 9 step 1 | sort by n asc | evaluate rows_near(n == 5, 1)`, "n:long", "4", "5", "6"],
  [
    `range n from 1 to 9 step 1 | sort by n asc | evaluate rows_near(n in (2, 8), 0, 2)`,
    "n:long",
    "2",
    "3",
    "4",
    "8",
    "9",
  ],
  // https://learn.microsoft.com/kusto/query/rolling-percentile-plugin
  [
    `range i from 0 to 71 step 1 | extend t = datetime(2024-01-01) + i * 1h, v = i + 1 | evaluate rolling_percentile(v, 50, t, 1d, 2)`,
    "t:datetime | rolling_2_percentile_v_50:long",
    "2024-01-01T00:00:00.0000000Z | 12",
    "2024-01-02T00:00:00.0000000Z | 24",
    "2024-01-03T00:00:00.0000000Z | 48",
  ],
];
test.each(cases)(
  "%s",
  async (text, ...lines) => {
    expect(await table(text)).toEqual(lines);
  },
  30_000,
);

const seen = `let T = datatable(id: string, t: datetime, d: string)[
  'a', datetime(2024-01-01), 'x', 'b', datetime(2024-01-01 12:00), 'x', 'a', datetime(2024-01-02), 'x',
  'c', datetime(2024-01-02), 'y', 'a', datetime(2024-01-04), 'x', 'a', datetime(2024-01-02), 'x'];`;
const span = "datetime(2024-01-01), datetime(2024-01-04)";
const day = (n: number): string => `2024-01-0${n}T00:00:00.0000000Z`;
const activity: readonly (readonly [call: string, ...lines: string[]])[] = [
  [
    `activity_counts_metrics(id, t, ${span}, 1d)`,
    "t:datetime | count:long | dcount:long | new_dcount:long | aggregated_dcount:long",
    `${day(1)} | 2 | 2 | 2 | 2`,
    `${day(2)} | 3 | 2 | 1 | 3`,
    `${day(4)} | 1 | 1 | 0 | 3`,
  ],
  [
    `activity_counts_metrics(id, t, ${span}, 1d, d)`,
    "t:datetime | d:string | count:long | dcount:long | new_dcount:long | aggregated_dcount:long",
    `${day(1)} | x | 2 | 2 | 2 | 2`,
    `${day(2)} | x | 2 | 1 | 0 | 2`,
    `${day(2)} | y | 1 | 1 | 1 | 1`,
    `${day(4)} | x | 1 | 1 | 0 | 2`,
  ],
  [
    `activity_metrics(id, t, ${span}, 1d)`,
    "t:datetime | dcount_values:long | dcount_newvalues:long | retention_rate:real | churn_rate:real",
    `${day(1)} | 2 | 2 | NaN | NaN`,
    `${day(2)} | 2 | 1 | 0.5 | 0.5`,
    `${day(4)} | 1 | 1 | NaN | NaN`,
  ],
  [
    `sliding_window_counts(id, t, ${span}, 2d, 1d)`,
    "t:datetime | Count:long | Dcount:long",
    `${day(1)} | 2 | 2`,
    `${day(2)} | 5 | 3`,
    `${day(3)} | 3 | 2`,
    `${day(4)} | 1 | 1`,
  ],
  [
    `activity_engagement(id, t, ${span}, 1d, 2d)`,
    "t:datetime | dcount_activities_inner:long | dcount_activities_outer:long | activity_ratio:real",
    `${day(1)} | 2 | 2 | 1`,
    `${day(2)} | 2 | 3 | 0.6666666666666666`,
    `${day(4)} | 1 | 1 | 1`,
  ],
  [`active_users_count(id, t, ${span}, 2d, 1d, 2, 1d)`, "t:datetime | dcount:long", `${day(2)} | 1`],
  [
    `sequence_detect(t, 2d, 3d, one = d == 'x', two = d == 'x' and t > datetime(2024-01-01), id)`,
    "id:string | one_t:datetime | two_t:datetime | Duration:timespan",
    `a | ${day(1)} | ${day(2)} | 1.00:00:00`,
    `a | ${day(2)} | ${day(4)} | 2.00:00:00`,
  ],
];
test.each(activity)(
  "evaluate %s",
  async (call, ...lines) => {
    const [head, ...rows] = await table(`${seen} T | evaluate ${call}`);
    expect([head, ...rows.sort()]).toEqual(lines);
  },
  30_000,
);

test("what is wrong after a pivot is found when its columns are known, at its place in the text as written", async () => {
  const { text, spans } =
    marked`Signins | evaluate pivot(Ok, count(), User) | where ${"Tru"} > 1 | extend b = ['True']`;
  const using = { connection: database.connection, schemas: new SchemaCache() };
  const result = await compileOver(text, environment, using);
  expect(result.state).toBe("failed");
  expect(result.state === "failed" ? result.diagnostics.map(d => [d.code, d.span, d.hint]) : []).toEqual([
    ["kusto/KS142", spans[0], "did you mean 'True'?"],
  ]);
});

test("a text asks for one thing at a time, and its answer names the tables it came from", () => {
  const text = "Signins | evaluate pivot(User, count(), IP) | evaluate pivot(IP)";
  const first = compile(text);
  if (first.state !== "needs") throw new Error("does not ask");
  const { asks, ...question } = first.question;
  if (asks.kind !== "rows") throw new Error("asks for files");
  expect({ ...question, maxRows: asks.maxRows }).toMatchObject({ at: 43, kind: "pivot", maxRows: 1000 });
  expect(asks.query.tables.map(t => t.name)).toEqual(["Signins"]);
  const answer: KqlAnswer = {
    ...question,
    rows: [["x"]],
    cut: false,
    tables: asks.query.tables,
    clockDependent: false,
  };
  const second = compile(text, { answers: [answer] });
  expect(second.state === "needs" ? second.question.at : undefined).toBe(text.length);
});

const refused: readonly (readonly [text: string, message: string])[] = [
  ["Signins | evaluate pivot(User, count(), IP)", "pivot over an empty value"],
  [
    "datatable(a: long, b: string)[1, 'a'] | evaluate pivot(b)",
    "kql/column-conflict: pivot would make a second column 'a'",
  ],
  [
    'datatable(a: long, D: dynamic)[7, dynamic({"a": 1})] | evaluate bag_unpack(D)',
    "kql/column-conflict: bag_unpack would make a second column 'a'",
  ],
  [
    "Signins | evaluate sequence_detect(TimeGenerated, 1h, 1h, one = (Ok == true), User)",
    "kql/bad-plugin-call: 'sequence_detect' needs two conditions or more",
  ],
  ["range n from 1 to 1001 step 1 | extend p = tostring(n) | project p | evaluate pivot(p)", "more than 1,000 values"],
  ["Signins | evaluate rows_near(Ok, 1) | evaluate identity()", "'evaluate identity' is not supported"],
];
test.each(refused)("%s is refused", async (text, message) => {
  await expect(run(database, text)).rejects.toThrow(message);
});

test("a pivot inside a stored function needs its columns written", async () => {
  const stored = (schema: string) => ({
    schemaId: `test/pivot${schema}`,
    functions: [
      {
        name: "f",
        parameters: "",
        body: `Signins | where Attempts == 12 | evaluate pivot(User, count(), IP)${schema}`,
      },
    ],
  });
  await expect(run(database, "f()", stored(""))).rejects.toThrow("inside a stored function");
  expect(await run(database, "f()", stored(": (IP: string, eve: long)"))).toEqual([["203.0.113.5", "2"]]);
});

test("any name that data holds becomes that column and nothing else", async () => {
  const names = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter(s => s.trim() !== "" && s !== "k" && !s.includes("\0"));
  await fc.assert(
    fc.asyncProperty(names, async name => {
      const scalars = [{ name: "given", type: "string", value: name }] as const;
      const text = "print k = 'k', p = given | evaluate pivot(p, count(), k)";
      const query = await compiledOver(database, text, { scalars });
      expect(query.columns.map(c => c.name)).toEqual(["k", name]);
    }),
    { numRuns: 40, examples: [["'] : (x: long) | take 1 //"], ["a\\"], ['"'], ["\n"], ["日本"], ["\u2028"], ["🙂"]] },
  );
}, 60_000);

test("offsets of a text with answers put in lead back to the text as written", () => {
  const written = "T | evaluate pivot(a) | where b";
  const answer = {
    key: "@21",
    at: 21,
    kind: "pivot",
    facts: { columns: "[]", type: "long" },
    rows: [["x"]],
    cut: false,
    tables: [],
    clockDependent: false,
  };
  const { text, toWritten } = insertAnswers(written, [answer]);
  expect(text).toBe(`T | evaluate pivot(a) : (${bracketed("x")}: long) | where b`);
  expect([0, 21, 25, text.length].map(toWritten)).toEqual([0, 21, 21, written.length]);
});

/** Rows without the header, sorted. */
const bare = async (text: string): Promise<readonly string[]> => (await table(text)).slice(1);

// The data of https://learn.microsoft.com/kusto/query/session-count-plugin#examples, in fewer bins.
test("session_count: a record begins a session when its id has none in the look-back window", async () => {
  const data = `range t from 1 to 300 step 1 | extend k = 1 | join kind=inner (range id from 1 to 50 step 1 | extend k = 1) on k
    | where t % id == 0 | project t, id`;
  const query = `${data} | evaluate session_count(id, t, 1, 300, 100, 41)`;
  // Ids up to 41 have one session throughout; each record of 42 to 50 begins one.
  const alone = (from: number): number =>
    Array.from({ length: 9 }, (_, i) => i + 42).reduce(
      (n, id) => n + Math.floor((from + 99) / id) - Math.floor((from - 1) / id),
      0,
    );
  expect(await bare(query)).toEqual([1, 101, 201].map(t => `${t} | ${41 + alone(t)}`));
});

test("session_count by dimensions keeps ids of each apart", async () => {
  const data = "datatable(t: long, id: string, d: string)[1, 'a', 'x', 2, 'a', 'y', 12, 'a', 'x', 30, 'a', 'y']";
  expect(await bare(`${data} | evaluate session_count(id, t, 0, 100, 10, 10, d) | sort by t asc, d asc`)).toEqual([
    "0 | x | 1",
    "0 | y | 1",
    "10 | x | 1",
    "30 | y | 1",
  ]);
});

const sources = "let S = datatable(a: long, v: string)[1, 'x', 1, 'y', 2, 'z']; range k from 1 to 3 step 1";

// Source: https://learn.microsoft.com/kusto/query/partition-operator#legacy-strategy
test.each([
  ["where a == k", ["1 | x", "1 | y", "2 | z"]],
  ["where a == toscalar(k) | summarize n = count(), key = k", ["0 | 3", "1 | 2", "2 | 1"]],
  ["where a == k | count", ["0", "1", "2"]],
])("partition by k { S | %s } runs the query once for each value", async (operators, rows) => {
  expect(await bare(`${sources} | partition hint.strategy=legacy by k { S | ${operators} }`)).toEqual(rows);
});

test("partition { … } by a value that is null, a text with quotes, or none at all", async () => {
  const query = (from: string): string => `${from} | partition by k { print v = strcat("<", tostring(k), ">") }`;
  expect(await bare(query("datatable(k: long)[long(null), 3]"))).toEqual(["<3>", "<>"]);
  expect(await bare(query(`datatable(k: string)["it's", 'a "b"']`))).toEqual([`<a "b">`, "<it's>"]);
  expect(await bare(query("print k = 1 | where false"))).toEqual([]);
});

test("partition { … } over more than 64 values is refused with the way on", async () => {
  const text = "range k from 1 to 65 step 1 | partition by k { print k }";
  const result = await compileOver(text, environment, { connection: database.connection, schemas: new SchemaCache() });
  expect(result.state === "ready" ? "" : result.diagnostics.map(d => `${d.message} ${d.hint ?? ""}`).join()).toMatch(
    /over more than 64 values of 'k' .* filter first/,
  );
});

test("a threshold of reduce that is no share is an error at its place", () => {
  const text = "Users | reduce by User with threshold=2.5";
  const start = text.indexOf("2.5");
  const diagnostics = [{ code: "kql/bad-plugin-call", span: { start, end: start + 3 } }];
  expect(compile(text)).toMatchObject({ state: "failed", diagnostics });
});
