/** Who addresses, names and networks belong to: of the current session. */
import { join } from "node:path";
import { isHuntError } from "../base/error.js";
import { classifyIp, type IpType } from "../base/ip-class.js";
import { askRdap, type RdapParts } from "../enrich/whois/rdap.js";
import type { WhoisRecord } from "../enrich/whois/rdap-answer.js";
import { refang } from "../transform/ioc/refang.js";
import { AnswerStore } from "../net/store.js";
import { currentSession } from "./ambient.js";

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
}

/**
 * Who an address (`8.8.8.8`), a domain (`www.microsoft.com` by its registrable part) or an autonomous system (`AS15169`) belongs
 * to, from the responsible registry (RDAP, no key); of a list one record for each, in its order.
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
  const session = currentSession();
  const parts: RdapParts = {
    client: session.http,
    rules: { internalDomains: session.config.internalDomains },
    answers: new AnswerStore<unknown>({
      dir: join(session.enrichDir, "answers"),
      name: "RDAP",
      nowMs: () => Date.now(),
    }),
    nowMs: () => Date.now(),
    ...settings,
  };
  const ask = async (text: string): Promise<WhoisRecord | UnknownHolder> =>
    (await askRdap(parts, text)) ?? { query: text, unknown: "the registry knows nothing of it" };
  if (typeof query === "string") return ask(query);
  const found: (WhoisRecord | UnknownHolder)[] = [];
  // One after another: registries allow few questions in a minute.
  for (const text of query)
    found.push(
      await ask(text).catch((error: unknown) => {
        if (!isHuntError(error) || error.code === "net/offline" || error.code === "net/cancelled") throw error;
        return { query: text, unknown: error.message };
      }),
    );
  return found;
}

/** What kind of address it is, in MSTICPy's words (`get_ip_type`); text that is no address is `Unspecified`. */
export function getIpType(ip: string): IpType {
  return classifyIp(refang(ip.trim()))?.type ?? "Unspecified";
}
