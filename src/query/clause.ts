/** The lexical check of query text that analysts add to a query: it can filter the pipeline it is put into, not leave it. */
import type { Diagnostic } from "../base/diagnostic.js";
import { tokenizeKql } from "./kql-token.js";

/** Checks pipe operators more deeply than words can; implemented by the KQL compiler. */
export type KqlFragmentCheck = (clause: string) => Promise<readonly Diagnostic[]>;

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

function problem(message: string, start: number, end: number): Diagnostic {
  return {
    code: "query/clause-invalid",
    severity: "error",
    message,
    span: { start, end },
    hint: "give pipe operators, for example | where AlertName has 'phish'",
  };
}

function checkText(text: string, allowPipe: boolean): Diagnostic | undefined {
  const open: string[] = [];
  for (const token of tokenizeKql(text)) {
    const piece = text.slice(token.start, token.end);
    if (token.kind === "bad")
      return problem("a string is not closed, or a character is unknown", token.start, token.end);
    if (token.kind === "comment") return problem("comments cannot be added", token.start, token.end);
    if (token.kind === "hole") return problem("the character U+E000 cannot be added", token.start, token.end);
    if (token.kind !== "punctuation") continue;
    if (piece === ";") return problem("';' would end the query", token.start, token.end);
    if (piece === "|" && !allowPipe && open.length === 0)
      return problem("'|' would end the expression", token.start, token.end);
    const end = closing[piece];
    if (end !== undefined) open.push(end);
    else if (/^[)\]}]$/.test(piece) && open.pop() !== piece)
      return problem(`'${piece}' closes nothing`, token.start, token.end);
  }
  if (open.length > 0) return problem(`'${open.at(-1)}' is missing`, text.length, text.length);
  return undefined;
}

/**
 * Checks that text is pipe operators: begins with `|`, brackets balance, no `;`, no comments, no open string.
 * Empty text is allowed. Returns what is wrong, or undefined.
 */
export function checkClause(text: string): Diagnostic | undefined {
  if (text.trim() === "") return undefined;
  if (!text.trimStart().startsWith("|")) return problem("it does not begin with '|'", 0, text.length);
  return checkText(text, true);
}

/** The same for an expression: balanced, without `;`, comments and (outside brackets) `|`. */
export function checkExpression(text: string): Diagnostic | undefined {
  return text.trim() === "" ? problem("it is empty", 0, 0) : checkText(text, false);
}
