/** Why an answer may lack rows or hold wrong values. */
export type CauseKind =
  | "row-limit"
  | "size-limit"
  | "slice-failed"
  | "timeout"
  | "lines-skipped"
  | "service-partial"
  | "source-unavailable"
  | "unknown-source"
  | "cancelled";

/**
 * One reason why a result is not whole.
 *
 * `affects: "rows"` means that every row shown is right but rows may be missing; `"values"` means that numbers or rows
 * shown may themselves be wrong (a count over a truncated input, an anti-join against one).
 */
export interface Cause {
  readonly kind: CauseKind;
  readonly affects: "rows" | "values";
  /** A sentence for people: what happened, to which source, how much. */
  readonly message: string;
  /** The table, file, slice or provider concerned. */
  readonly source?: string;
  /** How many rows or lines are known to be missing. */
  readonly missing?: number;
}

/** `complete`: nothing is known to be missing. `partial`: something is. `unknown`: the source cannot say. */
export interface Completeness {
  readonly state: "complete" | "partial" | "unknown";
  readonly causes: readonly Cause[];
}

export const complete: Completeness = Object.freeze({
  state: "complete",
  causes: Object.freeze([]),
});

export function partial(...causes: readonly Cause[]): Completeness {
  return { state: "partial", causes };
}

export function unknownCompleteness(message: string, source?: string): Completeness {
  const cause: Cause = { kind: "unknown-source", affects: "rows", message };
  return { state: "unknown", causes: [source === undefined ? cause : { ...cause, source }] };
}

const sameCause = (a: Cause, b: Cause): boolean =>
  a.kind === b.kind && a.message === b.message && a.source === b.source;

/** Unites what is known of several inputs: all causes once, the worst state, `values` winning over `rows`. */
export function uniteCompleteness(parts: readonly Completeness[]): Completeness {
  const causes: Cause[] = [];
  for (const cause of parts.flatMap(p => p.causes)) {
    const index = causes.findIndex(c => sameCause(c, cause));
    const found = causes[index];
    if (found === undefined) causes.push(cause);
    else if (cause.affects === "values" && found.affects === "rows") causes[index] = cause;
  }
  const states = new Set(parts.map(p => p.state));
  if (states.has("partial")) return { state: "partial", causes };
  return states.has("unknown") ? { state: "unknown", causes } : complete;
}

/** The same causes, now affecting values: what counting, anti-joining or ranking over a partial input does. */
export function affectingValues(completeness: Completeness): Completeness {
  if (completeness.causes.length === 0) return completeness;
  return { state: completeness.state, causes: completeness.causes.map(c => ({ ...c, affects: "values" })) };
}

/** One line for a banner or a terminal; undefined when complete. */
export function describeCompleteness(completeness: Completeness): string | undefined {
  if (completeness.state === "complete") return undefined;
  const head = completeness.state === "partial" ? "Partial result" : "Completeness unknown";
  const wrong = completeness.causes.some(c => c.affects === "values") ? "; values may be wrong" : "";
  return `${head}${wrong}: ${completeness.causes.map(c => c.message).join("; ")}`;
}
