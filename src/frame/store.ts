/** The frame store of a session: where results live, and the one way from SQL or values to a Frame. */
import { join } from "node:path";
import type { DuckDBPreparedStatement, DuckDBResult, DuckDBResultReader } from "@duckdb/node-api";
import type { Clock } from "../base/clock.js";
import type { Column } from "../base/column.js";
import { affectingValues, complete, uniteCompleteness, type Completeness } from "../base/completeness.js";
import { HuntError } from "../base/error.js";
import type {
  CompiledQuery,
  ExternalSource,
  KqlCompiler,
  KqlEnvironment,
  KqlTable,
  Relation,
  SqlParameter,
  TableUse,
} from "../kql/api.js";
import { compileAnswered, type AnswerPort } from "../kql/ask.js";
import type { FrameFactory, FrameInfo, FrameLike, Provenance, Row } from "./api.js";
import { appendBatches, type AppendOptions, type Batches } from "./append.js";
import { appendColumns, type ColumnBatches, type PlainColumn } from "./append-columns.js";
import { loadDuckDb, type DuckDb, type DuckDBConnection } from "./duckdb.js";
import { Engine } from "./engine.js";
import {
  Frame,
  type FrameCore,
  type FrameHost,
  type FrameKqlOptions,
  type FramePart,
  type FramePlace,
  type ValueColumns,
} from "./frame.js";
import { cutStatement, withRowLimit } from "./cut.js";
import { inferColumns } from "./infer.js";
import { getReadyQuery } from "./kql-error.js";
import { grantLimits } from "./limits.js";
import type { GrantedLimits } from "./limits.js";
import type { RowFilter } from "../view/index.js";
import { runResults } from "./results.js";
import { readTextRows } from "./text-rows.js";
import { bindParameters, materialize, physicalName, tablePath, type SelectStatement } from "./materialize.js";
import { PendingFrame } from "./pending.js";
import type { PlotHost, ViewPorts } from "./plot/host.js";
import { LiveViews } from "./plot/live.js";
import { narrowFrame } from "./plot/rows.js";
import { closedError, untilCancelled } from "./pool.js";
import { readFiles, type ReadOptions } from "./read/read.js";
import { createScratch, randomId, removeScratch } from "./scratch.js";

export interface FrameStoreOptions {
  /** Needed for `frame.kql` and `store.kql`. Not closed by the store. */
  readonly compiler?: KqlCompiler;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Folder in which the scratch folder is made. Default: the system's temporary folder. */
  readonly scratchRoot?: string;
  /** Folders that SQL may read from the start; more by `mount`. */
  readonly readable?: readonly string[];
  /** Default: a share of half the machine's (or container's) memory; the stores of a process divide it, the first has most. */
  readonly memoryLimitBytes?: number;
  /** Default: a share of half the free disk, at most 64 GiB. */
  readonly spillLimitBytes?: number;
  readonly threads?: number;
  /** Queries that run at the same time; default 2. */
  readonly connections?: number;
  /** Reads the files of `externaldata`. Absent: they are refused. */
  readonly external?: ExternalReader;
  /** Answers `invoke ti_lookup(…)` and its like. Absent: they are refused. */
  readonly enrich?: Enricher;
  /** What the session lends to figures. */
  readonly views?: ViewPorts;
  /**
   * Awaited before a query runs that calls JavaScript functions (`CompiledQuery.udfs`): opens what they ask.
   * @throws HuntError when what they ask is not to be had; the query then does not run
   */
  readonly beforeUdfs?: (udfs: readonly string[]) => Promise<void>;
  /** Run once per DuckDB instance before it is locked: installs macros and JavaScript functions. */
  readonly prepare?: readonly ((connection: DuckDBConnection) => Promise<void> | void)[];
}

/**
 * Reads what `externaldata` names: its records as texts, by position. Absent: externaldata is refused.
 * @throws HuntError `external/…` shown at the operator
 */
