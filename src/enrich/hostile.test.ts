/**
 * Hostile inputs by name, each through everything here that takes text: it ends, it stays text, and nothing of it leaves the
 * machine. What looks at the size of the work is in the tests of each part.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import { FrameStore } from "../frame/store.js";
import { createHttpClient } from "../net/client.js";
import { Quota } from "../net/quota.js";
import { AnswerStore } from "../net/store.js";
import { extractIocs } from "../transform/ioc/extract.js";
import { IocExtractor } from "../transform/ioc/ioc-extract.js";
import { defang, refang } from "../transform/ioc/refang.js";
import { renderHtml, renderText, toView } from "../view/index.js";
import { publicHost } from "./domain/refuse.js";
import { lookAlikes } from "./domain/look-alike.js";
import { nameScore } from "./domain/name-score.js";
import { dnsComponents, urlComponents } from "./domain/name-parts.js";
import { addPlaces } from "./geo/frame.js";
import { locateAll, type GeoSource } from "./geo/lookup.js";
import { browseView } from "./ti/browse.js";
import { FeedSource } from "./ti/feed-source.js";
import { HttpSource, type KeptAnswer } from "./ti/http-source.js";
import { TiLookup } from "./ti/lookup.js";
import { findProvider, tiProviders } from "./ti/providers/index.js";
import { parseWhois, saysNothing } from "./whois/port43.js";
import { parseRdap } from "./whois/rdap-answer.js";
import { toWhoisQuery } from "./whois/rdap.js";

const megabytes = (text: string, mb: number): string => text.repeat(Math.ceil((mb * 2 ** 20) / text.length));

/** None of them is, as a whole, an observable that may be asked about. */
const corpus: Readonly<Record<string, string>> = {
  "a line of 10 MB": megabytes("x=1 ", 10),
  "2 MB without a blank": megabytes("a", 2),
  "2 MB of dots": megabytes(".", 2),
  "2 MB of almost an address": megabytes("1.1.1.", 2),
  "2 MB of defanging": megabytes("hxxp[:]//a[.]", 2),
  "ReDoS: nested groups": `${"a".repeat(50_000)}!`,
  "ReDoS: almost a URL": `http://${"a.".repeat(50_000)}`,
  "ReDoS: almost a mail address": `${"a@".repeat(50_000)}`,
  "ReDoS: blanks": `${" ".repeat(200_000)}x`,
  "ReDoS: hyphens": `${"a-".repeat(50_000)}.com`,
  "lone surrogates": "http://\ud800evil.com/\udfff \udc00",
  "bidi controls": "\u202emoc.live\u202c \u2066evil.com\u2069",
  "invisible characters": "evil\u200b.com \ufeffevil.com",
  "control characters": "evil.com\u0000\u0007\r\nHost: other",
  __proto__: "__proto__",
  constructor: "constructor.prototype",
  HTML: "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>",
  ANSI: "\u001b[31mred\u001b]0;title\u0007\u009b2J",
  "template marks": "evil.com/{{key}}",
  KQL: '1.2.3.4") | union * //',
  SQL: "1.2.3.4'; drop table x; --",
};

const root = mkdtempSync(join(tmpdir(), "huntbook-hostile-"));
let store: FrameStore;
beforeAll(async () => {
  store = await FrameStore.open();
});
afterAll(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

/** A service that answers as told, and what it was asked. */
async function open(answer: unknown) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  const client = createHttpClient({ retries: 0 });
  const nowMs = (): number => Date.UTC(2026, 10, 24);
  const sleep = async (): Promise<void> => undefined;
  const provider = findProvider(tiProviders, "AbuseIPDB");
  if (provider === undefined) throw new Error("no provider");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = new HttpSource({
    ...{ provider, client, nowMs, sleep, settings: { authKey: new Secret("k3y", "test"), baseUrl } },
    quota: new Quota({ windows: [{ limit: 1000, perMs: 1000 }], nowMs, sleep }),
    answers: new AnswerStore<KeptAnswer>({ name: "x", nowMs }),
  });
  const ti = new TiLookup({
    load: () => ({ sources: [{ source, isPrimary: true, isEnabled: true }], rules: { internalDomains: [] } }),
    ...{ retired: [], frames: async () => store, nowMs, clock: "system", signal: () => undefined },
    ...{ onProgress: () => undefined, notify: () => undefined },
  });
  const close = async (): Promise<void> => {
    await client.close();
    server.closeAllConnections();
    await new Promise(done => server.close(done));
  };
  return { ti, asked, close };
}

