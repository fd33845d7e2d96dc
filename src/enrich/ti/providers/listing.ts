/** Services that list what they saw: scans, hosts, malware, exits of Tor. */
import { Secret } from "../../../base/secret.js";
import { dayMs, minuteMs } from "../../../net/quota.js";
import type { ProviderSettings, TiProvider } from "../provider.js";
import { nothingFound } from "../result.js";
import { at, details, listAt, numberAt, objectOf, ShapeError, textAt, wordAt } from "../shape.js";

const e = encodeURIComponent;
const plain = [""] as const;
const key = (settings: ProviderSettings): Secret => settings.authKey ?? new Secret("", "not set");

const tor: TiProvider = {
  name: "Tor",
  describes: "exit relays of Tor, from the project's own list; the observable is not sent",
  documentation: "https://check.torproject.org/exit-addresses",
  baseUrl: "https://check.torproject.org",
  needs: [],
  types: { ipv4: plain, ipv6: plain },
  quota: [{ limit: 10, perMs: 60 * minuteMs }],
  keepMs: 60 * minuteMs,
  answers: "text",
  isList: true,
  request: (_, s) => ({ url: `${s.baseUrl}/exit-addresses` }),
  parse: ({ text }, { value }) => {
    if (!text.includes("ExitNode ")) throw new ShapeError("the list has no exit node in it");
    let node: { id?: string; status?: string } = {};
    for (const line of text.split("\n")) {
      const [word = "", first = "", date, time] = line.trim().split(/\s+/);
      if (word === "ExitNode") node = { id: first };
      else if (word === "LastStatus") node.status = `${first} ${date ?? ""}`.trim();
      else if (word === "ExitAddress" && first === value)
        return {
          found: true,
          // An exit is no attacker, but somebody hides (MSTICPy's rule).
          severity: "warning",
          details: details({ NodeID: node.id, LastStatus: node.status, seen: [date, time].join(" ").trim() }),
          reference: `https://metrics.torproject.org/rs.html#details/${e(node.id ?? "")}`,
        };
    }
    return nothingFound;
  },
};

/** A phrase of urlscan's query language (Elasticsearch's): quotes and backslashes escaped. */
const phrase = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

const urlscan: TiProvider = {
  name: "urlscan",
  aliases: ["urlscan.io"],
  describes: "earlier scans of pages, hosts and files; searched, never submitted",
  documentation: "https://docs.urlscan.io/apis/urlscan-openapi/search",
  baseUrl: "https://urlscan.io",
  needs: ["AuthKey"],
  types: { ipv4: plain, ipv6: plain, dns: plain, hostname: plain, url: plain, sha256_hash: plain },
  quota: [
    { limit: 120, perMs: minuteMs },
    { limit: 1000, perMs: dayMs },
  ],
  keepMs: dayMs,
  request: ({ value, type }, s) => {
    const field =
      { ipv4: "page.ip", ipv6: "page.ip", url: "page.url", sha256_hash: "hash" }[type as string] ?? "page.domain";
    return {
      url: `${s.baseUrl}/api/v1/search/?q=${e(`${field}:${phrase(value)}`)}&size=20`,
      headers: { "api-key": key(s) },
    };
  },
  parse: ({ body }) => {
    if (at(body, "results") === undefined) throw new ShapeError("'results' is missing");
    const results = listAt(body, "results");
    const total = numberAt(body, "total") ?? results.length;
    const malicious = results.filter(
      r => at(r, "verdicts", "malicious") === true || at(r, "verdicts", "overall", "malicious") === true,
    );
    const [first] = results;
    const reference = textAt(first, "result")?.replace("/api/v1", "");
    return {
      found: total > 0,
      severity: malicious.length > 0 ? "high" : "information",
      details: details({
        scans: total,
        malicious: malicious.length,
        last: textAt(first, "task", "time"),
        page: textAt(first, "page", "url"),
        server: textAt(first, "page", "server"),
        country: textAt(first, "page", "country"),
      }),
      ...(reference === undefined ? {} : { reference }),
    };
  },
};

