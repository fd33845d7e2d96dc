/** `frame.plot`: figures of a frame. */
import { HuntError } from "../../base/error.js";
import { uniteCompleteness } from "../../base/completeness.js";
import {
  toView,
  type ChartNode,
  type FigureNode,
  type HeatmapNode,
  type MapNode,
  type PieNode,
  type ProcessTreeNode,
  type TimelineNode,
} from "../../view/index.js";
import type { Frame } from "../frame.js";
import type { PendingFrame } from "../pending.js";
import { timeColumn } from "./columns.js";
import { filtersFor, frameId, linkedFigure, noteSelection, withLinks, withNarrowed } from "./links.js";
import { findRowNumbers, readPage } from "./rows.js";
import { buildChart, buildHeatmap, chartLinks, heatmapLinks, type ChartOptions, type HeatmapOptions } from "./chart.js";
import type { PlotHost, ProcessTreeOptions } from "./host.js";
import { buildMap, mapLinks, type MapOptions } from "./map.js";
import { Plotted } from "./plotted.js";
import { buildTimeline, type TimelineInput, type TimelineOptions, type TimelineSeries } from "./timeline.js";

/** The node of a timeline that answers zooms, rows and choices for as long as its frames live. */
async function liveTimeline(
  host: PlotHost,
  inputs: readonly TimelineInput[],
  options: TimelineOptions,
): Promise<TimelineNode> {
  const figure = await buildTimeline(host, { inputs, options });
  const held = inputs.map(({ frame, ...series }) => ({ frame: new WeakRef(frame), series }));
  const id = host.live.register(async request => {
    const alive = held.flatMap(h => {
      const frame = h.frame.deref();
      return frame === undefined || frame.closed ? [] : [{ ...h.series, frame }];
    });
    const [first] = alive;
    if (first === undefined || alive.length < held.length) return { type: "gone" };
    const frames = alive.map(a => a.frame);
    switch (request.type) {
      case "select":
        noteSelection(frames, request.narrowing);
        return { type: "noted" };
      case "rows": {
        const { query } = first.frame.provenance;
        const { columns } = first.frame;
        const page = await readPage(host, first.frame, request);
        return { type: "rows", ...page, columns, ...(query === undefined ? {} : { query }) };
      }
      case "zoom":
      case "narrow": {
        const range =
          request.type === "zoom" ? { startMs: Number(request.startMs), endMs: Number(request.endMs) } : undefined;
        return withNarrowed(host, frames, request.narrowing, async parts => {
          const narrowed = alive.map((a, i) => ({ ...a, frame: parts[i] ?? a.frame }));
          const asked = { inputs: narrowed, options, ...(range === undefined ? {} : { range }) };
          return { type: "view", view: toView(await buildTimeline(host, asked)) };
        });
      }
      default:
        return { type: "gone" };
    }
  });
  const frames = inputs.map(i => ({ id: frameId(i.frame), column: timeColumn(i.frame, i.time).name }));
  return withLinks(figure, id, frames);
}

/** A timeline of several frames of one session: a row each, or rows of each by `groupBy`. */
export async function plotTimelines(
  series: readonly (TimelineSeries & { readonly frame: Frame | PendingFrame })[],
  options: Omit<TimelineOptions, keyof TimelineSeries> = {},
): Promise<Plotted<TimelineNode>> {
  const inputs: TimelineInput[] = [];
  for (const s of series) inputs.push({ ...s, frame: await s.frame });
  const [first] = inputs;
  if (first === undefined) throw new HuntError("view/no-values", "a timeline needs at least one frame");
  const foreign = inputs.find(i => i.frame.storeId !== first.frame.storeId);
  if (foreign !== undefined) throw new HuntError("frame/foreign-session", "these frames belong to different sessions");
  const host = first.frame.plotHost;
  const figure = await liveTimeline(host, inputs, options);
  return new Plotted(figure, {
    completeness: uniteCompleteness(inputs.map(i => i.frame.completeness)),
    ports: host.ports,
  });
}

/** The time axis of a tree, where the frame has one under a usual name. */
function axisOf(frame: Frame): { readonly column?: string } {
  const time = frame.columns.find(c => c.type === "datetime" && /^(TimeGenerated|Timestamp)$/.test(c.name));
  return time === undefined ? {} : { column: time.name };
}

