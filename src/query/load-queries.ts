/** Query files from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatDiagnostic } from "../base/diagnostic.js";
import { HuntError, isHuntError, messageOf } from "../base/error.js";
import type { NoticeSink } from "../base/port.js";
import type { KqlFunction } from "../kql/api.js";
import type { QueryDefinition } from "./definition.js";
import { readQueries, type QueryFileResult } from "./read-queries.js";

/** The queries that come with Huntbook. */
export const shippedQueriesDir = join(import.meta.dirname, "../../queries");

/** The shipped queries as functions of KQL: `libraryFunctions` of them, written by `tools/query-types.ts`. */
export const shippedFunctionsFile = join(shippedQueriesDir, "functions.json");

/** The functions of the shipped queries: a file to read instead of ten to parse, because every workspace has them. */
export function loadShippedFunctions(): readonly KqlFunction[] {
  return JSON.parse(readFileSync(shippedFunctionsFile, "utf8")) as readonly KqlFunction[];
}

/** @throws HuntError `query/file-unreadable` */
export function loadQueryFile(path: string): QueryFileResult {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new HuntError("query/file-unreadable", `query file '${path}' cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "check the path and its permissions",
    });
  }
  return readQueries(text, path);
}

/**
 * Every `.yaml` and `.yml` file of a folder and its subfolders, in path order. Links are not followed.
 * @throws HuntError `query/file-unreadable` when the folder is missing
 */
export function loadQueryFolder(dir: string): QueryFileResult[] {
  try {
    if (!statSync(dir).isDirectory()) return [loadQueryFile(dir)];
  } catch (cause) {
    throw new HuntError("query/file-unreadable", `query folder '${dir}' cannot be read`, {
      cause,
      hint: "check QueryDefinitions.Custom in msticpyconfig.yaml",
    });
  }
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter(name => /\.ya?ml$/i.test(name))
    .sort()
    .map(name => loadQueryFile(join(dir, name)));
}

export interface DefinitionSources {
  /** Folders and files of the user's own: `QueryDefinitions.Custom` of msticpyconfig.yaml, absolute. */
  readonly custom?: readonly string[];
  /** Told of folders that are missing and of every query that could not be read. */
  readonly notify?: NoticeSink;
  /** Default: the shipped queries. */
  readonly shipped?: string;
}

/** The shipped queries and the user's own, later ones replacing earlier ones of the same name. Never throws for the user's. */
export function loadDefinitions(sources: DefinitionSources = {}): QueryDefinition[] {
  const { custom = [], notify, shipped = shippedQueriesDir } = sources;
  const own = custom.flatMap(dir => {
    try {
      return loadQueryFolder(dir);
    } catch (error) {
      if (!isHuntError(error)) throw error;
      notify?.({ code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
      return [];
    }
  });
  for (const file of own)
    for (const d of file.diagnostics) notify?.({ code: d.code, message: formatDiagnostic(d, file.text, file.file) });
  return [...loadQueryFolder(shipped), ...own].flatMap(file => file.definitions);
}
