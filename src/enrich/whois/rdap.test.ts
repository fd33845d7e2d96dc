/** Registries over real HTTP on this machine, with bodies shaped as RFC 9083 and RFC 9224 say. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHttpClient } from "../../net/client.js";
import { AnswerStore } from "../../net/store.js";
import { askRdap, toWhoisQuery, type RdapParts } from "./rdap.js";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const card = (properties: readonly unknown[]) => ["vcard", [["version", {}, "text", "4.0"], ...properties]];
const network = {
  objectClassName: "ip network",
  handle: "NET-8-8-8-0-2",
  name: "GOGL",
  startAddress: "8.8.8.0",
  endAddress: "8.8.8.255",
  cidr0_cidrs: [{ v4prefix: "8.8.8.0", length: 24 }],
  status: ["active"],
  events: [
    { eventAction: "registration", eventDate: "2023-12-28T17:24:33-05:00" },
    { eventAction: "last changed", eventDate: "not a time" },
  ],
  entities: [
    {
      roles: ["registrant"],
      vcardArray: card([["fn", {}, "text", "Google LLC"]]),
      entities: [{ roles: ["abuse"], vcardArray: card([["email", {}, "text", "abuse@google.com"]]) }],
    },
  ],
};
const domain = {
  objectClassName: "domain",
  handle: "2138514_DOMAIN_COM-VRSN",
  ldhName: "GOOGLE.COM",
  status: ["client transfer prohibited"],
  nameservers: [{ ldhName: "NS1.GOOGLE.COM" }, { ldhName: "NS2.GOOGLE.COM" }],
  events: [
    { eventAction: "registration", eventDate: "1997-09-15T04:00:00Z" },
    { eventAction: "expiration", eventDate: "2028-09-14T04:00:00Z" },
  ],
  entities: [{ roles: ["registrar"], vcardArray: card([["fn", {}, "text", "MarkMonitor Inc."]]) }],
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
async function open(handler: Handler, more: Partial<RdapParts> = {}) {
  const asked: string[] = [];
  let base = "";
  const lists: Record<string, unknown> = {
    "/lists/ipv4.json": () => [
      [["8.0.0.0/8"], ["http://wrong.invalid/"]],
      [["8.8.0.0/16", "9.0.0.0/8"], [`${base}/arin/`]],
    ],
    "/lists/ipv6.json": () => [[["2001:4800::/23"], [`${base}/arin/`]]],
    "/lists/dns.json": () => [[["com", "io"], [`${base}/com`]]],
    "/lists/asn.json": () => [[["15000-16000"], [`${base}/arin/`]]],
  };
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push(url);
    const list = lists[url] as (() => unknown) | undefined;
    if (list === undefined) handler(request, response);
    else response.end(JSON.stringify({ version: "1.0", services: list() }));
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { nowMs: Date.UTC(2026, 10, 24) };
  const client = createHttpClient({ nowMs: () => clock.nowMs, retries: 0 });
  closers.push(
    () =>
      new Promise(done => {
        server.closeAllConnections();
        server.close(() => done());
      }),
    () => client.close(),
  );
  const parts: RdapParts = {
    client,
    rules: { internalDomains: ["contoso.com"] },
    answers: new AnswerStore<unknown>({ name: "RDAP", nowMs: () => clock.nowMs }),
    nowMs: () => clock.nowMs,
    bootstrapUrl: `${base}/lists`,
    publicOnly: false,
    ...more,
  };
  return { parts, asked, clock };
}
const json =
  (body: unknown, status = 200): Handler =>
  (_, r) =>
    r.writeHead(status, { "content-type": "application/rdap+json" }).end(JSON.stringify(body));

test("an address: the registry of the longest range is asked, once a week", async () => {
  const { parts, asked, clock } = await open(json(network));
  const record = await askRdap(parts, "8[.]8[.]8[.]8");
  expect(record).toEqual({
    query: "8.8.8.8",
    handle: "NET-8-8-8-0-2",
    name: "GOGL",
    organization: "Google LLC",
    country: "",
    startAddress: "8.8.8.0",
    endAddress: "8.8.8.255",
    cidrs: ["8.8.8.0/24"],
    registrar: "",
    nameservers: [],
    status: ["active"],
    created: new Date("2023-12-28T22:24:33Z"),
    updated: undefined,
    expires: undefined,
    abuseEmail: "abuse@google.com",
    askedAt: new Date("2026-11-24"),
  });
  expect(asked).toEqual(["/lists/ipv4.json", "/arin/ip/8.8.8.8"]);
  clock.nowMs += 6 * 86_400_000;
  expect((await askRdap(parts, "8.8.8.8"))?.askedAt).toEqual(new Date("2026-11-24"));
  expect(asked).toHaveLength(2);
  clock.nowMs += 2 * 86_400_000;
  await askRdap(parts, "8.8.8.8");
  expect(asked.slice(2)).toEqual(["/arin/ip/8.8.8.8"]);
});

test.each([
  ["www.google.com", "/com/domain/google.com"],
  ["Google.COM.", "/com/domain/google.com"],
  ["a.b.github.io", "/com/domain/github.io"],
  ["AS15169", "/arin/autnum/15169"],
  ["2001:4860:4860::8888", "/arin/ip/2001%3A4860%3A4860%3A%3A8888"],
])("%s is asked as %s", async (given, path) => {
  const { parts, asked } = await open(json(domain));
  await askRdap(parts, given);
  expect(asked.at(-1)).toBe(path);
});

test("a domain: registrar, name servers, expiry", async () => {
  const { parts } = await open(json(domain));
  expect(await askRdap(parts, "google.com")).toMatchObject({
    name: "google.com",
    registrar: "MarkMonitor Inc.",
    nameservers: ["ns1.google.com", "ns2.google.com"],
    created: new Date("1997-09-15T04:00:00Z"),
    expires: new Date("2028-09-14T04:00:00Z"),
  });
});

test.each([
  "10.0.0.1",
  "198.51.100.7",
  "::1",
  "fd00::1",
  "dc01.corp",
  "vpn.contoso.com",
  "evil.example",
  "no name",
  "",
  "AS0",
  "1.2.3.4.5",
])("'%s' is not asked about", async given => {
  const { parts, asked } = await open(json(network));
  await expect(askRdap(parts, given)).rejects.toMatchObject({ code: "whois/refused" });
  expect(asked).toEqual([]);
});

test("what a registry does not know is kept as not known", async () => {
  const { parts, asked } = await open(json({}, 404));
  expect(await askRdap(parts, "free-name.com")).toBeUndefined();
  expect(await askRdap(parts, "free-name.com")).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test.each<[string, Handler]>([
  ["429", json({}, 429)],
  ["503", json({}, 503)],
  ["no JSON", (_, r) => r.end("<html>busy</html>")],
  ["a list", json([])],
  ["cut", (_, r) => r.end('{"handle": "NET')],
])("%s is whois/service, and nothing is kept", async (_, handler) => {
  const { parts } = await open(handler);
  await expect(askRdap(parts, "8.8.8.8")).rejects.toMatchObject({ code: "whois/service" });
  expect(parts.answers.find("ip 8.8.8.8")).toBeUndefined();
});

test("no registry, and offline, are told apart; what is kept is given offline as well", async () => {
  const { parts } = await open(json(network));
  await expect(askRdap(parts, "heise.de")).rejects.toMatchObject({ code: "whois/no-registry" });
  await askRdap(parts, "8.8.8.8");
  const client = createHttpClient({ offline: true });
  closers.push(() => client.close());
  expect((await askRdap({ ...parts, client }, "8.8.8.8"))?.organization).toBe("Google LLC");
  await expect(askRdap({ ...parts, client }, "8.8.4.4")).rejects.toMatchObject({ code: "net/offline" });
});

test("a domain whose registry has no RDAP is asked by WHOIS, once; what is no domain is not", async () => {
  const { parts } = await open(json(network));
  const lines: string[] = [];
  const askWhois = async (host: string, line: string): Promise<string> => {
    lines.push(`${host} ${line}`);
    return host === "whois.iana.org"
      ? "refer: whois.nic.zz\n"
      : "Registrar: Ours\nCreation Date: 2020-01-02T03:04:05Z\n";
  };
  const found = await askRdap({ ...parts, askWhois }, "www.heise.de");
  expect(found).toMatchObject({ query: "heise.de", registrar: "Ours", created: new Date("2020-01-02T03:04:05Z") });
  await askRdap({ ...parts, askWhois }, "heise.de");
  expect(lines).toEqual(["whois.iana.org de", "whois.nic.zz heise.de"]);
  const silent = async (): Promise<string> => "% nothing here\n";
  await expect(askRdap({ ...parts, askWhois: silent }, "other.de")).rejects.toMatchObject({
    code: "whois/no-registry",
  });
  await expect(askRdap({ ...parts, askWhois }, "AS99999999")).rejects.toMatchObject({ code: "whois/no-registry" });
});

test("several questions at a time fetch a list of registries once", async () => {
  const { parts, asked } = await open(json(network));
  const shared = { ...parts, fetching: new Map<string, Promise<unknown>>() };
  await Promise.all(["8.8.8.8", "8.8.4.4", "9.9.9.9"].map(ip => askRdap(shared, ip)));
  expect(asked.filter(path => path === "/lists/ipv4.json")).toHaveLength(1);
  expect(asked).toHaveLength(4);
});

test("a registry in a network of ours is refused, whatever a list says", async () => {
  const { parts, asked } = await open(json(network));
  await askRdap(parts, "8.8.8.8");
  await expect(askRdap({ ...parts, publicOnly: true }, "8.8.4.4")).rejects.toMatchObject({
    code: "net/private-address",
  });
  expect(asked).toHaveLength(2);
});

test("hostile answers stay text and end", async () => {
  let deep: unknown = { roles: ["abuse"], vcardArray: card([["email", {}, "text", "deep@x.com"]]) };
  for (let i = 0; i < 200; i += 1) deep = { entities: [deep] };
  const { parts } = await open(
    json({
      name: "<script>",
      __proto__: null,
      status: [1, "ok"],
      vcardArray: 7,
      events: {},
      nameservers: [null],
      entities: [deep, null],
    }),
  );
  expect(await askRdap(parts, "8.8.8.8")).toMatchObject({
    name: "<script>",
    status: ["ok"],
    nameservers: [],
    abuseEmail: "",
  });
});

test("the kind is read from the text", () => {
  const rules = { internalDomains: [] };
  expect(["as15169", "ASN 64512", "8.8.8.8", "hxxp.com"].map(t => toWhoisQuery(t, rules))).toEqual([
    { kind: "autnum", value: "15169" },
    { kind: "autnum", value: "64512" },
    { kind: "ip", value: "8.8.8.8" },
    { kind: "domain", value: "hxxp.com" },
  ]);
});
