/** One copy of something per file of the user, outside the notebooks' folder, for this user only. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "./atomic.js";

export class PrivateCopies {
  readonly #dir: string;

  /** @param dir created with the first copy */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The copy's place: a hash, because two roots may hold files of one name. */
  place(file: string): string {
    return join(this.#dir, createHash("sha256").update(file).digest("hex").slice(0, 40));
  }

  async find(file: string): Promise<Buffer | undefined> {
    return readFile(this.place(file)).catch(ignoreMissing);
  }

  async keep(file: string, data: string | Uint8Array): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await replaceFile(this.place(file), data, 0o600);
  }

  /** The copies go with a file, or with all files of a folder, that has been moved. */
  async moved(from: string, to: string): Promise<void> {
    await forEachFile(to, file => rename(this.place(from + file.slice(to.length)), this.place(file)));
  }

  /** Forgets the copies of a file that is to be deleted, or of all files in a folder. */
  async forget(file: string): Promise<void> {
    await forEachFile(file, each => rm(this.place(each), { force: true }));
  }
}

async function forEachFile(file: string, act: (file: string) => Promise<void>): Promise<void> {
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  const entries = isFolder ? await readdir(file, { recursive: true, withFileTypes: true }) : [];
  const files = isFolder ? entries.filter(e => e.isFile()).map(e => join(e.parentPath, e.name)) : [file];
  for (const each of files) await act(each).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}
