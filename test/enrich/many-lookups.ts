/** Look-ups of many observables at three services that limit their rate, in a process of its own that can be killed. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";

export const providers = ["AbuseIPDB", "GreyNoise", "OTX"] as const;
type Provider = (typeof providers)[number];

/** Distinct public addresses. */
export const observablesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `23.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);

const bodies: Readonly<Record<Provider, (ip: string) => unknown>> = {
  AbuseIPDB: ip => ({ data: { ipAddress: ip, abuseConfidenceScore: 80, totalReports: 3 } }),
  GreyNoise: ip => ({ ip, noise: true, riot: false, classification: "malicious", last_seen: "2026-11-20" }),
  OTX: ip => ({ indicator: ip, pulse_info: { count: 1, pulses: [] } }),
};

export interface Services {
  readonly url: string;
  /** How often each service was asked about each address: `OTX 23.0.0.1`. */
  readonly asked: ReadonlyMap<string, number>;
  /** Requests beyond the limit, which were answered 429. */
  readonly refused: () => number;
  /** Called with the number of requests so far. */
  onRequest: (count: number) => void;
  close(): Promise<void>;
}

/** What each service allows: so many requests in so long. */
export interface Allowed {
  readonly limit: number;
  readonly perMs: 1000 | 60_000;
}

/**
 * Three services on one port. Each has a bucket of `limit` requests, which is filled again in `perMs`, and refuses what is
 * beyond it. On a busy machine requests arrive in heaps though they left evenly: a second's worth more may come at once.
 */
export async function openServices({ limit, perMs }: Allowed): Promise<Services> {
  const perSecond = (limit * 1000) / perMs;
  const most = limit + perSecond;
  const asked = new Map<string, number>();
  const buckets = new Map<string, { readonly atMs: number; readonly left: number }>();
  let [refused, count] = [0, 0];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://host");
    const provider = providers.find(p => pathname.startsWith(`/${p}/`));
    const ip = searchParams.get("ipAddress") ?? /\d+(?:\.\d+){3}/.exec(pathname)?.[0] ?? "";
    if (provider === undefined) return void response.writeHead(404).end();
    const nowMs = performance.now();
    const bucket = buckets.get(provider) ?? { atMs: nowMs, left: most };
    const left = Math.min(most, bucket.left + ((nowMs - bucket.atMs) * perSecond) / 1000);
    buckets.set(provider, { atMs: nowMs, left: left < 1 ? left : left - 1 });
    if (left < 1) {
      refused += 1;
      return void response.writeHead(429, { "retry-after": "1" }).end();
    }
    const key = `${provider} ${ip}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(bodies[provider](ip)));
    services.onRequest((count += 1));
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  const services: Services = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refused: () => refused,
    onRequest: () => undefined,
    close: () =>
      new Promise(done => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return services;
}

export interface Run {
  /** What the process printed at its end; undefined when it was killed. */
  readonly result:
    { readonly rows: number; readonly failed: number; readonly kept: number; readonly ms: number } | undefined;
  readonly signal: NodeJS.Signals | null;
}

/** Starts the look-up of `count` observables in a process; `kill` ends it without warning. */
export function startLookup(dir: string, url: string, count: number, { limit, perMs }: Allowed) {
  mkdirSync(dir, { recursive: true });
  const section = providers.map(
    p =>
      `  ${p}: { Args: { AuthKey: test-key, BaseUrl: "${url}/${p}", ${perMs === 1000 ? "RequestsPerSecond" : "RequestsPerMinute"}: ${limit} } }\n`,
  );
  writeFileSync(join(dir, "msticpyconfig.yaml"), `TIProviders:\n${section.join("")}`);
  const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `import { createSession, TILookup, withSession } from ${module("../../src/index.ts")};
    import { observablesOf, providers } from ${module("./many-lookups.ts")};
    const dir = ${JSON.stringify(dir)};
    const session = createSession({ dataDir: dir + "/data" });
    await withSession(session, async () => {
      const ti = new TILookup();
      const started = performance.now();
      const frame = await ti.lookupIocs(observablesOf(${count}), { providers, maxWaitMs: 600_000 });
      const ms = Math.round(performance.now() - started);
      const failed = await (await frame.kql("| where Status != 0 and Status != 1 | count")).rows();
      const kept = ti.providerUsage().reduce((sum, p) => sum + (providers.includes(p.provider) ? p.fromKept : 0), 0);
      console.log("RESULT " + JSON.stringify({ rows: frame.rowCount, failed: failed[0].Count, kept, ms }));
    });
    await session.close();`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, MSTICPYCONFIG: join(dir, "msticpyconfig.yaml"), HUNTBOOK_OFFLINE: "" },
  });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  const ended = new Promise<Run>(done =>
    child.on("close", (_, signal) => {
      const line = printed.split("\n").find(l => l.startsWith("RESULT "));
      done({ result: line === undefined ? undefined : (JSON.parse(line.slice(7)) as Run["result"]), signal });
    }),
  );
  return { kill: () => child.kill("SIGKILL"), ended };
}

/** What the killed process had kept: `OTX 23.0.0.1`. A line that the kill cut does not count. */
export function finishedIn(dir: string): string[] {
  const folder = join(dir, "data/enrich/answers");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap(file =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .slice(0, -1)
      .map(
        line =>
          `${file.replace(".jsonl", "")} ${/\d+(?:\.\d+){3}/.exec((JSON.parse(line) as { k: string }).k)?.[0] ?? ""}`,
      ),
  );
}
