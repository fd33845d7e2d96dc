/** URLs in running text. */
import { parseAddress } from "../../base/ip-address.js";
import { endsUrl, isAlnum, isDigit } from "./chars.js";

/** Source: MSTICPy's list, with the secure and web socket variants. */
const schemes = [
  "http",
  "https",
  "ftp",
  "ftps",
  "sftp",
  "telnet",
  "ldap",
  "ldaps",
  "file",
  "ws",
  "wss",
  "smb",
] as const;
const bySize = [...schemes].sort((a, b) => b.length - a.length);
const known: ReadonlySet<string> = new Set(schemes);

/** Longer ones are cut: nothing that long is an address to look up. */
const maxUrlChars = 16_384;

export interface FoundUrl {
  readonly url: string;
  readonly start: number;
  readonly end: number;
  /** Where user, host and port stand. */
  readonly authority: readonly [start: number, end: number];
}

/** Start of the scheme before `://`, or undefined for schemes that are none of ours. */
function schemeStart(text: string, colon: number): number | undefined {
  let start = colon;
  while (start > 0 && colon - start < 8 && isAlnum(text.charCodeAt(start - 1))) start -= 1;
  const scheme = text.slice(start, colon).toLowerCase();
  if (known.has(scheme)) return start;
  const tail = bySize.find(s => scheme.endsWith(s));
  // `3Dhttp` is what is left of an encoded `=`; but `shttp` is another scheme.
  return tail !== undefined && !/[a-z]$/.test(scheme.slice(0, -tail.length)) ? colon - tail.length : undefined;
}

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[" };

/** Punctuation at the end belongs to the sentence; a closing bracket does unless it was opened inside. */
function trimEnd(url: string): string {
  let end = url.length;
  for (;;) {
    const last = url[end - 1] ?? "";
    if (".,;:!?*".includes(last) && last !== "") end -= 1;
    else if (closers[last] !== undefined) {
      const body = url.slice(0, end);
      const opened = body.split(closers[last]).length;
      if (opened >= body.split(last).length) return body;
      end -= 1;
    } else return url.slice(0, end);
  }
}

/** Whether the part between `://` and the path names a host that could be one. */
export function isHostPort(authority: string): boolean {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]\s@%]+)(?::(\d{0,5}))?$/i.exec(host);
  if (match === null) return false;
  const [, name = "", port = ""] = match;
  if (port !== "" && Number(port) > 65_535) return false;
  if (name.startsWith("[")) return parseAddress(name.slice(1, -1)) !== undefined;
  if (/^[\d.]+$/.test(name)) return /^\d+$/.test(name) || parseAddress(name) !== undefined;
  return /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._-]{0,251}[\p{L}\p{M}\p{N}_.])?$/u.test(name) && !name.includes("..");
}

/** The URL whose `://` stands at `colon`. */
export function urlAt(text: string, colon: number): FoundUrl | undefined {
  const start = schemeStart(text, colon);
  if (start === undefined) return undefined;
  const limit = Math.min(text.length, start + maxUrlChars);
  let end = colon + 3;
  while (end < limit && !endsUrl(text.charCodeAt(end))) end += 1;
  const url = trimEnd(text.slice(start, end));
  const from = colon + 3 - start;
  const rest = url.slice(from).search(/[/?#]/);
  const authority = rest < 0 ? url.slice(from) : url.slice(from, from + rest);
  const isFile = url.slice(0, 5).toLowerCase() === "file:" && authority === "" && url.length > from + 1;
  if (!isFile && !isHostPort(authority)) return undefined;
  return { url, start, end: start + url.length, authority: [start + from, start + from + authority.length] };
}

/** The text with `%xx` decoded; undefined when nothing was encoded, or not properly. */
export function decodeUrl(url: string): string | undefined {
  if (!url.includes("%")) return undefined;
  try {
    const decoded = decodeURIComponent(url);
    return decoded === url ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** Whether the whole text is one URL. */
export function isUrl(text: string): boolean {
  const colon = text.indexOf("://");
  if (colon < 2) return false;
  const found = urlAt(text, colon);
  return found?.start === 0 && found.end === text.length && !isDigit(text.charCodeAt(0));
}
