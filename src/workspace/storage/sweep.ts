/** What may be deleted from a workspace's folder, and deleting it. */
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./files.js";
import { oldestHeldGeneration } from "./leases.js";
import type { Manifest, RetiredFile, TableEntry } from "./manifest.js";

export const tablesFolder = "tables";
export const rejectsFolder = "rejects";
export const scratchFolder = "tmp";

/** The files that tables name, relative to the workspace. Several tables may name one file of rejects. */
export function filesOf(tables: ReadonlyMap<string, TableEntry>): Set<string> {
  const files = new Set<string>();
  for (const table of tables.values()) {
    for (const file of table.files) files.add(`${tablesFolder}/${table.directory}/${file.name}`);
    for (const { file } of table.rejects ?? []) if (file !== undefined) files.add(`${rejectsFolder}/${file}`);
  }
  return files;
}

/** Removes what a killed writer left: temporary files, and files that no generation names. Needs the lock. */
export async function removeLeftovers(dir: string, manifest: Manifest): Promise<void> {
  const known = filesOf(manifest.tables);
  for (const { path } of manifest.retired) known.add(path);
  for (const directory of await namesIn(join(dir, tablesFolder))) {
    for (const name of await namesIn(join(dir, tablesFolder, directory)))
      if (/\.(parquet|tmp)$/.test(name) && !known.has(`${tablesFolder}/${directory}/${name}`))
        await rm(join(dir, tablesFolder, directory, name), { force: true });
    // Fails, as it should, unless the folder is empty.
    await rmdir(join(dir, tablesFolder, directory)).catch(() => undefined);
  }
  for (const name of await namesIn(join(dir, rejectsFolder)))
    if (name.endsWith(".jsonl") && !known.has(`${rejectsFolder}/${name}`))
      await rm(join(dir, rejectsFolder, name), { force: true });
  for (const name of await namesIn(dir))
    if (/^manifest\.json\.[0-9a-f]+\.tmp$/.test(name)) await rm(join(dir, name), { force: true });
  await rm(join(dir, scratchFolder), { recursive: true, force: true });
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

export async function stillThere(dir: string, retired: readonly RetiredFile[]): Promise<RetiredFile[]> {
  const found: RetiredFile[] = [];
  for (const file of retired)
    if (
      await stat(join(dir, file.path)).then(
        () => true,
        () => false,
      )
    )
      found.push(file);
  return found;
}

/** Deletes retired files that no reader can need. What cannot be deleted now stays for the next writer. */
export async function deleteRetired(dir: string, retired: readonly RetiredFile[]): Promise<void> {
  if (retired.length === 0) return;
  const oldest = await oldestHeldGeneration(dir);
  for (const file of retired)
    if (file.generation <= oldest) await rm(join(dir, file.path), { force: true }).catch(() => undefined);
}
