/** Pipelines → relations, operator by operator. */
import type { BoundNode } from "../bridge.js";
import type { Binding, Lowering, Scope, Table } from "./context.js";
import type { NamedColumn, Rel, SlotColumn } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse } from "../refusal.js";
import { lowerArguments } from "./call.js";
import {
  lowerAssertSchema,
  lowerColumnChoice,
  lowerExtend,
  lowerFilter,
  lowerGetSchema,
  lowerParse,
} from "./columns.js";
import { lowerPrint, lowerProject, lowerRename, lowerSerialize } from "./columns.js";
import { findColumn, isTabular, tableColumns, withNames, withRow } from "./context.js";
import { describe, lowerExpr } from "./expr.js";
import { lowerEnrichment } from "./enrichment.js";
import { lowerFind } from "./find.js";
import { lowerGraphToTable, lowerMakeGraph, lowerMarkComponents } from "./graph.js";
import { lowerGraphMatch } from "./graph-match.js";
import { lowerJoin } from "./join.js";
import {
  expansions,
  lowerConsume,
  lowerCount,
  lowerDistinct,
  lowerMvExpand,
  lowerSampleDistinct,
  lowerSort,
  lowerTake,
  lowerTop,
  lowerTopHitters,
} from "./rows.js";
import { lowerEvaluate } from "./plugins.js";
import { lowerPartitionQuery } from "./partition-query.js";
import { lowerParseKv } from "./parse-kv.js";
import { lowerReduce } from "./reduce.js";
import { lowerScan } from "./scan.js";
import { lowerSearch } from "./search.js";
import { lowerMakeSeries } from "./series.js";
import { lowerSource } from "./sources.js";
import { checkOutput, findParameter, lowerConstant, outputOf, replaceColumns } from "./step.js";
import { lowerTopNested } from "./top-nested.js";
import { lowerSummarize } from "./summarize.js";
import { lowerUnion } from "./union.js";

const operators: Readonly<Record<string, (step: Step) => Table>> = {
  AssertSchemaOperator: lowerAssertSchema,
  FilterOperator: lowerFilter,
  ExtendOperator: lowerExtend,
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
  ParseKvOperator: lowerParseKv,
  ScanOperator: lowerScan,
  SerializeOperator: lowerSerialize,
  GetSchemaOperator: lowerGetSchema,
  RenderOperator: step => step.input,
  ConsumeOperator: lowerConsume,
  TopHittersOperator: lowerTopHitters,
  TopNestedOperator: lowerTopNested,
  InvokeOperator: lowerInvoke,
  ReduceByOperator: lowerReduce,
  UnionOperator: step => lowerUnion(step.lowering, step.node, step.scope, { table: step.input, source: step.source }),
  SearchOperator: step => lowerSearch(step.lowering, step.node, step.scope, { table: step.input, source: step.source }),
  EvaluateOperator: lowerEvaluate,
  MakeGraphOperator: lowerMakeGraph,
  GraphMatchOperator: lowerGraphMatch,
  GraphShortestPathsOperator: lowerGraphMatch,
  GraphToTableOperator: lowerGraphToTable,
  GraphMarkComponentsOperator: lowerMarkComponents,
  MakeSeriesOperator: lowerMakeSeries,
  MvApplyOperator: lowerMvApply,
  PartitionOperator: lowerPartition,
};

/** Lowers any tabular node. */
export function lowerTable(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  if (node.kind === "UnionOperator") return lowerUnion(lowering, node, scope);
  if (node.kind === "SearchOperator") return lowerSearch(lowering, node, scope);
  if (node.kind === "FindOperator") return lowerFind(lowering, node, scope);
  if (node.kind === "PrintOperator") return lowerPrint(lowering, node, scope);
  if (node.kind !== "PipeExpression") return lowerSource(lowering, node, scope);
  return lowerPipeline(lowering, node, scope).table;
}

