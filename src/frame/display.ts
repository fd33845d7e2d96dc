/** Frame → view: what a notebook, a report and a terminal show of it. */
import { isHuntError } from "../base/error.js";
import type { MimeBundle } from "../base/port.js";
import { renderHtml, renderText, toView, viewMime, type FigureNode, type View, type ViewNode } from "../view/index.js";
import type { Provenance } from "./api.js";
import { completenessBanner } from "./banner.js";
import { toCell } from "./cells.js";
import type { Frame, FrameCore } from "./frame.js";
import { buildChart, canRender, chartLinks, renderOptions } from "./plot/chart.js";
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

/** What the query's `render` asked for; a note where it cannot be drawn. */
async function rendered(frame: FrameCore): Promise<FigureNode | string | undefined> {
  const { visualization } = frame;
  if (visualization === undefined || visualization.kind === "table") return undefined;
  const title = visualization.properties["title"];
  try {
    if (visualization.kind === "timepivot")
      return (await plotTimelines([{ frame: frame as Frame }], title === undefined ? {} : { title })).figure;
    if (!canRender(visualization)) return `'render ${visualization.kind}' is not drawn yet: here are the rows`;
    const options = renderOptions(visualization);
    const build = (f: Frame) => buildChart(frame.plotHost, f, options);
    return await linkedFigure(frame as Frame, build, () => chartLinks(frame as Frame, options));
  } catch (error) {
    if (isHuntError(error) && error.code.startsWith("view/"))
      return `'render ${visualization.kind}' could not be drawn: ${error.message}`;
    throw error;
  }
}

/** A table, or the chart its query asked for with the rows below it. */
async function shownParts(frame: FrameCore, limit: number, figures: FigureNode[]): Promise<readonly ViewNode[]> {
  const figure = await rendered(frame);
  const parts = await tableParts(frame, limit);
  if (typeof figure === "object") {
    figures.push(figure);
    const rows = parts.filter(p => p.kind !== "banner");
    return [figure, { kind: "details", summary: `Rows of the chart`, children: rows }];
  }
  return figure === undefined ? parts : [{ kind: "text", look: "faint", text: figure }, ...parts];
}

/** The MIME bundle of a frame: of each result of its query the table, or the chart it asked for. */
export async function displayFrame(frame: FrameCore, limit: number): Promise<MimeBundle> {
  const figures: FigureNode[] = [];
  const view = toView({ kind: "group", children: await eachResult(frame, f => shownParts(f, limit, figures)) });
  const [figure] = figures;
  if (figure !== undefined && frame.results.length === 1) return figureBundle(view, figure, frame.plotHost.ports);
  return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
}
