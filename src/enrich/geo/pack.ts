/** Reads the pack. The file is shared by every process that has it open; only the pages that are needed are in memory. */
import { closeSync, openSync, readSync } from "node:fs";
import { parseAddress, parseV4Number } from "../../base/ip-address.js";
import {
  packHeaderBytes,
  pageEntries,
  readPackHeader,
  type Network,
  type PackHeader,
  type Place,
} from "./pack-write.js";

class Section {
  readonly #fd: number;
  readonly #offset: number;
  readonly #bytes: number;
  readonly #pageBytes: number;
  readonly #pages: (Uint32Array | undefined)[] = [];

  constructor(fd: number, place: readonly [number, number] | undefined, pageBytes: number) {
    this.#fd = fd;
    [this.#offset, this.#bytes] = place ?? [0, 0];
    this.#pageBytes = pageBytes;
  }

  get length(): number {
    return this.#bytes / 4;
  }

  /** The numbers of one page, read when first needed. */
  page(index: number): Uint32Array {
    const known = this.#pages[index];
    if (known !== undefined) return known;
    const from = index * this.#pageBytes;
    const bytes = this.raw(from, Math.max(0, Math.min(this.#pageBytes, this.#bytes - from)));
    const page = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    this.#pages[index] = page;
    return page;
  }

  at(index: number): number {
    const perPage = this.#pageBytes / 4;
    return this.page(Math.floor(index / perPage))[index % perPage] ?? 0;
  }

  /** UTF-8 text; the page that it stands in is read once. */
  text(from: number, to: number): string {
    const index = Math.floor(from / this.#pageBytes);
    const start = index * this.#pageBytes;
    if (to > start + this.#pageBytes) return Buffer.from(this.raw(from, to - from)).toString("utf8");
    const { buffer, byteOffset } = this.page(index);
    return Buffer.from(buffer, byteOffset + from - start, to - from).toString("utf8");
  }

  raw(from: number, bytes: number): Uint8Array {
    const buffer = new Uint8Array(Math.ceil(bytes / 4) * 4).subarray(0, bytes);
    readSync(this.#fd, buffer, 0, bytes, this.#offset + from);
    return buffer;
  }
}

/** Index of the last entry that is not above the key; -1 when all are. */
function lastNotAbove(list: Uint32Array, key: number): number {
  let from = 0;
  let to = list.length - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] as number) > key) to = middle - 1;
    else from = middle + 1;
  }
  return to;
}

/** As `lastNotAbove` with two numbers an entry, the higher first. */
function lastPairNotAbove(list: Uint32Array, high: number, low: number): number {
  let from = 0;
  let to = list.length / 2 - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    const a = list[middle * 2] as number;
    if (a > high || (a === high && (list[middle * 2 + 1] as number) > low)) to = middle - 1;
    else from = middle + 1;
  }
  return to;
}

class RangeIndex {
  readonly #top: Uint32Array;
  readonly #starts: Section;
  readonly #values: Section;
  readonly #width: 1 | 2;

  constructor(fd: number, sections: PackHeader["sections"], name: string, width: 1 | 2) {
    const [, topBytes = 0] = sections[`${name}.top`] ?? [0, 0];
    this.#top = new Section(fd, sections[`${name}.top`], Math.max(4, topBytes)).page(0);
    this.#starts = new Section(fd, sections[`${name}.starts`], pageEntries * width * 4);
    this.#values = new Section(fd, sections[`${name}.values`], pageEntries * 4);
    this.#width = width;
  }

  /** The values of IPv4 keys in rising order; each look-up goes on where the one before ended. */
  findRising(keys: Float64Array, found: Float64Array): void {
    let page = -1;
    let starts: Uint32Array = this.#top.subarray(0, 0);
    let values = starts;
    let entry = -1;
    let next = 0;
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] as number;
      if (page < 0 || key >= next) {
        page = lastNotAbove(this.#top, key);
        if (page < 0) continue;
        next = page + 1 < this.#top.length ? (this.#top[page + 1] as number) : Infinity;
        [starts, values, entry] = [this.#starts.page(page), this.#values.page(page), -1];
      }
      // Steps that double, then halves: near what came before, and never far from it for long.
      let step = 1;
      while (entry + step < starts.length && (starts[entry + step] as number) <= key) {
        entry += step;
        step *= 2;
      }
      for (; step >= 1; step = Math.floor(step / 2))
        if (entry + step < starts.length && (starts[entry + step] as number) <= key) entry += step;
      found[i] = entry < 0 ? 0 : (values[entry] ?? 0);
    }
  }

  /** The value of the range that holds the key; 0 when there is none. */
  find(high: number, low = 0): number {
    const page = this.#last(this.#top, high, low);
    if (page < 0) return 0;
    const entry = this.#last(this.#starts.page(page), high, low);
    return entry < 0 ? 0 : (this.#values.page(page)[entry] ?? 0);
  }

  #last(list: Uint32Array, high: number, low: number): number {
    return this.#width === 1 ? lastNotAbove(list, high) : lastPairNotAbove(list, high, low);
  }
}

/** Above every number of a network; ids have 32 bits, places are a few hundred thousand: keys are exact below 2^53. */
const keyStep = 2 ** 24;

/** Above every place in a list of addresses that are looked up together. */
const orderStep = 2 ** 21;

/** What is known of an address. */
export interface Located {
  readonly place: Place | undefined;
  readonly network: Network | undefined;
}

/** An open pack; close it. Look-ups are synchronous: a page is a few kilobytes of a file. */
export class GeoPack {
  readonly header: PackHeader;
  readonly #fd: number;
  readonly #p4: RangeIndex;
  readonly #p6: RangeIndex;
  readonly #a4: RangeIndex;
  readonly #a6: RangeIndex;
  readonly #places: Section;
  readonly #networks: Section;
  readonly #offsets: Section;
  readonly #strings: Section;
  readonly #placesById: (Place | undefined)[] = [];
  readonly #texts: (string | undefined)[] = [];
  readonly #networksById: (Network | undefined)[] = [];

  private constructor(fd: number, header: PackHeader) {
    this.header = header;
    this.#fd = fd;
    const { sections } = header;
    this.#p4 = new RangeIndex(fd, sections, "p4", 1);
    this.#p6 = new RangeIndex(fd, sections, "p6", 2);
    this.#a4 = new RangeIndex(fd, sections, "a4", 1);
    this.#a6 = new RangeIndex(fd, sections, "a6", 2);
    this.#places = new Section(fd, sections["places"], 20 * 1024);
    this.#networks = new Section(fd, sections["networks"], 8 * 1024);
    this.#offsets = new Section(fd, sections["string.offsets"], 16 * 1024);
    this.#strings = new Section(fd, sections["string.bytes"], 16 * 1024);
  }

  /** @throws HuntError `geo/bad-pack`, and what the file system throws */
  static open(path: string): GeoPack {
    const fd = openSync(path, "r");
    try {
      const start = Buffer.alloc(packHeaderBytes);
      const bytes = readSync(fd, start, 0, packHeaderBytes, 0);
      return new GeoPack(fd, readPackHeader(start.subarray(0, bytes)));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** What is known of an address in text; undefined when the text is none. */
  find(text: string): Located | undefined {
    const key = this.keyOf(text);
    return key === undefined ? undefined : this.located(key);
  }

  findV4(value: number): Located {
    return this.located(this.#keyOfV4(value));
  }

  /**
   * A number that stands for all that is known of an address: the same for all that share place and network, 0 when
   * nothing is known; undefined when the text is no address. `located` says what it means.
   */
  keyOf(text: string): number | undefined {
    const v4 = parseV4Number(text);
    if (v4 !== undefined) return this.#keyOfV4(v4);
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    if (address.bits === 32) return this.#keyOfV4(Number(address.value));
    const [high, low] = [Number(address.value >> 96n), Number((address.value >> 64n) & 0xffff_ffffn)];
    return this.#p6.find(high, low) * keyStep + this.#a6.find(high, low);
  }

  /** As `keyOf` of each; quicker for many, because addresses that lie together are looked up together. */
  keysOf(texts: readonly string[]): (number | undefined)[] {
    const keys = new Array<number | undefined>(texts.length);
    // The address above, its place in the list below: exact in a double for lists of up to two million.
    const sorted = new Float64Array(texts.length);
    let count = 0;
    texts.forEach((text, i) => {
      const v4 = parseV4Number(text);
      if (v4 === undefined) keys[i] = this.keyOf(text);
      else sorted[count++] = v4 * orderStep + i;
    });
    const rising = sorted.subarray(0, count).sort();
    const addresses = rising.map(n => Math.floor(n / orderStep));
    const [places, networks] = [new Float64Array(count), new Float64Array(count)];
    this.#p4.findRising(addresses, places);
    this.#a4.findRising(addresses, networks);
    for (let i = 0; i < count; i += 1)
      keys[(rising[i] as number) % orderStep] = (places[i] as number) * keyStep + (networks[i] as number);
    return keys;
  }

  located(key: number): Located {
    return { place: this.#place(Math.floor(key / keyStep)), network: this.#network(key % keyStep) };
  }

  /** As `located`, but nothing is kept: for reading many once. */
  readLocated(key: number): Located {
    const [place, network] = [Math.floor(key / keyStep), key % keyStep];
    return {
      place: place === 0 ? undefined : this.#readPlace(place),
      network: network === 0 ? undefined : this.#readNetwork(network),
    };
  }

  #keyOfV4(value: number): number {
    return this.#p4.find(value) * keyStep + this.#a4.find(value);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #place(id: number): Place | undefined {
    if (id === 0) return undefined;
    return (this.#placesById[id] ??= this.#readPlace(id));
  }

  #readPlace(id: number): Place {
    const at = (i: number): number => this.#places.at((id - 1) * 5 + i);
    const degrees = (i: number): number => (at(i) | 0) / 10_000;
    return {
      country: this.#text(at(0)),
      state: this.#text(at(1)),
      city: this.#text(at(2)),
      latitude: degrees(3),
      longitude: degrees(4),
    };
  }

  #network(id: number): Network | undefined {
    if (id === 0) return undefined;
    return (this.#networksById[id] ??= this.#readNetwork(id));
  }

  #readNetwork(id: number): Network {
    return { asn: this.#networks.at((id - 1) * 2), name: this.#text(this.#networks.at((id - 1) * 2 + 1)) };
  }

  #text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const [from, to] = [this.#offsets.at(id), this.#offsets.at(id + 1)];
    const text = to === from ? "" : this.#strings.text(from, to);
    this.#texts[id] = text;
    return text;
  }
}
