/** Runs a compiled query and gives its rows as printed text: for questions of the compiler, tests and tools. */
import type { KqlType } from "../base/column.js";
import type { CompiledQuery } from "../kql/api.js";
import { formatDatetime, formatTimespan, microsToTicks } from "../kql/functions/time-text.js";
import type { DuckDBConnection } from "./duckdb.js";
import { bindParameters } from "./materialize.js";

/** Binds a query's literals and runs it; cells as `tostring()` prints them, null as null. */
export async function readTextRows(
  query: CompiledQuery,
  connection: DuckDBConnection,
): Promise<readonly (readonly (string | null)[])[]> {
  const prepared = await connection.prepare(query.sql);
  try {
    bindParameters(prepared, query.parameters);
    const reader = await prepared.runAndReadAll();
    return reader.getRows().map(row => row.map((value, i) => printCell(value, query.columns[i]?.type ?? "string")));
  } finally {
    prepared.destroySync();
  }
}

function printCell(value: unknown, type: KqlType): string | null {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "datetime":
      return formatDatetime(microsToTicks((value as { readonly micros: bigint }).micros));
    case "timespan":
      return formatTimespan(value as bigint);
    case "bool":
      return value === true ? "true" : "false";
    default:
      return `${value as string}`;
  }
}
