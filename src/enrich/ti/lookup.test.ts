/** TILookup over real HTTP on this machine: what is sent, what never is, and what every failure becomes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { BlockList, isIP, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, expect, test } from "vitest";
import { complete } from "../../base/completeness.js";
import { HuntError } from "../../base/error.js";
import { readConfig } from "../../config/config.js";
import type { FrameLike, Row } from "../../frame/api.js";
import { FrameStore } from "../../frame/store.js";
import { createHttpClient } from "../../net/client.js";
import { renderHtml, renderText, toView } from "../../view/index.js";
import { browseView } from "./browse.js";
import { configureSources, keylessSource, type ConfigurePorts } from "./configure.js";
import { FeedSource } from "./feed-source.js";
import { TiLookup, type TiLookupParts } from "./lookup.js";
import { refuseOutbound } from "./outbound.js";
import { retiredProviders } from "./providers/index.js";
import { tiColumns } from "./result.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-ti-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
let folders = 0;

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;
async function serve(handler: Handler) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    handler(request, response, asked.length);
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(
    () =>
      new Promise(done => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const score = (value: number) => JSON.stringify({ data: { abuseConfidenceScore: value, totalReports: value } });
const answering =
  (value = 80): Handler =>
  (_, response) =>
    response.setHeader("content-type", "application/json").end(score(value));

interface Setup {
  readonly yaml: string;
  readonly dir?: string;
  readonly indicators?: (kql: string) => Row[];
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

async function open({ yaml, dir = join(root, `case-${++folders}`), indicators = () => [], signal }: Setup) {
  const clock = { nowMs: Date.UTC(2026, 10, 24), slept: 0 };
  const notices: string[] = [];
  const codes: string[] = [];
  const { config } = readConfig(
    yaml,
    { path: "/case/msticpyconfig.yaml", from: "home" },
    { env: { OTX_KEY: "from-env" }, home: "/" },
  );
  const sent: string[] = [];
  const client = createHttpClient({
    nowMs: () => clock.nowMs,
    audit: ({ purpose }) => sent.push(`${purpose?.provider ?? "?"} ${purpose?.observable ?? ""}`),
  });
  const store = await FrameStore.open();
  closers.push(
    () => client.close(),
    () => store.close(),
  );
  const queries: string[] = [];
  const ports: ConfigurePorts = {
    config,
    client,
    dir,
    nowMs: () => clock.nowMs,
    sleep: async (ms, s) => {
      s?.throwIfAborted();
      clock.nowMs += ms;
      clock.slept += ms;
    },
    workspace: "Test",
    workspaceNowMs: () => Date.UTC(2026, 0, 13),
    runIndicatorQuery: async kql => {
      queries.push(kql);
      const rows = indicators(kql);
      return { rows: async () => rows, close: async () => undefined } as unknown as FrameLike;
    },
    notify: n => {
      notices.push(n.message);
      codes.push(n.code);
    },
    baseDir: root,
  };
  const parts: TiLookupParts = {
    load: () => configureSources(ports),
    retired: retiredProviders,
    frames: async () => store,
    nowMs: () => clock.nowMs,
    clock: "system",
    signal: () => signal,
    onProgress: () => undefined,
    notify: n => notices.push(n.message),
  };
  return { ti: new TiLookup(parts), clock, notices, queries, ports, store, dir, sent, codes };
}

const abuse = (url: string, more = "") =>
  `TIProviders:\n  AbuseIPDB:\n    Args: { AuthKey: secret-key-1, BaseUrl: "${url}"${more} }\n    Primary: true\n`;
const only = { providers: ["AbuseIPDB"] } as const;

test("one observable: every provider's answer in MSTICPy's shape", async () => {
  const { url, asked } = await serve(answering());
  const { ti } = await open({ yaml: abuse(url) });
  const results = await ti.lookupIoc("8[.]8[.]8[.]8");
  expect(results.map(r => r.Provider)).toEqual(["AzSTI", "AbuseIPDB"]);
  expect(results[1]).toEqual({
    ...{
      QuerySubtype: "",
      Result: true,
      Details: { score: 80, reports: 80 },
      RawResult: JSON.parse(score(80)) as unknown,
    },
    ...{ Reference: "https://www.abuseipdb.com/check/8.8.8.8", Status: 0, Ioc: "8[.]8[.]8[.]8", IocType: "ipv4" },
    ...{ SafeIoc: "8.8.8.8", Severity: "high", Provider: "AbuseIPDB", Message: "", CheckedAt: Date.UTC(2026, 10, 24) },
    ...{ Cached: false, SourceIndex: 0 },
  });
  expect(asked).toEqual(["/api/v2/check?ipAddress=8.8.8.8&maxAgeInDays=90"]);
  const frame = await ti.resultToFrame(results);
  expect(frame.columns).toEqual(tiColumns);
  expect((await frame.rows())[1]).toMatchObject({ Severity: "high", Details: { score: 80, reports: 80 } });
});

test("an answer is kept, with its age, until it is too old or asked for again", async () => {
  const { url, asked } = await serve(answering());
  const { ti, clock, dir } = await open({ yaml: abuse(url) });
  await ti.lookupIoc("8.8.8.8", only);
  clock.nowMs += 3_600_000;
  expect((await ti.lookupIoc("8.8.8.8", only))[0]).toMatchObject({
    Cached: true,
    CheckedAt: Date.UTC(2026, 10, 24),
    Severity: "high",
  });
  const again = await open({ yaml: abuse(url), dir });
  expect((await again.ti.lookupIoc("8.8.8.8", only))[0]).toMatchObject({ Cached: true });
  expect(asked).toHaveLength(1);
  await ti.lookupIoc("8.8.8.8", { ...only, refresh: true });
  clock.nowMs += 25 * 3_600_000;
  await ti.lookupIoc("8.8.8.8", only);
  expect(asked).toHaveLength(3);
  expect(readFileSync(join(dir, "answers/AbuseIPDB.jsonl"), "utf8")).not.toContain("secret-key-1");
});

test.each<[what: string, handler: Handler, status: number, message: RegExp, sent: number]>([
  ["401", (_, r) => r.writeHead(401).end(), 401, /^Authorization failed\. Check account and key details\.$/, 1],
  [
    "403",
    (_, r) => r.writeHead(403).end(),
    403,
    /^Request forbidden\. Allowed query rate may have been exceeded\.$/,
    1,
  ],
  ["422", (_, r) => r.writeHead(422).end(), 422, /status 422/, 1],
  ["500 for ever", (_, r) => r.writeHead(500).end(), 500, /status 500/, 3],
  ["500 once", (q, r, n) => (n === 1 ? r.writeHead(500).end() : answering()(q, r, n)), 0, /^$/, 2],
  [
    "429 once",
    (q, r, n) => (n === 1 ? r.writeHead(429, { "retry-after": "7" }).end() : answering()(q, r, n)),
    0,
    /^$/,
    2,
  ],
  ["429 for a day", (_, r) => r.writeHead(429, { "retry-after": "86400" }).end(), 429, /used up for another 24 h/, 1],
  ["a cut answer", (_, r) => r.writeHead(200, { "content-length": "100" }).write("{", () => r.destroy()), 3, /cut/, 1],
  ["no JSON", (_, r) => r.end("<html>sign in</html>"), 3, /cannot be read.*not JSON/, 1],
  ["other JSON", (_, r) => r.end('{"data":{"abuseConfidenceScore":"many"}}'), 3, /cannot be read.*no number/, 1],
  ["an empty object", (_, r) => r.end("{}"), 3, /cannot be read/, 1],
  ["a huge answer", (_, r) => r.end("x".repeat(9_000_000)), 3, /more than 8 MB/, 1],
])("%s is a row with its reason", async (...[, handler, status, message, sent]) => {
  const { url, asked } = await serve(handler);
  const { ti } = await open({ yaml: abuse(url) });
  const [result] = await ti.lookupIoc("8.8.8.8", only);
  expect(result).toMatchObject({ Status: status, Result: status === 0, Severity: status === 0 ? "high" : "unknown" });
  expect(result?.Message).toMatch(message);
  expect(asked).toHaveLength(sent);
});

test("a service that does not answer in time, or is not there, is a row", async () => {
  const { ti } = await open({ yaml: abuse("http://127.0.0.1:1") });
  expect((await ti.lookupIoc("8.8.8.8", only))[0]).toMatchObject({
    Status: 3,
    Result: false,
    Message: expect.stringMatching(/refused/) as string,
  });
});

test("404 is an answer where the service means it", async () => {
  const { url } = await serve((_, r) => r.writeHead(404).end());
  const { ti } = await open({ yaml: `TIProviders:\n  VirusTotal: { Args: { AuthKey: k, BaseUrl: "${url}" } }\n` });
  expect((await ti.lookupIoc("8.8.8.8", { providers: ["VirusTotal"] }))[0]).toMatchObject({
    Status: 4,
    Result: true,
    Severity: "information",
    Message: "Not found.",
  });
});

test("many: a frame in the order of the input, failures as causes; a refused key stops the rest of that provider", async () => {
  const bad = await serve((_, r) => r.writeHead(401).end());
  const good = await serve((q, r, n) => answering(q.url?.includes("8.8.8.8") === true ? 100 : 0)(q, r, n));
  const yaml = `${abuse(good.url)}  CrowdSec: { Args: { AuthKey: k, BaseUrl: "${bad.url}" } }\n`;
  const { ti, store } = await open({ yaml });
  const addresses = Array.from({ length: 40 }, (_, i) => `8.8.${i}.8`);
  const input = await store.fromRows(
    [...addresses, "8.8.8.8", "not an observable", ""].map(IPAddress => ({ IPAddress })),
  );
  const frame = await ti.lookupIocs(input, { column: "IPAddress", providers: ["AbuseIPDB", "CrowdSec"] });
  const rows = await frame.rows();
  expect(rows.filter(r => r["Provider"] === "AbuseIPDB").map(r => r["SafeIoc"])).toEqual([
    ...addresses,
    "not an observable",
  ]);
  expect(rows.filter(r => r["Severity"] === "high").map(r => r["SafeIoc"])).toEqual(["8.8.8.8"]);
  expect(rows.filter(r => r["Status"] === 2).map(r => r["Message"])).toEqual(
    Array(2).fill("'not an observable' is no observable that is recognised"),
  );
  expect(bad.asked.length).toBeLessThanOrEqual(4);
  expect(frame.completeness).toMatchObject({
    state: "partial",
    causes: [
      {
        kind: "source-unavailable",
        source: "CrowdSec",
        missing: 40,
        message: expect.stringContaining("Authorization failed") as string,
      },
    ],
  });
});

test("arrays, objects and { observable: type } do too", async () => {
  const { url } = await serve(answering());
  const { ti } = await open({ yaml: abuse(url) });
  const ips = async (frame: Promise<{ rows(): Promise<Row[]> }>) =>
    (await (await frame).rows()).map(r => [r["Ioc"], r["IocType"]]);
  const expected = [
    ["8.8.8.8", "ipv4"],
    ["9.9.9.9", "ipv4"],
  ];
  expect(await ips(ti.lookupIocs(["8.8.8.8", "9.9.9.9", "8.8.8.8"], only))).toEqual(expected);
  expect(await ips(ti.lookupIocs([{ a: "8.8.8.8" }, { a: "9.9.9.9" }], { ...only, iocCol: "a" }))).toEqual(expected);
  expect(await ips(ti.lookupIocs({ "8.8.8.8": "ipv4", "9.9.9.9": "ip" }, only))).toEqual(expected);
  expect((await ti.lookupIocs([], only)).rowCount).toBe(0);
  await expect(ti.lookupIocs([{ a: "8.8.8.8" }], only)).rejects.toMatchObject({ code: "ti/no-column" });
  await expect(ti.lookupIoc("8.8.8.8", { iocType: "nonsense" })).rejects.toMatchObject({ code: "ti/unknown-type" });
});

test("quotas: as fast as allowed and no faster; a stopped look-up goes on where it was", async () => {
  const { url, asked } = await serve(answering());
  const yaml = abuse(url, ", RequestsPerMinute: 30");
  const addresses = Array.from({ length: 120 }, (_, i) => `8.8.${i}.1`);
  const stop = new AbortController();
  const first = await open({ yaml, signal: stop.signal });
  const half = await first.ti.lookupIocs(addresses.slice(0, 60), { ...only, maxWaitMs: Infinity });
  expect(half.rowCount).toBe(60);
  stop.abort();
  await expect(first.ti.lookupIocs(addresses, only)).rejects.toMatchObject({ code: "query/cancelled" });
  // A new process a moment later: kept answers and the quota are on disk.
  const second = await open({ yaml, dir: first.dir });
  second.clock.nowMs = first.clock.nowMs;
  const whole = await second.ti.lookupIocs(addresses, { ...only, maxWaitMs: Infinity });
  expect(whole.rowCount).toBe(120);
  expect(whole.completeness).toEqual(complete);
  expect(asked).toHaveLength(120);
  expect(new Set(asked).size).toBe(120);
  // 120 at 30 a minute: three minutes, and a tenth more at most.
  const took = second.clock.nowMs - Date.UTC(2026, 10, 24);
  expect(took).toBeGreaterThanOrEqual(3 * 60_000);
  expect(took).toBeLessThanOrEqual(3 * 60_000 * 1.1);
});

test("a wait that is too long is a row that says when", async () => {
  const { url } = await serve(answering());
  const { ti } = await open({ yaml: abuse(url, ", RequestsPerDay: 2") });
  const frame = await ti.lookupIocs(["8.8.1.1", "8.8.2.2", "8.8.3.3"], only);
  expect((await frame.rows()).map(r => [r["Status"], r["Message"]])).toEqual([
    [0, ""],
    [0, ""],
    [429, expect.stringMatching(/used up for another 2\d h/)],
  ]);
  expect(frame.completeness.state).toBe("partial");
});

test("the plan says what would go where, and sends nothing", async () => {
  const { url, asked } = await serve(answering());
  const { ti } = await open({ yaml: abuse(url, ", RequestsPerMinute: 1") });
  await ti.lookupIoc("8.8.8.8", only);
  const plan = await ti.dryRun(["8.8.8.8", "9.9.9.9", "1.1.1.1", "10.0.0.1", "evil.com"]);
  expect(plan.providers.map(p => [p.provider, p.toSend, p.kept, p.refused, p.notSupported, p.neededMs])).toEqual([
    ["AzSTI", 5, 0, [], 0, 0],
    ["AbuseIPDB", 2, 1, [{ ioc: "10.0.0.1", reason: "not sent: private use (RFC 1918)" }], 1, 120_000],
  ]);
  expect(asked).toHaveLength(1);
  expect(ti.providerUsage()[1]).toMatchObject({
    provider: "AbuseIPDB",
    state: "primary",
    sent: 1,
    kept: 1,
    quota: "1 of 1 in 1 min",
  });
});

test.each([
  ["10.1.2.3", "ipv4", /private use/],
  ["198.51.100.23", "ipv4", /documentation/],
  ["198.18.0.1", "ipv4", /benchmarking/],
  ["::ffff:192.168.0.1", "ipv6", /private use/],
  ["fe80::1", "ipv6", /link-local/],
  ["dc01.corp.local", "hostname", /local network name/],
  ["dc01.contoso.corp", "hostname", /internal name/],
  ["server.internal", "hostname", /internal name/],
  ["cdn.contoso.example", "dns", /reserved name/],
  ["mail.fabrikam.com", "dns", /under the internal domain fabrikam\.com/],
  ["http://intranet/x", "url", /internal name/],
  ["http://dc01/x", "url", /no public suffix/],
  ["http://localhost:8080/", "url", /reserved name/],
  ["http://2130706433/", "url", /loopback/],
  ["http://0x7f.1/", "url", /loopback/],
  ["http://1.2.3/a", "url", /another form, ask about 1\.2\.0\.3/],
  ["http://0x8.8.8.8/a", "url", /another form, ask about 8\.8\.8\.8/],
  ["http://[::1]/", "url", /loopback/],
  ["http://user:secret@evil.com/", "url", /user name or password/],
  ["http://portal.fabrikam.com/a?session=1", "url", /internal domain/],
  ["file:///etc/passwd", "url", /not a web or FTP/],
  ["bob@fabrikam.com", "email", /internal domain/],
  ["0".repeat(64), "sha256_hash", /placeholder/],
  ["xyz", "md5_hash", /no hash/],
  [String.raw`C:\Users\dana\x.exe`, "windows_path", /paths/],
  ["evil.com\r\nHost: x", "dns", /control characters/],
  ["evil.com/{{key}}", "url", /template marks/],
  [`http://evil.com/${"a".repeat(3000)}`, "url", /longer than/],
  ["x", "unknown", /no observable/],
] as const)("%s (%s) stays here", (value, type, reason) => {
  expect(refuseOutbound(value, type, { internalDomains: ["fabrikam.com"] })).toMatch(reason);
});

test.each([
  ["8.8.8.8", "ipv4"],
  ["2606:4700:4700::1111", "ipv6"],
  ["evil.com", "dns"],
  ["https://evil.co.uk:8443/a?b=c#d", "url"],
  ["bob@evil.com", "email"],
  ["9e107d9d372bb6826bd81d3542a419d6", "md5_hash"],
] as const)("%s (%s) may be asked about", (value, type) => {
  expect(refuseOutbound(value, type, { internalDomains: ["fabrikam.com"] })).toBeUndefined();
});

/** Networks that nobody outside may be asked about. Source: IANA's special-purpose address registries */
const specialNetworks = new BlockList();
for (const [network, prefix] of [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ] as const),
  ...([
    ["172.16.0.0", 12],
    ["192.0.2.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
  ] as const),
  ...([
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 4],
    ["240.0.0.0", 4],
  ] as const),
] as const)
  specialNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ...([
    ["::", 127],
    ["fc00::", 7],
    ["fe80::", 10],
    ["ff00::", 8],
    ["2001:db8::", 32],
    ["100::", 64],
  ] as const),
] as const)
  specialNetworks.addSubnet(network, prefix, "ipv6");

