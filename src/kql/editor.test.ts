import fc from "fast-check";
import { expect, test } from "vitest";
import type { EditKind, EditRequest } from "./api.js";
import { environment } from "../../test/kql/harness.js";
import { editKql } from "./editor.js";
import { SchemaCache } from "./environment.js";

const schemas = new SchemaCache();
const edit = <K extends EditKind>(request: EditRequest & { readonly kind: K }, changes = {}) =>
  editKql<K>(request, { ...environment, ...changes }, schemas);
/** `|` marks the place. */
const at = (marked: string) => ({ text: marked.replace("‸", ""), offset: marked.indexOf("‸") });
const labels = (marked: string) => edit({ kind: "complete", ...at(marked) }).items.map(i => i.label);

const completions: readonly (readonly [text: string, first: string])[] = [
  ["Sig‸", "Signins"],
  ["Signins | where Att‸", "Attempts"],
  ["Signins | whe‸", "where"],
  ["Signins | summarize by Us‸", "User"],
  ["let who = 'ada'; Signins | where User == wh‸", "who"],
  ["Signins | join kind=leftan‸", "leftanti"],
  ["Signins | extend x = tolow‸", "tolower(value)"],
  ["Signins | summarize dcounti‸", "dcountif(expr, predicate, [accuracy])"],
  ["Signins | evaluate piv‸", "pivot(pivotColumn, [aggregateFunction], [columnName], ...)"],
  // Columns made in the pipeline, not only those of tables.
  ["Signins | extend Made = 1 | project Ma‸", "Made"],
  ["Signins | project Us‸ | take 1", "User"],
];
test.each(completions)("completes %s", (text, first) => {
  expect(labels(text)[0]).toBe(first);
});

test("a completion says what it replaces, where the caret goes, the type, and whether the engine runs it", () => {
  const { span, items } = edit({ kind: "complete", ...at("Signins | where Att‸ > 1") });
  expect(span).toEqual({ start: 16, end: 19 });
  expect(items[0]).toEqual({
    label: "Attempts",
    insert: "Attempts",
    caret: 8,
    kind: "column",
    detail: "long",
    supported: true,
  });
  const call = edit({ kind: "complete", ...at("print tolow‸") }).items[0];
  expect({ text: call?.insert, caret: call?.caret }).toEqual({ text: "tolower()", caret: 8 });
  const refused = edit({ kind: "complete", ...at("print rest‸") }).items.filter(i => !i.supported);
  for (const item of refused) expect(item.detail).toBe("not supported by the local engine");
});

test("what only holds the written letters comes after what begins with them", () => {
  const found = labels("Signins | where Ti‸");
  expect(found[0]).toBe("TimeGenerated");
  expect(found.slice(1).every(l => l.toLowerCase().includes("ti"))).toBe(true);
});

test("values of the environment complete", () => {
  const scalars = [{ name: "suspects", type: "dynamic", value: "[]" }];
  const { items } = edit({ kind: "complete", ...at("Signins | where User in (susp‸") }, { scalars });
  expect(items[0]?.label).toBe("suspects");
});

test("hover tells types, columns of tables, and the page of a function", () => {
  expect(edit({ kind: "hover", ...at("Sign‸ins | take 1") })).toEqual({
    span: { start: 0, end: 7 },
    lines: ["Signins: table(TimeGenerated, User, IP, Attempts, Score, Ok, Details)"],
  });
  expect(edit({ kind: "hover", ...at("Signins | where Atte‸mpts > 1") })?.lines).toEqual(["Attempts: long"]);
  const hover = edit({ kind: "hover", ...at("print bi‸n(now(), 1h)") });
  expect(hover?.lines[0]).toContain("bin(");
  expect(hover?.doc).toBe("https://learn.microsoft.com/kusto/query/bin-function");
  expect(edit({ kind: "hover", ...at("print 1 ‸  ") })).toBeUndefined();
});

test("signature help knows the innermost call and the argument, also while it is written", () => {
  const help = edit({ kind: "signatures", ...at("print strcat('a', substring('abc', ‸1), 'b')") });
  expect(help?.name).toBe("substring");
  expect(help?.argument).toBe(1);
  expect(help?.signatures[0]?.label).toBe("substring(string, start, [length])");
  expect(edit({ kind: "signatures", ...at("Signins | summarize dcount(User, ‸") })?.argument).toBe(1);
  expect(edit({ kind: "signatures", ...at("print strcat('a', 'b')‸") })).toBeUndefined();
});

test("diagnostics are the compiler's; an empty cell is not wrong", () => {
  const found = edit({ kind: "diagnose", text: "Signins | where Usr == 'x'" });
  expect(found.map(d => [d.code, d.hint])).toEqual([["kusto/KS142", "did you mean 'User'?"]]);
  expect(edit({ kind: "diagnose", text: " // only a remark\n" })).toEqual([]);
});

const formats: readonly (readonly [text: string, formatted: string])[] = [
  ["Signins|where User=='x'|count\n", "Signins\n| where User == 'x'\n| count\n"],
  ["let a=1;Signins\n|where Attempts>a", "let a = 1;\nSignins\n| where Attempts > a"],
  ["Signins | where (", "Signins | where ("],
];
test.each(formats)("formats %j", (text, formatted) => {
  expect(edit({ kind: "format", text })).toBe(formatted);
  expect(edit({ kind: "format", text: formatted })).toBe(formatted);
});

test("colours cover names by what they mean", () => {
  const text = "Signins | where User == 'x' // note";
  const kinds = edit({ kind: "classify", text }).map(t => [text.slice(t.span.start, t.span.end), t.kind]);
  expect(kinds).toEqual([
    ["Signins", "table"],
    ["|", "punctuation"],
    ["where", "keyword"],
    ["User", "column"],
    ["==", "operator"],
    ["'x'", "string"],
    ["// note", "comment"],
  ]);
});

test("no text and no place makes the editor throw", () => {
  const piece = fc.constantFrom(
    "Signins",
    " | ",
    "where ",
    "(",
    ")",
    "'",
    "User",
    " == ",
    "{",
    "let x = ",
    ";",
    "\n",
    "bin(",
    ",",
    "‸",
    "//",
  );
  const kinds = ["complete", "hover", "signatures", "diagnose", "format", "classify"] as const;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(60), (pieces, offset) => {
      const text = pieces.join("");
      for (const kind of kinds) {
        const answer = edit({ kind, text, offset: Math.min(offset, text.length) });
        if (kind === "diagnose") expect(JSON.stringify(answer)).not.toContain("internal/bug");
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
