import fc from "fast-check";
import { expect, test } from "vitest";
import { isHuntError } from "../base/error.js";
import { decodeStringLiteral, tokenizeKql } from "./kql-token.js";
import { KqlText, toParameterValue, type ParameterDefinition, type ParameterType } from "./parameter.js";
import { checkTemplate, renderTemplate, type CheckedTemplate } from "./render.js";

const nowMs = Date.UTC(2026, 0, 13, 18);

function parameter(name: string, type: ParameterType, rest: Partial<ParameterDefinition> = {}): ParameterDefinition {
  return { name, type, description: "", default: undefined, required: true, aliases: [], ...rest };
}

function ready(source: string, parameters: readonly ParameterDefinition[]): CheckedTemplate {
  const result = checkTemplate(source, parameters);
  if (result.state !== "ready") throw new Error(JSON.stringify(result.diagnostics));
  return result.template;
}

function render(source: string, parameters: readonly ParameterDefinition[], values: Record<string, unknown>): string {
  const template = ready(source, parameters);
  return renderTemplate(template, parameters, name => {
    const p = parameters.find(q => q.name === name);
    if (p === undefined) throw new Error(name);
    return name in values ? toParameterValue(p, values[name], nowMs) : { kind: "default", text: p.default as string };
  });
}

test.each<[string, ParameterDefinition, unknown, string]>([
  ["T | where a == '{x}'", parameter("x", "str"), "it's", String.raw`T | where a == 'it\'s'`],
  [`T | where a == "{x}"`, parameter("x", "str"), 'say "hi"\n', String.raw`T | where a == "say \"hi\"\n"`],
  ["T | where a == @'{x}'", parameter("x", "str"), String.raw`C:\o'k`, String.raw`T | where a == @'C:\o''k'`],
  ["T | where a == h'{x}'", parameter("x", "str"), "p'w", String.raw`T | where a == h'p\'w'`],
  ["T | where a has {x}", parameter("x", "str"), "b'c", `T | where a has "b'c"`],
  ["T | where t > {x}", parameter("x", "datetime"), "2026-01-02", "T | where t > datetime(2026-01-02T00:00:00.000Z)"],
  [
    "T | where t > datetime({x})",
    parameter("x", "datetime"),
    "-1d",
    "T | where t > datetime(2026-01-12T18:00:00.000Z)",
  ],
  [
    "T | where t > todatetime('{x}')",
    parameter("x", "datetime"),
    0,
    "T | where t > todatetime('2026-01-13T18:00:00.000Z')",
  ],
  ["T | where a in ({x})", parameter("x", "list"), ["a", 1, true], `T | where a in ("a", 1, true)`],
  ["T | where a in ({x})", parameter("x", "list"), "a, b", `T | where a in ("a", "b")`],
  ["T | where a in ({x})", parameter("x", "list"), [], "T | where a in (dynamic([]))"],
  ["let l = {x}; T", parameter("x", "list"), ["a"], `let l = dynamic(["a"]); T`],
  ["let l = dynamic([{x}]); T", parameter("x", "list"), ["a"], `let l = dynamic(["a"]); T`],
  ["let l = dynamic({x}); T", parameter("x", "list"), ["a", "b"], `let l = dynamic(["a", "b"]); T`],
  ["let l = dynamic([{x}]); T", parameter("x", "list"), [], "let l = dynamic([]); T"],
  ["T | where a == '{x}'", parameter("x", "list"), ["a", 2], String.raw`T | where a == '\'a\', 2'`],
  ["T | take {x}", parameter("x", "int"), 5, "T | take 5"],
  ["T | where a > {x}", parameter("x", "int"), -5, "T | where a > long(-5)"],
  ["T | where a > {x}", parameter("x", "real"), 0.5, "T | where a > real(0.5)"],
  ["T | where a == {x}", parameter("x", "bool"), true, "T | where a == true"],
  [
    "T | summarize count() by bin(t, {x})",
    parameter("x", "timespan"),
    "1h",
    "T | summarize count() by bin(t, timespan(01:00:00))",
  ],
  [
    "T | summarize count() by bin(t, {x})",
    parameter("x", "str", { default: "1h" }),
    "30m",
    "T | summarize count() by bin(t, 30m)",
  ],
  ["T | where t > ago({x}d)", parameter("x", "int"), 7, "T | where t > ago(7d)"],
  ["{x} | take 1", parameter("x", "table"), "SigninLogs", "SigninLogs | take 1"],
  ["{x} | take 1", parameter("x", "str"), "my table", "['my table'] | take 1"],
  ["T | where {x} == 1", parameter("x", "column"), "where", "T | where ['where'] == 1"],
  ["T | project {x}", parameter("x", "columns"), ["A", "B.c"], "T | project A, B.c"],
  ["T | where a {x} 'b'", parameter("x", "operator"), "!has", "T | where a !has 'b'"],
  ["T | where a {x} 'b'", parameter("x", "str", { default: "=~" }), "contains", "T | where a contains 'b'"],
  ["T {x}", parameter("x", "clause"), "| take 5", "T \n| take 5"],
  [
    "T\n{add_query_items}",
    parameter("add_query_items", "str", { default: "" }),
    "| where a == ';'",
    "T\n| where a == ';'",
  ],
  ["T{x}", parameter("x", "clause"), "| take 5", "T\n| take 5"],
  ["T | where {x}", parameter("x", "str", { default: "a > 1 and b < 2" }), new KqlText("a > 3"), "T | where a > 3"],
  ["T // about {x}\n| take 1", parameter("x", "str"), "a\n| drop", "T // about a | drop\n| take 1"],
  ["T | extend d = dynamic({{'a': {x}}})", parameter("x", "str"), "b", `T | extend d = dynamic({'a': "b"})`],
])("%s with %o", (source, p, value, expected) => {
  expect(render(source, [p], { [p.name]: value })).toBe(expected);
});

