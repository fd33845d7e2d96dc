/** Views of one frame that follow each other: what is chosen in one narrows the others, and the kernel knows it. */
import { HuntError } from "../../base/error.js";
import { uniteCompleteness, type Completeness } from "../../base/completeness.js";
import { displaySymbol, type Displayable, type MimeBundle } from "../../base/port.js";
import {
  isFigure,
  renderHtml,
  renderText,
  toView,
  viewMime,
  type FigureNode,
  type View,
  type ViewNode,
} from "../../view/index.js";
import { Frame } from "../frame.js";
import type { PendingFrame } from "../pending.js";
import type { PlotHost } from "./host.js";
import { figureBundle, Plotted } from "./plotted.js";

type Part = Plotted | Frame | PendingFrame;

/** Several views in one output, below each other. */
export class LinkedViews implements Displayable {
  readonly view: View;
  readonly completeness: Completeness;
  readonly #ports: PlotHost["ports"];

  constructor(nodes: readonly ViewNode[], completeness: Completeness, ports: PlotHost["ports"]) {
    this.view = toView({ kind: "group", children: nodes });
    this.completeness = completeness;
    this.#ports = ports;
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const { view } = this;
    const figure = view.root.kind === "group" ? view.root.children.find(isShownFigure) : undefined;
    if (figure !== undefined) return figureBundle(view, figure, this.#ports);
    return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
  }

  toString(): string {
    return renderText(this.view);
  }
}

const isShownFigure = (content: string | ViewNode): content is FigureNode =>
  typeof content === "object" && isFigure(content);

/**
 * Figures and tables in one output. Those of the same frame follow each other: the range that a timeline is zoomed to and the
 * filters of a grid narrow the others; `await frame.selected()` gives the rows that are chosen.
 * @throws HuntError `view/no-values` for an empty list
 * @example
 * await linked([signins.plot.timeline({ color: "Result" }), signins.plot.map(), signins]);
 */
export async function linked(parts: readonly (Part | Promise<Part>)[]): Promise<LinkedViews> {
  const nodes: ViewNode[] = [];
  const known: Completeness[] = [];
  let ports: PlotHost["ports"] = {};
  for (const given of parts) {
    const part = await given;
    if (!(part instanceof Plotted) && !(part instanceof Frame))
      throw new HuntError("view/no-values", "linked views are figures of frames, or frames", {
        hint: "linked([frame.plot.timeline(), frame])",
      });
    const view = part instanceof Plotted ? part.view : await (part as Frame).view({ limit: 20 });
    if (part instanceof Frame) ports = (part as Frame).plotHost.ports;
    else ports = { ...ports, ...part.ports };
    nodes.push(...(view.root.kind === "group" ? view.root.children.map(asNode) : [view.root]));
    known.push(part.completeness);
  }
  if (nodes.length === 0)
    throw new HuntError("view/no-values", "there is nothing to link", {
      hint: "linked([frame.plot.timeline(), frame])",
    });
  return new LinkedViews(nodes, uniteCompleteness(known), ports);
}

const asNode = (content: string | ViewNode): ViewNode =>
  typeof content === "string" ? { kind: "text", text: content } : content;
