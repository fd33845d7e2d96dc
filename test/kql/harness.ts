/** A small database for tests of the KQL engine: three tables with the awkward values, compiled against and run for real. */
import type { CompiledQuery, CompileResult, KqlEnvironment, KqlTable } from "../../src/kql/api.js";
import type { Span } from "../../src/base/diagnostic.js";
import type { DuckDBConnection, DuckDBInstance } from "../../src/frame/duckdb.js";
import type { Cell } from "../../tools/kql-run.js";
import { duckdbTypes } from "../../src/base/column.js";
import { formatDiagnostic } from "../../src/base/diagnostic.js";
import { connectDuckDb, openDuckDb } from "../../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../../src/frame/udf-host.js";
import { compileKql } from "../../src/kql/compile.js";
import { SchemaCache } from "../../src/kql/environment.js";
import { compileOver, runCompiled } from "../../tools/kql-run.js";

export const tables: readonly KqlTable[] = [
  {
    name: "Signins",
    columns: [
      { name: "TimeGenerated", type: "datetime" },
      { name: "User", type: "string" },
      { name: "IP", type: "string" },
      { name: "Attempts", type: "long" },
      { name: "Score", type: "real" },
      { name: "Ok", type: "bool" },
      { name: "Details", type: "dynamic" },
    ],
    relation: { path: ["main", "signins"] },
  },
  {
    name: "Users",
    columns: [
      { name: "User", type: "string" },
      { name: "Department", type: "string" },
      { name: "Level", type: "int" },
    ],
    relation: { path: ["main", "users"] },
  },
  {
    // DuckDB folds case, KQL does not.
    name: "Folded",
    columns: [
      { name: "name", type: "string" },
      { name: "Name", type: "string" },
      { name: "odd \"name\" 'é'", type: "long" },
    ],
    relation: { path: ["main", "folded table"], physical: { Name: "Name_2" } },
  },
  {
    name: "Empty",
    columns: [
      { name: "TimeGenerated", type: "datetime" },
      { name: "Text", type: "string" },
      { name: "Number", type: "int" },
    ],
  },
  { name: "Loose", columns: [{ name: "Known", type: "string" }], open: true, relation: { path: ["main", "loose"] } },
];

const rows: Readonly<Record<string, readonly string[]>> = {
  signins: [
    `('2024-03-01 08:00:00', 'ada', '10.0.0.1', 1, 0.5, true, '{"city":"Oslo","tags":["a","b"],"n":3}')`,
    `('2024-03-01 08:20:00', 'ada', '10.0.0.1', 3, 0.25, false, '{"city":"Oslo","tags":[]}')`,
    `('2024-03-01 09:10:00', 'bob', '10.0.0.2', null, null, null, null)`,
    `('2024-03-01 09:30:00', 'Bob', '192.168.7.9', 5, 2.0, true, '{"city":"Rome","tags":["b","c"],"n":"7"}')`,
    `('2024-03-02 00:00:00', '', '', 0, -1.5, false, '[1,2,3]')`,
    `('2024-03-02 10:00:00', 'eve', '203.0.113.5', 12, 0.75, true, '"just text"')`,
    `('2024-03-03 23:59:59.999999', 'eve', '203.0.113.5', 12, 'nan', false, '{"city":null}')`,
  ],
  users: [`('ada', 'Research', 3)`, `('bob', 'Sales', null)`, `('eve', '', 1)`, `('zoe', 'Sales', 2)`],
  "folded table": [`('a', 'A', 1)`, `('b', 'B', 2)`],
  loose: [`('x')`],
};

export interface Database {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

export async function openDatabase(): Promise<Database> {
  const instance: DuckDBInstance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  await registerUdfs(connection);
  await installPrelude(connection);
  for (const table of tables) {
    const [, name] = table.relation?.path ?? [];
    if (name === undefined) continue;
    const quote = (n: string): string => `"${n.replaceAll('"', '""')}"`;
    const columns = table.columns.map(
      c => `${quote(table.relation?.physical?.[c.name] ?? c.name)} ${duckdbTypes[c.type]}`,
    );
    await connection.run(`create table ${quote(name)} (${columns.join(", ")})`);
    await connection.run(`insert into ${quote(name)} values ${(rows[name] ?? []).join(", ")}`);
  }
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const schemas = new SchemaCache();

export const environment: KqlEnvironment = { schemaId: "test/kql", tables, now: "2024-03-04T00:00:00Z" };

export function compile(text: string, changes: Partial<KqlEnvironment> = {}): CompileResult {
  return compileKql(text, { ...environment, ...changes }, schemas);
}

/** The compiled query; a text that does not compile fails the test with its diagnostics. */
export function compiled(text: string, changes: Partial<KqlEnvironment> = {}): CompiledQuery {
  return readyQuery(compile(text, changes), text);
}

function readyQuery(result: CompileResult, text: string): CompiledQuery {
  if (result.state === "ready") return result.query;
  if (result.state === "needs") throw new Error(`asks of the data: ${text}`);
  throw new Error(result.diagnostics.map(d => formatDiagnostic(d, text)).join("\n"));
}

export async function run(
  database: Database,
  text: string,
  changes: Partial<KqlEnvironment> = {},
): Promise<readonly (readonly Cell[])[]> {
  return runCompiled(await compiledOver(database, text, changes), database.connection);
}

/** The compiled query; what it asks of the data is answered. */
export async function compiledOver(
  database: Database,
  text: string,
  changes: Partial<KqlEnvironment> = {},
): Promise<CompiledQuery> {
  const using = { connection: database.connection, schemas };
  return readyQuery(await compileOver(text, { ...environment, ...changes }, using), text);
}

/** A result as CSV: names and types first; null is an empty cell, the empty string `""`. */
export async function runToCsv(database: Database, query: CompiledQuery): Promise<string> {
  const result = await runCompiled(query, database.connection);
  const cell = (c: Cell): string =>
    c === undefined ? "" : c === "" || /[",\r\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c;
  const head = query.columns.map(c => cell(`${c.name}:${c.type}`)).join(",");
  return [head, ...result.map(r => r.map(cell).join(","))].join("\n") + "\n";
}

/** A result as lines for a table of cases: names with types, then rows; sorted where the query does not say an order. */
export async function linesOf(database: Database, text: string): Promise<readonly string[]> {
  const query = await compiledOver(database, text);
  const rows = await runCompiled(query, database.connection);
  const lines = rows.map(r => r.map(c => c ?? "∅").join(" | "));
  return [query.columns.map(c => `${c.name}:${c.type}`).join(" | "), ...(query.ordered ? lines : lines.sort())];
}

export interface Marked {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** A text with marked parts: marked`T | where ${"Foo"} == 1` says where `Foo` stands. */
export function marked(parts: TemplateStringsArray, ...bits: readonly string[]): Marked {
  const spans: Span[] = [];
  let text = parts[0] ?? "";
  for (const [i, bit] of bits.entries()) {
    spans.push({ start: text.length, end: text.length + bit.length });
    text += bit + (parts[i + 1] ?? "");
  }
  return { text, spans };
}
