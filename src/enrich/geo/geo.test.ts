import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, expect, test } from "vitest";
import { Secret } from "../../base/secret.js";
import type { Entity } from "../../entity/entity.js";
import { createEntity } from "../../entity/entity.js";
import { FrameStore } from "../../frame/store.js";
import { createHttpClient } from "../../net/client.js";
import { AnswerStore } from "../../net/store.js";
import { refang } from "../../transform/ioc/refang.js";
import { countryName } from "./country.js";
import { installPack } from "./install-pack.js";
import { askIpStack } from "./ipstack.js";
import { addPlaces } from "./frame.js";
import {
  addressesOf,
  geoDistance,
  locate,
  locateAll,
  toIpEntity,
  toPlace,
  whyUnknown,
  type GeoSource,
} from "./lookup.js";
import { downloadGeoLite } from "./maxmind.js";
import { openMmdbSource } from "./mmdb.js";
import { openMmdb } from "./mmdb-walk.js";
import { GeoPack } from "./pack.js";
import { packSource } from "./pack-source.js";
import { compressPack, decompressPack, PackWriter } from "./pack-write.js";
import { smallPack } from "./small-pack.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-geo-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
let files = 0;
function openPack(bytes: Buffer): GeoPack {
  const path = join(root, `p${++files}.pack`);
  writeFileSync(path, bytes);
  const pack = GeoPack.open(path);
  closers.push(() => pack.close());
  return pack;
}
async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => server.close(done)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
function client() {
  const made = createHttpClient({ retries: 0 });
  closers.push(() => made.close());
  return made;
}

test.each([
  ["85.214.149.236", "DE", "Berlin", 6724],
  ["85.214.149.0", "DE", "Berlin", 6724],
  ["85.214.149.255", "DE", "Berlin", 6724],
  ["85.214.150.0", undefined, undefined, undefined],
  ["85.214.148.255", undefined, undefined, undefined],
  ["1.1.1.1", undefined, undefined, 13335],
  ["2606:4700:4700::1111", "CA", "Montreal", 13335],
  ["2606:4700:4701::", undefined, undefined, undefined],
  ["::ffff:8.8.8.8", "US", "Mountain View", 15169],
  ["0.0.0.0", undefined, undefined, undefined],
  ["255.255.255.255", undefined, undefined, undefined],
])("the pack knows %s as %s %s AS%s", (ip, country, city, asn) => {
  const found = openPack(smallPack()).find(ip);
  expect([found?.place?.country, found?.place?.city, found?.network?.asn]).toEqual([country, city, asn]);
});

test("text that is no address is none", () => {
  const pack = openPack(smallPack());
  expect(["", "host", "1.2.3", "1.2.3.4:5", "300.1.1.1"].map(t => pack.find(t))).toEqual(Array(5).fill(undefined));
});

test("for any ranges the pack says what looking through them says, also after it travelled", () => {
  const starts = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 3000 });
  fc.assert(
    fc.property(starts, fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 50 }), (list, asked) => {
      const sorted = [...list].sort((a, b) => a - b);
      const writer = new PackWriter();
      const id = (i: number) =>
        writer.place(
          i % 7 === 0
            ? undefined
            : { country: "DE", state: "", city: `city ${i % 5}`, latitude: -i / 1000, longitude: i / 100 },
        );
      sorted.forEach((start, i) => writer.range("p4", BigInt(start), id(i)));
      sorted.forEach((start, i) => writer.range("p6", (BigInt(start) << 32n) | BigInt(start), id(i)));
      const bytes = writer.finish({ builtAt: "", credit: "" });
      expect(decompressPack(compressPack(bytes)).equals(bytes)).toBe(true);
      const pack = openPack(bytes);
      const dotted = [...asked, ...sorted, ...asked].map(n => [24, 16, 8, 0].map(s => (n >>> s) & 255).join("."));
      const texts = [...dotted, "::1", "no address", ""];
      expect(pack.keysOf(texts)).toEqual(texts.map(text => pack.keyOf(text)));
      for (const value of [...asked, ...sorted.slice(0, 20), ...sorted.slice(-5)]) {
        const i = sorted.findLastIndex(start => start <= value);
        const expected =
          i < 0 || i % 7 === 0 ? undefined : { city: `city ${i % 5}`, latitude: -i / 1000, longitude: i / 100 };
        const v4 = pack.findV4(value).place;
        expect(v4 && { city: v4.city, latitude: v4.latitude, longitude: v4.longitude }).toEqual(expected);
        const hex = value.toString(16).padStart(8, "0");
        const v6 = pack.find(`${hex.slice(0, 4)}:${hex.slice(4)}:${hex.slice(0, 4)}:${hex.slice(4)}::9`)?.place;
        expect(v6?.city).toEqual(expected?.city);
      }
    }),
    { numRuns: 30 },
  );
});

