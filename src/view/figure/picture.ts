/** Figure → markup: inline in pages with our stylesheet, or a picture that stands alone. */
import { unreachable } from "../../base/error.js";
import type { Html } from "../html.js";
import { html } from "../html.js";
import { drawChart, chartSentence } from "./draw-chart.js";
import { drawMap, mapSentence } from "./draw-map.js";
import { drawHeatmap, drawPie, heatmapSentence, pieSentence } from "./draw-parts.js";
import { drawTimeline, timelineSentence, type DrawOptions } from "./draw-timeline.js";
import { drawTree, treeSentence } from "./draw-tree.js";
import type { FigureNode } from "./model.js";
import { fontFamily, label, px } from "./svg.js";
import { lightTheme } from "./theme.js";
import { constantsSentence } from "./tree-rows.js";

export const figureWidthPx = 900;

/** One sentence that says what the figure shows: for screen readers and as the text of a picture. */
export function figureSentence(node: FigureNode): string {
  switch (node.kind) {
    case "timeline":
      return timelineSentence(node);
    case "processTree":
      return treeSentence(node);
    case "map":
      return mapSentence(node);
    case "chart":
      return chartSentence(node);
    case "pie":
      return pieSentence(node);
    case "heatmap":
      return heatmapSentence(node);
    default:
      return unreachable(node, "figureSentence");
  }
}

/** Says whether there is anything to draw. */
export function isEmptyFigure(node: FigureNode): boolean {
  switch (node.kind) {
    case "timeline":
      return node.lanes.every(l => l.count === 0);
    case "processTree":
      return node.name.length === 0;
    case "map":
      return node.places.length === 0 && node.unplaced.length === 0;
    case "chart":
      return node.series.every(s => s.x.length === 0);
    case "pie":
      return node.slices.every(s => s.value <= 0);
    case "heatmap":
      return node.values.length === 0;
    default:
      return unreachable(node, "isEmptyFigure");
  }
}

/** The figure itself, without title and caption. */
export function drawFigure(node: FigureNode, options: DrawOptions): Html {
  switch (node.kind) {
    case "timeline":
      return drawTimeline(node, options);
    case "processTree":
      return drawTree(node, options);
    case "map":
      return drawMap(node, options);
    case "chart":
      return drawChart(node, options);
    case "pie":
      return drawPie(node, options);
    case "heatmap":
      return drawHeatmap(node, options);
    default:
      return unreachable(node, "drawFigure");
  }
}

/** `workspace Contoso · 12,431 rows · …`: below every figure. */
export function figureCaption(node: FigureNode): string {
  const { source, rows, notes = [] } = node.info;
  const counted = rows === undefined ? [] : [`${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`];
  const timed =
    node.kind === "timeline" || node.kind === "processTree" || (node.kind === "chart" && node.x.type === "time");
  const zone = timed ? ["times in UTC"] : [];
  const common = node.kind === "processTree" ? [constantsSentence(node)].filter(s => s !== "") : [];
  return [...(source === undefined ? [] : [source]), ...counted, ...common, ...zone, ...notes].join(" · ");
}

const heightOf = (svg: Html): number => Number(/ height="([\d.]+)"/.exec(svg.text)?.[1] ?? 0);

/**
 * A whole picture as SVG text with colours of its own: title, warning, figure, caption. For PNG and for pages that strip
 * inline drawings.
 */
export function pictureSvg(node: FigureNode, options: Partial<DrawOptions> = {}): string {
  const theme = options.theme ?? lightTheme;
  const widthPx = options.widthPx ?? figureWidthPx;
  const figure = isEmptyFigure(node) ? undefined : drawFigure(node, { ...options, theme, widthPx: widthPx - 24 });
  const parts: Html[] = [];
  let y = 8;
  if (node.info.title !== undefined) {
    parts.push(label(theme, [12, y + 16], node.info.title, { sizePx: 15, bold: true, widthPx: widthPx - 24 }));
    y += 26;
  }
  const banner = node.info.incomplete;
  if (banner !== undefined) {
    const text = [banner.title, ...(banner.lines ?? [])].join(": ");
    parts.push(
      label(theme, [12, y + 14], `⚠ ${text}`, {
        role: banner.tone === "bad" ? "bad" : "warning",
        sizePx: 12,
        widthPx: widthPx - 24,
      }),
    );
    y += 22;
  }
  const top = y;
  const height = figure === undefined ? 40 : heightOf(figure);
  if (figure === undefined) parts.push(label(theme, [12, y + 24], "nothing to show", { role: "faint", sizePx: 13 }));
  y += height;
  parts.push(label(theme, [12, y + 16], figureCaption(node), { role: "faint", sizePx: 10, widthPx: widthPx - 24 }));
  y += 26;
  const inner =
    figure === undefined
      ? ""
      : html`<svg x="12" y="${px(top)}" width="${px(widthPx - 24)}" height="${px(height)}">${figure}</svg>`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${px(widthPx)}" height="${px(y)}" viewBox="0 0 ${px(widthPx)} ${px(y)}" font-family="${fontFamily}"><rect width="100%" height="100%" fill="${theme.paint("bg")}"/>${parts}${inner}</svg>`
    .text;
}
