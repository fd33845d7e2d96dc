/** Query files from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { HuntError, messageOf } from "../base/error.js";
import { readQueries, type QueryFileResult } from "./read-queries.js";

/** The queries that come with Huntbook. */
export const shippedQueriesDir = join(import.meta.dirname, "../../queries");

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
