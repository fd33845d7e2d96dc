/** Rows into one Parquet file with KQL's types, in the order of time. */
import type { Column, KqlType } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import { clampMicros, formatMicros, parseInstant } from "../time.js";
import { wellFormed } from "../text.js";
import type { Micros } from "../time.js";

/** Rows per row group: small enough that a time range skips most of a large table, large enough to compress well. */
export const rowGroupRows = 61_440;

/** A query whose result has the columns in order, under their DuckDB names. Text of ours, never of a user. */
export interface SqlRows {
  readonly kind: "sql";
  readonly connection: DuckDBConnection;
  readonly sql: string;
}

/**
 * Rows as arrays in the order of the columns. Values: string, number, bigint, boolean, null or undefined; datetime as
 * ISO text, Date or bigint microseconds; timespan as ticks of 100 ns; dynamic as any JSON value, or as JSON text when
 * `dynamicAs` says so.
 */
export interface BatchRows {
  readonly kind: "batches";
  readonly batches: AsyncIterable<readonly (readonly unknown[])[]> | Iterable<readonly (readonly unknown[])[]>;
  readonly dynamicAs?: "value" | "json-text";
}

/** Finished Parquet files, for example of worker threads; they are moved into the workspace. */
export interface ParquetRows {
  readonly kind: "parquet";
  readonly files: readonly string[];
}

export type TableRows = SqlRows | BatchRows | ParquetRows;

/** A column with its DuckDB name. */
export interface StoredColumn extends Column {
  readonly physical: string;
}

export interface CopyOptions {
  /** Columns to sort by, first the time; none when the rows come sorted. */
  readonly orderBy: readonly string[];
}

/**
 * Writes a query's result to a new Parquet file.
 *
 * Strings become '' where null, texts in dynamic columns are checked and minified (JSON values are taken as they are),
 * everything else is cast to the storage type of its KQL type.
 *
 * @throws HuntError `workspace/columns` when the query's columns are not the ones announced
 */
export async function copyToParquet(
  rows: SqlRows,
  columns: readonly StoredColumn[],
  path: string,
  options: CopyOptions,
): Promise<void> {
  const found = await describe(rows.connection, rows.sql);
  checkColumns(columns, found);
  const slots = columns.map((_, i) => quoteIdentifier(`c${i}`));
  const select = columns
    .map(
      (c, i) => `${storageExpression(c.type, slots[i] ?? "", found[i]?.type ?? "")} as ${quoteIdentifier(c.physical)}`,
    )
    .join(", ");
  const order = options.orderBy.map(name => {
    const index = columns.findIndex(c => c.name === name);
    if (index === -1) throw new HuntError("workspace/columns", `cannot sort by '${name}': there is no such column`);
    return `${slots[index] ?? ""} nulls first`;
  });
  const sorted = order.length === 0 ? "" : ` order by ${order.join(", ")}`;
  await rows.connection.run(
    `copy (select ${select} from (${rows.sql}) as source(${slots.join(", ")})${sorted}) to ${quoteLiteral(path)}` +
      ` (format parquet, compression zstd, row_group_size ${rowGroupRows})`,
  );
}

/** A value of any DuckDB type as the storage type of a KQL type. */
function storageExpression(type: KqlType, slot: string, from: string): string {
  if (type === "string") return `coalesce(cast(${slot} as VARCHAR), '')`;
  if (from === duckdbTypes[type]) return slot;
  if (type === "dynamic") return from === "VARCHAR" ? `cast(json(nullif(${slot}, '')) as JSON)` : `to_json(${slot})`;
  return `cast(${slot} as ${duckdbTypes[type]})`;
}