const shodan: TiProvider = {
  name: "Shodan",
  describes: "open ports, services and known vulnerabilities of a host",
  documentation: "https://developer.shodan.io/api",
  baseUrl: "https://api.shodan.io",
  needs: ["AuthKey"],
  types: { ipv4: plain, ipv6: plain },
  quota: [{ limit: 60, perMs: minuteMs }],
  keepMs: 7 * dayMs,
  notFound: [404],
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/shodan/host/${e(value)}?minify=true&key={{key}}`,
    secrets: { key: key(s) },
  }),
  parse: ({ body }, { value }) => hostVerdict(body, value, listAt(body, "vulns")),
};

const internetDb: TiProvider = {
  name: "InternetDB",
  aliases: ["ShodanInternetDB"],
  describes: "Shodan's free summary: open ports and known vulnerabilities; no key",
  documentation: "https://internetdb.shodan.io/docs",
  baseUrl: "https://internetdb.shodan.io",
  needs: [],
  types: { ipv4: plain, ipv6: plain },
  quota: [{ limit: 60, perMs: minuteMs }],
  keepMs: 7 * dayMs,
  notFound: [404],
  request: ({ value }, s) => ({ url: `${s.baseUrl}/${e(value)}` }),
  parse: ({ body }, { value }) => hostVerdict(body, value, listAt(body, "vulns")),
};

/** Services are facts, not verdicts; a known vulnerability is worth a look. */
function hostVerdict(body: unknown, value: string, vulnerabilities: readonly unknown[]) {
  const answer = objectOf(body, "the answer");
  if (at(answer, "ports") === undefined) throw new ShapeError("'ports' is missing");
  return {
    found: true,
    severity: vulnerabilities.length > 0 ? "warning" : "information",
    details: details({
      ports: listAt(answer, "ports"),
      hostnames: listAt(answer, "hostnames"),
      vulns: vulnerabilities.slice(0, 50),
      tags: listAt(answer, "tags"),
      cpes: listAt(answer, "cpes"),
      org: textAt(answer, "org"),
      isp: textAt(answer, "isp"),
      country: textAt(answer, "country_code"),
      last_update: textAt(answer, "last_update"),
    }),
    reference: `https://www.shodan.io/host/${e(value)}`,
  } as const;
}

/** The three services of abuse.ch say in `query_status` what went wrong, with status 200. */
function abuseStatus(body: unknown, nothing: readonly string[]): "ok" | "nothing" {
  const status = textAt(body, "query_status") ?? "missing";
  if (status === "ok") return "ok";
  if (nothing.includes(status)) return "nothing";
  throw new ShapeError(`the service says '${status}'`);
}

const abuseQuota = [{ limit: 60, perMs: minuteMs }] as const;

const threatFox: TiProvider = {
  name: "ThreatFox",
  describes: "indicators of malware, by abuse.ch",
  documentation: "https://threatfox.abuse.ch/api/",
  baseUrl: "https://threatfox-api.abuse.ch",
  needs: ["AuthKey"],
  types: {
    ipv4: plain,
    ipv6: plain,
    dns: plain,
    hostname: plain,
    url: plain,
    md5_hash: plain,
    sha1_hash: plain,
    sha256_hash: plain,
  },
  quota: abuseQuota,
  keepMs: dayMs,
  request: ({ value, type }, s) => ({
    url: `${s.baseUrl}/api/v1/`,
    method: "POST",
    headers: { "auth-key": key(s) },
    json: type.endsWith("_hash")
      ? { query: "search_hash", hash: value }
      : // Addresses are listed with their ports, so they are searched within.
        { query: "search_ioc", search_term: value, exact_match: !type.startsWith("ip") },
  }),
  parse: ({ body }, { value, type }) => {
    if (abuseStatus(body, ["no_result"]) === "nothing") return nothingFound;
    const matching = listAt(body, "data").filter(
      d => !type.startsWith("ip") || (textAt(d, "ioc") ?? "").replace(/^\[?([^\]]+?)\]?(?::\d+)?$/, "$1") === value,
    );
    if (matching.length === 0) return nothingFound;
    const confidence = Math.max(...matching.map(d => numberAt(d, "confidence_level") ?? 0));
    return {
      found: true,
      // abuse.ch calls 75 and above "high confidence".
      severity: confidence >= 75 ? "high" : "warning",
      details: details({
        confidence,
        malware: [...new Set(matching.map(d => textAt(d, "malware_printable")))],
        threat_type: textAt(matching[0], "threat_type_desc") ?? textAt(matching[0], "threat_type"),
        first_seen: textAt(matching[0], "first_seen"),
        last_seen: textAt(matching[0], "last_seen"),
        tags: listAt(matching[0], "tags"),
      }),
      reference: `https://threatfox.abuse.ch/ioc/${e(wordAt(matching[0], "id"))}/`,
    };
  },
};

