/**
 * Every code of `docs/errors.yaml` has a test that produces it: here, or beside the code it is about.
 */
import { readdirSync, readFileSync, mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import ts from "typescript";
import { pinnedClock } from "../../src/base/clock.js";
import { isHuntError } from "../../src/base/error.js";
import { getCloud } from "../../src/config/cloud.js";
import { loadConfig, type Config } from "../../src/config/config.js";
import { WorkspaceConfig } from "../../src/config/workspace-config.js";
import { loadDuckDb } from "../../src/frame/duckdb.js";
import { rowEncoder } from "../../src/frame/encode.js";
import { toNetError } from "../../src/net/net-error.js";
import { parseNotebook } from "../../src/notebook/runner/index.js";
import type { Notebook } from "../../src/notebook/runner/index.js";
import { toParameters } from "../../src/notebook/runner/parameters.js";
import type { Driver } from "../../src/query/api.js";
import { checkClause } from "../../src/query/clause.js";
import { createQueryProvider } from "../../src/query/create-provider.js";
import { getEnvironment } from "../../src/query/environment.js";
import { toParameterValue } from "../../src/query/parameter.js";
import type { ParameterDefinition } from "../../src/query/parameter.js";
import { readQueries } from "../../src/query/read-queries.js";
import { createSession } from "../../src/session/session.js";
import { generateDemo } from "../../src/session/demo.js";
import { storageError } from "../../src/workspace/storage/files.js";
import { watchlistDatabase } from "../../src/kql/api.js";
import { readManifest } from "../../src/workspace/index.js";
import { findCodes } from "../../tools/docs-errors.js";
import { compile } from "../kql/harness.js";

const root = join(import.meta.dirname, "../..");
const dir = mkdtempSync(join(tmpdir(), "huntbook-codes-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("queries in KQL", () => {
  /** 80 functions, each calling the one before. */
  const chain = Array.from({ length: 80 }, (_, i) => `let f${i} = (x: long) { ${i === 0 ? "x" : `f${i - 1}(x)`} };`);
  test.each([
    ["kql/bad-datatable", "datatable()[1]"],
    ["kql/missing-parameter", "declare query_parameters(x: long); print x"],
    ["kql/no-column", "Signins | where User in (Users | project-away *)"],
    ["kql/not-a-table", "let x = 1; x | take 1"],
    ["kql/not-a-value", "let T = Users; let f = (s: string) { s }; print f(T)"],
    ["kql/too-deep", `${chain.join("\n")} print f79(1)`],
    ["kql/not-a-graph", "Users | graph-to-table nodes"],
    ["kql/bad-pattern", "Users | make-graph User --> Department | graph-match (a)-[e*3..1]->(b) project 1"],
    ["kql/unknown-workspace", "workspace('nope').T"],
    ["kql/unknown-table", "_GetWatchlist('vipp')"],
  ])("%s: %s", (code, text) => {
    const watchlist = { name: "vip", columns: [{ name: "a", type: "string" }] } as const;
    const databases = [{ name: watchlistDatabase, tables: [watchlist] }];
    const other = code === "kql/unknown-table" ? { schemaId: "test/watchlists", databases } : {};
    const result = compile(text, other);
    if (result.state === "ready") throw new Error("it compiles");
    expect(result.diagnostics.map(d => d.code)).toContain(code);
    for (const d of result.diagnostics) expect(d.span, d.code).toBeDefined();
  });

  /** Our own checks stand behind those of Microsoft's binder, which speaks first. */
  test.each([
    ["kql/bad-default", "let f = (x: long = now()) { x }; print f()", "kusto/KS132"],
    ["kql/join-condition", "Signins | join Users on $left.User == $left.User", "kusto/KS183"],
    ["kql/join-without-condition", "Signins | join Users", "kusto/KS006"],
    [
      "kql/no-pattern-match",
      "declare pattern p = (a: string)[b: string] { ('x').['y'] = { Users }; }; p('x').z",
      "kusto/KS142",
    ],
    ["kql/missing-argument", "let f = (x: long) { x }; print f()", "kusto/KS119"],
  ])("before %s the binder refuses: %s", (_, text, code) => {
    const result = compile(text);
    expect(result.state === "ready" ? [] : result.diagnostics.map(d => d.code)).toContain(code);
  });
});

describe("configuration", () => {
  const file = resolve("/hunts/msticpyconfig.yaml");
  const load = (text: string, env: Record<string, string> = {}): Config =>
    loadConfig({ cwd: resolve("/hunts"), home: resolve("/home/ana"), env, read: p => (p === file ? text : undefined) });
  const told = (config: Config): string[] => [
    ...config.notices.map(n => n.code),
    ...config.diagnostics.map(d => d.code),
  ];
  test.each([
    ["config/empty", "AzureSentinel:\n  Workspaces:\n    Default: {}\nTIProviders:\n  OTX:\n"],
    ["config/guid", "AzureSentinel:\n  Workspaces:\n    Default: { WorkspaceId: x, TenantId: y }\n"],
    ["config/unknown-key", "AzureSentinal: {}\n"],
  ])("%s", (code, text) => {
    expect(told(load(text))).toContain(code);
  });
  test("config/not-found: MSTICPYCONFIG names nothing", () => {
    expect(told(load("", { MSTICPYCONFIG: "/nowhere.yaml" }))).toContain("config/not-found");
  });
  test("config/not-sentinel: a local workspace has no connection string", () => {
    const config = load("");
    expectCode(() => new WorkspaceConfig({ config, workspace: "Contoso" }).codeConnectStr, "config/not-sentinel");
  });
});

function expectCode(work: () => unknown, code: string): void {
  try {
    work();
  } catch (error) {
    if (!isHuntError(error)) throw error;
    expect({ code: error.code, hint: error.hint !== undefined }).toEqual({ code, hint: true });
    return;
  }
  throw new Error(`nothing was thrown where ${code} is expected`);
}

describe("what is thrown says what to do next", () => {
  const parameter: ParameterDefinition = {
    ...{ name: "level", type: "str" as const, values: ["low", "high"], description: "" },
    ...{ default: undefined, required: true, aliases: [] },
  };
  const unreadable = (): never => {
    throw Object.assign(new Error("EACCES"), { code: "EACCES" });
  };
  const places = { cwd: dir, home: dir, env: {} };
  test.each<[string, () => unknown]>([
    ["config/unknown-cloud", () => getCloud("mars")],
    ["config/unreadable", () => loadConfig({ ...places, read: unreadable })],
    ["query/parameter-value", () => toParameterValue(parameter, "middling", 0)],
    ["query/unknown-environment", () => getEnvironment("Splonk")],
    ["notebook/parameter-type", () => toParameters(declares("const days = 7;"), [["days", "many"]])],
    ["session/now", () => createSession({ now: "yesterday" })],
  ])("%s", (code, work) => expectCode(work, code));

  test("net/proxy: the proxy refuses", () => {
    expect(toNetError(new Error("Proxy response (502) !== 200"), new URL("http://a.example")).code).toBe("net/proxy");
  });
  test("frame/bad-row: a row of another width", async () => {
    const encode = rowEncoder([{ name: "a", type: "long" }], await loadDuckDb());
    expect(() => encode([1, 2], 7)).toThrowError(expect.objectContaining({ code: "frame/bad-row" }) as Error);
  });
  test("workspace/unreadable: the manifest is no file", async () => {
    const odd = join(dir, "odd");
    mkdirSync(join(odd, "manifest.json"), { recursive: true });
    await expect(readManifest(odd)).rejects.toMatchObject({ code: "workspace/unreadable" });
  });
  test("net/protocol: the answer is not HTTP", () => {
    const error = toNetError(
      Object.assign(new Error("?"), { code: "HPE_INVALID_CONSTANT" }),
      new URL("http://a.example"),
    );
    expect(error.code).toBe("net/protocol");
  });
  test.each([
    ["workspace/not-writable", "EACCES: permission denied"],
    ["workspace/out-of-memory", "Out of Memory Error: could not allocate block"],
  ])("%s", (code, message) => {
    expect(storageError(new Error(message), dir)).toMatchObject({ code, hint: expect.stringMatching(/./) as string });
  });
  test("query/clause-invalid: added operators begin with a pipe", () => {
    expect(checkClause("where 1 == 1")?.code).toBe("query/clause-invalid");
  });
  test("demo/exists: a demo is not written over a workspace", async () => {
    const taken = join(dir, "taken");
    mkdirSync(taken);
    writeFileSync(join(taken, "manifest.json"), "{}");
    const attempt = generateDemo({ dir: taken, rows: 1000, nowMs: 0, onProgress: () => undefined });
    await expect(attempt).rejects.toMatchObject({ code: "demo/exists" });
  });
});

/** A notebook whose only cell declares its parameters. */
function declares(source: string): Notebook {
  const cell = { cell_type: "code", id: "p", metadata: { tags: ["parameters"] }, outputs: [], execution_count: null };
  return parseNotebook(
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ ...cell, source }] }),
    "p.ipynb",
  );
}

