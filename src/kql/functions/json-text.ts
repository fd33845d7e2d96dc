/**
 * JSON as text: splitting arrays and objects without parsing their values, so that 64-bit integers and the form of
 * numbers survive. Input is valid JSON (DuckDB wrote or checked it); anything else gives undefined.
 */

/** The texts of an array's elements, or undefined when it is no array. */
export function arrayElements(json: string | null): readonly string[] | undefined {
  if (json === null) return undefined;
  const text = json.trim();
  return text.startsWith("[") && text.endsWith("]") ? pieces(text) : undefined;
}

/** An object's keys and the texts of its values, or undefined when it is no object. A later duplicate wins. */
export function objectEntries(json: string | null): ReadonlyMap<string, string> | undefined {
  if (json === null) return undefined;
  const text = json.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  const entries = new Map<string, string>();
  for (const piece of pieces(text)) {
    const key = /^"(?:[^"\\]|\\.)*"/s.exec(piece)?.[0];
    if (key === undefined) return undefined;
    entries.set(JSON.parse(key) as string, piece.slice(key.length).replace(/^\s*:\s*/, ""));
  }
  return entries;
}

/** Splits at the commas of the outermost bracket. */
function pieces(text: string): readonly string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 1;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = stringEnd(text, i);
    else if (c === 0x5b || c === 0x7b) depth += 1;
    else if (c === 0x5d || c === 0x7d) depth -= 1;
    else if (c === 0x2c && depth === 1) {
      out.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start, -1).trim();
  return last === "" && out.length === 0 ? [] : [...out, last];
}

function stringEnd(text: string, open: number): number {
  let i = open + 1;
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

export const arrayText = (elements: readonly string[]): string => `[${elements.join(",")}]`;

export function objectText(entries: Iterable<readonly [string, string]>): string {
  return `{${Array.from(entries, ([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

/** A JSON value's text as `tostring()` gives it: strings without quotes, null as ''. */
export function plainText(json: string): string {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  return json === "null" ? "" : json;
}
