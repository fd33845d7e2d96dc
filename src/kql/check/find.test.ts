import { expect, test } from "vitest";
import { environment } from "../../../test/kql/harness.js";
import { checkKql } from "../check.js";
import { findQueries, queryFileKind } from "./find.js";
import { fileOffset, fileSpan, type FoundQuery } from "./found.js";
import { formatQueries, rewriteQueries } from "./rewrite.js";

const brief = (found: readonly FoundQuery[]) => found.map(({ text, line }) => ({ text, line }));

/** Each query's characters stand in the file where its places say; what is written otherwise there apart. */
function expectPlaces(file: string, found: readonly FoundQuery[]): void {
  for (const query of found)
    for (const [i, c] of [...query.text].entries())
      if (/[\w|=]/.test(c) && query.text.length === [...query.text].length) expect(file[fileOffset(query, i)]).toBe(c);
}

test("the kind of a file is told by its name", () => {
  expect(["a.kql", "b.YAML", "c.md", "d.ipynb", "e.mts", "f.txt", "g"].map(queryFileKind)).toEqual([
    ...["kql", "yaml", "markdown", "notebook", "typescript"],
    undefined,
    undefined,
  ]);
});

test(".kql files hold queries separated by blank lines; comments alone are none", () => {
  const text = "// head\n\nlet a = 1;\nT | take a\n\n\n// second\nU\r\n| count\n";
  const found = findQueries(text, "kql");
  expect(brief(found)).toEqual([
    { text: "let a = 1;\nT | take a", line: 3 },
    { text: "// second\nU\r\n| count", line: 7 },
  ]);
  expectPlaces(text, found);
});

const yaml = [
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
  "  - query: >-",
  "      X",
  "      | count",
].join("\n");

test("YAML queries: block scalars, one line, quoted, folded", () => {
  const found = findQueries(yaml, "yaml");
  expect(brief(found)).toEqual([
    { text: "T\n| take 1\n\n| count", line: 5 },
    { text: "U | take 2", line: 11 },
    { text: "V | where a == 'b'", line: 12 },
    { text: "W\n| count", line: 14 },
    { text: "X\n| count", line: 18 },
  ]);
  expectPlaces(yaml, found);
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
  ].join("\n");
  const found = findQueries(text, "markdown");
  expect(brief(found)).toEqual([
    { text: "T | take 1", line: 3 },
    { text: "U", line: 9 },
  ]);
  expectPlaces(text, found);
});

const notebook = JSON.stringify(
  {
    cells: [
      { cell_type: "markdown", source: ["```kql\n", "not | this\n", "```"] },
      { cell_type: "code", source: ["%%kql failed --last 7d\n", 'Signins // "é"\n', "| where Usr == 'x'"] },
      { cell_type: "code", source: "%%kql\nfailed | where User == who | count" },
      {
        cell_type: "code",
        source: ["const who = 'ann';\n", "await kql`Signins | where User == ${who}\n", "| where Bad == 1`"],
      },
      { cell_type: "code", source: ["%%markdown\n", "x"] },
    ],
    nbformat: 4,
  },
  undefined,
  1,
);

test("notebooks: %%kql cells and templates of the others, with names from around them", () => {
  const found = findQueries(notebook, "notebook");
  expect(found.map(f => f.text)).toEqual([
    "Signins // \"é\"\n| where Usr == 'x'",
    "failed | where User == who | count",
    "Signins | where User == _0____\n| where Bad == 1",
  ]);
  for (const query of found) {
    const at = query.text.indexOf("where");
    const { start, end } = fileSpan(query, { start: at, end: at + 5 });
    expect(notebook.slice(start, end)).toBe("where");
  }
  const [first, second, third] = found.map(f =>
    checkKql(f.text, environment, f.names === undefined ? {} : { names: f.names }),
  );
  expect(first?.diagnostics.find(d => d.severity === "error")?.hint).toBe("did you mean 'User'?");
  expect([second?.status, second?.reason]).toEqual(["ok", ""]);
  expect(third?.reason).toContain("'Bad'");
});

test("a notebook that is not JSON is named so", () => {
  expect(() => findQueries("{", "notebook")).toThrow(expect.objectContaining({ code: "kql/bad-notebook" }));
});

test("TypeScript: templates tagged kql; frames stand where tables do", () => {
  const source =
    'const a = kql`T | take 1`;\nconst b = sql`x`;\nkql`let s = ${f({ x: "}" })}; s | where a in (${list}) | where b == "\\`"`;';
  const found = findQueries(source, "typescript");
  expect(found[0]).toMatchObject({ text: "T | take 1", line: 1 });
  expect(found[1]?.line).toBe(3);
  expect(found[1]?.text).toMatch(/^let s = _0_+; s \| where a in \(_1_+\) \| where b == "`"$/);
  expect(found[1]?.names?.tables).toHaveLength(1);
  expect(found[1]?.names?.values).toHaveLength(1);
});

test("what is laid out anew is written as its file wants it, and nothing around it moves", () => {
  const kql = formatQueries("// a\nT|where a==1|count\n\n\nU\n|count\n", "kql");
  expect(kql.text).toBe("// a\nT\n| where a == 1\n| count\n\n\nU\n| count\n");
  expect(kql.changed).toEqual([1, 5]);
  const formatted = formatQueries(yaml.replace("V |", "V|").replace("| take 1", "|take 1"), "yaml");
  expect(formatted.text).toContain("        T\n        | take 1\n        | count\n      other: x");
  expect(formatted.skipped).toEqual([12]);
  const cells = formatQueries(notebook, "notebook").text;
  const { cells: written } = JSON.parse(cells) as { cells: { source: string | string[] }[] };
  expect(written[1]?.source).toEqual(["%%kql failed --last 7d\n", 'Signins // "é"\n', "| where Usr == 'x'"]);
  expect(written[2]?.source).toBe("%%kql\nfailed\n| where User == who\n| count");
  expect(written[3]).toEqual((JSON.parse(notebook) as { cells: unknown[] }).cells[3]);
  const lines = rewriteQueries(notebook, "notebook", q => `${q.text}\n| extend a = "\\n"`).text;
  expect((JSON.parse(lines) as typeof formatted & { cells: { source: string[] }[] }).cells[1]?.source).toEqual([
    ...["%%kql failed --last 7d\n", 'Signins // "é"\n', "| where Usr == 'x'\n", '| extend a = "\\n"'],
  ]);
});
