/** The tree of a text as plain data, for the formatter: every token with what stands before it. */

export interface SyntaxToken {
  readonly type: "token";
  /** The language service's word: `BarToken`, `WhereKeyword`. */
  readonly kind: string;
  readonly text: string;
  /** White space and comments before it. */
  readonly trivia: string;
}
export interface SyntaxPart {
  readonly type: "node";
  /** `PipeExpression`, `List` … */
  readonly kind: string;
  readonly children: readonly Syntax[];
}
export type Syntax = SyntaxToken | SyntaxPart;

export function tokensOf(part: Syntax): readonly SyntaxToken[] {
  return part.type === "token" ? [part] : part.children.flatMap(tokensOf);
}

export function firstToken(part: Syntax): SyntaxToken | undefined {
  if (part.type === "token") return part;
  for (const child of part.children) {
    const found = firstToken(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The comments in what stands between two tokens; undefined when there is anything else. */
export function commentsOf(trivia: string): readonly { readonly text: string; readonly own: boolean }[] | undefined {
  const found: { text: string; own: boolean }[] = [];
  for (const [i, row] of trivia.split(/\r\n|\n|\r/).entries()) {
    const text = row.trim();
    if (text === "") continue;
    if (!text.startsWith("//")) return undefined;
    found.push({ text, own: i > 0 });
  }
  return found;
}