/** By Node's own parsers: a host that may be asked about outside, a hash, or a mail address at such a host. */
function isPublic(observable: string): boolean {
  if (/^[0-9a-f]{32,128}$/i.test(observable)) return true;
  const host = observable.includes("://")
    ? new URL(observable).hostname.replace(/^\[|\]$/g, "")
    : observable.slice(observable.lastIndexOf("@") + 1);
  const family = isIP(host);
  if (family !== 0) return !specialNetworks.check(host, family === 4 ? "ipv4" : "ipv6");
  const inner = /(?:^|\.)(?:local|localhost|internal|corp|lan|home|test|example|invalid|home\.arpa|fabrikam\.com)\.?$/i;
  return (
    /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}])?\.?$/u.test(host) &&
    host.includes(".") &&
    !inner.test(host)
  );
}

test("whatever is given: what is private, reserved, internal or malformed never reaches a socket", async () => {
  // What others ask of a port that was theirs a moment ago is not counted: our own requests have this in their path, and
  // the client's own record of what it sends must be empty as well.
  const mark = `/own-${Math.random().toString(36).slice(2)}`;
  const { url: origin, asked: all } = await serve((_, r) => r.end("{}"));
  const url = `${origin}${mark}`;
  const asked = () => all.filter(path => path.startsWith(mark));
  const names = [
    "VirusTotal",
    "OTX",
    "XForce",
    "GreyNoise",
    "AbuseIPDB",
    "IPQualityScore",
    "Pulsedive",
    "CrowdSec",
    "OPR",
    "urlscan",
    "Shodan",
    "InternetDB",
    "ThreatFox",
    "URLhaus",
    "MalwareBazaar",
  ];
  const yaml = `Huntbook: { InternalDomains: [fabrikam.com] }\nTIProviders:\n${names
    .map(n => `  ${n}: { Args: { AuthKey: k, ApiID: i, BaseUrl: "${url}", RequestsPerSecond: 100000 } }\n`)
    .join("")}`;
  const { ti, sent } = await open({ yaml });
  const octet = fc.integer({ min: 0, max: 255 });
  const inner = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(
          "10",
          "127",
          "0",
          "169.254",
          "192.168",
          "172.16",
          "100.64",
          "192.0.2",
          "198.51.100",
          "203.0.113",
          "198.18",
          "224",
          "240",
          "255",
        ),
        octet,
        octet,
        octet,
      )
      .map(([head, ...rest]) => [head, ...rest].join(".").split(".").slice(0, 4).join(".")),
    fc.constantFrom(
      "::1",
      "fe80::1",
      "fd00::5",
      "2001:db8::1",
      "::ffff:10.0.0.1",
      "64:ff9b::7f00:1",
      "2002:a00:1::",
      "ff02::1",
    ),
    fc
      .tuple(
        fc.domain(),
        fc.constantFrom(
          ".local",
          ".corp",
          ".internal",
          ".example",
          ".test",
          ".localhost",
          ".lan",
          ".home.arpa",
          ".fabrikam.com",
        ),
      )
      .map(([a, b]) => a + b),
    fc.constantFrom(
      "fabrikam.com",
      "dc01",
      "localhost",
      "example.com",
      "a..com",
      "-a.com",
      "999.1.1.1",
      "1.2.3",
      "0".repeat(32),
    ),
    fc.string({ unit: "binary", maxLength: 30 }).map(s => `${s}\u202e`),
  );
  const wrapped = fc.oneof(
    inner,
    inner.map(h => `http://${h.includes(":") ? `[${h}]` : h}/a`),
    inner.map(h => `hxxps://u:p@${h}/`),
    inner.map(h => `bob@${h}`),
    inner.map(h => h.replaceAll(".", "[.]")),
  );
  const type = fc.constantFrom(undefined, "ipv4", "ipv6", "dns", "url", "email", "hostname", "file_hash", "md5_hash");
  await fc.assert(
    fc.asyncProperty(wrapped, type, async (value, iocType) => {
      await ti.lookupIoc(value, { providers: names, ...(iocType === undefined ? {} : { iocType }) });
      expect({ asked: asked(), sent }).toEqual({ asked: [], sent: [] });
    }),
    { numRuns: 400 },
  );
  // Any string, of any type: what was sent is public by another's word than ours.
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.webUrl({ withQueryParameters: true }),
    fc.emailAddress(),
    fc.tuple(fc.constantFrom("http://", "https://", "hxxp://", "//", "ftp://"), fc.ipV4Extended()).map(t => t.join("")),
    fc.tuple(fc.domain(), fc.string({ maxLength: 5 })).map(t => t.join("/")),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 30, maxLength: 70 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(anything, wrapped), type, async (value, iocType) => {
      const before = sent.length;
      await ti.lookupIoc(value, { providers: names, ...(iocType === undefined ? {} : { iocType }) });
      const inner = sent.slice(before).map(s => s.slice(s.indexOf(" ") + 1));
      expect(inner.filter(observable => !isPublic(observable))).toEqual([]);
    }),
    { numRuns: 250 },
  );
  // That the paths are told apart, and the record is kept, shows here.
  all.length = 0;
  sent.length = 0;
  await ti.lookupIoc("8.8.8.8", { providers: names });
  expect(asked()).toHaveLength(sent.length);
  expect(new Set(sent.map(s => s.split(" ")[0]))).toEqual(
    new Set([
      "VirusTotal",
      "OTX",
      "XForce",
      "GreyNoise",
      "AbuseIPDB",
      "IPQualityScore",
      "Pulsedive",
      "CrowdSec",
      "urlscan",
      "Shodan",
      "InternetDB",
      "ThreatFox",
      "URLhaus",
    ]),
  );
}, 120_000);

