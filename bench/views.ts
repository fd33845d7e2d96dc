/**
 * `npm run bench -- views`, `npx tsx bench/views.ts [PYTHON]`: timeline and process tree of 100 k events from frame to saved
 * output; the figures in Chromium (1 M events, a tree of 100 k, a grid over 10 M rows). Beside MSTICPy on the same events
 * when a Python that has it is given (`bench/peers/views.py`), where also who is whose parent is compared with the truth.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { complete } from "../src/base/completeness.js";
import { displaySymbol, type Displayable } from "../src/base/port.js";
import { frameView } from "../src/frame/display.js";
import type { Frame } from "../src/frame/frame.js";
import { FrameStore } from "../src/frame/store.js";
import { createViewPorts } from "../src/session/views.js";
import { buildForest, readProcesses } from "../src/transform/process-tree/index.js";
import type { RowsRequest, View } from "../src/view/index.js";
import { findChromium, launchChromium } from "../test/browser/chromium.js";
import { serveViews } from "../test/browser/view-page.js";
import { median, peakMiB, saveResult, timed } from "./measure.js";
import { eventColumns, makeEvents, makeProcesses, measureTruth, processColumns, type Processes } from "./processes.js";

const provenance = { source: "bench", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
const store = await FrameStore.open({
  memoryLimitBytes: 2 * 2 ** 30,
  views: createViewPorts({ workspaces: async () => [] }),
});
const root = mkdtempSync(join(tmpdir(), "huntbook-bench-views-"));
const python = process.argv[2];
const figures: Record<string, unknown> = {};

/** A limit that was not kept fails the bench. */
function expectAtMost(name: string, value: number, limit: number, unit: string): void {
  const kept = value <= limit;
  if (!kept) process.exitCode = 1;
  figures[name] = value;
  const shown = (n: number): string => (n >= 100 ? Math.round(n).toLocaleString("en-US") : n.toPrecision(3));
  console.log(`  ${kept ? "✓" : "✗"} ${name}: ${shown(value)} ${unit} (at most ${shown(limit)})`);
}

async function frameOf(names: readonly string[], rows: Iterable<readonly string[]>): Promise<Frame> {
  function* batches() {
    let batch: (readonly string[])[] = [];
    for (const row of rows) {
      batch.push(row);
      if (batch.length < 50_000) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }
  const columns = names.map(name => ({ name, type: name === "TimeGenerated" ? "datetime" : "string" }) as const);
  return store.fromBatches(columns, batches(), { completeness: complete, provenance });
}

function writeCsv(name: string, columns: readonly string[], rows: Iterable<readonly string[]>): string {
  const path = join(root, name);
  const line = (row: readonly string[]): string => row.map(v => `"${v.replaceAll('"', '""')}"`).join(",");
  writeFileSync(path, `${[columns, ...rows].map(line).join("\n")}\n`);
  return path;
}

interface Peer {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly bytes?: number;
  readonly summary?: Readonly<Record<string, number>>;
}

function runPeer(what: string, source: string, target: string): Peer | undefined {
  if (python === undefined) return undefined;
  const child = spawnSync(python, [join(import.meta.dirname, "peers/views.py"), what, source, target], {
    encoding: "utf8",
  });
  const line = child.stdout.split("\n").find(l => l.startsWith("BENCH "));
  if (line !== undefined) return JSON.parse(line.slice(6)) as Peer;
  console.log(`the peer did not run: ${child.stderr.slice(-500)}`);
  process.exitCode = 1;
  return undefined;
}

/** Everything that a saved notebook keeps of an output: our data, HTML, the picture, text. */
async function saved(plotted: Displayable): Promise<number> {
  const bundle = await plotted[displaySymbol]();
  return Object.values(bundle).reduce<number>(
    (sum, value) =>
      sum +
      (value instanceof Uint8Array
        ? Math.ceil(value.byteLength / 3) * 4
        : Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value))),
    0,
  );
}

/** The middle of five runs. */
async function middle(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i += 1) times.push(await timed(work));
  return median(times);
}

