/** Files that commands read and write. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { HuntError, messageOf } from "../base/error.js";

/** @throws HuntError `cli/file` */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw fileError(path, "read", cause);
  }
}

/**
 * Replaces a file in one step, making its folder where needed: whoever looks sees the old or the new one, never half of it.
 *
 * @throws HuntError `cli/file`
 */
export async function writeText(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text, "utf8");
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw fileError(path, "written", cause);
  }
}

/** What went wrong with a file, in words. */
export function fileError(path: string, what: "read" | "written", cause: unknown): HuntError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === "ENOENT"
      ? "it does not exist"
      : code === "EISDIR"
        ? "it is a folder"
        : code === "EACCES"
          ? "access is denied"
          : messageOf(cause);
  return new HuntError("cli/file", `'${path}' cannot be ${what}: ${why}`, { cause });
}
