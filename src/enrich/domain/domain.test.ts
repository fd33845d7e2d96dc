/** Names and certificates: pure scores by tables, name servers over UDP and certificates over TLS on this machine. */
import { createSocket } from "node:dgram";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { serverCertificate, serverKey } from "../../../test/azure/certificates.js";
import { createHttpClient } from "../../net/client.js";
import { AnswerStore } from "../../net/store.js";
import { fetchCertificate, findAbuse } from "./certificate.js";
import { resolveName, reverseName, type DnsParts } from "./dns.js";
import { lookAlikes, skeletonOf, slipsBetween } from "./look-alike.js";
import { dnsComponents, urlComponents } from "./name-parts.js";
import { nameScore } from "./name-score.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test.each([
  ["mail.google.co.uk", "mail", "google", "co.uk", "google.co.uk"],
  ["Evil[.]COM.", "", "evil", "com", "evil.com"],
  ["a.b.github.io", "a", "b", "github.io", "b.github.io"],
  ["github.io", "", "github", "github.io", "github.io"],
  ["dc01", "", "dc01", "", ""],
  ["", "", "", "", ""],
])("%j in its parts", (name, ...parts) => {
  const { subdomain, domain, suffix, registrable } = dnsComponents(name);
  expect([subdomain, domain, suffix, registrable]).toEqual(parts);
});

test("a URL in its parts, without its password", () => {
  expect(urlComponents("hxxps://bob:secret@evil[.]com:8443/a/b?c=d#e")).toEqual({
    ...{ scheme: "https", auth: "bob", host: "evil.com", port: "8443", path: "/a/b", query: "c=d", fragment: "e" },
  });
  expect(urlComponents("no url")).toBeUndefined();
});

const known = ["microsoft.com", "paypal.com", "contoso.com", "apple.com", "google.com"];
test.each<[string, string, string] | [string]>([
  ["rnicrosoft.com", "microsoft.com", "homoglyph"],
  ["micros0ft.com", "microsoft.com", "homoglyph"],
  ["xn--pple-43d.com", "apple.com", "homoglyph"],
  ["xn--80ak6aa92e.com", "apple.com", "homoglyph"],
  ["раураl.com", "paypal.com", "homoglyph"],
  ["c0ntoso.com", "contoso.com", "homoglyph"],
  ["contosso.com", "contoso.com", "typo"],
  ["contoos.com", "contoso.com", "typo"],
  ["mircosoft.net", "microsoft.com", "typo"],
  ["paypal-login.com", "paypal.com", "contains"],
  ["secure-paypal.net", "paypal.com", "contains"],
  ["paypal.com.evil.ru", "paypal.com", "contains"],
  ["microsoftonline-update.com", "microsoft.com", "contains"],
  ["contoso.ru", "contoso.com", "other-suffix"],
  ["contoso.com"],
  ["login.microsoft.com"],
  ["pineapple.com"],
  ["wikipedia.org"],
  ["dc01"],
])("%s may be taken for %s (%s)", (name, of?: string, kind?: string) => {
  expect(lookAlikes(name, known).map(a => [a.of, a.kind])).toEqual(of === undefined ? [] : [[of, kind]]);
});

test("look-alikes: bounded scores, words for people, most likely first, whatever is given", () => {
  const two = lookAlikes("micros0ft-paypal.com", known);
  expect(two.map(a => a.of).sort()).toEqual(["microsoft.com", "paypal.com"]);
  expect(lookAlikes("a".repeat(100_000), known)).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), fc.array(fc.domain(), { maxLength: 5 }), (name, list) => {
      for (const a of lookAlikes(name, list)) {
        expect(a.score).toBeGreaterThan(0);
        expect(a.score).toBeLessThanOrEqual(1);
        expect(a.reason).not.toBe("");
      }
      expect(lookAlikes(list[0] ?? "x.com", list.slice(0, 1))).toEqual([]);
    }),
  );
});

test("one slip is one, a swap too; what looks the same has one skeleton", () => {
  expect([slipsBetween("abc", "abc", 2), slipsBetween("abc", "acb", 2), slipsBetween("abc", "xyzzy", 2)]).toEqual([
    0, 1, 3,
  ]);
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(slipsBetween(a, b, 9)).toBe(slipsBetween(b, a, 9));
      expect(slipsBetween(a, b, 9) === 0).toBe(a === b);
    }),
  );
  expect(skeletonOf("Раурa1")).toBe(skeletonOf("paypai"));
});

