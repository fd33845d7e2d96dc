import { expect, test } from "vitest";
import { compileCell, findCompleteness } from "./cell.js";
import { CellPositions } from "./position.js";

/** The JavaScript without the directive, with runs of blanks as one, so that layout does not matter. */
function js(code: string): string {
  const cell = compileCell(code);
  if (cell.kind !== "script") throw new Error(JSON.stringify(cell));
  return cell.js
    .replace(/^"use strict";\s*void 0;/, "")
    .replace(/\s+/g, " ")
    .trim();
}

test.each([
  ["const a = 1", "let a = 1;"],
  ["var a = 1, { b, ...c } = x", "let a = 1, { b, ...c } = x;"],
  ["export const a: number = 1", "let a = 1;"],
  ["go(); async function go<T>(x: T) {}", "let go = async function(x) {}; go();"],
  ["function* g() {}", "let g = function* () {};"],
  ["interface X {} type Y = 1; declare const z: string", ""],
  ["class P { constructor(private x: number) {} }", "class P { x; constructor(x) { this.x = x; } }"],
  [
    "import fs from 'node:fs'",
    'let { "default": fs } = __huntbook.pick(await __huntbook.import("node:fs"), "node:fs", ["default"]);',
  ],
  ["import * as p from './p.ts'", 'let p = await __huntbook.import("./p.ts");'],
  ["import './side.ts'", 'void await __huntbook.import("./side.ts");'],
  [
    "import d, * as ns from 'x'",
    'let ns = await __huntbook.import("x"), { "default": d } = __huntbook.pick(ns, "x", ["default"]);',
  ],
  ["import type { A } from 'x'", ""],
  ["import { type A, b as c } from 'x'", 'let { "b": c } = __huntbook.pick(await __huntbook.import("x"), "x", ["b"]);'],
  [
    "import { A, b } from 'x'; let v: A = b",
    'let { "b": b } = __huntbook.pick(await __huntbook.import("x"), "x", ["b"]); let v = b;',
  ],
  [
    "import j from './j.json' with { type: 'json' }",
    'let { "default": j } = __huntbook.pick(await __huntbook.import("./j.json", { with: { type: "json" } }), "./j.json", ["default"]);',
  ],
  ["const m = await import('x')", 'let m = await __huntbook.import("x");'],
  ["import.meta.url", "__huntbook.meta.url;"],
  ["export default 1 + 1", "1 + 1;"],
  ["export { a }; a", "a;"],
  ["{ a: 1, b }", "({ a: 1, b });"],
  ["{ let a = 1; a }", "{ let a = 1; a; }"],
  ["'use strict'; x", '"use strict"; x;'],
])("%j becomes %s", (code, expected) => {
  expect(js(code)).toBe(expected);
});

test("an enum is a value that can be declared again", () => {
  expect(js("enum Level { Low, High }")).toMatch(/^let Level = \(\(\) => \{ .* return Level; \}\)\(\);$/);
});

test("declared names are those with a value, in order", () => {
  const code =
    "import x, { y as z } from 'm'; const { a, b: [c = 1, ...d] } = q; class K {} enum E { A } function f() {} type T = 1";
  const cell = compileCell(code);
  expect(cell).toMatchObject({ kind: "script", names: ["x", "z", "a", "c", "d", "K", "E", "f"] });
});

test.each(["", "  \n", "// only a comment", "/* and\nanother */"])("%j has nothing to run", code => {
  expect(compileCell(code)).toEqual({ kind: "empty" });
});

test.each([
  ["const a = ;", "notebook/syntax", ";"],
  ["const a = 1; const a = 2", "notebook/syntax", "a"],
  ["return 5", "notebook/syntax", "return"],
  ["export * from 'x'", "notebook/not-supported", "export * from 'x'"],
  ["export { a } from 'x'", "notebook/not-supported", "export { a } from 'x'"],
  ["import x = require('x')", "notebook/not-supported", "import x = require('x')"],
  ["using x = open()", "notebook/not-supported", "using x = open()"],
  ["%%kqll\nT", "notebook/magic", "kqll"],
])("%j is refused as %s at %j", (code, expected, at) => {
  const cell = compileCell(code);
  if (cell.kind !== "invalid") throw new Error("was accepted");
  const [first] = cell.diagnostics;
  expect([first?.code, code.slice(first?.span.start, first?.span.end)]).toEqual([expected, at]);
});

test.each([
  ["a + 1", "complete"],
  ["{ a: 1 }", "complete"],
  ["async () => {", "incomplete"],
  ["foo(`abc", "incomplete"],
  ["/* abc", "incomplete"],
  ["x = [1,\n2", "incomplete"],
  ["x ? y", "incomplete"],
  ["'abc", "invalid"],
  ["const a: = 1", "invalid"],
  ["}", "invalid"],
  ["%%kql x", "incomplete"],
  ["%%kql x\nT", "complete"],
  ["%%nope", "invalid"],
])("%j is %s", (code, status) => {
  expect(findCompleteness(code).status).toBe(status);
});

test.each([
  ["plain", "const a = 1;\nmark()", "mark"],
  ["after types", "interface X { a: string }\ntype Y = X\nconst v: X = mark()", "mark"],
  ["after a long import", "import {\n  a,\n  b,\n} from 'x';\nmark()", "mark"],
  ["in a moved function", "one();\nfunction f(x: number) {\n  return mark(x)\n}", "mark"],
  ["in an enum", "enum E {\n  A = mark() }", "mark"],
  ["in an object", "\n{ a: 1,\n  b: mark() }", "mark"],
])("positions lead back to the cell: %s", (_, code, mark) => {
  const cell = compileCell(code);
  if (cell.kind !== "script") throw new Error(JSON.stringify(cell));
  const positions = new CellPositions();
  positions.add(3, cell.maps);
  const before = cell.js.slice(0, cell.js.indexOf(mark)).split("\n");
  const stack = `    at f (huntbook-cell-3.ts:${before.length}:${(before.at(-1) ?? "").length + 1})`;
  const lines = code.slice(0, code.indexOf(mark)).split("\n");
  const expected = `cell 3, line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
  expect(positions.rewrite(stack)).toBe(`    at f (${expected})`);
});
