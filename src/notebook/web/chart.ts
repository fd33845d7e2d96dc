/** Charts that answer: what stands at the pointer, series on and off, a part of a time axis. */
import { barBox, drawChart, layoutChart, type ChartLayout } from "../../view/figure/draw-chart.js";
import { chartMark, filtersOfMarks, nameOfX, type Mark } from "../../view/figure/marks.js";
import type { ChartNode, ChartSeries } from "../../view/figure/model.js";
import { pageTheme } from "../../view/figure/theme.js";
import { button, el, fill, onDrag, pointIn, Tooltip, watchWidth } from "./dom.js";
import type { Place } from "./host.js";
import { Picker, type Pickable } from "./picker.js";
import { choiceText, Link, spanOf, timeFilters } from "./selection.js";
import { instantLabel } from "../../view/figure/ticks.js";

export class ChartView {
  readonly element: HTMLElement;
  /** The figure; of the rows that are chosen in other views, when some are. */
  #whole: ChartNode;
  readonly #link: Link;
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #stage = el("div", { class: "hb-stage", tabindex: "0", role: "group" });
  readonly #picker: Picker;
  /** What the keys came to, to be read out. */
  #visited = "";
  #followed = "";
  readonly #canvas = el("div");
  readonly #brush = el("div", { class: "hb-brush" });
  readonly #tip = new Tooltip();
  readonly #hidden = new Set<number>();
  #domain: readonly [number, number] | undefined;
  /** The same, when it was chosen here. */
  #zoomed: readonly [number, number] | undefined;
  #width = 0;

  constructor(node: ChartNode, place: Place) {
    const { signal } = place;
    this.#whole = node;
    this.#stage.append(this.#canvas, this.#brush, this.#tip.element);
    const bar = this.#toolbar();
    this.element = el("div", {}, bar, this.#stage);
    this.#link = this.#follow(node, place);
    bar.insertBefore(this.#link.clear, this.#status);
    const zoomKeys = node.x.type === "time" ? "; plus, minus and 0 zoom" : "";
    this.#stage.setAttribute(
      "aria-label",
      `Chart. Arrow keys go from value to value, Enter chooses one, Escape gives it back${zoomKeys}.`,
    );
    this.#picker = this.#choosing(signal);
    if (node.x.type === "time") this.#brushTime(signal);
    this.#stage.addEventListener("pointermove", event => this.#hover(event), { signal });
    this.#stage.addEventListener("pointerleave", () => this.#tip.hide(), { signal });
    watchWidth(this.#stage, signal, width => {
      this.#width = width;
      this.#draw();
    });
  }

