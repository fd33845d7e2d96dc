/**
 * `npm run conformance -- CASES.jsonl [--exclude FILE] [--json OUT]`: runs KQL queries with known results and says for
 * each case whether the answer is right (`pass`), different (`wrong`), refused by name (`refused`) or failed (`error`).
 * `--exclude` leaves out the cases that a JSON object names, each with the reason (`test/kql/excluded-cases.json`).
 *
 * Cases are JSON lines `{ id, query, columns, rows }`, cells as printed text. Cells compare as values: numbers to 1e-9
 * relative or to the digits that are printed, instants, timespans, JSON structurally. Columns compare by position, rows by order only where the query sorts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { CompiledQuery } from "../src/kql/api.js";
import type { DuckDBConnection } from "../src/frame/duckdb.js";
import { connectDuckDb, openDuckDb } from "../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../src/frame/udf-host.js";
import { messageOf } from "../src/base/error.js";
import { SchemaCache } from "../src/kql/environment.js";
import { compileOver, runCompiled } from "./kql-run.js";
import { sameRows } from "./kql-values.js";

interface Case {
  readonly id: string;
  readonly query: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
type Status = "pass" | "wrong" | "refused" | "error";
interface Outcome {
  readonly id: string;
  readonly status: Status;
  readonly reason: string;
}

async function runCase(test: Case, connection: DuckDBConnection, schemas: SchemaCache): Promise<Outcome> {
  const environment = { schemaId: "none", tables: [], now: "2024-01-01T00:00:00Z" };
  const result = await compileOver(test.query, environment, { connection, schemas }).catch(messageOf);
  if (typeof result === "string") return { id: test.id, status: "error", reason: result.split("\n")[0] ?? "" };
  if (result.state !== "ready") {
    const reason = result.diagnostics.map(d => `${d.code} ${d.message}`).join("; ");
    return { id: test.id, status: result.state === "refused" ? "refused" : "error", reason };
  }
  return compare(test, result.query, connection);
}

async function compare(test: Case, query: CompiledQuery, connection: DuckDBConnection): Promise<Outcome> {
  const { id } = test;
  try {
    const rows = await runCompiled(query, connection);
    if (query.columns.length !== test.columns.length)
      return { id, status: "wrong", reason: `${query.columns.length} columns, expected ${test.columns.length}` };
    const difference = sameRows(rows, test.rows, query.columns, query.ordered);
    return difference === undefined ? { id, status: "pass", reason: "" } : { id, status: "wrong", reason: difference };
  } catch (error) {
    return { id, status: "error", reason: messageOf(error).split("\n")[0] ?? "" };
  }
}

interface Arguments {
  readonly file: string;
  readonly json: string | undefined;
  readonly exclude: string | undefined;
}

function parseArguments(): Arguments {
  const options = { json: { type: "string" }, exclude: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    console.error("usage: npm run conformance -- CASES.jsonl [--exclude FILE] [--json OUT]");
    process.exit(2);
  }
  return { file, json: values.json, exclude: values.exclude };
}

const { file, json, exclude } = parseArguments();
const excluded =
  exclude === undefined ? {} : (JSON.parse(readFileSync(exclude, "utf8")) as Readonly<Record<string, string>>);
const all = readFileSync(file, "utf8")
  .split("\n")
  .filter(line => line.trim() !== "")
  .map(line => JSON.parse(line) as Case);
const cases = all.filter(c => !Object.hasOwn(excluded, c.id));
const instance = await openDuckDb();
const connection = await connectDuckDb(instance);
await registerUdfs(connection);
await installPrelude(connection);
const schemas = new SchemaCache();
const outcomes: Outcome[] = [];
for (const test of cases) outcomes.push(await runCase(test, connection, schemas));
connection.closeSync();
instance.closeSync();

for (const o of outcomes) if (o.status !== "pass") console.log(`${o.status}\t${o.id}\t${o.reason}`);
const count = (status: Status): number => outcomes.filter(o => o.status === status).length;
console.log(
  `${cases.length} cases: ${count("pass")} pass, ${count("wrong")} wrong, ${count("refused")} refused, ${count("error")} error` +
    (cases.length === all.length ? "" : `; ${all.length - cases.length} excluded`),
);
if (json !== undefined) writeFileSync(json, JSON.stringify({ cases: outcomes }, null, 2) + "\n");