/** A path for `read_parquet`, which would take some characters in it for patterns. */
export function literalPath(path: string): string {
  return path.replace(/[[*?]/g, "[$&]");
}

interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** Names and DuckDB types of a query's result. */
export async function describe(connection: DuckDBConnection, sql: string): Promise<DescribedColumn[]> {
  const reader = await connection.runAndReadAll(`describe ${sql}`);
  return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

function checkColumns(columns: readonly StoredColumn[], found: readonly DescribedColumn[]): void {
  const wrong = columns.findIndex((c, i) => found[i]?.name.toLowerCase() !== c.physical.toLowerCase());
  if (wrong === -1 && found.length === columns.length) return;
  const at = wrong === -1 ? columns.length : wrong;
  throw new HuntError(
    "workspace/columns",
    `column ${at + 1} of the rows is '${found[at]?.name ?? "(none)"}', announced was '${columns[at]?.physical ?? "(none)"}'`,
    { hint: "let the query give the columns in the order and under the names announced" },
  );
}

export interface FileStatistics {
  readonly rows: number;
  readonly minTime: Micros | undefined;
  readonly maxTime: Micros | undefined;
  readonly withoutTime: number;
}

/** Counts a Parquet file's rows and finds its span. `timeColumn` is the DuckDB name. */
export async function parquetStatistics(
  connection: DuckDBConnection,
  path: string,
  timeColumn: string | undefined,
): Promise<FileStatistics> {
  const time = timeColumn === undefined ? undefined : quoteIdentifier(timeColumn);
  const parts =
    time === undefined ? ", null, null, 0" : `, epoch_us(min(${time})), epoch_us(max(${time})), count(${time})`;
  const reader = await connection.runAndReadAll(
    `select count(*)${parts} from read_parquet(${quoteLiteral(literalPath(path))})`,
  );
  const [rows, minTime, maxTime, withTime] = reader.getRows()[0] ?? [];
  return {
    rows: Number(rows),
    minTime: typeof minTime === "bigint" ? minTime : undefined,
    maxTime: typeof maxTime === "bigint" ? maxTime : undefined,
    withoutTime: time === undefined ? 0 : Number(rows) - Number(withTime),
  };
}

/** Says that a Parquet file made elsewhere has exactly the columns and storage types announced. */
export async function checkParquet(
  connection: DuckDBConnection,
  path: string,
  columns: readonly StoredColumn[],
): Promise<void> {
  const found = await describe(connection, `select * from read_parquet(${quoteLiteral(literalPath(path))})`);
  checkColumns(columns, found);
  columns.forEach((column, i) => {
    const type = found[i]?.type ?? "";
    if (type !== duckdbTypes[column.type])
      throw new HuntError(
        "workspace/columns",
        `column '${column.name}' of '${path}' has the type ${type}; ${column.type} is stored as ${duckdbTypes[column.type]}`,
      );
  });
}

/** How a KQL type waits in a table between JavaScript and Parquet: what the appender takes quickly. */
const stagingTypes = {
  bool: "BOOLEAN",
  int: "INTEGER",
  long: "BIGINT",
  real: "DOUBLE",
  decimal: "VARCHAR",
  string: "VARCHAR",
  datetime: "BIGINT",
  timespan: "BIGINT",
  guid: "VARCHAR",
  dynamic: "VARCHAR",
} as const satisfies Record<KqlType, string>;

/** Puts batches of rows into a temporary table and gives the query that reads it back. */
export async function stageBatches(
  connection: DuckDBConnection,
  table: string,
  columns: readonly StoredColumn[],
  rows: BatchRows,
): Promise<SqlRows> {
  const { DuckDBDataChunk, BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR } = await import("@duckdb/node-api");
  const apiTypes = { BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR };
  const slots = columns.map((c, i) => `c${i} ${stagingTypes[c.type]}`);
  await connection.run(`create temp table ${quoteIdentifier(table)} (${slots.join(", ")})`);
  const appender = await connection.createAppender(table, "main", "temp");
  const types = columns.map(c => apiTypes[stagingTypes[c.type]]);
  const chunkRows = 2048;
  let waiting: (readonly unknown[])[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, waiting.length);
    columns.forEach((column, i) => {
      chunk.setColumnValues(
        i,
        waiting.map(row => toStaged(row[i], column, rows.dynamicAs ?? "value")),
      );
    });
    appender.appendDataChunk(chunk);
    waiting = [];
  };
  try {
    for await (const batch of rows.batches) {
      for (const row of batch) {
        if (row.length !== columns.length)
          throw new HuntError("workspace/columns", `a row has ${row.length} values for ${columns.length} columns`);
        if (waiting.push(row) === chunkRows) flush();
      }
    }
    flush();
  } finally {
    appender.closeSync();
  }
  const select = columns.map((c, i) => `${fromStaged(c.type, `c${i}`)} as ${quoteIdentifier(c.physical)}`);
  return { kind: "sql", connection, sql: `select ${select.join(", ")} from temp.main.${quoteIdentifier(table)}` };
}

const fromStaged = (type: KqlType, slot: string): string => (type === "datetime" ? `make_timestamp(${slot})` : slot);

type Staged = string | bigint | number | boolean | null;

function toStaged(value: unknown, column: Column, dynamicAs: "value" | "json-text"): Staged {
  if (value === null || value === undefined) return null;
  const wrong = (): HuntError =>
    new HuntError(
      "workspace/value",
      `column '${column.name}' (${column.type}) cannot hold a value of kind ${typeof value}`,
    );
  switch (column.type) {
    case "string":
      if (typeof value === "string") return wellFormed(value);
      if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
      throw wrong();
    case "decimal":
    case "guid":
      if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return String(value);
      throw wrong();
    case "bool":
      if (typeof value === "boolean") return value;
      throw wrong();
    case "int":
    case "real":
      if (typeof value === "number" || typeof value === "bigint") return Number(value);
      throw wrong();
    case "long":
    case "timespan":
      if (typeof value === "bigint") return value;
      if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
      throw wrong();
    case "datetime": {
      const at = toMicros(value);
      if (at === undefined) throw wrong();
      return at;
    }
    case "dynamic":
      if (dynamicAs === "value") return JSON.stringify(value);
      if (typeof value === "string") return value;
      throw wrong();
  }
}

function toMicros(value: unknown): Micros | undefined {
  if (typeof value === "bigint") return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return BigInt(value.getTime()) * 1000n;
  return typeof value === "string" ? parseInstant(value) : undefined;
}

/** Span of a file as the manifest writes it. */
export const timeFields = (s: FileStatistics): { minTime?: string; maxTime?: string } => ({
  ...(s.minTime === undefined ? {} : { minTime: formatMicros(clampMicros(s.minTime)) }),
  ...(s.maxTime === undefined ? {} : { maxTime: formatMicros(clampMicros(s.maxTime)) }),
});
