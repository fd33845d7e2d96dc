/** A file's records as JSON texts with their parsed values, and the lines that are none. */
import { connectDuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { RawRecord } from "../schema/route.js";
import { openContent } from "./bytes.js";
import type { ContentSource } from "./bytes.js";
import { CsvSplitter } from "./csv.js";
import type { CsvDialect, CsvItem } from "./csv.js";
import { splitElements } from "./json-elements.js";
import type { JsonWrapper } from "./json-elements.js";
import { decodeText, longestRecordBytes, splitLines } from "./lines.js";
import { emptyZeekHeader, readZeekHeaderLine, zeekLineToJson } from "./zeek.js";

export type FileFormat =
  | { readonly kind: "jsonl" }
  | { readonly kind: "json"; readonly wrapper: JsonWrapper }
  | { readonly kind: "csv"; readonly dialect: CsvDialect }
  | { readonly kind: "zeek"; readonly path: string | undefined }
  | { readonly kind: "parquet" };

export interface ReadRecord {
  readonly kind: "record";
  /** Line (line formats) or ordinal (arrays, Parquet), 1-based: what rows keep as `_SourceRecord`. */
  readonly number: number;
  /** JSON text of an object; numbers as the file has them. */
  readonly json: string;
  readonly value: RawRecord;
}

export interface ReadReject {
  readonly kind: "reject";
  /** 1-based line where the unreadable part begins. */
  readonly line: number;
  readonly reason: string;
  /** The unreadable text, or its beginning. */
  readonly text: string;
}

/** The file ended before its content did. */
export interface EndedEarly {
  readonly kind: "ended-early";
  readonly reason: string;
}

export type ReadItem = ReadRecord | ReadReject | EndedEarly;

export interface ReadStatistics {
  /** Lines whose bytes are not UTF-8 and were read as Windows-1252. */
  legacyLines: number;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly statistics?: ReadStatistics;
}

/** How much of an unreadable line is kept. */
export const keptRejectChars = 16_384;

/** Reads a file record by record, in its order. */
export async function* readRecords(
  source: ContentSource,
  format: FileFormat,
  options: ReadOptions = {},
): AsyncGenerator<readonly ReadItem[]> {
  if (format.kind === "parquet") {
    yield* readParquet(source.path, options);
    return;
  }
  const content = await openContent(source, options.signal);
  const statistics = options.statistics ?? { legacyLines: 0 };
  switch (format.kind) {
    case "json":
      yield* readElements(content.chunks, format.wrapper, statistics);
      break;
    case "jsonl":
      for await (const lines of textLines(content.chunks, statistics)) yield lines.flatMap(jsonLine);
      break;
    case "csv":
      yield* readCsv(textLines(content.chunks, statistics), format.dialect);
      break;
    case "zeek":
      yield* readZeek(textLines(content.chunks, statistics));
      break;
  }
  const problem = content.problem();
  if (problem !== undefined) yield [{ kind: "ended-early", reason: problem.reason }];
}

interface TextLine {
  readonly number: number;
  /** undefined for a line beyond the limit. */
  readonly text: string | undefined;
  readonly length: number;
}

async function* textLines(
  chunks: AsyncIterable<Buffer>,
  statistics: ReadStatistics,
): AsyncGenerator<readonly TextLine[]> {
  for await (const lines of splitLines(chunks))
    yield lines.map(({ number, bytes, length }): TextLine => {
      if (bytes === undefined) return { number, text: undefined, length };
      const { text, legacy } = decodeText(bytes);
      if (legacy) statistics.legacyLines++;
      return { number, text, length };
    });
}

function tooLong(line: number, length: number): ReadReject {
  const reason = `${length} bytes in one record; the limit is ${longestRecordBytes}`;
  return { kind: "reject", line, reason, text: "" };
}

function reject(line: number, reason: string, text: string): ReadReject {
  return { kind: "reject", line, reason, text: text.slice(0, keptRejectChars) };
}

function jsonLine({ number, text, length }: TextLine): ReadItem[] {
  if (text === undefined) return [tooLong(number, length)];
  if (text.trim() === "") return [];
  return [toRecord(text, number, number)];
}

function toRecord(text: string, number: number, line: number): ReadItem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    return reject(line, position === undefined ? "not valid JSON" : `not valid JSON at character ${position}`, text);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return reject(line, "JSON, but not an object", text);
  return { kind: "record", number, json: repairSurrogates(text), value: value as RawRecord };
}