const hostile = [
  `x' or 1==1 | project a //`,
  `x" or 1==1 | union SecurityEvent`,
  "x\\",
  "x\\' | take 1",
  "a\nb",
  "a\r\n| take 1",
  "// comment",
  "```",
  "~~~ | take 1 ~~~",
  "'; drop",
  "') | union (T",
  "{x}",
  "\u2028\u0085\uE000",
  "日本 'é'",
  "",
];
const anyText = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

const stringTemplates = [
  "T | where a == '{x}' | take 3",
  `T | where a == "pre {x} post" and b`,
  "T | where a == @'{x}' | take 3",
  `T | where a == @"{x}" | take 3`,
  "T | where a == h'{x}' | take 3",
  "T | where a == ```{x}``` | take 3",
  "T | where a in ('q', '{x}') // '{x}\n| take 3",
];

test.each(stringTemplates)("hostile text inside a string stays inside it: %s", source => {
  const p = parameter("x", "str");
  const template = ready(source, [p]);
  fc.assert(
    fc.property(anyText, value => {
      let text: string;
      try {
        text = render(source, [p], { x: value });
      } catch (error) {
        expect(isHuntError(error, "query/parameter-rejected")).toBe(true);
        return;
      }
      const tokens = tokenizeKql(text);
      expect(tokens.map(t => t.kind)).toEqual(template.tokens.map(t => t.kind));
      const decoded = tokens.filter(t => t.kind === "string").map(t => decodeStringLiteral(text.slice(t.start, t.end)));
      expect(decoded.some(d => d.includes(value))).toBe(true);
    }),
  );
});

test("hostile text in value position is one literal that says it", () => {
  const p = parameter("x", "str");
  fc.assert(
    fc.property(anyText, value => {
      const text = render("T | where a == {x} | take 3", [p], { x: value });
      const tokens = tokenizeKql(text);
      expect(tokens.map(t => t.kind).join(" ")).toBe(
        "identifier punctuation identifier identifier punctuation string punctuation identifier number",
      );
      const literal = tokens.find(t => t.kind === "string");
      expect(decodeStringLiteral(text.slice(literal?.start, literal?.end))).toBe(value);
    }),
  );
});

test("hostile lists are comma lists of literals", () => {
  const p = parameter("x", "list");
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), values => {
      const text = render("T | where a in~ ({x}) | take 3", [p], { x: values });
      const tokens = tokenizeKql(text);
      const literals = tokens
        .filter(t => t.kind === "string")
        .map(t => decodeStringLiteral(text.slice(t.start, t.end)));
      expect(literals).toEqual(values);
      const rest = tokens.filter(t => t.kind !== "string" && text.slice(t.start, t.end) !== ",");
      expect(rest.map(t => text.slice(t.start, t.end)).join(" ")).toBe("T | where a in ~ ( ) | take 3");
    }),
  );
});

