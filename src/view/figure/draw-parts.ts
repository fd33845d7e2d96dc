/** Pies and heat maps → SVG. */
import { html, type Html } from "../html.js";
import type { DrawOptions } from "./draw-timeline.js";
import { fitText, textWidth } from "./measure.js";
import type { HeatmapNode, PieNode } from "./model.js";
import { fontPx, hint, label, px, rect, signAt, svg } from "./svg.js";
import { categoryRole } from "./theme.js";
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

/** A ring with its parts listed beside it: names, values and shares are text, so that nothing hangs on colour or angle. */
export function drawPie(node: PieNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const total = node.slices.reduce((n, s) => n + Math.max(0, s.value), 0) || 1;
  // Where names would have no room beside the ring, they stand below it.
  const below = widthPx < piePx + 310;
  const listed = node.slices.length * 20 + 16;
  const height = below ? piePx + 16 + listed : Math.max(piePx + 16, listed);
  const radius = piePx / 2;
  let at = 0;
  const rings = node.slices.map((slice, i) => {
    const from = at;
    at += Math.max(0, slice.value) / total;
    if (slice.value <= 0) return "";
    return html`<path d="${ringPath(from, at, radius, radius * 0.55)}" fill="${theme.paint(categoryRole(i))}" stroke="${theme.paint("bg")}">${hint(`${slice.name}: ${numberLabel(slice.value)}`)}</path>`;
  });
  const left = below ? 12 : piePx + 40;
  const room = Math.min(320, widthPx - left - 150);
  const rows = node.slices.map((slice, i) => {
    const y = (below ? piePx + 16 : 0) + 20 + i * 20;
    const share = `${((100 * Math.max(0, slice.value)) / total).toFixed(1)} %`;
    return html`<path d="${signAt(i, left, y - 4, 4.5)}" fill="${theme.paint(categoryRole(i))}"/>${label(theme, [left + 12, y], slice.name === "" ? "(empty)" : slice.name, { widthPx: room })}${label(theme, [left + room + 80, y], numberLabel(slice.value), { anchor: "end" })}${label(theme, [left + room + 140, y], share, { anchor: "end", role: "faint" })}`;
  });
  const middle = html`${label(theme, [radius + 8, radius + 10], numberLabel(total), { anchor: "middle", sizePx: 18, bold: true })}${label(theme, [radius + 8, radius + 28], node.unit ?? "", { anchor: "middle", role: "faint", widthPx: 90 })}`;
  return svg({ width: widthPx, height }, pieSentence(node), [
    html`<g transform="translate(${px(radius + 8)} ${px(radius + 8)})">${rings}</g>`,
    middle,
    rows,
  ]);
}

export function heatmapSentence(node: HeatmapNode): string {
  const name = node.info.title === undefined ? "" : ` “${node.info.title}”`;
  return `Heat map${name}: ${node.valueTitle} by ${node.y.names.length} rows and ${node.x.names.length} columns`;
}

/** Steps of opacity of one colour: order survives any kind of sight and black-and-white print. */
export function drawHeatmap(node: HeatmapNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const columns = Math.max(1, node.x.names.length);
  const left = Math.min(widthPx * 0.3, 16 + Math.max(20, ...node.y.names.map(n => textWidth(n.slice(0, 60), fontPx))));
  const cell = Math.max(4, Math.min(40, (widthPx - left - 16) / columns));
  const high = Math.max(14, Math.min(26, cell));
  const top = 26;
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
      const paint = html`<rect x="${px(box.x)}" y="${px(box.y)}" width="${px(box.width)}" height="${px(box.height)}" fill="${theme.paint("accent")}" fill-opacity="${value === 0 ? "0.04" : (0.12 + 0.88 * share).toFixed(2)}">${title === undefined ? "" : hint(title)}</rect>`;
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
