/** One operator of a pipeline while it is lowered, and what operators share. */
import type { BoundColumn, BoundNode } from "../bridge.js";
import type { Computed, Expr, NamedColumn, Rel, Slot, SortKey, WindowItem } from "../plan.js";
import type { ExprContext } from "./expr.js";
import type { Lowering, Scope, Table } from "./context.js";
import { HuntError } from "../../base/error.js";
import { refuse } from "../refusal.js";
import { expressionSlots } from "../slots.js";
import { columnExpr, knownType, tableColumns, withRow } from "./context.js";
import { lowerExpr } from "./expr.js";

export interface Step {
  readonly input: Table;
  /** The operator's node. */
  readonly node: BoundNode;
  /** The node of the input. */
  readonly source: BoundNode;
  /** Names, with the input as row. */
  readonly scope: Scope;
  readonly lowering: Lowering;
}

/** What the binder says the operator gives. */
export function outputOf(step: Step): readonly BoundColumn[] {
  return tableColumns(step.node);
}

/** Lowers expressions over the input; window functions in them are computed first, by a node of their own. */
export function lowerRowExpressions<T>(
  step: Step,
  lower: (context: ExprContext) => T,
): { readonly rel: Rel; readonly value: T } {
  const items: WindowItem[] = [];
  const value = lower({ lowering: step.lowering, scope: step.scope, windows: { items } });
  return { rel: windowsOver(step.input, items), value };
}

/** Window functions whose arguments hold others come in later nodes: SQL does not nest them. */
function windowsOver(input: Table, items: readonly WindowItem[]): Rel {
  let rel = input.rel;
  let batch: WindowItem[] = [];
  const flush = (): void => {
    if (batch.length > 0)
      rel = { kind: "window", input: rel, order: input.order, partition: input.partition?.column.slot, items: batch };
    batch = [];
  };
  for (const item of items) {
    if (item.name === "row_window_session") {
      flush();
      rel = { kind: "sessions", input: rel, order: input.order, partition: input.partition?.column.slot, item };
      continue;
    }
    const used = new Set(item.args.flatMap(expressionSlots));
    if (batch.some(b => used.has(b.slot))) flush();
    batch.push(item);
  }
  flush();
  return rel;
}

/** Lowers a scalar expression over the input, where window functions have no place. */
export function lowerValue(step: Step, node: BoundNode): Expr {
  return lowerExpr(node, { lowering: step.lowering, scope: step.scope });
}

/** Lowers a constant: no row to refer to. */
export function lowerConstant(step: Step, node: BoundNode): Expr {
  return lowerExpr(node, { lowering: step.lowering, scope: withRow(step.scope, undefined) });
}

/** The name an expression gives its column; undefined when the binder makes one up (`Column1`). */
export function explicitName(node: BoundNode): string | undefined {
  if (node.kind === "SimpleNamedExpression") return node.get("Name").name;
  if (node.kind === "NameReference") return node.symbol?.name ?? node.name;
  const implied = node.resultName;
  return implied === "" ? undefined : implied;
}

/** An expression of a list of columns: its name, when it has one of its own, and its value. */
export interface ColumnItem {
  readonly name: string | undefined;
  readonly expr: Expr;
  readonly node: BoundNode;
}

/**
 * Lowers a list of columns. `*` gives all columns; a function with several results is called once, gives an array, and
 * each result becomes a column: the first ones named by `(a, b) = …`, the others by the binder.
 */
export function lowerColumns(
  step: Step,
  nodes: readonly BoundNode[],
): { readonly rel: Rel; readonly items: readonly ColumnItem[] } {
  const calls: Computed[] = [];
  const { rel, value } = lowerRowExpressions(step, context =>
    nodes.flatMap((node): readonly ColumnItem[] => {
      if (node.kind === "StarExpression")
        return step.input.columns.map(c => ({ name: c.name, expr: columnExpr(c), node }));
      const results = lowerSeveral(node, context, calls);
      return results ?? [{ name: explicitName(node), expr: lowerExpr(node, context), node }];
    }),
  );
  return { rel: extendRel(rel, calls), items: value };
}

