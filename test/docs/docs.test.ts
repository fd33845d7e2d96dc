/**
 * The documentation is executed. In a page:
 * - `ts` fences, and `kql cell` fences that begin with `%%kql`, run top to bottom as the cells of one notebook;
 * - other `kql` fences run on the page's workspace (`workspace:` in its front matter, else Contoso);
 * - `yaml config|corrections|sites|queries` fences are read by what reads such files; `sh` fences may only use commands
 *   and options that exist;
 * - `expect-error=area/name` says that an example fails, `no-run=reason` that it cannot run here;
 * - every relative link leads somewhere.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCommands } from "../../src/cli/main.js";
import { parseCommandArgs } from "../../src/cli/command.js";
import { readConfig } from "../../src/config/config.js";
import { parseYamlSource } from "../../src/config/yaml-source.js";
import { parseNotebook, runNotebook } from "../../src/notebook/runner/index.js";
import { readQueries } from "../../src/query/read-queries.js";
import { parseCorrections } from "../../src/workspace/ingest/corrections.js";
import { parseSites } from "../../src/workspace/sites/sites.js";
import { findCodes, pageFile, readNotes, writePage } from "../../tools/docs-errors.js";
import { readPage, shellCommands, type Fence, type Page } from "./page.js";
import { createWorld, now, type World } from "./world.js";

const root = join(import.meta.dirname, "../..");
const docs = join(root, "docs");
const pages: readonly { readonly name: string; readonly path: string; readonly page: Page }[] = [
  ...readdirSync(docs)
    .filter(f => f.endsWith(".md"))
    .map(f => join(docs, f)),
  join(root, "README.md"),
].map(path => ({ name: relative(root, path), path, page: readPage(readFileSync(path, "utf8")) }));

const fencesOf = (language: string) =>
  pages.flatMap(p => p.page.fences.filter(f => f.language === language).map(fence => ({ ...p, fence })));
const runs = (fence: Fence): boolean => !fence.options.has("no-run");
const isCell = (fence: Fence): boolean =>
  fence.language === "ts" || (fence.language === "kql" && fence.words.has("cell"));

const commands = await loadCommands();

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 300_000);
afterAll(() => world.close());

describe("kql", () => {
  const found = fencesOf("kql").filter(f => runs(f.fence) && !isCell(f.fence));
  test.each(found.map(f => [`${f.name}:${f.fence.line}`, f] as const))("%s", async (_name, { fence, page }) => {
    const place = world.workspaces[page.front.get("workspace") ?? "contoso"];
    const workspace = await world.session.openFolder(place ?? "", "docs");
    try {
      const code = fence.options.get("expect-error");
      const result = workspace.query(fence.text);
      if (code !== undefined) await expect(result).rejects.toMatchObject({ code });
      else expect((await result).columns.length).toBeGreaterThan(0);
    } finally {
      await workspace.close();
    }
  });
});

describe("cells", () => {
  const found = pages.filter(p => p.page.fences.some(f => isCell(f) && runs(f)));
  test.each(found.map(p => [p.name, p] as const))(
    "%s",
    async (_name, { name, page }) => {
      const fences = page.fences.filter(f => isCell(f) && runs(f));
      const cells = fences.map((f, i) => ({
        id: `cell-${i}`,
        cell_type: "code",
        metadata: f.options.has("expect-error") ? { tags: ["raises-exception"] } : {},
        source: f.text,
        execution_count: null,
        outputs: [],
      }));
      const notebook = parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }), name);
      const dir = join(world.root, "pages", basename(name, ".md"));
      mkdirSync(dir, { recursive: true });
      const workspace = world.workspaces[page.front.get("workspace") ?? ""];
      const options = { dataDir: world.dataDir, now, ...(workspace === undefined ? {} : { workspace }) };
      const module = new URL("../../src/notebook/kernel/session-host.ts", import.meta.url).href;
      const run = await runNotebook({ notebook, dir, host: { module, options } });
      expect(run.failures.map(f => `${name}:${fences[f.count - 1]?.line}: ${f.error.message}`)).toEqual([]);
      for (const [i, fence] of fences.entries()) {
        const code = fence.options.get("expect-error");
        const error = run.notebook.cells[i]?.outputs.find(o => o.output_type === "error");
        if (code === undefined) expect(error, `${name}:${fence.line}`).toBeUndefined();
        else expect(JSON.stringify(error), `${name}:${fence.line}`).toContain(code);
      }
    },
    120_000,
  );
});

describe("yaml", () => {
  const readers: Readonly<Record<string, (text: string) => readonly unknown[]>> = {
    config: text =>
      readConfig(text, { path: "msticpyconfig.yaml", from: "working folder" }, { env: {}, home: "/" }).diagnostics,
    corrections: text => (parseCorrections(text, "ingest.yaml").length > 0 ? [] : ["no entries"]),
    sites: text => (parseSites(text, "sites.yaml").length > 0 ? [] : ["no sites"]),
    session: text => {
      const { diagnostics, value } = parseYamlSource(text, "mp_user_session.yaml");
      return [...diagnostics, ...Object.keys(value ?? {}).filter(k => k !== "QueryProviders" && k !== "Components")];
    },
    queries: text => readQueries(text, "queries.yaml").diagnostics,
  };
  test.each(fencesOf("yaml").map(f => [`${f.name}:${f.fence.line}`, f.fence] as const))("%s", (_name, fence) => {
    const kind = [...fence.words].find(w => Object.hasOwn(readers, w));
    expect(kind, `a yaml fence says what it is: ${Object.keys(readers).join(", ")}`).toBeDefined();
    expect(readers[kind ?? ""]?.(fence.text)).toEqual([]);
  });
});

describe("sh", () => {
  test.each(fencesOf("sh").map(f => [`${f.name}:${f.fence.line}`, f.fence] as const))("%s", (_name, fence) => {
    for (const words of shellCommands(fence.text)) {
      const own = words[0] === "npx" ? words.slice(1) : words;
      if (own[0] !== "huntbook") continue;
      const command = commands.find(c => c.name === own[1]);
      expect(command, `'huntbook ${own[1]}'`).toBeDefined();
      if (command === undefined || own.includes("--help")) continue;
      expect(() => parseCommandArgs(command, own.slice(2)), own.join(" ")).not.toThrow();
    }
  });
});

test("fences are of a kind that is checked", () => {
  const known = new Set(["ts", "kql", "yaml", "sh", "text", "json"]);
  const others = pages.flatMap(p => p.page.fences.filter(f => !known.has(f.language)).map(f => `${p.name}:${f.line}`));
  expect(others).toEqual([]);
});

test("relative links and their anchors lead somewhere", () => {
  const broken = pages.flatMap(({ name, path, page }) =>
    page.links
      .filter(link => !/^[a-z]+:/.test(link))
      .flatMap(link => {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : resolve(dirname(path), file);
        if (!existsSync(target)) return [`${name}: ${link}`];
        if (anchor === undefined || !target.endsWith(".md")) return [];
        const anchors = readPage(readFileSync(target, "utf8")).anchors;
        return anchors.has(anchor) ? [] : [`${name}: ${link}`];
      }),
  );
  expect(broken).toEqual([]);
});

test("every code of the source is explained, and no other", () => {
  expect([...readNotes().keys()].sort()).toEqual(findCodes());
});

test("the page of error codes is what its notes say", async () => {
  expect(readFileSync(pageFile, "utf8")).toBe(await writePage(readNotes()));
});

test("codes that pages mention exist", () => {
  const codes = new Set(findCodes());
  const areas = new Set([...codes].map(c => c.split("/")[0]));
  const mentioned = pages.flatMap(({ name, path }) =>
    [...readFileSync(path, "utf8").matchAll(/`([a-z]+)\/([a-z][a-z-]+)`/g)].map(m => ({
      name,
      area: m[1],
      code: `${m[1]}/${m[2]}`,
    })),
  );
  const unknown = mentioned.filter(
    m => areas.has(m.area ?? "") && !codes.has(m.code) && !existsSync(join(root, "src", m.code)),
  );
  expect(unknown).toEqual([]);
});

test("an expected error is a code", () => {
  const wrong = pages
    .flatMap(p => p.page.fences.map(f => f.options.get("expect-error")))
    .filter(c => c !== undefined && !findCodes().includes(c));
  expect(wrong).toEqual([]);
});
