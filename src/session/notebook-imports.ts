/** `extraImports` and `additionalPackages` of initNotebook, in MSTICPy's form. */
import { execFile } from "node:child_process";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import process from "node:process";
import { HuntError, messageOf } from "../base/error.js";
import type { Notice } from "../base/port.js";

/** `"package"`, `"package, name"` or `"package, name, alias"`. */
export interface ExtraImport {
  readonly specifier: string;
  readonly name: string | undefined;
  readonly alias: string;
}

/** @throws HuntError `session/extra-import` */
export function parseExtraImport(text: string): ExtraImport {
  const [specifier = "", name, alias, ...rest] = text.split(",").map(part => part.trim());
  if (specifier === "" || rest.length > 0)
    throw new HuntError("session/extra-import", `extra import '${text}' cannot be understood`, {
      hint: 'write "package", "package, name" or "package, name, alias"',
    });
  const last =
    specifier
      .replace(/^node:/, "")
      .split("/")
      .at(-1) ?? specifier;
  const shown = alias ?? name ?? last.replace(/\W+(\w?)/g, (_all, next: string) => next.toUpperCase());
  return { specifier, name: name === "" ? undefined : name, alias: shown === "" ? specifier : shown };
}

/** Where a package is, seen from the notebook's folder. */
function locate(specifier: string): string {
  if (isBuiltin(specifier)) return specifier;
  const require = createRequire(join(process.cwd(), "notebook.js"));
  return pathToFileURL(require.resolve(specifier)).href;
}

/** The names that imports give; what cannot be imported is told. */
export async function importExtras(
  extras: readonly string[],
): Promise<{ readonly names: ReadonlyMap<string, unknown>; readonly notices: readonly Notice[] }> {
  const names = new Map<string, unknown>();
  const notices: Notice[] = [];
  for (const text of extras) {
    const extra = parseExtraImport(text);
    try {
      const module = (await import(locate(extra.specifier))) as Record<string, unknown>;
      if (extra.name !== undefined && !(extra.name in module)) throw new Error(`it exports no '${extra.name}'`);
      names.set(extra.alias, extra.name === undefined ? (module["default"] ?? module) : module[extra.name]);
    } catch (error) {
      notices.push({
        code: "session/extra-import",
        message: `'${extra.specifier}' could not be imported: ${messageOf(error).split("\n")[0] ?? ""}`,
        hint: `npm install ${extra.specifier
          .split("/")
          .slice(0, extra.specifier.startsWith("@") ? 2 : 1)
          .join("/")} in the notebook's folder`,
      });
    }
  }
  return { names, notices };
}

/** Packages that are not there, and how to get them: nothing is installed unasked. */
export function missingPackages(packages: readonly string[]): Notice[] {
  const missing = packages.filter(name => {
    try {
      locate(name);
      return false;
    } catch (error) {
      // A package without an entry for `require` is there all the same.
      return (error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND";
    }
  });
  if (missing.length === 0) return [];
  return [
    {
      code: "session/packages",
      message: `missing packages: ${missing.join(", ")}`,
      hint: `npm install ${missing.join(" ")} in the notebook's folder`,
    },
  ];
}

/** The newest published version, asked of the user's own registry; undefined when it cannot be known, for example offline. */
export function findLatestVersion(name: string, timeoutMs = 10_000): Promise<string | undefined> {
  const npm = process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", "npm.cmd"] : ["npm"];
  const [file = "npm", ...lead] = npm;
  return new Promise(done => {
    const options = { timeout: timeoutMs, windowsHide: true };
    execFile(file, [...lead, "view", name, "version", "--fetch-retries=0"], options, (error, stdout) => {
      const version = stdout.trim();
      done(error === null && /^\d+\.\d+\.\d+/.test(version) ? version : undefined);
    });
  });
}
