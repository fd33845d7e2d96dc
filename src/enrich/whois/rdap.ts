/**
 * Who an address, a name or a network belongs to, by RDAP: the registries' own service, without a key.
 * Source: RFC 9082 (queries), RFC 9083 (answers), RFC 9224 (which registry is asked)
 */
import { HuntError, messageOf } from "../../base/error.js";
import { networkOf, parseAddress, parseRange } from "../../base/ip-address.js";
import type { HttpClient, HttpResponse } from "../../net/client.js";
import type { AnswerStore } from "../../net/store.js";
import { splitName } from "../../transform/ioc/host.js";
import { refang } from "../../transform/ioc/refang.js";
import { refuseOutbound, type OutboundRules } from "../ti/outbound.js";
import { at, objectOf } from "../ti/shape.js";
import { askPort43, mayAskPort43, parseWhois, saysNothing, type AskWhois } from "./port43.js";
import { parseRdap, type WhoisRecord } from "./rdap-answer.js";

export type WhoisKind = "ip" | "domain" | "autnum";

export interface RdapParts {
  readonly client: HttpClient;
  readonly rules: OutboundRules;
  /** Answers and the lists of registries, with their age. */
  readonly answers: AnswerStore<unknown>;
  readonly nowMs: () => number;
  /** Where the lists of registries are. Default: IANA. */
  readonly bootstrapUrl?: string;
  /** Refuse registries in networks of our own. Default true. */
  readonly publicOnly?: boolean;
  /** Asks by WHOIS where no registry answers by RDAP; without it such domains are `whois/no-registry`. */
  readonly askWhois?: AskWhois;
  /** Lists of registries that are being fetched: several questions at a time ask for each once. */
  readonly fetching?: Map<string, Promise<unknown>>;
}

const dayMs = 86_400_000;
/** Registrations change slowly; lists of registries hardly ever. */
const [answerAgeMs, bootstrapAgeMs] = [7 * dayMs, 30 * dayMs];
const iana = "https://data.iana.org/rdap";

/** What is asked: a network by an address in it, a registrable domain, the number of an autonomous system. */
export interface WhoisQuery {
  readonly kind: WhoisKind;
  /** As the registry wants it. */
  readonly value: string;
}

/**
 * Reads what was given: `8.8.8.8`, `www.example.net` (its registrable domain is asked), `AS15169`.
 * @throws HuntError `whois/refused` for what must not be asked outside, and what is none of the three
 */
export function toWhoisQuery(text: string, rules: OutboundRules): WhoisQuery {
  const value = refang(text.trim());
  const asn = /^ASN?\s?([1-9]\d{0,9})$/i.exec(value)?.[1];
  if (asn !== undefined && Number(asn) < 2 ** 32) return { kind: "autnum", value: asn };
  const address = parseAddress(value);
  const type = address === undefined ? "dns" : address.bits === 32 && !value.includes(":") ? "ipv4" : "ipv6";
  const reason = refuseOutbound(value, type, rules);
  if (reason !== undefined)
    throw new HuntError("whois/refused", `'${value.slice(0, 60)}' ${reason}`, {
      hint: "public addresses, names under a public suffix, and numbers such as AS15169 can be asked about",
    });
  if (address !== undefined) return { kind: "ip", value };
  return { kind: "domain", value: registrableDomain(value.toLowerCase().replace(/\.$/, "")) };
}

/** A name under a company's suffix (`a.github.io`) belongs, for the registry, to the company. */
function registrableDomain(name: string): string {
  const parts = splitName(name);
  if (parts?.isPrivate !== true) return parts?.domain ?? name;
  const outer = splitName(parts.suffix);
  return outer === undefined || outer.isPrivate ? parts.suffix.split(".").slice(-2).join(".") : outer.domain;
}

/**
 * Asks the registry that is responsible. Undefined when it knows nothing of it. Answers are kept for a week.
 * @throws HuntError `whois/refused`, `whois/no-registry`, `whois/service`, `net/…` (`net/offline` when nothing may be asked)
 */
export async function askRdap(parts: RdapParts, text: string): Promise<WhoisRecord | undefined> {
  const { client, answers, nowMs, publicOnly = true } = parts;
  const { kind, value } = toWhoisQuery(text, parts.rules);
  const key = `${kind} ${value}`;
  const kept = answers.find(key, answerAgeMs);
  if (kept !== undefined) return kept.value === null ? undefined : parseRdap(value, kept.value, kept.atMs);
  let registry: string;
  try {
    registry = await findRegistry(parts, { kind, value });
  } catch (error) {
    if (kind !== "domain" || !mayAskPort43(error) || parts.askWhois === undefined) throw error;
    return askByWhois(parts, parts.askWhois, value, error);
  }
  const response = await client.request({
    url: `${registry.replace(/\/+$/, "")}/${kind}/${encodeURIComponent(value)}`,
    headers: { accept: "application/rdap+json, application/json" },
    timeoutMs: 20_000,
    maxBytes: 4 * 1024 * 1024,
    publicOnly,
    purpose: { provider: "RDAP", observable: value, type: kind },
  });
  if (response.status === 404) {
    answers.keep(key, null);
    return undefined;
  }
  if (response.status !== 200)
    throw new HuntError("whois/service", `${new URL(registry).host} answered with status ${response.status}`, {
      hint: response.status === 429 ? "it allows few questions in a minute: wait, then ask again" : "try again later",
    });
  const body = bodyOf(response, new URL(registry).host);
  const record = parseRdap(value, body, nowMs());
  answers.keep(key, body);
  return record;
}

