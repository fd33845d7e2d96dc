/** `// huntbook: ignore contains, join-kind` and `// huntbook: ignore-all no-time-filter`. */
import type { Span } from "../../base/diagnostic.js";
import { positionAt } from "../../base/diagnostic.js";

export interface Ignore {
  readonly names: readonly string[];
  /** The line it speaks of, 1-based; undefined for the whole text. */
  readonly line: number | undefined;
  readonly span: Span;
}

/** Comments that silence lints: on the line they end, or on the next that holds more than comments. */
export function findIgnores(text: string, comments: readonly Span[]): readonly Ignore[] {
  const lines = text.split(/\r\n|\n|\r/);
  return comments.flatMap((span): readonly Ignore[] => {
    const match = /^\/\/+\s*huntbook:\s*ignore(-all)?\b[\s:]*([^\n\r]*)/.exec(text.slice(span.start, span.end));
    if (match === null) return [];
    const names =
      (match[2] ?? "")
        .split(/\s+--\s/)[0]
        ?.split(/[\s,]+/)
        .filter(n => n !== "") ?? [];
    const plain = names.map(n => n.replace(/^lint\//, ""));
    if (match[1] !== undefined) return [{ names: plain, line: undefined, span }];
    let { line } = positionAt(text, span.start);
    const alone = (row: string | undefined): boolean => /^\s*(\/\/.*)?$/.test(row ?? "x");
    while (alone(lines[line - 1])) line++;
    return [{ names: plain, line, span }];
  });
}
