/** What rewritten cells call for `import`: real ESM resolution from the notebook's folder. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { didYouMean } from "../../base/suggest.js";

export interface CellImporter {
  import(specifier: string, options?: ImportCallOptions): Promise<object>;
  /** Gives the namespace back, after checking that it has every name that is wanted. */
  pick(module: object, specifier: string, wanted: readonly string[]): object;
  /** Runs a line for the system's shell. */
  shell(command: string): Promise<void>;
  /** `import.meta` of a cell. */
  readonly meta: Readonly<{ url: string; dirname: string; filename: string }>;
}

/**
 * Makes the importer for notebooks in `dir`.
 *
 * Source: `vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER` (Node 20.12, 21.7 and later) makes `import()` of a script resolve
 * from its file name. Node calls it experimental and warns once, hence the kernel's `--disable-warning=ExperimentalWarning`.
 */
export function createImporter(dir: string, shell: CellImporter["shell"]): CellImporter {
  const filename = join(dir, "notebook.ts");
  const script = new Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load = script.runInThisContext() as CellImporter["import"];
  return Object.freeze({ import: load, pick: pickExports, shell, meta: describeNotebook(dir, filename) });
}

function describeNotebook(dirname: string, filename: string): CellImporter["meta"] {
  return Object.freeze({ url: pathToFileURL(filename).href, dirname, filename });
}

/** As in a module, importing a name that is not exported fails, instead of giving undefined. */
function pickExports(module: object, specifier: string, wanted: readonly string[]): object {
  const missing = wanted.find(name => !(name in module));
  if (missing === undefined) return module;
  const what =
    missing === "default" ? `'${specifier}' has no default export` : `'${specifier}' has no export named '${missing}'`;
  const near = didYouMean(missing, Object.keys(module));
  throw new SyntaxError(`${what}${near || ` (for a type, write import type { ${missing} })`}`);
}
