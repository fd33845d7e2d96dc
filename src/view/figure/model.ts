/** Figures: timelines, trees, maps and charts as plain, versioned data. Numbers of time are milliseconds since 1970 UTC. */
import type { BannerNode, Tone } from "../view.js";

/** What every figure says about itself. */
export interface FigureInfo {
  readonly title?: string;
  /** Where the rows come from: `workspace Contoso`. */
  readonly source?: string;
  /** How many rows the figure was made from. */
  readonly rows?: number;
  /** What the figure leaves out or sums up, a sentence each. */
  readonly notes?: readonly string[];
  /** Present when the rows are not known to be all there are. */
  readonly incomplete?: BannerNode;
  /** A handle by which the running kernel can be asked for more; unknown to saved notebooks. */
  readonly live?: string;
  /** Which frames it was made from: views of one frame follow each other's selections. */
  readonly frames?: readonly FigureFrame[];
}

export interface FigureFrame {
  /** The same in every view of the frame; of this session only. */
  readonly id: string;
  /** The column of the figure's axis, by which its selection filters. */
  readonly column?: string;
  /** The columns that say what a mark is of, by which choosing marks filters. */
  readonly keys?: readonly KeyColumn[];
}

/**
 * A column of the keys of marks. Its values are compared as figures write them (`text`, the default), as numbers (timespans
 * in seconds), as milliseconds since 1970 (`instant`), or by hour (0–23) or day of the week (1 is Monday) in UTC.
 */
export interface KeyColumn {
  readonly name: string;
  readonly as?: "text" | "number" | "instant" | "hour" | "weekday";
}

export type KeyValue = string | number | null;

/** Rows of text that explain a mark, by column. */
export interface Details {
  readonly columns: readonly string[];
  /** One entry per mark; texts in column order, null where there is none. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** An instant, or a span when `endMs` is given, marked across a figure. */
export interface TimeReference {
  readonly atMs: number;
  readonly endMs?: number;
  readonly label: string;
  readonly tone?: Tone;
}

export interface TimelineLane {
  readonly name: string;
  readonly count: number;
}

/** Single events, ordered by time. All arrays have the same length. */
export interface TimelineEvents {
  /** Milliseconds after the figure's `startMs`. */
  readonly offsetMs: readonly number[];
  readonly lane: readonly number[];
  /** Index into `colours`; absent when there is one. */
  readonly colour?: readonly number[];
  /** How long each lasts; 0 for an instant. */
  readonly lastsMs?: readonly number[];
  /** Heights, in figures of values. */
  readonly value?: readonly (number | null)[];
  readonly details?: Details;
}

/** Counts of events in equal spans; only spans with events are listed. */
export interface TimelineBins {
  readonly widthMs: number;
  /** Which span: `startMs + index * widthMs`. */
  readonly index: readonly number[];
  readonly lane: readonly number[];
  readonly colour?: readonly number[];
  readonly count: readonly number[];
}

export interface TimelineNode {
  readonly kind: "timeline";
  readonly info: FigureInfo;
  readonly startMs: number;
  readonly endMs: number;
  readonly lanes: readonly TimelineLane[];
  /** Names of colours, in the legend's order; empty when colour means nothing. */
  readonly colours: readonly string[];
  readonly colourTitle?: string;
  /** Present when the events have heights. */
  readonly valueTitle?: string;
  readonly valueMark?: "points" | "line" | "bars";
  readonly events?: TimelineEvents;
  /** Instead of `events` when there are too many to show one by one. */
  readonly bins?: TimelineBins;
  /** Counts over the whole range in equal spans, for the range selector. */
  readonly histogram: readonly number[];
  readonly references: readonly TimeReference[];
}

/** A tree of processes in preorder, column by column; all arrays have the same length. */
export interface ProcessTreeNode {
  readonly kind: "processTree";
  readonly info: FigureInfo;
  readonly name: readonly string[];
  /** Index of the parent, -1 for roots. */
  readonly parent: readonly number[];
  readonly processId: readonly string[];
  /** Milliseconds UTC; null where the creation was not seen. */
  readonly atMs: readonly (number | null)[];
  readonly commandLine: readonly string[];
  readonly account: readonly string[];
  readonly host: readonly string[];
  /** 1 when the process itself is not in the data and is known only as somebody's parent. */
  readonly ghost: readonly number[];
  readonly tone: readonly (Tone | null)[];
  /** Why a row has its tone, or what is odd about it. */
  readonly remark: readonly (string | null)[];
  /** The place of each row in the whole tree, by which the kernel knows it. */
  readonly row: readonly number[];
  /** The row of the frame that tells of each process, from 0; -1 where there is none. */
  readonly event?: readonly number[];
  /** Children that exist but are not among the rows. */
  readonly hidden: readonly number[];
  /** How many processes of the whole tree match, when the rows are the answer to a search. */
  readonly found?: number;
  /** Numbers of the whole tree, also of what is not among the rows. */
  readonly summary: ProcessTreeSummary;
}

export interface ProcessTreeSummary {
  readonly processes: number;
  readonly roots: number;
  readonly leaves: number;
  readonly branches: number;
  readonly isolated: number;
  /** Levels below a root, counted from 0. */
  readonly depth: number;
  /** Parents that are not in the data. */
  readonly ghosts: number;
}

export interface MapPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly label: string;
  readonly count: number;
  /** Index into `colours`. */
  readonly colour?: number;
  /** Lines of text for the tooltip and the table. */
  readonly details?: readonly string[];
  /** Values of the key columns that are here; absent when there are too many to say. */
  readonly keys?: readonly (readonly KeyValue[])[];
}

