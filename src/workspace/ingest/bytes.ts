/** A file's content as UTF-8 bytes, whatever it is wrapped in: a ZIP archive, gzip (by its magic, not its name), UTF-16, byte order marks. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { constants, createGunzip } from "node:zlib";
import { errorCode, sha256File } from "../storage/files.js";
import { readMember } from "./archive.js";
import type { ArchiveMember } from "./archive.js";

/** A file on disk, or a member of the archive on disk. */
export interface ContentSource {
  readonly path: string;
  readonly member?: ArchiveMember;
}

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
export async function openContent(source: ContentSource, signal?: AbortSignal): Promise<Content> {
  const compressed = isGzip(await readHead(source, 2));
  let problem: ContentProblem | undefined;
  const report = (found: ContentProblem): void => void (problem ??= found);
  const open = (): Readable => openBytes(source, signal, report);
  const raw = compressed ? gunzip(open, report) : (open() as AsyncIterable<Buffer>);
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

/** The first bytes of a file as they are on disk or were packed. */
export async function readHead(source: ContentSource, bytes: number): Promise<Buffer> {
  const { path, member } = source;
  if (member !== undefined)
    return headOf(
      readMember(path, member, undefined, () => undefined),
      bytes,
    );
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The first bytes of the content. */
export async function readContentHead(source: ContentSource, bytes: number, signal?: AbortSignal): Promise<Buffer> {
  return headOf((await openContent(source, signal)).chunks, bytes);
}

async function headOf(chunks: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** SHA-256 in hex of the bytes as they are on disk or were packed: a file is the same inside and outside of an archive. */
export async function sha256Of(source: ContentSource, signal?: AbortSignal): Promise<string> {
  if (source.member === undefined) return sha256File(source.path, signal);
  const hash = createHash("sha256");
  for await (const chunk of openBytes(source, signal, () => undefined)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The bytes as they are on disk or were packed. */
function openBytes(
  { path, member }: ContentSource,
  signal: AbortSignal | undefined,
  report: (problem: ContentProblem) => void,
): Readable {
  if (member === undefined) return createReadStream(path, { highWaterMark: chunkBytes, signal });
  return Readable.from(
    readMember(path, member, signal, reason => {
      report({ reason });
    }),
    { objectMode: false },
  );
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
async function* gunzip(open: () => Readable, report: (problem: ContentProblem) => void): AsyncGenerator<Buffer> {
  let given = 0;
  try {
    for await (const chunk of inflate(open(), constants.Z_FINISH)) {
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
  for await (const chunk of inflate(open(), constants.Z_SYNC_FLUSH)) {
    const from = Math.min(chunk.length, Math.max(0, given - skipped));
    skipped += chunk.length;
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

function inflate(source: Readable, finishFlush: number): AsyncIterable<Buffer> {
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
