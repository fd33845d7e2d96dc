/** Each provider's request, and its reading of answers shaped as the service documents them, at every boundary of severity. */
import { expect, test } from "vitest";
import { Secret } from "../../base/secret.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import type { ProviderSettings, TiRequest } from "./provider.js";
import { findProvider, retiredProviders, tiProviders } from "./providers/index.js";
import type { Severity } from "./result.js";

const secret = "k3y-0f-the-service";
const md5 = "9e107d9d372bb6826bd81d3542a419d6";
const sha256 = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592";

function get(name: string) {
  const provider = findProvider(tiProviders, name);
  if (provider === undefined) throw new Error(`no ${name}`);
  const settings: ProviderSettings = {
    authKey: new Secret(secret, "test"),
    apiId: new Secret("the-id", "test"),
    instance: "acme",
    baseUrl: provider.baseUrl.replace("{instance}", "acme"),
  };
  return { provider, settings };
}

const q = (value: string, type: IocKind, subtype = "") => ({ value, type, subtype });
const reveal = ({ headers = {} }: TiRequest) =>
  Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, v instanceof Secret ? v.reveal() : v]));

test.each<[string, string, IocKind, string, string, Record<string, string>?]>([
  [
    "VirusTotal",
    "8.8.8.8",
    "ipv4",
    "",
    "https://www.virustotal.com/api/v3/ip_addresses/8.8.8.8",
    { "x-apikey": secret },
  ],
  ["VirusTotal", "evil.com", "dns", "", "https://www.virustotal.com/api/v3/domains/evil.com"],
  [
    "VirusTotal",
    "http://evil.com/?a=b",
    "url",
    "",
    "https://www.virustotal.com/api/v3/urls/aHR0cDovL2V2aWwuY29tLz9hPWI",
  ],
  ["VirusTotal", sha256, "sha256_hash", "", `https://www.virustotal.com/api/v3/files/${sha256}`],
  [
    "OTX",
    "8.8.8.8",
    "ipv4",
    "",
    "https://otx.alienvault.com/api/v1/indicators/IPv4/8.8.8.8/general",
    { "x-otx-api-key": secret },
  ],
  [
    "OTX",
    "http://a.com/b",
    "url",
    "",
    "https://otx.alienvault.com/api/v1/indicators/url/http%3A%2F%2Fa.com%2Fb/general",
  ],
  ["OTX", "a.com", "dns", "passivedns", "https://otx.alienvault.com/api/v1/indicators/domain/a.com/passive_dns"],
  [
    "XForce",
    "8.8.8.8",
    "ipv4",
    "",
    "https://api.xforce.ibmcloud.com/ipr/8.8.8.8",
    { authorization: `Basic ${Buffer.from(`the-id:${secret}`).toString("base64")}` },
  ],
  ["XForce", "8.8.8.8", "ipv4", "malware", "https://api.xforce.ibmcloud.com/ipr/malware/8.8.8.8"],
  ["XForce", "a.com", "dns", "whois", "https://api.xforce.ibmcloud.com/whois/a.com"],
  ["XForce", md5, "md5_hash", "", `https://api.xforce.ibmcloud.com/malware/${md5}`],
  ["GreyNoise", "8.8.8.8", "ipv4", "", "https://api.greynoise.io/v3/community/8.8.8.8", { key: secret }],
  ["GreyNoise", "8.8.8.8", "ipv4", "full", "https://api.greynoise.io/v2/noise/context/8.8.8.8"],
  [
    "AbuseIPDB",
    "2606:4700::1",
    "ipv6",
    "",
    "https://api.abuseipdb.com/api/v2/check?ipAddress=2606%3A4700%3A%3A1&maxAgeInDays=90",
    { key: secret, accept: "application/json" },
  ],
  [
    "IPQualityScore",
    "8.8.8.8",
    "ipv4",
    "",
    "https://www.ipqualityscore.com/api/json/ip/{{key}}/8.8.8.8?strictness=1&allow_public_access_points=true",
  ],
  ["Pulsedive", "a.com", "dns", "", "https://pulsedive.com/api/info.php?indicator=a.com&key={{key}}"],
  ["CrowdSec", "8.8.8.8", "ipv4", "", "https://cti.api.crowdsec.net/v2/smoke/8.8.8.8", { "x-api-key": secret }],
  [
    "OPR",
    "a.com",
    "dns",
    "",
    "https://openpagerank.com/api/v1.0/getPageRank?domains%5B0%5D=a.com",
    { "api-opr": secret },
  ],
  [
    "Cyberint",
    sha256,
    "sha256_hash",
    "",
    `https://acme.cyberint.io/ioc/api/v1/file/sha256?value=${sha256}`,
    { cookie: `access_token=${secret}` },
  ],
  ["Tor", "8.8.8.8", "ipv4", "", "https://check.torproject.org/exit-addresses"],
  [
    "urlscan",
    'http://a.com/"x\\',
    "url",
    "",
    `https://urlscan.io/api/v1/search/?q=${encodeURIComponent('page.url:"http://a.com/\\"x\\\\"')}&size=20`,
    { "api-key": secret },
  ],
  ["Shodan", "8.8.8.8", "ipv4", "", "https://api.shodan.io/shodan/host/8.8.8.8?minify=true&key={{key}}"],
  ["InternetDB", "8.8.8.8", "ipv4", "", "https://internetdb.shodan.io/8.8.8.8"],
])("%s asks about %s (%s %s)", (...[name, value, type, subtype, url, headers]) => {
  const { provider, settings } = get(name);
  const request = provider.request(q(value, type, subtype), settings);
  expect(request.url).toBe(url);
  if (headers !== undefined) expect(reveal(request)).toEqual(headers);
  expect(provider.types[type]).toContain(subtype);
});