test("names that reach from one page of the file into the next are read whole", () => {
  const writer = new PackWriter();
  const names = Array.from({ length: 4000 }, (_, i) => `Zürich ${"ö".repeat(i % 40)} ${i}`);
  names.forEach((city, i) =>
    writer.range("p4", BigInt(i), writer.place({ country: "CH", state: "", city, latitude: 1, longitude: 1 })),
  );
  const pack = openPack(writer.finish({ builtAt: "", credit: "" }));
  expect(names.map((_, i) => pack.findV4(i).place?.city)).toEqual(names);
});

test("many addresses at once get what each would get alone, whichever sources know them", () => {
  const pack = openPack(smallPack());
  const found = (ip: string) => pack.find(ip);
  const sources: GeoSource[] = [
    { name: "sites", find: ip => (ip.startsWith("10.") ? { countryCode: "IE", site: "Dublin" } : undefined) },
    { name: "own", find: ip => (ip === "1.1.1.1" ? { countryCode: "AU", city: "Sydney" } : undefined) },
    {
      name: "pack",
      find: ip => {
        const known = found(ip);
        return known?.network === undefined ? undefined : { asn: known.network.asn, asName: known.network.name };
      },
    },
  ];
  const ips = ["8.8.8.8", "10.0.0.1", "1.1.1.1", "192.0.2.1", "none", "10.0.0.1"];
  expect(locateAll(sources, ips)).toEqual(ips.map(ip => locate(sources, ip)));
  expect(locateAll(sources, ips)[2]).toMatchObject({ city: "Sydney", asn: 13335, source: "own" });
});

test("a damaged pack is refused by name", () => {
  expect(() => openPack(Buffer.from("something else"))).toThrow(expect.objectContaining({ code: "geo/bad-pack" }));
});

/** Encodes a MaxMind DB: a tree of 24-bit records over networks, written by hand from its description. */
function mmdb(ipVersion: 4 | 6, networks: readonly (readonly [bits: string, data: object])[]): Buffer {
  const text = (s: string): Buffer => Buffer.concat([Buffer.from([(2 << 5) | Buffer.byteLength(s)]), Buffer.from(s)]);
  const value = (v: unknown): Buffer => {
    if (typeof v === "string") return text(v);
    if (typeof v === "number" && Number.isInteger(v) && v >= 0)
      return Buffer.from([(6 << 5) | 4, v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255]);
    if (typeof v === "number") {
      const b = Buffer.alloc(9);
      b[0] = (3 << 5) | 8;
      b.writeDoubleBE(v, 1);
      return b;
    }
    if (Array.isArray(v)) return Buffer.concat([Buffer.from([v.length, 4]), ...v.map(value)]);
    const entries = Object.entries(v as object);
    return Buffer.concat([
      Buffer.from([(7 << 5) | entries.length]),
      ...entries.flatMap(([k, x]) => [text(k), value(x)]),
    ]);
  };
  interface Node {
    [side: string]: Node | number | undefined;
  }
  const tree: Node = {};
  const data: Buffer[] = [];
  let size = 0;
  for (const [bits, content] of networks) {
    let node = tree;
    for (const bit of bits.slice(0, -1)) node = (node[bit] ??= {}) as Node;
    node[bits.slice(-1)] = size;
    const bytes = value(content);
    data.push(bytes);
    size += bytes.length;
  }
  const nodes: Node[] = [];
  const number = (node: Node): void => {
    nodes.push(node);
    for (const side of ["0", "1"]) if (typeof node[side] === "object") number(node[side]);
  };
  number(tree);
  const records = nodes.flatMap(node =>
    ["0", "1"].map(side => {
      const child = node[side];
      const v =
        child === undefined
          ? nodes.length
          : typeof child === "number"
            ? nodes.length + 16 + child
            : nodes.indexOf(child);
      return Buffer.from([v >> 16, (v >> 8) & 255, v & 255]);
    }),
  );
  const metadata = {
    node_count: nodes.length,
    record_size: 24,
    ip_version: ipVersion,
    build_epoch: 1_780_000_000,
    database_type: "Test-City",
  };
  return Buffer.concat([
    ...records,
    Buffer.alloc(16),
    ...data,
    Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"),
    value(metadata),
  ]);
}
const bitsOf = (a: number, b: number): string => [a, b].map(n => n.toString(2).padStart(8, "0")).join("");
const city = {
  city: { names: { en: "Tromsø" } },
  country: { iso_code: "NO" },
  subdivisions: [{ names: { en: "Troms" } }],
  location: { latitude: 69.65, longitude: 18.96 },
};

