/** What one piece of text is, taken whole. */
import { parseAddress } from "../../base/ip-address.js";
import { classifyIp } from "../../base/ip-class.js";
import { HostJudge, isWellFormedName, noteOfName } from "./host.js";
import { hashTypeOfLength, iocTypes, iocTypeTable, type HashType, type IocKind, type IocType } from "./ioc-type.js";
import { isLinuxPath, isWindowsPath } from "./path.js";
import { refang } from "./refang.js";
import { IocScanner } from "./scan.js";
import { isHostPort, isUrl } from "./url.js";

const hosts = { strict: () => new HostJudge(false), any: () => new HostJudge(true) } as const;

function isEmail(text: string, ignoreTlds: boolean): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || !/^[a-z0-9_](?:[a-z0-9._%+-]*[a-z0-9_%+-])?$/i.test(text.slice(0, at))) return false;
  return hosts[ignoreTlds ? "any" : "strict"]().accepts(text.slice(at + 1)) && !text.includes("..");
}

const isHash = (text: string, type: HashType): boolean =>
  hashTypeOfLength(text.length) === type && /^[0-9a-f]+$/i.test(text);

/** Whether a text as a whole is of the type. Types that need their surroundings are found by the scanner. */
const tests: { readonly [T in IocType]: (text: string, ignoreTlds: boolean) => boolean } = {
  ipv4: text => !text.includes(":") && parseAddress(text) !== undefined,
  ipv6: text => text.includes(":") && parseAddress(text) !== undefined,
  url: isUrl,
  email: isEmail,
  md5_hash: text => isHash(text, "md5_hash"),
  sha1_hash: text => isHash(text, "sha1_hash"),
  sha256_hash: text => isHash(text, "sha256_hash"),
  sha512_hash: text => isHash(text, "sha512_hash"),
  dns: (text, ignoreTlds) => hosts[ignoreTlds ? "any" : "strict"]().accepts(text),
  windows_path: isWindowsPath,
  linux_path: isLinuxPath,
  ssdeep: text => isWholly(text, "ssdeep"),
  cve: text => isWholly(text, "cve"),
  mac_address: text => isWholly(text, "mac_address"),
  asn: text => isWholly(text, "asn"),
  btc_address: text => isWholly(text, "btc_address"),
  eth_address: text => isWholly(text, "eth_address"),
  xmr_address: text => isWholly(text, "xmr_address"),
};

function isWholly(text: string, type: IocType): boolean {
  let found = false;
  const scanner = new IocScanner({ types: new Set([type]), ignoreTlds: false, defanged: false });
  scanner.scan(text, (_, value) => (found ||= value === text));
  return found;
}

/** Longer texts are nothing that could be looked up. */
const maxChars = 16_384;

export interface ValidateOptions {
  /** Accept names with any ending. */
  readonly ignoreTlds?: boolean;
  /** Make it whole before looking. Default true. */
  readonly defanged?: boolean;
}

/** Whether the whole text is an observable of the type. */
export function validateIoc(text: string, type: IocType, options: ValidateOptions = {}): boolean {
  const { ignoreTlds = false, defanged = true } = options;
  const whole = defanged ? refang(text.trim()) : text.trim();
  return whole.length <= maxChars && tests[type](whole, ignoreTlds);
}

const byPriority = [...iocTypes].sort((a, b) => iocTypeTable[a].priority - iocTypeTable[b].priority);

/**
 * What an observable is: the type with the lowest priority number that fits the whole text, refanged; `hostname` for a name
 * without public suffix (`dc01.corp.local` is one, `dc01` is not), else `unknown`.
 */
export function iocTypeOf(observable: string): IocKind {
  const text = refang(observable.trim());
  if (text === "" || text.length > maxChars) return "unknown";
  const found = byPriority.find(type => tests[type](text, false));
  if (found !== undefined) return found;
  return isWellFormedName(text) && isHostPort(text) ? "hostname" : "unknown";
}

/** What an analyst should know about a value before believing it; undefined when there is nothing. */
export function noteOfIoc(type: IocType, value: string): string | undefined {
  if (type === "ipv4" || type === "ipv6") {
    const known = classifyIp(value);
    return known === undefined || known.global ? undefined : known.purpose;
  }
  return type === "dns" ? noteOfName(value) : undefined;
}
