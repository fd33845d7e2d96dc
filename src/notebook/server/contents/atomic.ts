/** Writing files so that a crash leaves the old or the new one, never half of it. */
import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Replaces a file in one step and waits until the disk has it. The mode of an existing file is kept. */
export async function replaceFile(file: string, data: string | Uint8Array, mode = 0o666): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  const old = await stat(file).catch(() => undefined);
  try {
    const handle = await open(temporary, "wx", old === undefined ? mode : old.mode & 0o777);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
  await removeAbandoned(file);
}

/** Another server on the same folder may be writing one that is younger. */
const abandonedMs = 60_000;

/** What a save left that was killed in the middle. */
async function removeAbandoned(file: string): Promise<void> {
  const [folder, start] = [dirname(file), `.${basename(file).slice(0, 100)}.`];
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(n => n.startsWith(start) && /^[0-9a-f]{12}\.tmp$/.test(n.slice(start.length)))) {
    const temporary = join(folder, name);
    const found = await stat(temporary).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedMs) await rm(temporary, { force: true });
  }
}

/** Makes the rename itself durable, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems (network shares) do not know it.
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
