/** Our kernel among those that Jupyter finds: install, remove, list. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HuntError, messageOf } from "../../base/error.js";
import type { JupyterEnvironment } from "./jupyter-dirs.js";
import { currentJupyterEnvironment, dataDirs, prefixDataDir, systemDataDirs, userDataDir } from "./jupyter-dirs.js";
import type { KernelSpec } from "./kernel-spec.js";
import { ownKernelSpec, readKernelSpec } from "./kernel-spec.js";

/** The user's own Jupyter, the whole machine's, or that of one installation (a virtual environment, conda). */
export type InstallPlace =
  { readonly kind: "user" } | { readonly kind: "system" } | { readonly kind: "prefix"; readonly prefix: string };

export interface InstallOptions {
  readonly place: InstallPlace;
  /** What notebooks refer to it by. */
  readonly name: string;
  readonly displayName: string;
  /** For the kernel: `--workspace`, `Soc`. */
  readonly args: readonly string[];
  readonly environment?: JupyterEnvironment;
}

export interface InstalledKernel {
  readonly spec: KernelSpec;
  readonly dir: string;
  /** True for kernels that `installKernel` wrote. */
  readonly own: boolean;
}

/** Marks what we wrote, so that we never remove what somebody else did. */
const mark = "huntbook";

function kernelsDir(place: InstallPlace, environment: JupyterEnvironment): string {
  const data =
    place.kind === "user"
      ? userDataDir(environment)
      : place.kind === "prefix"
        ? prefixDataDir(place.prefix)
        : (systemDataDirs(environment)[0] ?? "");
  return join(data, "kernels");
}

/**
 * Writes a kernel specification; an older one of ours under the same name is replaced in one step.
 * @returns its folder
 * @throws HuntError `notebook/install` when the name is no kernel's name, is taken by another program's kernel, or the folder
 *   cannot be written
 */
export function installKernel(options: InstallOptions): string {
  const { place, name, environment = currentJupyterEnvironment() } = options;
  if (!/^[a-z0-9._-]+$/i.test(name) || /^\.+$/.test(name))
    throw failed(`'${name}' cannot be a kernel's name`, "use letters, digits, '.', '-' and '_'");
  const dir = join(kernelsDir(place, environment), name);
  const before = existsSync(dir) ? readKernelSpec(dir, name) : undefined;
  if (existsSync(dir) && (before === undefined || !isOwn(before)))
    throw failed(`'${dir}' holds another program's kernel`, "choose another name with --name");
  const spec = ownKernelSpec(options.args);
  const json = {
    argv: spec.argv,
    display_name: options.displayName,
    language: spec.language,
    interrupt_mode: spec.interruptMode,
    env: spec.env,
    metadata: { ...spec.metadata, [mark]: true },
  };
  try {
    mkdirSync(dirname(dir), { recursive: true });
    const draft = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
    writeFileSync(join(draft, "kernel.json"), `${JSON.stringify(json, undefined, 2)}\n`);
    for (const size of [32, 64]) writeFileSync(join(draft, `logo-${size}x${size}.svg`), logo(size));
    writeFileSync(join(draft, "logo-svg.svg"), logo(64));
    rmSync(dir, { recursive: true, force: true });
    renameSync(draft, dir);
  } catch (cause) {
    const hint =
      place.kind === "system" ? "installing for the whole machine needs an administrator; --user does not" : "";
    throw failed(`the kernel cannot be written to '${dir}': ${messageOf(cause)}`, hint, cause);
  }
  return dir;
}

/** @returns the folder that is gone. @throws HuntError `notebook/install` when there is none of ours under this name */
export function uninstallKernel(place: InstallPlace, name: string, environment = currentJupyterEnvironment()): string {
  const dir = join(kernelsDir(place, environment), name);
  const spec = readKernelSpec(dir, name);
  if (spec === undefined || !isOwn(spec))
    throw failed(`there is no kernel of Huntbook in '${dir}'`, "huntbook kernel list shows what is installed");
  rmSync(dir, { recursive: true });
  return dir;
}

/** Every kernel that Jupyter would find, in its order. */
export async function listKernels(environment = currentJupyterEnvironment()): Promise<readonly InstalledKernel[]> {
  const { readdir } = await import("node:fs/promises");
  const found: InstalledKernel[] = [];
  for (const data of dataDirs(environment)) {
    const kernels = join(data, "kernels");
    for (const name of (await readdir(kernels).catch(() => [])).sort()) {
      const dir = join(kernels, name);
      const spec = readKernelSpec(dir, name);
      if (spec !== undefined) found.push({ spec, dir, own: isOwn(spec) });
    }
  }
  return found;
}

const isOwn = (spec: KernelSpec): boolean => spec.metadata[mark] === true;

function failed(message: string, hint: string, cause?: unknown): HuntError {
  return new HuntError("notebook/install", message, {
    ...(hint === "" ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A page with a magnifying glass. */
function logo(size: number): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 64 64">` +
    '<rect x="6" y="4" width="42" height="56" rx="5" fill="#1f3a5f"/>' +
    '<path d="M15 17h24M15 26h16M15 35h12" stroke="#cfe0f5" stroke-width="3.5" stroke-linecap="round"/>' +
    '<circle cx="39" cy="40" r="11" fill="#fff" stroke="#e07b00" stroke-width="5"/>' +
    '<path d="M47.5 48.5 57 58" stroke="#e07b00" stroke-width="6" stroke-linecap="round"/></svg>\n'
  );
}
