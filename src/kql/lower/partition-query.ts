/**
 * `partition by key { query }`: the query has a source of its own and runs once for each value of the key, which it may
 * name. The values are asked for first.
 *
 * Source: https://learn.microsoft.com/kusto/query/partition-operator#legacy-strategy
 */
import type { BoundNode } from "../bridge.js";
import type { Expr, NamedColumn } from "../plan.js";
import type { Table } from "./context.js";
import type { Step } from "./step.js";
import { refuse } from "../refusal.js";
import { nullOf, withNames, withRow } from "./context.js";
import { inlineKql } from "./inline.js";
import { outputOf } from "./step.js";
import { uniteTables } from "./union.js";

/** The documented limit. */
const mostValues = 64;

export function lowerPartitionQuery(step: Step, key: NamedColumn, operand: BoundNode): Table {
  const { node, lowering, input } = step;
  if (key.type === "dynamic") return refuse("partition by a dynamic column", node.span, "convert it by tostring()");
  if (node.isElsewhere)
    return refuse("partition with a query of its own inside a stored function", node.span, "write it into the query");
  const at = node.span.end;
  const answer = lowering.options.answerAt(at);
  if (answer === undefined) {
    const T: Table = { ...input, columns: [{ ...key, name: "k" }], order: [], serialized: false };
    const text = "T | summarize by k | project s = tostring(k), n = tostring(isnull(k)) | sort by s asc, n asc";
    const table = inlineKql(lowering, { text, tables: { T } }, node.span);
    const asks = { kind: "rows", table, maxRows: mostValues } as const;
    return lowering.ask({ at, kind: "partition", facts: {}, asks }, outputOf(step));
  }
  if (answer.cut)
    return refuse(
      `partition with a query of its own over more than ${mostValues} values of '${key.name}'`,
      node.span,
      "filter first, or write the operators in parentheses, `partition by key (…)`, which has no limit",
    );
  const inner = operand.find("Query") ?? operand.find("Expression") ?? operand.find("Subquery");
  if (inner === undefined) return refuse("partition without a query", operand.span);
  const tables = answer.rows.map(([text, isNull]) => {
    const expr = isNull === "True" ? nullOf(key.type) : keyValue(key, text ?? "", node);
    return lowering.table(inner, withNames(withRow(step.scope, undefined), [[key.name, { kind: "scalar", expr }]]));
  });
  if (tables.length === 0) return lowering.placeholder(outputOf(step));
  return uniteTables(lowering, tables, node);
}

function keyValue(key: NamedColumn, text: string, node: BoundNode): Expr {
  const literal: Expr = { kind: "literal", type: "string", value: { type: "string", value: text } };
  return key.type === "string" ? literal : { kind: "convert", operand: literal, type: key.type, span: node.span };
}
