/** Links → an ordered tree with its numbers. */
import type { ProcessTreeSummary } from "../../view/index.js";
import type { ProcessLinks, ProcessTable } from "./link.js";

export interface ProcessForest {
  readonly table: ProcessTable;
  readonly links: ProcessLinks;
  /** Rows (ghosts too, duplicates not) in preorder; siblings by time. */
  readonly order: Int32Array;
  /** Position in `order` of each row's parent, -1 for roots; by position. */
  readonly parentAt: Int32Array;
  readonly depth: Int32Array;
  /** Position after the last descendant, by position. */
  readonly end: Int32Array;
  readonly summary: ProcessTreeSummary;
}

/** When a row began: ghosts begin with their first child when nothing tells more. */
function beginnings(table: ProcessTable, links: ProcessLinks): Float64Array {
  const { count, parent, ghosts } = links;
  const begin = new Float64Array(parent.length).fill(Infinity);
  for (let i = 0; i < count; i += 1) {
    const t = table.timeMs[i] ?? Number.NaN;
    if (!Number.isNaN(t)) begin[i] = t;
  }
  for (let i = 0; i < count; i += 1) {
    const above = parent[i] ?? -1;
    if (above >= count) begin[above] = Math.min(begin[above] ?? Infinity, begin[i] ?? Infinity);
  }
  ghosts.forEach((_, i) => {
    const above = parent[count + i] ?? -1;
    if (above >= count) begin[above] = Math.min(begin[above] ?? Infinity, begin[count + i] ?? Infinity);
  });
  return begin;
}

/** Children of every row as linked lists, first child first. */
function childLists(rows: Int32Array, parent: Int32Array): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(parent.length + 1).fill(-1);
  const next = new Int32Array(parent.length).fill(-1);
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const row = rows[i] ?? 0;
    const above = (parent[row] ?? -1) + 1;
    next[row] = first[above] ?? -1;
    first[above] = row;
  }
  return { first, next };
}

/** Orders the forest. Iterative: chains of any length fit. */
export function orderForest(table: ProcessTable, links: ProcessLinks): ProcessForest {
  const { parent, duplicate } = links;
  const begin = beginnings(table, links);
  const kept: number[] = [];
  for (let i = 0; i < parent.length; i += 1) if (duplicate[i] !== 1) kept.push(i);
  const byTime = Int32Array.from(kept).sort((a, b) => {
    const [x, y] = [begin[a] ?? 0, begin[b] ?? 0];
    return x === y ? a - b : x - y;
  });
  const { first, next } = childLists(byTime, parent);
  const order = new Int32Array(byTime.length);
  const parentAt = new Int32Array(byTime.length);
  const depth = new Int32Array(byTime.length);
  const end = new Int32Array(byTime.length);
  const stack: { row: number; at: number }[] = [];
  let placed = 0;
  const place = (row: number, above: number): void => {
    order[placed] = row;
    parentAt[placed] = above;
    depth[placed] = above < 0 ? 0 : (depth[above] ?? 0) + 1;
    stack.push({ row: first[row + 1] ?? -1, at: placed });
    placed += 1;
  };
  for (let root = first[0] ?? -1; root >= 0; root = next[root] ?? -1) {
    place(root, -1);
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { row: number; at: number };
      if (top.row < 0) {
        end[top.at] = placed;
        stack.pop();
        continue;
      }
      const row = top.row;
      top.row = next[row] ?? -1;
      place(row, top.at);
    }
  }
  return { table, links, order, parentAt, depth, end, summary: summarize({ links, order, parentAt, depth, end }) };
}

function summarize(forest: Pick<ProcessForest, "links" | "order" | "parentAt" | "depth" | "end">): ProcessTreeSummary {
  const { links, order, parentAt, depth, end } = forest;
  let [processes, roots, leaves, branches, isolated, deepest] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < order.length; at += 1) {
    const root = (parentAt[at] ?? -1) < 0;
    const leaf = end[at] === at + 1;
    if ((order[at] ?? 0) < links.count) processes += 1;
    if (root) roots += 1;
    if (leaf) leaves += 1;
    if (!root && !leaf) branches += 1;
    if (root && leaf) isolated += 1;
    deepest = Math.max(deepest, depth[at] ?? 0);
  }
  return { processes, roots, leaves, branches, isolated, depth: deepest, ghosts: links.ghosts.length };
}
