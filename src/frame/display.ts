/** Frame → view: what a notebook, a report and a terminal show of it. */
import { HuntError, isHuntError } from "../base/error.js";
import type { MimeBundle } from "../base/port.js";
import { renderHtml, renderText, toView, viewMime, type FigureNode, type View, type ViewNode } from "../view/index.js";
import type { Visualization } from "../kql/api.js";
import type { Provenance } from "./api.js";
import { completenessBanner } from "./banner.js";
import { toCell } from "./cells.js";
import type { Frame, FrameCore } from "./frame.js";
import { buildChart, canRender, chartLinks, renderOptions, valueColumns, type ChartOptions } from "./plot/chart.js";
import { numberTypes } from "./plot/columns.js";
import type { MapOptions } from "./plot/map.js";
import { figureBundle } from "./plot/plotted.js";
import { readPage } from "./plot/rows.js";
import { frameId, linkedFigure, noteSelection } from "./plot/links.js";
import { plotTimelines } from "./plot/plots.js";
import { formatDatetimeMicros } from "./time-text.js";

/** Says what "now" meant, when the answer depends on it and it was not the system's clock. */
function clockNote(provenance: Provenance): ViewNode | undefined {
  if (!provenance.clockDependent || provenance.clock === "system") return undefined;
  const now = formatDatetimeMicros(BigInt(Math.trunc(provenance.ranAtMs)) * 1000n);
  return { kind: "text", look: "faint", text: `now() is pinned to ${now}` };
}

/** A handle by which a front end can ask for other rows, for as long as the frame lives. */
function liveRows(frame: FrameCore): string {
  const { plotHost } = frame;
  const held = new WeakRef(frame);
  return plotHost.live.register(async request => {
    const alive = held.deref() as Frame | undefined;
    if (alive === undefined || alive.closed) return { type: "gone" };
    if (request.type === "select") {
      noteSelection([alive], request.narrowing);
      return { type: "noted" };
    }
    if (request.type !== "rows") return { type: "gone" };
    return { type: "rows", ...(await readPage(plotHost, alive, request)) };
  });
}

/** Longer queries are not carried along with every table. */
const queryLength = 10_000;

function queryOf({ provenance }: FrameCore): { readonly query?: string } {
  const { query } = provenance;
  return query === undefined || query.length > queryLength ? {} : { query };
}

async function tableParts(frame: FrameCore, limit: number): Promise<readonly ViewNode[]> {
  const chunks = await frame.values(0, limit);
  const rows = chunks.flatMap(chunk =>
    Array.from({ length: chunk[0]?.length ?? 0 }, (_, r) =>
      frame.columns.map((column, i) => toCell(column, chunk[i]?.[r] ?? null)),
    ),
  );
  const live = frame.columns.length === 0 ? {} : { live: liveRows(frame), frame: frameId(frame) };
  const parts: (ViewNode | undefined)[] = [
    completenessBanner(frame.completeness),
    { kind: "table", columns: frame.columns, rows, total: frame.rowCount, ...live, ...queryOf(frame) },
    clockNote(frame.provenance),
  ];
  return parts.filter(p => p !== undefined);
}

/** The frame's first rows as a view: banner, table, clock note; of each result, when the query has several. */
export async function frameView(frame: FrameCore, limit: number, alone = false): Promise<View> {
  const show = (result: FrameCore): Promise<readonly ViewNode[]> => tableParts(result, limit);
  const parts = alone ? await show(frame) : await eachResult(frame, show);
  return toView({ kind: "group", children: parts });
}

/** What is shown of each result of the frame's query, under its name when there are several. */
async function eachResult(
  frame: FrameCore,
  show: (frame: FrameCore) => Promise<readonly ViewNode[]>,
): Promise<readonly ViewNode[]> {
  const { results } = frame;
  if (results.length === 1) return show(frame);
  const parts: ViewNode[] = [];
  for (const [i, result] of results.entries()) {
    const name = result.name === undefined ? "" : `: ${result.name}`;
    parts.push({ kind: "heading", level: 3, text: `Result ${i + 1} of ${results.length}${name}` });
    parts.push(...(await show(result)));
  }
  return parts;
}

type Rendered = { readonly figures: readonly FigureNode[] } | ViewNode | string | undefined;

/** What the query's `render` asked for; a sentence where it cannot be drawn. */
async function rendered(frame: FrameCore): Promise<Rendered> {
  const { visualization } = frame;
  if (visualization === undefined || visualization.kind === "table") return undefined;
  try {
    return await drawRender(frame as Frame, visualization);
  } catch (error) {
    if (isHuntError(error) && error.code.startsWith("view/"))
      return `'render ${visualization.kind}' could not be drawn: ${error.message}`;
    throw error;
  }
}

