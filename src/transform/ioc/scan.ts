/**
 * Finds observables in text in one pass per kind, each in time proportional to the text.
 *
 * Instead of one large regular expression a kind is looked for where its rarest character stands (`://`, `@`, `.`, `:`), or
 * by steps no run can hide between (hashes). Command lines hold few of them, so most of the text is never looked at twice.
 */
import { parseAddress, parseV4Number } from "../../base/ip-address.js";
import { isAlnum, isBase64Char, isDigit, isHex, isHostChar, isLocalChar, isWordLetter } from "./chars.js";
import { HostJudge } from "./host.js";
import { hashTypeOfLength, isPathType, type IocType } from "./ioc-type.js";
import { linuxPaths, windowsPaths } from "./path.js";
import { refang } from "./refang.js";
import { decodeUrl, urlAt } from "./url.js";
import { isBitcoinAddress, isEthereumAddress, isMoneroAddress } from "./wallet.js";

export interface ScanOptions {
  readonly types: ReadonlySet<IocType>;
  /** Accept names with any ending. */
  readonly ignoreTlds: boolean;
  /** Make defanged indicators whole before looking. */
  readonly defanged: boolean;
}

export type Emit = (type: IocType, value: string) => void;

/** Shortest run of letters and digits that is looked at: a Bitcoin address. */
const minRun = 26;
/** Shortest hash in hexadecimal digits: MD5. */
const minHash = 32;
const maxAddressChars = 45;

