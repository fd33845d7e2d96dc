/** Figures for terminals and `text/plain`: bars and sparklines of block characters. */
import { unreachable } from "../../base/error.js";
import { visibleLine } from "../visible.js";
import { displayWidth, fitWidth, padWidth } from "../width.js";
import { nameOfX } from "./marks.js";
import type { ChartNode, FigureNode, HeatmapNode, MapNode, ProcessTreeNode, TimelineNode } from "./model.js";
import { figureCaption, figureSentence, isEmptyFigure } from "./picture.js";
import { instantLabel, numberLabel } from "./ticks.js";
import { notableRows, toneSign } from "./draw-tree.js";
import { depthsOf, processFacts, processTitle, summarySentence, treeConstants } from "./tree-rows.js";

const levels = " ▁▂▃▄▅▆▇█";
const shades = " ░▒▓█";
const most = 60;

/** Counts as one character each; anything above zero is visible. */
export function sparkline(counts: readonly number[]): string {
  const top = counts.reduce((a, b) => Math.max(a, b), 0);
  return counts.map(c => (c <= 0 ? " " : (levels[Math.max(1, Math.round((c / top) * 8))] ?? " "))).join("");
}

/** Sums values into `width` equal parts of a range. */
function sums(
  at: readonly number[],
  weight: (i: number) => number,
  range: readonly [number, number],
  width: number,
): number[] {
  const out = new Array<number>(width).fill(0);
  const span = range[1] - range[0] || 1;
  at.forEach((t, i) => {
    const slot = Math.min(width - 1, Math.max(0, Math.floor(((t - range[0]) / span) * width)));
    out[slot] = (out[slot] ?? 0) + weight(i);
  });
  return out;
}

function rangeLine(startMs: number, endMs: number, lead: number, width: number): string {
  const [from, to] = [instantLabel(startMs), instantLabel(endMs)];
  const room = Math.max(1, width - from.length - to.length);
  return `${" ".repeat(lead)}${from}${" ".repeat(room)}${to}`;
}

function timelineText(node: TimelineNode, width: number): string[] {
  const names = node.lanes.map(l => visibleLine(l.name));
  const lead = Math.min(30, Math.max(0, ...names.map(displayWidth)));
  const counted = Math.max(...node.lanes.map(l => numberLabel(l.count).length));
  const room = Math.max(20, width - lead - counted - 4);
  const { events, bins } = node;
  const times = events?.offsetMs ?? bins?.index.map(i => i * bins.widthMs) ?? [];
  const lanes = events?.lane ?? bins?.lane ?? [];
  const rows = names.map((name, lane) => {
    const counts = sums(
      times,
      i => (lanes[i] === lane ? (bins?.count[i] ?? 1) : 0),
      [0, node.endMs - node.startMs],
      room,
    );
    return `${padWidth(fitWidth(name, lead), lead, "left")} ${padWidth(numberLabel(node.lanes[lane]?.count ?? 0), counted, "right")} ▕${sparkline(counts)}▏`;
  });
  const references = node.references.map(r => `! ${instantLabel(r.atMs)} ${visibleLine(r.label)}`);
  return [...rows, rangeLine(node.startMs, node.endMs, lead + counted + 3, room), ...references];
}

function treeText(node: ProcessTreeNode, width: number): string[] {
  const rows = notableRows(node, 200);
  const depths = depthsOf(node);
  const lastOf = new Map<number, number>();
  for (const row of rows) lastOf.set(node.parent[row] ?? -1, row);
  const common = treeConstants(node);
  const lines = rows.map((row, i) => {
    let lead = "";
    for (let at = row; at >= 0 && (depths[at] ?? 0) > 0; at = node.parent[at] ?? -1) {
      const last = lastOf.get(node.parent[at] ?? -1) === at;
      lead = (at === row ? (last ? "└─ " : "├─ ") : last ? "   " : "│  ") + lead;
      if (lead.length > 90) break;
    }
    const facts = processFacts(node, row, { common, above: rows[i - 1] }).join(" · ");
    const command = node.commandLine[row] ?? "";
    const text = `${lead}${toneSign(node, row)}${processTitle(node, row)}  ${facts}${command === "" ? "" : `  ${command}`}`;
    return fitWidth(visibleLine(text), width);
  });
  const rest = node.name.length - rows.length;
  return [
    ...lines,
    ...(rest > 0 ? [`… ${rest.toLocaleString("en-US")} more rows`] : []),
    summarySentence(node.summary),
  ];
}

