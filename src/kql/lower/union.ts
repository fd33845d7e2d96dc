/** `union`. Source: https://learn.microsoft.com/kusto/query/union-operator */
import type { BoundNode } from "../bridge.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { Expr, NamedColumn, Rel } from "../plan.js";
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
  const written = node.list("Expressions").flatMap(e => members(lowering, e, outer));
  const all = [...piped, ...written];
  const tables = all.map(({ node: n, table, name }: Member, i): UnionMember => ({
    name: name ?? ownName(n) ?? `union_arg${i}`,
    table,
  }));
  const marked = tables.map(t =>
    source === undefined ? t.table : withConstantColumn(lowering, t.table, source, text(t.name)),
  );
  return uniteTables(lowering, marked, tableColumns(node));
}

/** A table's own name: as referred to, or as given by `as`. */
function ownName(node: BoundNode): string | undefined {
  if (node.kind === "NameReference") return node.name;
  const operator = node.kind === "PipeExpression" ? node.get("Operator") : undefined;
  return operator?.kind === "AsOperator" ? operator.get("Name").name : undefined;
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
    const names = [...lowering.options.tables.values()].filter(t => pattern.test(t.name));
    return names.map(t => ({ node, table: scanTable(lowering, t), name: t.name }));
  }
  const unknown = inner.kind === "NameReference" && inner.symbol === undefined;
  if (unknown || !isTabular(inner)) return [];
  return [{ node: inner, table: lowering.table(inner, scope) }];
}

export function wildcardPattern(text: string): RegExp {
  const escaped = text.split("*").map(part => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`);
}

/** Unites tables into the given columns, matched by name and type; what a table lacks is null, or '' for strings. */
export function uniteTables(
  lowering: Lowering,
  tables: readonly Table[],
  output: readonly { readonly name: string; readonly type: NamedColumn["type"] | "unknown" }[],
): Table {
  const columns = output.map((c): NamedColumn => ({ name: c.name, type: knownType(c.type), slot: lowering.slot() }));
  const inputs = tables.map(table => ({ rel: table.rel, sources: sourcesOf(table, columns) }));
  const rel: Rel = { kind: "union", inputs, columns };
  return { rel, columns, order: [], serialized: false };
}

/** For each output column the input's column; same names of different types have the type as suffix. */
function sourcesOf(table: Table, columns: readonly NamedColumn[]): readonly (Expr | undefined)[] {
  const plain = new Set(columns.map(c => `${c.name} ${c.type}`));
  return columns.map((c): Expr | undefined => {
    const sameName = table.columns.find(x => x.name === c.name && x.type === c.type);
    const suffixed = table.columns.find(
      x => `${x.name}_${x.type}` === c.name && x.type === c.type && !plain.has(`${x.name} ${x.type}`),
    );
    const found = sameName ?? suffixed;
    return found === undefined ? undefined : columnExpr(found);
  });
}
