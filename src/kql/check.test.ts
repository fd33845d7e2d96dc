import { expect, test } from "vitest";
import { environment } from "../../test/kql/harness.js";
import { checkKql, findQueries, queryFileKind } from "./check.js";

test.each([
  ["Signins | where User == 'x'", "ok"],
  ["print current_principal()", "refused"],
  ["Signins | assert-schema (User: string)", "refused"],
  ["Signins | where Usr == 'x'", "error"],
] as const)("%s is %s", (text, status) => {
  const checked = checkKql(text, environment);
  expect(checked.status).toBe(status);
  expect(checked.reason === "").toBe(status === "ok");
});

test("the kind of a file is told by its name", () => {
  expect(["a.kql", "b.YAML", "c.md", "d.txt", "e"].map(queryFileKind)).toEqual([
    "kql",
    "yaml",
    "markdown",
    undefined,
    undefined,
  ]);
});

test(".kql files hold queries separated by blank lines; comments alone are none", () => {
  const text = "// head\n\nlet a = 1;\nT | take a\n\n\n// second\nU\r\n| count\n";
  expect(findQueries(text, "kql")).toEqual([
    { text: "let a = 1;\nT | take a", line: 3, indent: 0 },
    { text: "// second\nU\r\n| count", line: 7, indent: 0 },
  ]);
});

test("YAML queries: block scalars, one line, quoted", () => {
  const text = [
    "sources:",
    "  one:",
    "    args:",
    "      query: |",
    "        T",
    "        | take 1",
    "",
    "        | count",
    "      other: x",
    "  two:",
    "    query: U | take 2 # comment",
    "  - query: 'V | where a == ''b'''",
    "  three:",
    '    query: "W\\n| count"',
    "  four:",
    "    queries: [1]",
  ].join("\n");
  expect(findQueries(text, "yaml")).toEqual([
    { text: "T\n| take 1\n\n| count", line: 5, indent: 8 },
    { text: "U | take 2", line: 11, indent: 11 },
    { text: "V | where a == 'b'", line: 12, indent: 12 },
    { text: "W\n| count", line: 14, indent: 12 },
  ]);
});

test("Markdown: fences marked kql or kusto, not others", () => {
  const text = [
    "# T",
    "```kql",
    "T | take 1",
    "```",
    "```sql",
    "select 1",
    "```",
    " ~~~Kusto x",
    " U",
    " ~~~",
    "```kql",
    "open",
  ];
  expect(findQueries(text.join("\n"), "markdown")).toEqual([
    { text: "T | take 1", line: 3, indent: 0 },
    { text: "U", line: 9, indent: 1 },
  ]);
});
