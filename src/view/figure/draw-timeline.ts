/** Timeline → SVG: lanes of events (or of counts), or values over time; the whole range below as a histogram. */
import { html, type Html } from "../html.js";
import { bottomAxisPx, leftAxis, timeAxis, type Plot } from "./axis.js";
import { scaleLinear } from "./d3.js";
import { categoryEntry, legend } from "./legend.js";
import { textWidth } from "./measure.js";
import type { TimelineBins, TimelineEvents, TimelineNode, TimeReference } from "./model.js";
import { fontPx, hint, label, line, px, rect, signAt, svg } from "./svg.js";
import { categoryRole, type Role, type Theme } from "./theme.js";
import { instantLabel, numberLabel, numberTicks } from "./ticks.js";

export interface DrawOptions {
  readonly theme: Theme;
  readonly widthPx: number;
  /** The part of a time axis that is shown; default all of it. */
  readonly domain?: readonly [startMs: number, endMs: number];
  /** Marks that are chosen, by id: the others are drawn faint. */
  readonly chosen?: ReadonlySet<string>;
}

const lanePx = 24;
const valuePx = 200;
const selectorPx = 44;
const selectorAxisPx = 18;

/** Where everything of a timeline stands: for drawing, and for finding what is under the pointer. */
export interface TimelineLayout {
  readonly plot: Plot;
  readonly selector: Plot;
  readonly height: number;
  readonly domain: readonly [number, number];
  readonly x: (ms: number) => number;
  readonly timeAt: (x: number) => number;
  readonly laneTop: (lane: number) => number;
  readonly y: ((value: number) => number) | undefined;
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  readonly legend: Html;
}

