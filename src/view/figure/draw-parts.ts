/** Pies and heat maps → SVG. */
import { html, type Html } from "../html.js";
import type { DrawOptions } from "./draw-timeline.js";
import { fitText, textWidth } from "./measure.js";
import { heatmapMark, pieMark, type Mark } from "./marks.js";
import type { HeatmapNode, PieNode, PieSlice } from "./model.js";
import { fontPx, hint, label, px, rect, signAt, svg } from "./svg.js";
import { categoryRole, type Role } from "./theme.js";
import { numberLabel } from "./ticks.js";

const piePx = 200;

/** A part of a ring between two turns (0…1, clockwise from the top). */
function ringPath(from: number, to: number, radius: number, inner: number): string {
  const point = (turn: number, r: number): string =>
    `${px(r * Math.sin(turn * 2 * Math.PI))} ${px(-r * Math.cos(turn * 2 * Math.PI))}`;
  const end = Math.min(to, from + 0.9999);
  const large = end - from > 0.5 ? 1 : 0;
  return `M${point(from, radius)}A${radius} ${radius} 0 ${large} 1 ${point(end, radius)}L${point(end, inner)}A${inner} ${inner} 0 ${large} 0 ${point(from, inner)}z`;
}

export function pieSentence(node: PieNode): string {
  const name = node.info.title === undefined ? "" : ` “${node.info.title}”`;
  return `Pie chart${name}: ${node.slices.length} parts`;
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Where the ring and the names of a pie stand. */
export interface PieLayout {
  readonly radius: number;
  readonly middle: readonly [x: number, y: number];
  readonly height: number;
  /** Left edge and room of the names. */
  readonly left: number;
  readonly room: number;
  /** The line of each name. */
  readonly rows: readonly Box[];
  /** Where each slice begins and ends, in turns from the top. */
  readonly turns: readonly (readonly [from: number, to: number])[];
  readonly total: number;
}

export function layoutPie(node: PieNode, widthPx: number): PieLayout {
  const total = node.slices.reduce((n, s) => n + Math.max(0, s.value), 0) || 1;
  // Where names would have no room beside the ring, they stand below it.
  const below = widthPx < piePx + 310;
  const listed = node.slices.length * 20 + 16;
  const radius = piePx / 2;
  const left = below ? 12 : piePx + 40;
  const room = Math.max(40, Math.min(320, widthPx - left - 150));
  let at = 0;
  return {
    ...{ radius, left, room, total, middle: [radius + 8, radius + 8] },
    height: below ? piePx + 16 + listed : Math.max(piePx + 16, listed),
    rows: node.slices.map((_, i) => ({
      ...{ x: left - 8, y: (below ? piePx + 16 : 0) + 6 + i * 20, width: room + 156, height: 20 },
    })),
    turns: node.slices.map(s => [at, (at += Math.max(0, s.value) / total)] as const),
  };
}

/** The slice at a point, on the ring or in the list of names; -1 where there is none. */
export function sliceAt(layout: PieLayout, point: { readonly x: number; readonly y: number }): number {
  const [dx, dy] = [point.x - layout.middle[0], point.y - layout.middle[1]];
  const distance = Math.hypot(dx, dy);
  const inBox = (b: Box): boolean =>
    point.x >= b.x && point.x <= b.x + b.width && point.y >= b.y && point.y < b.y + b.height;
  if (distance > layout.radius || distance < layout.radius * 0.55) return layout.rows.findIndex(inBox);
  const turn = (Math.atan2(dx, -dy) / (2 * Math.PI) + 1) % 1;
  return layout.turns.findIndex(([from, to]) => turn >= from && turn < to);
}

/** A ring with its parts listed beside it: names, values and shares are text, so that nothing hangs on colour or angle. */
export function drawPie(node: PieNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const layout = layoutPie(node, widthPx);
  const { height, radius, left, room, total } = layout;
  const see = (i: number) => (isFaded(options, pieMark(node, i)) ? html` opacity="0.3"` : "");
  const rings = node.slices.map((slice, i) => {
    const [from, to] = layout.turns[i] ?? [0, 0];
    if (slice.value <= 0) return "";
    return html`<path d="${ringPath(from, to, radius, radius * 0.55)}" fill="${theme.paint(sliceRole(slice, i))}" stroke="${theme.paint("bg")}"${see(i)}>${hint(`${slice.name}: ${numberLabel(slice.value)}`)}</path>`;
  });
  const rows = node.slices.map((slice, i) => {
    const y = (layout.rows[i]?.y ?? 0) + 14;
    const share = `${((100 * Math.max(0, slice.value)) / total).toFixed(1)} %`;
    return html`<g${see(i)}><path d="${signAt(i, left, y - 4, 4.5)}" fill="${theme.paint(sliceRole(slice, i))}"/>${label(theme, [left + 12, y], slice.name === "" ? "(empty)" : slice.name, { widthPx: room })}${label(theme, [left + room + 80, y], numberLabel(slice.value), { anchor: "end" })}${label(theme, [left + room + 140, y], share, { anchor: "end", role: "faint" })}</g>`;
  });
  const middle = html`${label(theme, [radius + 8, radius + 10], numberLabel(total), { anchor: "middle", sizePx: 18, bold: true })}${label(theme, [radius + 8, radius + 28], node.unit ?? "", { anchor: "middle", role: "faint", widthPx: 90 })}`;
  return svg({ width: widthPx, height }, pieSentence(node), [
    html`<g transform="translate(${px(radius + 8)} ${px(radius + 8)})">${rings}</g>`,
    middle,
    rows,
  ]);
}

const sliceRole = (slice: PieSlice, index: number): Role => (slice.rest === true ? "faint" : categoryRole(index));

const isFaded = ({ chosen }: DrawOptions, mark: Mark | undefined): boolean =>
  chosen !== undefined && chosen.size > 0 && mark !== undefined && !chosen.has(mark.id);

export function heatmapSentence(node: HeatmapNode): string {
  const name = node.info.title === undefined ? "" : ` “${node.info.title}”`;
  return `Heat map${name}: ${node.valueTitle} by ${node.y.names.length} rows and ${node.x.names.length} columns`;
}

/** Where the cells of a heat map stand. */
export interface HeatmapLayout {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly high: number;
}

export function layoutHeatmap(node: HeatmapNode, widthPx: number): HeatmapLayout {
  const columns = Math.max(1, node.x.names.length);
  const left = Math.min(widthPx * 0.3, 16 + Math.max(20, ...node.y.names.map(n => textWidth(n.slice(0, 60), fontPx))));
  const cell = Math.max(4, Math.min(40, (widthPx - left - 16) / columns));
  return { left, cell, high: Math.max(14, Math.min(26, cell)), top: 26 };
}

/** Steps of opacity of one colour: order survives any kind of sight and black-and-white print. */
export function drawHeatmap(node: HeatmapNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const columns = Math.max(1, node.x.names.length);
  const { left, cell, high, top } = layoutHeatmap(node, widthPx);
  let [least, most] = [0, 0];
  for (const v of node.values.flat()) if (v !== null) [least, most] = [Math.min(least, v), Math.max(most, v)];
  const bottom = top + node.y.names.length * high;
  const numbers = cell >= 34;
  const few = node.values.length * columns <= 1500;
  const cells = node.values.map((row, y) =>
    row.map((value, x) => {
      if (value === null) return "";
      const share = most === least ? 0 : Math.sqrt((value - least) / (most - least));
      const box = { x: left + x * cell, y: top + y * high, width: cell - 1, height: high - 1 };
      const title = few ? `${node.y.names[y] ?? ""}, ${node.x.names[x] ?? ""}: ${numberLabel(value)}` : undefined;
      const faded = isFaded(options, heatmapMark(node, x, y)) ? html` opacity="0.3"` : "";
      const paint = html`<rect x="${px(box.x)}" y="${px(box.y)}" width="${px(box.width)}" height="${px(box.height)}" fill="${theme.paint("accent")}" fill-opacity="${value === 0 ? "0.04" : (0.12 + 0.88 * share).toFixed(2)}"${faded}>${title === undefined ? "" : hint(title)}</rect>`;
      const text = numbers
        ? label(theme, [box.x + cell / 2, box.y + high / 2 + 4], numberLabel(value), {
            anchor: "middle",
            sizePx: 10,
            role: share > 0.45 ? "bg" : "fg",
          })
        : "";
      return html`${paint}${text}`;
    }),
  );
  const rows = node.y.names.map((n, i) =>
    label(theme, [left - 6, top + i * high + high / 2 + 4], n === "" ? "(empty)" : n, {
      anchor: "end",
      widthPx: left - 10,
    }),
  );
  const every = Math.max(
    1,
    Math.ceil(Math.max(24, ...node.x.names.map(n => textWidth(n.slice(0, 12), fontPx) + 6)) / cell),
  );
  const heads = node.x.names.map((n, i) =>
    i % every === 0
      ? label(theme, [left + i * cell + cell / 2, bottom + 14], fitText(n, every * cell, fontPx), {
          anchor: "middle",
          role: "faint",
        })
      : "",
  );
  const scale = [0.12, 0.34, 0.56, 0.78, 1].map(
    (o, i) =>
      html`<rect x="${px(left + i * 18)}" y="4" width="17" height="12" fill="${theme.paint("accent")}" fill-opacity="${o}"/>`,
  );
  const keys = html`${scale}${label(theme, [left - 6, 14], numberLabel(least), { anchor: "end", role: "faint" })}${label(theme, [left + 96, 14], `${numberLabel(most)} ${node.valueTitle}`, { role: "faint", widthPx: 300 })}`;
  const frame = rect(theme, { x: left, y: bottom + 1, width: cell * columns, height: 0.5 }, "line");
  return svg({ width: widthPx, height: bottom + 24 }, heatmapSentence(node), [keys, frame, cells, rows, heads]);
}
