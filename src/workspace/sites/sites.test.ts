import fc from "fast-check";
import { expect, test } from "vitest";
import { HuntError } from "../../base/error.js";
import { parseAddress, parseRange } from "../../base/ip-address.js";
import { createSiteIndex, formatSites, loadSites, parseSites } from "./sites.js";

test.each([
  ["10.0.0.1", 32, 0x0a000001n],
  ["255.255.255.255", 32, 0xffffffffn],
  ["::", 128, 0n],
  ["::1", 128, 1n],
  ["2001:db8::ff", 128, 0x20010db80000000000000000000000ffn],
  ["2001:0DB8:0:0:0:0:0:FF", 128, 0x20010db80000000000000000000000ffn],
  ["64:ff9b::192.0.2.1", 128, 0x0064ff9b0000000000000000c0000201n],
  ["::ffff:192.0.2.1", 32, 0xc0000201n],
])("%s is an address of %d bits", (text, bits, value) => {
  expect(parseAddress(text)).toEqual({ bits, value });
});

test.each([
  "",
  "10.0.0",
  "10.0.0.256",
  "10.0.0.01",
  "10.0.0.1:80",
  "host",
  "1::2::3",
  ":::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "fe80::1%eth0",
  "12345::",
  "::1.2.3",
  "1.2.3.4::",
])("%j is no address", text => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each([
  ["10.1.0.0/16", { bits: 32, value: 0x0a010000n, prefix: 16 }],
  ["192.0.2.7", { bits: 32, value: 0xc0000207n, prefix: 32 }],
  ["0.0.0.0/0", { bits: 32, value: 0n, prefix: 0 }],
  ["2001:db8::/32", { bits: 128, value: 0x20010db8n << 96n, prefix: 32 }],
  ["::ffff:192.0.2.0/120", { bits: 32, value: 0xc0000200n, prefix: 24 }],
  ["10.1.0.1/16", undefined],
  ["10.0.0.0/33", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0.0/8/8", undefined],
])("the range %s", (text, range) => {
  expect(parseRange(text)).toEqual(range);
});

const site = (name: string, ...cidrs: readonly string[]) => ({ cidrs, site: name });

test("the longest prefix wins", () => {
  const index = createSiteIndex([
    site("everything", "0.0.0.0/0"),
    site("company", "10.0.0.0/8"),
    site("Dublin", "10.20.0.0/16", "2001:db8:1::/48"),
    site("printer", "10.20.0.9"),
  ]);
  expect(["10.20.0.9", "10.20.0.8", "10.9.9.9", "192.0.2.1"].map(ip => index.find(ip)?.site)).toEqual([
    "printer",
    "Dublin",
    "company",
    "everything",
  ]);
  expect(index.find("2001:db8:1::5")?.site).toBe("Dublin");
  expect(index.find("::ffff:10.20.0.9")?.site).toBe("printer");
  expect(index.find("2001:db8:2::5")).toBeUndefined();
  expect(index.find("not an address")).toBeUndefined();
});

test("the lookup agrees with looking at every range", () => {
  const small = fc.integer({ min: 0, max: 3 });
  const range = fc.tuple(small, small, fc.integer({ min: 24, max: 32 })).map(([c, d, prefix]) => {
    const value = ((10 << 24) | (c << 8) | (d << 6)) >>> 0;
    const network = prefix === 32 ? value : ((value >>> (32 - prefix)) << (32 - prefix)) >>> 0;
    return { network, prefix };
  });
  const dotted = (n: number) => [24, 16, 8, 0].map(shift => (n >>> shift) & 255).join(".");
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), fc.integer({ min: 0, max: 1023 }), (ranges, low) => {
      const address = ((10 << 24) | low) >>> 0;
      const index = createSiteIndex(ranges.map((r, i) => site(String(i), `${dotted(r.network)}/${r.prefix}`)));
      const naive = ranges
        .map((r, i) => ({ ...r, i }))
        .filter(r => address >= r.network && address < r.network + 2 ** (32 - r.prefix))
        .sort((a, b) => b.prefix - a.prefix || a.i - b.i)[0];
      expect(index.find(dotted(address))?.site).toBe(naive === undefined ? undefined : String(naive.i));
    }),
  );
});

test("a sites file is read, and what is written is read back", () => {
  const sites = parseSites(
    "sites:\n" +
      "  - { cidr: 10.10.0.0/16, site: Seattle, city: Seattle, country: US, latitude: 47.6, longitude: -122.3, owner: Contoso }\n" +
      "  - cidr: [10.20.0.0/16, '2001:db8::/32']\n    site: Dublin\n",
    "sites.yaml",
  );
  expect(sites).toEqual([
    {
      ...{ cidrs: ["10.10.0.0/16"], site: "Seattle", city: "Seattle", country: "US", owner: "Contoso" },
      ...{ latitude: 47.6, longitude: -122.3 },
    },
    { cidrs: ["10.20.0.0/16", "2001:db8::/32"], site: "Dublin" },
  ]);
  expect(parseSites(formatSites(sites), "again")).toEqual(sites);
});

test("all slips are named with their places", () => {
  const text =
    "sites:\n" +
    "  - cidr: 10.1.2.3/8\n    site: A\n" +
    "  - cidr: 10.0.0.0/8\n    site: B\n    latitude: 91\n    citty: X\n" +
    "  - site: C\n";
  let error: unknown;
  try {
    parseSites(text, "sites.yaml");
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(HuntError);
  const { code, message, where } = error as HuntError;
  expect(code).toBe("workspace/invalid-sites");
  expect(where).toBe("sites.yaml:2:11");
  expect(message.split("\n")).toEqual([
    expect.stringMatching(/^sites\.yaml:2:11: '10\.1\.2\.3\/8' is not a CIDR range/),
    expect.stringMatching(/^sites\.yaml:6:15: latitude must be a number from -90 to 90/),
    expect.stringMatching(/^sites\.yaml:7:5: unknown setting 'citty'; did you mean 'city'\?/),
    expect.stringMatching(/^sites\.yaml:8:5: a site needs 'cidr'/),
  ]);
});

test("no file means no sites, broken YAML says where", async () => {
  expect((await loadSites("/nowhere/sites.yaml")).sites).toEqual([]);
  expect(() => parseSites("sites: [", "s")).toThrow(expect.objectContaining({ code: "workspace/invalid-sites" }));
});
