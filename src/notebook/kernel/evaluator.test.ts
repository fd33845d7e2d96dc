import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HuntError } from "../../base/error.js";
import { Secret } from "../../base/secret.js";
import type { CellHost, CellOutcome, CellOutput } from "./api.js";
import { Evaluator } from "./evaluator.js";

let evaluator: Evaluator;
let count = 0;
const host: CellHost = {
  runKql: async (magic, cell) => ({
    query: magic.body,
    names: cell.names.filter(n => n.startsWith("kql_")),
    host: await cell.value("kql_host"),
    missing: await cell.value("process"),
  }),
};
beforeAll(async () => {
  evaluator = await Evaluator.open({ dir: import.meta.dirname, host });
});
afterAll(() => evaluator.close());

async function run(code: string, signal?: AbortSignal): Promise<{ outcome: CellOutcome; outputs: CellOutput[] }> {
  const outputs: CellOutput[] = [];
  const request = { code, count: (count += 1), sink: (o: CellOutput) => outputs.push(o) };
  const outcome = await evaluator.execute(signal === undefined ? request : { ...request, signal });
  return { outcome, outputs };
}

/** The text shown for a cell's value, or the first line of its error. */
async function shown(code: string): Promise<unknown> {
  const { outputs } = await run(code);
  const last = outputs.at(-1);
  if (last?.kind === "error") return last.error.traceback[0];
  return last?.kind === "result" ? last.data["text/plain"] : last;
}

test.each([
  ["1 + 1", "2"],
  ["'a\\u001b[31m'", "'a\\x1B[31m'"],
  ["10n", "10n"],
  ["-0", "-0"],
  ["null", "null"],
  ["undefined", undefined],
  ["({ a: [1, { b: 2 }] })", "{ a: [ 1, { b: 2 } ] }"],
  ["{ a: 1 }", "{ a: 1 }"],
  ["const silent = 1", undefined],
  ["await Promise.resolve(5)", "5"],
  ["Promise.resolve(6)", "6"],
  ["({ then: (go: (v: number) => void) => go(7) })", "7"],
  ["enum Level { Low = 1 } Level.Low", "1"],
  ["class P { constructor(readonly x: number) {} } new P(3).x", "3"],
  ["await later(); async function later() { return 1 }", "1"],
  ["import { basename } from 'node:path'; basename('/a/b')", "'b'"],
  ["(await import('node:path')).sep.length", "1"],
  ["typeof import.meta.url", "'string'"],
  ["Symbol('x')", "Symbol(x)"],
  ["this === globalThis", "true"],
])("%j shows %j", async (code, expected) => {
  expect(await shown(code)).toBe(expected);
});

const kinds = [
  "const same = 1",
  "let same = 1",
  "var same = 1",
  "function same() {}",
  "class same {}",
  "enum same { A }",
  "import same from 'node:path'",
  "export const same = 1",
];
test.each(kinds.flatMap(a => kinds.map(b => [a, b] as const)))("%j can be followed by %j", async (a, b) => {
  expect((await run(a)).outcome.status).toBe("ok");
  expect((await run(b)).outcome.status).toBe("ok");
});

test("a function of an early cell sees the newest value of a name", async () => {
  await run("let newest = 1; function look() { return newest }");
  await run("const newest = 2");
  expect(await shown("look()")).toBe("2");
});

test("a cell that fails keeps the others' values and frees its own names", async () => {
  await run("const kept = 1");
  await run("const broken = (() => { throw new Error('no') })()");
  expect(await shown("const broken = 2; kept + broken")).toBe("3");
});

test("cells are strict: assigning to an unknown name is an error", async () => {
  expect(await shown("neverDeclared = 1")).toBe("ReferenceError: neverDeclared is not defined");
});

test("importing a name that is not exported is an error with a suggestion", async () => {
  const { outcome } = await run("import { basname } from 'node:path'");
  expect(outcome).toMatchObject({
    error: { name: "SyntaxError", message: "'node:path' has no export named 'basname'; did you mean 'basename'?" },
  });
});

