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

/** The same, cut in the middle: names of one kind often differ at their ends. */
export function fitMiddle(text: string, widthPx: number, sizePx: number): string {
  const line = visibleLine(text.length > 2000 ? text.slice(0, 2000) : text);
  if (text.length <= 2000 && textWidth(line, sizePx) <= widthPx) return line;
  const characters = [...line];
  const room = (widthPx * 1000) / sizePx - 1000;
  let [width, from, to] = [0, 0, characters.length];
  while (from < to) {
    const isFirst = from <= characters.length - to;
    width += widthOf(characters[isFirst ? from : to - 1] ?? "");
    if (width > room) break;
    if (isFirst) from += 1;
    else to -= 1;
  }
  return `${characters.slice(0, from).join("").trimEnd()}…${characters.slice(to).join("").trimStart()}`;
}

/** One or two lines: broken at a space, the second cut in the middle. */
export function fitTwoLines(text: string, widthPx: number, sizePx: number): readonly string[] {
  const line = visibleLine(text.slice(0, 2000));
  if (textWidth(line, sizePx) <= widthPx) return [line];
  let at = -1;
  for (let i = line.indexOf(" "); i > 0 && textWidth(line.slice(0, i), sizePx) <= widthPx; i = line.indexOf(" ", i + 1))
    at = i;
  if (at < 0) return [fitMiddle(text, widthPx, sizePx)];
  return [line.slice(0, at), fitMiddle(line.slice(at + 1), widthPx, sizePx)];
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
