/** Quotas, kept answers, the audit log, recordings, and what may not be asked. */
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import { createAuditLog } from "./audit.js";
import { createHttpClient, type HttpClientOptions } from "./client.js";
import { publicLookup } from "./public-only.js";
import { dayMs, minuteMs, Quota, type QuotaWindow } from "./quota.js";
import { createRecordingClient, createReplayClient } from "./record.js";
import { AnswerStore } from "./store.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-net-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
let files = 0;
const newFile = (): string => join(root, `file-${++files}`);

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => server.close(() => done())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(options: HttpClientOptions = {}) {
  const client = createHttpClient({ retries: 0, nowMs: () => Date.UTC(2026, 10, 24), ...options });
  closers.push(() => client.close());
  return client;
}

/** A clock that only sleeping moves. */
function quota(windows: readonly QuotaWindow[], file?: string, startMs = 1_000_000_000) {
  const clock = { nowMs: startMs };
  const made = new Quota({
    windows,
    ...(file === undefined ? {} : { file }),
    nowMs: () => clock.nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      clock.nowMs += ms;
    },
  });
  return { quota: made, clock };
}

test("requests go as fast as the quota allows, and no faster in any window", () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 500 }), async (limit, count) => {
      const { quota: q, clock } = quota([{ limit, perMs: minuteMs }]);
      const started = clock.nowMs;
      const at: number[] = [];
      for (let i = 0; i < count; i += 1) {
        await q.take();
        at.push(clock.nowMs);
      }
      for (let i = limit; i < count; i += 1)
        expect((at[i] ?? 0) - (at[i - limit] ?? 0)).toBeGreaterThanOrEqual(minuteMs);
      // A tenth more than the least possible: the window is counted in parts.
      const least = Math.floor((count - 1) / limit) * minuteMs;
      expect(clock.nowMs - started).toBeLessThanOrEqual(least * 1.1 + 1);
    }),
    { numRuns: 60 },
  ));

test("every window holds: 4 a minute and 10 a day", async () => {
  const { quota: q, clock } = quota([
    { limit: 4, perMs: minuteMs },
    { limit: 10, perMs: dayMs },
  ]);
  for (let i = 0; i < 10; i += 1) await q.take();
  expect(clock.nowMs - 1_000_000_000).toBeLessThan(4 * minuteMs);
  expect(q.use.map(u => u.used)).toEqual([expect.any(Number), 10]);
  expect(q.estimateMs(1)).toBe(dayMs);
  await q.take();
  expect(clock.nowMs - 1_000_000_000).toBeGreaterThanOrEqual(dayMs);
});

test("what was used is known after a restart", async () => {
  const file = newFile();
  const first = quota([{ limit: 4, perMs: minuteMs }], file);
  for (let i = 0; i < 3; i += 1) await first.quota.take();
  const second = quota([{ limit: 4, perMs: minuteMs }], file, first.clock.nowMs + 1000);
  expect(second.quota.use[0]?.used).toBe(3);
  await second.quota.take();
  await second.quota.take();
  expect(second.clock.nowMs - first.clock.nowMs).toBeGreaterThanOrEqual(minuteMs);
});

test("with a fast quota a restart may count too much, never too little", async () => {
  const file = newFile();
  const first = quota([{ limit: 6000, perMs: minuteMs }], file);
  for (let i = 0; i < 75; i += 1) await first.quota.take();
  const { quota: second } = quota([{ limit: 6000, perMs: minuteMs }], file);
  expect(second.use[0]?.used).toBeGreaterThanOrEqual(75);
  expect(second.use[0]?.used).toBeLessThanOrEqual(125);
});

test("another process's use counts, a damaged file does not", async () => {
  const file = newFile();
  const [a, b] = [quota([{ limit: 5, perMs: minuteMs }], file), quota([{ limit: 5, perMs: minuteMs }], file)];
  await a.quota.take();
  await b.quota.take();
  await a.quota.take();
  expect(a.quota.use[0]?.used).toBe(3);
  writeFileSync(file, "{ not json");
  expect(quota([{ limit: 5, perMs: minuteMs }], file).quota.use[0]?.used).toBe(0);
});

test("a service that says stop is obeyed, and waiting can be cancelled", async () => {
  const { quota: q, clock } = quota([{ limit: 100, perMs: minuteMs }]);
  q.exhaust(clock.nowMs + 5000);
  expect(q.estimateMs(1)).toBe(5000);
  await q.take();
  expect(clock.nowMs).toBe(1_000_005_000);
  const cancelled = new AbortController();
  cancelled.abort();
  await expect(q.take(cancelled.signal)).rejects.toThrow();
});

test("answers are kept with their time, the last one wins, old ones are not given", () => {
  const dir = newFile();
  let now = 1000;
  const nowMs = () => now;
  const store = new AnswerStore<number>({ dir, name: "../Virus Total", nowMs });
  store.keep("a", 1);
  now = 2000;
  store.keep("a", 2);
  store.keep("__proto__", 3);
  const again = new AnswerStore<number>({ dir, name: "../Virus Total", nowMs: () => 5000 });
  expect(again.find("a")).toEqual({ value: 2, atMs: 2000 });
  expect(again.find("a", 2999)).toBeUndefined();
  expect(again.find("__proto__")?.value).toBe(3);
  expect(again.find("b")).toBeUndefined();
  expect(readFileSync(join(dir, "___Virus_Total.jsonl"), "utf8").split("\n")).toHaveLength(4);
});

