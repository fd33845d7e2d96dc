import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, expect, test } from "vitest";
import { FrameStore } from "../frame/store.js";
import { IocExtractor } from "../transform/ioc/ioc-extract.js";
import type { ScannedPage, TextPage } from "../transform/ioc/scan-pages.js";
import { createScanThread } from "./scan-thread.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-scan-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function* pagesOf(...pages: readonly (readonly string[])[]): AsyncGenerator<TextPage> {
  let first = 0;
  for (const cells of pages) {
    yield { first, cells: [cells] };
    first += cells.length;
  }
}
async function all(scanned: AsyncIterable<ScannedPage>): Promise<ScannedPage[]> {
  const list: ScannedPage[] = [];
  for await (const page of scanned) list.push(page);
  return list;
}
const job = { types: ["ipv4"], options: {} };

test("a large frame gives the same in another thread as in this one", async () => {
  const store = await FrameStore.open();
  const thread = createScanThread();
  closers.push(() => store.close(), thread.close);
  const patterns = { run: () => Promise.reject(new Error("no patterns here")) };
  const frame = await store.fromColumns({
    Line: Array.from({ length: 25_000 }, (_, i) =>
      i % 3 === 0 ? `ping 8.8.${i % 256}.1 to hxxp://a${i}[.]com/x` : `-${i}`,
    ),
    Other: Array.from({ length: 25_000 }, (_, i) => (i % 2 === 0 ? "1.1.1.1 1.1.1.1" : "")),
  });
  const options = { columns: ["Line", "Other"] };
  let used = 0;
  const scanPages: typeof thread.scan = (...args) => {
    used += 1;
    return thread.scan(...args);
  };
  const frames = async () => store;
  const there = await new IocExtractor({ patterns, scanPages, frames }).extract(frame, options);
  const here = await new IocExtractor({ patterns, frames }).extract(frame, options);
  expect(used).toBe(1);
  expect(there.rowCount).toBeGreaterThan(30_000);
  expect(await there.rows()).toEqual(await here.rows());
});

test("scans of several frames at a time keep apart, in the order of their pages", async () => {
  const thread = createScanThread();
  closers.push(thread.close);
  const pages = Array.from({ length: 8 }, (_, i) => [`10.0.0.${i}`, "none"]);
  const [a, b] = await Promise.all([
    all(thread.scan(job, pagesOf(...pages))),
    all(thread.scan({ types: ["dns"], options: {} }, pagesOf(["evil.com"], ["8.8.8.8"]))),
  ]);
  expect(a.map(p => p.batch[1])).toEqual(pages.map(([ip]) => [ip]));
  expect(a.map(p => p.words)).toEqual([["ipv4", "private use (RFC 1918)"], ...Array.from({ length: 7 }, () => [])]);
  expect(b.map(p => p.batch[1])).toEqual([["evil.com"], []]);
});

test("a thread that ends fails what waits for it, and the next scan starts another", async () => {
  const main = join(root, "ends.mjs");
  writeFileSync(
    main,
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", m => m.kind === "page" && process.exit(3));',
  );
  // The loader of TypeScript would look for ends.ts.
  const thread = createScanThread(pathToFileURL(main));
  closers.push(thread.close);
  await expect(all(thread.scan(job, pagesOf(["8.8.8.8"])))).rejects.toMatchObject({ code: "internal/bug" });
  await expect(all(thread.scan(job, pagesOf(["8.8.8.8"])))).rejects.toMatchObject({ code: "internal/bug" });
});

test("who stops reading leaves nothing waiting", async () => {
  const thread = createScanThread();
  closers.push(thread.close);
  for await (const page of thread.scan(job, pagesOf(["1.1.1.1"], ["2.2.2.2"], ["3.3.3.3"], ["4.4.4.4"]))) {
    expect(page.batch[1]).toEqual(["1.1.1.1"]);
    break;
  }
  expect((await all(thread.scan(job, pagesOf(["5.5.5.5"])))).map(p => p.batch[1])).toEqual([["5.5.5.5"]]);
});

test("a session that is closed leaves nobody waiting for its scans", async () => {
  const main = join(root, "silent.mjs");
  writeFileSync(main, 'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});');
  const thread = createScanThread(pathToFileURL(main));
  const scanned = all(thread.scan(job, pagesOf(["8.8.8.8"])));
  const failed = expect(scanned).rejects.toMatchObject({ code: "session/closed" });
  await new Promise(resolve => setTimeout(resolve, 20));
  await thread.close();
  await failed;
});
