/** Places of addresses in queries: the pack is opened by the first query that asks, and what is not there is told. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compressPack } from "../../src/enrich/geo/pack-write.js";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { createSession, frameFrom, GeoLiteLookup, withSession, type Session } from "../../src/index.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { KqlPlaces, sessionPack } from "../../src/session/geo.js";
import { createWorkspace } from "../../src/workspace/index.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-places-"));
const sessions: Session[] = [];
afterAll(async () => {
  for (const session of sessions) await session.close();
  rmSync(root, { recursive: true, force: true });
});

let count = 0;
async function open({ hasPack = false, offline = true } = {}) {
  const dir = join(root, `case-${++count}`);
  const [dataDir, workspace] = [join(dir, "data"), join(dir, "workspace")];
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  await createWorkspace(workspace, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
  writeFileSync(
    join(workspace, "sites.yaml"),
    "sites:\n  - { site: Dublin, country: IE, city: Dublin, latitude: 53.35, longitude: -6.26, cidr: 10.1.0.0/16 }\n",
  );
  if (hasPack) writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  const session = createSession({
    ...{ dataDir, workspace, offline, createCompiler: createInlineCompiler },
    configPorts: {
      env: {},
      cwd: dir,
      home: dir,
      read: path => (path === join(dir, "msticpyconfig.yaml") ? "Huntbook: {}\n" : undefined),
    },
  });
  sessions.push(session);
  return { session, dir };
}

const located = (session: Session, addresses: readonly string[]) =>
  withSession(session, async () => {
    const frame = await frameFrom(addresses.map(Ip => ({ Ip })));
    const query =
      "| extend p = geo_info_from_ip_address(Ip) | project Ip, Country = tostring(p.country), City = tostring(p.city), Lat = todouble(p.latitude)";
    return (await (await frame.kql(query)).rows()).map(r => [r["Ip"], r["Country"], r["City"], r["Lat"]]);
  });

test("geo_info_from_ip_address() answers as GeoLiteLookup does, the sites file first", async () => {
  const { session } = await open({ hasPack: true });
  expect(
    await located(session, ["85.214.149.236", "10.1.2.3", "10.2.0.1", "2606:4700:4700::1111", "no address", "1.1.1.1"]),
  ).toEqual([
    ["85.214.149.236", "Germany", "Berlin", 52.5234],
    ["10.1.2.3", "Ireland", "Dublin", 53.35],
    ["10.2.0.1", "", "", null],
    ["2606:4700:4700::1111", "Canada", "Montreal", 45.5019],
    ["no address", "", "", null],
    // A network without a place is no place.
    ["1.1.1.1", "", "", null],
  ]);
  expect(session.notices).toEqual([]);
});

test("the question a scalar sub-query asks opens the pack as well", async () => {
  const { session } = await open({ hasPack: true });
  const rows = await withSession(session, async () => {
    const frame = await frameFrom([{ Ip: "8.8.8.8" }]);
    const text =
      "let c = toscalar(Frame | project c = tostring(geo_info_from_ip_address(Ip).country)); Frame | extend Country = c";
    return (await frame.kql(text)).rows();
  });
  expect(rows).toEqual([{ Ip: "8.8.8.8", Country: "United States" }]);
});

test("nothing is opened before a query asks; then the first use is told", async () => {
  const { session, dir } = await open();
  const packed = join(dir, "package/geo");
  mkdirSync(packed, { recursive: true });
  writeFileSync(join(packed, "geo.pack.br"), compressPack(smallPack()));
  await withSession(session, async () => (await frameFrom([{ Ip: "8.8.8.8" }])).kql("| count"));
  expect(session.notices).toEqual([]);
  const pack = await sessionPack(session, join(dir, "package"));
  expect(pack.find("8.8.8.8")?.place?.country).toBe("US");
  expect(session.notices.map(n => n.code)).toEqual(["geo/first-use"]);
  expect(await located(session, ["8.8.8.8"])).toEqual([["8.8.8.8", "United States", "Mountain View", 37.422]]);
});

test("without the pack and offline a query does not answer null: it says what to do", async () => {
  const { session, dir } = await open();
  mkdirSync(join(dir, "clone/geo"), { recursive: true });
  writeFileSync(join(dir, "clone/geo/package.json"), "{}");
  const places = new KqlPlaces(session, join(dir, "clone"));
  await expect(places.open()).rejects.toMatchObject({
    code: "geo/no-pack",
    message: expect.stringContaining("offline") as string,
    hint: expect.stringContaining("npm ci") as string,
  });
  // What failed is tried again: the pack may have come meanwhile.
  writeFileSync(join(dir, "data/geo/places-1.pack"), smallPack());
  await places.open();
  expect(places.locateIp("8.8.8.8")?.country).toBe("United States");
});

test("a look-up in an empty data folder does not make the demo; when the demo comes, its sites answer", async () => {
  const dir = join(root, `case-${++count}`);
  const dataDir = join(dir, "data");
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  const session = createSession({
    ...{ dataDir, offline: true, createCompiler: createInlineCompiler },
    configPorts: { env: {}, cwd: dir, home: dir, read: () => undefined },
  });
  sessions.push(session);
  const country = async (geo: GeoLiteLookup): Promise<unknown> =>
    withSession(session, async () => {
      const [[raw]] = await geo.lookupIp("10.1.2.3");
      return raw !== undefined && "country" in raw ? raw.country : raw?.unknown;
    });
  const geo = withSession(session, () => new GeoLiteLookup());
  expect(await located(session, ["8.8.8.8"])).toEqual([["8.8.8.8", "United States", "Mountain View", 37.422]]);
  expect(await country(geo)).toBe("private use (RFC 1918)");
  expect(existsSync(join(dataDir, "contoso"))).toBe(false);
  const demo = join(dataDir, "contoso");
  await createWorkspace(demo, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
  writeFileSync(
    join(demo, "sites.yaml"),
    "sites:\n  - { site: Dublin, country: IE, city: Dublin, cidr: 10.1.0.0/16 }\n",
  );
  expect(await country(geo)).toBe("Ireland");
  expect((await located(session, ["10.1.2.3"]))[0]?.slice(0, 3)).toEqual(["10.1.2.3", "Ireland", "Dublin"]);
});