  /** What is chosen in other views: a span of a time axis is shown, of anything else what is left. */
  #follow(all: ChartNode, place: Place): Link {
    const { frames = [], live } = all.info;
    const span = (choices: Link["choices"]) => (all.x.type === "time" ? spanOf(choices, frames) : undefined);
    return new Link(
      {
        ...{ element: this.element, frames, live },
        asks: choices => span(choices) === undefined,
        onClear: () => {
          this.#picker.reset();
          this.#zoomTo(undefined);
        },
        onChoice: (choices, reply) => {
          const part = reply?.type === "view" && reply.view.root.kind === "chart" ? reply.view.root : undefined;
          this.#whole = part === undefined ? all : sameSeries(all, part);
          this.#domain = span(choices) ?? this.#zoomed;
          this.#followed = choiceText(choices, reply);
          this.#draw();
        },
      },
      place,
    );
  }

  /** Bars and points are chosen one by one; on lines, everything at one place of the axis. */
  #choosing(signal: AbortSignal): Picker {
    return new Picker(
      {
        stage: this.#stage,
        marks: () => this.#pickables(),
        at: point => this.#markAt(point),
        onPick: () => {
          this.#publish();
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
  }

  get #isByBar(): boolean {
    return this.#whole.mark === "bar" || this.#whole.mark === "column";
  }

  #markOf(series: ChartSeries | undefined, x: number): Mark | undefined {
    return chartMark(this.#whole, series, x);
  }

  #pickables(): readonly Pickable[] {
    if (this.#width === 0) return [];
    const node = this.#node;
    const layout = layoutChart(node, this.#options);
    const found: Pickable[] = [];
    const add = (mark: Mark | undefined, box: Pickable["box"] | undefined): void => {
      if (mark !== undefined && box !== undefined) found.push({ mark, box });
    };
    if (this.#isByBar) {
      node.series.forEach((s, index) => s.x.forEach((x, i) => add(this.#markOf(s, x), barBox(node, layout, index, i))));
      return found.sort((a, b) =>
        node.mark === "bar" ? a.box.y - b.box.y || a.box.x - b.box.x : a.box.x - b.box.x || a.box.y - b.box.y,
      );
    }
    const { top, bottom } = layout.plot;
    if (node.mark === "scatter") {
      for (const s of node.series)
        s.x.forEach((x, i) =>
          add(this.#markOf(s, x), { x: layout.x(x) - 6, y: layout.y(s.y[i] ?? 0) - 6, width: 12, height: 12 }),
        );
      return found.sort((a, b) => a.box.x - b.box.x);
    }
    for (const x of [...new Set(node.series.flatMap(s => s.x))].sort((a, b) => a - b))
      add(this.#markOf(undefined, x), { x: layout.x(x) - 2, y: top, width: 4, height: bottom - top });
    return found;
  }

  #markAt(p: { readonly x: number; readonly y: number }): Mark | undefined {
    if (this.#width === 0) return undefined;
    const inside = (b: Pickable["box"], more: number): boolean =>
      p.x >= b.x - more && p.x <= b.x + b.width + more && p.y >= b.y - more && p.y <= b.y + b.height + more;
    if (this.#isByBar || this.#whole.mark === "scatter") {
      const all = this.#pickables();
      return (all.find(m => inside(m.box, 0)) ?? all.find(m => inside(m.box, 3)))?.mark;
    }
    const layout = layoutChart(this.#node, this.#options);
    const best = this.#nearest(layout, p);
    return best === undefined ? undefined : this.#markOf(undefined, best);
  }

  /** What is chosen here: marks, and the part of the time axis that is shown. */
  #publish(): void {
    const zoom = this.#zoomed;
    const { label } = this.#picker;
    const span = zoom === undefined ? "" : zoom.map(instantLabel).join(" – ");
    this.#link.choose([label, span].filter(t => t !== "").join(", "), f => [
      ...(zoom === undefined || f.column === undefined ? [] : timeFilters(f.column, zoom)),
      ...filtersOfMarks(this.#picker.picked, f),
    ]);
    this.#say();
  }

  #say(): void {
    const own = this.#link.ownLabel === "" ? "" : `chosen: ${this.#link.ownLabel}`;
    this.#status.textContent = [this.#link.ownLabel === this.#visited ? "" : this.#visited, own, this.#followed]
      .filter(t => t !== "")
      .join(" · ");
  }

  #toolbar(): HTMLElement {
    const many = this.#whole.series.length > 1;
    const toggles = many
      ? this.#whole.series.map((s, i) => {
          const toggle = button(
            s.name === "" ? "(empty)" : s.name.slice(0, 40),
            () => {
              if (!this.#hidden.delete(i)) this.#hidden.add(i);
              toggle.setAttribute("aria-pressed", String(!this.#hidden.has(i)));
              this.#draw();
            },
            { "aria-pressed": "true", title: `show or hide ${s.name}` },
          );
          return toggle;
        })
      : [];
    const whole = this.#whole.x.type === "time" ? [button("Whole range", () => this.#zoomTo(undefined))] : [];
    return el("div", { class: "hb-bar" }, ...whole, ...toggles, this.#status);
  }

  /** Shows a part of the time axis, which views of the same frame follow. */
  #zoomTo(domain: readonly [number, number] | undefined): void {
    this.#domain = domain;
    this.#zoomed = domain;
    this.#publish();
    this.#draw();
  }

  /** Hidden series keep their place, so that the others keep their colours. */
  get #node(): ChartNode {
    const series = this.#whole.series.map((s, i) => (this.#hidden.has(i) ? { ...s, x: [], y: [] } : s));
    if (this.#domain === undefined) return { ...this.#whole, series };
    const [from, to] = this.#domain;
    return {
      ...this.#whole,
      series: series.map(s => {
        const kept = s.x.map((_, i) => i).filter(i => (s.x[i] ?? 0) >= from && (s.x[i] ?? 0) <= to);
        return { ...s, x: kept.map(i => s.x[i] ?? 0), y: kept.map(i => s.y[i] ?? null) };
      }),
    };
  }

  get #options() {
    return {
      ...{ theme: pageTheme, widthPx: this.#width, chosen: this.#picker.chosen },
      ...(this.#domain === undefined ? {} : { domain: this.#domain }),
    };
  }

  #draw(): void {
    this.#say();
    if (this.#width > 0) fill(this.#canvas, drawChart(this.#node, this.#options));
  }

  #brushTime(signal: AbortSignal): void {
    onDrag(this.#stage, signal, from => {
      const { plot, domain } = layoutChart(this.#node, this.#options);
      if (from.x < plot.left || from.x > plot.right || from.y < plot.top || from.y > plot.bottom) return undefined;
      const timeAt = (x: number): number =>
        domain[0] +
        ((Math.min(plot.right, Math.max(plot.left, x)) - plot.left) / (plot.right - plot.left)) *
          (domain[1] - domain[0]);
      this.#tip.hide();
      return {
        move: p => {
          const [a, b] = [Math.max(plot.left, Math.min(from.x, p.x)), Math.min(plot.right, Math.max(from.x, p.x))];
          Object.assign(this.#brush.style, {
            display: "block",
            left: `${a}px`,
            width: `${b - a}px`,
            top: `${plot.top}px`,
            height: `${plot.bottom - plot.top}px`,
          });
        },
        end: p => {
          this.#brush.style.display = "none";
          if (Math.abs(p.x - from.x) > 4) this.#zoomTo([timeAt(Math.min(p.x, from.x)), timeAt(Math.max(p.x, from.x))]);
        },
      };
    });
    this.#stage.addEventListener("dblclick", () => this.#zoomTo(undefined), { signal });
    this.#stage.addEventListener("keydown", event => this.#zoomByKey(event), { signal });
  }

  #zoomByKey(event: KeyboardEvent): void {
    if (event.target !== this.#stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = layoutChart(this.#whole, { theme: pageTheme, widthPx: Math.max(200, this.#width) }).domain;
    const [a, b] = this.#domain ?? whole;
    const step = (b - a) / 5;
    const within = (from: number, to: number): void =>
      from <= whole[0] && to >= whole[1]
        ? this.#zoomTo(undefined)
        : this.#zoomTo([Math.max(whole[0], from), Math.min(whole[1], to)]);
    const moves: Readonly<Record<string, () => void>> = {
      "+": () => within(a + step, b - step),
      "=": () => within(a + step, b - step),
      "-": () => within(a - step, b + step),
      "0": () => this.#zoomTo(undefined),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined) return;
    event.preventDefault();
    move();
  }

  /** The x that stands nearest to a point of the plot. */
  #nearest(layout: ChartLayout, p: { readonly x: number; readonly y: number }): number | undefined {
    const node = this.#node;
    const { plot } = layout;
    if (p.x < plot.left - 4 || p.x > plot.right + 4 || p.y < plot.top - 4 || p.y > plot.bottom + 4) return undefined;
    let [best, distance] = [Number.NaN, Infinity];
    for (const s of node.series)
      s.x.forEach((x, i) => {
        const dx = Math.abs(layout.x(x) - (node.mark === "bar" ? p.y : p.x));
        const d = node.mark === "scatter" ? Math.hypot(dx, layout.y(s.y[i] ?? 0) - p.y) : dx;
        if (d < distance) [best, distance] = [x, d];
      });
    return Number.isNaN(best) || distance > Math.max(20, layout.band) ? undefined : best;
  }

  #hover(event: PointerEvent): void {
    if (event.buttons !== 0 || this.#width === 0) return;
    const p = pointIn(this.#stage, event);
    const node = this.#node;
    const layout = layoutChart(node, this.#options);
    const best = this.#nearest(layout, p);
    if (best === undefined) return this.#tip.hide();
    const values = node.series.flatMap(s => {
      const i = s.x.indexOf(best);
      const y = i < 0 ? undefined : s.y[i];
      return y === undefined ? [] : [[s.name, y === null ? "∅" : y.toLocaleString("en-US")] as const];
    });
    this.#tip.show(p, this.#stage, [["", nameOfX(node, best)], ...values.slice(0, 12)]);
  }
}

/** A part with the series of the whole in their places, so that they keep their colours. */
function sameSeries(all: ChartNode, part: ChartNode): ChartNode {
  const kept = all.series.map(s => part.series.find(p => p.name === s.name) ?? { ...s, x: [], y: [] });
  const { frames } = all.info;
  return {
    ...part,
    info: { ...part.info, ...(frames === undefined ? {} : { frames }) },
    series: [...kept, ...part.series.filter(p => !all.series.some(s => s.name === p.name))],
  };
}
