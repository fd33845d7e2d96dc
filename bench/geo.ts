/**
 * `npm run bench -- geo`: look-ups by the built-in pack: numbers, text, lists (records and entities), frames of 100 k and 1 M
 * rows with memory, each in a process of its own (`geo-run.ts`); beside MSTICPy on the same addresses when
 * `HUNTBOOK_PEER_PYTHON` names a Python that has it and `HUNTBOOK_PEER_MMDB` a folder with GeoLite2-City.mmdb
 * (`bench/peers/geo.py`), which is asked about a frame of the same 100 k for memory.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { FrameStore } from "../src/frame/store.js";
import { complete } from "../src/base/completeness.js";
import type { GeoPack } from "../src/enrich/geo/pack.js";
import { createSession, GeoLiteLookup, withSession } from "../src/index.js";
import { sessionPack } from "../src/session/geo.js";
import { dataFolder } from "../src/session/folders.js";
import { createWorkspace } from "../src/workspace/index.js";
import type { GeoRun } from "./geo-run.js";
import { bundled, median, reportOf, saveResult, timed } from "./measure.js";

/** Addresses all over the space, nearly all distinct; the same in every run. */
function addresses(count: number, seed: number): string[] {
  let state = seed >>> 0;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, () => `${1 + next(223)}.${next(256)}.${next(256)}.${next(256)}`);
}

const columns = [
  { name: "Row", type: "long" },
  { name: "Ip", type: "string" },
] as const;
const provenance = { source: "bench", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
function* rowsOf(count: number) {
  for (let at = 0; at < count; at += 50_000)
    yield addresses(Math.min(50_000, count - at), at + 1).map((t, i) => [at + i, t]);
}

/** A frame of so many addresses looked up in a process of its own. */
async function runFrame(main: string, dir: string, rows: number): Promise<GeoRun> {
  const file = join(dir, `${rows}.parquet`);
  const store = await FrameStore.open({ memoryLimitBytes: 256 * 2 ** 20 });
  await (await store.fromBatches(columns, rowsOf(rows), { completeness: complete, provenance })).toParquet(file);
  await store.close();
  const args = [main, file, join(dir, "data/geo/places-1.pack")];
  return reportOf<GeoRun>(spawnSync(process.execPath, args, { encoding: "utf8" }));
}

const figures: Record<string, number> = {};
const perSecond = (count: number, ms: number): number => Math.round((count * 1000) / ms);

/** The middle of five, by the clock and by processor time: the machine may be shared. */
async function rate(name: string, count: number, work: () => unknown): Promise<void> {
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const before = process.cpuUsage();
    wallMs.push(await timed(work));
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  }
  figures[name] = perSecond(count, median(wallMs));
  figures[`${name}PerProcessorSecond`] = perSecond(count, median(cpuMs));
  console.log(
    `${name}: ${figures[name]?.toLocaleString("en-US")}/s, ${figures[`${name}PerProcessorSecond`]?.toLocaleString("en-US")} per processor second; first ${(wallMs[0] ?? 0).toFixed(0)} ms`,
  );
}

