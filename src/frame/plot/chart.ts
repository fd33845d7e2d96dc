/** Frame → charts, by options or by what a query's `render` asked for. */
import type { KqlType } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { Visualization } from "../../kql/api.js";
import type {
  ChartAxis,
  ChartNode,
  ChartSeries,
  FigureFrame,
  FigureInfo,
  HeatmapNode,
  KeyColumn,
  PieNode,
  TimeReference,
} from "../../view/index.js";
import { completenessBanner } from "../banner.js";
import type { Frame } from "../frame.js";
import { asNumber, asText, fromFrame, getColumn, numberTypes, toText, type SqlColumn } from "./columns.js";
import type { PlotHost } from "./host.js";
import { toReferences, type TimelineOptions } from "./timeline.js";

export const chartKinds = ["line", "area", "column", "bar", "pie", "scatter", "time"] as const;
export type ChartKind = (typeof chartKinds)[number];

export interface ChartOptions {
  /** Default: `time` when the first column is a datetime, else `column`. */
  readonly kind?: ChartKind;
  readonly title?: string;
  /** Default: the first datetime column, else the first column. */
  readonly x?: string;
  /** Default: every number column. */
  readonly y?: string | readonly string[];
  /** Columns whose values make a series each. Default: text columns that are not x. */
  readonly series?: string | readonly string[];
  readonly stack?: "none" | "stacked" | "full";
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly yScale?: "linear" | "log";
  readonly xScale?: "linear" | "log";
  readonly yMin?: number;
  readonly yMax?: number;
  readonly unit?: string;
  /** Columns that flag anomalies (non-zero), and one that holds the expected value. */
  readonly anomalies?: string;
  readonly baseline?: string;
  /** Shades the spans in which anomalies follow each other. */
  readonly periods?: boolean;
  /** Instants or spans to mark on a time axis: alerts, changes, sensor gaps. */
  readonly references?: TimelineOptions["references"];
  /** Each value is added to all before it in its series. */
  readonly accumulate?: boolean;
  readonly legend?: "visible" | "hidden";
}

const mostPoints = 20_000;
const mostSeries = 30;
const mostBars = 60;
const mostSlices = 12;

const marks: Readonly<Record<ChartKind, ChartNode["mark"]>> = {
  ...{ line: "line", area: "area", column: "column", bar: "bar", scatter: "scatter", time: "line", pie: "column" },
};

const isNumeric = (type: KqlType): boolean => numberTypes.includes(type);
const asList = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  value === undefined ? undefined : typeof value === "string" ? [value] : value;

interface Columns {
  readonly x: SqlColumn;
  readonly ys: readonly SqlColumn[];
  readonly series: readonly SqlColumn[];
}

/** How Kusto chooses: the first column is x, numbers are values, texts name the series. */
function chooseColumns(frame: Frame, options: ChartOptions): Columns {
  const { columns } = frame;
  const special = [options.anomalies, options.baseline];
  const names = asList(options.y);
  const wanted = options.kind === "time" || options.kind === undefined;
  const firstTime = wanted ? columns.find(c => c.type === "datetime") : undefined;
  const unused = columns.filter(c => !(names ?? []).includes(c.name) && !special.includes(c.name));
  const xName = options.x ?? firstTime?.name ?? unused[0]?.name;
  if (xName === undefined) throw new HuntError("view/no-values", "the frame has no columns to draw");
  const x = getColumn(frame, xName);
  const rest = columns.filter(c => c.name !== x.name && !special.includes(c.name));
  const ys = (names ?? rest.filter(c => isNumeric(c.type) || isArray(frame, c.name, x)).map(c => c.name)).map(n =>
    getColumn(frame, n),
  );
  if (ys.length === 0)
    throw new HuntError("view/no-values", "the frame has no number column to draw", {
      hint: "count first: | summarize count() by …",
    });
  const wrong = ys.find(y => !isNumeric(y.type) && y.type !== "dynamic");
  if (wrong !== undefined)
    throw new HuntError("view/column-type", `column '${wrong.name}' is ${wrong.type}; a number is needed here`, {
      hint: "convert it first: | extend …",
    });
  const series = (
    asList(options.series) ??
    rest
      .filter(c => (c.type === "string" || c.type === "bool" || c.type === "guid") && !ys.some(y => y.name === c.name))
      .map(c => c.name)
  ).map(n => getColumn(frame, n));
  return { x, ys, series };
}

