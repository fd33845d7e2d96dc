/** `reduce`. Source: https://learn.microsoft.com/kusto/query/reduce-operator */
import type { BoundNode } from "../bridge.js";
import type { Expr, NamedColumn } from "../plan.js";
import type { Table } from "./context.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse, reject } from "../refusal.js";
import { columnExpr } from "./context.js";
import { inlineKql, renamed } from "./inline.js";
import { extendRel, findParameter, lowerConstant, lowerValue, outputOf } from "./step.js";

export function lowerReduce(step: Step): Table {
  const { node, lowering, input } = step;
  if (input.partition !== undefined) return refuse("reduce inside mv-apply or partition", node.span);
  const value = lowerValue(step, node.get("Expression"));
  const slot = lowering.slot();
  const rows: Table = {
    ...input,
    rel: extendRel(input.rel, [{ slot, expr: value }]),
    columns: [
      ...input.columns.map((c, i): NamedColumn => ({ ...c, name: `c${i}` })),
      { name: "x", type: "string", slot },
    ],
  };
  const names = outputOf(step).map(c => c.name);
  if (findParameter(node, "kind") === undefined) return renamed(listed(step, groupsOf(step, rows)), names);
  // `kind=source`: the rows are read twice, for the groups and for themselves.
  const use = lowering.share(rows, true);
  const columns = input.columns.map((_, i) => `c${i}, `).join("");
  const P = groupsOf(step, use());
  const joined = inlineKql(
    lowering,
    {
      text:
        "T | extend i = row_number() | lookup (P | project p = tostring(p.p), n = tolong(p.n), r = tostring(p.r), t = p.t | mv-expand x = t to typeof(string)) on x" +
        ` | sort by i asc | project ${columns}p, n, r`,
      tables: { T: { ...use(), serialized: true }, P },
    },
    node.span,
  );
  return renamed(joined, names);
}

/** A row for each group, `p`, the largest first. */
function groupsOf(step: Step, rows: Table): Table {
  const { lowering, node } = step;
  const lists = inlineKql(
    lowering,
    {
      text:
        "T | summarize n = count() by x | sort by x asc" +
        " | summarize rows = make_list(tostring(pack_array(x, n))), distincts = count()",
      tables: { T: { ...rows, order: [], serialized: false } },
    },
    node.span,
  );
  const [texts, distincts] = lists.columns;
  if (texts === undefined || distincts === undefined) throw new HuntError("internal/bug", "reduce has no rows");
  const args: readonly Expr[] = [columnExpr(texts), columnExpr(distincts), threshold(step), characters(step)];
  const expr: Expr = { kind: "call", name: "$reduce", args, type: "dynamic", span: node.span };
  const found: NamedColumn = { name: "p", type: "dynamic", slot: lowering.slot() };
  const table: Table = { ...lists, rel: extendRel(lists.rel, [{ slot: found.slot, expr }]), columns: [found] };
  return inlineKql(
    lowering,
    { text: "P | mv-expand with_itemindex=i p | where isnotnull(p) | sort by i asc", tables: { P: table } },
    node.span,
  );
}

function listed({ lowering, node }: Step, groups: Table): Table {
  const text = "P | sort by i asc | project p0 = tostring(p.p), n = tolong(p.n), r = tostring(p.r)";
  return inlineKql(lowering, { text, tables: { P: groups } }, node.span);
}

function parameter(step: Step, name: string): BoundNode | undefined {
  const given = step.node.find("With")?.list("Parameters") ?? [];
  return given.find(p => p.get("Name").name.toLowerCase() === name)?.get("Expression");
}

function threshold(step: Step): Expr {
  const node = parameter(step, "threshold");
  const expr = node === undefined ? undefined : lowerConstant(step, node);
  if (expr !== undefined && expr.kind !== "literal")
    return refuse("a threshold of 'reduce' that is not a literal", step.node.span);
  const value = expr === undefined ? 0.1 : Number(expr.value.value);
  if (node !== undefined && !(value >= 0 && value <= 1))
    return reject("kql/bad-plugin-call", "the threshold of 'reduce' is between 0 and 1", node.span);
  return { kind: "literal", type: "real", value: { type: "real", value } };
}

function characters(step: Step): Expr {
  const node = parameter(step, "characters");
  const expr = node === undefined ? undefined : lowerConstant(step, node);
  if (expr === undefined) return { kind: "literal", type: "string", value: { type: "string", value: "" } };
  return expr.kind === "literal" && expr.type === "string"
    ? expr
    : refuse("characters of 'reduce' that are not a literal text", step.node.span);
}
