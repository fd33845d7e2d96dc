/** A registry's answer as one flat record. Source: RFC 9083; contacts are jCards (RFC 7095). */
import { at, textAt } from "../ti/shape.js";

/** What a registry says. Texts that it does not say are empty, times undefined. */
export interface WhoisRecord {
  readonly query: string;
  /** The registry's own name for it: `NET-8-8-8-0-2`, `15169`. */
  readonly handle: string;
  readonly name: string;
  /** Who holds it. */
  readonly organization: string;
  /** Two letters, of the holder or the network. */
  readonly country: string;
  /** Networks only: the first and last address, and the same as ranges. */
  readonly startAddress: string;
  readonly endAddress: string;
  readonly cidrs: readonly string[];
  /** Domains only. */
  readonly registrar: string;
  readonly nameservers: readonly string[];
  readonly status: readonly string[];
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  readonly expires: Date | undefined;
  /** Where abuse is reported. */
  readonly abuseEmail: string;
  /** When the registry was asked. */
  readonly askedAt: Date;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const textsOf = (value: unknown): readonly string[] => listOf(value).filter(v => typeof v === "string");

/** Entities inside entities: a holder's abuse desk stands in the holder. Bounded, as answers are not ours. */
function entitiesOf(value: unknown, depth = 0): readonly unknown[] {
  if (depth > 4) return [];
  return listOf(at(value, "entities")).flatMap(e => [e, ...entitiesOf(e, depth + 1)]);
}

/** A property of a jCard, as text: `["vcard", [["fn", {}, "text", "Google LLC"], …]]`. */
function cardText(entity: unknown, name: string): string {
  for (const property of listOf(listOf(at(entity, "vcardArray"))[1])) {
    const [key, , , value] = listOf(property);
    if (key === name && typeof value === "string") return value;
  }
  return "";
}

const hasRole = (entity: unknown, role: string): boolean => textsOf(at(entity, "roles")).includes(role);

function eventTime(body: unknown, action: string): Date | undefined {
  const found = listOf(at(body, "events")).find(e => textAt(e, "eventAction") === action);
  const time = new Date(textAt(found, "eventDate") ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Source: https://bitbucket.org/nroecg/nro-rdap-cidr: an extension that all five regional registries give. */
const cidrsOf = (body: unknown): readonly string[] =>
  listOf(at(body, "cidr0_cidrs")).flatMap(c => {
    const [prefix, length] = [textAt(c, "v4prefix") ?? textAt(c, "v6prefix"), at(c, "length")];
    return prefix === undefined || typeof length !== "number" ? [] : [`${prefix}/${length}`];
  });

export function parseRdap(query: string, body: unknown, askedAtMs: number): WhoisRecord {
  const entities = entitiesOf(body);
  const holder = entities.find(e => hasRole(e, "registrant"));
  const abuse = entities.find(e => hasRole(e, "abuse"));
  const registrar = entities.find(e => hasRole(e, "registrar"));
  const nameOf = (entity: unknown): string => cardText(entity, "org") || cardText(entity, "fn");
  return {
    query,
    handle: textAt(body, "handle") ?? "",
    name: textAt(body, "name") ?? textAt(body, "ldhName")?.toLowerCase() ?? "",
    organization: nameOf(holder),
    country: textAt(body, "country") ?? "",
    startAddress: textAt(body, "startAddress") ?? "",
    endAddress: textAt(body, "endAddress") ?? "",
    cidrs: cidrsOf(body),
    registrar: nameOf(registrar),
    nameservers: listOf(at(body, "nameservers")).flatMap(n => textAt(n, "ldhName")?.toLowerCase() ?? []),
    status: textsOf(at(body, "status")),
    created: eventTime(body, "registration"),
    updated: eventTime(body, "last changed"),
    expires: eventTime(body, "expiration"),
    abuseEmail: cardText(abuse, "email"),
    askedAt: new Date(askedAtMs),
  };
}