test.each<[string, string, IocKind, unknown]>([
  ["ThreatFox", "8.8.8.8", "ipv4", { json: { query: "search_ioc", search_term: "8.8.8.8", exact_match: false } }],
  ["ThreatFox", "a.com", "dns", { json: { query: "search_ioc", search_term: "a.com", exact_match: true } }],
  ["ThreatFox", md5, "md5_hash", { json: { query: "search_hash", hash: md5 } }],
  ["URLhaus", "http://a.com/x&y", "url", { body: "url=http%3A%2F%2Fa.com%2Fx%26y" }],
  ["URLhaus", "a.com", "dns", { body: "host=a.com" }],
  ["URLhaus", sha256, "sha256_hash", { body: `sha256_hash=${sha256}` }],
  ["MalwareBazaar", sha256, "sha256_hash", { body: `query=get_info&hash=${sha256}` }],
])("%s posts %s (%s)", (name, value, type, sent) => {
  const { provider, settings } = get(name);
  expect(provider.request(q(value, type), settings)).toMatchObject({ method: "POST", ...(sent as object) });
});

test("no request shows a key anywhere but in its secrets", () => {
  for (const { name, types } of tiProviders)
    for (const [type, subtypes] of Object.entries(types))
      for (const subtype of subtypes) {
        const { provider, settings } = get(name);
        expect(JSON.stringify(provider.request(q("8.8.8.8", type as IocKind, subtype), settings))).not.toContain(
          secret,
        );
      }
});

const vt = (stats: object) => ({ data: { id: "x", attributes: { last_analysis_stats: stats } } });
const pulses = (count: number) => ({ pulse_info: { count, pulses: [] } });
const abuse = (score: number) => ({ data: { abuseConfidenceScore: score, totalReports: 1 } });
const smoke = (total: number) => ({ scores: { overall: { total } } });
const fox = (level: number) => ({ query_status: "ok", data: [{ id: "7", ioc: "a.com", confidence_level: level }] });

