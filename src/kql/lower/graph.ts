/** Graphs: `make-graph`, `graph-to-table`, `graph-mark-components`. Source: https://learn.microsoft.com/kusto/query/graph-operators */
import type { BoundNode } from "../bridge.js";
import type { Computed, Expr, NamedColumn, Rel } from "../plan.js";
import type { Graph, GraphEdges, GraphNodes, Table } from "./context.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { columnExpr, findColumn, withRow } from "./context.js";
import { inlineKql } from "./inline.js";
import { componentsOf } from "./components.js";
import { extendRel, findParameter, outputOf } from "./step.js";

/** A graph as a table without columns, for what only graph operators read. */
export function graphTable(graph: Graph): Table {
  return { rel: { kind: "values", columns: [], rows: [] }, columns: [], order: [], serialized: false, graph };
}

export function graphOf(step: Step): Graph {
  return (
    step.input.graph ??
    reject("kql/not-a-graph", "this operator works on a graph: `make-graph` must come before it", step.node.span)
  );
}

/** https://learn.microsoft.com/kusto/query/make-graph-operator */
export function lowerMakeGraph(step: Step): Table {
  const { node, lowering, input } = step;
  if (node.find("PartitionedByClause") !== undefined)
    return refuse("make-graph partitioned-by", node.get("PartitionedByClause").span);
  const [source, target] = [columnOf(input, node.get("SourceColumn")), columnOf(input, node.get("TargetColumn"))];
  const edges = edgeUses(step, source, target);
  const clause = node.find("WithClause");
  const listed = clause?.kind === "MakeGraphWithTablesAndKeysClause" ? clause.list("TablesAndKeys") : [];
  const idName = clause?.kind === "MakeGraphWithImplicitIdClause" ? clause.get("Name").name : undefined;
  // The binder gives nodes the type of the source; a target that is no such value is a node without an id.
  const idOfTarget = source.type === target.type ? "t" : `to${source.type}(t)`;
  const ends = inlineKql(
    lowering,
    {
      text: `union (E | project k = tostring(f), v = f), (E | project k = tostring(t), v = ${idOfTarget}) | where isnotempty(k) | summarize v = take_any(v) by k`,
      tables: {
        E: {
          ...input,
          columns: [
            { ...source, name: "f" },
            { ...target, name: "t" },
          ],
          order: [],
        },
      },
    },
    node.span,
  );
  const table = listed.length === 0 ? identified(ends, idName) : withProperties(step, ends, listed);
  return graphTable({ edges, nodes: nodeUses(step, table) });
}

function columnOf(table: Table, node: BoundNode): NamedColumn {
  const column = findColumn(table, node.name);
  if (column === undefined) throw new HuntError("internal/bug", `make-graph: no column '${node.name}'`);
  return column;
}

function edgeUses(step: Step, source: NamedColumn, target: NamedColumn): () => GraphEdges {
  const { lowering, input, node } = step;
  const text = (column: NamedColumn): Computed => ({
    slot: lowering.slot(),
    expr: { kind: "convert", operand: columnExpr(column), type: "string", span: node.span },
  });
  const id = lowering.slot();
  const [from, to] = [text(source), text(target)];
  const rel: Rel = extendRel({ kind: "number", input: input.rel, slot: id }, [from, to]);
  const columns: readonly NamedColumn[] = [
    { name: "$edge", type: "long", slot: id },
    { name: "$from", type: "string", slot: from.slot },
    { name: "$to", type: "string", slot: to.slot },
    ...input.columns,
  ];
  const share = lowering.share({ rel, columns, order: [], serialized: false }, true);
  return () => {
    const table = share();
    return { table, id: named(table, "$edge"), from: named(table, "$from"), to: named(table, "$to") };
  };
}

export function named(table: Table, name: string): NamedColumn {
  const column = findColumn(table, name);
  if (column === undefined) throw new HuntError("internal/bug", `a graph's table lacks '${name}'`);
  return column;
}

/** The nodes that the edges name: `k` becomes the key, and their value a property when it is to have a name. */
function identified(ends: Table, idName: string | undefined): Table {
  const [key, value] = ends.columns;
  if (key === undefined || value === undefined)
    throw new HuntError("internal/bug", "make-graph: nodes without columns");
  const properties = idName === undefined ? [] : [{ ...value, name: idName }];
  return { ...ends, columns: [{ ...key, name: "$id" }, ...properties] };
}

