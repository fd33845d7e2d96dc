/** Collects rows as the generators emit them, and moves them into DuckDB in columns while JavaScript goes on. */
import type { Column, TableSchema } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { HuntError, messageOf } from "../../base/error.js";
import { quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import { storageError } from "../storage/files.js";
import { hourUs, secondUs } from "./calendar.js";
import type { RecordedCounts } from "./counts.js";
import { hashText, mix } from "./hash.js";
import type { ContosoTable } from "./table-schema.js";
import type { TableSink, TableSlice } from "./table-sink.js";

/** datetime values are microseconds since 1970 UTC; dynamic ones are JSON text or plain values; absent is '' or null. */
export type CellValue = string | number | boolean | null | undefined | object;
/** What a column holds until it is flushed: dynamic values are JSON text by then. */
type Stored = string | number | boolean | undefined;
export type Row = Readonly<Record<string, CellValue>>;

/** A row, or its parts: columns of a later part win. Parts spare the copying of what many rows share. */
export type RowParts = Row | readonly Row[];

/** Writes one row. `tag` names the item of the answer key that the row belongs to. */
export type Emit = (table: ContosoTable, timeUs: number, row: RowParts, tag?: string) => void;

const isParts = (row: RowParts): row is readonly Row[] => Array.isArray(row);
const partsOf = (row: RowParts): readonly Row[] => (isParts(row) ? row : [row]);

export interface RecorderOptions {
  readonly schemas: ReadonlyMap<ContosoTable, TableSchema>;
  readonly connection: DuckDBConnection;
  readonly sink: TableSink;
  readonly tenantId: string;
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  /** Rows that no sensor delivered: they are dropped and not counted. */
  readonly isLost: (table: ContosoTable, timeUs: number, parts: readonly Row[]) => boolean;
}

const separator = "\u001f";
const chunkRows = 2048;

/** Tables whose collectors re-send a batch now and then: the same row again, received later. */
const resending: ReadonlySet<ContosoTable> = new Set<ContosoTable>([
  "CommonSecurityLog",
  "Syslog",
  "DnsEvents",
  "SigninLogs",
  "AWSCloudTrail",
]);

/** Constant columns are added when a slice is written, so that no row carries them. */
const sourceSystems: Readonly<Partial<Record<ContosoTable, string>>> = {
  SecurityEvent: "OpsManager",
  Event: "OpsManager",
  Heartbeat: "OpsManager",
  Syslog: "Linux",
  CommonSecurityLog: "OpsManager",
  DnsEvents: "OpsManager",
  OfficeActivity: "OfficeActivityManager",
  AWSCloudTrail: "AWS",
  SecurityAlert: "Detection",
  Watchlist: "Azure",
  ThreatIntelligenceIndicator: "SecurityGraph",
  AzureNetworkAnalytics_CL: "RestAPI",
};

interface Buffered {
  readonly column: Column;
  values: Stored[];
}

/** One table's rows of the current slice: a chunk in JavaScript, the rest in DuckDB. */
interface TableBuffer {
  readonly schema: TableSchema;
  readonly types: ReadonlyMap<string, Column>;
  readonly columns: Map<string, Buffered>;
  /** Columns that exist in the DuckDB table, in order. */
  readonly stored: string[];
  readonly name: string;
  rows: number;
  total: number;
}

export interface Recorder extends RecordedCounts {
  readonly emit: Emit;
  /** Lets DuckDB catch up; call it between units of work, because emitting itself never waits. */
  drain(): Promise<void>;
  /** Writes everything recorded so far to the sink as one slice per table. */
  endSlice(slice: number): Promise<void>;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const buffers = new Map<ContosoTable, TableBuffer>();
  const tables = new Map<ContosoTable, number>();
  const perDay = new Map<ContosoTable, Map<number, number>>();
  const tags = new Map<string, Map<ContosoTable, number>>();
  const spans = new Map<string, [number, number]>();
  const salts = new Map<ContosoTable, number>();
  let pending: Promise<void> = Promise.resolve();
  let failed: unknown;

  const enqueue = (work: () => Promise<unknown>): void => {
    pending = pending.then(async () => {
      if (failed !== undefined) return;
      try {
        await work();
      } catch (error) {
        failed = error;
      }
    });
  };
  const settle = async (): Promise<void> => {
    await pending;
    if (failed !== undefined) throw writeError(failed);
  };
  const bufferOf = (table: ContosoTable): TableBuffer => {
    let buffer = buffers.get(table);
    if (buffer === undefined) buffers.set(table, (buffer = newBuffer(options.schemas, table)));
    return buffer;
  };
  const flush = (buffer: TableBuffer): void => {
    if (buffer.rows === 0) return;
    const statements = flushStatements(buffer);
    enqueue(async () => {
      for (const { sql, values } of statements) await options.connection.run(sql, values);
    });
  };
  const put = (table: ContosoTable, timeUs: number, parts: readonly Row[], receivedUs: number): void => {
    const buffer = bufferOf(table);
    const i = buffer.rows++;
    cell(buffer, "TimeGenerated").values[i] = timeUs;
    if (buffer.types.has("Timestamp")) cell(buffer, "Timestamp").values[i] = timeUs;
    cell(buffer, "_TimeReceived").values[i] = receivedUs;
    for (const row of parts)
      for (const name in row) {
        const value = row[name];
        if (value === undefined || value === null || value === "") continue;
        cell(buffer, name).values[i] = typeof value === "object" ? JSON.stringify(value) : value;
      }
    buffer.total++;
    tables.set(table, (tables.get(table) ?? 0) + 1);
    const day = Math.floor((timeUs - options.startUs) / (24 * hourUs)) - 13;
    const days = perDay.get(table) ?? new Map<number, number>();
    perDay.set(table, days.set(day, (days.get(day) ?? 0) + 1));
    if (buffer.rows === chunkRows) flush(buffer);
  };

  const emit: Emit = (table, timeUs, row, tag) => {
    if (timeUs < options.startUs || timeUs >= options.endUs) return;
    const at = Math.floor(timeUs);
    const parts = partsOf(row);
    if (options.isLost(table, at, parts)) return;
    let salt = salts.get(table);
    if (salt === undefined) salts.set(table, (salt = mix(options.seed, hashText(table))));
    const h = mix(mix(salt, at % 0x100000000), Math.floor(at / 0x100000000));
    put(table, at, parts, receivedAt(at, h));
    if (tag !== undefined) count(tags, spans, { tag, table, at });
    else if (resending.has(table) && h % 500 === 7) put(table, at, parts, receivedAt(at, h) + 7 * 60 * secondUs);
  };

  return {
    emit,
    tables,
    perDay,
    tags,
    spans,
    drain: settle,
    async endSlice(slice) {
      for (const buffer of buffers.values()) flush(buffer);
      await settle();
      const slices = [...buffers]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([table, buffer]): TableSlice => {
          const constants = constantsOf(table, options.tenantId);
          const columns = presentColumns(buffer, constants);
          const select = sliceSelect(buffer, columns, constants);
          return { schema: buffer.schema, columns, select, rowCount: buffer.total, slice };
        });
      await options.sink.add(slices).catch((error: unknown) => {
        throw writeError(error);
      });
      for (const buffer of buffers.values()) await options.connection.run(`drop table ${quoteIdentifier(buffer.name)}`);
      buffers.clear();
    },
  };
}

