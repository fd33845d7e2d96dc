/** Answers that are kept: one file per name, a line of JSON per answer, appended, so that a killed process loses nothing. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

interface Line {
  readonly k: string;
  readonly t: number;
  readonly v: unknown;
}

export interface Kept<T> {
  readonly value: T;
  readonly atMs: number;
}

/** Past this, lines that were replaced are dropped when the file is opened. */
const compactBytes = 1_000_000;

/**
 * A lasting map from text to JSON values with the time of each. Names become file names only when they are plain words.
 *
 * Several processes may append to the same file; each sees what was there when it opened it.
 */
export class AnswerStore<T> {
  readonly #path: string | undefined;
  readonly #nowMs: () => number;
  #map: Map<string, Kept<T>> | undefined;

  /** Without `dir` answers are kept in memory only. */
  constructor(options: { readonly dir?: string; readonly name: string; readonly nowMs: () => number }) {
    const { dir, name, nowMs } = options;
    const file = name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
    this.#path = dir === undefined ? undefined : join(dir, `${file}.jsonl`);
    this.#nowMs = nowMs;
    if (dir !== undefined) mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  get size(): number {
    return this.#open().size;
  }

  /** What is kept under a key and is not older than `maxAgeMs`. */
  find(key: string, maxAgeMs = Infinity): Kept<T> | undefined {
    const found = this.#open().get(key);
    return found !== undefined && this.#nowMs() - found.atMs <= maxAgeMs ? found : undefined;
  }

  /** Keeps a value; it is in the file when this returns. */
  keep(key: string, value: T): void {
    const atMs = this.#nowMs();
    this.#open().set(key, { value, atMs });
    if (this.#path === undefined) return;
    appendFileSync(this.#path, `${JSON.stringify({ k: key, t: atMs, v: value } satisfies Line)}\n`, { mode: 0o600 });
  }

  /** Forgets everything. */
  clear(): void {
    this.#map = new Map();
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }

  #open(): Map<string, Kept<T>> {
    this.#map ??= this.#read();
    return this.#map;
  }

  #read(): Map<string, Kept<T>> {
    const map = new Map<string, Kept<T>>();
    if (this.#path === undefined || !existsSync(this.#path)) return map;
    const text = readFileSync(this.#path, "utf8");
    let lines = 0;
    for (const line of text.split("\n")) {
      const parsed = parseLine(line);
      if (parsed === undefined) continue;
      lines += 1;
      map.set(parsed.k, { value: parsed.v as T, atMs: parsed.t });
    }
    // A line that was cut by a crash must not swallow the next one.
    if (text !== "" && !text.endsWith("\n")) appendFileSync(this.#path, "\n");
    if (lines > 2 * map.size && statSync(this.#path).size > compactBytes) this.#compact(map);
    return map;
  }

  #compact(map: ReadonlyMap<string, Kept<T>>): void {
    if (this.#path === undefined) return;
    const temporary = `${this.#path}.${process.pid}.tmp`;
    const lines = [...map].map(([k, { value, atMs }]) => JSON.stringify({ k, t: atMs, v: value } satisfies Line));
    writeFileSync(temporary, `${lines.join("\n")}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}

function parseLine(line: string): Line | undefined {
  if (line === "") return undefined;
  try {
    const value = JSON.parse(line) as Partial<Line>;
    return typeof value.k === "string" && typeof value.t === "number"
      ? { k: value.k, t: value.t, v: value.v }
      : undefined;
  } catch {
    return undefined;
  }
}