test("a stack speaks of cells and lines, and ends where the cell ends", async () => {
  await run("interface A { b: string }\n\nfunction boom(x: number): never {\n  throw new TypeError('bad')\n}");
  const first = count;
  const { outcome } = await run("const y: number = 1\nboom(y)");
  if (outcome.status !== "error") throw new Error("did not fail");
  expect(outcome.error.traceback).toEqual([
    "TypeError: bad",
    "  4 |   throw new TypeError('bad')",
    "              ^",
    `    at boom (cell ${first}, line 4, column 9)`,
    `    at cell ${first + 1}, line 2, column 1`,
  ]);
});

test("an error after an await has its place too", async () => {
  const { outcome } = await run("const wait = async () => {\n  await null\n  throw new Error('late')\n}\nawait wait()");
  expect(outcome).toMatchObject({ error: { message: "late" } });
  expect(JSON.stringify(outcome)).toContain(`cell ${count}, line 3, column 9`);
});

test("a syntax error shows the line and a marker", async () => {
  const { outcome } = await run("const a = 1\nconst b = ;");
  expect(outcome).toMatchObject({
    error: {
      name: "SyntaxError",
      code: "notebook/syntax",
      traceback: [`cell ${count}:2:11: error notebook/syntax: Unexpected token`, "  const b = ;", "            ^"],
    },
  });
});

test("a HuntError is shown as designed: code, message, where, hint, no stack", async () => {
  Object.assign(globalThis, {
    failing: () => {
      throw new HuntError("kql/unknown-column", "no column 'Foo'", { where: "query:2:3", hint: "did you mean 'For'?" });
    },
  });
  const { outcome } = await run("\nfailing()");
  expect(outcome).toMatchObject({
    error: {
      name: "HuntError",
      code: "kql/unknown-column",
      traceback: [
        "kql/unknown-column: no column 'Foo'",
        "  where: query:2:3",
        `  in: cell ${count}, line 2, column 1`,
        "  hint: did you mean 'For'?",
      ],
    },
  });
});

test("causes are shown by their message only, and no property of an error is", async () => {
  const details = { headers: { key: "hunter2" }, apiKey: new Secret("hunter2", "env:KEY") };
  Object.assign(globalThis, { details });
  const { outcome } = await run("throw Object.assign(new Error('outer', { cause: new Error('inner') }), details)");
  const text = JSON.stringify(outcome);
  expect(text).toContain("caused by: inner");
  expect(text).not.toContain("hunter2");
});

test("what is thrown need not be an error", async () => {
  expect(await shown("throw { a: 1 }")).toBe("Uncaught { a: 1 }");
  expect(await shown("throw undefined")).toBe("Uncaught undefined");
});

test("control characters in messages are shown, not sent to the terminal", async () => {
  expect(await shown("throw new Error('a\\u001b[2Jb')")).toBe("Error: a\u241B[2Jb");
});

test("values offer their own representations", async () => {
  const { outputs } = await run(`({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>x</b>" }) })`);
  expect(outputs).toEqual([{ kind: "result", data: { "text/html": "<b>x</b>", "text/plain": "[text/html]" } }]);
});

test("a representation that fails is the cell's error", async () => {
  expect(await shown(`({ [Symbol.for("Jupyter.display")]() { throw new Error("cannot draw") } })`)).toBe(
    "Error: cannot draw",
  );
});

test("displays come in order, awaited or not, and can be replaced", async () => {
  const { outputs } = await run(`
    display(1); display(Promise.resolve(2), { id: "p" }); display(3);
    await updateDisplay("p", 4); 5`);
  const kindAndText = outputs.map(o => ("data" in o ? [o.kind, o.data["text/plain"]] : [o.kind]));
  expect(kindAndText.filter(k => k[1] !== "2")).toEqual([
    ["display", "1"],
    ["display", "3"],
    ["update", "4"],
    ["result", "5"],
  ]);
  expect(outputs).toContainEqual({ kind: "display", data: { "text/plain": "2" }, displayId: "p" });
});

test("a cell that ends with a display has no other result: the handle is for code", async () => {
  for (const code of ["display(1)", "await display(1)", "const h = await display(1, { id: true }); h"])
    expect((await run(code)).outputs.map(o => o.kind)).toEqual(["display"]);
});

