/** Runs a compiled query and gives its rows as printed text, for tests and tools that compare with documents. */
import type { CompiledQuery } from "../src/kql/api.js";
import type { KqlType } from "../src/base/column.js";
import type { DuckDBConnection } from "../src/frame/duckdb.js";
import { formatDatetime, formatTimespan, microsToTicks } from "../src/kql/functions/time-text.js";

/** A cell as text; null as undefined. */
export type Cell = string | undefined;

/** Binds a compiled query's literals and runs it. */
export async function runCompiled(query: CompiledQuery, connection: DuckDBConnection): Promise<readonly (readonly Cell[])[]> {
  const prepared = await connection.prepare(query.sql);
  try {
    query.parameters.forEach((p, i) => {
      if (p.type === "VARCHAR") prepared.bindVarchar(i + 1, p.value);
      else if (p.type === "BIGINT") prepared.bindBigInt(i + 1, p.value);
      else if (p.type === "DOUBLE") prepared.bindDouble(i + 1, p.value);
      else prepared.bindBoolean(i + 1, p.value);
    });
    const reader = await prepared.runAndReadAll();
    return reader.getRows().map(row => row.map((value, i) => printCell(value, query.columns[i]?.type ?? "string")));
  } finally {
    prepared.destroySync();
  }
}

function printCell(value: unknown, type: KqlType): Cell {
  if (value === null || value === undefined) return undefined;
  switch (type) {
    case "datetime":
      return formatDatetime(microsToTicks((value as { readonly micros: bigint }).micros));
    case "timespan":
      return formatTimespan(value as bigint);
    case "bool":
      return value === true ? "true" : "false";
    default:
      return String(value as string | number | bigint);
  }
}