test.each<[string, IocKind, unknown, Severity, boolean]>([
  ["VirusTotal", "ipv4", vt({ harmless: 70, malicious: 0, suspicious: 0, undetected: 9 }), "information", true],
  ["VirusTotal", "ipv4", vt({ malicious: 0, suspicious: 1 }), "warning", true],
  ["VirusTotal", "ipv4", vt({ malicious: 1, suspicious: 0 }), "warning", true],
  ["VirusTotal", "ipv4", vt({ malicious: 2, suspicious: 0 }), "high", true],
  ["OTX", "dns", pulses(0), "information", false],
  ["OTX", "dns", pulses(1), "warning", true],
  ["OTX", "dns", pulses(2), "high", true],
  ["XForce", "ipv4", { score: 1.9 }, "information", true],
  ["XForce", "ipv4", { score: 2 }, "warning", true],
  ["XForce", "ipv4", { score: 4.9 }, "warning", true],
  ["XForce", "ipv4", { score: 5 }, "high", true],
  ["XForce", "md5_hash", { malware: { risk: "high", family: ["x"] } }, "high", true],
  ["XForce", "ipv4", { malware: [] }, "information", true],
  ["XForce", "url", { result: { score: 7, cats: {} } }, "high", true],
  ["GreyNoise", "ipv4", { noise: true, classification: "malicious" }, "high", true],
  ["GreyNoise", "ipv4", { noise: true, classification: "suspicious" }, "warning", true],
  ["GreyNoise", "ipv4", { noise: true, classification: "benign" }, "information", true],
  ["GreyNoise", "ipv4", { noise: false, riot: false }, "information", false],
  ["AbuseIPDB", "ipv4", abuse(0), "information", true],
  ["AbuseIPDB", "ipv4", abuse(1), "warning", true],
  ["AbuseIPDB", "ipv4", abuse(50), "warning", true],
  ["AbuseIPDB", "ipv4", abuse(51), "high", true],
  ["IPQualityScore", "ipv4", { success: true, fraud_score: 50 }, "information", true],
  ["IPQualityScore", "ipv4", { success: true, fraud_score: 51 }, "warning", true],
  ["IPQualityScore", "ipv4", { success: true, fraud_score: 79 }, "warning", true],
  ["IPQualityScore", "ipv4", { success: true, fraud_score: 80 }, "high", true],
  ["Pulsedive", "dns", { risk: "none" }, "information", true],
  ["Pulsedive", "dns", { risk: "low" }, "information", true],
  ["Pulsedive", "dns", { risk: "medium" }, "warning", true],
  ["Pulsedive", "dns", { risk: "high" }, "high", true],
  ["Pulsedive", "dns", { risk: "critical" }, "high", true],
  ["Pulsedive", "dns", { risk: "unknown" }, "unknown", true],
  ["Pulsedive", "dns", { error: "Indicator not found." }, "information", false],
  ["CrowdSec", "ipv4", smoke(2), "information", true],
  ["CrowdSec", "ipv4", smoke(3), "warning", true],
  ["CrowdSec", "ipv4", smoke(4), "high", true],
  ["OPR", "dns", { response: [{ status_code: 200, rank: "3" }] }, "information", true],
  ["OPR", "dns", { response: [{ status_code: 404, error: "Domain not found" }] }, "warning", false],
  ["Cyberint", "ipv4", { data: { risk: { malicious_score: 0 } } }, "information", true],
  ["Cyberint", "ipv4", { data: { risk: { malicious_score: 50 } } }, "warning", true],
  ["Cyberint", "ipv4", { data: { risk: { malicious_score: 51 } } }, "high", true],
  ["urlscan", "dns", { total: 0, results: [] }, "information", false],
  ["urlscan", "dns", { total: 2, results: [{ page: { url: "x" } }] }, "information", true],
  ["urlscan", "dns", { total: 1, results: [{ verdicts: { malicious: true } }] }, "high", true],
  ["Shodan", "ipv4", { ports: [22] }, "information", true],
  ["InternetDB", "ipv4", { ports: [22], vulns: ["CVE-2021-44228"] }, "warning", true],
  ["ThreatFox", "dns", fox(74), "warning", true],
  ["ThreatFox", "dns", fox(75), "high", true],
  ["ThreatFox", "dns", { query_status: "no_result" }, "information", false],
  [
    "ThreatFox",
    "ipv4",
    { query_status: "ok", data: [{ ioc: "18.8.8.8:80", confidence_level: 100 }] },
    "information",
    false,
  ],
  ["ThreatFox", "ipv4", { query_status: "ok", data: [{ ioc: "8.8.8.8:443", confidence_level: 100 }] }, "high", true],
  ["URLhaus", "url", { query_status: "ok", url_status: "online" }, "high", true],
  ["URLhaus", "url", { query_status: "ok", url_status: "offline" }, "warning", true],
  ["URLhaus", "dns", { query_status: "ok", urls: [{ url_status: "offline" }, { url_status: "online" }] }, "high", true],
  ["URLhaus", "url", { query_status: "no_results" }, "information", false],
  ["MalwareBazaar", "sha256_hash", { query_status: "ok", data: [{ signature: "x" }] }, "high", true],
  ["MalwareBazaar", "sha256_hash", { query_status: "hash_not_found" }, "information", false],
])("%s %s %j is %s", (...[name, type, body, severity, found]) => {
  const verdict = get(name).provider.parse({ status: 200, text: "", body }, q("8.8.8.8", type));
  expect({ severity: verdict.severity, found: verdict.found }).toEqual({ severity, found });
});

