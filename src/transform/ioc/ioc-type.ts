/** The kinds of observables that are recognised. Names and priorities are MSTICPy's; the kinds after `linux_path` are ours. */
interface IocTypeRow {
  /** When one string could be two things, the lower number wins. */
  readonly priority: number;
  readonly describes: string;
  /** Found in tables only when asked for by name or by `includePaths`: command lines are full of them. */
  readonly isPath?: true;
}

export const iocTypeTable = {
  ipv4: { priority: 0, describes: "IPv4 address" },
  ipv6: { priority: 0, describes: "IPv6 address" },
  url: { priority: 0, describes: "URL" },
  email: { priority: 1, describes: "mail address" },
  md5_hash: { priority: 1, describes: "MD5: 32 hexadecimal digits" },
  sha1_hash: { priority: 1, describes: "SHA-1: 40 hexadecimal digits" },
  sha256_hash: { priority: 1, describes: "SHA-256: 64 hexadecimal digits" },
  dns: { priority: 2, describes: "domain or host name under a public suffix" },
  windows_path: { priority: 3, describes: "Windows path", isPath: true },
  linux_path: { priority: 4, describes: "Linux path", isPath: true },
  sha512_hash: { priority: 1, describes: "SHA-512: 128 hexadecimal digits" },
  ssdeep: { priority: 1, describes: "ssdeep fuzzy hash" },
  cve: { priority: 1, describes: "CVE identifier" },
  mac_address: { priority: 1, describes: "MAC address" },
  asn: { priority: 2, describes: "number of an autonomous system" },
  btc_address: { priority: 1, describes: "Bitcoin address, checksum verified" },
  eth_address: { priority: 1, describes: "Ethereum address" },
  xmr_address: { priority: 1, describes: "Monero address" },
} as const satisfies Record<string, IocTypeRow>;

/** A kind that the scanner finds. */
export type IocType = keyof typeof iocTypeTable;
export const iocTypes = Object.keys(iocTypeTable) as readonly IocType[];

/** What `lookupIoc` and `iocTypeOf` speak of: also `file_hash` (any hash), `hostname` (a name without public suffix), `unknown`. */
export type IocKind = IocType | "file_hash" | "hostname" | "unknown";

export const hashTypes = ["md5_hash", "sha1_hash", "sha256_hash", "sha512_hash"] as const;
export type HashType = (typeof hashTypes)[number];

export function isIocType(name: string): name is IocType {
  return Object.hasOwn(iocTypeTable, name);
}

export function isPathType(type: IocType): boolean {
  const row: IocTypeRow = iocTypeTable[type];
  return row.isPath === true;
}

const hashLengths: Readonly<Record<number, HashType>> = {
  32: "md5_hash",
  40: "sha1_hash",
  64: "sha256_hash",
  128: "sha512_hash",
};

/** The kind of hash that has this many hexadecimal digits. */
export function hashTypeOfLength(digits: number): HashType | undefined {
  return hashLengths[digits];
}