function lowerSeveral(node: BoundNode, context: ExprContext, calls: Computed[]): readonly ColumnItem[] | undefined {
  const named = node.kind === "SimpleNamedExpression" || node.kind === "CompoundNamedExpression";
  const call = named ? node.get("Expression") : node;
  const { type } = call;
  if (call.kind !== "FunctionCallExpression" || type.kind !== "tuple" || type.columns.length < 2) return undefined;
  const name = call.get("Name").name;
  if (!context.lowering.options.knowsFunction(name)) return refuse(`the function '${name}'`, call.span);
  const args = call
    .get("ArgumentList")
    .list("Expressions")
    .map(a => lowerExpr(a, context));
  const slot = context.lowering.slot();
  calls.push({ slot, expr: { kind: "call", name, args, type: "dynamic", span: call.span } });
  const names =
    node.kind === "CompoundNamedExpression"
      ? node
          .get("Names")
          .list("Names")
          .map(n => n.name)
      : named
        ? [node.get("Name").name]
        : [];
  return type.columns.map((column, i): ColumnItem => {
    const selector: Expr = { kind: "literal", type: "long", value: { type: "long", value: BigInt(i) } };
    const target: Expr = { kind: "column", slot, type: "dynamic" };
    const element: Expr = { kind: "member", target, selector, type: "dynamic", span: node.span };
    const wanted = knownType(column.type);
    const expr: Expr =
      wanted === "dynamic" ? element : { kind: "convert", operand: element, type: wanted, span: node.span };
    return { name: names[i], expr, node };
  });
}

/** Columns in which `added` replace those of the same name in place, the others following. */
export function replaceColumns(columns: readonly NamedColumn[], added: readonly NamedColumn[]): readonly NamedColumn[] {
  const result = [...columns];
  for (const column of added) {
    const index = result.findIndex(c => c.name === column.name);
    if (index < 0) result.push(column);
    else result[index] = column;
  }
  return result;
}

/** The value of an operator's parameter: `kind=inner` gives the node of `inner`. */
export function findParameter(node: BoundNode, ...names: readonly string[]): BoundNode | undefined {
  const parameters = node.list("Parameters");
  return parameters.find(p => names.includes(p.get("Name").name.toLowerCase()))?.get("Expression");
}

/** Parameters that only advise the service how to run: they cannot change the answer. */
export function isHint(parameter: BoundNode): boolean {
  return parameter.get("Name").name.toLowerCase().startsWith("hint.");
}

/** Extends a relation; nothing when there is nothing to compute. */
export function extendRel(input: Rel, items: readonly Computed[]): Rel {
  return items.length === 0 ? input : { kind: "extend", input, items };
}

/** Gives an expression a slot; a plain column keeps its own, unless it was taken already. */
export function slotFor(lowering: Lowering, expr: Expr, items: Computed[], taken: ReadonlySet<Slot>): Slot {
  if (expr.kind === "column" && !taken.has(expr.slot)) return expr.slot;
  const slot = lowering.slot();
  items.push({ slot, expr });
  return slot;
}

export function checkOutput(step: Step, columns: readonly NamedColumn[]): readonly NamedColumn[] {
  const bound = outputOf(step);
  if (bound.length !== columns.length || bound.some((b, i) => b.name !== columns[i]?.name)) {
    // To the binder an open table has every column that a query speaks of, from then on.
    const undeclared = bound.find(b => !columns.some(c => c.name === b.name));
    if (step.lowering.hasOpenColumns && undeclared !== undefined)
      return refuse(`this over the column '${undeclared.name}', which its table does not declare,`, step.node.span);
    throw new HuntError("internal/bug", `${step.node.kind}: ${firstDifference(columns, bound)}`);
  }
  return columns;
}

/** Where two lists of columns part. */
function firstDifference(ours: readonly NamedColumn[], binders: readonly BoundColumn[]): string {
  const at = Math.max(ours.length, binders.length);
  const i = Array.from({ length: at }, (_, n) => n).find(n => ours[n]?.name !== binders[n]?.name) ?? at;
  return `column ${i} of ${ours.length} is '${ours[i]?.name ?? ""}', the binder says '${binders[i]?.name ?? ""}' of ${binders.length}`;
}

/** Turns an expression into a sort key, computing it first when it is not a column. */
export function sortKey(
  lowering: Lowering,
  node: BoundNode,
  lower: (n: BoundNode) => Expr,
  items: Computed[],
): SortKey {
  const ordering = node.kind === "OrderedExpression" ? node.find("Ordering") : undefined;
  const words = (ordering?.text ?? "").toLowerCase();
  const descending = !words.startsWith("asc") && !words.includes("granny-asc");
  const nullsFirst = /first$/.test(words) || (!/last$/.test(words) && !descending);
  const expr = lower(node.kind === "OrderedExpression" ? node.get("Expression") : node);
  const slot = slotFor(lowering, expr, items, new Set());
  return { slot, type: expr.type, descending, nullsFirst };
}

/** The visible columns as computed values, for nodes that list what they give. */
export function asComputed(columns: readonly NamedColumn[]): readonly Computed[] {
  return columns.map(c => ({ slot: c.slot, expr: columnExpr(c) }));
}

export function typedColumn(name: string, column: BoundColumn, slot: Slot): NamedColumn {
  return { name, type: knownType(column.type), slot };
}
