/** Line, area, column, bar and scatter charts → SVG. */
import { html, type Html } from "../html.js";
import { bottomAxis, bottomAxisPx, leftAxis, timeAxis, type Plot } from "./axis.js";
import { scaleLinear, scaleLog } from "./d3.js";
import { drawReferences, type DrawOptions } from "./draw-timeline.js";
import { legend, type LegendEntry } from "./legend.js";
import { fitMiddle, fitTwoLines, textWidth } from "./measure.js";
import type { ChartAxis, ChartNode, ChartSeries } from "./model.js";
import { chartMarkId, nameOfX } from "./marks.js";
import { fontPx, label, line, px, rect, signAt, svg, type Box } from "./svg.js";
import { categoryRole, type Role, type Theme } from "./theme.js";
import { numberLabel, numberTicks } from "./ticks.js";

const plotPx = 240;
const barPx = 22;

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A number axis that begins at zero where that is honest: marks whose length is the value always do. */
function numberScale(
  axis: ChartAxis,
  values: readonly number[],
  range: readonly [number, number],
  fromZero: boolean,
): Scale {
  let [least, most] = [Infinity, -Infinity];
  for (const v of values) {
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  if (least > most) [least, most] = [0, 1];
  const positive = values.filter(v => v > 0);
  if (axis.scale === "log" && positive.length > 0) {
    const lowest = positive.reduce((a, b) => Math.min(a, b), Infinity);
    const scale = scaleLog()
      .domain([axis.least ?? lowest, axis.most ?? Math.max(most, lowest * 10)])
      .nice()
      .range(range)
      .clamp(true);
    const all = scale.ticks(5);
    return {
      at: v => scale(Math.max(v, lowest)),
      ticks: all.length > 10 ? all.filter(t => /^1(0*|e.*)$/.test(String(t))) : all,
    };
  }
  if (fromZero) [least, most] = [Math.min(0, least), Math.max(0, most)];
  if (least === most) most = least + 1;
  const scale = scaleLinear()
    .domain([axis.least ?? least, axis.most ?? most])
    .range(range);
  if (axis.least === undefined && axis.most === undefined) scale.nice(5);
  return { at: v => scale(v), ticks: scale.ticks(5) };
}

/** Running sums per x, for stacked marks: the bottom and the top of each value. */
export function stackSeries(node: ChartNode): readonly (readonly (readonly [number, number] | null)[])[] {
  const totals = new Map<number, number>();
  if (node.stack === "full")
    for (const s of node.series) s.x.forEach((x, i) => totals.set(x, (totals.get(x) ?? 0) + Math.abs(s.y[i] ?? 0)));
  const above = new Map<number, number>();
  const below = new Map<number, number>();
  return node.series.map(s =>
    s.x.map((x, i) => {
      const raw = s.y[i];
      if (raw === null || raw === undefined) return null;
      if (node.stack === "none" || s.role !== undefined) return [0, raw];
      const value = node.stack === "full" ? (100 * raw) / (totals.get(x) ?? 1) : raw;
      const side = value < 0 ? below : above;
      const start = side.get(x) ?? 0;
      side.set(x, start + value);
      return [start, start + value];
    }),
  );
}

const roleOf = (series: ChartSeries, index: number): Role =>
  series.role === "baseline" ? "faint" : series.role === "anomaly" ? "bad" : categoryRole(index);

const signOf = (series: ChartSeries, index: number): number => (series.role === "anomaly" ? 1 : index);

export interface ChartLayout {
  readonly plot: Plot;
  readonly height: number;
  /** Time and number axes: the shown part. */
  readonly domain: readonly [number, number];
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly legend: Html;
  readonly yTicks: readonly number[];
  readonly xTicks: readonly number[];
  readonly spans: ReturnType<typeof stackSeries>;
  readonly band: number;
}

export function layoutChart(node: ChartNode, options: DrawOptions): ChartLayout {
  const { theme, widthPx } = options;
  const entries: LegendEntry[] =
    node.series.length > 1 && node.legend !== "hidden"
      ? node.series.map((s, i) => ({ name: s.name, role: roleOf(s, i), sign: signOf(s, i) }))
      : [];
  const key = legend(theme, { x: 4, y: 2, widthPx: widthPx - 8 }, entries);
  const bars = node.mark === "bar";
  const categories = node.categories ?? [];
  const spans = stackSeries(node);
  const values = spans.flat().flatMap(v => (v === null ? [] : node.stack === "none" ? [v[1]] : v));
  const widest = Math.max(20, ...categories.map(c => textWidth(c.slice(0, 60), fontPx)));
  const left = bars ? Math.min(widthPx * 0.35, widest + 16) : 64;
  // What is marked has its names above the plot, and the axis its title above them.
  const top = key.height + (node.references.length > 0 && node.x.type === "time" ? 38 : 24);
  const groups = node.stack === "none" ? Math.max(1, node.series.length) : 1;
  const height = bars ? Math.max(40, categories.length * Math.max(barPx, 10 * groups)) : plotPx;
  const plot: Plot = { left, right: widthPx - 18, top, bottom: top + height };
  const fromZero = node.mark === "column" || node.mark === "bar" || node.mark === "area";
  const length = bars ? ([plot.left, plot.right] as const) : ([plot.bottom, plot.top] as const);
  const scale = numberScale(node.y, values, length, fromZero);
  const xs = node.series.flatMap(s => s.x);
  const [x, domain, xTicks] = crossScale(node, plot, xs, options.domain);
  const band = bandOf(node, plot, xs, x);
  return {
    plot,
    height: plot.bottom + bottomAxisPx + 4,
    domain,
    x,
    y: scale.at,
    yTicks: scale.ticks,
    legend: key.markup,
    spans,
    band,
    xTicks,
  };
}

/** The axis across the values: categories stand in the middle of their band. */
function crossScale(
  node: ChartNode,
  plot: Plot,
  xs: readonly number[],
  shown: DrawOptions["domain"],
): readonly [(v: number) => number, readonly [number, number], readonly number[]] {
  if (node.x.type === "category") {
    const count = Math.max(1, node.categories?.length ?? 0);
    const [from, to] = node.mark === "bar" ? [plot.top, plot.bottom] : [plot.left, plot.right];
    return [v => from + ((v + 0.5) / count) * (to - from), [0, count], []];
  }
  if (node.x.type === "number") {
    const scale = numberScale(node.x, xs, [plot.left, plot.right], false);
    return [scale.at, [0, 0], scale.ticks];
  }
  let [first, last] = [Infinity, -Infinity];
  for (const v of xs) {
    first = Math.min(first, v);
    last = Math.max(last, v);
  }
  if (first > last) [first, last] = [0, 86_400_000];
  const step = spacing(xs);
  const pad = node.mark === "column" ? step / 2 : 0;
  const domain = shown ?? ([first - pad, (first === last ? last + 1 : last) + pad] as const);
  return [v => plot.left + ((v - domain[0]) / (domain[1] - domain[0])) * (plot.right - plot.left), domain, []];
}

/** The smallest distance between two neighbouring values. */
function spacing(xs: readonly number[]): number {
  const sorted = [...new Set(xs)].sort((a, b) => a - b);
  let least = Infinity;
  for (let i = 1; i < sorted.length; i += 1) least = Math.min(least, (sorted[i] ?? 0) - (sorted[i - 1] ?? 0));
  return Number.isFinite(least) ? least : 0;
}

/** How many pixels a column or bar of one x may take. */
function bandOf(node: ChartNode, plot: Plot, xs: readonly number[], x: (v: number) => number): number {
  const [from, to] = node.mark === "bar" ? [plot.top, plot.bottom] : [plot.left, plot.right];
  if (node.x.type === "category") return (to - from) / Math.max(1, node.categories?.length ?? 1);
  const step = spacing(xs);
  return step === 0 ? 40 : Math.max(1.2, Math.abs(x(step) - x(0)));
}

function drawLine(
  series: ChartSeries,
  index: number,
  layout: ChartLayout,
  options: { readonly theme: Theme; readonly mark: ChartNode["mark"] },
): Html {
  const { theme, mark } = options;
  const spans = layout.spans[index] ?? [];
  const role = roleOf(series, index);
  const order = series.x.map((_, i) => i).sort((a, b) => (series.x[a] ?? 0) - (series.x[b] ?? 0));
  let [top, area] = ["", ""];
  let run: number[] = [];
  const signs: string[] = [];
  const finish = (): void => {
    const point = (i: number, side: 0 | 1): string =>
      `${px(layout.x(series.x[i] ?? 0))} ${px(layout.y(spans[i]?.[side] ?? 0))}`;
    if (run.length > 1) {
      top += `M${run.map(i => point(i, 1)).join("L")}`;
      if (mark === "area" && series.role === undefined)
        area += `M${run.map(i => point(i, 1)).join("L")}L${[...run]
          .reverse()
          .map(i => point(i, 0))
          .join("L")}z`;
    } else if (run.length === 1)
      signs.push(signAt(index, layout.x(series.x[run[0] ?? 0] ?? 0), layout.y(spans[run[0] ?? 0]?.[1] ?? 0), 2.4));
    run = [];
  };
  for (const i of order) {
    if (spans[i] === null || spans[i] === undefined) finish();
    else run.push(i);
  }
  finish();
  const dashes = series.role === "baseline" ? html` stroke-dasharray="5 3"` : "";
  return html`${area === "" ? "" : html`<path d="${area}" fill="${theme.paint(role)}" fill-opacity="0.35"/>`}<path d="${top}" fill="none" stroke="${theme.paint(role)}" stroke-width="1.5" stroke-linejoin="round"${dashes}/><path d="${signs.join("")}" fill="${theme.paint(role)}"/>`;
}

function drawSigns(
  series: ChartSeries,
  index: number,
  layout: ChartLayout,
  options: Pick<DrawOptions, "theme" | "chosen">,
): Html {
  const { theme, chosen } = options;
  const spans = layout.spans[index] ?? [];
  const sign = signOf(series, index);
  const seen = new Set<string>();
  const path: string[] = [];
  const faint: string[] = [];
  series.x.forEach((x, i) => {
    const span = spans[i];
    if (span === null || span === undefined) return;
    const [left, top] = [layout.x(x), layout.y(span[1])];
    if (left < layout.plot.left - 1 || left > layout.plot.right + 1) return;
    const key = `${Math.round(left)}:${Math.round(top)}`;
    if (seen.has(key)) return;
    seen.add(key);
    (isFadedMark(chosen, series, x) ? faint : path).push(signAt(sign, left, top, series.role === "anomaly" ? 5 : 3.2));
  });
  const role = roleOf(series, index);
  const look =
    series.role === "anomaly"
      ? html` fill="none" stroke="${theme.paint(role)}" stroke-width="2"`
      : html` fill="${theme.paint(role)}" fill-opacity="0.7"`;
  const rest = faint.length === 0 ? "" : html`<path d="${faint.join("")}"${look} opacity="0.25"/>`;
  return html`${rest}<path d="${path.join("")}"${look}/>`;
}

/** Where the bar of one value stands; undefined where there is none or it is out of sight. */
export function barBox(node: ChartNode, layout: ChartLayout, index: number, i: number): Box | undefined {
  const series = node.series[index];
  const span = layout.spans[index]?.[i];
  if (series === undefined || span === null || span === undefined) return undefined;
  const bars = node.mark === "bar";
  const side = node.stack === "none" ? node.series.filter(s => s.role === undefined).length : 1;
  const width = Math.max(0.8, Math.min(60, (layout.band * 0.78) / side));
  const place = node.stack === "none" ? index - (side - 1) / 2 : 0;
  const middle = layout.x(series.x[i] ?? 0) + place * width;
  const [from, to] = [layout.y(span[0]), layout.y(span[1])];
  const [low, high] = [Math.min(from, to), Math.abs(to - from)];
  if (bars) return { x: low, y: middle - width / 2, width: high, height: width };
  const box = { x: middle - width / 2, y: low, width, height: high };
  return box.x + box.width < layout.plot.left - 1 || box.x > layout.plot.right + 1 ? undefined : box;
}

/** Whether something else is chosen: another bar, or another x. */
const isFadedMark = (chosen: ReadonlySet<string> | undefined, series: ChartSeries, x: number): boolean =>
  chosen !== undefined &&
  chosen.size > 0 &&
  !chosen.has(chartMarkId(series, x)) &&
  !chosen.has(chartMarkId(undefined, x));

function drawBars(
  series: ChartSeries,
  index: number,
  layout: ChartLayout,
  options: { readonly theme: Theme; readonly node: ChartNode; readonly chosen: ReadonlySet<string> | undefined },
): Html {
  const { theme, node } = options;
  const bars = node.mark === "bar";
  const isFaded = (x: number): boolean => isFadedMark(options.chosen, series, x);
  const side = node.stack === "none" ? node.series.filter(s => s.role === undefined).length : 1;
  const few = series.x.length * side <= 300;
  const shown = series.x.map((x, i) => {
    const box = barBox(node, layout, index, i);
    if (box === undefined) return "";
    const title = few
      ? `${series.name === "" ? "" : `${series.name}, `}${nameOfX(node, x)}: ${numberLabel(series.y[i] ?? 0)}`
      : undefined;
    const value =
      bars && side === 1 && node.stack === "none"
        ? label(theme, valueAt(box, layout.plot), numberLabel(series.y[i] ?? 0), {
            sizePx: 10,
            role: "faint",
            anchor: box.x + box.width > layout.plot.right - 40 ? "end" : "start",
          })
        : "";
    return html`${rect(theme, box, roleOf(series, index), { title, ...(isFaded(x) ? { opacity: 0.25 } : {}) })}${value}`;
  });
  return html`<g>${shown}</g>`;
}

const valueAt = (
  box: { x: number; y: number; width: number; height: number },
  plot: Plot,
): readonly [number, number] =>
  box.x + box.width > plot.right - 40
    ? [plot.right + 16, box.y + box.height / 2 + 4]
    : [box.x + box.width + 4, box.y + box.height / 2 + 4];

function drawAxes(node: ChartNode, layout: ChartLayout, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const { plot } = layout;
  const full = node.stack === "full";
  const labels = numberTicks(layout.yTicks);
  const value = (i: number): string => `${labels[i] ?? ""}${full ? " %" : ""}`;
  const unit = node.y.unit === undefined ? "" : ` (${node.y.unit})`;
  const yTitle = `${node.y.title ?? ""}${unit}${node.y.scale === "log" ? ", logarithmic" : ""}`;
  if (node.mark === "bar") {
    const names = (node.categories ?? []).map((c, i) => ({
      y: layout.x(i),
      label: fitMiddle(c === "" ? "(empty)" : c, plot.left - 12, fontPx),
    }));
    const ticks = layout.yTicks.map((t, i) => ({ at: t, label: value(i), x: layout.y(t) }));
    const texts = names.map(n => label(theme, [plot.left - 6, n.y + 4], n.label, { anchor: "end" }));
    return html`${bottomAxis(theme, plot, ticks, widthPx)}<g>${texts}</g>${label(theme, [plot.left, plot.bottom + 28], yTitle, { role: "faint" })}`;
  }
  const y = leftAxis(
    theme,
    plot,
    layout.yTicks.map((t, i) => ({ y: layout.y(t), label: value(i) })),
  );
  const titleAt = plot.top - (node.references.length > 0 && node.x.type === "time" ? 26 : 12);
  const shownTitle = label(theme, [4, titleAt], yTitle, { role: "faint", widthPx: 400 });
  if (node.x.type === "time")
    return html`${y}${timeAxis(theme, plot, layout.domain, widthPx)}${shownTitle}${label(theme, [4, plot.bottom + 27], "UTC", { role: "faint", sizePx: 10 })}`;
  if (node.x.type === "number") {
    const xLabels = numberTicks(layout.xTicks);
    const ticks = layout.xTicks.map((t, i) => ({ at: t, label: xLabels[i] ?? "", x: layout.x(t) }));
    return html`${y}${bottomAxis(theme, plot, ticks, widthPx)}${shownTitle}${label(theme, [plot.right, plot.bottom + 28], node.x.title ?? "", { role: "faint", anchor: "end" })}`;
  }
  return html`${y}${categoryLabels(node, layout, options)}${shownTitle}`;
}

/** Names below columns: as many as fit, each cut to its room. */
function categoryLabels(node: ChartNode, layout: ChartLayout, options: DrawOptions): Html {
  const names = node.categories ?? [];
  const every = Math.max(1, Math.ceil(46 / layout.band));
  const texts = names.map((name, i) =>
    i % every === 0
      ? fitTwoLines(name === "" ? "(empty)" : name, layout.band * every - 6, fontPx).map((text, row) =>
          label(options.theme, [layout.x(i), layout.plot.bottom + 14 + row * 13], text, {
            anchor: "middle",
            role: "faint",
          }),
        )
      : "",
  );
  return html`<g>${texts}</g>${line(options.theme, [layout.plot.left, layout.plot.bottom], [layout.plot.right, layout.plot.bottom])}`;
}

/** Where lines have no part of their own to be marked, the chosen places of the axis are. */
function drawChosenLines(node: ChartNode, layout: ChartLayout, options: DrawOptions): Html {
  const { theme, chosen } = options;
  if (chosen === undefined || chosen.size === 0) return html``;
  const xs = new Set(node.series.flatMap(s => s.x).filter(x => chosen.has(chartMarkId(undefined, x))));
  const lines = [...xs].map(x =>
    line(theme, [layout.x(x), layout.plot.top], [layout.x(x), layout.plot.bottom], { role: "accent", dashed: true }),
  );
  return html`<g>${lines}</g>`;
}

export function chartSentence(node: ChartNode): string {
  const points = node.series.reduce((n, s) => n + s.x.length, 0);
  const kind = {
    line: "Line chart",
    area: "Area chart",
    column: "Column chart",
    bar: "Bar chart",
    scatter: "Scatter plot",
  }[node.mark];
  const name = node.info.title === undefined ? "" : ` “${node.info.title}”`;
  const series = node.series.length === 1 ? "" : ` in ${node.series.length} series`;
  return `${kind}${name}: ${points.toLocaleString("en-US")} ${points === 1 ? "value" : "values"}${series}`;
}

export function drawChart(node: ChartNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const layout = layoutChart(node, options);
  const marks = node.series.map((s, i) => {
    if (s.role === "anomaly" || (node.mark === "scatter" && s.role === undefined))
      return drawSigns(s, i, layout, options);
    if (s.role === "baseline" || node.mark === "line" || node.mark === "area")
      return drawLine(s, i, layout, { theme, mark: node.mark });
    return drawBars(s, i, layout, { theme, node, chosen: options.chosen });
  });
  const chosen = node.mark === "line" || node.mark === "area" ? drawChosenLines(node, layout, options) : "";
  const references = node.x.type === "time" ? drawReferences(node.references, layout, theme) : "";
  return svg({ width: widthPx, height: layout.height }, chartSentence(node), [
    drawAxes(node, layout, options),
    marks,
    chosen,
    references,
    layout.legend,
  ]);
}
