/** The scalar types of KQL. `guid` is a UUID, `timespan` counts ticks of 100 ns, `datetime` is UTC. */
export const kqlTypes = [
  "bool",
  "int",
  "long",
  "real",
  "decimal",
  "string",
  "datetime",
  "timespan",
  "guid",
  "dynamic",
] as const;
export type KqlType = (typeof kqlTypes)[number];

export function isKqlType(name: string): name is KqlType {
  return (kqlTypes as readonly string[]).includes(name);
}

/** A column as users see it. Names are case-sensitive and may repeat only where KQL allows it (never in a Frame). */
export interface Column {
  readonly name: string;
  readonly type: KqlType;
}

/** The shape of a table: its name and columns in order. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * How each KQL type is stored in DuckDB, everywhere (Parquet files, scratch tables, query results).
 *
 * - `string` is never NULL: '' is written on ingest and by every operator, so scans need no coalesce.
 * - `datetime` has microseconds; Kusto's seventh digit is floored on ingest.
 * - `timespan` is a BIGINT of ticks (100 ns).
 * - `dynamic` is JSON text, minified; SQL NULL and JSON null both count as null.
 */
export const duckdbTypes = {
  bool: "BOOLEAN",
  int: "INTEGER",
  long: "BIGINT",
  real: "DOUBLE",
  decimal: "DECIMAL(38,17)",
  string: "VARCHAR",
  datetime: "TIMESTAMP",
  timespan: "BIGINT",
  guid: "UUID",
  dynamic: "JSON",
} as const satisfies Record<KqlType, string>;
