/** `search`. Source: https://learn.microsoft.com/kusto/query/search-operator */
import type { Span } from "../../base/diagnostic.js";
import type { BoundNode } from "../bridge.js";
import type { ExprContext } from "./expr.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { Expr } from "../plan.js";
import { refuse } from "../refusal.js";
import { columnExpr, findColumn, withRow } from "./context.js";
import { anyOf, lowerExpr, text } from "./expr.js";
import { scanTable, withConstantColumn } from "./sources.js";
import { findParameter } from "./step.js";
import { uniteTables, wildcardPattern } from "./union.js";

interface Searched {
  readonly name: string;
  readonly table: Table;
}

/** Lowers `search`; `input` is the piped table, when there is one. */
export function lowerSearch(
  lowering: Lowering,
  node: BoundNode,
  scope: Scope,
  input?: { readonly table: Table; readonly source: BoundNode },
): Table {
  const kind = findParameter(node, "kind")?.text ?? "case_insensitive";
  if (kind !== "case_insensitive" && kind !== "default" && kind !== "case_sensitive")
    return refuse(`search kind=${kind}`, node.span);
  const sensitive = kind === "case_sensitive";
  // Tables that are named one by one keep all their columns, as the binder has them.
  const trims = input === undefined && !namesTables(node);
  const tables = input === undefined ? searchedTables(lowering, node, scope) : [piped(input)];
  const searched = trims ? tables.map(s => trimmed(lowering, s)) : tables;
  // A condition, or an operator that follows, may name a column that only some of the tables have.
  if (input === undefined) lowering.hasOpenColumns = true;
  const condition = node.get("Condition");
  const found = searched.map(({ name, table }): Table => {
    const context: ExprContext = { lowering, scope: withRow(scope, table) };
    const test = lowerCondition(condition, table, context, sensitive);
    const kept: Table = { ...table, rel: { kind: "filter", input: table.rel, condition: test } };
    return withConstantColumn(lowering, kept, "$table", text(name));
  });
  return uniteTables(lowering, found, node, { dropsUnfilled: trims });
}

/** `search in (SigninLogs, AuditLogs)`, without wildcards. */
function namesTables(node: BoundNode): boolean {
  const listed = node.find("InClause")?.list("Expressions") ?? [];
  return listed.length > 0 && listed.every(n => n.kind !== "NameReference" || n.get("Name").kind !== "WildcardedName");
}

/** Without the columns that no row fills: a workspace's tables together have thousands, of which some hundreds have values. */
function trimmed(lowering: Lowering, searched: Searched): Searched {
  const filled = lowering.options.tables.get(searched.name)?.relation?.filled;
  if (filled === undefined || searched.table.rel.kind !== "scan") return searched;
  const kept = new Set(filled);
  return { ...searched, table: { ...searched.table, columns: searched.table.columns.filter(c => kept.has(c.name)) } };
}

function piped(input: { readonly table: Table; readonly source: BoundNode }): Searched {
  const name = input.source.kind === "NameReference" ? input.source.name : "";
  return { name, table: input.table };
}

export function searchedTables(lowering: Lowering, node: BoundNode, scope: Scope): readonly Searched[] {
  const tables = [...lowering.options.tables.values()];
  const listed = node.find("InClause")?.list("Expressions");
  const chosen = (listed ?? []).flatMap((n): readonly Searched[] => {
    if (n.kind === "NameReference" && n.get("Name").kind === "WildcardedName") {
      const pattern = wildcardPattern(n.get("Name").text);
      return tables.filter(t => pattern.test(t.name)).map(t => ({ name: t.name, table: scanTable(lowering, t) }));
    }
    return [{ name: n.name, table: lowering.table(n, withRow(scope, undefined)) }];
  });
  if (listed !== undefined) return chosen;
  // Tables without data can hold no match.
  return tables.filter(t => t.relation !== undefined).map(t => ({ name: t.name, table: scanTable(lowering, t) }));
}

export function lowerCondition(node: BoundNode, table: Table, context: ExprContext, sensitive: boolean): Expr {
  const again = (n: BoundNode): Expr => lowerCondition(n, table, context, sensitive);
  const span = node.span;
  switch (node.kind) {
    case "ParenthesizedExpression":
      return again(node.get("Expression"));
    case "AndExpression":
    case "OrExpression": {
      const name = node.kind.replace("Expression", "");
      return {
        kind: "operator",
        name,
        left: again(node.get("Left")),
        right: again(node.get("Right")),
        type: "bool",
        span,
      };
    }
    case "StringLiteralExpression":
      return anyColumn(table, node.stringValue ?? "", span, sensitive);
    case "StarExpression":
      return { kind: "literal", type: "bool", value: { type: "bool", value: true } };
    case "SearchExpression":
      return columnSearch(node, table, sensitive);
    case "FunctionCallExpression": {
      const [inner] = node.get("ArgumentList").list("Expressions");
      if (node.get("Name").name !== "not" || inner === undefined) return lowerExpr(node, context);
      return { kind: "call", name: "not", args: [again(inner)], type: "bool", span };
    }
    default:
      return lowerExpr(node, context);
  }
}

/** `Column:"term"`; a column that this table lacks matches nothing. */
function columnSearch(node: BoundNode, table: Table, sensitive: boolean): Expr {
  const term = node.get("Right").stringValue;
  if (term === undefined) return refuse("search for what is not a constant text", node.span);
  const left = node.get("Left");
  if (left.kind === "StarExpression") return anyColumn(table, term, node.span, sensitive);
  const column = findColumn(table, left.name);
  const none: Expr = { kind: "literal", type: "bool", value: { type: "bool", value: false } };
  return column === undefined ? none : matches(columnExpr(column), term, node.span, sensitive);
}

function anyColumn(table: Table, term: string, span: Span, sensitive: boolean): Expr {
  // Where a row was read from is ours, and says nothing about what happened.
  const texts = table.columns.filter(c => (c.type === "string" || c.type === "dynamic") && c.name !== "_SourceFile");
  return anyOf(
    texts.map(c => matches(columnExpr(c), term, span, sensitive)),
    span,
  );
}

/** `term`, `term*`, `*term` and `*term*`; other places of a star are refused. */
function matches(value: Expr, written: string, span: Span, sensitive: boolean): Expr {
  const head = written.startsWith("*");
  const tail = written.endsWith("*") && written.length > 1;
  const term = written.slice(head ? 1 : 0, tail ? -1 : undefined);
  if (term.includes("*")) return refuse("search with '*' inside a term", span);
  const name = head && tail ? "Contains" : head ? "HasSuffix" : tail ? "HasPrefix" : "Has";
  const type = "bool";
  return { kind: "operator", name: sensitive ? `${name}Cs` : name, left: value, right: text(term), type, span };
}
