/** Frames → CSV, JSON and JSON Lines. */
import type { DuckDBValue } from "@duckdb/node-api";
import type { Column, KqlType } from "../../base/column.js";
import { unreachable } from "../../base/error.js";
import { exactText } from "../decode.js";
import type { FrameCore } from "../frame.js";
import { writeAtomic, type WriteOptions, type WrittenFile } from "./atomic-file.js";

export interface CsvWriteOptions extends WriteOptions {
  /** Default: a tab for `.tsv`, else a comma. */
  readonly delimiter?: string;
  /**
   * Puts `'` before text that a spreadsheet would run as a formula (it starts with `=`, `+`, `-`, `@`, tab or CR). Default
   * false, because the file then no longer holds exactly what was logged; set it when the file is opened in a spreadsheet.
   */
  readonly spreadsheetSafe?: boolean;
}

const pageRows = 8192;

const isGzip = (path: string): boolean => /\.gz$/i.test(path);

/** Pages of a frame as text. */
async function* pages(
  frame: FrameCore,
  row: (values: readonly DuckDBValue[], index: number) => string,
): AsyncGenerator<string> {
  let index = 0;
  for (let at = 0; at < frame.rowCount; at += pageRows)
    for (const chunk of await frame.values(at, at + pageRows)) {
      const lines: string[] = [];
      for (let r = 0; r < (chunk[0]?.length ?? 0); r += 1)
        lines.push(
          row(
            chunk.map(values => values[r] ?? null),
            index++,
          ),
        );
      yield lines.join("");
    }
}

const textTypes: ReadonlySet<KqlType> = new Set(["string", "dynamic"]);

/** A CSV field. null is nothing, '' is "", so that they stay different. */
function csvField(column: Column, value: DuckDBValue, quote: RegExp, spreadsheetSafe: boolean): string {
  if (value === null) return "";
  let text = exactText(column.type, value);
  if (spreadsheetSafe && textTypes.has(column.type) && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return text === "" || quote.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A frame as CSV text, piece by piece: LF, a header, quotes where needed.
 *
 * Shape: datetime ISO in UTC, timespan Kusto's text, dynamic JSON; null is empty, the empty string is `""`.
 */
export async function* csvText(
  frame: FrameCore,
  options: Pick<CsvWriteOptions, "delimiter" | "spreadsheetSafe"> = {},
): AsyncGenerator<string> {
  const { delimiter = ",", spreadsheetSafe = false } = options;
  // Leading and trailing spaces and # are quoted too: other readers trim or skip them.
  const quote = new RegExp(`["\\r\\n${delimiter === "|" ? "\\|" : delimiter}]|^[\\s#]|\\s$`);
  const header = frame.columns
    .map(c => csvField({ ...c, type: "string" }, c.name, quote, spreadsheetSafe))
    .join(delimiter);
  yield `${header}\n`;
  yield* pages(frame, values => {
    const fields = frame.columns.map((c, i) => csvField(c, values[i] ?? null, quote, spreadsheetSafe));
    return `${fields.join(delimiter)}\n`;
  });
}

/** Writes CSV in UTF-8 (see `csvText`). Names ending in `.gz` are compressed. */
export async function writeCsv(frame: FrameCore, path: string, options: CsvWriteOptions = {}): Promise<WrittenFile> {
  const delimiter = options.delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? "\t" : ",");
  const written = await writeAtomic(path, csvText(frame, { ...options, delimiter }), {
    ...options,
    gzip: isGzip(path),
  });
  return { ...written, rows: frame.rowCount };
}

/** A value as JSON text. Numbers keep their digits; what JSON has no number for is text. */
function jsonValue(type: KqlType, value: DuckDBValue): string {
  if (value === null) return "null";
  switch (type) {
    case "bool":
    case "int":
    case "long":
      return String(value);
    case "decimal":
    case "dynamic":
      return exactText(type, value);
    case "real":
      return Number.isFinite(value) ? exactText(type, value) : JSON.stringify(String(value));
    case "string":
    case "guid":
    case "datetime":
    case "timespan":
      return JSON.stringify(exactText(type, value));
    default:
      return unreachable(type, "jsonValue");
  }
}

function objectWriter(columns: readonly Column[]): (values: readonly DuckDBValue[]) => string {
  const keys = columns.map(c => `${JSON.stringify(c.name)}:`);
  return values => `{${columns.map((c, i) => (keys[i] ?? "") + jsonValue(c.type, values[i] ?? null)).join(",")}}`;
}

/** A frame as JSON Lines, piece by piece: one object per row. */
export async function* jsonLinesText(frame: FrameCore): AsyncGenerator<string> {
  const write = objectWriter(frame.columns);
  yield* pages(frame, values => `${write(values)}\n`);
}

/** A frame as a JSON array of objects, piece by piece. */
export async function* jsonText(frame: FrameCore): AsyncGenerator<string> {
  const write = objectWriter(frame.columns);
  yield "[";
  yield* pages(frame, (values, i) => `${i === 0 ? "\n" : ",\n"}${write(values)}`);
  yield "\n]\n";
}

/** Writes one JSON object per line. Names ending in `.gz` are compressed. */
export async function writeJsonLines(frame: FrameCore, path: string, options: WriteOptions = {}): Promise<WrittenFile> {
  const written = await writeAtomic(path, jsonLinesText(frame), { ...options, gzip: isGzip(path) });
  return { ...written, rows: frame.rowCount };
}

/** Writes a JSON array of objects. Names ending in `.gz` are compressed. */
export async function writeJson(frame: FrameCore, path: string, options: WriteOptions = {}): Promise<WrittenFile> {
  const written = await writeAtomic(path, jsonText(frame), { ...options, gzip: isGzip(path) });
  return { ...written, rows: frame.rowCount };
}
