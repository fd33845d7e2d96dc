/** `find`. Source: https://learn.microsoft.com/kusto/query/find-operator */
import type { BoundNode } from "../bridge.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { ExprContext } from "./expr.js";
import type { Expr, NamedColumn, UnionInput } from "../plan.js";
import { columnExpr, findColumn, knownType, tableColumns, withRow } from "./context.js";
import { text } from "./expr.js";
import { lowerCondition, searchedTables } from "./search.js";
import { findParameter } from "./step.js";

export function lowerFind(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const condition = node.get("Condition");
  const named = columnsIn(condition);
  const all = searchedTables(lowering, node, scope);
  // A table that has none of the columns the condition speaks of can hold no match.
  const searched = named.size === 0 ? all : all.filter(s => s.table.columns.some(c => named.has(c.name)));
  if (searched.length > 1) lowering.hasOpenColumns = true;
  const columns = tableColumns(node).map((c): NamedColumn => ({
    name: c.name,
    type: knownType(c.type),
    slot: lowering.slot(),
  }));
  const marker = findParameter(node, "withsource", "with_source")?.name ?? "source_";
  const packs = packName(node, columns);
  const shown = new Set(columns.filter(c => c.name !== packs).map(c => c.name));
  const inputs = searched.map(({ name, table }): UnionInput => {
    const context: ExprContext = { lowering, scope: withRow(scope, table) };
    const test = lowerCondition(condition, table, context, false);
    const sources = columns.map((c): Expr | undefined => {
      if (c.name === marker) return text(name);
      if (c.name === packs) return packed(table, shown, node);
      const column = findColumn(table, c.name);
      if (column === undefined) return undefined;
      const value = columnExpr(column);
      return column.type === c.type ? value : { kind: "convert", operand: value, type: c.type, span: node.span };
    });
    return { rel: { kind: "filter", input: table.rel, condition: test }, sources };
  });
  return { rel: { kind: "union", inputs, columns }, columns, order: [], serialized: false };
}

/** The columns that a condition names. */
function columnsIn(node: BoundNode): ReadonlySet<string> {
  if (node.isToken) return new Set();
  if (node.kind === "NameReference") return node.symbol?.kind === "Column" ? new Set([node.name]) : new Set();
  return new Set(node.children.flatMap(c => [...columnsIn(c)]));
}

/** The column of what is not shown by itself: asked for by `pack(*)`, or what `project-smart` leaves. */
function packName(node: BoundNode, columns: readonly NamedColumn[]): string | undefined {
  const last = columns.at(-1);
  if (last?.type !== "dynamic" || !/^pack_\d*$/.test(last.name)) return undefined;
  const project = node.find("Project")?.text ?? "";
  return project === "" || /\bpack\s*\(\s*\*\s*\)/.test(project) || !/^project\s/.test(project) ? last.name : undefined;
}

function packed(table: Table, shown: ReadonlySet<string>, node: BoundNode): Expr {
  const rest = table.columns.filter(c => !shown.has(c.name));
  const pairs = rest.flatMap((c): Expr[] => [text(c.name), columnExpr(c)]);
  return { kind: "call", name: "bag_pack", args: pairs, type: "dynamic", span: node.span };
}
