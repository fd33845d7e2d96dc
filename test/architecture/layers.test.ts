import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** Folder → folders it may import, besides itself and base. The whole architecture, in one table (DESIGN §4). */
const mayImport: Record<string, readonly string[]> = {
  base: [],
  net: [],
  stats: [],
  view: [],
  config: ["net"],
  kql: ["stats"],
  frame: ["view", "kql"],
  workspace: ["config", "kql", "frame"],
  query: ["net", "config", "kql", "frame", "workspace", "view"],
  "query/drivers": ["net", "config", "kql", "frame", "workspace", "query"],
  transform: ["view", "frame"],
  entity: ["view"],
  enrich: ["net", "config", "frame", "query", "transform", "entity", "view"],
  analysis: ["stats", "frame"],
  pivot: ["frame", "query", "transform", "entity", "enrich", "analysis", "view"],
  session: [
    ...["net", "stats", "view", "config", "kql", "frame", "workspace", "query", "query/drivers"],
    ...["transform", "entity", "enrich", "analysis", "pivot"],
  ],
  "notebook/protocol": [],
  "notebook/kernel": ["view", "kql", "frame", "session", "notebook/protocol", "notebook/widgets"],
  "notebook/client": ["notebook/protocol"],
  "notebook/runner": [
    ...["view", "kql", "frame", "session"],
    ...["notebook/protocol", "notebook/client", "notebook/kernel", "notebook/widgets"],
  ],
  "notebook/widgets": ["view", "config", "frame", "session", "notebook/protocol"],
  "notebook/server": ["net", "view", "config", "session", "notebook/protocol", "notebook/client", "notebook/runner"],
  "notebook/web": ["view", "query", "notebook/protocol", "notebook/widgets"],
  serve: ["kql", "frame", "workspace", "session"],
  testing: ["kql", "frame", "workspace", "query", "session"],
  cli: [
    ...["net", "view", "config", "kql", "frame", "workspace", "query", "session", "serve"],
    // The settings page is the notebooks' widget.
    ...["notebook/kernel", "notebook/runner", "notebook/server", "notebook/client", "notebook/widgets"],
  ],
};

/** Folders that may touch the outside world (node:*, npm packages with effects). */
const io = new Set([
  ...["net", "config", "frame", "workspace", "query", "query/drivers", "enrich", "session", "serve", "testing", "cli"],
  ...["notebook/kernel", "notebook/runner", "notebook/server", "notebook/client", "notebook/protocol"],
]);
const pureBuiltins = new Set(["node:util"]);
/** What pure folders may use from npm, and kql's one file that loads the language service and its worker. */
const purePackages = new Set(["fastest-levenshtein", "fflate", "tldts", "d3-scale", "d3-format", "d3-geo"]);
const exempt = new Set([
  "kql/bridge.ts",
  "kql/worker.ts",
  "kql/thread.ts",
  "kql/worker-main.ts",
  "kql/snapshot-main.ts",
  "kql/snapshot.ts",
  "kql/functions/udf.ts",
  // Hashes: functions of their input, from node:crypto.
  "transform/digest.ts",
  "kql/geo/h3.ts",
  "kql/geo/spheroid.ts",
  // Their subjects are the environment and the file system.
  "notebook/widgets/environment-key.ts",
  "notebook/widgets/browsers.ts",
]);

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map(f => f.replaceAll("\\", "/"))
  .filter(f => f.endsWith(".ts") && !f.endsWith(".test.ts"));
const folders = Object.keys(mayImport).sort((a, b) => b.length - a.length);
const folder = (file: string) => folders.find(k => file.startsWith(k + "/"));
const local: Edge[] = [];
const outside: Edge[] = [];
for (const from of files) {
  const source = ts.createSourceFile(from, readFileSync(join(root, from), "utf8"), ts.ScriptTarget.Latest);
  for (const s of source.statements) {
    if (!(ts.isImportDeclaration(s) || ts.isExportDeclaration(s))) continue;
    if (s.moduleSpecifier === undefined || !ts.isStringLiteral(s.moduleSpecifier)) continue;
    const spec = s.moduleSpecifier.text;
    // Only `import type` is erased under verbatimModuleSyntax; `import { type X }` still runs the module.
    const typeOnly = ts.isImportDeclaration(s)
      ? s.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : s.isTypeOnly;
    const to = relative(root, normalize(join(root, dirname(from), spec))).replace(/\.js$/, ".ts");
    if (spec.startsWith(".")) local.push({ from, to: to.replaceAll("\\", "/"), typeOnly });
    else outside.push({ from, to: spec, typeOnly });
  }
}
const show = (edges: readonly Edge[]) => edges.map(e => `${e.from} -> ${e.to}`);

test("every file belongs to a known folder", () => {
  expect(files.filter(f => f.includes("/") && folder(f) === undefined)).toEqual([]);
});

test("imports follow the table", () => {
  const bad = local.filter(e => {
    const [a, b] = [folder(e.from), folder(e.to)];
    return a !== undefined && b !== undefined && a !== b && b !== "base" && !mayImport[a]?.includes(b);
  });
  expect(show(bad)).toEqual([]);
});

test("pure folders import nothing with effects", () => {
  const bad = outside.filter(
    e =>
      !e.typeOnly &&
      !io.has(folder(e.from) ?? "") &&
      folder(e.from) !== undefined &&
      !exempt.has(e.from) &&
      !pureBuiltins.has(e.to) &&
      !purePackages.has(e.to),
  );
  expect(show(bad)).toEqual([]);
});

test("only session and query/drivers know concrete drivers", () => {
  const bad = local.filter(
    e => folder(e.to) === "query/drivers" && !["query/drivers", "session"].includes(folder(e.from) ?? ""),
  );
  expect(show(bad.filter(e => e.from.includes("/")))).toEqual([]);
});

test("no runtime import cycles", () => {
  const next = new Map<string, string[]>();
  for (const e of local) if (!e.typeOnly) next.set(e.from, [...(next.get(e.from) ?? []), e.to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of next.get(file) ?? []) {
      const cycle = walk(to, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  expect(files.map(f => walk(f, [])).find(c => c !== undefined)).toBeUndefined();
});
