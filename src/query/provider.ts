/** QueryProvider: named queries and query text against one data source. */
import { HuntError, messageOf } from "../base/error.js";
import type { Clock, TimeRange } from "../base/clock.js";
import type { NoticeSink } from "../base/port.js";
import { formatDiagnostic } from "../base/diagnostic.js";
import type { FrameLike } from "../frame/api.js";
import { Frame } from "../frame/frame.js";
import { PendingFrame } from "../frame/pending.js";
import type { Driver, DriverQueryOptions, Schema } from "./api.js";
import { readCall, type Call } from "./call.js";
import { checkClause, type KqlFragmentCheck } from "./clause.js";
import type { QueryDefinition } from "./definition.js";
import { environments, getEnvironment, type Environment } from "./environment.js";
import { buildFamilies, type FamilyNode } from "./families.js";
import { describeQuery, type HelpText } from "./help.js";
import { QueryLibrary, type QuerySearch } from "./library.js";
import type { AnyQueryFunction } from "./query-function.js";
import { readQueries } from "./read-queries.js";
import { resolveQuery, type AmbientTime } from "./resolve.js";
import { isSpanLike, QueryTime, spanFromText, TimeSpan, type TimeSpanSpec } from "./time-span.js";
import { toQueryFile, type CustomQuery } from "./custom-query.js";

/** Runs a query in slices of time, where that cannot change its answer. Needs the compiler, which knows when. */
export interface QuerySplitter {
  split(query: SplitRequest): Promise<FrameLike>;
}
export interface SplitRequest {
  readonly text: string;
  readonly span: TimeSpan;
  /** A duration such as `2h`. */
  readonly by: string;
  readonly run: (range: TimeRange) => Promise<FrameLike>;
}

/** What a provider needs from the session it belongs to. */
export interface QueryProviderHost {
  readonly clock: Clock;
  /** Every definition that is known, for all environments. */
  readonly definitions: () => readonly QueryDefinition[];
  /** Finds the driver for an environment and a target (a workspace's configuration, its name, a connection string) and connects it. */
  readonly openDriver: (
    environment: Environment,
    target: unknown,
    options: Readonly<Record<string, unknown>>,
  ) => Promise<Driver>;
  /** The notebook's time range, when it has one. */
  readonly huntWindow?: () => TimeRange | undefined;
  readonly notify?: NoticeSink;
  /** Checks added pipe operators more deeply than words can. */
  readonly checkFragment?: KqlFragmentCheck;
  readonly splitter?: QuerySplitter;
  readonly readText?: (path: string) => string;
}

export interface ExecQueryOptions {
  readonly start?: unknown;
  readonly end?: unknown;
  /** `-5d`, `2h`, or anything with a start and an end. */
  readonly timespan?: string | { readonly start: unknown; readonly end: unknown };
  readonly maxRows?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ImportedQueries {
  /** Full names of the queries that were added. */
  readonly added: readonly string[];
  /** What was wrong with the others, ready to show. */
  readonly problems: readonly string[];
}

const notConnected = (): HuntError =>
  new HuntError("query/not-connected", "No connection to a data source. Please call connect() and retry.", {
    hint: "await qry.connect()",
  });

/** Named queries, query text and schema of one environment. Made by `createQueryProvider`. */
export class QueryProvider {
  readonly #environment: Environment;
  readonly #host: QueryProviderHost;
  readonly #library: QueryLibrary;
  readonly #queryTime: QueryTime;
  #families: FamilyNode;
  #driver: Driver | undefined;
  #schema: Schema = {};

  constructor(environment: string, host: QueryProviderHost) {
    this.#environment = getEnvironment(environment);
    this.#host = host;
    this.#library = new QueryLibrary(this.#environment, host.definitions());
    this.#queryTime = new QueryTime({ now: () => this.#nowMs() });
    this.#families = this.#buildFamilies();
  }

  /** Canonical names of the environments that exist. */
  static listDataEnvironments(): string[] {
    return environments.map(e => e.name).sort();
  }

  get environment(): string {
    return this.#environment.name;
  }

  get connected(): boolean {
    return this.#driver?.connected === true;
  }

  /** Where it is connected to, for people. */
  get connection(): string {
    return this.#driver?.connection ?? "not connected";
  }

