/** Writes the pack: sorted ranges of addresses with their places and networks, in one file that is read page by page. */
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { HuntError } from "../../base/error.js";

export const packMagic = "HBGEO001";
/** Starts of ranges of one page: what a look-up reads at a time. */
export const pageEntries = 512;

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly state: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Network {
  readonly asn: number;
  readonly name: string;
}

export interface PackHeader {
  readonly sections: Readonly<Record<string, readonly [offset: number, bytes: number]>>;
  readonly builtAt: string;
  readonly credit: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** A list that grows without boxing numbers. */
class Numbers {
  #array = new Uint32Array(1 << 16);
  length = 0;
  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }
  at(index: number): number {
    return this.#array[index] ?? 0;
  }
  get bytes(): Uint8Array {
    return new Uint8Array(this.#array.buffer, 0, this.length * 4);
  }
  /** Every `step`-th value from `offset`. */
  every(step: number, stride: number): Uint8Array {
    const picked = new Numbers();
    for (let i = 0; i < this.length; i += step * stride)
      for (let k = 0; k < stride; k += 1) picked.push(this.at(i + k));
    return picked.bytes.slice();
  }
}

class Ranges {
  readonly starts = new Numbers();
  readonly values = new Numbers();
  readonly #width: 1 | 2;
  #last = -1n;

  constructor(width: 1 | 2) {
    this.#width = width;
  }

