/** Scratch folders: one per store, private to the user, removed at close; leftovers of dead processes are swept. */
import { createHash, randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** Containers may share a temporary folder but not process ids, so the host is part of the name. */
const hostMark = (): string => createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

const pattern = /^huntbook-([0-9a-f]{8})-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes scratch folders of this user and host whose process is gone. Never follows links; failing to remove is no error. */
export async function sweepScratch(root: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const match = pattern.exec(name);
    if (match === null || match[1] !== hostMark() || isAlive(Number(match[2]))) continue;
    const path = join(root, name);
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isDirectory() !== true || (process.getuid !== undefined && stat.uid !== process.getuid())) continue;
    await rm(path, { recursive: true, force: true }).then(
      () => removed.push(path),
      () => undefined,
    );
  }
  return removed;
}

/** Makes a scratch folder with mode 0700 under `root` (default: the system's temporary folder). */
export async function createScratch(root: string = tmpdir()): Promise<string> {
  await mkdir(root, { recursive: true });
  await sweepScratch(root);
  const dir = await mkdtemp(join(root, `huntbook-${hostMark()}-${process.pid}-`));
  await chmod(dir, 0o700);
  await mkdir(join(dir, "spill"), { mode: 0o700 });
  return dir;
}

export async function removeScratch(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}

/** An unguessable short id; for names that must not meet another process's. */
export const randomId = (): string => randomBytes(6).toString("hex");
