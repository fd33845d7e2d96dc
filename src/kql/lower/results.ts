/**
 * A bound text → its results: statements in order, and for each query one table, or several (`fork`, `facet`). The first
 * is the one that a caller who wants a single table gets.
 */
import type { Visualization } from "../api.js";
import type { BoundNode } from "../bridge.js";
import type { NamedColumn, Plan } from "../plan.js";
import type { Lowering, Scope, Table } from "./context.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { findColumn, isTabular, tableColumns, withRow } from "./context.js";
import { inlineKql } from "./inline.js";
import { lowerPipeline, lowerSubquery } from "./query.js";
import { bindStatement } from "./statements.js";

export interface LoweredQuery {
  readonly plan: Plan;
  readonly name: string | undefined;
  readonly visualization: Visualization | undefined;
}

interface Result {
  readonly table: Table;
  /** What the text calls it. */
  readonly name: string | undefined;
  readonly visualization?: Visualization | undefined;
}

/** More results of one text are refused: each is a query of its own. */
const mostResults = 64;

/** Lowers a whole text. Refusals are left in `lowering.diagnostics`. */
export function lowerResults(
  lowering: Lowering,
  statements: readonly BoundNode[],
  names: Scope["names"],
): readonly [LoweredQuery, ...LoweredQuery[]] {
  let scope: Scope = { names, row: undefined };
  const found: Result[] = [];
  for (const statement of statements) {
    const current = scope;
    if (statement.kind === "ExpressionStatement") {
      const node = statement.get("Expression");
      const results = lowering.attempt(
        node,
        () => resultsOf(lowering, node, current),
        () => [placeholder(lowering, node)],
      );
      found.push(...results);
    } else
      scope = lowering.attempt(
        statement,
        () => bindStatement(lowering, statement, current),
        () => current,
      );
  }
  const span = statements.at(-1)?.span ?? { start: 0, end: 0 };
  if (found.length > mostResults) return refuse(`a text of ${found.length} results (at most ${mostResults})`, span);
  const [first, ...further] = found.map(r => toQuery(lowering, r));
  if (first === undefined) return reject("kql/no-query", "the text holds no query, only definitions", span);
  return [first, ...further];
}

function placeholder(lowering: Lowering, node: BoundNode): Result {
  return { table: lowering.placeholder(isTabular(node) ? tableColumns(node) : []), name: undefined };
}

function toQuery(lowering: Lowering, { table, name, visualization }: Result): LoweredQuery {
  return {
    plan: {
      root: table.rel,
      columns: table.columns.filter(c => !lowering.phantoms.has(c.slot)),
      order: table.order,
      ordered: table.order.length > 0 || table.serialized,
      shared: lowering.shared,
    },
    name,
    visualization,
  };
}

function resultsOf(lowering: Lowering, node: BoundNode, scope: Scope): readonly Result[] {
  const last = lastOperator(node);
  if (last?.kind === "ForkOperator") return forked(lowering, node, scope);
  if (last?.kind === "FacetOperator") return faceted(lowering, node, scope);
  // To the binder a pipeline that ends in `consume` gives nothing, here it gives its columns without rows.
  if (!isTabular(node) && last?.kind !== "ConsumeOperator") {
    if (node.type.kind === "graph")
      return refuse("a graph as a result", node.span, "end with `graph-match` or `graph-to-table`");
    return refuse("a text whose result is not a table", node.span, "write 'print' before it");
  }
  const name = last?.kind === "AsOperator" ? last.get("Name").name : undefined;
  const { table } = lowerPipeline(lowering, node, scope);
  return [{ table, name, visualization: findVisualization(node) }];
}

function lastOperator(node: BoundNode): BoundNode | undefined {
  return node.kind === "PipeExpression" ? node.get("Operator") : undefined;
}

/** Each leg over the same rows. Source: https://learn.microsoft.com/kusto/query/fork-operator */
function forked(lowering: Lowering, node: BoundNode, scope: Scope): readonly Result[] {
  const operator = node.get("Operator");
  const before = lowerPipeline(lowering, node.get("Expression"), scope);
  const input = before.table;
  return operator.list("Expressions").map((leg): Result => {
    const written = leg.get("Expression");
    const last = written.kind === "PipeExpression" ? written.get("Operator") : written;
    const isNamed = last.kind === "AsOperator";
    const inner = !isNamed ? written : written.kind === "PipeExpression" ? written.get("Expression") : undefined;
    const step = {
      input,
      node: operator,
      source: node.get("Expression"),
      scope: withRow(before.scope, input),
      lowering,
    };
    const table = lowering.attempt(
      leg,
      () => (inner === undefined ? input : lowerSubquery(step, inner)),
      () => lowering.placeholder(input.columns),
    );
    return { table, name: leg.find("NameEquals")?.get("Name").name ?? (isNamed ? last.get("Name").name : undefined) };
  });
}

/** What `with` gives, then each column's values and how often each is. Source: https://learn.microsoft.com/kusto/query/facet-operator */
function faceted(lowering: Lowering, node: BoundNode, scope: Scope): readonly Result[] {
  const operator = node.get("Operator");
  const before = lowerPipeline(lowering, node.get("Expression"), scope);
  const input = before.table;
  const clause = operator.find("WithClause");
  const written = clause?.find("Expression") ?? clause?.find("Operator");
  const step = { input, node: operator, source: node.get("Expression"), scope: withRow(before.scope, input), lowering };
  const first: readonly Result[] =
    written === undefined ? [] : [{ table: lowerSubquery(step, written), name: undefined }];
  const facets = operator.list("Expressions").map((expression): Result => {
    const column = expression.kind === "NameReference" ? findColumn(input, expression.name) : undefined;
    if (column === undefined) return refuse("facet by what is not a column", expression.span);
    const T: Table = { ...input, columns: [{ ...column, name: "v" }], order: [], serialized: false };
    const counted = inlineKql(lowering, { text: "T | summarize n = count() by v", tables: { T } }, expression.span);
    const columns = counted.columns.map((c): NamedColumn => ({
      ...c,
      name: c.name === "v" ? column.name : `count_${column.name}`,
    }));
    return { table: { ...counted, columns }, name: column.name };
  });
  return [...first, ...facets];
}

/** `render`: the last operator of the query. */
function findVisualization(node: BoundNode): Visualization | undefined {
  const operator = lastOperator(node);
  if (operator?.kind !== "RenderOperator") return undefined;
  const properties: Record<string, string> = {};
  for (const property of [...operator.list("Parameters"), ...(operator.find("WithClause")?.list("Properties") ?? [])]) {
    const value = property.get("Expression");
    properties[property.get("Name").name] = value.stringValue ?? value.text;
  }
  const kind = operator.get("ChartType").text;
  if (kind === "") throw new HuntError("internal/bug", "render without a kind");
  return { kind, properties };
}
