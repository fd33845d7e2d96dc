/** What the name servers of this machine say about names and addresses. */
import { Resolver } from "node:dns/promises";
import { HuntError, messageOf } from "../../base/error.js";
import type { Exchange } from "../../net/client.js";
import type { AnswerStore } from "../../net/store.js";
import type { OutboundRules } from "../ti/outbound.js";
import { publicHost } from "./refuse.js";

export interface DnsParts {
  readonly rules: OutboundRules;
  readonly offline: boolean;
  readonly audit: (exchange: Exchange) => void;
  readonly answers: AnswerStore<unknown>;
  readonly nowMs: () => number;
  /** Default: the machine's. */
  readonly servers?: readonly string[];
  readonly timeoutMs?: number;
}

export const dnsTypes = ["A", "AAAA", "CNAME", "MX", "NS", "TXT"] as const;
export type DnsType = (typeof dnsTypes)[number];

/** What is known of a name. Lists are sorted, and empty for what there is none of. */
export interface DnsAnswer {
  readonly name: string;
  /** Whether the name exists, with or without records. */
  readonly exists: boolean;
  readonly addresses: readonly string[];
  readonly aliases: readonly string[];
  readonly mailServers: readonly string[];
  readonly nameServers: readonly string[];
  readonly texts: readonly string[];
  readonly askedAt: Date;
}

/** Names move: an answer is good for an hour. */
const keepMs = 3_600_000;

type Records = Readonly<Record<DnsType, readonly string[]>>;
interface KeptName {
  readonly exists: boolean;
  readonly records: Records;
}

/**
 * The records of a name. A name that does not exist is an answer; `domain/dns` is no answer.
 * @throws HuntError `domain/refused`, `domain/dns`, `net/offline` when nothing is kept
 */
export async function resolveName(parts: DnsParts, given: string): Promise<DnsAnswer> {
  const name = publicHost(given, parts.rules, "name");
  const key = `dns ${name}`;
  const kept = parts.answers.find(key, keepMs);
  if (kept !== undefined) return toAnswer(name, kept.value as KeptName, kept.atMs);
  const asking = open(parts, name);
  const found = await Promise.all(
    dnsTypes.map(async type => [type, await asking(r => askFor(r, name, type))] as const),
  );
  const records = Object.fromEntries(found.map(([type, list]) => [type, list ?? []])) as unknown as Records;
  const value: KeptName = { exists: found.some(([, list]) => list !== undefined), records };
  parts.answers.keep(key, value);
  return toAnswer(name, value, parts.nowMs());
}

/** The names of an address (PTR), sorted; empty when it has none. @throws as `resolveName` */
export async function reverseName(parts: DnsParts, given: string): Promise<readonly string[]> {
  const address = publicHost(given, parts.rules, "address");
  const key = `ptr ${address}`;
  const kept = parts.answers.find(key, keepMs);
  if (kept !== undefined) return kept.value as readonly string[];
  const names = (await open(parts, address)(r => r.reverse(address))) ?? [];
  const sorted = [...names].map(n => n.toLowerCase()).sort();
  parts.answers.keep(key, sorted);
  return sorted;
}

type Ask = (ask: (resolver: Resolver) => Promise<readonly string[]>) => Promise<readonly string[] | undefined>;

/** Asks; undefined when the name does not exist, empty when it has no such record. */
function open({ offline, audit, nowMs, servers, timeoutMs = 5000 }: DnsParts, about: string): Ask {
  if (offline) throw new HuntError("net/offline", `'${about}' was not resolved: this session is offline`);
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const host = servers?.join(",") ?? "the machine's name servers";
  audit({ atMs: nowMs(), method: "DNS", host, purpose: { provider: "DNS", observable: about }, status: undefined });
  return async ask => {
    try {
      return await ask(resolver);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "ENOTFOUND") return undefined;
      if (code === "ENODATA") return [];
      throw new HuntError("domain/dns", `the name servers did not answer about '${about}': ${messageOf(cause)}`, {
        cause,
        hint: "try again later; check the machine's name servers",
      });
    }
  };
}

async function askFor(resolver: Resolver, name: string, type: DnsType): Promise<readonly string[]> {
  switch (type) {
    case "A":
      return resolver.resolve4(name);
    case "AAAA":
      return resolver.resolve6(name);
    case "CNAME":
      return resolver.resolveCname(name);
    case "MX":
      return (await resolver.resolveMx(name)).map(m => m.exchange);
    case "NS":
      return resolver.resolveNs(name);
    case "TXT":
      return (await resolver.resolveTxt(name)).map(chunks => chunks.join(""));
  }
}

function toAnswer(name: string, { exists, records }: KeptName, askedAtMs: number): DnsAnswer {
  const sorted = (...types: readonly DnsType[]): readonly string[] => types.flatMap(t => [...records[t]].sort());
  return {
    ...{ name, exists, addresses: sorted("A", "AAAA"), aliases: sorted("CNAME"), mailServers: sorted("MX") },
    ...{ nameServers: sorted("NS"), texts: sorted("TXT"), askedAt: new Date(askedAtMs) },
  };
}
