/** KQL's terms: maximal runs of letters and digits. What `has` and its family mean, once for SQL and once for JavaScript. */

/** Which edges of the needle must be edges of a term. */
export type TermMode = "has" | "hasprefix" | "hassuffix";

const alphanumeric = /^[\p{L}\p{N}]$/u;
export const isTermCharacter = (character: string): boolean => alphanumeric.test(character);

/** A regular expression (RE2) that matches exactly this text. */
export function escapeRegex(text: string): string {
  return Array.from(text, c => {
    if (c === "\0") return "\\x00";
    return /^[\x01-\x7f]$/.test(c) && !/^[A-Za-z0-9_]$/.test(c) ? `\\${c}` : c;
  }).join("");
}

function edges(needle: string, mode: TermMode): readonly [left: boolean, right: boolean] {
  const characters = Array.from(needle);
  const [first = "", last = ""] = [characters[0], characters.at(-1)];
  return [mode !== "hassuffix" && isTermCharacter(first), mode !== "hasprefix" && isTermCharacter(last)];
}

const before = "(?:^|[^\\pL\\pN])";
const after = "(?:$|[^\\pL\\pN])";

/** The pattern (RE2) that finds a needle at term boundaries; undefined when any occurrence counts. */
export function termPattern(needle: string, mode: TermMode): string | undefined {
  const [left, right] = edges(needle, mode);
  if (!left && !right) return undefined;
  return (left ? before : "") + escapeRegex(needle) + (right ? after : "");
}

/** One pattern for any of several needles, grouped by the edges they need. */
export function anyTermPattern(needles: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const needle of needles) {
    const [left, right] = edges(needle, "has");
    const key = `${left ? before : ""}|${right ? after : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), escapeRegex(needle)]);
  }
  return Array.from(groups, ([key, terms]) => {
    const at = key.startsWith("|") ? 0 : before.length;
    return `${key.slice(0, at)}(?:${terms.join("|")})${key.slice(at + 1)}`;
  }).join("|");
}

/** The same in JavaScript, for needles that differ per row. Both texts are lower case already when case does not count. */
export function hasTerm(text: string, needle: string, mode: TermMode): boolean {
  const [left, right] = edges(needle, mode);
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const leftOk = !left || !isTermCharacter(characterBefore(text, at));
    const rightOk = !right || !isTermCharacter(characterAt(text, at + needle.length));
    if (leftOk && rightOk) return true;
  }
  return false;
}

function characterAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function characterBefore(text: string, index: number): string {
  const low = text.charCodeAt(index - 1);
  const pair = index > 1 && low >= 0xdc00 && low <= 0xdfff;
  return index === 0 ? "" : pair ? text.slice(index - 2, index) : text.charAt(index - 1);
}