/** The older way, for domains; its text is kept under a key of its own. @throws HuntError `whois/no-registry`, `net/…` */
async function askByWhois(
  { answers, nowMs }: RdapParts,
  ask: AskWhois,
  domain: string,
  noRegistry: unknown,
): Promise<WhoisRecord | undefined> {
  const key = `port43 ${domain}`;
  const kept = answers.find(key, answerAgeMs);
  const text = typeof kept?.value === "string" ? kept.value : await askPort43(ask, domain);
  if (text === undefined) throw noRegistry;
  if (kept === undefined) answers.keep(key, text);
  return saysNothing(text) ? undefined : parseWhois(domain, text, kept?.atMs ?? nowMs());
}

/** @throws HuntError `whois/service` for what is no JSON object */
function bodyOf(response: HttpResponse, who: string): unknown {
  try {
    return objectOf(response.json(), "the answer");
  } catch (cause) {
    throw new HuntError("whois/service", `${who} gave an answer that cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "try again later",
    });
  }
}

/** The address of the registry that answers about something. @throws HuntError `whois/no-registry`, `whois/service`, `net/…` */
async function findRegistry(parts: RdapParts, query: WhoisQuery): Promise<string> {
  const address = query.kind === "ip" ? parseAddress(query.value) : undefined;
  const list =
    address === undefined ? (query.kind === "domain" ? "dns" : "asn") : address.bits === 32 ? "ipv4" : "ipv6";
  const services = await registriesOf(parts, list);
  let best: { readonly size: number; readonly urls: readonly string[] } | undefined;
  for (const { entries, urls } of services)
    for (const entry of entries) {
      const size = matchSize(entry, query);
      if (size !== undefined && (best === undefined || size > best.size)) best = { size, urls };
    }
  const url = best?.urls.find(u => u.startsWith("https:")) ?? best?.urls[0];
  if (url === undefined)
    throw new HuntError("whois/no-registry", `no registry answers by RDAP about '${query.value}'`, {
      hint: "some country-code domains have no RDAP service; ask their registry's website",
    });
  return url;
}

/** How exactly an entry of a list fits; undefined when it does not. Source: RFC 9224 4, 5.1, 5.2, 5.3 */
function matchSize(entry: string, { kind, value }: WhoisQuery): number | undefined {
  switch (kind) {
    case "domain":
      return value === entry.toLowerCase() || value.endsWith(`.${entry.toLowerCase()}`) ? entry.length : undefined;
    case "autnum": {
      const [from = "", to = from] = entry.split("-");
      const number = Number(value);
      return Number(from) <= number && number <= Number(to) ? -(Number(to) - Number(from)) : undefined;
    }
    case "ip": {
      const [range, address] = [parseRange(entry), parseAddress(value)];
      if (range === undefined || address === undefined || range.bits !== address.bits) return undefined;
      return networkOf(address, range.prefix) === range.value ? range.prefix : undefined;
    }
  }
}

async function fetchList(parts: RdapParts, list: string, key: string): Promise<unknown> {
  const { client, answers, bootstrapUrl = iana, publicOnly = true } = parts;
  const response = await client.request({
    url: `${bootstrapUrl}/${list}.json`,
    timeoutMs: 20_000,
    maxBytes: 8 * 1024 * 1024,
    publicOnly,
    purpose: { provider: "IANA" },
  });
  if (response.status !== 200)
    throw new HuntError("whois/service", `the list of registries answered with status ${response.status}`, {
      hint: "try again later",
    });
  const body = bodyOf(response, "the list of registries");
  answers.keep(key, body);
  return body;
}

interface Service {
  readonly entries: readonly string[];
  readonly urls: readonly string[];
}

async function registriesOf(parts: RdapParts, list: "dns" | "asn" | "ipv4" | "ipv6"): Promise<readonly Service[]> {
  const { answers, fetching } = parts;
  const key = `registries ${list}`;
  let body = answers.find(key, bootstrapAgeMs)?.value;
  if (body === undefined) {
    const fetched = fetching?.get(key) ?? fetchList(parts, list, key);
    fetching?.set(key, fetched);
    body = await fetched.finally(() => fetching?.delete(key));
  }
  const services = at(body, "services");
  return (Array.isArray(services) ? services : []).flatMap((service: unknown): Service[] => {
    const [entries, urls] = Array.isArray(service) ? (service as readonly unknown[]) : [];
    const isTexts = (v: unknown): v is readonly string[] => Array.isArray(v) && v.every(t => typeof t === "string");
    return isTexts(entries) && isTexts(urls) ? [{ entries, urls: urls.filter(u => URL.canParse(u)) }] : [];
  });
}
