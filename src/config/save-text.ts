/** Files that are replaced whole or not at all. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HuntError, messageOf } from "../base/error.js";

export interface SaveOptions {
  /** Keep the old file beside it, as `<file>.save_<time>`. */
  readonly backup?: boolean;
  readonly now: Date;
}

export interface Saved {
  /** The file, links followed. */
  readonly path: string;
  readonly backup: string | undefined;
}

/** 20261124-083000 */
const stamp = (now: Date): string => now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");

/**
 * Replaces a file in one step, keeping its permissions; a new one is for its owner only, because it may hold secrets.
 * A link stays a link.
 *
 * @throws HuntError `config/unwritable`
 */
export async function saveText(path: string, text: string, options: SaveOptions): Promise<Saved> {
  const target = await realpath(path).catch(() => path);
  const building = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(dirname(target), { recursive: true });
    const old = await stat(target).catch(() => undefined);
    const backup = options.backup === true && old !== undefined ? await keepOld(target, options.now) : undefined;
    const file = await open(building, "wx", old === undefined ? 0o600 : old.mode & 0o777);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(building, target);
    return { path: target, backup };
  } catch (cause) {
    await rm(building, { force: true }).catch(() => undefined);
    throw new HuntError("config/unwritable", `'${path}' cannot be written: ${messageOf(cause)}`, {
      cause,
      hint: "check the folder's permissions; the old file is as it was",
    });
  }
}

/** Two saves within a second have two backups. */
async function keepOld(path: string, now: Date): Promise<string> {
  for (let n = 1; ; n++) {
    const backup = `${path}.save_${stamp(now)}${n === 1 ? "" : `-${n}`}`;
    try {
      await copyFile(path, backup, constants.COPYFILE_EXCL);
      return backup;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || n > 99) throw error;
    }
  }
}
