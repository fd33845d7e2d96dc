/** SVG made by the `html` tag: escapes every hole. Coordinates are rounded to a tenth of a pixel. */
import type { Html } from "../html.js";
import { html, type Hole } from "../html.js";
import { clip, visibleLine } from "../visible.js";
import { fitText } from "./measure.js";
import type { Role, Theme } from "./theme.js";

export const fontPx = 11;

/** What a browser shows when the pointer rests on a mark. */
export function hint(text: string): Html {
  return html`<title>${visibleLine(clip(text, 500))}</title>`;
}

/** A number for an attribute. */
export function px(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return Number.isFinite(rounded) ? String(rounded) : "0";
}

export interface LabelOptions {
  readonly anchor?: "start" | "middle" | "end";
  readonly role?: Role;
  readonly sizePx?: number;
  readonly bold?: boolean;
  /** Longer text ends in an ellipsis. */
  readonly widthPx?: number;
}

/** Text at a point (its baseline). Data is made visible and cut to fit. */
export function label(
  theme: Theme,
  at: readonly [x: number, y: number],
  text: string,
  options: LabelOptions = {},
): Html {
  const { anchor = "start", role = "fg", sizePx = fontPx, bold = false, widthPx = 4000 } = options;
  const weight = bold ? html` font-weight="600"` : "";
  return html`<text x="${px(at[0])}" y="${px(at[1])}" font-size="${sizePx}" text-anchor="${anchor}" fill="${theme.paint(role)}"${weight}>${fitText(text, widthPx, sizePx)}</text>`;
}

export function line(
  theme: Theme,
  from: readonly [number, number],
  to: readonly [number, number],
  look: { readonly role?: Role; readonly dashed?: boolean } = {},
): Html {
  const { role = "line", dashed = false } = look;
  return html`<line x1="${px(from[0])}" y1="${px(from[1])}" x2="${px(to[0])}" y2="${px(to[1])}" stroke="${theme.paint(role)}"${dashed ? html` stroke-dasharray="4 3"` : ""}/>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rect(
  theme: Theme,
  box: Box,
  role: Role,
  look: { readonly opacity?: number; readonly title?: string | undefined } = {},
): Html {
  const { opacity = 1, title } = look;
  const see = opacity === 1 ? "" : html` fill-opacity="${opacity.toFixed(2)}"`;
  const body = title === undefined ? "" : hint(title);
  return html`<rect x="${px(box.x)}" y="${px(box.y)}" width="${px(Math.max(0.5, box.width))}" height="${px(Math.max(0.5, box.height))}" fill="${theme.paint(role)}"${see}>${body}</rect>`;
}

/** The signs of the categories: colour is never the only signal. Each is a path around 0,0 of about 4 px radius. */
const shapes = [
  (r: number) => `m-${px(r)} 0a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 -${px(2 * r)} 0z`,
  (r: number) =>
    `m0 -${px(r * 1.25)}l${px(r * 1.25)} ${px(r * 1.25)}l-${px(r * 1.25)} ${px(r * 1.25)}l-${px(r * 1.25)} -${px(r * 1.25)}z`,
  (r: number) => `m-${px(r * 0.9)} -${px(r * 0.9)}h${px(r * 1.8)}v${px(r * 1.8)}h-${px(r * 1.8)}z`,
  (r: number) => `m0 -${px(r * 1.1)}l${px(r * 1.1)} ${px(r * 2)}h-${px(r * 2.2)}z`,
  (r: number) => `m0 ${px(r * 1.1)}l${px(r * 1.1)} -${px(r * 2)}h-${px(r * 2.2)}z`,
  (r: number) =>
    `m-${px(r * 0.4)} -${px(r * 1.1)}h${px(r * 0.8)}v${px(r * 0.7)}h${px(r * 0.7)}v${px(r * 0.8)}h-${px(r * 0.7)}v${px(r * 0.7)}h-${px(r * 0.8)}v-${px(r * 0.7)}h-${px(r * 0.7)}v-${px(r * 0.8)}h${px(r * 0.7)}z`,
] as const;

/** A path that draws the sign of a category at a point. */
export function signAt(index: number, x: number, y: number, radius = 3.6): string {
  const shape = shapes[index % shapes.length] ?? shapes[0];
  return `M${px(x)} ${px(y)}${shape(radius)}`;
}

/** The outermost element. Reads as one picture with a name. */
export function svg(size: { readonly width: number; readonly height: number }, name: string, children: Hole): Html {
  const { width, height } = size;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="hb-svg" role="img" aria-label="${fitText(name, 4000, 10)}" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" font-family="${fontFamily}">${children}</svg>`;
}

export const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';