const dir = mkdtempSync(join(tmpdir(), "huntbook-bench-geo-"));
const dataDir = join(dir, "data");
mkdirSync(join(dataDir, "geo"), { recursive: true });
const kept = join(dataFolder({ env: process.env, platform: process.platform, home: homedir() }), "geo/places-1.pack");
if (existsSync(kept)) copyFileSync(kept, join(dataDir, "geo/places-1.pack"));
const workspace = join(dir, "workspace");
await createWorkspace(workspace, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
const session = createSession({
  ...{ dataDir, workspace },
  limits: { memoryBytes: 512 * 2 ** 20 },
  configPorts: { env: {}, cwd: dir, home: dir, read: () => undefined },
});
try {
  await withSession(session, async () => {
    const pack: GeoPack = await sessionPack(session);
    const texts = addresses(100_000, 1);
    const numbers = Uint32Array.from(texts, t => t.split(".").reduce((sum, part) => sum * 256 + Number(part), 0));
    await rate("numbers", numbers.length, () => {
      for (const n of numbers) pack.findV4(n);
    });
    await rate("texts", texts.length, () => {
      for (const t of texts) pack.find(t);
    });
    const geo = new GeoLiteLookup();
    await rate("list", texts.length, () => geo.lookupIp(texts));
    const store = await session.store();
    const small = await store.fromBatches(columns, rowsOf(100_000), { completeness: complete, provenance });
    await rate("frame", 100_000, async () => (await geo.lookupIp(small, { column: "Ip" })).close());
    await rate("kql", 100_000, async () =>
      (
        await small.kql(
          "| extend Country = tostring(geo_info_from_ip_address(Ip).country) | summarize count() by Country",
        )
      ).close(),
    );
    const main = await bundled("geo-run.ts");
    const runs = { small: await runFrame(main, dir, 100_000), large: await runFrame(main, dir, 1_000_000) };
    for (const [name, { rows, seconds, processorSeconds, filledMiB, peakMiB }] of Object.entries(runs)) {
      Object.assign(figures, {
        [`${name}.rows`]: rows,
        [`${name}.perSecond`]: Math.round(rows / seconds),
        [`${name}.perProcessorSecond`]: Math.round(rows / processorSeconds),
        [`${name}.filledMiB`]: filledMiB,
        [`${name}.peakMiB`]: peakMiB,
      });
      console.log(
        `frame of ${rows.toLocaleString("en-US")}, alone: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds).toLocaleString("en-US")}/s; peak ${filledMiB} MiB with the addresses, ${peakMiB} after`,
      );
    }
    const python = process.env["HUNTBOOK_PEER_PYTHON"];
    const mmdb = process.env["HUNTBOOK_PEER_MMDB"];
    if (python === undefined || mmdb === undefined) return;
    const file = join(dir, "addresses.json");
    writeFileSync(file, JSON.stringify(texts.slice(0, 20_000)));
    const whole = join(dir, "all-addresses.json");
    writeFileSync(whole, JSON.stringify([...rowsOf(100_000)].flat().map(([, ip]) => ip)));
    const script = join(import.meta.dirname, "peers/geo.py");
    const ask = (...args: readonly string[]): Record<string, number> =>
      reportOf(spawnSync(python, [script, ...args], { encoding: "utf8" }));
    const peer = ask(file, mmdb);
    const peerFrame = ask(whole, mmdb, "frame");
    const peerPeak = peerFrame["peakMiB"] ?? NaN;
    figures["peer.framePeakMiB"] = peerPeak;
    figures["peakRatio"] = Number((runs.small.peakMiB / peerPeak).toFixed(2));
    console.log(
      `MSTICPy, frame of the same 100,000, alone: peak ${peerPeak} MiB; ours has ${(figures["peakRatio"] * 100).toFixed(0)} % of it, and with a million rows ${((100 * runs.large.peakMiB) / peerPeak).toFixed(0)} %`,
    );
    for (const [name, value] of Object.entries(peer)) figures[`peer.${name}`] = value;
    for (const name of ["list", "frame", "listPerProcessorSecond", "framePerProcessorSecond"])
      figures[`${name}Ratio`] = Number(((figures[name] ?? 0) / (peer[name] ?? NaN)).toFixed(1));
    console.log(
      `MSTICPy: list ${peer["list"]}/s, frame ${peer["frame"]}/s, peak ${peer["peakMiB"]} MiB: ${figures["listRatio"]} and ${figures["frameRatio"]} times slower; by processor time ${figures["listPerProcessorSecondRatio"]} and ${figures["framePerProcessorSecondRatio"]} times`,
    );
  });
} finally {
  await session.close();
  rmSync(dir, { recursive: true, force: true });
}
saveResult("geo", figures);