function valueScale(events: TimelineEvents | undefined, plot: Plot) {
  const values = (events?.value ?? []).filter(v => v !== null);
  let [least, most] = [0, 0];
  for (const v of values) {
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  const scale = scaleLinear()
    .domain([least, most === least ? least + 1 : most])
    .nice(5)
    .range([plot.bottom, plot.top]);
  const ticks = scale.ticks(5);
  const labels = numberTicks(ticks);
  return { y: (v: number) => scale(v), ticks: ticks.map((v, i) => ({ y: scale(v), label: labels[i] ?? "" })) };
}

export function layoutTimeline(node: TimelineNode, options: DrawOptions): TimelineLayout {
  const { theme, widthPx } = options;
  const valued = node.valueTitle !== undefined && node.events?.value !== undefined;
  const key = legend(theme, { x: 4, y: 2, widthPx: widthPx - 8 }, node.colours.map(categoryEntry), node.colourTitle);
  const names = node.lanes.map(l => l.name);
  const single = names.length === 1 && names[0] === "";
  const gutter = valued
    ? 62
    : single
      ? 12
      : Math.min(widthPx * 0.3, 230, 60 + Math.max(...names.map(n => textWidth(n.slice(0, 60), fontPx)), 20));
  const top = key.height + (node.references.length > 0 ? 20 : 6);
  const height = valued ? valuePx : Math.max(single ? 56 : 1, node.lanes.length * lanePx);
  const plot: Plot = { left: gutter, right: widthPx - 14, top, bottom: top + height };
  const selectorTop = plot.bottom + bottomAxisPx + 4;
  const selector: Plot = { left: plot.left, right: plot.right, top: selectorTop, bottom: selectorTop + selectorPx };
  const domain = options.domain ?? [node.startMs, node.endMs];
  const span = domain[1] - domain[0] || 1;
  const scale = valued ? valueScale(node.events, plot) : undefined;
  const lane = single ? height : lanePx;
  return {
    plot,
    selector,
    domain,
    height: selector.bottom + selectorAxisPx,
    x: ms => plot.left + ((ms - domain[0]) / span) * (plot.right - plot.left),
    timeAt: x => domain[0] + ((x - plot.left) / (plot.right - plot.left)) * span,
    laneTop: index => plot.top + index * lane,
    y: scale?.y,
    yTicks: scale?.ticks ?? [],
    legend: key.markup,
  };
}

/** The index of the first event at or after an instant. */
export function firstAt(offsets: readonly number[], offsetMs: number): number {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < offsetMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One path per colour; marks at the same pixel are drawn once. */
function drawEvents(node: TimelineNode, events: TimelineEvents, layout: TimelineLayout, theme: Theme): Html {
  const paths = new Map<number, string[]>();
  const seen = new Set<string>();
  const bars: Html[] = [];
  const { plot, domain } = layout;
  const single = node.lanes.length === 1 && layout.y === undefined && node.lanes[0]?.name === "";
  const half = single ? (plot.bottom - plot.top) / 2 : lanePx / 2;
  const line: Record<number, string[]> = {};
  const lasting = events.lastsMs !== undefined;
  const from = lasting ? 0 : firstAt(events.offsetMs, domain[0] - node.startMs);
  for (let i = from; i < events.offsetMs.length; i += 1) {
    const at = node.startMs + (events.offsetMs[i] ?? 0);
    if (at > domain[1]) break;
    const lasts = events.lastsMs?.[i] ?? 0;
    if (at + lasts < domain[0]) continue;
    const lane = events.lane[i] ?? 0;
    const colour = events.colour?.[i] ?? (node.colours.length === 0 ? 0 : lane);
    const x = Math.max(layout.x(at), plot.left - 4);
    const value = events.value?.[i];
    if (layout.y !== undefined && (value === null || value === undefined)) continue;
    const y = layout.y === undefined ? layout.laneTop(lane) + half : layout.y(value ?? 0);
    const place = `${colour}:${Math.round(x * 2)}:${Math.round(y)}`;
    if (lasts > 0) {
      const end = Math.min(plot.right, layout.x(at + lasts));
      bars.push(rect(theme, { x, y: y - 5, width: end - x, height: 10 }, categoryRole(colour), { opacity: 0.5 }));
    }
    if (seen.has(place)) continue;
    seen.add(place);
    if (layout.y !== undefined && node.valueMark === "bars") {
      const base = layout.y(0);
      bars.push(
        rect(theme, { x: x - 1, y: Math.min(y, base), width: 2, height: Math.abs(base - y) }, categoryRole(colour)),
      );
      continue;
    }
    if (node.valueMark === "line") (line[colour] ??= []).push(`${px(x)} ${px(y)}`);
    const list = paths.get(colour) ?? [];
    list.push(signAt(colour, x, y));
    paths.set(colour, list);
  }
  const lines = Object.entries(line).map(
    ([c, points]) =>
      html`<path d="M${points.join("L")}" fill="none" stroke="${theme.paint(categoryRole(Number(c)))}" stroke-width="1.5"/>`,
  );
  const signs = [...paths].map(
    ([c, list]) =>
      html`<path d="${list.join("")}" fill="${theme.paint(categoryRole(c))}" fill-opacity="0.8" stroke="${theme.paint("bg")}" stroke-width="0.5"/>`,
  );
  return html`<g>${bars}${lines}${signs}</g>`;
}

/** Counts as bars in their lane; heights by the square root, so that single events stay visible beside thousands. */
function drawBins(node: TimelineNode, bins: TimelineBins, layout: TimelineLayout, theme: Theme): Html {
  let most = 1;
  for (const c of bins.count) most = Math.max(most, c);
  const { plot, domain } = layout;
  const single = node.lanes.length === 1 && node.lanes[0]?.name === "";
  const room = (single ? plot.bottom - plot.top : lanePx) - 4;
  const stacked = new Map<string, number>();
  const paths = new Map<number, string[]>();
  for (let i = 0; i < bins.index.length; i += 1) {
    const at = node.startMs + (bins.index[i] ?? 0) * bins.widthMs;
    if (at > domain[1] || at + bins.widthMs < domain[0]) continue;
    const lane = bins.lane[i] ?? 0;
    const colour = bins.colour?.[i] ?? (node.colours.length === 0 ? 0 : lane);
    const x = Math.max(plot.left, layout.x(at));
    const end = Math.min(plot.right, layout.x(at + bins.widthMs));
    const key = `${lane}:${bins.index[i] ?? 0}`;
    const below = stacked.get(key) ?? 0;
    const total = below + (bins.count[i] ?? 0);
    stacked.set(key, total);
    const high = (n: number): number => (n === 0 ? 0 : Math.max(2, Math.sqrt(n / most) * room));
    const bottom = layout.laneTop(lane) + room + 2;
    const list = paths.get(colour) ?? [];
    list.push(
      `M${px(x)} ${px(bottom - high(below))}V${px(bottom - high(total))}H${px(Math.max(x + 0.8, end - 0.2))}V${px(bottom - high(below))}z`,
    );
    paths.set(colour, list);
  }
  return html`<g>${[...paths].map(([c, list]) => html`<path d="${list.join("")}" fill="${theme.paint(categoryRole(c))}"/>`)}</g>`;
}

const referenceRole = (r: TimeReference): Role => (r.tone === undefined || r.tone === "neutral" ? "bad" : r.tone);

export function drawReferences(
  references: readonly TimeReference[],
  layout: Pick<TimelineLayout, "plot" | "domain" | "x">,
  theme: Theme,
): Html {
  const { plot, domain } = layout;
  let freeFrom = -Infinity;
  const shown = references
    .filter(r => (r.endMs ?? r.atMs) >= domain[0] && r.atMs <= domain[1])
    .sort((a, b) => a.atMs - b.atMs)
    .map(r => {
      const x = Math.max(plot.left, layout.x(r.atMs));
      const role = referenceRole(r);
      const end = r.endMs === undefined ? x : Math.min(plot.right, layout.x(r.endMs));
      const span =
        r.endMs === undefined
          ? ""
          : rect(theme, { x, y: plot.top, width: end - x, height: plot.bottom - plot.top }, role, { opacity: 0.15 });
      const width = Math.min(180, textWidth(r.label, fontPx));
      const left = x + width > plot.right;
      const start = left ? x - width : x;
      const text =
        start < freeFrom
          ? ""
          : label(theme, [x, plot.top - 6], r.label, { role, anchor: left ? "end" : "start", widthPx: 180 });
      if (text !== "") freeFrom = start + width + 10;
      return html`${span}<g>${line(theme, [x, plot.top - 4], [x, plot.bottom], { role, dashed: true })}${hint(`${instantLabel(r.atMs)} ${r.label}`)}</g>${text}`;
    });
  return html`<g>${shown}</g>`;
}

/** The whole range as a histogram; outside of the shown part it is pale. */
function drawSelector(node: TimelineNode, layout: TimelineLayout, theme: Theme): Html {
  const { selector, domain } = layout;
  const width = (selector.right - selector.left) / Math.max(1, node.histogram.length);
  let most = 1;
  for (const c of node.histogram) most = Math.max(most, c);
  const span = node.endMs - node.startMs || 1;
  const bars = node.histogram.map((count, i) => {
    if (count === 0) return "";
    const high = Math.max(1.5, Math.sqrt(count / most) * (selector.bottom - selector.top - 4));
    return `M${px(selector.left + i * width)} ${px(selector.bottom)}v-${px(high)}h${px(Math.max(0.8, width - 0.5))}v${px(high)}z`;
  });
  const at = (ms: number): number => selector.left + ((ms - node.startMs) / span) * (selector.right - selector.left);
  const [from, to] = [at(domain[0]), at(domain[1])];
  const high = selector.bottom - selector.top;
  const veil = (x: number, end: number): Html | string =>
    end - x < 0.5 ? "" : rect(theme, { x, y: selector.top, width: end - x, height: high }, "bg", { opacity: 0.7 });
  const frame = html`<rect x="${px(selector.left)}" y="${px(selector.top)}" width="${px(selector.right - selector.left)}" height="${px(high)}" fill="none" stroke="${theme.paint("line")}"/>`;
  const handle = html`<rect x="${px(from)}" y="${px(selector.top)}" width="${px(Math.max(2, to - from))}" height="${px(high)}" fill="none" stroke="${theme.paint("accent")}"/>`;
  const texts = html`${label(theme, [selector.left, selector.bottom + 13], instantLabel(domain[0]), { role: "faint", sizePx: 10 })}${label(theme, [selector.right, selector.bottom + 13], instantLabel(domain[1]), { role: "faint", sizePx: 10, anchor: "end" })}`;
  return html`<g>${frame}<path d="${bars.join("")}" fill="${theme.paint("faint")}"/>${veil(selector.left, from)}${veil(to, selector.right)}${handle}${texts}</g>`;
}

function drawLanes(node: TimelineNode, layout: TimelineLayout, theme: Theme): Html {
  const { plot } = layout;
  if (layout.y !== undefined) {
    const title = label(theme, [4, plot.top - 2], node.valueTitle ?? "", { role: "faint", widthPx: 300 });
    return html`${leftAxis(theme, plot, layout.yTicks)}${node.references.length > 0 ? "" : title}`;
  }
  if (node.lanes.length === 1 && node.lanes[0]?.name === "") return html``;
  const rows = node.lanes.map((lane, i) => {
    const y = layout.laneTop(i);
    const count = numberLabel(lane.count);
    const room = plot.left - textWidth(count, 10) - 20;
    return html`${line(theme, [4, y + lanePx], [plot.right, y + lanePx])}${label(theme, [4, y + 16], lane.name === "" ? "(empty)" : lane.name, { widthPx: room })}${label(theme, [plot.left - 8, y + 16], count, { anchor: "end", role: "faint", sizePx: 10 })}`;
  });
  return html`<g>${rows}</g>`;
}

/** Draws a timeline; without events it says so. */
export function drawTimeline(node: TimelineNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const layout = layoutTimeline(node, options);
  const marks =
    node.events !== undefined
      ? drawEvents(node, node.events, layout, theme)
      : node.bins !== undefined
        ? drawBins(node, node.bins, layout, theme)
        : "";
  return svg({ width: widthPx, height: layout.height }, timelineSentence(node), [
    layout.legend,
    timeAxis(theme, layout.plot, layout.domain, widthPx),
    drawLanes(node, layout, theme),
    marks,
    drawReferences(node.references, layout, theme),
    drawSelector(node, layout, theme),
  ]);
}

/** What a timeline shows, for those who cannot see it. */
export function timelineSentence(node: TimelineNode): string {
  const count = node.lanes.reduce((n, l) => n + l.count, 0);
  const lanes = node.lanes.filter(l => l.name !== "").length;
  const where = lanes > 1 ? ` in ${lanes} rows` : "";
  return `Timeline${node.info.title === undefined ? "" : ` “${node.info.title}”`}: ${count.toLocaleString("en-US")} events${where} from ${instantLabel(node.startMs)} to ${instantLabel(node.endMs)}`;
}
