/** One writer at a time: a lock file with the name of who holds it. */
import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { HuntError } from "../../base/error.js";
import { errorCode, storageError } from "./files.js";
import { parseProcessMark, stateOf, thisProcess } from "./process.js";
import type { ProcessMark } from "./process.js";

export interface WriterLock {
  /** Tells this lock from every other one; also names the writer's temporary files. */
  readonly id: string;
  /** Says whether the lock file still is ours (somebody may have deleted it by hand). */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

interface LockText extends ProcessMark {
  readonly id: string;
  readonly since: string;
}

const fileName = "writer.lock";

/**
 * Takes the writer's lock of a workspace, clearing one that a dead process of this machine left behind.
 *
 * @param nowMs for the lock's `since`, which people read
 * @throws HuntError `workspace/locked` with who holds it
 */
export async function takeWriterLock(dir: string, nowMs: number): Promise<WriterLock> {
  const path = join(dir, fileName);
  const id = randomBytes(6).toString("hex");
  const text: LockText = { ...thisProcess(), id, since: new Date(nowMs).toISOString() };
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await createLock(path, JSON.stringify(text))) return heldLock(path, id);
    const found = await readLock(path);
    if (found === "gone") continue;
    if (found.mark === undefined || stateOf(found.mark) !== "dead") throw lockedError(dir, path, found);
    await clearStale(path, found.text, id);
  }
  throw new HuntError("workspace/locked", `the workspace '${dir}' is being locked by several processes at once`, {
    hint: "wait a moment and try again",
  });
}

function heldLock(path: string, id: string): WriterLock {
  const isHeld = async (): Promise<boolean> => {
    const found = await readLock(path);
    return found !== "gone" && found.id === id;
  };
  return {
    id,
    isHeld,
    release: async () => {
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

/** Creates the lock with its text in one step (a link to a finished file), so that nobody reads half a lock. */
async function createLock(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return await linkOrCreate(temporary, path, text);
  } catch (error) {
    throw storageError(error, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function linkOrCreate(temporary: string, path: string, text: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
  }
  // File systems without hard links (FAT, some network shares): exclusive creation is all there is.
  try {
    const handle = await open(path, "wx");
    await handle.writeFile(text);
    await handle.close();
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

interface FoundLock {
  readonly text: string;
  readonly mark: ProcessMark | undefined;
  readonly id: string | undefined;
  readonly since: string | undefined;
}

async function readLock(path: string): Promise<FoundLock | "gone"> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "gone";
    throw error;
  }
  let value: Record<string, unknown> = {};
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A lock we cannot read is somebody's all the same.
  }
  const textOf = (key: string): string | undefined => (typeof value[key] === "string" ? value[key] : undefined);
  return { text, mark: parseProcessMark(value), id: textOf("id"), since: textOf("since") };
}

/**
 * Removes a dead process's lock. Between reading and moving it another process may have done the same and locked; then
 * what we moved is alive, and it is put back.
 */
async function clearStale(path: string, expected: string, id: string): Promise<void> {
  const aside = `${path}.${id}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== expected) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function lockedError(dir: string, path: string, found: FoundLock): HuntError {
  const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 80);
  const who =
    found.mark === undefined
      ? "someone whose lock file cannot be read"
      : `process ${found.mark.pid} on '${printable(found.mark.host)}'`;
  const since = found.since === undefined ? "" : ` since ${printable(found.since)}`;
  const elsewhere = found.mark === undefined || stateOf(found.mark) === "elsewhere";
  return new HuntError("workspace/locked", `the workspace '${dir}' is being written by ${who}${since}`, {
    hint: elsewhere
      ? `wait for it to finish; if that process no longer runs, delete '${path}'`
      : "wait for it to finish, or end that process",
  });
}
