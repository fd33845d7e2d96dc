import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../test/kql/harness.js";
import type { KqlFunction, KqlScalar } from "./api.js";
import { compile, openDatabase, run } from "../../test/kql/harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const scalars: readonly KqlScalar[] = [
  { name: "who", type: "string", value: "ada' or 1==1 | take 5 //" },
  { name: "names", type: "dynamic", value: '["ada","eve"]' },
  { name: "least", type: "long", value: 3n },
  { name: "since", type: "datetime", value: "2024-03-02T00:00:00Z" },
  { name: "window", type: "timespan", value: 864_000_000_000n },
  { name: "nothing", type: "long", value: null },
  { name: "n", type: "int", value: 1 },
];

const cases: readonly (readonly [text: string, rows: readonly (readonly (string | undefined)[])[]])[] = [
  ["Signins | where User == who | count", [["0"]]],
  ["print who", [["ada' or 1==1 | take 5 //"]]],
  [
    "Signins | where User in (names) and Attempts >= least | summarize count() by User | sort by User asc",
    [
      ["ada", "1"],
      ["eve", "2"],
    ],
  ],
  ["Signins | where TimeGenerated between (since .. window) | count", [["2"]]],
  ["print isnull(nothing), names[1], array_length(names)", [["true", '"eve"', "2"]]],
  ["Signins | sort by TimeGenerated asc | take n | project User", [["ada"]]],
  ["let least = 12; Signins | where Attempts >= least | count", [["2"]]],
  ["let f = () { Signins | where Attempts >= least | count }; f()", [["4"]]],
  ["declare query_parameters(n: int = 5, other: string = 'x'); print n, other", [["1", "x"]]],
];
test.each(cases)("values are bound as if by let: %s", async (text, rows) => {
  expect(await run(database, text, { scalars })).toEqual(rows);
});

test("a value that does not fit its type is refused", () => {
  for (const wrong of [
    { name: "a", type: "long", value: 1.5 },
    { name: "a", type: "dynamic", value: "{" },
    { name: "a", type: "datetime", value: "soon" },
  ] as const) {
    const result = compile("print 1", { scalars: [wrong] });
    expect(result.state).toBe("failed");
  }
});

const functions: readonly KqlFunction[] = [
  {
    name: "busy",
    parameters: "least: long, who: string = ''",
    body: "Signins | where Attempts >= least and (who == '' or User == who)",
  },
  { name: "twice", parameters: "x: long", body: "let two = 2; x * two" },
  { name: "Newest", parameters: "", body: "Signins | top 1 by TimeGenerated | project User" },
  { name: "counted", parameters: "T: (User: string)", body: "T | summarize n = count() by User" },
  { name: "calls", parameters: "", body: "busy(twice(3)) | project User" },
];
const stored: readonly (readonly [text: string, rows: readonly (readonly (string | undefined)[])[]])[] = [
  ["busy(5) | count", [["3"]]],
  ["busy(who = 'eve', least = 1) | count", [["2"]]],
  ["print twice(21)", [["42"]]],
  ["Signins | extend d = twice(Attempts) | where d == 6 | project User", [["ada"]]],
  ["Newest", [["eve"]]],
  ["Newest() | count", [["1"]]],
  ["Signins | invoke counted() | where User == 'ada'", [["ada", "2"]]],
  [
    "counted(busy(5)) | sort by User asc",
    [
      ["Bob", "1"],
      ["eve", "2"],
    ],
  ],
  ["calls | distinct User", [["eve"]]],
  ["let twice = (x: long) { x + 1 }; print twice(1)", [["2"]]],
];
test.each(stored)("stored functions: %s", async (text, rows) => {
  expect(await run(database, text, { schemaId: "test/functions", functions })).toEqual(rows);
});

test("a function that calls itself is an answer, not a hang", () => {
  const loop: readonly KqlFunction[] = [{ name: "again", parameters: "", body: "again | take 1" }];
  expect(compile("again", { schemaId: "test/loop", functions: loop }).state).not.toBe("ready");
});

test.each(["NoSuchTable", "Users | where Nobody == 1", "Users | project nonsense(User)"])(
  "a stored function that does not work is named where it is called: %s",
  body => {
    const broken: readonly KqlFunction[] = [{ name: "broken", parameters: "", body }];
    const result = compile("union Users, (broken() | take 1)", { schemaId: `test/${body}`, functions: broken });
    expect(result.state).toBe("failed");
    const [first] = result.state === "ready" ? [] : result.diagnostics;
    expect(first).toMatchObject({ code: "kql/bad-function", span: { start: 14, end: 22 } });
  },
);
