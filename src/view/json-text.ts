/** Walking JSON text without parsing it. No regular expression spans a string: V8's run out of stack on long ones. */

/** The index after the string that starts with the quote at `at`; the end of the text when it does not end. */
export function jsonStringEnd(text: string, at: number): number {
  for (let from = at + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let before = quote - 1;
    while (text[before] === "\\") before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    from = quote + 1;
  }
}

const word = /[^\s{}[\],:"]+/y;

/** Strings, punctuation and words of JSON text in order; white space is left out. */
export function* jsonTokens(text: string): Generator<string, void, void> {
  for (let at = 0; at < text.length;) {
    const c = text[at] ?? "";
    let end = at + 1;
    if (c === '"') end = jsonStringEnd(text, at);
    else if (!/[\s{}[\],:]/.test(c)) {
      word.lastIndex = at;
      end = at + (word.exec(text)?.[0].length ?? 1);
    }
    if (!/\s/.test(c)) yield text.slice(at, end);
    at = end;
  }
}

/**
 * JSON text with line breaks and two spaces per level; digits and key order stay as written. Text that is no JSON comes back
 * with its tokens spaced, empty text unchanged.
 */
export function prettyJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = "";
  const line = (): string => `\n${"  ".repeat(depth)}`;
  for (const token of jsonTokens(text)) {
    const opened = before === "{" || before === "[";
    const closes = token === "}" || token === "]";
    if (opened) depth += 1;
    if (closes) depth = Math.max(0, depth - 1);
    if (opened !== closes || before === ",") parts.push(line());
    parts.push(token === ":" ? ": " : token);
    before = token;
  }
  return parts.join("");
}
