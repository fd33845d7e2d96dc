/** Observables of texts and of frames, with the built-in patterns. Pure; see ioc-extract.ts for users' own patterns. */
import type { Column } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { ColumnBatch } from "../../frame/append-columns.js";
import type { FrameInfo, FrameLike } from "../../frame/api.js";
import type { Frame } from "../../frame/frame.js";
import { physicalName, tablePath } from "../../frame/materialize.js";
import type { FrameStore } from "../../frame/store.js";
import { noteOfIoc } from "./classify.js";
import { iocTypes, isIocType, isPathType } from "./ioc-type.js";
import { IocScanner } from "./scan.js";

export interface ExtractOptions {
  /** Only these kinds. Default: all of them for text, all but paths for tables. */
  readonly iocTypes?: readonly string[];
  /** Windows paths in tables as well. */
  readonly includePaths?: boolean;
  /** Accept names with any ending. Default false: only public suffixes and reserved names. */
  readonly ignoreTlds?: boolean;
  /** Make defanged indicators whole before looking. Default true. */
  readonly defanged?: boolean;
}

/** Distinct values by type, in the order of their first appearance. Types without any are left out. */
export type IocValues = { [T in string]?: string[] };

/** @throws HuntError `transform/unknown-ioc-type` */
export function selectIocTypes(
  options: ExtractOptions,
  source: "text" | "table",
  own: readonly string[] = [],
): ReadonlySet<string> {
  const { iocTypes: named, includePaths = false } = options;
  if (named === undefined) {
    const wanted = iocTypes.filter(t => source === "text" || !isPathType(t) || (includePaths && t === "windows_path"));
    return new Set([...wanted, ...own]);
  }
  const known = [...iocTypes, ...own, "file_hash"];
  const unknown = named.find(n => !known.includes(n));
  if (unknown !== undefined)
    throw new HuntError("transform/unknown-ioc-type", `no type '${unknown}'${didYouMean(unknown, known)}`, {
      hint: `known: ${known.join(", ")}`,
    });
  const wanted = named.flatMap(n =>
    n === "file_hash" ? ["md5_hash", "sha1_hash", "sha256_hash", "sha512_hash"] : [n],
  );
  return new Set(includePaths ? [...wanted, "windows_path"] : wanted);
}

export function createScanner(types: ReadonlySet<string>, options: ExtractOptions): IocScanner {
  const { ignoreTlds = false, defanged = true } = options;
  return new IocScanner({ types: new Set([...types].filter(isIocType)), ignoreTlds, defanged });
}

/**
 * The observables in a text: `{ ipv4: ["192.0.2.1"], url: ["https://evil.example/a"], … }`.
 *
 * Defanged ones are given whole; names must end in a public suffix (or be reserved, as `.example`); encoded URLs are given
 * decoded as well, and those in their queries.
 * @throws HuntError `transform/unknown-ioc-type`
 */
export function extractIocs(text: string, options: ExtractOptions = {}): IocValues {
  const found = new Map<string, Set<string>>();
  createScanner(selectIocTypes(options, "text"), options).scan(text, (type, value) => addTo(found, type, value));
  return toValues(found);
}

export function addTo(found: Map<string, Set<string>>, type: string, value: string): void {
  const values = found.get(type);
  if (values === undefined) found.set(type, new Set([value]));
  else values.add(value);
}

export function toValues(found: ReadonlyMap<string, ReadonlySet<string>>): IocValues {
  return Object.fromEntries([...found].map(([type, values]) => [type, [...values]]));
}

/** One observable in one cell. */
export interface FoundIoc {
  readonly type: string;
  readonly value: string;
  /** What stands beside it: reserved names and addresses, likely file names, whether it was defanged in the text. */
  readonly note: string;
}

/** The distinct observables of one text, as a list. */
export function scanText(scanner: IocScanner, text: string): FoundIoc[] {
  const found: { type: string; value: string; note: string }[] = [];
  const hadDefanged = scanner.scan(text, (type, value) => {
    for (const f of found) if (f.value === value && f.type === type) return;
    found.push({ type, value, note: noteOfIoc(type, value) ?? "" });
  });
  if (hadDefanged)
    for (const f of found)
      if (!text.includes(f.value)) f.note = f.note === "" ? "defanged in the text" : `${f.note}; defanged in the text`;
  return found;
}

/**
 * What a scan writes: kinds and notes, of which there are few, as numbers of words. The input's text and the words are joined
 * to it afterwards, inside the engine: moving them costs more than finding the observables.
 */
export class StagedIocs {
  static readonly columns = [
    { name: "Type", type: "int" },
    { name: "Observable", type: "string" },
    { name: "Row", type: "int" },
    { name: "Column", type: "int" },
    { name: "Note", type: "int" },
  ] as const;
  readonly words: string[];
  readonly #numbers = new Map<string, number>();
  #rows: readonly [type: number[], value: string[], row: number[], column: number[], note: number[]] = emptyRows();

  constructor(words: string[] = []) {
    this.words = words;
  }

