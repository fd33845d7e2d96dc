/** Legends: a sign and a name each, wrapped to the width. */
import { html, type Html } from "../html.js";
import { fitText, textWidth } from "./measure.js";
import { fontPx, label, signAt } from "./svg.js";
import { categoryRole, type Role, type Theme } from "./theme.js";

export interface LegendEntry {
  readonly name: string;
  readonly role: Role;
  /** Which sign stands before the name. */
  readonly sign: number;
}

export const categoryEntry = (name: string, index: number): LegendEntry => ({
  name,
  role: categoryRole(index),
  sign: index,
});

const rowPx = 18;
const mostPx = 220;

/** Draws a legend from a point on; `height` is what it takes, 0 without entries. */
export function legend(
  theme: Theme,
  place: { readonly x: number; readonly y: number; readonly widthPx: number },
  entries: readonly LegendEntry[],
  title?: string,
): { readonly markup: Html; readonly height: number } {
  if (entries.length === 0) return { markup: html``, height: 0 };
  const parts: Html[] = [];
  let { x, y } = place;
  if (title !== undefined) {
    const text = fitText(title, mostPx, fontPx);
    parts.push(label(theme, [x, y + 12], text, { role: "faint" }));
    x += textWidth(text, fontPx) + 14;
  }
  for (const entry of entries) {
    const text = fitText(entry.name === "" ? "(empty)" : entry.name, mostPx, fontPx);
    const width = textWidth(text, fontPx) + 30;
    if (x + width > place.x + place.widthPx && x > place.x) [x, y] = [place.x, y + rowPx];
    parts.push(html`<path d="${signAt(entry.sign, x + 5, y + 8)}" fill="${theme.paint(entry.role)}"/>`);
    parts.push(label(theme, [x + 14, y + 12], text));
    x += width;
  }
  return { markup: html`<g>${parts}</g>`, height: y + rowPx - place.y + 4 };
}
