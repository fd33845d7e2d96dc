/** Runs compiled queries and gives their rows as printed text, for tests and tools that compare with documents. */
import type { CompiledQuery, KqlEnvironment } from "../src/kql/api.js";
import type { DuckDBConnection } from "../src/frame/duckdb.js";
import type { SchemaCache } from "../src/kql/environment.js";
import { readTextRows } from "../src/frame/text-rows.js";
import { compileAnswered, type AnsweredResult } from "../src/kql/ask.js";
import { compileKql } from "../src/kql/compile.js";

/** A cell as text; null as undefined. */
export type Cell = string | undefined;

/** Binds a compiled query's literals and runs it. */
export async function runCompiled(
  query: CompiledQuery,
  connection: DuckDBConnection,
): Promise<readonly (readonly Cell[])[]> {
  const rows = await readTextRows(query, connection);
  return rows.map(row => row.map(cell => cell ?? undefined));
}

/** Compiles a text, answering what it asks of the data. */
export async function compileOver(
  text: string,
  environment: KqlEnvironment,
  using: { readonly connection: DuckDBConnection; readonly schemas: SchemaCache },
): Promise<AnsweredResult> {
  return compileAnswered(text, environment, {
    compile: async (t, e) => compileKql(t, e, using.schemas),
    rows: ask => readTextRows(ask.query, using.connection),
  });
}
