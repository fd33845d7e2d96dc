/** Lays queries out: one style, nothing lost, nothing changed but white space. */
import type { Syntax } from "./format/syntax.js";
import { parseSyntax } from "./bridge.js";
import { printDoc } from "./format/doc.js";
import { layoutQuery } from "./format/layout.js";
import { commentsOf, tokensOf } from "./format/syntax.js";

/** Lines are kept within this, where what stands on them lets itself be broken. */
const width = 100;

/**
 * A query in one style: operators below each other, one space around what needs one, long lists broken, comments kept.
 * Only white space changes: tokens and comments are the same before and after, and formatting again changes nothing.
 *
 * @returns the text as it is when it does not parse
 */
export function formatKql(text: string): string {
  const { root, broken } = parseSyntax(text);
  if (broken) return text;
  const newline = /\r\n/.test(text) ? "\r\n" : "\n";
  const wanted = shape(root);
  let formatted = text;
  let tree = root;
  // What a break moved may fit otherwise the second time.
  for (let round = 0; round < 4; round++) {
    const next = printDoc(layoutQuery(tree), width, newline);
    if (next === formatted) break;
    const parsed = parseSyntax(next);
    if (wanted === undefined || parsed.broken || shape(parsed.root) !== wanted) return text;
    formatted = next;
    tree = parsed.root;
  }
  return /\n\s*$/.test(text) && /\S$/.test(formatted) ? formatted + newline : formatted;
}

/** Tokens and comments, in order; undefined when there is something else between tokens. */
function shape(root: Syntax): string | undefined {
  const parts: string[] = [];
  for (const token of tokensOf(root)) {
    const comments = commentsOf(token.trivia);
    if (comments === undefined) return undefined;
    parts.push(...comments.map(c => c.text), `${token.kind} ${token.text}`);
  }
  return JSON.stringify(parts);
}