async function benchTimeline(): Promise<void> {
  console.log("timeline of 100,000 events, with four columns of details");
  const events = await frameOf(eventColumns, makeEvents(100_000));
  const options = { groupBy: "EventID", details: ["Computer", "Account", "Process", "CommandLine"] };
  let bytes = 0;
  const ms = await middle(async () => {
    bytes = await saved(await events.plot.timeline(options));
  });
  console.log(`  ${ms.toFixed(0)} ms from the frame to every form of the output`);
  Object.assign(figures, { timelineMs: ms });
  expectAtMost("saved bytes of the timeline", bytes, 2e6, "B");
  const csv = writeCsv("events.csv", eventColumns, makeEvents(100_000));
  const peer = runPeer("timeline", csv, join(root, "timeline.html"));
  if (peer !== undefined) {
    console.log(`  MSTICPy: ${peer.seconds.toFixed(1)} s, ${peer.bytes} B, peak ${peer.peakMiB} MiB`);
    expectAtMost("time beside MSTICPy's timeline", ms / 1000 / peer.seconds, 1 / 10, "×");
    expectAtMost("bytes beside MSTICPy's timeline", bytes / (peer.bytes ?? 1), 1 / 10, "×");
  }
  await events.close();
}

/** How many parents are those of the truth. `undefined` and -1: not in the data. */
const right = (truth: readonly number[], parentOf: (row: number) => number): number =>
  truth.reduce((n, parent, row) => n + (parentOf(row) === parent ? 1 : 0), 0);

const keyOf = (row: readonly string[]): string => `${Date.parse(row[0] ?? "")}|${row[8] ?? ""}|${row[2] ?? ""}`;

function peerParents({ rows }: Processes, file: string): (row: number) => number {
  const byKey = new Map(rows.map((row, i) => [keyOf(row), i]));
  const normal = (key: string): string => key.replace(/^[^|]*/, time => String(Date.parse(time)));
  const pairs = JSON.parse(readFileSync(file, "utf8")) as readonly (readonly [string, string | null])[];
  const parents = new Map(
    pairs.map(([child, parent]) => [
      byKey.get(normal(child)) ?? -1,
      parent === null ? -1 : (byKey.get(normal(parent)) ?? -1),
    ]),
  );
  return row => parents.get(row) ?? -2;
}

async function benchTree(processes: Processes, name: string, isFast: boolean): Promise<void> {
  const { rows, truth } = processes;
  console.log(`process tree of ${rows.length.toLocaleString("en-US")} creations, ${name}`);
  const frame = await frameOf(processColumns, rows);
  // What MSTICPy's call does: link, order and sum up; drawing is measured on its own.
  const ms = await middle(async () => void buildForest(await readProcesses(frame)));
  const forest = buildForest(await readProcesses(frame));
  const { parent, count } = forest.links;
  const ours = right(truth, row => ((parent[row] ?? -1) < count ? (parent[row] ?? -1) : -1));
  const expected = measureTruth(truth);
  console.log(`  ${ms.toFixed(0)} ms; ${JSON.stringify(forest.summary)}; the truth: ${JSON.stringify(expected)}`);
  expectAtMost(`wrong parents, ${name}`, truth.length - ours, 0, "");
  const sizes = { ms: 0, bytes: 0 };
  sizes.ms = await timed(async () => void (sizes.bytes = await saved(await frame.plot.processTree())));
  expectAtMost(`saved bytes of the tree, ${name}`, sizes.bytes, 2e6, "B");
  console.log(`  ${sizes.ms.toFixed(0)} ms from the frame to every form of the output`);
  const csv = writeCsv("processes.csv", processColumns, rows);
  const target = join(root, "parents.json");
  const peer = runPeer("tree", csv, target);
  if (peer !== undefined) {
    const theirs = right(truth, peerParents(processes, target));
    console.log(
      `  MSTICPy: ${peer.seconds.toFixed(2)} s, peak ${peer.peakMiB} MiB; ${JSON.stringify(peer.summary)}; ${truth.length - theirs} of ${truth.length} parents are not the true ones`,
    );
    Object.assign(figures, { [`MSTICPy's wrong parents, ${name}`]: truth.length - theirs });
    if (isFast) expectAtMost("time beside MSTICPy's tree", ms / 1000 / peer.seconds, 1 / 20, "×");
  }
  await frame.close();
}

