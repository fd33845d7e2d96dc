/** Services that say how bad an observable is. Severities follow each service's documentation, as noted on the line. */
import { Secret } from "../../../base/secret.js";
import { dayMs, minuteMs } from "../../../net/quota.js";
import type { IocKind } from "../../../transform/ioc/ioc-type.js";
import type { ProviderSettings, TiProvider, TiQuery } from "../provider.js";
import { nothingFound, type Severity } from "../result.js";
import {
  at,
  details,
  isoOfSeconds,
  listAt,
  needNumber,
  numberAt,
  objectOf,
  ShapeError,
  textAt,
  wordAt,
} from "../shape.js";

const e = encodeURIComponent;
const plain = [""] as const;
const addresses = { ipv4: plain, ipv6: plain } as const;
const hashes = { md5_hash: plain, sha1_hash: plain, sha256_hash: plain, file_hash: plain } as const;
const monthMs = 30 * dayMs;

/** The key as a header's value; the engine has checked that it is there. */
function key(settings: ProviderSettings): Secret {
  return settings.authKey ?? new Secret("", "not set");
}

/** HTTP Basic, as a secret of its own. */
function basic({ apiId, authKey }: ProviderSettings): Secret {
  const text = `${apiId?.reveal() ?? ""}:${authKey?.reveal() ?? ""}`;
  return new Secret(`Basic ${Buffer.from(text).toString("base64")}`, authKey?.origin ?? "not set");
}

/** The first limit that the score reaches, from the highest down. */
function byScore(score: number, high: number, warning: number): Severity {
  return score >= high ? "high" : score >= warning ? "warning" : "information";
}

const virusTotalPaths: Partial<Record<IocKind, string>> = {
  ipv4: "ip_addresses",
  ipv6: "ip_addresses",
  dns: "domains",
  hostname: "domains",
  url: "urls",
};

const virusTotal: TiProvider = {
  name: "VirusTotal",
  aliases: ["VirusTotalV3", "VT"],
  describes: "verdicts of some seventy engines on files, URLs, domains and addresses (API v3)",
  documentation: "https://docs.virustotal.com/reference/overview",
  baseUrl: "https://www.virustotal.com",
  needs: ["AuthKey"],
  types: { ...addresses, dns: plain, hostname: plain, url: plain, ...hashes },
  // https://docs.virustotal.com/reference/public-vs-premium-api
  quota: [
    { limit: 4, perMs: minuteMs },
    { limit: 500, perMs: dayMs },
    { limit: 15_500, perMs: monthMs },
  ],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value, type }, s) => {
    const id = type === "url" ? Buffer.from(value).toString("base64url") : e(value);
    return { url: `${s.baseUrl}/api/v3/${virusTotalPaths[type] ?? "files"}/${id}`, headers: { "x-apikey": key(s) } };
  },
  parse: ({ body }, { type }) => {
    const attributes = objectOf(at(body, "data", "attributes"), "data.attributes");
    const stats = objectOf(at(attributes, "last_analysis_stats") ?? {}, "last_analysis_stats");
    const [malicious, suspicious] = [numberAt(stats, "malicious") ?? 0, numberAt(stats, "suspicious") ?? 0];
    const engines = ["harmless", "undetected", "malicious", "suspicious"].map(k => numberAt(stats, k) ?? 0);
    // Two engines that agree are a finding, one may be wrong (MSTICPy's rule).
    const severity = malicious > 1 ? "high" : malicious + suspicious > 0 ? "warning" : "information";
    const kind = virusTotalPaths[type] ?? "files";
    const page = { ip_addresses: "ip-address", domains: "domain", urls: "url", files: "file" }[kind];
    return {
      found: true,
      severity,
      details: details({
        malicious,
        suspicious,
        engines: engines.reduce((a, b) => a + b, 0),
        reputation: numberAt(attributes, "reputation"),
        tags: listAt(attributes, "tags"),
        as_owner: textAt(attributes, "as_owner"),
        country: textAt(attributes, "country"),
        name: textAt(attributes, "meaningful_name") ?? textAt(attributes, "title"),
        type: textAt(attributes, "type_description"),
        size: numberAt(attributes, "size"),
        last_analysis: isoOfSeconds(numberAt(attributes, "last_analysis_date")),
        threat: textAt(attributes, "popular_threat_classification", "suggested_threat_label"),
      }),
      reference: `https://www.virustotal.com/gui/${page}/${e(textAt(body, "data", "id") ?? "")}`,
    };
  },
};

