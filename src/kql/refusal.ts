import type { Diagnostic, Span } from "../base/diagnostic.js";
import { messageOf } from "../base/error.js";

/** Thrown inside the compiler to leave one construct; caught at the nearest operator and kept as a diagnostic. */
export class Refusal extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Refuses a construct that is valid KQL: never approximated, always named. */
export function refuse(feature: string, span: Span, hint?: string): never {
  const diagnostic: Diagnostic = {
    code: "kql/not-supported",
    severity: "error",
    message: `${feature} is not supported by the local engine`,
    span,
  };
  throw new Refusal(hint === undefined ? diagnostic : { ...diagnostic, hint });
}

/** Something a user wrote wrongly that the binder does not find. */
export function reject(code: string, message: string, span: Span): never {
  throw new Refusal({ code, severity: "error", message, span });
}

/** A fault of the compiler itself, as something to show beside the text. */
export function bugAt(span: Span, error: unknown): Diagnostic {
  return {
    code: "internal/bug",
    severity: "error",
    message: `the KQL compiler failed here: ${messageOf(error)}`,
    span,
    hint: "please report this query",
  };
}
