/** Where finished tables go: the port between the recorder and whoever keeps the rows. */
import { join } from "node:path";
import type { Column, TableSchema } from "../../base/column.js";
import { quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection } from "../../frame/duckdb.js";
import { rowGroupRows } from "../storage/parquet.js";
import type { ContosoTable } from "./table-schema.js";

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
  /** Keeps a slice; afterwards its DuckDB table may go. */
  add(slice: TableSlice): Promise<void>;
}

/** A finished Parquet file of one table. */
export interface PartFile {
  readonly table: ContosoTable;
  readonly columns: readonly Column[];
  readonly path: string;
}

/**
 * Copies each slice to `FOLDER/TABLE-NAME-SLICE.parquet` and lists the files in `parts`. One thread writes each, so that
 * the bytes are the same every time.
 */
export function partFileSink(
  connection: DuckDBConnection,
  folder: string,
  name: string,
): TableSink & { readonly parts: readonly PartFile[] } {
  const parts: PartFile[] = [];
  return {
    parts,
    async add({ schema, columns, select, slice }) {
      const path = join(folder, `${schema.name}-${name}-${String(slice).padStart(3, "0")}.parquet`);
      const options = `format parquet, compression zstd, row_group_size ${rowGroupRows}`;
      await connection.run(`copy (${select}) to ${quoteLiteral(path)} (${options})`);
      parts.push({ table: schema.name as ContosoTable, columns, path });
    },
  };
}
