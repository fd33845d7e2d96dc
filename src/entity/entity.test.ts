import fc from "fast-check";
import { expect, test } from "vitest";
import { renderHtml } from "../view/index.js";
import type { Entity } from "./entity.js";
import { createEntity, readEntities } from "./entity.js";
import { entityNameOf } from "./entity-table.js";

test.each([
  ["ip", "IpAddress"],
  ["IpAddress", "IpAddress"],
  ["DnsResolve", "Dns"],
  ["dnsresolve", "Dns"],
  ["machine", "Host"],
  ["SecurityAlert", "Alert"],
  ["location", "GeoLocation"],
  ["spaceship", "UnknownEntity"],
])("the type %s is %s", (type, name) => {
  expect(entityNameOf(type)).toBe(name);
});

/** As in SecurityAlert.Entities: references point forward and back. */
const alertEntities = JSON.stringify([
  { $id: "2", HostName: "WKS-0042", DnsDomain: "contoso.example", OSFamily: "Windows", Type: "host" },
  { $id: "3", Name: "marc.oliver", NTDomain: "CONTOSO", Host: { $ref: "2" }, Sid: "S-1-5-21-1", Type: "account" },
  {
    $id: "5",
    ProcessId: "4711",
    CommandLine: "powershell -enc …",
    ImageFile: { $ref: "4" },
    Host: { $ref: "2" },
    CreationTimeUtc: "2026-01-09T14:05:00Z",
    ParentProcess: { $ref: "6" },
    Type: "process",
  },
  {
    $id: "4",
    Directory: "C:\\Windows\\System32",
    Name: "powershell.exe",
    FileHashes: [{ Algorithm: "SHA256", Value: "ab" }],
    Type: "file",
  },
  { $id: "6", ProcessId: 12, ImageFile: { Name: "EXCEL.EXE", Type: "file" }, Type: "process" },
  {
    Address: "198.51.100.140",
    Location: { CountryCode: "CL", Latitude: -33.05, Longitude: "-71.6" },
    Type: "ip",
    Reputation: "bad",
  },
  { $id: "9", Type: "spaceship", Name: "x" },
]);

test("an alert's entities: references resolved, unknown things kept", () => {
  const [host, account, process, file, parent, ip, unknown] = readEntities(alertEntities);
  expect(account?.get("Host")).toBe(host);
  expect(process?.get("ImageFile")).toBe(file);
  expect(process?.get("ParentProcess")).toBe(parent);
  expect([host, account, process, file, parent, ip, unknown].map(e => `${e?.name} ${e?.label}`)).toEqual([
    "Host WKS-0042.contoso.example",
    "Account CONTOSO\\marc.oliver",
    "Process powershell.exe",
    "File C:\\Windows\\System32\\powershell.exe",
    "Process EXCEL.EXE",
    "IpAddress 198.51.100.140",
    "UnknownEntity unknown",
  ]);
  expect(process?.get("CreationTimeUtc")).toEqual(new Date("2026-01-09T14:05:00Z"));
  expect(parent?.get("ProcessId")).toBe("12");
  expect((ip?.get("Location") as Entity).get("Coordinates")).toEqual([-33.05, -71.6]);
  expect(ip?.additional).toEqual({ Reputation: "bad" });
  expect(JSON.parse(JSON.stringify(unknown))).toEqual({ Type: "unknown", Name: "x" });
});

test("what is written is read back, circles too", () => {
  const circle = readEntities([
    { $id: "1", HostName: "a", Type: "host", Account: 1 },
    { $id: "2", ProcessId: "1", ParentProcess: { $ref: "2" }, Host: { $ref: "1" }, Type: "process" },
  ]);
  const text = JSON.stringify(circle[1]);
  expect(JSON.parse(text)).toEqual({
    $id: "1",
    ProcessId: "1",
    ParentProcess: { $ref: "1" },
    Host: { Account: 1, HostName: "a", Type: "host" },
    Type: "process",
  });
  const [again] = readEntities(text);
  expect(again?.get("ParentProcess")).toBe(again);
  for (const entity of readEntities(alertEntities)) {
    const once = JSON.stringify(entity);
    expect(JSON.stringify(readEntities(once)[0])).toBe(once);
  }
});

