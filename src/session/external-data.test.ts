import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExternalDataSettings } from "../config/huntbook-section.js";
import type { ExternalSource } from "../kql/api.js";
import type { HttpClient } from "../net/client.js";
import { pinnedClock } from "../base/clock.js";
import { FrameStore } from "../frame/store.js";
import { installPrelude, registerUdfs } from "../frame/udf-host.js";
import { createInlineCompiler } from "../kql/compiler.js";
import { createExternalReader } from "./external-data.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-external-"));
  mkdirSync(join(dir, "feeds"));
  writeFileSync(join(dir, "feeds", "bad.csv"), 'Ip,Score\n203.0.113.5,7\n"198.51.100.1",\n\n');
  writeFileSync(join(dir, "feeds", "lines.txt"), "203.0.113.5\nevil.example\n");
  writeFileSync(join(dir, "feeds", "list.json"), '{"Ip":"203.0.113.5","Tags":["a"]}\n{"Ip":"x","Score":2}\n');
  writeFileSync(join(dir, "feeds", "all.json.gz"), gzipSync('[{"Ip":"203.0.113.5"}]'));
  writeFileSync(join(dir, "feeds", "broken.csv"), 'a,"b\n');
  writeFileSync(join(dir, "secret.csv"), "top,1\n");
  symlinkSync(join(dir, "secret.csv"), join(dir, "feeds", "link.csv"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const answers: Record<string, string> = { "https://feeds.example.org/a.csv": "203.0.113.5,7\n" };
const fakeHttp = (checkUrl: (url: URL) => void, redirect?: string): HttpClient => ({
  request: async ({ url, maxBytes = 0 }) => {
    checkUrl(new URL(url));
    if (redirect !== undefined) checkUrl(new URL(redirect));
    const text = answers[url];
    const body = new TextEncoder().encode(text ?? "");
    expect(body.length).toBeLessThanOrEqual(maxBytes);
    return {
      status: text === undefined ? 404 : 200,
      headers: {},
      url,
      body,
      attempts: 1,
      text: () => text ?? "",
      json: () => null,
    };
  },
  close: async () => undefined,
});

interface Setting extends Partial<ExternalDataSettings> {
  readonly redirect?: string;
  readonly addresses?: readonly string[];
}
const settingsOf = ({ hosts, maxBytes }: Setting): ExternalDataSettings => ({
  hosts: hosts ?? ["feeds.example.org", "*.trusted.example"],
  folders: [join(dir, "feeds")],
  maxBytes: maxBytes ?? 1000,
});
const readerFor = (setting: Setting = {}) =>
  createExternalReader({
    settings: () => settingsOf(setting),
    http: check => fakeHttp(check, setting.redirect),
    addressesOf: async () => setting.addresses ?? ["93.184.215.14"],
  });
const source = (uri: string, changes: Partial<ExternalSource> = {}): ExternalSource => ({
  uris: [uri],
  columns: [
    { name: "Ip", type: "string" },
    { name: "Score", type: "long" },
  ],
  format: "csv",
  ignoreFirstRecord: false,
  ...changes,
});

const reads: readonly (readonly [
  what: string,
  source: ExternalSource,
  rows: readonly (readonly (string | null)[])[],
])[] = [
  [
    "a file of an allowed folder",
    source("bad.csv", { ignoreFirstRecord: true }),
    [
      ["203.0.113.5", "7"],
      ["198.51.100.1", ""],
    ],
  ],
  ["lines", source("lines.txt", { format: "txt" }), [["203.0.113.5"], ["evil.example"]]],
  [
    "JSON lines by name",
    source("list.json", { format: "json" }),
    [
      ["203.0.113.5", null],
      ["x", "2"],
    ],
  ],
  ["packed JSON", source("all.json.gz", { format: "multijson" }), [["203.0.113.5", null]]],
  ["an allowed host", source("https://feeds.example.org/a.csv"), [["203.0.113.5", "7"]]],
];
test.each(reads)("reads %s", async (_what, from, rows) => {
  expect(await readerFor()(from)).toEqual(rows);
});

const refusals: readonly (readonly [what: string, uri: string, setting: Setting, message: string | RegExp])[] = [
  ["a host that is not listed", "https://elsewhere.example/a.csv", {}, "may not read from 'elsewhere.example'"],
  ["a name that only ends alike", "https://nottrusted.example/a.csv", {}, "may not read from"],
  ["plain http", "http://feeds.example.org/a.csv", {}, "over https only"],
  ["an address of this machine", "https://127.0.0.1/a", { hosts: ["127.0.0.1"] }, "not a public address"],
  ["an IPv6 address of this machine", "https://[::1]/a", { hosts: ["[::1]"] }, "not a public address"],
  [
    "a name that leads into a private network",
    "https://feeds.example.org/a.csv",
    { addresses: ["10.1.2.3"] },
    "10.1.2.3 is not a public address",
  ],
  [
    "a name that leads to the cloud's metadata",
    "https://feeds.example.org/a.csv",
    { addresses: ["169.254.169.254"] },
    "not a public address",
  ],
  [
    "a mapped private address",
    "https://feeds.example.org/a.csv",
    { addresses: ["::ffff:127.0.0.1"] },
    "not a public address",
  ],
  [
    "a redirect to another host",
    "https://feeds.example.org/a.csv",
    { redirect: "https://elsewhere.example/" },
    "may not read from 'elsewhere.example'",
  ],
  ["what is not there", "https://feeds.example.org/b.csv", {}, "answered 404"],
  ["a file outside the folders", "/etc/passwd", {}, "may not read '/etc/passwd'"],
  ["a way out of the folder", "../secret.csv", {}, "may not read '../secret.csv'"],
  ["a link out of the folder", "link.csv", {}, "may not read 'link.csv'"],
  ["a file that is too large", "bad.csv", { maxBytes: 10 }, "larger than what may still be read"],
  ["records that cannot be read", "broken.csv", {}, "1 record skipped"],
];
test.each(refusals)("refuses %s", async (_what, uri, setting, message) => {
  await expect(readerFor(setting)(source(uri))).rejects.toThrow(message);
});
test.each(["https://", "http://feeds.example.org/a.csv", "https://elsewhere.example/a.csv", "/etc/passwd"])(
  "%s is refused as not allowed, not as unreadable",
  async uri => {
    await expect(readerFor()(source(uri))).rejects.toMatchObject({ code: "external/not-allowed" });
  },
);

test("a packed file cannot grow beyond the limit", async () => {
  writeFileSync(join(dir, "feeds", "bomb.csv"), gzipSync("a".repeat(100_000)));
  await expect(readerFor()(source("bomb.csv"))).rejects.toMatchObject({ code: "external/unreadable" });
});

test("externaldata in a query: typed columns, joined, and gone afterwards; refused at its place when off", async () => {
  const compiler = createInlineCompiler();
  const options = { compiler, clock: pinnedClock(new Date("2024-01-01")), prepare: [registerUdfs, installPrelude] };
  const store = await FrameStore.open({ ...options, external: readerFor() });
  const text = `let Feed = externaldata(Ip: string, Score: long)["bad.csv"] with (ignoreFirstRecord=true);
    datatable(Ip: string)["203.0.113.5"] | join kind=inner Feed on Ip | project Ip, Twice = Score * 2`;
  try {
    const frame = await store.query(text);
    expect(await frame.rows()).toEqual([{ Ip: "203.0.113.5", Twice: 14 }]);
    expect(store.frameCount).toBe(1);
    await expect(store.query('externaldata(a: string)["/etc/passwd"]')).rejects.toThrow(
      /query:1:1: error kql\/external-data: .*may not read/,
    );
  } finally {
    await store.close();
  }
  const off = await FrameStore.open(options);
  try {
    await expect(off.query('externaldata(a: string)["x.csv"]')).rejects.toThrow("externaldata is off");
  } finally {
    await off.close();
  }
}, 30_000);