test("the workspace's own indicators answer about any well-formed observable, with no key", async () => {
  const rows = [
    {
      IoC: "198.51.100.140",
      Confidence: 90,
      IsActive: true,
      Ended: false,
      ValidUntil: new Date("2026-06-01"),
      Source: "ISAC",
      Tags: '["c2"]',
      Description: "C2",
      Action: "",
      Id: "1",
    },
    {
      IoC: "198.51.100.23",
      Confidence: 90,
      IsActive: false,
      Ended: false,
      ValidUntil: new Date("2025-12-01"),
      Source: "ISAC",
      Tags: "[]",
      Description: "proxy",
      Action: "",
      Id: "2",
    },
    {
      IoC: "cdn.contoso.example",
      Confidence: 35,
      IsActive: true,
      Ended: false,
      ValidUntil: null,
      Source: "list",
      Tags: "[]",
      Description: "x",
      Action: "",
      Id: "3",
    },
  ] as unknown as Row[];
  const { ti, queries } = await open({ yaml: "", indicators: () => rows });
  expect(ti.loadedProviders).toEqual({ AzSTI: "indicators that the workspace Test knows" });
  const frame = await ti.lookupIocs([
    "198.51.100.140",
    "198.51.100.23",
    "CDN.contoso.example",
    "10.0.0.1",
    'quo"te.example',
  ]);
  expect(
    (await frame.rows()).map(r => [
      r["SafeIoc"],
      r["Severity"],
      r["Status"],
      (r["Details"] as { state?: string }).state,
    ]),
  ).toEqual([
    ["198.51.100.140", "high", 0, "active"],
    ["198.51.100.23", "information", 0, "expired 2025-12-01"],
    ["CDN.contoso.example", "warning", 0, "active"],
    ["10.0.0.1", "information", 4, undefined],
    ['quo"te.example', "unknown", 2, undefined],
  ]);
  expect(queries).toHaveLength(1);
  expect(queries[0]).toContain('IoC in ("198.51.100.140", "198.51.100.23", "cdn.contoso.example", "10.0.0.1")');
});

