/** A bound text → a plan: statements in order, pipelines operator by operator. */
import type { BoundNode } from "../bridge.js";
import type { Visualization } from "../api.js";
import type { Binding, Lowering, Scope, Table } from "./context.js";
import type { Plan } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { lowerArguments } from "./call.js";
import { lowerColumnChoice, lowerExtend, lowerFilter, lowerGetSchema, lowerParse } from "./columns.js";
import { lowerProject, lowerRename, lowerSerialize } from "./columns.js";
import { isTabular, tableColumns, withNames, withRow } from "./context.js";
import { describe, lowerExpr } from "./expr.js";
import { lowerJoin } from "./join.js";
import { lowerCount, lowerDistinct, lowerMvExpand, lowerSampleDistinct, lowerSort, lowerTake, lowerTop } from "./rows.js";
import { lowerSource } from "./sources.js";
import { bindStatement } from "./statements.js";
import { lowerSummarize } from "./summarize.js";
import { lowerUnion } from "./union.js";

const operators: Readonly<Record<string, (step: Step) => Table>> = {
  FilterOperator: lowerFilter,
  ExtendOperator: step => lowerExtend(step),
  ProjectOperator: lowerProject,
  ProjectAwayOperator: lowerColumnChoice,
  ProjectKeepOperator: lowerColumnChoice,
  ProjectReorderOperator: lowerColumnChoice,
  ProjectByNamesOperator: lowerColumnChoice,
  ProjectRenameOperator: lowerRename,
  SummarizeOperator: lowerSummarize,
  SortOperator: lowerSort,
  TopOperator: lowerTop,
  TakeOperator: lowerTake,
  SampleOperator: lowerTake,
  SampleDistinctOperator: lowerSampleDistinct,
  CountOperator: lowerCount,
  DistinctOperator: lowerDistinct,
  JoinOperator: lowerJoin,
  LookupOperator: lowerJoin,
  MvExpandOperator: lowerMvExpand,
  ParseOperator: lowerParse,
  ParseWhereOperator: lowerParse,
  SerializeOperator: lowerSerialize,
  GetSchemaOperator: lowerGetSchema,
  RenderOperator: step => step.input,
  ConsumeOperator: step => step.input,
  InvokeOperator: lowerInvoke,
  UnionOperator: step =>
    lowerUnion(step.lowering, step.node, step.scope, { table: step.input, source: step.source }),
};

/** Lowers any tabular node. */
export function lowerTable(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  if (node.kind === "UnionOperator") return lowerUnion(lowering, node, scope);
  if (node.kind !== "PipeExpression") return lowerSource(lowering, node, scope);
  return lowerPipeline(lowering, node, scope).table;
}

/** `as` names the table for what follows in the same statement, so a pipeline also gives the scope it ends with. */
function lowerPipeline(
  lowering: Lowering,
  node: BoundNode,
  scope: Scope,
): { readonly table: Table; readonly scope: Scope } {
  if (node.kind !== "PipeExpression") return { table: lowerTable(lowering, node, scope), scope };
  const before = lowerPipeline(lowering, node.get("Expression"), scope);
  const operator = node.get("Operator");
  if (operator.kind === "AsOperator") return nameTable(lowering, operator, before);
  const step: Step = {
    input: before.table,
    node: operator,
    source: node.get("Expression"),
    scope: withRow(before.scope, before.table),
    lowering,
  };
  const table = lowering.attempt(
    operator,
    () => lowerOperator(step),
    () => lowering.placeholder(isTabular(operator) ? tableColumns(operator) : []),
  );
  return { table, scope: before.scope };
}

function lowerOperator(step: Step): Table {
  const lower = operators[step.node.kind];
  if (lower === undefined) return refuse(`'${describe(step.node)}'`, step.node.span);
  const inApply = step.input.partition !== undefined;
  const table = lower(step);
  if (inApply && table.partition === undefined)
    return refuse(`'${describe(step.node)}' inside mv-apply`, step.node.span);
  return table;
}

function nameTable(
  lowering: Lowering,
  node: BoundNode,
  before: { readonly table: Table; readonly scope: Scope },
): { readonly table: Table; readonly scope: Scope } {
  const use = lowering.share(before.table, true);
  const binding: Binding = { kind: "table", use };
  return { table: use(), scope: withNames(before.scope, [[node.get("Name").name, binding]]) };
}

function lowerInvoke(step: Step): Table {
  const call = step.node.get("Function");
  const { lowering, input } = step;
  const scope = withRow(step.scope, undefined);
  if (call.calledBody() === undefined) return refuse(`invoke of '${call.get("Name").name}'`, call.span);
  const piped: Binding = { kind: "table", use: lowering.share(input, false) };
  const args = call.get("ArgumentList").list("Expressions");
  return lowering.nested(call.span, () => {
    const lowerScalar = (a: BoundNode) => lowerExpr(a, { lowering, scope });
    const called = lowerArguments({ node: call, args, scope, lowerScalar, piped }, lowering);
    return lowering.table(called.body.get("Expression"), called.scope);
  });
}

export interface LoweredQuery {
  readonly plan: Plan;
  readonly visualization: Visualization | undefined;
}

/** Lowers a whole text. Refusals are left in `lowering.diagnostics`. */
export function lowerQuery(lowering: Lowering, statements: readonly BoundNode[], names: Scope["names"]): LoweredQuery {
  let scope: Scope = { names, row: undefined };
  let result: Table | undefined;
  let visualization: Visualization | undefined;
  for (const statement of statements) {
    if (statement.kind !== "ExpressionStatement") {
      const before = scope;
      scope = lowering.attempt(
        statement,
        () => bindStatement(lowering, statement, before),
        () => before,
      );
      continue;
    }
    if (result !== undefined) return refuse("a second query in one text", statement.span, "run them one by one");
    const node = statement.get("Expression");
    const current = scope;
    if (!isTabular(node)) return refuse("a text whose result is not a table", node.span, "write 'print' before it");
    visualization = findVisualization(node);
    result = lowering.attempt(
      node,
      () => lowerPipeline(lowering, node, current).table,
      () => lowering.placeholder(tableColumns(node)),
    );
  }
  const span = statements.at(-1)?.span ?? { start: 0, end: 0 };
  if (result === undefined) return reject("kql/no-query", "the text holds no query, only definitions", span);
  return {
    plan: {
      root: result.rel,
      columns: result.columns,
      order: result.order,
      ordered: result.order.length > 0 || result.serialized,
      shared: lowering.shared,
    },
    visualization,
  };
}

/** `render`: the last operator of the query. */
function findVisualization(node: BoundNode): Visualization | undefined {
  if (node.kind !== "PipeExpression") return undefined;
  const operator = node.get("Operator");
  if (operator.kind !== "RenderOperator") return undefined;
  const properties: Record<string, string> = {};
  for (const property of [...operator.list("Parameters"), ...(operator.find("WithClause")?.list("Properties") ?? [])]) {
    const value = property.get("Expression");
    properties[property.get("Name").name] = value.stringValue ?? value.text;
  }
  const kind = operator.get("ChartType");
  const name = kind.text;
  if (name === "") throw new HuntError("internal/bug", "render without a kind");
  return { kind: name, properties };
}
