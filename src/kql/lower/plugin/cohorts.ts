/** Plug-ins over ids in time: `new_activity_metrics`, `funnel_sequence_completion`, and `dcount_intersect` over sketches. */
import type { Expr } from "../../plan.js";
import type { BoundNode } from "../../bridge.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { refuse, reject } from "../../refusal.js";
import { columnExpr, isTabular } from "../context.js";
import { typed } from "./pivot.js";

/**
 * Source: https://learn.microsoft.com/kusto/query/new-activity-metrics-plugin
 *
 * `first` holds each id's first window; pairs of windows without new ids in the first one are left out.
 */
export const newActivityMetrics: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/new-activity-metrics-plugin",
  differs: "distinct counts are exact; windows in which no id is new have no rows of their own",
  lower: call => {
    const rest = call.args.slice(5);
    const lookback = rest.findLast(isTabular);
    const scalars = rest.filter(n => !isTabular(n));
    const isColumn = (n: BoundNode): boolean =>
      call.input.columns.some(c => c.name === n.name && n.kind === "NameReference");
    const dimensions = scalars.filter(isColumn).map(n => call.columnAt(n, "a dimension"));
    const [cohort, ...more] = scalars.filter(n => !isColumn(n));
    const [extra] = more;
    if (extra !== undefined)
      return reject("kql/bad-plugin-call", `'${call.name}' takes one cohort, then columns, then a table`, extra.span);
    const step = call.constant(call.arg(4, "a window"), "the window");
    if (step.type === "string") return refuse(`'${call.name}' over calendar periods`, call.arg(4, "a window").span);
    const columns: Record<string, Expr> = {
      id: columnExpr(call.column(0, "a column of ids")),
      t: columnExpr(call.column(1, "a column for the timeline")),
    };
    dimensions.forEach((c, i) => (columns[`d${i}`] = columnExpr(c)));
    const values: Record<string, Expr> = {
      start: call.constant(call.arg(2, "a start"), "the start"),
      end: call.constant(call.arg(3, "an end"), "the end"),
      step,
    };
    const only = cohort === undefined ? "" : " | where f == cohort";
    if (cohort !== undefined) values["cohort"] = call.constant(cohort, "the cohort");
    const known = lookback === undefined ? undefined : call.table(lookback);
    const [knownId] = known?.columns.filter(c => c.name === call.column(0, "a column of ids").name) ?? [];
    if (known !== undefined && knownId === undefined)
      return reject("kql/bad-plugin-call", `the look-back table of '${call.name}' lacks the column of ids`, call.span);
    const tables = {
      T: call.select(columns),
      ...(known === undefined || knownId === undefined
        ? {}
        : { K: { ...known, columns: [{ ...knownId, name: "id" }] } }),
    };
    const also = dimensions.map((_, i) => `, d${i}`).join("");
    const seen = known === undefined ? "" : " | where id !in (K)";
    const text =
      "let A = materialize(T | where t >= start and t <= end and isnotnull(id) | extend w = start + bin(t - start, step)" +
      ` | summarize by id, w${also});` +
      ` let First = A${seen} | summarize f = min(w) by id${also};` +
      ` let Cohort = First | summarize c = count() by f${also}${only};` +
      ` let Active = A | join kind=inner First on id${also} | summarize n = count() by w, g = f${also};` +
      " let Windows = range w from start to end step step | extend k = 1;" +
      " Cohort | extend k = 1 | join kind=inner Windows on k | where w >= f | project-away k, k1" +
      ` | join kind=leftouter Active on w${also} | extend n = iff(isnull(n), 0, n)` +
      ` | summarize r = sumif(n, g == f), x = sumif(n, g > f), c = take_any(c) by f, w${also}` +
      " | extend new = iff(f == w, c, x), churn = c - r, rr = toreal(r) / c, cr = toreal(c - r) / c | sort by f asc, w asc";
    const table = call.inline(text, tables, values);
    const measures: Readonly<Record<string, string>> = {
      dcount_new_values: "new",
      dcount_retained_values: "r",
      dcount_churn_values: "churn",
      retention_rate: "rr",
      churn_rate: "cr",
    };
    const names = call.output.map(({ name }, i) => {
      const dimension = dimensions.findIndex(c => c.name === name);
      return i === 0 ? "f" : i === 1 ? "w" : (measures[name] ?? `d${dimension}`);
    });
    return { ...typed(call, table, names), order: table.order, serialized: true };
  },
};

