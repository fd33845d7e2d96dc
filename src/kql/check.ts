/** Checking queries without data: what is wrong with a text, what does not run here, what costs more than it must. */
import type { Diagnostic } from "../base/diagnostic.js";
import type { KqlEnvironment } from "./api.js";
import type { Finding } from "./check/finding.js";
import type { FoundNames } from "./check/found.js";
import { compileWithoutData } from "./ask.js";
import { analyze, type BoundNode, type BoundQuery } from "./bridge.js";
import { applyChanges } from "./check/found.js";
import { compileKql } from "./compile.js";
import { refusals, toDiagnostics } from "./diagnostics.js";
import { SchemaCache, withNames, withScalars } from "./environment.js";
import { lintQuery } from "./lint/lint.js";

export type CheckStatus = "ok" | "refused" | "error";

export interface CheckedQuery {
  readonly status: CheckStatus;
  /** Empty when ok; else the first error, for one-line reports. */
  readonly reason: string;
  /** Errors, and what the lints say; in the order of the text. */
  readonly diagnostics: readonly Finding[];
}

export interface CheckOptions {
  /** Declared schemas to reuse between calls. */
  readonly schemas?: SchemaCache;
  /** Whether lints are looked for; default true. */
  readonly lint?: boolean;
  /** Names from around the query: it is then bound, but not compiled. */
  readonly names?: FoundNames;
}

/**
 * Parses, binds and compiles one query, and looks for lints. `refused`: good KQL that does not run here yet.
 *
 * Errors: never throws for a bad query.
 */
export function checkKql(text: string, environment: KqlEnvironment, options: CheckOptions = {}): CheckedQuery {
  const { schemas = new SchemaCache(), lint = true, names } = options;
  const declared = schemas.get(environment);
  const globals = withNames(withScalars(declared.globals, environment.scalars ?? []), names);
  const bound = analyze(text, globals);
  const functions = (environment.functions ?? []).map(f => f.name);
  const outer = new Set([...(names?.tables ?? []), ...(names?.values ?? [])]);
  const { status, diagnostics } =
    names === undefined || !mentions(bound, outer)
      ? compiled(text, environment, schemas)
      : boundOnly(toDiagnostics(bound, text, declared, functions), refusals(bound, text), text, outer);
  const errors = diagnostics.map(d => withFix(d, text, bound));
  const lints = lint && !errors.some(e => /^kusto\/KS0/.test(e.code)) ? lintQuery(bound, text) : [];
  const first = errors.find(d => d.severity === "error");
  return {
    status,
    reason: status === "ok" || first === undefined ? "" : `${first.code}: ${first.message}`,
    diagnostics: [...errors, ...lints].sort((a, b) => a.span.start - b.span.start),
  };
}

type Judged = Pick<CheckedQuery, "status" | "diagnostics">;

function compiled(text: string, environment: KqlEnvironment, schemas: SchemaCache): Judged {
  const result = compileWithoutData(e => compileKql(text, e, schemas), environment);
  if (result.state === "ready") return { status: "ok", diagnostics: result.query.diagnostics };
  // What the data would say is not known here; so far nothing is wrong.
  if (result.state === "needs") return { status: "ok", diagnostics: result.diagnostics };
  // A text of definitions alone is a library, and nothing is wrong with it.
  if (result.diagnostics.every(d => d.code === "kql/no-query")) return { status: "ok", diagnostics: [] };
  return { status: result.state === "refused" ? "refused" : "error", diagnostics: result.diagnostics };
}

/** Of names whose types are not known, nothing can be wrong. */
function boundOnly(
  found: readonly Diagnostic[],
  refused: readonly Diagnostic[],
  text: string,
  names: ReadonlySet<string>,
): Judged {
  if (refused.length > 0) return { status: "refused", diagnostics: refused };
  const diagnostics = found.filter(d => {
    const words = text.slice(d.span.start, d.span.end).match(/\w+/g) ?? [];
    return /^kusto\/KS0/.test(d.code) || !words.some(w => names.has(w));
  });
  return { status: diagnostics.some(d => d.severity === "error") ? "error" : "ok", diagnostics };
}

function mentions(bound: BoundQuery, names: ReadonlySet<string>): boolean {
  const visit = (node: BoundNode): boolean =>
    !node.isToken && ((node.kind === "NameReference" && names.has(node.name)) || node.children.some(visit));
  return bound.statements.some(visit);
}

/** Columns that say the same under another name, in the tables of Sentinel and of Defender. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["Timestamp", "TimeGenerated"],
  ["TimeGenerated", "Timestamp"],
]);

/** Errors that a change of the text answers: the other product's name of a column, another case, a likely slip. */
function withFix(d: Diagnostic, text: string, bound: BoundQuery): Finding {
  if (!/^kusto\/KS(142|204|211|208)$/.test(d.code)) return d;
  const written = text.slice(d.span.start, d.span.end);
  const other = otherNames.get(written);
  const replace = (name: string, safe: boolean): Finding => ({
    ...d,
    hint: `write '${name}'`,
    fix: { title: `write '${name}'`, changes: [{ span: d.span, text: name }], safe },
  });
  if (other !== undefined && columnsAround(bound, d.span.start).has(other)) return replace(other, true);
  const near = /^did you mean '([^']+)'\?$/.exec(d.hint ?? "")?.[1];
  if (near === undefined || !/^\w+$/.test(written)) return d;
  const sameLetters = near.toLowerCase() === written.toLowerCase();
  return { ...d, fix: { title: `write '${near}'`, changes: [{ span: d.span, text: near }], safe: sameLetters } };
}

/** Names of the columns that reach the operator at a place. */
function columnsAround(bound: BoundQuery, at: number): ReadonlySet<string> {
  let found: ReadonlySet<string> = new Set();
  const visit = (node: BoundNode): void => {
    if (node.isToken || node.span.start > at || node.span.end < at) return;
    if (node.kind === "PipeExpression") {
      const { type } = node.get("Expression");
      const operator = node.get("Operator").span;
      if (type.kind === "table" && operator.start <= at && at <= operator.end)
        found = new Set(type.columns.map(c => c.name));
    }
    node.children.forEach(visit);
  };
  bound.statements.forEach(visit);
  return found;
}

/** How often fixes are applied: one may make room for the next. */
const mostRounds = 8;

/** Applies the safe fixes of a query until there are none left, or what they change does not get better. */
export function fixKql(
  text: string,
  check: (text: string) => CheckedQuery,
): { readonly text: string; readonly fixed: number } {
  let current = text;
  let fixed = 0;
  for (let round = 0; round < mostRounds; round++) {
    const before = check(current);
    const fixes = before.diagnostics.flatMap(d => (d.fix?.safe === true ? [d.fix] : []));
    if (fixes.length === 0) break;
    const changed = applyChanges(
      current,
      fixes.flatMap(f => f.changes),
    );
    const errors = (q: CheckedQuery): number => q.diagnostics.filter(d => d.severity === "error").length;
    if (changed === current || errors(check(changed)) > errors(before)) break;
    current = changed;
    fixed += fixes.length;
  }
  return { text: current, fixed };
}
