/** How wide a text will be, without a screen: widths of DejaVu Sans, which is wider than most fonts, so that text fits. */
import { visibleLine } from "../visible.js";

/** Advance widths of U+0020…U+007E in thousandths of the font size. */
const advances = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
  636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
  748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
  615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
  337, 636, 838,
];

const widthOf = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x7f) return advances[code - 0x20] ?? 0;
  return code >= 0x1100 ? 1000 : 700;
};

/** Pixels at a font size. */
export function textWidth(text: string, sizePx: number): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return (width * sizePx) / 1000;
}

/** One visible line of at most `widthPx`; what does not fit ends in `…`. */
export function fitText(text: string, widthPx: number, sizePx: number): string {
  const line = visibleLine(text.length > 2000 ? text.slice(0, 2000) : text);
  let used = 0;
  let kept = "";
  const most = (widthPx * 1000) / sizePx;
  for (const character of line) {
    used += widthOf(character);
    if (used > most) {
      const room = most - 1000;
      let width = 0;
      let cut = "";
      for (const c of kept) {
        width += widthOf(c);
        if (width > room) break;
        cut += c;
      }
      return `${cut.trimEnd()}…`;
    }
    kept += character;
  }
  return text.length > 2000 ? `${kept}…` : kept;
}
