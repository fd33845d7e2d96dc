/** Files → frames: the one entry for reading. */
import { basename, dirname, join } from "node:path";
import type { Column } from "../../base/column.js";
import { complete, partial, uniteCompleteness, type Completeness } from "../../base/completeness.js";
import { HuntError, isHuntError } from "../../base/error.js";
import type { FrameInfo, Provenance } from "../api.js";
import type { DuckDb } from "../duckdb.js";
import type { Engine } from "../engine.js";
import type { Frame } from "../frame.js";
import type { FrameStore } from "../store.js";
import {
  parquetKey,
  parquetRelation,
  parquetStatement,
  parseNote,
  type FileColumn,
  type ParquetNote,
} from "./parquet.js";
import { stageCsv, stageJson, typedBatches, type TextReadOptions } from "./read-text.js";
import { findFiles, formatOf, ReadLog, type ReadFormat } from "./source.js";
import { StagingTable } from "./stage.js";

export interface ReadOptions extends Omit<TextReadOptions, "format"> {
  /** Default: by the file's name. `.gz` files are unpacked in any text format. */
  readonly format?: ReadFormat;
  /**
   * Text formats: only these columns, of these types; values that do not fit are refused with file:line. Default: all
   * columns, each with the narrowest type that holds every value as written.
   */
  readonly columns?: readonly Column[];
}

/** What reading needs of the store besides its public face. */
export interface ReadAccess {
  readonly store: FrameStore;
  readonly engine: Engine;
  readonly duckdb: DuckDb;
  readonly stagingName: string;
}

/**
 * Reads files into a frame; see FrameStore.read.
 */
export async function readFiles(
  access: ReadAccess,
  paths: string | readonly string[],
  options: ReadOptions,
): Promise<Frame> {
  try {
    return await readFormat(access, await findFiles(paths), options);
  } catch (error) {
    if (options.signal?.aborted !== true || isHuntError(error)) throw error;
    throw new HuntError("query/cancelled", "reading was cancelled", { cause: error });
  }
}

async function readFormat(access: ReadAccess, files: readonly string[], options: ReadOptions): Promise<Frame> {
  const formats = new Set(files.map(f => options.format ?? formatOf(f)));
  const [format, other] = formats;
  if (format === undefined || other !== undefined)
    throw new HuntError(
      "frame/mixed-formats",
      `files of several formats cannot be read as one: ${[...formats].join(", ")}`,
      {
        hint: "read them one by one, or give `format`",
      },
    );
  if (format === "parquet") return readParquet(access, files, options);
  return readText(access, files, { ...options, format });
}

const sourceName = (files: readonly string[]): string =>
  files.length === 1 ? basename(files[0] ?? "") : `${files.length.toLocaleString("en-US")} files`;

async function readText(
  access: ReadAccess,
  files: readonly string[],
  options: TextReadOptions & { readonly columns?: readonly Column[] },
): Promise<Frame> {
  const logs = files.map(f => new ReadLog(f));
  const started = performance.now();
  const info = (): FrameInfo => ({
    completeness: uniteCompleteness(logs.map(l => (l.causes.length === 0 ? complete : partial(...l.causes)))),
    provenance: provenance(access.store, files, performance.now() - started),
  });
  if (options.columns !== undefined) return readTyped(access, logs, { ...options, columns: options.columns }, info);
  const stage = new StagingTable(access.engine, access.duckdb, access.stagingName);
  try {
    const isJson = options.format === "json" || options.format === "jsonl";
    const staged = isJson ? await stageJson(logs, stage, options) : await stageCsv(logs, stage, options);
    return await access.store.select(staged.statement, {
      ...info(),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } finally {
    await stage.drop();
  }
}

/** The error of a value that does not fit says in which file and line it stands. */
async function readTyped(
  access: ReadAccess,
  logs: readonly ReadLog[],
  options: TextReadOptions & { readonly columns: readonly Column[] },
  info: () => FrameInfo,
): Promise<Frame> {
  try {
    return await access.store.fromBatches(options.columns, typedBatches(logs, options.columns, options), info, {
      dynamicAs: "json-text",
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    const at = logs.findLast(l => l.line > 0);
    if (at === undefined || !isHuntError(error, "frame/bad-value")) throw error;
    const message = error.message.replace(/^row \d+/, `${at.file}:${at.line}`);
    throw new HuntError(error.code, message, {
      cause: error,
      where: `${at.file}:${at.line}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

async function readParquet(access: ReadAccess, files: readonly string[], options: ReadOptions): Promise<Frame> {
  const { store } = access;
  const started = performance.now();
  const paths: string[] = [];
  for (const file of files) paths.push(join(await store.mount(dirname(file)), basename(file)));
  const found = await store.all(`describe select * from ${parquetRelation(paths, 0)}`, [], options.signal);
  const columns = found.map((c): FileColumn => ({ name: String(c["column_name"]), type: String(c["column_type"]) }));
  const notes = await Promise.all(paths.map(p => readNote(store, p)));
  const statement = parquetStatement(paths, columns, notes.length === 1 ? notes[0] : undefined);
  const [note] = notes;
  return store.select(statement, {
    completeness: uniteCompleteness(notes.map((n): Completeness => n?.completeness ?? complete)),
    provenance:
      notes.length === 1 && note !== undefined
        ? note.provenance
        : provenance(store, files, performance.now() - started),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

async function readNote(store: FrameStore, path: string): Promise<ParquetNote | undefined> {
  const rows = await store.all("select decode(value) as text from parquet_kv_metadata($1) where decode(key) = $2", [
    { type: "VARCHAR", value: path },
    { type: "VARCHAR", value: parquetKey },
  ]);
  const text = rows[0]?.["text"];
  return typeof text === "string" ? parseNote(text) : undefined;
}

function provenance(store: FrameStore, files: readonly string[], tookMs: number): Provenance {
  return {
    source: sourceName(files),
    ranAtMs: store.clock.now(),
    tookMs,
    clock: store.clock.kind,
    clockDependent: false,
  };
}
