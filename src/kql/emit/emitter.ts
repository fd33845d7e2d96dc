/** What the files that emit one kind of relation share. */
import type { Expr, Rel, Slot, SortKey } from "../plan.js";
import type { Block } from "./block.js";
import type { Emission } from "./emission.js";
import type { ExprScope } from "./expr.js";
import { expressionSlots } from "../slots.js";

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

/** `order by` of sort keys; NaN stands with the nulls. Source: https://learn.microsoft.com/kusto/query/sort-operator */
export function orderBy(order: readonly SortKey[], value: (slot: Slot) => string): string {
  const keys = order.flatMap(k => {
    const sql = value(k.slot);
    const direction = k.descending ? "desc" : "asc";
    const nulls = k.nullsFirst ? "first" : "last";
    const plain = `${sql} ${direction} nulls ${nulls}`;
    if (k.type !== "real") return [plain];
    return [`(${sql} is null or isnan(${sql})) ${k.nullsFirst ? "desc" : "asc"}`, plain];
  });
  return keys.length === 0 ? "" : ` order by ${keys.join(", ")}`;
}
