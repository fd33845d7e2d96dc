/** `evaluate narrow`. Source: https://learn.microsoft.com/kusto/query/narrow-plugin */
import type { Expr } from "../../plan.js";
import type { PlugIn } from "./call.js";
import { columnExpr } from "../context.js";
import { renamed } from "../inline.js";

export const narrow: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/narrow-plugin",
  differs: "values are printed as tostring() prints them; null is ''",
  lower: call => {
    const { input } = call;
    const values = Object.fromEntries(input.columns.map((c, i): [string, Expr] => [`c${i}`, columnExpr(c)]));
    const names: Expr = {
      kind: "literal",
      type: "dynamic",
      value: { type: "dynamic", value: input.columns.map(c => c.name) },
    };
    const cells = input.columns.map((_, i) => `tostring(c${i})`).join(", ");
    const table = call.inline(
      `T | serialize r = row_number(0) | project r, v = pack_array(${cells})` +
        ` | mv-expand with_itemindex=i v to typeof(string) | project r, n = tostring(names[i]), v`,
      { T: { ...call.select(values), order: input.order } },
      { names },
    );
    return renamed(
      table,
      call.output.map(c => c.name),
    );
  },
};