const otxSections: Partial<Record<IocKind, string>> = {
  ipv4: "IPv4",
  ipv6: "IPv6",
  dns: "domain",
  hostname: "hostname",
  url: "url",
};
const otxTypes = ["", "passivedns", "geo"] as const;

const otx: TiProvider = {
  name: "OTX",
  aliases: ["AlienVaultOTX", "AlienVault"],
  describes: "pulses of AlienVault's Open Threat Exchange",
  documentation: "https://otx.alienvault.com/assets/static/external_api.html",
  baseUrl: "https://otx.alienvault.com",
  needs: ["AuthKey"],
  types: { ipv4: otxTypes, ipv6: otxTypes, dns: otxTypes, hostname: otxTypes, url: plain, ...hashes },
  quota: [{ limit: 10_000, perMs: 60 * minuteMs }],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value, type, subtype }, s) => {
    const part = subtype === "passivedns" ? "passive_dns" : subtype === "" ? "general" : subtype;
    const url = `${s.baseUrl}/api/v1/indicators/${otxSections[type] ?? "file"}/${e(value)}/${part}`;
    return { url, headers: { "x-otx-api-key": key(s) } };
  },
  parse: ({ body }, { value, type, subtype }) => {
    const answer = objectOf(body, "the answer");
    const reference = `https://otx.alienvault.com/indicator/${type === "ipv4" || type === "ipv6" ? "ip" : (otxSections[type] ?? "file")}/${e(value)}`;
    if (subtype !== "") return { found: true, severity: "information", details: details(answer), reference };
    const count = needNumber(answer, "pulse_info", "count");
    const pulses = listAt(answer, "pulse_info", "pulses");
    return {
      found: count > 0,
      // 0 pulses information, 1 warning, 2 and more high (MSTICPy's rule).
      severity: byScore(count, 2, 1),
      details: details({
        pulses: count,
        names: pulses.slice(0, 10).map(p => textAt(p, "name")),
        tags: [...new Set(pulses.flatMap(p => listAt(p, "tags")))].slice(0, 20),
        references: pulses.flatMap(p => listAt(p, "references")).slice(0, 10),
      }),
      reference,
    };
  },
};

const xforceAddress = ["", "rep", "malware", "whois", "passivedns"] as const;
const xforcePath = ({ type, subtype }: TiQuery): string => {
  if (subtype === "whois") return "whois";
  if (subtype === "passivedns") return "resolve";
  if (type.endsWith("_hash")) return "malware";
  const kind = type === "ipv4" || type === "ipv6" ? "ipr" : "url";
  return subtype === "malware" ? `${kind}/malware` : subtype === "rep" ? `${kind}/history` : kind;
};

