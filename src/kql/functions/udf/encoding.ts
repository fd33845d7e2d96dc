/** base64, URL encoding, punycode, hashes, compressed text, code points. */
import { deflateSync, Gunzip, Unzlib } from "fflate";
import { arrayElements } from "../json-text.js";
import { xxHash64 } from "../xxhash.js";
import { punycodeDecode, punycodeEncode } from "../punycode.js";
import { nullable, strict } from "./define.js";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextets = new Map(Array.from(alphabet, (c, i) => [c, i]));
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Strict base64; missing padding is tolerated. Undefined when it is none. */
function decode(text: string): Uint8Array | undefined {
  const body = text.trim().replace(/={1,2}$/, "");
  if (body.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const c of body) {
    const sextet = sextets.get(c);
    if (sextet === undefined) return undefined;
    bits = ((bits << 6) | sextet) & 0xfff_ffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at] = (bits >> held) & 255;
    at += 1;
  }
  return bytes;
}

function encode(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    const n = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    out += alphabet.charAt(n >> 18) + alphabet.charAt((n >> 12) & 63);
    out += (b === undefined ? "=" : alphabet.charAt((n >> 6) & 63)) + (c === undefined ? "=" : alphabet.charAt(n & 63));
  }
  return out;
}

/** '' when the bytes are not UTF-8. */
function toText(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  try {
    return utf8.decode(bytes);
  } catch {
    return "";
  }
}

/** The bytes of a guid in .NET's order: the first three groups little-endian. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function toGuid(text: string): string | undefined {
  const bytes = decode(text);
  if (bytes?.length !== 16) return undefined;
  const hex = guidOrder.map(i => (bytes[i] ?? 0).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fromGuid(guid: string): string | undefined {
  const hex = guid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(hex)) return undefined;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], h => Number.parseInt(h, 16));
  return encode(Uint8Array.from(guidOrder, i => bytes[i] ?? 0));
}

/** '' for what is no array of bytes, and for bytes that are no UTF-8, as the page's last example says. */
function fromArray(json: string): string {
  const elements = arrayElements(json);
  if (elements === undefined || !elements.every(e => /^\d{1,3}$/.test(e) && Number(e) < 256)) return "";
  const bytes = Uint8Array.from(elements, Number);
  return toText(bytes) === "" ? "" : encode(bytes);
}

