/** Opens a workspace for queries. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, TimeRange } from "../base/clock.js";
import { pinnedClock } from "../base/clock.js";
import type { Column, TableSchema } from "../base/column.js";
import { HuntError } from "../base/error.js";
import type { Completeness } from "../base/completeness.js";
import type { FrameLike } from "../frame/api.js";
import { KqlError, getReadyQuery } from "../frame/kql-error.js";
import { runResults } from "../frame/results.js";
import { untilCancelled } from "../frame/pool.js";
import type { FrameStore } from "../frame/store.js";
import type {
  CompiledQuery,
  CompileResult,
  EditKind,
  EditReply,
  EditRequest,
  KqlCompiler,
  KqlDatabase,
  KqlEnvironment,
  KqlFunction,
  KqlTable,
  TableUse,
} from "../kql/api.js";
import { watchlistDatabase } from "../kql/api.js";
import { compileAnswered } from "../kql/ask.js";
import type { LocalWorkspace, WorkspaceQueryOptions, WorkspaceTable } from "./api.js";
import { loadAsim } from "./asim/load.js";
import { tableCompleteness } from "./completeness.js";
import { loadFunctions } from "./functions.js";
import { loadCatalogue } from "./schema/catalogue.js";
import type { Catalogue } from "./schema/catalogue.js";
import { loadSites } from "./sites/sites.js";
import type { SiteIndex } from "./sites/sites.js";
import { holdGeneration } from "./storage/leases.js";
import type { ReaderLease } from "./storage/leases.js";
import { manifestName, readManifest } from "./storage/manifest.js";
import type { Manifest, TableEntry } from "./storage/manifest.js";
import { physicalNames } from "./storage/names.js";
import { microsToMs, parseInstant } from "./time.js";
import { shareViews } from "./shared-views.js";
import type { SharedViews } from "./shared-views.js";
import { Watchlists } from "./watchlists.js";
import { tableViewSql } from "./view-sql.js";

export interface OpenWorkspaceOptions {
  /** What the workspace is called in messages and provenance. */
  readonly name: string;
  /** Where results go. Not closed by the workspace. */
  readonly store: FrameStore;
  /** Not closed by the workspace. */
  readonly compiler: KqlCompiler;
  /** What `now()` means, before the manifest's and the store's clock. */
  readonly clock?: Clock;
  readonly catalogue?: Catalogue;
  /** Functions that queries may call beside the workspace's own, which win over these. */
  readonly functions?: () => readonly KqlFunction[];
  /** Other local workspaces that queries may name by `workspace("…")`. Absent: none. */
  readonly others?: OtherWorkspaces;
}

/** Opens other workspaces of the same store by the names that queries use. Whoever opens them closes them. */
export interface OtherWorkspaces {
  readonly names: () => readonly string[];
  readonly open: (name: string) => Promise<LocalWorkspace>;
}

/** Rows of a query when nothing is said, as in Log Analytics. */
export const defaultMaxRows = 30_000;

/**
 * Opens a workspace. It reads the generation that is current now, and keeps its files from being deleted until it is closed.
 *
 * @throws HuntError `workspace/not-found`, `workspace/newer-format`, `workspace/invalid-manifest`,
 *   `workspace/invalid-sites`, `workspace/invalid-function`
 */
export async function openWorkspace(dir: string, options: OpenWorkspaceOptions): Promise<OpenedWorkspace> {
  const lease = await holdGeneration(dir);
  try {
    const [catalogue, sites, functions, root] = await Promise.all([
      options.catalogue ?? loadCatalogue(),
      loadSites(join(dir, "sites.yaml")),
      loadFunctions(join(dir, "functions")),
      options.store.mount(dir),
    ]);
    const shipped = [...(await loadAsim(catalogue.all())), ...(options.functions?.() ?? [])];
    return new OpenedWorkspace({ dir, root, lease, catalogue, sites, functions, shipped, options });
  } catch (error) {
    await lease.release();
    throw error;
  }
}

interface WorkspaceParts {
  readonly dir: string;
  /** The path under which the store may read the folder. */
  readonly root: string;
  readonly lease: ReaderLease;
  readonly catalogue: Catalogue;
  readonly sites: SiteIndex;
  readonly functions: readonly KqlFunction[];
  /** Functions that every workspace has; its own of the same name win. */
  readonly shipped: readonly KqlFunction[];
  readonly options: OpenWorkspaceOptions;
}