/** Source: https://learn.microsoft.com/kusto/query/funnel-sequence-completion-plugin */
export const funnelSequenceCompletion: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/funnel-sequence-completion-plugin",
  differs: "distinct counts are exact; a later step comes after the one before it, not at the same time",
  lower: call => {
    const sequence = elements(call, 6, "the sequence");
    const periods = elements(call, 7, "the periods");
    const columns: Record<string, Expr> = {
      id: columnExpr(call.column(0, "a column of ids")),
      t: columnExpr(call.column(1, "a column for the timeline")),
      s: call.value(call.arg(5, "a column of states")),
    };
    const values: Record<string, Expr> = {
      start: call.constant(call.arg(2, "a start"), "the start"),
      end: call.constant(call.arg(3, "an end"), "the end"),
      step: call.constant(call.arg(4, "a bin"), "the bin"),
      sequence: call.constant(call.arg(6, "a sequence"), "the sequence"),
      periods: call.constant(call.arg(7, "periods"), "the periods"),
    };
    const span = columns["t"]?.type === "datetime" ? "totimespan" : "tolong";
    const legs = Array.from({ length: periods }, (_, p) =>
      Array.from({ length: sequence }, (_, i) => {
        const steps = Array.from(
          { length: i },
          (_, j) =>
            ` | join kind=inner (A | where s == tostring(sequence[${j + 1}]) | project id, w, t2 = t) on id, w` +
            ` | where t2 > t and t2 - t0 <= ${span}(periods[${p}]) | summarize t = min(t2) by id, w, t0`,
        );
        return (
          `(A | where s == tostring(sequence[0]) | project id, w, t, t0 = t${steps.join("")}` +
          ` | summarize d = dcount(id) by w | extend p = ${p}, i = ${i})`
        );
      }),
    ).flat();
    const text =
      "let A = materialize(T | where t >= start and t <= end | extend w = start + bin(t - start, step), s = tostring(s));" +
      " let Grid = A | distinct w | extend k = 1" +
      ` | join kind=inner (range p from 0 to ${periods - 1} step 1 | extend k = 1) on k` +
      ` | join kind=inner (range i from 0 to ${sequence - 1} step 1 | extend k = 1) on k | project w, p, i;` +
      ` Grid | join kind=leftouter (union ${legs.join(", ")}) on w, p, i` +
      ` | project w, s = tostring(sequence[i]), period = ${span}(periods[p]), d = iff(isnull(d), 0, d), p, i | sort by w asc, p asc, i asc`;
    const table = call.inline(text, { T: call.select(columns) }, values);
    return { ...typed(call, table, ["w", "s", "period", "d"]), order: table.order, serialized: true };
  },
};

/** How many elements a literal array holds. */
function elements(call: PlugInCall, index: number, what: string): number {
  const node = call.arg(index, what);
  const value = call.literal(node, what);
  if (value.type !== "dynamic" || !Array.isArray(value.value) || value.value.length === 0)
    return refuse(`${what} of '${call.name}' that is no array of constants`, node.span);
  if (value.value.length > 16) return refuse(`${what} of '${call.name}' of more than 16 elements`, node.span);
  return value.value.length;
}

/** Source: https://learn.microsoft.com/kusto/query/dcount-intersect-plugin; by inclusion and exclusion over unions. */
export const dcountIntersect: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/dcount-intersect-plugin",
  lower: call => {
    const count = call.args.length;
    if (count < 2) return reject("kql/bad-plugin-call", `'${call.name}' needs two sketches or more`, call.node.span);
    if (count > 6) return refuse(`'${call.name}' of more than 6 sketches`, call.node.span);
    const columns: Record<string, Expr> = {};
    call.input.columns.forEach((c, i) => (columns[`c${i}`] = columnExpr(c)));
    call.args.forEach((n, i) => (columns[`h${i}`] = call.value(n)));
    const terms = (k: number): string =>
      Array.from({ length: 2 ** k - 1 }, (_, mask) => {
        const chosen = Array.from({ length: k }, (_, i) => i).filter(i => ((mask + 1) >> i) % 2 === 1);
        const merged = chosen.length === 1 ? `h${chosen[0] ?? 0}` : `hll_merge(${chosen.map(i => `h${i}`).join(", ")})`;
        return `${chosen.length % 2 === 1 ? "+" : "-"} dcount_hll(${merged})`;
      }).join(" ");
    const made = call.args.map((_, i) => `s${i} = max_of(0, 0 ${terms(i + 1)})`).join(", ");
    const table = call.inline(`T | extend ${made}`, { T: call.select(columns) });
    const kept = call.input.columns.map((_, i) => `c${i}`);
    const results = call.args.map((_, i) => `s${i}`);
    return typed(call, table, [...kept, ...results].slice(0, call.output.length));
  },
};
