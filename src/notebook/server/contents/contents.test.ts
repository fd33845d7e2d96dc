import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ContentsHandler } from "./handler.js";
import { createContentsHandler } from "./handler.js";
import { resolvePlace } from "./place.js";
import { startContentsThread } from "./thread.js";

let base: string;
let root: string;
let handle: ContentsHandler;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "huntbook-contents-")));
  root = join(base, "root");
  mkdirSync(root);
  handle = createContentsHandler({ root, stateDir: join(base, "state") });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Model {
  readonly [key: string]: unknown;
  readonly content?: unknown;
}
interface AskOptions {
  readonly query?: Record<string, string>;
  /** Another handler than the usual one. */
  readonly by?: ContentsHandler;
}
async function ask(method: string, path: string, body?: object, { query = {}, by = handle }: AskOptions = {}) {
  const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body));
  const { status, body: answer } = await by({ method, path, query, body: bytes });
  const text = Buffer.from(answer ?? []).toString("utf8");
  return { status, model: (text === "" ? {} : JSON.parse(text)) as Model };
}

const html = { output_type: "display_data", data: { "text/html": ["<b>", "x"] }, metadata: {} };
const notebook = (cells: readonly object[]) => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
const code = (source: string, outputs: readonly object[] = [], metadata: object = {}) => ({
  ...{ cell_type: "code", id: "a", execution_count: null },
  ...{ source, outputs, metadata },
});
const saved = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8")) as Record<string, unknown>;
const firstCell = (model: Model) => (model.content as { cells: readonly Record<string, unknown>[] }).cells[0];

describe("what must not be reached", () => {
  beforeEach(() => {
    writeFileSync(join(base, "secret.txt"), "secret");
    mkdirSync(join(base, "root-sibling"));
    writeFileSync(join(base, "root-sibling", "a.txt"), "sibling");
    symlinkSync(base, join(root, "out"));
    symlinkSync(join(base, "secret.txt"), join(root, "link.txt"));
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git", "config"), "hidden");
    symlinkSync(join(root, ".git"), join(root, "visible"));
  });

  test.each([
    "../secret.txt",
    "../root-sibling/a.txt",
    "a/../../secret.txt",
    "./../secret.txt",
    "out/secret.txt",
    "out/root-sibling/a.txt",
    "link.txt",
    ".git/config",
    "visible/config",
    "a/.hidden",
    "..",
    "a\\..\\..\\secret.txt",
    "a\u0000.txt",
  ])("%j", async path => {
    for (const [method, body] of [
      ["GET"],
      ["PUT", { type: "file", format: "text", content: "x" }],
      ["DELETE"],
    ] as const) {
      const { status } = await ask(method, path, body);
      expect([400, 404]).toContain(status);
    }
    expect(readFileSync(join(base, "secret.txt"), "utf8")).toBe("secret");
    expect(readFileSync(join(root, ".git", "config"), "utf8")).toBe("hidden");
  });

  test("a rename and a copy do not lead out either", async () => {
    writeFileSync(join(root, "a.txt"), "a");
    expect((await ask("PATCH", "a.txt", { path: "../b.txt" })).status).toBe(404);
    expect((await ask("PATCH", "a.txt", { path: ".b.txt" })).status).toBe(404);
    expect((await ask("POST", "", { copy_from: "../secret.txt" })).status).toBe(404);
    expect((await ask("DELETE", "")).status).toBe(400);
  });

  test("listings show neither hidden names nor links that lead out", async () => {
    writeFileSync(join(root, "a.txt"), "a");
    const { model } = await ask("GET", "");
    expect((model.content as Model[]).map(m => m["name"])).toEqual(["a.txt"]);
  });

  test("whatever the path, what it means lies inside the root and is not hidden", async () => {
    const name = fc.constantFrom("..", ".", "", "a", "out", "visible", ".git", "link.txt", "b.txt", "…", "a b");
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 6 }), async names => {
        const place = await resolvePlace(root, names.join("/")).catch(() => undefined);
        if (place === undefined) return;
        expect(place.file === root || place.file.startsWith(root + "/")).toBe(true);
        expect(place.file.slice(root.length)).not.toMatch(/\/\./);
      }),
    );
  });
});

