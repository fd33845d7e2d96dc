/** `manifest.json`: everything that makes a folder a workspace. Written whole, renamed into place, never edited. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isKqlType } from "../../base/column.js";
import type { Column } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { errorCode, writeAtomic } from "./files.js";

/** The layout this version writes, and the oldest version of the reader that understands it. */
export const manifestFormat = 1;
export const minReader = 1;

export const manifestName = "manifest.json";

/** One immutable Parquet file. Times are ISO text with microseconds, UTC; absent when no row has one. */
export interface DataFile {
  readonly name: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly minTime?: string;
  readonly maxTime?: string;
  /** Rows whose time is null; no time range finds them. */
  readonly withoutTime?: number;
  /** Columns of the table that this file lacks, because it is older than they are; read as '' or null. */
  readonly missing?: readonly string[];
}

/** Lines that could not be read: how many, of which source, and when they happened if that can be known. */
export interface RejectEntry {
  /** The evidence file's name as rows carry it in `_SourceFile`. */
  readonly source: string;
  /** Under `rejects/`: one JSON line each with file, line, reason and text; absent when nothing could be kept. */
  readonly file?: string;
  readonly count: number;
  /** For people, in one sentence. */
  readonly reason: string;
  /** ISO; when both are present the lines lie in `from <= t <= to`, otherwise they may be of any time. */
  readonly from?: string;
  readonly to?: string;
}

export interface TableEntry {
  readonly directory: string;
  readonly columns: readonly Column[];
  /** KQL name → DuckDB name, where they differ. */
  readonly physical?: Readonly<Record<string, string>>;
  /** The column that rows are sorted by and that time ranges apply to. */
  readonly timeColumn?: string;
  readonly files: readonly DataFile[];
  readonly rejects?: readonly RejectEntry[];
}

/** An evidence file that was ingested. */
export interface SourceEntry {
  /** Relative to the folder it was found in, as rows carry it in `_SourceFile`. */
  readonly path: string;
  /** Hash of that folder's path, so that files of one name in two folders are told apart. */
  readonly root?: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly tables: readonly string[];
  readonly rows: number;
  readonly rejects: number;
  /** ISO. */
  readonly ingestedAt: string;
  /** What was added to its times, because its clock was wrong: `+19h`. */
  readonly timeShift?: string;
}

export type ManifestClock = { readonly kind: "system" } | { readonly kind: "pinned"; readonly now: string };

/** A file that no newer generation uses; deleted when no reader holds an older one. */
export interface RetiredFile {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  /** The first generation without it. */
  readonly generation: number;
}

export interface Manifest {
  readonly format: number;
  readonly minReader: number;
  readonly generation: number;
  readonly clock: ManifestClock;
  readonly tables: ReadonlyMap<string, TableEntry>;
  readonly sources: readonly SourceEntry[];
  readonly retired: readonly RetiredFile[];
}

export const emptyManifest = (clock: ManifestClock): Manifest => ({
  format: manifestFormat,
  minReader,
  generation: 1,
  clock,
  tables: new Map(),
  sources: [],
  retired: [],
});

/**
 * Reads a workspace's manifest.
 *
 * @throws HuntError `workspace/not-found`, `workspace/newer-format`, `workspace/invalid-manifest`
 */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = join(dir, manifestName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new HuntError("workspace/not-found", `'${dir}' is not a workspace: it has no ${manifestName}`, {
        hint: "ingest a folder of logs into it, or check the path",
      });
    throw new HuntError("workspace/unreadable", `cannot read '${path}'`, {
      hint: "check the permissions of the workspace folder",
      cause: error,
    });
  }
  return parseManifest(text, path);
}

/** Writes a manifest as a whole. `unique` tells apart writers. */
export async function writeManifest(dir: string, manifest: Manifest, unique: string): Promise<void> {
  await writeAtomic(join(dir, manifestName), formatManifest(manifest), unique);
}

/** A manifest as text: the same manifest always gives the same bytes. */
export function formatManifest(manifest: Manifest): string {
  const names = [...manifest.tables.keys()].sort();
  const tables = Object.fromEntries(names.map(name => [name, manifest.tables.get(name)]));
  return JSON.stringify({ ...manifest, tables }, undefined, 1) + "\n";
}

