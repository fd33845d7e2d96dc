/** Which slots and shared relations an expression or a relation mentions. */
import type { Aggregate, Expr, Rel, Slot, UnionInput } from "./plan.js";
import { unreachable } from "../base/error.js";

/** Direct sub-expressions. */
export function childExprs(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "column":
    case "literal":
    case "scalar":
      return [];
    case "call":
      return expr.args;
    case "operator":
      return [expr.left, expr.right];
    case "negate":
    case "convert":
      return [expr.operand];
    case "in":
      return [expr.left, ...expr.items];
    case "in-table":
      return [expr.left];
    case "between":
      return [expr.left, expr.from, expr.to];
    case "member":
      return typeof expr.selector === "string" ? [expr.target] : [expr.target, expr.selector];
    default:
      return unreachable(expr, "childExprs");
  }
}

/** The slots of the current row that an expression reads, repetitions included. */
export function expressionSlots(expr: Expr): readonly Slot[] {
  if (expr.kind === "column") return [expr.slot];
  return childExprs(expr).flatMap(expressionSlots);
}

/** The relations that stand inside an expression (`toscalar`, `in (table)`). */
export function expressionRels(expr: Expr): readonly Rel[] {
  const own = expr.kind === "scalar" || expr.kind === "in-table" ? [expr.table] : [];
  return [...own, ...childExprs(expr).flatMap(expressionRels)];
}

export function aggregateExprs(aggregate: Aggregate): readonly Expr[] {
  switch (aggregate.kind) {
    case "call":
      return aggregate.call.args;
    case "extreme":
      return [aggregate.key, ...aggregate.values.map(v => v.expr)];
    case "carried":
      return [{ kind: "column", slot: aggregate.source.slot, type: aggregate.source.type }];
    default:
      return unreachable(aggregate, "aggregateExprs");
  }
}

/** The relations a relation reads directly. */
export function inputsOf(rel: Rel): readonly Rel[] {
  switch (rel.kind) {
    case "scan":
    case "values":
    case "range":
    case "ref":
      return [];
    case "join":
      return [rel.left, rel.right];
    case "union":
      return rel.inputs.map(i => i.rel);
    default:
      return [rel.input];
  }
}

/** A union of all tables has millions of places, nearly all empty. */
function unionExprs(inputs: readonly UnionInput[]): readonly Expr[] {
  const found: Expr[] = [];
  for (const { sources } of inputs) for (const source of sources) if (source !== undefined) found.push(source);
  return found;
}

/** The expressions a relation evaluates itself. */
export function exprsOf(rel: Rel): readonly Expr[] {
  switch (rel.kind) {
    case "scan":
    case "ref":
    case "number":
      return [];
    case "values":
      return rel.rows.flat();
    case "range":
      return [rel.from, rel.to, rel.step];
    case "filter":
      return [rel.condition];
    case "extend":
      return rel.items.map(i => i.expr);
    case "aggregate":
      return [...rel.keys.map(k => k.expr), ...rel.aggregates.flatMap(aggregateExprs)];
    case "limit":
      return [rel.count];
    case "join":
      return [...rel.on.flatMap(o => [o.left, o.right]), ...(rel.where === undefined ? [] : [rel.where])];
    case "union":
      return unionExprs(rel.inputs);
    case "expand":
      return [...rel.items.map(i => i.source), ...(rel.limit === undefined ? [] : [rel.limit])];
    case "parse":
      return [rel.source];
    case "window":
      return rel.items.flatMap(i => i.args);
    case "sessions":
      return rel.item.args;
    case "steps":
      return [
        ...rel.steps.flatMap(s => [s.condition, ...s.assignments.map(a => a.expr)]),
        ...rel.memory.map(m => m.initial),
      ];
    case "series":
      return [
        ...rel.keys.map(k => k.expr),
        rel.axis.expr,
        rel.step,
        ...[rel.from, rel.to].filter(e => e !== undefined),
        ...rel.aggregates.flatMap(a => [a.call, a.fallback]),
      ];
    default:
      return unreachable(rel, "exprsOf");
  }
}
