/**
 * The one front-end module of views: `render({ model, el, host })` draws a view into an element. Hosts: our Lab's renderer
 * of `application/vnd.huntbook.view+json`, anywidget front ends (default export), test pages.
 */
import { html } from "../../view/html.js";
import { parseView } from "../../view/parse.js";
import { figureFrame, renderFragment, renderTable } from "../../view/render-html.js";
import { viewStyle } from "../../view/style.js";
import { isFigure, type FigureNode } from "../../view/figure/model.js";
import { figureTable } from "../../view/figure/figure-table.js";
import { isEmptyFigure } from "../../view/figure/picture.js";
import type { Content, TableNode, View, ViewNode } from "../../view/view.js";
import type { LiveReply, LiveRequest } from "../../view/live.js";
import { ChartView } from "./chart.js";
import { el as element, fill } from "./dom.js";
import { GridView } from "./grid.js";
import type { Place, ViewHost } from "./host.js";
import { MapFigure } from "./map.js";
import { PartsView } from "./parts.js";
import { webStyle } from "./style.js";
import { TimelineView } from "./timeline.js";
import { TreeView } from "./tree.js";

export type { LiveReply, LiveRequest, ViewHost };

export interface RenderParts {
  /** A view as it travels; checked before it is drawn. */
  readonly model: unknown;
  readonly el: HTMLElement;
  readonly host?: ViewHost;
}

/** Tables this small are easier to read without a frame of their own. */
const stillRows = 12;

function figureElement(node: FigureNode, place: Place): HTMLElement {
  switch (node.kind) {
    case "timeline":
      return new TimelineView(node, place).element;
    case "processTree":
      return new TreeView(node, place).element;
    case "map":
      return new MapFigure(node, place).element;
    case "chart":
      return new ChartView(node, place).element;
    case "pie":
    case "heatmap":
      return new PartsView(node, place).element;
  }
}

/** Title, warning and caption by the static renderer; the drawing in their midst is ours. */
function drawFigureNode(node: FigureNode, place: Place): HTMLElement {
  const holder = element("div");
  if (isEmptyFigure(node)) {
    fill(holder, renderFragment(node));
    return holder;
  }
  fill(holder, figureFrame(node, html`<div class="hb-drawing"></div>`, "inline"));
  holder.querySelector(".hb-drawing")?.replaceWith(figureElement(node, place));
  if (node.kind !== "processTree") holder.append(numbers(node));
  return holder;
}

/** The numbers as a table, made when it is opened. */
function numbers(node: FigureNode): HTMLElement {
  const details = element("details", { class: "hb-numbers" }, element("summary", {}, "Show as a table"));
  const body = element("div");
  details.append(body);
  details.addEventListener("toggle", () => {
    if (details.open && body.childElementCount === 0) fill(body, renderTable(figureTable(node), "inline"));
  });
  return details;
}

const isLarge = (node: TableNode): boolean =>
  node.rows.length > stillRows || (node.total ?? 0) > node.rows.length || node.live !== undefined;

function draw(content: Content, place: Place): HTMLElement {
  const node: ViewNode = typeof content === "string" ? { kind: "text", text: content } : content;
  if (isFigure(node)) return drawFigureNode(node, place);
  switch (node.kind) {
    case "table": {
      if (!isLarge(node)) break;
      const caption = node.caption === undefined ? undefined : element("div", { class: "hb-caption" }, node.caption);
      return element("div", {}, new GridView(node, place).element, caption);
    }
    case "group":
      return element(
        "div",
        { class: node.direction === "row" ? "hb-row" : "hb-column" },
        ...node.children.map(c => draw(c, place)),
      );
    case "details": {
      const details = element("details", {}, element("summary", {}, node.summary));
      details.open = node.open === true;
      // Drawn when opened: what is closed has no width.
      const open = (): void => {
        if (details.childElementCount === 1) details.append(...node.children.map(c => draw(c, place)));
      };
      if (details.open) open();
      else details.addEventListener("toggle", open, { once: true });
      return details;
    }
    default:
      break;
  }
  const holder = element("div");
  fill(holder, renderFragment(node));
  return (holder.firstElementChild as HTMLElement | null) ?? holder;
}

/**
 * Draws a view; gives a function that takes it away again. What is no view is refused with a line that says so.
 */
export function render({ model, el, host = {} }: RenderParts): () => void {
  const ending = new AbortController();
  const style = document.createElement("style");
  style.textContent = `${viewStyle}\n${webStyle}`;
  const root = element("div", { class: "hb-view" });
  root.append(style);
  try {
    const view: View = parseView(model);
    root.append(draw(view.root, { host, signal: ending.signal }));
  } catch (error) {
    root.append(
      element(
        "div",
        { class: "hb-banner hb-bad", role: "note" },
        error instanceof Error ? error.message : String(error),
      ),
    );
  }
  el.replaceChildren(root);
  return () => {
    ending.abort();
    root.remove();
  };
}

/** The part of anywidget's model that is used here (anywidget.dev, "Anywidget Front-End Module"). */
interface WidgetModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, callback: (content: unknown) => void): void;
  off(event: string, callback: (content: unknown) => void): void;
}

/** Requests as custom messages `{ id, request }`; replies come as `{ id, reply }`. */
function widgetHost(model: WidgetModel): { readonly host: ViewHost; readonly close: () => void } {
  const waiting = new Map<number, (reply: LiveReply) => void>();
  let count = 0;
  const receive = (content: unknown): void => {
    const { id, reply } = (content ?? {}) as { readonly id?: number; readonly reply?: LiveReply };
    const done = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || done === undefined || reply === undefined) return;
    waiting.delete(id);
    done(reply);
  };
  model.on("msg:custom", receive);
  const request = (asked: LiveRequest): Promise<LiveReply> =>
    new Promise(resolve => {
      const id = (count += 1);
      waiting.set(id, resolve);
      model.send({ id, request: asked });
      setTimeout(() => {
        if (waiting.delete(id)) resolve({ type: "gone" });
      }, 30_000);
    });
  return { host: { request }, close: () => model.off("msg:custom", receive) };
}

/** anywidget's contract: the model's `view` holds the view. */
export const widget = {
  render({ model, el }: { readonly model: WidgetModel; readonly el: HTMLElement }): () => void {
    const { host, close } = widgetHost(model);
    const end = render({ model: model.get("view"), el, host });
    return () => {
      end();
      close();
    };
  },
};
export { widget as default };
