/**
 * Node's module hooks for notebooks: `.ts` files next to a notebook can be imported, and `huntbook` means this package from
 * any folder. Every function is synchronous, so that the same ones serve `registerHooks` (Node 22.15 and later, in this thread) and
 * `register` (Node 20, in the loader's thread).
 */
import { existsSync, readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "oxc-transform";

/** Specifier → file URL, for example `huntbook/kql` → `file:///…/dist/kql/index.js`. */
export type PackageEntries = Readonly<Record<string, string>>;

interface ResolveContext {
  readonly parentURL?: string | undefined;
}
interface LoadResult {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}
type Next<R> = (target: string, context?: object) => R;

const typescript = /\.[cm]?ts$/;
let entries: PackageEntries = {};

/** Called by Node in the loader's thread after `register`. */
export function initialize(data: PackageEntries): void {
  entries = data;
}

export function resolve(specifier: string, context: ResolveContext, next: Next<unknown>): unknown {
  const own = Object.hasOwn(entries, specifier) ? entries[specifier] : undefined;
  if (own !== undefined) return { url: own, shortCircuit: true };
  return next(findTypeScriptFile(specifier, context.parentURL) ?? specifier, context);
}

export function load(url: string, context: object, next: Next<unknown>): unknown {
  const path = url.startsWith("file:") ? new URL(url).pathname : "";
  if (!typescript.test(path) || path.includes("/node_modules/")) return next(url, context);
  return loadTypeScript(url);
}

/** TypeScript's habit of writing `./x.js` for `./x.ts`: only where the one is missing and the other is there. */
function findTypeScriptFile(specifier: string, parentUrl: string | undefined): string | undefined {
  if (!/^\.\.?\/.*\.[cm]?js$/.test(specifier) || parentUrl?.startsWith("file:") !== true) return undefined;
  const asTypeScript = specifier.replace(/js$/, "ts");
  const exists = (name: string) => existsSync(fileURLToPath(new URL(name, parentUrl)));
  return !exists(specifier) && exists(asTypeScript) ? asTypeScript : undefined;
}

function loadTypeScript(url: string): LoadResult {
  const file = fileURLToPath(new URL(url));
  const code = readFileSync(file, "utf8");
  const out = transformSync(file, code, { lang: "ts", sourceType: "module", sourcemap: true });
  const [error] = out.errors;
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}\n${error.codeframe ?? ""}`);
  const map = Buffer.from(JSON.stringify(out.map)).toString("base64");
  const source = `${out.code}\n//# sourceMappingURL=data:application/json;base64,${map}`;
  return { format: "module", source, shortCircuit: true };
}

type RegisterHooks = (hooks: { readonly resolve: typeof resolve; readonly load: typeof load }) => unknown;

/** Installs the hooks for the life of the process; call it once, in a process of the kernel's own. */
export function installModuleHooks(packageEntries: PackageEntries): void {
  const registerHooks = (nodeModule as unknown as { registerHooks?: RegisterHooks }).registerHooks;
  if (registerHooks === undefined) {
    nodeModule.register(import.meta.url, { data: packageEntries });
  } else {
    initialize(packageEntries);
    registerHooks({ resolve, load });
  }
}

/**
 * The entries of this package by the names users write, from its `exports`. Run from source, they are the source files, so
 * that a notebook and the kernel share one copy of every class.
 */
export function findPackageEntries(packageUrl: URL, runFromSource: boolean): PackageEntries {
  const manifest = JSON.parse(readFileSync(packageUrl, "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(manifest.exports)) {
    const built = typeof value === "string" ? value : value.default;
    const file = runFromSource ? built.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts") : built;
    found[manifest.name + key.slice(1)] = new URL(file, packageUrl).href;
  }
  return found;
}
