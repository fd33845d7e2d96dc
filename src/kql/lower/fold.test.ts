import { expect, test } from "vitest";
import { createInlineCompiler } from "../compiler.js";

const compiler = createInlineCompiler();
const tables = [
  {
    name: "T",
    columns: [
      { name: "t", type: "datetime" },
      { name: "s", type: "string" },
      { name: "b", type: "bool" },
    ],
    relation: { path: ["main", "t"] },
  },
] as const;

async function where(text: string): Promise<string> {
  const result = await compiler.compile(text, { schemaId: "fold", tables, now: "2024-01-01T00:00:00Z" });
  if (result.state !== "ready") throw new Error(JSON.stringify(result.diagnostics));
  return / where (.*)$/s.exec(result.query.sql)?.[1] ?? "";
}

test.each([
  ["T | where true or s == 'x'", "true"],
  ["T | where false and s == 'x'", "false"],
  ["T | where not(true) or b", 'q1."b"'],
  ["let p = '*'; T | where p == '*' or s =~ p", "true"],
  ["let f = (p: dynamic = dynamic([])) { T | where array_length(p) == 0 or s has_any (p) }; f()", "true"],
  ["let f = (p: bool = false) { T | extend x = iff(p, s, 'none') | where x == 'none' }; f()", "($1 = $1)"],
  ["let f = (p: datetime = datetime(null)) { T | where isnull(p) or t >= p }; f()", "true"],
  ["T | where coalesce(bool(null), b)", 'q1."b"'],
  ["T | where coalesce(bool(null), true, b)", "true"],
])("%s", async (text, expected) => {
  expect(await where(text)).toBe(expected);
});

test.each([
  // Null is neither true nor false.
  "T | where bool(null) or b",
  "T | where isnull(t) or t > ago(1d)",
  "T | where isempty(s)",
  "T | where coalesce(b, true)",
  "T | where coalesce('', s) == 'x'",
  "T | where s == 'x' and b",
])("stays: %s", async text => {
  expect(await where(text)).toMatch(/q1/);
});

test("a text given for a list is one value of it", async () => {
  const f = "let f = (p: dynamic) { T | where s has_any (p) }; ";
  expect(await where(`${f} f('10.')`)).toBe(await where(`${f} f(dynamic(['10.']))`));
});
