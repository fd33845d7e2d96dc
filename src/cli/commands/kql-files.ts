/** The files that `huntbook kql` is told to look at. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { usageError } from "../command.js";
import { readText } from "../file.js";
import type { Io } from "../io.js";

export interface QueryFile {
  /** As named by the user; `stdin.kql` for the standard input. */
  readonly file: string;
  readonly text: string;
  /** Undefined for the standard input. */
  readonly path: string | undefined;
  /** True when it was named, not found in a folder. */
  readonly named: boolean;
}

const wanted = /\.(kql|csl|kusto|ya?ml|md|markdown|ipynb|[cm]?tsx?)$/i;
/** Folders that hold what others made. */
const foreign = /(^|[\\/])(node_modules|\.[^\\/]+)([\\/]|$)/;

/** Reads the files as named, and those inside folders, one after another. @throws HuntError `cli/file`, `cli/usage` */
export async function* readQueryFiles(paths: readonly string[], io: Io): AsyncGenerator<QueryFile> {
  for (const path of paths) {
    if (path === "-") {
      if (io.readStdin === undefined) throw usageError("there is no standard input to read");
      yield { file: "stdin.kql", text: await io.readStdin(), path: undefined, named: true };
      continue;
    }
    const full = resolve(io.cwd, path);
    const info = await stat(full).catch(() => undefined);
    if (info?.isDirectory() !== true) {
      yield { file: path, text: await readText(full), path: full, named: true };
      continue;
    }
    const inside = await readdir(full, { recursive: true });
    for (const name of inside.filter(f => wanted.test(f) && !foreign.test(f)).sort()) {
      const file = join(path, name);
      yield { file, text: await readText(resolve(io.cwd, file)), path: resolve(io.cwd, file), named: false };
    }
  }
}

export const unknownKind = (file: string): Error =>
  usageError(`'${file}' is not a .kql, .yaml, Markdown, TypeScript or notebook file`);
