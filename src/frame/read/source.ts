/** Files → text: which files, which format, unpacked, decoded; what was cut short is said. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { once } from "node:events";
import { resolve } from "node:path";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import type { Cause } from "../../base/completeness.js";
import { HuntError, messageOf } from "../../base/error.js";

export const readFormats = ["csv", "tsv", "json", "jsonl", "parquet"] as const;
export type ReadFormat = (typeof readFormats)[number];

const extensions: Readonly<Record<string, ReadFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
};

/**
 * The files a path, a pattern or a list of them names, absolute and sorted. A file whose name holds pattern characters is
 * found by its name first.
 *
 * @throws HuntError `frame/file-missing`
 */
export async function findFiles(paths: string | readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const path of typeof paths === "string" ? [paths] : paths) {
    const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
    const files = isFile
      ? [path]
      : await (
          await import("tinyglobby")
        ).glob(path, { absolute: true, onlyFiles: true, dot: true, expandDirectories: false });
    if (files.length === 0)
      throw new HuntError("frame/file-missing", `no file is named, or matches, '${path}'`, {
        hint: "check the path; patterns use / also on Windows",
      });
    for (const file of [...files].sort()) found.add(resolve(file));
  }
  return [...found];
}

/** The format by the file's name, `.gz` aside. @throws HuntError `frame/unknown-format` */
export function formatOf(path: string): ReadFormat {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  const format = extensions[name.slice(name.lastIndexOf(".") + 1)];
  if (format !== undefined) return format;
  throw new HuntError("frame/unknown-format", `the format of '${path}' cannot be told from its name`, {
    hint: `give it: read(path, { format: "jsonl" }); formats: ${readFormats.join(", ")}`,
  });
}

/** What was noticed while a file was read; grows until the reading ends. */
export class ReadLog {
  readonly file: string;
  /** Where the record handed out last starts, 1-based. */
  line = 0;
  readonly #causes: Cause[] = [];
  readonly #examples: string[] = [];
  #skipped = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** A record that could not be read. Lines are 1-based. */
  skip(line: number, reason: string): void {
    this.#skipped += 1;
    if (this.#examples.length < 3) this.#examples.push(`${this.file}:${line}: ${reason}`);
  }

  note(cause: Cause): void {
    this.#causes.push(cause);
  }

  get causes(): readonly Cause[] {
    if (this.#skipped === 0) return this.#causes;
    const more = this.#skipped > this.#examples.length ? ", …" : "";
    const count = `${this.#skipped.toLocaleString("en-US")} ${this.#skipped === 1 ? "record" : "records"} skipped`;
    const message = `${count}: ${this.#examples.join("; ")}${more}`;
    const skipped: Cause = {
      kind: "lines-skipped",
      affects: "rows",
      message,
      source: this.file,
      missing: this.#skipped,
    };
    return [skipped, ...this.#causes];
  }
}

/** Small enough that a chunk of hostile gzip unpacks to at most some 16 MB at a time. */
const chunkBytes = 16 * 1024;
const plainChunkBytes = 256 * 1024;

async function startsWith(file: string, count: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Unpacks as far as the file goes: what stands before the damage is kept, and the damage noted. */
async function* gunzip(input: AsyncIterable<Buffer>, log: ReadLog): AsyncGenerator<Buffer, void, void> {
  const unpack = createGunzip();
  const ready: Buffer[] = [];
  let damage: unknown;
  unpack.on("data", (data: Buffer) => ready.push(data));
  const failed = new Promise<void>(done => {
    unpack.on("error", error => {
      damage ??= error;
      done();
    });
  });
  for await (const chunk of input) {
    // After an error, zlib may never call back.
    await Promise.race([failed, new Promise<void>(done => unpack.write(chunk, () => done()))]);
    yield* ready.splice(0);
    if (damage !== undefined) break;
  }
  if (damage === undefined) {
    const closed = once(unpack, "close").catch(() => undefined);
    unpack.end();
    await closed;
    yield* ready.splice(0);
  }
  unpack.destroy();
  if (damage !== undefined)
    log.note({
      kind: "source-unavailable",
      affects: "rows",
      message: `the compressed file is cut short or damaged; what stands before is here (${messageOf(damage)})`,
      source: log.file,
    });
}

/** The encoding by the byte order mark; UTF-8 without one. */
function encodingOf(head: Buffer): "utf-8" | "utf-16le" | "utf-16be" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8";
}

async function* bytesOf(
  file: string,
  log: ReadLog,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, void> {
  const head = await startsWith(file, 2);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  const input = createReadStream(file, {
    highWaterMark: packed ? chunkBytes : plainChunkBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    yield* packed ? gunzip(input as AsyncIterable<Buffer>, log) : (input as AsyncIterable<Buffer>);
  } finally {
    input.destroy();
  }
}

/**
 * The text of a file in pieces: unpacked when it starts as gzip does (whatever its name), decoded by its byte order mark.
 * Bytes that are no text become U+FFFD and are noted, because values with them are not what was written.
 */
export async function* textOf(file: string, log: ReadLog, signal?: AbortSignal): AsyncGenerator<string, void, void> {
  let decoder: TextDecoder | undefined;
  let replaced = 0;
  for await (const bytes of bytesOf(file, log, signal)) {
    decoder ??= new TextDecoder(encodingOf(bytes));
    const text = decoder.decode(bytes, { stream: true });
    if (text.includes("\ufffd")) replaced += countReplaced(text, bytes);
    if (text !== "") yield text;
  }
  const rest = decoder?.decode() ?? "";
  if (rest !== "") {
    replaced += 1;
    yield rest;
  }
  if (replaced > 0)
    log.note({
      kind: "lines-skipped",
      affects: "values",
      message: `${replaced.toLocaleString("en-US")} characters are not valid text and are shown as \ufffd`,
      source: file,
    });
}

/** How many U+FFFD the decoder put in, beyond those that the bytes spell out. */
function countReplaced(text: string, bytes: Buffer): number {
  const inText = text.split("\ufffd").length - 1;
  let spelled = 0;
  const mark = Buffer.from("\ufffd");
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) spelled += 1;
  return Math.max(0, inText - spelled);
}
