/** The last checkpoint of each file, kept outside the notebooks' folder, so that secrets in outputs do not linger there. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HuntError } from "../../../base/error.js";
import { replaceFile } from "./atomic.js";

export interface Checkpoint {
  readonly id: string;
  /** ISO instant. */
  readonly last_modified: string;
}

/** There is one per file, as in Jupyter's own file checkpoints. */
const onlyId = "checkpoint";

export class Checkpoints {
  readonly #dir: string;
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The copy's place: a hash, because two roots may hold files of one name. */
  #copy(file: string): string {
    return join(this.#dir, createHash("sha256").update(file).digest("hex").slice(0, 40));
  }

  async list(file: string): Promise<readonly Checkpoint[]> {
    const found = await stat(this.#copy(file)).catch(() => undefined);
    return found === undefined ? [] : [{ id: onlyId, last_modified: found.mtime.toISOString() }];
  }

  async create(file: string): Promise<Checkpoint> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await replaceFile(this.#copy(file), await readFile(file), 0o600);
    return { id: onlyId, last_modified: (await stat(this.#copy(file))).mtime.toISOString() };
  }

  /** @throws HuntError `server/not-found` */
  async restore(file: string, id: string): Promise<void> {
    await this.#get(file, id);
    await replaceFile(file, await readFile(this.#copy(file)));
  }

  /** @throws HuntError `server/not-found` */
  async remove(file: string, id: string): Promise<void> {
    await this.#get(file, id);
    await rm(this.#copy(file), { force: true });
  }

  async #get(file: string, id: string): Promise<void> {
    if (id !== onlyId || (await this.list(file)).length === 0)
      throw new HuntError("server/not-found", `there is no checkpoint '${id}'`, { hint: "save the file once" });
  }

  /** The checkpoints go with a file, or with all files of a folder, that has been moved. */
  async moved(from: string, to: string): Promise<void> {
    await this.#forEach(to, file => rename(this.#copy(from + file.slice(to.length)), this.#copy(file)));
  }

  /** Forgets the copies of a file that is to be deleted, or of all files in a folder. */
  async forget(file: string): Promise<void> {
    await this.#forEach(file, each => rm(this.#copy(each), { force: true }));
  }

  async #forEach(file: string, act: (file: string) => Promise<void>): Promise<void> {
    const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
    const entries = isFolder ? await readdir(file, { recursive: true, withFileTypes: true }) : [];
    const files = isFolder ? entries.filter(e => e.isFile()).map(e => join(e.parentPath, e.name)) : [file];
    for (const each of files)
      await act(each).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
  }
}
