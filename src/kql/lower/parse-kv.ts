/** `parse-kv`. Source: https://learn.microsoft.com/kusto/query/parse-kv-operator */
import type { BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { Computed, Expr, NamedColumn } from "../plan.js";
import type { Step } from "./step.js";
import { isKqlType } from "../../base/column.js";
import { findColumn } from "./context.js";
import { refuse } from "../refusal.js";
import { text } from "./expr.js";
import { checkOutput, extendRel, lowerConstant, lowerValue } from "./step.js";

export function lowerParseKv(step: Step): Table {
  const { node, input } = step;
  const value = lowerValue(step, node.get("Expression"));
  const span = node.span;
  const source: Expr = value.type === "string" ? value : { kind: "convert", operand: value, type: "string", span };
  const columns = node
    .get("Keys")
    .list("Columns")
    .map(c => keyColumn(step, c));
  const options = optionsOf(step);
  const regex = options.get("regex");
  const pick = regex === undefined ? delimited(step, source, columns, options) : undefined;
  const items = columns.map((c): Computed => {
    const raw: Expr =
      pick === undefined
        ? {
            kind: "call",
            name: "$parse_kv_regex",
            args: [source, text(String(regex)), text(c.name)],
            type: "string",
            span,
          }
        : { kind: "member", target: pick.bag, selector: c.name, type: "dynamic", span };
    return { slot: c.slot, expr: raw.type === c.type ? raw : { kind: "convert", operand: raw, type: c.type, span } };
  });
  const rel = extendRel(pick === undefined ? input.rel : extendRel(input.rel, [pick.item]), items);
  return { ...input, rel, columns: checkOutput(step, [...input.columns, ...columns]) };
}

function keyColumn(step: Step, node: BoundNode): NamedColumn {
  const type = node.get("Type").text;
  if (!isKqlType(type)) return refuse(`the type '${type}' in parse-kv`, node.span);
  const name = node.get("Name").name;
  // As with `parse`: the binder would list such a column twice.
  if (findColumn(step.input, name) !== undefined)
    return refuse(`parse-kv into '${name}', which exists already`, node.span, "give it another name");
  return { name, type, slot: step.lowering.slot() };
}

function delimited(
  step: Step,
  source: Expr,
  columns: readonly NamedColumn[],
  options: ReadonlyMap<string, string | boolean>,
): { readonly bag: Expr; readonly item: Computed } {
  const json = JSON.stringify({
    keys: columns.map(c => c.name),
    pairDelimiter: options.get("pair_delimiter"),
    keyDelimiter: options.get("kv_delimiter"),
    quote: options.get("quote"),
    escape: options.get("escape"),
    greedy: options.get("greedy"),
  });
  const slot = step.lowering.slot();
  const span = step.node.span;
  const expr: Expr = { kind: "call", name: "$parse_kv", args: [source, text(json)], type: "dynamic", span };
  return { bag: { kind: "column", slot, type: "dynamic" }, item: { slot, expr } };
}

const known = new Set(["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"]);

function optionsOf(step: Step): ReadonlyMap<string, string | boolean> {
  const properties = step.node.find("WithClause")?.list("Properties") ?? [];
  return new Map(
    properties.map(p => {
      const name = p.get("Name").name.toLowerCase();
      const value = lowerConstant(step, p.get("Expression"));
      if (!known.has(name)) return refuse(`parse-kv with ${name}`, p.span);
      if (value.kind !== "literal" || (value.value.type !== "string" && value.value.type !== "bool"))
        return refuse(`parse-kv with a ${name} that is not constant`, p.span);
      return [name, value.value.value ?? false] as const;
    }),
  );
}
