/** WHOIS over real TCP on this machine, with answers in the words of several registries. */
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { askLine, type LineQuery } from "../../net/line-query.js";
import { askPort43, parseWhois, saysNothing } from "./port43.js";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(answer: (line: string, socket: Socket) => void) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", data => {
      asked.push(data.toString());
      answer(data.toString().trim(), socket);
    });
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(
    () =>
      new Promise(done => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  );
  return { port: (server.address() as AddressInfo).port, asked };
}

const nowMs = () => Date.UTC(2026, 10, 24);
const open = (offline = false) => {
  const sent: string[] = [];
  const ports = { offline, nowMs, audit: (e: { host: string; purpose: unknown }) => sent.push(JSON.stringify(e)) };
  const ask = (port: number, more: Partial<LineQuery> = {}) =>
    askLine(
      {
        host: "127.0.0.1",
        port,
        line: "evil.de",
        publicOnly: false,
        purpose: { provider: "WHOIS", observable: "evil.de" },
        ...more,
      },
      ports,
    );
  return { sent, ask };
};

test("a line is sent, what comes is given, and the audit log has it", async () => {
  const { port, asked } = await serve((line, socket) => socket.end(`you asked ${line}`));
  const { sent, ask } = open();
  expect(await ask(port)).toBe("you asked evil.de");
  expect(asked).toEqual(["evil.de\r\n"]);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain("evil.de");
});

test("nothing leaves offline, nor to a network of ours, nor with a line break in it", async () => {
  const { port, asked } = await serve((_, socket) => socket.end("x"));
  await expect(open(true).ask(port)).rejects.toMatchObject({ code: "net/offline" });
  await expect(open().ask(port, { publicOnly: true })).rejects.toMatchObject({ code: "net/private-address" });
  await expect(open().ask(port, { host: "localhost", publicOnly: true })).rejects.toMatchObject({
    code: "net/private-address",
  });
  await expect(open().ask(port, { line: "a\r\nb" })).rejects.toMatchObject({ code: "net/url" });
  expect(asked).toEqual([]);
});

test("silence, floods, refusals and cancelling end", async () => {
  const silent = await serve(() => undefined);
  await expect(open().ask(silent.port, { timeoutMs: 100 })).rejects.toMatchObject({ code: "net/timeout" });
  const flood = await serve((_, socket) => socket.write("x".repeat(400_000)));
  await expect(open().ask(flood.port)).rejects.toMatchObject({ code: "net/too-large" });
  await expect(open().ask(1)).rejects.toMatchObject({ code: "net/refused" });
  const stop = new AbortController();
  const asking = open().ask(silent.port, { signal: stop.signal });
  stop.abort();
  await expect(asking).rejects.toMatchObject({ code: "net/cancelled" });
});

test("IANA says who is asked; a server that is no host name is not", async () => {
  const lines: string[] = [];
  const ask = async (host: string, line: string) => {
    lines.push(`${host} ${line}`);
    return host === "whois.iana.org"
      ? "domain: DE\nwhois:        whois.denic.de\n"
      : "Domain: evil.de\nStatus: connect\n";
  };
  expect(await askPort43(ask, "evil.de")).toContain("connect");
  expect(lines).toEqual(["whois.iana.org de", "whois.denic.de -T dn evil.de"]);
  expect(await askPort43(async () => "whois: -evil host\n", "evil.zz")).toBeUndefined();
  expect(await askPort43(async () => "% nothing\n", "evil.zz")).toBeUndefined();
});

test.each<[string, string, object]>([
  [
    "Verisign's",
    "   Domain Name: GOOGLE.COM\r\n   Registry Domain ID: 2138514_DOMAIN_COM-VRSN\r\n   Registrar: MarkMonitor Inc.\r\n   Registrar Abuse Contact Email: abuse@markmonitor.example\r\n   Creation Date: 1997-09-15T04:00:00Z\r\n   Registry Expiry Date: 2028-09-14T04:00:00Z\r\n   Domain Status: clientTransferProhibited\r\n   Name Server: NS1.GOOGLE.COM\r\n   Name Server: NS2.GOOGLE.COM\r\n>>> Last update of whois database: 2026-11-24T00:00:00Z <<<\r\n",
    {
      name: "google.com",
      handle: "2138514_DOMAIN_COM-VRSN",
      registrar: "MarkMonitor Inc.",
      abuseEmail: "abuse@markmonitor.example",
      nameservers: ["ns1.google.com", "ns2.google.com"],
      created: new Date("1997-09-15T04:00:00Z"),
      expires: new Date("2028-09-14T04:00:00Z"),
      updated: undefined,
    },
  ],
  [
    "DENIC's",
    "% Terms\nDomain: heise.de\nNserver: ns.heise.de 193.99.145.37\nNserver: ns.plusline.de.\nStatus: connect\nChanged: 2024-02-01T10:11:12+01:00\n",
    {
      name: "heise.de",
      nameservers: ["ns.heise.de", "ns.plusline.de"],
      status: ["connect"],
      updated: new Date("2024-02-01T09:11:12Z"),
    },
  ],
  [
    "Nominet's",
    "    Domain name:\n        bbc.co.uk\n\n    Registrar:\n        British Broadcasting Corporation [Tag = BBC]\n\n    Registered on: 01-Aug-1996\n    Expiry date:  13-Dec-2026\n\n    Name servers:\n        ddns0.bbc.co.uk\n",
    {
      name: "bbc.co.uk",
      registrar: "British Broadcasting Corporation [Tag = BBC]",
      created: new Date("1996-08-01T00:00:00Z"),
      expires: new Date("2026-12-13T00:00:00Z"),
      nameservers: ["ddns0.bbc.co.uk"],
    },
  ],
  [
    ".ru's",
    "domain:        YA.RU\nnserver:       ns1.yandex.ru.\nstate:         REGISTERED, DELEGATED, VERIFIED\norg:           YANDEX, LLC.\ncreated:       1999-07-12T13:30:42Z\npaid-till:     2027-07-31T21:00:00Z\n",
    {
      organization: "YANDEX, LLC.",
      created: new Date("1999-07-12T13:30:42Z"),
      expires: new Date("2027-07-31T21:00:00Z"),
    },
  ],
])("%s answer as a record", (_, text, expected) => {
  expect(saysNothing(text)).toBe(false);
  expect(parseWhois("asked.example", text, nowMs())).toMatchObject(expected);
});

test.each([
  'No match for "X.COM".\r\n',
  "% No entries found\n",
  "Status: free\n",
  "NOT FOUND\n",
  "",
  "Domain not found.\n",
])("%j is 'nothing known'", text => expect(saysNothing(text)).toBe(true));

test("hostile answers stay text and end", () => {
  const text = `Registrar: <script>alert(1)</script>\n__proto__: polluted\nconstructor: x\n${"Status: a\n".repeat(100_000)}${"k".repeat(1e6)}: v\n${" ".repeat(1e6)}\nCreation Date: \u202e2026\n`;
  const record = parseWhois("x.com", text, 0);
  expect(record.registrar).toBe("<script>alert(1)</script>");
  expect(record.status).toEqual(["a"]);
  expect(record.created).toBeUndefined();
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
