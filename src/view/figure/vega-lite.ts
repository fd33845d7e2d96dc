/** Charts → Vega-Lite 5, which JupyterLab and VS Code draw interactively, also in notebooks that are not trusted. */
import { nameOfX } from "./marks.js";
import type { ChartNode, FigureNode, HeatmapNode, PieNode, TimelineNode } from "./model.js";

/** JupyterLab 4 registers versions 3 to 5; a newer one would fall back to the picture. */
export const vegaLiteMime = "application/vnd.vegalite.v5+json";
const schema = "https://vega.github.io/schema/vega-lite/v5.json";

/** More values than this are left to the picture: each costs about 60 bytes in every saved copy. */
const mostValues = 5000;
/** Nor are longer specifications saved: names of hundreds of characters stand in every value. */
const mostCharacters = 500_000;

type Spec = Readonly<Record<string, unknown>>;

const frame = (info: FigureNode["info"], spec: Spec): Spec => ({
  $schema: schema,
  ...(info.title === undefined ? {} : { title: info.title }),
  ...(info.source === undefined ? {} : { description: info.source }),
  width: "container",
  ...spec,
});

const marks: Readonly<Record<ChartNode["mark"], Spec>> = {
  line: { type: "line", tooltip: true },
  area: { type: "area", opacity: 0.5, line: true, tooltip: true },
  column: { type: "bar", tooltip: true },
  bar: { type: "bar", tooltip: true },
  scatter: { type: "point", filled: true, tooltip: true },
};

function chartSpec(node: ChartNode): Spec | undefined {
  const count = node.series.reduce((n, s) => n + s.x.length, 0);
  if (count > mostValues) return undefined;
  const value = (x: number): string | number =>
    node.x.type === "time" ? new Date(x).toISOString() : node.x.type === "number" ? x : nameOfX(node, x);
  const values = node.series.flatMap(s =>
    s.x.map((x, i) => ({ x: value(x), y: s.y[i] ?? null, series: s.name, role: s.role ?? "" })),
  );
  const type = node.x.type === "time" ? "temporal" : node.x.type === "number" ? "quantitative" : "nominal";
  const across = {
    field: "x",
    type,
    title: node.x.type === "time" ? "UTC" : (node.x.title ?? null),
    ...(type === "temporal" ? { scale: { type: "utc" } } : {}),
    ...(type === "nominal" ? { sort: null } : {}),
    ...(type === "quantitative" && node.x.scale === "log" ? { scale: { type: "log" } } : {}),
  };
  const up = {
    field: "y",
    type: "quantitative",
    title: node.y.title ?? null,
    stack: node.stack === "none" ? null : node.stack === "full" ? "normalize" : "zero",
    ...(node.y.scale === "log" ? { scale: { type: "log" } } : {}),
  };
  const grouped = node.stack === "none" && node.series.length > 1 && node.x.type === "category";
  const bars = node.mark === "bar";
  const base = {
    ...(bars ? { y: across, x: up } : { x: across, y: up }),
    color: {
      field: "series",
      type: "nominal",
      title: null,
      sort: null,
      ...(node.series.length > 1 ? {} : { legend: null }),
    },
    ...(grouped ? { [bars ? "yOffset" : "xOffset"]: { field: "series", sort: null } } : {}),
  };
  const layers = [
    { transform: [{ filter: "datum.role === ''" }], mark: marks[node.mark], encoding: base },
    ...(node.series.some(s => s.role === "baseline")
      ? [
          {
            transform: [{ filter: "datum.role === 'baseline'" }],
            mark: { type: "line", strokeDash: [5, 3] },
            encoding: base,
          },
        ]
      : []),
    ...(node.series.some(s => s.role === "anomaly")
      ? [
          {
            transform: [{ filter: "datum.role === 'anomaly'" }],
            mark: { type: "point", size: 90, shape: "diamond", tooltip: true },
            encoding: base,
          },
        ]
      : []),
  ];
  return frame(node.info, {
    height: bars ? { step: 20 } : 260,
    data: { values },
    ...(layers.length === 1 ? { mark: marks[node.mark], encoding: base } : { layer: layers }),
  });
}

function pieSpec(node: PieNode): Spec {
  return frame(node.info, {
    height: 220,
    data: { values: node.slices },
    mark: { type: "arc", innerRadius: 60, tooltip: true },
    encoding: {
      theta: { field: "value", type: "quantitative" },
      color: { field: "name", type: "nominal", title: null, sort: null },
    },
  });
}

function heatSpec(node: HeatmapNode): Spec | undefined {
  if (node.x.names.length * node.y.names.length > mostValues) return undefined;
  const values = node.values.flatMap((row, y) =>
    row.map((value, x) => ({ x: node.x.names[x] ?? "", y: node.y.names[y] ?? "", value })),
  );
  return frame(node.info, {
    height: { step: 22 },
    data: { values },
    mark: { type: "rect", tooltip: true },
    encoding: {
      x: { field: "x", type: "nominal", sort: null, title: node.x.title ?? null },
      y: { field: "y", type: "nominal", sort: null, title: node.y.title ?? null },
      color: { field: "value", type: "quantitative", title: node.valueTitle },
    },
  });
}

function timelineSpec(node: TimelineNode): Spec | undefined {
  const events = node.events;
  if (events === undefined || events.offsetMs.length > mostValues) return undefined;
  const valued = events.value !== undefined;
  const values = events.offsetMs.map((offset, i) => ({
    time: new Date(node.startMs + offset).toISOString(),
    row: node.lanes[events.lane[i] ?? 0]?.name ?? "",
    colour: node.colours[events.colour?.[i] ?? 0] ?? "",
    ...(valued ? { value: events.value?.[i] ?? null } : {}),
    ...(events.lastsMs === undefined
      ? {}
      : { end: new Date(node.startMs + offset + (events.lastsMs[i] ?? 0)).toISOString() }),
  }));
  return frame(node.info, {
    height: valued ? 240 : { step: 24 },
    data: { values },
    mark: { type: events.lastsMs === undefined ? "point" : "bar", filled: true, tooltip: true },
    params: [{ name: "range", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
    encoding: {
      x: { field: "time", type: "temporal", title: "UTC", scale: { type: "utc" } },
      ...(events.lastsMs === undefined ? {} : { x2: { field: "end" } }),
      y: valued
        ? { field: "value", type: "quantitative", title: node.valueTitle ?? null }
        : { field: "row", type: "nominal", sort: null, title: null },
      ...(node.colours.length === 0
        ? {}
        : { color: { field: "colour", type: "nominal", title: node.colourTitle ?? null, sort: null } }),
    },
  });
}

/** A specification with its data inside; undefined where Vega-Lite does not fit (trees, maps) or the data are too many or too long. */
export function toVegaLite(node: FigureNode): Spec | undefined {
  const spec = specOf(node);
  return spec !== undefined && JSON.stringify(spec).length <= mostCharacters ? spec : undefined;
}

function specOf(node: FigureNode): Spec | undefined {
  switch (node.kind) {
    case "chart":
      return chartSpec(node);
    case "pie":
      return pieSpec(node);
    case "heatmap":
      return heatSpec(node);
    case "timeline":
      return timelineSpec(node);
    case "processTree":
    case "map":
      return undefined;
  }
}
