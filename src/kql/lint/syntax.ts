/** Small questions about bound nodes that several rules ask. */
import type { BoundNode } from "../bridge.js";

/** All nodes of a tree, parents first, tokens left out. */
export function* nodesOf(node: BoundNode): Generator<BoundNode> {
  if (node.isToken) return;
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

export function calledName(node: BoundNode | undefined): string | undefined {
  return node?.kind === "FunctionCallExpression" ? node.get("Name").name : undefined;
}

export function argumentsOf(call: BoundNode): readonly BoundNode[] {
  return call.find("ArgumentList")?.list("Expressions") ?? [];
}

/** The one argument of a call of `name`. */
export function argumentOf(node: BoundNode | undefined, names: readonly string[]): BoundNode | undefined {
  const name = calledName(node);
  if (node === undefined || name === undefined || !names.includes(name)) return undefined;
  const found = argumentsOf(node);
  return found.length === 1 ? found[0] : undefined;
}

export function isColumn(node: BoundNode | undefined): node is BoundNode {
  return node?.kind === "NameReference" && node.symbol?.kind === "Column";
}

/** The operators of a pipeline in order, and what it begins with. */
export function pipelineOf(node: BoundNode): { readonly source: BoundNode; readonly operators: readonly BoundNode[] } {
  const operators: BoundNode[] = [];
  let source = node;
  while (source.kind === "PipeExpression") {
    operators.unshift(source.get("Operator"));
    source = source.get("Expression");
  }
  return { source, operators };
}

/** Without the brackets around it. */
export function bare(node: BoundNode): BoundNode {
  return node.kind === "ParenthesizedExpression" ? bare(node.get("Expression")) : node;
}

/** True for a table of the database, not for a name that `let` gives. */
export function isTable(node: BoundNode): boolean {
  return node.kind === "NameReference" && ["Table", "MaterializedView"].includes(node.symbol?.kind ?? "");
}

/** Terms of a condition that `and` or `or` joins. */
export function termsOf(node: BoundNode, kind: "AndExpression" | "OrExpression"): readonly BoundNode[] {
  const inner = bare(node);
  if (inner.kind !== kind) return [inner];
  return [...termsOf(inner.get("Left"), kind), ...termsOf(inner.get("Right"), kind)];
}

/** Operators after which fewer rows are left. */
export const narrowing = new Set([
  ...["FilterOperator", "SummarizeOperator", "DistinctOperator", "TakeOperator", "TopOperator", "CountOperator"],
  ...["SampleOperator", "SampleDistinctOperator", "TopNestedOperator", "TopHittersOperator", "SearchOperator"],
  ...["ParseWhereOperator", "ScanOperator"],
]);
