/** Completion and inspection as a front end asks for them, over the kernel's sockets. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KernelHandle } from "../client/kernel-handle.js";
import { ownKernelSpec } from "../client/kernel-spec.js";
import type { CompleteReply, InspectReply } from "../protocol/message.js";

const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
const env = { ...process.env, HUNTBOOK_HOME: join(dir, "home") };
let kernel: KernelHandle;
beforeAll(async () => {
  const pkg = join(dir, "node_modules", "tiny");
  mkdirSync(pkg, { recursive: true });
  writeFileSync(
    join(pkg, "package.json"),
    '{"name":"tiny","type":"module","exports":"./index.js","types":"./index.d.ts"}',
  );
  writeFileSync(join(pkg, "index.js"), "export const tinyNumber = 1;");
  writeFileSync(join(pkg, "index.d.ts"), "/** How tiny it is. */\nexport declare const tinyNumber: number;");
  kernel = await KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env });
});
afterAll(async () => {
  await kernel.shutdown();
  rmSync(dir, { recursive: true });
});

/** The text with the cursor at the bar. */
function at(marked: string): { code: string; cursor_pos: number } {
  const bar = marked.indexOf("|");
  return { code: marked.replace("|", ""), cursor_pos: [...marked.slice(0, bar)].length };
}
async function complete(marked: string): Promise<CompleteReply> {
  return (await kernel.channels.request<CompleteReply>("shell", "complete_request", at(marked))).content;
}
async function inspect(marked: string): Promise<InspectReply> {
  return (await kernel.channels.request<InspectReply>("shell", "inspect_request", at(marked))).content;
}

test.each([
  ["a method of a literal", "'abc'.toUp|", "toUpperCase"],
  ["a global of JavaScript", "Mat|", "Math"],
  ["a name that initNotebook gives", "Query|", "QueryProvider"],
  ["a function of the kernel", "clearO|", "clearOutput"],
  ["Node's own modules", "import { readFileS| } from 'node:fs'", "readFileSync"],
  ["a package of the notebook's folder", "import { tiny| } from 'tiny'", "tinyNumber"],
  ["a named query", 'const q = new QueryProvider("MSSentinel"); q.Azure.list_all_|', "list_all_signins_geo"],
  ["a cell magic", "%%k|", "%%kql"],
  ["an option of a magic", "%%kql x --la|", "--last"],
  ["a value of an option", "%%kql x --last 3|", "30d"],
])("completes %s", async (_, marked, expected) => {
  expect((await complete(marked)).matches).toContain(expected);
});

test("the span that is replaced counts code points", async () => {
  const { cursor_start, cursor_end, matches } = await complete("'😀'; Math.sqr|");
  expect([cursor_start, cursor_end, matches[0]]).toEqual([10, 13, "sqrt"]);
});

test("names and types of cells that have run are known, the newest first", async () => {
  await kernel.channels.execute("interface Ev { host: string }\nconst ev: Ev = { host: 'a' }; const again = 1");
  expect((await complete("ev.|")).matches).toEqual(["host"]);
  expect((await complete("const x: E|")).matches).toContain("Ev");
  await kernel.channels.execute("const again = 'text'; throw new Error('after')");
  expect((await complete("again.toUpper|")).matches).toEqual(["toUpperCase"]);
});

test("inspects values, calls that are being written, and own cells", async () => {
  expect((await inspect("Math.ma|x")).data["text/plain"]).toContain("Math.max(...values: number[]): number");
  expect((await inspect("Math.max(|")).data["text/plain"]).toContain("Returns the larger of a set");
  await kernel.channels.execute("/** Says **hello** <b>loudly</b>. */\nfunction hello(to: string) { return to; }");
  const { data } = await inspect("hel|lo");
  expect(data["text/plain"]).toContain("function hello(to: string): string");
  expect(data["text/markdown"]).toContain("Says \\*\\*hello\\*\\* \\<b\\>loudly\\</b\\>");
  expect(await inspect("nothingAtAll|")).toMatchObject({ status: "ok", found: false });
});

test("our own front end gets diagnostics in the cell's positions", async () => {
  const ask = async (code: string) =>
    (await kernel.channels.request("shell", "huntbook_edit_request", { kind: "diagnose", code })).content;
  expect(await ask("const n: number = 'x';")).toMatchObject({
    language: "typescript",
    result: [{ code: "typescript/2322", span: { start: 6, end: 7 } }],
  });
  expect(await ask("await 1; const ev = 2;\n!ls -la")).toMatchObject({ result: [] });
  expect(await ask("%%kqll\nT")).toMatchObject({ result: [{ code: "notebook/magic" }] });
});
