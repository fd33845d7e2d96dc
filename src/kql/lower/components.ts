/** Connected components of a directed graph. Pure. */

/**
 * The component of each node, numbered from 0 in the order in which their nodes are met.
 *
 * - `weak`: connected whatever the direction of edges.
 * - `strong`: each reaches the other along the edges (Tarjan's algorithm, without recursion).
 */
export function componentsOf(
  edges: readonly (readonly [string, string])[],
  kind: "weak" | "strong",
): ReadonlyMap<string, number> {
  const nodes = [...new Set(edges.flat())];
  const root = kind === "weak" ? weakRoots(edges) : strongRoots(nodes, edges);
  const numbers = new Map<string, number>();
  return new Map(
    nodes.map(node => {
      const of = root.get(node) ?? node;
      const number = numbers.get(of) ?? numbers.size;
      numbers.set(of, number);
      return [node, number];
    }),
  );
}

function weakRoots(edges: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const find = (node: string): string => {
    let top = node;
    for (let up = parent.get(top); up !== undefined && up !== top; up = parent.get(top)) top = up;
    for (let at = node; at !== top;) {
      const next = parent.get(at) ?? top;
      parent.set(at, top);
      at = next;
    }
    return top;
  };
  for (const [from, to] of edges) {
    const [a, b] = [find(from), find(to)];
    if (a !== b) parent.set(a, b);
  }
  return new Map([...new Set(edges.flat())].map(node => [node, find(node)]));
}

function strongRoots(
  nodes: readonly string[],
  edges: readonly (readonly [string, string])[],
): ReadonlyMap<string, string> {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) {
    const list = next.get(from) ?? [];
    list.push(to);
    next.set(from, list);
  }
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const roots = new Map<string, string>();
  const enter = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    open.push(node);
    isOpen.add(node);
  };
  const lower = (node: string, by: number | undefined): void => {
    if (by !== undefined && by < (low.get(node) ?? by)) low.set(node, by);
  };
  for (const start of nodes) {
    if (index.has(start)) continue;
    const work: { readonly node: string; at: number }[] = [{ node: start, at: 0 }];
    enter(start);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      const to = next.get(node)?.[top.at++];
      if (to !== undefined) {
        if (!index.has(to)) {
          enter(to);
          work.push({ node: to, at: 0 });
        } else if (isOpen.has(to)) lower(node, index.get(to));
        continue;
      }
      work.pop();
      const below = work.at(-1);
      if (below !== undefined) lower(below.node, low.get(node));
      if (low.get(node) !== index.get(node)) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        isOpen.delete(member);
        roots.set(member, node);
        if (member === node) break;
      }
    }
  }
  return roots;
}
