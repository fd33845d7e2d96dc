/**
 * The search behind `reduce`: texts that share terms at the same places, after SLCT.
 *
 * Source: https://learn.microsoft.com/kusto/query/reduce-operator and the paper it names,
 * R. Vaarandi, "A data clustering algorithm for mining patterns from event logs" (2003), with one step of his later work:
 * a text whose own combination of terms is rare joins the most specific group that it fits.
 */
import type { KqlUdf } from "../../api.js";
import { HuntError } from "../../../base/error.js";
import { strict } from "./define.js";

/** A text and how many rows have it. */
export type CountedText = readonly [text: string, count: number];

export interface ReducedGroup {
  readonly pattern: string;
  readonly count: number;
  /** The first of its texts; '' for the rest. */
  readonly representative: string;
  /** Indices of its texts. */
  readonly texts: readonly number[];
}

/** The group of what no other one fits, as the service calls it. */
export const othersPattern = "others";

/** A text in parts: `terms[i]` stands between `gaps[i]` and `gaps[i + 1]`. */
interface Parts {
  readonly terms: readonly string[];
  readonly gaps: readonly string[];
}

function split(text: string, isSeparator: (character: string) => boolean): Parts {
  const terms: string[] = [];
  const gaps: string[] = [""];
  let inTerm = false;
  for (const character of text) {
    if (isSeparator(character)) {
      if (inTerm) gaps.push("");
      gaps.push((gaps.pop() ?? "") + character);
      inTerm = false;
    } else {
      if (!inTerm) terms.push("");
      terms.push((terms.pop() ?? "") + character);
      inTerm = true;
    }
  }
  if (inTerm) gaps.push("");
  return { terms, gaps };
}

/** By the documentation the default is every character but the ASCII letters and digits. */
function separators(characters: string): (character: string) => boolean {
  if (characters === "") return c => !/[A-Za-z0-9]/.test(c);
  const set = new Set(characters);
  return c => set.has(c);
}

interface Group {
  /** The places of its terms, ascending. */
  readonly places: readonly number[];
  readonly texts: number[];
  count: number;
}

/**
 * Groups texts of different values: terms that at least `threshold` of all rows (and two rows) have at one place are
 * frequent; a group is a combination of them that as many rows have. The largest come first, what fits none last.
 *
 * @param characters what separates terms; '' for everything but ASCII letters and digits
 */
export function reduceTexts(
  texts: readonly CountedText[],
  threshold: number,
  characters: string,
): readonly ReducedGroup[] {
  const least = Math.max(2, threshold * texts.reduce((sum, [, count]) => sum + count, 0));
  const isSeparator = separators(characters);
  const parts = texts.map(([text]) => split(text, isSeparator));
  const frequent = frequentTerms(texts, parts, least);
  const groups = new Map<string, Group>();
  texts.forEach(([, count], i) => {
    const terms = parts[i]?.terms ?? [];
    const places = terms.flatMap((term, place) => (frequent.has(termKey(place, term)) ? [place] : []));
    if (places.length === 0) return;
    const key = keyOf(terms, places);
    const group = groups.get(key) ?? { places, texts: [], count: 0 };
    groups.set(key, group);
    group.texts.push(i);
    group.count += count;
  });
  for (const [key, group] of groups) if (group.count < least) groups.delete(key);
  const rest = joinRest(texts, parts, groups);
  const found = [...groups.values()].map(group => describe(group, texts, parts, characters !== ""));
  const ordered = found.sort((a, b) => b.count - a.count || (a.pattern < b.pattern ? -1 : 1));
  return rest.texts.length === 0 ? ordered : [...ordered, rest];
}

const termKey = (place: number, term: string): string => `${place} ${term}`;
const keyOf = (terms: readonly string[], places: readonly number[]): string =>
  JSON.stringify(places.map(place => [place, terms[place]]));

function frequentTerms(texts: readonly CountedText[], parts: readonly Parts[], least: number): ReadonlySet<string> {
  const counts = new Map<string, number>();
  texts.forEach(([, count], i) =>
    parts[i]?.terms.forEach((term, place) => {
      const key = termKey(place, term);
      counts.set(key, (counts.get(key) ?? 0) + count);
    }),
  );
  return new Set([...counts].filter(([, count]) => count >= least).map(([key]) => key));
}

