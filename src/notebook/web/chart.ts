/** Charts that answer: what stands at the pointer, series on and off, a part of a time axis. */
import { drawChart, layoutChart, nameOfX } from "../../view/figure/draw-chart.js";
import type { ChartNode, FigureNode } from "../../view/figure/model.js";
import { drawFigure } from "../../view/figure/picture.js";
import { pageTheme } from "../../view/figure/theme.js";
import { button, el, fill, onDrag, pointIn, Tooltip, watchWidth } from "./dom.js";
import type { Place } from "./host.js";
import { choiceText, Link, spanOf, timeFilters } from "./selection.js";
import { instantLabel } from "../../view/figure/ticks.js";

export class ChartView {
  readonly element: HTMLElement;
  /** The figure; of the rows that are chosen in other views, when some are. */
  #whole: ChartNode;
  readonly #link: Link;
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #stage = el("div", { class: "hb-stage" });
  readonly #canvas = el("div");
  readonly #brush = el("div", { class: "hb-brush" });
  readonly #tip = new Tooltip();
  readonly #hidden = new Set<number>();
  #domain: readonly [number, number] | undefined;
  #width = 0;

  constructor(node: ChartNode, place: Place) {
    const { signal } = place;
    this.#whole = node;
    this.#stage.append(this.#canvas, this.#brush, this.#tip.element);
    this.element = el("div", {}, this.#toolbar(), this.#stage);
    this.#link = this.#follow(node, place);
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
        onChoice: (choices, reply) => {
          const part = reply?.type === "view" && reply.view.root.kind === "chart" ? reply.view.root : undefined;
          this.#whole = part === undefined ? all : sameSeries(all, part);
          this.#domain = span(choices);
          this.#status.textContent = choiceText(choices, reply);
          this.#draw();
        },
      },
      place,
    );
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
    this.#draw();
    const label = domain === undefined ? "" : domain.map(instantLabel).join(" – ");
    this.#link.choose(label, f =>
      domain === undefined || f.column === undefined ? [] : timeFilters(f.column, domain),
    );
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
    return { theme: pageTheme, widthPx: this.#width, ...(this.#domain === undefined ? {} : { domain: this.#domain }) };
  }

  #draw(): void {
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
  }

  #hover(event: PointerEvent): void {
    if (event.buttons !== 0 || this.#width === 0) return;
    const p = pointIn(this.#stage, event);
    const node = this.#node;
    const layout = layoutChart(node, this.#options);
    const { plot } = layout;
    if (p.x < plot.left - 4 || p.x > plot.right + 4 || p.y < plot.top - 4 || p.y > plot.bottom + 4)
      return this.#tip.hide();
    const bars = node.mark === "bar";
    let [best, distance] = [Number.NaN, Infinity];
    for (const s of node.series)
      s.x.forEach((x, i) => {
        const dx = Math.abs(layout.x(x) - (bars ? p.y : p.x));
        const d = node.mark === "scatter" ? Math.hypot(dx, layout.y(s.y[i] ?? 0) - p.y) : dx;
        if (d < distance) [best, distance] = [x, d];
      });
    if (Number.isNaN(best) || distance > Math.max(20, layout.band)) return this.#tip.hide();
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
  return { ...part, series: [...kept, ...part.series.filter(p => !all.series.some(s => s.name === p.name))] };
}

/** Figures without moving parts: redrawn to the width, and for what is chosen in other views. */
export function stillFigure(node: FigureNode, place: Place): HTMLElement {
  const stage = el("div", { class: "hb-stage" });
  const status = el("span", { class: "hb-status", "aria-live": "polite" });
  const element = el("div", {}, el("div", { class: "hb-bar" }, status), stage);
  let [shown, widthPx] = [node, 0];
  const draw = (): void => fill(stage, drawFigure(shown, { theme: pageTheme, widthPx }));
  const { frames = [], live } = node.info;
  new Link(
    {
      ...{ element, frames, live, asks: () => true },
      onChoice: (choices, reply) => {
        const { root } = reply?.type === "view" ? reply.view : { root: node };
        shown = root.kind === node.kind ? root : node;
        status.textContent = choiceText(choices, reply);
        if (widthPx > 0) draw();
      },
    },
    place,
  );
  watchWidth(stage, place.signal, width => {
    widthPx = width;
    draw();
  });
  return element;
}
