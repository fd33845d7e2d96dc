/** `evaluate pivot`. Source: https://learn.microsoft.com/kusto/query/pivot-plugin */
import type { BoundNode } from "../../bridge.js";
import type { Computed, Expr, NamedColumn } from "../../plan.js";
import type { Table } from "../context.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { columnsFact } from "../../answers.js";
import { refuse, reject } from "../../refusal.js";
import { columnExpr, scalarType } from "../context.js";
import { text } from "../expr.js";
import { extendRel } from "../step.js";

/** The aggregates that pivot knows, as what they are over the rows of one pivoted value. */
const conditional: Readonly<Record<string, (args: readonly string[], test: string) => string>> = {
  count: (_args, test) => `countif(${test})`,
  dcount: ([x, accuracy], test) => `dcountif(${[x, test, accuracy].filter(a => a !== undefined).join(", ")})`,
  sum: ([x], test) => `sumif(${x}, ${test})`,
  min: ([x], test) => `minif(${x}, ${test})`,
  max: ([x], test) => `maxif(${x}, ${test})`,
  avg: ([x], test) => `avgif(${x}, ${test})`,
  stdev: ([x], test) => `stdevif(${x}, ${test})`,
  variance: ([x], test) => `varianceif(${x}, ${test})`,
  take_any: ([x], test) => `take_anyif(${x}, ${test})`,
  any: ([x], test) => `take_anyif(${x}, ${test})`,
  make_list: ([x, size], test) => `make_list_if(${[x, test, size].filter(a => a !== undefined).join(", ")})`,
  make_set: ([x, size], test) => `make_set_if(${[x, test, size].filter(a => a !== undefined).join(", ")})`,
  make_bag: ([x, size], test) => `make_bag_if(${[x, test, size].filter(a => a !== undefined).join(", ")})`,
};

/** More columns than this help nobody, and cost the binder seconds. */
const mostColumns = 1000;

export const pivot: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/pivot-plugin",
  hasDataColumns: true,
  differs: "pivoted columns are in the order of their names; a row that one of them would have no name for is refused",
  lower: call => {
    const pivoted = call.column(0, "a pivot column");
    const aggregate = aggregateOf(call);
    const keys = keyColumns(call, pivoted, aggregate);
    const name: Expr = { kind: "convert", operand: columnExpr(pivoted), type: "string", span: call.node.span };
    const answer = call.answer;
    if (call.step.node.find("Schema") === undefined) {
      const type = aggregate === undefined ? "long" : scalarType(aggregate);
      const facts = { columns: columnsFact(keys), type };
      if (answer === undefined)
        return call.ask(
          call.inline("T | summarize by p | sort by p asc", { T: call.select({ p: name }) }),
          facts,
          mostColumns,
        );
      // Only an answer without usable columns leaves the call without a schema.
      if (answer.cut) return call.tooMany("values of its column", mostColumns, "filter or group the values first");
    }
    if (answer !== undefined)
      checkNames(
        call,
        keys,
        answer.rows.map(([value]) => value ?? ""),
      );
    return pivotRows(call, { name, aggregate, keys });
  },
};

function checkNames(call: PlugInCall, keys: readonly NamedColumn[], names: readonly string[]): void {
  const taken = new Set(keys.map(k => k.name));
  const twice = names.find(n => taken.has(n));
  if (twice !== undefined)
    reject("kql/column-conflict", `pivot would make a second column '${twice}'; rename the one that exists`, call.span);
  if (names.includes(""))
    refuse(
      "pivot over an empty value, which would be a column without a name",
      call.span,
      "filter it with isnotempty()",
    );
}

function aggregateOf(call: PlugInCall): BoundNode | undefined {
  const second = call.args[1];
  return second?.kind === "FunctionCallExpression" ? second : undefined;
}

/** The columns that stay: those listed, else all but the pivoted column and those the aggregate reads. */
function keyColumns(call: PlugInCall, pivoted: NamedColumn, aggregate: BoundNode | undefined): readonly NamedColumn[] {
  const listed = call.args.slice(aggregate === undefined ? 1 : 2);
  if (listed.length > 0) return listed.map(n => call.columnAt(n, "a column that stays"));
  const read = new Set((aggregate?.get("ArgumentList").list("Expressions") ?? []).flatMap(namesIn));
  return call.input.columns.filter(c => c.slot !== pivoted.slot && !read.has(c.name));
}

function namesIn(node: BoundNode): readonly string[] {
  if (node.isToken) return [];
  return node.kind === "NameReference" ? [node.name] : node.children.flatMap(namesIn);
}

interface Pivoting {
  readonly name: Expr;
  readonly aggregate: BoundNode | undefined;
  readonly keys: readonly NamedColumn[];
}

function pivotRows(call: PlugInCall, { name, aggregate, keys }: Pivoting): Table {
  const aggregateName = aggregate?.get("Name").name ?? "count";
  const write = Object.hasOwn(conditional, aggregateName) ? conditional[aggregateName] : undefined;
  if (write === undefined) return refuse(`pivot with '${aggregateName}'`, (aggregate ?? call.node).span);
  const argNodes = aggregate?.get("ArgumentList").list("Expressions") ?? [];
  const values: Record<string, Expr> = { p: name };
  keys.forEach((k, i) => (values[`k${i}`] = columnExpr(k)));
  const [measured, ...options] = argNodes;
  if (measured !== undefined) values["x"] = call.value(measured);
  const constants: Record<string, Expr> = Object.fromEntries(
    options.map((n, i) => [`option${i}`, call.constant(n, "an option")]),
  );
  const args = [...(measured === undefined ? [] : ["x"]), ...Object.keys(constants)];
  const output = call.output;
  const kept = new Map(keys.map((k, i) => [k.name, `k${i}`]));
  const pivots = output.filter(c => !kept.has(c.name));
  const made = new Map(pivots.map((c, i) => [c.name, `p${i}`]));
  pivots.forEach((c, i) => (constants[`v${i}`] = text(c.name)));
  const aggregates = pivots.map((_, i) => `p${i} = ${write(args, `p == v${i}`)}`);
  // A property bag cannot be grouped by, what it says in JSON can.
  const isBag = (i: number): boolean => keys[i]?.type === "dynamic";
  aggregates.push(...keys.flatMap((_, i) => (isBag(i) ? [`k${i} = take_any(k${i})`] : [])));
  const by = keys.map((_, i) => (isBag(i) ? `g${i} = tostring(pack_array(k${i}))` : `k${i}`));
  const body = `T | summarize ${aggregates.join(", ")}${by.length === 0 ? "" : ` by ${by.join(", ")}`}`;
  const table = call.inline(body, { T: call.select(values) }, constants);
  return typed(
    call,
    table,
    output.map(c => kept.get(c.name) ?? made.get(c.name) ?? ""),
  );
}

/** The named columns of a table as the output's, of the output's types. */
export function typed(call: PlugInCall, table: Table, names: readonly string[]): Table {
  const items: Computed[] = [];
  const columns = call.output.map((output, i): NamedColumn => {
    const column = table.columns.find(c => c.name === names[i]);
    if (column === undefined)
      return reject("kql/bad-plugin-call", `'${call.name}' gives no column '${output.name}'`, call.span);
    if (column.type === output.type) return { ...output, slot: column.slot };
    const slot = call.step.lowering.slot();
    items.push({ slot, expr: { kind: "convert", operand: columnExpr(column), type: output.type, span: call.span } });
    return { ...output, slot };
  });
  return { ...table, rel: extendRel(table.rel, items), columns };
}
