/** `basket`, `autocluster`, `diffpatterns`: what many rows have in common. */
import type { Expr, NamedColumn } from "../../plan.js";
import type { BoundNode } from "../../bridge.js";
import type { Table } from "../context.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { refuse, reject } from "../../refusal.js";
import { columnExpr } from "../context.js";
import { text } from "../expr.js";
import { extendRel } from "../step.js";
import { typed } from "./pivot.js";

const differs = "the search is whole and without chance, so that equal rows give equal patterns, in a stated order";

const threshold: Range = { what: "the threshold", otherwise: 0.05, min: 0.015, max: 1 };

interface Search {
  readonly kind: "basket" | "autocluster" | "diffpatterns";
  /** The threshold, or the weight of size. */
  readonly number: Expr;
  readonly depth: Expr;
  readonly weight: NamedColumn | undefined;
  readonly wildcards: readonly BoundNode[];
  readonly split?: { readonly column: NamedColumn; readonly a: Expr; readonly b: Expr };
}

/** https://learn.microsoft.com/kusto/query/basket-plugin */
export const basket: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/basket-plugin",
  differs,
  lower: call =>
    patterns(call, {
      kind: "basket",
      number: number(call, 0, threshold),
      weight: weight(call, 1),
      depth: count(call, 2, 5, "the number of dimensions"),
      wildcards: call.args.slice(3),
    }),
};

/** https://learn.microsoft.com/kusto/query/autocluster-plugin */
export const autocluster: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/autocluster-plugin",
  differs: `${differs}; the number of seeds has no effect`,
  lower: call =>
    patterns(call, {
      kind: "autocluster",
      number: number(call, 0, { what: "the weight of size", otherwise: 0.5, min: 0, max: 1 }),
      weight: weight(call, 1),
      depth: count(call, 2, 25, "the number of seeds"),
      wildcards: call.args.slice(3),
    }),
};

/** https://learn.microsoft.com/kusto/query/diffpatterns-plugin */
export const diffpatterns: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/diffpatterns-plugin",
  differs,
  lower: call =>
    patterns(call, {
      kind: "diffpatterns",
      split: {
        column: call.column(0, "the column that splits"),
        a: call.constant(call.arg(1, "the value of set A"), "the value of set A"),
        b: call.constant(call.arg(2, "the value of set B"), "the value of set B"),
      },
      weight: weight(call, 3),
      number: number(call, 4, threshold),
      depth: count(call, 5, 1000, "the number of dimensions"),
      wildcards: call.args.slice(6),
    }),
};

/** The argument at a place; undefined when it is left out or a tilde, which stands for the default. */
function given(call: PlugInCall, index: number): BoundNode | undefined {
  const node = call.args[index];
  return node === undefined || node.stringValue === "~" ? undefined : node;
}

interface Range {
  readonly what: string;
  readonly otherwise: number;
  readonly min: number;
  readonly max: number;
}

function number(call: PlugInCall, index: number, { what, otherwise, min, max }: Range): Expr {
  const node = given(call, index);
  const value = node === undefined ? otherwise : Number(call.literal(node, what).value);
  if (node !== undefined && !(value >= min && value <= max))
    return reject("kql/bad-plugin-call", `${what} of '${call.name}' is between ${min} and ${max}`, node.span);
  return { kind: "literal", type: "real", value: { type: "real", value } };
}

function count(call: PlugInCall, index: number, otherwise: number, what: string): Expr {
  const node = given(call, index);
  const value = node === undefined ? otherwise : Number(call.literal(node, what).value);
  if (node !== undefined && !(Number.isInteger(value) && value > 0))
    return reject("kql/bad-plugin-call", `${what} of '${call.name}' is a whole number above 0`, node.span);
  return { kind: "literal", type: "long", value: { type: "long", value: BigInt(value) } };
}

function weight(call: PlugInCall, index: number): NamedColumn | undefined {
  const node = given(call, index);
  return node === undefined ? undefined : call.columnAt(node, "the weight");
}

