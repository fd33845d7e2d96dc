/** Functions over IP addresses. What is no address gives null ('' for text). */
import {
  cidrList,
  compareAddresses,
  formatIpv4,
  formatIpv6,
  inRange,
  ipv4In,
  masked,
  parseIpv4,
  parseIpv6,
  type Address,
} from "../ip-address.js";
import { arrayElements, plainText } from "../json-text.js";
import { nullable, strict } from "./define.js";

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parseIpv4).filter(r => r !== undefined);

const families = {
  "4": { width: 32, parse: parseIpv4 },
  "6": { width: 128, parse: parseIpv6 },
} as const;

/** A prefix argument: -1 stands for none given; outside 0 to width it is wrong. */
function prefixOf(prefix: bigint | null, width: number): number | undefined {
  if (prefix === null) return width;
  return prefix >= 0n && prefix <= BigInt(width) ? Number(prefix) : undefined;
}

function compare(
  a: string | null,
  b: string | null,
  options: { readonly family: "4" | "6"; readonly prefix: bigint | null },
) {
  const { width, parse } = families[options.family];
  const [x, y, prefix] = [parse(a ?? ""), parse(b ?? ""), prefixOf(options.prefix, width)];
  return x === undefined || y === undefined || prefix === undefined
    ? undefined
    : compareAddresses(x, y, { prefix, width });
}

/** In any of several ranges; a range may itself list ranges. Null when the address or every range is no address. */
function inAnyRange(ip: string, ranges: readonly string[], family: "4" | "6"): boolean | undefined {
  const { width, parse } = families[family];
  const address = parse(ip);
  const parsed = ranges
    .flatMap(r => r.split(/[\s,;]+/))
    .map(r => parse(r))
    .filter(r => r !== undefined);
  if (address === undefined || parsed.length === 0) return undefined;
  return parsed.some(r => inRange(address, r, width));
}

/** The address of `format_ipv4`: text, or a number in big-endian order. */
function addressOf(source: string): Address | undefined {
  if (!/^\d+$/.test(source)) return parseIpv4(source);
  const bits = BigInt(source);
  return bits <= 0xffff_ffffn ? { bits, prefix: 32 } : undefined;
}

function format(source: string | null, prefix: bigint | null, form: "plain" | "mask"): string {
  const address = addressOf(source ?? "");
  const wanted = prefixOf(prefix, 32);
  if (address === undefined || wanted === undefined) return "";
  const n = Math.min(address.prefix, wanted);
  return formatIpv4(masked(address.bits, n, 32)) + (form === "mask" ? `/${n}` : "");
}

function canonicalIpv6(source: string | null, prefix: bigint | null): string {
  const address = parseIpv6(source ?? "");
  const wanted = prefixOf(prefix, 128);
  if (address === undefined || wanted === undefined) return "";
  return formatIpv6(masked(address.bits, Math.min(address.prefix, wanted), 128));
}

const strings = (json: string): readonly string[] => arrayElements(json)?.map(plainText) ?? [textOrJson(json)];

/** The text of a JSON string; any other text is itself, also one that only begins like JSON. */
function textOrJson(text: string): string {
  try {
    return plainText(text);
  } catch {
    return text;
  }
}

function hasAddress(text: string, wanted: readonly string[]): boolean {
  const valid = wanted.map(w => parseIpv4(w)?.bits).filter(b => b !== undefined);
  return valid.length > 0 && ipv4In(text).some(a => valid.includes(parseIpv4(a)?.bits ?? -1n));
}

/** A prefix is a whole address, or its first parts with a dot at the end. */
function hasPrefix(text: string, wanted: readonly string[]): boolean {
  const valid = wanted.filter(w => /^(?:\d{1,3}\.){1,3}$/.test(w) || parseIpv4(w) !== undefined);
  return valid.length > 0 && ipv4In(text).some(a => valid.some(p => (p.endsWith(".") ? a.startsWith(p) : a === p)));
}

export const networkUdfs = [
  nullable("ku_parse_ipv4", ["VARCHAR", "BIGINT"], "BIGINT", (ip, prefix) => {
    const address = parseIpv4(ip ?? "");
    const wanted = prefixOf(prefix, 32);
    return address === undefined || wanted === undefined
      ? null
      : masked(address.bits, Math.min(address.prefix, wanted), 32);
  }),
  nullable("ku_parse_ipv6", ["VARCHAR", "BIGINT"], "VARCHAR", canonicalIpv6),
  strict("ku_ipv4_is_private", ["VARCHAR"], "BOOLEAN", ip => {
    const address = parseIpv4(ip);
    return address === undefined ? null : privateRanges.some(r => inRange(address, r, 32));
  }),
  strict("ku_ipv4_netmask_suffix", ["VARCHAR"], "BIGINT", ip => {
    const address = parseIpv4(ip);
    return address === undefined ? null : BigInt(address.prefix);
  }),
  nullable("ku_ip_compare", ["VARCHAR", "VARCHAR", "BIGINT", "VARCHAR"], "BIGINT", (a, b, prefix, family) => {
    const order = compare(a, b, { family: family === "6" ? "6" : "4", prefix });
    return order === undefined ? null : BigInt(order);
  }),
  strict("ku_ip_in_ranges", ["VARCHAR", "VARCHAR", "VARCHAR"], "BOOLEAN", (ip, ranges, family) =>
    inAnyRange(
      ip,
      strings(ranges).flatMap(r => strings(r)),
      family === "6" ? "6" : "4",
    ),
  ),
  nullable("ku_format_ipv4", ["VARCHAR", "BIGINT", "VARCHAR"], "VARCHAR", (source, prefix, form) =>
    format(source, prefix, form === "mask" ? "mask" : "plain"),
  ),
  strict("ku_ipv4_range_to_cidr_list", ["VARCHAR", "VARCHAR"], "JSON", (start, end) => {
    const [a, b] = [parseIpv4(start), parseIpv4(end)];
    return a === undefined || b === undefined || a.bits > b.bits ? null : JSON.stringify(cidrList(a.bits, b.bits));
  }),
  strict("ku_has_ipv4", ["VARCHAR", "VARCHAR"], "BOOLEAN", (text, ips) =>
    hasAddress(
      text,
      strings(ips).flatMap(i => strings(i)),
    ),
  ),
  strict("ku_has_ipv4_prefix", ["VARCHAR", "VARCHAR"], "BOOLEAN", (text, ips) =>
    hasPrefix(
      text,
      strings(ips).flatMap(i => strings(i)),
    ),
  ),
];
