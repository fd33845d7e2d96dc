/**
 * Plug-ins that count ids over windows of a timeline. Distinct counts are exact.
 *
 * Windows begin at the given start; `week`, `month` and `year` are those of the calendar.
 */
import type { Expr } from "../../plan.js";
import type { Table } from "../context.js";
import type { BoundNode } from "../../bridge.js";
import type { PlugIn } from "./call.js";
import { refuse, reject } from "../../refusal.js";
import { columnExpr } from "../context.js";
import { typed } from "./pivot.js";
import type { PlugInCall } from "./call.js";

const exact = "distinct counts are exact, where the service estimates large ones";

/** What the texts below are made of: the input as T(id, t, d0, …), and its values. */
class Timeline {
  readonly call: PlugInCall;
  readonly table: Table;
  /** `, d0, d1`: the dimensions in a list that has something before them. */
  readonly also: string;
  readonly dimensions: number;
  readonly values: Record<string, Expr> = {};

  constructor(call: PlugInCall, dimensions: readonly BoundNode[]) {
    this.call = call;
    const columns: Record<string, Expr> = {
      id: columnExpr(call.column(0, "a column of ids")),
      t: columnExpr(call.column(1, "a column for the timeline")),
    };
    dimensions.forEach((n, i) => (columns[`d${i}`] = columnExpr(call.columnAt(n, "a dimension"))));
    this.table = call.select(columns);
    this.dimensions = dimensions.length;
    this.also = dimensions.map((_, i) => `, d${i}`).join("");
  }

  /** A text of the dimensions, to compare neighbouring rows by. */
  get group(): string {
    if (this.dimensions === 0) return "g = ''";
    return `g = tostring(pack_array(${Array.from({ length: this.dimensions }, (_, i) => `d${i}`).join(", ")}))`;
  }

  bind(name: string, index: number, what: string): BoundNode {
    const node = this.call.arg(index, what);
    this.values[name] = this.call.constant(node, what);
    return node;
  }

  /** Gives windows: the text of a time's window and of the window before it. */
  windows(index: number, what: string): { readonly of: string; readonly before: string } {
    const node = this.call.arg(index, what);
    const value = this.call.constant(node, what);
    if (value.type === "string") {
      const period = this.call.text(node, what);
      if (!["week", "month", "year"].includes(period))
        return reject(
          "kql/bad-plugin-call",
          `${what} of '${this.call.name}' is a size, or 'week', 'month' or 'year'`,
          node.span,
        );
      const from = `startof${period}`;
      return { of: `${from}(t)`, before: `${from}(w - 1tick)` };
    }
    this.values["step"] = value;
    return { of: "start + bin(t - start, step)", before: "w - step" };
  }

  run(text: string, names: readonly string[]): Table {
    const table = this.call.inline(text, { T: this.table }, this.values);
    return typed(this.call, table, names);
  }

  /** Output columns: the window, the dimensions, then the measures; the binder puts dimensions where it wants. */
  names(
    measures: readonly string[],
    order: "dimensions-first" | "measures-first" = "dimensions-first",
  ): readonly string[] {
    const dimensions = Array.from({ length: this.dimensions }, (_, i) => `d${i}`);
    return order === "dimensions-first" ? ["w", ...dimensions, ...measures] : ["w", ...measures, ...dimensions];
  }
}

/** Whether the start and the end of the analysis stand before the window: they are of the timeline's type. */
function hasRange(call: PlugInCall): boolean {
  const axis = call.column(1, "a column for the timeline").type;
  const node = call.args[2];
  if (node === undefined) return false;
  const value = call.constant(node, "the start");
  if (axis === "datetime" || axis === "timespan") return value.type === axis && axis === "datetime";
  return call.args.slice(2, 5).filter(n => n.kind !== "NameReference" || n.type.kind === "scalar").length >= 3;
}

