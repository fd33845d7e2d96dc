/** The map that moves: drag, zoom, tooltips. */
import {
  clusterName,
  drawMap,
  layoutMap,
  viewOf,
  wholeWorld,
  type Cluster,
  type MapLayout,
  type MapView,
} from "../../view/figure/draw-map.js";
import { filtersOfMarks, placesMark, type Mark } from "../../view/figure/marks.js";
import type { MapNode } from "../../view/figure/model.js";
import { pageTheme } from "../../view/figure/theme.js";
import { button, el, fill, onceAFrame, onDrag, pointIn, Tooltip, watchWidth } from "./dom.js";
import type { Place } from "./host.js";
import { Picker } from "./picker.js";
import { choiceText, Link } from "./selection.js";

export class MapFigure {
  readonly element: HTMLElement;
  /** The figure; of the rows that are chosen in other views, when some are. */
  #node: MapNode;
  readonly #stage = el("div", {
    class: "hb-stage",
    tabindex: "0",
    role: "group",
    "aria-label":
      "Map. Arrow keys move, plus and minus zoom, 0 shows the world; N and P go from place to place, Enter chooses one, Escape gives it back.",
  });
  readonly #canvas = el("div");
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #picker: Picker;
  readonly #link: Link;
  #visited = "";
  #followed = "";
  readonly #tip = new Tooltip();
  #view: MapView;
  #width = 0;

  constructor(node: MapNode, place: Place) {
    const { signal } = place;
    this.#node = node;
    this.#view = viewOf(node.places);
    this.#stage.append(this.#canvas, this.#tip.element);
    const bar = el(
      "div",
      { class: "hb-bar" },
      button("−", () => this.#zoom(1.5), { "aria-label": "zoom out" }),
      button("+", () => this.#zoom(1 / 1.5), { "aria-label": "zoom in" }),
      button("World", () => this.#show(wholeWorld)),
      button("All places", () => this.#show(viewOf(node.places))),
      this.#status,
    );
    this.element = el("div", {}, bar, this.#stage);
    this.#link = this.#follow(node, place);
    bar.insertBefore(this.#link.clear, this.#status);
    this.#picker = this.#choosing(signal);
    onDrag(this.#stage, signal, from => {
      const start = this.#view;
      const scale = this.#width / start.width;
      return {
        move: p => this.#show({ ...start, x: start.x - (p.x - from.x) / scale, y: start.y - (p.y - from.y) / scale }),
        end: () => undefined,
      };
    });
    this.#stage.addEventListener("wheel", event => this.#wheel(event), { signal, passive: false });
    this.#stage.addEventListener("keydown", event => this.#key(event), { signal });
    this.#stage.addEventListener("pointermove", event => this.#hover(event), { signal });
    this.#stage.addEventListener("pointerleave", () => this.#tip.hide(), { signal });
    watchWidth(this.#stage, signal, width => {
      this.#width = width;
      this.#draw();
    });
  }

  #follow(all: MapNode, place: Place): Link {
    const { frames = [], live } = all.info;
    return new Link(
      {
        ...{ element: this.element, frames, live, asks: () => true },
        onChoice: (choices, reply) => {
          const part = reply?.type === "view" && reply.view.root.kind === "map" ? reply.view.root : undefined;
          this.#node = part === undefined ? all : samePlaces(all, part);
          const places = part === undefined ? "" : ` · ${part.places.length} of ${all.places.length} places`;
          this.#followed = `${choiceText(choices, reply)}${places}`;
          this.#draw();
        },
        onClear: () => {
          this.#picker.reset();
          this.#choose([]);
        },
      },
      place,
    );
  }

  #choosing(signal: AbortSignal): Picker {
    return new Picker(
      {
        stage: this.#stage,
        marks: () => {
          const { clusters, top, height } = this.#layout;
          return clusters.flatMap(c => {
            const mark = placesMark(this.#node, c.places, clusterName(this.#node, c));
            const isSeen = c.x >= 0 && c.x <= this.#width && c.y >= top && c.y <= height;
            if (mark === undefined || !isSeen) return [];
            const side = 2 * c.radius;
            return [{ mark, box: { x: c.x - c.radius, y: c.y - c.radius, width: side, height: side } }];
          });
        },
        at: point => {
          const found = this.#clusterAt(point);
          if (found === undefined) return undefined;
          const mark = placesMark(this.#node, found.places, clusterName(this.#node, found));
          if (mark === undefined && this.#link.isLinked) {
            this.#visited = "too many addresses to choose here: zoom in";
            this.#say();
          }
          return mark;
        },
        onPick: marks => this.#choose(marks),
        onVisit: mark => {
          this.#visited = mark.name;
          this.#say();
        },
        next: ["n", "N"],
        before: ["p", "P"],
      },
      signal,
    );
  }

  #choose(marks: readonly Mark[]): void {
    this.#link.choose(this.#picker.label, f => filtersOfMarks(marks, f));
    this.#draw();
  }

  #say(): void {
    const own = this.#link.ownLabel === "" ? "" : `chosen: ${this.#link.ownLabel}`;
    this.#status.textContent = [this.#link.ownLabel === this.#visited ? "" : this.#visited, own, this.#followed]
      .filter(t => t !== "")
      .join(" · ");
  }

  get #layout(): MapLayout {
    return layoutMap(this.#node, { theme: pageTheme, widthPx: this.#width, view: this.#view });
  }

  /** The smallest mark at a point. */
  #clusterAt(p: { readonly x: number; readonly y: number }): Cluster | undefined {
    return this.#layout.clusters
      .filter(c => Math.hypot(c.x - p.x, c.y - p.y) <= c.radius + 3)
      .sort((a, b) => a.radius - b.radius)[0];
  }

  #show(view: MapView): void {
    const width = Math.min(1000, Math.max(12, view.width));
    this.#view = {
      width,
      x: Math.min(1000 - width * 0.3, Math.max(-width * 0.7, view.x)),
      y: Math.min(460, Math.max(-width * 0.4, view.y)),
    };
    this.#redraw();
  }

  readonly #redraw = onceAFrame(() => this.#draw());

  #draw(): void {
    this.#say();
    const options = { theme: pageTheme, widthPx: this.#width, view: this.#view, chosen: this.#picker.chosen };
    if (this.#width > 0) fill(this.#canvas, drawMap(this.#node, options));
  }

  /** Around a point (shares of the picture), default its middle. */
  #zoom(factor: number, at = { x: 0.5, y: 0.5 }): void {
    const { x, y, width } = this.#view;
    const next = Math.min(1000, Math.max(12, width * factor));
    const change = width - next;
    this.#show({ x: x + change * at.x, y: y + change * 0.43 * at.y, width: next });
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const p = pointIn(this.#stage, event);
    this.#zoom(event.deltaY > 0 ? 1.25 : 0.8, { x: p.x / this.#width, y: p.y / (this.#width * 0.43) });
  }

  #key(event: KeyboardEvent): void {
    const { x, y, width } = this.#view;
    const step = width / 8;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#show({ ...this.#view, x: x - step }),
      ArrowRight: () => this.#show({ ...this.#view, x: x + step }),
      ArrowUp: () => this.#show({ ...this.#view, y: y - step }),
      ArrowDown: () => this.#show({ ...this.#view, y: y + step }),
      "+": () => this.#zoom(1 / 1.5),
      "=": () => this.#zoom(1 / 1.5),
      "-": () => this.#zoom(1.5),
      "0": () => this.#show(wholeWorld),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined || event.target !== this.#stage) return;
    event.preventDefault();
    move();
  }

  #hover(event: PointerEvent): void {
    if (event.buttons !== 0 || this.#width === 0) return;
    const p = pointIn(this.#stage, event);
    const found = this.#clusterAt(p);
    if (found === undefined) return this.#tip.hide();
    const places = found.places.slice(0, 6).map(i => this.#node.places[i]);
    const rows = places.flatMap(place =>
      place === undefined
        ? []
        : [
            [place.label, `${place.count.toLocaleString("en-US")} ${this.#node.unit}`] as const,
            ...(found.places.length === 1 ? (place.details ?? []).map(d => ["", d] as const) : []),
          ],
    );
    const more = found.places.length - places.length;
    this.#tip.show(p, this.#stage, [
      ...(found.places.length > 1 ? [["", clusterName(this.#node, found)] as const] : []),
      ...rows,
      ...(more > 0 ? [["", `and ${more} more`] as const] : []),
    ]);
  }
}

/** A part with the colours of the whole. */
function samePlaces(all: MapNode, part: MapNode): MapNode {
  const colours = [...all.colours, ...part.colours.filter(c => !all.colours.includes(c))];
  const places = part.places.map(p =>
    p.colour === undefined ? p : { ...p, colour: colours.indexOf(part.colours[p.colour] ?? "") },
  );
  const { frames } = all.info;
  return { ...part, info: { ...part.info, ...(frames === undefined ? {} : { frames }) }, colours, places };
}
