/** TypeScript's language service over the cells of a notebook: each executed cell is a module, later cells import its names. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type ts from "typescript";
import type { Column, KqlType } from "../../base/column.js";
import type { Diagnostic, Span } from "../../base/diagnostic.js";
import { toCellModule } from "./cell-module.js";
import { notebookGlobals } from "./notebook-globals.js";

export interface TypeScriptLanguageOptions {
  readonly typescript: typeof ts;
  /** The notebook's folder: its packages and files are known. */
  readonly dir: string;
  /** Names of this package → their declaration files, or sources. */
  readonly packageFiles: Readonly<Record<string, string>>;
}

/** Offsets count UTF-16 units. */
export interface Completion {
  /** What the matches replace. */
  readonly span: Span;
  readonly items: readonly { readonly text: string; readonly kind: string }[];
}
export interface Inspection {
  /** Signature and type as TypeScript writes them. */
  readonly signature: string;
  /** Documentation, plain text. */
  readonly doc: string;
}

const maxItems = 500;
/** Nothing that a cell may not do: imports and await anywhere, names declared again, module syntax, unused values. */
const toleratedCodes = new Set([1308, 1375, 1378, 2300, 2395, 2440, 2451, 2528, 2632, 2669]);

const cellTypes: Readonly<Record<KqlType, string>> = {
  bool: "boolean | null",
  int: "number | null",
  long: "number | null",
  real: "number | null",
  decimal: "number | null",
  string: "string",
  datetime: "Date | null",
  timespan: "number | null",
  guid: "string | null",
  dynamic: "import('huntbook').Cell",
};

/** Packages that our own declarations name and that no cell sees: 400 files to read, and a fifth of the memory. */
const unseenPackages = /^@(?:azure|duckdb)\//;

interface VirtualFile {
  readonly text: string;
  readonly version: number;
}

export class TypeScriptLanguage {
  readonly #ts: typeof ts;
  readonly #options: TypeScriptLanguageOptions;
  readonly #files = new Map<string, VirtualFile>();
  /** Name → the newest module that declares it. */
  readonly #owners = new Map<string, string>();
  readonly #service: ts.LanguageService;
  readonly #roots: readonly string[];
  #count = 0;

  constructor(options: TypeScriptLanguageOptions) {
    this.#options = options;
    this.#ts = options.typescript;
    const globals = join(options.dir, "__huntbook-globals.d.ts");
    this.#files.set(globals, { text: notebookGlobals, version: 1 });
    const node = createRequire(import.meta.url).resolve("@types/node/package.json");
    const own = join(options.dir, "huntbook-env.d.ts");
    this.#roots = [globals, join(node, "../index.d.ts"), ...(existsSync(own) ? [own] : [])];
    this.#service = this.#ts.createLanguageService(this.#createHost(), this.#ts.createDocumentRegistry());
  }