const isPolluted = (): boolean => Object.keys(Object.prototype).length > 0 || "polluted" in {};

describe.each(Object.entries(corpus))("%s", (_, text) => {
  test("observables of it, its other forms and its parts", async () => {
    for (const values of Object.values(extractIocs(text)))
      for (const value of values ?? []) expect(value.length).toBeLessThanOrEqual(text.length);
    expect(typeof defang(text)).toBe("string");
    expect(typeof refang(text)).toBe("string");
    expect(dnsComponents(text).suffix.length).toBeLessThan(100);
    void urlComponents(text);
    expect(lookAlikes(text, ["microsoft.com"]).length).toBeLessThanOrEqual(1);
    expect(nameScore(text).score).toBeLessThanOrEqual(1);
    const frame = await store.fromRows([{ t: text }]);
    const none = { run: async () => [] };
    const found = await new IocExtractor({ patterns: none, frames: async () => store }).extract(frame, {
      columns: "t",
    });
    expect(found.columns).toHaveLength(6);
    expect(isPolluted()).toBe(false);
  }, 60_000);

  test("it is not asked about outside", async () => {
    const { ti, asked, close } = await open({});
    try {
      for (const iocType of [undefined, "ipv4", "dns", "url", "email", "sha256_hash"])
        for (const result of await ti.lookupIoc(text, iocType === undefined ? {} : { iocType }))
          expect({ ok: result.Result, says: result.Message.length > 0 && result.Message.length < 300 }).toEqual({
            ok: false,
            says: true,
          });
      expect(() => toWhoisQuery(text, { internalDomains: [] })).toThrow(
        expect.objectContaining({ code: "whois/refused" }),
      );
      expect(() => publicHost(text, { internalDomains: [] })).toThrow(
        expect.objectContaining({ code: "domain/refused" }),
      );
      expect(asked).toEqual([]);
    } finally {
      await close();
    }
  }, 60_000);

  test("as an address in a frame it has no place, and stays as it is", async () => {
    const source: GeoSource = { name: "x", find: ip => (ip === "8.8.8.8" ? { countryCode: "US" } : undefined) };
    const placed = await addPlaces(store, await store.fromRows([{ ip: text }, { ip: "8.8.8.8" }]), [source], {
      column: "ip",
    });
    const rows = await placed.rows();
    expect(rows.map(r => r["CountryCode"])).toEqual(["", "US"]);
    expect((rows[0]?.["ip"] as string).length).toBe(Buffer.from(text).toString("utf8").length);
    expect(locateAll([source], [text])).toEqual([undefined]);
  }, 60_000);

  test("in answers, feeds and registries it stays text", async () => {
    const short = text.slice(0, 20_000);
    const answer = `{"data":{"abuseConfidenceScore":99,"totalReports":1,"isp":${JSON.stringify(short)},"usageType":${JSON.stringify(short)},"__proto__":{"polluted":1}}}`;
    const { ti, close } = await open(JSON.parse(answer));
    try {
      const results = await ti.lookupIoc("8.8.8.8");
      expect(results[0]).toMatchObject({ Severity: "high", Result: true });
      const view = toView(browseView(results, { severities: "all" }));
      expect(renderHtml(view)).not.toMatch(/<img|<script|[\u202a-\u202e\u2066-\u2069\u0000]/);
      expect(renderText(view)).not.toMatch(/[\u001b\u0007\u009b\u0000]/);
      expect((await ti.resultToFrame(results)).rowCount).toBe(1);
    } finally {
      await close();
    }
    const path = join(root, "feed.txt");
    writeFileSync(path, `8.8.4.4\n${text}\n`);
    const feed = new FeedSource({ path }, () => 0).load();
    expect(feed.indicators.map(i => i.value)).toContain("8.8.4.4");
    expect(parseWhois("x.com", `Registrar: ${short}\n${short}: y\n`, 0).query).toBe("x.com");
    expect(typeof saysNothing(text)).toBe("boolean");
    expect(
      parseRdap("x.com", { name: text, handle: text, status: [text], events: text, entities: [text] }, 0).name,
    ).toBe(text);
    expect(isPolluted()).toBe(false);
  }, 60_000);
});
