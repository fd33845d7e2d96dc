/** The last checkpoint of each file, kept outside the notebooks' folder, so that secrets in outputs do not linger there. */
import { readFile, rm, stat } from "node:fs/promises";
import { HuntError } from "../../../base/error.js";
import { replaceFile } from "./atomic.js";
import { PrivateCopies } from "./private-copies.js";

export interface Checkpoint {
  readonly id: string;
  /** ISO instant. */
  readonly last_modified: string;
}

/** There is one per file, as in Jupyter's own file checkpoints. */
const onlyId = "checkpoint";

export class Checkpoints {
  readonly #copies: PrivateCopies;
  constructor(dir: string) {
    this.#copies = new PrivateCopies(dir);
  }

  async list(file: string): Promise<readonly Checkpoint[]> {
    const found = await stat(this.#copies.place(file)).catch(() => undefined);
    return found === undefined ? [] : [{ id: onlyId, last_modified: found.mtime.toISOString() }];
  }

  async create(file: string): Promise<Checkpoint> {
    await this.#copies.keep(file, await readFile(file));
    return { id: onlyId, last_modified: (await stat(this.#copies.place(file))).mtime.toISOString() };
  }

  /** @throws HuntError `server/not-found` */
  async restore(file: string, id: string): Promise<void> {
    await this.#get(file, id);
    await replaceFile(file, await readFile(this.#copies.place(file)));
  }

  /** @throws HuntError `server/not-found` */
  async remove(file: string, id: string): Promise<void> {
    await this.#get(file, id);
    await rm(this.#copies.place(file), { force: true });
  }

  async #get(file: string, id: string): Promise<void> {
    if (id !== onlyId || (await this.list(file)).length === 0)
      throw new HuntError("server/not-found", `there is no checkpoint '${id}'`, { hint: "save the file once" });
  }

  /** They go with a file, or with all files of a folder, that has been moved. */
  moved(from: string, to: string): Promise<void> {
    return this.#copies.moved(from, to);
  }

  /** Of a file that is to be deleted, or of all files in a folder. */
  forget(file: string): Promise<void> {
    return this.#copies.forget(file);
  }
}