describe("notebooks", () => {
  test("are saved as Jupyter writes them and come back with texts in one piece", async () => {
    const { status } = await ask("PUT", "a.ipynb", { type: "notebook", content: notebook([code("1\n2", [html])]) });
    expect(status).toBe(200);
    const text = readFileSync(join(root, "a.ipynb"), "utf8");
    expect(text.startsWith('{\n "cells": [\n  {\n   "cell_type": "code"')).toBe(true);
    expect(text.endsWith("}\n")).toBe(true);
    expect((saved("a.ipynb")["cells"] as Model[])[0]?.["source"]).toEqual(["1\n", "2"]);
    const { model } = await ask("GET", "a.ipynb");
    expect(model).toMatchObject({ type: "notebook", format: "json", name: "a.ipynb", path: "a.ipynb", writable: true });
    expect(firstCell(model)).toMatchObject({ source: "1\n2", outputs: [{ data: { "text/html": "<b>x" } }] });
  });

  test("what is no notebook replaces none", async () => {
    await ask("PUT", "a.ipynb", { type: "notebook", content: notebook([code("keep")]) });
    for (const content of [undefined, null, "x", {}, { nbformat: 3 }, notebook([{ cell_type: "code", source: 1 }])])
      expect((await ask("PUT", "a.ipynb", { type: "notebook", content })).status).toBe(400);
    expect(JSON.stringify(saved("a.ipynb"))).toContain("keep");
    expect(readdirSync(root)).toEqual(["a.ipynb"]);
  });

  test("a damaged one says where, and can still be got as text", async () => {
    writeFileSync(join(root, "bad.ipynb"), "{ nope");
    const { status, model } = await ask("GET", "bad.ipynb");
    expect(status).toBe(400);
    expect(model["message"]).toContain("bad.ipynb");
    expect((await ask("GET", "bad.ipynb", undefined, { query: { type: "file" } })).model["content"]).toBe("{ nope");
  });

  test("untitled ones are numbered; a copy has its own name", async () => {
    expect((await ask("POST", "", { type: "notebook" })).model["path"]).toBe("Untitled.ipynb");
    expect((await ask("POST", "", { type: "notebook" })).model["path"]).toBe("Untitled1.ipynb");
    expect((await ask("POST", "", { type: "directory" })).model["path"]).toBe("Untitled Folder");
    expect((await ask("POST", "Untitled Folder", { type: "file", ext: ".kql" })).model["path"]).toBe(
      "Untitled Folder/untitled.kql",
    );
    expect((await ask("POST", "", { copy_from: "Untitled.ipynb" })).model["path"]).toBe("Untitled-Copy1.ipynb");
    expect((await ask("POST", "", { copy_from: "Untitled-Copy1.ipynb" })).model["path"]).toBe("Untitled-Copy2.ipynb");
  });
});

