/** kql`…` templates in TypeScript. */
import type { FoundNames, FoundQuery } from "./found.js";
import { positionAt } from "../../base/diagnostic.js";
import { textOffset, unescaped } from "./found.js";

/** All templates tagged `kql` of a text; their holes become names. */
export function findTemplates(source: string): readonly FoundQuery[] {
  const found: FoundQuery[] = [];
  const tag = /(?<![\w$.])kql`/g;
  for (let match = tag.exec(source); match !== null; match = tag.exec(source)) {
    const start = match.index + match[0].length;
    const template = readTemplate(source, start);
    if (template === undefined) continue;
    tag.lastIndex = template.end;
    const body = source.slice(start, template.end);
    const { text, places, end } = unescaped(body, start, /\\[\s\S]/g, escape => escape.slice(1));
    const { query, names } = nameHoles(
      text,
      template.holes.map(h => textOffset(places, h)),
    );
    if (query.trim() === "") continue;
    found.push({
      text: query,
      line: positionAt(source, start).line,
      places,
      end,
      ...(names.values.length + names.tables.length > 0
        ? { names }
        : { writing: { newline: "\n", escape: "template" as const } }),
    });
  }
  return found;
}

/** Where a template ends, and where its holes begin; undefined when it does not end. */
function readTemplate(
  source: string,
  start: number,
): { readonly end: number; readonly holes: readonly number[] } | undefined {
  const holes: number[] = [];
  for (let i = start; i < source.length; i++) {
    const c = source[i];
    if (c === "\\") i++;
    else if (c === "`") return { end: i, holes };
    else if (c === "$" && source[i + 1] === "{") {
      holes.push(i);
      i = endOfHole(source, i + 2);
    }
  }
  return undefined;
}

/** The place of the `}` that closes a hole, or the end. */
function endOfHole(source: string, start: number): number {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    const c = source[i];
    if (c === '"' || c === "'" || c === "`") {
      for (i++; i < source.length && source[i] !== c; i++) if (source[i] === "\\") i++;
    } else if (c === "{") depth++;
    else if (c === "}" && depth-- === 0) return i;
  }
  return source.length;
}

/** Puts a name of the same width in place of each hole, so that places stay what they are. */
function nameHoles(text: string, holes: readonly number[]): { readonly query: string; readonly names: FoundNames } {
  const values: string[] = [];
  const tables: string[] = [];
  let query = text;
  for (const [n, hole] of holes.entries()) {
    const end = endOfHole(text, hole + 2) + 1;
    const name = `_${String(n)}`.padEnd(end - hole, "_");
    (isTablePlace(text, hole, end) ? tables : values).push(name);
    query = query.slice(0, hole) + name + query.slice(end);
  }
  return { query, names: { values, tables } };
}

/** A frame stands where a table does: before a pipe, at the head, in brackets of a join, or is given a name that does. */
function isTablePlace(text: string, start: number, end: number): boolean {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const begins = /(^|[;({]|[^=!<>]=)\s*$/.test(before);
  if ((begins && /^\s*\|/.test(after)) || (/(^|;)\s*$/.test(before) && /^\s*(;|$)/.test(after))) return true;
  if (/\b(union|join|lookup)\b[^|;]*\(?\s*$/.test(before) && !/\bon\b[^|;]*$/.test(before)) return true;
  const name = /\blet\s+(\w+)\s*=\s*$/.exec(before)?.[1];
  if (name === undefined || !/^\s*;/.test(after)) return false;
  return new RegExp(`(^|;|\\()\\s*${name}\\s*($|\\||\\))|\\b(union|join|lookup)\\b[^|;]*\\b${name}\\b`).test(
    after.replace(/^\s*;/, ";"),
  );
}
