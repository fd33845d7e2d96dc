/** `ingest.yaml`: what a person corrected of what ingest understood. It stays in the workspace, beside the data. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LineCounter, parseDocument, stringify } from "yaml";
import type { Document, Node } from "yaml";
import { isMap, isScalar, isSeq } from "yaml";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import { errorCode, writeAtomic } from "../storage/files.js";
import type { Delimiter } from "./csv.js";
import { globToRegExp } from "./glob.js";
import { isTimeFormat, isTimeZone } from "./time-format.js";
import type { TimeFormat } from "./time-format.js";
import { formatShift, parseShift } from "./time-shift.js";

export const correctionsName = "ingest.yaml";

/** What may be said about files. Everything is optional; what is not said is found out. */
export interface Correction {
  /** Pattern on the file's name as shown in the plan. */
  readonly match: string;
  readonly skip?: boolean;
  readonly table?: string;
  readonly format?: "csv" | "json" | "jsonl" | "zeek" | "parquet";
  readonly delimiter?: Delimiter;
  readonly header?: boolean;
  readonly timeField?: string;
  readonly timeFormat?: TimeFormat;
  readonly timeZone?: string;
  /** What to add to the times, milliseconds: the clock was wrong. */
  readonly timeShiftMs?: number;
  /** Field → column. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** Reads a workspace's corrections; none when there is no such file. */
export async function readCorrections(workspace: string): Promise<readonly Correction[]> {
  const path = join(workspace, correctionsName);
  try {
    return parseCorrections(await readFile(path, "utf8"), correctionsName);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** Writes a workspace's corrections, in place of those it has. */
export async function writeCorrections(workspace: string, corrections: readonly Correction[]): Promise<void> {
  const head = "# Corrections to what ingest understood. The first entry that matches a file and says a thing wins.\n";
  const files = corrections.map(({ timeField, timeFormat, timeZone, timeShiftMs, ...rest }) => {
    const shift = timeShiftMs === undefined ? undefined : formatShift(timeShiftMs);
    const time = { field: timeField, format: timeFormat, zone: timeZone, shift };
    const said = Object.fromEntries(Object.entries(time).filter(([, value]) => value !== undefined));
    return Object.keys(said).length === 0 ? rest : { ...rest, time: said };
  });
  await writeAtomic(join(workspace, correctionsName), head + stringify({ files }), `${process.pid}`);
}

/** What the corrections say about one file, earlier entries winning setting by setting. */
export function correctionFor(corrections: readonly Correction[], file: string): Partial<Correction> {
  const matching = corrections.filter(c => globToRegExp(c.match).test(file));
  return Object.assign({}, ...[...matching].reverse()) as Partial<Correction>;
}

/**
 * @param name for messages
 * @throws HuntError `ingest/invalid-corrections` with the first position and all problems
 */
export function parseCorrections(text: string, name: string): readonly Correction[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const problems: Problem[] = document.errors.map(e => ({ offset: e.pos[0], message: e.message.split("\n")[0] ?? "" }));
  const reader = new Reader(document, problems);
  const corrections = problems.length > 0 ? [] : reader.read();
  if (problems.length === 0) return corrections;
  problems.sort((a, b) => a.offset - b.offset);
  const shown = problems.map(p => {
    const { line, col } = lines.linePos(p.offset);
    return `${name}:${line}:${col}: ${p.message}`;
  });
  const first = lines.linePos(problems[0]?.offset ?? 0);
  throw new HuntError("ingest/invalid-corrections", shown.join("\n"), {
    where: `${name}:${first.line}:${first.col}`,
    hint: "correct the lines named, or delete the file to start from what ingest understands by itself",
  });
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const delimiters: Readonly<Record<string, Delimiter>> = {
  ",": ",",
  ";": ";",
  "|": "|",
  "\t": "\t",
  comma: ",",
  semicolon: ";",
  pipe: "|",
  tab: "\t",
};

class Reader {
  readonly #document: Document.Parsed;
  readonly #problems: Problem[];

  constructor(document: Document.Parsed, problems: Problem[]) {
    this.#document = document;
    this.#problems = problems;
  }

  read(): readonly Correction[] {
    const root = this.#document.contents;
    if (root === null) return [];
    const entries: Correction[] = [];
    this.#members(root, {
      files: node => {
        if (!isSeq(node)) return this.#problem(node, "'files' must be a list");
        for (const item of node.items) {
          const entry = this.#entry(item as Node);
          if (entry !== undefined) entries.push(entry);
        }
      },
    });
    return entries;
  }

  #entry(node: Node): Correction | undefined {
    const entry: Mutable<Partial<Correction>> = {};
    this.#members(node, {
      match: n => this.#text(n, "match", text => (entry.match = text)),
      skip: n => this.#flag(n, "skip", flag => (entry.skip = flag)),
      table: n => this.#text(n, "table", text => (entry.table = text)),
      format: n =>
        this.#oneOf(n, "format", ["csv", "json", "jsonl", "zeek", "parquet"] as const, text => (entry.format = text)),
      delimiter: n =>
        this.#text(n, "delimiter", text => {
          if (Object.hasOwn(delimiters, text)) entry.delimiter = delimiters[text] ?? ",";
          else this.#problem(n, `delimiter must be one of ${Object.keys(delimiters).slice(4).join(", ")}`);
        }),
      header: n => this.#flag(n, "header", flag => (entry.header = flag)),
      time: n => this.#time(n, entry),
      columns: n => this.#columns(n, entry),
    });
    if (entry.match !== undefined) return { ...entry, match: entry.match };
    this.#problem(node, "an entry of 'files' needs 'match', a pattern for file names");
    return undefined;
  }

  #time(node: Node, entry: Mutable<Partial<Correction>>): void {
    this.#members(node, {
      field: n => this.#text(n, "field", text => (entry.timeField = text)),
      format: n =>
        this.#text(n, "format", text => {
          if (isTimeFormat(text)) entry.timeFormat = text;
          else this.#problem(n, "format must be iso, epoch-s, epoch-ms, epoch-us, epoch-ns or a pattern like %d/%m/%Y");
        }),
      zone: n =>
        this.#text(n, "zone", text => {
          if (isTimeZone(text)) entry.timeZone = text;
          else this.#problem(n, `'${text}' is not a time zone; write UTC, +02:00 or a name like Europe/Paris`);
        }),
      shift: n =>
        this.#text(n, "shift", text => {
          const shiftMs = parseShift(text);
          if (shiftMs !== undefined) entry.timeShiftMs = shiftMs;
          else this.#problem(n, `'${text}' is no shift; write what to add to the times: 19h, -5d or 1d2h30m`);
        }),
    });
  }

  #columns(node: Node, entry: Mutable<Partial<Correction>>): void {
    if (!isMap(node)) return this.#problem(node, "'columns' must map fields to columns");
    const columns: [string, string][] = [];
    for (const { key, value } of node.items)
      if (isScalar(key)) this.#text(value as Node, String(key.value), text => columns.push([String(key.value), text]));
    entry.columns = Object.fromEntries(columns);
  }

  #members(node: Node, known: Readonly<Record<string, (node: Node) => void>>): void {
    if (!isMap(node)) return this.#problem(node, `must have members: ${Object.keys(known).join(", ")}`);
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!Object.hasOwn(known, name))
        this.#problem(key as Node, `unknown setting '${name}'${didYouMean(name, Object.keys(known))}`);
      else if (value === null) this.#problem(key as Node, `'${name}' has no value`);
      else known[name]?.(value as Node);
    }
  }

  #text(node: Node, name: string, take: (text: string) => void): void {
    if (isScalar(node) && (typeof node.value === "string" || typeof node.value === "number")) take(String(node.value));
    else this.#problem(node, `'${name}' must be a text`);
  }

  #flag(node: Node, name: string, take: (flag: boolean) => void): void {
    if (isScalar(node) && typeof node.value === "boolean") take(node.value);
    else this.#problem(node, `'${name}' must be true or false`);
  }

  #oneOf<T extends string>(node: Node, name: string, values: readonly T[], take: (value: T) => void): void {
    this.#text(node, name, text => {
      const found = values.find(v => v === text);
      if (found !== undefined) take(found);
      else this.#problem(node, `'${name}' must be one of ${values.join(", ")}`);
    });
  }

  #problem(node: Node | null | undefined, message: string): void {
    this.#problems.push({ offset: node?.range?.[0] ?? 0, message });
  }
}
