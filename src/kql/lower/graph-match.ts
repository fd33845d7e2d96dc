/**
 * `graph-match` and `graph-shortest-paths`: a pattern is a chain of joins of nodes and edges; an edge of variable length is
 * one chain for each length, united.
 *
 * Source: https://learn.microsoft.com/kusto/query/graph-match-operator, https://learn.microsoft.com/kusto/query/graph-shortest-paths-operator
 */
import type { BoundNode } from "../bridge.js";
import type { Computed, Expr, NamedColumn, Rel, UnionInput } from "../plan.js";
import type { Binding, Graph, GraphEdges, GraphElement, GraphNodes, Table } from "./context.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { columnExpr, withNames, withRow } from "./context.js";
import { lowerExpr } from "./expr.js";
import { graphOf, named } from "./graph.js";
import { inlineKql, renamed } from "./inline.js";
import { extendRel, findParameter, lowerConstant, outputOf } from "./step.js";

/** A path of more edges than this, or more combinations of lengths, is refused: the joins would not end. */
const longestPath = 16;
const mostChains = 64;

interface PatternNode {
  readonly name: string;
}
interface PatternEdge {
  readonly name: string;
  readonly direction: "forward" | "backward" | "either";
  readonly min: number;
  readonly max: number;
  /** Written with a range: its name stands for a path, also when it is one edge long. */
  readonly isPath: boolean;
}
interface Pattern {
  readonly nodes: readonly PatternNode[];
  readonly edges: readonly PatternEdge[];
}

export function lowerGraphMatch(step: Step): Table {
  const { node } = step;
  const graph = withUses(step, graphOf(step));
  let unnamed = 0;
  const fresh = (): string => `$${++unnamed}`;
  const patterns = node.list("Patterns").map(p => patternOf(step, p, fresh));
  const shortest = node.kind === "GraphShortestPathsOperator";
  const edges = patterns.flatMap(p => p.edges);
  if (shortest && (patterns.length !== 1 || !edges.some(e => e.isPath)))
    return reject(
      "kql/bad-pattern",
      "graph-shortest-paths needs one pattern with an edge of variable length",
      node.span,
    );
  const chains = lengthsOf(edges);
  if (chains.length > mostChains)
    return refuse(
      `a graph pattern with more than ${mostChains} combinations of lengths`,
      node.span,
      "narrow the ranges of its edges",
    );
  const found = chains.map(lengths =>
    chain({ step, graph, patterns, lengths: new Map(edges.map((e, i) => [e, lengths[i] ?? 1])) }),
  );
  return shortest
    ? shortestOf(step, found)
    : united(
        step,
        found.map(f => f.table),
      );
}

/** The graph with the edges in both directions, and the degrees of nodes, for patterns that speak of them. */
interface MatchGraph {
  readonly nodes: () => GraphNodes;
  readonly edges: (direction: PatternEdge["direction"]) => GraphEdges;
}

function withUses(step: Step, graph: Graph): MatchGraph {
  const { node, lowering } = step;
  const degrees = /\bnode_degree_(in|out)\b/.test(node.text);
  const nodes = degrees ? degreeNodes(step, graph) : graph.nodes;
  let both: (() => Table) | undefined;
  const either = (): GraphEdges => {
    both ??= lowering.share(turned(step, graph), true);
    const table = both();
    return { table, id: named(table, "$edge"), from: named(table, "$from"), to: named(table, "$to") };
  };
  return { nodes, edges: direction => (direction === "either" ? either() : graph.edges()) };
}

