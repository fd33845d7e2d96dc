/** What is read: tables without a time, all tables, joins. */
import type { BoundNode } from "../bridge.js";
import type { Lint, LintRule } from "./rule.js";
import { bare, isTable, narrowing, nodesOf, pipelineOf } from "./syntax.js";

/** Columns that say when a record happened. */
const timeColumns = ["TimeGenerated", "Timestamp"];

/** Tables that hold the present state of things, not events: a range of time would hide some of it. */
const inventory = /^(DeviceTvm|ExposureGraph|DeviceBaseline|_|DeviceInfo$|IdentityInfo$|Watchlist$|OAuthAppInfo$)/;

/** True when any part of a text speaks of the time: a filter on it, or a bin that a range was made for. */
function speaksOfTime(nodes: readonly BoundNode[]): boolean {
  const comparisons = /^(GreaterThan|GreaterThanOrEqual|LessThan|LessThanOrEqual|Between|NotBetween|Equal)Expression$/;
  return nodes.some(node =>
    [...nodesOf(node)].some(n => {
      if (n.kind === "MakeSeriesOnClause") return true;
      if (!comparisons.test(n.kind)) return false;
      return [...nodesOf(n)].some(
        c =>
          c.kind === "NameReference" &&
          c.type.kind === "scalar" &&
          c.type.type === "datetime" &&
          c.symbol?.kind === "Column",
      );
    }),
  );
}

function timeFilter(node: BoundNode, { parents, report }: Lint): void {
  if (!isTable(node)) return;
  const { type } = node;
  const time = type.kind === "table" ? timeColumns.find(name => type.columns.some(c => c.name === name)) : undefined;
  if (time === undefined || inventory.test(node.name)) return;
  // The operators that follow it, here and around the brackets it stands in.
  const following = parents.filter(p => p.kind === "PipeExpression").map(p => p.get("Operator"));
  if (speaksOfTime(following)) return;
  report(`'${node.name}' is read whole: nothing limits its time`, node.span, {
    hint: `begin with '| where ${time} > ago(1d)', unless the window of the notebook or of the portal says it`,
  });
}

function allTables(node: BoundNode, { parents, report, text }: Lint): void {
  const head = parents[0];
  const piped = head?.kind === "PipeExpression" && head.get("Operator").span.start === node.span.start;
  if (node.kind === "UnionOperator") {
    for (const each of node.list("Expressions"))
      if (bare(each).text.trim() === "*")
        report("'union *' reads every table", each.span, {
          hint: "name the tables, or a part of their names as in 'union Device*'",
        });
    return;
  }
  if (piped || node.find("InClause") !== undefined) return;
  const word = node.kind === "FindOperator" ? "find" : "search";
  const start = node.span.start;
  report(
    `'${word}' without tables reads every table`,
    { start, end: Math.min(text.length, start + word.length) },
    {
      hint: `name them: ${word} in (SigninLogs, AuditLogs) …`,
    },
  );
}

function joinKind(node: BoundNode, { report }: Lint): void {
  const kind = node.list("Parameters").some(p => p.find("Name")?.name === "kind");
  if (kind) return;
  const start = node.span.start;
  const at = start + "join".length;
  report(
    "'join' without a kind keeps one left row for each key (innerunique)",
    { start, end: at },
    {
      hint: "write kind=inner for every pair, or kind=innerunique to say that it is meant",
      fix: {
        title: "write 'kind=innerunique'",
        changes: [{ span: { start: at, end: at }, text: " kind=innerunique" }],
        safe: true,
      },
    },
  );
}

/** A whole table on the left, something narrowed on the right. */
function joinOrder(node: BoundNode, { parents, report }: Lint): void {
  const kind =
    node
      .list("Parameters")
      .find(p => p.find("Name")?.name === "kind")
      ?.get("Expression").text ?? "innerunique";
  if (!["inner", "innerunique"].includes(kind)) return;
  const pipe = parents.find(p => p.kind === "PipeExpression" && p.get("Operator").span.start === node.span.start);
  if (pipe === undefined) return;
  const left = pipelineOf(pipe.get("Expression"));
  const right = pipelineOf(bare(node.get("Expression")));
  const narrow = (operators: readonly BoundNode[]): boolean => operators.some(o => narrowing.has(o.kind));
  if (!isTable(left.source) || narrow(left.operators) || !isTable(right.source) || !narrow(right.operators)) return;
  const start = node.span.start;
  report(
    `the whole of '${left.source.name}' stands on the left of this join, fewer rows on the right`,
    { start, end: start + "join".length },
    {
      hint: "put the side with fewer rows first, or filter the left side before the join",
    },
  );
}

export const tableRules: readonly LintRule[] = [
  {
    name: "no-time-filter",
    severity: "info",
    once: true,
    why: "Logs are kept by time: a range reads a part of them, no range reads everything. Microsoft's first rule for fast queries.",
    bad: "SecurityEvent | where EventID == 4625 | count",
    good: "SecurityEvent | where TimeGenerated > ago(1d) | where EventID == 4625 | count",
    on: { NameReference: timeFilter },
  },
  {
    name: "all-tables",
    severity: "warning",
    why: "`search`, `find` and `union *` without tables read every table of the workspace, and give a row all columns of all of them.",
    bad: 'search "198.51.100.23" | where TimeGenerated > ago(1d)',
    good: 'search in (SigninLogs, OfficeActivity) "198.51.100.23" | where TimeGenerated > ago(1d)',
    on: { SearchOperator: allTables, FindOperator: allTables, UnionOperator: allTables },
  },
  {
    name: "join-kind",
    severity: "warning",
    why: "The default kind of `join` is `innerunique`: of several left rows with one key it keeps any one. Who expects SQL's join loses rows without a word.",
    bad: "SigninLogs | where TimeGenerated > ago(1d) | join (IdentityInfo | distinct AccountUPN) on $left.UserPrincipalName == $right.AccountUPN",
    good: "SigninLogs | where TimeGenerated > ago(1d) | join kind=inner (IdentityInfo | distinct AccountUPN) on $left.UserPrincipalName == $right.AccountUPN",
    on: { JoinOperator: joinKind },
  },
  {
    name: "join-order",
    severity: "info",
    why: "Kusto builds a join from its left side: the side with fewer rows belongs there.",
    bad: "DeviceProcessEvents | join kind=inner (AlertEvidence | where TimeGenerated > ago(1d)) on DeviceId | where TimeGenerated > ago(1d)",
    good: "AlertEvidence | where TimeGenerated > ago(1d) | join kind=inner (DeviceProcessEvents | where TimeGenerated > ago(1d)) on DeviceId",
    on: { JoinOperator: joinOrder },
  },
];
