/** A file's content as UTF-8 bytes, whatever it is wrapped in: gzip (by its magic, not its name), UTF-16, byte order marks. */
import { open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { constants, createGunzip } from "node:zlib";
import { errorCode } from "../storage/files.js";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

export interface ContentKind {
  readonly compressed: boolean;
  readonly encoding: Encoding;
}

/** What went wrong on the way through a file; what came before it was given. */
export interface ContentProblem {
  readonly reason: string;
}

export interface Content {
  readonly kind: ContentKind;
  /** UTF-8 without a byte order mark. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Set when `chunks` has ended before the content did. */
  readonly problem: () => ContentProblem | undefined;
}

const chunkBytes = 1 << 20;

/** Opens a file for reading; the file is closed when the iteration ends or is left. */
export async function openContent(path: string, signal?: AbortSignal): Promise<Content> {
  const head = await readHead(path, 4096);
  const compressed = isGzip(head);
  let problem: ContentProblem | undefined;
  const raw = compressed
    ? gunzip(path, signal, p => (problem = p))
    : (createReadStream(path, { highWaterMark: chunkBytes, signal }) as AsyncIterable<Buffer>);
  const iterator = raw[Symbol.asyncIterator]();
  const first = await iterator.next();
  const start = first.done === true ? Buffer.alloc(0) : first.value;
  const { encoding, bom } = detectEncoding(start);
  const bytes = continueWith(start.subarray(bom), iterator);
  return {
    kind: { compressed, encoding },
    chunks: encoding === "utf-8" ? bytes : decodeUtf16(bytes, encoding),
    problem: () => problem,
  };
}

/** The first bytes of a file as they are on disk. */
export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

async function* continueWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/**
 * Gunzips as much as can be. A strict pass drops the last decoded bytes when the file is cut, so that the tail is fetched
 * by a second, lenient one.
 */
async function* gunzip(
  path: string,
  signal: AbortSignal | undefined,
  report: (problem: ContentProblem) => void,
): AsyncGenerator<Buffer> {
  let given = 0;
  try {
    for await (const chunk of inflate(path, constants.Z_FINISH, signal)) {
      given += chunk.length;
      yield chunk;
    }
    return;
  } catch (error) {
    const code = errorCode(error);
    if (code === "Z_BUF_ERROR") report({ reason: "the compressed file ends early" });
    else if (code?.startsWith("Z_") === true) report({ reason: "the compressed file is damaged" });
    else throw error;
    if (code !== "Z_BUF_ERROR") return;
  }
  let skipped = 0;
  for await (const chunk of inflate(path, constants.Z_SYNC_FLUSH, signal)) {
    const from = Math.min(chunk.length, Math.max(0, given - skipped));
    skipped += chunk.length;
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

function inflate(path: string, finishFlush: number, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
  const source: Readable = createReadStream(path, { highWaterMark: chunkBytes, signal });
  const unzip = createGunzip({ finishFlush, chunkSize: 1 << 18 });
  source.on("error", error => unzip.destroy(error));
  unzip.on("close", () => source.destroy());
  return source.pipe(unzip) as AsyncIterable<Buffer>;
}

/** By byte order mark, else by where the zero bytes of a text's first characters stand. */
export function detectEncoding(head: Buffer): { readonly encoding: Encoding; readonly bom: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bom: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bom: 2 };
  const sample = head.subarray(0, 256);
  const zeros = [0, 0];
  for (const [i, byte] of sample.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > sample.length / 4 && even < odd / 8) return { encoding: "utf-16le", bom: 0 };
  if (even > sample.length / 4 && odd < even / 8) return { encoding: "utf-16be", bom: 0 };
  return { encoding: "utf-8", bom: 0 };
}

async function* decodeUtf16(bytes: AsyncIterable<Buffer>, encoding: "utf-16le" | "utf-16be"): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }), "utf8");
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest, "utf8");
}
