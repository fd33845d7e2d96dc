/**
 * The text side of `parse-kv`: key and value pairs of a text as a property bag.
 * Source: https://learn.microsoft.com/kusto/query/parse-kv-operator
 */
import type { KqlUdf } from "../../api.js";
import { strict } from "./define.js";

export interface PairOptions {
  readonly keys: readonly string[];
  /** Absent: any run of characters that are neither letters, digits nor underscore separates. */
  readonly pairDelimiter?: string;
  readonly keyDelimiter?: string;
  /** One character for both ends, or an opening and a closing one. */
  readonly quote?: string;
  readonly escape?: string;
  /** Values go on over pair delimiters until the next key. */
  readonly greedy?: boolean;
}

/** The values of the wanted keys; the first pair of a key counts. */
export function parsePairs(text: string, options: PairOptions): ReadonlyMap<string, string> {
  const { pairDelimiter, keyDelimiter } = options;
  return pairDelimiter === undefined || keyDelimiter === undefined
    ? parseLoosely(text, options)
    : parseDelimited(text, options, { pair: pairDelimiter, key: keyDelimiter });
}

interface Delimiters {
  readonly pair: string;
  readonly key: string;
}

function parseDelimited(text: string, options: PairOptions, by: Delimiters): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (key: string, value: string): void => {
    if (options.keys.includes(key) && !found.has(key)) found.set(key, value);
  };
  let last: { readonly key: string; value: string } | undefined;
  for (const piece of splitOutside(text, by.pair, options)) {
    const at = findOutside(piece, by.key, 0, options);
    if (at < 0) {
      if (options.greedy === true && last !== undefined) last.value += by.pair + piece;
      continue;
    }
    if (last !== undefined) add(last.key, unquote(last.value, options));
    last = { key: unquote(piece.slice(0, at), options), value: piece.slice(at + by.key.length) };
  }
  if (last !== undefined) add(last.key, unquote(last.value, options));
  return found;
}

function splitOutside(text: string, delimiter: string, options: PairOptions): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  for (;;) {
    const at = delimiter === "" ? -1 : findOutside(text, delimiter, from, options);
    if (at < 0) return [...pieces, text.slice(from)];
    pieces.push(text.slice(from, at));
    from = at + delimiter.length;
  }
}

/** Where `wanted` stands outside quotes; -1 when nowhere. */
function findOutside(text: string, wanted: string, from: number, options: PairOptions): number {
  const { open, close } = quotes(options);
  for (let i = from; i < text.length; i++) {
    if (open !== undefined && text[i] === open) {
      const end = closing(text, i + 1, close ?? open, options.escape);
      if (end >= 0) {
        i = end;
        continue;
      }
    }
    if (text.startsWith(wanted, i)) return i;
  }
  return -1;
}

function quotes(options: PairOptions): { readonly open: string | undefined; readonly close: string | undefined } {
  const open = options.quote?.[0];
  return { open, close: options.quote?.[1] ?? open };
}

function closing(text: string, from: number, close: string, escape: string | undefined): number {
  for (let i = from; i < text.length; i++) {
    if (escape !== undefined && text[i] === escape) i += 1;
    else if (text[i] === close) return i;
  }
  return -1;
}

function unquote(written: string, options: PairOptions): string {
  const text = written.trim();
  const { open, close } = quotes(options);
  const quoted = open !== undefined && text.length > 1 && text.startsWith(open) && text.endsWith(close ?? open);
  return quoted ? unescape(text.slice(1, -1), options.escape) : text;
}

function unescape(text: string, escape: string | undefined): string {
  if (escape === undefined || escape === "") return text;
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === escape && i + 1 < text.length) i += 1;
    result += text[i] ?? "";
  }
  return result;
}

/** Without delimiters: each wanted key as a whole word, what separates, then a quoted text or a word. */
function parseLoosely(text: string, options: PairOptions): ReadonlyMap<string, string> {
  const { open, close } = quotes(options);
  const found = new Map<string, string>();
  for (const key of options.keys) {
    for (const at of wholeWords(text, key)) {
      let i = at + key.length;
      while (i < text.length && !/[\p{L}\p{N}_]/u.test(text[i] ?? "") && text[i] !== open) i += 1;
      if (i >= text.length) continue;
      const end = text[i] === open ? closing(text, i + 1, close ?? "", options.escape) : -1;
      const value =
        end >= 0 ? unescape(text.slice(i + 1, end), options.escape) : /^[\p{L}\p{N}_]*/u.exec(text.slice(i))?.[0];
      found.set(key, value ?? "");
      break;
    }
  }
  return found;
}

function wholeWords(text: string, key: string): readonly number[] {
  const at: number[] = [];
  const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}_]/u.test(c);
  for (let i = text.indexOf(key); i >= 0 && key !== ""; i = text.indexOf(key, i + 1))
    if (!isWord(text[i - 1]) && !isWord(text[i + key.length])) at.push(i);
  return at;
}

export const parseKvUdfs: readonly KqlUdf[] = [
  strict("ku_parse_kv", ["VARCHAR", "VARCHAR"], "VARCHAR", (text, options) =>
    JSON.stringify(Object.fromEntries(parsePairs(text, JSON.parse(options) as PairOptions))),
  ),
];
