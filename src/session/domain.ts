/** Names, addresses and certificates: of the current session. */
import { join } from "node:path";
import { fetchCertificate, findAbuse, type CertificateFacts } from "../enrich/domain/certificate.js";
import { resolveName, reverseName, type DnsAnswer, type DnsParts } from "../enrich/domain/dns.js";
import { dnsComponents } from "../enrich/domain/name-parts.js";
import { createAuditLog } from "../net/audit.js";
import { currentSession } from "./ambient.js";
import { answersOf } from "./answers.js";
import type { Session } from "./session.js";

export interface DomainSettings {
  /** Name servers (`9.9.9.9`, `127.0.0.1:5353`). Default: the machine's. */
  readonly servers?: readonly string[];
  /** Where the list of bad certificates is. Default: abuse.ch's. */
  readonly listUrl?: string;
  /** Refuse hosts in networks of one's own. Default true. */
  readonly publicOnly?: boolean;
}

function partsOf(session: Session, { servers, publicOnly }: DomainSettings) {
  const nowMs = (): number => Date.now();
  return {
    rules: { internalDomains: session.config.internalDomains },
    offline: session.offline,
    audit: createAuditLog(join(session.enrichDir, "audit")),
    answers: answersOf(session, "DNS"),
    nowMs,
    ...(servers === undefined ? {} : { servers }),
    ...(publicOnly === undefined ? {} : { publicOnly }),
  } satisfies DnsParts & { publicOnly?: boolean };
}

/**
 * The addresses, aliases, mail and name servers and texts of a name, from the machine's name servers; kept for an hour.
 * @throws HuntError `domain/refused`, `domain/dns`, `net/offline`
 */
export async function dnsResolve(name: string, settings: DomainSettings = {}): Promise<DnsAnswer> {
  return resolveName(partsOf(currentSession(), settings), name);
}

/** The names of an address; empty when it has none. @throws HuntError `domain/refused`, `domain/dns`, `net/offline` */
export async function ipRevResolve(address: string, settings: DomainSettings = {}): Promise<readonly string[]> {
  return reverseName(partsOf(currentSession(), settings), address);
}

/** What MSTICPy's class of this name tells about a domain, and what its certificate says. */
export class DomainValidator {
  readonly #session = currentSession();
  readonly #settings: DomainSettings;

  constructor(settings: DomainSettings = {}) {
    this.#settings = settings;
  }

  /** Whether the name ends in a public suffix. Nothing is asked of anybody. */
  validateTld(name: string): boolean {
    return dnsComponents(name).suffix !== "";
  }

  /** Whether the name has addresses. @throws HuntError `domain/refused`, `domain/dns`, `net/offline` */
  async isResolvable(name: string): Promise<boolean> {
    return (await resolveName(partsOf(this.#session, this.#settings), name)).addresses.length > 0;
  }

  /** The certificate that a host shows. @throws HuntError `domain/refused`, `domain/no-certificate`, `net/…` */
  async certificate(host: string, port = 443): Promise<CertificateFacts> {
    return fetchCertificate(partsOf(this.#session, this.#settings), host, port);
  }

  /**
   * Whether the host's certificate is on abuse.ch's list of malware's certificates, why, and the certificate.
   * @throws HuntError as `certificate`, and `domain/list`
   */
  async inAbuseList(
    host: string,
    port = 443,
  ): Promise<{ readonly isListed: boolean; readonly reason: string; readonly certificate: CertificateFacts }> {
    const parts = partsOf(this.#session, this.#settings);
    const certificate = await fetchCertificate(parts, host, port);
    const { listUrl } = this.#settings;
    const from = {
      client: this.#session.http,
      answers: answersOf(this.#session, "SSLBL"),
      ...(listUrl === undefined ? {} : { url: listUrl }),
    };
    const reason = await findAbuse(from, certificate.sha1);
    return { isListed: reason !== undefined, reason: reason ?? "", certificate };
  }
}
