/** How operators follow each other, and what is never used. */
import type { BoundNode } from "../bridge.js";
import type { Lint, LintRule } from "./rule.js";
import { argumentsOf, calledName, narrowing, nodesOf, pipelineOf } from "./syntax.js";

/** Operators whose result does not keep the order of their rows. */
const unordering = new Set([
  "SummarizeOperator",
  "DistinctOperator",
  "CountOperator",
  "JoinOperator",
  "UnionOperator",
  "SortOperator",
  "TopOperator",
]);
/** Operators that neither need the order nor change it. */
const passing = new Set([
  "FilterOperator",
  "ExtendOperator",
  "ProjectOperator",
  "ProjectAwayOperator",
  "ProjectRenameOperator",
  "ProjectReorderOperator",
  "ProjectKeepOperator",
]);
const windows = new Set([
  "prev",
  "next",
  "row_number",
  "row_cumsum",
  "row_rank_dense",
  "row_rank_min",
  "row_window_session",
]);
/** Aggregates that see the order of the rows. */
const orderedAggregates = /^(make_list|make_list_if|make_list_with_nulls|makelist|take_any|any|make_bag|make_bag_if)$/;

function isTop(node: BoundNode, { parents }: Lint): boolean {
  return !(
    parents[0]?.kind === "PipeExpression" &&
    parents[0].get("Expression").span.end === node.span.end &&
    parents[0].get("Expression").kind === "PipeExpression"
  );
}

function keyword(node: BoundNode): { readonly start: number; readonly end: number } {
  const word = /^[\w-]+/.exec(node.text)?.[0].length ?? 1;
  return { start: node.span.start, end: node.span.start + word };
}

function sorts(node: BoundNode, lint: Lint): void {
  if (!isTop(node, lint)) return;
  const { operators } = pipelineOf(node);
  for (const [i, sort] of operators.entries()) {
    if (sort.kind !== "SortOperator") continue;
    const rest = operators.slice(i + 1);
    const next = rest.find(o => !passing.has(o.kind));
    const between = rest.slice(0, next === undefined ? rest.length : rest.indexOf(next));
    const reads = [...between, ...(next === undefined ? [] : [next])].some(o =>
      [...nodesOf(o)].some(n => windows.has(calledName(n) ?? "") || orderedAggregates.test(calledName(n) ?? "")),
    );
    if (next !== undefined && unordering.has(next.kind) && !reads) {
      const what = /^[\w-]+/.exec(next.text)?.[0] ?? "";
      lint.report(`this sort is lost: '${what}' does not keep the order`, keyword(sort), {
        hint: "sort after it, or leave the sort out",
      });
    }
  }
}

function unboundedSort(node: BoundNode, lint: Lint): void {
  if (!isTop(node, lint)) return;
  const { source, operators } = pipelineOf(node);
  const at = operators.findIndex(o => o.kind === "SortOperator");
  const sort = operators[at];
  if (sort === undefined || source.kind !== "NameReference" || source.symbol?.kind !== "Table") return;
  const rest = operators.slice(at + 1);
  if (
    operators.slice(0, at).some(o => narrowing.has(o.kind)) ||
    rest.some(o => narrowing.has(o.kind) || unordering.has(o.kind))
  )
    return;
  lint.report(`all rows of '${source.name}' are sorted`, keyword(sort), {
    hint: "filter first, or take the first rows: top 100 by …",
  });
}

function sortTake(node: BoundNode, lint: Lint): void {
  if (node.get("Operator").kind !== "TakeOperator") return;
  const before = node.get("Expression");
  const sort = before.kind === "PipeExpression" ? before.get("Operator") : undefined;
  if (sort?.kind !== "SortOperator" || sort.list("Expressions").length !== 1) return;
  const take = node.get("Operator");
  const by = sort.list("Expressions")[0];
  const count = take.find("Expression");
  if (by === undefined || count === undefined) return;
  const span = { start: sort.span.start, end: take.span.end };
  if (lint.text.slice(span.start, span.end).includes("//")) return;
  const text = `top ${count.text} by ${by.text}`;
  lint.report("'sort' and 'take' are one operator: 'top'", keyword(sort), {
    hint: text,
    fix: { title: `write '${text}'`, changes: [{ span, text }], safe: true },
  });
}

