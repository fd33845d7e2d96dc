/** Kernel specifications: ours, and those that are installed for Jupyter. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HuntError, messageOf } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { JupyterEnvironment } from "./jupyter-dirs.js";
import { currentJupyterEnvironment, dataDirs } from "./jupyter-dirs.js";

export interface KernelSpec {
  /** The folder's name, by which notebooks refer to it. */
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  /** `{connection_file}` and `{resource_dir}` stand for what is only known at the start. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: "signal" | "message";
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Folder of `kernel.json`, logos and the like; absent for the built-in one. */
  readonly resourceDir?: string;
}

export const ownKernelName = "huntbook";

/**
 * glibc raises the size from which it gives memory back with every large block that is freed, and keeps some 100 MB of what the
 * language services needed for a moment; with a size of ours (its own default) it does not raise it.
 * Source: mallopt(3), M_TRIM_THRESHOLD.
 */
const mallocEnvironment: Readonly<Record<string, string>> =
  process.platform === "linux" ? { MALLOC_TRIM_THRESHOLD_: "131072" } : {};

/**
 * Node's flags for processes that evaluate cells: the importer's loader is experimental; resetting asynchronous contexts
 * is not public, and interrupts unbalance their stack.
 */
export const kernelFlags = [
  "--disable-warning=ExperimentalWarning",
  "--disable-warning=DEP0111",
  "--no-force-async-hooks-checks",
] as const;

/** Flags and script for a process of this package; from source (development, tests) with the loader that reads TypeScript. */
export function nodeArguments(script: URL): string[] {
  const file = fileURLToPath(script);
  if (!file.endsWith(".ts")) return [...kernelFlags, file];
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return [...kernelFlags, "--import", loader, file];
}

/** This package's kernel, started by the Node that runs now. `args` go to the kernel, for example `--workspace`, `Soc`. */
export function ownKernelSpec(args: readonly string[] = []): KernelSpec {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const main = new URL(`../kernel/kernel-main.${extension}`, import.meta.url);
  return {
    name: ownKernelName,
    displayName: "TypeScript (Huntbook)",
    language: "typescript",
    argv: [process.execPath, ...nodeArguments(main), "{connection_file}", ...args],
    env: mallocEnvironment,
    interruptMode: "message",
    metadata: { debugger: false },
  };
}

/** Ours and every readable one that is installed, by name. Damaged ones are left out: they are somebody else's. */
export function findKernelSpecs(
  environment: JupyterEnvironment = currentJupyterEnvironment(),
): ReadonlyMap<string, KernelSpec> {
  const found = new Map<string, KernelSpec>([[ownKernelName, ownKernelSpec()]]);
  for (const dataDir of dataDirs(environment)) {
    const kernels = join(dataDir, "kernels");
    if (!existsSync(kernels)) continue;
    for (const name of readdirSync(kernels).sort()) {
      const spec = found.has(name) ? undefined : readKernelSpec(join(kernels, name), name);
      if (spec !== undefined) found.set(name, spec);
    }
  }
  return found;
}

/** @throws HuntError `notebook/no-kernel` with the names there are */
export function getKernelSpec(name: string, specs = findKernelSpecs()): KernelSpec {
  const spec = specs.get(name);
  if (spec !== undefined) return spec;
  const names = [...specs.keys()];
  throw new HuntError("notebook/no-kernel", `there is no kernel called '${name}'${didYouMean(name, names)}`, {
    hint: `installed: ${names.join(", ")}`,
  });
}

/** What `kernel.json` in a folder says; undefined when there is none or it is damaged. */
export function readKernelSpec(dir: string, name: string): KernelSpec | undefined {
  const file = join(dir, "kernel.json");
  if (!/^[a-z0-9._-]+$/i.test(name) || !existsSync(file)) return undefined;
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>>;
  } catch (error) {
    void messageOf(error);
    return undefined;
  }
  const argv = json["argv"];
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every(a => typeof a === "string")) return undefined;
  const text = (key: string, fallback: string) => (typeof json[key] === "string" ? json[key] : fallback);
  const object = (key: string) =>
    typeof json[key] === "object" && json[key] !== null ? (json[key] as Record<string, unknown>) : {};
  const env = Object.entries(object("env")).filter((e): e is [string, string] => typeof e[1] === "string");
  return {
    name,
    displayName: text("display_name", name),
    language: text("language", ""),
    argv,
    env: Object.fromEntries(env),
    interruptMode: json["interrupt_mode"] === "message" ? "message" : "signal",
    metadata: object("metadata"),
    resourceDir: dir,
  };
}
