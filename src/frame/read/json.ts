/** JSON text → records: one object per line, a top-level array, or values one after the other. */
import { jsonStringEnd } from "../../view/index.js";
import { minifyJson, wellFormedJson } from "../json-text.js";
import type { ReadLog } from "./source.js";

/** A value of a record: strings decoded, everything else as JSON text, so that numbers keep their digits. */
export interface JsonCell {
  readonly kind: "string" | "number" | "bool" | "null" | "container";
  readonly text: string;
}

export interface JsonRecord {
  /** Line on which the record starts, 1-based. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, JsonCell>;
}

const word = /[^\s{}[\],:"]+/y;

/** The index of the next character that is no white space, comma or colon. */
function nextToken(text: string, at: number): number {
  let next = at;
  while (next < text.length && /[\s,:]/.test(text[next] ?? "")) next += 1;
  return next;
}

/** The members of an object, from text that JSON.parse took. Of a name that comes twice the last one counts. */
function membersOf(text: string): ReadonlyMap<string, JsonCell> {
  const cells = new Map<string, JsonCell>();
  let at = nextToken(text, text.indexOf("{") + 1);
  while (text[at] === '"') {
    const nameEnd = jsonStringEnd(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = nextToken(text, nameEnd);
    const end = valueEnd(text, start);
    cells.set(name, toCell(text.slice(start, end)));
    at = nextToken(text, end);
  }
  return cells;
}

/** The index after the value that starts at `start`. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    at = nextToken(text, at);
    const first = text[at];
    if (first === '"') at = jsonStringEnd(text, at);
    else if (first === "{" || first === "[") [depth, at] = [depth + 1, at + 1];
    else if (first === "}" || first === "]") [depth, at] = [depth - 1, at + 1];
    else {
      word.lastIndex = at;
      at += word.exec(text)?.[0].length ?? 1;
    }
  } while (depth > 0 && at < text.length);
  return at;
}

function toCell(text: string): JsonCell {
  switch (text[0]) {
    case '"':
      return { kind: "string", text: JSON.parse(text) as string };
    case "{":
    case "[":
      return { kind: "container", text: wellFormedJson(minifyJson(text)) };
    case "t":
    case "f":
      return { kind: "bool", text };
    case "n":
      return { kind: "null", text };
    default:
      return { kind: "number", text };
  }
}

/** One record from its text; undefined (and noted) when it is no JSON object. */
export function parseRecord(text: string, line: number, log: ReadLog): JsonRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    log.skip(line, "not valid JSON");
    return undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { line, cells: membersOf(text) };
  log.skip(line, "not a JSON object");
  return undefined;
}

/** Cuts text at line ends. Lines longer than the limit are skipped and noted. */
export class LineSplitter {
  readonly #maxRecordChars: number;
  readonly #log: ReadLog;
  #rest = "";
  #tooLong = false;
  #line = 1;

  constructor(maxRecordChars: number, log: ReadLog) {
    this.#maxRecordChars = maxRecordChars;
    this.#log = log;
  }

  *push(text: string): Generator<Piece, void, void> {
    const parts = text.split("\n");
    for (const [i, part] of parts.entries()) {
      this.#take(part);
      if (i < parts.length - 1) yield* this.end();
    }
  }

  *end(): Generator<Piece, void, void> {
    const [text, line] = [this.#rest, this.#line];
    if (this.#tooLong) this.#log.skip(line, tooLongReason(this.#maxRecordChars));
    this.#rest = "";
    this.#tooLong = false;
    this.#line += 1;
    if (text.trim() !== "") yield { line, text };
  }

  #take(part: string): void {
    if (this.#tooLong) return;
    this.#rest += part;
    if (this.#rest.length <= this.#maxRecordChars) return;
    this.#tooLong = true;
    this.#rest = "";
  }
}

type Piece = { readonly line: number; readonly text: string };

const code = {
  newline: 10,
  quote: 34,
  comma: 44,
  openList: 91,
  backslash: 92,
  closeList: 93,
  open: 123,
  close: 125,
} as const;

/** Cuts a top-level array into its elements, or values that follow each other into values, by depth alone. */
export class ValueSplitter {
  readonly #maxRecordChars: number;
  readonly #log: ReadLog;
  #value = "";
  #depth = 0;
  #inString = false;
  #escaped = false;
  #list: "none" | "open" | "closed" = "none";
  #tooLong = false;
  #line = 1;
  /** Where the value being read starts; 0 between values. */
  #valueLine = 0;

  constructor(maxRecordChars: number, log: ReadLog) {
    this.#maxRecordChars = maxRecordChars;
    this.#log = log;
  }

  *push(text: string): Generator<Piece, void, void> {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const c = text.charCodeAt(at);
      if (c === code.newline) this.#line += 1;
      if (this.#inString) this.#insideString(c);
      else if (c > 32) {
        if (this.#valueLine === 0 && !this.#begins(c)) continue;
        if (this.#valueLine === 0) [this.#valueLine, from] = [this.#line, at];
        const end = this.#endAfter(c);
        if (end === undefined) continue;
        yield* this.#finish(text.slice(from, at + end));
      }
    }
    if (this.#valueLine > 0) this.#keep(text.slice(from));
  }

  /** At the end of the text: what is still open was cut off. */
  *end(): Generator<Piece, void, void> {
    if (this.#depth > 0 || this.#inString) this.#log.skip(this.#valueLine, "the text ends inside this record");
    else if (this.#valueLine > 0) yield* this.#finish("");
    if (this.#list === "open")
      this.#log.note({
        kind: "lines-skipped",
        affects: "rows",
        message: "the list is not closed: the file is probably cut short",
        source: this.#log.file,
      });
  }

  /** Between values: says whether this character starts one. */
  #begins(c: number): boolean {
    if (c === code.openList && this.#list === "none") this.#list = "open";
    else if (c === code.closeList) this.#list = "closed";
    else if (c !== code.comma) {
      if (this.#list === "none") this.#list = "closed";
      return true;
    }
    return false;
  }

  /** Inside a value: how many characters, from this one on, belong to it when it ends here. */
  #endAfter(c: number): 0 | 1 | undefined {
    if (c === code.quote) this.#inString = true;
    else if (c === code.open || c === code.openList) this.#depth += 1;
    else if (c === code.close || c === code.closeList) {
      if (this.#depth === 0) {
        if (c === code.closeList) this.#list = "closed";
        return 0;
      }
      this.#depth -= 1;
      if (this.#depth === 0) return 1;
    } else if (c === code.comma && this.#depth === 0) return 0;
    return undefined;
  }

  #insideString(c: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (c === code.backslash) this.#escaped = true;
    else if (c === code.quote) this.#inString = false;
  }

  #keep(part: string): void {
    if (this.#tooLong) return;
    this.#value += part;
    if (this.#value.length <= this.#maxRecordChars) return;
    this.#tooLong = true;
    this.#value = "";
  }

  *#finish(part: string): Generator<Piece, void, void> {
    this.#keep(part);
    const [text, tooLong, line] = [this.#value, this.#tooLong, this.#valueLine];
    this.#value = "";
    this.#tooLong = false;
    this.#valueLine = 0;
    if (tooLong) this.#log.skip(line, tooLongReason(this.#maxRecordChars));
    else if (text.trim() !== "") yield { line, text };
  }
}

export const tooLongReason = (limit: number): string => `longer than ${limit.toLocaleString("en-US")} characters`;