export type ExternalReader = (
  source: ExternalSource,
  signal?: AbortSignal,
) => Promise<readonly (readonly (string | null)[])[]>;

/**
 * Finds out about values: `values` has one column of distinct texts, in order. Gives a frame of the value and the columns of
 * the enrichment (`kql/enrichments.ts`); what could not be found out is a cause of its completeness.
 */
export type Enricher = (
  request: { readonly name: string; readonly options: Readonly<Record<string, string>> },
  values: Frame,
  signal?: AbortSignal,
) => Promise<Frame>;

export interface Answering extends Omit<AnswerPort, "compile"> {
  /** What was found out, by the name that `TableUse` has for it. */
  readonly answered: Readonly<Record<string, FrameLike>>;
  readonly release: () => Promise<void>;
}

/** What is known about a compiled query that is about to run. */
export interface ExecuteOptions {
  /** The KQL as run, for the provenance. */
  readonly query?: string;
  readonly source: string;
  readonly range?: Provenance["range"];
  /** Frames that the query reads by name: kept alive while it runs; their completeness counts. */
  readonly frames?: Readonly<Record<string, FrameLike>>;
  /** How whole another table is that the query reads. Default: complete. */
  readonly completenessOf?: (use: TableUse) => Completeness;
  /** More rows than this are cut, and the frame says so. Default: no limit. */
  readonly maxRows?: number;
  /** The clock that `now()` meant. Default: the store's. */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface StoreKqlOptions {
  /** Frames usable by name in the text. */
  readonly frames?: Readonly<Record<string, FrameLike>>;
  readonly scalars?: KqlEnvironment["scalars"];
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
  /** For the provenance. Default: the names of the frames. */
  readonly source?: string;
}

const systemClock: Clock = { now: () => Date.now(), kind: "system" };

const noSteps: NonNullable<FrameStoreOptions["prepare"]> = [];

/** Options that are present only when given, as exactOptionalPropertyTypes wants. */
const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });

export class FrameStore implements FrameFactory, FrameHost, AsyncDisposable {
  readonly id: string = randomId();
  readonly clock: Clock;
  readonly scratchDir: string;
  /** FrameHost: for figures. */
  readonly plotHost: PlotHost;
  readonly #engine: Engine;
  readonly #duckdb: DuckDb;
  readonly #compiler: KqlCompiler | undefined;
  readonly #external: ExternalReader | undefined;
  readonly #enrich: Enricher | undefined;
  readonly #beforeUdfs: FrameStoreOptions["beforeUdfs"];
  /** Drops the table of a frame that nobody can reach any more. Holds names, never frames. */
  readonly #unreachable: FinalizationRegistry<string>;
  readonly #tables = new Set<string>();
  /** Frames that running queries read: reachable until they are done. */
  readonly #inUse = new Set<object>();
  readonly #limits: GrantedLimits;
  #counter = 0;
  #closed = false;

  private constructor(parts: {
    readonly engine: Engine;
    readonly duckdb: DuckDb;
    readonly scratchDir: string;
    readonly limits: GrantedLimits;
    readonly options: FrameStoreOptions;
  }) {
    this.#engine = parts.engine;
    this.#duckdb = parts.duckdb;
    this.scratchDir = parts.scratchDir;
    this.#limits = parts.limits;
    this.clock = parts.options.clock ?? systemClock;
    this.#compiler = parts.options.compiler;
    this.#external = parts.options.external;
    this.#enrich = parts.options.enrich;
    this.#beforeUdfs = parts.options.beforeUdfs;
    this.plotHost = {
      all: (sql, parameters) => this.all(sql, parameters),
      values: (sql, parameters = []) =>
        this.#engine.display(async c => columnsOf(await runStatement(c, sql, parameters))),
      numbers: (sql, parameters = []) =>
        this.#engine.query(c => runPrepared(c, sql, parameters, async s => numbersOf(await s.run()))),
      narrow: (frame, where, parameters) => this.#narrow(frame, where, parameters),
      live: new LiveViews(this.id),
      ports: parts.options.views ?? {},
    };
    this.#unreachable = new FinalizationRegistry(table => void this.drop(table).catch(() => undefined));
  }