const urlhaus: TiProvider = {
  name: "URLhaus",
  describes: "URLs that spread malware, by abuse.ch",
  documentation: "https://urlhaus-api.abuse.ch/",
  baseUrl: "https://urlhaus-api.abuse.ch",
  needs: ["AuthKey"],
  types: { ipv4: plain, dns: plain, hostname: plain, url: plain, md5_hash: plain, sha256_hash: plain },
  quota: abuseQuota,
  keepMs: dayMs,
  request: ({ value, type }, s) => {
    const [path, field] =
      type === "url" ? ["url", "url"] : type.endsWith("_hash") ? ["payload", type] : ["host", "host"];
    return {
      url: `${s.baseUrl}/v1/${path}/`,
      method: "POST",
      headers: { "auth-key": key(s), "content-type": "application/x-www-form-urlencoded" },
      body: `${field}=${e(value)}`,
    };
  },
  parse: ({ body }) => {
    if (abuseStatus(body, ["no_results"]) === "nothing") return nothingFound;
    const urls = listAt(body, "urls");
    const states = [textAt(body, "url_status"), ...urls.map(u => textAt(u, "url_status"))];
    const reference = textAt(body, "urlhaus_reference");
    return {
      found: true,
      // Still online: high. What is only remembered: warning. Payloads are malware in any case.
      severity: states.includes("online") || at(body, "file_size") !== undefined ? "high" : "warning",
      details: details({
        status: textAt(body, "url_status"),
        urls: numberAt(body, "url_count") ?? urls.length,
        online: states.filter(s => s === "online").length,
        threat: textAt(body, "threat") ?? textAt(urls[0], "threat"),
        signature: textAt(body, "signature"),
        tags: listAt(body, "tags"),
        first_seen: textAt(body, "date_added") ?? textAt(body, "firstseen"),
      }),
      ...(reference === undefined ? {} : { reference }),
    };
  },
};

const malwareBazaar: TiProvider = {
  name: "MalwareBazaar",
  aliases: ["MBLookup", "Bazaar"],
  describes: "samples of malware by hash, by abuse.ch",
  documentation: "https://bazaar.abuse.ch/api/",
  baseUrl: "https://mb-api.abuse.ch",
  needs: ["AuthKey"],
  types: { md5_hash: plain, sha1_hash: plain, sha256_hash: plain, file_hash: plain },
  quota: abuseQuota,
  keepMs: 7 * dayMs,
  request: ({ value }, s) => ({
    url: `${s.baseUrl}/api/v1/`,
    method: "POST",
    headers: { "auth-key": key(s), "content-type": "application/x-www-form-urlencoded" },
    body: `query=get_info&hash=${e(value)}`,
  }),
  parse: ({ body }) => {
    if (abuseStatus(body, ["hash_not_found", "no_results"]) === "nothing") return nothingFound;
    const [sample] = listAt(body, "data");
    return {
      found: true,
      severity: "high",
      details: details({
        signature: textAt(sample, "signature"),
        name: textAt(sample, "file_name"),
        type: textAt(sample, "file_type"),
        size: numberAt(sample, "file_size"),
        first_seen: textAt(sample, "first_seen"),
        tags: listAt(sample, "tags"),
        sha256: textAt(sample, "sha256_hash"),
      }),
      reference: `https://bazaar.abuse.ch/sample/${e(textAt(sample, "sha256_hash") ?? "")}/`,
    };
  },
};

export const listingProviders: readonly TiProvider[] = [
  ...[tor, urlscan, shodan, internetDb, threatFox, urlhaus, malwareBazaar],
];
