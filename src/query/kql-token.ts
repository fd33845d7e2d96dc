/**
 * The lexical grammar of KQL, enough to know what every character of a query is part of. Query templates are cut with
 * it, so that a value can be written by the kind of place it goes to.
 *
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/string (string forms); the test compares with
 * Microsoft's own lexer.
 */

/** How a string literal is quoted: what ends it and how that is escaped inside. */
export type Quoting =
  | "single"
  | "double"
  | "verbatim-single"
  | "verbatim-double"
  /** ``` … ``` or ~~~ … ~~~: no escapes at all. */
  | "backticks"
  | "tildes";

export type Token =
  | { readonly kind: "string"; readonly start: number; readonly end: number; readonly quoting: Quoting }
  /** `datetime(…)`, `int(…)` and their like, whose content is not KQL. */
  | { readonly kind: "typed-literal"; readonly start: number; readonly end: number; readonly type: string }
  | {
      readonly kind: "identifier" | "number" | "timespan" | "punctuation" | "comment" | "hole" | "bad";
      readonly start: number;
      readonly end: number;
    };

/** Stands for one `{hole}` in a text that is lexed: a private-use character that no template may contain. */
export const holeMark = "\uE000";

const typedLiteral =
  /(?:datetime|date|timespan|time|guid|int|int32|long|int64|real|double|decimal|bool|boolean)\([^)\r\n\u0085\u2028\u2029]*\)?/y;
const timespanUnits =
  "days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m|seconds?|secs?|sec|s|milliseconds?|millis?|milli|ms|microseconds?|micros?|micro|nanoseconds?|nanos?|nano|ticks?";
const timespan = new RegExp(`(?:\\d+\\.\\d+|\\d+)(?:${timespanUnits})(?![A-Za-z0-9_])`, "y");
const number = /0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)(?![A-Za-z_])|\d+\.\d+|\d+(?![A-Za-z0-9_])/y;
const identifier = /[$A-Za-z_][A-Za-z0-9_]*|\d+[A-Za-z0-9_]+/y;
const comment = /\/\/[^\r\n]*/y;
const punctuation = /==|!=|=~|!~|<=|>=|<>|=>|\.\.|[()[\]{}|.,;:+\-*/%<>=!?@~]/y;
const whitespace = /[\s\uFEFF]+/y;

const escapeRun =
  /\\(?:["'\\abfnrtv]|[0-3][0-7]{2}|[0-7]{1,2}(?![0-7])|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y;

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function endOfQuoted(text: string, at: number, quote: string): number {
  for (let i = at; i < text.length;) {
    const c = text[i];
    if (c === quote) return i + 1;
    if (c === "\n" || c === "\r") return -1;
    if (c !== "\\") i += 1;
    else {
      const next = matchAt(escapeRun, text, i);
      if (next < 0) return -1;
      i = next;
    }
  }
  return -1;
}

function endOfVerbatim(text: string, at: number, quote: string): number {
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (c === "\n" || c === "\r") return -1;
    if (c !== quote) continue;
    if (text[i + 1] !== quote) return i + 1;
    i += 1;
  }
  return -1;
}

/** Reads a string literal, with its optional `h` prefix; undefined when none starts here. */
function stringAt(text: string, start: number): Token | undefined {
  let at = start;
  const c = text[at];
  if (c === "h" || c === "H") at += 1;
  const verbatim = text[at] === "@" && (text[at + 1] === "'" || text[at + 1] === '"');
  if (verbatim) at += 1;
  const quote = text[at];
  const fence = text.startsWith("```", at) ? "```" : text.startsWith("~~~", at) ? "~~~" : undefined;
  let end: number;
  let quoting: Quoting;
  if (fence !== undefined) {
    const close = text.indexOf(fence, at + 3);
    end = close < 0 ? -1 : close + 3;
    quoting = fence === "```" ? "backticks" : "tildes";
  } else if (quote === "'" || quote === '"') {
    end = verbatim ? endOfVerbatim(text, at + 1, quote) : endOfQuoted(text, at + 1, quote);
    const name = quote === "'" ? "single" : "double";
    quoting = verbatim ? `verbatim-${name}` : name;
  } else return undefined;
  return end < 0 ? { kind: "bad", start, end: text.length } : { kind: "string", start, end, quoting };
}

/** What may begin with a letter, with a digit, and with anything else; in the order in which they are tried. */
const forms = {
  letter: [["identifier", identifier]],
  digit: [
    ["timespan", timespan],
    ["number", number],
    ["identifier", identifier],
  ],
  other: [
    ["comment", comment],
    ["punctuation", punctuation],
  ],
} as const;

function firstForm(c: string): keyof typeof forms {
  if ((c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || c === "_" || c === "$") return "letter";
  return c >= "0" && c <= "9" ? "digit" : "other";
}

function typedLiteralAt(text: string, start: number): Token | undefined {
  const end = matchAt(typedLiteral, text, start);
  if (end < 0) return undefined;
  // Kusto ends an unclosed one at the end of its line; whatever stands in it is not what its author meant.
  if (text[end - 1] !== ")") return { kind: "bad", start, end };
  return { kind: "typed-literal", start, end, type: text.slice(start, text.indexOf("(", start)) };
}

function tokenAt(text: string, start: number): Token {
  const c = text.charAt(start);
  if (c === holeMark) return { kind: "hole", start, end: start + 1 };
  const form = firstForm(c);
  const special =
    (form === "other" || c === "h" || c === "H" ? stringAt(text, start) : undefined) ??
    (form === "letter" ? typedLiteralAt(text, start) : undefined);
  if (special !== undefined) return special;
  for (const [kind, pattern] of forms[form]) {
    const end = matchAt(pattern, text, start);
    if (end > 0) return { kind, start, end };
  }
  return { kind: "bad", start, end: start + 1 };
}

/**
 * Cuts KQL text into tokens, comments included; white space is left out. What cannot be read (an unterminated string,
 * an unknown character) is a token of kind `bad`. Never throws.
 */
export function tokenizeKql(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const blank = matchAt(whitespace, text, at);
    if (blank > 0) {
      at = blank;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The value that a string literal stands for. The text must be one token of kind `string`. */
export function decodeStringLiteral(literal: string): string {
  const bare = literal.replace(/^[hH]/, "");
  if (bare.startsWith("```") || bare.startsWith("~~~")) return bare.slice(3, -3);
  if (bare.startsWith("@")) {
    const quote = bare.charAt(1);
    return bare.slice(2, -1).replaceAll(quote + quote, quote);
  }
  return bare
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))/g,
      (_, ...groups: (string | undefined)[]) => {
        const [x, u, wide, octal, one] = groups;
        const hex = x ?? u ?? wide;
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
        return simpleEscapes[one ?? ""] ?? one ?? "";
      },
    );
}
