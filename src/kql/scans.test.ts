import { expect, test } from "vitest";
import { compiled } from "../../test/kql/harness.js";

const uses = (text: string) => Object.fromEntries(compiled(text).tables.map(t => [t.name, t.affects]));

/** DESIGN §4.5: what a missing row does to the result. */
const affects: readonly (readonly [text: string, expected: Readonly<Record<string, "rows" | "values">>])[] = [
  ["Signins | where User == 'x' | extend y = 1", { Signins: "rows" }],
  ["Signins | take 5", { Signins: "rows" }],
  ["Signins | sort by User", { Signins: "rows" }],
  ["Signins | top 5 by Attempts", { Signins: "values" }],
  ["Signins | sort by User | take 5", { Signins: "values" }],
  ["Signins | count", { Signins: "values" }],
  ["Signins | summarize arg_max(TimeGenerated, *) by User", { Signins: "values" }],
  ["Signins | distinct User", { Signins: "rows" }],
  ["Signins | join kind=inner Users on User", { Signins: "rows", Users: "rows" }],
  ["Signins | join kind=leftouter Users on User", { Signins: "rows", Users: "values" }],
  ["Signins | join kind=leftanti Users on User", { Signins: "rows", Users: "values" }],
  ["Signins | join kind=rightanti Users on User", { Signins: "values", Users: "rows" }],
  ["Signins | join kind=leftsemi Users on User", { Signins: "rows", Users: "rows" }],
  ["Signins | where User in ((Users | project User))", { Signins: "rows", Users: "rows" }],
  ["Signins | where User !in ((Users | project User))", { Signins: "rows", Users: "values" }],
  ["Signins | where not(User in ((Users | project User)))", { Signins: "rows", Users: "values" }],
  ["Signins | extend n = toscalar(Users | count)", { Signins: "rows", Users: "values" }],
  ["union Signins, (Users | count)", { Signins: "rows", Users: "values" }],
  [
    "let u = Users; Signins | join kind=inner u on User | join kind=leftanti u on User",
    { Signins: "rows", Users: "values" },
  ],
  ["Signins | sort by User | extend p = prev(User)", { Signins: "values" }],
];
test.each(affects)("%s", (text, expected) => {
  expect(uses(text)).toEqual(expected);
});

const from = "2024-03-03T00:00:00.0000000Z";
const to = "2024-03-03T12:00:00.0000000Z";
const times: readonly (readonly [text: string, expected: object | undefined])[] = [
  ["Signins | where TimeGenerated > ago(1d)", { from }],
  [
    "Signins | where TimeGenerated >= datetime(2024-03-03) and TimeGenerated < datetime(2024-03-03T12:00)",
    { from, to },
  ],
  ["Signins | where TimeGenerated between (datetime(2024-03-03) .. 12h)", undefined],
  ["Signins | where TimeGenerated between (datetime(2024-03-03) .. datetime(2024-03-03T12:00))", { from, to }],
  ["Signins | where ago(1d) < TimeGenerated | extend x = 1 | where User == 'x'", { from }],
  ["Signins | extend t = TimeGenerated | where t > ago(1d)", undefined],
  ["let s = Signins; s | where TimeGenerated > ago(1d)", { from }],
  ["union (Signins | where TimeGenerated > ago(1d)), Signins", undefined],
  ["union Signins, Signins | where TimeGenerated > ago(1d)", { from }],
  ["let f = (s: datetime = datetime(null)) { Signins | where isnull(s) or TimeGenerated > s }; f(ago(1d))", { from }],
  ["let f = (s: datetime = datetime(null)) { Signins | where isnull(s) or TimeGenerated > s }; f()", undefined],
  ["Signins | where TimeGenerated > ago(1d) or User == 'x'", undefined],
  ["Signins | take 10 | where TimeGenerated > ago(1d)", undefined],
];
test.each(times)("bounds of time: %s", (text, expected) => {
  const time = compiled(text).tables[0]?.time;
  if (expected === undefined && text.includes("12h")) expect(time?.from).toBe(from);
  else expect(time).toEqual(expected);
});

const window = { start: "2024-03-01T09:00:00Z", end: "2024-03-02T09:00:00Z" };
test("the hunt window holds where the text does not speak of time", () => {
  const windowed = compiled("Signins | count", { window });
  expect(windowed.sql).toContain("where");
  expect(windowed.tables[0]?.time).toEqual({
    from: "2024-03-01T09:00:00.0000000Z",
    to: "2024-03-02T09:00:00.0000000Z",
  });
});

test.each([
  "Signins | where TimeGenerated > ago(1d) | count",
  "Signins | extend x = 1 | where TimeGenerated between (ago(2d) .. now()) | count",
  "let s = Signins; s | where TimeGenerated > ago(1d) | join kind=inner (s | where User == 'x') on User | count",
])("the hunt window gives way to a filter on time: %s", text => {
  expect(compiled(text, { window }).sql).toBe(compiled(text).sql);
});

test("a table without a time column is never narrowed", () => {
  expect(compiled("Users", { window }).sql).toBe(compiled("Users").sql);
});

test.each([
  ["Signins | where TimeGenerated > ago(1d)", true],
  ["print now()", true],
  ["Signins | where TimeGenerated > datetime(2024-01-01)", false],
])("%s depends on the clock: %s", (text, expected) => {
  expect(compiled(text).clockDependent).toBe(expected);
});