/** Results of `make-series` hold arrays. */
const isArray = (frame: Frame, name: string, x: SqlColumn): boolean =>
  x.type === "dynamic" && frame.columns.some(c => c.name === name && c.type === "dynamic");

interface Point {
  readonly x: number | string | null;
  readonly series: string;
  /** Its values of the series columns, where the name does not say them. */
  readonly of?: readonly string[];
  readonly ys: readonly (number | null)[];
  readonly anomaly: number | null;
  readonly baseline: number | null;
}

const finite = (value: unknown): number | null => {
  if (value === null || value === undefined || value === "") return null;
  const n = Number(value);
  return Number.isFinite(n) ? n : null;
};

async function readPoints(
  host: PlotHost,
  frame: Frame,
  options: ChartOptions,
  columns: Columns,
): Promise<{ points: Point[]; every: number }> {
  const { x, ys, series } = columns;
  const extra = (name: string | undefined): SqlColumn | undefined =>
    name === undefined ? undefined : getColumn(frame, name);
  const [anomaly, baseline] = [extra(options.anomalies), extra(options.baseline)];
  const arrays = x.type === "dynamic" && ys.every(y => y.type === "dynamic");
  const name = series.length === 0 ? "''" : `concat_ws(', ', ${series.map(s => asText(s)).join(", ")})`;
  const value = (c: SqlColumn): string =>
    c.type === "dynamic"
      ? `try_cast(json_extract_string(${c.sql}, '$') as double)`
      : c.type === "bool"
        ? `cast(${c.sql} as int)`
        : asNumber(c);
  const every = Math.max(1, Math.ceil(frame.rowCount / mostPoints));
  const keep = every === 1 ? "" : ` where rowid % ${every} = 0`;
  if (arrays) return { points: await readArrays(host, frame, { columns, anomaly, baseline }, name), every: 1 };
  // One column beside one value is its series' name.
  const parts = series.length > 1 || (series.length === 1 && ys.length > 1) ? series : [];
  const xSql = x.type === "datetime" ? `epoch_ms(${x.sql})` : isNumeric(x.type) ? asNumber(x) : asText(x);
  const list = [
    `${xSql} as x`,
    `${name} as s`,
    ...ys.map((y, i) => `${value(y)} as y${i}`),
    ...parts.map((c, i) => `${asText(c)} as s${i}`),
    `${anomaly === undefined ? "null" : value(anomaly)} as a`,
    `${baseline === undefined ? "null" : value(baseline)} as b`,
  ];
  const rows = await host.all(`select ${list.join(", ")} from ${fromFrame(frame)}${keep} order by rowid`);
  const points = rows.map(r => ({
    x: typeof r["x"] === "string" ? r["x"] : r["x"] === null ? null : Number(r["x"]),
    series: toText(r["s"]),
    ...(parts.length === 0 ? {} : { of: parts.map((_, i) => toText(r[`s${i}`])) }),
    ys: ys.map((_, i) => finite(r[`y${i}`])),
    anomaly: finite(r["a"]),
    baseline: finite(r["b"]),
  }));
  return { points, every };
}