test("a database of one's own: MaxMind's nested records and flat ones, IPv4 in both kinds of trees", () => {
  const four = join(root, "four.mmdb");
  writeFileSync(
    four,
    mmdb(4, [
      [bitsOf(81, 2), city],
      [bitsOf(81, 3), { country_code: "SE", city: "Kiruna", latitude: 67.85, longitude: 20.22 }],
    ]),
  );
  const source = openMmdbSource(four);
  expect(source.find("81.2.69.142")).toMatchObject({
    countryCode: "NO",
    state: "Troms",
    city: "Tromsø",
    latitude: 69.65,
  });
  expect(source.find("81.3.0.1")).toMatchObject({ countryCode: "SE", city: "Kiruna", longitude: 20.22 });
  expect([source.find("81.4.0.1"), source.find("2001:db8::1"), source.find("x")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const six = join(root, "six.mmdb");
  writeFileSync(
    six,
    mmdb(6, [
      ["0".repeat(96) + bitsOf(81, 2), city],
      [bitsOf(0x20, 0x01), { country: { iso_code: "FI" } }],
    ]),
  );
  expect(openMmdbSource(six).find("81.2.69.142")?.countryCode).toBe("NO");
  expect(openMmdbSource(six).find("2001:db8::1")?.countryCode).toBe("FI");
  expect([...openMmdb(mmdb(4, [["01", city]])).networks()].map(n => [n.start, n.pointer])).toEqual([
    [0n, undefined],
    [0x4000_0000n, 0],
    [0x8000_0000n, undefined],
  ]);
  writeFileSync(four, "not a database");
  expect(() => openMmdbSource(four)).toThrow(expect.objectContaining({ code: "geo/bad-database" }));
  expect(() => openMmdbSource(join(root, "gone.mmdb"))).toThrow(expect.objectContaining({ code: "geo/bad-database" }));
});

const sites: GeoSource = {
  name: "sites",
  find: ip => (ip.startsWith("198.51.100.") ? { countryCode: "CL", city: "Valparaíso", site: "proxy" } : undefined),
};
const half: GeoSource = { name: "half", find: () => ({ countryCode: "FR", latitude: 0, longitude: 0 }) };
const networks: GeoSource = { name: "nets", find: () => ({ asn: 7, asName: "seven" }) };

test("the sites file answers first and alone; a network may come from a later source; 0,0 is nowhere", () => {
  expect(locate([sites, half, networks], "198.51.100.23")).toMatchObject({
    city: "Valparaíso",
    country: "Chile",
    source: "sites",
    asn: undefined,
  });
  expect(locate([sites, half, networks], "9.9.9.9")).toEqual({
    ...{
      ip: "9.9.9.9",
      countryCode: "FR",
      country: "France",
      state: "",
      city: "",
      latitude: undefined,
      longitude: undefined,
    },
    ...{ asn: 7, asName: "seven", source: "half", site: "" },
  });
  expect(locate([sites], "10.0.0.1")).toBeUndefined();
  expect([whyUnknown("10.0.0.1"), whyUnknown("9.9.9.9"), whyUnknown("x")]).toEqual([
    "private use (RFC 1918)",
    "not known",
    "no address",
  ]);
});

test("an address with its place as an entity", () => {
  const entity = toIpEntity("198.51.100.23", locate([sites], "198.51.100.23"));
  expect(entity.label).toBe("198.51.100.23");
  expect((entity.get("Location") as Entity).properties).toMatchObject({
    CountryCode: "CL",
    CountryOrRegionName: "Chile",
    City: "Valparaíso",
  });
  expect(toIpEntity("10.0.0.1", undefined).get("Location")).toBeUndefined();
  expect(addressesOf(["8[.]8[.]8[.]8", createEntity("IpAddress", { Address: "1.1.1.1" })])).toEqual([
    "8.8.8.8",
    "1.1.1.1",
  ]);
  expect(() => addressesOf(createEntity("Host", { HostName: "x" }))).toThrow(
    expect.objectContaining({ code: "geo/no-address" }),
  );
});

test("a frame gets columns; every row stays, in order", async () => {
  await using store = await FrameStore.open();
  const frame = await store.fromRows([
    { IP: "8.8.8.8", City: "own" },
    { IP: "", City: "" },
    { IP: "85.214.149.236", City: "x" },
    { IP: "8.8.8.8", City: "again" },
  ]);
  const pack = openPack(smallPack());
  const placed = await addPlaces(store, frame, [packSource(pack)], { column: "IP" });
  expect(placed.columns.map(c => c.name)).toEqual([
    "IP",
    "City",
    "CountryCode",
    "CountryOrRegionName",
    "State",
    "GeoCity",
    "Longitude",
    "Latitude",
    "Asn",
    "AsName",
    "GeoSource",
  ]);
  expect((await placed.rows()).map(r => [r["IP"], r["City"], r["CountryCode"], r["GeoCity"], r["Asn"]])).toEqual([
    ["8.8.8.8", "own", "US", "Mountain View", 15169],
    ["", "", "", "", null],
    ["85.214.149.236", "x", "DE", "Berlin", 6724],
    ["8.8.8.8", "again", "US", "Mountain View", 15169],
  ]);
  const known = await addPlaces(store, frame, [packSource(pack)], { column: "IP", onlyKnown: true, prefix: "Src" });
  expect([known.rowCount, known.columns.at(-1)?.name]).toEqual([3, "SrcGeoSource"]);
});

test("a frame's places are those of its addresses one by one, whichever sources know them", async () => {
  await using store = await FrameStore.open();
  const pack = openPack(smallPack());
  const sites: GeoSource = {
    name: "sites",
    find: ip => (ip.startsWith("10.") ? toPlace("sites", { city: "Plant", countryCode: "DE" }) : undefined),
  };
  // Knows places without networks: those come from the pack.
  const own: GeoSource = { name: "own", find: ip => (ip === "8.8.8.8" ? { countryCode: "CA" } : undefined) };
  const ips = ["10.1.2.3", "8.8.8.8", "8[.]8[.]4[.]4", " 85.214.149.236", "85.214.149.236", "x", "", "8.8.8.8"];
  const frame = await store.fromColumns({ ip: ips });
  const chains = [[packSource(pack)], [sites, packSource(pack)], [sites, own, packSource(pack)], [sites, own], []];
  for (const sources of chains) {
    const placed = await addPlaces(store, frame, sources, { column: "ip" });
    const expected = locateAll(
      sources,
      ips.map(ip => refang(ip.trim())),
    ).map(r => [r?.countryCode ?? "", r?.city ?? "", r?.latitude ?? null, r?.asn ?? null, r?.source ?? ""]);
    const names = ["CountryCode", "City", "Latitude", "Asn", "GeoSource"];
    expect((await placed.rows()).map(r => names.map(n => r[n]))).toEqual(expected);
  }
});

test.each([
  [[0, 0], [0, 0], 0],
  [[52.52, 13.405], [48.8566, 2.3522], 877.46],
  [[0, 0], [0, 180], 20015.09],
  [[40.7128, -74.006], [51.5074, -0.1278], 5570.2],
] as const)("from %j to %j it is %s km", (a, b, km) => {
  expect(Math.abs(geoDistance(a, b) - km)).toBeLessThan(Math.max(0.01, km * 0.002));
});

test("countries have names", () => {
  expect([countryName("DE"), countryName("CL"), countryName(""), countryName("zz"), countryName("ZZZ")]).toEqual([
    "Germany",
    "Chile",
    "",
    "zz",
    "ZZZ",
  ]);
});

test("the pack is unpacked from the package once; without one, and offline, it says what to do", async () => {
  const said: string[] = [];
  const folder = mkdtempSync(join(root, "pkg-"));
  const places = {
    file: join(folder, "data/geo/places.pack"),
    root: folder,
    isOffline: true,
    say: (m: string) => said.push(m),
  };
  await expect(installPack(places)).rejects.toMatchObject({
    code: "geo/no-pack",
    message: "this installation has no places of addresses",
  });
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(folder, "geo"));
  writeFileSync(join(folder, "geo/package.json"), "{}");
  await expect(installPack(places)).rejects.toMatchObject({
    code: "geo/no-pack",
    message: expect.stringContaining("offline") as string,
  });
  writeFileSync(join(folder, "geo/geo.pack.br"), compressPack(smallPack()));
  expect(await installPack(places)).toBe(places.file);
  expect(said).toEqual(["unpacking the places of addresses, once"]);
  await installPack(places);
  expect(said).toHaveLength(1);
  const pack = GeoPack.open(places.file);
  closers.push(() => pack.close());
  expect(pack.find("8.8.8.8")?.place?.country).toBe("US");
});

test("MaxMind's archive becomes a database, whole or not at all", async () => {
  const database = mmdb(4, [[bitsOf(81, 2), city]]);
  const header = Buffer.alloc(512);
  header.write("GeoLite2-City_20261101/GeoLite2-City.mmdb", 0);
  header.write(database.length.toString(8).padStart(11, "0"), 124);
  header[156] = 48;
  const tar = Buffer.concat([header, database, Buffer.alloc(512 - (database.length % 512) + 1024)]);
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(String(request.headers["authorization"]));
    if (request.url === "/bad") response.writeHead(401).end();
    else response.end(gzipSync(request.url === "/empty" ? Buffer.alloc(1024) : tar));
  });
  const account = { accountId: "42", key: new Secret("license", "test") };
  const path = join(root, "maxmind/GeoLite2-City.mmdb");
  await downloadGeoLite(client(), account, path, url);
  expect(seen).toEqual([`Basic ${Buffer.from("42:license").toString("base64")}`]);
  expect(openMmdbSource(path).find("81.2.0.1")?.city).toBe("Tromsø");
  await expect(downloadGeoLite(client(), account, path, `${url}/bad`)).rejects.toMatchObject({ code: "geo/download" });
  await expect(downloadGeoLite(client(), account, path, `${url}/empty`)).rejects.toMatchObject({
    code: "geo/download",
  });
  expect(openMmdbSource(path).find("81.2.0.1")?.city).toBe("Tromsø");
});