test("a line that a crash cut is left out, and the next one is whole", () => {
  const dir = newFile();
  const nowMs = () => 1;
  new AnswerStore<string>({ dir, name: "s", nowMs }).keep("a", "kept");
  appendFileSync(join(dir, "s.jsonl"), '{"k":"b","t":1,"v":"cu');
  const second = new AnswerStore<string>({ dir, name: "s", nowMs });
  expect([second.find("a")?.value, second.find("b")]).toEqual(["kept", undefined]);
  second.keep("c", "after");
  expect(new AnswerStore<string>({ dir, name: "s", nowMs }).find("c")?.value).toBe("after");
});

test("what was kept before kill -9 is there", async () => {
  const dir = newFile();
  const module = new URL("./store.ts", import.meta.url).href;
  const script = `import { AnswerStore } from ${JSON.stringify(module)};
    const store = new AnswerStore({ dir: ${JSON.stringify(dir)}, name: "s", nowMs: () => 1 });
    for (let i = 0; ; i += 1) { store.keep("k" + i, i); process.stdout.write(i + "\\n");
      if (i % 20 === 19) await new Promise(setImmediate); }`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  await new Promise<void>(done => {
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      if (printed.length > 2000) child.kill("SIGKILL");
    });
    child.on("exit", () => done());
  });
  const last = Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));
  const store = new AnswerStore<number>({ dir, name: "s", nowMs: () => 1 });
  for (let i = 0; i <= last; i += 1) expect(store.find(`k${i}`)?.value).toBe(i);
});

test("every message is in the audit log: redirects, failures, and what was asked about", async () => {
  const url = await serve((request, response) => {
    if (request.url === "/") response.writeHead(302, { location: "/there" }).end();
    else response.end("ok");
  });
  const dir = newFile();
  const client = open({ audit: createAuditLog(dir) });
  const purpose = { provider: "Test", observable: "8.8.8.8", type: "ipv4" };
  await client.request({ url, purpose });
  await client.request({ url: "http://127.0.0.1:1/?key=hidden" }).catch(() => undefined);
  const log = readFileSync(join(dir, "2026-11.jsonl"), "utf8");
  expect(
    log
      .trim()
      .split("\n")
      .map(l => JSON.parse(l) as object),
  ).toEqual([
    { at: "2026-11-24T00:00:00.000Z", method: "GET", host: new URL(url).host, ...purpose, status: 302 },
    { at: "2026-11-24T00:00:00.000Z", method: "GET", host: new URL(url).host, ...purpose, status: 200 },
    { at: "2026-11-24T00:00:00.000Z", method: "GET", host: "127.0.0.1:1", status: "no answer" },
  ]);
  expect(log).not.toContain("hidden");
});

test("offline nothing is sent and nothing is logged as sent", async () => {
  const sent: unknown[] = [];
  const client = open({ offline: true, audit: e => sent.push(e) });
  await expect(client.request({ url: "https://service.example/" })).rejects.toMatchObject({ code: "net/offline" });
  expect(sent).toEqual([]);
});

test.each([
  "http://127.0.0.1:1/",
  "http://[::1]/",
  "http://10.0.0.1/",
  "http://169.254.169.254/latest",
  "http://0/",
  "http://2130706433/",
  "http://localhost/",
  "http://[::ffff:10.0.0.1]/",
])("%s is not asked when only public addresses may be", async url => {
  await expect(open().request({ url, publicOnly: true })).rejects.toMatchObject({ code: "net/private-address" });
});

test("a name that resolves to this machine is refused, a redirect to it too", async () => {
  await new Promise<void>(done =>
    publicLookup("localhost", {}, error => {
      expect(error).toMatchObject({ code: "net/private-address" });
      done();
    }),
  );
  const url = await serve((_, response) => response.writeHead(302, { location: "http://10.0.0.1/inner" }).end());
  const client = open({ checkUrl: u => expect(u.pathname).toBe("/") });
  await expect(client.request({ url, publicOnly: true })).rejects.toMatchObject({ code: "net/private-address" });
});

test("a key in a URL and in a body is sent, and is nowhere in the recording or the log", async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    let body = "";
    request.on("data", (d: Buffer) => (body += d.toString()));
    request.on("end", () => {
      seen.push(`${request.url} ${body} ${request.headers["authorization"]}`);
      response.setHeader("set-cookie", "session=1").end(JSON.stringify({ echo: request.url, body }));
    });
  });
  const [file, dir] = [newFile(), newFile()];
  const basic = new Secret(`Basic ${Buffer.from("user-id:pass-word").toString("base64")}`, "test");
  const request = {
    url: `${url}/api/{{key}}/8.8.8.8?q=1`,
    body: "key={{key}}",
    headers: { authorization: basic },
    secrets: { key: new Secret("hunter/2 secret", "test") },
  };
  const recorder = createRecordingClient(open({ audit: createAuditLog(dir) }), file);
  const live = (await recorder.request(request)).json();
  expect(seen).toEqual([`/api/hunter%2F2%20secret/8.8.8.8?q=1 key=hunter/2 secret ${basic.reveal()}`]);
  const kept = readFileSync(file, "utf8") + readFileSync(join(dir, "2026-11.jsonl"), "utf8");
  for (const secret of ["hunter", "user-id", "pass-word", basic.reveal(), "session=1"])
    expect(kept).not.toContain(secret);
  const replayed = (await createReplayClient(file).request(request)).json();
  expect(Object.keys(replayed as object)).toEqual(Object.keys(live as object));
  await expect(createReplayClient(file).request({ url: `${url}/other` })).rejects.toMatchObject({
    code: "net/not-recorded",
  });
});
