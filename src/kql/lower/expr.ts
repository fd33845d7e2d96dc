/** Bound scalar expressions → plan expressions. */
import type { BoundNode } from "../bridge.js";
import type { GraphElement, Lowering, Scope } from "./context.js";
import type { Aggregate, Expr, Rel, WindowItem } from "../plan.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { lowerArguments } from "./call.js";
import { columnExpr, findColumn, isTabular, knownType, nullOf, scalarType, withRow } from "./context.js";
import { fold } from "./fold.js";
import { isLiteral, lowerLiteral } from "./literals.js";

/** Where an expression stands decides what it may hold. */
export interface ExprContext {
  readonly lowering: Lowering;
  readonly scope: Scope;
  /** Collects window functions (`prev`, `row_number` …); absent where the rows have no order. */
  readonly windows?: { readonly items: WindowItem[] };
  /** Collects aggregate calls; absent outside `summarize`. */
  readonly aggregates?: { readonly items: Aggregate[] };
}

/** Functions of rows in order. */
export const windowFunctionNames: ReadonlySet<string> = new Set([
  ...["prev", "next", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min", "row_window_session"],
]);
const inOperators = /^(In|InCs|NotIn|NotInCs|HasAny|HasAll)Expression$/;

/** Lowers a scalar expression. */
export function lowerExpr(node: BoundNode, context: ExprContext): Expr {
  if (isLiteral(node)) return lowerLiteral(node);
  if (inOperators.test(node.kind)) return lowerIn(node, context);
  switch (node.kind) {
    case "ParenthesizedExpression":
    case "BracketedExpression":
    case "SimpleNamedExpression":
    case "UnaryPlusExpression":
      return lowerExpr(node.get("Expression"), context);
    case "UnaryMinusExpression": {
      const operand = lowerExpr(node.get("Expression"), context);
      return { kind: "negate", operand, type: scalarType(node), span: node.span };
    }
    case "NameReference":
      return lowerName(node, context);
    case "BetweenExpression":
    case "NotBetweenExpression":
      return lowerBetween(node, context);
    case "PathExpression":
    case "ElementExpression":
      return lowerMember(node, context);
    case "FunctionCallExpression":
      return fold(lowerCall(node, context));
    case "ToScalarExpression":
      return lowerToScalar(node, context);
    case "TypeOfLiteralExpression":
      return text(typeNames(node).join(","));
    default:
      return fold(lowerOperator(node, context));
  }
}

export function text(value: string): Expr {
  return { kind: "literal", type: "string", value: { type: "string", value } };
}

/** The text of an expression made of literals and `strcat`; undefined for others. */
export function constantText(expr: Expr): string | undefined {
  if (expr.kind === "literal") return expr.value.type === "string" ? expr.value.value : undefined;
  if (expr.kind !== "call" || expr.name !== "strcat") return undefined;
  const parts = expr.args.map(constantText);
  return parts.every(p => p !== undefined) ? parts.join("") : undefined;
}

/** The type names inside `typeof(…)`. */
export function typeNames(node: BoundNode): readonly string[] {
  return node.list("Types").map(t => t.symbol?.name ?? t.text);
}

function lowerOperator(node: BoundNode, context: ExprContext): Expr {
  const name = node.kind.replace(/Expression$/, "");
  if (!context.lowering.options.knowsOperator(name)) return refuse(`'${describe(node)}'`, node.span);
  const left = node.get("Left");
  if (left.kind === "StarExpression") return lowerAnyColumn(node, name, context);
  return {
    kind: "operator",
    name,
    left: lowerExpr(left, context),
    right: lowerExpr(node.get("Right"), context),
    type: scalarType(node),
    span: node.span,
  };
}

/** `* has "x"`: true when it holds for any column, read as text. */
function lowerAnyColumn(node: BoundNode, name: string, context: ExprContext): Expr {
  const row = context.scope.row;
  const span = node.span;
  if (row === undefined) return refuse("'*' without a table", span);
  const right = lowerExpr(node.get("Right"), context);
  const tests = row.columns
    .filter(c => c.type === "string" || c.type === "dynamic")
    .map((c): Expr => ({ kind: "operator", name, left: columnExpr(c), right, type: "bool", span }));
  return anyOf(tests, span);
}

/** A disjunction; false when empty. */
export function anyOf(tests: readonly Expr[], span: { readonly start: number; readonly end: number }): Expr {
  const no: Expr = { kind: "literal", type: "bool", value: { type: "bool", value: false } };
  return (
    tests.reduce<Expr | undefined>(
      (a, b) => (a === undefined ? b : { kind: "operator", name: "Or", left: a, right: b, type: "bool", span }),
      undefined,
    ) ?? no
  );
}

/** A short name for a construct in messages: `graph-match`, `evaluate`, `Search` … */
export function describe(node: BoundNode): string {
  if (node.kind === "EvaluateOperator") return `evaluate ${node.get("FunctionCall").get("Name").name}`;
  const first = node.text.split(/\s|\(/)[0] ?? node.kind;
  return /^[a-z][a-z-]*$/.test(first) ? first : node.kind.replace(/(Expression|Operator|Statement)$/, "");
}

function lowerName(node: BoundNode, context: ExprContext): Expr {
  const { scope, lowering } = context;
  const name = node.symbol?.name ?? node.name;
  const kind = node.symbol?.kind;
  const column = scope.row === undefined ? undefined : findColumn(scope.row, name);
  if ((kind === "Column" || kind === undefined) && column !== undefined) return columnExpr(column);
  const bound = scope.names.get(name);
  if (bound?.kind === "scalar") return asType(bound.expr, node);
  if (bound?.kind === "function" || (kind === "Function" && node.calledBody() !== undefined))
    return lowerUserFunction(node, [], context);
  if (bound?.kind === "table")
    return reject("kql/not-a-value", `'${name}' is a table where a value is expected`, node.span);
  if (column !== undefined) return columnExpr(column);
  if ((kind === "Column" || kind === undefined) && lowering.hasOpenColumns) return nullOf(scalarType(node));
  if (kind === "Column" && scope.row === undefined)
    return reject("kql/not-constant", `'${name}' is a column where a constant is needed`, node.span);
  if (kind === "Column") throw new HuntError("internal/bug", `the column '${name}' was lost`);
  const value = lowering.options.scalars.find(s => s.name === name);
  if (value !== undefined) throw new HuntError("internal/bug", `the scalar '${name}' was not bound`);
  return refuse(`the name '${name}'`, node.span);
}

/** A parameter has its declared type, whatever the argument's. */
function asType(expr: Expr, node: BoundNode): Expr {
  const type = node.type;
  if (type.kind !== "scalar" || type.type === "unknown" || type.type === expr.type) return expr;
  // A text given for a list is a value, not JSON: `_Im_Dns(domain_has_any = "contoso.com")`.
  if (type.type === "dynamic" && expr.kind === "literal" && expr.value.type === "string")
    return { kind: "literal", type: "dynamic", value: { type: "dynamic", value: expr.value.value } };
  return { kind: "convert", operand: expr, type: type.type, span: node.span };
}

function lowerBetween(node: BoundNode, context: ExprContext): Expr {
  const couple = node.get("Right");
  return {
    kind: "between",
    negated: node.kind === "NotBetweenExpression",
    left: lowerExpr(node.get("Left"), context),
    from: lowerExpr(couple.get("First"), context),
    to: lowerExpr(couple.get("Second"), context),
    type: "bool",
    span: node.span,
  };
}

function lowerIn(node: BoundNode, context: ExprContext): Expr {
  const name = node.kind.replace(/Expression$/, "");
  const left = lowerExpr(node.get("Left"), context);
  const items = node.get("Right").list("Expressions");
  const [only] = items;
  const span = node.span;
  if (items.length === 1 && only !== undefined && isTabular(only)) {
    const table = context.lowering.table(only, withRow(context.scope, undefined));
    const column = table.columns[0];
    if (column === undefined) return reject("kql/no-column", `the table after '${name}' has no column`, only.span);
    return { kind: "in-table", name, left, table: table.rel, column, type: "bool", span };
  }
  return { kind: "in", name, left, items: items.map(i => lowerExpr(i, context)), type: "bool", span };
}

function lowerMember(node: BoundNode, context: ExprContext): Expr {
  const target = node.get("Expression");
  const element = elementOf(target, context);
  if (element !== undefined) return lowerProperty(element, node);
  if (node.type.kind === "table" || target.type.kind === "other" || isTabular(target))
    return refuse(`'${node.text}' (another database or cluster)`, node.span);
  const selector = node.get("Selector");
  const inner = selector.kind === "BracketedExpression" ? selector.get("Expression") : selector;
  const path =
    selector.kind === "NameReference" && selector.name !== ""
      ? inner.name
      : inner.kind === "StringLiteralExpression"
        ? (inner.stringValue ?? "")
        : lowerExpr(inner, context);
  return { kind: "member", target: lowerTarget(target, context), selector: path, type: "dynamic", span: node.span };
}

/** What `[i]` takes out of: of a function with several results, its i-th. */
function lowerTarget(node: BoundNode, context: ExprContext): Expr {
  const several = node.type.kind === "tuple" && node.type.columns.length > 1;
  if (node.kind !== "FunctionCallExpression" || !several) return lowerExpr(node, context);
  const name = node.get("Name").name;
  if (!context.lowering.options.knowsFunction(name)) return refuse(`the function '${name}'`, node.get("Name").span);
  const args = node.get("ArgumentList").list("Expressions");
  return { kind: "call", name, args: args.map(a => lowerExpr(a, context)), type: "dynamic", span: node.span };
}

function lowerToScalar(node: BoundNode, context: ExprContext): Expr {
  const inner = node.get("Expression");
  if (!isTabular(inner)) return lowerExpr(inner, context);
  return scalarOf(inner, context);
}

function scalarOf(node: BoundNode, context: ExprContext): Expr {
  const { lowering } = context;
  const table = lowering.table(node, withRow(context.scope, undefined));
  const first = table.columns[0];
  if (first === undefined) return reject("kql/no-column", "toscalar needs a table with a column", node.span);
  const one: Expr = { kind: "literal", type: "long", value: { type: "long", value: 1n } };
  const rel: Rel = { kind: "limit", input: table.rel, order: table.order, count: one, partition: undefined };
  const use = lowering.share({ ...table, rel, columns: [first], order: [] }, true)();
  const column = use.columns[0];
  if (column === undefined) throw new HuntError("internal/bug", "a shared table lost its column");
  return { kind: "scalar", table: use.rel, column, type: column.type };
}

function lowerCall(node: BoundNode, context: ExprContext): Expr {
  const name = node.get("Name").name;
  const args = node.get("ArgumentList").list("Expressions");
  const bound = context.scope.names.has(name) ? undefined : context.lowering.options.huntBound(name);
  if (bound !== undefined) return bound;
  if (context.scope.names.get(name)?.kind === "function" || node.calledBody() !== undefined)
    return lowerUserFunction(node, args, context);
  const special = lowerSpecialCall(name, node, context);
  if (special !== undefined) return special;
  if (context.aggregates !== undefined && context.lowering.options.knowsAggregate(name) && !isScalarHere(node))
    return lowerAggregateCall(node, name, context);
  if (node.type.kind === "tuple" && node.type.columns.length > 1)
    return refuse(`'${name}' with several results`, node.span);
  if (!context.lowering.options.knowsFunction(name)) return refuse(`the function '${name}'`, node.get("Name").span);
  return {
    kind: "call",
    name,
    args: args.map(a => lowerExpr(a, context)),
    type: scalarType(node),
    span: node.span,
  };
}

/** `binary_all_or` and friends are only aggregates; a name that is both is told apart by the binder's symbol. */
function isScalarHere(node: BoundNode): boolean {
  return node.get("Name").symbol?.kind !== "Function";
}

/** An aggregate inside a larger expression of `summarize`: its value gets a slot of its own. */
function lowerAggregateCall(node: BoundNode, name: string, context: ExprContext): Expr {
  const { aggregates, ...inner } = context;
  const slot = context.lowering.slot();
  const type = scalarType(node);
  const args = node
    .get("ArgumentList")
    .list("Expressions")
    .map(a => lowerExpr(a, inner));
  aggregates?.items.push({ kind: "call", slot, call: { kind: "call", name, args, type, span: node.span } });
  return { kind: "column", slot, type };
}

function lowerSpecialCall(name: string, node: BoundNode, context: ExprContext): Expr | undefined {
  const args = node.get("ArgumentList").list("Expressions");
  if (windowFunctionNames.has(name)) return lowerWindow(name, node, context);
  switch (name) {
    case "column_ifexists":
    case "columnifexists":
      return lowerColumnIfExists(args, context);
    case "all":
    case "any":
    case "map":
      return lowerOverElements(name, node, context);
    case "node_degree_in":
    case "node_degree_out":
      return lowerDegree(name, node, context);
    case "ingestion_time":
      return lowerIngestionTime(context);
    case "pack_all":
      return lowerPackAll(args, node, context);
    case "bag_pack_columns":
      return packColumns(
        args.flatMap(a => columnsIn(a, context)),
        node,
      );
    case "estimate_data_size": {
      const columns = args.flatMap(a => columnsIn(a, context)).map(c => c.expr);
      return { kind: "call", name, args: columns, type: "long", span: node.span };
    }
    case "column_names_of":
      return columnNamesOf(args[0], context);
    default:
      return undefined;
  }
}

/** The node, edge or path that a name of a graph pattern stands for. */
function elementOf(node: BoundNode, context: ExprContext): GraphElement | undefined {
  const bound = node.kind === "NameReference" ? context.scope.names.get(node.name) : undefined;
  return bound?.kind === "element" ? bound.element : undefined;
}

/** `n.name`; over a path the values of its edges in order. A property that the graph lacks is null. */
function lowerProperty(element: GraphElement, node: BoundNode): Expr {
  const name = node.get("Selector").name;
  const values = element.tables.map((table): Expr => {
    const column = findColumn(table, name);
    return column === undefined ? nullOf(scalarType(node)) : columnExpr(column);
  });
  const [only] = values;
  if (element.kind === "one" && only !== undefined) return only;
  return { kind: "call", name: "pack_array", args: values, type: "dynamic", span: node.span };
}

/**
 * `all(path, condition)`, `any(…)`, `map(path, expression)`: over the edges of a path, or `inner_nodes(path)`.
 * Source: https://learn.microsoft.com/kusto/query/all-graph-function
 */
function lowerOverElements(name: string, node: BoundNode, context: ExprContext): Expr | undefined {
  const [over, inner] = node.get("ArgumentList").list("Expressions");
  if (over === undefined || inner === undefined) return undefined;
  const isInner = over.kind === "FunctionCallExpression" && over.get("Name").name === "inner_nodes";
  const [path] = isInner ? over.get("ArgumentList").list("Expressions") : [over];
  const element = path === undefined ? undefined : elementOf(path, context);
  if (element === undefined) return undefined;
  const tables = isInner ? element.inner : element.tables;
  const values = tables.map(table =>
    lowerExpr(inner, { lowering: context.lowering, scope: withRow(context.scope, table) }),
  );
  if (name === "map") return { kind: "call", name: "pack_array", args: values, type: "dynamic", span: node.span };
  if (name === "any") return anyOf(values, node.span);
  const yes: Expr = { kind: "literal", type: "bool", value: { type: "bool", value: true } };
  return values.reduce<Expr>(
    (a, b) => (a === yes ? b : { kind: "operator", name: "And", left: a, right: b, type: "bool", span: node.span }),
    yes,
  );
}

/** https://learn.microsoft.com/kusto/query/node-degree-in */
function lowerDegree(name: string, node: BoundNode, context: ExprContext): Expr | undefined {
  const [argument] = node.get("ArgumentList").list("Expressions");
  const bound = argument === undefined ? undefined : context.scope.names.get(argument.name);
  // Without an argument it speaks of the node at hand, inside `map(inner_nodes(…), …)`.
  const table =
    bound?.kind === "element" ? bound.element.tables[0] : argument === undefined ? context.scope.row : undefined;
  const column = table === undefined ? undefined : findColumn(table, name === "node_degree_in" ? "$in" : "$out");
  return column === undefined ? undefined : columnExpr(column);
}

function lowerColumnIfExists(args: readonly BoundNode[], context: ExprContext): Expr {
  const [nameNode, fallback] = args;
  if (nameNode === undefined || fallback === undefined)
    throw new HuntError("internal/bug", "column_ifexists without arguments");
  const name = lowerExpr(nameNode, context);
  if (name.kind !== "literal" || name.value.type !== "string")
    return refuse("column_ifexists with a name that is not constant", nameNode.span);
  const column = context.scope.row === undefined ? undefined : findColumn(context.scope.row, name.value.value);
  return column === undefined ? lowerExpr(fallback, context) : columnExpr(column);
}

interface NamedExpr {
  readonly name: string;
  readonly expr: Expr;
}

/** The columns an argument names: `*` all of the row, else the one it is (or computes, without a name). */
function columnsIn(node: BoundNode, context: ExprContext): readonly NamedExpr[] {
  if (node.kind === "StarExpression")
    return (context.scope.row?.columns ?? []).map(c => ({ name: c.name, expr: columnExpr(c) }));
  return [{ name: node.symbol?.name ?? node.name, expr: lowerExpr(node, context) }];
}

function packColumns(columns: readonly NamedExpr[], node: BoundNode): Expr {
  const pairs = columns.flatMap((c): Expr[] => [text(c.name), c.expr]);
  return { kind: "call", name: "bag_pack", args: pairs, type: "dynamic", span: node.span };
}

/** `pack_all(true)` leaves out what is null or ''. */
/**
 * When a record came in is not kept here: the nearest there is, the record's own time; null without one.
 * Source: https://learn.microsoft.com/kusto/query/ingestion-time-function
 */
function lowerIngestionTime(context: ExprContext): Expr {
  const { row } = context.scope;
  const times = ["TimeGenerated", "Timestamp"].map(name => (row === undefined ? undefined : findColumn(row, name)));
  const time = times.find(c => c?.type === "datetime");
  return time === undefined ? nullOf("datetime") : columnExpr(time);
}

function lowerPackAll(args: readonly BoundNode[], node: BoundNode, context: ExprContext): Expr {
  const row = context.scope.row;
  if (row === undefined) return refuse("pack_all without a table", node.span);
  const whole = packColumns(
    row.columns.map(c => ({ name: c.name, expr: columnExpr(c) })),
    node,
  );
  const [flag] = args;
  if (flag === undefined) return whole;
  const ignore = lowerExpr(flag, context);
  if (ignore.kind !== "literal" || ignore.value.type !== "bool")
    return refuse("pack_all with a flag that is not constant", flag.span);
  return ignore.value.value === true
    ? { kind: "call", name: "$bag_of_values", args: [whole], type: "dynamic", span: node.span }
    : whole;
}

function columnNamesOf(table: BoundNode | undefined, context: ExprContext): Expr {
  if (table === undefined) throw new HuntError("internal/bug", "column_names_of without a table");
  const names = context.lowering.table(table, withRow(context.scope, undefined)).columns.map(c => c.name);
  return { kind: "literal", type: "dynamic", value: { type: "dynamic", value: names } };
}

function lowerWindow(name: string, node: BoundNode, context: ExprContext): Expr {
  const { windows, ...inner } = context;
  if (windows === undefined) return refuse(`'${name}' here (it needs rows in order)`, node.span);
  const args = node
    .get("ArgumentList")
    .list("Expressions")
    .map(a => lowerExpr(a, { ...inner, windows }));
  const slot = context.lowering.slot();
  const type = scalarType(node);
  windows.items.push({ slot, name, args, type, span: node.span });
  return { kind: "column", slot, type };
}

/** A scalar function of the user: its body with the arguments put in. */
function lowerUserFunction(node: BoundNode, args: readonly BoundNode[], context: ExprContext): Expr {
  const { lowering } = context;
  return lowering.nested(node.span, () => {
    const called = lowerArguments(
      { node, args, scope: context.scope, lowerScalar: a => lowerExpr(a, context) },
      lowering,
    );
    const body = called.body.get("Expression");
    if (isTabular(body))
      return reject("kql/not-a-value", `'${node.text}' is a table where a value is expected`, node.span);
    const value = lowerExpr(body, { lowering, scope: withRow(called.scope, undefined) });
    const type = node.type.kind === "scalar" ? knownType(node.type.type) : value.type;
    return value.type === type ? value : { kind: "convert", operand: value, type, span: node.span };
  });
}