describe("notebooks in Markdown", () => {
  const text = [
    "# A hunt",
    "",
    "Laid out   by hand, without ids.",
    "",
    "```ts",
    "const host = 'dc01';",
    "```",
    "",
    "```kql name=hits",
    "SigninLogs | take 1",
    "```",
    "",
  ].join("\n");
  const result = {
    output_type: "execute_result",
    data: { "text/plain": ["'dc01'"] },
    metadata: {},
    execution_count: 1,
  };
  type Cells = readonly Record<string, unknown>[];
  const cellsOf = (model: Model): Cells => (model.content as { cells: Cells }).cells;
  const onDisk = (name: string) => readFileSync(join(root, name), "utf8");
  const outputsDir = () => join(base, "state", "outputs");
  /** As a front end does: what was got, with cells changed, put back. */
  async function change(path: string, edit: (cells: Record<string, unknown>[]) => object[], metadata: object = {}) {
    const got = (await ask("GET", path)).model.content as { cells: Record<string, unknown>[]; metadata: object };
    const content = { ...got, metadata: { ...got.metadata, ...metadata }, cells: edit(got.cells) };
    expect((await ask("PUT", path, { type: "notebook", format: "json", content })).status).toBe(200);
  }

  test("open as notebooks, and as text for an editor", async () => {
    writeFileSync(join(root, "a.hunt.md"), text);
    const { model } = await ask("GET", "a.hunt.md");
    expect(model).toMatchObject({ type: "notebook", format: "json" });
    expect(cellsOf(model).map(c => [c["cell_type"], c["source"]])).toEqual([
      ["markdown", "# A hunt\n\nLaid out   by hand, without ids."],
      ["code", "const host = 'dc01';"],
      ["code", "%%kql hits\nSigninLogs | take 1"],
    ]);
    expect((await ask("GET", "", undefined)).model.content).toMatchObject([{ name: "a.hunt.md", type: "notebook" }]);
    const asText = await ask("GET", "a.hunt.md", undefined, { query: { type: "file", format: "text" } });
    expect(asText.model).toMatchObject({ type: "file", content: text, mimetype: "text/markdown" });
    // Other Markdown is Markdown.
    writeFileSync(join(root, "b.md"), text);
    expect((await ask("GET", "b.md")).model["type"]).toBe("file");
  });

  test("running cells changes nothing that git sees; the outputs are there again, and for this user only", async () => {
    writeFileSync(join(root, "a.hunt.md"), text);
    const before = statSync(join(root, "a.hunt.md")).mtimeMs;
    const ran = (cells: Record<string, unknown>[]) =>
      cells.map((c, i) => (i === 1 ? { ...c, outputs: [result], execution_count: 1 } : c));
    await change("a.hunt.md", ran, { language_info: { name: "typescript", version: "Node 20" }, widgets: { x: 1 } });
    expect(onDisk("a.hunt.md")).toBe(text);
    expect(statSync(join(root, "a.hunt.md")).mtimeMs).toBe(before);
    const { model } = await ask("GET", "a.hunt.md");
    expect(cellsOf(model)[1]).toMatchObject({ execution_count: 1, outputs: [{ data: { "text/plain": "'dc01'" } }] });
    expect(model.content).toMatchObject({ metadata: { widgets: { x: 1 }, language_info: { name: "typescript" } } });
    const [copy = ""] = readdirSync(outputsDir());
    expect(statSync(join(outputsDir(), copy)).mode & 0o077).toBe(0);
    expect(readdirSync(root)).toEqual(["a.hunt.md"]);
  });

  test("an edit is written with ids; outputs of other cells stay, those of changed sources go", async () => {
    writeFileSync(join(root, "a.hunt.md"), text);
    await change("a.hunt.md", cells =>
      cells.map((c, i) => (i === 0 ? c : { ...c, outputs: [result], execution_count: i })),
    );
    // Somebody else's commit changes a cell.
    writeFileSync(join(root, "a.hunt.md"), onDisk("a.hunt.md").replace("'dc01'", "'dc02'"));
    const cells = cellsOf((await ask("GET", "a.hunt.md")).model);
    expect(cells.map(c => (c["outputs"] as unknown[] | undefined)?.length)).toEqual([undefined, 0, 1]);
    await change("a.hunt.md", all => [...all, { ...code("1 + 1"), id: "new" }]);
    expect(onDisk("a.hunt.md")).toContain("```ts id=new\n1 + 1\n```");
    expect(onDisk("a.hunt.md")).toContain("```ts id=cell-2\nconst host = 'dc02';\n```");
    expect(onDisk("a.hunt.md")).not.toMatch(/language_info|widgets|outputs|trusted/);
  });

  test("clearing the outputs leaves none anywhere; so does deleting the file; a rename takes them along", async () => {
    writeFileSync(join(root, "a.hunt.md"), text);
    const run = (cells: Record<string, unknown>[]) =>
      cells.map((c, i) => (i === 1 ? { ...c, outputs: [result], execution_count: 1 } : c));
    await change("a.hunt.md", run);
    await ask("PATCH", "a.hunt.md", { path: "b.hunt.md" });
    expect(cellsOf((await ask("GET", "b.hunt.md")).model)[1]?.["outputs"]).toHaveLength(1);
    await change("b.hunt.md", cells =>
      cells.map(c => (c["cell_type"] === "code" ? { ...c, outputs: [], execution_count: null } : c)),
    );
    expect(readdirSync(outputsDir())).toEqual([]);
    await change("b.hunt.md", run);
    await ask("DELETE", "b.hunt.md");
    expect(readdirSync(outputsDir())).toEqual([]);
  });

  test("new ones, copies, and a rename from one form to the other", async () => {
    const made = await ask("POST", "", { type: "notebook", ext: ".hunt.md" });
    expect(made.model).toMatchObject({ path: "Untitled.hunt.md", type: "notebook" });
    writeFileSync(join(root, "a.hunt.md"), text);
    expect((await ask("POST", "", { copy_from: "a.hunt.md" })).model["path"]).toBe("a-Copy1.hunt.md");
    await change("a.hunt.md", cells => cells.map((c, i) => (i === 1 ? { ...c, outputs: [result] } : c)));
    const before = cellsOf((await ask("GET", "a.hunt.md")).model);
    expect((await ask("PATCH", "a.hunt.md", { path: "a.ipynb" })).status).toBe(200);
    expect(saved("a.ipynb")).toMatchObject({ nbformat: 4, cells: [{}, { outputs: [{}] }, {}] });
    expect((await ask("PATCH", "a.ipynb", { path: "c.hunt.md" })).status).toBe(200);
    expect(cellsOf((await ask("GET", "c.hunt.md")).model)).toEqual(before);
    expect(readdirSync(root).sort()).toEqual(["Untitled.hunt.md", "a-Copy1.hunt.md", "c.hunt.md"]);
  });

  test("trust is as for other notebooks: own outputs are known, foreign ones are not", async () => {
    writeFileSync(join(root, "a.hunt.md"), text);
    const trusted = async () => (cellsOf((await ask("GET", "a.hunt.md")).model)[1]?.["metadata"] as Model)["trusted"];
    const put = (mark: boolean) =>
      change("a.hunt.md", cells =>
        cells.map((c, i) => (i === 1 ? { ...c, outputs: [html], metadata: { trusted: mark } } : c)),
      );
    await put(false);
    expect(await trusted()).toBe(false);
    await put(true);
    expect(await trusted()).toBe(true);
  });

  test("what cannot be read says where, and can be repaired as text", async () => {
    writeFileSync(join(root, "a.hunt.md"), "---\nhuntbook: [\n---\n");
    const { status, model } = await ask("GET", "a.hunt.md");
    expect(status).toBe(400);
    expect(String(model["message"])).toMatch(/a\.hunt\.md.*front matter is not YAML/);
    const asText = await ask("GET", "a.hunt.md", undefined, { query: { type: "file", format: "text" } });
    expect(asText.status).toBe(200);
  });

  test("whatever a notebook holds, its sources, ids, metadata and outputs come back", async () => {
    const json = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 2,
    });
    const source = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc
        .array(fc.constantFrom("```", "---", "<!-- cell a -->", "%%kql x", "~~~ts", "", " ", "a"), { maxLength: 5 })
        .map(l => l.join("\n")),
    );
    const anyCell = fc.record({
      ...{ cell_type: fc.constantFrom("code", "markdown", "raw"), id: fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/) },
      ...{ source, metadata: json },
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyCell, { selector: c => c.id, maxLength: 5 }),
        json,
        async (cells, metadata) => {
          const path = `p${(n += 1)}.hunt.md`;
          const full = cells.map(({ metadata: m, ...c }) => ({
            ...c,
            metadata: m,
            ...(c.cell_type === "code" ? { outputs: [result], execution_count: 1 } : {}),
          }));
          await ask("PUT", path, { type: "notebook", content: { ...notebook(full), metadata } });
          const got = (await ask("GET", path)).model.content as { cells: Cells; metadata: object };
          const strip = (c: Record<string, unknown>) => {
            const { trusted, ...m } = c["metadata"] as Record<string, unknown>;
            void trusted;
            return { ...c, metadata: m };
          };
          const wire = full.map(c =>
            "outputs" in c ? { ...c, outputs: [{ ...result, data: { "text/plain": "'dc01'" } }] } : c,
          );
          expect(got.cells.map(strip)).toEqual(JSON.parse(JSON.stringify(wire)));
          expect(got.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("trust", () => {
  const trusted = async (path: string) => (firstCell((await ask("GET", path)).model)?.["metadata"] as Model)["trusted"];

  test("outputs of a received file are not trusted, those that this server saved are, and only while they are the same", async () => {
    writeFileSync(join(root, "got.ipynb"), JSON.stringify(notebook([code("1", [html])])));
    expect(await trusted("got.ipynb")).toBe(false);
    // Running the cell is what makes the front end say so.
    await ask("PUT", "got.ipynb", { type: "notebook", content: notebook([code("1", [html], { trusted: true })]) });
    expect(await trusted("got.ipynb")).toBe(true);
    expect(readFileSync(join(root, "got.ipynb"), "utf8")).not.toContain("trusted");
    writeFileSync(join(root, "got.ipynb"), readFileSync(join(root, "got.ipynb"), "utf8").replace("<b>", "<i>"));
    expect(await trusted("got.ipynb")).toBe(false);
  });

  test("a mark in the file is worth nothing", async () => {
    writeFileSync(join(root, "got.ipynb"), JSON.stringify(notebook([code("1", [html], { trusted: true })])));
    expect(await trusted("got.ipynb")).toBe(false);
  });

  test("saving a notebook with a foreign output does not sign it", async () => {
    await ask("PUT", "a.ipynb", { type: "notebook", content: notebook([code("1", [html], { trusted: false })]) });
    expect(await trusted("a.ipynb")).toBe(false);
    expect((await ask("POST", "a.ipynb/trust")).status).toBe(201);
    expect(await trusted("a.ipynb")).toBe(true);
  });

  test("the key is for this user only, and another server's signatures are nothing to this one", async () => {
    await ask("PUT", "a.ipynb", { type: "notebook", content: notebook([code("1", [html], { trusted: true })]) });
    expect(statSync(join(base, "state", "trust", "secret")).mode & 0o077).toBe(0);
    const other = createContentsHandler({ root, stateDir: join(base, "other") });
    expect(
      (firstCell((await ask("GET", "a.ipynb", undefined, { by: other })).model)?.["metadata"] as Model)["trusted"],
    ).toBe(false);
  });
});

describe("files", () => {
  test.each([
    ["text", "text", "a\nß", "text/plain"],
    ["base64", "base64", Buffer.from([0, 255, 1]).toString("base64"), "text/plain"],
  ])("as %s", async (_, format, content, mimetype) => {
    expect((await ask("PUT", "a.txt", { type: "file", format, content })).status).toBe(200);
    expect((await ask("GET", "a.txt")).model).toMatchObject({ format, content, mimetype, type: "file" });
  });

  test("what is not UTF-8 is never shown as text, because saving it would destroy it", async () => {
    writeFileSync(join(root, "latin.csv"), Buffer.from([0x61, 0xe4]));
    expect((await ask("GET", "latin.csv")).model).toMatchObject({ format: "base64" });
    expect((await ask("GET", "latin.csv", undefined, { query: { format: "text" } })).status).toBe(400);
  });

  test("large uploads come in pieces and appear with the last one", async () => {
    const piece = (text: string, chunk: number) =>
      ask("PUT", "big.csv", { type: "file", format: "base64", content: Buffer.from(text).toString("base64"), chunk });
    expect((await piece("x", 2)).status).toBe(400);
    expect((await piece("a", 1)).status).toBe(200);
    expect(readdirSync(root)).toEqual([".big.csv.upload"]);
    expect((await piece("b", 2)).model).toMatchObject({ path: "big.csv", size: 2 });
    expect((await piece("c", -1)).status).toBe(200);
    expect(readFileSync(join(root, "big.csv"), "utf8")).toBe("abc");
    expect(readdirSync(root)).toEqual(["big.csv"]);
  });

  test("a rename moves the checkpoint, and does not replace anything", async () => {
    await ask("PUT", "a.txt", { type: "file", format: "text", content: "old" });
    expect((await ask("POST", "a.txt/checkpoints")).status).toBe(201);
    await ask("PUT", "a.txt", { type: "file", format: "text", content: "new" });
    await ask("PUT", "b.txt", { type: "file", format: "text", content: "b" });
    expect((await ask("PATCH", "a.txt", { path: "b.txt" })).status).toBe(409);
    expect((await ask("PATCH", "a.txt", { path: "c.txt" })).model).toMatchObject({ path: "c.txt" });
    expect((await ask("GET", "a.txt/checkpoints")).model).toEqual([]);
    expect((await ask("POST", "c.txt/checkpoints/checkpoint")).status).toBe(204);
    expect(readFileSync(join(root, "c.txt"), "utf8")).toBe("old");
  });

  test("checkpoints lie outside the folder, for this user only, and go with their file", async () => {
    await ask("PUT", "a.txt", { type: "file", format: "text", content: "password" });
    await ask("POST", "a.txt/checkpoints");
    expect(readdirSync(root)).toEqual(["a.txt"]);
    const kept = join(base, "state", "checkpoints");
    const [copy = ""] = readdirSync(kept);
    expect(statSync(join(kept, copy)).mode & 0o077).toBe(0);
    expect((await ask("DELETE", "a.txt/checkpoints/other")).status).toBe(404);
    await ask("DELETE", "a.txt");
    expect(readdirSync(kept)).toEqual([]);
  });

  test.each([
    ["GET", "none.txt", undefined, 404],
    ["GET", "none/none.txt", undefined, 404],
    ["DELETE", "none.txt", undefined, 404],
    ["PUT", "none/a.txt", { type: "file", format: "text", content: "" }, 404],
    ["PUT", "a.txt", { type: "file", format: "text" }, 400],
    ["PUT", "a.txt", { type: "file", format: "base64", content: "***" }, 400],
    ["PUT", "a.txt", { type: "pipe" }, 400],
    ["PUT", "a.txt", { content: "" }, 400],
    ["PUT", "a.ipynb", { type: "notebook", chunk: 1, content: {} }, 400],
    ["PATCH", "a.txt", {}, 400],
    ["POST", "", { type: "pipe" }, 400],
    ["POST", "none", { type: "notebook" }, 404],
    ["BREW", "a.txt", undefined, 405],
    ["BREW", "a.txt/checkpoints", undefined, 405],
  ])("%s %s %j is %i", async (method, path, body, status) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.model["message"]).toMatch(/\w{3}/);
  });
});

describe("the thread", () => {
  test("answers as the handler does, and ends after what is being saved", async () => {
    const thread = startContentsThread({ root, stateDir: join(base, "state") });
    const big = notebook(Array.from({ length: 1000 }, (_, i) => ({ ...code(`x${i}`, [html]), id: `c${i}` })));
    const save = ask("PUT", "big.ipynb", { type: "notebook", content: big }, { by: thread.handle });
    await thread.close();
    expect((await save).status).toBe(200);
    expect((saved("big.ipynb")["cells"] as unknown[]).length).toBe(1000);
    expect((await ask("GET", "big.ipynb", undefined, { by: thread.handle })).status).toBe(500);
  });

  test("what a killed save left beside a notebook goes with the next save, unless it is of a server that still writes", async () => {
    const thread = startContentsThread({ root, stateDir: join(base, "state") });
    const [old, young] = [".k.ipynb.0123456789ab.tmp", ".k.ipynb.ba9876543210.tmp"].map(n => join(root, n));
    for (const file of [old, young]) writeFileSync(file ?? "", "{");
    utimesSync(old ?? "", 0, 0);
    await ask("PUT", "k.ipynb", { type: "notebook", content: notebook([code("1")]) }, { by: thread.handle });
    await thread.close();
    expect([existsSync(old ?? ""), existsSync(young ?? "")]).toEqual([false, true]);
  });

  test("a server killed while saving leaves the old or the new notebook, whole", () => {
    const script = join(base, "save.mjs");
    const handler = new URL("./handler.ts", import.meta.url).href;
    const content = JSON.stringify(notebook([code("x".repeat(2_000_000))]));
    writeFileSync(
      script,
      `import { createContentsHandler } from ${JSON.stringify(handler)};
      const handle = createContentsHandler(${JSON.stringify({ root, stateDir: join(base, "state") })});
      const body = n => Buffer.from(JSON.stringify({ type: "notebook", content: { ...${content}, metadata: { n } } }));
      await handle({ method: "PUT", path: "k.ipynb", query: {}, body: body(0) });
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 5 + Math.random() * 60);
      for (let n = 1; ; n += 1) await handle({ method: "PUT", path: "k.ipynb", query: {}, body: body(n) });`,
    );
    for (let i = 0; i < 5; i += 1) {
      try {
        execFileSync(process.execPath, ["--import", import.meta.resolve("tsx"), script], { stdio: "ignore" });
      } catch {
        // It kills itself.
      }
      expect((saved("k.ipynb")["metadata"] as Model)["n"]).toBeGreaterThanOrEqual(0);
    }
  });
});
