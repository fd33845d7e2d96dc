/** A figure's numbers as a table: for those who cannot see it, and where pictures are stripped. */
import { unreachable } from "../../base/error.js";
import type { TableCell, TableNode } from "../view.js";
import type { ChartNode, FigureNode, HeatmapNode, MapNode, ProcessTreeNode, TimelineNode } from "./model.js";
import { instantLabel, spanLabel } from "./ticks.js";
import { baseName } from "./tree-rows.js";

const listed = 100;

const table = (
  columns: TableNode["columns"],
  rows: readonly (readonly TableCell[])[],
  total = rows.length,
): TableNode => ({
  kind: "table",
  columns,
  rows: rows.slice(0, listed),
  total,
});

function timelineTable(node: TimelineNode): TableNode {
  const lane = (i: number): string => node.lanes[i]?.name ?? "";
  const { events, bins } = node;
  const named = node.lanes.length > 1 || node.lanes[0]?.name !== "";
  const rowName = named ? [{ name: "Row", type: "string" as const }] : [];
  if (events !== undefined) {
    const details = events.details;
    const valued = events.value !== undefined;
    const lasting = events.lastsMs !== undefined;
    const rows = events.offsetMs
      .slice(0, listed)
      .map((offset, i): TableCell[] => [
        instantLabel(node.startMs + offset),
        ...(lasting ? [spanLabel(events.lastsMs?.[i] ?? 0)] : []),
        ...(named ? [lane(events.lane[i] ?? 0)] : []),
        ...(valued ? [events.value?.[i] ?? null] : []),
        ...(details?.rows[i] ?? []),
      ]);
    const columns = [
      { name: "Time (UTC)", type: "string" as const },
      ...(lasting ? [{ name: "Lasts", type: "string" as const }] : []),
      ...rowName,
      ...(valued ? [{ name: node.valueTitle ?? "Value", type: "real" as const }] : []),
      ...(details?.columns ?? []).map(name => ({ name, type: "string" as const })),
    ];
    return table(columns, rows, events.offsetMs.length);
  }
  const rows = (bins?.index ?? []).map((index, i): TableCell[] => [
    instantLabel(node.startMs + index * (bins?.widthMs ?? 0)),
    ...(named ? [lane(bins?.lane[i] ?? 0)] : []),
    bins?.count[i] ?? 0,
  ]);
  const largest = rows.sort((a, b) => Number(b.at(-1)) - Number(a.at(-1)));
  const width = spanLabel(bins?.widthMs ?? 0);
  return {
    ...table([{ name: "From (UTC)", type: "string" }, ...rowName, { name: "Events", type: "long" }], largest),
    caption: `spans of ${width} with most events first`,
  };
}

function treeTable(node: ProcessTreeNode): TableNode {
  const rows = node.name
    .slice(0, listed)
    .map((name, i): TableCell[] => [
      node.atMs[i] === null || node.atMs[i] === undefined ? null : instantLabel(node.atMs[i] ?? 0),
      baseName(name),
      node.processId[i] ?? "",
      (node.parent[i] ?? -1) < 0 ? null : (node.processId[node.parent[i] ?? 0] ?? ""),
      node.account[i] ?? "",
      node.commandLine[i] ?? "",
    ]);
  const columns = ["Time (UTC)", "Process", "Id", "Parent", "Account", "Command line"].map(name => ({
    name,
    type: "string" as const,
  }));
  return table(columns, rows, node.name.length);
}

function mapTable(node: MapNode): TableNode {
  const rows: TableCell[][] = [...node.places]
    .sort((a, b) => b.count - a.count)
    .map(p => [p.label, p.count, p.latitude, p.longitude, (p.details ?? []).join("; ")]);
  return table(
    [
      { name: "Place", type: "string" },
      { name: node.unit, type: "long" },
      { name: "Latitude", type: "real" },
      { name: "Longitude", type: "real" },
      { name: "Details", type: "string" },
    ],
    rows,
  );
}

/** What could not be drawn on the map. */
export function unplacedTable(node: MapNode): TableNode | undefined {
  if (node.unplaced.length === 0) return undefined;
  const rows = node.unplaced.map((p): TableCell[] => [p.label, p.count, p.why]);
  return table(
    [
      { name: "Not on the map", type: "string" },
      { name: node.unit, type: "long" },
      { name: "Why", type: "string" },
    ],
    rows,
  );
}

function chartTable(node: ChartNode): TableNode {
  const xs = [...new Set(node.series.flatMap(s => s.x))];
  if (node.x.type !== "category") xs.sort((a, b) => a - b);
  const cell = (x: number): TableCell =>
    node.x.type === "time" ? instantLabel(x) : node.x.type === "number" ? x : (node.categories?.[x] ?? "");
  if (node.mark === "scatter") {
    const points = node.series.flatMap(s => s.x.map((x, i): TableCell[] => [s.name, cell(x), s.y[i] ?? null]));
    return table(
      [{ name: "Series" }, { name: node.x.title ?? "x" }, { name: node.y.title ?? "y", type: "real" }],
      points,
    );
  }
  const maps = node.series.map(s => new Map(s.x.map((x, i) => [x, s.y[i] ?? null])));
  const rows = xs.slice(0, listed).map((x): TableCell[] => [cell(x), ...maps.map(m => m.get(x) ?? null)]);
  const columns = [
    { name: node.x.title ?? (node.x.type === "time" ? "Time (UTC)" : "x"), type: "string" as const },
    ...node.series.map(s => ({ name: s.name === "" ? (node.y.title ?? "Value") : s.name, type: "real" as const })),
  ];
  return table(columns, rows, xs.length);
}

function heatTable(node: HeatmapNode): TableNode {
  const columns = [
    { name: node.y.title ?? "", type: "string" as const },
    ...node.x.names.map(name => ({ name, type: "real" as const })),
  ];
  return table(
    columns,
    node.values.map((row, i): TableCell[] => [node.y.names[i] ?? "", ...row]),
  );
}

/** At most a hundred rows; the caption says how many there are. */
export function figureTable(node: FigureNode): TableNode {
  switch (node.kind) {
    case "timeline":
      return timelineTable(node);
    case "processTree":
      return treeTable(node);
    case "map":
      return mapTable(node);
    case "chart":
      return chartTable(node);
    case "pie":
      return table(
        [
          { name: "Part", type: "string" },
          { name: node.unit ?? "Value", type: "real" },
        ],
        node.slices.map(s => [s.name, s.value]),
      );
    case "heatmap":
      return heatTable(node);
    default:
      return unreachable(node, "figureTable");
  }
}
