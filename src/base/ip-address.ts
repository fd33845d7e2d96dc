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

/** An IPv4 address as a number; undefined for anything else. Leading zeros are refused: some read them as octal. */
export function parseV4Number(text: string): number | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || dots === 3) return undefined;
      value = value * 256 + part;
      dots += 1;
      part = -1;
    } else if (code >= 48 && code <= 57 && part !== 0) {
      part = part < 0 ? code - 48 : part * 10 + code - 48;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

function parseV4(text: string): bigint | undefined {
  const value = parseV4Number(text);
  return value === undefined ? undefined : BigInt(value);
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
