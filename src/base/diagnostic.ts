/** A range of UTF-16 offsets in a text: `start <= i < end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning" | "info";

/** Something a user wrote that is wrong or worth knowing: a value, so that all of them can be collected. */
export interface Diagnostic {
  /** `area/name`; for messages of Microsoft's language service `kusto/KS142`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly hint?: string;
}

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/** Turns an offset into line and column. Lines end at \n, \r\n or \r. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/**
 * A diagnostic as plain text for a terminal: `name:line:column: severity code: message`, the line of the text and a
 * marker under the span, and the hint.
 */
export function formatDiagnostic(diagnostic: Diagnostic, text: string, name = "query"): string {
  const { line, column } = positionAt(text, diagnostic.span.start);
  const source = text.split(/\r\n|\n|\r/)[line - 1] ?? "";
  const width = Math.max(1, Math.min(diagnostic.span.end - diagnostic.span.start, source.length - column + 1));
  const marker = source.slice(0, column - 1).replace(/[^\t]/g, " ") + "^".repeat(width);
  const head = `${name}:${line}:${column}: ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}`;
  const hint = diagnostic.hint === undefined ? [] : [`  hint: ${diagnostic.hint}`];
  return [head, `  ${source}`, `  ${marker}`, ...hint].join("\n");
}
