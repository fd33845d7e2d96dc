/** JSON text as DuckDB can store and read it, keeping the digits of numbers. */

import { jsonStringEnd } from "../view/index.js";

/** An escape sequence: a surrogate pair, half of one, or any other. */
const escape = /\\(?:(u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|(u[dD][89a-fA-F][\da-fA-F]{2})|[\s\S])/g;

/**
 * Valid JSON text with the escapes of half surrogate pairs replaced by U+FFFD: JSON.parse takes them, DuckDB refuses every
 * query that meets one, and anybody who writes a log line can write one.
 */
export function wellFormedJson(text: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return text;
  return text.replace(escape, (whole, _pair, half: string | undefined) => (half === undefined ? whole : "\\ufffd"));
}

/** Valid JSON text without white space between tokens; numbers keep the digits they were written with. */
export function minifyJson(text: string): string {
  const stop = /["\s]/g;
  const parts: string[] = [];
  let from = 0;
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0] === '"') {
      stop.lastIndex = jsonStringEnd(text, found.index);
      continue;
    }
    parts.push(text.slice(from, found.index));
    from = stop.lastIndex;
  }
  return from === 0 ? text : parts.join("") + text.slice(from);
}
