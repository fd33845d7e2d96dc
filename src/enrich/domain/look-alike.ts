/**
 * Names that are made to be taken for another: by letters that look the same, by slips of the keyboard, by the name with something
 * added, or under another suffix. Pure.
 */
import { domainToUnicode } from "node:url";
import { dnsComponents } from "./name-parts.js";

export type LookAlikeKind = "homoglyph" | "typo" | "contains" | "other-suffix";

export interface LookAlike {
  /** The name that it may be taken for, as given. */
  readonly of: string;
  readonly kind: LookAlikeKind;
  /** 0 to 1: how likely a person takes one for the other. */
  readonly score: number;
  /** For people: what differs. */
  readonly reason: string;
}

/**
 * Letters by the Latin letter or digit that they look like. Source: Unicode's confusables (UTS #39), those of scripts in which
 * domain names are registered.
 */
const lookLike: Readonly<Record<string, string>> = {
  a: "аàáâãäåāăąạɑα",
  b: "Ьḃḅьƅ",
  c: "сçćĉċčϲ",
  d: "ԁďđḍɗ",
  e: "еèéêëēĕėęěẹҽ",
  f: "ḟƒ",
  g: "ɡĝğġģԍ",
  h: "һĥħḥ",
  i: "іìíîïĩīĭįıịιӏӀ1l|!",
  j: "јĵ",
  k: "κкķḳ",
  m: "мṁṃ",
  n: "пñńņňṇո",
  o: "оòóôõöøōŏőọοσ0",
  p: "рṗρ",
  q: "ԛɋ",
  r: "гŕŗřṛ",
  s: "ѕśŝşšṣ5",
  t: "тţťŧṭτ",
  u: "υùúûüũūŭůűųụս",
  v: "ѵνṽṿ",
  w: "ԝŵẁẃẅω",
  x: "хχẋ",
  y: "уýÿŷỳγ",
  z: "ᴢźżžẓ",
};
const plainOf = new Map(Object.entries(lookLike).flatMap(([plain, list]) => [...list].map(c => [c, plain] as const)));
/** Pairs that look like one letter. */
const pairs: readonly (readonly [string, string])[] = [
  ["rn", "m"],
  ["vv", "w"],
  ["cl", "d"],
  ["nn", "m"],
];

/** The name as an eye sees it: letters of other scripts, digits and pairs as the Latin letters that they look like. */
export function skeletonOf(label: string): string {
  const single = [...label.toLowerCase().normalize("NFKC")].map(c => plainOf.get(c) ?? c).join("");
  return pairs.reduce((text, [pair, plain]) => text.replaceAll(pair, plain), single);
}

/** Changes of one letter (swaps of neighbours are one), up to `most`; more is `most + 1`. Source: Damerau 1964, optimal alignment */
export function slipsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [older, before] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const near = Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + same);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(isSwap ? Math.min(near, (older[j - 2] ?? 0) + 1) : near);
    }
    if (Math.min(...row) > most) return most + 1;
    [older, before] = [before, row];
  }
  return before[b.length] ?? most + 1;
}

const mostLength = 253;
const round = (score: number): number => Math.round(score * 100) / 100;

/**
 * Which of the given names a name may be taken for, the most likely first; none for the names themselves and what stands
 * under them. Names in punycode (`xn--…`) are read as they are shown.
 */
export function lookAlikes(name: string, known: readonly string[]): readonly LookAlike[] {
  if (name.length > mostLength) return [];
  const asked = shownParts(name);
  const found = known.flatMap(of => {
    const other = shownParts(of);
    if (other.domain === "" || asked.registrable === other.registrable) return [];
    const alike = compare(asked, other);
    return alike === undefined ? [] : [{ of, ...alike, score: round(alike.score) }];
  });
  return found.sort((a, b) => b.score - a.score || (a.of < b.of ? -1 : 1));
}

interface Shown {
  readonly subdomain: string;
  readonly domain: string;
  readonly registrable: string;
}

/** Punycode (`xn--…`) as browsers show it; what is none stays as it is. */
const asShown = (text: string): string => (text.includes("xn--") ? domainToUnicode(text) || text : text);

function shownParts(name: string): Shown {
  const { subdomain, domain, registrable } = dnsComponents(name);
  const shown = asShown(domain);
  return { subdomain: asShown(subdomain), domain: shown, registrable: registrable === "" ? shown : registrable };
}

function compare(asked: Shown, other: Shown): Omit<LookAlike, "of"> | undefined {
  const { domain } = other;
  if (asked.domain === domain) return { kind: "other-suffix", score: 0.6, reason: `'${domain}' under another suffix` };
  const [a, b] = [skeletonOf(asked.domain), skeletonOf(domain)];
  if (a === b) return { kind: "homoglyph", score: 0.95, reason: `looks like '${domain}'` };
  // One slip in a short name makes another word.
  const most = domain.length < 5 ? 0 : domain.length < 9 ? 1 : 2;
  const slips = slipsBetween(asked.domain, domain, most);
  if (slips <= most)
    return {
      kind: "typo",
      score: 0.9 - 0.15 * (slips - 1) - 1 / (4 * domain.length),
      reason: `${slips === 1 ? "one letter" : `${slips} letters`} from '${domain}'`,
    };
  if (b.length >= 4 && holds(a, b))
    return { kind: "contains", score: 0.5 + Math.min(0.25, b.length / (2 * a.length)), reason: `holds '${domain}'` };
  if (
    b.length >= 4 &&
    skeletonOf(asked.subdomain)
      .split(".")
      .some(part => holds(part, b))
  )
    return { kind: "contains", score: 0.7, reason: `'${domain}' stands before the registered name` };
  return undefined;
}

/** Whole, or between hyphens and digits: `paypal-login` holds `paypal`, `pineapple` does not hold `apple`. */
function holds(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before = "-", after = "-"] = [text[at - 1], text[at + word.length]];
    if (!/\p{L}/u.test(before) && (word.length >= 6 || !/\p{L}/u.test(after))) return true;
  }
  return false;
}
