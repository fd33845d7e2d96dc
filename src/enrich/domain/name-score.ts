/** How unlike a name that a person chose a name is: what programs make to find their masters looks so. Pure. */
import { dnsComponents } from "./name-parts.js";

export interface NameScore {
  /** 0 (as people name things) to 1. Above 0.6 a look is worth it; shortened and foreign names may be there too. */
  readonly score: number;
  /** For people, the weightiest first. */
  readonly reasons: readonly string[];
}

/** Pairs of letters that nine of ten in English and Romance words are among. */
const usualPairs = new Set(
  "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph og ms ye ud mb ip ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd pk".split(
    " ",
  ),
);

/** Bits for each character that its own frequencies ask for. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

const between = (value: number, low: number, high: number): number =>
  Math.max(0, Math.min(1, (value - low) / (high - low)));

/** Parts that speak against a name, each with its weight; together they are bounded by 1. */
function signsOf(label: string): readonly (readonly [weight: number, reason: string])[] {
  const letters = label.replace(/[^a-z]/g, "");
  const pairs = letters.length < 2 ? 0 : letters.length - 1;
  let usual = 0;
  for (let i = 0; i < pairs; i += 1) if (usualPairs.has(letters.slice(i, i + 2))) usual += 1;
  const share = pairs === 0 ? 1 : usual / pairs;
  const digits = label.replace(/[^0-9]/g, "").length;
  const run = Math.max(0, ...(label.match(/[bcdfghjklmnpqrstvwxz]+/g) ?? []).map(r => r.length));
  const mixed = (label.match(/[a-z][0-9]|[0-9][a-z]/g) ?? []).length;
  const entropy = entropyOf(label);
  return [
    [
      0.55 * between(1 - share, 0.25, 0.65) * between(letters.length, 4, 10),
      `${Math.round((1 - share) * 100)} % of its letter pairs are unusual`,
    ],
    [0.3 * between(run, 4, 7), `${run} consonants in a row`],
    [
      0.35 * between(digits / Math.max(1, label.length), 0.15, 0.5) * between(digits, 2, 5),
      `${digits} digits of ${label.length} characters`,
    ],
    [0.2 * between(mixed, 2, 5), "letters and digits take turns"],
    [0.25 * between(entropy, 3.3, 4.2), `${entropy.toFixed(1)} bits for each character`],
    [0.2 * between(label.length, 18, 32), `${label.length} characters long`],
    [0.15 * between((label.match(/-/g) ?? []).length, 2, 5), "many hyphens"],
  ];
}

/** How unusual the registered part of a name is (`google` of `mail.google.com`). */
export function nameScore(name: string): NameScore {
  const label = dnsComponents(name.slice(0, 253)).domain.replace(/^xn--/, "");
  if (label === "") return { score: 0, reasons: [] };
  const signs = signsOf(label.toLowerCase()).filter(([weight]) => weight > 0.03);
  const score = Math.min(
    1,
    signs.reduce((sum, [weight]) => sum + weight, 0),
  );
  return {
    score: Math.round(score * 100) / 100,
    reasons: [...signs].sort(([a], [b]) => b - a).map(([, reason]) => reason),
  };
}
