/** `make-series`. Source: https://learn.microsoft.com/kusto/query/make-series-operator */
import type { BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { Computed, Expr, NamedColumn, Rel, SeriesAggregate } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse } from "../refusal.js";
import { checkOutput, findParameter, lowerConstant, lowerValue, outputOf } from "./step.js";

interface Range {
  readonly from: Expr | undefined;
  readonly to: Expr | undefined;
  readonly step: Expr;
  readonly inclusive: boolean;
}

export function lowerMakeSeries(step: Step): Table {
  const { node, lowering, input } = step;
  if (input.partition !== undefined) return refuse("make-series here", node.span);
  const kind = findParameter(node, "kind")?.text ?? "default";
  const axis = lowerValue(step, node.get("OnClause").get("Expression"));
  const keys = (node.find("ByClause")?.list("Expressions") ?? []).map((n): Computed => ({
    slot: lowering.slot(),
    expr: lowerValue(step, n),
  }));
  const aggregates = node.list("Aggregates").map(n => lowerSeriesAggregate(step, n));
  const axisSlot = lowering.slot();
  const rel: Rel = {
    kind: "series",
    input: input.rel,
    keys,
    axis: { slot: axisSlot, expr: axis },
    ...rangeOf(step, node.get("RangeClause"), axis),
    aggregates,
    nonEmpty: kind === "nonempty",
    span: node.span,
  };
  const names = outputOf(step);
  const parts = [
    ...keys.map(k => ({ slot: k.slot, type: k.expr.type })),
    ...aggregates.map(a => ({ slot: a.slot, type: "dynamic" as const })),
    { slot: axisSlot, type: "dynamic" as const },
  ];
  const columns = parts.map((p, i): NamedColumn => ({ ...p, name: names[i]?.name ?? "" }));
  return { rel, columns: checkOutput(step, columns), order: [], serialized: false };
}

function lowerSeriesAggregate(step: Step, node: BoundNode): SeriesAggregate {
  const { lowering } = step;
  const inner = node.get("Expression");
  const call = inner.kind === "SimpleNamedExpression" ? inner.get("Expression") : inner;
  const name = call.kind === "FunctionCallExpression" ? call.get("Name").name : "";
  if (!lowering.options.knowsAggregate(name)) return refuse(`'${call.text}' in make-series`, call.span);
  const args = call
    .get("ArgumentList")
    .list("Expressions")
    .map(a => lowerValue(step, a));
  const type = call.type.kind === "scalar" && call.type.type !== "unknown" ? call.type.type : "real";
  const written = node.find("DefaultExpression")?.get("Expression");
  const zero: Expr = { kind: "literal", type: "long", value: { type: "long", value: 0n } };
  const fallback = written === undefined ? zero : lowerConstant(step, written);
  return {
    slot: lowering.slot(),
    call: { kind: "call", name, args, type, span: call.span },
    fallback: fallback.type === type ? fallback : { kind: "convert", operand: fallback, type, span: node.span },
    type,
  };
}

function rangeOf(step: Step, clause: BoundNode, axis: Expr): Range {
  const typed = (node: BoundNode | undefined): Expr | undefined => {
    if (node === undefined) return undefined;
    const expr = lowerConstant(step, node);
    return expr.type === axis.type ? expr : { kind: "convert", operand: expr, type: axis.type, span: node.span };
  };
  const size = (node: BoundNode): Expr => {
    const expr = lowerConstant(step, node);
    const type = axis.type === "datetime" ? "timespan" : axis.type;
    return expr.type === type ? expr : { kind: "convert", operand: expr, type, span: node.span };
  };
  if (clause.kind === "MakeSeriesInRangeClause") {
    const [from, to, by] = clause.get("Arguments").list("Expressions");
    if (by === undefined) throw new HuntError("internal/bug", "make-series: range without step");
    return { from: typed(from), to: typed(to), step: size(by), inclusive: true };
  }
  return {
    from: typed(clause.find("MakeSeriesFromClause")?.get("Expression")),
    to: typed(clause.find("MakeSeriesToClause")?.get("Expression")),
    step: size(clause.get("MakeSeriesStepClause").get("Expression")),
    inclusive: false,
  };
}
