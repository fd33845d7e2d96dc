/** What can be chosen in a figure: bars, points, slices, cells, places; and which rows each is of. Pure. */
import type { RowFilter } from "../live.js";
import type {
  ChartNode,
  ChartSeries,
  FigureFrame,
  HeatmapNode,
  KeyColumn,
  KeyValue,
  MapNode,
  PieNode,
} from "./model.js";
import { instantLabel, numberLabel } from "./ticks.js";

export interface Mark {
  /** The same for the same mark of a figure that is drawn anew. */
  readonly id: string;
  /** For people: `dana.ortiz, Failed`. */
  readonly name: string;
  /** How many of the frame's key columns the keys are of: the first ones. */
  readonly width: number;
  readonly keys: readonly (readonly KeyValue[])[];
  /** Rows of none of the keys. */
  readonly isRest?: boolean;
}

/** What stands at a place of a chart's axis. */
export function nameOfX(node: ChartNode, x: number): string {
  if (node.x.type === "time") return instantLabel(x);
  return node.x.type === "number" ? numberLabel(x) : (node.categories?.[x] ?? "");
}

const numberOf = (text: string): number | null => (text === "∅" || text === "" ? null : Number(text));

/** What a name on an axis stands for, as its column is compared. */
function keyOfName(name: string, column: KeyColumn | undefined): KeyValue {
  switch (column?.as) {
    case "number":
      return numberOf(name);
    case "instant":
      return name === "∅" ? null : Date.parse(name);
    case "hour":
    case "weekday":
    case "text":
    case undefined:
      return name;
  }
}

const keysOf = (node: { readonly info: { readonly frames?: readonly FigureFrame[] } }): readonly KeyColumn[] =>
  node.info.frames?.[0]?.keys ?? [];

export const chartMarkId = (series: ChartSeries | undefined, x: number): string => JSON.stringify([series?.name, x]);

/** One bar or point; without a series, everything at one x. */
export function chartMark(node: ChartNode, series: ChartSeries | undefined, x: number): Mark | undefined {
  const columns = keysOf(node);
  const [first] = columns;
  if (first === undefined) return undefined;
  const at = node.x.type === "category" ? keyOfName(node.categories?.[x] ?? "", first) : x;
  const parts =
    series === undefined || series.role !== undefined ? [] : columns.length === 1 ? [] : (series.of ?? [series.name]);
  const names = [nameOfX(node, x), ...(parts.length === 0 ? [] : [series?.name ?? ""])];
  return {
    id: chartMarkId(series, x),
    name: names.map(n => (n === "" ? "(empty)" : n)).join(", "),
    width: 1 + parts.length,
    keys: [[at, ...parts]],
  };
}

export function pieMark(node: PieNode, index: number): Mark | undefined {
  const [column] = keysOf(node);
  const slice = node.slices[index];
  if (column === undefined || slice === undefined) return undefined;
  const key = (name: string): readonly KeyValue[] => [keyOfName(name, column)];
  const name = slice.name === "" ? "(empty)" : slice.name;
  const common = { id: JSON.stringify([slice.name]), name, width: 1 };
  if (slice.rest !== true) return { ...common, keys: [key(slice.name)] };
  return { ...common, isRest: true, keys: node.slices.filter(s => s.rest !== true).map(s => key(s.name)) };
}

export function heatmapMark(node: HeatmapNode, x: number, y: number): Mark | undefined {
  const [first, second] = keysOf(node);
  const [xName, yName] = [node.x.names[x], node.y.names[y]];
  if (first === undefined || second === undefined || xName === undefined || yName === undefined) return undefined;
  const names = [yName, first.as === "hour" ? `${xName}:00–${xName}:59` : xName];
  return {
    id: JSON.stringify([xName, yName]),
    name: names.map(n => (n === "" ? "(empty)" : n)).join(", "),
    width: 2,
    keys: [
      [first.as === "hour" ? x : keyOfName(xName, first), second.as === "weekday" ? y + 1 : keyOfName(yName, second)],
    ],
  };
}

/** One place or a cluster; `undefined` where the figure cannot say which rows it is of. */
export function placesMark(node: MapNode, places: readonly number[], name: string): Mark | undefined {
  const columns = keysOf(node);
  const found = places.map(i => node.places[i]);
  if (columns.length === 0 || found.some(p => p?.keys === undefined)) return undefined;
  return {
    id: JSON.stringify(found.map(p => [p?.latitude, p?.longitude, p?.colour])),
    name,
    width: columns.length,
    keys: found.flatMap(p => p?.keys ?? []),
  };
}

/** The conditions of several marks of one frame; marks of different kinds cannot be chosen together. */
export function filtersOfMarks(marks: readonly Mark[], frame: FigureFrame): readonly RowFilter[] {
  const [first] = marks;
  const columns = frame.keys?.slice(0, first?.width) ?? [];
  if (first === undefined || columns.length === 0) return [];
  return [{ op: first.isRest === true ? "none-of" : "one-of", columns, keys: marks.flatMap(m => m.keys) }];
}

export const canStandTogether = (a: Mark, b: Mark): boolean =>
  a.width === b.width && a.isRest !== true && b.isRest !== true;
