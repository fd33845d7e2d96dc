/** Unpacks Base64 in text: nested, wrapped, compressed, archives. Nothing is run and nothing is written. */
import { digestHex } from "../digest.js";
import { openArchive, tryInflate, type Member, type SizeLimit } from "./archive.js";
import { decodeText } from "./decode-text.js";
import { fileTypeOf } from "./file-type.js";

export interface UnpackOptions {
  /** Read UTF-16 too, as in PowerShell's `-EncodedCommand`. Default true. */
  readonly utf16?: boolean;
  /** How deep to go. Default 8. */
  readonly maxDepth?: number;
  /** Of one unpacked member, bytes. Default 20 MB. */
  readonly maxMemberBytes?: number;
  /** How many pieces are unpacked in all. Default 200. */
  readonly maxItems?: number;
}

/** One piece that was decoded. Names are MSTICPy's columns. */
export interface UnpackedItem {
  /** `1`, `1.2` (the second piece inside the first), … */
  readonly reference: string;
  readonly original_string: string;
  /** Name of a member of an archive, else empty. */
  readonly file_name: string;
  /** `zip`, `exe`, `pdf`, …, `string` for text, `unknown`. */
  readonly file_type: string;
  readonly input_bytes: Uint8Array;
  /** The text; empty for binary data. */
  readonly decoded_string: string;
  readonly encoding_type: "utf-8" | "utf-16" | "binary";
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
  /** The first bytes as hexadecimal pairs. */
  readonly printable_bytes: string;
}

export interface Unpacking {
  /** The text with every piece replaced by `<decoded …>content</decoded>`. Text, never markup to be drawn. */
  readonly text: string;
  readonly items: readonly UnpackedItem[];
  /** What was not unpacked, and why: limits, damaged archives. Empty when everything was. */
  readonly problems: readonly string[];
}

const shownBytes = 64;
const maxTextChars = 10_000_000;