  /** A range begins; the one before ends. 0 means that nothing is known from here on. */
  add(start: bigint, value: number): void {
    if (start <= this.#last)
      throw new HuntError("geo/bad-database", "ranges are not in order", { hint: "fetch the database again" });
    if (this.values.length > 0 && this.values.at(this.values.length - 1) === value) return;
    this.#last = start;
    if (this.#width === 2) this.starts.push(Number(start >> 32n));
    this.starts.push(Number(start & 0xffff_ffffn));
    this.values.push(value);
  }

  sections(name: string): [string, Uint8Array][] {
    return [
      [`${name}.top`, this.starts.every(pageEntries, this.#width)],
      [`${name}.starts`, this.starts.bytes],
      [`${name}.values`, this.values.bytes],
    ];
  }
}

export class PackWriter {
  readonly #ranges = { p4: new Ranges(1), p6: new Ranges(2), a4: new Ranges(1), a6: new Ranges(2) };
  readonly #places = new Numbers();
  readonly #networks = new Numbers();
  readonly #placeIds = new Map<string, number>();
  readonly #networkIds = new Map<number, number>();
  readonly #strings = new Map<string, number>();
  readonly #offsets = new Numbers();
  readonly #texts: Buffer[] = [];
  #textBytes = 0;

  constructor() {
    this.#text("");
  }

  /** Number of a place, from 1; 0 is unknown. Coordinates 0,0 without a country mean unknown. */
  place(place: Place | undefined): number {
    if (place === undefined) return 0;
    const { country, state, city, latitude, longitude } = place;
    if (country === "" && latitude === 0 && longitude === 0) return 0;
    const key = `${country}|${state}|${city}|${latitude}|${longitude}`;
    const known = this.#placeIds.get(key);
    if (known !== undefined) return known;
    for (const text of [country, state, city]) this.#places.push(this.#text(text));
    for (const degrees of [latitude, longitude]) this.#places.push(Math.round(degrees * 10_000) >>> 0);
    const id = this.#placeIds.size + 1;
    this.#placeIds.set(key, id);
    return id;
  }

  network(network: Network | undefined): number {
    if (network === undefined || network.asn === 0) return 0;
    const known = this.#networkIds.get(network.asn);
    if (known !== undefined) return known;
    this.#networks.push(network.asn);
    this.#networks.push(this.#text(network.name));
    const id = this.#networkIds.size + 1;
    this.#networkIds.set(network.asn, id);
    return id;
  }

  /** `p4` and `p6`: places by IPv4 address and by the first 64 bits of IPv6; `a4` and `a6`: networks. In ascending order. */
  range(kind: "p4" | "p6" | "a4" | "a6", start: bigint, value: number): void {
    this.#ranges[kind].add(start, value);
  }

  finish(info: { readonly builtAt: string; readonly credit: string }): Buffer {
    this.#offsets.push(this.#textBytes);
    const sections: [string, Uint8Array][] = [
      ...Object.entries(this.#ranges).flatMap(([name, ranges]) => ranges.sections(name)),
      ["places", this.#places.bytes],
      ["networks", this.#networks.bytes],
      ["string.offsets", this.#offsets.bytes],
      ["string.bytes", Buffer.concat(this.#texts)],
    ];
    const counts = Object.fromEntries(Object.entries(this.#ranges).map(([k, r]) => [k, r.values.length]));
    return joinPack(
      { ...info, counts: { ...counts, places: this.#placeIds.size, networks: this.#networkIds.size } },
      sections,
    );
  }

  #text(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text);
    const id = this.#strings.size;
    this.#strings.set(text, id);
    this.#offsets.push(this.#textBytes);
    this.#texts.push(bytes);
    this.#textBytes += bytes.length;
    return id;
  }
}

const headerBytes = 4096;

function joinPack(info: Omit<PackHeader, "sections">, sections: readonly (readonly [string, Uint8Array])[]): Buffer {
  let offset = headerBytes;
  const table: Record<string, readonly [number, number]> = {};
  for (const [name, bytes] of sections) {
    table[name] = [offset, bytes.length];
    offset += Math.ceil(bytes.length / 4) * 4;
  }
  const header: PackHeader = { ...info, sections: table };
  const file = Buffer.alloc(offset);
  const text = JSON.stringify(header);
  file.write(packMagic, 0, "latin1");
  file.writeUInt32LE(Buffer.byteLength(text), 8);
  file.write(text, 12);
  for (const [name, bytes] of sections) file.set(bytes, table[name]?.[0] ?? 0);
  return file;
}

/** @throws HuntError `geo/bad-pack` */
export function readPackHeader(start: Buffer): PackHeader {
  const bytes = start.length >= headerBytes ? start.readUInt32LE(8) : headerBytes;
  if (start.toString("latin1", 0, 8) !== packMagic || bytes > headerBytes - 12)
    throw new HuntError("geo/bad-pack", "the file is no pack of places, or one of another version", {
      hint: "delete it; it is made again",
    });
  return JSON.parse(start.toString("utf8", 12, 12 + bytes)) as PackHeader;
}

export const packHeaderBytes = headerBytes;

/** Sections of numbers become differences, their bytes apart: sorted starts then compress to a fraction. */
function transform(file: Buffer, header: PackHeader, isBack: boolean): Buffer {
  const result = Buffer.from(file);
  for (const [name, [offset, bytes]] of Object.entries(header.sections)) {
    if (name === "string.bytes") continue;
    const stride = /^[ap]6\.(?:top|starts)$/.test(name) ? 2 : name === "places" ? 5 : name === "networks" ? 2 : 1;
    const count = bytes / 4;
    const source = file.subarray(offset, offset + bytes);
    const target = result.subarray(offset, offset + bytes);
    const planes = (i: number): number =>
      [0, 1, 2, 3].reduce((v, b) => (v | ((source[b * count + i] ?? 0) << (8 * b))) >>> 0, 0);
    const last = new Uint32Array(stride);
    for (let i = 0; i < count; i += 1) {
      const k = i % stride;
      const value = isBack ? planes(i) : source.readUInt32LE(i * 4);
      if (isBack) {
        last[k] = ((last[k] ?? 0) + value) >>> 0;
        target.writeUInt32LE(last[k] ?? 0, i * 4);
      } else {
        const difference = (value - (last[k] ?? 0)) >>> 0;
        last[k] = value;
        for (let b = 0; b < 4; b += 1) target[b * count + i] = (difference >>> (8 * b)) & 255;
      }
    }
  }
  return result;
}

/** The pack as it travels in the package. */
export function compressPack(file: Buffer): Buffer {
  const moved = transform(file, readPackHeader(file), false);
  return brotliCompressSync(moved, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: moved.length,
    },
  });
}

/** @throws HuntError `geo/bad-pack` */
export function decompressPack(bytes: Buffer): Buffer {
  const moved = brotliDecompressSync(bytes, { maxOutputLength: 512 * 1024 * 1024 });
  return transform(moved, readPackHeader(moved), true);
}
