/** Files as users of MSTICPy have them: raw holes of type str, defaults that are query text, folded lines, macros. */
import { expect, test } from "vitest";
import { readCall } from "./call.js";
import type { QueryDefinition } from "./definition.js";
import { KqlText } from "./parameter.js";
import { readQueries } from "./read-queries.js";
import { resolveQuery } from "./resolve.js";
import { TimeSpan } from "./time-span.js";

const nowMs = Date.UTC(2026, 0, 13, 18);
const span = new TimeSpan({ start: new Date(nowMs - 86_400_000), end: new Date(nowMs) });

function read(text: string): QueryDefinition {
  const { definitions, diagnostics } = readQueries(text, "mine.yaml");
  const [definition] = definitions;
  if (definition === undefined) throw new Error(diagnostics.map(d => d.message).join());
  return definition;
}

const render = (definition: QueryDefinition, given: Record<string, unknown> = {}) =>
  resolveQuery(definition, readCall(definition, [given], nowMs), { span, origin: "default" }, nowMs).text;

const file = `
metadata:
  version: 1
  description: A team's own file
  data_environments: [LogAnalytics]
  data_families: [Team]
defaults:
  metadata:
    data_source: signins
  parameters:
    table: { description: Table, type: str, default: SigninLogs }
    query_project: { description: Columns, type: str, default: "| project TimeGenerated, UserPrincipalName, Extra" }
    host_op: { description: Operator, type: str, default: "=~" }
    timeframe: { description: Step, type: str, default: 1h }
    start: { description: From, type: datetime }
    end: { description: To, type: datetime }
    add_query_items: { description: More, type: str, default: "" }
sources:
  everything:
    description: Every habit at once
    args:
      query: '
        {table}
        {query_project}
        $<where>$
        | where UserPrincipalName {host_op} "{account}"
        | where ResultType in ({codes})
        | extend Extra = dynamic({{"k": 1}}), Aggregate = {aggregate}
        | summarize count() by bin(TimeGenerated, {timeframe})
        {add_query_items}'
    parameters:
      account: { description: Who, type: str }
      codes: { description: Codes, type: list, default: [0, "50126"] }
      aggregate: { description: Free text, type: str, default: "count() - 1" }
    query_macros:
      where: { description: Range, value: "| where TimeGenerated between (datetime({start}) .. datetime({end}))" }
`;

test("a file with MSTICPy's habits gives the query its author meant", () => {
  expect(render(read(file), { account: "d'Arc" }).split(/\s*\n\s*|\s(?=\|)/)).toEqual([
    "SigninLogs",
    "| project TimeGenerated, UserPrincipalName, Extra",
    "| where TimeGenerated between (datetime(2026-01-12T18:00:00.000Z) .. datetime(2026-01-13T18:00:00.000Z))",
    `| where UserPrincipalName =~ "d'Arc"`,
    `| where ResultType in (0, "50126")`,
    '| extend Extra = dynamic({"k": 1}), Aggregate = count() - 1',
    "| summarize count() by bin(TimeGenerated, 1h)",
  ]);
});

test("callers may change what the defaults say, each by its kind", () => {
  const text = render(read(file), {
    account: "x",
    table: "AADNonInteractiveUserSignInLogs",
    host_op: "has",
    timeframe: "10m",
    codes: "50053, 50126",
    query_project: "| project-away Id",
    aggregate: new KqlText("count()"),
    add_query_items: "| take 5",
  });
  expect(text).toContain("AADNonInteractiveUserSignInLogs");
  expect(text).toContain('UserPrincipalName has "x"');
  expect(text).toContain("bin(TimeGenerated, 10m)");
  expect(text).toContain('in ("50053", "50126")');
  expect(text).toContain("| project-away Id");
  expect(text).toContain("Aggregate = count()");
  expect(text).toMatch(/\| take 5$/);
});

test.each([
  ["host_op", "=~ 'a' or UserPrincipalName !="],
  ["timeframe", "1h) | take 1"],
  ["query_project", "project X"],
  ["query_project", "| project X; T"],
  ["aggregate", "count()"],
  ["add_query_items", "| where a == 'b"],
])("%s cannot be %j", (name, value) => {
  expect(() => render(read(file), { account: "x", [name]: value })).toThrowError(
    expect.objectContaining({ code: "query/parameter-rejected" }),
  );
});

test("whatever is given as a table stays the name of a table", () => {
  expect(render(read(file), { account: "x", table: "SigninLogs; SecurityEvent" })).toMatch(
    /^\['SigninLogs; SecurityEvent'\]/,
  );
});

const folded = `
metadata:
  data_environments: [MSSentinel]
  data_families: [Team]
sources:
  folded:
    description: Its lines are joined, so the comment swallows the rest
    args:
      query: >
        SigninLogs // newest first
        | where UserPrincipalName has "{account}"
        {add_query_items}
    parameters:
      account: { description: Who, type: str }
      add_query_items: { description: More, type: str, default: "" }
`;

test("values that a comment would swallow are refused, not passed over", () => {
  const { diagnostics } = readQueries(folded, "mine.yaml");
  expect(diagnostics).toMatchObject([{ severity: "warning", hint: expect.stringContaining("query: |") as string }]);
  expect(() => render(read(folded), { account: "x" })).toThrowError(/would have no effect/);
});
