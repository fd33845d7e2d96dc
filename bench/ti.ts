/**
 * `npm run bench -- ti` (or `npx tsx bench/ti.ts COUNT PER_MINUTE`): 10,000 observables at three services that limit their rate;
 * the process is killed on the way and started again. Limits: nothing that was finished is asked again, and from the first
 * request to the last it takes at most 10 % longer than the quotas ask for, the restart included.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { finishedIn, openServices, providers, startLookup } from "../test/enrich/many-lookups.js";
import { saveResult } from "./measure.js";

const [count = 10_000, limit = 3000] = process.argv.slice(2).map(Number);
const allowed = { limit, perMs: 60_000 } as const;
const dir = mkdtempSync(join(tmpdir(), "huntbook-bench-ti-"));
const services = await openServices(allowed);
try {
  const [startedMs, lastMs] = [{ at: 0 }, { at: 0 }];
  const first = startLookup(dir, services.url, count, allowed);
  services.onRequest = n => {
    lastMs.at = performance.now();
    if (n === 1) startedMs.at = lastMs.at;
    if (n === Math.round(1.2 * count)) first.kill();
  };
  await first.ended;
  const finished = finishedIn(dir);
  const before = new Map(services.asked);
  const { result } = await startLookup(dir, services.url, count, allowed).ended;
  const repeated = finished.filter(key => services.asked.get(key) !== before.get(key)).length;
  const twice = [...services.asked.values()].filter(n => n > 1).length;
  const tookMs = lastMs.at - startedMs.at;
  const allowedMs = Math.floor((count - 1) / limit) * allowed.perMs;
  const over = tookMs / allowedMs - 1;
  const isGood = result?.rows === count * providers.length && result.failed === 0 && repeated === 0 && over <= 0.1;
  console.log(
    `${count.toLocaleString("en-US")} observables at ${providers.length} services, ${limit.toLocaleString("en-US")} a minute each: ${(tookMs / 1000).toFixed(1)} s where quotas ask for ${(allowedMs / 1000).toFixed(1)} s (${(over * 100).toFixed(1)} % over); killed after ${finished.length.toLocaleString("en-US")} answers, ${repeated} of them asked again, ${twice} under way asked twice; ${services.refused()} refused; ${isGood ? "within" : "BEYOND"} the limits`,
  );
  saveResult("ti", {
    count,
    limit,
    tookMs,
    allowedMs,
    over,
    finished: finished.length,
    repeated,
    twice,
    refused: services.refused(),
    rows: result?.rows ?? 0,
  });
  if (!isGood) process.exitCode = 1;
} finally {
  await services.close();
  rmSync(dir, { recursive: true, force: true });
}