test.each<[string, Parameters<typeof createEntity>, Parameters<typeof createEntity>, boolean]>([
  ["the same address", ["IpAddress", { Address: "2001:DB8::1" }], ["IpAddress", { Address: "2001:db8::1" }], true],
  ["two addresses", ["IpAddress", { Address: "10.0.0.1" }], ["IpAddress", { Address: "10.0.0.2" }], false],
  ["the same account by SID", ["Account", { Sid: "S-1" }], ["Account", { Name: "bob", Sid: "s-1" }], true],
  ["one name, two SIDs", ["Account", { Name: "bob", Sid: "S-1" }], ["Account", { Name: "bob", Sid: "S-2" }], false],
  ["nothing in common", ["Account", { Sid: "S-1" }], ["Account", { Name: "bob" }], false],
  ["a host by its whole name", ["Host", { HostName: "a", DnsDomain: "b.c" }], ["Host", { HostName: "A.b.c" }], true],
  ["two kinds", ["Host", { HostName: "a" }], ["Account", { Name: "a" }], false],
  [
    "a process id alone, on two hosts",
    ["Process", { ProcessId: "1", Host: createEntity("Host", { HostName: "a" }) }],
    ["Process", { ProcessId: "1", Host: createEntity("Host", { HostName: "b" }) }],
    false,
  ],
])("merging: %s", (_, a, b, isSame) => {
  expect(createEntity(...a).canMerge(createEntity(...b))).toBe(isSame);
});

test("a merged entity knows what both knew", () => {
  const a = createEntity("IpAddress", {
    Address: "192.0.2.1",
    Location: createEntity("GeoLocation", { CountryCode: "DE" }),
  });
  const b = createEntity("IpAddress", {
    Address: "192.0.2.1",
    Location: createEntity("GeoLocation", { CountryCode: "DE", City: "Berlin" }),
  });
  expect(JSON.parse(JSON.stringify(a.merge(b)))).toEqual({
    Address: "192.0.2.1",
    Location: { CountryCode: "DE", City: "Berlin", Type: "geolocation" },
    Type: "ip",
  });
  expect(() => a.merge(createEntity("Url", { Url: "x" }))).toThrow(
    expect.objectContaining({ code: "entity/not-same" }),
  );
});

test("a wrong property, kind or text is refused by name", () => {
  expect(() => createEntity("IpAddress", { Adress: "x" } as never)).toThrow(
    expect.objectContaining({
      code: "entity/unknown-property",
      message: expect.stringContaining("'Address'") as string,
    }),
  );
  expect(() => createEntity("Spaceship" as never, {})).toThrow(
    expect.objectContaining({ code: "entity/unknown-type" }),
  );
  expect(() => readEntities("{")).toThrow(expect.objectContaining({ code: "entity/invalid" }));
  expect(() => readEntities([{ $ref: "7" }])).toThrow(expect.objectContaining({ code: "entity/invalid" }));
});

test("hostile values are text when shown, and never properties of objects", () => {
  const [entity] = readEntities(
    '{"Type":"account","Name":"<img src=x onerror=alert(1)>","__proto__":{"polluted":1},"x":"\\u001b[31m"}',
  );
  expect(entity?.toString()).not.toContain("\u001b");
  expect(renderHtml((entity as Entity).view)).not.toContain("<img");
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("any JSON is read without failing, and what is written is JSON", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom("Type", "$id", "$ref", "Address", "Location", "Entities", "Host", "x"),
        fc.jsonValue(),
      ),
      raw => {
        if ("$ref" in raw && typeof raw["$ref"] === "string") return;
        for (const entity of readEntities([raw])) JSON.parse(JSON.stringify(entity));
      },
    ),
  );
});