/** Wrapped lines (PEM), long runs, tokens that begin as JSON does, and short ones that the text itself calls Base64. */
const wrapped = /(?:[A-Za-z0-9+/]{48,100}\r?\n){1,100000}[A-Za-z0-9+/]{1,100}={0,2}/;
const long = /[A-Za-z0-9+/]{30,}={0,2}/;
const token = /\beyJ[A-Za-z0-9_-]{20,}/;
const announced =
  /(?<=\s[-/]e(?:c|nc?|nco?d?e?d?c?o?m?m?a?n?d?)?\s{1,8}["']?)[A-Za-z0-9+/]{8,}={0,2}|(?<=base64string\(\s{0,4}["'])[A-Za-z0-9+/]{8,}={0,2}/i;
const candidates = new RegExp([wrapped, token, announced, long].map(r => `(?:${r.source})`).join("|"), "gi");

interface State {
  readonly options: Required<UnpackOptions>;
  readonly items: UnpackedItem[];
  readonly problems: Set<string>;
}

/** Bytes of a candidate; undefined when it is only a word, a path, a number. */
function decodeBase64(candidate: string): Uint8Array | undefined {
  const text = candidate
    .replace(/[\r\n]+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const body = text.replace(/=+$/, "");
  const rest = body.length % 4;
  if (rest === 1 || (text.length !== body.length && (body.length + (text.length - body.length)) % 4 !== 0))
    return undefined;
  if (/^[0-9a-f]+$/i.test(body)) return undefined;
  const binary = atob(body + "=".repeat((4 - rest) % 4));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Binary data without any mark is only believed when the text looks encoded: letters of both cases, digits, whole groups. */
function looksEncoded(candidate: string): boolean {
  const body = candidate.replace(/[\r\n]+/g, "");
  if (body.length % 4 !== 0 || body.length < 40 || !/[a-z]/.test(body) || !/[A-Z]/.test(body)) return false;
  if ((body.match(/\//g)?.length ?? 0) > body.length / 16) return false;
  return (body.match(/\d/g)?.length ?? 0) >= body.length / 40;
}

const hexPairs = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, shownBytes)].map(b => b.toString(16).padStart(2, "0")).join(" ") +
  (bytes.length > shownBytes ? ` … (${bytes.length.toLocaleString("en-US")} bytes)` : "");

interface Piece {
  readonly reference: string;
  readonly original: string;
  readonly name: string;
  readonly depth: number;
  readonly bytes: Uint8Array;
}

function record(
  state: State,
  piece: Piece,
  what: Pick<UnpackedItem, "file_type" | "decoded_string" | "encoding_type">,
): void {
  const { bytes } = piece;
  state.items.push({
    reference: piece.reference,
    original_string: piece.original,
    file_name: piece.name,
    ...what,
    input_bytes: bytes,
    md5: digestHex("md5", bytes),
    sha1: digestHex("sha1", bytes),
    sha256: digestHex("sha256", bytes),
    printable_bytes: hexPairs(bytes),
  });
}

/** Names come from archives; in the mark they are only letters. */
const quoted = (text: string): string => text.replace(/['<>\r\n]/g, "_");

/** The mark that stands for a piece in the text. */
function mark(piece: Piece, type: string, content: string): string {
  const index = piece.reference.split(".").at(-1) ?? "1";
  const name = piece.name === "" ? "[None]" : quoted(piece.name);
  return `<decoded type='${type}' name='${name}' index='${index}' depth='${piece.depth}'>${content}</decoded>`;
}

function isFull(state: State): boolean {
  if (state.items.length < state.options.maxItems) return false;
  state.problems.add(`more than ${state.options.maxItems} pieces: the rest was left as it stands`);
  return true;
}

/** Records a piece and what is in it; gives the mark for the text, or undefined when it is nothing. */
function open(state: State, piece: Piece, isBelieved: boolean, context: string): string | undefined {
  if (isFull(state)) return undefined;
  const { options } = state;
  const limit: SizeLimit = { memberBytes: options.maxMemberBytes, members: 50 };
  const type = fileTypeOf(piece.bytes);
  const text = type === undefined ? decodeText(piece.bytes, { utf16: options.utf16 }) : undefined;
  if (text !== undefined) {
    record(state, piece, { file_type: "string", decoded_string: text.text, encoding_type: text.encoding });
    return mark(piece, "string", expand(state, text.text, piece));
  }
  const archive = openArchive(type, piece.bytes, limit) ?? compressed(piece, limit, context);
  if (archive !== undefined) {
    archive.problems.forEach(p => state.problems.add(p));
    record(state, piece, { file_type: type ?? "deflate", decoded_string: "", encoding_type: "binary" });
    return mark(piece, type ?? "deflate", members(state, archive.members, piece));
  }
  if (type === undefined && !isBelieved) return undefined;
  record(state, piece, { file_type: type ?? "unknown", decoded_string: "", encoding_type: "binary" });
  return mark(piece, type ?? "unknown", hexPairs(piece.bytes));
}

/** Raw deflate has no mark: it is tried where the script around it speaks of it. */
function compressed(piece: Piece, limit: SizeLimit, context: string) {
  const isZlib = piece.bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(piece.bytes[1] ?? 0);
  if (!isZlib && !/deflate|inflate|zlib/i.test(context)) return undefined;
  const content = tryInflate(piece.bytes, limit);
  return content === undefined ? undefined : { members: [{ name: "", bytes: content }], problems: [] };
}

function members(state: State, list: readonly Member[], parent: Piece): string {
  if (parent.depth >= state.options.maxDepth) {
    state.problems.add(`nested deeper than ${state.options.maxDepth}: the rest was left as it stands`);
    return "";
  }
  return list
    .map((member, i) => {
      const reference = `${parent.reference}.${i + 1}`;
      const piece = { reference, original: "", name: member.name, depth: parent.depth + 1, bytes: member.bytes };
      return open(state, piece, true, "") ?? "";
    })
    .join("");
}

/** Replaces what is encoded in a text. */
function expand(state: State, text: string, parent: Piece | undefined): string {
  const depth = (parent?.depth ?? 0) + 1;
  let index = 0;
  return text.slice(0, maxTextChars).replace(candidates, (candidate: string) => {
    const bytes = decodeBase64(candidate);
    if (bytes === undefined) return candidate;
    if (depth > state.options.maxDepth) {
      state.problems.add(`nested deeper than ${state.options.maxDepth}: the rest was left as it stands`);
      return candidate;
    }
    const reference = parent === undefined ? String(index + 1) : `${parent.reference}.${index + 1}`;
    const piece = { reference, original: candidate, name: "", depth, bytes };
    const found = open(state, piece, looksEncoded(candidate), text.length < 100_000 ? text : "");
    if (found === undefined) return candidate;
    index += 1;
    return found;
  });
}

/**
 * Decodes the Base64 in a text, and what is inside it: text, gzip, zlib, zip and tar, to a depth of 8.
 *
 * Wrapped lines are joined; UTF-16 is recognised; what decodes to nothing sensible is left as it stands. Items come in the
 * order of the text, each before what is inside it.
 */
export function unpackBase64(text: string, options: UnpackOptions = {}): Unpacking {
  const { utf16 = true, maxDepth = 8, maxMemberBytes = 20 * 1024 * 1024, maxItems = 200 } = options;
  const state: State = { options: { utf16, maxDepth, maxMemberBytes, maxItems }, items: [], problems: new Set() };
  if (text.length > maxTextChars) state.problems.add("the text is longer than 10 million characters and was cut");
  const expanded = expand(state, text, undefined);
  return { text: expanded, items: state.items, problems: [...state.problems] };
}
