/** Files that appear whole or not at all. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { once } from "node:events";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { HuntError, messageOf } from "../../base/error.js";

export interface WriteOptions {
  /** Replace a file that exists; default false. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
}

export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
}

const existsError = (path: string): HuntError =>
  new HuntError("frame/file-exists", `'${path}' exists already`, {
    hint: "choose another name, or pass { overwrite: true }",
  });

function writeError(path: string, error: unknown): HuntError {
  if (error instanceof HuntError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EEXIST") return existsError(path);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new HuntError("frame/disk-full", `there is no space left to write '${path}'`, {
      cause: error,
      hint: "free space, or write to another disk; nothing was left behind",
    });
  if ((error as Error).name === "AbortError")
    return new HuntError("query/cancelled", `writing '${path}' was cancelled`, { cause: error });
  return new HuntError("frame/write-failed", `'${path}' cannot be written: ${messageOf(error)}`, { cause: error });
}

/**
 * Writes content to a temporary file beside the target, flushes it to disk, and puts it in place in one step.
 *
 * @throws HuntError `frame/file-exists`, `frame/disk-full`, `frame/write-failed`, `query/cancelled`; no partial file stays
 */
export async function writeAtomic(
  target: string,
  content: AsyncIterable<string | Uint8Array>,
  options: WriteOptions & { readonly gzip?: boolean } = {},
): Promise<{ readonly path: string; readonly sizeBytes: number }> {
  const path = resolve(target);
  if (options.overwrite !== true && (await stat(path).catch(() => undefined)) !== undefined) throw existsError(path);
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o666);
    try {
      for await (const piece of options.gzip === true ? gzipped(content) : content) {
        options.signal?.throwIfAborted();
        await handle.appendFile(piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const { size } = await stat(temporary);
    await putInPlace(temporary, path, options.overwrite === true);
    return { path, sizeBytes: size };
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* gzipped(content: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const zip = createGzip();
  // An error of the source destroys `zip` and comes out of the loop.
  const feeding = pipeline(Readable.from(content), zip).catch(() => undefined);
  for await (const piece of zip) yield piece as Buffer;
  await feeding;
}

/** A hard link fails when the target exists, so that nothing is overwritten between check and rename. */
async function putInPlace(temporary: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) return rename(temporary, path);
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // File systems without hard links: check and rename.
    if ((await stat(path).catch(() => undefined)) !== undefined) throw existsError(path);
    await rename(temporary, path);
  }
}

/** The bytes of a file. */
export async function* bytesOfFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  const input = createReadStream(path);
  try {
    for await (const chunk of input) yield chunk as Buffer;
  } finally {
    input.destroy();
    if (!input.closed) await once(input, "close");
  }
}
