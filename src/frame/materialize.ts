/** SQL → table in the scratch catalogue: binding, type check, row limit. */
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResultReader, DuckDBType } from "@duckdb/node-api";
import { duckdbTypes, type Column } from "../base/column.js";
import { HuntError } from "../base/error.js";
import type { OutputColumn, Relation, SqlParameter } from "../kql/api.js";
import { quoteIdentifier } from "./duckdb.js";
import { scratchCatalog } from "./engine.js";
import type { FramePlace } from "./frame.js";

/** Columns are stored as `c0`, `c1`, … because DuckDB folds case and KQL does not. */
export const physicalName = (index: number): string => `c${index}`;

export const tablePath = (table: string): string => `${quoteIdentifier(scratchCatalog)}.${quoteIdentifier(table)}`;

/** The relation of a frame's table. Property names may be anything, `__proto__` too. */
export function frameRelation(table: string, columns: readonly Column[], whole: readonly string[] = []): Relation {
  const physical: Record<string, string> = {};
  columns.forEach(({ name }, i) =>
    Object.defineProperty(physical, name, {
      value: physicalName(i),
      enumerable: true,
      configurable: true,
      writable: true,
    }),
  );
  return { path: [scratchCatalog, table], physical, ...(whole.length === 0 ? {} : { whole }) };
}

export function bindParameters(statement: DuckDBPreparedStatement, parameters: readonly SqlParameter[]): void {
  parameters.forEach((parameter, i) => {
    switch (parameter.type) {
      case "VARCHAR":
        return statement.bindVarchar(i + 1, parameter.value);
      case "BIGINT":
        return statement.bindBigInt(i + 1, parameter.value);
      case "DOUBLE":
        return statement.bindDouble(i + 1, parameter.value);
      case "BOOLEAN":
        return statement.bindBoolean(i + 1, parameter.value);
    }
  });
}

export interface SelectStatement {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  readonly columns: readonly OutputColumn[];
}

const typeName = (type: DuckDBType): string => type.alias ?? String(type);

/** DuckDB types that reach the stored type without losing anything (or fail loudly when a value does not fit). */
const lossless: Readonly<Record<string, RegExp>> = {
  BIGINT: /^(U?TINYINT|U?SMALLINT|U?INTEGER|UBIGINT|HUGEINT|UHUGEINT)$/,
  INTEGER: /^(U?TINYINT|U?SMALLINT|UINTEGER|BIGINT|HUGEINT)$/,
  DOUBLE: /^(FLOAT|U?TINYINT|U?SMALLINT|U?INTEGER)$/,
  VARCHAR: /^(JSON|ENUM.*|UUID)$/,
  JSON: /^VARCHAR$/,
  TIMESTAMP: /^(DATE|TIMESTAMP_S|TIMESTAMP_MS)$/,
  "DECIMAL(38,17)": /^(DECIMAL\(.*\)|U?TINYINT|U?SMALLINT|U?INTEGER|U?BIGINT)$/,
};

/**
 * Makes the table's types those of the KQL columns: casts what loses nothing, refuses the rest. Gives the names of the
 * decimals without places, whose digits have no room beside places.
 */
async function settleTypes(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
): Promise<readonly string[]> {
  const whole: string[] = [];
  const probe = await connection.run(`select * from ${tablePath(table)} limit 0`);
  for (const [i, column] of columns.entries()) {
    const wanted = duckdbTypes[column.type];
    const found = typeName(probe.columnType(i));
    if (found === wanted) continue;
    if (column.type === "decimal" && found === "DECIMAL(38,0)") {
      whole.push(column.name);
      continue;
    }
    if (lossless[wanted]?.test(found) !== true)
      throw new HuntError(
        "frame/type-mismatch",
        `column '${column.name}' should be ${column.type} (${wanted}) but the SQL gives ${found}`,
        { hint: "this is a bug in the compiler or in a reader; please report the query" },
      );
    await connection.run(`alter table ${tablePath(table)} alter ${physicalName(i)} type ${wanted}`);
  }
  return whole;
}

const countOf = (reader: DuckDBResultReader): number => Number(reader.getRows()[0]?.[0] ?? 0);

async function createAs(connection: DuckDBConnection, table: string, query: SelectStatement & { limit: string }) {
  const list = query.columns.map(({ slot }, i) => `${quoteIdentifier(slot)} as ${physicalName(i)}`);
  const sql = `create table ${tablePath(table)} as select ${list.join(", ") || "null as no_columns"} from (${query.sql}\n) as q${query.limit}`;
  // Preparing plans once more than running does: a millisecond, which small answers feel.
  if (query.parameters.length === 0) return countOf(await connection.runAndReadAll(sql));
  const create = await connection.prepare(sql);
  try {
    bindParameters(create, query.parameters);
    return countOf(await create.runAndReadAll());
  } finally {
    create.destroySync();
  }
}

/**
 * Runs a select into a new table and gives where it is; when it throws, the table may exist. With `maxRows` one row more is asked for, so that `cut` is
 * certain: the answer had more rows.
 */
export async function materialize(
  connection: DuckDBConnection,
  table: string,
  statement: SelectStatement,
  maxRows = Infinity,
): Promise<{ readonly place: FramePlace; readonly cut: boolean }> {
  const limit = Number.isFinite(maxRows) ? ` limit ${Math.max(0, Math.trunc(maxRows)) + 1}` : "";
  const count = await createAs(connection, table, { ...statement, limit });
  const cut = count > maxRows;
  const rowCount = cut ? Math.max(0, Math.trunc(maxRows)) : count;
  const whole = await settleTypes(connection, table, statement.columns);
  if (cut) await connection.run(`delete from ${tablePath(table)} where rowid >= ${rowCount}`);
  const columns = statement.columns.map(({ name, type }) => ({ name, type }));
  return { place: { table, relation: frameRelation(table, columns, whole), columns, rowCount }, cut };
}