/** Each edge as it is, and turned round; a loop once. */
function turned(step: Step, graph: Graph): Table {
  const { lowering, node } = step;
  const [one, other] = [graph.edges(), graph.edges()];
  const columns = one.table.columns.map((c): NamedColumn => ({ ...c, slot: lowering.slot() }));
  const loop: Expr = {
    kind: "operator",
    name: "NotEqual",
    left: columnExpr(other.from),
    right: columnExpr(other.to),
    type: "bool",
    span: node.span,
  };
  const swapped = other.table.columns.map(c => (c.name === "$from" ? other.to : c.name === "$to" ? other.from : c));
  const inputs: readonly UnionInput[] = [
    { rel: one.table.rel, sources: one.table.columns.map(columnExpr) },
    { rel: { kind: "filter", input: other.table.rel, condition: loop }, sources: swapped.map(columnExpr) },
  ];
  return { rel: { kind: "union", inputs, columns }, columns, order: [], serialized: false };
}

function degreeNodes(step: Step, graph: Graph): () => GraphNodes {
  const { table, key } = graph.nodes();
  const { table: edges, from, to } = graph.edges();
  const inner = table.columns.map((c, i): NamedColumn => ({ ...c, name: `c${i}` }));
  const k = `c${table.columns.indexOf(key)}`;
  const counted = inlineKql(
    step.lowering,
    {
      text:
        `N | join kind=leftouter (E | summarize d = count() by k = t) on $left.${k} == $right.k` +
        ` | join kind=leftouter (E | summarize o = count() by k = f) on $left.${k} == $right.k` +
        ` | extend d = coalesce(d, 0), o = coalesce(o, 0) | project ${inner.map(c => c.name).join(", ")}, d, o`,
      tables: {
        N: { ...table, columns: inner },
        E: {
          ...edges,
          columns: [
            { ...from, name: "f" },
            { ...to, name: "t" },
          ],
        },
      },
    },
    step.node.span,
  );
  const marked = renamed(counted, [...table.columns.map(c => c.name), "$in", "$out"]);
  const share = step.lowering.share(marked, true);
  return () => {
    const use = share();
    return { table: use, key: named(use, "$id") };
  };
}

function patternOf(step: Step, node: BoundNode, fresh: () => string): Pattern {
  const nodes: PatternNode[] = [];
  const edges: PatternEdge[] = [];
  for (const element of node.list("PatternElements")) {
    const name = element.find("Name")?.name ?? fresh();
    if (element.kind === "GraphMatchPatternNode") nodes.push({ name });
    else edges.push({ name, direction: directionOf(element), ...rangeOf(step, element) });
  }
  return { nodes, edges };
}

function directionOf(edge: BoundNode): PatternEdge["direction"] {
  const [first, last] = [edge.get("FirstToken").text, edge.find("LastToken")?.text ?? ""];
  if (first.startsWith("<")) return "backward";
  return first.endsWith(">") || last.endsWith(">") ? "forward" : "either";
}

function rangeOf(step: Step, edge: BoundNode): Pick<PatternEdge, "min" | "max" | "isPath"> {
  const range = edge.find("Range");
  if (range === undefined) return { min: 1, max: 1, isPath: false };
  const bound = (name: string): number => {
    const value = range.find(name);
    const expr = value === undefined ? undefined : lowerConstant(step, value);
    if (expr?.kind !== "literal" || typeof expr.value.value !== "bigint")
      return refuse("an edge of variable length without both bounds", range.span, "write both: -[e*1..5]->");
    return Number(expr.value.value);
  };
  const [min, max] = [bound("RangeStart"), bound("RangeEnd")];
  if (min < 0 || max < min)
    return reject(
      "kql/bad-pattern",
      "the bounds of an edge of variable length go from a smaller to a larger number",
      range.span,
    );
  if (max > longestPath) return refuse(`a path of more than ${longestPath} edges`, range.span, "narrow the range");
  return { min, max, isPath: true };
}

/** Every combination of lengths, the shortest first. */
function lengthsOf(edges: readonly PatternEdge[]): readonly (readonly number[])[] {
  return edges.reduce<readonly (readonly number[])[]>(
    (all, edge) =>
      all.length > mostChains
        ? all
        : all.flatMap(before => Array.from({ length: edge.max - edge.min + 1 }, (_, i) => [...before, edge.min + i])),
    [[]],
  );
}