/** Escapes of half a surrogate pair are legal JSON and no Unicode; DuckDB refuses them. */
function repairSurrogates(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  const escape = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g;
  return json.replace(escape, found => (/^\\u[dD][89a-fA-F]..$/.test(found) ? "\\ufffd" : found));
}

async function* readElements(
  chunks: AsyncIterable<Buffer>,
  wrapper: JsonWrapper,
  statistics: ReadStatistics,
): AsyncGenerator<readonly ReadItem[]> {
  for await (const elements of splitElements(chunks, wrapper))
    yield elements.map((element): ReadItem => {
      if (element.bytes === undefined) return tooLong(element.line, element.length);
      const { text, legacy } = decodeText(element.bytes);
      if (legacy) statistics.legacyLines++;
      if (!element.whole) return reject(element.line, `the file ends inside record ${element.number}`, text);
      return toRecord(text, element.number, element.line);
    });
}

async function* readCsv(
  batches: AsyncIterable<readonly TextLine[]>,
  dialect: CsvDialect,
): AsyncGenerator<readonly ReadItem[]> {
  const splitter = new CsvSplitter(dialect.delimiter);
  let names: readonly string[] | undefined;
  const toItem = (item: CsvItem): ReadItem[] => {
    if (item.kind === "reject") return [reject(item.line, item.reason, item.text)];
    if (names === undefined) {
      names = headerNames(dialect.header ? item.fields : item.fields.map(() => ""));
      if (dialect.header) return [];
    }
    return [csvRecord(item, names)];
  };
  for await (const lines of batches) {
    const items: ReadItem[] = [];
    for (const { number, text, length } of lines) {
      if (text === undefined) items.push(tooLong(number, length));
      else for (const item of splitter.take({ number, text })) items.push(...toItem(item));
    }
    yield items;
  }
  yield splitter.end().flatMap(toItem);
}

/** Names of columns: trimmed, the empty ones numbered, repeated ones told apart. */
export function headerNames(fields: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const [i, field] of fields.entries()) {
    const base = field.trim() === "" ? `column${i + 1}` : field.trim();
    let name = base;
    for (let n = 2; names.includes(name); n++) name = `${base}_${n}`;
    names.push(name);
  }
  return names;
}

function csvRecord(item: CsvItem & { readonly kind: "record" }, names: readonly string[]): ReadItem {
  if (item.fields.length !== names.length)
    return reject(item.line, `${item.fields.length} fields where the header has ${names.length}`, item.text);
  const members = names.flatMap((name, i) => {
    const value = item.fields[i] ?? "";
    return value === "" ? [] : [[name, value.replace(/\p{Surrogate}/gu, "\ufffd")] as const];
  });
  const value: RawRecord = Object.fromEntries(members);
  return { kind: "record", number: item.line, json: JSON.stringify(value), value };
}

async function* readZeek(batches: AsyncIterable<readonly TextLine[]>): AsyncGenerator<readonly ReadItem[]> {
  let header = emptyZeekHeader;
  for await (const lines of batches) {
    const items: ReadItem[] = [];
    for (const { number, text, length } of lines) {
      if (text === undefined) items.push(tooLong(number, length));
      else if (text.startsWith("#")) header = readZeekHeaderLine(text, header);
      else if (text !== "") {
        const found = zeekLineToJson(text, header);
        items.push("json" in found ? toRecord(found.json, number, number) : reject(number, found.reason, text));
      }
    }
    yield items;
  }
}

/** Rows of a Parquet file as JSON objects; infinite and undefined numbers become null, as JSON has none. */
async function* readParquet(path: string, options: ReadOptions): AsyncGenerator<readonly ReadItem[]> {
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  const stop = (): void => connection.interrupt();
  options.signal?.addEventListener("abort", stop);
  try {
    const source = `read_parquet(${quoteLiteral(path)})`;
    const described = await connection.runAndReadAll(`describe select * from ${source}`);
    const members = described.getRows().map(([name, type]) => {
      const column = quoteIdentifier(String(name));
      const value = /^(DOUBLE|FLOAT)$/.test(String(type)) ? `case when isfinite(${column}) then ${column} end` : column;
      return `${quoteLiteral(String(name))}, ${value}`;
    });
    const result = await connection.stream(`select cast(json_object(${members.join(", ")}) as VARCHAR) from ${source}`);
    let number = 0;
    for await (const rows of result.yieldRows()) {
      options.signal?.throwIfAborted();
      yield rows.map(([json]) => {
        number++;
        return toRecord(String(json), number, number);
      });
    }
  } finally {
    options.signal?.removeEventListener("abort", stop);
    connection.closeSync();
    instance.closeSync();
  }
}
