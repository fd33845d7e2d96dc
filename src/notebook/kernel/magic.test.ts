import fc from "fast-check";
import { expect, test } from "vitest";
import { isBindableName, parseDurationMs, parseMagic } from "./magic.js";

test.each([
  ["%%kql\nT", { kind: "kql", body: "T", bodyLine: 1 }],
  ["\n  \n%%kql hits\nT\n| take 1", { kind: "kql", name: "hits", body: "T\n| take 1", bodyLine: 3 }],
  [
    '%%kql a --workspace "My \\"SOC\\"" --last 7d --limit=500 --view timeline\r\nT',
    {
      kind: "kql",
      name: "a",
      workspace: 'My "SOC"',
      lastMs: 604_800_000,
      limit: 500,
      view: "timeline",
      body: "T",
      bodyLine: 1,
    },
  ],
  ["%%markdown\n# Hi", { kind: "markdown", body: "# Hi", bodyLine: 1 }],
  ["%%kql", { kind: "kql", body: "", bodyLine: 1 }],
  ["%%ioc seen --types ipv4,dns\na", { kind: "ioc", name: "seen", types: ["ipv4", "dns"], body: "a", bodyLine: 1 }],
  ["%%ioc --out seen\na", { kind: "ioc", name: "seen", body: "a", bodyLine: 1 }],
  ["%%b64\nQQ==", { kind: "b64", body: "QQ==", bodyLine: 1 }],
  [
    "%%txt2df --name t --sep ; --headers\na;b",
    { kind: "txt2frame", name: "t", separator: ";", headers: true, body: "a;b", bodyLine: 1 },
  ],
  [
    '%%txt2frame t --headers --sep "\\\\t"\na',
    { kind: "txt2frame", name: "t", separator: "\t", headers: true, body: "a", bodyLine: 1 },
  ],
])("%j is a magic", (code, magic) => {
  expect(parseMagic(code)).toEqual({ magic });
});

test.each(["const a = 1", "", "// %%kql", "x\n%%kql"])("%j is not a magic", code => {
  expect(parseMagic(code)).toBeUndefined();
});

test.each([
  ["%%kqll\nT", "there is no cell magic '%%kqll'; did you mean 'kql'?"],
  ["%%\nT", "there is no cell magic '%%'"],
  ["%%python\nprint(1)", "there is no cell magic '%%python'"],
  ["%%kql --lst 7d", "'%%kql' has no option '--lst'; did you mean 'last'?"],
  ["%%kql --last soon", "'--last': 'soon' is not a time span such as 30m, 12h, 7d or 2w"],
  ["%%kql --last", "'--last': needs a value"],
  ["%%kql --limit 1e3", "'--limit': '1e3' is not a positive whole number of rows"],
  ["%%kql --limit 1 --limit 2", "'--limit' is given twice"],
  ["%%kql a b", "'%%kql' takes one name, not also 'b'"],
  ["%%kql class", "'class' cannot be a variable name"],
  ["%%kql --constructor x", "'%%kql' has no option '--constructor'"],
  ['%%kql --workspace "W', 'the quote " is not closed'],
  ["%%txt2frame t --sep ab", "'--sep': 'ab' is not one character"],
  ["%%ioc --out 1x", "'--out': '1x' cannot be a variable name"],
  ["%%iocs\nx", "there is no cell magic '%%iocs'; did you mean 'ioc'?"],
  ["%%b64 --sep ,", "'%%b64' has no option '--sep'"],
  ["%%markdown big", "'%%markdown' takes nothing, not 'big'"],
])("%j is refused: %s", (code, message) => {
  const result = parseMagic(code);
  expect(result).toMatchObject({ diagnostics: [{ code: "notebook/magic", message }] });
});

test("a diagnostic points at the word", () => {
  const code = "\n%%kql x --lst 7d";
  const result = parseMagic(code);
  const span = result !== undefined && "diagnostics" in result ? result.diagnostics[0]?.span : undefined;
  expect(code.slice(span?.start, span?.end)).toBe("--lst");
});

const quote = (text: string) => `"${text.replace(/["\\]/g, c => `\\${c}`)}"`;

test("any workspace name survives quoting, and any body is kept as it is", () => {
  const workspace = fc.string({ minLength: 1, unit: "grapheme" }).filter(s => !/[\r\n]/.test(s));
  fc.assert(
    fc.property(workspace, fc.string(), fc.integer({ min: 1, max: 1e9 }), (name, body, limit) => {
      expect(parseMagic(`%%kql --workspace ${quote(name)} --limit ${limit}\n${body}`)).toEqual({
        magic: { kind: "kql", workspace: name, limit, body, bodyLine: 1 },
      });
    }),
  );
});

test("no line makes the parser throw, and every problem lies inside the cell", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), line => {
      const code = `%%kql ${line}`;
      const result = parseMagic(code);
      if (result === undefined || !("diagnostics" in result)) return;
      for (const d of result.diagnostics) expect(d.span.end).toBeLessThanOrEqual(code.length);
    }),
  );
});

test("durations have units", () => {
  expect([parseDurationMs("1.5h"), parseDurationMs("90s"), parseDurationMs("0d"), parseDurationMs("7")]).toEqual([
    5_400_000,
    90_000,
    undefined,
    undefined,
  ]);
});

test("names that `let` or KQL cannot take are not bindable", () => {
  expect(["a", "_x1"].every(isBindableName)).toBe(true);
  expect(["", "1a", "a-b", "await", "größe", "__huntbook"].some(isBindableName)).toBe(false);
});
