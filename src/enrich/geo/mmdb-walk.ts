/** All networks of a MaxMind DB file in order, for building the pack. Source: https://maxmind.github.io/MaxMind-DB/ */
import { HuntError } from "../../base/error.js";
import type { Address } from "../../base/ip-address.js";

type Value = string | number | boolean | Uint8Array | bigint | Value[] | { [key: string]: Value };

const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");

class Decoder {
  readonly #data: Buffer;
  /** Where pointers count from. */
  readonly #base: number;
  at = 0;

  constructor(data: Buffer, base: number) {
    this.#data = data;
    this.#base = base;
  }

  read(depth = 0): Value {
    if (depth > 32) throw broken("nested too deep");
    const control = this.#byte();
    let type = control >> 5;
    if (type === 1) return this.#pointer(control, depth);
    if (type === 0) type = this.#byte() + 7;
    return this.#value(type, this.#size(control & 31), depth);
  }

  #byte(): number {
    const value = this.#data[this.at++];
    if (value === undefined) throw broken("it ends too early");
    return value;
  }

  #unsigned(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i += 1) value = value * 256 + this.#byte();
    return value;
  }

  #size(short: number): number {
    if (short < 29) return short;
    if (short === 29) return 29 + this.#byte();
    return short === 30 ? 285 + this.#unsigned(2) : 65_821 + this.#unsigned(3);
  }

  #pointer(control: number, depth: number): Value {
    const kind = (control >> 3) & 3;
    const high = control & 7;
    const target =
      kind === 0
        ? (high << 8) + this.#byte()
        : kind === 1
          ? (high << 16) + this.#unsigned(2) + 2048
          : kind === 2
            ? high * 2 ** 24 + this.#unsigned(3) + 526_336
            : this.#unsigned(4);
    const back = this.at;
    this.at = this.#base + target;
    const value = this.read(depth + 1);
    this.at = back;
    return value;
  }

  #value(type: number, size: number, depth: number): Value {
    const start = this.at;
    switch (type) {
      case 2:
        this.at += size;
        return this.#data.toString("utf8", start, this.at);
      case 3:
        this.at += 8;
        return this.#data.readDoubleBE(start);
      case 4:
        this.at += size;
        return this.#data.subarray(start, this.at);
      case 5:
      case 6:
      case 9:
      case 10:
        return this.#unsigned(size);
      case 7: {
        const map: { [key: string]: Value } = Object.create(null) as { [key: string]: Value };
        for (let i = 0; i < size; i += 1) {
          const key = this.read(depth + 1);
          map[typeof key === "string" ? key : ""] = this.read(depth + 1);
        }
        return map;
      }
      case 8:
        return this.#unsigned(size) | 0;
      case 11:
        return Array.from({ length: size }, () => this.read(depth + 1));
      case 14:
        return size !== 0;
      case 15:
        this.at += 4;
        return this.#data.readFloatBE(start);
      default:
        throw broken(`value of type ${type}`);
    }
  }
}

const broken = (why: string): HuntError =>
  new HuntError("geo/bad-database", `the MaxMind DB file cannot be read: ${why}`, { hint: "fetch it again" });

export interface WalkedNetwork {
  /** The first 32 bits of an IPv4 address, or the first 64 of an IPv6 address. */
  readonly start: bigint;
  /** Where the data stands: the same number means the same data. Undefined for networks without any. */
  readonly pointer: number | undefined;
}

export interface MmdbFile {
  readonly ipVersion: number;
  readonly buildEpoch: number;
  readonly type: string;
  /** In ascending order. Networks smaller than /64 are given as the /64 that holds them. */
  networks(): Generator<WalkedNetwork>;
  /** Where the data of an address stands; undefined when there is none. */
  find(address: Address): number | undefined;
  dataAt(pointer: number): Readonly<Record<string, unknown>>;
}

export function openMmdb(file: Buffer): MmdbFile {
  const found = file.lastIndexOf(marker);
  if (found < 0) throw broken("it is no MaxMind DB file");
  const decoder = new Decoder(file, found + marker.length);
  decoder.at = found + marker.length;
  const metadata = decoder.read() as Readonly<Record<string, Value>>;
  const number = (key: string): number => {
    const value = metadata[key];
    if (typeof value !== "number") throw broken(`'${key}' is missing`);
    return value;
  };
  const [nodeCount, recordSize, ipVersion] = [number("node_count"), number("record_size"), number("ip_version")];
  if (![24, 28, 32].includes(recordSize)) throw broken(`record size ${recordSize}`);
  const nodeBytes = recordSize / 4;
  const dataStart = nodeCount * nodeBytes + 16;
  const data = new Decoder(file, dataStart);

  const record = (node: number, side: 0 | 1): number => {
    const at = node * nodeBytes;
    if (recordSize === 24) return file.readUIntBE(at + side * 3, 3);
    if (recordSize === 32) return file.readUInt32BE(at + side * 4);
    const middle = file[at + 3] ?? 0;
    return side === 0
      ? (middle >> 4) * 2 ** 24 + file.readUIntBE(at, 3)
      : (middle & 15) * 2 ** 24 + file.readUIntBE(at + 4, 3);
  };

  function* networks(): Generator<WalkedNetwork> {
    const bits = ipVersion === 4 ? 32 : 64;
    const stack: { node: number; depth: number; start: bigint }[] = [{ node: 0, depth: 0, start: 0n }];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      const { node, depth, start } = item;
      if (node >= nodeCount || depth === bits) {
        let leaf = node;
        // Below /64: what stands first speaks for all of it.
        for (let i = 0; leaf < nodeCount && i < 64; i += 1) {
          const left = record(leaf, 0);
          leaf = left === nodeCount ? record(leaf, 1) : left;
        }
        yield { start, pointer: leaf > nodeCount ? leaf - nodeCount - 16 : undefined };
        continue;
      }
      stack.push({ node: record(node, 1), depth: depth + 1, start: start | (1n << BigInt(bits - 1 - depth)) });
      stack.push({ node: record(node, 0), depth: depth + 1, start });
    }
  }

  /** In a file of IPv6, IPv4 addresses stand under 96 zero bits. */
  function find({ bits, value }: Address): number | undefined {
    if (ipVersion === 4 && bits === 128) return undefined;
    const length = ipVersion === 4 ? 32 : 128;
    let node = 0;
    for (let i = length - 1; i >= 0 && node < nodeCount; i -= 1)
      node = record(node, ((value >> BigInt(i)) & 1n) === 1n ? 1 : 0);
    return node > nodeCount ? node - nodeCount - 16 : undefined;
  }

  return {
    find,
    ipVersion,
    buildEpoch: number("build_epoch"),
    type: typeof metadata["database_type"] === "string" ? metadata["database_type"] : "",
    networks,
    dataAt: pointer => {
      data.at = dataStart + pointer;
      return data.read() as Readonly<Record<string, unknown>>;
    },
  };
}
