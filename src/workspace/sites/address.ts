/** IP addresses and CIDR ranges as numbers. IPv4 is kept apart from IPv6; `::ffff:a.b.c.d` is the IPv4 address it holds. */

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface AddressRange {
  readonly bits: 32 | 128;
  /** The network, host bits zero. */
  readonly value: bigint;
  readonly prefix: number;
}

/** Parses an address; undefined for anything else (names, zones like `%eth0`, leading zeros, ports). */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) return parseV6(text);
  const value = parseV4(text);
  return value === undefined ? undefined : { bits: 32, value };
}

/** Parses `address/prefix`, or a single address. Host bits beyond the prefix are refused, as they are usually slips. */
export function parseRange(text: string): AddressRange | undefined {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = parseAddress(addressText);
  if (address === undefined || more.length > 0) return undefined;
  if (prefixText === undefined) return { ...address, prefix: address.bits };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  // A mapped range is written with the 96 bits before it.
  const prefix = Number(prefixText) - (address.bits === 32 && addressText.includes(":") ? 96 : 0);
  if (prefix < 0 || prefix > address.bits) return undefined;
  const network = networkOf(address, prefix);
  return network === address.value ? { bits: address.bits, value: network, prefix } : undefined;
}

/** An address with the bits after the prefix zero. */
export function networkOf(address: Address, prefix: number): bigint {
  const hostBits = BigInt(address.bits - prefix);
  return (address.value >> hostBits) << hostBits;
}

function parseV4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith("0"))) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<number>(Math.max(0, missing)).fill(0), ...tail];
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

/** 16-bit groups; the last part may be an IPv4 address. */
function groupsOf(text: string, last: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = last && i === parts.length - 1 && part.includes(".") ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
