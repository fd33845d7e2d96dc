/** Readers hold a generation, so that writers do not delete the files it needs. Readers never wait for anybody. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "./manifest.js";
import type { Manifest } from "./manifest.js";
import { parseProcessMark, stateOf, thisProcess } from "./process.js";

export interface ReaderLease {
  readonly manifest: Manifest;
  /** False when the folder cannot be written (a read-only copy): then nobody can delete from it here either. */
  readonly recorded: boolean;
  release(): Promise<void>;
}

const folder = "readers";

/**
 * Reads the manifest and records that its generation is in use. The lease is written first and the manifest read again
 * after it, until both agree: a writer that deletes files looks for leases after its manifest is in place.
 */
export async function holdGeneration(dir: string): Promise<ReaderLease> {
  const path = join(dir, folder, `${process.pid}-${randomBytes(6).toString("hex")}.json`);
  let manifest = await readManifest(dir);
  for (;;) {
    if (!(await writeLease(dir, path, manifest.generation)))
      return { manifest, recorded: false, release: async () => undefined };
    const again = await readManifest(dir);
    if (again.generation === manifest.generation) break;
    manifest = again;
  }
  return { manifest, recorded: true, release: () => rm(path, { force: true }) };
}

async function writeLease(dir: string, path: string, generation: number): Promise<boolean> {
  try {
    await mkdir(join(dir, folder), { recursive: true });
    await writeFile(`${path}.tmp`, JSON.stringify({ ...thisProcess(), generation }));
    await rename(`${path}.tmp`, path);
    return true;
  } catch {
    return false;
  }
}

/** The oldest generation that a reader may still use; Infinity when there is none. Removes leases of dead processes. */
export async function oldestHeldGeneration(dir: string): Promise<number> {
  let oldest = Infinity;
  for (const name of await readdir(join(dir, folder)).catch(() => [])) {
    if (!name.endsWith(".json")) continue;
    const path = join(dir, folder, name);
    const lease = await readLease(path);
    if (lease === "gone") continue;
    if (lease === "dead") await rm(path, { force: true });
    else oldest = Math.min(oldest, lease);
  }
  return oldest;
}

async function readLease(path: string): Promise<number | "gone" | "dead"> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return "gone";
  }
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const mark = parseProcessMark(value);
    if (mark !== undefined && stateOf(mark) === "dead") return "dead";
    const generation = value["generation"];
    return typeof generation === "number" ? generation : 0;
  } catch {
    // Not ours, or damaged: its generation is not known, so everything is kept.
    return 0;
  }
}
