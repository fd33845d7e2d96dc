/** The one writer of a workspace: files first, then a manifest that names them. */
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Column } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { connectDuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { renameOver, sha256File, storageError, syncDirectory, syncFile } from "./files.js";
import { takeWriterLock } from "./lock.js";
import type { WriterLock } from "./lock.js";
import { emptyManifest, manifestFormat, manifestName, minReader, readManifest, writeManifest } from "./manifest.js";
import type {
  DataFile,
  Manifest,
  ManifestClock,
  RejectEntry,
  RetiredFile,
  SourceEntry,
  TableEntry,
} from "./manifest.js";
import { directoryFor, physicalNames } from "./names.js";
import { checkParquet, copyToParquet, parquetStatistics, stageBatches, timeFields } from "./parquet.js";
import type { StoredColumn, TableRows } from "./parquet.js";
import {
  deleteRetired,
  filesOf,
  rejectsFolder,
  removeLeftovers,
  scratchFolder,
  stillThere,
  tablesFolder,
} from "./sweep.js";

/** Where the writer is; for progress, and for tests that end the process there. */
export type WriterStep = "rows-staged" | "file-written" | "file-named" | "before-manifest" | "after-manifest";

export interface WriterOptions {
  /** Milliseconds since 1970 UTC, for the lock's and the sources' times. Default: the system's clock. */
  readonly now?: () => number;
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  readonly onStep?: (step: WriterStep, table: string | undefined) => void;
}

export interface AddTableOptions {
  /** Default: `TimeGenerated`, else `Timestamp`, when it is a datetime. */
  readonly timeColumn?: string;
  /** Further columns to sort by, so that rows of one instant always come in the same order. */
  readonly thenBy?: readonly string[];
  /** The rows come in the order of time already. */
  readonly sorted?: boolean;
}

/**
 * Makes an empty workspace in a new or existing folder.
 *
 * @throws HuntError `workspace/exists` when the folder is one already
 */
export async function createWorkspace(dir: string, options: { readonly clock?: ManifestClock } = {}): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    const lock = await takeWriterLock(dir, Date.now());
    try {
      const exists = await stat(join(dir, manifestName)).then(
        () => true,
        () => false,
      );
      if (exists)
        throw new HuntError("workspace/exists", `'${dir}' is a workspace already`, {
          hint: "open it, or choose another folder",
        });
      await writeManifest(dir, emptyManifest(options.clock ?? { kind: "system" }), lock.id);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw storageError(error, dir);
  }
}

/**
 * Opens the writer of an existing workspace; whoever opens it closes it.
 *
 * @throws HuntError `workspace/not-found`, `workspace/locked`, `workspace/newer-format`
 */