interface Chain {
  readonly step: Step;
  readonly graph: MatchGraph;
  readonly patterns: readonly Pattern[];
  readonly lengths: ReadonlyMap<PatternEdge, number>;
}

interface Found {
  /** The projected columns. */
  readonly table: Table;
  /** For shortest paths: the ends, and how many edges lie between. */
  readonly ends: readonly [NamedColumn, NamedColumn];
  readonly length: number;
}

/** The joins of one combination of lengths while they grow. */
class Joins {
  rel: Rel | undefined;
  columns: readonly NamedColumn[] = [];
  readonly tests: Expr[] = [];
  readonly elements = new Map<string, GraphElement>();
  readonly edgeIds: NamedColumn[] = [];
  readonly nodeKeys: NamedColumn[] = [];
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  /** Joins a table on equal columns; without any it is paired with every row. */
  add(table: Table, on: readonly { readonly left: NamedColumn; readonly right: NamedColumn }[]): void {
    const pairs = on.map(o => ({ left: columnExpr(o.left), right: columnExpr(o.right) }));
    this.rel =
      this.rel === undefined
        ? table.rel
        : {
            kind: "join",
            join: "inner",
            left: this.rel,
            right: table.rel,
            on: pairs,
            leftColumns: this.columns,
            rightColumns: table.columns,
          };
    this.columns = [...this.columns, ...table.columns];
  }

  equal(left: NamedColumn, right: NamedColumn, name: "Equal" | "NotEqual" = "Equal"): void {
    const span = this.#step.node.span;
    this.tests.push({ kind: "operator", name, left: columnExpr(left), right: columnExpr(right), type: "bool", span });
  }
}

function chain(parts: Chain): Found {
  const { step, graph, patterns, lengths } = parts;
  const joins = new Joins(step);
  for (const pattern of patterns) walk(joins, pattern, graph, lengths);
  const cycles = findParameter(step.node, "cycles")?.text ?? "unique_edges";
  if (!["all", "none", "unique_edges"].includes(cycles)) return refuse(`graph-match cycles=${cycles}`, step.node.span);
  if (cycles !== "all") pairwise(joins, joins.edgeIds);
  if (cycles === "none") pairwise(joins, joins.nodeKeys);
  const names = [...joins.elements].map(([name, element]): [string, Binding] => [name, { kind: "element", element }]);
  const scope = withNames(withRow(step.scope, undefined), names);
  const context = { lowering: step.lowering, scope };
  const where = step.node.find("WhereClause")?.get("Condition");
  const tests = [...joins.tests, ...(where === undefined ? [] : [lowerExpr(where, context)])];
  if (joins.rel === undefined) throw new HuntError("internal/bug", "a graph pattern without nodes");
  const rel = tests.reduce<Rel>((input, condition) => ({ kind: "filter", input, condition }), joins.rel);
  const items: Computed[] = [];
  const output = outputOf(step);
  const columns = step.node
    .get("ProjectClause")
    .list("Expressions")
    .map((n, i): NamedColumn => {
      const expr = lowerExpr(n.kind === "SimpleNamedExpression" ? n.get("Expression") : n, context);
      const slot = step.lowering.slot();
      const bound = output[i];
      const type = bound === undefined || bound.type === "unknown" ? expr.type : bound.type;
      items.push({ slot, expr: expr.type === type ? expr : { kind: "convert", operand: expr, type, span: n.span } });
      return { name: bound?.name ?? "", type, slot };
    });
  const [first, last] = [patterns[0]?.nodes[0], patterns[0]?.nodes.at(-1)];
  const key = (n: PatternNode | undefined): NamedColumn =>
    joins.elements.get(n?.name ?? "")?.key ??
    reject("kql/bad-pattern", "a pattern needs nodes at its ends", step.node.span);
  return {
    table: { rel: extendRel(rel, items), columns, order: [], serialized: false },
    ends: [key(first), key(last)],
    length: [...lengths.values()].reduce((a, b) => a + b, 0),
  };
}

