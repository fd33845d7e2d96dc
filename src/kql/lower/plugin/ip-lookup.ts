/**
 * `evaluate ipv4_lookup` and `ipv6_lookup`: a join on address ranges. Two prefixes match when one holds the other.
 *
 * Source: https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin, https://learn.microsoft.com/kusto/query/ipv6-lookup-plugin
 */
import type { BoundNode } from "../../bridge.js";
import type { Computed, Expr, NamedColumn, Rel } from "../../plan.js";
import type { Table } from "../context.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { reject } from "../../refusal.js";
import { columnExpr, findColumn } from "../context.js";
import { extendRel } from "../step.js";

export const ipv4Lookup: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin",
  lower: call => lookUp(call, "$ipv4_first", "$ipv4_last"),
};

export const ipv6Lookup: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/ipv6-lookup-plugin",
  lower: call => lookUp(call, "$ipv6_first", "$ipv6_last"),
};

interface Ranged {
  readonly table: Table;
  readonly first: NamedColumn;
  readonly last: NamedColumn;
}

function lookUp(call: PlugInCall, first: string, last: string): Table {
  const lookup = call.table(call.arg(0, "a lookup table"));
  const source = ranged(call, call.input, call.column(1, "the source's address"), { first, last });
  const keyNode = call.arg(2, "the lookup table's address");
  const range = ranged(call, lookup, columnOf(lookup, keyNode, call), { first, last });
  const extra = call.args.slice(3).filter(n => n.kind === "NameReference");
  const pairs = extra.map(n => ({ left: columnOf(call.input, n, call), right: columnOf(lookup, n, call) }));
  const unmatched = call.named.get("return_unmatched") ?? call.args.slice(3).find(n => n.kind !== "NameReference");
  const all = unmatched !== undefined && call.literal(unmatched, "return_unmatched").value === true;
  const rel: Rel = {
    kind: "join",
    join: all ? "leftouter" : "inner",
    left: source.table.rel,
    right: range.table.rel,
    on: pairs.map(p => ({ left: columnExpr(p.left), right: columnExpr(p.right) })),
    where: both(atMost(source.first, range.last, call), atMost(range.first, source.last, call), call),
    leftColumns: [...call.input.columns, source.first, source.last],
    rightColumns: [...lookup.columns, range.first, range.last],
  };
  const hidden = new Set(pairs.map(p => p.right.slot));
  const given = [...call.input.columns, ...lookup.columns.filter(c => !hidden.has(c.slot))];
  const names = call.output;
  const columns = given.map((c, i): NamedColumn => ({ ...c, name: names[i]?.name ?? c.name }));
  return { rel, columns, order: [], serialized: false };
}

function columnOf(table: Table, node: BoundNode, call: PlugInCall): NamedColumn {
  const column = node.kind === "NameReference" ? findColumn(table, node.name) : undefined;
  return column ?? reject("kql/bad-plugin-call", `'${node.text}' of '${call.name}' must be a column`, node.span);
}

/** The table with the first and the last address of each row's prefix; null for what is no address. */
function ranged(
  call: PlugInCall,
  table: Table,
  address: NamedColumn,
  names: { readonly first: string; readonly last: string },
): Ranged {
  const type = names.first.startsWith("$ipv4") ? "long" : "string";
  const end = (name: string): Computed => ({
    slot: call.step.lowering.slot(),
    expr: { kind: "call", name, args: [columnExpr(address)], type, span: call.span },
  });
  const [first, last] = [end(names.first), end(names.last)];
  return {
    table: { ...table, rel: extendRel(table.rel, [first, last]) },
    first: { name: "", type, slot: first.slot },
    last: { name: "", type, slot: last.slot },
  };
}

const operator = (name: string, left: Expr, right: Expr, call: PlugInCall): Expr => ({
  kind: "operator",
  name,
  left,
  right,
  type: "bool",
  span: call.span,
});
const atMost = (a: NamedColumn, b: NamedColumn, call: PlugInCall): Expr =>
  operator("LessThanOrEqual", columnExpr(a), columnExpr(b), call);
const both = (a: Expr, b: Expr, call: PlugInCall): Expr => operator("And", a, b, call);