export async function openWriter(dir: string, options: WriterOptions = {}): Promise<WorkspaceWriter> {
  await readManifest(dir);
  const now = options.now ?? Date.now;
  const lock = await takeWriterLock(dir, now());
  try {
    const manifest = await readManifest(dir);
    if (manifest.format > manifestFormat)
      throw new HuntError(
        "workspace/newer-format",
        `the workspace has format ${manifest.format}; this Huntbook can read it but writes format ${manifestFormat}`,
        { hint: "update Huntbook to write to it" },
      );
    await removeLeftovers(dir, manifest);
    return new WorkspaceWriter(dir, manifest, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Collects changes; `commit` makes all of them visible at once, `close` without it forgets them. */
export class WorkspaceWriter implements AsyncDisposable {
  readonly dir: string;
  readonly #lock: WriterLock;
  readonly #options: WriterOptions;
  #manifest: Manifest;
  readonly #tables: Map<string, TableEntry>;
  #clock: ManifestClock;
  #sources: SourceEntry[];
  /** Files this writer made and no manifest names yet, relative to the workspace. */
  #uncommitted: string[] = [];
  #retired: string[] = [];
  #fileNumber = 0;
  #database: { readonly instance: DuckDBInstance; readonly connection: DuckDBConnection } | undefined;
  #closed = false;

  constructor(dir: string, manifest: Manifest, lock: WriterLock, options: WriterOptions) {
    this.dir = dir;
    this.#manifest = manifest;
    this.#lock = lock;
    this.#options = options;
    this.#tables = new Map(manifest.tables);
    this.#clock = manifest.clock;
    this.#sources = [...manifest.sources];
  }

  /** The generation that this writer's changes come after. */
  get generation(): number {
    return this.#manifest.generation;
  }

  /** The tables as they will be after `commit`. */
  get tables(): ReadonlyMap<string, TableEntry> {
    return this.#tables;
  }

  /** The evidence ingested, as it will be after `commit`. */
  get sources(): readonly SourceEntry[] {
    return this.#sources;
  }

  /** A DuckDB connection of the writer's own, for preparing rows. Its scratch space is inside the workspace. */
  async connection(): Promise<DuckDBConnection> {
    this.#assertOpen();
    if (this.#database === undefined) {
      const tempDir = join(this.dir, scratchFolder, this.#lock.id);
      await mkdir(tempDir, { recursive: true, mode: 0o700 });
      const instance = await openDuckDb({
        tempDir,
        memoryLimitBytes: this.#options.memoryLimitBytes ?? defaultMemoryBytes(),
        ...(this.#options.threads === undefined ? {} : { threads: this.#options.threads }),
      });
      this.#database = { instance, connection: await connectDuckDb(instance) };
    }
    return this.#database.connection;
  }

  /** A folder for files that `addTable` will take over as `parquet` rows; removed when the writer closes. */
  async stagingDir(): Promise<string> {
    this.#assertOpen();
    const path = join(this.dir, scratchFolder, this.#lock.id);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /**
   * Adds rows to a table, which is made if need be. Columns that the table does not have are added to it.
   *
   * Shape: see `TableRows`. DuckDB names of columns: `physicalNames(columns)` for a new table.
   *
   * @returns the files written (none for no rows)
   * @throws HuntError `workspace/columns`, `workspace/column-type`, `workspace/value`, `workspace/disk-full`
   */
  async addTable(
    name: string,
    columns: readonly Column[],
    rows: TableRows,
    options: AddTableOptions = {},
  ): Promise<readonly DataFile[]> {
    this.#assertOpen();
    const table = this.#extend(name, columns, options.timeColumn);
    const names = physicalNames(table.columns, new Map(Object.entries(table.physical ?? {})));
    const stored = columns.map(c => ({ ...c, physical: names.get(c.name) ?? c.name }));
    const directory = join(this.dir, tablesFolder, table.directory);
    const written: DataFile[] = [];
    try {
      await mkdir(directory, { recursive: true });
      for (const path of await this.#writeFiles(directory, stored, rows, { ...options, table: name, entry: table })) {
        const added = await this.#nameFile(directory, path, table, stored);
        this.#step("file-named", name);
        if (added !== undefined) written.push(added);
      }
    } catch (error) {
      throw storageError(error, directory);
    }
    this.#tables.set(name, { ...table, files: [...table.files, ...written] });
    return written;
  }

  /** Like `addTable`, in place of the rows and columns that the table had. */
  async replaceTable(
    name: string,
    columns: readonly Column[],
    rows: TableRows,
    options: AddTableOptions = {},
  ): Promise<readonly DataFile[]> {
    this.dropTable(name);
    return this.addTable(name, columns, rows, options);
  }

  /**
   * Removes the rows whose text column has one of the values; files without such rows stay as they are.
   *
   * @returns how many rows went
   */
  async removeRows(name: string, column: string, values: ReadonlySet<string>): Promise<number> {
    this.#assertOpen();
    const table = this.#tables.get(name);
    if (table === undefined || values.size === 0 || !table.columns.some(c => c.name === column)) return 0;
    const connection = await this.connection();
    const names = physicalNames(table.columns, new Map(Object.entries(table.physical ?? {})));
    const directory = join(this.dir, tablesFolder, table.directory);
    const listed = `${quoteIdentifier(names.get(column) ?? column)} in (${[...values].map(quoteLiteral).join(", ")})`;
    const kept: DataFile[] = [];
    let removed = 0;
    for (const file of table.files) {
      const from = `read_parquet(${quoteLiteral(join(directory, file.name))})`;
      const counted =
        file.missing?.includes(column) === true
          ? undefined
          : await connection.runAndReadAll(`select count(*) from ${from} where ${listed}`);
      const found = Number(counted?.getRows()[0]?.[0] ?? 0);
      if (found === 0) {
        kept.push(file);
        continue;
      }
      removed += found;
      const columns = table.columns
        .filter(c => file.missing?.includes(c.name) !== true)
        .map(c => ({ ...c, physical: names.get(c.name) ?? c.name }));
      const sql = `select * from ${from} where not (${listed})`;
      const options = { sorted: true, table: name, entry: table };
      for (const path of await this.#writeFiles(directory, columns, { kind: "sql", connection, sql }, options)) {
        const rest = await this.#nameFile(directory, path, table, columns);
        if (rest !== undefined) kept.push(rest);
      }
      this.#retired.push(`${tablesFolder}/${table.directory}/${file.name}`);
    }
    this.#tables.set(name, { ...table, files: kept });
    return removed;
  }

  /** Removes a table; its files are deleted once no reader needs them. */
  dropTable(name: string): void {
    this.#assertOpen();
    const table = this.#tables.get(name);
    if (table === undefined) return;
    this.#tables.delete(name);
    for (const file of table.files) this.#retired.push(`${tablesFolder}/${table.directory}/${file.name}`);
    for (const { file } of table.rejects ?? []) if (file !== undefined) this.#retired.push(`${rejectsFolder}/${file}`);
  }

  /** Records lines that could not be read. */
  addRejects(table: string, entry: RejectEntry): void {
    this.#assertOpen();
    const found = this.#tables.get(table) ?? this.#extend(table, [], undefined);
    this.#tables.set(table, { ...found, rejects: [...(found.rejects ?? []), entry] });
    const path = entry.file === undefined ? undefined : `${rejectsFolder}/${entry.file}`;
    if (path !== undefined && !this.#uncommitted.includes(path)) this.#uncommitted.push(path);
  }

  /** The path for a new file of set-aside lines; `addRejects` names it. */
  async rejectsPath(file: string): Promise<string> {
    this.#assertOpen();
    await mkdir(join(this.dir, rejectsFolder), { recursive: true });
    return join(this.dir, rejectsFolder, file);
  }

  /** Records an evidence file as ingested, in place of an earlier record of the same path. */
  addSource(source: SourceEntry): void {
    this.#assertOpen();
    this.#sources = [...this.#sources.filter(s => s.path !== source.path), source];
  }

  /** Forgets rejects of evidence files, before these are ingested again. Their rows are the caller's to replace. */
  forgetRejects(table: string, sources: ReadonlySet<string>): void {
    const found = this.#tables.get(table);
    if (found?.rejects === undefined) return;
    for (const r of found.rejects)
      if (sources.has(r.source) && r.file !== undefined) this.#retired.push(`${rejectsFolder}/${r.file}`);
    this.#tables.set(table, { ...found, rejects: found.rejects.filter(r => !sources.has(r.source)) });
  }

  setClock(clock: ManifestClock): void {
    this.#assertOpen();
    this.#clock = clock;
  }

  /**
   * Makes the changes visible as a new generation, durably, and deletes what no reader needs any more. The writer stays
   * open for more.
   *
   * @returns the new generation
   * @throws HuntError `workspace/lock-lost`, `workspace/disk-full`
   */
  async commit(): Promise<number> {
    this.#assertOpen();
    const generation = this.#manifest.generation + 1;
    await this.#assertOurs();
    try {
      for (const path of this.#uncommitted) await syncFile(join(this.dir, path));
      const folders = new Set(this.#uncommitted.map(path => path.slice(0, path.lastIndexOf("/"))));
      for (const folder of folders) await syncDirectory(join(this.dir, folder));
      await syncDirectory(join(this.dir, tablesFolder)).catch(() => undefined);
    } catch (error) {
      throw storageError(error, this.dir);
    }
    this.#step("before-manifest", undefined);
    await this.#assertOurs();
    const used = filesOf(this.#tables);
    const fresh = [...new Set(this.#retired)]
      .filter(path => !used.has(path))
      .map((path): RetiredFile => ({ path, generation }));
    const manifest: Manifest = {
      format: manifestFormat,
      minReader,
      generation,
      clock: this.#clock,
      tables: this.#tables,
      sources: this.#sources,
      retired: [...(await stillThere(this.dir, this.#manifest.retired)), ...fresh],
    };
    await writeManifest(this.dir, manifest, this.#lock.id);
    this.#manifest = { ...manifest, tables: new Map(this.#tables) };
    this.#uncommitted = [];
    this.#retired = [];
    this.#step("after-manifest", undefined);
    await deleteRetired(this.dir, manifest.retired);
    return generation;
  }

  /** Lets go of the lock; changes that were not committed are forgotten and their files removed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#database?.connection.closeSync();
    this.#database?.instance.closeSync();
    for (const path of this.#uncommitted) await rm(join(this.dir, path), { force: true });
    await rm(join(this.dir, scratchFolder, this.#lock.id), { recursive: true, force: true });
    await this.#lock.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new HuntError("workspace/closed", `the writer of '${this.dir}' is closed`);
  }

  /** The lock is still held and nobody wrote a generation meanwhile (which takes deleting the lock by hand). */
  async #assertOurs(): Promise<void> {
    const current = await readManifest(this.dir);
    if ((await this.#lock.isHeld()) && current.generation === this.#manifest.generation) return;
    throw new HuntError("workspace/lock-lost", `the workspace '${this.dir}' was changed by somebody else meanwhile`, {
      hint: "run it again; nothing of this attempt was kept",
    });
  }

  #step(step: WriterStep, table: string | undefined): void {
    this.#options.onStep?.(step, table);
  }

  /** The table with the columns added that it lacks; older files are marked as missing them. */
  #extend(name: string, columns: readonly Column[], timeColumn: string | undefined): TableEntry {
    const found = this.#tables.get(name) ?? this.#newTable(name);
    for (const column of columns) {
      const known = found.columns.find(c => c.name === column.name);
      if (known !== undefined && known.type !== column.type)
        throw new HuntError(
          "workspace/column-type",
          `column '${column.name}' of table '${name}' is ${known.type}; the new rows have it as ${column.type}`,
          { hint: "give the new column another name or type" },
        );
    }
    const fresh = columns.filter(c => !found.columns.some(known => known.name === c.name));
    const all = [...found.columns, ...fresh];
    const missing = fresh.map(c => c.name);
    const names = physicalNames(all, new Map(Object.entries(found.physical ?? {})));
    const renamed = [...names].filter(([logical, physical]) => logical !== physical);
    const time = found.timeColumn ?? timeColumn ?? defaultTimeColumn(all);
    return {
      ...found,
      columns: all,
      ...(renamed.length === 0 ? {} : { physical: Object.fromEntries(renamed) }),
      ...(time === undefined ? {} : { timeColumn: time }),
      files:
        missing.length === 0
          ? found.files
          : found.files.map(f => ({ ...f, missing: [...(f.missing ?? []), ...missing] })),
    };
  }

  #newTable(name: string): TableEntry {
    const before = this.#manifest.tables.get(name);
    if (before !== undefined) return { directory: before.directory, columns: [], files: [] };
    const taken = [...this.#manifest.tables.values(), ...this.#tables.values()].map(t => t.directory);
    return { directory: directoryFor(name, taken), columns: [], files: [] };
  }

  /** Gives the paths of files that hold the rows, not yet under their final names. */
  async #writeFiles(
    directory: string,
    columns: readonly StoredColumn[],
    rows: TableRows,
    options: AddTableOptions & { readonly table: string; readonly entry: TableEntry },
  ): Promise<readonly string[]> {
    const number = ++this.#fileNumber;
    const path = join(directory, `${this.#lock.id}-${number}.tmp`);
    if (rows.kind === "parquet") return this.#adopt(directory, columns, rows.files);
    const staging = `stage_${number}`;
    const time = options.entry.timeColumn;
    const hasTime = time !== undefined && columns.some(c => c.name === time);
    const orderBy = options.sorted === true ? [] : [...(hasTime ? [time] : []), ...(options.thenBy ?? [])];
    try {
      if (rows.kind === "batches") {
        const connection = await this.connection();
        const staged = await stageBatches(connection, staging, columns, rows);
        this.#step("rows-staged", options.table);
        await copyToParquet(staged, columns, path, { orderBy });
      } else await copyToParquet(rows, columns, path, { orderBy });
      this.#step("file-written", options.table);
      return [path];
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      if (rows.kind === "batches")
        await this.#database?.connection.run(`drop table if exists temp.main.${staging}`).catch(() => undefined);
    }
  }

  async #adopt(directory: string, columns: readonly StoredColumn[], files: readonly string[]): Promise<string[]> {
    const connection = await this.connection();
    for (const file of files) await checkParquet(connection, file, columns);
    const paths: string[] = [];
    for (const file of files) {
      const path = join(directory, `${this.#lock.id}-${++this.#fileNumber}.tmp`);
      await rename(file, path);
      paths.push(path);
    }
    return paths;
  }

  /** Measures a finished file and gives it its name: generation, number and the beginning of its hash. */
  async #nameFile(
    directory: string,
    path: string,
    table: TableEntry,
    columns: readonly StoredColumn[],
  ): Promise<DataFile | undefined> {
    const time = columns.find(c => c.name === table.timeColumn)?.physical;
    const statistics = await parquetStatistics(await this.connection(), path, time);
    if (statistics.rows === 0) {
      await rm(path, { force: true });
      return undefined;
    }
    const sha256 = await sha256File(path);
    const { size } = await stat(path);
    const generation = String(this.#manifest.generation + 1).padStart(6, "0");
    const name = `${generation}-${String(++this.#fileNumber).padStart(4, "0")}-${sha256.slice(0, 12)}.parquet`;
    await renameOver(path, join(directory, name));
    this.#uncommitted.push(`${tablesFolder}/${table.directory}/${name}`);
    const missing = table.columns.filter(c => !columns.some(own => own.name === c.name)).map(c => c.name);
    return {
      name,
      rows: statistics.rows,
      sizeBytes: size,
      sha256,
      ...timeFields(statistics),
      ...(statistics.withoutTime === 0 ? {} : { withoutTime: statistics.withoutTime }),
      ...(missing.length === 0 ? {} : { missing }),
    };
  }
}

function defaultTimeColumn(columns: readonly Column[]): string | undefined {
  return ["TimeGenerated", "Timestamp"].find(name => columns.some(c => c.name === name && c.type === "datetime"));
}

function defaultMemoryBytes(): number {
  const mebibyte = 1024 * 1024;
  return Math.min(Math.max(Math.floor(totalmem() / 4), 512 * mebibyte), 1024 * mebibyte);
}
