/** `summarize`. Source: https://learn.microsoft.com/kusto/query/summarize-operator */
import type { BoundColumn, BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { ExprContext } from "./expr.js";
import type { Aggregate, Computed, Expr, NamedColumn, Slot } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse } from "../refusal.js";
import { columnExpr, knownType, scalarType } from "./context.js";
import { lowerExpr } from "./expr.js";
import { groupRows } from "./rows.js";
import { checkOutput, extendRel, lowerRowExpressions, lowerValue, outputOf } from "./step.js";

/** One output column, before it has its name: where its value is after grouping. */
interface Output {
  readonly slot: Slot;
  readonly expr: Expr;
}

export function lowerSummarize(step: Step): Table {
  const { node, lowering } = step;
  const byClause = node.find("ByClause");
  if (byClause?.find("BinClause") !== undefined)
    return refuse("summarize … bin=", byClause.span, "use bin(column, size)");
  const { rel, value: keyExprs } = lowerRowExpressions(step, context =>
    (byClause?.list("Expressions") ?? []).map(n => lowerExpr(n, context)),
  );
  const keys = keyExprs.map((expr): Computed => ({ slot: lowering.slot(), expr }));
  const keyed: Step = { ...step, input: { ...step.input, rel } };
  const aggregates: Aggregate[] = [];
  const outputs: Output[] = keys.map(k => ({
    slot: k.slot,
    expr: { kind: "column", slot: k.slot, type: k.expr.type },
  }));
  for (const aggregate of node.list("Aggregates"))
    outputs.push(...lowerAggregate(keyed, unnamed(aggregate), keyColumns(byClause), aggregates));
  return named(keyed, keys, aggregates, outputs);
}

/** One aggregate over the input by keys, as a table of the given names: the keys', then the aggregate's. */
export function aggregateBy(
  step: Step,
  keys: readonly Computed[],
  aggregate: BoundNode,
  names: readonly string[],
): Table {
  const aggregates: Aggregate[] = [];
  const [measured] = lowerAggregate(step, aggregate, new Set(), aggregates);
  if (measured === undefined) return refuse(`'${aggregate.text}' here`, aggregate.span);
  const outputs: readonly Output[] = [
    ...keys.map(k => ({ slot: k.slot, expr: columnExpr({ slot: k.slot, type: k.expr.type }) })),
    measured,
  ];
  const columns = outputs.map((o, i): NamedColumn => ({ name: names[i] ?? "", type: o.expr.type, slot: o.slot }));
  const grouped = groupRows(step, keys, columns, aggregates);
  const above = outputs.filter(o => !(o.expr.kind === "column" && o.expr.slot === o.slot));
  return { ...grouped, rel: extendRel(grouped.rel, above) };
}

/** Computes what lies above the aggregates (`count() * 2`) and gives each output its name. */
function named(
  step: Step,
  keys: readonly Computed[],
  aggregates: readonly Aggregate[],
  outputs: readonly Output[],
): Table {
  const bound = outputOf(step);
  const columns = outputs.map((o, i): NamedColumn => {
    const name = bound[i]?.name;
    if (name === undefined) throw new HuntError("internal/bug", "summarize: the binder names fewer columns");
    return { name, type: o.expr.type, slot: o.slot };
  });
  const grouped = groupRows(step, keys, checkOutput(step, columns), aggregates);
  const above = outputs.filter(o => !(o.expr.kind === "column" && o.expr.slot === o.slot));
  return { ...grouped, rel: extendRel(grouped.rel, above) };
}

function unnamed(node: BoundNode): BoundNode {
  return node.kind === "SimpleNamedExpression" || node.kind === "CompoundNamedExpression"
    ? node.get("Expression")
    : node;
}

function keyColumns(byClause: BoundNode | undefined): ReadonlySet<string> {
  const names = (byClause?.list("Expressions") ?? []).filter(n => n.kind === "NameReference").map(n => n.name);
  return new Set(names);
}

function lowerAggregate(
  step: Step,
  node: BoundNode,
  keys: ReadonlySet<string>,
  aggregates: Aggregate[],
): readonly Output[] {
  const name = node.kind === "FunctionCallExpression" ? node.get("Name").name : "";
  if (/^arg_?(max|min)$/.test(name)) return lowerExtreme(step, node, keys, aggregates);
  if (/^percentilesw?$/.test(name)) return lowerPercentiles(step, node, aggregates);
  if (/^(take_)?any$/.test(name) && isSeveral(node)) return lowerAnyRow(step, node, keys, aggregates);
  if (node.type.kind === "tuple") return refuse(`'${name}' with several results`, node.span);
  const context: ExprContext = { lowering: step.lowering, scope: step.scope, aggregates: { items: aggregates } };
  const expr = lowerExpr(node, context);
  const slot = expr.kind === "column" ? expr.slot : step.lowering.slot();
  return [{ slot, expr }];
}

