/**
 * Columns of whole numbers and texts that our own transforms make → table: chunk by chunk as they come, without a look at
 * each value. Values of users go through `appendBatches`, which checks them.
 */
import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api";
import type { Column } from "../base/column.js";
import { createTable, vectorRows } from "./append.js";
import type { DuckDb } from "./duckdb.js";
import { chunkTypes } from "./encode.js";
import { scratchCatalog, type Engine } from "./engine.js";
import type { FramePlace } from "./frame.js";
import { frameRelation } from "./materialize.js";

/** One array for each column, all of one length; null where there is no value. */
export type ColumnBatch = readonly (readonly (string | number | null)[])[];
export type ColumnBatches = AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>;

/** A column that needs no conversion on its way into the engine. */
export type PlainColumn = Column & { readonly type: "int" | "string" };

interface ColumnTarget {
  readonly table: string;
  readonly columns: readonly PlainColumn[];
  readonly batches: ColumnBatches;
}

/** Fills a new table, in the order of the batches. @throws HuntError `query/cancelled`, and what the source throws */
export async function appendColumns(
  engine: Engine,
  duckdb: DuckDb,
  { table, columns, batches }: ColumnTarget,
  signal: AbortSignal | undefined,
): Promise<FramePlace> {
  const types = chunkTypes(columns, duckdb);
  await createTable(engine, table, columns);
  let rowCount = 0;
  for await (const batch of batches) {
    const rows = batch[0]?.length ?? 0;
    if (rows === 0) continue;
    await engine.query(async c => append(await openAppender(c, table), batch, types, duckdb), signal);
    rowCount += rows;
  }
  return { table, relation: frameRelation(table, columns), columns, rowCount };
}

type Appender = Awaited<ReturnType<DuckDBConnection["createAppender"]>>;

const openAppender = (connection: DuckDBConnection, table: string): Promise<Appender> =>
  connection.createAppender(table, "main", scratchCatalog);

function append(appender: Appender, batch: ColumnBatch, types: readonly DuckDBType[], duckdb: DuckDb): void {
  const rows = batch[0]?.length ?? 0;
  for (let at = 0; at < rows; at += vectorRows) {
    const count = Math.min(vectorRows, rows - at);
    const chunk = duckdb.DuckDBDataChunk.create(types, count);
    batch.forEach((values, i) => chunk.setColumnValues(i, values.slice(at, at + count)));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