export class OpenedWorkspace implements LocalWorkspace {
  readonly name: string;
  readonly dir: string;
  readonly clock: Clock;
  readonly generation: number;
  readonly tables: readonly WorkspaceTable[];
  readonly schemas: readonly TableSchema[];
  readonly functions: readonly KqlFunction[];
  readonly sites: SiteIndex;
  readonly #parts: WorkspaceParts;
  readonly #environment: Omit<KqlEnvironment, "now">;
  readonly #watchlists: Watchlists;
  readonly #views: SharedViews;
  readonly #relations: ReadonlyMap<string, { readonly view: string; readonly table: KqlTable }>;
  #closed = false;

  constructor(parts: WorkspaceParts) {
    const { manifest } = parts.lease;
    this.#parts = parts;
    this.name = parts.options.name;
    this.dir = parts.dir;
    this.clock = clockOf(parts.options, manifest);
    this.generation = manifest.generation;
    this.sites = parts.sites;
    this.functions = parts.functions;
    // Equal for equal places and generations, so that plans found before are found again.
    const name = `workspace_${createHash("sha256").update(parts.root).digest("hex").slice(0, 12)}_${manifest.generation}`;
    this.#views = shareViews(parts.options.store, name);
    this.#watchlists = new Watchlists(join(parts.dir, "watchlists"), parts.options.store);
    const filled = [...manifest.tables].filter(([, entry]) => entry.columns.length > 0);
    const described = filled.map(([name, entry], i) => {
      const columns = withCatalogue(entry.columns, parts.catalogue.find(name)?.columns ?? []);
      const view = `t${i}`;
      const names = physicalNames(columns, new Map(Object.entries(entry.physical ?? {})));
      const renamed = [...names].filter(([logical, physical]) => logical !== physical);
      const relation = {
        path: ["scratch", this.#views.schema, view],
        ...(renamed.length === 0 ? {} : { physical: Object.fromEntries(renamed) }),
        ...filledColumns(entry, columns.length),
      };
      return { view, table: { name, columns, relation } satisfies KqlTable, entry };
    });
    this.#relations = new Map(described.map(d => [d.table.name, { view: d.view, table: d.table }]));
    this.tables = described.map(({ table, entry }) => describeTable(table, entry));
    const empty = parts.catalogue.all().filter(t => !this.#relations.has(t.name));
    const tables: readonly KqlTable[] = [
      ...described.map(d => d.table),
      ...empty.map(({ name, columns }) => ({ name, columns })),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.schemas = tables;
    // The path is part of the id: equal schemas in two places are different relations.
    const taken = new Set([...tables, ...this.functions].map(t => t.name));
    const functions = [...this.functions, ...parts.shipped.filter(f => !taken.has(f.name))];
    const schemaId = createHash("sha256")
      .update(JSON.stringify([tables, functions]))
      .digest("hex");
    this.#environment = { schemaId, tables, functions };
  }

  async compile(text: string, options: WorkspaceQueryOptions = {}): Promise<CompileResult> {
    this.#assertOpen();
    return this.#parts.options.compiler.compile(text, await this.#environmentOf(text, options));
  }

  async edit<K extends EditKind>(
    request: EditRequest & { readonly kind: K },
    options: WorkspaceQueryOptions = {},
  ): Promise<EditReply<K>> {
    this.#assertOpen();
    return this.#parts.options.compiler.edit<K>(request, await this.#environmentOf(request.text, options));
  }

  async query(text: string, options: WorkspaceQueryOptions = {}) {
    const { store } = this.#parts.options;
    this.#assertOpen();
    const { release, answered, rows, enrich, ...others } = store.answering(options.signal);
    try {
      const result = await compileAnswered(text, await this.#environmentOf(text, options), {
        compile: (t, e) => untilCancelled(this.#parts.options.compiler.compile(t, e), options.signal),
        rows: async ask => {
          for (const use of ask.query.tables) await this.#prepare(use);
          return rows(ask);
        },
        ...(enrich === undefined
          ? {}
          : {
              enrich: async (ask, key) => {
                for (const use of ask.query.tables) await this.#prepare(use);
                return enrich(ask, key);
              },
            }),
        ...others,
      });
      const all = { ...options, answered };
      return await runResults(getReadyQuery(result, text), query => this.#run(query, text, all));
    } finally {
      await release();
    }
  }

  async #run(
    query: CompiledQuery,
    text: string,
    options: WorkspaceQueryOptions & { readonly answered: Readonly<Record<string, FrameLike>> },
  ) {
    const { store } = this.#parts.options;
    for (const use of query.tables) await this.#prepare(use);
    const elsewhere = await this.#elsewhere(query.tables);
    const { window, maxRows = defaultMaxRows } = options;
    const { answered } = options;
    const range =
      options.range ?? window ?? rangeOfUses(query.tables.filter(use => !Object.hasOwn(answered, use.name)));
    try {
      return await store.execute(query, {
        query: text,
        source: `workspace ${this.name}${this.#shiftsOf(query.tables)}`,
        completenessOf: use => (elsewhere.get(use.database ?? "") ?? this).#completenessOf(use),
        clock: this.clock,
        frames: { ...options.frames, ...answered },
        ...(range === undefined ? {} : { range }),
        ...(maxRows === Infinity ? {} : { maxRows }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      throw await this.#explain(error, query.tables);
    }
  }

  /** Lets the generation's files go and removes the views. Frames made by queries stay. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.lease.release();
    await this.#views.release();
    await this.#watchlists.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new HuntError("workspace/closed", `the workspace '${this.name}' is closed`, { hint: "open it again" });
  }

  #environmentFor(options: WorkspaceQueryOptions): KqlEnvironment {
    const now = new Date(this.clock.now()).toISOString();
    const { window, scalars, frames } = options;
    const bounds =
      window === undefined
        ? {}
        : { window: { start: new Date(window.startMs).toISOString(), end: new Date(window.endMs).toISOString() } };
    const environment = { ...this.#environment, now, ...bounds, ...(scalars === undefined ? {} : { scalars }) };
    if (frames === undefined || Object.keys(frames).length === 0) return environment;
    const extra = this.#parts.options.store.tablesOf(frames);
    const taken = new Set(extra.map(t => t.name));
    const tables = [...extra, ...this.#environment.tables.filter(t => !taken.has(t.name))];
    const schemaId = createHash("sha256")
      .update(`${this.#environment.schemaId}${JSON.stringify(extra)}`)
      .digest("hex");
    return { ...environment, tables, schemaId };
  }

  /** The environment of a text: with the other workspaces and the watchlists when it names any. */
  async #environmentOf(text: string, options: WorkspaceQueryOptions): Promise<KqlEnvironment> {
    const environment = this.#environmentFor(options);
    const databases = await this.#databasesIn(text);
    if (databases.length === 0) return environment;
    const schemaId = createHash("sha256")
      .update(`${environment.schemaId}${JSON.stringify(databases)}`)
      .digest("hex");
    return { ...environment, databases, schemaId };
  }

  async #databasesIn(text: string): Promise<readonly KqlDatabase[]> {
    const bodies = [text, ...this.functions.map(f => f.body)].join("\n");
    const databases: KqlDatabase[] = [];
    if (bodies.includes("_GetWatchlist"))
      databases.push({ name: watchlistDatabase, tables: await this.#watchlists.tables() });
    const known = this.#parts.options.others?.names() ?? [];
    for (const name of known) {
      const named = new RegExp(`\\b(workspace|database)\\s*\\(\\s*["']${escapeRegExp(name)}["']`, "i");
      if (!named.test(bodies)) continue;
      const other = await this.#other(name);
      if (other !== undefined) databases.push({ name, tables: other.#environment.tables });
    }
    return databases;
  }

  async #other(name: string): Promise<OpenedWorkspace | undefined> {
    const opened = await this.#parts.options.others?.open(name);
    return opened instanceof OpenedWorkspace ? opened : undefined;
  }

  /** Makes what a query reads readable. */
  async #prepare({ name, database }: TableUse): Promise<void> {
    if (database === undefined) return this.#makeView(name);
    if (database === watchlistDatabase) return;
    const other = await this.#other(database);
    if (other !== undefined) await other.#makeView(name);
  }

  /** The other workspaces that a query reads. */
  async #elsewhere(uses: readonly TableUse[]): Promise<ReadonlyMap<string, OpenedWorkspace>> {
    const found = new Map<string, OpenedWorkspace>();
    for (const { database } of uses) {
      const other = database === undefined || database === watchlistDatabase ? undefined : await this.#other(database);
      if (database !== undefined && other !== undefined) found.set(database, other);
    }
    return found;
  }

  /** Which files' times were moved on ingest, of those that a query reads: ` (times of fw.csv moved by +19h)`. */
  #shiftsOf(uses: readonly TableUse[]): string {
    const read = new Set(uses.filter(use => use.database === undefined).map(use => use.name));
    const moved = this.#parts.lease.manifest.sources
      .filter(s => s.timeShift !== undefined && s.tables.some(t => read.has(t)))
      .map(s => `times of ${s.path} moved by ${s.timeShift ?? ""}`);
    const more = moved.length > mostShifts ? [`${moved.length - mostShifts} more files' times moved`] : [];
    return moved.length === 0 ? "" : ` (${[...moved.slice(0, mostShifts), ...more].join(", ")})`;
  }

  #completenessOf(use: TableUse): Completeness {
    if (use.database === watchlistDatabase) return { state: "complete", causes: [] };
    const entry = this.#parts.lease.manifest.tables.get(use.name);
    return entry === undefined
      ? { state: "complete" as const, causes: [] }
      : tableCompleteness(use.name, entry, use.time);
  }

  /** Makes the view of a table when a query first needs it. */
  async #makeView(name: string): Promise<void> {
    const relation = this.#relations.get(name);
    const entry = this.#parts.lease.manifest.tables.get(name);
    if (relation === undefined || entry === undefined) return;
    const select = (): string => {
      const folder = join(this.#parts.root, "tables", entry.directory);
      const physical = physicalNames(relation.table.columns, new Map(Object.entries(entry.physical ?? {})));
      return tableViewSql(entry, relation.table.columns, physical, folder);
    };
    try {
      await this.#views.make(relation.view, select);
    } catch (error) {
      throw await this.#explain(error, [{ name, affects: "rows" }]);
    }
  }

  /** A query that failed because somebody deleted files says that. */
  async #explain(error: unknown, uses: readonly TableUse[]): Promise<unknown> {
    if (error instanceof KqlError) return error;
    for (const { name } of uses) {
      const entry = this.#parts.lease.manifest.tables.get(name);
      for (const file of entry?.files ?? []) {
        const path = join(this.dir, "tables", entry?.directory ?? "", file.name);
        if (await stat(path).then(Boolean, () => false)) continue;
        const now = await readManifest(this.dir).catch(() => undefined);
        const changed = now !== undefined && now.generation !== this.generation;
        return new HuntError(
          changed ? "workspace/changed" : "workspace/file-missing",
          changed
            ? `the workspace '${this.name}' was written to since it was opened, and files it needed are gone`
            : `the workspace '${this.name}' lacks the file '${file.name}' of table '${name}'`,
          {
            hint: changed ? "open it again" : `restore the folder from a copy; ${manifestName} names the file`,
            cause: error,
          },
        );
      }
    }
    return error;
  }
}

/** The columns that some file of a table has, where those are not all `count` columns that the table shows. */
function filledColumns(entry: TableEntry, count: number): { readonly filled?: readonly string[] } {
  const missing = entry.files.map(file => new Set(file.missing ?? []));
  const filled = entry.columns.map(c => c.name).filter(name => missing.some(lacks => !lacks.has(name)));
  return filled.length === count ? {} : { filled };
}

/** More files than this are counted, not named. */
const mostShifts = 3;

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

function clockOf(options: OpenWorkspaceOptions, manifest: Manifest): Clock {
  if (options.clock !== undefined) return options.clock;
  return manifest.clock.kind === "pinned" ? pinnedClock(new Date(manifest.clock.now)) : options.store.clock;
}

/** Stored columns, and those the catalogue adds; a stored column keeps its type. */
function withCatalogue(stored: readonly Column[], catalogued: readonly Column[]): readonly Column[] {
  const known = new Set(stored.map(c => c.name));
  return [...stored, ...catalogued.filter(c => !known.has(c.name))];
}

function describeTable(table: KqlTable, entry: TableEntry): WorkspaceTable {
  return {
    name: table.name,
    columns: table.columns,
    rowCount: entry.files.reduce((sum, f) => sum + f.rows, 0),
    sizeBytes: entry.files.reduce((sum, f) => sum + f.sizeBytes, 0),
    span: spanOf(entry),
    rejectedLines: (entry.rejects ?? []).reduce((sum, r) => sum + r.count, 0),
  };
}

function spanOf(entry: TableEntry): TimeRange | undefined {
  const times = entry.files.flatMap(f => [f.minTime, f.maxTime]).flatMap(t => (t === undefined ? [] : [t]));
  const micros = times.map(parseInstant).filter(at => at !== undefined);
  if (micros.length === 0) return undefined;
  const [first, last] = micros.reduce(([a, b], at) => [at < a ? at : a, at > b ? at : b], [micros[0]!, micros[0]!]);
  return { startMs: microsToMs(first), endMs: microsToMs(last) + 1 };
}

/** The range that all tables of a query were restricted to by its text, when it is one and the same. */
function rangeOfUses(uses: readonly TableUse[]): (TimeRange & { readonly from: "query" }) | undefined {
  const [first] = uses;
  if (first?.time?.from === undefined || first.time.to === undefined) return undefined;
  const same = uses.every(u => u.time?.from === first.time?.from && u.time?.to === first.time?.to);
  const [from, to] = [parseInstant(first.time.from), parseInstant(first.time.to)];
  if (!same || from === undefined || to === undefined) return undefined;
  return { startMs: microsToMs(from), endMs: microsToMs(to), from: "query" };
}