test("Tor's list is read whole, and an answer that is no list is refused", () => {
  const text =
    "ExitNode ABC\nPublished 2026-11-23 01:02:03\nLastStatus 2026-11-23 02:00:00\nExitAddress 185.220.101.4 2026-11-23 02:10:00\n";
  const { parse } = get("Tor").provider;
  expect(parse({ status: 200, text, body: undefined }, q("185.220.101.4", "ipv4"))).toMatchObject({
    found: true,
    severity: "warning",
    details: { NodeID: "ABC", LastStatus: "2026-11-23 02:00:00", seen: "2026-11-23 02:10:00" },
  });
  expect(parse({ status: 200, text, body: undefined }, q("8.8.8.8", "ipv4")).found).toBe(false);
  expect(() => parse({ status: 200, text: "<html>", body: undefined }, q("8.8.8.8", "ipv4"))).toThrow();
});

test("an answer of another shape is an error, never a verdict", () => {
  for (const { name, types, answers } of tiProviders) {
    if (answers === "text") continue;
    const type = Object.keys(types)[0] as IocKind;
    for (const body of [{}, [], "text", 7, null])
      expect(() => get(name).provider.parse({ status: 200, text: "", body }, q("8.8.8.8", type)), name).toThrow();
  }
  const withKey = (name: string, body: unknown) => () =>
    get(name).provider.parse({ status: 200, text: "", body }, q("8.8.8.8", "ipv4"));
  expect(withKey("IPQualityScore", { success: false, message: "Invalid or unauthorized key" })).toThrow(
    "Invalid or unauthorized key",
  );
  expect(withKey("ThreatFox", { query_status: "unknown_auth_key" })).toThrow("unknown_auth_key");
  expect(withKey("Pulsedive", { error: "Invalid API key." })).toThrow("Invalid API key");
});

test("every provider says what it is, where that is documented, and what it allows", () => {
  const names = [...tiProviders, ...retiredProviders]
    .flatMap(p => [p.name, ...(p.aliases ?? [])])
    .map(n => n.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  for (const p of tiProviders) {
    expect(p.documentation).toMatch(/^https:/);
    expect(p.quota.length).toBeGreaterThan(0);
    expect(p.keepMs).toBeGreaterThan(0);
  }
});