function parseArray(text: unknown): unknown[] {
  try {
    const value: unknown = JSON.parse(toText(text));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

async function readArrays(
  host: PlotHost,
  frame: Frame,
  parts: { columns: Columns; anomaly: SqlColumn | undefined; baseline: SqlColumn | undefined },
  name: string,
): Promise<Point[]> {
  const { columns, anomaly, baseline } = parts;
  const list = [
    `${columns.x.sql} as x`,
    `${name} as s`,
    ...columns.ys.map((y, i) => `${y.sql} as y${i}`),
    `${anomaly?.sql ?? "null"} as a`,
    `${baseline?.sql ?? "null"} as b`,
  ];
  const rows = await host.all(`select ${list.join(", ")} from ${fromFrame(frame)} order by rowid limit ${mostSeries}`);
  return rows.flatMap(r => {
    const xs = parseArray(r["x"]);
    const ys = columns.ys.map((_, i) => parseArray(r[`y${i}`]));
    const [as, bs] = [parseArray(r["a"]), parseArray(r["b"])];
    return xs.map((x, i) => {
      const ms = typeof x === "string" ? Date.parse(x) : Number.NaN;
      return {
        x: Number.isNaN(ms) ? (typeof x === "number" ? x : toText(x)) : ms,
        series: toText(r["s"]),
        ys: ys.map(y => finite(y[i])),
        anomaly: finite(as[i]),
        baseline: finite(bs[i]),
      };
    });
  });
}

export function figureInfo(frame: Frame, title: string | undefined, notes: readonly string[]): FigureInfo {
  const incomplete = completenessBanner(frame.completeness);
  return {
    ...(title === undefined ? {} : { title }),
    source: frame.provenance.source,
    rows: frame.rowCount,
    notes,
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}

/** The names of a chart's value columns. */
export const valueColumns = (frame: Frame, options: ChartOptions): readonly string[] =>
  chooseColumns(frame, options).ys.map(y => y.name);

/** How keys of a column are compared: as what a chart's axis holds. */
const keyOf = (column: SqlColumn): KeyColumn =>
  column.type === "datetime"
    ? { name: column.name, as: "instant" }
    : isNumeric(column.type)
      ? { name: column.name, as: "number" }
      : { name: column.name };

/** The column of a chart's x axis and those of its marks, where their values are those of rows. */
export function chartLinks(frame: Frame, options: ChartOptions): Omit<FigureFrame, "id"> {
  const { x, series } = chooseColumns(frame, options);
  if (x.type === "dynamic") return {};
  const named = options.kind === "pie" ? [] : series.map(s => ({ name: s.name }));
  return { column: x.name, keys: [keyOf(x), ...named] };
}

/** The columns of a heat map's cells. */
export function heatmapLinks(frame: Frame, options: HeatmapOptions): Omit<FigureFrame, "id"> {
  const { punchCard } = options;
  if (punchCard !== undefined)
    return {
      keys: [
        { name: punchCard, as: "hour" },
        { name: punchCard, as: "weekday" },
      ],
    };
  const names = frame.columns.map(c => c.name);
  return { keys: [{ name: options.x ?? names[0] ?? "" }, { name: options.y ?? names[1] ?? "" }] };
}

/**
 * Builds a chart. Points without x or y leave a gap; what is too much to draw is counted in the notes.
 * @throws HuntError `view/no-values`, `view/column-type`, `frame/unknown-column`, `frame/closed`
 */
export async function buildChart(host: PlotHost, frame: Frame, options: ChartOptions): Promise<ChartNode | PieNode> {
  frame.assertOpen();
  const columns = chooseColumns(frame, options);
  const kind = options.kind ?? (columns.x.type === "datetime" || columns.x.type === "dynamic" ? "time" : "column");
  const { points, every } = await readPoints(host, frame, options, columns);
  const notes = every > 1 ? [`drawn from every ${every}th row`] : [];
  if (kind === "pie") return toPie(frame, options, { columns, points, notes });
  const times =
    columns.x.type === "datetime" || (columns.x.type === "dynamic" && points.every(p => typeof p.x === "number"));
  const bars = kind === "bar" || (kind === "column" && !times);
  const type: ChartAxis["type"] = bars
    ? "category"
    : times
      ? "time"
      : isNumeric(columns.x.type)
        ? "number"
        : "category";
  const named = type === "category" ? namesOf(points, columns.x, bars ? mostBars : 1000) : undefined;
  const left = named?.left ?? 0;
  const read = toSeries(points, columns, named?.index);
  const series = options.accumulate === true ? read.map(accumulated) : read;
  const dropped = series.length - mostSeries;
  const extra = special(points, options, named?.index);
  return {
    kind: "chart",
    info: figureInfo(frame, options.title, [
      ...notes,
      ...(left > 0 ? [`${left.toLocaleString("en-US")} more ${columns.x.name} are not drawn`] : []),
      ...(dropped > 0 ? [`${dropped.toLocaleString("en-US")} more series are not drawn`] : []),
    ]),
    mark: marks[kind],
    x: {
      type,
      title: options.xTitle ?? columns.x.name,
      ...(options.xScale === undefined ? {} : { scale: options.xScale }),
    },
    y: {
      type: "number",
      title: options.yTitle ?? columns.ys.map(y => y.name).join(", "),
      ...(options.yScale === undefined ? {} : { scale: options.yScale }),
      ...(options.yMin === undefined ? {} : { least: options.yMin }),
      ...(options.yMax === undefined ? {} : { most: options.yMax }),
      ...(options.unit === undefined ? {} : { unit: options.unit }),
    },
    ...(named === undefined ? {} : { categories: named.names }),
    series: [...series.slice(0, mostSeries), ...extra],
    stack: options.stack ?? "none",
    ...(options.legend === "hidden" ? { legend: "hidden" as const } : {}),
    references:
      type === "time"
        ? [...(options.periods === true ? anomalyPeriods(series, extra) : []), ...toReferences(options.references)]
        : [],
  };
}

function namesOf(points: readonly Point[], x: SqlColumn, most: number) {
  const name = (value: Point["x"]): string =>
    value === null
      ? "∅"
      : x.type === "datetime"
        ? new Date(Number(value)).toISOString().replace(/\.000Z$/, "Z")
        : String(value);
  const all = [...new Set(points.map(p => name(p.x)))];
  const names = all.slice(0, most);
  const places = new Map(names.map((n, i) => [n, i]));
  return { names, left: all.length - names.length, index: (value: Point["x"]) => places.get(name(value)) };
}

type IndexOf = ((x: Point["x"]) => number | undefined) | undefined;
const placeOf = (x: Point["x"], index: IndexOf): number | undefined =>
  index === undefined ? (typeof x === "number" ? x : undefined) : index(x);

function toSeries(points: readonly Point[], columns: Columns, index: IndexOf): ChartSeries[] {
  const found = new Map<string, { name: string; x: number[]; y: (number | null)[]; of?: readonly string[] }>();
  for (const p of points) {
    const x = placeOf(p.x, index);
    if (x === undefined) continue;
    columns.ys.forEach((column, i) => {
      const name =
        columns.series.length === 0 ? column.name : columns.ys.length === 1 ? p.series : `${p.series}: ${column.name}`;
      const key = p.of === undefined ? name : JSON.stringify([p.of, i]);
      const series = found.get(key) ?? { name, x: [], y: [], ...(p.of === undefined ? {} : { of: p.of }) };
      found.set(key, series);
      series.x.push(x);
      series.y.push(p.ys[i] ?? null);
    });
  }
  return [...found.values()];
}

/** Running sums in the order of x. */
function accumulated(series: ChartSeries): ChartSeries {
  const order = series.x.map((_, i) => i).sort((a, b) => (series.x[a] ?? 0) - (series.x[b] ?? 0));
  let sum = 0;
  return {
    ...series,
    x: order.map(i => series.x[i] ?? 0),
    y: order.map(i => {
      const y = series.y[i];
      return y === null || y === undefined ? null : (sum += y);
    }),
  };
}

/** Spans in which anomalies follow each other, with no more than one value between two of them. */
function anomalyPeriods(series: readonly ChartSeries[], extra: readonly ChartSeries[]): readonly TimeReference[] {
  const times = [...new Set(series.flatMap(s => s.x))].sort((a, b) => a - b);
  const places = new Map(times.map((t, i) => [t, i]));
  const found = (extra.find(s => s.role === "anomaly")?.x ?? []).map(x => places.get(x) ?? -1);
  const runs: number[][] = [];
  for (const at of [...new Set(found)].filter(p => p >= 0).sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && at - (run.at(-1) ?? 0) <= 2) run.push(at);
    else runs.push([at]);
  }
  const time = (at: number): number => times[Math.min(times.length - 1, Math.max(0, at))] ?? 0;
  return runs.map(run => {
    const [first, last] = [run[0] ?? 0, run.at(-1) ?? 0];
    const label = run.length === 1 ? "anomaly" : `${run.length} anomalies`;
    return { atMs: (time(first - 1) + time(first)) / 2, endMs: (time(last) + time(last + 1)) / 2, label, tone: "bad" };
  });
}

/** Baseline and anomalies of the first value column. */
function special(points: readonly Point[], options: ChartOptions, index: IndexOf): ChartSeries[] {
  const line = (
    role: "baseline" | "anomaly",
    name: string,
    keep: (p: Point) => boolean,
    value: (p: Point) => number | null,
  ): ChartSeries => {
    const kept = points.filter(p => keep(p) && placeOf(p.x, index) !== undefined);
    return { name, role, x: kept.map(p => placeOf(p.x, index) ?? 0), y: kept.map(value) };
  };
  return [
    ...(options.baseline === undefined
      ? []
      : [
          line(
            "baseline",
            options.baseline,
            () => true,
            p => p.baseline,
          ),
        ]),
    ...(options.anomalies === undefined
      ? []
      : [
          line(
            "anomaly",
            options.anomalies,
            p => p.anomaly !== null && p.anomaly !== 0,
            p => p.ys[0] ?? null,
          ),
        ]),
  ];
}

function toPie(
  frame: Frame,
  options: ChartOptions,
  read: { columns: Columns; points: readonly Point[]; notes: readonly string[] },
): PieNode {
  const sums = new Map<string, number>();
  const { names, index } = namesOf(read.points, read.columns.x, Infinity);
  for (const p of read.points) {
    const name = names[index(p.x) ?? 0] ?? "";
    sums.set(name, (sums.get(name) ?? 0) + (p.ys[0] ?? 0));
  }
  const slices = [...sums].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
  const rest = slices.slice(mostSlices);
  const negative = slices.filter(s => s.value < 0).length;
  const shown =
    rest.length === 0
      ? slices
      : [
          ...slices.slice(0, mostSlices),
          {
            name: `${rest.length.toLocaleString("en-US")} others`,
            value: rest.reduce((n, s) => n + s.value, 0),
            rest: true,
          },
        ];
  const notes =
    negative === 0
      ? read.notes
      : [...read.notes, `${negative} negative ${negative === 1 ? "part is" : "parts are"} not drawn`];
  return {
    kind: "pie",
    info: figureInfo(frame, options.title, notes),
    slices: shown,
    unit: options.unit ?? read.columns.ys[0]?.name ?? "",
  };
}

export interface HeatmapOptions {
  readonly title?: string;
  readonly x?: string;
  readonly y?: string;
  /** A number to add up instead of counting rows. */
  readonly value?: string;
  /** Instead of x and y: a datetime column, drawn as days of the week by hours of the day (UTC). */
  readonly punchCard?: string;
}

const mostCells = 60;
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Builds a heat map: the most frequent 60 names each way. @throws as buildChart */
export async function buildHeatmap(host: PlotHost, frame: Frame, options: HeatmapOptions): Promise<HeatmapNode> {
  frame.assertOpen();
  const card = options.punchCard === undefined ? undefined : getColumn(frame, options.punchCard);
  if (card !== undefined && card.type !== "datetime")
    throw new HuntError("view/column-type", `column '${card.name}' is ${card.type}; datetime is needed here`);
  const names = frame.columns.map(c => c.name);
  const [xName, yName] = [options.x ?? names[0] ?? "", options.y ?? names[1] ?? ""];
  const x = card === undefined ? asText(getColumn(frame, xName)) : `cast(hour(${card.sql}) as varchar)`;
  const y = card === undefined ? asText(getColumn(frame, yName)) : `cast(isodow(${card.sql}) as varchar)`;
  const value = options.value === undefined ? "count(*)" : `sum(${asNumber(getColumn(frame, options.value))})`;
  const lost = card === undefined ? "" : ` where ${card.sql} is not null`;
  const rows = await host.all(
    `select ${x} as x, ${y} as y, ${value} as v from ${fromFrame(frame)}${lost} group by 1, 2`,
  );
  const cells = rows.map(r => ({ x: toText(r["x"]), y: toText(r["y"]), v: finite(r["v"]) }));
  const axis = (side: "x" | "y"): { all: number; kept: string[] } => {
    const sums = new Map<string, number>();
    for (const c of cells) sums.set(c[side], (sums.get(c[side]) ?? 0) + Math.abs(c.v ?? 0));
    const kept = [...sums]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, mostCells)
      .map(([n]) => n);
    return { all: sums.size, kept: kept.sort(byName) };
  };
  const [xs, ys] =
    card === undefined
      ? [axis("x"), axis("y")]
      : [
          { all: 24, kept: Array.from({ length: 24 }, (_, i) => String(i)) },
          { all: 7, kept: weekdays.map((_, i) => String(i + 1)) },
        ];
  const found = new Map(cells.map(c => [JSON.stringify([c.x, c.y]), c.v]));
  const left = xs.all - xs.kept.length + (ys.all - ys.kept.length);
  return {
    kind: "heatmap",
    info: figureInfo(
      frame,
      options.title,
      left > 0 ? [`${left.toLocaleString("en-US")} rows or columns with the least are not drawn`] : [],
    ),
    x: { title: card === undefined ? xName : "Hour (UTC)", names: xs.kept },
    y: { title: card === undefined ? yName : "Day", names: card === undefined ? ys.kept : weekdays },
    values: ys.kept.map(yKey =>
      xs.kept.map(xKey => found.get(JSON.stringify([xKey, yKey])) ?? (options.value === undefined ? 0 : null)),
    ),
    valueTitle: options.value ?? "rows",
  };
}

/** Numbers by size, texts by code. */
function byName(a: string, b: string): number {
  const [m, n] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && Number.isFinite(m) && Number.isFinite(n)) return m - n;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What each kind of `render` becomes; kinds that are missing are shown as a table, with a note. */
const rendered: Readonly<Record<string, { readonly kind: ChartKind; readonly stack?: ChartOptions["stack"] }>> = {
  timechart: { kind: "time" },
  linechart: { kind: "line" },
  anomalychart: { kind: "time" },
  areachart: { kind: "area" },
  stackedareachart: { kind: "area", stack: "stacked" },
  columnchart: { kind: "column" },
  barchart: { kind: "bar" },
  piechart: { kind: "pie" },
  scatterchart: { kind: "scatter" },
  // What only Kusto's own tools lay out becomes the nearest chart.
  treemap: { kind: "bar", stack: "stacked" },
  pivotchart: { kind: "column", stack: "stacked" },
};

export const canRender = (visualization: Visualization): boolean => Object.hasOwn(rendered, visualization.kind);

const number = (text: string | undefined): number | undefined => {
  const n = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(n) ? n : undefined;
};
const listOf = (text: string | undefined): readonly string[] | undefined => {
  const names = text
    ?.split(",")
    .map(n => n.trim().replace(/^\['?|'?\]$/g, ""))
    .filter(n => n !== "");
  return names === undefined || names.length === 0 ? undefined : names;
};

/** The options that a query's `render` asks for (learn.microsoft.com/kusto/query/render-operator, "Visualization properties"). */
export function renderOptions(visualization: Visualization): ChartOptions {
  const { kind, properties: p } = visualization;
  const known = rendered[kind];
  if (known === undefined)
    throw new HuntError(
      "view/unknown-kind",
      `'render ${kind}' is not drawn${didYouMean(kind, Object.keys(rendered))}`,
      { hint: `drawn are: ${Object.keys(rendered).join(", ")}` },
    );
  const stacks: Readonly<Record<string, ChartOptions["stack"]>> = {
    stacked: "stacked",
    stacked100: "full",
    unstacked: "none",
    default: "none",
  };
  const stack = stacks[p["kind"] ?? ""] ?? known.stack;
  const scale = (text: string | undefined): "log" | undefined => (text === "log" ? "log" : undefined);
  const options: Record<string, unknown> = {
    kind: known.kind,
    stack,
    title: p["title"],
    xTitle: p["xtitle"],
    yTitle: p["ytitle"],
    x: listOf(p["xcolumn"])?.[0],
    y: listOf(p["ycolumns"]),
    series: listOf(p["series"]),
    anomalies: listOf(p["anomalycolumns"])?.[0],
    xScale: scale(p["xaxis"]),
    yScale: scale(p["yaxis"]),
    yMin: number(p["ymin"]),
    yMax: number(p["ymax"]),
    accumulate: p["accumulate"] === "true" ? true : undefined,
    legend: p["legend"] === "hidden" ? "hidden" : undefined,
    periods: kind === "anomalychart" ? true : undefined,
  };
  return Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined));
}