test("a workspace with the older table only is asked there; one with neither is a row", async () => {
  const missing = (kql: string): Row[] => {
    if (kql.startsWith("ThreatIntelIndicators")) throw new HuntError("kql/invalid", "no table 'ThreatIntelIndicators'");
    return [{ IoC: "10.0.0.1", Confidence: 50, IsActive: true, Ended: false, Action: "block", Id: "1" }];
  };
  const older = await open({ yaml: "", indicators: missing });
  expect((await older.ti.lookupIoc("10.0.0.1"))[0]).toMatchObject({ Severity: "high", Status: 0 });
  await older.ti.lookupIoc("10.0.0.1");
  expect(older.queries.map(q => q.split("\n")[0])).toEqual([
    "ThreatIntelIndicators",
    "ThreatIntelligenceIndicator",
    "ThreatIntelligenceIndicator",
  ]);
  const neither = await open({
    yaml: "",
    indicators: () => {
      throw new HuntError("kql/invalid", "no such table");
    },
  });
  expect((await neither.ti.lookupIoc("10.0.0.1"))[0]).toMatchObject({
    Status: 3,
    Result: false,
    Message: "no such table",
  });
});

test("keys come from the environment; a key that is not there makes one provider unavailable", async () => {
  const { url, asked } = await serve((q, r) =>
    r.end(JSON.stringify({ pulse_info: { count: q.headers["x-otx-api-key"] === "from-env" ? 2 : 0, pulses: [] } })),
  );
  const yaml = `TIProviders:\n  OTX: { Args: { AuthKey: { EnvironmentVar: OTX_KEY }, BaseUrl: "${url}" } }\n  AbuseIPDB: { Args: { AuthKey: { EnvironmentVar: NOT_SET }, BaseUrl: "${url}" } }\n  Second: { Provider: CrowdSec, Primary: false, Args: { AuthKey: k } }\n`;
  const { ti, notices, codes } = await open({ yaml });
  expect(codes).toEqual(["ti/key"]);
  expect((await ti.lookupIoc("8.8.8.8")).map(r => [r.Provider, r.Severity, r.Message])).toEqual([
    ["AzSTI", "information", "Not found."],
    ["OTX", "high", ""],
    ["AbuseIPDB", "unknown", "AuthKey not set: add it under TIProviders.AbuseIPDB.Args in msticpyconfig.yaml"],
  ]);
  expect(asked).toHaveLength(1);
  expect(notices).toEqual([expect.stringContaining("NOT_SET")]);
  expect(ti.providerStatus.at(-1)).toMatch(/^Second - .* \(secondary\)$/);
  ti.disableProvider(["AzSTI", "OTX", "AbuseIPDB"]);
  await expect(ti.lookupIoc("8.8.8.8")).rejects.toMatchObject({ code: "ti/no-provider" });
  ti.reloadProviders();
  expect((await ti.lookupIoc("8.8.8.8")).length).toBe(3);
});

