/** Tabular expressions that are not operators: names, calls, literals of rows, parentheses. */
import type { KqlTable } from "../api.js";
import type { BoundNode } from "../bridge.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { Expr, NamedColumn, Rel, ScanColumn } from "../plan.js";
import { HuntError } from "../../base/error.js";
import { nearestName } from "../../base/suggest.js";
import { watchlistDatabase } from "../api.js";
import { refuse, reject } from "../refusal.js";
import { lowerArguments } from "./call.js";
import { aliasKey, columnExpr, isTabular, knownType, tableColumns, withRow } from "./context.js";
import { constantText, describe, lowerExpr } from "./expr.js";
import { lowerExternalData } from "./external-data.js";
import { lowerPattern, patternOf } from "./pattern.js";

/** Lowers a tabular node that has no input. */
export function lowerSource(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  switch (node.kind) {
    case "ParenthesizedExpression":
    case "MaterializeExpression":
    case "SimpleNamedExpression":
      return lowering.table(node.get("Expression"), scope);
    case "NameReference":
      return lowerNamedTable(lowering, node, scope);
    case "FunctionCallExpression":
      return lowerTableCall(lowering, node, scope);
    case "DataTableExpression":
      return lowerDatatable(lowering, node, scope);
    case "RangeOperator":
      return lowerRange(lowering, node, scope);
    case "PathExpression":
      return lowerElsewhere(lowering, node, scope);
    case "ExternalDataExpression":
      return lowerExternalData(lowering, node, scope);
    default:
      return refuse(`'${describe(node)}'`, node.span);
  }
}

function lowerNamedTable(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const name = node.symbol?.name ?? node.name;
  const bound = scope.names.get(name);
  if (bound?.kind === "table") return bound.use();
  if (bound?.kind === "function" || node.calledBody() !== undefined) return lowerFunctionTable(lowering, node, scope);
  if (bound?.kind === "scalar")
    return reject("kql/not-a-table", `'${name}' is a value where a table is expected`, node.span);
  const table = lowering.options.tables.get(name);
  if (table === undefined) return refuse(`the table '${name}'`, node.span);
  return scanTable(lowering, table);
}

/** A scan of all columns of a table; the emitter reads only those that are used. */
export function scanTable(lowering: Lowering, table: KqlTable, database?: string): Table {
  const physical = table.relation?.physical ?? {};
  if (table.open === true) lowering.hasOpenColumns = true;
  const columns: readonly ScanColumn[] = table.columns.map(c => ({
    name: c.name,
    type: c.type,
    slot: lowering.slot(),
    physical: Object.hasOwn(physical, c.name) ? (physical[c.name] ?? c.name) : c.name,
    ...(table.relation?.whole?.includes(c.name) === true ? { whole: true } : {}),
  }));
  const timeColumn = ["TimeGenerated", "Timestamp"]
    .map(name => columns.find(c => c.name === name && c.type === "datetime"))
    .find(c => c !== undefined);
  const rel: Rel = {
    kind: "scan",
    table: table.name,
    ...(database === undefined ? {} : { database }),
    path: table.relation?.path,
    columns,
    time: timeColumn?.slot,
  };
  return { rel, columns: columns.map(({ name, type, slot }) => ({ name, type, slot })), order: [], serialized: false };
}

/** `database("x").T`, `workspace("x").T`, `database("x").table("T")`: a table of another workspace, or of this one. */
function lowerElsewhere(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const selector = node.get("Selector");
  const call = node.get("Expression");
  const pattern = patternOf(call, scope);
  if (pattern !== undefined) {
    const inner = selector.kind === "BracketedExpression" ? selector.get("Expression") : selector;
    return lowerPattern(lowering, pattern, { call, path: inner.stringValue ?? inner.name, scope });
  }
  const database = databaseName(lowering, node.get("Expression"), scope);
  if (database === refusedDatabase) {
    lowering.hasOpenColumns = true;
    return lowering.placeholder(isTabular(node) ? tableColumns(node) : []);
  }
  const table =
    selector.kind === "FunctionCallExpression" && selector.get("Name").name === "table"
      ? argumentText(lowering, selector, scope)
      : selector.kind === "NameReference"
        ? selector.name
        : undefined;
  if (database === undefined || table === undefined)
    return refuse(`'${node.text}' (another database, cluster or workspace)`, node.span);
  const tables = database === "default" ? lowering.options.tables : lowering.options.databases.get(database);
  const what = database === watchlistDatabase ? "watchlist" : "table";
  if (tables === undefined) return reject("kql/unknown-workspace", noDatabase(database, lowering), node.span);
  const found = tables.get(table);
  if (found === undefined) {
    const nearest = nearestName(table, [...tables.keys()]);
    const hint = nearest === undefined ? "" : `; did you mean '${nearest}'?`;
    return reject("kql/unknown-table", `there is no ${what} '${table}'${hint}`, node.span);
  }
  return scanTable(lowering, found, database === "default" ? undefined : database);
}

function noDatabase(name: string, lowering: Lowering): string {
  if (name === watchlistDatabase)
    return "there are no watchlists here: put CSV files into the workspace's folder 'watchlists'";
  const known = [...lowering.options.databases.keys()].filter(n => n !== watchlistDatabase);
  const list = known.length === 0 ? "" : `; known: ${known.join(", ")}`;
  return `there is no local workspace '${name}'${list}`;
}