test("what a cell shows late is filed under that cell", async () => {
  const early = await run(
    "let go: (v: number) => void; new Promise<number>(r => { go = r }).then(v => display(v)); undefined",
  );
  const late = await run("go(1); await Promise.resolve(); await Promise.resolve()");
  expect(late.outputs).toEqual([]);
  expect(early.outputs).toEqual([{ kind: "display", data: { "text/plain": "1" } }]);
});

test("a pending await is interrupted, and the state survives", async () => {
  await run("const before = 1");
  const controller = new AbortController();
  const running = run(
    "let seen = false; globalThis[Symbol.for('huntbook.kernel')].currentCell().signal.addEventListener('abort', () => { seen = true }); await new Promise(() => {})",
    controller.signal,
  );
  controller.abort();
  const { outcome } = await running;
  expect(outcome).toMatchObject({ status: "error", error: { code: "notebook/interrupted" } });
  expect(await shown("[before, seen]")).toBe("[ 1, true ]");
});

test("the reason of an interruption is shown when it is a HuntError", async () => {
  const signal = AbortSignal.abort(new HuntError("notebook/timeout", "took longer than 5 s"));
  const { outcome } = await run("await new Promise(() => {})", signal);
  expect(outcome).toMatchObject({ error: { code: "notebook/timeout" } });
});

test("two cells do not run at once", async () => {
  const controller = new AbortController();
  const first = run("await new Promise(() => {})", controller.signal);
  await expect(run("1")).rejects.toMatchObject({ code: "notebook/busy" });
  controller.abort();
  await first;
});

test("a KQL cell goes to the host, which can read names, and its answer is bound and shown", async () => {
  await run("const kql_host = 'dc01'");
  const { outputs } = await run("%%kql hits --limit 5\nT | take 1");
  expect(outputs).toMatchObject([{ kind: "result" }]);
  expect(await shown("hits")).toBe("{ query: 'T | take 1', names: [ 'kql_host' ], host: 'dc01', missing: undefined }");
  expect((await run("const hits = 1")).outcome.status).toBe("ok");
});

test("a Markdown cell is displayed as such", async () => {
  const { outputs } = await run("%%markdown\n# Hi");
  expect(outputs).toEqual([{ kind: "display", data: { "text/markdown": "# Hi", "text/plain": "# Hi" } }]);
});

test("results that nothing refers to are freed after their cell", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  await run("const big = { it: new Array(1000) }; const ref = new WeakRef(big); big");
  await run("const big = undefined");
  // The inspector lets go in a later task than the one that asked it to.
  for (let i = 0; i < 20; i += 1) {
    await new Promise(resolve => setImmediate(resolve));
    collect();
  }
  expect(await shown("ref.deref()")).toBeUndefined();
});

test("a shown value that is not whole is reported with the output and the outcome", async () => {
  const completeness = { state: "partial", causes: [{ kind: "row-limit", affects: "rows", message: "first 10 rows" }] };
  Object.assign(globalThis, { frame: { completeness } });
  const { outcome, outputs } = await run("frame");
  expect(outcome).toEqual({ status: "ok", names: [], completeness });
  expect(outputs).toMatchObject([{ kind: "result", completeness }]);
  const whole = await run("({ completeness: { state: 'complete', causes: [] } })");
  expect(whole.outcome).toEqual({ status: "ok", names: [] });
});

test.each([
  ["({ 'image/png': new Uint8Array([1, 2, 3]) })", { "image/png": "AQID", "text/plain": "[image/png]" }],
  ["({ 'application/json': { a: [1] }, 'text/plain': 'x' })", { "application/json": { a: [1] }, "text/plain": "x" }],
])("a bundle is plain data: %s", async (bundle, data) => {
  const { outputs } = await run(`({ [Symbol.for("Jupyter.display")]: () => (${bundle}) })`);
  expect(outputs).toEqual([{ kind: "result", data }]);
});

test("a representation that is not JSON is refused by name", async () => {
  const { outcome } = await run(`({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { a: 1n } }) })`);
  expect(outcome).toMatchObject({ error: { code: "notebook/display" } });
});
