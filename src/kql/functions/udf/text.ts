/** String functions that SQL cannot do: terms per row, positions, overlapping counts, character sets. */
import { arrayElements, plainText } from "../json-text.js";
import { hasTerm, type TermMode } from "../term.js";
import { strict } from "./define.js";

/** `indexof` with all five arguments; positions count code points. */
function indexOf(
  text: string,
  match: string,
  options: { readonly start: bigint; readonly length: bigint; readonly occurrence: bigint },
) {
  const { start, length, occurrence } = options;
  if (length < -1n || occurrence < 0n) return null;
  const [source, wanted] = [Array.from(text), Array.from(match)];
  const from = start < 0n ? Math.max(source.length + Number(start), 0) : Number(start);
  const end = length === -1n ? source.length : Math.min(from + Number(length), source.length);
  let left = Number(occurrence);
  for (let i = from; i + wanted.length <= end; i += 1) {
    if (!wanted.every((c, j) => source[i + j] === c)) continue;
    left -= 1;
    if (left <= 0) return BigInt(i);
  }
  return -1n;
}

/** Occurrences of a plain text, overlaps counted. */
function countOf(text: string, search: string): bigint {
  if (search === "") return 0n;
  let count = 0n;
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + 1)) count += 1n;
  return count;
}

/** Characters of one set become those of another; the last one repeats, none removes. */
function translate(from: string, to: string, text: string): string {
  const [search, replacement] = [Array.from(from), Array.from(to)];
  const map = new Map<string, string>();
  search.forEach((c, i) => {
    if (!map.has(c)) map.set(c, replacement[i] ?? replacement.at(-1) ?? "");
  });
  return Array.from(text, c => map.get(c) ?? c).join("");
}

const quoted = (json: string): string | undefined => (json.startsWith('"') ? plainText(json) : undefined);

/** At each place the first lookup that matches wins; a replacement that is no string keeps the match. */
function replaceStrings(text: string, lookups: string, rewrites: string): string {
  const replacements = arrayElements(rewrites) ?? [];
  const pairs = (arrayElements(lookups) ?? []).flatMap((l, i) => {
    const lookup = quoted(l);
    return lookup === undefined || lookup === "" ? [] : [{ lookup, rewrite: quoted(replacements[i] ?? "null") }];
  });
  let out = "";
  for (let i = 0; i < text.length;) {
    const found = pairs.find(p => text.startsWith(p.lookup, i));
    out += found === undefined ? text.charAt(i) : (found.rewrite ?? found.lookup);
    i += found?.lookup.length ?? 1;
  }
  return out;
}

const terms = (array: string): readonly string[] | undefined =>
  arrayElements(array)?.map(e => plainText(e).toLowerCase());

export const textUdfs = [
  strict("ku_has_term", ["VARCHAR", "VARCHAR", "VARCHAR"], "BOOLEAN", (text, needle, mode) =>
    hasTerm(text, needle, mode as TermMode),
  ),
  strict("ku_has_terms", ["VARCHAR", "VARCHAR", "VARCHAR"], "BOOLEAN", (text, array, mode) => {
    const needles = terms(array);
    const lower = text.toLowerCase();
    if (needles === undefined || needles.length === 0) return false;
    const found = (n: string) => hasTerm(lower, n, "has");
    return mode === "all" ? needles.every(found) : needles.some(found);
  }),
  strict("ku_has_any_index", ["VARCHAR", "VARCHAR"], "BIGINT", (text, array) => {
    const lower = text.toLowerCase();
    return BigInt((terms(array) ?? []).findIndex(n => hasTerm(lower, n, "has")));
  }),
  strict(
    "ku_indexof",
    ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT"],
    "BIGINT",
    (...[text, match, start, length, occurrence]) => indexOf(text, match, { start, length, occurrence }),
  ),
  strict("ku_countof", ["VARCHAR", "VARCHAR"], "BIGINT", countOf),
  strict("ku_translate", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", translate),
  strict("ku_replace_strings", ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", replaceStrings),
];
