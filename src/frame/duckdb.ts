/** The only place that loads DuckDB; lazily, because it is a native module. */
import type * as DuckDbModule from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type DuckDbBindings from "@duckdb/node-bindings";

export type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** DuckDB's classes and types, for whoever builds or reads chunks. */
export type DuckDb = typeof DuckDbModule;

export async function loadDuckDb(): Promise<DuckDb> {
  return import("@duckdb/node-api");
}

/** The C interface beneath, for the few places where the comfortable one costs too much. */
export async function loadDuckDbBindings(): Promise<typeof DuckDbBindings> {
  return (await import("@duckdb/node-bindings")).default;
}

export interface DuckDbOptions {
  /** Database file; in memory when absent. */
  readonly path?: string;
  /** Where DuckDB may spill; created by the caller with mode 0700. */
  readonly tempDir?: string;
  readonly memoryLimitBytes?: number;
  readonly spillLimitBytes?: number;
  readonly threads?: number;
}

/**
 * Opens a DuckDB database with Huntbook's fixed settings: UTC, insertion order kept, no extension ever downloaded.
 *
 * @throws whatever DuckDB throws when the file cannot be opened
 */
export async function openDuckDb(options: DuckDbOptions = {}): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await loadDuckDb();
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "true",
  };
  if (options.tempDir !== undefined) settings["temp_directory"] = options.tempDir;
  if (options.memoryLimitBytes !== undefined)
    settings["memory_limit"] = `${Math.floor(options.memoryLimitBytes / 1024)}KiB`;
  if (options.threads !== undefined) settings["threads"] = String(options.threads);
  const instance = await DuckDBInstance.create(options.path ?? ":memory:", settings);
  if (options.spillLimitBytes !== undefined) await limitSpill(instance, options.spillLimitBytes);
  return instance;
}

/** Given when opening, DuckDB 1.5.5 shows this limit but does not keep it; set afterwards, it does. */
async function limitSpill(instance: DuckDBInstance, limitBytes: number): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run(`set max_temp_directory_size = '${Math.floor(limitBytes / 1024)}KiB'`);
  } finally {
    connection.closeSync();
  }
}

/** Opens a connection in UTC. */
export async function connectDuckDb(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  return connection;
}

/** An identifier as SQL text. Names come from us or from files; quoting makes any of them safe. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal as SQL text, for statements that take no parameters (`read_parquet`, `attach`, `copy … to`). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
