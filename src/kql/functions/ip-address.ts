/** IPv4 and IPv6 addresses with prefixes, as Kusto's functions read them. */

export interface Address {
  /** IPv4 as 32 bits, IPv6 (and IPv4 mapped into it) as 128 bits. */
  readonly bits: bigint;
  /** Number of leading bits that count. */
  readonly prefix: number;
}

function parsePrefix(text: string | undefined, width: number): number | undefined {
  if (text === undefined) return width;
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const n = Number(text);
  return n <= width ? n : undefined;
}

function quad(text: string): bigint | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (m === null) return undefined;
  const bytes = m.slice(1).map(Number);
  return bytes.some(b => b > 255) ? undefined : bytes.reduce((n, b) => (n << 8n) | BigInt(b), 0n);
}

const split = (text: string): readonly [string, string | undefined] => {
  const at = text.indexOf("/");
  return at < 0 ? [text.trim(), undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
};

/** `a.b.c.d[/n]`; undefined when it is none. */
export function parseIpv4(text: string): Address | undefined {
  const [address, prefixText] = split(text);
  const bits = quad(address);
  const prefix = parsePrefix(prefixText, 32);
  return bits === undefined || prefix === undefined ? undefined : { bits, prefix };
}

const mapped = 0xffff_0000_0000n;

/** IPv6, or IPv4 mapped into it (`::a.b.c.d` too); a prefix of an IPv4 address counts from the 96th bit. */
export function parseIpv6(text: string): Address | undefined {
  const [address, prefixText] = split(text);
  const v4 = quad(address.replace(/^::(?:ffff:)?(?=\d+\.)/i, ""));
  if (v4 !== undefined) {
    const prefix = parsePrefix(prefixText, 32) ?? parsePrefix(prefixText, 128);
    if (prefix === undefined) return undefined;
    return { bits: mapped | v4, prefix: prefixText === undefined ? 128 : prefix <= 32 ? prefix + 96 : prefix };
  }
  const bits = words(address);
  const prefix = parsePrefix(prefixText, 128);
  return bits === undefined || prefix === undefined ? undefined : { bits, prefix };
}

function words(address: string): bigint | undefined {
  const bare = address.replace(/%.*$/, "");
  const halves = bare.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(h => (h === "" ? [] : h.split(":")));
  const left = head ?? [];
  const right = tail ?? [];
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...right];
  if (!all.every(w => /^[0-9a-f]{1,4}$/i.test(w))) return undefined;
  return all.reduce((n, w) => (n << 16n) | BigInt(`0x${w}`), 0n);
}

/** The bits under a prefix; the rest is zero. */
export function masked(bits: bigint, prefix: number, width: 32 | 128): bigint {
  const drop = BigInt(width - prefix);
  return (bits >> drop) << drop;
}

export function formatIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map(s => String((bits >> s) & 255n)).join(".");
}

/** Eight groups of four digits, nothing left out. */
export function formatIpv6(bits: bigint): string {
  return (bits.toString(16).padStart(32, "0").match(/.{4}/g) ?? []).join(":");
}

/** -1, 0 or 1 of two addresses under the smallest of their prefixes and the one given. */
export function compareAddresses(
  a: Address,
  b: Address,
  limit: { readonly prefix: number; readonly width: 32 | 128 },
): number {
  const prefix = Math.min(a.prefix, b.prefix, limit.prefix);
  const [x, y] = [masked(a.bits, prefix, limit.width), masked(b.bits, prefix, limit.width)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Whether an address is in a range. */
export function inRange(a: Address, range: Address, width: 32 | 128): boolean {
  return masked(a.bits, range.prefix, width) === masked(range.bits, range.prefix, width);
}

/** The valid IPv4 addresses in a text that no letter or digit touches. */
export function ipv4In(text: string): readonly string[] {
  const found = text.matchAll(/(?<![A-Za-z0-9])\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9])/g);
  return Array.from(found, m => m[0]).filter(a => quad(a) !== undefined);
}

/** The fewest ranges `a.b.c.d/n` that cover start to end. */
export function cidrList(start: bigint, end: bigint): readonly string[] {
  const out: string[] = [];
  for (let at = start; at <= end;) {
    let size = 0n;
    while (size < 32n && at % (1n << (size + 1n)) === 0n && at + (1n << (size + 1n)) - 1n <= end) size += 1n;
    out.push(`${formatIpv4(at)}/${32n - size}`);
    at += 1n << size;
  }
  return out;
}