function patterns(call: PlugInCall, search: Search): Table {
  const { weight: weighed, split } = search;
  const apart = new Set([weighed?.slot, split?.column.slot]);
  const searched = call.input.columns.filter(c => !apart.has(c.slot));
  if (searched.length === 0)
    return reject("kql/bad-plugin-call", `'${call.name}' needs a column to look at`, call.span);
  const names = searched.map((_, i) => `c${i}`);
  const columns: Record<string, Expr> = Object.fromEntries(searched.map((c, i) => [`c${i}`, textOf(call, c)]));
  columns["w"] =
    weighed === undefined ? { kind: "literal", type: "long", value: { type: "long", value: 1n } } : columnExpr(weighed);
  if (split !== undefined) columns["s"] = textOf(call, split.column);
  const sums =
    split === undefined
      ? "a = toreal(sum(w)), b = 0.0"
      : "a = toreal(sumif(w, s == sa)), b = toreal(sumif(w, s == sb))";
  const filter = split === undefined ? "" : " | where s == sa or s == sb";
  const rows = call.inline(
    `T${filter} | summarize ${sums} by ${names.join(", ")} | sort by ${names.map(n => `${n} asc`).join(", ")}` +
      ` | summarize rows = make_list(tostring(pack_array(pack_array(${names.join(", ")}), a, b)))`,
    { T: call.select(columns) },
    split === undefined ? {} : { sa: split.a, sb: split.b },
  );
  const [list] = rows.columns;
  if (list === undefined) return refuse(`'${call.name}' without rows`, call.span);
  const found: NamedColumn = { name: "p", type: "dynamic", slot: call.step.lowering.slot() };
  const args: readonly Expr[] = [columnExpr(list), text(search.kind), search.number, search.depth];
  const expr: Expr = { kind: "call", name: "$patterns", args, type: "dynamic", span: call.span };
  const table: Table = {
    ...rows,
    rel: extendRel(rows.rel, [{ slot: found.slot, expr }]),
    columns: [found],
  };
  return listed(call, search, table, searched);
}

/** A row for each pattern. */
function listed(call: PlugInCall, search: Search, table: Table, searched: readonly NamedColumn[]): Table {
  const values: Record<string, Expr> = {};
  const names: string[] = [];
  const isSplit = search.split !== undefined;
  const measures = isSplit
    ? "CountA = tolong(p.a), CountB = tolong(p.b), PercentA = round(100 * toreal(p.pa), 2), PercentB = round(100 * toreal(p.pb), 2)," +
      " PercentDiffAB = round(abs(100 * toreal(p.pa) - 100 * toreal(p.pb)), 2)"
    : "Count = tolong(p.a), Percent = round(100 * toreal(p.pa), 1)";
  const fixed = isSplit
    ? ["SegmentId", "CountA", "CountB", "PercentA", "PercentB", "PercentDiffAB"]
    : ["SegmentId", "Count", "Percent"];
  const wild = wildcards(call, search.wildcards);
  const columns = call.output.slice(fixed.length).map((c, i): string => {
    const at = searched.findIndex(s => s.name === c.name);
    names.push(`o${i}`);
    values[`w${i}`] = text(wild.get(c.type) ?? "");
    const written = at < 0 ? "''" : `tostring(p.c${at})`;
    const value = `iff(isempty(${written}), w${i}, ${written})`;
    return c.type === "dynamic" ? `o${i} = parse_json(${value})` : `o${i} = ${value}`;
  });
  const result = call.inline(
    `P | mv-expand with_itemindex=SegmentId p | where isnotnull(p) | project SegmentId = tolong(SegmentId), ${[measures, ...columns].join(", ")}` +
      " | sort by SegmentId asc",
    { P: table },
    values,
  );
  return { ...typed(call, result, [...fixed, ...names]), order: result.order, serialized: true };
}

function textOf(call: PlugInCall, column: NamedColumn): Expr {
  const value = columnExpr(column);
  return column.type === "string" ? value : { kind: "convert", operand: value, type: "string", span: call.span };
}

/** The texts that stand for "any value", by the type of column: one for each type at most. */
function wildcards(call: PlugInCall, nodes: readonly BoundNode[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const node of nodes) {
    if (node.stringValue === "~") continue;
    const { type, value } = call.literal(node, "a wildcard");
    if (typeof value !== "string" && typeof value !== "bigint" && typeof value !== "number")
      return refuse(`a wildcard of '${call.name}' that is a ${type}`, node.span);
    found.set(type, String(value));
  }
  return found;
}
