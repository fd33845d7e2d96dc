/** `tsx tools/kql-try.ts 'KQL'`: compiles a query that needs no tables, shows the SQL and the rows. */
import { connectDuckDb, openDuckDb } from "../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../src/frame/udf-host.js";
import { SchemaCache } from "../src/kql/environment.js";
import { formatDiagnostic } from "../src/base/diagnostic.js";
import { compileOver, runCompiled } from "./kql-run.js";

const connection = await connectDuckDb(await openDuckDb());
await registerUdfs(connection);
await installPrelude(connection);
const schemas = new SchemaCache();
for (const text of process.argv.slice(2)) {
  const environment = { schemaId: "none", tables: [], now: new Date().toISOString() };
  const result = await compileOver(text, environment, { connection, schemas });
  if (result.state !== "ready") {
    console.log(result.state, result.diagnostics.map(d => formatDiagnostic(d, text)).join("\n"));
    continue;
  }
  const { sql, parameters, columns } = result.query;
  console.log(
    sql,
    parameters.map(p => p.value),
  );
  console.log(columns.map(c => `${c.name}:${c.type}`).join("  "));
  for (const row of await runCompiled(result.query, connection)) console.log(row.map(c => c ?? "∅").join("  "));
}