function writeError(error: unknown): unknown {
  const known = storageError(error, "the workspace");
  if (known instanceof HuntError) return known;
  return new HuntError("contoso/write-failed", `the demo tenant could not be written: ${messageOf(error)}`, {
    hint: "free memory and disk space, or generate fewer rows",
    cause: error,
  });
}

function count(
  tags: Map<string, Map<ContosoTable, number>>,
  spans: Map<string, [number, number]>,
  { tag, table, at }: { readonly tag: string; readonly table: ContosoTable; readonly at: number },
): void {
  const counts = tags.get(tag) ?? new Map<ContosoTable, number>();
  tags.set(tag, counts.set(table, (counts.get(table) ?? 0) + 1));
  const [first, last] = spans.get(tag) ?? [at, at];
  spans.set(tag, [Math.min(first, at), Math.max(last, at)]);
}

/** Most rows arrive within a minute and a half; one in 250 is one to six hours late. */
function receivedAt(timeUs: number, h: number): number {
  const late = h % 250 === 3 ? hourUs + (h % 18_000) * secondUs : 0;
  return timeUs + (2 + (h % 88)) * secondUs + late + (h % 997) * 1000;
}

function newBuffer(schemas: ReadonlyMap<ContosoTable, TableSchema>, table: ContosoTable): TableBuffer {
  const schema = schemas.get(table);
  if (schema === undefined) throw new HuntError("internal/bug", `no schema for table '${table}'`);
  const types = new Map(schema.columns.map(c => [c.name, c]));
  return { schema, types, columns: new Map(), stored: [], name: `raw_${table}`, rows: 0, total: 0 };
}