  /** A cell has run: later ones know its names. Also for cells that failed, whose first statements may have declared some. */
  addCell(code: string): void {
    const module = toCellModule(code, this.#ts);
    if (module === undefined || module.names.length === 0) return;
    const exports = module.names.filter(n => !module.exported.has(n));
    const tail = exports.length === 0 ? "" : `\nexport { ${exports.join(", ")} };`;
    this.#addModule(this.#prelude(module.names) + module.text + tail, module.names);
  }

  /** A `%%kql` cell has bound its result. */
  addFrame(name: string, columns: readonly Column[]): void {
    const fields = columns.map(c => `${JSON.stringify(c.name)}: ${cellTypes[c.type]}`).join("; ");
    this.#addModule(`export declare let ${name}: import("huntbook").Frame<{ ${fields} }>;`, [name]);
  }

  complete(code: string, offset: number): Completion {
    const none = { span: { start: offset, end: offset }, items: [] };
    const at = this.#setCurrent(code);
    if (at === undefined) return none;
    const found = this.#service.getCompletionsAtPosition(at.file, offset + at.lead, {
      includeCompletionsWithInsertText: false,
      includeAutomaticOptionalChainCompletions: false,
    });
    const start = code.slice(0, offset).search(/[\p{ID_Continue}$]*$/u);
    const written = code.slice(start, offset);
    const replaced = found?.optionalReplacementSpan;
    const end = replaced === undefined ? offset : Math.max(offset, replaced.start + replaced.length - at.lead);
    const items = (found?.entries ?? [])
      .filter(e => e.name.toLowerCase().startsWith(written.toLowerCase()) && !e.name.startsWith("__huntbook"))
      .sort((a, b) => Number(b.name.startsWith(written)) - Number(a.name.startsWith(written)) || byUse(a, b));
    return { span: { start, end }, items: items.slice(0, maxItems).map(e => ({ text: e.name, kind: e.kind })) };
  }

  inspect(code: string, offset: number): Inspection | undefined {
    const at = this.#setCurrent(code);
    if (at === undefined) return undefined;
    for (const position of [offset, offset - 1].filter(p => p >= 0 && /[\p{ID_Continue}$"'`]/u.test(code[p] ?? ""))) {
      const info = this.#service.getQuickInfoAtPosition(at.file, position + at.lead);
      const signature = this.#text(info?.displayParts);
      // What TypeScript says of a name that it does not know.
      if (info !== undefined && signature !== "any") return { signature, doc: this.#describe(info) };
    }
    const help = this.#service.getSignatureHelpItems(at.file, offset + at.lead, {});
    const item = help?.items[help.selectedItemIndex];
    if (item === undefined) return undefined;
    const parameters = item.parameters.map(p => this.#text(p.displayParts));
    const separator = this.#text(item.separatorDisplayParts);
    return {
      signature: this.#text(item.prefixDisplayParts) + parameters.join(separator) + this.#text(item.suffixDisplayParts),
      doc: this.#describe(item),
    };
  }

  /** What TypeScript has to say about a cell; its positions are the cell's. */
  diagnose(code: string): readonly Diagnostic[] {
    const at = this.#setCurrent(code);
    if (at === undefined) return [];
    const found = [...this.#service.getSyntacticDiagnostics(at.file), ...this.#service.getSemanticDiagnostics(at.file)];
    return found.flatMap((d): Diagnostic[] => {
      const start = (d.start ?? 0) - at.lead;
      if (start < 0 || start > code.length || toleratedCodes.has(d.code)) return [];
      const message = this.#ts.flattenDiagnosticMessageText(d.messageText, "\n");
      const span = { start, end: Math.min(code.length, start + (d.length ?? 0)) };
      const error = d.category === this.#ts.DiagnosticCategory.Error;
      return [{ code: `typescript/${d.code}`, severity: error ? "error" : "warning", message, span }];
    });
  }

  #createHost(): ts.LanguageServiceHost {
    const { dir, packageFiles } = this.#options;
    const { sys, ScriptSnapshot } = this.#ts;
    const options = this.#compilerOptions(packageFiles);
    const resolve = this.#createResolver(options);
    return {
      resolveModuleNameLiterals: (names, from) => names.map(({ text }) => resolve(text, from)),
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...this.#roots, ...[...this.#files.keys()].filter(f => f.endsWith(".ts"))],
      getScriptVersion: f => String(this.#files.get(f)?.version ?? 0),
      getScriptSnapshot: f => {
        const text = this.#files.get(f)?.text ?? sys.readFile(f);
        return text === undefined ? undefined : ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => dir,
      getDefaultLibFileName: o => this.#ts.getDefaultLibFilePath(o),
      fileExists: f => this.#files.has(f) || sys.fileExists(f),
      readFile: f => this.#files.get(f)?.text ?? sys.readFile(f),
      directoryExists: path => sys.directoryExists(path),
      getDirectories: path => sys.getDirectories(path),
      realpath: path => sys.realpath?.(path) ?? path,
    };
  }

  /** As TypeScript resolves, except that a few packages are unknown to our own declarations (not to cells). */
  #createResolver(
    options: ts.CompilerOptions,
  ): (name: string, from: string) => ts.ResolvedModuleWithFailedLookupLocations {
    const { resolveModuleName, createModuleResolutionCache, sys } = this.#ts;
    const { dir, packageFiles } = this.#options;
    const ownFolders = [...new Set(Object.values(packageFiles).map(file => `${dirname(file)}${sep}`))];
    const cache = createModuleResolutionCache(dir, name => name, options);
    const host: ts.ModuleResolutionHost = {
      ...sys,
      fileExists: f => this.#files.has(f) || sys.fileExists(f),
      readFile: f => this.#files.get(f)?.text ?? sys.readFile(f),
    };
    return (name, from) => {
      const isOwn = ownFolders.some(folder => from.startsWith(folder));
      if (isOwn && unseenPackages.test(name)) return { resolvedModule: undefined };
      return resolveModuleName(name, from, options, host, cache);
    };
  }

  #compilerOptions(packageFiles: Readonly<Record<string, string>>): ts.CompilerOptions {
    const { ScriptTarget, ModuleKind, ModuleResolutionKind, ModuleDetectionKind } = this.#ts;
    return {
      target: ScriptTarget.ES2023,
      module: ModuleKind.ESNext,
      moduleResolution: ModuleResolutionKind.Bundler,
      moduleDetection: ModuleDetectionKind.Force,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      strict: true,
      noImplicitAny: false,
      esModuleInterop: true,
      skipLibCheck: true,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      types: [],
      noEmit: true,
      paths: Object.fromEntries(Object.entries(packageFiles).map(([name, file]) => [name, [file]])),
    };
  }

  #addModule(text: string, names: readonly string[]): void {
    const file = this.#fileName((this.#count += 1));
    this.#files.set(file, { text, version: 1 });
    for (const name of names) this.#owners.set(name, file);
  }

  #fileName(cell: number | "current"): string {
    return join(this.#options.dir, `__huntbook-cell-${cell}.ts`);
  }

  /** On one line of its own, so that positions only move by its length. */
  #prelude(declared: readonly string[]): string {
    const byFile = new Map<string, string[]>();
    for (const [name, file] of this.#owners) {
      if (declared.includes(name)) continue;
      const names = byFile.get(file);
      if (names === undefined) byFile.set(file, [name]);
      else names.push(name);
    }
    const imports = [...byFile].map(([file, names]) => `import { ${names.join(", ")} } from ${JSON.stringify(file)};`);
    return `${imports.join(" ")}\n`;
  }

  #setCurrent(code: string): { readonly file: string; readonly lead: number } | undefined {
    const module = toCellModule(code, this.#ts);
    if (module === undefined) return undefined;
    const file = this.#fileName("current");
    const lead = this.#prelude(module.names);
    const version = (this.#files.get(file)?.version ?? 0) + 1;
    this.#files.set(file, { text: `${lead}${module.text}\nexport {};`, version });
    return { file, lead: lead.length };
  }

  #describe(item: { readonly documentation?: ts.SymbolDisplayPart[]; readonly tags?: ts.JSDocTagInfo[] }): string {
    const tags = (item.tags ?? []).map(t => `@${t.name} ${this.#text(t.text)}`.trim());
    return [this.#text(item.documentation), ...tags].filter(t => t !== "").join("\n");
  }

  #text(parts: ts.SymbolDisplayPart[] | undefined): string {
    return this.#ts.displayPartsToString(parts);
  }
}

/** TypeScript's own order; within it fields before methods, because an argument object may also be a Date. */
function byUse(a: ts.CompletionEntry, b: ts.CompletionEntry): number {
  const late = (e: ts.CompletionEntry): string => (String(e.kind) === "method" ? "1" : "0");
  const name = (e: ts.CompletionEntry): string => e.name.toLowerCase();
  return compare(a.sortText, b.sortText) || compare(late(a), late(b)) || compare(name(a), name(b));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
