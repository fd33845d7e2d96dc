/** Records on their way from files to tables: JSON texts in a temporary table of the writer's DuckDB, bounded in size. */
import type * as DuckDb from "@duckdb/node-api";
import type { DuckDBConnection } from "../../frame/duckdb.js";

export interface StagedRecord {
  /** Index of the file in this run. */
  readonly file: number;
  readonly number: number;
  /** Index of where it goes: table and shape. */
  readonly target: number;
  readonly json: string;
}

const chunkRows = 2048;
const chunkChars = 8 * 1024 * 1024;

/** Collects records and hands them to DuckDB in chunks; whoever opens it closes it. */
export class Stage {
  /** Characters staged since the last `clear`. */
  chars = 0;
  readonly #connection: DuckDBConnection;
  readonly #api: typeof DuckDb;
  #appender: Awaited<ReturnType<DuckDBConnection["createAppender"]>> | undefined;
  #waiting: StagedRecord[] = [];
  #waitingChars = 0;

  private constructor(connection: DuckDBConnection, api: typeof DuckDb) {
    this.#connection = connection;
    this.#api = api;
  }

  static async open(connection: DuckDBConnection, fileNames: readonly string[]): Promise<Stage> {
    const api = await import("@duckdb/node-api");
    await connection.run("create temp table ingest_files (id INTEGER, name VARCHAR)");
    const appender = await connection.createAppender("ingest_files", "main", "temp");
    for (const [id, name] of fileNames.entries()) {
      appender.appendInteger(id);
      appender.appendVarchar(name);
      appender.endRow();
    }
    appender.closeSync();
    const stage = new Stage(connection, api);
    await stage.clear();
    return stage;
  }

  add(record: StagedRecord): void {
    this.#waiting.push(record);
    this.#waitingChars += record.json.length;
    this.chars += record.json.length;
    if (this.#waiting.length >= chunkRows || this.#waitingChars >= chunkChars) this.#send();
  }

  /** Makes everything added visible to queries; further records need a `clear` first. */
  flush(): void {
    this.#send();
    this.#appender?.closeSync();
    this.#appender = undefined;
  }

  /** The staged rows of one target, as `file`, `number`, `json`. */
  rowsOf(target: number): string {
    return (
      `(select f.name as file, r.number, r.json from temp.main.ingest_stage r` +
      ` join temp.main.ingest_files f on f.id = r.file where r.target = ${Math.trunc(target)})`
    );
  }

  /** Takes out the records that DuckDB's JSON reader refuses, though JavaScript's took them. */
  async takeInvalid(): Promise<readonly StagedRecord[]> {
    const reader = await this.#connection.runAndReadAll(
      "select file, number, target, json from temp.main.ingest_stage where not json_valid(json)",
    );
    const found = reader.getRows().map(([file, number, target, json]): StagedRecord => {
      return { file: Number(file), number: Number(number), target: Number(target), json: String(json) };
    });
    if (found.length > 0) await this.#connection.run("delete from temp.main.ingest_stage where not json_valid(json)");
    return found;
  }

  /** Forgets everything staged. */
  async clear(): Promise<void> {
    this.#appender?.closeSync();
    await this.#connection.run(
      "create or replace temp table ingest_stage (file INTEGER, number BIGINT, target INTEGER, json VARCHAR)",
    );
    this.#appender = await this.#connection.createAppender("ingest_stage", "main", "temp");
    this.chars = 0;
  }

  async close(): Promise<void> {
    this.#appender?.closeSync();
    this.#appender = undefined;
    await this.#connection.run("drop table if exists temp.main.ingest_stage");
    await this.#connection.run("drop table if exists temp.main.ingest_files");
  }

  #send(): void {
    if (this.#waiting.length === 0) return;
    const { DuckDBDataChunk, BIGINT, INTEGER, VARCHAR } = this.#api;
    const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, INTEGER, VARCHAR], this.#waiting.length);
    chunk.setColumnValues(
      0,
      this.#waiting.map(r => r.file),
    );
    chunk.setColumnValues(
      1,
      this.#waiting.map(r => BigInt(r.number)),
    );
    chunk.setColumnValues(
      2,
      this.#waiting.map(r => r.target),
    );
    chunk.setColumnValues(
      3,
      this.#waiting.map(r => r.json),
    );
    this.#appender?.appendDataChunk(chunk);
    this.#waiting = [];
    this.#waitingChars = 0;
  }
}