function pairwise(joins: Joins, columns: readonly NamedColumn[]): void {
  for (const [i, a] of columns.entries()) for (const b of columns.slice(i + 1)) joins.equal(a, b, "NotEqual");
}

function walk(joins: Joins, pattern: Pattern, graph: MatchGraph, lengths: ReadonlyMap<PatternEdge, number>): void {
  const [first, ...rest] = pattern.nodes;
  if (first === undefined) return;
  let at = joins.elements.get(first.name)?.key ?? newNode(joins, first.name, graph, undefined);
  for (const [i, target] of rest.entries()) {
    const edge = pattern.edges[i];
    if (edge === undefined) throw new HuntError("internal/bug", "a graph pattern without an edge between nodes");
    const length = lengths.get(edge) ?? 1;
    const edges: Table[] = [];
    const inner: Table[] = [];
    for (let n = 0; n < length; n++) {
      const use = graph.edges(edge.direction);
      const [from, to] = edge.direction === "backward" ? [use.to, use.from] : [use.from, use.to];
      joins.add(use.table, [{ left: at, right: from }]);
      joins.edgeIds.push(use.id);
      edges.push(use.table);
      at = to;
      if (n === length - 1) break;
      const node = graph.nodes();
      joins.add(node.table, [{ left: at, right: node.key }]);
      joins.nodeKeys.push(node.key);
      inner.push(node.table);
    }
    joins.elements.set(edge.name, { kind: edge.isPath ? "path" : "one", tables: edges, inner });
    const known = joins.elements.get(target.name)?.key;
    if (known === undefined) at = newNode(joins, target.name, graph, at);
    else {
      joins.equal(at, known);
      at = known;
    }
  }
}

/** A node of the pattern: the one whose key is `at`, or any. */
function newNode(joins: Joins, name: string, graph: MatchGraph, at: NamedColumn | undefined): NamedColumn {
  const { table, key } = graph.nodes();
  joins.add(table, at === undefined ? [] : [{ left: at, right: key }]);
  joins.nodeKeys.push(key);
  joins.elements.set(name, { kind: "one", tables: [table], inner: [], key });
  return key;
}

function united(step: Step, tables: readonly Table[]): Table {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return only;
  const columns = (only?.columns ?? []).map((c): NamedColumn => ({ ...c, slot: step.lowering.slot() }));
  const inputs = tables.map((t): UnionInput => ({ rel: t.rel, sources: t.columns.map(columnExpr) }));
  return { rel: { kind: "union", inputs, columns }, columns, order: [], serialized: false };
}

/** Of the paths between the same two nodes those of the fewest edges: one of them, or all. */
function shortestOf(step: Step, found: readonly Found[]): Table {
  const output = findParameter(step.node, "output")?.text ?? "any";
  if (output !== "any" && output !== "all") return refuse(`graph-shortest-paths output=${output}`, step.node.span);
  const marked = found.map(({ table, ends: [from, to], length }): Table => {
    const slot = step.lowering.slot();
    const count: Expr = { kind: "literal", type: "long", value: { type: "long", value: BigInt(length) } };
    return {
      ...table,
      rel: extendRel(table.rel, [{ slot, expr: count }]),
      columns: [...table.columns, from, to, { name: "n", type: "long", slot }],
    };
  });
  const all = united(step, marked);
  const shown = all.columns.slice(0, -3).map((_, i) => `c${i}`);
  const named = renamed(all, [...shown, "f", "t", "n"]);
  const project = ` | project ${shown.join(", ")}`;
  const text =
    output === "all"
      ? `let P = materialize(Q); P | join kind=inner (P | summarize m = min(n) by f, t) on f, t | where n == m${project}`
      : `Q | sort by f asc, t asc, n asc | extend place = row_number(1, f != prev(f) or t != prev(t)) | where place == 1${project}`;
  const chosen = inlineKql(step.lowering, { text, tables: { Q: named } }, step.node.span);
  return renamed(
    { ...chosen, order: [], serialized: false },
    outputOf(step).map(c => c.name),
  );
}