test("a provider that is gone says what replaced it, an unknown one what is loaded", async () => {
  const { ti, notices } = await open({
    yaml: "TIProviders:\n  RiskIQ: { Args: { AuthKey: k } }\n  OTXX: { Args: { AuthKey: k } }\n",
  });
  expect(notices).toEqual([
    expect.stringContaining("Microsoft Defender Threat Intelligence"),
    expect.stringContaining("did you mean 'OTX'"),
  ]);
  await expect(ti.lookupIoc("8.8.8.8", { providers: ["PassiveTotal"] })).rejects.toMatchObject({ code: "ti/retired" });
  await expect(ti.lookupIoc("8.8.8.8", { providers: ["AzST"] })).rejects.toMatchObject({
    code: "ti/unknown-provider",
    message: expect.stringContaining("did you mean 'AzSTI'") as string,
  });
});

test("a list is fetched once, and the observable is not in the request", async () => {
  const { url, asked } = await serve((_, r) => r.end("ExitNode A\nExitAddress 185.220.101.4 2026-11-23 02:10:00\n"));
  const { ti, ports } = await open({ yaml: "" });
  const tor = keylessSource("tor", {
    ...ports,
    config: readConfig(`TIProviders: {}`, { path: "/x", from: "home" }, { env: {}, home: "/" }).config,
  });
  expect(tor?.isOutbound).toBe(false);
  const yaml = `TIProviders:\n  Tor: { Args: { BaseUrl: "${url}" } }\n`;
  const { ti: second } = await open({ yaml });
  const frame = await second.lookupIocs(["185.220.101.4", "8.8.8.8", "198.51.100.23"], { providers: ["Tor"] });
  expect((await frame.rows()).map(r => r["Severity"])).toEqual(["warning", "information", "information"]);
  expect(asked).toEqual(["/exit-addresses"]);
  expect(ti.loadedProviders["Tor"]).toBeUndefined();
});