  /**
   * Connects to a data source: a WorkspaceConfig, a workspace's name, a connection string, or (without an argument) the
   * default workspace.
   *
   * @throws HuntError of the driver: `config/…`, `net/…`, `query/…`
   */
  async connect(target?: unknown, options: Readonly<Record<string, unknown>> = {}): Promise<this> {
    const driver = await this.#host.openDriver(this.#environment, target, options);
    const previous = this.#driver;
    this.#driver = driver;
    if (previous !== undefined && previous !== driver) await previous.close();
    this.#schema = await driver.schema().catch((error: unknown) => {
      const message = `the tables of ${driver.connection} cannot be listed: ${messageOf(error)}`;
      this.#host.notify?.({ code: "query/no-schema", message, hint: "queries run nevertheless" });
      return {};
    });
    this.#host.notify?.({ code: "query/connected", message: `connected: ${driver.connection}` });
    return this;
  }

  async close(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    await driver?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Table → column → type, as it was when the provider connected. */
  get schema(): Schema {
    if (this.#driver === undefined) throw notConnected();
    return this.#schema;
  }

  /** Names of the tables, sorted. */
  get schemaTables(): string[] {
    return Object.keys(this.schema).sort();
  }

  /** The time range that queries take when they are given none. */
  get queryTime(): QueryTime {
    return this.#queryTime;
  }

  set queryTime(span: TimeSpanSpec | string) {
    this.#queryTime.setTime(span);
  }

  /** `Family.name` of every query, or of those that contain the text. */
  listQueries(substring?: string): string[] {
    return this.#library.names(substring);
  }

  /** Full names of the queries that match regular expressions. */
  search(wanted: QuerySearch | string): string[] {
    return this.#library.search(typeof wanted === "string" ? { search: wanted } : wanted);
  }

  /** The query function of a full name, for names known only when the program runs. */
  query(name: string): AnyQueryFunction {
    const definition = this.#library.get(name);
    return this.#toFunction(definition, name.includes(".") ? name : `${definition.families[0] ?? ""}.${name}`);
  }

  /** The template of a query. @throws HuntError `query/unknown-query` */
  getQuery(name: string): string {
    return this.#library.get(name).query;
  }

  /** What a query does and takes. @throws HuntError `query/unknown-query` */
  queryHelp(name: string): HelpText {
    return describeQuery(this.#library.get(name), this.#environment.name);
  }

  /** The families as one object; they are also members of the provider. */
  get families(): FamilyNode {
    return this.#families;
  }

  /**
   * Runs query text. Without a time range in the text or the options, the provider's `queryTime` applies.
   *
   * @throws HuntError `query/not-connected`, `query/time`, and those of the driver
   */
  execQuery(text: string, options: ExecQueryOptions = {}): PendingFrame {
    return this.#pend(async driver => {
      const nowMs = this.#nowMs();
      const ambient = this.#ambientTime();
      const given = execSpan(options, ambient.span, nowMs);
      const range = {
        ...(given ?? ambient.span).toRange(),
        from: given === undefined ? ambient.origin : ("argument" as const),
      };
      return driver.query(text, { range, ...pickOptions(options) });
    });
  }

  /**
   * Adds a query of your own to this provider.
   * @throws HuntError `query/file-invalid` when its template or parameters are wrong
   */
  addCustomQuery(query: CustomQuery): string[] {
    return [...this.#import(toQueryFile(query, this.#environment.name), `custom query '${query.name}'`).added];
  }

  /**
   * Adds the queries of a file in MSTICPy's format. Queries with errors are left out and reported.
   * @throws HuntError `query/file-unreadable`, and `query/file-invalid` when nothing in it is usable
   */
  importQueryFile(path: string): ImportedQueries {
    const { readText } = this.#host;
    if (readText === undefined) throw new HuntError("query/file-unreadable", "this session cannot read query files");
    let text: string;
    try {
      text = readText(path);
    } catch (cause) {
      throw new HuntError("query/file-unreadable", `query file '${path}' cannot be read: ${messageOf(cause)}`, {
        cause,
      });
    }
    return this.#import(text, path);
  }

  #import(text: string, file: string): ImportedQueries {
    const result = readQueries(text, file);
    const problems = result.diagnostics.map(d => formatDiagnostic(d, result.text, file));
    if (result.definitions.length === 0)
      throw new HuntError("query/file-invalid", `no query could be read:\n${problems.join("\n")}`, {
        hint: "correct the lines named above",
      });
    const added = this.#library.add(result.definitions);
    if (added.length === 0)
      throw new HuntError("query/file-invalid", `no query of '${file}' is for ${this.#environment.name}`, {
        hint: "look at data_environments in its metadata",
      });
    this.#families = this.#buildFamilies();
    for (const problem of problems) this.#host.notify?.({ code: "query/file-invalid", message: problem });
    return { added, problems };
  }

  #nowMs(): number {
    return this.#driver?.nowMs() ?? this.#host.clock.now();
  }

  #ambientTime(): AmbientTime {
    if (this.#queryTime.isSet) return { span: this.#queryTime.timespan, origin: "hunt-window" };
    const window = this.#host.huntWindow?.();
    if (window === undefined) return { span: this.#queryTime.timespan, origin: "default" };
    const span = new TimeSpan({ start: new Date(window.startMs), end: new Date(window.endMs) });
    return { span, origin: "hunt-window" };
  }

  #buildFamilies(): FamilyNode {
    return buildFamilies(this.#library, (definition, name) => this.#toFunction(definition, name));
  }

  #toFunction(definition: QueryDefinition, fullName: string): AnyQueryFunction {
    const help = () => describeQuery(definition, this.#environment.name);
    const call = (...args: unknown[]) => this.#call(definition, args);
    const members = {
      fullName,
      description: definition.description,
      help,
      print: (...args: unknown[]) => this.#call(definition, [...args, "print"]),
      toString: () => `${fullName} (query)`,
    };
    return Object.freeze(Object.assign(call, members)) as unknown as AnyQueryFunction;
  }

  #call(definition: QueryDefinition, args: readonly unknown[]): HelpText | string | PendingFrame {
    const flags = new Set(args.filter(a => typeof a === "string"));
    if (flags.has("?") || flags.has("help")) return describeQuery(definition, this.#environment.name);
    const nowMs = this.#nowMs();
    const wantsText = args.some(a => a === "print" || a === "print_query" || a === "debug_query" || wantsPrint(a));
    if (wantsText) return resolveQuery(definition, readCall(definition, args, nowMs), this.#ambientTime(), nowMs).text;
    return this.#pend(async driver => this.#run(driver, definition, args));
  }

  async #run(driver: Driver, definition: QueryDefinition, args: readonly unknown[]): Promise<FrameLike> {
    const nowMs = this.#nowMs();
    const call = readCall(definition, args, nowMs);
    const { text, range, rangeInText } = resolveQuery(definition, call, this.#ambientTime(), nowMs);
    await this.#checkFragments(definition, call);
    const options: DriverQueryOptions = { range, rangeInText, ...call.options };
    if (call.splitQueryBy === undefined) return driver.query(text, options);
    return this.#split(driver, definition, args, { by: call.splitQueryBy, range, text });
  }

  async #checkFragments(definition: QueryDefinition, call: Call): Promise<void> {
    const clauses = definition.parameters
      .filter(p => p.type === "clause" || p.name === "add_query_items")
      .map(p => call.given.get(p.name))
      .concat(call.addQueryItems)
      .filter(text => typeof text === "string" && text.trim() !== "");
    for (const clause of clauses as string[]) {
      const wrong =
        checkClause(clause) ?? (await this.#host.checkFragment?.(clause))?.find(d => d.severity === "error");
      if (wrong !== undefined)
        throw new HuntError("query/parameter-rejected", formatDiagnostic(wrong, clause, "added operators"), {
          hint: wrong.hint ?? "give pipe operators, for example | where AlertName has 'phish'",
        });
    }
  }

  async #split(
    driver: Driver,
    definition: QueryDefinition,
    args: readonly unknown[],
    split: { readonly by: string; readonly range: TimeRange; readonly text: string },
  ): Promise<FrameLike> {
    const { splitter } = this.#host;
    if (splitter === undefined)
      throw new HuntError("query/split-unsupported", "splitting a query by time is not supported yet", {
        hint: "narrow the time range, or add operators that reduce the rows",
      });
    const { startMs, endMs } = split.range;
    const run = (range: TimeRange): Promise<FrameLike> => {
      const slice = { start: new Date(range.startMs), end: new Date(range.endMs) };
      return this.#run(driver, definition, [...args, { ...slice, splitQueryBy: undefined }]);
    };
    const span = new TimeSpan({ start: new Date(startMs), end: new Date(endMs) });
    return splitter.split({ text: split.text, by: split.by, span, run });
  }

  #pend(run: (driver: Driver) => Promise<FrameLike>): PendingFrame {
    return new PendingFrame(async () => {
      const driver = this.#driver;
      if (driver?.connected !== true) throw notConnected();
      const frame = await run(driver);
      if (frame instanceof Frame) return frame as Frame;
      throw new HuntError("internal/bug", `the driver of ${driver.environment} gave something that is not a frame`);
    });
  }
}

const wantsPrint = (argument: unknown): boolean =>
  typeof argument === "object" &&
  argument !== null &&
  ["print", "print_query", "debug_query"].some(key => (argument as Record<string, unknown>)[key] === true);

function execSpan(options: ExecQueryOptions, ambient: TimeSpan, nowMs: number): TimeSpan | undefined {
  const { timespan, start, end } = options;
  if (typeof timespan === "string") {
    const span = spanFromText(timespan, nowMs);
    if (span !== undefined) return span;
    throw new HuntError("query/time", `${JSON.stringify(timespan)} is not a time range`, { hint: "write -5d or 2h" });
  }
  if (isSpanLike(timespan)) return TimeSpan.from(timespan, nowMs);
  if (start === undefined && end === undefined) return undefined;
  return TimeSpan.from({ start: start ?? ambient.start, end: end ?? ambient.end }, nowMs);
}

function pickOptions(options: ExecQueryOptions): Pick<DriverQueryOptions, "maxRows" | "timeoutMs" | "signal"> {
  const { maxRows, timeoutMs, signal } = options;
  return {
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  };
}
