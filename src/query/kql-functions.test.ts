import { describe, expect, test } from "vitest";
import { libraryFunctions, queriesAsFunctions, type QueryAsFunction } from "./kql-functions.js";
import { readQueries } from "./read-queries.js";

function definitionsOf(query: string, parameters: string, name = "q", family = "Test") {
  const yaml = `metadata:
  version: 1
  description: d
  data_environments: [MSSentinel]
  data_families: [${family}]
defaults:
  parameters: {}
sources:
  ${name}:
    description: What it gives
    args:
      query: |
${query
  .split("\n")
  .map(l => `        ${l}`)
  .join("\n")}
    parameters:
${parameters
  .split("\n")
  .map(l => `      ${l}`)
  .join("\n")}
`;
  const { definitions, diagnostics } = readQueries(yaml, "test.yaml");
  expect(diagnostics).toEqual([]);
  return definitions;
}
const p = (name: string, type: string, more = ""): string =>
  `${name}: { description: d, type: ${type}${more === "" ? "" : `, ${more}`} }`;

function one(query: string, ...parameters: readonly string[]): QueryAsFunction {
  const [found] = queriesAsFunctions(definitionsOf(query, parameters.join("\n")));
  if (found === undefined) throw new Error("no query");
  return found;
}

describe("the parameters of a query are the arguments of its function", () => {
  const cases: readonly (readonly [
    what: string,
    query: string,
    parameters: string[],
    declared: string,
    body: string,
  ])[] = [
    ["a string that is all hole", 'T | where A == "{x}"', [p("x", "str")], "x: string", "T | where A == x"],
    [
      "a string with more in it, by its quoting",
      "T | where A matches regex @'^{x}\\d+$'",
      [p("x", "str")],
      "x: string",
      "T | where A matches regex strcat(@'^', x, @'\\d+$')",
    ],
    [
      "two holes in one string",
      'T | where A == "{x}@{y}"',
      [p("x", "str"), p("y", "int", "default: 3")],
      "x: string, y: long = long(3)",
      'T | where A == strcat(x, "@", tostring(y))',
    ],
    ["a number", "T | where N > {n}", [p("n", "int", "default: 10")], "n: long = long(10)", "T | where N > n"],
    ["a real number", "T | where N > {n}", [p("n", "real", "default: 0.5")], "n: real = real(0.5)", "T | where N > n"],
    [
      "a duration",
      "T | summarize count() by bin(A, {b})",
      [p("b", "timespan", "default: 1h")],
      "b: timespan = timespan(01:00:00)",
      "T | summarize count() by bin(A, b)",
    ],
    ["yes or no", "T | where B == {b}", [p("b", "bool", "default: true")], "b: bool = true", "T | where B == b"],
    ["a list", "T | where A in ({l})", [p("l", "list")], "l: dynamic", "T | where A in (l)"],
    [
      "a list with a default",
      "T | where A in~ ({l})",
      [p("l", "list", "default: [a, 'b\"c']")],
      'l: dynamic = dynamic(["a", "b\\"c"])',
      "T | where A in~ (l)",
    ],
    [
      "a list in a literal",
      "T | where A has_any (dynamic([{l}]))",
      [p("l", "list")],
      "l: dynamic",
      "T | where A has_any (l)",
    ],
    [
      "the range of time: what is not given is the hunt window",
      "T | where TimeGenerated between (datetime({start}) .. datetime({end}))",
      [p("start", "datetime"), p("end", "datetime")],
      "start: datetime = datetime(null), end: datetime = datetime(null)",
      "T | where TimeGenerated between (coalesce(start, hunt_start()) .. coalesce(end, hunt_end()))",
    ],
    [
      "a range of its own",
      "T | where TimeGenerated > datetime({start})",
      [p("start", "datetime", "default: -30")],
      "start: datetime = datetime(null)",
      "T | where TimeGenerated > coalesce(start, now(-30 * 1d))",
    ],
    [
      "a table, columns, operators and added operators are as the file has them",
      "{table}\n| where A {op} '{x}'\n| project {cols}\n{add_query_items}",
      [
        p("table", "table", "default: T"),
        p("op", "operator", "default: has"),
        p("x", "str"),
        p("cols", "columns", "default: 'A, B'"),
        p("add_query_items", "clause", "default: ''"),
      ],
      "x: string",
      "T\n| where A has x\n| project A, B",
    ],
    [
      "a table that must be given comes by invoke",
      "{table}\n| count",
      [p("table", "table")],
      "table: (*)",
      "table\n| count",
    ],
    [
      "needed ones first, the time last",
      "T | where TimeGenerated > datetime({start}) and A == '{a}' and B == '{b}'",
      [p("start", "datetime"), p("a", "str", "default: x"), p("b", "str")],
      'b: string, a: string = "x", start: datetime = datetime(null)',
      "T | where TimeGenerated > coalesce(start, hunt_start()) and A == a and B == b",
    ],
  ];
  test.each(cases)("%s", (...[, query, parameters, declared, body]) => {
    expect(one(query, ...parameters)).toMatchObject({
      fn: { name: "q", parameters: declared, body, says: "What it gives" },
    });
  });
});

describe("a query that cannot be a function says why", () => {
  test.each([
    [
      "T | project {cols}",
      p("cols", "columns"),
      "'cols' is no value: it names a table, a column or a part of the query",
    ],
    ["T | where A in ('x', {l})", p("l", "list"), "'l' is a part of a list"],
    ['T | where A == "{l}"', p("l", "list"), "the list 'l' is a part of a string"],
  ])("%s", (query, parameter, left) => {
    expect(one(query, parameter)).toEqual({ fullName: "Test.q", left });
  });
});

test("a name that two families have gets the family's before it; of two queries of one full name the later one counts", () => {
  const a = definitionsOf("T | where A == '{x}'", p("x", "str"), "q", "One");
  const b = definitionsOf("U | where A == '{x}'", p("x", "str"), "q", "Two");
  expect(libraryFunctions([...a, ...b]).map(f => f.name)).toEqual(["One_q", "Two_q"]);
  const c = definitionsOf("V | where A == '{x}'", p("x", "str"), "q", "One");
  expect(libraryFunctions([...a, ...c]).map(f => f.body)).toEqual(["V | where A == x"]);
});
