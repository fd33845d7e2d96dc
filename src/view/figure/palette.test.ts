/** Colours: told apart by everybody, readable in light and in dark. */
import { describe, expect, test } from "vitest";
import { palettes } from "../style.js";
import { categoryCount } from "./theme.js";

type Triple = readonly [number, number, number];
const channels = (hex: string): Triple => [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16) / 255) as never;
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const times = (m: readonly Triple[], v: Triple): Triple =>
  m.map(row => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as never;

/** Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB. */
const visions: Readonly<Record<string, readonly Triple[]>> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** sRGB (D65) → CIELAB. */
function lab(hex: string, vision: readonly Triple[]): Triple {
  const seen = times(vision, channels(hex).map(linear) as never).map(c => Math.min(1, Math.max(0, c))) as never;
  const [x, y, z] = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    seen,
  );
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}
const deltaE76 = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, blue] = channels(hex).map(linear) as unknown as Triple;
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each(Object.entries(palettes))("the %s palette", (_name, palette) => {
  const colours = palette as Readonly<Record<string, string>>;
  const categories = Array.from({ length: categoryCount }, (_, i) => colours[`c${i}`] ?? "");

  test.each(Object.entries(visions))("any two categories are told apart with %s", (_vision, matrix) => {
    const close = categories.flatMap((a, i) =>
      categories.slice(i + 1).flatMap(b => {
        const distance = deltaE76(lab(a, matrix), lab(b, matrix));
        return distance < 20 ? [`${a} ${b}: ${distance.toFixed(1)}`] : [];
      }),
    );
    expect(close).toEqual([]);
  });

  test("marks have contrast 3, texts and tones 4.5 on their background", () => {
    const weak = [
      ...categories.map((c, i) => [`c${i}`, contrast(c, palette.bg), 3] as const),
      ...["fg", "faint", "link", "info", "good", "warning", "bad"].map(
        role => [role, contrast(colours[role] ?? "", palette.bg), 4.5] as const,
      ),
      ["fg on head", contrast(palette.fg, palette.head), 4.5] as const,
      ["faint on head", contrast(palette.faint, palette.head), 4.5] as const,
    ].filter(([, value, least]) => value < least);
    expect(weak).toEqual([]);
  });
});
