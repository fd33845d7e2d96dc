/** CSV, TSV, JSON and JSON Lines → frames. */
import type { Column, KqlType } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import type { OutputColumn } from "../../kql/api.js";
import { physicalName, tablePath, type SelectStatement } from "../materialize.js";
import { CsvSplitter, guessDelimiter, type CsvRecord } from "./csv.js";
import { JsonColumn, TextColumn } from "./infer.js";
import { LineSplitter, parseRecord, ValueSplitter, type JsonCell, type JsonRecord } from "./json.js";
import { textOf, type ReadFormat, type ReadLog } from "./source.js";
import type { StagingTable } from "./stage.js";

export interface TextReadOptions {
  readonly format: Exclude<ReadFormat, "parquet">;
  /** CSV: the character between fields. Default: guessed from the first line; a tab for TSV. */
  readonly delimiter?: string;
  /** CSV: whether the first record holds the names. Default true; without, columns are `Column1`, … */
  readonly header?: boolean;
  /** Longer records are skipped and counted. Default 16 Mi characters. */
  readonly maxRecordChars?: number;
  readonly signal?: AbortSignal;
}

export const defaultMaxRecordChars = 16 * 1024 * 1024;

interface Splitter<T> {
  push(text: string): Iterable<T>;
  end(): Iterable<T>;
}

async function* split<T>(
  text: AsyncIterable<string>,
  choose: (first: string) => Splitter<T>,
): AsyncGenerator<T, void, void> {
  let splitter: Splitter<T> | undefined;
  for await (const piece of text) {
    splitter ??= choose(piece);
    yield* splitter.push(piece);
  }
  if (splitter !== undefined) yield* splitter.end();
}

/** The first line, as far as it matters for guessing. */
const firstLine = (text: string): string => /^[^\r\n]*/.exec(text.trimStart())?.[0] ?? "";

/** Whether JSON text is written one record per line: then a broken line costs only itself. */
function isByLine(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(firstLine(text));
    return true;
  } catch {
    return false;
  }
}

async function* csvRecords(
  file: string,
  options: TextReadOptions,
  log: ReadLog,
): AsyncGenerator<CsvRecord, void, void> {
  const { maxRecordChars = defaultMaxRecordChars, format } = options;
  yield* split(textOf(file, log, options.signal), first => {
    const delimiter =
      options.delimiter ?? (format === "tsv" ? "\t" : guessDelimiter(firstLine(first).slice(0, 10_000)));
    return new CsvSplitter({ delimiter, maxRecordChars }, log);
  });
}

async function* jsonRecords(
  file: string,
  options: TextReadOptions,
  log: ReadLog,
): AsyncGenerator<JsonRecord, void, void> {
  const { maxRecordChars = defaultMaxRecordChars, format, signal } = options;
  const pieces = split(textOf(file, log, signal), first =>
    format === "jsonl" || isByLine(first)
      ? new LineSplitter(maxRecordChars, log)
      : new ValueSplitter(maxRecordChars, log),
  );
  for await (const { text, line } of pieces) {
    const record = parseRecord(text, line, log);
    if (record !== undefined) yield record;
  }
}

/** Names of CSV columns: empty ones are numbered, repeated ones get a number. */
export function headerNames(fields: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return fields.map((field, i) => {
    const name = field === "" ? `Column${i + 1}` : field;
    let unique = name;
    for (let n = 1; used.has(unique); n += 1) unique = `${name}_${n}`;
    used.add(unique);
    return unique;
  });
}

/** Gives the records of one CSV file as values by name; records of another length than the header are skipped and noted. */
async function* namedRecords(
  file: string,
  options: TextReadOptions,
  log: ReadLog,
): AsyncGenerator<
  { readonly line: number; readonly names: readonly string[]; readonly fields: readonly string[] },
  void,
  void
> {
  let names: readonly string[] | undefined;
  for await (const { line, fields } of csvRecords(file, options, log)) {
    if (names === undefined) {
      const header = options.header ?? true;
      names = header ? headerNames(fields) : fields.map((_, i) => `Column${i + 1}`);
      if (header) continue;
    }
    if (fields.length !== names.length) log.skip(line, `${fields.length} fields where the header has ${names.length}`);
    else yield { line, names, fields };
  }
}

/** Fills a staging table from files and says what to select from it. */
export interface Staged {
  readonly columns: readonly Column[];
  readonly statement: SelectStatement;
}

/** CSV files into a staging table of their text. Columns of several files are united by name. */
export async function stageCsv(
  logs: readonly ReadLog[],
  stage: StagingTable,
  options: TextReadOptions,
): Promise<Staged> {
  const kinds: TextColumn[] = [];
  for (const log of logs) {
    let names: readonly string[] | undefined;
    let positions: readonly number[] = [];
    for await (const record of namedRecords(log.file, options, log)) {
      if (names !== record.names) positions = record.names.map(n => stage.column(n));
      names = record.names;
      const row: string[] = [];
      record.fields.forEach((field, i) => {
        const at = positions[i] ?? 0;
        row[at] = field;
        (kinds[at] ??= new TextColumn()).see(field);
      });
      await stage.add(row, options.signal);
    }
  }
  await stage.flush(options.signal);
  const columns = stage.names.map((name, i) => ({ name, type: kinds[i]?.type ?? ("string" as const) }));
  return { columns, statement: selectStaged(stage.table, columns, csvValue) };
}

