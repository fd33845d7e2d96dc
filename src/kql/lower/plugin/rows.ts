/** Plug-ins over rows in order: `rows_near`, `sequence_detect`. */
import type { Expr } from "../../plan.js";
import type { PlugIn } from "./call.js";
import { reject } from "../../refusal.js";
import { columnExpr } from "../context.js";
import { typed } from "./pivot.js";

/** https://learn.microsoft.com/kusto/query/rows-near-plugin */
export const rowsNear: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/rows-near-plugin",
  lower: call => {
    const { input } = call;
    const columns: Record<string, Expr> = { near: call.value(call.arg(0, "a condition")) };
    input.columns.forEach((c, i) => (columns[`c${i}`] = columnExpr(c)));
    const before = call.constant(call.arg(1, "a number of rows"), "the number of rows");
    const after = call.args[2] === undefined ? before : call.constant(call.args[2], "the number of rows after");
    const table = call.inline(
      "let N = materialize(T | serialize r = row_number());" +
        " let Near = N | where near | mv-expand r2 = range(r - before, r + after, 1) to typeof(long) | distinct r2;" +
        " N | where r in (Near) | sort by r asc",
      { T: { ...call.select(columns), order: input.order } },
      { before, after },
    );
    return {
      ...typed(
        call,
        table,
        input.columns.map((_, i) => `c${i}`),
      ),
      order: table.order,
      serialized: true,
    };
  },
};

/** https://learn.microsoft.com/kusto/query/sequence-detect-plugin */
export const sequenceDetect: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/sequence-detect-plugin",
  differs: "every combination of steps that fits the windows is a sequence, each listed once",
  lower: call => {
    const all = call.node.get("ArgumentList").list("Expressions");
    const conditions = all
      .slice(3)
      .filter(
        n =>
          n.kind === "SimpleNamedExpression" ||
          (n.type.kind === "scalar" && n.type.type === "bool" && n.kind !== "NameReference"),
      );
    const dimensions = all
      .slice(3)
      .filter(n => !conditions.includes(n))
      .map(n => call.columnAt(n, "a dimension"));
    const [first, ...later] = conditions;
    if (first === undefined || later.length === 0)
      return reject("kql/bad-plugin-call", "'sequence_detect' needs two conditions or more", call.node.span);
    const columns: Record<string, Expr> = { t: columnExpr(call.column(0, "a column for the timeline")) };
    dimensions.forEach((c, i) => (columns[`d${i}`] = columnExpr(c)));
    conditions.forEach((n, i) => (columns[`e${i}`] = call.value(n)));
    const values = {
      step: call.constant(call.arg(1, "the longest step"), "the longest step"),
      span: call.constant(call.arg(2, "the longest sequence"), "the longest sequence"),
    };
    const keys = dimensions.map((_, i) => `d${i}`);
    const one = keys.length === 0 ? "k = 1" : keys.join(", ");
    const on = keys.length === 0 ? "k" : keys.join(", ");
    const carried = (i: number): string => Array.from({ length: i + 1 }, (_, j) => `t${j}`).join(", ");
    const joins = later.map(
      (_, i) =>
        ` | join kind=inner (T | where e${i + 1} | distinct ${one}, t | project-rename t${i + 1} = t) on ${on}` +
        ` | where t${i + 1} > t${i} and t${i + 1} - t${i} <= step and t${i + 1} - t0 <= span | project ${on}, ${carried(i + 1)}`,
    );
    const last = `t${later.length}`;
    const text = `T | where e0 | distinct ${one}, t | project-rename t0 = t${joins.join("")} | extend total = ${last} - t0 | sort by t0 asc, ${last} asc`;
    const table = call.inline(text, { T: call.select(columns) }, values);
    return typed(call, table, [...keys, ...conditions.map((_, i) => `t${i}`), "total"]);
  },
};