/** Checks a manifest's text. `path` is for messages. */
export function parseManifest(text: string, path: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(path, "it is not JSON", error);
  }
  const root = objectOf(json, path, "the whole file");
  const format = integer(root["format"], path, "format");
  const oldest = integer(root["minReader"], path, "minReader");
  if (oldest > manifestFormat)
    throw new HuntError(
      "workspace/newer-format",
      `the workspace was written by a newer Huntbook (format ${format}, readers from ${oldest}; this one reads ${manifestFormat})`,
      { hint: "update Huntbook, or open the workspace with the version that wrote it", where: path },
    );
  const tables = new Map<string, TableEntry>();
  for (const [name, value] of Object.entries(objectOf(root["tables"], path, "tables")))
    tables.set(name, parseTable(objectOf(value, path, `table '${name}'`), path, name));
  return {
    format,
    minReader: oldest,
    generation: integer(root["generation"], path, "generation"),
    clock: parseClock(root["clock"], path),
    tables,
    sources: list(root["sources"], path, "sources").map(s => objectOf(s, path, "sources")) as unknown as SourceEntry[],
    retired: list(root["retired"], path, "retired").map(value => parseRetired(objectOf(value, path, "retired"), path)),
  };
}

type Json = Readonly<Record<string, unknown>>;

function parseTable(value: Json, path: string, name: string): TableEntry {
  const at = `table '${name}'`;
  const columns = list(value["columns"], path, at).map(item => {
    const column = objectOf(item, path, at);
    const [columnName, type] = [textOf(column["name"], path, at), textOf(column["type"], path, at)];
    if (!isKqlType(type)) throw invalid(path, `${at} has a column of unknown type '${type}'`);
    return { name: columnName, type };
  });
  const files = list(value["files"], path, at).map(item => parseFile(objectOf(item, path, at), path, at));
  return {
    directory: plainName(textOf(value["directory"], path, at), path),
    columns,
    files,
    ...(value["physical"] === undefined
      ? {}
      : { physical: objectOf(value["physical"], path, at) as Record<string, string> }),
    ...(value["timeColumn"] === undefined ? {} : { timeColumn: textOf(value["timeColumn"], path, at) }),
    ...(value["rejects"] === undefined
      ? {}
      : { rejects: list(value["rejects"], path, at) as unknown as readonly RejectEntry[] }),
  };
}

function parseFile(value: Json, path: string, at: string): DataFile {
  return {
    name: plainName(textOf(value["name"], path, at), path),
    rows: integer(value["rows"], path, at),
    sizeBytes: integer(value["sizeBytes"], path, at),
    sha256: textOf(value["sha256"], path, at),
    ...(value["minTime"] === undefined ? {} : { minTime: textOf(value["minTime"], path, at) }),
    ...(value["maxTime"] === undefined ? {} : { maxTime: textOf(value["maxTime"], path, at) }),
    ...(value["withoutTime"] === undefined ? {} : { withoutTime: integer(value["withoutTime"], path, at) }),
    ...(value["missing"] === undefined
      ? {}
      : { missing: list(value["missing"], path, at).map(m => textOf(m, path, at)) }),
  };
}

function parseRetired(value: Json, path: string): RetiredFile {
  const file = textOf(value["path"], path, "retired");
  for (const part of file.split("/")) plainName(part, path);
  return { path: file, generation: integer(value["generation"], path, "retired") };
}

function parseClock(value: unknown, path: string): ManifestClock {
  const clock = objectOf(value, path, "clock");
  if (clock["kind"] === "system") return { kind: "system" };
  const now = clock["now"];
  if (clock["kind"] !== "pinned" || typeof now !== "string" || Number.isNaN(Date.parse(now)))
    throw invalid(path, "clock must be { kind: system } or { kind: pinned, now: an ISO instant }");
  return { kind: "pinned", now };
}

/** A name that stays inside its folder: manifests travel, so their paths are not trusted. */
function plainName(name: string, path: string): string {
  if (name === "" || name === "." || name === ".." || /[/\\:\0]/.test(name))
    throw invalid(path, `'${name}' is not a plain file name`);
  return name;
}

function objectOf(value: unknown, path: string, at: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, `${at} must be an object`);
  return value as Json;
}

function list(value: unknown, path: string, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, `${at} must be a list`);
  return value;
}

function textOf(value: unknown, path: string, at: string): string {
  if (typeof value !== "string") throw invalid(path, `${at} lacks a text`);
  return value;
}

function integer(value: unknown, path: string, at: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw invalid(path, `${at} lacks a whole number`);
  return value;
}

function invalid(path: string, why: string, cause?: unknown): HuntError {
  return new HuntError("workspace/invalid-manifest", `the manifest '${path}' is damaged: ${why}`, {
    hint: "restore the workspace from a copy, or ingest the logs again into a new one",
    cause,
  });
}
