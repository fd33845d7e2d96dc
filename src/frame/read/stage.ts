/** A table of text into which records are put before their types are known; columns may be added while it fills. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { HuntError } from "../../base/error.js";
import type { DuckDb } from "../duckdb.js";
import { scratchCatalog, type Engine } from "../engine.js";
import { physicalName, tablePath } from "../materialize.js";

const vectorRows = 2048;
/** Cells gathered before a connection is borrowed; about 8 bytes to some KB each. */
const flushCells = 400_000;
const flushChars = 32_000_000;
export const maxColumns = 2000;

export class StagingTable {
  readonly #engine: Engine;
  readonly #duckdb: DuckDb;
  readonly table: string;
  readonly #names = new Map<string, number>();
  #rows: string[][] = [];
  #cells = 0;
  #chars = 0;
  #made = 0;

  constructor(engine: Engine, duckdb: DuckDb, table: string) {
    this.#engine = engine;
    this.#duckdb = duckdb;
    this.table = table;
  }

  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** The position of a column, new when the name is. @throws HuntError `frame/too-many-columns` */
  column(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= maxColumns)
      throw new HuntError(
        "frame/too-many-columns",
        `the records have more than ${maxColumns.toLocaleString("en-US")} fields`,
        {
          hint: "name the columns you need: read(path, { columns: [...] })",
        },
      );
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  /** Adds a row; positions without a value are ''. */
  async add(values: string[], signal: AbortSignal | undefined): Promise<void> {
    this.#rows.push(values);
    this.#cells += values.length;
    for (const value of values) this.#chars += value?.length ?? 0;
    if (this.#cells >= flushCells || this.#chars >= flushChars) await this.flush(signal);
  }

  async flush(signal?: AbortSignal): Promise<void> {
    const rows = this.#rows;
    [this.#rows, this.#cells, this.#chars] = [[], 0, 0];
    await this.#engine.query(async connection => {
      await this.#widen(connection);
      if (rows.length > 0) await this.#append(connection, rows);
    }, signal);
  }

  async drop(): Promise<void> {
    await this.#engine.display(c => c.run(`drop table if exists ${tablePath(this.table)}`));
  }

  async #widen(connection: DuckDBConnection): Promise<void> {
    const width = this.#names.size;
    if (this.#made === 0) {
      const list = Array.from({ length: width }, (_, i) => `${physicalName(i)} varchar`);
      await connection.run(`create table ${tablePath(this.table)} (row_exists boolean${["", ...list].join(", ")})`);
    } else
      for (let i = this.#made - 1; i < width; i += 1)
        await connection.run(`alter table ${tablePath(this.table)} add column ${physicalName(i)} varchar default ''`);
    this.#made = width + 1;
  }

  async #append(connection: DuckDBConnection, rows: readonly string[][]): Promise<void> {
    const { BOOLEAN, VARCHAR, DuckDBDataChunk } = this.#duckdb;
    const types = [BOOLEAN, ...Array.from({ length: this.#names.size }, () => VARCHAR)];
    const appender = await connection.createAppender(this.table, "main", scratchCatalog);
    for (let at = 0; at < rows.length; at += vectorRows) {
      const part = rows.slice(at, at + vectorRows);
      const chunk = DuckDBDataChunk.create(types, part.length);
      types.forEach((_, i) => chunk.setColumnValues(i, i === 0 ? part.map(() => true) : part.map(r => r[i - 1] ?? "")));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}
