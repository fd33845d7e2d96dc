/** What is said of queries that cannot run: once, by its name, at its place. */
import { expect, test } from "vitest";
import { formatDiagnostic } from "../../src/base/diagnostic.js";
import { compile, marked } from "./harness.js";

function said(text: string, databases: Parameters<typeof compile>[1] = {}): readonly string[] {
  const result = compile(text, databases);
  return result.state === "ready" ? [] : result.diagnostics.map(d => `${d.code} at ${d.span.start}: ${d.message}`);
}

test.each([
  "graph-match (a)-[b]->(c) project a.x",
  "graph-shortest-paths (a)-[b*1..3]->(c) project a.x",
  "graph-to-table nodes",
])("%s on a plain table is refused where it stands", operator => {
  const { text, spans } = marked`let G = Users | take 1; G | ${operator}`;
  expect(said(text)).toEqual([
    `kql/not-a-graph at ${spans[0]?.start ?? -1}: this operator works on a graph: \`make-graph\` must come before it`,
  ]);
});

const other = {
  schemaId: "test/kql with Case42",
  databases: [{ name: "Case42", tables: [{ name: "T", columns: [{ name: "a", type: "long" }] }] }],
} as const;

test("alias database names a local workspace", () => {
  expect(said('alias database X = database("Case42"); database("X").T | where a > 1', other)).toEqual([]);
});

test("an alias of another cluster's database is refused once, and not again where it is used", () => {
  const text = 'alias database X = cluster("h").database("b"); database("X").T | where a == 1 | summarize count() by b';
  expect(said(text, other)).toEqual([
    'kql/not-supported at 0: \'alias database X = cluster("h").database("b")\' (a database of another cluster) is not supported by the local engine',
  ]);
});

test("an alias of itself ends", () => {
  const result = compile('alias database X = database("X"); database("X").T', other);
  expect(result.state === "ready" ? "" : result.diagnostics.map(d => formatDiagnostic(d, "")).join()).toMatch(/'X'/);
});

test("assert-schema lets the table through, or says which column is another", () => {
  expect(said("Users | assert-schema (User: string, Department: string, Level: int) | count")).toEqual([]);
  const { text, spans } = marked`Users | ${"assert-schema (User: string, Department: string, Level: long)"}`;
  const at = spans[0]?.start ?? -1;
  expect(said(text)).toEqual([
    `kql/other-schema at ${at}: column 3 should be 'Level: long', the table has 'Level: int'`,
  ]);
  expect(said("Users | assert-schema (User: string)")).toEqual([
    "kql/other-schema at 8: column 2 should be 'no further column', the table has 'Department: string'",
  ]);
});

test.each([
  ['where User matches regex "a(?=b)"', "look-ahead and look-behind in a regular expression"],
  ['extend x = replace_regex(User, @"(.)\\1", "")', "a back reference in a regular expression"],
])("%s is refused before anything runs", (operator, what) => {
  expect(said(`Users | ${operator}`)).toEqual([
    expect.stringContaining(`${what} is not supported by the local engine`),
  ]);
});
