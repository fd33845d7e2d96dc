/** Pies and heat maps: redrawn to the width and for what is chosen in other views; slices and cells can be chosen. */
import { drawHeatmap, drawPie, layoutHeatmap, layoutPie, sliceAt } from "../../view/figure/draw-parts.js";
import { filtersOfMarks, heatmapMark, pieMark, type Mark } from "../../view/figure/marks.js";
import type { HeatmapNode, PieNode } from "../../view/figure/model.js";
import { pageTheme } from "../../view/figure/theme.js";
import { el, fill, watchWidth } from "./dom.js";
import type { Place } from "./host.js";
import { Picker, type Pickable } from "./picker.js";
import { choiceText, Link } from "./selection.js";

type PartsNode = PieNode | HeatmapNode;
type Point = { readonly x: number; readonly y: number };

const keysText = "Arrow keys go from part to part; Enter chooses one, Escape gives it back.";

export class PartsView {
  readonly element: HTMLElement;
  readonly #all: PartsNode;
  /** The figure; of the rows that are chosen in other views, when some are. */
  #node: PartsNode;
  readonly #stage = el("div", { class: "hb-stage", tabindex: "0", role: "group" });
  readonly #canvas = el("div");
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #picker: Picker;
  readonly #link: Link;
  #visited = "";
  #followed = "";
  #width = 0;

  constructor(node: PartsNode, place: Place) {
    const { signal } = place;
    this.#all = node;
    this.#node = node;
    this.#stage.append(this.#canvas);
    this.#stage.setAttribute("aria-label", `${node.kind === "pie" ? "Pie chart" : "Heat map"}. ${keysText}`);
    const bar = el("div", { class: "hb-bar" }, this.#status);
    this.element = el("div", {}, bar, this.#stage);
    this.#picker = new Picker(
      {
        stage: this.#stage,
        marks: () => this.#pickables(),
        at: point => this.#markAt(point),
        onPick: marks => {
          this.#link.choose(this.#picker.label, f => filtersOfMarks(marks, f));
          this.#draw();
        },
        onVisit: mark => {
          this.#visited = mark.name;
          this.#say();
        },
        next: ["ArrowRight", "ArrowDown"],
        before: ["ArrowLeft", "ArrowUp"],
      },
      signal,
    );
    this.#link = this.#follow(place);
    bar.insertBefore(this.#link.clear, this.#status);
    watchWidth(this.#stage, signal, width => {
      this.#width = width;
      this.#draw();
    });
  }

  #follow(place: Place): Link {
    const { frames = [], live } = this.#all.info;
    return new Link(
      {
        ...{ element: this.element, frames, live, asks: () => true },
        onChoice: (choices, reply) => {
          const root = reply?.type === "view" ? reply.view.root : undefined;
          // What is drawn anew keeps the frames and columns of the whole.
          this.#node =
            root !== undefined && (root.kind === "pie" || root.kind === "heatmap") && root.kind === this.#all.kind
              ? { ...root, info: { ...root.info, ...framesOf(this.#all) } }
              : this.#all;
          this.#followed = choiceText(choices, reply);
          this.#draw();
        },
        onClear: () => {
          this.#picker.reset();
          this.#link.choose("", () => []);
          this.#draw();
        },
      },
      place,
    );
  }

  #pickables(): readonly Pickable[] {
    const node = this.#node;
    const found: Pickable[] = [];
    const add = (mark: Mark | undefined, box: Pickable["box"] | undefined): void => {
      if (mark !== undefined && box !== undefined) found.push({ mark, box });
    };
    if (node.kind === "pie") {
      const { rows } = layoutPie(node, this.#width);
      node.slices.forEach((_, i) => add(pieMark(node, i), rows[i]));
      return found;
    }
    const { left, top, cell, high } = layoutHeatmap(node, this.#width);
    node.values.forEach((row, y) =>
      row.forEach((value, x) => {
        if (value === null || value === 0) return;
        add(heatmapMark(node, x, y), { x: left + x * cell, y: top + y * high, width: cell - 1, height: high - 1 });
      }),
    );
    return found;
  }

  #markAt(point: Point): Mark | undefined {
    const node = this.#node;
    if (node.kind === "pie") return pieMark(node, sliceAt(layoutPie(node, this.#width), point));
    const { left, top, cell, high } = layoutHeatmap(node, this.#width);
    const [x, y] = [Math.floor((point.x - left) / cell), Math.floor((point.y - top) / high)];
    const value = node.values[y]?.[x];
    return value === null || value === undefined ? undefined : heatmapMark(node, x, y);
  }

  #say(): void {
    const own = this.#link.ownLabel === "" ? "" : `chosen: ${this.#link.ownLabel}`;
    this.#status.textContent = [this.#link.ownLabel === this.#visited ? "" : this.#visited, own, this.#followed]
      .filter(t => t !== "")
      .join(" · ");
  }

  #draw(): void {
    this.#say();
    if (this.#width === 0) return;
    const options = { theme: pageTheme, widthPx: this.#width, chosen: this.#picker.chosen };
    const node = this.#node;
    fill(this.#canvas, node.kind === "pie" ? drawPie(node, options) : drawHeatmap(node, options));
  }
}

const framesOf = ({ info }: PartsNode) => (info.frames === undefined ? {} : { frames: info.frames });
