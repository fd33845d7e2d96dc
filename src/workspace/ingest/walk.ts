/** The evidence: which files there are. Only reading, no symbolic links, nothing outside the roots given. */
import { createHash } from "node:crypto";
import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { HuntError } from "../../base/error.js";
import { errorCode } from "../storage/files.js";
import { isZip, listArchive } from "./archive.js";
import { readHead } from "./bytes.js";
import type { ContentSource } from "./bytes.js";

/** A file, or a member of a ZIP archive. */
export interface EvidenceFile extends ContentSource {
  /** What rows and people call it: relative to the root, with `/`; a member is called `archive.zip/folder/file.json`. */
  readonly name: string;
  /** Tells apart files of one name under different roots; a hash, because paths of the machine stay out of workspaces. */
  readonly root: string;
  /** Of a member: unpacked. */
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
    if (info.isFile())
      await addFile(
        { path: real, name: basename(real), root: rootId(dirname(real)), sizeBytes: info.size },
        files,
        passedOver,
      );
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
  const unique = files.filter(file => {
    const place = file.member === undefined ? file.path : `${file.path}\0${file.name}`;
    return !seen.has(place) && seen.add(place);
  });
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
    else if (entry.isFile())
      await addFile({ path, name, root: rootId(root), sizeBytes: (await lstat(path)).size }, files, passedOver);
    else passedOver.push({ name, reason: "neither a file nor a folder" });
  }
}

/** Adds a file, or what is in it when it is an archive. */
async function addFile(
  file: EvidenceFile,
  files: EvidenceFile[],
  passedOver: { name: string; reason: string }[],
): Promise<void> {
  // What cannot be opened is said when it is looked at.
  const head = await readHead(file, 4).catch(() => Buffer.alloc(0));
  if (!isZip(head)) {
    files.push(file);
    return;
  }
  const { name, path, root } = file;
  const archive = await listArchive(path);
  for (const { member, name: inside, sizeBytes } of archive.members)
    files.push({ path, member, root, name: wellFormed(`${name}/${inside}`), sizeBytes });
  for (const { name: inside, reason } of archive.passedOver)
    passedOver.push({ name: inside === "" ? name : wellFormed(`${name}/${inside}`), reason });
}

function rootId(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 16);
}

function toName(root: string, path: string): string {
  return wellFormed(relative(root, path).split(sep).join("/"));
}

const wellFormed = (name: string): string => name.replace(/\p{Surrogate}/gu, "\ufffd");
