import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Kernel } from "./kernel-port.js";
import { KernelProcess } from "./kernel-process.js";
import type { Notebook, NotebookOutput } from "./notebook.js";
import { formatNotebook, parseNotebook } from "./notebook.js";
import type { NotebookRun, RunOptions } from "./run.js";
import { runNotebook } from "./run.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-run-"));
  writeFileSync(
    join(dir, "helper.ts"),
    `import { HuntError } from "huntbook";
import { twice } from "./lib/twice.js";
enum Kind { A = 1 }
interface Unused { a: string }
export const four: number = twice(2 * Kind.A);
export function fail(): never {
  throw new HuntError("kql/test", "designed", { hint: "do this" });
}
export function crash(): never {
  throw new Error("in helper");
}
`,
  );
  rmSync(join(dir, "lib"), { recursive: true, force: true });
  writeFileSync(join(dir, "broken.ts"), "export const a: = 1");
  writeFileSync(
    join(dir, "host.mjs"),
    `export const createHost = async (options, { dir }) => ({
      async runKql(magic, cell) {
        cell.noteCompleteness({ state: "partial", causes: [{ kind: "row-limit", affects: "rows", message: "first " + magic.limit }] });
        return { dir: dir !== "", greeting: options.greeting, body: magic.body };
      },
    });`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function notebook(...cells: readonly (string | { source: string; tags: readonly string[] })[]): Notebook {
  return {
    metadata: {},
    rest: {},
    cells: cells.map((cell, i) => ({
      cellType: "code",
      id: `c${i + 1}`,
      source: typeof cell === "string" ? cell : cell.source,
      metadata: typeof cell === "string" ? {} : { tags: cell.tags },
      executionCount: null,
      outputs: [],
      rest: {},
    })),
  };
}

const run = (book: Notebook, options: Partial<RunOptions> = {}) => runNotebook({ notebook: book, dir, ...options });

/** One short text per output of a cell. */
function brief(result: NotebookRun, id: string): string[] {
  const outputs = result.notebook.cells.find(c => c.id === id)?.outputs ?? [];
  return outputs.map((o: NotebookOutput) => {
    if (o.output_type === "stream") return `${o.name}: ${o.text}`;
    if (o.output_type === "error") return `error: ${o.traceback.join("\n")}`;
    return `${o.output_type}: ${String(o.data["text/plain"])}`;
  });
}

test("cells run top to bottom in one scope, with helpers in TypeScript and huntbook from any folder", async () => {
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(dir, "lib"), { recursive: true });
  writeFileSync(join(dir, "lib", "twice.ts"), "export const twice = (n: number): number => n * 2;");
  const result = await run(
    notebook(
      "import { four, fail, crash } from './helper.ts'\nimport { HuntError } from 'huntbook'\nconst a: number = four",
      "console.log('out', a); console.error('err'); process.stdout.write('more\\n'); a + 1",
      { source: "let caught: unknown; try { fail() } catch (e) { caught = e }; caught instanceof HuntError", tags: [] },
      { source: "fail()", tags: ["raises-exception"] },
      { source: "crash()", tags: ["raises-exception"] },
      { source: "import './broken.ts'", tags: ["raises-exception"] },
      { source: "throw new Error('never run')", tags: ["skip-execution"] },
      "console.log(process.cwd() === import.meta.dirname)",
    ),
  );
  expect(result).toMatchObject({ status: "ok", failures: [], executed: 7, total: 7 });
  expect(brief(result, "c2")).toEqual(["stdout: out 4\n", "stderr: err\n", "stdout: more\n", "execute_result: 5"]);
  expect(brief(result, "c3")).toEqual(["execute_result: true"]);
  expect(brief(result, "c4")).toEqual(["error: kql/test: designed\n  in: cell 4, line 1, column 1\n  hint: do this"]);
  expect(brief(result, "c5")[0]).toMatch(
    /Error: in helper\n.*\n.*\n\s+at crash \(.*helper\.ts:10:9\)\n\s+at cell 5, line 1/,
  );
  expect(brief(result, "c6")[0]).toContain("broken.ts: Unexpected token");
  expect(brief(result, "c7")).toEqual([]);
  expect(brief(result, "c8")).toEqual(["stdout: true\n"]);
  expect(result.notebook.cells.map(c => c.executionCount)).toEqual([1, 2, 3, 4, 5, 6, null, 7]);
});

