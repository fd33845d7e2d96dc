/**
 * What kind of address it is, by IANA's special-purpose registries.
 * Source: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { networkOf, parseAddress, parseRange, parseV4Number, type Address } from "./ip-address.js";

/** MSTICPy's names for kinds of addresses (`get_ip_type`). */
export type IpType = "Public" | "Private" | "Loopback" | "Link Local" | "Multicast" | "Unspecified" | "Reserved";

export interface IpClass {
  readonly type: IpType;
  /** What the range is for, for people: `private use (RFC 1918)`. */
  readonly purpose: string;
  /** Whether the address means the same everywhere on the Internet. Only such addresses may be asked about outside. */
  readonly global: boolean;
}

type Row = readonly [cidr: string, type: IpType, purpose: string, global?: true];

const ranges: readonly Row[] = [
  ["0.0.0.0/32", "Unspecified", "unspecified (RFC 1122)"],
  ["0.0.0.0/8", "Reserved", "this network (RFC 791)"],
  ["10.0.0.0/8", "Private", "private use (RFC 1918)"],
  ["100.64.0.0/10", "Private", "shared by carriers' NAT (RFC 6598)"],
  ["127.0.0.0/8", "Loopback", "loopback (RFC 1122)"],
  ["169.254.0.0/16", "Link Local", "link-local (RFC 3927)"],
  ["172.16.0.0/12", "Private", "private use (RFC 1918)"],
  ["192.0.0.0/24", "Reserved", "IETF protocol assignments (RFC 6890)"],
  ["192.0.0.9/32", "Public", "port control anycast (RFC 7723)", true],
  ["192.0.0.10/32", "Public", "TURN anycast (RFC 8155)", true],
  ["192.0.2.0/24", "Reserved", "documentation (RFC 5737)"],
  ["192.88.99.0/24", "Reserved", "6to4 relays, withdrawn (RFC 7526)"],
  ["192.168.0.0/16", "Private", "private use (RFC 1918)"],
  ["198.18.0.0/15", "Reserved", "benchmarking (RFC 2544)"],
  ["198.51.100.0/24", "Reserved", "documentation (RFC 5737)"],
  ["203.0.113.0/24", "Reserved", "documentation (RFC 5737)"],
  ["224.0.0.0/4", "Multicast", "multicast (RFC 5771)"],
  ["240.0.0.0/4", "Reserved", "reserved for future use (RFC 1112)"],
  ["255.255.255.255/32", "Reserved", "limited broadcast (RFC 919)"],
  ["::/128", "Unspecified", "unspecified (RFC 4291)"],
  ["::1/128", "Loopback", "loopback (RFC 4291)"],
  ["64:ff9b:1::/48", "Private", "local IPv4/IPv6 translation (RFC 8215)"],
  ["100::/64", "Reserved", "discard-only (RFC 6666)"],
  ["2000::/3", "Public", "global unicast", true],
  ["2001::/23", "Reserved", "IETF protocol assignments (RFC 2928)"],
  ["2001:1::1/128", "Public", "port control anycast (RFC 7723)", true],
  ["2001:1::2/128", "Public", "TURN anycast (RFC 8155)", true],
  ["2001:3::/32", "Public", "AMT (RFC 7450)", true],
  ["2001:4:112::/48", "Public", "AS112 (RFC 7535)", true],
  ["2001:20::/28", "Public", "ORCHIDv2 (RFC 7343)", true],
  ["2001:db8::/32", "Reserved", "documentation (RFC 3849)"],
  ["3fff::/20", "Reserved", "documentation (RFC 9637)"],
  ["5f00::/16", "Private", "segment routing identifiers (RFC 9602)"],
  ["fc00::/7", "Private", "unique local (RFC 4193)"],
  ["fe80::/10", "Link Local", "link-local (RFC 4291)"],
  ["fec0::/10", "Private", "site-local, withdrawn (RFC 3879)"],
  ["ff00::/8", "Multicast", "multicast (RFC 4291)"],
];

interface Level {
  readonly bits: 32 | 128;
  readonly prefix: number;
  readonly networks: ReadonlyMap<bigint, IpClass>;
}

function buildLevels(): readonly Level[] {
  const levels = new Map<string, { bits: 32 | 128; prefix: number; networks: Map<bigint, IpClass> }>();
  for (const [cidr, type, purpose, global = false] of ranges) {
    const range = parseRange(cidr);
    if (range === undefined) throw new Error(`'${cidr}' is no range`);
    const key = `${range.bits}/${range.prefix}`;
    const level = levels.get(key) ?? { bits: range.bits, prefix: range.prefix, networks: new Map<bigint, IpClass>() };
    level.networks.set(range.value, { type, purpose, global });
    levels.set(key, level);
  }
  return [...levels.values()].sort((a, b) => b.prefix - a.prefix);
}

const levels = buildLevels();
const otherV4: IpClass = { type: "Public", purpose: "global unicast", global: true };
const otherV6: IpClass = { type: "Reserved", purpose: "not assigned for use (RFC 4291)", global: false };

/** The IPv4 address inside a translated IPv6 address (NAT64, 6to4): as reachable as that is. */
function embedded({ bits, value }: Address): Address | undefined {
  if (bits === 32) return undefined;
  if (value >> 32n === 0x64ff9bn << 64n) return { bits: 32, value: value & 0xffff_ffffn };
  if (value >> 112n === 0x2002n) return { bits: 32, value: (value >> 80n) & 0xffff_ffffn };
  // IPv4-compatible addresses (RFC 4291 2.5.5.1, withdrawn): what a lax resolver would connect to.
  return value >> 32n === 0n && value > 1n ? { bits: 32, value } : undefined;
}

/** The class of a parsed address; the most specific range decides. */
export function classifyAddress(address: Address): IpClass {
  const inner = embedded(address);
  if (inner !== undefined) {
    const known = classifyAddress(inner);
    return { ...known, purpose: `${known.purpose}, translated to IPv6` };
  }
  for (const { bits, prefix, networks } of levels) {
    if (bits !== address.bits) continue;
    const found = networks.get(networkOf(address, prefix));
    if (found !== undefined) return found;
  }
  return address.bits === 32 ? otherV4 : otherV6;
}

/** First octets in which special ranges lie; all other IPv4 addresses are plain. */
const specialOctets = new Set(levels.flatMap(l => (l.bits === 32 ? octetsOf(l) : [])));

function octetsOf({ prefix, networks }: Level): readonly number[] {
  const span = prefix >= 8 ? 1 : 2 ** (8 - prefix);
  return [...networks.keys()].flatMap(network => Array.from({ length: span }, (_, i) => Number(network >> 24n) + i));
}

/** The class of an address in text; undefined when it is none. */
export function classifyIp(text: string): IpClass | undefined {
  const v4 = parseV4Number(text);
  if (v4 !== undefined && !specialOctets.has(Math.floor(v4 / 2 ** 24))) return otherV4;
  const address = parseAddress(text);
  return address === undefined ? undefined : classifyAddress(address);
}
