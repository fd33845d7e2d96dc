/** Operators that change which rows there are: sort, top, take, count, distinct, sample, mv-expand. */
import type { BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { Computed, Expansion, Expr, NamedColumn, Rel, Slot, SortKey } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { isKqlType } from "../../base/column.js";
import { refuse } from "../refusal.js";
import { columnExpr } from "./context.js";
import { typeNames } from "./expr.js";
import { projectColumns } from "./columns.js";
import {
  checkOutput,
  explicitName,
  extendRel,
  findParameter,
  lowerConstant,
  lowerValue,
  outputOf,
  replaceColumns,
  sortKey,
} from "./step.js";

/** `sort`: kept as pending order until something observes it. */
export function lowerSort(step: Step): Table {
  const { rel, order } = sortBy(step, step.node.list("Expressions"));
  return { ...step.input, rel, order, serialized: true };
}

function sortBy(step: Step, nodes: readonly BoundNode[]): { readonly rel: Rel; readonly order: readonly SortKey[] } {
  const items: Computed[] = [];
  const order = nodes.map(n => sortKey(step.lowering, n, x => lowerValue(step, x), items));
  return { rel: extendRel(step.input.rel, items), order };
}

export function lowerTop(step: Step): Table {
  const { rel, order } = sortBy(step, [step.node.get("ByExpression")]);
  const count = lowerConstant(step, step.node.get("Expression"));
  const limited: Rel = { kind: "limit", input: rel, order, count, partition: step.input.partition?.column.slot };
  return { ...step.input, rel: limited, order, serialized: true };
}

/** `take` and `limit`; after a sort it takes the first rows of it. */
export function lowerTake(step: Step): Table {
  const count = lowerConstant(step, step.node.get("Expression"));
  const { input } = step;
  const rel: Rel = {
    kind: "limit",
    input: input.rel,
    order: input.order,
    count,
    partition: input.partition?.column.slot,
  };
  return { ...input, rel };
}

export function lowerCount(step: Step): Table {
  const slot = step.lowering.slot();
  const call: Expr = { kind: "call", name: "count", args: [], type: "long", span: step.node.span };
  return groupRows(
    step,
    [],
    [{ name: outputOf(step)[0]?.name ?? "Count", type: "long", slot }],
    [{ kind: "call", slot, call }],
  );
}

export function lowerDistinct(step: Step): Table {
  const { rel, columns } = projectColumns(step, step.node.list("Expressions"));
  const fresh = columns.map(c => ({ ...c, slot: step.lowering.slot() }));
  const keys = columns.map((c, i): Computed => ({ slot: fresh[i]?.slot ?? c.slot, expr: columnExpr(c) }));
  return groupRows({ ...step, input: { ...step.input, rel } }, keys, checkOutput(step, fresh), []);
}

/** An aggregation; inside `mv-apply` it also groups by the outer row and carries its columns along. */
export function groupRows(
  step: Step,
  keys: readonly Computed[],
  columns: readonly NamedColumn[],
  aggregates: Extract<Rel, { kind: "aggregate" }>["aggregates"],
): Table {
  const { input } = step;
  const partition = input.partition;
  if (partition === undefined) {
    const rel: Rel = { kind: "aggregate", input: input.rel, keys, aggregates, order: input.order };
    return { rel, columns, order: [], serialized: false };
  }
  const carried = partition.outer.map(c => ({ kind: "carried", slot: c.slot, source: c }) as const);
  const rel: Rel = {
    kind: "aggregate",
    input: input.rel,
    keys: [{ slot: partition.column.slot, expr: columnExpr(partition.column) }, ...keys],
    aggregates: [...aggregates, ...carried],
    order: input.order,
  };
  return { rel, columns, order: [], serialized: false, partition };
}

/** `mv-expand`. Source: https://learn.microsoft.com/kusto/query/mv-expand-operator */
export function lowerMvExpand(step: Step): Table {
  const { node, lowering, input } = step;
  const mode = (findParameter(node, "bagexpansion", "kind")?.text ?? "bag").toLowerCase();
  if (mode !== "bag" && mode !== "array") return refuse(`mv-expand bagexpansion=${mode}`, node.span);
  const limit = node.find("RowLimitClause")?.get("RowLimit");
  const indexName = findParameter(node, "with_itemindex")?.name;
  const index = indexName === undefined ? undefined : lowering.slot();
  const { items, added } = expansions(step, node.list("Expressions"), mode);
  // The binder gives the index a number when its name is taken, so that it always comes last.
  const last = outputOf(step).at(-1)?.name ?? "";
  const indexColumn: readonly NamedColumn[] = index === undefined ? [] : [{ name: last, type: "long", slot: index }];
  const rel: Rel = {
    kind: "expand",
    input: input.rel,
    items,
    index,
    limit: limit === undefined ? legacyLimit(node) : lowerConstant(step, limit),
  };
  const columns = checkOutput(step, [...replaceColumns(input.columns, added), ...indexColumn]);
  return { ...input, rel, columns };
}

/** The old spelling `mvexpand` stops at 128 rows. */
function legacyLimit(node: BoundNode): Expr | undefined {
  if (!node.text.startsWith("mvexpand")) return undefined;
  return { kind: "literal", type: "long", value: { type: "long", value: 128n } };
}

/** What `mv-expand` and `mv-apply` expand, and the columns that hold the elements. */
export function expansions(
  step: Step,
  nodes: readonly BoundNode[],
  bags: Expansion["bags"],
): { readonly items: readonly Expansion[]; readonly added: readonly NamedColumn[] } {
  const known = new Set([...step.input.columns.map(c => c.name), ...nodes.map(n => explicitName(n.get("Expression")))]);
  const indexName = findParameter(step.node, "with_itemindex")?.name;
  const madeUp = outputOf(step).filter(c => !known.has(c.name) && c.name !== indexName);
  const added: NamedColumn[] = [];
  const items = nodes.map((node): Expansion => {
    const expr = node.get("Expression");
    const name = explicitName(expr) ?? madeUp.shift()?.name;
    if (name === undefined) return refuse("an unnamed expression here", node.span, "give it a name");
    const source = lowerValue(step, expr);
    if (source.type !== "dynamic")
      return refuse(`mv-expand of a ${source.type}`, expr.span, "only dynamic columns expand");
    const typeNode = node.find("ToTypeOf")?.get("TypeOf");
    const type = typeNode === undefined ? "dynamic" : (typeNames(typeNode)[0] ?? "dynamic");
    if (!isKqlType(type)) return refuse(`the type '${type}'`, node.span);
    const slot: Slot = step.lowering.slot();
    added.push({ name, type, slot });
    return { slot, source, type, bags };
  });
  return { items, added };
}

/** `sample-distinct n of x`: any n of the values. */
export function lowerSampleDistinct(step: Step): Table {
  const count = lowerConstant(step, step.node.get("Expression"));
  const value = lowerValue(step, step.node.get("OfExpression"));
  const name = outputOf(step)[0]?.name;
  if (name === undefined) throw new HuntError("internal/bug", "sample-distinct: no column");
  const slot = step.lowering.slot();
  const grouped = groupRows(step, [{ slot, expr: value }], [{ name, type: value.type, slot }], []);
  return { ...grouped, rel: { kind: "limit", input: grouped.rel, order: [], count, partition: undefined } };
}

/**
 * `top-hitters`: the most frequent values, or those of the largest sums. Counts are exact here.
 * Source: https://learn.microsoft.com/kusto/query/top-hitters-operator
 */
export function lowerTopHitters(step: Step): Table {
  const { node, lowering } = step;
  if (step.input.partition !== undefined) return refuse("top-hitters here", node.span);
  const count = lowerConstant(step, node.get("Expression"));
  const value = lowerValue(step, node.get("OfExpression"));
  const summed = node.find("ByClause")?.get("Expression");
  const [key, measure] = outputOf(step);
  if (key === undefined || measure === undefined)
    throw new HuntError("internal/bug", "top-hitters: columns are missing");
  const type = measure.type === "unknown" ? "real" : measure.type;
  const args = summed === undefined ? [] : [lowerValue(step, summed)];
  const call: Expr = { kind: "call", name: summed === undefined ? "count" : "sum", args, type, span: node.span };
  const columns: readonly [NamedColumn, NamedColumn] = [
    { name: key.name, type: value.type, slot: lowering.slot() },
    { name: measure.name, type, slot: lowering.slot() },
  ];
  const [first, second] = columns;
  const grouped = groupRows(step, [{ slot: first.slot, expr: value }], columns, [
    { kind: "call", slot: second.slot, call },
  ]);
  const order: readonly SortKey[] = [
    { slot: second.slot, type, descending: true, nullsFirst: false },
    { slot: first.slot, type: first.type, descending: false, nullsFirst: true },
  ];
  return { ...grouped, rel: { kind: "limit", input: grouped.rel, order, count, partition: undefined }, order };
}

/** `consume`: the rows are computed and not given. */
export function lowerConsume(step: Step): Table {
  const no: Expr = { kind: "literal", type: "bool", value: { type: "bool", value: false } };
  return { ...step.input, rel: { kind: "filter", input: step.input.rel, condition: no }, order: [] };
}
