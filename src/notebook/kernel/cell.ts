/** A cell's text → what to run: a magic, or JavaScript for V8's REPL mode with a way back to the positions of the text. */
import MagicString from "magic-string";
import { parseSync } from "oxc-parser";
import type { OxcError, ParseResult } from "oxc-parser";
import { transformSync } from "oxc-transform";
import type { Diagnostic } from "../../base/diagnostic.js";
import type { Magic } from "./magic.js";
import { parseMagic } from "./magic.js";
import type { CellMaps } from "./position.js";
import { helperName, rewriteStatements } from "./rewrite.js";
import { coverShellLines, findShellLines } from "./shell-lines.js";

export interface CellScript {
  readonly kind: "script";
  /** JavaScript for `Runtime.evaluate` with `replMode`. */
  readonly js: string;
  /** Value names that the cell declares at its top level, in order. */
  readonly names: readonly string[];
  readonly maps: CellMaps;
}

export type CompiledCell =
  | { readonly kind: "empty" }
  | { readonly kind: "magic"; readonly magic: Magic }
  | CellScript
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] };

const fileName = "cell.ts";
// The second statement keeps the directive from being the value of a cell that has none.
const strict = '"use strict"; void 0; ';

/**
 * Compiles a cell; never throws for what a user can write.
 *
 * Errors: `notebook/syntax`, `notebook/not-supported` (module syntax without meaning in a cell), `notebook/magic`.
 */
export function compileCell(code: string): CompiledCell {
  const magic = parseMagic(code);
  if (magic !== undefined) {
    return "magic" in magic
      ? { kind: "magic", magic: magic.magic }
      : { kind: "invalid", diagnostics: magic.diagnostics };
  }
  const text = new MagicString(code);
  let names: readonly string[] = [];
  if (wrapObjectLiteral(code, text)) {
    const { dynamicImports } = parse(`(${code}\n)`).module;
    for (const one of dynamicImports) replaceImportCall(text, one.start - 1);
  } else {
    const shellLines = findShellLines(code);
    const parsed = parse(coverShellLines(code, shellLines));
    if (parsed.errors.length > 0)
      return { kind: "invalid", diagnostics: parsed.errors.map(e => toDiagnostic(e, code)) };
    if (parsed.program.body.length === 0) return { kind: "empty" };
    for (const one of parsed.module.dynamicImports) replaceImportCall(text, one.start);
    for (const one of parsed.module.importMetas) text.overwrite(one.start, one.end, `${helperName}.meta`);
    for (const line of shellLines)
      text.overwrite(line.start, line.end, `await ${helperName}.shell(${JSON.stringify(line.command)});`);
    const rewritten = rewriteStatements(text, parsed.program);
    if (rewritten.diagnostics.length > 0) return { kind: "invalid", diagnostics: rewritten.diagnostics };
    names = rewritten.names;
  }
  text.prepend(strict);
  const edited = text.toString();
  const out = transformSync(fileName, edited, {
    lang: "ts",
    sourceType: "module",
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  });
  if (out.errors.length > 0 || out.map === undefined) {
    const whole = { start: 0, end: code.length };
    const message = out.errors[0]?.message ?? "the cell could not be transformed";
    return { kind: "invalid", diagnostics: [{ code: "notebook/syntax", severity: "error", message, span: whole }] };
  }
  const edits = text.generateMap({ hires: true, source: fileName });
  return {
    kind: "script",
    js: out.code,
    names,
    maps: { code, edits: edits.toString(), transform: JSON.stringify(out.map) },
  };
}

/** What an editor's Enter key should do. */
export function findCompleteness(code: string): { status: "complete" | "incomplete" | "invalid"; indent: string } {
  const magic = parseMagic(code);
  if (magic !== undefined) {
    if (!("magic" in magic)) return { status: "invalid", indent: "" };
    return { status: magic.magic.body.trim() === "" ? "incomplete" : "complete", indent: "" };
  }
  const text = new MagicString(code);
  if (wrapObjectLiteral(code, text)) return { status: "complete", indent: "" };
  const [error] = parse(coverShellLines(code, findShellLines(code))).errors;
  if (error === undefined) return { status: "complete", indent: "" };
  const end = code.trimEnd().length;
  const start = error.labels[0]?.start ?? 0;
  const openText = /^Unterminated (string|multiline comment)/.exec(error.message);
  // A template literal or a comment may go on; a quoted string may not.
  if (openText !== null) {
    const goesOn = openText[1] !== "string" || code[start] === "`";
    return { status: goesOn ? "incomplete" : "invalid", indent: "" };
  }
  return start >= end ? { status: "incomplete", indent: "  " } : { status: "invalid", indent: "" };
}

function parse(code: string): ParseResult {
  return parseSync(fileName, code, { lang: "ts", sourceType: "module", showSemanticErrors: true });
}

function replaceImportCall(text: MagicString, start: number): void {
  text.overwrite(start, start + "import".length, `${helperName}.import`);
}

/** `{ a: 1 }` alone in a cell is meant as an object, as in every console. */
function wrapObjectLiteral(code: string, text: MagicString): boolean {
  const [start, end] = [code.search(/\S/), code.trimEnd().replace(/;$/, "").length];
  if (code[start] !== "{" || code[end - 1] !== "}") return false;
  if (parse(`(${code.slice(0, end)}\n)`).errors.length > 0) return false;
  text.appendRight(start, "(").appendLeft(end, ")");
  return true;
}

function toDiagnostic(error: OxcError, code: string): Diagnostic {
  const label = error.labels[0];
  const start = Math.min(label?.start ?? 0, code.length);
  const span = { start, end: Math.max(start, label?.end ?? start) };
  const base = { code: "notebook/syntax", severity: "error", message: error.message, span } as const;
  return error.helpMessage === null ? base : { ...base, hint: error.helpMessage };
}
