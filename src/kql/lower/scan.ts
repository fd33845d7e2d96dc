/** `scan`. Source: https://learn.microsoft.com/kusto/query/scan-operator */
import type { BoundNode } from "../bridge.js";
import type { Binding, Scope, Table } from "./context.js";
import type { Computed, Expr, NamedColumn, Rel, ScanMemory, ScanStep, Slot, SortKey } from "../plan.js";
import type { Step } from "./step.js";
import { isKqlType } from "../../base/column.js";
import { refuse } from "../refusal.js";
import { expressionSlots } from "../slots.js";
import { findColumn, nullOf, withNames, withRow } from "./context.js";
import { lowerExpr } from "./expr.js";
import { checkOutput, extendRel, findParameter, lowerConstant, outputOf } from "./step.js";

/** A declared column: the input's copy of it holds the default. */
interface Declared {
  readonly column: NamedColumn;
  readonly initial: Expr;
}

export function lowerScan(step: Step): Table {
  const { node, lowering, input } = step;
  for (const clause of ["OrderByClause", "PartitionByClause"])
    if (node.find(clause) !== undefined)
      return refuse(`'${node.find(clause)?.text ?? clause}' in scan`, node.span, "sort before it, or use 'partition'");
  const declared = (node.find("DeclareClause")?.list("Declarations") ?? []).map(d => declare(step, d));
  const row: Table = {
    ...input,
    rel: extendRel(
      input.rel,
      declared.map((d): Computed => ({ slot: d.column.slot, expr: d.initial })),
    ),
    columns: [...input.columns, ...declared.map(d => d.column)],
  };
  const nodes = node.list("Steps");
  const initials = new Map(declared.map(d => [d.column.slot, d.initial]));
  const states = nodes.map((_, index) => remember(step, row, index, initials));
  const names = nodes.map((n, index): readonly [string, Binding] => [
    n.get("Name").name,
    { kind: "element", element: { kind: "one", tables: [states[index]?.table ?? row], inner: [] } },
  ]);
  const scope = withNames(withRow(step.scope, row), names);
  const steps = nodes.map(n => lowerStep(step, n, scope, row));
  const read = new Set(steps.flatMap(s => [s.condition, ...s.assignments.map(a => a.expr)]).flatMap(expressionSlots));
  const outputs = declared.map(d => ({ slot: lowering.slot(), source: d.column.slot, type: d.column.type }));
  const [matchId, place, rank] = [lowering.slot(), lowering.slot(), lowering.slot()];
  const rel: Rel = {
    kind: "steps",
    input: row.rel,
    order: input.order,
    partition: input.partition?.column.slot,
    steps,
    memory: states.flatMap(s => s.memory).filter(m => read.has(m.slot)),
    declared: outputs,
    matchId,
    place,
    rank,
    span: node.span,
  };
  const idName = findParameter(node, "with_match_id")?.name;
  // Without the parameter the binder still has a column of this name; the documentation has none.
  if (idName === undefined) lowering.phantoms.add(matchId);
  const id: NamedColumn = { name: idName ?? outputOf(step).at(-1)?.name ?? "", type: "long", slot: matchId };
  const given = declared.map((d, i): NamedColumn => ({ ...d.column, slot: outputs[i]?.slot ?? d.column.slot }));
  const order = [place, rank].map((slot): SortKey => ({ slot, type: "long", descending: false, nullsFirst: true }));
  const columns = checkOutput(step, [...input.columns, ...given, id]);
  return { ...input, rel, columns, order, serialized: true };
}

function declare(step: Step, node: BoundNode): Declared {
  const typeName = node.get("NameAndType").get("Type").symbol?.name ?? node.get("NameAndType").get("Type").text;
  if (!isKqlType(typeName)) return refuse(`the type '${typeName}' in scan`, node.span);
  const name = node.get("NameAndType").get("Name").name;
  const written = node.find("DefaultValue")?.get("Value");
  const value = written === undefined ? nullOf(typeName) : lowerConstant(step, written);
  return {
    column: { name, type: typeName, slot: step.lowering.slot() },
    initial: ofType(value, typeName, node),
  };
}

/** What a step's name stands for: each column as it was at the step's last match. */
function remember(
  step: Step,
  row: Table,
  index: number,
  initials: ReadonlyMap<Slot, Expr>,
): { readonly table: Table; readonly memory: readonly ScanMemory[] } {
  const memory = row.columns.map((c): ScanMemory => {
    const initial = initials.get(c.slot) ?? nullOf(c.type);
    return { slot: step.lowering.slot(), step: index, source: c.slot, type: c.type, initial };
  });
  const columns = row.columns.map((c, i): NamedColumn => ({ ...c, slot: memory[i]?.slot ?? c.slot }));
  return { table: { ...row, columns }, memory };
}

function lowerStep(step: Step, node: BoundNode, scope: Scope, row: Table): ScanStep {
  const context = { lowering: step.lowering, scope };
  if (node.find("OptionalKeyword") !== undefined && node.get("OptionalKeyword").text !== "")
    return refuse("an optional step of scan", node.span);
  const written = node.children.find(c => c.kind === "ScanStepOutput")?.text;
  const words = written?.replace(/\s/g, "") ?? "output=all";
  const output = words.slice(words.indexOf("=") + 1);
  if (output !== "all" && output !== "last" && output !== "none") return refuse(`'${words}' in scan`, node.span);
  const assignments = (node.find("ComputationClause")?.list("Assignments") ?? []).map((a): Computed => {
    const name = a.get("Name").name;
    const column = findColumn(row, name) ?? refuse(`an assignment to '${name}'`, a.span);
    return { slot: column.slot, expr: ofType(lowerExpr(a.get("Expression"), context), column.type, a) };
  });
  return { condition: ofType(lowerExpr(node.get("Condition"), context), "bool", node), assignments, output };
}

function ofType(expr: Expr, type: Expr["type"], node: BoundNode): Expr {
  return expr.type === type ? expr : { kind: "convert", operand: expr, type, span: node.span };
}
