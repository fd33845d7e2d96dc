/** From a compiler's answer to a query that runs, or to an error that shows where the text is wrong. */
import { formatDiagnostic, type Diagnostic } from "../base/diagnostic.js";
import { HuntError } from "../base/error.js";
import type { CompiledQuery } from "../kql/api.js";
import type { AnsweredResult } from "../kql/ask.js";

/** KQL that cannot run: `kql/invalid` or `kql/not-supported`, with every diagnostic and its place in the text. */
export class KqlError extends HuntError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: "kql/invalid" | "kql/not-supported", diagnostics: readonly Diagnostic[], text: string) {
    const errors = diagnostics.filter(d => d.severity === "error");
    const shown = (errors.length > 0 ? errors : diagnostics).map(d => formatDiagnostic(d, text, "query"));
    const head =
      code === "kql/invalid" ? "this KQL is not valid" : "this KQL is valid, but Huntbook does not run it yet";
    super(code, [head, ...shown].join("\n"));
    this.diagnostics = diagnostics;
  }
}

const shifted = (diagnostics: readonly Diagnostic[], by: number): readonly Diagnostic[] =>
  diagnostics.map(d => ({
    ...d,
    span: { start: Math.max(0, d.span.start - by), end: Math.max(0, d.span.end - by) },
  }));

/**
 * Gives the compiled query, or throws what is wrong with the text.
 *
 * @param text what the user wrote; `prefix` is what was put before it, so that positions point into the user's text
 * @throws KqlError `kql/invalid`, `kql/not-supported`
 */
export function getReadyQuery(result: AnsweredResult, text: string, prefix = ""): CompiledQuery {
  if (result.state === "ready") return result.query;
  const code = result.state === "failed" ? "kql/invalid" : "kql/not-supported";
  throw new KqlError(code, shifted(result.diagnostics, prefix.length), text);
}