test("names that programs make score above names that people choose", () => {
  const made = ["qzjxkvwpt.com", "x7f3k9q2zr8.net", "a9d8f7g6h5j4.info", "kjhgfdsqwrtzxcvb.biz", "wvlkqpzxmtrg.ru"];
  const chosen = [
    "google.com",
    "microsoft.com",
    "wikipedia.org",
    "contoso.com",
    "stackoverflow.com",
    "guardian.co.uk",
    "amazon.de",
  ];
  for (const name of made) expect(nameScore(name).score, name).toBeGreaterThan(0.6);
  for (const name of chosen) expect(nameScore(name).score, name).toBeLessThan(0.3);
  expect(nameScore("x7f3k9q2zr8.net").reasons.join("; ")).toMatch(/digits/);
  expect(nameScore("")).toEqual({ score: 0, reasons: [] });
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), name => {
      const { score } = nameScore(name);
      expect(score >= 0 && score <= 1).toBe(true);
    }),
  );
});

const label = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map(l => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])),
    Buffer.from([0]),
  ]);
const records: Readonly<Record<string, readonly (readonly [type: number, data: Buffer])[]>> = {
  "evil.com": [
    [1, Buffer.from([93, 184, 216, 34])],
    [1, Buffer.from([8, 8, 8, 8])],
    [28, Buffer.from("26064700470000000000000000001111", "hex")],
    [15, Buffer.concat([Buffer.from([0, 10]), label("mx.evil.com")])],
    [2, label("ns1.evil.com")],
    [16, Buffer.concat([Buffer.from([7]), Buffer.from("v=spf1 ")])],
  ],
  "8.8.8.8.in-addr.arpa": [[12, label("DNS.google")]],
  "empty.com": [],
};

/** A name server: what it has, NXDOMAIN for other names, SERVFAIL for `broken.com`. */
async function nameServer() {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    let [at, parts] = [12, [] as string[]];
    for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
      parts = [...parts, query.toString("latin1", at + 1, at + 1 + size)];
      at += size + 1;
    }
    const [name, type] = [parts.join("."), query.readUInt16BE(at + 1)];
    asked.push(`${name} ${type}`);
    const found = records[name];
    const answers = (found ?? []).filter(([t]) => t === type);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (name === "broken.com" ? 2 : found === undefined ? 3 : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    const body = answers.map(([t, data]) => {
      const head = Buffer.from([0xc0, 12, 0, t, 0, 1, 0, 0, 0, 60, 0, 0]);
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...body]), from.port, from.address);
  });
  await new Promise<void>(done => socket.bind(0, "127.0.0.1", done));
  closers.push(() => socket.close());
  const clock = { nowMs: Date.UTC(2026, 10, 24) };
  const sent: string[] = [];
  const parts: DnsParts = {
    rules: { internalDomains: ["contoso.com"] },
    offline: false,
    audit: e => sent.push(`${e.method} ${e.purpose?.observable ?? ""}`),
    answers: new AnswerStore<unknown>({ name: "DNS", nowMs: () => clock.nowMs }),
    nowMs: () => clock.nowMs,
    servers: [`127.0.0.1:${socket.address().port}`],
    timeoutMs: 2000,
  };
  return { parts, asked, sent, clock };
}

