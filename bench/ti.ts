/**
 * `npm run bench -- ti` (or `npx tsx bench/ti.ts COUNT PER_SECOND`): 10,000 observables at three services that limit their rate; the process is killed on the way and
 * started again. Limits: nothing that was finished is asked again, and both runs together take at most 10 % longer than the
 * quotas ask for (without the time in which no look-up ran).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { finishedIn, openServices, providers, startLookup } from "../test/enrich/many-lookups.js";
import { saveResult } from "./measure.js";

const [count = 10_000, perSecond = 100] = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), "huntbook-bench-ti-"));
// On a busy machine requests arrive later than they were sent, so that what left evenly may arrive in a heap: the services
// allow a quarter more in any second than the client is told, as services with windows of a minute do not notice either.
const services = await openServices({ perSecond: Math.ceil(perSecond * 1.25) });
try {
  let firstMs = 0;
  let startedMs = 0;
  const first = startLookup(dir, services.url, count, perSecond);
  services.onRequest = n => {
    if (n === 1) startedMs = performance.now();
    if (n !== Math.round(1.2 * count)) return;
    firstMs = performance.now() - startedMs;
    first.kill();
  };
  await first.ended;
  const finished = finishedIn(dir);
  const before = new Map(services.asked);
  const { result } = await startLookup(dir, services.url, count, perSecond).ended;
  const repeated = finished.filter(key => services.asked.get(key) !== before.get(key)).length;
  const twice = [...services.asked.values()].filter(n => n > 1).length;
  const tookMs = firstMs + (result?.ms ?? Infinity);
  const allowedMs = (count / perSecond) * 1000;
  const over = tookMs / allowedMs - 1;
  const isGood = result?.rows === count * providers.length && result.failed === 0 && repeated === 0 && over <= 0.1;
  console.log(
    `${count.toLocaleString("en-US")} observables at ${providers.length} services, ${perSecond}/s each: ${(tookMs / 1000).toFixed(1)} s where quotas ask for ${(allowedMs / 1000).toFixed(1)} s (${(over * 100).toFixed(1)} % over); killed after ${finished.length.toLocaleString("en-US")} answers, ${repeated} of them asked again, ${twice} under way asked twice; ${services.refused()} refused; ${isGood ? "within" : "BEYOND"} the limits`,
  );
  saveResult("ti", {
    count,
    perSecond,
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
