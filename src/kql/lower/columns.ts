/** Operators that work row by row: where, extend, project and its variants, parse, serialize, getschema. */
import type { BoundNode } from "../bridge.js";
import type { Lowering, Scope, Table } from "./context.js";
import type { Computed, Expr, NamedColumn, ParsePart, Rel } from "../plan.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { isKqlType } from "../../base/column.js";
import { refuse, reject } from "../refusal.js";
import { findColumn, knownType, withRow } from "./context.js";
import { lowerExpr } from "./expr.js";
import {
  checkOutput,
  extendRel,
  findParameter,
  lowerColumns,
  lowerRowExpressions,
  lowerValue,
  outputOf,
  replaceColumns,
  slotFor,
} from "./step.js";

export function lowerFilter(step: Step): Table {
  const { rel, value } = lowerRowExpressions(step, context => lowerExpr(step.node.get("Condition"), context));
  const condition: Expr =
    value.type === "bool" ? value : { kind: "convert", operand: value, type: "bool", span: step.node.span };
  return { ...step.input, rel: { kind: "filter", input: rel, condition } };
}

/** `extend`: a name that exists is replaced in place, others follow; unnamed ones get the binder's names in order. */
export function lowerExtend(step: Step): Table {
  const { rel, items } = lowerColumns(step, step.node.list("Expressions"));
  const known = new Set([...step.input.columns.map(c => c.name), ...items.map(i => i.name)]);
  const madeUp = outputOf(step).filter(c => !known.has(c.name));
  const computed: Computed[] = [];
  const added = items.map(({ name: own, expr, node }): NamedColumn => {
    const name = own ?? madeUp.shift()?.name;
    if (name === undefined) return refuse("an unnamed expression here", node.span, "give it a name");
    const slot = step.lowering.slot();
    computed.push({ slot, expr });
    return { name, type: expr.type, slot };
  });
  const columns = checkOutput(step, replaceColumns(step.input.columns, added));
  return { ...step.input, rel: extendRel(rel, computed), columns };
}

export function lowerProject(step: Step): Table {
  const { rel, columns } = projectColumns(step, step.node.list("Expressions"));
  return { ...step.input, rel, columns: checkOutput(step, columns) };
}

/** `print`: a `project` over one row without columns. */
export function lowerPrint(lowering: Lowering, node: BoundNode, scope: Scope): Table {
  const rel: Rel = { kind: "values", columns: [], rows: [[]] };
  const input: Table = { rel, columns: [], order: [], serialized: false };
  return lowerProject({ input, node, source: node, scope: withRow(scope, undefined), lowering });
}

/** Columns of a list of expressions, named by the binder position by position. */
export function projectColumns(
  step: Step,
  nodes: readonly BoundNode[],
): { readonly rel: Rel; readonly columns: readonly NamedColumn[] } {
  const { rel, items } = lowerColumns(step, nodes);
  const names = outputOf(step);
  const computed: Computed[] = [];
  const taken = new Set<number>();
  const columns = items.map(({ expr }, i): NamedColumn => {
    const name = names[i]?.name;
    if (name === undefined) throw new HuntError("internal/bug", `${step.node.kind}: the binder names fewer columns`);
    const slot = slotFor(step.lowering, expr, computed, taken);
    taken.add(slot);
    return { name, type: expr.type, slot };
  });
  return { rel: extendRel(rel, computed), columns };
}

/** `project-away`, `-keep`, `-reorder`: the binder has expanded the wildcards; only the list of columns changes. */
export function lowerColumnChoice(step: Step): Table {
  const columns = outputOf(step).map(({ name }): NamedColumn => {
    const column = findColumn(step.input, name);
    if (column === undefined) throw new HuntError("internal/bug", `${step.node.kind}: no column '${name}'`);
    return column;
  });
  return { ...step.input, columns };
}

export function lowerRename(step: Step): Table {
  const renamed = new Map<string, string>();
  for (const node of step.node.list("Expressions")) {
    if (node.kind !== "SimpleNamedExpression") return refuse("this form of project-rename", node.span);
    renamed.set(node.get("Expression").name, node.get("Name").name);
  }
  const columns = step.input.columns.map(c => ({ ...c, name: renamed.get(c.name) ?? c.name }));
  return { ...step.input, columns: checkOutput(step, columns) };
}

/** `serialize`: unlike `extend` it never replaces a column; names that exist get a number from the binder. */
export function lowerSerialize(step: Step): Table {
  const nodes = step.node.list("Expressions");
  const { rel, value } = lowerRowExpressions(step, context => nodes.map(n => lowerExpr(n, context)));
  const names = outputOf(step).slice(step.input.columns.length);
  const items: Computed[] = [];
  const added = value.map((expr, i): NamedColumn => {
    const slot = step.lowering.slot();
    items.push({ slot, expr });
    return { name: names[i]?.name ?? "", type: expr.type, slot };
  });
  const columns = checkOutput(step, [...step.input.columns, ...added]);
  return { ...step.input, rel: extendRel(rel, items), columns, serialized: true };
}

