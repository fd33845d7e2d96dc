/** What the kernel and the page say to each other about a widget: plain data. */
import type { View } from "../../view/view.js";

export interface Option {
  readonly label: string;
  /** Shown greyed out behind the label. */
  readonly detail?: string;
}

/** One control, as the page draws it. Values are in the model's `values`, by id. */
export interface WidgetNode {
  readonly id: string;
  readonly kind: WidgetKind;
  readonly label: string;
  readonly disabled?: boolean;
  /** Read to people who cannot see the control; otherwise the label is. */
  readonly help?: string;
  readonly placeholder?: string;
  readonly rows?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly options?: readonly Option[];
  /** The weight of a button, or of a note. */
  readonly tone?: "plain" | "primary" | "danger" | "faint" | "bad";
  /** `sides`: a narrow part and a wide one beside each other, below each other where there is no room. */
  readonly direction?: "row" | "column" | "sides";
  readonly children?: readonly WidgetNode[];
  /** Headings of tabs and accordions. */
  readonly titles?: readonly string[];
}

export type WidgetKind =
  | "text"
  | "password"
  | "number"
  | "slider"
  | "checkbox"
  | "dropdown"
  | "select"
  | "radio"
  | "multi"
  | "subset"
  | "datetime"
  | "button"
  | "progress"
  | "note"
  | "output"
  | "box"
  | "tabs"
  | "accordion";

/** By kind: text, number, boolean, index (or list of indices) of options, ISO text, a view; null for nothing. */
export type WidgetValue = string | number | boolean | null | readonly number[] | View;

export interface WidgetState {
  readonly tree: WidgetNode;
  readonly values: Readonly<Record<string, WidgetValue>>;
}

/** What a person did. The kernel answers `{ ack: seq }` at once, before anything comes of it. */
export type WidgetEvent = { readonly seq?: number } & (
  | { readonly type: "set"; readonly id: string; readonly value: WidgetValue }
  | { readonly type: "press"; readonly id: string }
);