/**
 * The nodes of the tables, and those that only edges name, whose properties are null. A node of both tables has the
 * properties of both.
 */
function withProperties(step: Step, ends: Table, listed: readonly BoundNode[]): Table {
  const { lowering, scope, node } = step;
  const given = listed.map(clause => {
    const table = lowering.table(clause.get("Table"), withRow(scope, undefined));
    return { table, key: columnOf(table, clause.get("Column")) };
  });
  const tables: Record<string, Table> = { I: ends };
  // A node that only edges name has its identity as the property that identifies nodes.
  const ids = new Set(given.map(({ key }) => key.name));
  const names: string[] = [];
  const sources = new Map<string, { readonly texts: string[]; readonly type: Expr["type"] }>();
  const parts = given.map(({ table, key }, g) => {
    const columns = table.columns.map((c, i): NamedColumn => ({ ...c, name: `p${g}_${i}` }));
    tables[`N${g}`] = { ...table, columns, order: [] };
    table.columns.forEach((c, i) => {
      const known = sources.get(c.name);
      if (known === undefined) names.push(c.name);
      if (known !== undefined && known.type !== c.type) refuse(`make-graph with two types of '${c.name}'`, node.span);
      sources.set(c.name, { texts: [...(known?.texts ?? []), `p${g}_${i}`], type: c.type });
    });
    const keyName = `p${g}_${table.columns.indexOf(key)}`;
    const taken = columns.map(c => `${c.name} = take_any(${c.name})`).join(", ");
    return `let M${g} = N${g} | extend k = tostring(${keyName}) | where isnotempty(k) | summarize ${taken} by k;`;
  });
  const keys = ["(I | project k)", ...given.map((_, g) => `(M${g} | project k)`)].join(", ");
  const joins = given.map((_, g) => ` | join kind=leftouter M${g} on k | project-away k1`).join("");
  const shown = names.map((name, i) => {
    const [first = "", ...others] = sources.get(name)?.texts ?? [];
    const value = others.length === 0 ? first : `coalesce(${[first, ...others].join(", ")})`;
    if (!ids.has(name)) return `v${i} = ${value}`;
    const type = sources.get(name)?.type ?? "string";
    const own = type === ends.columns[1]?.type ? "v" : type === "string" ? "k" : undefined;
    const missing = type === "string" ? `isempty(${value})` : `isnull(${value})`;
    return `v${i} = ${own === undefined ? value : `iff(${missing}, ${own}, ${value})`}`;
  });
  const text = `${parts.join(" ")} union ${keys} | distinct k | join kind=leftouter I on k | project-away k1${joins} | project k, ${shown.join(", ")}`;
  const table = inlineKql(lowering, { text, tables }, node.span);
  const columns = table.columns.map((c, i): NamedColumn => ({
    ...c,
    name: i === 0 ? "$id" : (names[i - 1] ?? c.name),
  }));
  return { ...table, columns };
}

export function nodeUses(step: Step, table: Table): () => GraphNodes {
  const share = step.lowering.share(table, true);
  return () => {
    const use = share();
    return { table: use, key: named(use, "$id") };
  };
}

/** The properties of a node or an edge, without what is ours. */
export const properties = (table: Table): readonly NamedColumn[] => table.columns.filter(c => !c.name.startsWith("$"));

