import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CompileResult, KqlCompiler, KqlEnvironment } from "./api.js";
import type { ChannelEvents, CompileRequest } from "./remote.js";
import { environment } from "../../test/kql/harness.js";
import { PlanCache } from "./cache.js";
import { createInlineCompiler } from "./compiler.js";
import { decodeLine, encodeLine } from "./lines.js";
import { createRemoteCompiler } from "./remote.js";
import { createResponder } from "./responder.js";
import { createSnapshotCompiler } from "./snapshot.js";
import { createWorkerCompiler } from "./worker.js";

const text = "Signins | where User == 'ada' and TimeGenerated < now() | summarize count() by IP";

async function checkCompiler(compiler: KqlCompiler): Promise<void> {
  const reference = await createInlineCompiler().compile(text, environment);
  expect(reference.state).toBe("ready");
  const results = await Promise.all([compiler.compile(text, environment), compiler.compile("Nope", environment)]);
  expect(results[0]).toEqual(reference);
  expect(results[1]?.state).toBe("failed");
  const other: KqlEnvironment = { ...environment, schemaId: "other", tables: [] };
  expect((await compiler.compile(text, other)).state).toBe("failed");
  expect(await compiler.compile(text, environment)).toEqual(reference);
  const completion = await compiler.edit({ kind: "complete", text: "Signins | where Att", offset: 19 }, environment);
  expect(completion.items[0]?.label).toBe("Attempts");
  await compiler.close();
  await expect(compiler.compile(text, environment)).rejects.toMatchObject({ code: "kql/compiler-closed" });
}

test("a worker thread compiles as this thread does", async () => {
  await checkCompiler(createWorkerCompiler());
});

test("a process from a V8 snapshot compiles as this thread does", async () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  try {
    const blob = join(dir, "kql.snapshot");
    const tsx = createRequire(import.meta.url).resolve("tsx/cli");
    execFileSync(process.execPath, [tsx, join(import.meta.dirname, "../../tools/kql-snapshot.ts"), blob], {
      stdio: "ignore",
    });
    await checkCompiler(createSnapshotCompiler(blob));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("schemas are sent once, and again when the far side has lost them", async () => {
  const sent: CompileRequest[] = [];
  let respond = createResponder();
  const compiler = createRemoteCompiler(events => ({
    send: request => {
      sent.push(request);
      events.reply(respond(request));
    },
    setBusy: () => undefined,
    close: async () => undefined,
  }));
  await compiler.compile("Signins | take 1", environment);
  await compiler.compile("Signins | take 2", environment);
  await compiler.compile("Signins | take 2", environment);
  expect(sent.map(r => r.schema !== undefined)).toEqual([true, false]);
  respond = createResponder();
  expect((await compiler.compile("Signins | take 3", environment)).state).toBe("ready");
  expect(sent.map(r => r.schema !== undefined)).toEqual([true, false, false, true]);
});

test("a far side that stops fails the calls under way; the next call starts another", async () => {
  const started: ChannelEvents[] = [];
  const compiler = createRemoteCompiler(events => {
    started.push(events);
    return {
      send: request => {
        if (started.length > 1) events.reply({ id: request.id, result: { state: "failed", diagnostics: [] } });
      },
      setBusy: () => undefined,
      close: async () => undefined,
    };
  });
  const call = compiler.compile("a", environment);
  started[0]?.stopped("it was killed");
  await expect(call).rejects.toMatchObject({ code: "kql/compiler-stopped" });
  expect((await compiler.compile("a", environment)).state).toBe("failed");
  expect(started.length).toBe(2);
});

test("the cache knows when an answer depends on the clock, the values, the window or the schema", () => {
  const cache = new PlanCache(2);
  const ready = (clockDependent: boolean) =>
    ({ state: "ready", query: { clockDependent } }) as unknown as CompileResult;
  cache.add("still", environment, ready(false));
  cache.add("moving", environment, ready(true));
  const later = { ...environment, now: "2025-01-01T00:00:00Z" };
  expect(cache.find("still", later)).toBeDefined();
  expect(cache.find("moving", later)).toBeUndefined();
  expect(cache.find("moving", environment)).toBeDefined();
  expect(cache.find("still", { ...environment, schemaId: "x" })).toBeUndefined();
  expect(cache.find("still", { ...environment, scalars: [{ name: "a", type: "long", value: 1n }] })).toBeUndefined();
  expect(cache.find("still", { ...environment, window: { start: "a", end: "b" } })).toBeUndefined();
  cache.find("still", environment);
  cache.add("third", environment, ready(false));
  expect(cache.find("moving", environment)).toBeUndefined();
});

test("lines keep 64-bit integers and refuse to be fooled by texts", () => {
  const value = { a: 12345678901234567890n, b: "$bigint", c: [null, true, { $bigint: 1, d: 2 }] };
  expect(decodeLine(encodeLine(value))).toEqual(value);
});
