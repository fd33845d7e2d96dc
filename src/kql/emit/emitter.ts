/** What the files that emit one kind of relation share. */
import type { Expr, Rel, Slot, SortKey } from "../plan.js";
import type { Block } from "./block.js";
import type { Emission } from "./emission.js";
import type { ExprScope } from "./expr.js";
import { expressionSlots } from "../slots.js";
import { close, ready, valueIn } from "./block.js";

/** How relations of any kind are emitted; passed to the files that emit one kind. */
export interface Emitter {
  readonly emission: Emission;
  /** The block of a relation in which at least `needed` slots have values. */
  readonly block: (rel: Rel, needed: ReadonlySet<Slot>) => Block;
  readonly scope: (block: Block) => ExprScope;
}

export function union<T>(...sets: readonly Iterable<T>[]): Set<T> {
  return new Set(sets.flatMap(s => [...s]));
}

export function slotsOf(exprs: readonly Expr[]): Set<Slot> {
  return new Set(exprs.flatMap(expressionSlots));
}

/** A block in which the sort keys may stand in ORDER BY, where DuckDB takes no placeholder. */
export function sortable(
  block: Block,
  order: readonly SortKey[],
  needed: ReadonlySet<Slot>,
  emission: Emission,
): Block {
  const bound = order.map(k => valueIn(block, k.slot)).some(v => v.constant === undefined && v.sql.includes("$"));
  const slots = order.map(k => k.slot);
  return bound ? close(block, needed, emission) : ready(block, slots, needed, emission);
}

/** `order by` of sort keys; NaN stands with the nulls. Source: https://learn.microsoft.com/kusto/query/sort-operator */
export function orderBy(order: readonly SortKey[], block: Block): string {
  const keys = order.flatMap(k => {
    const { sql, constant } = valueIn(block, k.slot);
    if (constant !== undefined) return [];
    const direction = k.descending ? "desc" : "asc";
    const nulls = k.nullsFirst ? "first" : "last";
    const plain = `${sql} ${direction} nulls ${nulls}`;
    if (k.type !== "real") return [plain];
    return [`(${sql} is null or isnan(${sql})) ${k.nullsFirst ? "desc" : "asc"}`, plain];
  });
  return keys.length === 0 ? "" : ` order by ${keys.join(", ")}`;
}