/** Names and values as horizontal bars. */
function barsText(bars: readonly { readonly name: string; readonly value: number }[], width: number): string[] {
  const shown = bars.slice(0, most);
  const lead = Math.min(40, Math.max(0, ...shown.map(b => displayWidth(visibleLine(b.name)))));
  const top = shown.reduce((n, b) => Math.max(n, Math.abs(b.value)), 0) || 1;
  const values = shown.map(b => numberLabel(b.value));
  const counted = Math.max(0, ...values.map(v => v.length));
  const room = Math.max(10, width - lead - counted - 4);
  const lines = shown.map(
    (b, i) =>
      `${padWidth(fitWidth(visibleLine(b.name), lead), lead, "left")} ${padWidth(values[i] ?? "", counted, "right")} ${"█".repeat(Math.max(b.value === 0 ? 0 : 1, Math.round((Math.abs(b.value) / top) * room)))}`,
  );
  return bars.length > shown.length
    ? [...lines, `… ${(bars.length - shown.length).toLocaleString("en-US")} more`]
    : lines;
}

function chartText(node: ChartNode, width: number): string[] {
  if (node.x.type === "category" || node.series.every(s => s.x.length <= 1))
    return node.series.flatMap(s => [
      ...(node.series.length > 1 ? [`${visibleLine(s.name)}:`] : []),
      ...barsText(
        s.x.map((x, i) => ({ name: nameOfX(node, x), value: s.y[i] ?? 0 })),
        width,
      ),
    ]);
  const xs = node.series.flatMap(s => s.x);
  const [from, to] = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
  const lead = Math.min(30, Math.max(0, ...node.series.map(s => displayWidth(visibleLine(s.name)))));
  const room = Math.max(20, width - lead - 12);
  const rows = node.series.map(s => {
    const counts = sums(s.x, i => Math.max(0, s.y[i] ?? 0), [from, to], room);
    const top = s.y.reduce<number>((n, v) => Math.max(n, v ?? 0), 0);
    return `${padWidth(fitWidth(visibleLine(s.name), lead), lead, "left")} ▕${sparkline(counts)}▏ max ${numberLabel(top)}`;
  });
  const range =
    node.x.type === "time"
      ? rangeLine(from, to, lead + 2, room)
      : `${" ".repeat(lead + 2)}${numberLabel(from)} … ${numberLabel(to)}`;
  return [...rows, range];
}

function mapText(node: MapNode, width: number): string[] {
  const places = [...node.places].sort((a, b) => b.count - a.count).map(p => ({ name: p.label, value: p.count }));
  const unplaced = node.unplaced
    .slice(0, 20)
    .map(u => `not on the map: ${visibleLine(u.label)} (${numberLabel(u.count)}), ${visibleLine(u.why)}`);
  return [...barsText(places, width), ...unplaced];
}

function heatText(node: HeatmapNode): string[] {
  const lead = Math.min(30, Math.max(0, ...node.y.names.map(n => displayWidth(visibleLine(n)))));
  const top = node.values.flat().reduce<number>((n, v) => Math.max(n, v ?? 0), 0) || 1;
  const shade = (v: number | null): string =>
    v === null || v <= 0 ? " " : (shades[Math.max(1, Math.round(Math.sqrt(v / top) * 4))] ?? " ");
  const rows = node.values.map(
    (row, i) =>
      `${padWidth(fitWidth(visibleLine(node.y.names[i] ?? ""), lead), lead, "left")} ▕${row.map(v => shade(v).repeat(2)).join("")}▏`,
  );
  const [first, last] = [node.x.names[0] ?? "", node.x.names.at(-1) ?? ""];
  return [
    ...rows,
    `${" ".repeat(lead + 2)}${visibleLine(first)} … ${visibleLine(last)}, darkest ${numberLabel(top)} ${visibleLine(node.valueTitle)}`,
  ];
}

function body(node: FigureNode, width: number): string[] {
  if (isEmptyFigure(node)) return ["nothing to show"];
  switch (node.kind) {
    case "timeline":
      return timelineText(node, width);
    case "processTree":
      return treeText(node, width);
    case "map":
      return mapText(node, width);
    case "chart":
      return chartText(node, width);
    case "pie":
      return barsText(node.slices, width);
    case "heatmap":
      return heatText(node);
    default:
      return unreachable(node, "figureText");
  }
}

/** Lines without a title; the caller draws title and warning. */
export function figureText(node: FigureNode, width: number): string {
  const caption = figureCaption(node);
  const lines = [figureSentence(node), ...body(node, width), ...(caption === "" ? [] : [caption])];
  return lines.map(visibleLine).join("\n");
}
