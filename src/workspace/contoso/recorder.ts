/** Collects rows as the generators emit them, in columns, and gives them to a sink slice by slice. */
import type { Column, TableSchema } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { HuntError, messageOf } from "../../base/error.js";
import { quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import { storageError } from "../storage/files.js";
import { hourUs, secondUs } from "./calendar.js";
import { createTableFrom } from "./append-columns.js";
import type { RecordedCounts } from "./counts.js";
import { hashText, mix } from "./hash.js";
import type { ContosoTable } from "./table-schema.js";
import type { TableSink } from "./table-sink.js";
import { createNumberStore, createTextStore } from "./waiting-column.js";
import type { ColumnStore, WaitingNumbers } from "./waiting-column.js";

/** datetime values are microseconds since 1970 UTC; dynamic ones are JSON text or plain values; absent is '' or null. */
export type CellValue = string | number | boolean | null | undefined | object;
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

/** One table's rows of the current slice. */
interface TableBuffer {
  readonly schema: TableSchema;
  readonly types: ReadonlyMap<string, Column>;
  /** The columns that have a value in some row. */
  readonly columns: Map<string, ColumnStore>;
  rows: number;
}

export interface Recorder extends RecordedCounts {
  readonly emit: Emit;
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
  const bufferOf = (table: ContosoTable): TableBuffer => {
    let buffer = buffers.get(table);
    if (buffer === undefined) buffers.set(table, (buffer = newBuffer(options.schemas, table)));
    return buffer;
  };
  const put = (table: ContosoTable, timeUs: number, parts: readonly Row[], receivedUs: number): void => {
    const buffer = bufferOf(table);
    const i = buffer.rows++;
    columnOf(buffer, timeColumn).set(i, timeUs);
    if (buffer.types.has("Timestamp")) columnOf(buffer, "Timestamp").set(i, timeUs);
    columnOf(buffer, "_TimeReceived").set(i, receivedUs);
    for (const row of parts)
      for (const name in row) {
        const value = row[name];
        if (value === undefined || value === null || value === "") continue;
        columnOf(buffer, name).set(i, typeof value === "object" ? JSON.stringify(value) : value);
      }
    tables.set(table, (tables.get(table) ?? 0) + 1);
    const day = Math.floor((timeUs - options.startUs) / (24 * hourUs)) - 13;
    const days = perDay.get(table) ?? new Map<number, number>();
    perDay.set(table, days.set(day, (days.get(day) ?? 0) + 1));
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
    async endSlice(slice) {
      try {
        for (const [table, buffer] of [...buffers].sort(([a], [b]) => (a < b ? -1 : 1))) {
          buffers.delete(table);
          await writeSlice(options, buffer, slice);
        }
      } catch (error) {
        throw writeError(error);
      }
    },
  };
}

const timeColumn = "TimeGenerated";

async function writeSlice(options: RecorderOptions, buffer: TableBuffer, slice: number): Promise<void> {
  const { connection, sink, tenantId } = options;
  const { schema, rows } = buffer;
  const name = `raw_${schema.name}`;
  const waiting = new Map([...buffer.columns].map(([column, store]) => [column, store.take(rows)]));
  const times = (waiting.get(timeColumn) as WaitingNumbers).values;
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort((a, b) => times[a]! - times[b]! || a - b);
  await createTableFrom(connection, name, { columns: waiting, order });
  const constants = constantsOf(schema.name as ContosoTable, tenantId);
  // Columns that no row fills are not written.
  const columns = schema.columns.filter(c => waiting.has(c.name) || constants.has(c.name));
  const shown = columns.map(c => (waiting.has(c.name) ? keptSql(c) : constantSql(c, constants)));
  const select = `select ${shown.join(", ")} from ${quoteIdentifier(name)}`;
  await sink.add({ schema, columns, select, rowCount: rows, slice });
  await connection.run(`drop table ${quoteIdentifier(name)}`);
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
  return { schema, types: new Map(schema.columns.map(c => [c.name, c])), columns: new Map(), rows: 0 };
}

function columnOf(buffer: TableBuffer, name: string): ColumnStore {
  const known = buffer.columns.get(name);
  if (known !== undefined) return known;
  const column = buffer.types.get(name);
  if (column === undefined)
    throw new HuntError(
      "internal/bug",
      `the generator wrote column '${name}', which table '${buffer.schema.name}' lacks`,
    );
  const isText = column.type === "string" || column.type === "dynamic" || column.type === "guid";
  const made = isText ? createTextStore() : createNumberStore();
  buffer.columns.set(name, made);
  return made;
}

/** A waiting column as the type it is kept in. */
function keptSql({ name, type }: Column): string {
  const slot = quoteIdentifier(name);
  if (type === "string" || type === "real") return slot;
  if (type === "datetime") return `make_timestamp(${slot}::BIGINT) as ${slot}`;
  const value = type === "dynamic" || type === "guid" ? `nullif(${slot}, '')` : slot;
  return `${value}::${duckdbTypes[type]} as ${slot}`;
}

const constantSql = ({ name }: Column, constants: ReadonlyMap<string, string>): string =>
  `${quoteLiteral(constants.get(name) ?? "")} as ${quoteIdentifier(name)}`;

function constantsOf(table: ContosoTable, tenantId: string): ReadonlyMap<string, string> {
  return new Map([
    ["TenantId", tenantId],
    ["Type", table],
    ["SourceSystem", sourceSystems[table] ?? "Azure"],
    ["_IsBillable", table === "Heartbeat" || table === "Usage" || table === "SecurityIncident" ? "False" : "True"],
  ]);
}