test("a provider described in the configuration", async () => {
  const seen: string[] = [];
  const { url } = await serve((q, r) => {
    seen.push(`${q.method} ${q.url} ${String(q.headers["x-token"])} ${String(q.headers["authorization"])}`);
    r.end(JSON.stringify({ result: { risk: 70, owner: "x", names: [] } }));
  });
  const yaml = `TIProviders:
  Ours:
    Provider: Http
    Args:
      AuthKey: the-key
      ApiID: the-id
      BaseUrl: "${url}"
      Queries:
        ipv4: { path: "/ip/{observable}", headers: { X-Token: "Bearer {AuthKey}" }, params: { k: "{AuthKey}", o: "{observable}" } }
        dns-whois: { path: "/whois/{observable}", verb: POST, auth_type: HTTPBasic, data: { name: "{observable}" } }
      Found: result
      Severity: { path: result.risk, high: 80, warning: 50 }
      Details: { Owner: result.owner, Risk: result.risk }
      Reference: "https://ours.example/{observable}"
`;
  const { ti } = await open({ yaml });
  const [result] = await ti.lookupIoc("8.8.8.8", { providers: ["Ours"] });
  expect(result).toMatchObject({
    Severity: "warning",
    Details: { Owner: "x", Risk: 70 },
    Reference: "https://ours.example/8.8.8.8",
  });
  await ti.lookupIoc("evil.com", { providers: ["Ours"], iocQueryType: "whois" });
  expect(seen).toEqual([
    "GET /ip/8.8.8.8?k=the-key&o=8.8.8.8 Bearer the-key undefined",
    `POST /whois/evil.com undefined Basic ${Buffer.from("the-id:the-key").toString("base64")}`,
  ]);
  expect((await ti.lookupIoc("evil.com", { providers: ["Ours"], showNotSupported: true }))[0]).toMatchObject({
    Status: 1,
  });
  await expect(
    open({
      yaml: "TIProviders:\n  X: { Provider: Http, Args: { BaseUrl: 'https://x', Queries: { ipv5: { path: / } } } }\n",
    }),
  ).rejects.toMatchObject({ code: "ti/provider-config" });
});

