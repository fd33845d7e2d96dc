/**
 * What editors ask about a text: completion, hover, signature help, diagnostics, formatting, colours. The language service
 * knows the language; what the local engine runs of it, and where it is documented, is added from the function tables.
 */
import type {
  EditKind,
  EditReplies,
  EditReply,
  EditRequest,
  KqlCompletion,
  KqlCompletionItem,
  KqlCompletionKind,
  KqlEnvironment,
  KqlHover,
  KqlSignature,
  KqlSignatureHelp,
  KqlToken,
  KqlTokenKind,
} from "./api.js";
import type { Diagnostic, Span } from "../base/diagnostic.js";
import type { BoundNode, BoundParameter, BoundQuery, Globals } from "./bridge.js";
import type { RawCompletion } from "./bridge-editor.js";
import { compileWithoutData } from "./ask.js";
import { analyze } from "./bridge.js";
import { openEditor } from "./bridge-editor.js";
import { compileKql } from "./compile.js";
import { SchemaCache, withScalars } from "./environment.js";
import { formatKql } from "./format.js";
import { aggregateFunctions, scalarFunctions } from "./functions/index.js";
import { windowFunctionNames } from "./lower/expr.js";
import { bugAt } from "./refusal.js";

/** How many items a completion gives at most; the text written so far narrows them. */
const mostItems = 400;

/**
 * Answers one question of an editor. Never throws for what a user can type: where the language service fails, the answer
 * is empty, and `diagnose` says why.
 */
export function editKql<K extends EditKind>(
  request: EditRequest & { readonly kind: K },
  environment: KqlEnvironment,
  schemas = new SchemaCache(),
): EditReply<K> {
  const answer = answers[request.kind] as unknown as (r: EditRequest, e: Editing) => EditReply<K>;
  return answer(request, {
    environment,
    schemas,
    globals: () => withScalars(schemas.get(environment).globals, environment.scalars ?? []),
  });
}

interface Editing {
  readonly environment: KqlEnvironment;
  readonly schemas: SchemaCache;
  readonly globals: () => Globals;
}

type Answers = {
  readonly [K in EditKind]: (request: EditRequest & { readonly kind: K }, editing: Editing) => EditReplies[K];
};

const answers: Answers = {
  complete: ({ text, offset }, { globals }) => complete(text, offset, globals()),
  hover: ({ text, offset }, { globals }) => attempt(() => hover(text, offset, globals()), undefined),
  signatures: ({ text, offset }, { globals }) => attempt(() => signatures(text, offset, globals()), undefined),
  diagnose: ({ text }, { environment, schemas }) => diagnose(text, environment, schemas),
  format: ({ text }) => attempt(() => formatKql(text), text),
  classify: ({ text }, { globals }) => attempt(() => classify(text, globals()), []),
};

/** The language service may fail on texts that are half written; an editor then has no answer rather than a fault. */
function attempt<T>(step: () => T, otherwise: T): T {
  try {
    return step();
  } catch {
    return otherwise;
  }
}

function diagnose(text: string, environment: KqlEnvironment, schemas: SchemaCache): readonly Diagnostic[] {
  // A cell that is still empty, or holds only comments, is not wrong.
  if (text.replace(/\/\/.*$/gm, "").trim() === "") return [];
  try {
    const result = compileWithoutData(e => compileKql(text, e, schemas), environment);
    return result.state === "ready" ? result.query.diagnostics : result.diagnostics;
  } catch (error) {
    return [bugAt({ start: 0, end: text.length }, error)];
  }
}

// Completion.

const completionKinds: Readonly<Record<string, KqlCompletionKind>> = {
  Keyword: "keyword",
  QueryPrefix: "operator",
  TabularPrefix: "operator",
  TabularSuffix: "operator",
  ScalarInfix: "operator",
  ScalarPrefix: "operator",
  Column: "column",
  Table: "table",
  MaterialiedView: "table",
  BuiltInFunction: "function",
  LocalFunction: "function",
  DatabaseFunction: "function",
  AggregateFunction: "aggregate",
  Parameter: "variable",
  Variable: "variable",
  ScalarType: "type",
  Option: "value",
  RenderChart: "value",
  Example: "value",
};

function complete(text: string, offset: number, globals: Globals): KqlCompletion {
  const at = Math.max(0, Math.min(offset, text.length));
  const none: KqlCompletion = { span: { start: at, end: at }, items: [] };
  return attempt(() => {
    const { span, items } = openEditor(text, globals).complete(at);
    const written = text.slice(span.start, at).toLowerCase();
    const types = columnTypes(analyze(text, globals));
    const fitting = items
      .filter(i => i.kind !== "Command" && i.match !== "")
      .map(item => ({ item, rank: rankOf(item.match.toLowerCase(), written) }))
      .filter(({ rank }) => rank < 2)
      .sort((a, b) => a.rank - b.rank);
    return { span, items: fitting.slice(0, mostItems).map(({ item }) => completionItem(item, types)) };
  }, none);
}

/** 0: begins with what is written; 1: holds it; 2: neither. */
function rankOf(match: string, written: string): 0 | 1 | 2 {
  if (match.startsWith(written)) return 0;
  return match.includes(written) ? 1 : 2;
}

function completionItem(item: RawCompletion, types: ReadonlyMap<string, string>): KqlCompletionItem {
  const kind = completionKinds[item.kind] ?? "other";
  const builtIn = item.kind === "BuiltInFunction" || item.kind === "AggregateFunction";
  const supported = !builtIn || isSupported(item.match);
  const type = kind === "column" ? types.get(item.match) : undefined;
  const detail = supported ? type : "not supported by the local engine";
  return {
    label: item.label,
    insert: item.before + item.after,
    caret: item.before.length,
    kind,
    ...(detail === undefined ? {} : { detail }),
    supported,
  };
}

