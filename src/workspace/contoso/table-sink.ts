/** Where finished tables go: the port between the generator and whoever keeps the files. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TableSchema } from "../../base/column.js";
import { quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";

/** Rows of one table for one slice of time, in a DuckDB table whose columns are the schema's, sorted by `order`. */
export interface TableSlice {
  readonly schema: TableSchema;
  readonly connection: DuckDBConnection;
  /** SELECT text giving the schema's columns in order, sorted by TimeGenerated. Made of identifiers and constants of ours. */
  readonly select: string;
  readonly rowCount: number;
  readonly slice: number;
}

export interface TableSink {
  add(slice: TableSlice): Promise<void>;
  /** Called once, after the last slice. */
  close(): Promise<void>;
}

/** Plain Parquet files, `TABLE/part-000.parquet`, without a manifest. */
export function parquetFolderSink(dir: string): TableSink {
  return {
    async add({ schema, connection, select, slice }) {
      const folder = join(dir, schema.name);
      mkdirSync(folder, { recursive: true });
      await copyToParquet(connection, select, join(folder, `part-${String(slice).padStart(3, "0")}.parquet`));
    },
    close: () => Promise.resolve(),
  };
}

/** Writes one Parquet file with the row groups that time pruning likes (about 100,000 rows). */
export async function copyToParquet(connection: DuckDBConnection, select: string, file: string): Promise<void> {
  const options = "format parquet, compression zstd, row_group_size 100000";
  await connection.run(`copy (${select}) to ${quoteLiteral(file)} (${options})`);
}

