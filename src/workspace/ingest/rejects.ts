/** Lines that could not be read, set aside with where they were and why. */
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { RejectEntry } from "../storage/manifest.js";
import { formatMicros } from "../time.js";
import type { Micros } from "../time.js";
import type { TimeSource } from "./columns.js";
import { fromPointer } from "./fields.js";
import type { FileFormat, ReadReject } from "./records.js";
import { readTimeOf } from "./time-source.js";

/** One line of a file under `rejects/`. */
export interface RejectLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** Writes the rejects of one evidence file and sums them up. Nothing is made on disk while there are none. */
export class RejectWriter {
  readonly #source: string;
  readonly #fileName: string;
  readonly #openPath: (fileName: string) => Promise<string>;
  #stream: WriteStream | undefined;
  #failure: Error | undefined;
  #count = 0;
  #timed = 0;
  #first: Micros | undefined;
  #last: Micros | undefined;
  readonly #reasons = new Map<string, number>();

  /** @param openPath gives the path for a file name under `rejects/` */
  constructor(source: string, fileName: string, openPath: (fileName: string) => Promise<string>) {
    this.#source = source;
    this.#fileName = fileName;
    this.#openPath = openPath;
  }

  get count(): number {
    return this.#count;
  }

  /** @param at when the unreadable line happened, if its text says so */
  async add(reject: ReadReject, at: Micros | undefined): Promise<void> {
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(await this.#openPath(this.#fileName), { flags: "wx" });
      this.#stream.on("error", error => (this.#failure = error));
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#count++;
    const kind = reject.reason.replace(/\d+/g, "n");
    if (this.#reasons.has(kind) || this.#reasons.size < 20) this.#reasons.set(kind, (this.#reasons.get(kind) ?? 0) + 1);
    if (at !== undefined) {
      this.#timed++;
      if (this.#first === undefined || at < this.#first) this.#first = at;
      if (this.#last === undefined || at > this.#last) this.#last = at;
    }
    const line: RejectLine = { file: this.#source, line: reject.line, reason: reject.reason, text: reject.text };
    if (!this.#stream.write(JSON.stringify(line) + "\n")) await once(this.#stream, "drain");
  }

  /** Finishes the file. The lines whose time is known and those whose time is not are two entries. */
  async finish(): Promise<readonly RejectEntry[]> {
    if (this.#stream === undefined) return [];
    this.#stream.end();
    await finished(this.#stream);
    const [common] = [...this.#reasons].sort((a, b) => b[1] - a[1]);
    const what = (count: number): string => {
      const lines = count === 1 ? "1 line" : `${count} lines`;
      return `${lines} of '${this.#source}' could not be read (${common?.[0] ?? "unknown"})`;
    };
    const common_ = { source: this.#source, file: this.#fileName };
    const untimed = this.#count - this.#timed;
    const entries: RejectEntry[] = [];
    if (this.#first !== undefined && this.#last !== undefined)
      entries.push({
        ...common_,
        count: this.#timed,
        reason: what(this.#timed),
        from: formatMicros(this.#first),
        to: formatMicros(this.#last),
      });
    if (untimed > 0) entries.push({ ...common_, count: untimed, reason: what(untimed) });
    return entries;
  }
}

/**
 * When an unreadable line happened, if that can be told: the value after the time field's name (JSON), or the only field
 * that is a time (delimited text).
 */
export function timeOfReject(text: string, format: FileFormat, time: TimeSource | undefined): Micros | undefined {
  if (time === undefined) return undefined;
  if (format.kind === "json" || format.kind === "jsonl") {
    const name = JSON.stringify(fromPointer(time.pointer).at(-1) ?? "");
    const at = text.indexOf(`${name}:`) === -1 ? text.indexOf(`${name} :`) : text.indexOf(`${name}:`);
    if (at === -1) return undefined;
    const value = /^\s*:\s*(?:"([^"\\]*)"|(\d+(?:\.\d+)?))/.exec(text.slice(at + name.length, at + name.length + 100));
    return value === null ? undefined : readTimeOf(time, value[1] ?? value[2] ?? "");
  }
  const delimiter = format.kind === "csv" ? format.dialect.delimiter : "\t";
  const times = text
    .split(delimiter)
    .map(field => readTimeOf(time, field.trim().replace(/^"(.*)"$/, "$1")))
    .filter(at => at !== undefined);
  return times.length === 1 ? times[0] : undefined;
}
