/** The text of a file that `externaldata` names → records by position. */
import type { ExternalSource } from "../../kql/api.js";
import { HuntError } from "../../base/error.js";
import { CsvSplitter } from "./csv.js";
import { ReadLog } from "./source.js";
import { defaultMaxRecordChars } from "./read-text.js";

const delimiters = { csv: ",", tsv: "\t", psv: "|", scsv: ";", sohsv: "\u0001" } as const;

type Fields = readonly (string | null)[];

/**
 * Reads the records of one file. A record with fewer fields than columns has nulls for the rest; further fields are not
 * read, as in the service.
 *
 * @throws HuntError `external/unreadable` when a record cannot be read: a table that lacks it would look whole
 */
export function externalRecords(text: string, uri: string, source: ExternalSource): readonly Fields[] {
  const records = allRecords(text.replace(/^\ufeff/, ""), uri, source);
  return source.ignoreFirstRecord ? records.slice(1) : records;
}

function allRecords(text: string, uri: string, source: ExternalSource): readonly Fields[] {
  const { format, columns } = source;
  switch (format) {
    case "raw":
      return [[text]];
    case "txt":
      return text
        .split(/\r\n|\n|\r/)
        .filter((line, i, all) => i < all.length - 1 || line !== "")
        .map(line => [line]);
    case "json":
      return text
        .split(/\r\n|\n|\r/)
        .flatMap((line, i) => (line.trim() === "" ? [] : [jsonRecord(parse(line, `${uri}:${i + 1}`), columns)]));
    case "multijson": {
      const value = parse(text, uri);
      return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(v => jsonRecord(v, columns));
    }
    default:
      return delimited(text, uri, delimiters[format], columns.length);
  }
}

function delimited(text: string, uri: string, delimiter: string, width: number): readonly Fields[] {
  const log = new ReadLog(uri);
  const splitter = new CsvSplitter({ delimiter, maxRecordChars: defaultMaxRecordChars }, log);
  const records: Fields[] = [];
  const keep = (fields: readonly string[]): void => {
    // An empty line is no record.
    if (fields.length === 1 && fields[0] === "" && width > 1) return;
    records.push(Array.from({ length: width }, (_, i) => fields[i] ?? null));
  };
  for (const { fields } of splitter.push(text)) keep(fields);
  for (const { fields } of splitter.end()) keep(fields);
  const [cause] = log.causes;
  if (cause !== undefined)
    throw new HuntError("external/unreadable", `'${uri}': ${cause.message}`, { hint: "check the file and the format" });
  return records;
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HuntError("external/unreadable", `'${where}' is not JSON`, {
      hint: "check the file and the format",
      cause,
    });
  }
}

/** Properties by the columns' names; what is no text as its JSON. */
function jsonRecord(value: unknown, columns: ExternalSource["columns"]): Fields {
  const bag = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return columns.map(({ name }) => {
    const cell = Object.hasOwn(bag, name) ? bag[name] : undefined;
    if (cell === undefined || cell === null) return null;
    return typeof cell === "string" ? cell : JSON.stringify(cell);
  });
}
