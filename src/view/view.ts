/** The view tree: what to show, as plain data that survives JSON. Renderers decide how it looks. */
import type { KqlType } from "../base/column.js";
import type { FigureNode } from "./figure/model.js";

/** MIME type under which a view travels in notebooks. */
export const viewMime = "application/vnd.huntbook.view+json";

/** Raised when a node changes its meaning; a reader refuses versions it does not know. */
export const viewVersion = 1;

export interface View {
  readonly version: typeof viewVersion;
  readonly root: ViewNode;
}

/** What a mark means; renderers add a word or a sign, colour is never the only signal. */
export type Tone = "neutral" | "info" | "good" | "warning" | "bad";

/** A node, or text. Text is data: it is never markup. */
export type Content = string | ViewNode;

export interface TextNode {
  readonly kind: "text";
  readonly text: string;
  readonly look?: "plain" | "strong" | "faint" | "code";
}

/** Only http and https are linked; anything else is shown as text. */
export interface LinkNode {
  readonly kind: "link";
  readonly text: string;
  readonly href: string;
}

export interface BadgeNode {
  readonly kind: "badge";
  readonly text: string;
  readonly tone?: Tone;
}

export interface HeadingNode {
  readonly kind: "heading";
  readonly level: 1 | 2 | 3;
  readonly text: string;
}

export interface ParagraphNode {
  readonly kind: "paragraph";
  readonly children: readonly Content[];
}

export interface BannerNode {
  readonly kind: "banner";
  readonly tone: Tone;
  readonly title: string;
  readonly lines?: readonly string[];
}

export interface ListNode {
  readonly kind: "list";
  readonly ordered?: boolean;
  readonly items: readonly Content[];
}

export interface CodeNode {
  readonly kind: "code";
  readonly text: string;
  readonly language?: string;
}

export interface GroupNode {
  readonly kind: "group";
  readonly direction?: "column" | "row";
  readonly children: readonly Content[];
}

export interface DetailsNode {
  readonly kind: "details";
  readonly summary: string;
  readonly open?: boolean;
  readonly children: readonly Content[];
}

export interface KeyValueNode {
  readonly kind: "keyValue";
  readonly entries: readonly { readonly key: string; readonly value: TableCell }[];
}

export interface TableColumn {
  readonly name: string;
  /** Shown in the header; decides alignment and how cells are written. */
  readonly type?: KqlType;
}

/**
 * One value. Strings are written by the column's type: datetime ISO text in UTC, long and decimal digits, timespan Kusto's
 * text, dynamic JSON text. null is not ''.
 */
export type TableCell = string | number | boolean | null | ViewNode;

export interface TableNode {
  readonly kind: "table";
  readonly columns: readonly TableColumn[];
  /** Cells in column order. */
  readonly rows: readonly (readonly TableCell[])[];
  /** How many rows there are in all, when more than are here. */
  readonly total?: number;
  readonly caption?: string;
  /** A handle by which the running kernel can be asked for other rows; unknown to saved notebooks. */
  readonly live?: string;
  /** Which frame the rows are of: views of one frame follow each other's selections. */
  readonly frame?: string;
  /** The KQL that made the rows: what new cells continue. */
  readonly query?: string;
}

export interface ImageNode {
  readonly kind: "image";
  readonly mime: "image/png" | "image/jpeg";
  readonly base64: string;
  /** What the picture shows, for those who cannot see it. */
  readonly alt: string;
  readonly widthPx?: number;
}

export type ViewNode =
  | TextNode
  | LinkNode
  | BadgeNode
  | HeadingNode
  | ParagraphNode
  | BannerNode
  | ListNode
  | CodeNode
  | GroupNode
  | DetailsNode
  | KeyValueNode
  | TableNode
  | ImageNode
  | FigureNode;

export type ViewKind = ViewNode["kind"];

export function toView(root: Content): View {
  return { version: viewVersion, root: typeof root === "string" ? { kind: "text", text: root } : root };
}

/** Types whose values are aligned to the right. */
export const numericTypes: ReadonlySet<KqlType | undefined> = new Set(["int", "long", "real", "decimal", "timespan"]);

/** `showing 20 of 12,431 rows`, `12 rows`, `no rows`. */
export function describeRows(shown: number, total: number = shown): string {
  const count = (n: number): string => `${n.toLocaleString("en-US")} ${n === 1 ? "row" : "rows"}`;
  if (total === 0) return "no rows";
  return shown < total ? `showing ${shown.toLocaleString("en-US")} of ${count(total)}` : count(total);
}
