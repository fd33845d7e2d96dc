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
    const time = table.timeMs[i] ?? Number.NaN;
    if (!Number.isNaN(time)) begin[i] = time;
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

/** Rows and ghosts by their beginning; those without one last. Rows stand by time already, ghosts are merged in. */
function orderByBeginning(links: ProcessLinks, begin: Float64Array): Int32Array {
  const { count, parent, duplicate, order } = links;
  const ghosts = Int32Array.from({ length: parent.length - count }, (_, i) => count + i);
  ghosts.sort((a, b) => ((begin[a] ?? 0) < (begin[b] ?? 0) ? -1 : (begin[a] ?? 0) > (begin[b] ?? 0) ? 1 : a - b));
  const sorted = new Int32Array(parent.length - links.duplicates);
  const timeless: number[] = [];
  let at = 0;
  let ghost = 0;
  const placeGhosts = (until: number): void => {
    while (ghost < ghosts.length && (begin[ghosts[ghost] ?? 0] ?? 0) < until) sorted[at++] = ghosts[ghost++] ?? 0;
  };
  for (const row of order) {
    if (duplicate[row] === 1) continue;
    const time = begin[row] ?? Infinity;
    if (time === Infinity) {
      timeless.push(row);
      continue;
    }
    placeGhosts(time);
    sorted[at++] = row;
  }
  placeGhosts(Infinity);
  for (const row of timeless) sorted[at++] = row;
  while (ghost < ghosts.length) sorted[at++] = ghosts[ghost++] ?? 0;
  return sorted;
}

/** Children of every row as linked lists, first child first; those of -1 are the roots. */
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
  const byTime = orderByBeginning(links, beginnings(table, links));
  const { first, next } = childLists(byTime, links.parent);
  const order = new Int32Array(byTime.length);
  const parentAt = new Int32Array(byTime.length);
  const depth = new Int32Array(byTime.length);
  const end = new Int32Array(byTime.length);
  let placed = 0;
  let above = -1;
  let row = first[0] ?? -1;
  while (row >= 0 || above >= 0) {
    if (row >= 0) {
      order[placed] = row;
      parentAt[placed] = above;
      depth[placed] = above < 0 ? 0 : (depth[above] ?? 0) + 1;
      above = placed;
      placed += 1;
      row = first[row + 1] ?? -1;
    } else {
      end[above] = placed;
      row = next[order[above] ?? 0] ?? -1;
      above = parentAt[above] ?? -1;
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