test("results as a view: the worst first, hostile answers stay text", async () => {
  const { url } = await serve((_, r) =>
    r.end(
      JSON.stringify({
        data: {
          abuseConfidenceScore: 99,
          totalReports: 1,
          isp: "<img src=x onerror=alert(1)>\u001b[31m",
          domain: "javascript:alert(1)",
        },
      }),
    ),
  );
  const { ti } = await open({ yaml: abuse(url) });
  const results = [...(await ti.lookupIoc("8.8.8.8", only)), ...(await ti.lookupIoc("10.0.0.1", only))];
  const html = renderHtml(toView(browseView(results)));
  expect(html).toContain("high: 8.8.8.8 (ipv4)");
  expect(html).not.toContain("<img");
  expect(html).not.toMatch(/href="javascript/);
  const text = renderText(toView(browseView(results, { severities: "all" })));
  expect(text).toContain("not sent: private use (RFC 1918)");
  expect(text).not.toContain("\u001b");
  expect(renderText(toView(browseView(results)))).toContain("1 with other severities are not shown");
});

const stix = {
  type: "bundle",
  objects: [
    {
      type: "indicator",
      name: "C2",
      pattern: "[ipv4-addr:value = '192.0.2.7' OR domain-name:value = 'evil.example']",
      valid_from: "2026-01-01T00:00:00Z",
      confidence: 90,
    },
    {
      type: "indicator",
      name: "old",
      pattern: "[file:hashes.'SHA-256' = 'D7A8FBB307D7809469CA9ABCB0082E4F8D5651E46D3CDB762D02D0BF37C9E592']",
      valid_until: "2026-01-01T00:00:00Z",
    },
    { type: "indicator", name: "two", pattern: "[ipv4-addr:value = '192.0.2.8' AND url:value = 'http://x.example/']" },
    { type: "malware", name: "x" },
  ],
};
const misp = {
  Event: {
    info: "case",
    threat_level_id: "1",
    Attribute: [
      { type: "ip-dst|port", value: "192.0.2.9|443", to_ids: true },
      { type: "comment", value: "192.0.2.10", to_ids: false },
    ],
    Object: [{ Attribute: [{ type: "domain", value: "misp.example", to_ids: true }] }],
  },
};
const urlhaus =
  '# Dump\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"1","2026-11-01","http://192.0.2.11/a,b.exe","online","","malware_download","elf,mirai","https://urlhaus.abuse.ch/url/1/","x"\n';
const feodo = "# Feodo\nfirst_seen_utc,dst_ip,dst_port,malware\n2026-01-01,192.0.2.12,443,Emotet\n";

test.each<[string, string, string[], number]>([
  [
    "stix.json",
    JSON.stringify(stix),
    ["192.0.2.7", "evil.example", "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"],
    1,
  ],
  ["misp.json", JSON.stringify(misp), ["192.0.2.9", "misp.example"], 1],
  ["response.json", JSON.stringify({ response: [misp] }), ["192.0.2.9", "misp.example"], 1],
  [
    "threatfox.json",
    JSON.stringify({
      "12": [{ ioc_value: "192.0.2.13:8080", malware_printable: "x", confidence_level: 75, tags: "a,b" }],
    }),
    ["192.0.2.13"],
    0,
  ],
  ["urlhaus.csv", urlhaus, ["http://192.0.2.11/a,b.exe"], 0],
  ["feodo.csv", feodo, ["192.0.2.12"], 0],
  ["own.csv", 'indicator,confidence,description\n"evil[.]example",85,"a ""quoted"" one"\n', ["evil.example"], 0],
  ["list.txt", "# comment\n192.0.2.14\nevil.example ; note\n\nnot an observable\n", ["192.0.2.14", "evil.example"], 1],
])("the feed %s", (name, text, values, skipped) => {
  const path = join(root, name);
  writeFileSync(path, text);
  const feed = new FeedSource({ path }, () => Date.UTC(2026, 10, 24)).load();
  expect([feed.indicators.map(i => i.value), feed.skipped]).toEqual([values, skipped]);
});

test("a feed answers by confidence and validity, also about what may not be sent", async () => {
  const path = join(root, "feed.json");
  writeFileSync(path, JSON.stringify(stix));
  const { ti } = await open({ yaml: "TIProviders:\n  Team: { Provider: Feed, Args: { path: feed.json } }\n" });
  const frame = await ti.lookupIocs(["192.0.2.7", stix.objects[1]?.pattern?.split("'")[3] ?? "", "8.8.8.8"], {
    providers: ["Team"],
  });
  expect((await frame.rows()).map(r => [r["Severity"], r["Status"]])).toEqual([
    ["high", 0],
    ["information", 0],
    ["information", 4],
  ]);
  const gone = await open({ yaml: "TIProviders:\n  Team: { Provider: Feed, Args: { path: gone.json } }\n" });
  expect((await gone.ti.lookupIoc("8.8.8.8", { providers: ["Team"] }))[0]).toMatchObject({
    Status: 3,
    Message: expect.stringContaining("cannot be read") as string,
  });
  writeFileSync(join(root, "bad.json"), '{"objects": [');
  expect(() => new FeedSource({ path: join(root, "bad.json") }, () => 0).load()).toThrow(
    expect.objectContaining({ code: "ti/feed-format" }),
  );
  expect(() => new FeedSource({ path: join(root, "gone.json") }, () => 0).load()).toThrow(
    expect.objectContaining({ code: "ti/feed-unreadable" }),
  );
});
