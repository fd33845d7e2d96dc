/**
 * Watchlists of a workspace: `watchlists/*.csv`, one each, named after the file. As in Sentinel every item has a `SearchKey`:
 * the column of that name, else the first one.
 *
 * Source: https://learn.microsoft.com/azure/sentinel/watchlists-queries
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { KqlTable } from "../kql/api.js";
import type { Frame } from "../frame/frame.js";
import type { FrameStore } from "../frame/store.js";
import { bracketed } from "../kql/answers.js";
import { errorCode } from "./storage/files.js";

interface Loaded {
  readonly frame: Frame;
  readonly table: KqlTable;
  /** Size and time of the file: it is read again when it has changed. */
  readonly stamp: string;
}

export class Watchlists {
  readonly #folder: string;
  readonly #store: FrameStore;
  readonly #loaded = new Map<string, Loaded>();

  constructor(folder: string, store: FrameStore) {
    this.#folder = folder;
    this.#store = store;
  }

  /** One table for each file. @throws HuntError `frame/…` for a file that cannot be read */
  async tables(): Promise<readonly KqlTable[]> {
    const files = (await this.#files()).filter(name => name.toLowerCase().endsWith(".csv")).sort();
    const tables: KqlTable[] = [];
    for (const file of files) tables.push(await this.#table(file));
    return tables;
  }

  async close(): Promise<void> {
    for (const { frame } of this.#loaded.values()) await frame.close();
    this.#loaded.clear();
  }

  async #files(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  async #table(file: string): Promise<KqlTable> {
    const path = join(this.#folder, file);
    const { size, mtimeMs } = await stat(path);
    const stamp = `${size}/${mtimeMs}`;
    const known = this.#loaded.get(file);
    if (known?.stamp === stamp) return known.table;
    await known?.frame.close();
    const frame = await this.#load(path);
    const table: KqlTable = {
      name: file.slice(0, -".csv".length),
      columns: frame.columns,
      relation: frame.relation,
    };
    this.#loaded.set(file, { frame, table, stamp });
    return table;
  }

  /** Every column is text, as in Sentinel. */
  async #load(path: string): Promise<Frame> {
    const read = await this.#store.read(path, { format: "csv" });
    try {
      const names = read.columns.map(c => c.name);
      const [first] = names;
      const texts = names.map(n => `${bracketed(n)} = tostring(${bracketed(n)})`);
      const key =
        names.includes("SearchKey") || first === undefined ? [] : [`SearchKey = tostring(${bracketed(first)})`];
      return await read.kql(`| project ${[...texts, ...key].join(", ")}`);
    } finally {
      await read.close();
    }
  }
}
