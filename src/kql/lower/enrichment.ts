/**
 * `invoke ti_lookup("IPAddress")` and its like: whoever runs the query is asked about the distinct values of a column; its
 * answer is a table whose column `c0` holds the value, and the others what is known of it.
 */
import type { BoundNode } from "../bridge.js";
import type { NamedColumn, Rel, ScanColumn } from "../plan.js";
import type { Table } from "./context.js";
import type { Step } from "./step.js";
import type { Enrichment } from "../enrichments.js";
import { didYouMean } from "../../base/suggest.js";
import { Refusal, refuse, reject } from "../refusal.js";
import { columnExpr, findColumn, withRow } from "./context.js";
import { constantText, lowerExpr } from "./expr.js";
import { inlineKql } from "./inline.js";
import { checkOutput, extendRel, outputOf, replaceColumns } from "./step.js";

export function lowerEnrichment(step: Step, call: BoundNode, enrichment: Enrichment): Table {
  const { lowering, input } = step;
  const name = call.get("Name").name;
  if (input.partition !== undefined) return refuse(`invoke of '${name}' inside mv-apply or partition`, call.span);
  const { column: wanted = "", ...options } = argumentsOf(step, call, enrichment);
  const column =
    findColumn(input, wanted) ??
    reject(
      "kql/enrichment",
      `'${name}' is to look at the column '${wanted}', which the table before it does not have${didYouMean(
        wanted,
        input.columns.map(c => c.name),
      )}`,
      call.span,
    );
  const key = lowering.enrichmentKey(name);
  const answer = lowering.options.answerAt(key);
  if (answer === undefined) {
    const table = inlineKql(
      lowering,
      {
        text: "T | project v = tostring(v) | where isnotempty(v) | distinct v",
        tables: { T: { ...input, columns: [{ ...column, name: "v" }], order: [] } },
      },
      call.span,
    );
    const asks = { kind: "enrich", name, options, table, maxRows: enrichment.maxValues } as const;
    return lowering.ask({ at: call.span.end, key, kind: name, facts: {}, asks }, outputOf(step));
  }
  if (answer.refused !== undefined)
    throw new Refusal({ code: "kql/enrichment", severity: "error", span: call.span, ...answer.refused });
  return joined(step, call, { key, column, enrichment });
}

interface Joining {
  readonly key: string;
  readonly column: NamedColumn;
  readonly enrichment: Enrichment;
}

/** The rows of the input with what is known of each one's value. */
function joined(step: Step, call: BoundNode, { key, column, enrichment }: Joining): Table {
  const { lowering, input } = step;
  const answer = lowering.options.answerAt(key);
  const known = [{ name: "", type: "string" } as const, ...enrichment.columns].map((c, i): ScanColumn => ({
    name: c.name,
    type: c.type,
    slot: lowering.slot(),
    physical: `c${i}`,
  }));
  const [value, ...added] = known;
  if (value === undefined) return input;
  const right: Rel = { kind: "scan", table: key, path: answer?.relation?.path, columns: known, time: undefined };
  const text = lowering.slot();
  const left = extendRel(input.rel, [
    { slot: text, expr: { kind: "convert", operand: columnExpr(column), type: "string", span: call.span } },
  ]);
  const rel: Rel = {
    kind: "join",
    join: enrichment.rows === "each" ? "leftouter" : "inner",
    left,
    right,
    on: [{ left: { kind: "column", slot: text, type: "string" }, right: columnExpr(value) }],
    leftColumns: [...input.columns, ...input.order, { slot: text, type: "string" }],
    rightColumns: known,
  };
  const columns = checkOutput(step, replaceColumns(input.columns, added));
  return { rel, columns, order: input.order, serialized: input.serialized && input.order.length > 0 };
}

/** Arguments by name; all are constant texts. */
function argumentsOf(step: Step, call: BoundNode, { options = {} }: Enrichment): Readonly<Record<string, string>> {
  const { lowering } = step;
  const name = call.get("Name").name;
  const scope = withRow(step.scope, undefined);
  const parameters = ["column", ...Object.keys(options)];
  const given: Record<string, string> = { ...options };
  let position = 0;
  for (const argument of call.get("ArgumentList").list("Expressions")) {
    const isNamed = argument.kind === "SimpleNamedExpression";
    const parameter = isNamed ? argument.get("Name").name : (parameters[position++] ?? "");
    const node = isNamed ? argument.get("Expression") : argument;
    const text = constantText(lowerExpr(node, { lowering, scope }));
    if (text === undefined) return refuse(`'${parameter}' of '${name}' that is not a constant text`, node.span);
    given[parameter] = text;
  }
  return given;
}