test("the first failure stops the run, unless told otherwise", async () => {
  const book = notebook("1", "throw new Error('no')", "3");
  const stopped = await run(book);
  expect(stopped).toMatchObject({ status: "failed", executed: 2, failures: [{ cellId: "c2", count: 2 }] });
  expect(brief(stopped, "c3")).toEqual([]);
  const on = await run(book, { stopOnError: false });
  expect(on).toMatchObject({ status: "failed", executed: 3 });
  expect(brief(on, "c3")).toEqual(["execute_result: 3"]);
});

test("late output and late errors belong to the cell that started them", async () => {
  const result = await run(
    notebook(
      "let go: () => void; const gate = new Promise<void>(r => { go = r });\n" +
        "gate.then(() => { console.log('late'); return display(1) }); void 0",
      "const rejected = gate.then(() => { throw new Error('nobody waits') }); void 0",
      "go(); await new Promise(r => setTimeout(r, 5)); 'end'",
    ),
    { stopOnError: false },
  );
  expect(brief(result, "c1")).toEqual(["stdout: late\n", "display_data: 1"]);
  expect(brief(result, "c3")[0]).toBe("execute_result: 'end'");
  expect(result.status).toBe("failed");
  expect(result.failures).toMatchObject([{ error: { message: "nobody waits" } }]);
});

test("a busy loop is stopped by its time limit, and the scope survives", async () => {
  const result = await run(notebook("const kept = 1", { source: "for (;;) {}", tags: ["raises-exception"] }, "kept"), {
    cellTimeoutMs: 500,
  });
  expect(brief(result, "c2")[0]).toContain("notebook/timeout: the cell ran longer than 0.5 s");
  expect(brief(result, "c3")).toEqual(["execute_result: 1"]);
});

test.each([
  ["a busy loop", "console.log('started'); for (;;) {}"],
  ["a busy loop behind an await", "console.log('started'); await null; for (;;) {}"],
  ["a busy timer", "console.log('started'); setTimeout(() => { for (;;) {} }); await new Promise(() => {})"],
  ["a pending await", "console.log('started'); await new Promise(() => {})"],
])("a signal interrupts %s, and the next cell runs", async (_, code) => {
  const kernel = await KernelProcess.start({ dir });
  const controller = new AbortController();
  const request = (source: string, count: number) => ({ code: source, count, onOutput: () => undefined });
  const stopped = await kernel.execute({
    ...request(code, 1),
    signal: controller.signal,
    onOutput: output => {
      if (output.kind === "stream") controller.abort();
    },
  });
  expect(stopped).toMatchObject({ status: "error", error: { code: "notebook/interrupted" } });
  expect(await kernel.execute(request("1", 2))).toMatchObject({ status: "ok" });
  await kernel.close();
});

test("endless microtasks are stopped", async () => {
  const kernel = await KernelProcess.start({ dir });
  const outcome = await kernel.execute({
    code: "for (;;) await null",
    count: 1,
    timeoutMs: 200,
    onOutput: () => undefined,
  });
  // Rarely (see interrupt-main.ts) the process ends with them.
  expect(outcome.status).toMatch(/^(error|died)$/);
  await kernel.close();
});

test("what a cell printed before it was stopped is kept", async () => {
  const result = await run(notebook("console.log('a'); console.log('b'); for (;;) {}"), { cellTimeoutMs: 300 });
  expect(brief(result, "c1")[0]).toBe("stdout: a\nb\n");
});

test("a signal ends the run as cancelled and keeps what there is", async () => {
  const controller = new AbortController();
  const result = await run(notebook("1", "await new Promise(() => {})", "3"), {
    signal: controller.signal,
    onProgress: event => {
      if (event.phase === "start" && event.count === 2) controller.abort();
    },
  });
  expect(result).toMatchObject({ status: "cancelled", executed: 2 });
  expect(brief(result, "c1")).toEqual(["execute_result: 1"]);
});

