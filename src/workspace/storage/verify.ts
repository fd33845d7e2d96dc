/** Does the workspace still hold what was written? */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { noProgress } from "../../base/port.js";
import type { ProgressSink } from "../../base/port.js";
import { sha256File } from "./files.js";
import { readManifest } from "./manifest.js";
import type { DataFile } from "./manifest.js";

export interface VerifyProblem {
  readonly table: string;
  /** Relative to the workspace, with `/`. */
  readonly file: string;
  readonly problem: "missing" | "size-differs" | "hash-differs";
}

export interface VerifyReport {
  readonly generation: number;
  readonly files: number;
  readonly sizeBytes: number;
  readonly problems: readonly VerifyProblem[];
}

/**
 * Reads every file that the manifest names and compares size and SHA-256.
 *
 * @throws HuntError as `readManifest`
 */
export async function verifyWorkspace(
  dir: string,
  options: { readonly progress?: ProgressSink; readonly signal?: AbortSignal } = {},
): Promise<VerifyReport> {
  const progress = options.progress ?? noProgress;
  const manifest = await readManifest(dir);
  const all = [...manifest.tables].flatMap(([table, entry]) =>
    entry.files.map(file => ({ table, file, path: `tables/${entry.directory}/${file.name}` })),
  );
  const problems: VerifyProblem[] = [];
  for (const [done, { table, file, path }] of all.entries()) {
    progress({ label: "verifying", done, total: all.length, unit: "files" });
    const problem = await problemOf(join(dir, path), file, options.signal);
    if (problem !== undefined) problems.push({ table, file: path, problem });
  }
  progress({ label: "verifying", done: all.length, total: all.length, unit: "files" });
  const sizeBytes = all.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  return { generation: manifest.generation, files: all.length, sizeBytes, problems };
}

async function problemOf(
  path: string,
  file: DataFile,
  signal: AbortSignal | undefined,
): Promise<VerifyProblem["problem"] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return "missing";
  if (found.size !== file.sizeBytes) return "size-differs";
  return (await sha256File(path, signal)) === file.sha256 ? undefined : "hash-differs";
}
