/**
 * `npm run bench -- geo`: look-ups by the built-in pack: numbers, text, lists (records and entities), frames of 100 k and 1 M
 * rows with memory; beside MSTICPy on the same addresses when `HUNTBOOK_PEER_PYTHON` names a Python that has it and
 * `HUNTBOOK_PEER_MMDB` a folder with GeoLite2-City.mmdb (`bench/peers/geo.py`).
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { complete } from "../src/base/completeness.js";
import type { GeoPack } from "../src/enrich/geo/pack.js";
import { createSession, GeoLiteLookup, withSession } from "../src/index.js";
import { sessionPack } from "../src/session/geo.js";
import { dataFolder } from "../src/session/folders.js";
import { createWorkspace } from "../src/workspace/index.js";
import { median, peakMiB, saveResult, timed } from "./measure.js";

/** Addresses all over the space, nearly all distinct; the same in every run. */
function addresses(count: number, seed: number): string[] {
  let state = seed >>> 0;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, () => `${1 + next(223)}.${next(256)}.${next(256)}.${next(256)}`);
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
    const before = peakMiB();
    await rate("numbers", numbers.length, () => {
      for (const n of numbers) pack.findV4(n);
    });
    await rate("texts", texts.length, () => {
      for (const t of texts) pack.find(t);
    });
    const geo = new GeoLiteLookup();
    await rate("list", texts.length, () => geo.lookupIp(texts));
    const store = await session.store();
    const provenance = { source: "bench", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const;
    const frameOf = (rows: number) => {
      function* batches() {
        for (let at = 0; at < rows; at += 50_000)
          yield addresses(Math.min(50_000, rows - at), at + 1).map((t, i) => [i, t]);
      }
      const columns = [
        { name: "Row", type: "long" },
        { name: "Ip", type: "string" },
      ] as const;
      return store.fromBatches(columns, batches(), { completeness: complete, provenance });
    };
    const small = await frameOf(100_000);
    await rate("frame", 100_000, async () => (await geo.lookupIp(small, { column: "Ip" })).close());
    await rate("kql", 100_000, async () =>
      (
        await small.kql(
          "| extend Country = tostring(geo_info_from_ip_address(Ip).country) | summarize count() by Country",
        )
      ).close(),
    );
    const small100k = peakMiB();
    const large = await frameOf(1_000_000);
    const filled = peakMiB();
    const ms = await timed(async () => (await geo.lookupIp(large, { column: "Ip" })).close());
    Object.assign(figures, {
      million: perSecond(1_000_000, ms),
      peakBefore: before,
      peak100k: small100k,
      peakFilled: filled,
      peakMillion: peakMiB(),
    });
    console.log(
      `1,000,000 rows: ${(ms / 1000).toFixed(1)} s, ${figures["million"]?.toLocaleString("en-US")}/s; peak ${before} MiB before, ${small100k} after 100 k, ${filled} filled, ${peakMiB()} after 1 M`,
    );
    const python = process.env["HUNTBOOK_PEER_PYTHON"];
    const mmdb = process.env["HUNTBOOK_PEER_MMDB"];
    if (python === undefined || mmdb === undefined) return;
    const file = join(dir, "addresses.json");
    writeFileSync(file, JSON.stringify(texts.slice(0, 20_000)));
    const child = spawnSync(python, [join(import.meta.dirname, "peers/geo.py"), file, mmdb], { encoding: "utf8" });
    const line = child.stdout.split("\n").find(l => l.startsWith("BENCH "));
    if (line === undefined) {
      console.log(`the peer did not run: ${child.stderr.slice(-800)}`);
      process.exitCode = 1;
      return;
    }
    const peer = JSON.parse(line.slice(6)) as { list: number; frame: number; peakMiB: number };
    figures["ratioList"] = Number(((figures["list"] ?? 0) / peer.list).toFixed(1));
    figures["ratioFrame"] = Number(((figures["frame"] ?? 0) / peer.frame).toFixed(1));
    Object.assign(figures, { peerList: peer.list, peerFrame: peer.frame, peerPeakMiB: peer.peakMiB });
    console.log(
      `MSTICPy: list ${peer.list}/s, frame ${peer.frame}/s, peak ${peer.peakMiB} MiB; ${figures["ratioList"]} and ${figures["ratioFrame"]} times slower`,
    );
  });
} finally {
  await session.close();
  rmSync(dir, { recursive: true, force: true });
}
saveResult("geo", figures);