test.each<[string, ParameterType]>([
  ["{x} | take 3", "table"],
  ["T | where {x} == 3", "column"],
])("hostile names are one quoted name or refused: %s", (source, type) => {
  const p = parameter("x", type);
  fc.assert(
    fc.property(anyText, value => {
      let text: string;
      try {
        text = render(source, [p], { x: value });
      } catch (error) {
        expect(isHuntError(error, "query/parameter-rejected")).toBe(true);
        return;
      }
      const kinds = tokenizeKql(text).map(t => text.slice(t.start, t.end));
      const rest = source
        .replace("{x}", "")
        .split(" ")
        .filter(word => word !== "");
      expect(kinds.filter(k => rest.includes(k))).toEqual(expect.arrayContaining(rest));
      expect(tokenizeKql(text).filter(t => t.kind === "comment" || t.kind === "bad")).toEqual([]);
      expect(kinds.filter(k => k === "|")).toHaveLength(source.split("|").length - 1);
    }),
  );
});

test.each<[string, ParameterDefinition, unknown]>([
  ["T {x}", parameter("x", "clause"), "take 5"],
  ["T {x}", parameter("x", "clause"), "| take 5; SecurityEvent"],
  ["T {x}", parameter("x", "clause"), "| where a == 'b"],
  ["T {x}", parameter("x", "clause"), "| where (a == 1"],
  ["T | join ({x}) on a", parameter("x", "clause"), "| take 1) on b | union (U"],
  ["T {x}", parameter("x", "clause"), "| take 5 // "],
  ["T {x}", parameter("x", "clause"), "| where a == ```"],
  ["T | where a {x} 1", parameter("x", "operator"), "== 1 or 1 =="],
  ["T | where t > ago({x}d)", parameter("x", "str"), "1d) or (1"],
  ["T | where t > datetime({x})", parameter("x", "str"), "2026) or true"],
  ["T | where t > datetime({x})", parameter("x", "str"), "2026\n"],
  ["T | take {x}", parameter("x", "str"), "1 | union U"],
  ["T | where {x}", parameter("x", "str", { default: "a > 1 and b" }), "a > 3"],
  ["T | where {x}", parameter("x", "str", { default: "a > 1 and b" }), new KqlText("a | take 1")],
  ["T | where a == '{x}'", parameter("x", "str"), new KqlText("a")],
  ["T | where a == @'{x}'", parameter("x", "str"), "a\nb"],
  ["T | where a == ```{x}```", parameter("x", "str"), "`"],
  ["T | where a in (b, {x})", parameter("x", "list"), []],
])("refuses %s with %o", (source, p, value) => {
  expect(() => render(source, [p], { [p.name]: value })).toThrowError(
    expect.objectContaining({ code: "query/parameter-rejected" }),
  );
});

test.each<[ParameterType, unknown]>([
  ["int", "5 | take 1"],
  ["int", 1.5],
  ["real", "NaN"],
  ["bool", "yes"],
  ["timespan", "soon"],
  ["str", ["a"]],
  ["str", {}],
  ["list", [{}]],
  ["list", null],
])("a parameter of type %s cannot be %j", (type, value) => {
  expect(() => toParameterValue(parameter("x", type), value, nowMs)).toThrowError(
    expect.objectContaining({ code: "query/parameter-type" }),
  );
});

test.each([
  ["T | where a == '{x", "query/template-invalid"],
  ["T | where a == {}", "query/template-invalid"],
  ["T | where a == '}'", "query/template-invalid"],
  ["T | where a == {y}", "query/undeclared-parameter"],
])("a template that cannot be understood is diagnosed: %s", (source, code) => {
  const result = checkTemplate(source, [parameter("x", "str")]);
  expect(result.state === "failed" ? result.diagnostics.map(d => d.code) : []).toContain(code);
});

test("lines that stay blank are left out, but not those inside strings", () => {
  const p = parameter("x", "clause", { default: "" });
  expect(render("T\n{x}\n\n| where a == ```p\n\nq```\n", [p], {})).toBe("T\n| where a == ```p\n\nq```");
});