/** `as` names the table for what follows in the same statement, so a pipeline also gives the scope it ends with. */
export function lowerPipeline(
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
  const name = call.get("Name").name;
  const enrichment = step.scope.names.has(name) ? undefined : lowering.options.enrichmentOf(name);
  if (enrichment !== undefined) return lowerEnrichment(step, call, enrichment);
  if (call.calledBody() === undefined) return refuse(`invoke of '${name}'`, call.span);
  const piped: Binding = { kind: "table", use: lowering.share(input, false) };
  // FileProfile is told which column to look up; its answer here does not depend on it.
  const ignores = name === "FileProfile";
  const args = ignores ? [] : call.get("ArgumentList").list("Expressions");
  return lowering.nested(call.span, () => {
    const lowerScalar = (a: BoundNode) => lowerExpr(a, { lowering, scope });
    const called = lowerArguments({ node: call, args, scope, lowerScalar, piped }, lowering);
    return lowering.table(called.body.get("Expression"), called.scope);
  });
}

/** The operators of a sub-query (`mv-apply … on (…)`, `partition by … (…)`), over the rows it is given. */
export function lowerSubquery(step: Step, node: BoundNode): Table {
  if (node.kind !== "PipeExpression") return lowerOperator({ ...step, node });
  const source = node.get("Expression");
  const input = lowerSubquery(step, source);
  return lowerOperator({ ...step, input, source, node: node.get("Operator"), scope: withRow(step.scope, input) });
}

/**
 * `mv-apply`: each row gets a number, its array is expanded, and the sub-query runs on all rows at once, number by
 * number. Source: https://learn.microsoft.com/kusto/query/mv-apply-operator
 */
function lowerMvApply(step: Step): Table {
  const { node, lowering, input } = step;
  if (input.partition !== undefined) return refuse("mv-apply inside mv-apply", node.span);
  const { items, added } = expansions(step, node.list("Expressions"), "bag");
  const indexName = findParameter(node, "with_itemindex")?.name;
  const index = lowering.slot();
  const indexColumns: readonly NamedColumn[] =
    indexName === undefined ? [] : [{ name: indexName, type: "long", slot: index }];
  const id: SlotColumn = { slot: lowering.slot(), type: "long" };
  const limit = node.find("RowLimitClause")?.get("RowLimit");
  const rel: Rel = {
    kind: "expand",
    input: { kind: "number", input: input.rel, slot: id.slot },
    items,
    index,
    limit: limit === undefined ? undefined : lowerConstant(step, limit),
  };
  const shadowed = new Set([...added, ...indexColumns].map(c => c.name));
  const outer = input.columns.filter(c => !shadowed.has(c.name));
  const inner: Table = {
    rel,
    columns: replaceColumns(input.columns, [...added, ...indexColumns]),
    // The elements stand in the array's order until the sub-query sorts them.
    order: [{ slot: index, type: "long", descending: false, nullsFirst: true }],
    serialized: true,
    partition: { column: id, outer },
  };
  const subquery = node.get("Subquery").get("Expression");
  const result = lowerSubquery({ ...step, input: inner, scope: withRow(step.scope, inner) }, subquery);
  const columns = outputOf(step).map(({ name }): NamedColumn => {
    const column = findColumn(result, name) ?? outer.find(c => c.name === name);
    if (column === undefined) throw new HuntError("internal/bug", `mv-apply: no column '${name}'`);
    return column;
  });
  return { rel: result.rel, columns, order: [], serialized: false };
}

/** `partition by key (operators)`. Source: https://learn.microsoft.com/kusto/query/partition-operator */
function lowerPartition(step: Step): Table {
  const { node, input } = step;
  if (input.partition !== undefined) return refuse("partition inside mv-apply", node.span);
  const operand = node.get("Operand");
  const key = findColumn(input, node.get("ByExpression").name);
  if (key === undefined) return refuse("partition by what is not a column", node.get("ByExpression").span);
  if (operand.kind !== "PartitionSubquery") return lowerPartitionQuery(step, key, operand);
  const inner: Table = { ...input, partition: { column: key, outer: [] } };
  const result = lowerSubquery({ ...step, input: inner, scope: withRow(step.scope, inner) }, operand.get("Subquery"));
  return { rel: result.rel, columns: checkOutput(step, result.columns), order: [], serialized: false };
}