const xforce: TiProvider = {
  name: "XForce",
  aliases: ["IBMXForce", "X-Force"],
  describes: "IBM X-Force Exchange: scores, malware, registration, passive DNS",
  documentation: "https://api.xforce.ibmcloud.com/doc/",
  baseUrl: "https://api.xforce.ibmcloud.com",
  needs: ["ApiID", "AuthKey"],
  types: {
    ipv4: xforceAddress,
    ipv6: xforceAddress,
    dns: ["", "malware", "whois", "passivedns"],
    hostname: ["", "whois", "passivedns"],
    url: ["", "malware"],
    ...hashes,
  },
  quota: [{ limit: 5000, perMs: monthMs }],
  keepMs: dayMs,
  notFound: [404],
  request: (query, s) => ({
    url: `${s.baseUrl}/${xforcePath(query)}/${e(query.value)}`,
    headers: { authorization: basic(s) },
  }),
  parse: ({ body }, { value, type, subtype }) => {
    const answer = objectOf(body, "the answer");
    const score = numberAt(answer, "score") ?? numberAt(answer, "result", "score");
    if (subtype === "" && score === undefined && at(answer, "malware") === undefined)
      throw new ShapeError("neither 'score' nor 'malware' is there");
    const isMalware = at(answer, "malware") !== undefined && listOrObject(at(answer, "malware"));
    // Below 2 information, below 5 warning, else high; known malware is high (MSTICPy's rule).
    const severity: Severity = isMalware ? "high" : score === undefined ? "information" : byScore(score, 5, 2);
    return {
      found: true,
      severity,
      details: details({
        score,
        cats: at(answer, "cats") ?? at(answer, "result", "cats"),
        reason: textAt(answer, "reason"),
        country: textAt(answer, "geo", "country"),
        risk: textAt(answer, "malware", "risk"),
        family: at(answer, "malware", "family"),
        contact: at(answer, "contact"),
        records: at(answer, "RDNS") ?? at(answer, "Passive"),
      }),
      reference: `https://exchange.xforce.ibmcloud.com/${type.endsWith("_hash") ? "malware" : type.startsWith("ip") ? "ip" : "url"}/${e(value)}`,
    };
  },
};

const listOrObject = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === "object" && value !== null && Object.keys(value).length > 0;

const greyNoise: TiProvider = {
  name: "GreyNoise",
  describes: "who scans the Internet, and who only seems to",
  documentation: "https://docs.greynoise.io/reference",
  baseUrl: "https://api.greynoise.io",
  needs: ["AuthKey"],
  types: { ipv4: ["", "quick", "full"] },
  quota: [{ limit: 50, perMs: 7 * dayMs }],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value, subtype }, s) => {
    const path = { quick: "v2/noise/quick", full: "v2/noise/context" }[subtype] ?? "v3/community";
    return { url: `${s.baseUrl}/${path}/${e(value)}`, headers: { key: key(s) } };
  },
  parse: ({ body }, { value }) => {
    const answer = objectOf(body, "the answer");
    const classification = textAt(answer, "classification");
    if (["noise", "seen", "classification"].every(k => at(answer, k) === undefined))
      throw new ShapeError("neither 'noise' nor 'classification' is there");
    const seen = at(answer, "noise") === true || at(answer, "seen") === true || at(answer, "riot") === true;
    // https://docs.greynoise.io/docs/understanding-greynoise-classifications
    const severity =
      classification === "malicious" ? "high" : classification === "suspicious" ? "warning" : "information";
    return {
      found: seen,
      severity,
      details: details({
        classification,
        noise: at(answer, "noise") ?? at(answer, "seen"),
        riot: at(answer, "riot"),
        name: textAt(answer, "name") ?? textAt(answer, "actor"),
        last_seen: textAt(answer, "last_seen"),
        tags: listAt(answer, "tags"),
      }),
      reference: `https://viz.greynoise.io/ip/${e(value)}`,
    };
  },
};

const abuseIpdb: TiProvider = {
  name: "AbuseIPDB",
  describes: "reports of abuse by address",
  documentation: "https://docs.abuseipdb.com/#check-endpoint",
  baseUrl: "https://api.abuseipdb.com",
  needs: ["AuthKey"],
  types: addresses,
  quota: [{ limit: 1000, perMs: dayMs }],
  keepMs: dayMs,
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/api/v2/check?ipAddress=${e(value)}&maxAgeInDays=90`,
    headers: { key: key(s), accept: "application/json" },
  }),
  parse: ({ body }, { value }) => {
    const data = objectOf(at(body, "data"), "data");
    const score = needNumber(data, "abuseConfidenceScore");
    const reports = numberAt(data, "totalReports") ?? 0;
    return {
      found: reports > 0,
      // Above 50 high, above 0 warning (MSTICPy's rule).
      severity: score > 50 ? "high" : score > 0 ? "warning" : "information",
      details: details({
        score,
        reports,
        country: textAt(data, "countryCode"),
        isp: textAt(data, "isp"),
        usage: textAt(data, "usageType"),
        domain: textAt(data, "domain"),
        tor: at(data, "isTor"),
        last_reported: textAt(data, "lastReportedAt"),
      }),
      reference: `https://www.abuseipdb.com/check/${e(value)}`,
    };
  },
};