/** From the call of `render` to the frame that shows it, in milliseconds. */
async function firstPaint(page: Page, view: View): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    await page.evaluate(model => void ((globalThis as { kept?: unknown }).kept = model), view);
    times.push(
      await page.evaluate<number>(`new Promise(done => {
        const started = performance.now();
        window.show(window.kept);
        requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => done(performance.now() - started); c.port2.postMessage(0); });
      })`),
    );
  }
  return median(times);
}

async function benchBrowser(): Promise<void> {
  if (findChromium() === undefined) {
    console.log("no Chromium on the PATH: its figures are left out");
    return;
  }
  const [browser, server] = await Promise.all([launchChromium(), serveViews()]);
  try {
    const { page } = await server.open(browser);
    console.log("in Chromium");
    const million = await frameOf(eventColumns, makeEvents(1_000_000));
    const buildMs = await timed(() => million.plot.timeline({ groupBy: "EventID" }));
    const timeline = await million.plot.timeline({ groupBy: "EventID" });
    console.log(`  the timeline of 1,000,000 events is counted in ${buildMs.toFixed(0)} ms`);
    Object.assign(figures, { millionMs: buildMs });
    expectAtMost("first paint of 1,000,000 events", await firstPaint(page, timeline.view), 1000, "ms");
    expectAtMost("… with the counting in the kernel", buildMs + (await firstPaint(page, timeline.view)), 2000, "ms");
    await million.close();
    const frame = await frameOf(processColumns, makeProcesses(100_000).rows);
    const treeMs = await timed(() => frame.plot.processTree());
    const tree = await frame.plot.processTree();
    const paintMs = await firstPaint(page, tree.view);
    expectAtMost("first paint of a tree of 100,000", paintMs, 1000, "ms");
    expectAtMost("… with the linking in the kernel", treeMs + paintMs, 1000, "ms");
    await frame.close();
    await benchGrid(page);
    await page.close();
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A grid whose kernel is a frame of ten million rows: what scrolling through it asks for. */
async function benchGrid(page: Page): Promise<void> {
  const rows = 10_000_000;
  const columns = [
    { name: "n", type: "long", slot: "c0" },
    { name: "Text", type: "string", slot: "c1" },
  ] as const;
  const sql = `select range as c0, md5(range::varchar) as c1 from range(${rows})`;
  const frame = await store.select({ sql, parameters: [], columns }, { completeness: complete, provenance });
  let asked = 0;
  const answers: number[] = [];
  await page.exposeFunction("askKernel", async (request: RowsRequest) => {
    asked += request.limit;
    const startedMs = performance.now();
    const reply = await frame.plotHost.live.answer(request);
    answers.push(performance.now() - startedMs);
    return reply;
  });
  await page.evaluate("window.answer = window.askKernel");
  const view = await frameView(frame, 50);
  expectAtMost("saved bytes of the grid", Buffer.byteLength(JSON.stringify(view)), 2e6, "B");
  await page.evaluate(
    model => (globalThis as unknown as { show(m: unknown, l: boolean): void }).show(model, true),
    view,
  );
  const scroll = `(async () => {
    const bar = document.querySelector(".hb-grid-scroll");
    for (let i = 1; i <= 50; i += 1) {
      bar.scrollTop = (bar.scrollHeight * i) / 50;
      await new Promise(done => setTimeout(done, 60));
    }
  })()`;
  await page.evaluate(scroll);
  // Not `waitForFunction`: it evaluates text in the page, whose policy forbids that.
  const isWaiting = `[...document.querySelectorAll(".hb-grid-row")].some(r => r.textContent.includes("…"))`;
  while (await page.evaluate<boolean>(isWaiting)) await page.waitForTimeout(20);
  const last = await page.locator(".hb-grid-row").last().textContent();
  console.log(`  a grid over ${rows.toLocaleString("en-US")} rows, scrolled to its end: ${last}`);
  expectAtMost("rows that the grid asked for", asked, rows / 100, "rows");
  expectAtMost("the middle answer of the kernel", median(answers), 250, "ms");
  await frame.close();
}

await benchTimeline();
await benchTree(makeProcesses(100_000), "one host", true);
await benchTree(makeProcesses(20_000, 5), "five hosts", false);
await benchBrowser();
console.log(`peak ${peakMiB()} MiB`);
saveResult("views", figures);
await store.close();
rmSync(root, { recursive: true, force: true });
