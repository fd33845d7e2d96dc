/** Where finished tables go: the port between the generator and whoever keeps the files. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Column, TableSchema } from "../../base/column.js";
import { connectDuckDb, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { rowGroupRows } from "../storage/parquet.js";
import type { WorkspaceWriter } from "../storage/writer.js";

/** Rows of one table for one slice of time, still in DuckDB. */
export interface TableSlice {
  readonly schema: TableSchema;
  /** The columns of the schema that the rows fill; the others are '' or null. */
  readonly columns: readonly Column[];
  /** SELECT text giving `columns` in order, sorted by TimeGenerated. Made of identifiers and constants of ours. */
  readonly select: string;
  readonly rowCount: number;
  readonly slice: number;
}

export interface TableSink {
  /** Keeps the slices; afterwards their DuckDB tables may go. */
  add(slices: readonly TableSlice[]): Promise<void>;
  /** Makes everything added visible. */
  close(): Promise<void>;
}

/** How many tables are written at once; each is written by one thread, so that its bytes are the same every time. */
const writersAtOnce = 2;

/** Copies each slice to `fileOf(slice)`, the largest first. */
async function copySlices(
  instance: DuckDBInstance,
  slices: readonly TableSlice[],
  fileOf: (s: TableSlice) => string,
): Promise<void> {
  const waiting = [...slices].sort((a, b) => b.rowCount - a.rowCount);
  const work = async (): Promise<void> => {
    const connection = await connectDuckDb(instance);
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await copyToParquet(connection, next.select, fileOf(next));
    } finally {
      connection.closeSync();
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, work));
}

async function copyToParquet(connection: DuckDBConnection, select: string, file: string): Promise<void> {
  const options = `format parquet, compression zstd, row_group_size ${rowGroupRows}`;
  await connection.run(`copy (${select}) to ${quoteLiteral(file)} (${options})`);
}

const partName = (slice: number): string => `part-${String(slice).padStart(3, "0")}.parquet`;

/** Plain Parquet files, `TABLE/part-000.parquet`, without a manifest: for measuring and for other tools. */
export function parquetFolderSink(instance: DuckDBInstance, dir: string): TableSink {
  return {
    async add(slices) {
      for (const { schema } of slices) mkdirSync(join(dir, schema.name), { recursive: true });
      await copySlices(instance, slices, s => join(dir, s.schema.name, partName(s.slice)));
    },
    close: () => Promise.resolve(),
  };
}

/**
 * The tables of a workspace. Nothing is visible until `close`; a generator that fails leaves the workspace as it was.
 * The caller closes the writer.
 */
export function workspaceSink(instance: DuckDBInstance, writer: WorkspaceWriter): TableSink {
  return {
    async add(slices) {
      const staging = await writer.stagingDir();
      const fileOf = (s: TableSlice): string => join(staging, `${s.schema.name}-${partName(s.slice)}`);
      await copySlices(instance, slices, fileOf);
      for (const s of slices) {
        const { name, columns } = s.schema;
        // Announces the columns that no row fills: files may lack columns of their table.
        if (!writer.tables.has(name)) await writer.addTable(name, columns, { kind: "batches", batches: [] });
        await writer.addTable(name, s.columns, { kind: "parquet", files: [fileOf(s)] });
      }
    },
    async close() {
      await writer.commit();
    },
  };
}