/** Scans many texts with the same options; keeps what it learnt about names. */
export class IocScanner {
  readonly #options: ScanOptions;
  readonly #hosts: HostJudge;
  readonly #types: ReadonlySet<string>;
  readonly #wantsPaths: boolean;
  #out: Emit = () => undefined;
  /** Made once: a closure for each text would cost more than most texts. */
  readonly #wanted: Emit = (type, value) => {
    if (this.#types.has(type)) this.#out(type, value);
  };

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#hosts = new HostJudge(options.ignoreTlds);
    this.#types = options.types;
    this.#wantsPaths = [...options.types].some(isPathType);
  }

  /** Gives every observable found, repeated ones as often as they stand there. True when the text held defanged ones. */
  scan(text: string, emit: Emit): boolean {
    const whole = this.#options.defanged ? refang(text) : text;
    this.#out = emit;
    const wanted = this.#wanted;
    const authorities = this.#urls(whole, wanted, 0);
    this.#emails(whole, authorities, wanted);
    this.#dotted(whole, wanted);
    this.#colons(whole, wanted);
    this.#runs(whole, wanted);
    this.#marked(whole, wanted);
    if (this.#wantsPaths) this.#paths(whole, wanted);
    return whole !== text;
  }

  #wants(type: IocType): boolean {
    return this.#types.has(type);
  }

  /** URLs; encoded ones decoded as well, and those inside their queries. Gives where their authorities stand. */
  #urls(text: string, emit: Emit, depth: number): readonly (readonly [number, number])[] {
    const authorities: (readonly [number, number])[] = [];
    for (let colon = text.indexOf("://"); colon >= 0;) {
      const found = urlAt(text, colon);
      let next = colon + 3;
      if (found !== undefined) {
        emit("url", found.url);
        authorities.push(found.authority);
        next = Math.max(next, found.end);
        this.#inside(found.url, emit, depth);
      }
      colon = text.indexOf("://", next);
    }
    return authorities;
  }

  #inside(url: string, emit: Emit, depth: number): void {
    const decoded = decodeUrl(url);
    if (decoded !== undefined) {
      const at = decoded.indexOf("://");
      const again = at < 0 ? undefined : urlAt(decoded, at);
      if (again !== undefined && again.url !== url) emit("url", again.url);
    }
    const text = decoded ?? url;
    const rest = text.indexOf("://") + 3;
    if (depth >= 3 || text.indexOf("://", rest) < 0) return;
    const inner = text.slice(rest);
    this.#urls(inner, emit, depth + 1);
    if (decoded !== undefined) this.#dotted(inner, emit);
  }

  #emails(text: string, authorities: readonly (readonly [number, number])[], emit: Emit): void {
    if (!this.#wants("email")) return;
    for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
      if (authorities.some(([from, to]) => at >= from && at < to)) continue;
      let start = at;
      while (start > 0 && at - start <= 64 && isLocalChar(text.charCodeAt(start - 1))) start -= 1;
      while (start < at && !isAlnum(text.charCodeAt(start)) && text[start] !== "_") start += 1;
      let end = at + 1;
      while (end < text.length && end - at <= 254 && isHostChar(text.charCodeAt(end))) end += 1;
      while (end > at + 1 && !isAlnum(text.charCodeAt(end - 1))) end -= 1;
      const local = text.slice(start, at);
      if (local.length === 0 || local.length > 64 || local.endsWith(".") || local.includes("..")) continue;
      if (this.#hosts.accepts(text.slice(at + 1, end))) emit("email", text.slice(start, end));
    }
  }

  /** IPv4 addresses, names, and MAC addresses as switches write them. */
  #dotted(text: string, emit: Emit): void {
    let from = 0;
    for (let dot = text.indexOf("."); dot >= 0; dot = text.indexOf(".", from)) {
      let start = dot;
      const floor = from;
      while (start > floor && isHostChar(text.charCodeAt(start - 1))) start -= 1;
      let end = dot + 1;
      while (end < text.length && isHostChar(text.charCodeAt(end))) end += 1;
      from = end;
      // Letters that are not ASCII belong to the name, also when they are all there is of a label.
      while (start > floor && isLetterBefore(text, start, dot)) start = nameStart(text, start - 1, floor);
      while (end < text.length && isWordLetter(text.charCodeAt(end))) {
        end += 1;
        while (end < text.length && isHostChar(text.charCodeAt(end))) end += 1;
        from = end;
      }
      this.#token(text, start, end, emit);
    }
  }

  #token(text: string, from: number, to: number, emit: Emit): void {
    let [start, end] = [from, to];
    const before = text.charCodeAt(start - 1);
    // `%2Fevil.example`: what follows the percent sign is a character, not part of the name.
    if (before === 37 && isHex(text.charCodeAt(start)) && isHex(text.charCodeAt(start + 1))) start += 2;
    while (start < end && !isNameEdge(text.charCodeAt(start))) start += 1;
    while (end > start && !isNameEdge(text.charCodeAt(end - 1))) end -= 1;
    if (end - start < 4) return;
    if (isDigit(text.charCodeAt(end - 1)) || isDigit(text.charCodeAt(start)))
      this.#addresses(text.slice(start, end), emit);
    if (isDigit(text.charCodeAt(end - 1)) && !isDottedMac(text, start, end)) return;
    if (isDottedMac(text, start, end)) return emit("mac_address", text.slice(start, end));
    if (!this.#wants("dns") || end - start > 253) return;
    // Variables (`$_.Name`), local parts of mail addresses, and components of paths look like names.
    const after = text.charCodeAt(end);
    if (before === 36 || after === 64) return;
    if ((before === 47 || before === 92) && text.charCodeAt(from - 2) !== before) return;
    const name = text.slice(start, end);
    if (this.#hosts.accepts(name)) emit("dns", name);
  }

  /** A token is an address, or a few with hyphens between: `10.0.0.1-10.0.0.9`, `ip-10.0.0.1`. */
  #addresses(token: string, emit: Emit): void {
    if (!this.#wants("ipv4")) return;
    for (const part of token.split(/[-_]/))
      if (part.length >= 7 && part.length <= 15 && parseV4Number(part) !== undefined) emit("ipv4", part);
  }

  /** IPv6 addresses, MAC addresses and ssdeep hashes. */
  #colons(text: string, emit: Emit): void {
    let from = 0;
    for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", from)) {
      let start = colon;
      while (start > from && isHex(text.charCodeAt(start - 1))) start -= 1;
      let end = colon + 1;
      let colons = 1;
      for (; end < text.length; end += 1) {
        const code = text.charCodeAt(end);
        if (code === 58) colons += 1;
        else if (!isHex(code) && code !== 46) break;
      }
      from = end;
      if (colons >= 2 && end - start <= maxAddressChars + 2) this.#colonToken(text, start, end, emit);
      if (this.#wants("ssdeep") && isDigit(text.charCodeAt(colon - 1))) from = this.#ssdeep(text, colon, end, emit);
    }
  }

  #colonToken(text: string, start: number, to: number, emit: Emit): void {
    let end = to;
    while (end > start && (text[end - 1] === "." || (text[end - 1] === ":" && text[end - 2] !== ":"))) end -= 1;
    if (isWordNeighbour(text.charCodeAt(start - 1)) || isWordNeighbour(text.charCodeAt(end))) return;
    const token = text.slice(start, end);
    if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(token)) return emit("mac_address", token);
    // `[Math]::E` and `a::b` of programs: two groups at least, or the loopback address.
    const groups = token.split(":").filter(g => g !== "").length;
    const before = text[start - 1];
    if (token !== "::1" && (groups < 2 || (token.startsWith("::") && before === "]"))) return;
    if (before === "]" && token === "::1") return;
    if (this.#wants("ipv6") && parseAddress(token) !== undefined) emit("ipv6", token);
  }

  /** `block:hash:hash`, the block size three times a power of two. Gives where to go on. */
  #ssdeep(text: string, colon: number, end: number, emit: Emit): number {
    let start = colon;
    while (start > 0 && colon - start <= 10 && isDigit(text.charCodeAt(start - 1))) start -= 1;
    const blocks = Number(text.slice(start, colon)) / 3;
    if (blocks < 1 || !Number.isInteger(Math.log2(blocks)) || isWordNeighbour(text.charCodeAt(start - 1))) return end;
    let second = colon + 1;
    while (second < text.length && second - colon <= 65 && isBase64Char(text.charCodeAt(second))) second += 1;
    if (text[second] !== ":" || second - colon < 7) return end;
    let stop = second + 1;
    while (stop < text.length && stop - second <= 65 && isBase64Char(text.charCodeAt(stop))) stop += 1;
    if (stop - second < 7 || stop - second > 65) return end;
    emit("ssdeep", text.slice(start, stop));
    return Math.max(end, stop);
  }

  /** Hashes and wallet addresses: runs of letters and digits. No run of `minRun` hides between steps of that size. */
  #runs(text: string, emit: Emit): void {
    for (let at = minRun - 1; at < text.length;) {
      if (!isAlnum(text.charCodeAt(at))) {
        at += minRun;
        continue;
      }
      let start = at;
      while (start > 0 && isAlnum(text.charCodeAt(start - 1))) start -= 1;
      let end = at + 1;
      while (end < text.length && isAlnum(text.charCodeAt(end))) end += 1;
      if (end - start >= minRun) this.#run(text, start, end, emit);
      at = end + minRun;
    }
  }

  #run(text: string, start: number, end: number, emit: Emit): void {
    if (end - start <= 106 && this.#wallet(text.slice(start, end), emit)) return;
    for (let at = start; at < end;) {
      let stop = at;
      while (stop < end && isHex(text.charCodeAt(stop))) stop += 1;
      const type = stop - at < minHash ? undefined : hashTypeOfLength(stop - at);
      if (type !== undefined) emit(type, text.slice(at, stop));
      at = stop + 1;
    }
  }

  #wallet(run: string, emit: Emit): boolean {
    const type = isEthereumAddress(run)
      ? "eth_address"
      : isBitcoinAddress(run)
        ? "btc_address"
        : isMoneroAddress(run)
          ? "xmr_address"
          : undefined;
    if (type !== undefined) emit(type, run);
    return type !== undefined;
  }

  /** What is announced by its first letters, and MAC addresses with hyphens. */
  #marked(text: string, emit: Emit): void {
    if (this.#wants("cve") && (text.includes("CVE-") || text.includes("cve-")))
      for (const [cve] of text.matchAll(/(?<![A-Za-z0-9])CVE-(?:19|20)\d{2}-\d{4,8}(?!\d)/gi)) emit("cve", cve);
    if (this.#wants("asn") && text.includes("AS"))
      for (const [asn] of text.matchAll(/(?<![A-Za-z0-9_-])ASN?\s?[1-9]\d{0,9}(?![\w.-])/g))
        if (Number(asn.replace(/\D+/, "")) < 2 ** 32) emit("asn", asn);
    if (!this.#wants("mac_address")) return;
    for (let at = text.indexOf("-"); at >= 0; at = text.indexOf("-", at + 1)) {
      if (text.charCodeAt(at + 3) !== 45 || text[at + 6] !== "-" || text[at + 9] !== "-" || text[at + 12] !== "-")
        continue;
      const token = text.slice(Math.max(0, at - 2), at + 15);
      if (!/^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i.test(token)) continue;
      if (isMacNeighbour(text.charCodeAt(at - 3)) || isMacNeighbour(text.charCodeAt(at + 15))) continue;
      emit("mac_address", token);
    }
  }

  #paths(text: string, emit: Emit): void {
    if (this.#wants("windows_path")) for (const path of windowsPaths(text)) emit("windows_path", path);
    if (this.#wants("linux_path")) for (const path of linuxPaths(text)) emit("linux_path", path);
  }
}

const isNameEdge = (code: number): boolean => isAlnum(code) || code > 0x7f || code === 95;
/** A word, or another piece of an address, right beside: then it is part of something longer. NaN is the end of the text. */
const isWordNeighbour = (code: number): boolean => isAlnum(code) || code === 95 || code === 46 || code === 58;
const isMacNeighbour = (code: number): boolean => isHex(code) || code === 45;

/** `0011.22aa.bbcc`, with a letter in it: digits alone could be anything. */
function isDottedMac(text: string, start: number, end: number): boolean {
  if (end - start !== 14 || text[start + 4] !== "." || text[start + 9] !== ".") return false;
  const token = text.slice(start, end);
  return /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(token) && /[a-f]/i.test(token);
}

const isLetterBefore = (text: string, start: number, dot: number): boolean => {
  const code = text.charCodeAt(start - 1);
  return isWordLetter(code) || (start === dot && code > 0x7f);
};

/** Where a name that holds letters beyond ASCII begins. */
function nameStart(text: string, from: number, floor: number): number {
  let start = from;
  while (start > floor && (isHostChar(text.charCodeAt(start - 1)) || isUnicodeLetter(text[start - 1] ?? "")))
    start -= 1;
  return start;
}
const isUnicodeLetter = (char: string): boolean => char > "\x7f" && /^[\p{L}\p{M}]$/u.test(char);