export interface MapArc {
  /** Indexes of places. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly label?: string;
}

export interface MapNode {
  readonly kind: "map";
  readonly info: FigureInfo;
  readonly places: readonly MapPlace[];
  readonly arcs: readonly MapArc[];
  readonly colours: readonly string[];
  readonly colourTitle?: string;
  /** What could not be placed; drawn as a list, never at 0,0. */
  readonly unplaced: readonly { readonly label: string; readonly count: number; readonly why: string }[];
  /** What a count counts: `sign-ins`. */
  readonly unit: string;
}

export type ChartMark = "line" | "area" | "column" | "bar" | "scatter";

export interface ChartAxis {
  readonly title?: string;
  readonly type: "time" | "number" | "category";
  readonly scale?: "linear" | "log";
  readonly least?: number;
  readonly most?: number;
  /** Stands behind numbers: `bytes`. */
  readonly unit?: string;
}

export interface ChartSeries {
  readonly name: string;
  /** Times in milliseconds, numbers, or indexes into `categories`. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** How a series is drawn when not as the chart's mark. */
  readonly role?: "baseline" | "anomaly";
  /** Its values of the series columns, where the name says something else. */
  readonly of?: readonly string[];
}

export interface ChartNode {
  readonly kind: "chart";
  readonly info: FigureInfo;
  readonly mark: ChartMark;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly categories?: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly stack: "none" | "stacked" | "full";
  /** Series have no names of their own in the picture; the table still says them. */
  readonly legend?: "hidden";
  readonly references: readonly TimeReference[];
}

export interface PieSlice {
  readonly name: string;
  readonly value: number;
  /** Everything that has no slice of its own. */
  readonly rest?: boolean;
}

export interface PieNode {
  readonly kind: "pie";
  readonly info: FigureInfo;
  readonly slices: readonly PieSlice[];
  readonly unit?: string;
}

export interface HeatmapNode {
  readonly kind: "heatmap";
  readonly info: FigureInfo;
  readonly x: { readonly title?: string; readonly names: readonly string[] };
  readonly y: { readonly title?: string; readonly names: readonly string[] };
  /** Row by row; null where there is no value. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly valueTitle: string;
}

export type FigureNode = TimelineNode | ProcessTreeNode | MapNode | ChartNode | PieNode | HeatmapNode;

export const figureKinds = [
  "timeline",
  "processTree",
  "map",
  "chart",
  "pie",
  "heatmap",
] as const satisfies readonly FigureNode["kind"][];

export function isFigure(node: { readonly kind: string }): node is FigureNode {
  return (figureKinds as readonly string[]).includes(node.kind);
}
