import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../test/kql/harness.js";
import { parseSyntax } from "./bridge.js";
import { formatKql } from "./format.js";
import { commentsOf, tokensOf } from "./format/syntax.js";

const lines = (...text: readonly string[]) => text.join("\n");

const cases: readonly (readonly [what: string, text: string, formatted: string])[] = [
  ["one operator stays on its line", "Signins|where User=='x'\n", "Signins | where User == 'x'\n"],
  [
    "several operators stand below each other",
    "Signins|where User=='x'|count",
    lines("Signins", "| where User == 'x'", "| count"),
  ],
  ["statements", "let a=1;Signins\n|where Attempts>a", lines("let a = 1;", "Signins", "| where Attempts > a")],
  ["properties are close, assignments are not", "T|join kind = inner (U) on a", "T | join kind=inner (U) on a"],
  ["brackets after words", "T|where a in('b') and f ( 1 )>-2", "T | where a in ('b') and f(1) > -2"],
  [
    "ranges and indexes",
    "T|where a between(1..5)|extend b=c [0] . d ['e']",
    lines("T", "| where a between (1 .. 5)", "| extend b = c[0].d['e']"),
  ],
  ["what does not parse stays", "Signins | where (", "Signins | where ("],
  [
    "subqueries close where their operator begins",
    "T|join kind=inner (U\n|where x|project a) on a",
    lines("T", "| join kind=inner (", "    U", "    | where x", "    | project a", ") on a"),
  ],
  [
    "long lists have a line for each item",
    `T | summarize First = min(TimeGenerated), Last = max(TimeGenerated), Names = make_set(UserPrincipalName) by IPAddress, App`,
    lines(
      "T",
      "| summarize",
      "    First = min(TimeGenerated),",
      "    Last = max(TimeGenerated),",
      "    Names = make_set(UserPrincipalName)",
      "    by IPAddress, App",
    ),
  ],
  [
    "comments stay where they belong",
    lines("// head", "T // the table", "| where a == 1 and // first", "  b == 2", "// own", "|count // end", "// last"),
    lines(
      "// head",
      "T // the table",
      "| where a == 1",
      "    and // first",
      "    b == 2",
      "// own",
      "| count // end",
      "// last",
    ),
  ],
  [
    "texts of several lines are not touched",
    "print a=```one  \n   two```|extend b=1|count",
    lines("print a = ```one  ", "   two```", "| extend b = 1", "| count"),
  ],
  [
    "a table of values has a line for each row",
    "datatable(a:long,b:string)[1,'x',2,'y']|count",
    lines("datatable(a: long, b: string)[", "    1, 'x',", "    2, 'y'", "]", "| count"),
  ],
  [
    "functions",
    "let f=(n:long=2){let m=n;Signins|where Attempts>m};f(3)",
    lines("let f = (n: long = 2) {", "    let m = n;", "    Signins | where Attempts > m", "};", "f(3)"),
  ],
  [
    "conditions stand with their values",
    lines("T | extend a = case(b == 1, 'one',", "b == 2, 'two',", "'many')"),
    lines("T", "| extend a = case(", "        b == 1, 'one',", "        b == 2, 'two',", "        'many'", "    )"),
  ],
];
test.each(cases)("%s", (_what, text, formatted) => {
  expect(formatKql(text)).toBe(formatted);
  expect(formatKql(formatted)).toBe(formatted);
});

test("line ends stay those of the text", () => {
  expect(formatKql("T\r\n|count\r\n")).toBe("T\r\n| count\r\n");
});

const golden = join(import.meta.dirname, "../../test/kql/golden");
const queries = readdirSync(golden).map(name => readFileSync(join(golden, name, "input.kql"), "utf8"));

/** Everything of a text but its white space. */
const shape = (text: string) =>
  tokensOf(parseSyntax(text).root).flatMap(t => [
    ...(commentsOf(t.trivia) ?? ["?"]).map(c => (typeof c === "string" ? c : c.text)),
    t.text,
  ]);

/** What a text means: what it compiles to, places apart. */
function meaning(text: string): unknown {
  const result = compile(text);
  if (result.state === "ready") return { ...result.query, diagnostics: [] };
  if (result.state === "needs") return { kind: result.question.kind, facts: result.question.facts };
  return result.diagnostics.map(d => [d.code, d.message]);
}

test("every golden query means the same when formatted, and stays as it is when formatted again", () => {
  for (const text of queries) {
    const formatted = formatKql(text);
    expect(formatKql(formatted), text).toBe(formatted);
    expect(shape(formatted), text).toEqual(shape(text));
    expect(meaning(formatted), text).toEqual(meaning(text));
  }
});

/** A query with comments and line breaks put between its words. */
const scattered = fc
  .tuple(
    fc.constantFrom(...queries),
    fc.array(fc.constantFrom(" ", "\n", "  // note\n", "\t", "\n// own | line\n", "\r\n"), {
      minLength: 5,
      maxLength: 5,
    }),
  )
  .map(([text, gaps]) => {
    const { root } = parseSyntax(text);
    return tokensOf(root)
      .map((t, i) =>
        t.trivia === "" ? t.text : (t.trivia.includes("//") ? t.trivia : "") + (gaps[i % gaps.length] ?? " ") + t.text,
      )
      .join("");
  });
test("white space and comments anywhere: nothing is lost, nothing changes but the layout", () => {
  fc.assert(
    fc.property(scattered, text => {
      const formatted = formatKql(text);
      expect(shape(formatted)).toEqual(shape(text));
      expect(formatKql(formatted)).toBe(formatted);
    }),
    { numRuns: 150 },
  );
}, 60_000);