  /**
   * Opens a store with its own DuckDB and scratch folder; close it.
   *
   * Once open, SQL can read only the scratch folder, `readable` and what `mount` adds, and no setting can be changed.
   * @throws HuntError `frame/folder-missing` for a folder in `readable` that is not there
   */
  static async open(options: FrameStoreOptions = {}): Promise<FrameStore> {
    const scratchDir = await createScratch(options.scratchRoot);
    const limits = await grantLimits(options, scratchDir);
    try {
      const engine = await Engine.open({
        scratchDir,
        readable: options.readable ?? [],
        memoryLimitBytes: limits.memoryLimitBytes,
        spillLimitBytes: limits.spillLimitBytes,
        threads: options.threads,
        connections: options.connections ?? 2,
        prepare: options.prepare ?? noSteps,
      });
      return new FrameStore({ engine, duckdb: await loadDuckDb(), scratchDir, limits, options });
    } catch (error) {
      limits.release();
      await removeScratch(scratchDir);
      throw error;
    }
  }

  /** How many frames hold rows now. */
  get frameCount(): number {
    return this.#tables.size;
  }

  /** Lets SQL read files under `dir`; gives the path to use in SQL. Not inside `withConnection`. See Engine.mount. */
  async mount(dir: string): Promise<string> {
    return this.#engine.mount(dir);
  }

  /** Runs one SQL statement of ours. Data goes into `parameters`, never into the text. */
  async run(sql: string, parameters: readonly SqlParameter[] = [], signal?: AbortSignal): Promise<void> {
    await this.#engine.query(c => runStatement(c, sql, parameters), signal);
  }

  /** Rows of one SQL statement of ours, as DuckDB's JavaScript values (bigint, Date, …); for small answers. */
  async all(
    sql: string,
    parameters: readonly SqlParameter[] = [],
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>[]> {
    return this.#engine.query(async c => (await runStatement(c, sql, parameters)).getRowObjectsJS(), signal);
  }

  /** Lends a connection for work of several statements (transactions, `copy`). `mount` inside would wait for itself. */
  async withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#engine.query(work, signal);
  }