test("IPStack: public addresses only, answers kept, refusals named", async () => {
  const asked: string[] = [];
  const baseUrl = await serve((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/9.") === true)
      response.end(JSON.stringify({ success: false, error: { code: 104, info: "usage limit reached" } }));
    else
      response.end(
        JSON.stringify({
          ip: "8.8.8.8",
          country_code: "US",
          region_name: "California",
          city: "Mountain View",
          latitude: 37.4,
          longitude: -122.1,
          connection: { asn: 15169, isp: "Google" },
        }),
      );
  });
  const parts = {
    client: client(),
    key: new Secret("the-key", "test"),
    rules: { internalDomains: [] },
    answers: new AnswerStore<unknown>({ name: "x", nowMs: () => 1 }),
    baseUrl,
  };
  expect(await askIpStack(parts, "8.8.8.8")).toMatchObject({
    country: "United States",
    city: "Mountain View",
    asn: 15169,
    source: "IPStack",
  });
  await askIpStack(parts, "8.8.8.8");
  expect(asked).toEqual(["/8.8.8.8?access_key=the-key&output=json"]);
  await expect(askIpStack(parts, "9.9.9.9")).rejects.toMatchObject({
    code: "geo/service",
    message: "IPStack: usage limit reached",
  });
  await expect(askIpStack(parts, "10.0.0.1")).rejects.toMatchObject({ code: "geo/refused" });
  expect(asked).toHaveLength(2);
});