describe("providers", () => {
  const library = `
metadata: { data_environments: [MSSentinel], data_families: [Azure, Other] }
sources:
  one: { description: One, args: { query: "print 1" } }
`;
  function open(schema: () => Promise<never>, text = library) {
    const notices: string[] = [];
    const driver: Driver = {
      ...{ environment: "MSSentinel", connected: true, connection: "Test", language: "kql", nowMs: () => 0, schema },
      ...{ connect: async () => undefined, close: async () => undefined },
      query: () => Promise.reject(new Error("no")),
    };
    const provider = createQueryProvider("MSSentinel", {
      ...{ clock: pinnedClock(0), openDriver: async () => driver, notify: n => notices.push(n.code) },
      definitions: () => readQueries(text, "q.yaml").definitions,
      readText: () => "sources: {}",
    });
    return { provider, notices };
  }
  const { provider, notices } = open(() => Promise.reject(new Error("no such service")));
  test("query/no-schema and query/connected: tables cannot be listed, queries run nevertheless", async () => {
    await provider.connect();
    expect(notices).toEqual(["query/no-schema", "query/connected"]);
  });
  test("query/unknown-family, query/unknown-query: with a suggestion", () => {
    const families = provider as unknown as Record<string, Record<string, unknown>>;
    expectCode(() => families["Azur"], "query/unknown-family");
    expectCode(() => families["Azure"]?.["on"], "query/unknown-query");
  });
  test("query/file-invalid: a file without a query", () => {
    expectCode(() => provider.importQueryFile("mine.yaml"), "query/file-invalid");
  });
});

test("every code has a test that names it", () => {
  const files = ["src", "test"].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter(f => f.endsWith(".test.ts"))
      .map(f => join(root, folder, f)),
  );
  const named = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) for (const word of node.text.split(/[^a-z/-]+/)) named.add(word);
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
  const missing = findCodes().filter(code => !named.has(code));
  expect(missing).toEqual([]);
});
