/** What the binder reports, as diagnostics with suggestions. */
import type { Diagnostic } from "../base/diagnostic.js";
import type { BoundDiagnostic, BoundNode, BoundQuery } from "./bridge.js";
import type { DeclaredSchema } from "./environment.js";
import { nearestName } from "../base/suggest.js";
import { aggregateFunctions, scalarFunctions } from "./functions/index.js";

/** Turns the binder's messages into diagnostics; unknown names come with the nearest known one. */
export function toDiagnostics(
  query: BoundQuery,
  text: string,
  schema: DeclaredSchema,
  functionNames: readonly string[],
): readonly Diagnostic[] {
  let names: Names | undefined;
  return query.diagnostics.map(d => {
    const diagnostic: Diagnostic = {
      code: `kusto/${d.code}`,
      severity: d.severity,
      message: d.message,
      span: widened(d, text),
    };
    const about = /does not refer to any known (.*)\.$/.exec(d.message)?.[1];
    if (about === undefined) return diagnostic;
    names ??= collectNames(query, schema, functionNames);
    const written = text.slice(d.span.start, d.span.end).replace(/^\[(["'])(.*)\1\]$/, "$2");
    const nearest = nearestName(written, candidates(about, names));
    return nearest === undefined ? diagnostic : { ...diagnostic, hint: `did you mean '${nearest}'?` };
  });
}

/** A missing token is reported as an empty range at its place: one character can be marked. */
function widened(d: BoundDiagnostic, text: string): Diagnostic["span"] {
  if (d.span.end > d.span.start) return d.span;
  const start = Math.min(d.span.start, Math.max(0, text.length - 1));
  return { start, end: Math.min(text.length, start + 1) };
}

interface Names {
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
}

function candidates(about: string, names: Names): Iterable<string> {
  const found: string[] = [];
  if (about.includes("column")) found.push(...names.columns);
  if (about.includes("variable")) found.push(...names.variables);
  if (about.includes("table")) found.push(...names.tables);
  if (about.includes("function")) found.push(...names.functions);
  return found;
}

function collectNames(query: BoundQuery, schema: DeclaredSchema, functionNames: readonly string[]): Names {
  const columns = new Set<string>();
  const variables = new Set<string>();
  const visit = (node: BoundNode): void => {
    if (node.isToken) return;
    const type = node.type;
    if (type.kind === "table") type.columns.forEach(c => columns.add(c.name));
    if (node.kind === "LetStatement") variables.add(node.get("Name").name);
    node.children.forEach(visit);
  };
  query.statements.forEach(visit);
  return {
    columns,
    variables,
    tables: new Set(schema.tables.keys()),
    functions: new Set([...Object.keys(scalarFunctions), ...Object.keys(aggregateFunctions), ...functionNames]),
  };
}