  /**
   * Runs compiled KQL into a frame; of a text with several results, only this one: see `runResults`.
   *
   * Completeness is united from the tables' by how each reaches the result (`TableUse.affects`), plus `row-limit`.
   * @throws HuntError `query/cancelled`, `query/failed`, `frame/out-of-memory`, `frame/spill-limit`, `frame/type-mismatch`,
   *   and what `beforeUdfs` throws
   */
  async execute(query: CompiledQuery, options: ExecuteOptions): Promise<Frame> {
    const { clock = this.clock, frames = {} } = options;
    const inputs = query.tables.map(use => {
      const frame = Object.hasOwn(frames, use.name) ? frames[use.name] : undefined;
      const known = frame?.completeness ?? options.completenessOf?.(use) ?? complete;
      return use.affects === "values" ? affectingValues(known) : known;
    });
    await this.#openFor(query);
    return this.#using(frames, () =>
      this.select(query, {
        completeness: uniteCompleteness(inputs),
        provenance: {
          ...optional("query", options.query),
          source: options.source,
          ...optional("range", options.range),
          clock: clock.kind,
          clockDependent: query.clockDependent,
        },
        ...optional("visualization", query.visualization),
        ...optional("name", query.name),
        ...optional("maxRows", options.maxRows),
        ...optional("signal", options.signal),
      }),
    );
  }

  /**
   * What answers the compiler's questions while one query is prepared and run. `release` lets the tables of external data
   * go; call it when the query has run.
   */
  answering(signal?: AbortSignal): Answering {
    const held: Frame[] = [];
    const read = this.#external;
    const rows: AnswerPort["rows"] = async ({ query, maxRows }) => {
      await this.#openFor(query);
      const sql = `select * from (${query.sql}) limit ${maxRows + 1}`;
      return this.#engine.query(c => readTextRows({ ...query, sql }, c), signal);
    };
    const external = async (source: ExternalSource): Promise<Relation> => {
      const columns = source.columns.map((_, i): Column => ({ name: `c${i}`, type: "string" }));
      const found = await untilCancelled(read?.(source, signal) ?? Promise.resolve([]), signal);
      const frame = await this.#fromValues(
        columns,
        [...found].map(r => [...r]),
        "externaldata",
      );
      held.push(frame);
      return frame.relation;
    };
    const answered: Record<string, FrameLike> = {};
    const enricher = this.#enrich;
    const enrich: AnswerPort["enrich"] = async ({ name, options, query, maxRows }, key) => {
      const values = await this.execute(query, { source: name, maxRows, ...optional("signal", signal) });
      held.push(values);
      if (values.completeness.causes.some(c => c.kind === "row-limit"))
        throw new HuntError(
          "kql/enrichment",
          `'${name}' looks at ${maxRows.toLocaleString("en-US")} different values at most, and the column has more`,
          { hint: "narrow the rows before it, for example with summarize or top" },
        );
      const found = await enricher?.({ name, options }, values, signal);
      if (found === undefined) throw new HuntError("internal/bug", `nobody answers '${name}'`);
      held.push(found);
      answered[key] = found;
      return found.relation;
    };
    return {
      rows,
      answered,
      ...(read === undefined ? {} : { external }),
      ...(enricher === undefined ? {} : { enrich }),
      release: async () => {
        for (const frame of held) await frame.close();
      },
    };
  }

  /** Runs a select of ours (or of the compiler) into a frame. `columns` name the SQL's output columns as slots. */
  async select(
    statement: SelectStatement,
    info: Omit<FrameInfo, "provenance"> & {
      readonly provenance: Omit<Provenance, "ranAtMs" | "tookMs"> & Partial<Provenance>;
      readonly maxRows?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<Frame> {
    const [started, ranAtMs] = [performance.now(), this.clock.now()];
    const { place, cut } = await this.#make(table =>
      this.#engine.query(c => materialize(c, table, statement, info.maxRows), info.signal),
    );
    const provenance = { ranAtMs, tookMs: performance.now() - started, ...info.provenance };
    return this.#frame(place, withRowLimit({ ...info, provenance }, cut ? info.maxRows : undefined));
  }

  async fromBatches(
    columns: readonly Column[],
    batches: Batches,
    info: FrameInfo | (() => FrameInfo),
    options: AppendOptions = {},
  ): Promise<Frame> {
    refuseDuplicates(columns);
    const { place, cut } = await this.#make(table =>
      appendBatches(this.#engine, this.#duckdb, { table, columns, batches }, options),
    );
    const known = typeof info === "function" ? info() : info;
    return this.#frame(place, withRowLimit(known, cut ? options.maxRows : undefined));
  }

  /** As `fromBatches`, for columns that our own code makes: one array for each column, nothing is checked. */
  async fromColumnBatches(
    columns: readonly PlainColumn[],
    batches: ColumnBatches,
    info: FrameInfo,
    signal?: AbortSignal,
  ): Promise<Frame> {
    const place = await this.#make(table =>
      appendColumns(this.#engine, this.#duckdb, { table, columns, batches }, signal),
    );
    return this.#frame(place, info);
  }

  /**
   * Makes a frame of objects. Missing keys are null ('' in string columns); without `columns` types are inferred, see
   * inferColumns.
   *
   * @throws HuntError `frame/bad-value` when a value does not fit a given column
   */
  async fromRows<R extends object = Row>(
    rows: Iterable<R>,
    options: { readonly columns?: readonly Column[]; readonly source?: string } = {},
  ): Promise<Frame<R>> {
    const list = [...rows];
    const columns = options.columns ?? inferColumns(list);
    const names = columns.map(c => c.name);
    const values = list.map(row => names.map(n => (Object.hasOwn(row, n) ? (row as Row)[n] : null)));
    return (await this.#fromValues(columns, values, options.source)) as unknown as Frame<R>;
  }

  /** Makes a frame of columns: `{ Host: ["a", "b"], Count: [1, 2] }`. */
  async fromColumns(
    data: Readonly<Record<string, readonly unknown[]>>,
    options: { readonly columns?: readonly Column[]; readonly source?: string } = {},
  ): Promise<Frame> {
    const names = Object.keys(data);
    const length = Math.max(0, ...names.map(n => data[n]?.length ?? 0));
    const uneven = names.find(n => data[n]?.length !== length);
    if (uneven !== undefined)
      throw new HuntError(
        "frame/bad-columns",
        `column '${uneven}' has ${data[uneven]?.length} values, others ${length}`,
      );
    const rows = Array.from({ length }, (_, i) => Object.fromEntries(names.map(n => [n, data[n]?.[i] as Row[string]])));
    return this.fromRows(rows, {
      columns: options.columns ?? inferColumns(rows),
      ...optional("source", options.source),
    });
  }

  /**
   * Reads files into a frame: CSV, TSV, JSON (array, values, one object), JSON Lines, each also gzip; Parquet.
   *
   * `paths` is a path, a pattern (`logs/**\/*.json.gz`) or a list. Columns of several files are united by name. Types are the
   * narrowest that hold every value as written, so that nothing is lost: numbers with leading zeros stay text, JSON columns
   * of several kinds become dynamic. Records that cannot be read are counted (`lines-skipped`, with file:line); a damaged or
   * cut gzip gives what stands before the damage. Files are never written to.
   *
   * Limits: 16 Mi characters a record (`maxRecordChars`), 2,000 columns.
   * @throws HuntError `frame/file-missing`, `frame/unknown-format`, `frame/mixed-formats`, `frame/bad-value`,
   *   `frame/too-many-columns`, `query/cancelled`
   */
  async read(paths: string | readonly string[], options: ReadOptions = {}): Promise<Frame> {
    if (this.#closed) throw closedError();
    const stagingName = `staging${++this.#counter}`;
    return readFiles({ store: this, engine: this.#engine, duckdb: this.#duckdb, stagingName }, paths, options);
  }

  /** FrameHost: rows of a frame, read on the connection kept for display. */
  async page(
    frame: FrameCore,
    from: number,
    to: number,
    only: readonly number[] = frame.columns.map((_, i) => i),
  ): Promise<readonly ValueColumns[]> {
    const table = this.#tableOf(frame);
    return this.#engine.display(async c => {
      const list = only.map(physicalName).join(", ") || "no_columns";
      const range = `rowid >= ${Math.trunc(from)} and rowid < ${Math.trunc(to)}`;
      const reader = await c.run(`select ${list} from ${tablePath(table)} where ${range}`);
      return (await reader.fetchAllChunks()).map(chunk => chunk.getColumns());
    });
  }

  /** FrameHost: KQL over a frame. Text that starts with `|` continues the frame; else the text names it. */
  kql(frame: FrameCore, text: string, options: FrameKqlOptions = {}): PendingFrame {
    const name = options.as ?? "Frame";
    const prefix = /^\s*\|/.test(text) ? `${name}\n` : "";
    return new PendingFrame(async () => {
      frame.assertOpen();
      const source = frame.provenance.source;
      return this.#run({ text, prefix }, { ...options, source, frames: { ...options.frames, [name]: frame as Frame } });
    });
  }

  /** Runs KQL over frames and values that it names; not over a workspace (LocalWorkspace.query does that). */
  query(text: string, options: StoreKqlOptions = {}): PendingFrame {
    return new PendingFrame(async () => this.#run({ text, prefix: "" }, options));
  }

  /** FrameHost: some rows of a frame as a new frame. */
  cut(frame: FrameCore, part: FramePart): PendingFrame {
    return new PendingFrame(async () => {
      frame.assertOpen();
      const table = this.#tableOf(frame);
      const columns = frame.columns.map((c, i) => ({ ...c, slot: physicalName(i) }));
      const known = part.kind === "head" ? frame.completeness : affectingValues(frame.completeness);
      const statement = { ...cutStatement(table, frame.rowCount, part), columns };
      return this.#using(frame, () => this.select(statement, { completeness: known, provenance: frame.provenance }));
    });
  }

  /** FrameHost: the rows that fit, as a new frame. */
  narrowed(frame: Frame, filters: readonly RowFilter[]): PendingFrame {
    return new PendingFrame(() => narrowFrame(this.plotHost, frame, filters));
  }

  async #narrow(frame: Frame, where: string, parameters: readonly SqlParameter[]): Promise<Frame> {
    const table = this.#tableOf(frame);
    const columns = frame.columns.map((c, i) => ({ ...c, slot: physicalName(i) }));
    const list = columns.map(c => c.slot).join(", ");
    const sql = `select ${list} from ${tablePath(table)}${where} order by rowid`;
    const { source, clock, clockDependent, range } = frame.provenance;
    return this.#using(frame, () =>
      this.select(
        { sql, parameters, columns },
        {
          completeness: frame.completeness,
          provenance: { source, clock, clockDependent, ...optional("range", range) },
        },
      ),
    );
  }

  /** FrameHost: frees a frame's rows. */
  async drop(table: string): Promise<void> {
    if (this.#closed || !this.#tables.delete(table)) return;
    await this.#engine.display(c => c.run(`drop table if exists ${tablePath(table)}`));
  }

  /** Tables of frames for a compiler's environment. @throws HuntError `frame/foreign-session`, `frame/closed` */
  tablesOf(frames: Readonly<Record<string, FrameLike>>): readonly KqlTable[] {
    return Object.entries(frames).map(([name, frame]) => {
      this.#tableOf(frame);
      return { name, columns: frame.columns, relation: frame.relation };
    });
  }

  /** Interrupts what runs, frees every frame, and removes the scratch folder. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#tables.clear();
    await this.#engine.close();
    this.#limits.release();
    await removeScratch(this.scratchDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A file in the scratch folder, for readers and writers of this folder. */
  scratchFile(extension: string): string {
    return join(this.scratchDir, `file-${++this.#counter}.${extension}`);
  }

  async #run(kql: { text: string; prefix: string }, options: StoreKqlOptions): Promise<Frame> {
    const compiler = this.#compiler;
    if (compiler === undefined)
      throw new HuntError("frame/no-compiler", "this frame store was opened without a KQL compiler", {
        hint: "open it through createSession, or pass `compiler`",
      });
    const frames = options.frames ?? {};
    const tables = this.tablesOf(frames);
    const environment: KqlEnvironment = {
      schemaId: `frames/${this.id}/${JSON.stringify(tables.map(t => [t.name, t.relation?.path]))}`,
      tables,
      ...optional("scalars", options.scalars),
      now: new Date(this.clock.now()).toISOString(),
    };
    const { release, answered, ...answers } = this.answering(options.signal);
    return this.#using(frames, async () => {
      const result = await compileAnswered(kql.prefix + kql.text, environment, {
        compile: (text, e) => untilCancelled(compiler.compile(text, e), options.signal),
        ...answers,
      });
      return runResults(getReadyQuery(result, kql.text, kql.prefix), query =>
        this.execute(query, {
          query: kql.text,
          source: options.source ?? (Object.keys(frames).join(", ") || "no table"),
          frames: { ...frames, ...answered },
          ...optional("maxRows", options.maxRows),
          ...optional("signal", options.signal),
        }),
      );
    }).finally(release);
  }

  async #openFor({ udfs }: CompiledQuery): Promise<void> {
    if (udfs.length > 0) await this.#beforeUdfs?.(udfs);
  }

  /** Keeps frames reachable while `work` reads their tables. */
  async #using<T>(frames: object, work: () => Promise<T>): Promise<T> {
    const held = { frames };
    this.#inUse.add(held);
    try {
      return await work();
    } finally {
      this.#inUse.delete(held);
    }
  }

  async #fromValues(columns: readonly Column[], values: readonly unknown[][], source?: string): Promise<Frame> {
    const started = performance.now();
    return this.fromBatches(columns, [values], () => ({
      completeness: complete,
      provenance: {
        source: source ?? `${values.length.toLocaleString("en-US")} rows in memory`,
        ranAtMs: this.clock.now(),
        tookMs: performance.now() - started,
        clock: this.clock.kind,
        clockDependent: false,
      },
    }));
  }

  /** Gives `work` a fresh table name and drops the table when it fails. */
  async #make<T>(work: (table: string) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError();
    const table = `f${++this.#counter}`;
    this.#tables.add(table);
    try {
      return await work(table);
    } catch (error) {
      await this.drop(table).catch(() => undefined);
      throw error;
    }
  }

  #frame(place: FramePlace, info: FrameInfo): Frame {
    const frame = new Frame(this, place, info);
    this.#unreachable.register(frame, place.table);
    return frame;
  }

  /** The table of a frame of this store. */
  #tableOf(frame: FrameCore | FrameLike): string {
    if (this.#closed) throw closedError();
    if (frame instanceof Frame && frame.storeId === this.id) {
      frame.assertOpen();
      const table = frame.relation.path.at(-1);
      if (table !== undefined) return table;
    }
    throw new HuntError("frame/foreign-session", "this frame belongs to another session", {
      hint: "bring its rows over with `fromRows(await frame.rows())`, or write and read a Parquet file",
    });
  }
}

