/** A long look-up that is killed goes on where it was. The whole size (10,000 observables) is `npm run bench -- ti`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { mostInFlight } from "../../src/enrich/ti/http-source.js";
import { finishedIn, observablesOf, openServices, providers, startLookup } from "./many-lookups.js";

const dir = mkdtempSync(join(tmpdir(), "huntbook-many-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("after kill -9 a look-up is resumed, and nothing that was finished is asked again", async () => {
  const [count, allowed] = [200, { limit: 150, perMs: 1000 }] as const;
  const services = await openServices(allowed);
  try {
    const first = startLookup(dir, services.url, count, allowed);
    services.onRequest = n => {
      if (n === 250) first.kill();
    };
    expect(await first.ended).toEqual({ result: undefined, signal: "SIGKILL" });
    const finished = finishedIn(dir);
    expect(finished.length).toBeGreaterThanOrEqual(250 - mostInFlight * providers.length);
    expect(finished.length).toBeLessThan(count * providers.length);
    const before = new Map(services.asked);
    const { result } = await startLookup(dir, services.url, count, allowed).ended;
    expect(result).toMatchObject({ rows: count * providers.length, failed: 0, kept: finished.length });
    expect(finished.filter(key => services.asked.get(key) !== before.get(key))).toEqual([]);
    // Only what was under way when it was killed was asked twice: so many requests at each service.
    const twice = [...services.asked].filter(([, times]) => times > 1);
    expect(twice.length).toBeLessThanOrEqual(mostInFlight * providers.length);
    for (const ip of observablesOf(count))
      for (const p of providers) expect(services.asked.get(`${p} ${ip}`) ?? 0, `${p} ${ip}`).toBeGreaterThan(0);
  } finally {
    await services.close();
  }
}, 120_000);
