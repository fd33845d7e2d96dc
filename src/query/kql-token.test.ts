import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeInString, nameLiteral, stringLiteral } from "./kql-literal.js";
import { decodeStringLiteral, tokenizeKql, type Quoting } from "./kql-token.js";

const cut = (text: string) => tokenizeKql(text).map(t => `${t.kind} ${text.slice(t.start, t.end)}`);

test.each<[string, string[]]>([
  [
    "T | where a == 'x'",
    ["identifier T", "punctuation |", "identifier where", "identifier a", "punctuation ==", "string 'x'"],
  ],
  [String.raw`'it\'s' "a\"b"`, [String.raw`string 'it\'s'`, String.raw`string "a\"b"`]],
  [String.raw`@'C:\a''b\' x`, [String.raw`string @'C:\a''b\'`, "identifier x"]],
  [`h'p' H"q" h@'r'`, ["string h'p'", 'string H"q"', "string h@'r'"]],
  ["```a\n'b``\n``` c", ["string ```a\n'b``\n```", "identifier c"]],
  ["~~~a```~~~", ["string ~~~a```~~~"]],
  ["'a // b' // c 'd'\ne", ["string 'a // b'", "comment // c 'd'", "identifier e"]],
  ["datetime(2026-01-13 18:00) int(-5)", ["typed-literal datetime(2026-01-13 18:00)", "typed-literal int(-5)"]],
  ["todatetime(x)", ["identifier todatetime", "punctuation (", "identifier x", "punctuation )"]],
  [
    "1d 2.5h 1e5 0x1F 1..2",
    ["timespan 1d", "timespan 2.5h", "number 1e5", "number 0x1F", "number 1", "punctuation ..", "number 2"],
  ],
  ["3com $left", ["identifier 3com", "identifier $left"]],
  ["'open", ["bad 'open"]],
  ["'a\nb'", ["bad 'a\nb'"]],
])("cuts %j", (text, expected) => {
  expect(cut(text)).toEqual(expected);
});

const quotings: readonly [Quoting, string, string][] = [
  ["single", "'", "'"],
  ["double", '"', '"'],
  ["verbatim-single", "@'", "'"],
  ["verbatim-double", '@"', '"'],
  ["backticks", "```", "```"],
  ["tildes", "~~~", "~~~"],
];

test.each(quotings)("any value in a %s string is one literal that says it, or is refused", (quoting, open, close) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), value => {
      let inside: string;
      try {
        inside = escapeInString(value, quoting);
      } catch {
        return;
      }
      const literal = `${open}${inside}${close}`;
      const text = `a ${literal} b`;
      expect(tokenizeKql(text).map(t => t.kind)).toEqual(["identifier", "string", "identifier"]);
      expect(decodeStringLiteral(literal)).toBe(value);
    }),
  );
});

test("quoted strings refuse nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), value => {
      expect(JSON.parse(stringLiteral(value))).toBe(value);
      expect(decodeStringLiteral(`'${escapeInString(value, "single")}'`)).toBe(value);
    }),
  );
});

test.each([
  ["Computer", "Computer"],
  ["where", "['where']"],
  ["a b", "['a b']"],
  ["x' or 1==1 | take 1", String.raw`['x\' or 1==1 | take 1']`],
])("a name %j is written %s", (name, written) => {
  expect(nameLiteral(name)).toBe(written);
});

interface KustoToken {
  readonly Text: string;
  readonly Trivia: string;
}
interface KustoList {
  readonly length?: number;
  readonly Count?: number;
  getItem(index: number): KustoToken;
}
interface Kusto {
  readonly Language: {
    readonly Parsing: { readonly TokenParser: { ParseTokens(text: string): KustoList | KustoToken[] } };
  };
}

/** Microsoft's lexer: start and end of every token. */
function kustoTokens(text: string): string[] {
  const require = createRequire(import.meta.url);
  require("@kusto/language-service-next/bridge.min.js");
  require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
  const kusto = (globalThis as unknown as { Kusto: Kusto }).Kusto;
  const list = kusto.Language.Parsing.TokenParser.ParseTokens(text);
  const tokens = Array.isArray(list)
    ? list
    : Array.from({ length: list.Count ?? list.length ?? 0 }, (_, i) => list.getItem(i));
  let at = 0;
  return tokens.flatMap(t => {
    const start = at + t.Trivia.length;
    at = start + t.Text.length;
    return t.Text === "" ? [] : [`${start}-${at}`];
  });
}

test("Microsoft's lexer sees string literals at the same places", () => {
  const part = fc.constantFrom(
    ..."'|\"|@'|@\"|h'|```|~~~|\\|\\\\|\\'|\\n|\n|a|where|//| |datetime(|)|(|;|1d|==|int(-5)|x1|\u2028|''".split("|"),
    "|",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), parts => {
      const text = parts.join("");
      const ours = tokenizeKql(text);
      if (ours.some(t => t.kind === "bad")) return;
      const theirs = new Set(kustoTokens(text));
      for (const t of ours)
        if (t.kind === "string" || t.kind === "typed-literal")
          expect(theirs, `${JSON.stringify(text)} ${t.start}-${t.end}`).toContain(`${t.start}-${t.end}`);
    }),
    { numRuns: 2000 },
  );
});
