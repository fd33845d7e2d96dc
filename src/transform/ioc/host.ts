/** Host names and their public suffixes. */
import { parse } from "tldts";
import { isAlnum, isDigit } from "./chars.js";

/** Names that never resolve on the Internet, though they look like any other. Source: RFC 2606, RFC 6761, RFC 8375, RFC 9476 */
const reservedSuffixes: Readonly<Record<string, string>> = {
  example: "reserved name (RFC 2606)",
  test: "reserved name (RFC 2606)",
  invalid: "reserved name (RFC 2606)",
  localhost: "reserved name (RFC 2606)",
  local: "local network name (RFC 6762)",
  onion: "Tor name (RFC 7686)",
  alt: "reserved name (RFC 9476)",
  internal: "internal name (ICANN reserved)",
  "example.com": "reserved name (RFC 2606)",
  "example.net": "reserved name (RFC 2606)",
  "example.org": "reserved name (RFC 2606)",
  "home.arpa": "local network name (RFC 8375)",
};
/** Suffixes that companies use inside; none is delegated. */
const internalSuffixes = new Set(["corp", "home", "lan", "intranet", "private", "localdomain", "domain", "mail"]);

/** Top-level domains that are also usual endings of file names. */
const fileEndings = new Set(["sh", "py", "pl", "rs", "md", "zip", "mov", "ps", "so", "cc", "cab", "java", "js", "pub"]);

export interface HostCheck {
  /** Whether the name may be looked up on the Internet: it ends in a public suffix and is not one. */
  readonly isPublic: boolean;
  /** Reserved, internal or Tor names: an observable all the same, in the tenant's own data. */
  readonly reserved?: string;
}

/** Why a name never resolves on the Internet; undefined when it may. */
export function reservedName(host: string): string | undefined {
  const name = host.toLowerCase();
  const dot = name.lastIndexOf(".");
  const last = name.slice(dot + 1);
  if (Object.hasOwn(reservedSuffixes, last)) return reservedSuffixes[last];
  if (last !== "com" && last !== "net" && last !== "org" && last !== "arpa") return undefined;
  const pair = name.slice(name.lastIndexOf(".", dot - 1) + 1);
  return Object.hasOwn(reservedSuffixes, pair) ? reservedSuffixes[pair] : undefined;
}

export function isInternalSuffix(label: string): boolean {
  return internalSuffixes.has(label.toLowerCase());
}

/** Letters, digits and inner hyphens (underscores as well, before the last two labels: services use them); 253 in all. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const unicodeLabel = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?$/u;

export function isWellFormedName(name: string): boolean {
  if (name.length > 253) return false;
  const isPlain = isPlainName(name);
  if (isPlain !== undefined) return isPlain;
  const labels = name.split(".");
  if (labels.length < 2) return false;
  const [top = "", second = ""] = [labels.at(-1), labels.at(-2)];
  if (!/^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59}|\p{L}{2,63})$/iu.test(top) || second.includes("_")) return false;
  return labels.every(part => label.test(part) || unicodeLabel.test(part));
}

/**
 * The rules of `isWellFormedName` in one pass, for names of ASCII letters, digits, hyphens and dots whose ending is letters;
 * undefined for all others.
 */
function isPlainName(name: string): boolean | undefined {
  let labelStart = 0;
  let labels = 1;
  let hasOnlyLetters = true;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code === dotCode) {
      if (i === labelStart || i - labelStart > 63 || name.charCodeAt(i - 1) === hyphenCode) return false;
      labelStart = i + 1;
      labels += 1;
      hasOnlyLetters = true;
    } else if (code === hyphenCode) {
      if (i === labelStart) return false;
      hasOnlyLetters = false;
    } else if (isDigit(code)) hasOnlyLetters = false;
    else if (!isAlnum(code)) return undefined;
  }
  if (!hasOnlyLetters) return undefined;
  const last = name.length - labelStart;
  return labels >= 2 && last >= 2 && last <= 63;
}
const [dotCode, hyphenCode] = [46, 45];

/** A name's public suffix, registrable domain and what stands before it. Undefined when the suffix is not a public one. */
export interface NameParts {
  readonly suffix: string;
  readonly domain: string;
  readonly subdomain: string;
  /** Suffix of a company that lets others register under it (`github.io`). */
  readonly isPrivate: boolean;
}

/** Splits by the public suffix list. Undefined for a bare suffix (`co.uk`) and unknown endings. Source: https://publicsuffix.org */
export function splitName(name: string): NameParts | undefined {
  const found = parse(name, { allowPrivateDomains: true, validateHostname: false });
  if (found.isIcann !== true && found.isPrivate !== true) return undefined;
  if (found.publicSuffix === null) return undefined;
  // `github.io` itself is a site; its suffix is private, so the public one decides.
  const domain = found.domain ?? parse(name, { validateHostname: false }).domain;
  if (domain === null) return undefined;
  return {
    suffix: found.publicSuffix,
    domain,
    subdomain: found.subdomain ?? "",
    isPrivate: found.isPrivate === true,
  };
}

/** Names and endings that were judged before; text repeats itself. Bounded: emptied when full. */
export class HostJudge {
  readonly #names = new Map<string, boolean>();
  readonly #endings = new Map<string, boolean>();
  readonly #ignoreTlds: boolean;

  constructor(ignoreTlds: boolean) {
    this.#ignoreTlds = ignoreTlds;
  }

  /** Whether the text is a domain or host name under a public or a reserved suffix. */
  accepts(name: string): boolean {
    const before = this.#names.get(name);
    if (before !== undefined) return before;
    const verdict =
      (this.#ignoreTlds || this.#hasKnownEnding(name)) && isWellFormedName(name) && this.#isNoBareSuffix(name);
    if (this.#names.size >= 20_000) this.#names.clear();
    this.#names.set(name, verdict);
    return verdict;
  }

  #hasKnownEnding(name: string): boolean {
    const last = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
    let verdict = this.#endings.get(last);
    if (verdict === undefined) {
      verdict = last.length <= 63 && (reservedName(last) !== undefined || parse(`a.${last}`).isIcann === true);
      if (this.#endings.size >= 20_000) this.#endings.clear();
      this.#endings.set(last, verdict);
    }
    return verdict;
  }

  /** `co.uk` is no name. With three labels under a known ending there is a name before the suffix, or a host of a company's. */
  #isNoBareSuffix(name: string): boolean {
    if (this.#ignoreTlds || name.indexOf(".") !== name.lastIndexOf(".")) return true;
    return reservedName(name) !== undefined || splitName(name) !== undefined;
  }
}

/** What an analyst should know about a name before believing it. */
export function noteOfName(name: string): string | undefined {
  const reserved = reservedName(name);
  if (reserved !== undefined) return reserved;
  const dot = name.indexOf(".");
  if (dot === name.lastIndexOf(".") && fileEndings.has(name.slice(dot + 1).toLowerCase())) return "may be a file name";
  return /[^\x20-\x7e]|(?:^|\.)xn--/i.test(name) ? "internationalised name" : undefined;
}