/** Functions that the lowering or the statements know without a row in the tables. */
const ownFunctions = new Set([
  ...[
    "column_ifexists",
    "columnifexists",
    "pack_all",
    "materialize",
    "toscalar",
    "table",
    "external_table",
    "datatable",
  ],
  ...["arg_max", "arg_min", "argmax", "argmin", "take_any", "any", "percentiles", "percentilesw"],
]);

function isSupported(name: string): boolean {
  return (
    Object.hasOwn(scalarFunctions, name) ||
    Object.hasOwn(aggregateFunctions, name) ||
    windowFunctionNames.has(name) ||
    ownFunctions.has(name)
  );
}

/** The types of the columns that any table of the text has; names with two types have none. */
function columnTypes(query: BoundQuery): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  const visit = (node: BoundNode): void => {
    if (node.isToken) return;
    const { type } = node;
    if (type.kind === "table")
      for (const c of type.columns) {
        const known = types.get(c.name);
        types.set(c.name, known === undefined || known === c.type ? c.type : "");
      }
    node.children.forEach(visit);
  };
  query.statements.forEach(visit);
  return new Map([...types].filter(([, type]) => type !== "" && type !== "unknown"));
}

// Hover.

function hover(text: string, offset: number, globals: Globals): KqlHover | undefined {
  const info = openEditor(text, globals).quickInfo(offset);
  const lines = info.flatMap(i => i.split(/\r\n|\n|\r/)).filter(line => line.trim() !== "");
  if (lines.length === 0) return undefined;
  const span = wordAt(text, offset);
  const word = text.slice(span.start, span.end);
  const isFunction =
    lines.some(line => line.startsWith("(function)") || line.startsWith(`${word}(`)) || isCall(text, span);
  const doc = isFunction ? docOf(word) : undefined;
  const known = Object.hasOwn(scalarFunctions, word) ? scalarFunctions[word] : undefined;
  const differs = isFunction ? known?.differs : undefined;
  const more = differs === undefined ? [] : [`differs here: ${differs}`];
  return { span, lines: [...lines, ...more], ...(doc === undefined ? {} : { doc }) };
}

const isCall = (text: string, span: Span): boolean => /^\s*\(/.test(text.slice(span.end));

function docOf(name: string): string | undefined {
  if (Object.hasOwn(scalarFunctions, name)) return scalarFunctions[name]?.doc;
  return Object.hasOwn(aggregateFunctions, name) ? aggregateFunctions[name]?.doc : undefined;
}

function wordAt(text: string, offset: number): Span {
  const before = /[\w$]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  const after = /^[\w$]*/.exec(text.slice(offset))?.[0].length ?? 0;
  return { start: offset - before, end: offset + after };
}

// Signature help.

function signatures(text: string, offset: number, globals: Globals): KqlSignatureHelp | undefined {
  const { statements } = analyze(text, globals);
  let innermost: BoundNode | undefined;
  const visit = (node: BoundNode): void => {
    if (node.isToken || node.span.start > offset) return;
    if (node.kind === "FunctionCallExpression" && isInside(node, text, offset)) innermost = node;
    node.children.forEach(visit);
  };
  statements.forEach(visit);
  if (innermost === undefined) return undefined;
  const name = innermost.get("Name");
  const found = name.signatures.map(s => signatureOf(name.name, s));
  if (found.length === 0) return undefined;
  return { name: name.name, signatures: found, argument: argumentAt(innermost, text, offset) };
}

/** Between the parentheses; an unclosed list reaches to the end of the call. */
function isInside(call: BoundNode, text: string, offset: number): boolean {
  const open = text.indexOf("(", call.get("Name").span.end);
  const closed = text[call.span.end - 1] === ")";
  return open >= 0 && offset > open && (offset < call.span.end || !closed);
}

function argumentAt(call: BoundNode, text: string, offset: number): number {
  const args = call.get("ArgumentList").list("Expressions");
  const before = args.filter(a => a.span.end < offset && text.slice(a.span.end, offset).includes(","));
  return before.length;
}

function signatureOf(name: string, parameters: readonly BoundParameter[]): KqlSignature {
  const listed = parameters.map(p => ({ name: p.name, type: p.typeName, optional: p.occurs.min === 0 }));
  const shown = parameters.map(p => {
    const repeated = p.occurs.max > 1 ? `${p.name}, …` : p.name;
    return p.occurs.min === 0 ? `[${repeated}]` : repeated;
  });
  return { label: `${name}(${shown.join(", ")})`, parameters: listed };
}

// Colours.

const tokenKinds: Readonly<Record<string, KqlTokenKind>> = {
  Comment: "comment",
  Directive: "comment",
  Punctuation: "punctuation",
  Literal: "literal",
  StringLiteral: "string",
  Type: "type",
  Column: "column",
  SchemaMember: "column",
  Table: "table",
  MaterializedView: "table",
  Database: "table",
  Function: "function",
  Parameter: "variable",
  SignatureParameter: "variable",
  ClientParameter: "variable",
  QueryParameter: "variable",
  Variable: "variable",
  Identifier: "plain",
  ScalarOperator: "operator",
  MathOperator: "operator",
  QueryOperator: "keyword",
  Command: "keyword",
  Keyword: "keyword",
  Option: "literal",
};

function classify(text: string, globals: Globals): readonly KqlToken[] {
  return openEditor(text, globals)
    .classify()
    .map(({ span, kind }) => ({ span, kind: tokenKinds[kind] ?? "plain" }));
}