test("a name's records, kept for an hour; what does not exist and what is empty are told apart", async () => {
  const { parts, asked, sent, clock } = await nameServer();
  expect(await resolveName(parts, "hxxp://Evil[.]com/x")).toEqual({
    ...{ name: "evil.com", exists: true, addresses: ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"], aliases: [] },
    ...{
      mailServers: ["mx.evil.com"],
      nameServers: ["ns1.evil.com"],
      texts: ["v=spf1 "],
      askedAt: new Date(clock.nowMs),
    },
  });
  expect(await resolveName(parts, "no-such-name.com")).toMatchObject({ exists: false, addresses: [] });
  expect(await resolveName(parts, "empty.com")).toMatchObject({ exists: true, addresses: [] });
  expect(await reverseName(parts, "8.8.8.8")).toEqual(["dns.google"]);
  expect(await reverseName(parts, "9.9.9.9")).toEqual([]);
  const before = asked.length;
  await resolveName(parts, "evil.com");
  await reverseName({ ...parts, offline: true }, "8.8.8.8");
  expect(asked).toHaveLength(before);
  clock.nowMs += 3_600_001;
  await resolveName(parts, "evil.com");
  expect(asked.length).toBeGreaterThan(before);
  expect(sent[0]).toBe("DNS evil.com");
});

test("what is private, internal or no name is not resolved; offline and silence are errors", async () => {
  const { parts, asked } = await nameServer();
  for (const name of ["dc01", "vpn.contoso.com", "x.corp", "8.8.8.8", "a b.com", "", "localhost", "evil.example"])
    await expect(resolveName(parts, name), name).rejects.toMatchObject({ code: "domain/refused" });
  for (const ip of ["10.0.0.1", "::1", "evil.com", "198.51.100.1"])
    await expect(reverseName(parts, ip), ip).rejects.toMatchObject({ code: "domain/refused" });
  await expect(resolveName({ ...parts, offline: true }, "evil.com")).rejects.toMatchObject({ code: "net/offline" });
  expect(asked).toEqual([]);
  await expect(resolveName(parts, "broken.com")).rejects.toMatchObject({ code: "domain/dns" });
  expect(parts.answers.find("dns broken.com")).toBeUndefined();
});

async function tlsServer() {
  const server = createTlsServer({ cert: serverCertificate, key: serverKey }, socket =>
    socket.on("error", () => undefined),
  );
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => server.close(done)));
  return (server.address() as AddressInfo).port;
}
const certificateParts = (offline = false) => ({
  ...{ rules: { internalDomains: ["contoso.com"] }, offline, nowMs: () => Date.UTC(2026, 10, 24) },
  audit: () => undefined,
});

test("a host's certificate, trusted or not, and whether it is on the list", async () => {
  const port = await tlsServer();
  const facts = await fetchCertificate({ ...certificateParts(), publicOnly: false }, "127.0.0.1", port);
  expect(facts).toMatchObject({
    ...{ subject: "CN=huntbook test", issuer: "CN=huntbook test", isSelfSigned: true, isTrusted: false },
    names: expect.arrayContaining(["localhost", "*.vault.example", "127.0.0.1"]) as string[],
    problem: expect.stringMatching(/self.signed/i) as string,
  });
  expect(facts.sha1).toMatch(/^[0-9a-f]{40}$/);
  let fetched = 0;
  let body = `# abuse.ch SSLBL\n2026-01-01 00:00:00,${facts.sha1.toUpperCase()},Dridex C&C, second\n`;
  const lists = createHttpServer((_, response) => {
    fetched += 1;
    response.end(body);
  });
  await new Promise<void>(done => lists.listen(0, "127.0.0.1", done));
  const client = createHttpClient({ retries: 0 });
  closers.push(
    () => new Promise(done => lists.close(done)),
    () => client.close(),
  );
  const url = `http://127.0.0.1:${(lists.address() as AddressInfo).port}/`;
  const answers = () => new AnswerStore<unknown>({ name: "list", nowMs: () => 0 });
  const from = { client, url, answers: answers() };
  expect(await findAbuse(from, facts.sha1)).toBe("Dridex C&C, second");
  expect(await findAbuse(from, "0".repeat(40))).toBeUndefined();
  expect(await findAbuse(from, "__proto__")).toBeUndefined();
  expect(fetched).toBe(1);
  body = "<html>busy</html>";
  await expect(findAbuse({ ...from, answers: answers() }, facts.sha1)).rejects.toMatchObject({ code: "domain/list" });
});

test("no certificate is asked of our own networks, offline, or of what does not speak TLS", async () => {
  const port = await tlsServer();
  const ask = (host: string, offline = false) => fetchCertificate(certificateParts(offline), host, port);
  for (const host of ["127.0.0.1", "10.0.0.1", "localhost", "dc01", "vpn.contoso.com"])
    await expect(ask(host), host).rejects.toMatchObject({ code: "domain/refused" });
  await expect(ask("evil.com", true)).rejects.toMatchObject({ code: "net/offline" });
  const plain = createHttpServer((_, response) => response.end());
  await new Promise<void>(done => plain.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => plain.close(done)));
  const other = (plain.address() as AddressInfo).port;
  await expect(
    fetchCertificate({ ...certificateParts(), publicOnly: false }, "127.0.0.1", other),
  ).rejects.toMatchObject({
    code: "domain/no-certificate",
  });
  await expect(fetchCertificate({ ...certificateParts(), publicOnly: false }, "127.0.0.1", 1)).rejects.toMatchObject({
    code: "domain/no-certificate",
  });
});