function isSeveral(node: BoundNode): boolean {
  const args = node.get("ArgumentList").list("Expressions");
  return args.length !== 1 || args[0]?.kind === "StarExpression";
}

/** The columns that `*` stands for, as the binder lists them; the old `argmax` puts the key's name before theirs. */
function starred(step: Step, listed: readonly BoundColumn[]): readonly Expr[] {
  return listed.map(({ name }): Expr => {
    const column =
      step.input.columns.find(c => c.name === name) ?? step.input.columns.find(c => name.endsWith(`_${c.name}`));
    if (column === undefined) throw new HuntError("internal/bug", `'*' names '${name}', which is no column`);
    return columnExpr(column);
  });
}

/**
 * The values of arguments that may have a `*` among them, which stands for all columns but the keys. Beside a `*` no column
 * comes twice: not one that is named before or after it, not a key, and not what an extreme is taken of (`first`).
 */
function lowerListed(
  step: Step,
  args: readonly BoundNode[],
  options: { readonly keys: ReadonlySet<string>; readonly starred: readonly BoundColumn[]; readonly first?: string },
): readonly Expr[] {
  const isStar = (n: BoundNode) => n.kind === "StarExpression";
  const others = (listed: readonly BoundColumn[]) => listed.filter(c => !options.keys.has(c.name));
  if (args.length === 1 && args.every(isStar)) return starred(step, others(options.starred));
  if (!args.some(isStar)) return args.map(n => lowerValue(step, n));
  const seen = new Set([...options.keys, options.first]);
  const isNew = (name: string): boolean => !seen.has(name) && seen.add(name).has(name);
  return args.flatMap((n): readonly Expr[] => {
    if (isStar(n)) return others(step.input.columns).flatMap(c => (isNew(c.name) ? starred(step, [c]) : []));
    return n.kind !== "NameReference" || isNew(n.name) ? [lowerValue(step, n)] : [];
  });
}

function lowerExtreme(
  step: Step,
  node: BoundNode,
  keys: ReadonlySet<string>,
  aggregates: Aggregate[],
): readonly Output[] {
  const [keyNode, ...rest] = node.get("ArgumentList").list("Expressions");
  if (keyNode === undefined) throw new HuntError("internal/bug", "arg_max without arguments");
  const key = lowerValue(step, keyNode);
  const listed = node.type.kind === "tuple" ? node.type.columns : [];
  const valueExprs = lowerListed(step, rest, {
    keys,
    starred: listed.slice(1),
    ...(keyNode.kind === "NameReference" ? { first: keyNode.name } : {}),
  });
  const keySlot = step.lowering.slot();
  const values = valueExprs.map((expr): Computed => ({ slot: step.lowering.slot(), expr }));
  const maximum = node.get("Name").name.endsWith("max");
  aggregates.push({ kind: "extreme", maximum, key, keySlot, values });
  const column = (slot: Slot, expr: Expr): Output => ({ slot, expr: { kind: "column", slot, type: expr.type } });
  return [column(keySlot, key), ...values.map(v => column(v.slot, v.expr))];
}

/** `percentiles(x, 5, 95)` is one `percentile` for each number. */
function lowerPercentiles(step: Step, node: BoundNode, aggregates: Aggregate[]): readonly Output[] {
  const weighted = node.get("Name").name === "percentilesw";
  const args = node
    .get("ArgumentList")
    .list("Expressions")
    .map(n => lowerValue(step, n));
  const measured = args.slice(0, weighted ? 2 : 1);
  const types = node.type.kind === "tuple" ? node.type.columns : [{ name: "", type: scalarType(node) }];
  return args.slice(measured.length).map((p, i): Output => {
    const slot = step.lowering.slot();
    const type = knownType(types[i]?.type ?? "unknown");
    const name = weighted ? "percentilew" : "percentile";
    if (!step.lowering.options.knowsAggregate(name)) return refuse(`'${name}'`, node.span);
    aggregates.push({
      kind: "call",
      slot,
      call: { kind: "call", name, args: [...measured, p], type, span: node.span },
    });
    return { slot, expr: { kind: "column", slot, type } };
  });
}

/** `take_any(a, b)` and `take_any(*)`: the values of one and the same row. */
function lowerAnyRow(
  step: Step,
  node: BoundNode,
  keys: ReadonlySet<string>,
  aggregates: Aggregate[],
): readonly Output[] {
  const { type } = node;
  // Of one column the binder says its type alone.
  const all = type.kind === "tuple" ? type.columns : step.input.columns;
  const exprs = lowerListed(step, node.get("ArgumentList").list("Expressions"), { keys, starred: all });
  const one: Expr = { kind: "literal", type: "long", value: { type: "long", value: 1n } };
  const values = exprs.map((expr): Computed => ({ slot: step.lowering.slot(), expr }));
  aggregates.push({ kind: "extreme", maximum: true, key: one, keySlot: step.lowering.slot(), values });
  return values.map(v => ({ slot: v.slot, expr: { kind: "column", slot: v.slot, type: v.expr.type } }));
}
