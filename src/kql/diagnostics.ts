/** What the binder reports, as diagnostics with suggestions. */
import type { Diagnostic } from "../base/diagnostic.js";
import type { BoundDiagnostic, BoundNode, BoundQuery } from "./bridge.js";
import type { DeclaredSchema } from "./environment.js";
import { nearestName } from "../base/suggest.js";
import { aggregateFunctions, scalarFunctions } from "./functions/index.js";
import { notSupported } from "./refusal.js";

/** Turns the binder's messages into diagnostics; unknown names come with the nearest known one. */
export function toDiagnostics(
  query: BoundQuery,
  text: string,
  schema: DeclaredSchema,
  functionNames: readonly string[],
): readonly Diagnostic[] {
  let names: Names | undefined;
  const misspelt = query.diagnostics.find(d => d.code === "KS176" && /^[A-Za-z]/.test(text.slice(d.span.start)));
  return (
    query.diagnostics
      .filter(d => !isMistaken(d, text))
      // What stands behind a word that is no operator is read as another statement: its errors only follow from that one.
      .filter(d => misspelt === undefined || d.span.start <= misspelt.span.start)
      .map(d => {
        const diagnostic: Diagnostic = {
          code: d.code.includes("/") ? d.code : `kusto/${d.code}`,
          severity: d.severity,
          message: d.message,
          span: widened(d, text),
        };
        if (d === misspelt) return unknownOperator(diagnostic, text);
        const about = /does not refer to any known (.*)\.$/.exec(d.message)?.[1];
        if (about === undefined) return diagnostic;
        names ??= collectNames(query, schema, functionNames);
        const written = text.slice(d.span.start, d.span.end).replace(/^\[(["'])(.*)\1\]$/, "$2");
        const others = [...candidates(about, names)].filter(name => name !== written);
        const nearest = nearestName(written, others);
        return nearest === undefined ? diagnostic : { ...diagnostic, hint: `did you mean '${nearest}'?` };
      })
  );
}

/** Operators that may follow a pipe. Source: Kusto's tabular operators. */
const operatorNames = [
  ...[
    "as",
    "assert-schema",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
  ],
  ...[
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "invoke",
    "join",
    "limit",
    "lookup",
  ],
  ...[
    "make-graph",
    "make-series",
    "mv-apply",
    "mv-expand",
    "order by",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
  ],
  ...[
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "reduce",
    "render",
  ],
  ...["sample", "sample-distinct", "scan", "search", "serialize", "sort by", "summarize", "take", "top", "top-hitters"],
  ...["top-nested", "union", "where"],
];

/** Words of SQL and of Splunk's language, and what KQL has for them. */
const fromElsewhere: ReadonlyMap<string, string> = new Map([
  ["select", "project"],
  ["group", "summarize … by"],
  ["having", "where"],
  ["orderby", "order by"],
  ["groupby", "summarize … by"],
  ["stats", "summarize"],
  ["eval", "extend"],
  ["head", "take"],
  ["table", "project"],
  ["fields", "project"],
  ["dedup", "distinct"],
  ["rename", "project-rename"],
]);

function unknownOperator(diagnostic: Diagnostic, text: string): Diagnostic {
  const { start } = diagnostic.span ?? { start: 0 };
  const written = /^[A-Za-z][\w-]*/.exec(text.slice(start))?.[0] ?? "";
  const lower = written.toLowerCase();
  const isOperator = operatorNames.some(name => name.split(" ")[0] === lower);
  const meant = fromElsewhere.get(lower) ?? (isOperator ? lower : nearestName(lower, operatorNames));
  return {
    ...diagnostic,
    message: `'${written}' is no operator of KQL`,
    span: { start, end: start + written.length },
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  };
}

/** The binder takes `ignoredProperties=` of bag_unpack, which the documentation shows, for the argument at its place. */
function isMistaken(d: BoundDiagnostic, text: string): boolean {
  const before = text.slice(0, d.span.start);
  // A column named where `invoke FileProfile(SHA1)` takes one: the documentation names it without quotes.
  if (d.code === "KS142" && /\binvoke\s+FileProfile\s*\(\s*$/.test(before)) return true;
  // It does not know the property that `with_node_id` makes inside `map(inner_nodes(path), property)`; lowering does.
  if (d.code === "KS142" && /\binner_nodes\s*\(\s*\w+\s*\)\s*,[^|;]*$/.test(before)) return true;
  return d.code === "KS107" && /\bbag_unpack\s*\([^)]*ignoredProperties\s*=\s*$/.test(before);
}

/** What the language has but the binder does not know: named as not supported, and what follows from it left out. */
export function refusals(query: BoundQuery, text: string): readonly Diagnostic[] {
  const found = query.diagnostics.flatMap((d): readonly Diagnostic[] => {
    const written = text.slice(d.span.start, d.span.end);
    const library = d.code === "KS211" && /^\w+_fl$/.test(written);
    const cloud = d.code === "KS211" ? cloudFunctions.get(written) : undefined;
    if (cloud !== undefined) return [notSupported(`'${written}' (${cloud})`, d.span)];
    const plugin = d.code === "KS124" && documentedPlugins.has(written);
    if (!library && !plugin) return [];
    const what = library ? `the library function '${written}'` : `'evaluate ${written}'`;
    const diagnostic = notSupported(what, d.span);
    return [library ? { ...diagnostic, hint: "define it in the query with 'let'" } : diagnostic];
  });
  return found;
}

/** Functions of the services that reach into other services. */
const cloudFunctions: ReadonlyMap<string, string> = new Map([
  ["arg", "Azure Resource Graph"],
  ["adx", "another Azure Data Explorer cluster"],
  ["app", "an Application Insights resource"],
  ["resource", "logs of an Azure resource"],
]);

/** Plugins of the documentation that this version of the binder does not declare. */
const documentedPlugins = new Set(["schema_merge"]);

/** A missing token is reported as an empty range at its place: one character can be marked. */
function widened(d: BoundDiagnostic, text: string): Diagnostic["span"] {
  // Where the text breaks off, the binder may count beyond its end.
  if (d.span.end > d.span.start && d.span.start < text.length)
    return { start: d.span.start, end: Math.min(d.span.end, text.length) };
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
