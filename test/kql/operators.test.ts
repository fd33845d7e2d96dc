/** Operators beside the goldens: what they give, from their documentation pages and by hand. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { compile, compiledOver, linesOf, openDatabase, run, tables } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const sales = `let T = datatable(Region: string, Person: string, City: string, Amount: long)[
  'north', 'ada', 'Oslo', 10, 'north', 'ada', 'Bergen', 5, 'north', 'bob', 'Oslo', 7, 'north', 'cy', 'Oslo', 1,
  'south', 'dee', 'Rome', 8, 'south', 'eli', 'Rome', 2, 'west', 'fay', 'Lima', 3, 'east', 'gus', 'Baku', 4];`;

const cases: readonly (readonly [text: string, ...lines: string[]])[] = [
  // https://learn.microsoft.com/kusto/query/top-nested-operator
  [
    `${sales} T | top-nested 2 of Region by sum(Amount)`,
    "Region:string | aggregated_Region:long",
    "north | 23",
    "south | 10",
  ],
  [
    `${sales} T | top-nested 2 of Region by Total = sum(Amount), top-nested 1 of Person by max(Amount) desc, top-nested of City by c = count() * 2`,
    "Region:string | Total:long | Person:string | aggregated_Person:long | City:string | c:long",
    "north | 23 | ada | 10 | Bergen | 2",
    "north | 23 | ada | 10 | Oslo | 2",
    "south | 10 | dee | 8 | Rome | 2",
  ],
  [
    `${sales} T | top-nested 1 of Region with others='rest' by sum(Amount), top-nested 1 of Person by sum(Amount), top-nested 1 of City with others='all' by sum(Amount)`,
    "Region:string | aggregated_Region:long | Person:string | aggregated_Person:long | City:string | aggregated_City:long",
    "north | 23 | ada | 15 | Oslo | 10",
    "north | 23 | ada | 15 | all | 5",
    "rest | 17 |  | ∅ | all | 17",
  ],
  [`${sales} T | top-nested 1 of Region by min(Amount) asc`, "Region:string | aggregated_Region:long", "north | 1"],
  [
    "Signins | top-nested of Ok by Ignore = max(1), top-nested 1 of User by count()",
    "Ok:bool | Ignore:long | User:string | aggregated_User:long",
    "false | 1 |  | 1",
    "true | 1 | Bob | 1",
    "∅ | 1 | bob | 1",
  ],
  // https://learn.microsoft.com/kusto/query/top-hitters-operator
  ["Signins | top-hitters 2 of User", "User:string | approximate_count_User:long", "ada | 2", "eve | 2"],
  [
    `${sales} T | top-hitters 2 of Region by Amount`,
    "Region:string | approximate_sum_Amount:long",
    "north | 23",
    "south | 10",
  ],
  // https://learn.microsoft.com/kusto/query/consume-operator
  ["Users | where Level > 1 | consume", "User:string | Department:string | Level:int"],
  // https://learn.microsoft.com/kusto/query/find-operator
  [
    "find in (Signins, Users) where User == 'bob'",
    "source_:string | User:string | pack_:dynamic",
    `Signins | bob | {"TimeGenerated":"2024-03-01T09:10:00.0000000Z","IP":"10.0.0.2","Attempts":null,"Score":null,"Ok":null,"Details":null}`,
    `Users | bob | {"Department":"Sales","Level":null}`,
  ],
  [
    "find in (Signins, Users) where Level > 2 project User, Level",
    "source_:string | User:string | Level:int",
    "Users | ada | 3",
  ],
  [
    "find withsource=From in (Users) where * has 'research' project User, pack(*)",
    "From:string | User:string | pack_:dynamic",
    'Users | ada | {"Department":"Research","Level":3}',
  ],
  [
    "find in (Signins, Users) where Department == 'Sales' or Attempts > 5 project User",
    "source_:string | User:string",
    "Signins | eve",
    "Signins | eve",
    "Users | bob",
    "Users | zoe",
  ],
  [
    "find in (Signins, Users) where * has 'Research' | project source_, User",
    "source_:string | User:string",
    "Users | ada",
  ],
  // https://learn.microsoft.com/kusto/query/row-window-session-function
  [
    `datatable(ID: string, T: datetime)['1', datetime(2024-04-11 10:00), '2', datetime(2024-04-11 10:18), '1', datetime(2024-04-11 11:00),
       '2', datetime(2024-04-11 13:30), '2', datetime(2024-04-11 10:16)]
     | sort by ID asc, T asc | extend S = row_window_session(T, 1h, 5m, ID != prev(ID)) | project ID, T = format_datetime(T, 'HH:mm'), S = format_datetime(S, 'HH:mm')`,
    "ID:string | T:string | S:string",
    "1 | 10:00 | 10:00",
    "1 | 11:00 | 11:00",
    "2 | 10:16 | 10:16",
    "2 | 10:18 | 10:16",
    "2 | 13:30 | 13:30",
  ],
  // The first limit is equalled, neighbours are close: a session ends by its length. A null ends one too.
  [
    `range i from 0 to 5 step 1 | extend T = iff(i == 4, datetime(null), datetime(2024-01-01) + i * 10m) | sort by i asc
     | extend S = row_window_session(T, 30m, 15m) | project i, S = format_datetime(S, 'HH:mm')`,
    "i:long | S:string",
    "0 | 00:00",
    "1 | 00:00",
    "2 | 00:00",
    "3 | 00:30",
    "4 | ",
    "5 | 00:50",
  ],
];
test.each(cases)(
  "%s",
  async (text, ...lines) => {
    expect(await linesOf(database, text)).toEqual(lines);
  },
  30_000,
);

test("sessions over many rows", async () => {
  const text = `range i from 0 to 99999 step 1 | extend T = datetime(2024-01-01) + i * 1s | sort by i asc
    | extend S = row_window_session(T, 1h, 1m) | summarize Sessions = dcount(S), Rows = count()`;
  expect(await run(database, text)).toEqual([["28", "100000"]]);
}, 30_000);

const events = (rows: string): string => `datatable(Ts: timespan, Event: string)[${rows}] | sort by Ts asc`;
const scans: readonly (readonly [text: string, ...lines: string[]])[] = [
  // https://learn.microsoft.com/kusto/query/scan-operator#examples
  [
    "range x from 1 to 4 step 1 | scan declare (c: long = 0) with (step s1: true => c = x + s1.c;)",
    "x:long | c:long",
    "1 | 1",
    "2 | 3",
    "3 | 6",
    "4 | 10",
  ],
  [
    `${events("0m, 'A', 1m, '', 2m, 'B', 3m, ''")} | scan declare (F: string = "") with (step s: true => F = iff(isempty(Event), s.F, Event);) | project F`,
    "F:string",
    "A",
    "A",
    "B",
    "B",
  ],
  [
    `${events("0m, 'A', 1m, 'A', 32m, 'B', 36m, 'C', 75m, 'A'")}
     | scan with_match_id=id declare (begun: timespan) with (
         step inSession: true => begun = iff(isnull(inSession.begun), Ts, inSession.begun);
         step endSession output=none: Ts - inSession.begun > 30m;)`,
    "Ts:timespan | Event:string | begun:timespan | id:long",
    "00:00:00 | A | 00:00:00 | 0",
    "00:01:00 | A | 00:00:00 | 0",
    "00:32:00 | B | 00:32:00 | 1",
    "00:36:00 | C | 00:32:00 | 1",
    "01:15:00 | A | 01:15:00 | 2",
  ],
  [
    `${events("0m, 'A', 1m, 'Start', 2m, 'B', 3m, 'D', 4m, 'Stop', 6m, 'C', 8m, 'Start', 11m, 'E', 12m, 'Stop'")}
     | scan with_match_id=m with (
         step s1: Event == 'Start';
         step s2: Event != 'Start' and Event != 'Stop' and Ts - s1.Ts <= 5m;
         step s3: Event == 'Stop' and Ts - s1.Ts <= 5m;)`,
    "Ts:timespan | Event:string | m:long",
    "00:01:00 | Start | 0",
    "00:02:00 | B | 0",
    "00:03:00 | D | 0",
    "00:04:00 | Stop | 0",
    "00:08:00 | Start | 1",
    "00:11:00 | E | 1",
    "00:12:00 | Stop | 1",
  ],
  // The last of the rows that repeat a step; what is not assigned has its default.
  [
    `${events("0m, 'a', 1m, 'b', 2m, 'b', 3m, 'a', 4m, 'b'")}
     | scan declare (n: long = 7, from: timespan) with (step x: Event == 'a'; step y output=last: Event == 'b' => from = x.Ts;)`,
    "Ts:timespan | Event:string | n:long | from:timespan",
    "00:00:00 | a | 7 | ∅",
    "00:02:00 | b | 7 | 00:00:00",
    "00:03:00 | a | 7 | ∅",
    "00:04:00 | b | 7 | 00:03:00",
  ],
  // Each part of a partition is scanned by itself, each with ids of its own.
  [
    `datatable(T: datetime, U: int, E: string)[datetime(2024-05-28 08:15), 1, 'login', datetime(2024-05-28 08:30), 2, 'login',
       datetime(2024-05-28 11:45), 2, 'logout', datetime(2024-05-28 12:30), 1, 'logout', datetime(2024-05-28 13:00), 3, 'logout']
     | partition hint.strategy=native by U (sort by T asc | scan with_match_id=m declare (took: timespan) with (
         step s1 output=none: E == 'login'; step s2: E == 'logout' => took = T - s1.T;) | project U, took, m)`,
    "U:int | took:timespan | m:long",
    "1 | 04:15:00 | 0",
    "2 | 03:15:00 | 0",
  ],
  // https://learn.microsoft.com/kusto/query/pattern-statement
  [
    `declare pattern country = (name: string)[state: string] { ("USA").["New York"] = { print Capital = "Albany" }; ("Canada").["Alberta"] = { print Capital = "Edmonton" }; };
     union country("Canada").Alberta, country("USA").["New York"]`,
    "Capital:string",
    "Albany",
    "Edmonton",
  ],
  [`let n = 2; declare pattern p = (a: string) { ("x") = { let m = n * 2; print m }; }; p("x")`, "print_0:long", "4"],
  ["range x from 1 to 0 step 1 | scan with (step s: true;)", "x:long"],
  ["range x from 1 to 3 step 1 | scan with (step s: x > 1;) | extend y = x * 2", "x:long | y:long", "2 | 4", "3 | 6"],
];
test.each(scans)(
  "%s",
  async (text, ...lines) => {
    expect(await linesOf(database, text)).toEqual(lines);
  },
  60_000,
);

test("a sequence goes on over more rows than are read at once", async () => {
  const text = `range i from 0 to 199 step 1 | scan with_match_id=m declare (n: long = 0) with (step a: i % 50 == 0; step b: i % 50 > 0 => n = b.n + 1;)
    | summarize Rows = count(), Longest = max(n) by m | sort by m asc`;
  expect(await run(database, text)).toEqual([0, 1, 2, 3].map(m => [String(m), "50", "49"]));
}, 60_000);

test("a step of scan that reads a table, and an optional step, are refused by name", () => {
  const refused = (text: string) => {
    const result = compile(text);
    return result.state === "refused" ? result.diagnostics.map(d => d.message) : result.state;
  };
  expect(refused("Users | serialize | scan with (step s: User in (Signins | project User);)")).toEqual([
    "a table inside a step of scan is not supported by the local engine",
  ]);
  expect(refused("Users | serialize | scan with (step s: true; step t optional: Level > 1;)")).toEqual([
    "an optional step of scan is not supported by the local engine",
  ]);
});

const graph = `let E = datatable(s: string, t: string, w: long)['a', 'b', 1, 'b', 'c', 2, 'c', 'a', 3, 'x', 'y', 4];
  let N = datatable(id: string, role: string)['a', 'host', 'b', 'user'];
  let G = E | make-graph s --> t with N on id;`;
const graphs: readonly (readonly [text: string, ...lines: string[]])[] = [
  // https://learn.microsoft.com/kusto/query/make-graph-operator
  [`${graph} G | graph-to-table nodes`, "id:string | role:string", "a | host", "b | user", "c | ", "x | ", "y | "],
  // https://learn.microsoft.com/kusto/query/graph-match-operator
  [
    `${graph} G | graph-match (m)-[e]->(n) where n.role == 'user' project m.id, e.w, n.id`,
    "m_id:string | e_w:long | n_id:string",
    "a | 1 | b",
  ],
  [`${graph} G | graph-match (m)-[e]-(n) where m.id == 'a' project To = n.id`, "To:string", "b", "c"],
  [
    `${graph} G | graph-match (m)-[e*1..3]->(n) where m.id == 'a' and all(e, w < 3) project n.id, W = map(e, w)`,
    "n_id:string | W:dynamic",
    "b | [1]",
    "c | [1,2]",
  ],
  // No edge is used twice, but a node may be.
  [`${graph} G | graph-match (m)-[e*3..4]->(n) where m.id == 'a' project n.id`, "n_id:string", "a"],
  // https://learn.microsoft.com/kusto/query/graph-shortest-paths-operator
  [
    `E | make-graph s --> t with_node_id=id | graph-shortest-paths (m)-[e*1..4]->(n) where m.id == 'a' and n.id == 'd' project W = map(e, w)`.replace(
      /^/,
      "let E = datatable(s: string, t: string, w: long)['a', 'b', 1, 'b', 'd', 1, 'a', 'c', 1, 'c', 'b', 1]; ",
    ),
    "W:dynamic",
    "[1,1]",
  ],
  // https://learn.microsoft.com/kusto/query/graph-mark-components-operator
  [
    `${graph} G | graph-mark-components | graph-to-table nodes | project id, ComponentId`,
    "id:string | ComponentId:long",
    "a | 0",
    "b | 0",
    "c | 0",
    "x | 1",
    "y | 1",
  ],
  [
    `${graph} G | graph-mark-components kind=strong | graph-to-table nodes | summarize dcount(ComponentId)`,
    "dcount_ComponentId:long",
    "3",
  ],
  [
    `${graph} G | graph-match (m)-->(n) where node_degree_in(n) == 1 and m.id == 'x' project n.id, D = node_degree_out(m)`,
    "n_id:string | D:long",
    "y | 1",
  ],
];
test.each(graphs)(
  "%s",
  async (text, ...lines) => {
    expect(await linesOf(database, text)).toEqual(lines);
  },
  30_000,
);

test("FileProfile adds its columns, empty, and says so at the call", async () => {
  const text =
    "Signins | where User == 'bob' | invoke FileProfile(IP, 1000) | project User, GlobalPrevalence, Signer, ProfileAvailability";
  expect(await linesOf(database, text)).toEqual([
    "User:string | GlobalPrevalence:long | Signer:string | ProfileAvailability:string",
    "bob | ∅ |  | NotAvailable",
  ]);
  const { diagnostics } = await compiledOver(database, text);
  expect(diagnostics.map(d => [d.code, d.severity, text.slice(d.span.start, d.span.end)])).toEqual([
    ["kql/service-function", "warning", "FileProfile(IP, 1000)"],
  ]);
});

test("ingestion_time is the record's own time, and null where there is none", async () => {
  expect(await run(database, "Signins | where User == 'bob' | project ingestion_time() == TimeGenerated")).toEqual([
    ["true"],
  ]);
  expect(await run(database, "Users | where isnotnull(ingestion_time()) | count")).toEqual([["0"]]);
});

test("search over tables looks at and gives the columns that have values; the others are empty where named", async () => {
  const filled = ["TimeGenerated", "User", "IP", "Attempts"];
  const changed = tables
    .filter(t => ["Signins", "Users"].includes(t.name))
    .map(t => (t.name === "Signins" && t.relation !== undefined ? { ...t, relation: { ...t.relation, filled } } : t));
  const changes = { tables: changed, schemaId: "test/filled" };
  const { columns } = await compiledOver(database, "search 'eve'", changes);
  expect(columns.map(c => c.name).sort()).toEqual(
    ["$table", "TimeGenerated", "User", "IP", "Attempts", "Department", "Level"].sort(),
  );
  const found = await run(database, "search 'eve' | summarize count() by $table | sort by $table asc", changes);
  expect(found).toEqual([
    ["Signins", "2"],
    ["Users", "1"],
  ]);
  // `Details` and `Score` are of the schema still, without a value.
  expect(await run(database, "search 'Rome' | count", changes)).toEqual([["0"]]);
  expect(
    await run(database, "search 'eve' | where isnull(Score) and isempty(tostring(Details)) | count", changes),
  ).toEqual([["3"]]);
  expect(await run(database, "search in (Sig*) 'eve' | project Score, User", changes)).toEqual([
    [undefined, "eve"],
    [undefined, "eve"],
  ]);
  // Tables that are named one by one keep their columns, which operators such as plug-ins carry along.
  const lookup = "let Nets = datatable(Net: string)['10.0.0.0/8']; search in (Signins) 'eve'";
  expect(
    await run(database, `${lookup} | evaluate ipv4_lookup(Nets, IP, Net, return_unmatched = true) | count`, changes),
  ).toEqual([["2"]]);
});

test("search does not find rows by the name of the file they were read from", async () => {
  await database.connection.run(
    `create view main.from_file as select 'mimikatz.json' as "_SourceFile", 'x' as "Known"`,
  );
  const columns = ["_SourceFile", "Known"].map(name => ({ name, type: "string" }) as const);
  const only = {
    tables: [{ name: "Read", columns, relation: { path: ["main", "from_file"] } }],
    schemaId: "test/read",
  };
  expect(await run(database, "search 'mimikatz' | count", only)).toEqual([["0"]]);
  expect(await run(database, "search 'x' | project _SourceFile", only)).toEqual([["mimikatz.json"]]);
});

// https://learn.microsoft.com/kusto/query/regex#syntax
test("named groups and characters by number in regular expressions", async () => {
  const text = String.raw`print s = "eve@contoso.com caf\u00e9"
    | project a = extract(@"(?<user>\w+)@(?<host>[\w.]+)", 2, s), b = s matches regex @"\u00e9$", c = s matches regex @"[^\u{0}-\u007f]",
      d = replace_regex(s, @"(?<n>@.*)$", ""), e = countof(s, @"\u0061f", "regex"), f = tostring(extract_all(@"(?<w>c\w+)", s))`;
  expect(await run(database, text)).toEqual([["contoso.com", "true", "true", "eve", "1", '["contoso","com","caf"]']]);
});
