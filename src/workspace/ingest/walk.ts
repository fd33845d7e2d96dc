/** The evidence: which files there are. Only reading, no symbolic links, nothing outside the roots given. */
import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { HuntError } from "../../base/error.js";
import { errorCode } from "../storage/files.js";

export interface EvidenceFile {
  /** Where it is on this machine. */
  readonly path: string;
  /** What rows and people call it: relative to the root, with `/`. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface EvidenceList {
  readonly files: readonly EvidenceFile[];
  /** Entries that were not followed or read, with the reason. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Lists the files under the given files and folders, sorted by name.
 *
 * @throws HuntError `ingest/not-found`, `ingest/workspace-inside-evidence`
 */
export async function listEvidence(roots: readonly string[], workspace: string | undefined): Promise<EvidenceList> {
  const files: EvidenceFile[] = [];
  const passedOver: { name: string; reason: string }[] = [];
  const home = workspace === undefined ? undefined : await realpath(workspace).catch(() => workspace);
  for (const root of roots) {
    const real = await realpath(root).catch((error: unknown) => {
      throw new HuntError("ingest/not-found", `there is no '${root}'`, {
        hint: "check the path of the logs",
        cause: error,
      });
    });
    const info = await lstat(real);
    if (info.isFile()) files.push({ path: real, name: basename(real), sizeBytes: info.size });
    else if (home !== undefined && (home === real || home.startsWith(real + sep)))
      throw new HuntError(
        "ingest/workspace-inside-evidence",
        `the workspace '${workspace ?? ""}' lies inside the evidence`,
        {
          hint: "evidence is never written to: choose a workspace folder outside of it",
        },
      );
    else await walk(real, real, files, passedOver);
  }
  const seen = new Set<string>();
  const unique = files.filter(f => !seen.has(f.path) && seen.add(f.path));
  unique.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { files: unique, passedOver };
}

async function walk(
  root: string,
  folder: string,
  files: EvidenceFile[],
  passedOver: { name: string; reason: string }[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    passedOver.push({ name: toName(root, folder), reason: `cannot be listed (${errorCode(error) ?? "unknown"})` });
    return [];
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = toName(root, path);
    if (entry.isSymbolicLink()) passedOver.push({ name, reason: "a symbolic link, not followed" });
    else if (entry.isDirectory()) await walk(root, path, files, passedOver);
    else if (entry.isFile()) files.push({ path, name, sizeBytes: (await lstat(path)).size });
    else passedOver.push({ name, reason: "neither a file nor a folder" });
  }
}

function toName(root: string, path: string): string {
  return relative(root, path)
    .split(sep)
    .join("/")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}
