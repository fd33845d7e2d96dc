/** The certificate that a host shows, and whether it is on a list of certificates of malware's masters. */
import { connect, type PeerCertificate } from "node:tls";
import { HuntError, messageOf } from "../../base/error.js";
import type { Exchange, HttpClient } from "../../net/client.js";
import { publicLookup, refusePrivateHost } from "../../net/public-only.js";
import type { AnswerStore } from "../../net/store.js";
import type { OutboundRules } from "../ti/outbound.js";
import { publicHost } from "./refuse.js";

export interface CertificateParts {
  readonly rules: OutboundRules;
  readonly offline: boolean;
  readonly audit: (exchange: Exchange) => void;
  readonly nowMs: () => number;
  /** Refuse hosts in networks of our own. Default true. */
  readonly publicOnly?: boolean;
  readonly timeoutMs?: number;
}

export interface CertificateFacts {
  readonly host: string;
  readonly subject: string;
  readonly issuer: string;
  /** Names that it is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly serial: string;
  /** Lower-case hex. */
  readonly sha1: string;
  readonly sha256: string;
  readonly isSelfSigned: boolean;
  /** Whether this machine trusts it for this host; otherwise `problem` says why not. */
  readonly isTrusted: boolean;
  readonly problem: string;
  readonly askedAt: Date;
}

/**
 * Connects to a host and gives the certificate that it shows, trusted or not. Nothing but the host's name is sent.
 * @throws HuntError `domain/refused`, `domain/no-certificate`, `net/offline`, `net/private-address`
 */
export async function fetchCertificate(parts: CertificateParts, given: string, port = 443): Promise<CertificateFacts> {
  const { offline, audit, nowMs, publicOnly = true, timeoutMs = 10_000 } = parts;
  const host = publicOnly ? publicHost(given, parts.rules) : given;
  if (offline) throw new HuntError("net/offline", `'${host}' was not asked: this session is offline`);
  const isName = !/^[\d.]+$|:/.test(host);
  if (publicOnly) refusePrivateHost(new URL(`https://${host.includes(":") ? `[${host}]` : host}`));
  audit({
    atMs: nowMs(),
    method: "TLS",
    host: `${host}:${port}`,
    purpose: { provider: "TLS", observable: host },
    status: undefined,
  });
  // The certificate is what is asked for: it is looked at, not relied on, and nothing is sent over the connection.
  const socket = connect({
    ...{ host, port, rejectUnauthorized: false, timeout: timeoutMs },
    ...(isName ? { servername: host } : {}),
    ...(publicOnly ? { lookup: publicLookup } : {}),
  });
  try {
    await new Promise<void>((done, fail) => {
      socket.once("secureConnect", done);
      socket.once("error", fail);
      socket.once("timeout", () => fail(new Error(`no answer within ${timeoutMs / 1000} s`)));
      socket.once("close", () => fail(new Error("the connection was closed")));
    });
    const certificate = socket.getPeerCertificate();
    if (Object.keys(certificate).length === 0) throw new Error("it shows none");
    return toFacts(host, certificate, socket.authorized ? "" : messageOf(socket.authorizationError), nowMs());
  } catch (cause) {
    if (cause instanceof HuntError) throw cause;
    throw new HuntError("domain/no-certificate", `'${host}:${port}' showed no certificate: ${messageOf(cause)}`, {
      cause,
      hint: "the host may be gone, or speak no TLS on this port",
    });
  } finally {
    socket.destroy();
  }
}

const hexOf = (fingerprint: string): string => fingerprint.replaceAll(":", "").toLowerCase();
const nameOf = (fields: PeerCertificate["subject"]): string =>
  Object.entries(fields)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(v => `${name}=${String(v)}`))
    .join(", ");

function toFacts(host: string, c: PeerCertificate, problem: string, nowMs: number): CertificateFacts {
  const [subject, issuer] = [nameOf(c.subject), nameOf(c.issuer)];
  const names = (c.subjectaltname ?? "").split(/,\s*/).flatMap(n => /^(?:DNS|IP Address):(.+)$/.exec(n)?.[1] ?? []);
  return {
    ...{ host, subject, issuer, names, validFrom: new Date(c.valid_from), validTo: new Date(c.valid_to) },
    ...{ serial: c.serialNumber, sha1: hexOf(c.fingerprint), sha256: hexOf(c.fingerprint256) },
    ...{ isSelfSigned: subject === issuer, isTrusted: problem === "", problem, askedAt: new Date(nowMs) },
  };
}

/** Certificates of botnets' masters by SHA-1. Source: https://sslbl.abuse.ch/blacklist/ (CC0) */
const listUrl = "https://sslbl.abuse.ch/blacklist/sslblacklist.csv";
const listAgeMs = 86_400_000;

export interface AbuseListParts {
  readonly client: HttpClient;
  readonly answers: AnswerStore<unknown>;
  readonly url?: string;
}

/**
 * Why a certificate is on abuse.ch's list; undefined when it is not. The list is fetched once a day, the certificate is not sent.
 * @throws HuntError `domain/list`, `net/…`
 */
export async function findAbuse(
  { client, answers, url = listUrl }: AbuseListParts,
  sha1: string,
): Promise<string | undefined> {
  let list = answers.find("sslbl", listAgeMs)?.value;
  if (typeof list !== "object" || list === null) {
    const response = await client.request({ url, maxBytes: 32 * 1024 * 1024, purpose: { provider: "SSLBL" } });
    const entries = response.status === 200 ? readList(response.text()) : undefined;
    if (entries === undefined)
      throw new HuntError(
        "domain/list",
        response.status === 200
          ? "abuse.ch's list of certificates cannot be read"
          : `abuse.ch's list of certificates answered with status ${response.status}`,
        { hint: "try again later" },
      );
    list = Object.fromEntries(entries);
    answers.keep("sslbl", list);
  }
  return Object.hasOwn(list as object, sha1) ? String((list as Record<string, unknown>)[sha1]) : undefined;
}

/** `2024-01-01 00:00:00,da39a3…,Dridex C&C`; undefined when no line is one. */
function readList(text: string): readonly (readonly [sha1: string, reason: string])[] | undefined {
  const lines = text.split(/\r?\n/).filter(line => line !== "" && !line.startsWith("#"));
  const entries = lines.flatMap(line => {
    const [, sha1 = "", ...reason] = line.split(",");
    return /^[0-9a-f]{40}$/i.test(sha1) ? [[sha1.toLowerCase(), reason.join(",")] as const] : [];
  });
  return entries.length === 0 && (lines.length > 0 || !text.startsWith("#")) ? undefined : entries;
}
