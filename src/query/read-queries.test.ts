import { expect, test } from "vitest";
import { positionAt } from "../base/diagnostic.js";
import { readQueries } from "./read-queries.js";

const good = `
metadata:
  version: 1
  description: Sign-ins
  data_environments: [LogAnalytics, DataEnvironment.M365D]
  data_families: [Azure, "Cloud.Identity"]
  tags: [signin]
defaults:
  metadata:
    data_source: azure_ad
  parameters:
    table:
      description: The table
      type: str
      default: SigninLogs
    start: { description: From, type: datetime }
    end: { description: To, type: datetime }
    add_query_items: { description: More, type: str, default: '' }
sources:
  list_by_ip:
    description: Sign-ins from addresses
    metadata:
      tags: [ip]
    args:
      query: |
        {table}
        $<range>$
        | where IPAddress in ({ip_address_list})
        {add_query_items}
    parameters:
      ip_address_list:
        description: The addresses
        type: list
        aliases: [ips]
      table:
        default: AADNonInteractiveUserSignInLogs
    query_macros:
      range:
        description: the range
        value: "| where TimeGenerated between (datetime({start}) .. datetime({end}))"
`;

test("a file gives definitions with merged metadata and parameters", () => {
  const { definitions, diagnostics } = readQueries(good, "q.yaml");
  expect(diagnostics).toEqual([]);
  const [d] = definitions;
  expect(d).toMatchObject({
    name: "list_by_ip",
    environments: ["MSSentinel", "M365D"],
    families: ["Azure", "Cloud.Identity"],
    description: "Sign-ins from addresses",
    metadata: { data_source: "azure_ad", tags: ["ip"], version: 1 },
    file: "q.yaml",
    line: 20,
  });
  expect(d?.parameters.map(p => [p.name, p.type, p.required, p.default, p.aliases])).toEqual([
    ["ip_address_list", "list", true, undefined, ["ips"]],
    ["table", "str", false, "AADNonInteractiveUserSignInLogs", []],
    ["start", "datetime", true, undefined, []],
    ["end", "datetime", true, undefined, []],
    ["add_query_items", "str", false, "", []],
  ]);
  expect(d?.query).toContain("between (datetime({start}) .. datetime({end}))");
  expect(d?.template?.holes.map(h => h.place.kind)).toEqual([
    "name",
    "in-typed-literal",
    "in-typed-literal",
    "list",
    "clause",
  ]);
});

const head = "metadata:\n  data_environments: [MSSentinel]\n  data_families: [Azure]\nsources:\n";

test.each<[string, string, string, number]>([
  ["an empty file", "", "the file is empty", 1],
  ["no mapping", "- a", "the file is not a mapping", 1],
  ["no sources", "metadata:\n  data_environments: [MSSentinel]\n  data_families: [A]\n", "the file has no sources", 1],
  ["no environments", "metadata:\n  data_families: [A]\nsources:\n  q: {}\n", "metadata has no data_environments", 1],
  ["no text", `${head}  q:\n    args: {}\n`, "query 'q' has no text", 6],
  ["an undeclared parameter", `${head}  q:\n    args:\n      query: T | take {n}\n`, "uses '{n}'", 7],
  [
    "a missing type",
    `${head}  q:\n    args:\n      query: T\n    parameters:\n      n: { default: 1 }\n`,
    "type is missing",
    9,
  ],
  [
    "an unknown type",
    `${head}  q:\n    args:\n      query: T\n    parameters:\n      n:\n        type: lst\n`,
    "did you mean 'list'",
    10,
  ],
  ["an open string", `${head}  q:\n    args:\n      query: T | where a == 'b\n`, "unclosed string", 7],
  ["a duplicate key", `${head}  q:\n    args:\n      query: T\n  q:\n    args:\n      query: U\n`, "unique", 8],
  ["a key without a value", `${head}  q:\n    args: query: T\n`, "", 6],
])("%s is named with its line", (_, text, message, line) => {
  const { definitions, diagnostics } = readQueries(text, "q.yaml");
  expect(definitions).toEqual([]);
  const found = diagnostics.find(d => d.message.includes(message));
  expect(found, JSON.stringify(diagnostics)).toBeDefined();
  expect(positionAt(text, found?.span.start ?? 0).line).toBe(line);
});

test("a broken query leaves the others of its file usable", () => {
  const { definitions, diagnostics } = readQueries(
    `${head}  bad:\n    args:\n      query: T | take {n}\n  good one:\n    args:\n      query: T\n`,
    "q.yaml",
  );
  expect(definitions.map(d => d.name)).toEqual(["good_one"]);
  expect(diagnostics.map(d => d.code)).toEqual(["query/undeclared-parameter"]);
});

test("aliases that would grow without bound are refused", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [name, previous] of ["ba", "cb", "dc", "ed", "fe", "gf"])
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join(", ")}]`);
  expect(readQueries(bomb.join("\n"), "q.yaml").diagnostics.map(d => d.code)).toEqual(["yaml/invalid"]);
});

test("queries of environments that do not speak KQL are read, not rendered", () => {
  const text =
    "metadata:\n  data_environments: [Splunk]\n  data_families: [S]\nsources:\n  q:\n    args:\n      query: search index=main | head {n}\n    parameters:\n      n: { type: int }\n";
  const [d] = readQueries(text, "q.yaml").definitions;
  expect(d?.template).toBeUndefined();
});

test("names that would reach an object's prototype are ordinary names", () => {
  const text = `${head}  __proto__:\n    args:\n      query: T\n`;
  const result = readQueries(text, "q.yaml");
  expect(result.definitions.map(d => d.name)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["args"]).toBeUndefined();
});