const ipQualityScore: TiProvider = {
  name: "IPQualityScore",
  aliases: ["IPQS"],
  describes: "fraud scores of addresses",
  documentation: "https://www.ipqualityscore.com/documentation/proxy-detection-api/overview",
  baseUrl: "https://www.ipqualityscore.com",
  needs: ["AuthKey"],
  types: addresses,
  quota: [{ limit: 1000, perMs: monthMs }],
  keepMs: dayMs,
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/api/json/ip/{{key}}/${e(value)}?strictness=1&allow_public_access_points=true`,
    secrets: { key: key(s) },
  }),
  parse: ({ body }) => {
    const answer = objectOf(body, "the answer");
    // A wrong key and a used-up quota come with status 200.
    if (at(answer, "success") === false) throw new ShapeError(textAt(answer, "message") ?? "the service refused");
    const score = needNumber(answer, "fraud_score");
    return {
      found: true,
      // 80 and above high, above 50 warning (MSTICPy's rule).
      severity: score >= 80 ? "high" : score > 50 ? "warning" : "information",
      details: details({
        fraud_score: score,
        country: textAt(answer, "country_code"),
        region: textAt(answer, "region"),
        city: textAt(answer, "city"),
        isp: textAt(answer, "ISP"),
        asn: numberAt(answer, "ASN"),
        proxy: at(answer, "proxy"),
        vpn: at(answer, "vpn"),
        tor: at(answer, "tor"),
        recent_abuse: at(answer, "recent_abuse"),
      }),
    };
  },
};

const pulsediveRisk: Readonly<Record<string, Severity>> = { critical: "high", high: "high", medium: "warning" };

const pulsedive: TiProvider = {
  name: "Pulsedive",
  describes: "risk of addresses, domains and URLs",
  documentation: "https://pulsedive.com/api/",
  baseUrl: "https://pulsedive.com",
  needs: ["AuthKey"],
  types: { ...addresses, dns: plain, hostname: plain, url: plain },
  quota: [
    { limit: 30, perMs: minuteMs },
    { limit: 50, perMs: dayMs },
  ],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/api/info.php?indicator=${e(value)}&key={{key}}`,
    secrets: { key: key(s) },
  }),
  parse: ({ body }) => {
    const answer = objectOf(body, "the answer");
    const error = textAt(answer, "error");
    if (error !== undefined) {
      if (/not found/i.test(error)) return nothingFound;
      throw new ShapeError(error);
    }
    const risk = textAt(answer, "risk");
    if (risk === undefined) throw new ShapeError("'risk' is missing");
    return {
      found: true,
      severity: pulsediveRisk[risk] ?? (risk === "unknown" ? "unknown" : "information"),
      details: details({
        risk,
        recommended: textAt(answer, "risk_recommended"),
        threats: listAt(answer, "threats").map(t => textAt(t, "name")),
        feeds: listAt(answer, "feeds").map(f => textAt(f, "name")),
        last_seen: textAt(answer, "stamp_seen"),
      }),
      reference: `https://pulsedive.com/indicator/?iid=${e(wordAt(answer, "iid"))}`,
    };
  },
};

