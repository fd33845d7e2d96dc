/** Which slots hold decimals without places: those of `parse_version()`, and what keeps them. See `functions/decimals.ts`. */
import type { Aggregate, Computed, Expr, Plan, Rel, Slot } from "./plan.js";
import { exprsOf, expressionRels, inputsOf } from "./slots.js";

/** Functions and aggregates whose result is one of their arguments, or a sum of them. */
const keeping: ReadonlySet<string> = new Set([
  ...[
    "iff",
    "iif",
    "case",
    "coalesce",
    "max_of",
    "min_of",
    "abs",
    "round",
    "ceiling",
    "bin",
    "floor",
    "prev",
    "next",
    "row_cumsum",
  ],
  ...["min", "max", "minif", "maxif", "sum", "sumif", "take_any", "any", "take_anyif", "anyif"],
]);
const exact: ReadonlySet<string> = new Set(["Add", "Subtract", "Multiply", "Modulo"]);

/** The slots of a plan that are DECIMAL(38,0) in DuckDB. */
export function wholeSlots(plan: Plan): ReadonlySet<Slot> {
  const found = new Set<Slot>();
  const seen = new Set<number>();
  const mark = (slot: Slot, isWhole: boolean): void => void (isWhole && found.add(slot));
  const computed = (items: readonly Computed[]): void => items.forEach(i => mark(i.slot, isWhole(i.expr, found)));
  const visit = (rel: Rel): void => {
    inputsOf(rel).forEach(visit);
    if (rel.kind !== "union") exprsOf(rel).flatMap(expressionRels).forEach(visit);
    switch (rel.kind) {
      case "scan":
        return rel.columns.forEach(c => mark(c.slot, c.whole === true));
      case "ref": {
        const shared = plan.shared[rel.shared];
        if (shared !== undefined && !seen.has(rel.shared)) {
          seen.add(rel.shared);
          visit(shared.rel);
        }
        return rel.columns.forEach(c => mark(c.slot, found.has(c.source)));
      }
      case "values":
        return rel.columns.forEach((c, i) =>
          mark(
            c.slot,
            rel.rows.some(row => row[i] !== undefined && isWhole(row[i], found)),
          ),
        );
      case "extend":
        return computed(rel.items);
      case "aggregate":
        computed(rel.keys);
        return rel.aggregates.forEach(a => aggregated(a, computed));
      case "union":
        return rel.columns.forEach((c, i) =>
          mark(
            c.slot,
            // A union of all tables of a cloud has millions of places.
            c.type === "decimal" &&
              rel.inputs.some(({ sources }) => sources[i] !== undefined && isWhole(sources[i], found)),
          ),
        );
      case "window":
        return rel.items.forEach(({ slot, name, args, type }) => {
          const [value] = args;
          mark(slot, type === "decimal" && keeping.has(name) && value !== undefined && isWhole(value, found));
        });
      case "steps":
        rel.steps.forEach(s => computed(s.assignments));
        return rel.declared.forEach(d => mark(d.slot, found.has(d.source)));
      default:
        return undefined;
    }
  };
  visit(plan.root);
  return found;
}

function aggregated(aggregate: Aggregate, computed: (items: readonly Computed[]) => void): void {
  if (aggregate.kind === "call") return computed([{ slot: aggregate.slot, expr: aggregate.call }]);
  if (aggregate.kind === "carried")
    return computed([{ slot: aggregate.slot, expr: { ...aggregate.source, kind: "column" } }]);
  return computed([{ slot: aggregate.keySlot, expr: aggregate.key }, ...aggregate.values]);
}

function isWhole(expr: Expr, slots: ReadonlySet<Slot>): boolean {
  if (expr.type !== "decimal") return false;
  switch (expr.kind) {
    case "column":
      return slots.has(expr.slot);
    case "scalar":
      return slots.has(expr.column.slot);
    case "negate":
    case "convert":
      return isWhole(expr.operand, slots);
    case "call":
      return expr.name === "parse_version" || (keeping.has(expr.name) && expr.args.some(a => isWhole(a, slots)));
    case "operator": {
      const sides = [expr.left, expr.right];
      return exact.has(expr.name) && sides.some(e => isWhole(e, slots)) && sides.every(e => certain(e, slots));
    }
    default:
      return false;
  }
}

/** What stands beside a whole decimal without loss. */
function certain(expr: Expr, slots: ReadonlySet<Slot>): boolean {
  if (expr.type === "int" || expr.type === "long" || isWhole(expr, slots)) return true;
  if (expr.kind === "negate" || expr.kind === "convert") return certain(expr.operand, slots);
  return expr.kind === "literal" && expr.value.type === "decimal" && /^-?\d*$/.test(expr.value.value ?? "");
}