/**
 * Figures of a frame. Each method reads the frame once, with what DuckDB can count counted there, and gives a figure that
 * can be shown, saved as SVG or PNG, or read as plain data.
 *
 * @throws HuntError `frame/unknown-column`, `view/column-type`, `view/no-…` (each says which columns would fit)
 */
export class Plots {
  readonly #frame: () => Promise<Frame>;

  constructor(frame: () => Promise<Frame>) {
    this.#frame = frame;
  }

  /**
   * Events on a time axis: in rows by `groupBy`, coloured by `color`, as spans up to `end`, or at heights of `value`.
   * @example await signins.plot.timeline({ groupBy: "UserPrincipalName", color: "Result" })
   */
  async timeline(options: TimelineOptions = {}): Promise<Plotted<TimelineNode>> {
    const { title, kind, references, maxEvents, ...series } = options;
    const rest = { title, kind, references, maxEvents };
    const given = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined)) as TimelineOptions;
    return plotTimelines([{ ...series, frame: await this.#frame() }], given);
  }

  /**
   * Processes by who started whom, from Windows 4688 events, Sysmon, auditd, Defender, or any table by a mapping.
   * @example await processes.plot.processTree({ around: "rundll32" })
   */
  async processTree(options: ProcessTreeOptions = {}): Promise<Plotted<ProcessTreeNode>> {
    const frame = await this.#frame();
    const build = frame.plotHost.ports.processTree;
    if (build === undefined)
      throw new HuntError(
        "view/no-process-tree",
        "this frame store was opened without a session, which builds process trees",
        {
          hint: "open it through createSession",
        },
      );
    const held = new WeakRef(frame);
    const live = frame.plotHost.live.register(async request => {
      const alive = held.deref();
      if (alive === undefined || alive.closed) return { type: "gone" };
      switch (request.type) {
        case "branch":
          return { type: "view", view: toView(await build(alive, { ...options, branch: Number(request.row) })) };
        case "select":
          noteSelection([alive], request.narrowing);
          return { type: "noted" };
        case "narrow": {
          const filters = filtersFor(alive, request.narrowing);
          const only = await findRowNumbers(alive.plotHost, alive, filters);
          return { type: "view", view: toView(await build(alive, { ...options, only })) };
        }
        case "search": {
          const search = String(request.text).slice(0, 1000);
          return { type: "view", view: toView(await build(alive, { ...options, search, maxRows: 2000 })) };
        }
        default:
          return { type: "gone" };
      }
    });
    return this.#plotted(
      frame,
      withLinks(await build(frame, options), live, [{ id: frameId(frame), ...axisOf(frame) }]),
    );
  }

  /**
   * A world map of places: from coordinates, or from addresses. Journeys by `pathBy`.
   * @example await signins.plot.map({ color: "Result", pathBy: "UserPrincipalName" })
   */
  async map(options: MapOptions = {}): Promise<Plotted<MapNode>> {
    const frame = await this.#frame();
    return this.#plotted(
      frame,
      await linkedFigure(
        frame,
        f => buildMap(frame.plotHost, f, options),
        () => mapLinks(frame, options),
      ),
    );
  }

  /**
   * Lines, areas, columns, bars, a pie or points.
   * @example await counts.plot.chart({ kind: "time", stack: "stacked" })
   */
  async chart(options: ChartOptions = {}): Promise<Plotted<ChartNode | PieNode>> {
    const frame = await this.#frame();
    const build = (f: Frame) => buildChart(frame.plotHost, f, options);
    return this.#plotted(frame, await linkedFigure(frame, build, () => chartLinks(frame, options)));
  }

  /**
   * Counts (or sums) of two columns as a grid of shades; `punchCard` draws days by hours.
   * @example await signins.plot.heatmap({ punchCard: "TimeGenerated" })
   */
  async heatmap(options: HeatmapOptions = {}): Promise<Plotted<HeatmapNode>> {
    const frame = await this.#frame();
    return this.#plotted(
      frame,
      await linkedFigure(
        frame,
        f => buildHeatmap(frame.plotHost, f, options),
        () => heatmapLinks(frame, options),
      ),
    );
  }

  #plotted<F extends FigureNode>(frame: Frame, figure: F): Plotted<F> {
    return new Plotted(figure, { completeness: frame.completeness, ports: frame.plotHost.ports });
  }
}