function cell(buffer: TableBuffer, name: string): Buffered {
  const known = buffer.columns.get(name);
  if (known !== undefined) return known;
  const column = buffer.types.get(name);
  if (column === undefined)
    throw new HuntError(
      "internal/bug",
      `the generator wrote column '${name}', which table '${buffer.schema.name}' lacks`,
    );
  const made: Buffered = { column, values: new Array<Stored>(chunkRows) };
  buffer.columns.set(name, made);
  return made;
}

/**
 * Each column travels as one text joined by U+001F, which DuckDB splits and casts: an order of magnitude fewer calls
 * than value by value. Array holes join as '', which is '' for strings and null for the rest.
 */
function flushStatements(buffer: TableBuffer): { sql: string; values: string[] }[] {
  const statements: { sql: string; values: string[] }[] = [];
  const fresh = [...buffer.columns.keys()].filter(name => !buffer.stored.includes(name));
  const define = (name: string): string => `${quoteIdentifier(name)} ${sqlType(buffer.types.get(name)!)}`;
  const table = quoteIdentifier(buffer.name);
  if (buffer.stored.length === 0)
    statements.push({ sql: `create table ${table} (${fresh.map(define).join(", ")})`, values: [] });
  else
    for (const name of fresh) {
      const otherwise = buffer.types.get(name)!.type === "string" ? " default ''" : "";
      statements.push({ sql: `alter table ${table} add column ${define(name)}${otherwise}`, values: [] });
    }
  buffer.stored.push(...fresh);
  const values = buffer.stored.map(name => {
    const column = buffer.columns.get(name)!;
    const part = buffer.rows === chunkRows ? column.values : column.values.slice(0, buffer.rows);
    const text = part.join(separator);
    column.values.fill(undefined);
    return text;
  });
  const casts = buffer.stored.map((name, i) => castSql(`a${i}`, buffer.types.get(name)!)).join(", ");
  const splits = buffer.stored.map((_, i) => `unnest(string_split($${i + 1}, chr(31))) a${i}`).join(", ");
  statements.push({ sql: `insert into ${table} select ${casts} from (select ${splits})`, values });
  buffer.rows = 0;
  return statements;
}

const sqlType = (column: Column): string => (column.type === "dynamic" ? "VARCHAR" : duckdbTypes[column.type]);

function castSql(slot: string, column: Column): string {
  if (column.type === "string") return slot;
  const value = `nullif(${slot}, '')`;
  if (column.type === "datetime") return `make_timestamp(${value}::BIGINT)`;
  return column.type === "dynamic" ? value : `${value}::${duckdbTypes[column.type]}`;
}

function constantsOf(table: ContosoTable, tenantId: string): ReadonlyMap<string, string> {
  return new Map([
    ["TenantId", tenantId],
    ["Type", table],
    ["SourceSystem", sourceSystems[table] ?? "Azure"],
    ["_IsBillable", table === "Heartbeat" || table === "Usage" || table === "SecurityIncident" ? "False" : "True"],
  ]);
}

/** Columns that this slice has, in the schema's order; the rest of the schema is never filled and not written. */
function presentColumns(buffer: TableBuffer, constants: ReadonlyMap<string, string>): readonly Column[] {
  return buffer.schema.columns.filter(c => buffer.stored.includes(c.name) || constants.has(c.name));
}

function sliceSelect(buffer: TableBuffer, columns: readonly Column[], constants: ReadonlyMap<string, string>): string {
  const shown = columns.map(column => {
    const name = quoteIdentifier(column.name);
    if (!buffer.stored.includes(column.name)) return `${quoteLiteral(constants.get(column.name) ?? "")} as ${name}`;
    return column.type === "dynamic" ? `${name}::JSON as ${name}` : name;
  });
  const stored = buffer.stored.map(quoteIdentifier).join(", ");
  const from = `select ${stored} from ${quoteIdentifier(buffer.name)}`;
  // Sorting first keeps the constants out of the sort.
  return `select ${shown.join(", ")} from (${from} order by ${quoteIdentifier("TimeGenerated")}, rowid)`;
}
