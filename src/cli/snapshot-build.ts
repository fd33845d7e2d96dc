/** `node snapshot-build.js ENTRY BLOB`: makes a V8 snapshot; it appears under its name only when it is whole. */
import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const run = promisify(execFile);
const [entry, blob] = process.argv.slice(2);

/** Snapshots of other versions are of no more use. */
async function removeOthers(dir: string, kept: string): Promise<void> {
  for (const name of await readdir(dir))
    if (name.endsWith(".snapshot") && name !== kept) await rm(join(dir, name), { force: true });
}

if (entry !== undefined && blob !== undefined) {
  const dir = dirname(blob);
  const building = `${blob}.${process.pid}`;
  await mkdir(dir, { recursive: true });
  try {
    await run(process.execPath, ["--snapshot-blob", building, "--build-snapshot", entry]);
    if ((await stat(building)).size > 0) await rename(building, blob);
    await removeOthers(dir, basename(blob));
  } finally {
    await rm(building, { force: true });
  }
}
