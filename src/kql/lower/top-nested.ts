/**
 * `top-nested`: level by level, the top values within each value of the level above.
 *
 * Source: https://learn.microsoft.com/kusto/query/top-nested-operator
 */
import type { BoundNode } from "../bridge.js";
import type { Computed, Expr, NamedColumn } from "../plan.js";
import type { Table } from "./context.js";
import type { Step } from "./step.js";
import { HuntError } from "../../base/error.js";
import { refuse } from "../refusal.js";
import { columnExpr, nullOf, withRow } from "./context.js";
import { inlineKql, renamed } from "./inline.js";
import { extendRel, lowerConstant, lowerValue, outputOf } from "./step.js";
import { aggregateBy } from "./summarize.js";

/** Beside the input's columns, `c0` …: the levels' values `e0` …, the chosen value above `pid`, and whether it stands for others. */
interface Levels {
  readonly step: Step;
  readonly clauses: readonly BoundNode[];
  readonly types: readonly Expr["type"][];
}

export function lowerTopNested(step: Step): Table {
  const { node, lowering, input } = step;
  if (input.partition !== undefined) return refuse("top-nested here", node.span);
  const clauses = node.list("Clauses");
  const exprs = clauses.map(c => lowerValue(step, unnamed(c.get("OfExpression"))));
  const items = exprs.map((expr): Computed => ({ slot: lowering.slot(), expr }));
  const start: Table = {
    rel: extendRel(input.rel, items),
    columns: [
      ...input.columns.map((c, i): NamedColumn => ({ ...c, name: `c${i}` })),
      ...items.map(({ slot, expr }, i): NamedColumn => ({ name: `e${i}`, type: expr.type, slot })),
    ],
    order: [],
    serialized: false,
  };
  const levels: Levels = { step, clauses, types: exprs.map(e => e.type) };
  let rows = inline(levels, "T | extend pid = '', isrest = false", { T: start });
  let result: Table | undefined;
  for (const i of clauses.keys()) {
    const level = chooseLevel(levels, i, rows);
    rows = level.rows;
    result =
      result === undefined
        ? inline(levels, "L | project id, v0 = v, a0 = a", { L: level.chosen })
        : inline(
            levels,
            `P | join kind=inner (L | project pid, id, v${i} = v, a${i} = a) on $left.id == $right.pid | project-away id, pid | project-rename id = id1`,
            { P: result, L: level.chosen },
          );
  }
  if (result === undefined) throw new HuntError("internal/bug", "top-nested without a clause");
  const shown = clauses.flatMap((_, i) => [`v${i}`, `a${i}`]);
  const listed = inline(levels, `P | project ${shown.join(", ")}`, { P: result });
  return renamed(
    listed,
    outputOf(step).map(c => c.name),
  );
}

const unnamed = (node: BoundNode): BoundNode =>
  node.kind === "SimpleNamedExpression" ? unnamed(node.get("Expression")) : node;

function inline(
  { step }: Levels,
  text: string,
  tables: Record<string, Table>,
  values: Record<string, Expr> = {},
): Table {
  return inlineKql(step.lowering, { text, tables, values }, step.node.span);
}

/** The values chosen at one level, (pid, id, v, a), and the rows below them, whose `pid` is then that value's id. */
function chooseLevel(levels: Levels, i: number, rows: Table): { readonly chosen: Table; readonly rows: Table } {
  const { step } = levels;
  const clause = levels.clauses[i] ?? step.node;
  const by = clause.get("ByExpression");
  const ascending = by.kind === "OrderedExpression" && /\basc\b/.test(by.find("Ordering")?.text ?? "");
  const aggregate = unnamed(by.kind === "OrderedExpression" ? by.get("Expression") : by);
  const count = clause.find("Expression");
  const other = clause.find("WithOthersClause")?.get("Expression");
  const key = (value: string): string => `strcat(iff(isnull(${value}), '0', '1'), tostring(${value}))`;
  const use = step.lowering.share(rows, true);
  // The values of this level under each value above, best first; equal ones in the order of their text.
  const grouped = aggregateOver(levels, inline(levels, "R | where not(isrest)", { R: use() }), aggregate, [`e${i}`]);
  const limit = count === undefined ? "" : " | where rank <= most";
  const top = inline(
    levels,
    `G | extend k = ${key("v")} | sort by pid asc, a ${ascending ? "asc" : "desc"}, k asc` +
      ` | extend rank = row_number(1, pid != prev(pid))${limit} | project pid, id = strcat(pid, '/', rank), v, a, k`,
    { G: grouped },
    count === undefined ? {} : { most: lowerConstant(step, count) },
  );
  const chosen = step.lowering.share(top, true);
  const marked = step.lowering.share(
    inline(
      levels,
      `R | where not(isrest) | extend k = ${key(`e${i}`)} | join kind=leftouter (C | project pid, k, id) on pid, k | project-away pid1, k1, k`,
      {
        R: use(),
        C: chosen(),
      },
    ),
    true,
  );
  const below = "R | where isnotempty(id) | extend pid = id | project-away id";
  const inOthers = `extend pid = strcat(pid, '/o'), isrest = true`;
  const parts = [`(${below})`, `(O | where isrest | ${inOthers})`];
  const lists = ["(C | project pid, id, v, a)"];
  const tables: Record<string, Table> = { C: chosen() };
  const type = levels.types[i] ?? "dynamic";
  const values: Record<string, Expr> = {};
  // What stands for the others above goes on as one: with a name here it has the name, else null.
  const inherited = inline(levels, "R | where isrest", { R: use() });
  if (other === undefined) {
    lists.push("(N | distinct pid | project pid, id = strcat(pid, '/o'), v = name, a = nothing)");
    tables["N"] = inherited;
    values["name"] = nullOf(type);
    values["nothing"] = nullOf(grouped.columns.find(c => c.name === "a")?.type ?? "long");
  } else {
    const name = lowerConstant(step, other);
    values["name"] = name.type === type ? name : { kind: "convert", operand: name, type, span: other.span };
    parts.push(`(R | where isempty(id) | project-away id | ${inOthers})`);
    lists.push("(N | project pid, id = strcat(pid, '/o'), v = name, a)");
    const rest = inline(levels, "union (R | where isempty(id) | project-away id), (O | where isrest)", {
      R: marked(),
      O: use(),
    });
    tables["N"] = aggregateOver(levels, rest, aggregate, []);
  }
  return {
    chosen: inline(levels, `union ${lists.join(", ")}`, tables, values),
    rows: inline(levels, `union ${parts.join(", ")}`, { R: marked(), O: use() }),
  };
}

/** The user's aggregate over rows, by `pid` and further columns of ours: (pid, [v,] a). */
function aggregateOver(levels: Levels, rows: Table, aggregate: BoundNode, by: readonly string[]): Table {
  const { step } = levels;
  const { lowering } = step;
  // The aggregate speaks of the input's columns, which stand first.
  const columns = rows.columns.map((c, i): NamedColumn => ({ ...c, name: step.input.columns[i]?.name ?? c.name }));
  const input: Table = { ...rows, columns };
  const keys = ["pid", ...by].map((name): Computed => {
    const column = rows.columns.find(c => c.name === name);
    if (column === undefined) throw new HuntError("internal/bug", `top-nested: no column '${name}'`);
    return { slot: lowering.slot(), expr: columnExpr(column) };
  });
  const at: Step = { ...step, input, scope: withRow(step.scope, input) };
  return aggregateBy(at, keys, aggregate, ["pid", ...(by.length > 0 ? ["v"] : []), "a"]);
}