/** All rows of an answer as one chunk of columns. */
const columnsOf = (reader: DuckDBResultReader): readonly ValueColumns[] => [reader.getColumns()];

async function runStatement(connection: DuckDBConnection, sql: string, parameters: readonly SqlParameter[]) {
  if (parameters.length === 0) return connection.runAndReadAll(sql);
  return runPrepared(connection, sql, parameters, statement => statement.runAndReadAll());
}

async function runPrepared<T>(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly SqlParameter[],
  run: (statement: DuckDBPreparedStatement) => Promise<T>,
): Promise<T> {
  const statement = await connection.prepare(sql);
  try {
    bindParameters(statement, parameters);
    return await run(statement);
  } finally {
    statement.destroySync();
  }
}

/** Columns of doubles, value by value out of DuckDB's own memory; NaN for null. */
async function numbersOf(result: DuckDBResult): Promise<readonly Float64Array[]> {
  const chunks = await result.fetchAllChunks();
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return Array.from({ length: result.columnCount }, (_, column) => {
    const values = new Float64Array(rowCount);
    let at = 0;
    for (const chunk of chunks) {
      const vector = chunk.getColumnVector(column);
      for (let i = 0; i < vector.itemCount; i += 1) values[at++] = (vector.getItem(i) as number | null) ?? Number.NaN;
    }
    return values;
  });
}

/** A frame's column names differ; case alone makes a difference, as in KQL. */
function refuseDuplicates(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name))
      throw new HuntError("frame/duplicate-column", `the column '${name}' appears twice`, {
        hint: "give one of them another name",
      });
    seen.add(name);
  }
}