/** Texts of no group join the one with the most terms that they have too, of those the largest; what is left is the rest. */
function joinRest(texts: readonly CountedText[], parts: readonly Parts[], groups: Map<string, Group>): ReducedGroup {
  const placed = new Set([...groups.values()].flatMap(g => g.texts));
  const byFirstTerm = new Map<string, Group[]>();
  const sizes = new Map<Group, number>();
  for (const group of groups.values()) {
    const [place = 0] = group.places;
    const key = termKey(place, parts[group.texts[0] ?? 0]?.terms[place] ?? "");
    byFirstTerm.set(key, [...(byFirstTerm.get(key) ?? []), group]);
    sizes.set(group, group.count);
  }
  const left: number[] = [];
  texts.forEach(([, count], i) => {
    if (placed.has(i)) return;
    const terms = parts[i]?.terms ?? [];
    const fitting = terms
      .flatMap((term, place) => byFirstTerm.get(termKey(place, term)) ?? [])
      .filter(g => g.places.every(place => terms[place] === parts[g.texts[0] ?? 0]?.terms[place]));
    const size = (g: Group): number => sizes.get(g) ?? 0;
    const [best] = fitting.sort((a, b) => b.places.length - a.places.length || size(b) - size(a));
    if (best === undefined) left.push(i);
    else {
      best.texts.push(i);
      best.count += count;
    }
  });
  const count = left.reduce((sum, i) => sum + (texts[i]?.[1] ?? 0), 0);
  return { pattern: othersPattern, count, representative: "", texts: left };
}

/**
 * Its terms, with what stands between them where all its texts agree, and `*` for the rest. Separators that the query
 * names fall into a `*` beside them, as in the documentation's example (`foo*` of `fooZ1`).
 */
function describe(group: Group, texts: readonly CountedText[], all: readonly Parts[], swallow: boolean): ReducedGroup {
  const parts = group.texts.flatMap(i => all[i] ?? []);
  const [first] = parts;
  const shared = (gap: (p: Parts) => string | undefined): string | undefined => {
    const value = first === undefined ? undefined : gap(first);
    return parts.every(p => gap(p) === value) ? value : undefined;
  };
  let pattern = "";
  /** Adds what stands between two terms of the pattern: the gaps beside them, and a `*` where there is more or less. */
  const between = (before: string | undefined, isWhole: boolean, after: string | undefined): void => {
    if (isWhole && before !== undefined) pattern += before;
    else pattern += swallow ? "*" : `${before ?? ""}*${after ?? ""}`;
  };
  let last = -1;
  for (const place of group.places) {
    const adjacent = place === last + 1;
    const before = shared(p => p.gaps[last + 1]);
    between(last < 0 && !adjacent ? "" : before, adjacent, adjacent ? undefined : shared(p => p.gaps[place]));
    pattern += first?.terms[place] ?? "";
    last = place;
  }
  const ends = parts.every(p => p.terms.length === last + 1);
  // Of texts that end here some have a gap less: a gap is shared only where all have it.
  between(
    shared(p => p.gaps[last + 1]),
    ends,
    "",
  );
  return {
    pattern: pattern.replace(/\*{2,}/g, "*"),
    count: group.count,
    representative: group.texts.map(i => texts[i]?.[0] ?? "").reduce((a, b) => (a <= b ? a : b)),
    texts: group.texts,
  };
}

/** More texts than this are not held in memory; `make_list()` ends there too. */
const mostTexts = 1_048_576;

export const reduceUdfs: readonly KqlUdf[] = [
  strict("ku_reduce", ["VARCHAR", "BIGINT", "DOUBLE", "VARCHAR"], "JSON", (json, distinct, threshold, characters) => {
    if (distinct > BigInt(mostTexts))
      throw new HuntError(
        "kql/too-many-patterns",
        `'reduce' is over ${distinct.toLocaleString("en-US")} different texts; it looks at ${mostTexts.toLocaleString("en-US")} at most`,
        { hint: "filter first, or replace what differs: extend Text = replace_regex(Text, @'\\d+', '0')" },
      );
    // Each text is a list in a text of its own: lists of lists are flattened.
    const texts = (JSON.parse(json) as readonly string[]).map(t => JSON.parse(t) as CountedText);
    return JSON.stringify(
      reduceTexts(texts, threshold, characters).map(g => ({
        p: g.pattern,
        n: g.count,
        r: g.representative,
        t: g.texts.map(i => texts[i]?.[0]),
      })),
    );
  }),
];
