/** Two tables with the awkward values, as JavaScript values for the reference and as rows in DuckDB. */
import type { KqlType } from "../../src/base/column.js";
import type { KqlEnvironment, KqlTable } from "../../src/kql/api.js";
import type { DuckDBConnection } from "../../src/frame/duckdb.js";
import { duckdbTypes } from "../../src/base/column.js";

/** What the reference knows: null, text, 64-bit integers (also datetime in microseconds and timespan in ticks), bool, real. */
export type Value = string | bigint | boolean | number | null;
export type Row = readonly Value[];
export interface Column {
  readonly name: string;
  readonly type: KqlType;
}
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const day = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

export const tables: readonly Table[] = [
  {
    name: "A",
    columns: [
      { name: "k", type: "long" },
      { name: "s", type: "string" },
      { name: "b", type: "bool" },
      { name: "t", type: "datetime" },
      { name: "r", type: "real" },
      { name: "n", type: "int" },
      { name: "d", type: "dynamic" },
      { name: "p", type: "timespan" },
    ],
    rows: [
      [1n, "alpha", true, day("2024-01-01T00:00:00Z"), 0.5, 1n, '{"a":1,"b":[1,2]}', 10_000_000n],
      [2n, "", false, day("2024-01-01T12:30:00Z"), -1.25, -2n, "[1,2,3]", 0n],
      [null, "Alpha", null, null, null, null, null, null],
      [-3n, "beta gamma", true, day("2023-12-31T23:59:59.999Z"), 1e10, 2147483647n, '"text"', -36_000_000_000n],
      [2n, "a'b\"c\\d", false, day("1999-02-28T00:00:00Z"), 0, 0n, '{"a":null}', 864_000_000_000n],
      [9007199254740993n, "é", true, day("2024-02-29T08:00:00Z"), 3.75, 7n, "[]", 1n],
    ],
  },
  {
    name: "B",
    columns: [
      { name: "k", type: "long" },
      { name: "s", type: "string" },
      { name: "v", type: "long" },
    ],
    rows: [
      [1n, "one", 10n],
      [2n, "alpha", null],
      [2n, "", 30n],
      [null, "none", 40n],
      [5n, "beta gamma", -7n],
    ],
  },
];

const kqlTables: readonly KqlTable[] = tables.map(({ name, columns }) => ({
  name,
  columns,
  relation: { path: ["main", name.toLowerCase()] },
}));

export const environment: KqlEnvironment = { schemaId: "kql-fuzz", tables: kqlTables, now: "2024-03-01T00:00:00Z" };

export async function createTables(connection: DuckDBConnection): Promise<void> {
  const cell = (value: Value, type: KqlType): string => {
    if (value === null) return "null";
    if (type === "datetime") return `make_timestamp(${value}::bigint)`;
    return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
  };
  for (const { name, columns, rows } of tables) {
    await connection.run(`create table ${name} (${columns.map(c => `${c.name} ${duckdbTypes[c.type]}`).join(", ")})`);
    const values = rows.map(row => `(${row.map((v, i) => cell(v, columns[i]?.type ?? "string")).join(", ")})`);
    await connection.run(`insert into ${name} values ${values.join(", ")}`);
  }
}