/** https://learn.microsoft.com/kusto/query/graph-to-table-operator */
export function lowerGraphToTable(step: Step): Table {
  const graph = graphOf(step);
  const clauses = step.node.list("OutputClause");
  const [clause] = clauses;
  if (clause === undefined || clauses.length > 1)
    return refuse(
      "graph-to-table with several tables",
      step.node.span,
      "export the nodes and the edges in two queries",
    );
  const items: Computed[] = [];
  const hashed = (parameter: string, key: NamedColumn): readonly NamedColumn[] => {
    const name = findParameter(clause, parameter)?.name;
    if (name === undefined) return [];
    const slot = step.lowering.slot();
    items.push({
      slot,
      expr: { kind: "call", name: "hash", args: [columnExpr(key)], type: "long", span: clause.span },
    });
    return [{ name, type: "long", slot }];
  };
  const isNodes = clause.get("EntityKeyword").text === "nodes";
  const [nodes, edges] = [isNodes ? graph.nodes() : undefined, isNodes ? undefined : graph.edges()];
  const ids =
    nodes !== undefined
      ? hashed("with_node_id", nodes.key)
      : edges !== undefined
        ? [...hashed("with_source_id", edges.from), ...hashed("with_target_id", edges.to)]
        : [];
  const table = (nodes ?? edges)?.table;
  if (table === undefined) throw new HuntError("internal/bug", "graph-to-table without a table");
  const given = [...ids, ...properties(table)];
  const names = outputOf(step);
  const columns = given.map((c, i): NamedColumn => ({ ...c, name: names[i]?.name ?? c.name }));
  return { rel: extendRel(table.rel, items), columns, order: [], serialized: false };
}

/** More edges than this are not read into memory to find components. */
const mostEdges = 500_000;

/**
 * `graph-mark-components`: the edges are asked for, the components found here.
 * Source: https://learn.microsoft.com/kusto/query/graph-mark-components-operator
 */
export function lowerMarkComponents(step: Step): Table {
  const { node, lowering } = step;
  const graph = graphOf(step);
  const kind = findParameter(node, "kind")?.text ?? "weak";
  if (kind !== "weak" && kind !== "strong") return refuse(`graph-mark-components kind=${kind}`, node.span);
  const name = findParameter(node, "with_component_id")?.name ?? "ComponentId";
  if (node.isElsewhere) return refuse("graph-mark-components inside a stored function", node.span);
  const answer = lowering.options.answerAt(node.span.end);
  if (answer === undefined) {
    const { table: edges, from, to } = graph.edges();
    const { table: nodes, key } = graph.nodes();
    const tables = {
      E: {
        ...edges,
        columns: [
          { ...from, name: "f" },
          { ...to, name: "t" },
        ],
      },
      N: { ...nodes, columns: [{ ...key, name: "k" }] },
    };
    const text =
      "union (E | distinct f, t | where isnotempty(f) and isnotempty(t)), (N | project f = k, t = k) | distinct f, t | sort by f asc, t asc";
    const asked = inlineKql(lowering, { text, tables }, node.span);
    const asks = { kind: "rows", table: asked, maxRows: mostEdges } as const;
    lowering.ask({ at: node.span.end, kind: "graph-mark-components", facts: {}, asks }, []);
  } else if (answer.cut)
    return refuse(`graph-mark-components over more than ${mostEdges.toLocaleString("en-US")} edges`, node.span);
  const found = componentsOf(
    (answer?.rows ?? []).map(([f, t]): readonly [string, string] => [f ?? "", t ?? ""]),
    kind,
  );
  const marks = markTable(step, found);
  const marked = (): Table => {
    const { table, key } = graph.nodes();
    const [k, c] = marks.columns;
    if (k === undefined || c === undefined) throw new HuntError("internal/bug", "marks without columns");
    const rel: Rel = {
      kind: "join",
      join: "leftouter",
      left: table.rel,
      right: marks.rel,
      on: [{ left: columnExpr(key), right: columnExpr(k) }],
      leftColumns: table.columns,
      rightColumns: marks.columns,
    };
    return {
      rel,
      columns: [...table.columns.filter(x => x.name !== name), { ...c, name }],
      order: [],
      serialized: false,
    };
  };
  return graphTable({ edges: graph.edges, nodes: nodeUses(step, marked()) });
}

function markTable(step: Step, found: ReadonlyMap<string, number>): Table {
  const columns: readonly NamedColumn[] = [
    { name: "k", type: "string", slot: step.lowering.slot() },
    { name: "c", type: "long", slot: step.lowering.slot() },
  ];
  const rows = [...found].map(([k, c]): readonly Expr[] => [
    { kind: "literal", type: "string", value: { type: "string", value: k } },
    { kind: "literal", type: "long", value: { type: "long", value: BigInt(c) } },
  ]);
  return { rel: { kind: "values", columns, rows }, columns, order: [], serialized: false };
}
