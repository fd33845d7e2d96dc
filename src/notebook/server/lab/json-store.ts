/** Small texts by id, one file each: settings, workspaces, configuration sections. */
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HuntError } from "../../../base/error.js";
import { replaceFile } from "../contents/atomic.js";

export interface Stored {
  readonly id: string;
  readonly text: string;
  /** ISO instants. */
  readonly created: string;
  readonly lastModified: string;
}

const suffix = ".json";

export class JsonStore {
  readonly #dir: string;
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Ids may hold anything; file names hold letters, digits, dots, dashes and %XX. */
  #file(id: string): string {
    const name = encodeURIComponent(id).replace(/[*'()!~]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    if (name === "" || name.length > 200 || name.startsWith("."))
      throw new HuntError("server/bad-request", "that is not a name for settings", {
        hint: "use a shorter or a plainer one",
      });
    return join(this.#dir, name + suffix);
  }

  async find(id: string): Promise<Stored | undefined> {
    const file = this.#file(id);
    try {
      const [text, found] = await Promise.all([readFile(file, "utf8"), stat(file)]);
      return { id, text, created: found.birthtime.toISOString(), lastModified: found.mtime.toISOString() };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async put(id: string, text: string): Promise<void> {
    const file = this.#file(id);
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await replaceFile(file, text, 0o600);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  async all(): Promise<readonly Stored[]> {
    const names = (await readdir(this.#dir).catch(() => [])).filter(n => n.endsWith(suffix) && !n.startsWith("."));
    const found = await Promise.all(names.sort().map(n => this.find(decodeURIComponent(n.slice(0, -suffix.length)))));
    return found.filter(s => s !== undefined);
  }
}