test.each([
  ["exits", "process.exit(7)", "ended with exit code 7"],
  ["is killed", "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", "was ended by SIGKILL"],
])("a process that %s fails its cell and ends the run", async (_, code, how) => {
  const result = await run(notebook("1", code, "3"), { stopOnError: false });
  expect(result.failures).toMatchObject([{ cellId: "c2", error: { code: "notebook/kernel-died" } }]);
  expect(result.failures[0]?.error.message).toContain(how);
  expect(brief(result, "c1")).toEqual(["execute_result: 1"]);
});

test("KQL cells go to the host module; what it notes as partial is in the answer", async () => {
  const host = { module: pathToFileURL(join(dir, "host.mjs")).href, options: { greeting: "hi" } };
  const result = await run(notebook("%%kql hits --limit 5\nT", "hits.body"), { host });
  expect(brief(result, "c1")).toEqual(["execute_result: { dir: true, greeting: 'hi', body: 'T' }"]);
  expect(brief(result, "c2")).toEqual(["execute_result: 'T'"]);
  expect(result.completeness).toMatchObject({ state: "partial", causes: [{ message: "first 5" }] });
  expect(result.status).toBe("ok");
});

test("without a host, KQL cells are refused by name", async () => {
  const result = await run(notebook("%%kql\nT"));
  expect(result.failures).toMatchObject([{ error: { code: "notebook/no-workspace" } }]);
});

test("a host module that cannot be loaded is an error at the start", async () => {
  const host = { module: pathToFileURL(join(dir, "missing.mjs")).href };
  await expect(run(notebook("1"), { host })).rejects.toMatchObject({ code: "notebook/kernel-start" });
});

test("parameters are set behind their defaults and recorded", async () => {
  const book = notebook({ source: "const host = 'ws01'\nlet top = 5", tags: ["parameters"] }, "`${host} ${top}`");
  const result = await run(book, { parameters: { host: 'dc"01\u2028' } });
  expect(brief(result, "c2")).toEqual(["execute_result: 'dc\"01\u2028 5'"]);
  expect(result.notebook.metadata["huntbook"]).toMatchObject({ run: { parameters: { host: 'dc"01\u2028' } } });
});

test("progress tells each cell's start and end; times come from the given clock; files round-trip", async () => {
  const events: string[] = [];
  let tick = 0;
  const kernel: Kernel = {
    execute: async ({ onOutput }) => {
      onOutput({ kind: "stream", name: "stdout", text: "x" });
      return { status: "ok", names: [] };
    },
    close: async () => undefined,
  };
  const result = await run(notebook("\n  a()", "", "b()"), {
    startKernel: async () => kernel,
    now: () => (tick += 1000),
    onProgress: e =>
      events.push(`${e.phase} ${e.index + 1}/${e.total} ${e.title} ${e.status ?? ""} ${e.tookMs ?? ""}`.trim()),
  });
  expect(events).toEqual(["start 1/2 a()", "end 1/2 a() ok 1000", "start 2/2 b()", "end 2/2 b() ok 1000"]);
  const text = formatNotebook(result.notebook);
  expect(formatNotebook(parseNotebook(text, "x.ipynb"))).toBe(text);
  expect(result.notebook.cells[0]?.metadata).toMatchObject({
    execution: { "iopub.execute_input": "1970-01-01T00:00:02.000Z", "shell.execute_reply": "1970-01-01T00:00:03.000Z" },
    huntbook: { status: "ok", tookMs: 1000 },
  });
});

