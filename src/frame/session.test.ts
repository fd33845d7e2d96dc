/** The rules of a session: folders, limits, cancelling, freeing, other sessions. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { partial } from "../base/completeness.js";
import { displaySymbol } from "../base/port.js";
import { parseView, viewMime } from "../view/index.js";
import { pinnedClock } from "../base/clock.js";
import { fakeCompiler, type FakeCompiler } from "./fake-compiler.js";
import type { FrameInfo } from "./api.js";
import type { Frame } from "./frame.js";
import { FrameStore } from "./store.js";

let root: string;
let store: FrameStore;
let compiler: FakeCompiler;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "huntbook-test-")));
  compiler = fakeCompiler();
  store = await FrameStore.open({
    compiler,
    scratchRoot: join(root, "scratch"),
    clock: pinnedClock(Date.UTC(2026, 0, 13)),
  });
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  compiler.next = undefined;
});

const endless = "select count(*) as c from range(100000000) a, range(100000000) b where (a.range * b.range) % 7 = 3";

describe("folders", () => {
  let evidence: string;
  beforeAll(async () => {
    evidence = join(root, "evidence");
    await mkdir(evidence);
    await writeFile(join(evidence, "a.csv"), "x\n1\n");
  });

  test("SQL reads nothing outside what was opened, and cannot change that", async () => {
    const read = store.all(`select * from read_csv('${evidence}/a.csv')`);
    await expect(read).rejects.toMatchObject({ code: "frame/folder-not-readable" });
    const locked = /locked|Cannot (change|enable)/;
    await expect(store.run("set enable_external_access = true")).rejects.toThrow(locked);
    await expect(store.run(`set allowed_directories = ['${evidence}']`)).rejects.toThrow(locked);
    await expect(store.run("set memory_limit = '100GB'")).rejects.toThrow(locked);
  });

  test("a folder opened later is readable; frames, views and running work survive the move", async () => {
    const own = await FrameStore.open({ scratchRoot: join(root, "scratch") });
    const frame = await own.fromRows([{ a: "kept", A: 2n ** 60n, d: { k: 1 }, t: new Date(1) }]);
    const before = await frame.rows({ bigint: true });
    await own.run("create schema scratch.ws");
    await own.run("create view scratch.ws.v as select 5 as five");
    const running = own.all("select sum(range) as s from range(30000000)");
    const path = await own.mount(evidence);
    expect(await running).toEqual([{ s: 449999985000000n }]);
    expect(await own.all(`select * from read_csv('${path}/a.csv')`)).toEqual([{ x: 1n }]);
    expect(await own.all("select * from scratch.ws.v")).toEqual([{ five: 5 }]);
    expect(await frame.rows({ bigint: true })).toEqual(before);
    expect(await own.mount(join(evidence, "."))).toBe(path);
    await expect(own.mount(join(root, "absent"))).rejects.toMatchObject({ code: "frame/folder-missing" });
    await own.close();
  });
});

describe("limits", () => {
  test("more data than memory: a group-by over a spilled frame answers", async () => {
    const small = await FrameStore.open({
      memoryLimitBytes: 96 * 1024 ** 2,
      spillLimitBytes: 4 * 1024 ** 3,
      threads: 2,
    });
    const frame = await small.select(
      {
        sql: "select range as a, md5(range::varchar) || md5((range + 1)::varchar) as b from range(3000000)",
        parameters: [],
        columns: [
          { name: "n", type: "long", slot: "a" },
          { name: "text", type: "string", slot: "b" },
        ],
      },
      { completeness: partial(), provenance: { source: "test", clock: "system", clockDependent: false } },
    );
    expect(frame.rowCount).toBe(3_000_000);
    const table = frame.relation.path.map(p => `"${p}"`).join(".");
    const groups = await small.all(`select left(c1, 1) as k, count(*) as n from ${table} group by all`);
    expect(groups).toHaveLength(16);
    expect(groups.reduce((sum, g) => sum + Number(g["n"]), 0)).toBe(3_000_000);
    expect(await frame.rows({ offset: 2_999_999 })).toHaveLength(1);
    await small.close();
  });

  test("what cannot spill is refused as out of memory; too much spill as spill limit; the store goes on", async () => {
    const tiny = await FrameStore.open({
      memoryLimitBytes: 48 * 1024 ** 2,
      spillLimitBytes: 16 * 1024 ** 2,
      threads: 1,
    });
    const list = tiny.all("select list(md5(range::varchar)) as l from range(5000000)");
    await expect(list).rejects.toMatchObject({
      code: "frame/out-of-memory",
      hint: expect.stringContaining("memoryLimitBytes") as unknown,
    });
    const sorted = tiny.run(
      "create table scratch.big as select uuid() as u, md5(range::varchar) as m from range(3000000) order by u",
    );
    await expect(sorted).rejects.toMatchObject({
      code: "frame/spill-limit",
      hint: expect.stringContaining("spillLimitBytes") as unknown,
    });
    expect(await tiny.all("select 1 as one")).toEqual([{ one: 1 }]);
    await tiny.close();
  });
});

describe("cancelling", () => {
  test("an abort interrupts a running query, and the connection is usable afterwards", async () => {
    for (let i = 0; i < 4; i += 1) {
      const controller = new AbortController();
      const running = store.all(endless, [], controller.signal);
      setImmediate(() => controller.abort());
      await expect(running).rejects.toMatchObject({ code: "query/cancelled" });
    }
    expect(await store.all("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("an abort reaches queries that wait for a connection, and those not yet begun", async () => {
    const controller = new AbortController();
    const running = Array.from({ length: 5 }, () => store.all(endless, [], controller.signal));
    setImmediate(() => controller.abort());
    for (const result of await Promise.allSettled(running))
      expect(result).toMatchObject({ status: "rejected", reason: { code: "query/cancelled" } });
    await expect(store.all("select 1", [], AbortSignal.abort())).rejects.toMatchObject({ code: "query/cancelled" });
  });

  test("while long queries hold every query connection, frames can still be looked at", async () => {
    const frame = await store.fromRows([{ x: 1 }]);
    const controller = new AbortController();
    const busy = Array.from({ length: 3 }, () => store.all(endless, [], controller.signal).catch((e: unknown) => e));
    expect(await frame.rows()).toEqual([{ x: 1 }]);
    expect(await frame[displaySymbol]()).toHaveProperty("text/html");
    controller.abort();
    await Promise.all(busy);
  });

  test("closing the store ends what runs", async () => {
    const own = await FrameStore.open();
    const running = own.all(endless).catch((e: unknown) => e);
    const waiting = [1, 2].map(() => own.all(endless).catch((e: unknown) => e));
    await new Promise(resolve => setImmediate(resolve));
    await own.close();
    for (const error of await Promise.all([running, ...waiting])) expect(error).toMatchObject({ code: "frame/closed" });
  });
});

describe("a frame's life", () => {
  test("close frees the rows, once; later uses say so", async () => {
    const frame = await store.fromRows([{ x: 1 }]);
    const before = store.frameCount;
    await frame.close();
    await frame.close();
    expect(store.frameCount).toBe(before - 1);
    const closed = expect.objectContaining({ code: "frame/closed" }) as unknown;
    await expect(frame.rows()).rejects.toEqual(closed);
    await expect(frame.column("x")).rejects.toEqual(closed);
    await expect(frame.head().rows()).rejects.toEqual(closed);
    await expect(frame.kql("| take 1").rows()).rejects.toEqual(closed);
    await expect(frame[displaySymbol]()).rejects.toEqual(closed);
    expect(frame.columns).toEqual([{ name: "x", type: "long" }]);
  });

  test("frames of another session are refused", async () => {
    const other = await FrameStore.open();
    const foreign = await other.fromRows([{ x: 1 }]);
    const own = await store.fromRows([{ x: 1 }]);
    const join = own.kql("| join kind=inner F on x", { frames: { F: foreign } });
    await expect(join.frame()).rejects.toMatchObject({ code: "frame/foreign-session" });
    await other.close();
  });

  test("two sessions do not see each other's frames", async () => {
    const other = await FrameStore.open();
    await other.fromRows([{ secret: 1 }]);
    const mine = await store.all("select count(*) as n from duckdb_columns() where column_name = 'secret'");
    expect(mine).toEqual([{ n: 0n }]);
    expect(other.scratchDir).not.toBe(store.scratchDir);
    await other.close();
  });

  test("head, tail and sample keep the order; samples repeat for a seed; a partial frame's tail may be wrong", async () => {
    const frame = await store.fromRows(Array.from({ length: 5000 }, (_, i) => ({ i })));
    expect(await frame.head(3).rows()).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
    expect(await frame.tail(2).rows()).toEqual([{ i: 4998 }, { i: 4999 }]);
    expect((await frame.tail(9000)).rowCount).toBe(5000);
    const once = await frame.sample(50, 7).rows();
    expect(once).toHaveLength(50);
    expect(once).toEqual([...once].sort((a, b) => a.i - b.i));
    expect(await frame.sample(50, 7).rows()).toEqual(once);
    expect(await frame.sample(50, 8).rows()).not.toEqual(once);
    const cut = await store.fromBatches(frame.columns, [[[1], [2], [3]]], frame as FrameInfo, { maxRows: 2 });
    expect((await cut.head(1)).completeness.causes.map(c => c.affects)).toEqual(["rows"]);
    expect((await cut.tail(1)).completeness.causes.map(c => c.affects)).toEqual(["values"]);
  });

  test("iteration gives every row in order, in pieces", async () => {
    const frame = await store.fromRows(Array.from({ length: 20_000 }, (_, i) => ({ i })));
    const sizes: number[] = [];
    for await (const chunk of frame.chunks()) sizes.push(chunk.length);
    expect(sizes).toEqual([8192, 8192, 3616]);
    let expected = 0;
    for await (const row of frame) expect(row.i).toBe(expected++);
    expect(expected).toBe(20_000);
    expect(await frame.rows({ offset: 19_998, limit: 10 })).toEqual([{ i: 19_998 }, { i: 19_999 }]);
    expect(await frame.rows({ offset: 30_000 })).toEqual([]);
  });

  test("unknown columns are refused with the nearest name", async () => {
    const frame = await store.fromRows([{ Computer: "a" }]);
    await expect(frame.column("Compter" as "Computer")).rejects.toMatchObject({
      code: "frame/unknown-column",
      message: expect.stringContaining("did you mean 'Computer'?") as unknown,
    });
  });
});

describe("KQL over a frame", () => {
  test("a text that starts with a pipe continues the frame; provenance, clock and completeness go on", async () => {
    const source = partial({ kind: "timeout", affects: "rows", message: "slice 2 timed out" });
    const input = await store.fromRows([{ a: 1, A: 2 }]);
    const frame = await store.fromBatches(input.columns, [[[1, 2]]], {
      completeness: source,
      provenance: input.provenance,
    });
    compiler.next = { tables: [{ name: "Frame", affects: "values" }], clockDependent: true };
    const result = await frame.kql("  | where a == 1");
    const call = compiler.calls.at(-1);
    expect(call?.text).toBe("Frame\n  | where a == 1");
    expect(call?.environment.now).toBe("2026-01-13T00:00:00.000Z");
    expect(result.provenance).toMatchObject({ query: "  | where a == 1", clock: "pinned", clockDependent: true });
    expect(result.completeness.causes.map(c => `${c.kind} ${c.affects}`)).toEqual(["timeout values"]);
    expect(await result.rows()).toEqual([{ a: 1, A: 2 }]);
  });

  test("a whole query names the frame", async () => {
    const frame = await store.fromRows([{ a: 1 }]);
    await frame.kql("let n = 1; F | where a == n", { as: "F" });
    expect(compiler.calls.at(-1)).toMatchObject({
      text: "let n = 1; F | where a == n",
      environment: { tables: [{ name: "F" }] },
    });
  });

  test("what is wrong with the text is shown where it stands in the user's text", async () => {
    const frame = await store.fromRows([{ a: 1 }]);
    compiler.next = {
      state: "failed",
      diagnostics: [{ code: "kusto/KS142", severity: "error", message: "no column 'b'", span: { start: 14, end: 15 } }],
    };
    const error: unknown = await frame
      .kql("| where b == 1")
      .frame()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "kql/invalid", diagnostics: [{ span: { start: 8, end: 9 } }] });
    expect(String((error as Error).message)).toContain(
      "query:1:9: error kusto/KS142: no column 'b'\n  | where b == 1\n          ^",
    );
    compiler.next = { state: "refused", diagnostics: [] };
    await expect(frame.kql("| evaluate x()").frame()).rejects.toMatchObject({ code: "kql/not-supported" });
  });

  test("work starts when awaited, runs once, and its error is everybody's, never unhandled", async () => {
    const frame = await store.fromRows([{ a: 1 }]);
    const calls = compiler.calls.length;
    const pending = frame.kql("| take 1");
    const chained = pending.head(1).kql("| take 1");
    expect(compiler.calls).toHaveLength(calls);
    expect(await chained.rows()).toEqual([{ a: 1 }]);
    expect(await pending).toBe(await pending.frame());
    expect(compiler.calls).toHaveLength(calls + 2);
    compiler.next = { state: "failed", diagnostics: [] };
    const broken = frame.kql("| x");
    const results = await Promise.allSettled([broken.head().rows(), broken.tail().frame(), broken]);
    expect(results.map(r => r.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(compiler.calls).toHaveLength(calls + 3);
  });

  test("without a compiler it says what is missing", async () => {
    const bare = await FrameStore.open();
    const frame = await bare.fromRows([{ a: 1 }]);
    await expect(frame.kql("| take 1").frame()).rejects.toMatchObject({ code: "frame/no-compiler" });
    await bare.close();
  });
});

describe("display", () => {
  test("a bundle: view, HTML and text, with counts, types and the banner", async () => {
    const input = await store.fromRows(
      Array.from({ length: 25 }, (_, i) => ({ Text: i === 0 ? "<b>\u001b[31m" : "x", N: i })),
    );
    const frame = await store.fromBatches(input.columns, [(await input.rows()).map(r => [r.Text, r.N])], {
      completeness: partial({
        kind: "slice-failed",
        affects: "values",
        message: "slice 3 of 9 failed",
        source: "SigninLogs",
      }),
      provenance: { ...input.provenance, clockDependent: true },
    });
    const bundle = await frame[displaySymbol]();
    expect(Object.keys(bundle)).toEqual([viewMime, "text/html", "text/plain"]);
    expect(() => parseView(JSON.parse(JSON.stringify(bundle[viewMime])))).not.toThrow();
    const [markup, text] = [String(bundle["text/html"]), String(bundle["text/plain"])];
    for (const said of [
      "showing 20 of 25 rows",
      "slice 3 of 9 failed (SigninLogs)",
      "values may be wrong",
      "now() is pinned to 2026-01-13T00:00:00Z",
    ]) {
      expect(markup).toContain(said);
      expect(text).toContain(said);
    }
    expect(markup).toContain("&lt;b&gt;␛[31m");
    expect(text).not.toContain("\u001b");
  });
});

describe("other processes", () => {
  const run = async (script: string): Promise<{ code: number | null; out: string }> => {
    const child = spawn(process.execPath, ["--expose-gc", "--import", "tsx", "--input-type=module", "-e", script], {
      cwd: join(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => (out += data));
    const code = await new Promise<number | null>(resolve => child.on("close", resolve));
    return { code, out };
  };

  test("frames nobody can reach are freed", async () => {
    const script = `
      const { FrameStore } = await import("./src/frame/store.ts");
      const store = await FrameStore.open();
      const kept = await store.fromRows([{ x: 0 }]);
      for (let i = 0; i < 20; i += 1) await store.fromRows([{ x: i }]);
      const count = async () =>
        (await store.all("select count(*)::integer as n from duckdb_tables() where database_name = 'scratch'"))[0].n;
      for (let i = 0; i < 200 && (await count()) > 1; i += 1) {
        globalThis.gc();
        await new Promise(resolve => setImmediate(resolve));
      }
      console.log(JSON.stringify([store.frameCount, await count(), await kept.rows()]));
      await store.close();`;
    expect(await run(script)).toEqual({ code: 0, out: '[1,1,[{"x":0}]]\n' });
  });

  test("what a killed process leaves behind is swept by the next one; folders of the living and of others stay", async () => {
    const scratchRoot = join(root, "swept");
    const script = `
      const { FrameStore } = await import("./src/frame/store.ts");
      await FrameStore.open({ scratchRoot: ${JSON.stringify(scratchRoot)} });
      process.kill(process.pid, "SIGKILL");`;
    expect((await run(script)).code).toBe(null);
    await mkdir(join(scratchRoot, "huntbook-00000000-1-other"));
    await mkdir(join(scratchRoot, "mine"));
    const [left] = (await readdir(scratchRoot)).filter(n => !["huntbook-00000000-1-other", "mine"].includes(n));
    expect(left).toMatch(/^huntbook-/);
    const next = await FrameStore.open({ scratchRoot });
    const names = await readdir(scratchRoot);
    expect(names).not.toContain(left);
    expect(names).toEqual(expect.arrayContaining(["huntbook-00000000-1-other", "mine"]));
    expect(names).toHaveLength(3);
    await next.close();
  });
});

test("a frame says in one line what it is", async () => {
  const frame: Frame<{ a: number }> = await store.fromRows([{ a: 1 }]);
  expect(String(frame)).toBe("Frame (1 row, 1 column)");
});
