/** Grouping. The result is a block of its own: keys first, then aggregates. */
import type { SqlExpr } from "../functions/spec.js";
import type { Aggregate, Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import type { ExprScope } from "./expr.js";
import { HuntError, unreachable } from "../../base/error.js";
import { aggregateFunctions, convert } from "../functions/index.js";
import { refuse } from "../refusal.js";
import { aggregateExprs } from "../slots.js";
import { plainColumn, ready, selectItems, slotName, valueIn } from "./block.js";
import { nullOfType } from "./emission.js";
import { orderBy, slotsOf, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type AggregateRel = Rel & { readonly kind: "aggregate" };

/** Aggregates whose result shows the order of the rows. */
const orderSensitive = new Set([
  ...["make_list", "makelist", "make_list_if", "make_list_with_nulls", "make_bag", "make_bag_if"],
  ...["take_any", "any", "take_anyif", "anyif"],
]);

export function emitAggregate(rel: AggregateRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const aggregates = rel.aggregates.map(a => pruned(a, needed)).filter(a => a !== undefined);
  const ordered = aggregates.some(a => a.kind === "call" && orderSensitive.has(a.call.name));
  const orderSlots = ordered ? rel.order.map(k => k.slot) : [];
  const read = union(slotsOf([...rel.keys.map(k => k.expr), ...aggregates.flatMap(aggregateExprs)]), orderSlots);
  const block = ready(emitter.block(rel.input, read), read, read, emission);
  const scope = emitter.scope(block);
  const alias = emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  const items: string[] = [];
  const add = (slot: Slot, value: SqlExpr): void => {
    items.push(`${value.sql} as ${slotName(slot)}`);
    columns.set(slot, plainColumn(`${alias}.${slotName(slot)}`, value));
  };
  for (const { slot, expr } of rel.keys) add(slot, emitExpr(expr, scope));
  const order = ordered ? orderBy(rel.order, slot => valueIn(block, slot).sql).trim() : "";
  for (const aggregate of aggregates) emitOne(aggregate, { scope, order, add, needed });
  const keyCount = rel.keys.length;
  const head = keyCount > 0 && aggregates.length === 0 ? "select distinct" : "select";
  const group =
    keyCount === 0 ? "" : aggregates.length === 0 ? "" : ` group by ${rel.keys.map((_, i) => i + 1).join(", ")}`;
  // Without keys and aggregates that are read, the one row must still come from an aggregation.
  if (items.length === 0) items.push("count(*) as one");
  return { from: `(${selectItems(block, items, head)}${group}) as ${alias}`, where: [], columns };
}

/** Leaves out what nobody reads. */
function pruned(aggregate: Aggregate, needed: ReadonlySet<Slot>): Aggregate | undefined {
  if (aggregate.kind !== "extreme") return needed.has(aggregate.slot) ? aggregate : undefined;
  const values = aggregate.values.filter(v => needed.has(v.slot));
  return values.length === 0 && !needed.has(aggregate.keySlot) ? undefined : { ...aggregate, values };
}

interface Target {
  readonly scope: ExprScope;
  readonly order: string;
  readonly add: (slot: Slot, value: SqlExpr) => void;
  readonly needed: ReadonlySet<Slot>;
}

function emitOne(aggregate: Aggregate, target: Target): void {
  const { scope, add } = target;
  switch (aggregate.kind) {
    case "call":
      add(aggregate.slot, emitCall(aggregate, target));
      return;
    case "extreme":
      emitExtreme(aggregate, target);
      return;
    case "carried": {
      const value = scope.column(aggregate.source.slot);
      add(aggregate.slot, { ...plainOf(value), sql: `first(${value.sql})` });
      return;
    }
    default:
      unreachable(aggregate, "emitAggregate");
  }
}

const plainOf = (value: SqlExpr): Pick<SqlExpr, "type" | "notNull"> =>
  value.notNull === true ? { type: value.type, notNull: true } : { type: value.type };

function emitCall(aggregate: Aggregate & { readonly kind: "call" }, target: Target): SqlExpr {
  const { call } = aggregate;
  const { emission } = target.scope;
  return emission.attempt(
    () => {
      const row = Object.hasOwn(aggregateFunctions, call.name) ? aggregateFunctions[call.name] : undefined;
      if (row === undefined) return refuse(`the aggregate '${call.name}'`, call.span);
      const context = emission.context(call.span, target.order);
      const args = call.args.map(a => emitExpr(a, target.scope));
      const value = row.emit(args, call.type, context);
      return value.type === call.type ? value : convert(value, call.type, context);
    },
    () => nullOfType(call.type),
  );
}

/**
 * `arg_max(key, values)`: the values stand together in a struct, so that a null among them stays; a group whose keys are
 * all null still gives a row. Source: https://learn.microsoft.com/kusto/query/arg-max-aggregation-function
 */
function emitExtreme(aggregate: Aggregate & { readonly kind: "extreme" }, target: Target): void {
  const { scope, add, needed } = target;
  const key = emitExpr(aggregate.key, scope);
  const fn = aggregate.maximum ? "max" : "min";
  const constantKey = aggregate.key.kind === "literal";
  if (needed.has(aggregate.keySlot)) {
    const sql = key.type === "string" ? `coalesce(${fn}(${key.sql}), '')` : `${fn}(${key.sql})`;
    add(aggregate.keySlot, key.type === "string" ? { sql, type: "string", notNull: true } : { sql, type: key.type });
  }
  if (aggregate.values.length === 0) return;
  const values = aggregate.values.map(v => emitExpr(v.expr, scope));
  const struct = `struct_pack(${values.map((v, i) => `f${i} := ${v.sql}`).join(", ")})`;
  const row = constantKey ? `first(${struct})` : `coalesce(arg_${fn}(${struct}, ${key.sql}), first(${struct}))`;
  aggregate.values.forEach((v, i) => {
    const value = values[i];
    if (value === undefined) throw new HuntError("internal/bug", "arg_max lost a value");
    const field = `(${row}).f${i}`;
    const text = value.type === "string";
    add(v.slot, text ? { sql: `coalesce(${field}, '')`, type: "string", notNull: true } : { sql: field, type: value.type });
  });
}