  /** Adds what one cell holds. */
  add(found: readonly FoundIoc[], row: number, column: number): void {
    const [types, values, rows, columns, notes] = this.#rows;
    for (const { type, value, note } of found) {
      types.push(this.#numberOf(type));
      values.push(value);
      rows.push(row);
      columns.push(column);
      notes.push(this.#numberOf(note));
    }
  }

  /** What was added since the last time. */
  take(): ColumnBatch {
    const taken = this.#rows;
    this.#rows = emptyRows();
    return taken;
  }

  #numberOf(word: string): number {
    let number = this.#numbers.get(word);
    if (number === undefined) this.#numbers.set(word, (number = this.words.push(word) - 1));
    return number;
  }
}

const emptyRows = (): [number[], string[], number[], number[], number[]] => [[], [], [], [], []];

/** One row for each distinct observable of a cell. `SourceIndex` counts the rows of the input from 0. */
const iocColumns: readonly (Column & { readonly slot: string })[] = [
  { name: "IoCType", type: "string", slot: "type" },
  { name: "Observable", type: "string", slot: "value" },
  { name: "SourceIndex", type: "long", slot: "source" },
  { name: "Input", type: "string", slot: "input" },
  { name: "SourceColumn", type: "string", slot: "col" },
  { name: "Note", type: "string", slot: "note" },
];

interface Scanned {
  /** Indexes of the columns that were looked in. */
  readonly columns: readonly number[];
  /** Rows of `StagedIocs`, and its words. */
  readonly found: Frame;
  readonly words: Frame;
  readonly info: FrameInfo;
}

/** The rows found with the texts they stand in. */
export async function withInputs(
  store: FrameStore,
  frame: Frame,
  { columns, found, words, info }: Scanned,
): Promise<Frame> {
  const parameters = columns.map(i => ({ type: "VARCHAR", value: frame.columns[i]?.name ?? "" }) as const);
  const text = (i: number): string => `f.${physicalName(i)}::varchar`;
  const pick = (of: (column: number, position: number) => string): string =>
    `case s.${physicalName(3)} ${columns.map((column, i) => `when ${i} then ${of(column, i)}`).join(" ")} end`;
  const [s = "", f = "", w = ""] = [found, frame, words].map(one => tablePath(one.relation.path.at(-1) ?? ""));
  const sql = `select t.${physicalName(0)} as "type", s.${physicalName(1)} as "value", s.${physicalName(2)}::bigint as "source",
      ${pick(text)} as "input", ${pick((_, i) => `$${i + 1}::varchar`)} as "col", n.${physicalName(0)} as "note"
    from ${s} s join ${f} f on f.rowid = s.${physicalName(2)} join ${w} t on t.rowid = s.${physicalName(0)}
      join ${w} n on n.rowid = s.${physicalName(4)} order by s.rowid`;
  const made = await store.select({ sql, parameters, columns: iocColumns }, info);
  // An unreachable frame is dropped: this use keeps the input until its rows were read.
  void frame.rowCount;
  return made;
}

/** Indexes of text columns. @throws HuntError `transform/unknown-column`, `transform/no-column` */
export function textColumns(frame: Pick<Frame, "columns">, names: string | readonly string[] | undefined): number[] {
  const isText = (c: Column): boolean => c.type === "string" || c.type === "dynamic" || c.type === "guid";
  if (names === undefined || names.length === 0)
    throw new HuntError("transform/no-column", "no column to look in was given", {
      hint: `text columns: ${frame.columns
        .filter(isText)
        .map(c => c.name)
        .join(", ")}`,
    });
  return (typeof names === "string" ? [names] : names).map(name => {
    const index = frame.columns.findIndex(c => c.name === name);
    const known = frame.columns.map(c => c.name);
    if (index < 0)
      throw new HuntError("transform/unknown-column", `the frame has no column '${name}'${didYouMean(name, known)}`, {
        hint: `columns: ${known.join(", ")}`,
      });
    return index;
  });
}

/** How many rows are read at a time: bounded memory whatever the frame's size. */
export const pageRows = 8192;

/** A cell as text: what is not text has none. */
export const cellText = (value: unknown): string => (typeof value === "string" ? value : "");

/** The given columns of a frame, page by page; rows of one page as arrays in the order of `columns`. */
export async function* textPages(
  frame: Frame,
  columns: readonly number[],
): AsyncGenerator<{ readonly first: number; readonly cells: readonly (readonly string[])[] }> {
  for (let at = 0; at < frame.rowCount; at += pageRows) {
    let first = at;
    for (const chunk of await frame.values(at, at + pageRows, columns)) {
      yield { first, cells: chunk.map(values => values.map(cellText)) };
      first += chunk[0]?.length ?? 0;
    }
  }
}

/** What a derived frame says about itself: as whole as its input, and where it came from. */
export function derivedInfo(frame: FrameLike, what: string) {
  return {
    completeness: frame.completeness,
    provenance: { ...frame.provenance, source: `${what} of ${frame.provenance.source}` },
  };
}