/** https://learn.microsoft.com/kusto/query/activity-counts-metrics-plugin */
export const activityCountsMetrics: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/activity-counts-metrics-plugin",
  differs: exact,
  lower: call => {
    const line = new Timeline(call, call.args.slice(5));
    line.bind("start", 2, "a start");
    line.bind("end", 3, "an end");
    const { of } = line.windows(4, "the step");
    return line.run(
      `T | where t >= start and t <= end and isnotnull(id) | extend w = ${of}, ${line.group}` +
        ` | summarize c = count() by id, w, g${line.also} | sort by g asc, id asc, w asc` +
        ` | extend isnew = row_number() == 1 or prev(g) != g or prev(id) != id` +
        ` | summarize c = sum(c), d = count(), n = countif(isnew) by w, g${line.also} | sort by g asc, w asc` +
        ` | extend a = row_cumsum(n, row_number() > 1 and prev(g) != g)`,
      line.names(["c", "d", "n", "a"]),
    );
  },
};

/** https://learn.microsoft.com/kusto/query/activity-metrics-plugin */
export const activityMetrics: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/activity-metrics-plugin",
  differs: exact,
  lower: call => {
    const ranged = hasRange(call);
    const at = ranged ? 4 : 2;
    const line = new Timeline(call, call.args.slice(at + 1));
    const head = range(line, ranged);
    const { of, before } = line.windows(at, "the window");
    return line.run(
      `${head} | extend w = ${of}, ${line.group} | summarize by id, w, g${line.also} | sort by g asc, id asc, w asc` +
        ` | extend back = row_number() > 1 and prev(g) == g and prev(id) == id and prev(w) == ${before}` +
        ` | summarize v = count(), r = countif(back) by w, g${line.also} | sort by g asc, w asc` +
        ` | extend p = iff(row_number() > 1 and prev(g) == g and prev(w) == ${before}, prev(v), 0)` +
        ` | extend n = v - r, retention = todouble(r) / p, churn = todouble(p - r) / p`,
      line.names(["v", "n", "retention", "churn"]),
    );
  },
};

/** Rows of the analysis; without a range all rows, in windows that begin at zero. */
function range(line: Timeline, ranged: boolean): string {
  if (ranged) {
    line.bind("start", 2, "a start");
    line.bind("end", 3, "an end");
    return "T | where t >= start and t <= end and isnotnull(id)";
  }
  const type = line.table.columns.find(c => c.name === "t")?.type ?? "long";
  line.values["start"] =
    type === "datetime"
      ? { kind: "literal", type, value: { type, value: 0n } }
      : { kind: "literal", type: "long", value: { type: "long", value: 0n } };
  return "T | where isnotnull(t) and isnotnull(id)";
}

/** https://learn.microsoft.com/kusto/query/sliding-window-counts-plugin */
export const slidingWindowCounts: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/sliding-window-counts-plugin",
  differs: exact,
  lower: call => {
    const line = new Timeline(call, call.args.slice(6));
    line.bind("start", 2, "a start");
    line.bind("end", 3, "an end");
    line.bind("look", 4, "a lookback window");
    const { of } = line.windows(5, "the bin");
    if (line.values["step"] === undefined)
      return refuse(`'${call.name}' by week, month or year`, call.span, "give the bin a size");
    return line.run(
      `T | where t > start - look and t <= end + step | extend b = ${of} | mv-expand o = range(0, tolong(look / step) - 1) to typeof(long)` +
        ` | extend w = b + o * step | where w >= start and w <= end` +
        ` | summarize c = count(), d = count_distinct(id) by w${line.also} | sort by w asc${line.also.replaceAll(/d\d+/g, "$& asc")}`,
      line.names(["c", "d"]),
    );
  },
};

/** https://learn.microsoft.com/kusto/query/activity-engagement-plugin */
export const activityEngagement: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/activity-engagement-plugin",
  differs: `${exact}; the outer window ends with the inner one, and slides with it`,
  lower: call => {
    const ranged = hasRange(call);
    const at = ranged ? 4 : 2;
    const line = new Timeline(call, call.args.slice(at + 2));
    const head = range(line, ranged).replace("t >= start", "t > start - look");
    const { of } = line.windows(at, "the inner window");
    line.bind("look", at + 1, "an outer window");
    const filter = ranged ? " | where w >= start and w <= end" : " | where w <= newest";
    return line.run(
      `let B = ${head} | extend b = ${of}; let newest = toscalar(B | summarize max(b));` +
        ` B | mv-expand o = range(0, tolong(look / step) - 1) to typeof(long) | extend w = b + o * step${filter}` +
        ` | summarize inner = count_distinctif(id, o == 0), outer = count_distinct(id) by w${line.also}` +
        ` | where inner > 0 | extend ratio = todouble(inner) / outer | sort by w asc`,
      line.names(["inner", "outer", "ratio"]),
    );
  },
};

