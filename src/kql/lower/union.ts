/** `union`. Source: https://learn.microsoft.com/kusto/query/union-operator */
import type { Span } from "../../base/diagnostic.js";
import type { BoundNode } from "../bridge.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { Expr, NamedColumn, Rel } from "../plan.js";
import { refuse } from "../refusal.js";
import { columnExpr, isTabular, knownType, tableColumns, withRow } from "./context.js";
import { text } from "./expr.js";
import { scanTable, withConstantColumn } from "./sources.js";
import { findParameter } from "./step.js";

/** A table of the union and the name `withsource` gives it. */
export interface UnionMember {
  readonly name: string;
  readonly table: Table;
}

/** Lowers `union`; `input` is the piped table, when there is one. */
export function lowerUnion(
  lowering: Lowering,
  node: BoundNode,
  scope: Scope,
  input?: { readonly table: Table; readonly source: BoundNode },
): Table {
  const source = findParameter(node, "withsource", "with_source")?.name;
  const outer = withRow(scope, undefined);
  const piped = input === undefined ? [] : [{ node: input.source, table: input.table }];
  const fuzzy = findParameter(node, "isfuzzy")?.text.toLowerCase() === "true";
  const legs = node.list("Expressions").filter(e => !(fuzzy && isUnknown(e)));
  if (legs.length < node.list("Expressions").length) lowering.hasOpenColumns = true;
  const written = legs.flatMap(e => members(lowering, e, outer));
  const all = [...piped, ...written];
  const tables = all.map(({ node: n, table, name }: Member, i): UnionMember => ({
    name: name ?? ownName(n) ?? `union_arg${i}`,
    table,
  }));
  const marked = tables.map(t =>
    source === undefined ? t.table : withConstantColumn(lowering, t.table, source, text(t.name)),
  );
  return uniteTables(lowering, marked, node);
}

/**
 * The table that rows come from: as referred to, also under a pipeline, or as named by `as`.
 * Source: https://learn.microsoft.com/kusto/query/union-operator (the example with `where` before and inside `union`)
 */
function ownName(node: BoundNode): string | undefined {
  if (node.kind === "NameReference") return node.name;
  if (node.kind === "ParenthesizedExpression") return ownName(node.get("Expression"));
  if (node.kind !== "PipeExpression") return undefined;
  const operator = node.get("Operator");
  return operator.kind === "AsOperator" ? operator.get("Name").name : ownName(node.get("Expression"));
}

/** A fuzzy leg over a name that means nothing here; the binder has warned of it. */
function isUnknown(node: BoundNode): boolean {
  if (node.kind === "ParenthesizedExpression" || node.kind === "PipeExpression")
    return isUnknown(node.get("Expression"));
  return node.kind === "NameReference" && node.get("Name").kind !== "WildcardedName" && node.symbol === undefined;
}

interface Member {
  readonly node: BoundNode;
  readonly table: Table;
  readonly name?: string;
}

/** The tables one expression of the union stands for: several for a wildcard, none for an unknown fuzzy name. */
function members(lowering: Lowering, node: BoundNode, scope: Scope): readonly Member[] {
  const inner = node.kind === "ParenthesizedExpression" ? node.get("Expression") : node;
  const wildcard = inner.kind === "NameReference" && inner.get("Name").kind === "WildcardedName";
  if (wildcard) {
    const pattern = wildcardPattern(inner.get("Name").text);
    // Of the query's own names only views count among the tables; values and plain tables do not.
    const local = [...scope.names].find(([name, bound]) => bound.kind === "function" && pattern.test(name))?.[0];
    if (local !== undefined) return refuse(`a wildcard that also covers '${local}' of this query`, inner.span);
    const names = [...lowering.options.tables.values()].filter(t => pattern.test(t.name));
    return names.map(t => ({ node, table: scanTable(lowering, t), name: t.name }));
  }
  if (!isTabular(inner)) return [];
  return [{ node: inner, table: lowering.table(inner, scope) }];
}

