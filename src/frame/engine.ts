/** One DuckDB for one session: settings, connections, folders, and the move to a new instance when a folder is added. */
import { realpath, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { HuntError } from "../base/error.js";
import { connectDuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from "./duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "./duckdb.js";
import { toHuntError } from "./duckdb-error.js";
import type { Limits } from "./limits.js";
import { ConnectionPool, closedError } from "./pool.js";

export interface EngineOptions extends Limits {
  readonly scratchDir: string;
  /** Folders that SQL may read from the start. */
  readonly readable: readonly string[];
  readonly threads: number | undefined;
  /**
   * Connections for queries, besides the one for display. Each running query occupies one of Node's four pool threads, so
   * more than 2 would leave none for files.
   */
  readonly connections: number;
  /** Run on each new instance before it is locked: macros and JavaScript functions. */
  readonly prepare: readonly ((connection: DuckDBConnection) => Promise<void> | void)[];
}

/** The catalogue of everything a store keeps: frames, and the schemas that other layers make. */
export const scratchCatalog = "scratch";

const within = (dir: string, path: string): boolean =>
  path === dir || path.startsWith(dir.endsWith(sep) ? dir : dir + sep);

export class Engine {
  readonly #options: EngineOptions;
  readonly #queries = new ConnectionPool();
  readonly #display = new ConnectionPool();
  #instance: DuckDBInstance;
  #readable: readonly string[];
  #moving: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: EngineOptions, instance: DuckDBInstance, readable: readonly string[]) {
    this.#options = options;
    this.#instance = instance;
    this.#readable = readable;
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const readable = await Promise.all(options.readable.map(resolveFolder));
    const { instance, connections } = await openInstance(options, readable);
    const engine = new Engine(options, instance, readable);
    engine.#start(connections);
    return engine;
  }

  /** Lends a query connection. See ConnectionPool.use. */
  async query<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#queries.use(work, signal);
  }

  /** Lends the connection kept for display and paging: short reads only, so that it is always soon free. */
  async display<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#display.use(work, signal);
  }

  /**
   * Lets SQL read files under `dir` and gives the path to use for it (links resolved).
   *
   * DuckDB checks resolved paths against a list that is fixed once external access is off, so a folder outside the list
   * means a new instance: running queries are waited for, the scratch catalogue moves over through a file in the scratch
   * folder (measured: about 1.5 s per million rows of ten columns; nothing to move, 20 ms), and work goes on.
   *
   * @throws HuntError `frame/folder-missing`
   */
  async mount(dir: string): Promise<string> {
    const path = await resolveFolder(dir);
    const turn = this.#moving.then(async () => {
      if (this.#closed) throw closedError();
      if (!this.#readable.some(known => within(known, path))) await this.#move([...this.#readable, path]);
    });
    this.#moving = turn.catch(() => undefined);
    await turn;
    return path;
  }

  /** Interrupts what runs and closes. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#moving;
    const connections = [...(await this.#queries.close()), ...(await this.#display.close())];
    closeInstance({ instance: this.#instance, connections });
  }

  #start(connections: readonly DuckDBConnection[]): void {
    this.#display.resume(connections.slice(0, 1));
    this.#queries.resume(connections.slice(1));
  }

  async #move(readable: readonly string[]): Promise<void> {
    const old = [...(await this.#queries.pause()), ...(await this.#display.pause())];
    const file = join(this.#options.scratchDir, "move.db");
    try {
      await copyCatalog(old[0], `attach ${quoteLiteral(file)} as moving`, [scratchCatalog, "moving"]);
      const next = await openInstance(this.#options, readable);
      try {
        const attach = `attach ${quoteLiteral(file)} as moving (read_only)`;
        await copyCatalog(next.connections[0], attach, ["moving", scratchCatalog]);
      } catch (error) {
        closeInstance(next);
        throw error;
      }
      closeInstance({ instance: this.#instance, connections: old });
      this.#instance = next.instance;
      this.#readable = readable;
      this.#start(next.connections);
    } catch (error) {
      this.#start(old);
      throw toHuntError(error);
    } finally {
      await rm(file, { force: true });
      await rm(`${file}.wal`, { force: true });
    }
  }
}

async function copyCatalog(
  connection: DuckDBConnection | undefined,
  attach: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  if (connection === undefined) throw new HuntError("internal/bug", "an engine without connections");
  await connection.run(attach);
  try {
    await connection.run(`copy from database ${quoteIdentifier(from)} to ${quoteIdentifier(to)}`);
  } finally {
    await connection.run("detach moving");
  }
}

async function resolveFolder(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch (error) {
    throw new HuntError("frame/folder-missing", `the folder '${dir}' cannot be read`, {
      cause: error,
      hint: "check the path and its permissions",
    });
  }
}

interface OpenInstance {
  readonly instance: DuckDBInstance;
  readonly connections: readonly DuckDBConnection[];
}

function closeInstance({ instance, connections }: OpenInstance): void {
  for (const connection of connections) connection.closeSync();
  instance.closeSync();
}

async function openInstance(options: EngineOptions, readable: readonly string[]): Promise<OpenInstance> {
  const instance = await openDuckDb({
    tempDir: join(options.scratchDir, "spill"),
    memoryLimitBytes: options.memoryLimitBytes,
    spillLimitBytes: options.spillLimitBytes,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const connections: DuckDBConnection[] = [];
  for (let i = 0; i <= options.connections; i += 1) connections.push(await connectDuckDb(instance));
  const first = connections[0];
  if (first === undefined) throw new HuntError("internal/bug", "an engine without connections");
  await first.run(`attach ':memory:' as ${scratchCatalog}`);
  for (const step of options.prepare) await step(first);
  const folders = [await realpath(options.scratchDir), ...readable].map(quoteLiteral).join(", ");
  await first.run(`set allowed_directories = [${folders}]`);
  await first.run("set enable_external_access = false");
  await first.run("set lock_configuration = true");
  return { instance, connections };
}