/** https://learn.microsoft.com/kusto/query/active-users-count-plugin */
export const activeUsersCount: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/active-users-count-plugin",
  differs: exact,
  lower: call => {
    const line = new Timeline(call, call.args.slice(8));
    line.bind("start", 2, "a start");
    line.bind("end", 3, "an end");
    line.bind("look", 4, "a lookback window");
    line.bind("period", 5, "a period");
    line.bind("least", 6, "a count of active periods");
    const { of } = line.windows(7, "the bin");
    return line.run(
      `let A = materialize(T | where t > start - look and t <= end and isnotnull(id) | extend ${line.group} | summarize by id, t, g${line.also});` +
        ` A | where t >= start | join kind=inner (A | project id, g, other = t) on id, g | where other > t - look and other <= t` +
        ` | summarize periods = count_distinct(bin(other, period)) by id, t, g${line.also} | where periods >= least` +
        ` | extend w = ${of} | summarize n = count_distinct(id) by w${line.also} | sort by w asc`,
      line.names(["n"]),
    );
  },
};

/**
 * https://learn.microsoft.com/kusto/query/session-count-plugin: a record begins a session when its id has none in the look-back
 * window before it, and a session counts in each bin in which it has a record ("the count of active sessions").
 */
export const sessionCount: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/session-count-plugin",
  differs: "a session counts in every bin in which it has a record: the page prints no numbers to compare with",
  lower: call => {
    const line = new Timeline(call, call.args.slice(6));
    line.bind("start", 2, "a start");
    line.bind("end", 3, "an end");
    const { of } = line.windows(4, "the bin");
    line.bind("look", 5, "a look-back window");
    return line.run(
      `T | where t >= start and t <= end and isnotnull(id) | extend w = ${of}, ${line.group} | summarize by id, t, w, g${line.also}` +
        " | sort by g asc, id asc, t asc" +
        " | extend isnew = row_number() == 1 or prev(g) != g or prev(id) != id or t - prev(t) > look" +
        ` | extend session = row_cumsum(tolong(isnew)) | summarize n = count_distinct(session) by w${line.also} | sort by w asc`,
      line.names(["n"]),
    );
  },
};

/** https://learn.microsoft.com/kusto/query/rolling-percentile-plugin */
export const rollingPercentile: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/rolling-percentile-plugin",
  lower: call => {
    const dimensions = call.args.slice(5).map(n => call.columnAt(n, "a dimension"));
    const columns: Record<string, Expr> = {
      x: call.value(call.arg(0, "a value")),
      t: columnExpr(call.column(2, "an index")),
    };
    dimensions.forEach((c, i) => (columns[`d${i}`] = columnExpr(c)));
    const also = dimensions.map((_, i) => `, d${i}`).join("");
    const values = {
      share: call.constant(call.arg(1, "a percentile"), "the percentile"),
      size: call.constant(call.arg(3, "a size of bins"), "the size of bins"),
      bins: call.constant(call.arg(4, "bins per window"), "the bins per window"),
    };
    const text =
      `let B = T | where isnotnull(t) | extend b = bin(t, size); let newest = toscalar(B | summarize max(b));` +
      ` B | mv-expand o = range(0, bins - 1) to typeof(long) | extend w = b + o * size | where w <= newest` +
      ` | summarize p = percentile(x, share) by w${also} | sort by ${dimensions.map((_, i) => `d${i} asc, `).join("")}w asc`;
    const names = ["w", ...dimensions.map((_, i) => `d${i}`), "p"];
    return typed(call, call.inline(text, { T: call.select(columns) }, values), names);
  },
};