export function wildcardPattern(text: string): RegExp {
  const escaped = text.split("*").map(part => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`);
}

/**
 * Unites tables into the columns that the binder gives the node, matched by name and type; what a table lacks is null, or ''
 * for strings.
 *
 * @param options `dropsUnfilled` leaves out columns that none of the tables has any more
 */
export function uniteTables(
  lowering: Lowering,
  tables: readonly Table[],
  node: BoundNode,
  options: { readonly dropsUnfilled?: boolean } = {},
): Table {
  const output = tableColumns(node);
  const inner = node.kind === "UnionOperator" && findParameter(node, "kind")?.text === "inner";
  const columns = output.map((c): NamedColumn => ({ name: c.name, type: knownType(c.type), slot: lowering.slot() }));
  const places = inner ? undefined : placesOf(tables, columns);
  const inputs = tables.map(table => ({
    rel: table.rel,
    sources: places === undefined ? sourcesOf(table, columns, inner, node.span) : placed(table, columns, places),
  }));
  const lost = columns.find((_, i) => inputs.every(input => input.sources[i] === undefined));
  // A fuzzy leg over an unknown table is gone, but the binder keeps the columns it must have had.
  const fuzzy = node.kind === "UnionOperator" && node.list("Expressions").some(isUnknown);
  if (lost !== undefined && node.kind === "UnionOperator" && !fuzzy)
    refuse(`a union in which '${lost.name}' collides with another column`, node.span);
  const kept = columns.map(
    (_, i) => options.dropsUnfilled !== true || inputs.some(input => input.sources[i] !== undefined),
  );
  const shown = columns.filter((_, i) => kept[i]);
  const trimmed = inputs.map(({ rel, sources }) => ({ rel, sources: sources.filter((_, i) => kept[i]) }));
  const rel: Rel = { kind: "union", inputs: trimmed, columns: shown, span: node.span };
  return { rel, columns: distinctNames(shown), order: [], serialized: false };
}

/** The binder lists the column of `withsource` beside a column of its name; every operator after it numbers the second. */
function distinctNames(columns: readonly NamedColumn[]): readonly NamedColumn[] {
  const taken = new Set<string>();
  return columns.map(c => {
    let name = c.name;
    for (let n = 1; taken.has(name); n++) name = `${c.name}${n}`;
    taken.add(name);
    return name === c.name ? c : { ...c, name };
  });
}

const placeKey = (column: NamedColumn): string => JSON.stringify([column.name, column.type]);

/**
 * Which output column each name and type has, by the binder's own rule: names in the order they first come, of each its
 * types in the order they first come; of several types each has its type as suffix; a name that is taken gets a number.
 * Undefined where that does not give what the binder gives (the column of `withsource` beside one of its name).
 */
function placesOf(tables: readonly Table[], columns: readonly NamedColumn[]): ReadonlyMap<string, number> | undefined {
  const types = new Map<string, Set<string>>();
  for (const { name, type } of tables.flatMap(t => t.columns))
    types.set(name, (types.get(name) ?? new Set()).add(type));
  const taken = new Set<string>();
  const places = new Map<string, number>();
  for (const [name, own] of types)
    for (const type of own) {
      const wanted = own.size === 1 ? name : `${name}_${type}`;
      let given = wanted;
      for (let n = 1; taken.has(given); n++) given = `${wanted}${n}`;
      taken.add(given);
      const output = columns[places.size];
      if (output?.name !== given || output.type !== type) return undefined;
      places.set(JSON.stringify([name, type]), places.size);
    }
  return places.size === columns.length ? places : undefined;
}

function placed(
  table: Table,
  columns: readonly NamedColumn[],
  places: ReadonlyMap<string, number>,
): readonly (Expr | undefined)[] {
  const sources: (Expr | undefined)[] = columns.map(() => undefined);
  for (const column of table.columns) {
    const at = places.get(placeKey(column));
    if (at !== undefined) sources[at] = columnExpr(column);
  }
  return sources;
}

/**
 * For each output column the input's column. Same names of different types have the type as suffix, and a number where
 * that name is taken; a column that finds no place is refused rather than lost.
 */
function sourcesOf(
  table: Table,
  columns: readonly NamedColumn[],
  inner: boolean,
  span: Span,
): readonly (Expr | undefined)[] {
  const sources: (Expr | undefined)[] = columns.map(() => undefined);
  const place = (column: NamedColumn, fits: (output: NamedColumn) => boolean): boolean => {
    const at = columns.findIndex((o, i) => sources[i] === undefined && o.type === column.type && fits(o));
    if (at >= 0) sources[at] = columnExpr(column);
    return at >= 0;
  };
  const left = table.columns.filter(c => !place(c, o => o.name === c.name));
  for (const column of left) {
    const head = `${column.name}_${column.type}`;
    const placed = place(column, o => o.name.startsWith(head) && /^\d*$/.test(o.name.slice(head.length)));
    if (!placed && !inner) refuse(`a union in which '${column.name}' collides with another column`, span);
  }
  return sources;
}