/** https://learn.microsoft.com/kusto/query/render-operator */
async function drawRender(frame: Frame, visualization: Visualization): Promise<Rendered> {
  const { kind, properties } = visualization;
  const titled = properties["title"] === undefined ? {} : { title: properties["title"] };
  if (kind === "card") return cardOf(frame, titled);
  if (kind === "timepivot") return { figures: [(await plotTimelines([{ frame }], titled)).figure] };
  if (kind === "ladderchart")
    return { figures: [(await plotTimelines([{ frame, ...ladderOf(frame) }], titled)).figure] };
  if (properties["kind"] === "map" && (kind === "scatterchart" || kind === "piechart"))
    return { figures: [(await frame.plot.map({ ...titled, ...mapOf(frame, kind) })).figure] };
  if (!canRender(visualization)) return `'render ${kind}' is not drawn: here are the rows`;
  const options = renderOptions(visualization);
  const draw = (given: ChartOptions): Promise<FigureNode> =>
    linkedFigure(
      frame,
      f => buildChart(frame.plotHost, f, given),
      () => chartLinks(frame, given),
    );
  const whole = await draw(options);
  const split = properties["ysplit"];
  const values = split === "panels" || split === "axes" ? valueColumns(frame, options) : [];
  if (values.length < 2) return { figures: [whole] };
  const figures: FigureNode[] = [];
  for (const y of values)
    figures.push(await draw({ ...options, y, title: [titled.title, y].filter(t => t !== undefined).join(": ") }));
  return { figures };
}

/** The first row as names and values. */
async function cardOf(frame: Frame, { title }: { readonly title?: string }): Promise<ViewNode> {
  const [chunk] = await frame.values(0, 1);
  const entries = frame.columns.map((column, i) => ({
    key: column.name,
    value: toCell(column, chunk?.[i]?.[0] ?? null),
  }));
  const more = frame.rowCount > 1 ? [`the first of ${frame.rowCount.toLocaleString("en-US")} rows`] : [];
  const banner = completenessBanner(frame.completeness);
  return {
    kind: "group",
    children: [
      ...(title === undefined ? [] : [{ kind: "heading", level: 3, text: title } as const]),
      ...(banner === undefined ? [] : [banner]),
      frame.rowCount === 0 ? { kind: "text", look: "faint", text: "nothing to show" } : { kind: "keyValue", entries },
      ...more.map(text => ({ kind: "text", look: "faint", text }) as const),
    ],
  };
}

/** The last two columns are begin and end; the first other one names the rows. */
function ladderOf({ columns }: Frame): { readonly time?: string; readonly end?: string; readonly groupBy?: string } {
  const [time, end] = columns.slice(-2);
  if (time?.type !== "datetime" || end?.type !== "datetime")
    throw new HuntError("view/no-time-column", "a ladder chart needs two datetime columns at the end: begin and end", {
      hint: "| project Name, StartTime, EndTime",
    });
  const [group] = columns.slice(0, -2);
  return { time: time.name, end: end.name, ...(group === undefined ? {} : { groupBy: group.name }) };
}

/** Longitude and latitude come first, then what colours and what counts. */
function mapOf({ columns }: Frame, kind: string): MapOptions {
  const [longitude, latitude, ...rest] = columns;
  const color = rest.find(c => c.type === "string" || c.type === "bool");
  const size = kind === "piechart" ? rest.find(c => numberTypes.includes(c.type)) : undefined;
  return {
    ...(longitude === undefined || latitude === undefined
      ? {}
      : { longitude: longitude.name, latitude: latitude.name }),
    ...(color === undefined ? {} : { color: color.name, label: color.name }),
    ...(size === undefined ? {} : { size: size.name }),
  };
}

/** A table, or what its query asked to be drawn with the rows below it. */
async function shownParts(frame: FrameCore, limit: number, figures: FigureNode[]): Promise<readonly ViewNode[]> {
  const drawn = await rendered(frame);
  const parts = await tableParts(frame, limit);
  if (drawn === undefined) return parts;
  if (typeof drawn === "string") return [{ kind: "text", look: "faint", text: drawn }, ...parts];
  const shown = "figures" in drawn ? drawn.figures : [drawn];
  if ("figures" in drawn) figures.push(...drawn.figures);
  const rows = parts.filter(p => p.kind !== "banner");
  const summary = "figures" in drawn ? "Rows of the chart" : "Rows";
  return [...shown, { kind: "details", summary, children: rows }];
}

/** The MIME bundle of a frame: of each result of its query the table, or the chart it asked for. */
export async function displayFrame(frame: FrameCore, limit: number): Promise<MimeBundle> {
  const figures: FigureNode[] = [];
  const view = toView({ kind: "group", children: await eachResult(frame, f => shownParts(f, limit, figures)) });
  const [figure] = figures;
  if (figure !== undefined && frame.results.length === 1) return figureBundle(view, figure, frame.plotHost.ports);
  return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
}