/** What an alias stands for that was refused: nothing more is said of what it is used for. */
const refusedDatabase = "\0refused";

/** The name in `database("x")` and in functions whose body is that, such as `workspace("x")`. */
function databaseName(lowering: Lowering, node: BoundNode, scope: Scope): string | undefined {
  if (node.kind === "ParenthesizedExpression") return databaseName(lowering, node.get("Expression"), scope);
  if (node.kind !== "FunctionCallExpression") return undefined;
  if (node.get("Name").name === "database") {
    const name = argumentText(lowering, node, scope);
    const alias = name === undefined ? undefined : scope.names.get(aliasKey(name));
    if (name === undefined || alias?.kind !== "alias") return name;
    if (alias.node === undefined) return refusedDatabase;
    const names = new Map([...scope.names].filter(([key]) => key !== aliasKey(name)));
    return databaseName(lowering, alias.node, { ...scope, names });
  }
  if (node.calledBody() === undefined) return undefined;
  const args = node.get("ArgumentList").list("Expressions");
  const lowerScalar = (a: BoundNode): Expr => lowerExpr(a, { lowering, scope: withRow(scope, undefined) });
  const called = lowerArguments({ node, args, scope, lowerScalar }, lowering);
  return databaseName(lowering, called.body.get("Expression"), called.scope);
}

function argumentText(lowering: Lowering, call: BoundNode, scope: Scope): string | undefined {
  const [first] = call.get("ArgumentList").list("Expressions");
  return first === undefined
    ? undefined
    : constantText(lowerExpr(first, { lowering, scope: withRow(scope, undefined) }));
}

function lowerTableCall(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const name = node.get("Name").name;
  const pattern = patternOf(node, scope);
  if (pattern !== undefined) return lowerPattern(lowering, pattern, { call: node, path: undefined, scope });
  if (scope.names.get(name)?.kind === "function" || node.calledBody() !== undefined)
    return lowerFunctionTable(lowering, node, scope);
  const args = node.get("ArgumentList").list("Expressions");
  const [first] = args;
  if (name === "materialize" && first !== undefined) return lowering.share(lowering.table(first, scope), true)();
  if (name === "table" && first !== undefined) {
    const value = lowerExpr(first, { lowering, scope: withRow(scope, undefined) });
    const wanted = value.kind === "literal" && value.value.type === "string" ? value.value.value : undefined;
    const bound = wanted === undefined ? undefined : scope.names.get(wanted);
    if (bound?.kind === "table") return bound.use();
    const table = wanted === undefined ? undefined : lowering.options.tables.get(wanted);
    if (table !== undefined) return scanTable(lowering, table);
  }
  return refuse(`'${name}(…)' as a table`, node.span);
}

function lowerFunctionTable(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  return lowering.nested(node.span, () => {
    const args = node.kind === "FunctionCallExpression" ? node.get("ArgumentList").list("Expressions") : [];
    const lowerScalar = (a: BoundNode): Expr => lowerExpr(a, { lowering, scope: withRow(scope, undefined) });
    const called = lowerArguments({ node, args, scope, lowerScalar }, lowering);
    return lowering.table(called.body.get("Expression"), called.scope);
  });
}

function lowerDatatable(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const columns = freshColumns(lowering, node);
  const width = columns.length;
  const values = node.list("Values").map((value, i): Expr => {
    const expr = lowerExpr(value, { lowering, scope: withRow(scope, undefined) });
    const type = columns[i % Math.max(1, width)]?.type ?? expr.type;
    return expr.type === type ? expr : { kind: "convert", operand: expr, type, span: value.span };
  });
  if (width === 0) return reject("kql/bad-datatable", "a datatable needs a column", node.span);
  if (values.length % width !== 0)
    return reject("kql/bad-datatable", `${values.length} values do not fill rows of ${width} columns`, node.span);
  const rows = Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
  return { rel: { kind: "values", columns, rows }, columns, order: [], serialized: false };
}

function freshColumns(lowering: Lowering, node: BoundNode): readonly NamedColumn[] {
  return tableColumns(node).map(c => ({ name: c.name, type: knownType(c.type), slot: lowering.slot() }));
}

function lowerRange(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const [column] = freshColumns(lowering, node);
  if (column === undefined) throw new HuntError("internal/bug", "range: no column");
  const bound = (name: string): Expr => {
    const expr = lowerExpr(node.get(name), { lowering, scope: withRow(scope, undefined) });
    const wanted = name === "Step" && column.type === "datetime" ? "timespan" : column.type;
    return expr.type === wanted ? expr : { kind: "convert", operand: expr, type: wanted, span: node.get(name).span };
  };
  const rel: Rel = { kind: "range", column, from: bound("From"), to: bound("To"), step: bound("Step") };
  return { rel, columns: [column], order: [], serialized: false };
}

/** Adds a column that holds the same text in each row. */
export function withConstantColumn(lowering: Lowering, table: Table, name: string, value: Expr): Table {
  const column: NamedColumn = { name, type: value.type, slot: lowering.slot() };
  return {
    ...table,
    rel: { kind: "extend", input: table.rel, items: [{ slot: column.slot, expr: value }] },
    columns: [column, ...table.columns],
  };
}

/** The table's columns as expressions by name and type, for operators that match columns by name. */
export function columnLookup(table: Table): ReadonlyMap<string, Expr> {
  return new Map(table.columns.map(c => [c.name, columnExpr(c)]));
}