function unusedLets(_node: BoundNode, { statements, report }: Lint): void {
  const last = statements.at(-1);
  if (last === undefined || last.kind === "LetStatement") return;
  const used = new Set<string>();
  for (const statement of statements)
    for (const node of nodesOf(statement))
      if (node.kind === "NameReference" || node.kind === "WildcardedNameReference")
        used.add(node.name === "" ? node.text : node.name);
  for (const statement of statements) {
    if (statement.kind !== "LetStatement") continue;
    const name = statement.get("Name");
    if (used.has(name.name)) continue;
    report(`'${name.name}' is never used`, name.span, { hint: "leave it out, or use it" });
  }
}

function negativeAgo(node: BoundNode, { report }: Lint): void {
  const [argument] = argumentsOf(node);
  if (calledName(node) !== "ago" || argument?.kind !== "UnaryMinusExpression") return;
  const inner = argument.get("Expression").text;
  report(`ago(-${inner}) lies in the future`, node.span, {
    hint: `ago(${inner}), or now() + ${inner}`,
    fix: { title: `write 'ago(${inner})'`, changes: [{ span: node.span, text: `ago(${inner})` }], safe: false },
  });
}

function selfAssignment(node: BoundNode, { report }: Lint): void {
  for (const each of node.list("Expressions")) {
    if (each.kind !== "SimpleNamedExpression") continue;
    const name = each.get("Name").name;
    const value = each.get("Expression");
    if (value.kind === "NameReference" && value.name === name && name !== "")
      report(`'${name}' is given its own value`, each.span, { hint: "leave it out" });
  }
}

export const shapeRules: readonly LintRule[] = [
  {
    name: "lost-sort",
    severity: "warning",
    why: "`summarize`, `distinct`, `join` and `union` do not keep an order: a sort before them costs and does nothing.",
    bad: "SecurityEvent | where TimeGenerated > ago(1d) | sort by TimeGenerated asc | summarize count() by Account",
    good: "SecurityEvent | where TimeGenerated > ago(1d) | summarize Total = count() by Account | sort by Total",
    on: { PipeExpression: sorts },
  },
  {
    name: "unbounded-sort",
    severity: "info",
    why: "A sort of all rows of a table keeps them all in memory; a sort of few, or the first of them, does not.",
    bad: "SecurityEvent | sort by TimeGenerated",
    good: "SecurityEvent | where TimeGenerated > ago(1h) | sort by TimeGenerated",
    on: { PipeExpression: unboundedSort },
  },
  {
    name: "sort-take",
    severity: "info",
    why: "`top` finds the first rows without sorting the others.",
    bad: "SecurityEvent | where TimeGenerated > ago(1d) | sort by TimeGenerated | take 10",
    good: "SecurityEvent | where TimeGenerated > ago(1d) | top 10 by TimeGenerated",
    on: { PipeExpression: sortTake },
  },
  {
    name: "unused-let",
    severity: "warning",
    why: "A name that is never used is often a filter that was forgotten.",
    bad: 'let Allowed = dynamic(["198.51.100.7"]); SigninLogs | where TimeGenerated > ago(1d) | summarize count() by IPAddress',
    good: 'let Allowed = dynamic(["198.51.100.7"]); SigninLogs | where TimeGenerated > ago(1d) | where IPAddress !in (Allowed) | summarize count() by IPAddress',
    on: { Query: unusedLets },
  },
  {
    name: "future",
    severity: "warning",
    why: "`ago()` counts back: a negative span is a time that has not come, and no row is younger.",
    bad: "SigninLogs | where TimeGenerated > ago(-1d)",
    good: "SigninLogs | where TimeGenerated > ago(1d)",
    on: { FunctionCallExpression: negativeAgo },
  },
  {
    name: "self-assignment",
    severity: "info",
    why: "A column that is given its own value is a slip of the pen, or a leftover.",
    bad: "SigninLogs | where TimeGenerated > ago(1d) | extend IPAddress = IPAddress",
    good: "SigninLogs | where TimeGenerated > ago(1d) | extend Address = IPAddress",
    on: { ExtendOperator: selfAssignment },
  },
];
