/** Process trees as lines: what lists, pictures and terminals share. */
import type { ProcessTreeNode, ProcessTreeSummary } from "./model.js";
import { instantLabel } from "./ticks.js";

/** The last part of a path of either kind. */
export function baseName(path: string): string {
  const at = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
  return at < 0 || at === path.length - 1 ? path : path.slice(at + 1);
}

/** Depth of every row, 0 for roots. Rows are in preorder, so a parent stands before its children. */
export function depthsOf(node: Pick<ProcessTreeNode, "parent">): Int32Array {
  const depths = new Int32Array(node.parent.length);
  node.parent.forEach((parent, i) => {
    depths[i] = parent < 0 ? 0 : (depths[parent] ?? 0) + 1;
  });
  return depths;
}

/** The index after the last descendant of each row. */
export function endsOf(node: Pick<ProcessTreeNode, "parent">): Int32Array {
  const count = node.parent.length;
  const ends = new Int32Array(count);
  for (let i = 0; i < count; i += 1) ends[i] = i + 1;
  for (let i = count - 1; i >= 0; i -= 1) {
    const parent = node.parent[i] ?? -1;
    if (parent >= 0) ends[parent] = Math.max(ends[parent] ?? 0, ends[i] ?? 0);
  }
  return ends;
}

/** `powershell.exe (4120)`. */
export function processTitle(node: ProcessTreeNode, row: number): string {
  const name = baseName(node.name[row] ?? "");
  const id = node.processId[row] ?? "";
  return `${name === "" ? "(no name)" : name}${id === "" ? "" : ` (${id})`}`;
}

/** What every row of a tree has in common, so that it is said once instead of on every line. */
export interface TreeConstants {
  readonly host: string | undefined;
  readonly account: string | undefined;
}

function onlyValue(values: readonly string[], counts: (row: number) => boolean): string | undefined {
  let only: string | undefined;
  for (let row = 0; row < values.length; row += 1) {
    if (!counts(row)) continue;
    const value = values[row] ?? "";
    if (only === undefined) only = value;
    else if (value !== only) return undefined;
  }
  return only === "" ? undefined : only;
}

/** The host and the account of all rows, where there is only one. Parents that are not in the data have no account. */
export function treeConstants(node: ProcessTreeNode): TreeConstants {
  if (node.name.length < 2) return { host: undefined, account: undefined };
  return {
    host: onlyValue(node.host, row => (node.host[row] ?? "") !== ""),
    account: onlyValue(node.account, row => node.ghost[row] !== 1),
  };
}

/** `all on WKS-0042, by marc.oliver`; empty when rows differ in both. */
export function constantsSentence(node: ProcessTreeNode): string {
  const { host, account } = treeConstants(node);
  const parts = [...(host === undefined ? [] : [`on ${host}`]), ...(account === undefined ? [] : [`by ${account}`])];
  return parts.length === 0 ? "" : `all ${parts.join(", ")}`;
}

/** `2026-01-09 08:12:03`; only the time of day where the row above in sight is of the same day. */
function timeFact(atMs: number, aboveMs: number | null | undefined): string {
  const text = instantLabel(atMs);
  const sameDay =
    aboveMs !== null && aboveMs !== undefined && Math.floor(aboveMs / 86_400_000) === Math.floor(atMs / 86_400_000);
  return sameDay && /^\d{4}-\d\d-\d\d /.test(text) ? text.slice(11) : text;
}

/** What the reader knows already when a row is read. */
export interface KnownFacts {
  readonly common: TreeConstants;
  /** The row shown before: the date is said where it changes. */
  readonly above?: number | undefined;
}

/** What stands behind the name: when, who, where; without what is `known`. */
export function processFacts(node: ProcessTreeNode, row: number, known?: KnownFacts): readonly string[] {
  const at = node.atMs[row];
  const above = known?.above === undefined ? undefined : node.atMs[known.above];
  const time = at === null || at === undefined ? "" : timeFact(at, above);
  const facts = [
    node.ghost[row] === 1 ? "not in the data" : time,
    known?.common.account === undefined ? (node.account[row] ?? "") : "",
    known?.common.host === undefined ? (node.host[row] ?? "") : "",
  ];
  return facts.filter(f => f !== "");
}

/** Rows that a rule marked, the worst first: what a reader wants to see before the tree. */
export function markedRows(node: ProcessTreeNode, most: number): readonly number[] {
  const rank = { bad: 0, warning: 1 } as const;
  const rankOf = (row: number): number => rank[node.tone[row] as keyof typeof rank] ?? 2;
  const rows = node.tone.flatMap((tone, row) => (tone === "bad" || tone === "warning" ? [row] : []));
  return rows.sort((a, b) => rankOf(a) - rankOf(b) || a - b).slice(0, most);
}

/** `1,204 processes, 3 roots, depth 9, 2 parents not in the data`. */
export function summarySentence(summary: ProcessTreeSummary): string {
  const many = (n: number, one: string, more: string): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : more}`;
  const ghosts =
    summary.ghosts === 0 ? [] : [many(summary.ghosts, "parent not in the data", "parents not in the data")];
  return [
    many(summary.processes, "process", "processes"),
    many(summary.roots, "root", "roots"),
    many(summary.leaves, "leaf", "leaves"),
    `depth ${summary.depth}`,
    ...ghosts,
  ].join(", ");
}
