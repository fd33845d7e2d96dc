/** `join`, `lookup`. Source: https://learn.microsoft.com/kusto/query/join-operator */
import type { BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { Expr, JoinKind, NamedColumn, Rel } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { columnExpr, findColumn, withRow } from "./context.js";
import { checkOutput, findParameter, outputOf } from "./step.js";

const kinds: Readonly<Record<string, JoinKind>> = {
  inner: "inner",
  innerunique: "innerunique",
  leftouter: "leftouter",
  rightouter: "rightouter",
  fullouter: "fullouter",
  leftsemi: "leftsemi",
  rightsemi: "rightsemi",
  leftanti: "leftanti",
  anti: "leftanti",
  leftantisemi: "leftanti",
  rightanti: "rightanti",
  rightantisemi: "rightanti",
};

interface KeyPair {
  readonly left: NamedColumn;
  readonly right: NamedColumn;
}

export function lowerJoin(step: Step): Table {
  const { node, input, lowering, scope } = step;
  const lookup = node.kind === "LookupOperator";
  const written = findParameter(node, "kind");
  const join = kinds[written?.text ?? (lookup ? "leftouter" : "innerunique")];
  if (join === undefined) return refuse(`join kind=${written?.text ?? ""}`, (written ?? node).span);
  const right = lowering.table(node.get("Expression"), withRow(scope, undefined));
  const clause = node.find("ConditionClause") ?? node.find("LookupClause");
  if (clause === undefined) return reject("kql/join-without-condition", "a join needs 'on' and its columns", node.span);
  if (clause.kind !== "JoinOnClause") return refuse(`'${clause.kind}' in a join`, clause.span);
  const pairs = clause.list("Expressions").flatMap(c => keyPairs(c, input, right));
  const rel: Rel = {
    kind: "join",
    span: step.node.span,
    join,
    left: input.rel,
    right: right.rel,
    on: pairs.map(p => keyExprs(p, clause)),
    leftColumns: input.columns,
    rightColumns: right.columns,
  };
  return { rel, columns: joinedColumns(step, join, right, lookup ? pairs : []), order: [], serialized: false };
}

function joinedColumns(step: Step, join: JoinKind, right: Table, hidden: readonly KeyPair[]): readonly NamedColumn[] {
  if (join === "leftsemi" || join === "leftanti") return checkOutput(step, step.input.columns);
  if (join === "rightsemi" || join === "rightanti") return checkOutput(step, right.columns);
  const keys = new Set(hidden.map(p => p.right.slot));
  const all = [...step.input.columns, ...right.columns.filter(c => !keys.has(c.slot))];
  const names = outputOf(step);
  const columns = all.map((c, i) => ({ ...c, name: names[i]?.name ?? c.name }));
  return checkOutput(step, columns);
}

/** Keys of different number types compare as numbers; other differences the binder has refused. */
function keyExprs(pair: KeyPair, clause: BoundNode): { readonly left: Expr; readonly right: Expr } {
  const [left, right] = [columnExpr(pair.left), columnExpr(pair.right)];
  if (left.type === right.type) return { left, right };
  const text = (operand: Expr): Expr => ({ kind: "convert", operand, type: "string", span: clause.span });
  if (left.type === "dynamic") return { left: text(left), right: right.type === "string" ? right : text(right) };
  if (right.type === "dynamic") return { left: left.type === "string" ? left : text(left), right: text(right) };
  return { left, right };
}

function keyPairs(node: BoundNode, left: Table, right: Table): readonly KeyPair[] {
  switch (node.kind) {
    case "ParenthesizedExpression":
      return keyPairs(node.get("Expression"), left, right);
    case "NameReference":
      return [{ left: columnNamed(left, node.name, node), right: columnNamed(right, node.name, node) }];
    case "AndExpression":
      return [...keyPairs(node.get("Left"), left, right), ...keyPairs(node.get("Right"), left, right)];
    case "EqualExpression": {
      const [a, b] = [side(node.get("Left"), left, right), side(node.get("Right"), left, right)];
      if (a.left === b.left)
        return reject("kql/join-condition", "each side of '==' must name another table", node.span);
      return [a.left ? { left: a.column, right: b.column } : { left: b.column, right: a.column }];
    }
    default:
      return refuse(`'${node.text}' as a join condition`, node.span);
  }
}

function side(node: BoundNode, left: Table, right: Table): { readonly left: boolean; readonly column: NamedColumn } {
  const inner = node.kind === "ParenthesizedExpression" ? node.get("Expression") : node;
  const table = inner.kind === "PathExpression" ? inner.get("Expression").name : "";
  if (table !== "$left" && table !== "$right") return refuse(`'${node.text}' in a join condition`, node.span);
  const isLeft = table === "$left";
  return { left: isLeft, column: columnNamed(isLeft ? left : right, inner.get("Selector").name, node) };
}

function columnNamed(table: Table, name: string, node: BoundNode): NamedColumn {
  const column = findColumn(table, name);
  if (column === undefined) throw new HuntError("internal/bug", `join: no column '${name}' at ${node.span.start}`);
  return column;
}
