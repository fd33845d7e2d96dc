/**
 * The compiler of one-off commands. Loading the language service takes a second or more; a process that starts from a V8
 * snapshot is ready at once. A snapshot fits one version of Node, so each machine makes its own, in the background, the
 * first time a command compiles KQL.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { KqlCompiler } from "../kql/api.js";
import { createSnapshotCompiler } from "../kql/snapshot.js";
import { createWorkerCompiler } from "../kql/worker.js";
import { createKeepingCompiler } from "./kept-plans.js";

/** The bundle that a snapshot is made of; part of `dist`, absent when running from source. */
const entryFile = fileURLToPath(new URL("../kql-snapshot.cjs", import.meta.url));
const builderFile = fileURLToPath(new URL("./snapshot-build.js", import.meta.url));

/** Named by what it is made of: after an update, in a clone too, an old one would compile as the old version did. */
export function snapshotFile(dataDir: string, entry: string): string {
  const build = createHash("sha256").update(readFileSync(entry)).digest("hex").slice(0, 16);
  const { platform, arch, versions } = process;
  return join(dataDir, "cache", `kql-${build}-node-${versions.node}-${platform}-${arch}.snapshot`);
}

/** A compiler that keeps its plans; `expected` is the query to come, if it is known. From source it keeps none: the source changes. */
export function createCliCompiler(dataDir: string, expected?: string): KqlCompiler {
  if (!existsSync(entryFile)) return createWorkerCompiler();
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const { size, mtimeMs } = statSync(entryFile);
  return createKeepingCompiler({
    dir: join(dataDir, "cache", "plans"),
    build: `${version} ${size} ${mtimeMs}`,
    start: () => startCompiler(dataDir),
    ...(expected === undefined ? {} : { expected }),
  });
}

/** From the snapshot where there is one; else a worker, and a snapshot for the next time. */
function startCompiler(dataDir: string): KqlCompiler {
  const blob = snapshotFile(dataDir, entryFile);
  if (existsSync(blob)) return createSnapshotCompiler(blob);
  spawn(process.execPath, [builderFile, entryFile, blob], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
  }).unref();
  return createWorkerCompiler();
}
