/** Puts KQL's macros and JavaScript functions into DuckDB. */
import type * as DuckDb from "@duckdb/node-api";
import type { DuckDBScalarFunction, DuckDBType, DuckDBValue, DuckDBVector } from "@duckdb/node-api";
import { messageOf } from "../base/error.js";
import type { KqlUdf, UdfType } from "../kql/api.js";
import { preludeSql } from "../kql/functions/prelude.js";
import { udfs, udfsFor } from "../kql/functions/udf/index.js";
import type { DuckDBConnection } from "./duckdb.js";

export { udfsFor };

type Api = typeof DuckDb;
type UdfValue = string | bigint | number | boolean | null;

/**
 * Installs the macros (`k_*`) that compiled KQL calls into the current catalogue of a database; once per database, after
 * `registerUdfs`, because some macros call functions.
 *
 * @throws whatever DuckDB throws, for example on a read-only database
 */
export async function installPrelude(connection: DuckDBConnection): Promise<void> {
  for (const statement of preludeSql) await connection.run(statement);
}

/**
 * Registers the JavaScript functions (`ku_*`); once per database. They run on the main thread, one chunk of rows at a
 * time, so that a query that calls them must not be awaited synchronously.
 */
export async function registerUdfs(connection: DuckDBConnection, functions: readonly KqlUdf[] = udfs): Promise<void> {
  const api = await import("@duckdb/node-api");
  for (const udf of functions) connection.registerScalarFunction(toScalarFunction(udf, api));
}

function toScalarFunction(udf: KqlUdf, api: Api): DuckDBScalarFunction {
  return api.DuckDBScalarFunction.create({
    name: udf.name,
    parameterTypes: udf.parameters.map(p => duckdbType(p === "JSON" ? "VARCHAR" : p, api)),
    returnType: duckdbType(udf.returns, api),
    // Nulls reach the function: some answer them.
    specialHandling: true,
    mainFunction: (info, input, output) => {
      try {
        runChunk(udf, {
          api,
          input: udf.parameters.map((_, i) => input.getColumnVector(i)),
          rows: input.rowCount,
          output,
        });
      } catch (error) {
        info.setError(`${udf.name}: ${messageOf(error)}`);
      }
    },
  });
}

interface Chunk {
  readonly api: Api;
  readonly input: readonly DuckDBVector[];
  readonly rows: number;
  readonly output: DuckDBVector;
}

function runChunk(udf: KqlUdf, chunk: Chunk): void {
  const write = writer(udf.returns, chunk.api);
  const readers = udf.parameters.map(p => (p === "TIMESTAMP" ? readTimestamp : readPlain));
  for (let row = 0; row < chunk.rows; row += 1) {
    const values = chunk.input.map((vector, i) => readers[i]?.(vector.getItem(row)) ?? null);
    const result = udf.call(...values);
    chunk.output.setItem(row, result === null ? null : write(result));
  }
  chunk.output.flush();
}

const readPlain = (value: DuckDBValue): UdfValue => value as UdfValue;
const readTimestamp = (value: DuckDBValue): UdfValue =>
  value === null ? null : (value as { readonly micros: bigint }).micros;

function writer(type: UdfType, api: Api): (value: UdfValue) => DuckDBValue {
  return type === "TIMESTAMP" ? value => new api.DuckDBTimestampValue(value as bigint) : value => value;
}

function duckdbType(type: UdfType, api: Api): DuckDBType {
  return type === "JSON" ? api.DuckDBVarCharType.create("JSON") : api[type];
}