const dotnetTypes: Readonly<Record<string, string>> = {
  bool: "System.SByte",
  int: "System.Int32",
  long: "System.Int64",
  real: "System.Double",
  decimal: "System.Data.SqlTypes.SqlDecimal",
  string: "System.String",
  datetime: "System.DateTime",
  timespan: "System.TimeSpan",
  guid: "System.Guid",
  dynamic: "System.Object",
};

/** `getschema`. Source: https://learn.microsoft.com/kusto/query/getschema-operator */
export function lowerGetSchema(step: Step): Table {
  const columns = outputOf(step).map(c => ({ name: c.name, type: knownType(c.type), slot: step.lowering.slot() }));
  const literal = (value: string): Expr => ({ kind: "literal", type: "string", value: { type: "string", value } });
  const rows = step.input.columns.map((c, i): readonly Expr[] => [
    literal(c.name),
    { kind: "literal", type: "int", value: { type: "int", value: BigInt(i) } },
    literal(dotnetTypes[c.type] ?? "System.Object"),
    literal(c.type),
  ]);
  if (columns.length !== 4) throw new HuntError("internal/bug", "getschema: unexpected columns");
  const typed = rows.map(row =>
    row.map((expr, i): Expr => {
      const type = columns[i]?.type ?? expr.type;
      return type === expr.type ? expr : { kind: "convert", operand: expr, type, span: step.node.span };
    }),
  );
  return { rel: { kind: "values", columns, rows: typed }, columns, order: [], serialized: false };
}

/** `assert-schema (name: type, …)`: the table as it is, or an error where its columns are not these, in this order. */
export function lowerAssertSchema(step: Step): Table {
  const declared = step.node.get("Schema").list("Columns");
  const wanted = declared.map(c => `${c.get("Name").name}: ${c.get("Type").symbol?.name ?? c.get("Type").text}`);
  const given = step.input.columns.map(c => `${c.name}: ${c.type}`);
  const at = Array.from({ length: Math.max(wanted.length, given.length) }, (_, i) => i).find(
    i => wanted[i] !== given[i],
  );
  if (at === undefined) return step.input;
  const [w, g] = [wanted[at] ?? "no further column", given[at] ?? "no further column"];
  return reject("kql/other-schema", `column ${at + 1} should be '${w}', the table has '${g}'`, step.node.span);
}

/** `parse` and `parse-where`. Source: https://learn.microsoft.com/kusto/query/parse-operator */
export function lowerParse(step: Step): Table {
  const { node, lowering } = step;
  const mode = findParameter(node, "kind")?.text ?? "simple";
  const flags = findParameter(node, "flags")?.text ?? "";
  if (mode !== "simple" && mode !== "relaxed" && mode !== "regex") return refuse(`parse kind=${mode}`, node.span);
  const value = lowerValue(step, node.get("Expression"));
  const source: Expr =
    value.type === "string" ? value : { kind: "convert", operand: value, type: "string", span: node.span };
  const added: NamedColumn[] = [];
  const parts = node.list("Patterns").map((pattern): ParsePart => {
    if (pattern.kind === "StarExpression") return { kind: "star" };
    if (pattern.kind === "NameAndTypeDeclaration" || pattern.kind === "NameDeclaration") {
      const typeName = pattern.kind === "NameDeclaration" ? "string" : (pattern.get("Type").symbol?.name ?? "string");
      const name = pattern.kind === "NameDeclaration" ? pattern.name : pattern.get("Name").name;
      if (!isKqlType(typeName)) return refuse(`the type '${typeName}' in parse`, pattern.span);
      // Microsoft's binder lists such a column twice, so that what later operators mean by its name is open.
      if (findColumn(step.input, name) !== undefined || added.some(c => c.name === name))
        return refuse(`parse into '${name}', which exists already`, pattern.span, "give it another name");
      const column: NamedColumn = { name, type: typeName, slot: lowering.slot() };
      added.push(column);
      return { kind: "column", column };
    }
    const text = lowerValue(step, pattern);
    if (text.kind !== "literal" || text.value.type !== "string")
      return refuse("a parse pattern that is not a constant text", pattern.span);
    return { kind: "text", text: text.value.value };
  });
  const where = node.kind === "ParseWhereOperator";
  const rel: Rel = { kind: "parse", input: step.input.rel, source, mode, flags, parts, where, span: node.span };
  const columns = checkOutput(step, [...step.input.columns, ...added]);
  return { ...step.input, rel, columns };
}
