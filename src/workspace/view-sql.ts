/** The SQL of a table's view: its Parquet files, with the columns that some of them lack. */
import { join } from "node:path";
import type { Column } from "../base/column.js";
import { duckdbTypes } from "../base/column.js";
import { quoteIdentifier, quoteLiteral } from "../frame/duckdb.js";
import type { DataFile, TableEntry } from "./storage/manifest.js";
import type { PhysicalNames } from "./storage/names.js";
import { literalPath } from "./storage/parquet.js";

/**
 * Reads a table's files under the DuckDB names of its columns. Files that lack the same columns are read together, and
 * those columns are constants, so that filters on time still reach the row groups' statistics.
 *
 * @param columns of the table as queries see it: stored ones and the catalogue's
 * @param folder of the table's files
 */
export function tableViewSql(
  entry: TableEntry,
  columns: readonly Column[],
  physical: PhysicalNames,
  folder: string,
): string {
  const stored = new Set(entry.columns.map(c => c.name));
  const groups = new Map<string, DataFile[]>();
  for (const file of entry.files) {
    const key = JSON.stringify([...(file.missing ?? [])].sort());
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const select = (from: string, has: (name: string) => boolean): string => {
    const list = columns.map(column => {
      const name = quoteIdentifier(physical.get(column.name) ?? column.name);
      return has(column.name) ? name : `${emptyValue(column)} as ${name}`;
    });
    return `select ${list.join(", ")}${from}`;
  };
  const parts = [...groups.values()].map(files => {
    const missing = new Set(files[0]?.missing ?? []);
    const paths = files.map(f => quoteLiteral(literalPath(join(folder, f.name))));
    return select(` from read_parquet([${paths.join(", ")}])`, name => stored.has(name) && !missing.has(name));
  });
  // Without files the table is empty and typed, not unknown.
  return parts.length === 0 ? `${select("", () => false)} where false` : parts.join(" union all ");
}

function emptyValue(column: Column): string {
  return column.type === "string" ? "''" : `cast(null as ${duckdbTypes[column.type]})`;
}
