/** Colours of figures: by role, so that one drawing serves a page with themes and a picture without. */
import { palettes } from "../style.js";

/** Categories, in the order in which they are given out; the ninth begins again, with the next mark shape. */
export const categoryCount = 8;

export type Role =
  | "fg"
  | "faint"
  | "line"
  | "head"
  | "bg"
  | "land"
  | "accent"
  | "info"
  | "good"
  | "warning"
  | "bad"
  | "neutral"
  | `c${number}`;

export interface Theme {
  readonly paint: (role: Role) => string;
}

const names: Readonly<Record<string, string>> = { neutral: "faint", accent: "c0" };
const nameOf = (role: Role): string => names[role] ?? role;

/** Colours that follow the page's: variables of the stylesheet. */
export const pageTheme: Theme = {
  paint: role => {
    const name = nameOf(role);
    return ["fg", "faint", "line", "head"].includes(name) ? `var(--hb-${name})` : `var(--hb-own-${name})`;
  },
};

const fixed = (palette: Readonly<Record<string, string>>): Theme => ({
  paint: role => palette[nameOf(role)] ?? "#000",
});

/** Colours for pictures, which know no page. */
export const lightTheme = fixed(palettes.light);
export const darkTheme = fixed(palettes.dark);

export const categoryRole = (index: number): Role => `c${index % categoryCount}`;
