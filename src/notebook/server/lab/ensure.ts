/** Finds the built Lab, or installs its packages and builds it. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { HuntError, messageOf } from "../../../base/error.js";
import type { ProgressSink } from "../../../base/port.js";
import { installPackages } from "../../../net/npm-ci.js";
import { bundleLab } from "./bundle.js";

export interface EnsureOptions {
  /** The folder `lab/` of this package. */
  readonly labDir: string;
  readonly onProgress: ProgressSink;
  readonly signal?: AbortSignal;
  /** Runs `npm ci` in the Lab's folder; tests give their own. */
  readonly install?: (labDir: string, signal: AbortSignal | undefined) => Promise<void>;
  /** Makes the bundle; tests give their own. */
  readonly bundle?: typeof bundleLab;
}

/** Changes when the way of building does. */
const buildVersion = 1;

/**
 * The folder of the built Lab. What goes into it (lock file, our sources, how it is built) names it, so that a change
 * builds anew and nothing else does. A package that was published carries the result and no lock file.
 *
 * @throws HuntError `server/lab-install`, `server/lab-build`
 */
export async function ensureLab(options: EnsureOptions): Promise<string> {
  const { labDir } = options;
  const dist = join(labDir, "dist");
  if (!existsSync(join(labDir, "package-lock.json"))) return findPrebuilt(dist);
  const outDir = join(dist, await buildKey(labDir));
  if (existsSync(outDir)) return outDir;
  await mkdir(dist, { recursive: true });
  const release = await lock(join(dist, ".lock"), options.signal);
  try {
    // Somebody else may have built it while we waited.
    if (!existsSync(outDir)) await build(outDir, options);
    return outDir;
  } finally {
    await release();
  }
}

async function findPrebuilt(dist: string): Promise<string> {
  const names = (await readdir(dist).catch(() => [])).filter(name => !name.startsWith("."));
  if (names[0] !== undefined) return join(dist, names[0]);
  throw new HuntError("server/lab-build", "this installation of Huntbook has no Lab", { hint: "install it again" });
}

/** Hash of everything that the bundle is made of. */
async function buildKey(labDir: string): Promise<string> {
  const hash = createHash("sha256").update(`build ${buildVersion}\n`);
  const sources = await readdir(join(labDir, "src"), { recursive: true, withFileTypes: true });
  const files = sources.filter(e => e.isFile()).map(e => join(e.parentPath, e.name));
  const shared = join(dirname(labDir), "src", "view", "style.ts");
  for (const file of [join(labDir, "package-lock.json"), ...files.sort(), shared]) {
    hash.update(`${file.slice(labDir.length).replaceAll("\\", "/")}\n`);
    hash.update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function build(outDir: string, options: EnsureOptions): Promise<void> {
  const { labDir, onProgress, signal, install = npmCi, bundle = bundleLab } = options;
  const steps = (label: string, done: number) => onProgress({ label, done, total: 3, unit: "steps" });
  if (!(await isInstalled(labDir))) {
    steps("JupyterLab (first start only): getting its packages", 0);
    await install(labDir, signal);
    await writeFile(stampOf(labDir), await lockHash(labDir));
  }
  steps("JupyterLab (first start only): building", 1);
  const temporary = `${outDir}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await bundle({ labDir, outDir: temporary });
    await rename(temporary, outDir);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (existsSync(outDir)) return;
    throw new HuntError("server/lab-build", `JupyterLab cannot be built: ${messageOf(cause).slice(0, 500)}`, {
      cause,
      hint: "delete lab/node_modules and start again; huntbook run works without it",
    });
  }
  await removeOthers(outDir);
  steps("JupyterLab (first start only): ready", 3);
}

/** Builds of earlier versions; a server that runs on one of them keeps its open files, new pages need a new start. */
async function removeOthers(outDir: string): Promise<void> {
  const dist = dirname(outDir);
  for (const name of await readdir(dist))
    if (!name.startsWith(".") && join(dist, name) !== outDir)
      await rm(join(dist, name), { recursive: true, force: true });
}

const stampOf = (labDir: string): string => join(labDir, "node_modules", ".huntbook-lock");
const lockHash = async (labDir: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(join(labDir, "package-lock.json")))
    .digest("hex");

/** Whether the packages of this lock file are there; a run that was killed leaves no stamp. */
async function isInstalled(labDir: string): Promise<boolean> {
  const stamp = await readFile(stampOf(labDir), "utf8").catch(() => undefined);
  return stamp !== undefined && stamp === (await lockHash(labDir));
}

async function npmCi(labDir: string, signal: AbortSignal | undefined): Promise<void> {
  await rm(stampOf(labDir), { force: true });
  const problem = await installPackages(labDir, signal);
  if (problem === undefined) return;
  throw new HuntError("server/lab-install", `the packages of JupyterLab cannot be installed: ${problem}`, {
    hint: "connect to the network once, or copy a folder on which 'npm run fetch-all' was run; huntbook run works without JupyterLab",
  });
}

/** One build at a time. A lock whose process has ended is taken over. */
async function lock(file: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(file, "utf8").catch(() => "0"));
    if (owner > 0 && !isRunning(owner)) await rm(file, { force: true });
    else await delay(300, undefined, signal === undefined ? {} : { signal });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
