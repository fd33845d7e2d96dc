/** Writing files so that a crash or a full disk leaves either the old or the new one. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HuntError, messageOf } from "../../base/error.js";

/** Makes a file's content durable. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename or a new name in a folder durable; Windows has no such call and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames over an existing file; retries briefly, because on Windows a virus scanner or a reader may hold it. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const busy = ["EPERM", "EBUSY", "EACCES"].includes(errorCode(error) ?? "");
      if (!busy || process.platform !== "win32" || attempt === 20) throw error;
      await delay(attempt * 10);
    }
  }
}

/** Writes text to `path` as a whole or not at all. `unique` tells apart writers in one folder. */
export async function writeAtomic(path: string, text: string, unique: string): Promise<void> {
  const temporary = `${path}.${unique}.tmp`;
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error, path);
  }
  await syncDirectory(dirname(path));
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function sha256File(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The system's code of an error (`ENOENT` …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

const full = /ENOSPC|EDQUOT|EFBIG|no space left|disk quota|file too large|not enough space/i;

/** What failed while writing, in our words: a full disk is told apart, anything else passes through. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof HuntError) return error;
  const text = `${errorCode(error) ?? ""} ${messageOf(error)}`;
  if (full.test(text))
    return new HuntError("workspace/disk-full", `no room left while writing '${path}'`, {
      hint: "free space (or raise the quota) and run it again; what was in the workspace before is intact",
      cause: error,
    });
  if (/out of memory error/i.test(text))
    return new HuntError("workspace/out-of-memory", "not enough memory to sort the rows being written", {
      hint: "close other programs, or ingest fewer or smaller files at a time",
      cause: error,
    });
  if (/\b(EROFS|EACCES|EPERM)\b|permission denied|read-only file system/i.test(text))
    return new HuntError("workspace/not-writable", `cannot write '${path}'`, {
      hint: "check the permissions of the workspace folder",
      cause: error,
    });
  return error;
}
