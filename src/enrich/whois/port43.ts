/**
 * WHOIS over port 43, for domains whose registry has no RDAP. Source: RFC 3912; the answers have no standard, their usual words
 * are in the table below.
 */
import { isHuntError } from "../../base/error.js";
import type { WhoisRecord } from "./rdap-answer.js";

/** Sends one line to a WHOIS server and gives what it answers. */
export type AskWhois = (host: string, line: string) => Promise<string>;

/** The words of registries for what a record holds, lower case. Sources: the answers of Verisign, DENIC, Nominet, .jp, .ru, .it, … */
const words: Readonly<Record<string, readonly string[]>> = {
  handle: ["registry domain id", "domain id", "roid"],
  name: ["domain name", "domain"],
  organization: ["registrant organization", "registrant", "org", "organization", "holder", "registrant name", "owner"],
  country: ["registrant country", "country"],
  registrar: ["registrar", "registrar name", "sponsoring registrar", "registrar organization"],
  nameservers: ["name server", "nserver", "nameserver", "name servers", "nameservers"],
  status: ["domain status", "status", "state", "registration status"],
  created: [
    "creation date",
    "created",
    "registered",
    "registered on",
    "created on",
    "registration date",
    "domain registered",
  ],
  updated: ["updated date", "changed", "last updated", "last-update", "last modified", "modified", "last update"],
  expires: [
    "registry expiry date",
    "expiry date",
    "expires",
    "expires on",
    "paid-till",
    "expiration date",
    "expire date",
    "registrar registration expiration date",
  ],
  abuseEmail: ["registrar abuse contact email", "abuse contact email", "abuse-mailbox", "abuse email"],
};

const nothing =
  /^(?:%|#|>>>)?\s*(?:no match|not found|no entries found|no data found|no object found|status:\s*(?:free|available)|domain (?:name )?not found|the queried object does not exist|this domain name has not been registered|nothing found)/im;

/** Whether a registry says that it does not know the name. */
export const saysNothing = (text: string): boolean => text.trim() === "" || nothing.test(text);

/** `Key: value` lines, by key, in their order. Comments and advertisements are left out. */
function fieldsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of text.split(/\r?\n/).slice(0, 2000)) {
    if (/^\s*(?:%|#|>>>|\*)/.test(line) || line.length > 1000) continue;
    const match = /^\s{0,8}\[?([A-Za-z][A-Za-z /_-]{0,60}?)\]?\.{0,40}:\s*(.*)$/.exec(line);
    if (match !== null) {
      const key = (match[1] ?? "").trim().toLowerCase();
      open = fields.get(key) ?? [];
      fields.set(key, open);
      if ((match[2] ?? "").trim() !== "") open.push((match[2] ?? "").trim());
    } else if (open !== undefined && open.length === 0 && /^\s+\S/.test(line)) {
      // Nominet's way: the key on one line, its values below.
      open.push(line.trim());
    } else if (line.trim() === "") open = undefined;
  }
  return fields;
}

/** `2026-11-24T…`, `24.11.2026`, `24-Nov-2026`, `2026/11/24`, `20261124`; undefined for anything else. */
function timeOf(text: string | undefined): Date | undefined {
  const plain = (text ?? "")
    .replace(/^(\d{2})\.(\d{2})\.(\d{4})/, "$3-$2-$1")
    .replace(/^(\d{4})(\d{2})(\d{2})(?!\d)/, "$1-$2-$3")
    .replace(/^(\d{4})\/(\d{2})\/(\d{2})/, "$1-$2-$3")
    .replace(/^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/, "$1T$2Z");
  const time = new Date(/^\d{2}-[A-Za-z]{3}-\d{4}$/.test(plain) ? `${plain} UTC` : plain);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** An answer in the registry's own words as a record: what is not understood is left empty. */
export function parseWhois(query: string, text: string, askedAtMs: number): WhoisRecord {
  const fields = fieldsOf(text);
  const all = (name: string): readonly string[] => (words[name] ?? []).flatMap(word => fields.get(word) ?? []);
  const one = (name: string): string => all(name)[0] ?? "";
  const list = (name: string): readonly string[] => [...new Set(all(name))].slice(0, 50);
  return {
    ...{ query, handle: one("handle"), name: one("name").toLowerCase() || query, organization: one("organization") },
    ...{ country: one("country"), startAddress: "", endAddress: "", cidrs: [], registrar: one("registrar") },
    nameservers: list("nameservers").map(n => (n.split(/\s/)[0] ?? "").toLowerCase().replace(/\.$/, "")),
    status: list("status"),
    ...{ created: timeOf(one("created")), updated: timeOf(one("updated")), expires: timeOf(one("expires")) },
    abuseEmail: one("abuseEmail"),
    askedAt: new Date(askedAtMs),
  };
}

const hostName = /^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/i;

/**
 * The text of the registry that is responsible for a domain; IANA says which that is. Undefined when it names none.
 * @throws what `ask` throws
 */
export async function askPort43(ask: AskWhois, domain: string, root = "whois.iana.org"): Promise<string | undefined> {
  const top = domain.slice(domain.lastIndexOf(".") + 1);
  const server = /^(?:refer|whois):\s*(\S+)/im.exec(await ask(root, top))?.[1];
  if (server === undefined || !hostName.test(server)) return undefined;
  // DENIC gives little without its flags. Source: https://www.denic.de/en/service/whois-service/
  return ask(server, server.endsWith("whois.denic.de") ? `-T dn ${domain}` : domain);
}

/** Errors after which another way is worth trying. */
export const mayAskPort43 = (error: unknown): boolean => isHuntError(error) && error.code === "whois/no-registry";
