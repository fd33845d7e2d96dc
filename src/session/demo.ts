/** The Contoso demo tenant in the user's data folder: generated once, then reused. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Clock } from "../base/clock.js";
import { HuntError } from "../base/error.js";
import type { ProgressSink } from "../base/port.js";

export interface DemoOptions {
  readonly dataDir: string;
  /** For the choice of the story's last Tuesday. */
  readonly clock: Clock;
  readonly onProgress: ProgressSink;
}

export interface DemoSpec {
  /** A new or empty folder. */
  readonly dir: string;
  /** `small`, `1m`, `10m`, `100m` or a number of rows. */
  readonly rows: "small" | "1m" | "10m" | "100m" | number;
  readonly seed?: number;
  readonly end?: Date;
  readonly nowMs: number;
  readonly onProgress: ProgressSink;
  readonly signal?: AbortSignal;
}

/**
 * Generates a demo workspace into `spec.dir`: whole or not at all.
 *
 * @throws HuntError `demo/exists` when the folder already holds a workspace, `workspace/…`
 */
export async function generateDemo(
  spec: DemoSpec,
): Promise<{ readonly dir: string; readonly rows: number; readonly tables: number }> {
  if (existsSync(join(spec.dir, "manifest.json")))
    throw new HuntError("demo/exists", `'${spec.dir}' already holds a workspace`, {
      hint: "choose another folder with --dir, or remove it",
    });
  const building = `${spec.dir}.building-${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  try {
    const { generateContoso } = await import("../workspace/contoso/generate.js");
    const result = await generateContoso({
      dir: building,
      rows: spec.rows,
      now: spec.nowMs,
      progress: spec.onProgress,
      ...(spec.seed === undefined ? {} : { seed: spec.seed }),
      ...(spec.end === undefined ? {} : { end: spec.end }),
      ...(spec.signal === undefined ? {} : { signal: spec.signal }),
    });
    // Another process may have been faster: its copy is as good.
    if (!existsSync(join(spec.dir, "manifest.json"))) {
      await rm(spec.dir, { recursive: true, force: true });
      await rename(building, spec.dir);
    }
    return { dir: spec.dir, rows: result.rows, tables: result.tables.size };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** Where the demo is kept. */
export const contosoDir = (dataDir: string): string => join(dataDir, "contoso");

/** The demo's folder; generates it on first use. @throws HuntError `workspace/…` when it cannot be written */
export async function ensureContoso({ dataDir, clock, onProgress }: DemoOptions): Promise<string> {
  const dir = contosoDir(dataDir);
  if (existsSync(join(dir, "manifest.json"))) return dir;
  await generateDemo({ dir, rows: "small", nowMs: clock.now(), onProgress });
  return dir;
}