test("an interrupted cell's garbage does no harm", async () => {
  const kernel = await KernelProcess.start({ dir });
  const run = (code: string, count: number, timeoutMs?: number) =>
    kernel.execute({ code, count, onOutput: () => undefined, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  await run("await new Promise(() => {})", 1, 100);
  await run("await null; for (;;) {}", 2, 100);
  expect(await run("for (let i = 0; i < 300_000; i += 1) await null", 3)).toMatchObject({ status: "ok" });
  await kernel.close();
});

test("widgets keep their defaults, say so, and their states are saved with the notebook; a password is not", async () => {
  const ran = await run(
    notebook(
      'import { nbwidgets } from "huntbook"; const host = new nbwidgets.Text({ label: "Host", value: "dc01" }); host',
      'const key = new nbwidgets.Password({ label: "Key" }); key.receive("hunter2-and-more"); key',
      'new nbwidgets.QueryTime("-5d")',
      "await new nbwidgets.Button({ label: 'Go' }).pressed()",
    ),
  );
  const data = (i: number): Record<string, unknown> =>
    (ran.notebook.cells[i]?.outputs[0] as { data: Record<string, unknown> }).data;
  expect(data(0)["text/plain"]).toContain("Host  dc01\nNobody could use this widget");
  expect(data(2)["text/plain"]).toContain("(5 days)");
  const { model_id: id } = data(0)["application/vnd.jupyter.widget-view+json"] as { model_id: string };
  const saved = ran.notebook.metadata["widgets"] as Record<string, { state: Record<string, unknown> }>;
  expect(saved["application/vnd.jupyter.widget-state+json"]?.state[id]).toMatchObject({ model_module: "anywidget" });
  expect(formatNotebook(ran.notebook).split("hunter2")).toHaveLength(2); // in the cell's source only
  expect(ran.failures.map(f => f.error.code)).toEqual(["widget/nobody"]);
});

const sessionHost = { module: new URL("../kernel/session-host.ts", import.meta.url).href };
const leaking = [
  'import { nbwidgets } from "huntbook"; const key = new nbwidgets.Password(); key.receive("s3cret-value-77"); undefined',
  'console.log("key=" + key.value.reveal()); await display({ "text/plain": btoa("  key: " + key.value.reveal() + " ") }, { raw: true }); throw new Error(key.value.reveal())',
];

test("known secrets are taken out of outputs and errors, and the cell says so", async () => {
  const ran = await run(notebook(...leaking), { host: sessionHost });
  const outputs = JSON.stringify(ran.notebook.cells[1]?.outputs);
  expect(outputs).not.toContain("s3cret-value-77");
  expect(outputs).not.toContain(btoa("s3cret-value-77").slice(2, -4));
  expect(outputs).toContain("key=<secret typed in>");
  expect(outputs).toContain("Huntbook took a secret (typed in) out of this cell's output.");
  expect(ran.leaks).toEqual([{ cellId: "c2", count: 2, origins: ["typed in"] }]);
  expect(JSON.stringify(ran.failures)).not.toContain("s3cret-value-77");
});

test("allowed secrets stay, and are counted all the same", async () => {
  const ran = await run(notebook(...leaking), { host: sessionHost, allowSecrets: true });
  expect(JSON.stringify(ran.notebook.cells[1]?.outputs)).toContain("key=s3cret-value-77");
  expect(ran.leaks).toHaveLength(1);
});

test("a notebook that would have a person sign in ends with the reason instead of waiting", async () => {
  const file = join(dir, "msticpyconfig.yaml");
  const id = "11111111-2222-4333-8444-555555555555";
  writeFileSync(
    file,
    `MSSentinel: { Workspaces: { Soc: { WorkspaceId: ${id}, TenantId: ${id} } } }\nAzure: { auth_methods: [devicecode, interactive] }\n`,
  );
  const before = process.env["MSTICPYCONFIG"];
  process.env["MSTICPYCONFIG"] = file;
  try {
    const ran = await run(notebook("%%kql\nSecurityAlert | take 1"), {
      host: { ...sessionHost, options: { dataDir: join(dir, "data") } },
    });
    expect(ran.failures.map(f => f.error.code)).toEqual(["auth/none"]);
    expect(ran.failures[0]?.error.message).toMatch(
      /nobody is there to enter a code\n.*nobody is there to sign in with a browser/,
    );
  } finally {
    if (before === undefined) delete process.env["MSTICPYCONFIG"];
    else process.env["MSTICPYCONFIG"] = before;
  }
});