/** One letter before each value of the staging table says what it was in JSON. */
const marks: Record<JsonCell["kind"], string> = { string: "s", number: "n", bool: "b", container: "j", null: "z" };

/** JSON files into a staging table of their values. */
export async function stageJson(
  logs: readonly ReadLog[],
  stage: StagingTable,
  options: TextReadOptions,
): Promise<Staged> {
  const kinds: JsonColumn[] = [];
  for (const log of logs)
    for await (const record of jsonRecords(log.file, options, log)) {
      const row: string[] = [];
      for (const [name, cell] of record.cells) {
        const at = stage.column(name);
        row[at] = marks[cell.kind] + cell.text;
        (kinds[at] ??= new JsonColumn()).see(cell);
      }
      await stage.add(row, options.signal);
    }
  await stage.flush(options.signal);
  const columns = stage.names.map((name, i) => ({ name, type: kinds[i]?.type ?? ("dynamic" as const) }));
  return { columns, statement: selectStaged(stage.table, columns, jsonValue) };
}

function selectStaged(
  table: string,
  columns: readonly Column[],
  value: (type: KqlType, slot: string) => string,
): SelectStatement {
  const slots: OutputColumn[] = columns.map((c, i) => ({ ...c, slot: physicalName(i) }));
  const list = slots.map(c => `${value(c.type, c.slot)} as ${c.slot}`);
  return { sql: `select ${list.join(", ") || "row_exists"} from ${tablePath(table)}`, parameters: [], columns: slots };
}

/** Text that fits the type, as SQL of the type. Fractions of a second beyond the microsecond are dropped. */
function castText(type: KqlType, text: string): string {
  switch (type) {
    case "string":
      return text;
    case "datetime":
      return `cast(cast(regexp_replace(${text}, '(\\.\\d{6})\\d+', '\\1') as timestamptz) at time zone 'UTC' as timestamp)`;
    case "dynamic":
      return `cast(regexp_replace(${text}, '("(?:[^"\\\\]|\\\\.)*")|[ \\t\\r\\n]+', '\\1', 'g') as json)`;
    default:
      return `cast(${text} as ${duckdbTypes[type]})`;
  }
}

const csvValue = (type: KqlType, slot: string): string =>
  castText(type, type === "string" ? slot : `nullif(${slot}, '')`);

/** The value behind the mark. Missing ('') and JSON null (z) are null; in string columns ''. */
function jsonValue(type: KqlType, slot: string): string {
  const text = `substr(${slot}, 2)`;
  const present = `${slot} <> '' and ${slot} <> 'znull'`;
  if (type === "string") return `case when ${present} then ${text} else '' end`;
  if (type !== "dynamic") return `case when ${present} then ${castText(type, `nullif(${text}, '')`)} end`;
  const json = `case when ${slot}[1] = 's' then cast(to_json(${text}) as varchar) else ${text} end`;
  return `case when ${present} then cast(${json} as json) end`;
}

/** Records of text files as rows of values for given columns: fields by name, absent ones null. */
export async function* typedBatches(
  logs: readonly ReadLog[],
  columns: readonly Column[],
  options: TextReadOptions,
): AsyncGenerator<readonly (readonly unknown[])[], void, void> {
  for (const log of logs) {
    if (options.format === "json" || options.format === "jsonl")
      for await (const record of jsonRecords(log.file, options, log)) {
        log.line = record.line;
        yield [columns.map(c => jsonForType(c.type, record.cells.get(c.name)))];
      }
    else {
      let names: readonly string[] | undefined;
      let positions: readonly number[] = [];
      for await (const record of namedRecords(log.file, options, log)) {
        if (names !== record.names) {
          names = record.names;
          positions = columns.map(c => record.names.indexOf(c.name));
          requireSome(columns, positions, log.file);
        }
        log.line = record.line;
        yield [columns.map((c, i) => fieldForType(c.type, record.fields[positions[i] ?? -1]))];
      }
    }
  }
}

function requireSome(columns: readonly Column[], positions: readonly number[], file: string): void {
  if (columns.length > 0 && positions.every(p => p < 0))
    throw new HuntError("frame/unknown-column", `'${file}' has none of the columns asked for`, {
      hint: "check the names, the delimiter, and whether the file has a header",
    });
}

const fieldForType = (type: KqlType, field: string | undefined): string | null =>
  field === undefined || (field === "" && type !== "string") ? null : field;

function jsonForType(type: KqlType, cell: JsonCell | undefined): string | null {
  if (cell === undefined || cell.kind === "null") return null;
  if (type === "dynamic") return cell.kind === "string" ? JSON.stringify(cell.text) : cell.text;
  return fieldForType(type, cell.text);
}
