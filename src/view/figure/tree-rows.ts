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

/** What stands behind the name: when, who, where. */
export function processFacts(node: ProcessTreeNode, row: number): readonly string[] {
  const at = node.atMs[row];
  const facts = [
    node.ghost[row] === 1 ? "not in the data" : at === null || at === undefined ? "" : instantLabel(at),
    node.account[row] ?? "",
    node.host[row] ?? "",
  ];
  return facts.filter(f => f !== "");
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
