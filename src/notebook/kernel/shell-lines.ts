/** Lines of a cell that are for the system's shell: they begin with `!` in the first column, where a statement may begin. */
import { parseSync } from "oxc-parser";

export interface ShellLine {
  readonly start: number;
  /** Behind the last character, line ends inside (after a `\`) included. */
  readonly end: number;
  readonly command: string;
}

const pattern = /^!(?!=)((?:[^\\\r\n]|\\(?:\r\n|[^])?)*)/gm;

/** In order. A line inside a template or a comment is text as everything there is. `(!flag)` or a blank before it is TypeScript. */
export function findShellLines(code: string): readonly ShellLine[] {
  if (!/^!/m.test(code)) return [];
  const found = [...code.matchAll(pattern)].map(m => ({
    start: m.index,
    end: m.index + m[0].length,
    command: (m[1] ?? "").replace(/\\(\r\n|\r|\n)/g, " ").trim(),
  }));
  const real = found.filter(line => line.command !== "");
  const plain = startsOf(code);
  if (plain !== undefined) return real.filter(line => plain.has(line.start));
  // Not TypeScript as it stands; with statements in their place it may be.
  const covered = startsOf(coverShellLines(code, real));
  return covered === undefined ? real : real.filter(line => covered.has(line.start));
}

/** The cell with an empty statement for each shell line; every other character keeps its place. */
export function coverShellLines(code: string, lines: readonly ShellLine[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of lines) {
    result += `${code.slice(at, start)}0;${code.slice(start + 2, end).replace(/[^\r\n]/g, " ")}`;
    at = end;
  }
  return result + code.slice(at);
}

/** Where the statements of the top level begin; undefined for what is not TypeScript. */
function startsOf(code: string): ReadonlySet<number> | undefined {
  const parsed = parseSync("cell.ts", code, { lang: "ts", sourceType: "module" });
  return parsed.errors.length > 0 ? undefined : new Set(parsed.program.body.map(s => s.start));
}
