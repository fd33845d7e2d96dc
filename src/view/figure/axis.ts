/** Axes of figures. */
import { html, type Html } from "../html.js";
import { textWidth } from "./measure.js";
import { fontPx, label, line } from "./svg.js";
import type { Theme } from "./theme.js";
import { timeTicks, type Tick } from "./ticks.js";

/** Where a plot stands, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Which way a label must hang so that it stays inside the picture. */
function anchorFor(text: string, x: number, plot: Plot, widthPx: number): "start" | "middle" | "end" {
  const half = textWidth(text, fontPx) / 2;
  if (x - half < 2) return "start";
  return x + half > Math.max(plot.right, widthPx) - 2 ? "end" : "middle";
}

/** Ticks along the bottom: grid lines, labels, a second line of labels. */
export function bottomAxis(
  theme: Theme,
  plot: Plot,
  ticks: readonly (Tick & { readonly x: number })[],
  widthPx: number,
): Html {
  let belowEnd = -Infinity;
  const marks = ticks.map(tick => {
    const { x } = tick;
    const anchor = anchorFor(tick.label, x, plot, widthPx);
    const below = tick.below;
    const start = below === undefined ? 0 : x - textWidth(below, fontPx) / 2;
    const showBelow = below !== undefined && start > belowEnd + 8;
    if (showBelow) belowEnd = start + textWidth(below, fontPx);
    return html`${line(theme, [x, plot.top], [x, plot.bottom])}${label(theme, [x, plot.bottom + 14], tick.label, { anchor, role: "faint" })}${
      showBelow
        ? label(theme, [x, plot.bottom + 27], below, { anchor: anchorFor(below, x, plot, widthPx), role: "faint" })
        : ""
    }`;
  });
  return html`<g>${marks}</g>`;
}

/** The height that a bottom axis needs: labels, dates, a title. */
export const bottomAxisPx = 34;

/** A time axis: ticks by width, `UTC` at its end. */
export function timeAxis(
  theme: Theme,
  plot: Plot,
  domain: readonly [startMs: number, endMs: number],
  widthPx: number,
): Html {
  const [start, end] = domain;
  const x = (ms: number): number => plot.left + ((ms - start) / (end - start || 1)) * (plot.right - plot.left);
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 90));
  const ticks = timeTicks(start, end, count).map(t => ({ ...t, x: x(t.at) }));
  return bottomAxis(theme, plot, ticks, widthPx);
}

/** Ticks along the left side. */
export function leftAxis(
  theme: Theme,
  plot: Plot,
  ticks: readonly { readonly y: number; readonly label: string }[],
): Html {
  const marks = ticks.map(
    ({ y, label: text }) =>
      html`${line(theme, [plot.left, y], [plot.right, y])}${label(theme, [plot.left - 6, y + 4], text, { anchor: "end", role: "faint", widthPx: plot.left - 8 })}`,
  );
  return html`<g>${marks}</g>`;
}