const crowdSec: TiProvider = {
  name: "CrowdSec",
  describes: "what a crowd of servers saw an address do",
  documentation: "https://docs.crowdsec.net/u/cti_api/intro",
  baseUrl: "https://cti.api.crowdsec.net",
  needs: ["AuthKey"],
  types: addresses,
  quota: [{ limit: 50, perMs: dayMs }],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value }, s) => ({ url: `${s.baseUrl}/v2/smoke/${e(value)}`, headers: { "x-api-key": key(s) } }),
  parse: ({ body }, { value }) => {
    const answer = objectOf(body, "the answer");
    const total = needNumber(answer, "scores", "overall", "total");
    return {
      found: true,
      // Up to 2 information, 3 warning, above high (MSTICPy's rule; the score goes to 5).
      severity: total > 3 ? "high" : total > 2 ? "warning" : "information",
      details: details({
        total,
        reputation: textAt(answer, "reputation"),
        behaviors: listAt(answer, "behaviors").map(b => textAt(b, "label") ?? textAt(b, "name")),
        classifications: listAt(answer, "classifications", "classifications").map(c => textAt(c, "label")),
        attacks: listAt(answer, "attack_details").map(a => textAt(a, "label") ?? textAt(a, "name")),
        as_name: textAt(answer, "as_name"),
        country: textAt(answer, "location", "country"),
        last_seen: textAt(answer, "history", "last_seen"),
      }),
      reference: `https://app.crowdsec.net/cti/${e(value)}`,
    };
  },
};

const openPageRank: TiProvider = {
  name: "OPR",
  aliases: ["OpenPageRank"],
  describes: "how well known a domain is: unknown ones are worth a look",
  documentation: "https://www.domcop.com/openpagerank/documentation",
  baseUrl: "https://openpagerank.com",
  needs: ["AuthKey"],
  types: { dns: plain },
  quota: [{ limit: 10_000, perMs: 60 * minuteMs }],
  keepMs: 7 * dayMs,
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/api/v1.0/getPageRank?domains%5B0%5D=${e(value)}`,
    headers: { "api-opr": key(s) },
  }),
  parse: ({ body }) => {
    const [first] = listAt(body, "response");
    const answer = objectOf(first, "response[0]");
    const status = needNumber(answer, "status_code");
    return {
      found: status === 200,
      // Known information, unknown warning (MSTICPy's rule).
      severity: status === 404 ? "warning" : "information",
      details: details({
        rank: textAt(answer, "rank"),
        page_rank: numberAt(answer, "page_rank_decimal"),
        error: textAt(answer, "error"),
      }),
    };
  },
};

const cyberint: TiProvider = {
  name: "Cyberint",
  describes: "Check Point External Risk (Cyberint): malicious score and activities",
  documentation: "https://docs.cyberint.com/",
  baseUrl: "https://{instance}.cyberint.io",
  needs: ["AuthKey", "Instance"],
  types: { ipv4: plain, dns: plain, url: plain, sha256_hash: plain },
  quota: [{ limit: 60, perMs: minuteMs }],
  keepMs: dayMs,
  notFound: [404],
  request: ({ value, type }, s) => {
    const path = { dns: "domain", sha256_hash: "file/sha256" }[type as string] ?? type;
    const cookie = new Secret(`access_token=${key(s).reveal()}`, key(s).origin);
    return { url: `${s.baseUrl}/ioc/api/v1/${path}?value=${e(value)}`, headers: { cookie } };
  },
  parse: ({ body }) => {
    const data = objectOf(at(body, "data"), "data");
    const score = numberAt(data, "risk", "malicious_score") ?? needNumber(data, "malicious_score");
    return {
      found: true,
      severity: score > 50 ? "high" : score > 0 ? "warning" : "information",
      details: details({
        malicious_score: score,
        activities: at(data, "risk", "occurrences_count") ?? at(data, "activities"),
      }),
    };
  },
};

export const reputationProviders: readonly TiProvider[] = [
  ...[virusTotal, otx, xforce, greyNoise, abuseIpdb, ipQualityScore, pulsedive, crowdSec, openPageRank, cyberint],
];
