/** Batches of JavaScript rows → table, with bounded memory and without keeping a connection while the source is slow. */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { duckdbTypes, type Column } from "../base/column.js";
import type { DuckDb } from "./duckdb.js";
import { rowEncoder, chunkTypes, type EncodeOptions } from "./encode.js";
import type { Engine } from "./engine.js";
import { scratchCatalog } from "./engine.js";
import { frameRelation, physicalName, tablePath } from "./materialize.js";
import type { FramePlace } from "./frame.js";

export type Batches = AsyncIterable<readonly (readonly unknown[])[]> | Iterable<readonly (readonly unknown[])[]>;

export interface AppendOptions extends EncodeOptions {
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

/** DuckDB's vector size: the most rows of one chunk. */
export const vectorRows = 2048;
/** Rows gathered before a connection is borrowed. */
const flushRows = 8 * vectorRows;

/** An empty table for these columns. */
export async function createTable(engine: Engine, table: string, columns: readonly Column[]): Promise<void> {
  const list = columns.map((c, i) => `${physicalName(i)} ${duckdbTypes[c.type]}`);
  await engine.query(c => c.run(`create table ${tablePath(table)} (${list.join(", ") || "no_columns integer"})`));
}

class TableWriter {
  readonly #engine: Engine;
  readonly #duckdb: DuckDb;
  readonly #table: string;
  readonly #types: readonly DuckDBType[];
  #rows: DuckDBValue[][] = [];

  constructor(engine: Engine, duckdb: DuckDb, table: string, columns: readonly Column[]) {
    this.#engine = engine;
    this.#duckdb = duckdb;
    this.#table = table;
    this.#types = columns.length === 0 ? [duckdb.INTEGER] : chunkTypes(columns, duckdb);
  }

  async add(row: DuckDBValue[], signal: AbortSignal | undefined): Promise<void> {
    this.#rows.push(row.length === 0 ? [null] : row);
    if (this.#rows.length >= flushRows) await this.flush(signal);
  }

  async flush(signal: AbortSignal | undefined): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length > 0) await this.#engine.query(c => this.#append(c, rows), signal);
  }

  async #append(connection: DuckDBConnection, rows: readonly DuckDBValue[][]): Promise<void> {
    const appender = await connection.createAppender(this.#table, "main", scratchCatalog);
    for (let at = 0; at < rows.length; at += vectorRows) {
      const part = rows.slice(at, at + vectorRows);
      const chunk = this.#duckdb.DuckDBDataChunk.create(this.#types, part.length);
      this.#types.forEach((_, i) =>
        chunk.setColumnValues(
          i,
          part.map(r => r[i] ?? null),
        ),
      );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}

/**
 * Fills a new table from batches. `cut` says that the source had more than `maxRows` rows; the source is then stopped.
 *
 * @throws HuntError `frame/bad-value`, `frame/bad-row`, `query/cancelled`, and what the source throws
 */
export async function appendBatches(
  engine: Engine,
  duckdb: DuckDb,
  target: { readonly table: string; readonly columns: readonly Column[]; readonly batches: Batches },
  options: AppendOptions,
): Promise<{ readonly place: FramePlace; readonly cut: boolean }> {
  const { table, columns, batches } = target;
  const { maxRows = Infinity, signal } = options;
  const encode = rowEncoder(columns, duckdb, options);
  await createTable(engine, table, columns);
  const writer = new TableWriter(engine, duckdb, table, columns);
  let rowCount = 0;
  let cut = false;
  reading: for await (const batch of batches)
    for (const row of batch) {
      cut = rowCount >= maxRows;
      if (cut) break reading;
      rowCount += 1;
      await writer.add(encode(row, rowCount), signal);
    }
  await writer.flush(signal);
  return { place: { table, relation: frameRelation(table, columns), columns, rowCount }, cut };
}
