import { expect, test } from "vitest";
import { planTenant } from "../size.js";
import { addressOf, vpnAddressOf } from "./host.js";
import { cast, serviceAccountNames } from "./person.js";
import { addressBlocks, ipv4Number, sprayIps, storyIps } from "./site.js";
import { createWorld } from "./world.js";

const small = createWorld(7, planTenant("small").world);
const large = createWorld(7, planTenant("1m").world);

test("the small company is the one of the story", () => {
  expect([small.people.length, small.workstations.length, small.servers.length, small.linux.length]).toEqual([
    600, 400, 30, 20,
  ]);
  const marc = small.person(cast.marc);
  expect([marc.display, marc.department, marc.site, small.workstation(marc.workstation).name]).toEqual([
    "Marc Oliver",
    "Finance",
    "DUB",
    "WKS-0042",
  ]);
});

test("a larger company begins with the same people and machines", () => {
  expect(large.people.length).toBeGreaterThan(1000);
  for (const [i, person] of small.people.entries())
    expect([large.person(i).upn, large.person(i).objectId, large.person(i).site]).toEqual([
      person.upn,
      person.objectId,
      person.site,
    ]);
  expect(large.workstation(41).deviceId).toBe(small.workstation(41).deviceId);
});

test("another seed gives other people but the same cast", () => {
  const other = createWorld(8, planTenant("small").world);
  expect(other.person(cast.dana).upn).toBe("dana.reyes@contoso.example");
  expect(other.people.filter((p, i) => p.upn === small.person(i).upn).length).toBeLessThan(60);
});

test("whatever the seed, even the smallest company has everybody the story needs", () => {
  for (let seed = 0; seed < 60; seed++) {
    const world = createWorld(seed, planTenant(20_000).world);
    const atDesk = (department: string): number =>
      world.people.filter(p => p.department === department && p.workstation >= 0).length;
    // Fourteen get the phishing mail, Marc opens the workbook; twelve order from the supplier, some administer.
    expect(atDesk("Finance"), `seed ${seed}`).toBeGreaterThanOrEqual(15);
    expect(atDesk("Operations"), `seed ${seed}`).toBeGreaterThanOrEqual(12);
    expect(atDesk("IT"), `seed ${seed}`).toBeGreaterThanOrEqual(3);
  }
});

test("names, SIDs, object ids and device ids are unique", () => {
  const all = [...large.people, ...Object.values(large.accounts)];
  for (const key of ["upn", "sid", "objectId", "sam"] as const)
    expect(new Set(all.map(a => a[key])).size).toBe(all.length);
  const hosts = [...large.workstations, ...large.servers, ...large.linux];
  for (const key of ["name", "deviceId", "entraDeviceId", "mac"] as const)
    expect(new Set(hosts.map(h => h[key])).size).toBe(hosts.length);
  expect(Object.keys(serviceAccountNames)).toContain("svc-scan");
});

test("account names are ASCII however the person is called", () => {
  for (const person of large.people) expect(person.sam).toMatch(/^[a-z]+\.[a-z]+\d*$/);
  expect(small.people.some(p => /[^\x00-\x7f]/.test(p.display))).toBe(true);
});

test("no two machines share an address on a day", () => {
  for (let day = -13; day <= 0; day++) {
    const hosts = [...large.workstations, ...large.servers, ...large.linux];
    const addresses = [...hosts.map(h => addressOf(h, day)), ...large.workstations.map(h => vpnAddressOf(h, day))];
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const ip of addresses) expect(large.locate(ip)?.kind).toBe("internal");
  }
});

test("address blocks do not overlap, and lie in ranges that nobody owns", () => {
  const ranges = addressBlocks()
    .filter(b => b.cidr.includes("."))
    .map(b => {
      const [base = "", bits = "32"] = b.cidr.split("/");
      return { cidr: b.cidr, start: ipv4Number(base), end: ipv4Number(base) + 2 ** (32 - Number(bits)) };
    })
    .sort((a, b) => a.start - b.start);
  ranges.forEach((r, i) =>
    expect(ranges[i + 1]?.start ?? Infinity, `${r.cidr} and the next`).toBeGreaterThanOrEqual(r.end),
  );
  for (const b of addressBlocks())
    expect(b.cidr).toMatch(/^(10\.10\.|198\.1[89]\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/);
});

test("the sites file places the thief in Valparaíso and Dana in Dublin", () => {
  expect(small.locate(storyIps.thief)?.city).toBe("Valparaíso");
  expect(small.locate("198.18.1.10")?.city).toBe("Dublin");
  expect(sprayIps).toHaveLength(24);
  for (const ip of sprayIps) expect(small.locate(ip)?.owner).toBe("Baltic Proxy Rental");
});

test("the Internet has a long tail: names and addresses by the thousand, all under .example", () => {
  const sites = Array.from({ length: 5000 }, (_, rank) => small.internet.site(rank));
  for (const s of sites) expect(s.domain).toMatch(/^[a-z0-9.-]+\.example$/);
  expect(new Set(sites.flatMap(s => s.ips)).size).toBeGreaterThan(4000);
});
