/** Who addresses, names and networks belong to: of the current session. */
import { join } from "node:path";
import { isHuntError, type HuntError } from "../base/error.js";
import { classifyIp, type IpType } from "../base/ip-class.js";
import { askRdap, type RdapParts } from "../enrich/whois/rdap.js";
import type { WhoisRecord } from "../enrich/whois/rdap-answer.js";
import { refang } from "../transform/ioc/refang.js";
import { createAuditLog } from "../net/audit.js";
import { askLine } from "../net/line-query.js";
import { ambientSignal, currentSession } from "./ambient.js";
import { answersOf } from "./answers.js";
import type { Session } from "./session.js";

/** Something whose holder is not known, and why. */
export interface UnknownHolder {
  readonly query: string;
  readonly unknown: string;
}

export interface WhoisSettings {
  /** Where the lists of registries are. Default: IANA's. */
  readonly bootstrapUrl?: string;
  /** Refuse registries in networks of one's own. Default true. */
  readonly publicOnly?: boolean;
  /** A WHOIS server that is asked instead of IANA's and the registries'. */
  readonly whoisHost?: string;
  readonly whoisPort?: number;
}

/**
 * Who an address (`8.8.8.8`), a domain (`www.microsoft.com` by its registrable part) or an autonomous system (`AS15169`) belongs
 * to, from the responsible registry (RDAP, no key; WHOIS on port 43 for domains whose registry has no RDAP); of a list one record
 * for each, in its order, several at a time.
 *
 * What is private, reserved or internal is not asked about, and says so, as does what no registry knows. Answers are kept for
 * a week.
 * @throws HuntError `whois/refused`, `whois/no-registry`, `whois/service`, `net/…` for a single one; in a list these are
 *   records with `unknown`, except `net/offline` and `net/cancelled`
 */
export async function whois(query: string, settings?: WhoisSettings): Promise<WhoisRecord | UnknownHolder>;
export async function whois(
  query: readonly string[],
  settings?: WhoisSettings,
): Promise<(WhoisRecord | UnknownHolder)[]>;
export async function whois(
  query: string | readonly string[],
  settings: WhoisSettings = {},
): Promise<WhoisRecord | UnknownHolder | (WhoisRecord | UnknownHolder)[]> {
  const parts = rdapParts(currentSession(), settings);
  if (typeof query === "string") return askOne(parts, query);
  return (await askAll(parts, query)).map(({ found, failed, query: text }) =>
    found === undefined ? { query: text, unknown: failed?.message ?? "" } : found,
  );
}

/** What is known of each, or why it is not; of the current session. @throws HuntError `net/offline`, `net/cancelled`, `query/cancelled` */
export async function whoisAll(
  queries: readonly string[],
): Promise<
  readonly { readonly query: string; readonly found?: WhoisRecord | UnknownHolder; readonly failed?: HuntError }[]
> {
  return askAll(rdapParts(currentSession(), {}), queries, true);
}

function rdapParts(session: Session, settings: WhoisSettings): RdapParts {
  const nowMs = (): number => Date.now();
  const ports = { offline: session.offline, audit: createAuditLog(join(session.enrichDir, "audit")), nowMs };
  const { publicOnly = true, whoisPort = 43 } = settings;
  const signal = ambientSignal();
  return {
    client: session.http,
    rules: { internalDomains: session.config.internalDomains },
    answers: answersOf(session, "RDAP"),
    nowMs,
    fetching: new Map(),
    askWhois: (host, line) =>
      askLine(
        {
          ...{ host: settings.whoisHost ?? host, port: whoisPort, line, publicOnly },
          purpose: { provider: "WHOIS", observable: line, type: "domain" },
          ...(signal === undefined ? {} : { signal }),
        },
        ports,
      ),
    publicOnly,
    ...(settings.bootstrapUrl === undefined ? {} : { bootstrapUrl: settings.bootstrapUrl }),
  };
}

const askOne = async (parts: RdapParts, text: string): Promise<WhoisRecord | UnknownHolder> =>
  (await askRdap(parts, text)) ?? { query: text, unknown: "the registry knows nothing of it" };

/** Registries allow few questions in a minute, but there are many of them. */
const mostAtOnce = 6;

async function askAll(parts: RdapParts, queries: readonly string[], isOfflineAnswer = false) {
  const answers: { query: string; found?: WhoisRecord | UnknownHolder; failed?: HuntError }[] = queries.map(query => ({
    query,
  }));
  const stops = new Set(["net/cancelled", "query/cancelled", ...(isOfflineAnswer ? [] : ["net/offline"])]);
  const left = answers.values();
  const work = async (): Promise<void> => {
    for (const answer of left)
      try {
        answer.found = await askOne(parts, answer.query);
      } catch (error) {
        if (!isHuntError(error) || stops.has(error.code)) throw error;
        answer.failed = error;
      }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return answers;
}

/** What kind of address it is, in MSTICPy's words (`get_ip_type`); text that is no address is `Unspecified`. */
export function getIpType(ip: string): IpType {
  return classifyIp(refang(ip.trim()))?.type ?? "Unspecified";
}
