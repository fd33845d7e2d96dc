/** Queries in notebooks: `%%kql` cells, and kql`…` templates in the others. */
import type { FoundNames, FoundQuery, Place } from "./found.js";
import { composePlaces, unescaped } from "./found.js";
import { positionAt } from "../../base/diagnostic.js";
import { HuntError, messageOf } from "../../base/error.js";
import { findTemplates } from "./template.js";

interface Cell {
  readonly text: string;
  readonly places: readonly Place[];
  readonly end: number;
  /** What stands between the strings of its lines. */
  readonly between: string;
}

/** @throws HuntError `kql/bad-notebook` */
export function findCells(file: string): readonly FoundQuery[] {
  const cells = readCells(file);
  const names = namesIn(cells);
  return cells.flatMap((cell): readonly FoundQuery[] => {
    const head = /^[^\S\n]*%%kql\b([^\n]*)(?:\n|$)/.exec(cell.text);
    if (head !== null) {
      const body = slice(cell, head[0].length, cell.text.trimEnd().length);
      if (body.text.trim() === "") return [];
      const line = positionAt(file, body.places[0]?.file ?? 0).line;
      const newline = cell.between === "" ? "\\n" : `\\n"${cell.between}"`;
      return [{ ...body, line, writing: { newline, escape: "json" }, names }];
    }
    return findTemplates(cell.text).map((found): FoundQuery => {
      const places = composePlaces(found.places, cell.places);
      const values = [...names.values, ...(found.names?.values ?? [])];
      const tables = [...names.tables, ...(found.names?.tables ?? [])];
      const line = positionAt(file, places[0]?.file ?? 0).line;
      return { text: found.text, line, places, end: found.end, names: { values, tables } };
    });
  });
}

/** A part of a cell's text, with its places. */
function slice(cell: Cell, start: number, end: number): { text: string; places: readonly Place[]; end: number } {
  const inside = cell.places.filter(p => p.at > start && p.at < end).map(p => ({ at: p.at - start, file: p.file }));
  const before = cell.places.findLast(p => p.at <= start) ?? { at: 0, file: 0 };
  const last = cell.places.findLast(p => p.at < end) ?? before;
  return {
    text: cell.text.slice(start, end),
    places: [{ at: 0, file: before.file + start - before.at }, ...inside],
    end: last.file + end - last.at,
  };
}

/** Results that `%%kql` cells name, and names that TypeScript cells declare: either may be what a query means. */
function namesIn(cells: readonly Cell[]): FoundNames {
  const tables: string[] = [];
  const values: string[] = [];
  for (const { text } of cells) {
    const result = /^[^\S\n]*%%kql[^\S\n]+([A-Za-z_]\w*)/.exec(text)?.[1];
    if (result !== undefined) tables.push(result);
    if (/^\s*%/.test(text)) continue;
    for (const m of text.matchAll(
      /^[ \t]*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*(await\b)?/gm,
    ))
      (m[2] === undefined ? values : tables).push(m[1] ?? "");
  }
  return { values, tables };
}

/** The sources of the code cells, with where each character of them stands. */
function readCells(file: string): readonly Cell[] {
  try {
    JSON.parse(file);
  } catch (cause) {
    throw new HuntError("kql/bad-notebook", `the notebook is not JSON: ${messageOf(cause)}`, { cause });
  }
  const cells: Cell[] = [];
  const reader = new JsonReader(file);
  reader.value((path, start) => {
    if (path.length === 3 && path[0] === "cells" && path[2] === "source") cells.push(readSource(file, start));
  });
  const types = reader.cellTypes;
  return cells.filter((_, i) => types[i] === "code");
}

/** A source: one string, or a string for each line. */
function readSource(file: string, start: number): Cell {
  const places: Place[] = [];
  let text = "";
  let end = start;
  const betweens: string[] = [];
  const string = /"((?:[^"\\]|\\[\s\S])*)"/y;
  const add = (at: number): number => {
    string.lastIndex = at;
    const inner = string.exec(file)?.[1] ?? "";
    const part = unescaped(inner, at + 1, /\\u[\da-fA-F]{4}|\\[\s\S]/g, e => JSON.parse(`"${e}"`) as string);
    places.push(...part.places.map(p => ({ at: p.at + text.length, file: p.file })));
    text += part.text;
    end = at + 1 + inner.length;
    return end + 1;
  };
  if (file[start] === '"') {
    add(start);
    return { text, places, end, between: "" };
  }
  for (let at = start + 1; at < file.length && file[at] !== "]";) {
    if (file[at] === '"') {
      const from = add(at);
      const next = /\s*,\s*(?=")/y;
      next.lastIndex = from;
      const between = next.exec(file)?.[0];
      if (between !== undefined) betweens.push(between);
      at = from + (between?.length ?? 0);
    } else at++;
  }
  return { text, places, end, between: betweens[0] ?? ",\n    " };
}

/** Walks valid JSON and tells where values begin. */
class JsonReader {
  readonly #text: string;
  #at = 0;
  /** `cell_type` of each cell, in order. */
  readonly cellTypes: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  value(visit: (path: readonly string[], start: number) => void, path: readonly string[] = []): void {
    this.#skip();
    visit(path, this.#at);
    const c = this.#text[this.#at];
    if (c === "{") this.#members(visit, path);
    else if (c === "[") this.#elements(visit, path);
    else if (c === '"') {
      const text = this.#string();
      if (path.length === 3 && path[0] === "cells" && path[2] === "cell_type") this.cellTypes[Number(path[1])] = text;
    } else this.#at += /[^\s,\]}]*/.exec(this.#text.slice(this.#at, this.#at + 64))?.[0].length ?? 1;
  }

  #members(visit: (path: readonly string[], start: number) => void, path: readonly string[]): void {
    this.#at++;
    for (this.#skip(); this.#text[this.#at] !== "}"; this.#skip()) {
      const name = this.#string();
      this.#skip();
      this.#at++;
      this.value(visit, [...path, name]);
      this.#skip();
      if (this.#text[this.#at] === ",") this.#at++;
    }
    this.#at++;
  }

  #elements(visit: (path: readonly string[], start: number) => void, path: readonly string[]): void {
    this.#at++;
    let index = 0;
    for (this.#skip(); this.#text[this.#at] !== "]"; this.#skip()) {
      this.value(visit, [...path, String(index++)]);
      this.#skip();
      if (this.#text[this.#at] === ",") this.#at++;
    }
    this.#at++;
  }

  #string(): string {
    const string = /"((?:[^"\\]|\\[\s\S])*)"/y;
    string.lastIndex = this.#at;
    const written = string.exec(this.#text)?.[0] ?? '""';
    this.#at += written.length;
    return JSON.parse(written) as string;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
  }
}