/** What .NET's UrlEncode leaves as it is; a space is `+`, or `%20` in a component. */
function urlEncode(text: string, space: string): string {
  return Array.from(encoder.encode(text), byte => {
    const c = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.!*()]/.test(c)) return c;
    return c === " " ? space : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

/** Percent escapes and `+`; an escape that is none stays as it is. */
function urlDecode(text: string): string {
  return text.replaceAll("+", " ").replace(/(?:%[0-9a-f]{2})+/gi, run => {
    const bytes = Uint8Array.from(run.match(/[0-9a-f]{2}/gi) ?? [], h => Number.parseInt(h, 16));
    return new TextDecoder().decode(bytes);
  });
}

/** Compressed text is bounded: a few kilobytes must not become gigabytes. */
const maxInflatedBytes = 16 * 1024 * 1024;
/** What is fed at once: it can grow by about a thousand, so that the bound is noticed in time. */
const sliceBytes = 4096;

class TooLarge extends Error {}

/** Unpacks base64 of gzip or zlib; '' when it is neither, is cut off, too large or no UTF-8. */
function inflate(text: string, Stream: typeof Gunzip | typeof Unzlib): string {
  const bytes = decode(text);
  if (bytes === undefined || bytes.length === 0) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Stream((chunk, final) => {
    size += chunk.length;
    if (size > maxInflatedBytes) throw new TooLarge();
    chunks.push(chunk);
    ended ||= final;
  });
  try {
    for (let at = 0; at < bytes.length; at += sliceBytes)
      stream.push(bytes.subarray(at, at + sliceBytes), at + sliceBytes >= bytes.length);
  } catch {
    return "";
  }
  return ended ? toText(concatenate(chunks, size)) : "";
}

/** RFC 1951: what does not become shorter is stored as it is. */
function deflate(bytes: Uint8Array): Uint8Array {
  const packed = deflateSync(bytes, { level: 6 });
  if (packed.length < bytes.length || bytes.length > 0xffff) return packed;
  const [low, high] = [bytes.length & 255, bytes.length >> 8];
  return Uint8Array.from([1, low, high, low ^ 255, high ^ 255, ...bytes]);
}

/** RFC 1952, without a time, of an unknown system. */
function gzip(text: string): string {
  const bytes = encoder.encode(text);
  const packed = deflate(bytes);
  const out = new Uint8Array(packed.length + 18);
  out.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  out.set(packed, 10);
  const view = new DataView(out.buffer);
  view.setUint32(packed.length + 10, crc32(bytes), true);
  view.setUint32(packed.length + 14, bytes.length, true);
  return encode(out);
}

/** RFC 1950. */
function zlib(text: string): string {
  const bytes = encoder.encode(text);
  const packed = deflate(bytes);
  const out = new Uint8Array(packed.length + 6);
  out.set([0x78, 0x01]);
  out.set(packed, 2);
  new DataView(out.buffer).setUint32(packed.length + 2, adler32(bytes));
  return encode(out);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** xxHash64 of hashes one after the other, eight bytes each. */
function combineHashes(list: string): bigint {
  const hashes = arrayElements(list) ?? [];
  const view = new DataView(new ArrayBuffer(hashes.length * 8));
  hashes.forEach((h, i) => {
    view.setBigInt64(i * 8, h === "null" ? 0n : BigInt(h), true);
  });
  return xxHash64(new Uint8Array(view.buffer));
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function labels(domain: string, convert: (label: string) => string | undefined): string {
  const parts = domain.split(/[.\u3002\uff0e\uff61]/).map(convert);
  return parts.every(p => p !== undefined) ? parts.join(".") : "";
}

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** Numbers, or arrays of them, as code points. */
function fromCodePoints(list: string): string {
  const flat = (arrayElements(list) ?? []).flatMap(e => arrayElements(e) ?? [e]);
  const points = flat.filter(e => e !== "null").map(Number);
  if (!points.every(p => Number.isInteger(p) && p >= 0 && p <= 0x10ffff && !(p >= 0xd800 && p <= 0xdfff))) return "";
  return points.map(p => String.fromCodePoint(p)).join("");
}

export const encodingUdfs = [
  strict("ku_base64_decode_tostring", ["VARCHAR"], "VARCHAR", text => toText(decode(text))),
  strict("ku_base64_decode_toarray", ["VARCHAR"], "JSON", text => {
    const bytes = decode(text);
    return bytes === undefined ? null : `[${bytes.join(",")}]`;
  }),
  strict("ku_base64_decode_toguid", ["VARCHAR"], "VARCHAR", toGuid),
  strict("ku_base64_encode_fromguid", ["VARCHAR"], "VARCHAR", fromGuid),
  strict("ku_base64_encode_fromarray", ["VARCHAR"], "VARCHAR", fromArray),
  strict("ku_base64_encode_tostring", ["VARCHAR"], "VARCHAR", text => encode(encoder.encode(text))),
  strict("ku_url_encode", ["VARCHAR"], "VARCHAR", text => urlEncode(text, "+")),
  strict("ku_url_encode_component", ["VARCHAR"], "VARCHAR", text => urlEncode(text, "%20")),
  strict("ku_url_decode", ["VARCHAR"], "VARCHAR", urlDecode),
  strict("ku_gzip_decompress", ["VARCHAR"], "VARCHAR", text => inflate(text, Gunzip)),
  strict("ku_zlib_decompress", ["VARCHAR"], "VARCHAR", text => inflate(text, Unzlib)),
  strict("ku_gzip_compress", ["VARCHAR"], "VARCHAR", gzip),
  strict("ku_zlib_compress", ["VARCHAR"], "VARCHAR", zlib),
  strict("ku_hash_combine", ["VARCHAR"], "BIGINT", combineHashes),
  strict("ku_punycode_from_string", ["VARCHAR"], "VARCHAR", text => punycodeEncode(text) ?? ""),
  strict("ku_punycode_to_string", ["VARCHAR"], "VARCHAR", text => punycodeDecode(text) ?? ""),
  strict("ku_punycode_domain_to_string", ["VARCHAR"], "VARCHAR", domain =>
    labels(domain, label => (isAscii(label) ? label : `xn--${punycodeEncode(label) ?? ""}`)),
  ),
  strict("ku_punycode_domain_from_string", ["VARCHAR"], "VARCHAR", domain =>
    labels(domain, label => (/^xn--/i.test(label) ? punycodeDecode(label.slice(4)) : label)),
  ),
  nullable("ku_xxhash64_text", ["VARCHAR"], "BIGINT", text => (text === null ? null : xxHash64(encoder.encode(text)))),
  strict("ku_xxhash64_long", ["BIGINT"], "BIGINT", number => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, number, true);
    return xxHash64(bytes);
  }),
  strict(
    "ku_codepoints_from_string",
    ["VARCHAR"],
    "JSON",
    text => `[${Array.from(text, c => c.codePointAt(0)).join(",")}]`,
  ),
  strict("ku_codepoints_to_string", ["VARCHAR"], "VARCHAR", list => fromCodePoints(list)),
];
