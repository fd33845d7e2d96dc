/** The timeline that moves: brush, zoom, tooltips, legend; exact events on zoom when a kernel is there. */
import { drawTimeline, firstAt, layoutTimeline, type TimelineLayout } from "../../view/figure/draw-timeline.js";
import type { TimelineNode } from "../../view/figure/model.js";
import { pageTheme } from "../../view/figure/theme.js";
import { instantLabel, spanLabel } from "../../view/figure/ticks.js";
import { button, el, fill, onceAFrame, onDrag, pointIn, Tooltip, watchWidth } from "./dom.js";
import { ask, type Place } from "./host.js";

type Domain = readonly [number, number];

export class TimelineView {
  readonly element: HTMLElement;
  readonly #whole: TimelineNode;
  readonly #place: Place;
  readonly #stage = el("div", { class: "hb-stage", tabindex: "0", role: "group" });
  readonly #canvas = el("div");
  readonly #brush = el("div", { class: "hb-brush" });
  readonly #tip = new Tooltip();
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #hidden = new Set<number>();
  #domain: Domain;
  /** What is drawn: the whole, or a part with more detail from the kernel. */
  #detail: TimelineNode | undefined;
  #width = 0;
  #asked = 0;

  constructor(node: TimelineNode, place: Place) {
    this.#whole = node;
    this.#place = place;
    this.#domain = [node.startMs, node.endMs];
    this.#stage.append(this.#canvas, this.#brush, this.#tip.element);
    this.#stage.setAttribute("aria-label", "Timeline. Arrow keys move, plus and minus zoom, 0 shows everything.");
    this.element = el("div", {}, this.#toolbar(), this.#stage);
    this.#listen();
    watchWidth(this.#stage, place.signal, width => {
      this.#width = width;
      this.#draw();
    });
  }

  get domain(): Domain {
    return this.#domain;
  }

  /** Shows a part of the whole range. */
  zoomTo(startMs: number, endMs: number): void {
    const { startMs: first, endMs: last } = this.#whole;
    const span = Math.max(2, Math.min(last - first, endMs - startMs));
    const start = Math.min(Math.max(first, startMs), last - span);
    this.#domain = [start, start + span];
    this.#redraw();
    void this.#loadDetail();
  }

  readonly #redraw = onceAFrame(() => this.#draw());

  #toolbar(): HTMLElement {
    const zoom = (factor: number): void => {
      const [a, b] = this.#domain;
      const middle = (a + b) / 2;
      this.zoomTo(middle - ((b - a) / 2) * factor, middle + ((b - a) / 2) * factor);
    };
    const whole = (): void => this.zoomTo(this.#whole.startMs, this.#whole.endMs);
    const colours = this.#whole.colours.length > 1 ? this.#whole.colours : [];
    const toggles = colours.map((name, i) => {
      const toggle = button(
        name === "" ? "(empty)" : name.slice(0, 40),
        () => {
          if (!this.#hidden.delete(i)) this.#hidden.add(i);
          toggle.setAttribute("aria-pressed", String(!this.#hidden.has(i)));
          this.#draw();
        },
        { "aria-pressed": "true", title: `show or hide ${name}` },
      );
      return toggle;
    });
    return el(
      "div",
      { class: "hb-bar" },
      button("−", () => zoom(2), { "aria-label": "zoom out" }),
      button("+", () => zoom(0.5), { "aria-label": "zoom in" }),
      button("Whole range", whole),
      ...toggles,
      this.#status,
    );
  }

  get #node(): TimelineNode {
    const node =
      this.#detail === undefined
        ? this.#whole
        : { ...this.#detail, lanes: this.#whole.lanes, histogram: this.#whole.histogram };
    return this.#hidden.size === 0 ? node : withoutColours(node, this.#hidden);
  }

  #draw(): void {
    if (this.#width === 0) return;
    const [startMs, endMs] = [this.#whole.startMs, this.#whole.endMs];
    fill(this.#canvas, drawTimeline(rebase(this.#node, startMs, endMs), this.#options));
    const exact = this.#node.events !== undefined;
    const [a, b] = this.#domain;
    const all = a <= startMs && b >= endMs;
    this.#status.textContent = `${all ? "" : `${spanLabel(b - a)} shown · `}${exact ? "every event" : "counts"}`;
  }

  get #options() {
    return { theme: pageTheme, widthPx: this.#width, domain: this.#domain };
  }

  get #layout(): TimelineLayout {
    return layoutTimeline(rebase(this.#node, this.#whole.startMs, this.#whole.endMs), this.#options);
  }

  /** Asks the kernel for single events (or finer counts) of what is shown. */
  async #loadDetail(): Promise<void> {
    const { live } = this.#whole.info;
    const [startMs, endMs] = this.#domain;
    if (live === undefined || this.#whole.events !== undefined || this.#place.host.request === undefined) return;
    if (startMs <= this.#whole.startMs && endMs >= this.#whole.endMs) {
      this.#detail = undefined;
      this.#redraw();
      return;
    }
    const asked = (this.#asked += 1);
    await new Promise(resolve => setTimeout(resolve, 120));
    if (asked !== this.#asked || this.#place.signal.aborted) return;
    const reply = await ask(this.#place.host, { type: "zoom", live, startMs, endMs });
    if (asked !== this.#asked) return;
    if (reply.type === "view" && reply.view.root.kind === "timeline") {
      this.#detail = reply.view.root;
      this.#draw();
    } else if (reply.type === "gone") this.#status.textContent = "counts only: run the cell again for single events";
    else if (reply.type === "error") this.#status.textContent = reply.message;
  }

  #listen(): void {
    const { signal } = this.#place;
    const stage = this.#stage;
    onDrag(stage, signal, point => {
      const layout = this.#layout;
      const whole = point.y >= layout.selector.top - 2;
      const box = whole ? layout.selector : layout.plot;
      if (point.x < box.left - 4 || point.x > box.right + 4 || point.y < layout.plot.top) return undefined;
      const span = whole ? ([this.#whole.startMs, this.#whole.endMs] as const) : this.#domain;
      const timeAt = (x: number): number =>
        span[0] +
        ((Math.min(box.right, Math.max(box.left, x)) - box.left) / (box.right - box.left)) * (span[1] - span[0]);
      this.#tip.hide();
      const show = (to: number): void => {
        const [from, end] = [Math.max(box.left, Math.min(point.x, to)), Math.min(box.right, Math.max(point.x, to))];
        Object.assign(this.#brush.style, {
          display: "block",
          left: `${from}px`,
          width: `${end - from}px`,
          top: `${box.top}px`,
          height: `${box.bottom - box.top}px`,
        });
      };
      return {
        move: p => show(p.x),
        end: p => {
          this.#brush.style.display = "none";
          if (Math.abs(p.x - point.x) > 4) this.zoomTo(timeAt(Math.min(p.x, point.x)), timeAt(Math.max(p.x, point.x)));
        },
      };
    });
    stage.addEventListener("dblclick", () => this.zoomTo(this.#whole.startMs, this.#whole.endMs), { signal });
    stage.addEventListener("wheel", event => this.#wheel(event), { signal, passive: false });
    stage.addEventListener("keydown", event => this.#key(event), { signal });
    stage.addEventListener("pointermove", event => this.#hover(event), { signal });
    stage.addEventListener("pointerleave", () => this.#tip.hide(), { signal });
  }

  /** Only with Ctrl or ⌘, so that scrolling the page is never caught. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const layout = this.#layout;
    const [a, b] = this.#domain;
    const at = layout.timeAt(Math.min(layout.plot.right, Math.max(layout.plot.left, pointIn(this.#stage, event).x)));
    const factor = event.deltaY > 0 ? 1.25 : 0.8;
    this.zoomTo(at - (at - a) * factor, at + (b - at) * factor);
  }

  #key(event: KeyboardEvent): void {
    const [a, b] = this.#domain;
    const step = (b - a) / 5;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.zoomTo(a - step, b - step),
      ArrowRight: () => this.zoomTo(a + step, b + step),
      "+": () => this.zoomTo(a + step, b - step),
      "=": () => this.zoomTo(a + step, b - step),
      "-": () => this.zoomTo(a - step, b + step),
      "0": () => this.zoomTo(this.#whole.startMs, this.#whole.endMs),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined || event.target !== this.#stage) return;
    event.preventDefault();
    move();
  }

  #hover(event: PointerEvent): void {
    if (event.buttons !== 0) return;
    const point = pointIn(this.#stage, event);
    const rows = describeAt(this.#node, this.#layout, point);
    if (rows === undefined) this.#tip.hide();
    else this.#tip.show(point, this.#stage, rows);
  }
}

/** A part's events count from its own start; drawing counts from the whole's. */
function rebase(node: TimelineNode, startMs: number, endMs: number): TimelineNode {
  const shift = node.startMs - startMs;
  if (shift === 0) return { ...node, startMs, endMs };
  const events =
    node.events === undefined ? {} : { events: { ...node.events, offsetMs: node.events.offsetMs.map(o => o + shift) } };
  const bins =
    node.bins === undefined
      ? {}
      : { bins: { ...node.bins, index: node.bins.index.map(i => i + shift / node.bins!.widthMs) } };
  return { ...node, startMs, endMs, ...events, ...bins };
}

/** The same without events of some colours. */
function withoutColours(node: TimelineNode, hidden: ReadonlySet<number>): TimelineNode {
  const keep = (colour: readonly number[] | undefined, i: number): boolean => !hidden.has(colour?.[i] ?? 0);
  const { events, bins } = node;
  if (events !== undefined) {
    const kept = events.offsetMs.map((_, i) => i).filter(i => keep(events.colour, i));
    const pick = <T>(list: readonly T[]): T[] => kept.map(i => list[i] as T);
    return {
      ...node,
      events: {
        offsetMs: pick(events.offsetMs),
        lane: pick(events.lane),
        ...(events.colour === undefined ? {} : { colour: pick(events.colour) }),
        ...(events.lastsMs === undefined ? {} : { lastsMs: pick(events.lastsMs) }),
        ...(events.value === undefined ? {} : { value: pick(events.value) }),
        ...(events.details === undefined
          ? {}
          : { details: { columns: events.details.columns, rows: pick(events.details.rows) } }),
      },
    };
  }
  if (bins === undefined) return node;
  const kept = bins.index.map((_, i) => i).filter(i => keep(bins.colour, i));
  const pick = (list: readonly number[]): number[] => kept.map(i => list[i] ?? 0);
  return {
    ...node,
    bins: {
      widthMs: bins.widthMs,
      index: pick(bins.index),
      lane: pick(bins.lane),
      count: pick(bins.count),
      ...(bins.colour === undefined ? {} : { colour: pick(bins.colour) }),
    },
  };
}

type Point = { readonly x: number; readonly y: number };

/** What is under the pointer, as rows of a tooltip. */
function describeAt(
  node: TimelineNode,
  layout: TimelineLayout,
  point: Point,
): readonly (readonly [string, string])[] | undefined {
  const { plot } = layout;
  if (point.x < plot.left - 6 || point.x > plot.right + 6 || point.y < plot.top || point.y > plot.bottom)
    return undefined;
  const { events, bins } = node;
  const lane = (i: number): readonly (readonly [string, string])[] =>
    node.lanes[i]?.name === "" ? [] : [["", node.lanes[i]?.name ?? ""]];
  if (events !== undefined) {
    const reach = layout.timeAt(point.x + 8) - layout.timeAt(point.x);
    const at = layout.timeAt(point.x) - node.startMs;
    const start = events.lastsMs === undefined ? firstAt(events.offsetMs, at - reach) : 0;
    let best = -1;
    let distance = 100;
    for (let i = start; i < events.offsetMs.length && (events.offsetMs[i] ?? 0) <= at + reach; i += 1) {
      const from = layout.x(node.startMs + (events.offsetMs[i] ?? 0));
      const to = layout.x(node.startMs + (events.offsetMs[i] ?? 0) + (events.lastsMs?.[i] ?? 0));
      const dx = point.x < from ? from - point.x : point.x > to ? point.x - to : 0;
      const y =
        layout.y === undefined
          ? layout.laneTop(events.lane[i] ?? 0) + (layout.laneTop(1) - layout.laneTop(0)) / 2
          : layout.y(events.value?.[i] ?? 0);
      const d = Math.hypot(dx, point.y - y);
      if (d < distance && d < 14) [best, distance] = [i, d];
    }
    if (best < 0) return undefined;
    const lasts = events.lastsMs?.[best] ?? 0;
    const value = events.value?.[best];
    return [
      ["", `${instantLabel(node.startMs + (events.offsetMs[best] ?? 0))}${lasts > 0 ? `, ${spanLabel(lasts)}` : ""}`],
      ...lane(events.lane[best] ?? 0),
      ...(value === null || value === undefined
        ? []
        : [[node.valueTitle ?? "value", value.toLocaleString("en-US")] as const]),
      ...(events.details?.columns ?? []).flatMap((c, i) => {
        const text = events.details?.rows[best]?.[i];
        return text === null || text === undefined || text === "" ? [] : [[c, text] as const];
      }),
    ];
  }
  if (bins === undefined) return undefined;
  const index = Math.floor((layout.timeAt(point.x) - node.startMs) / bins.widthMs);
  const row = Math.floor((point.y - plot.top) / (layout.laneTop(1) - layout.laneTop(0)));
  const count = bins.index.reduce(
    (n, b, i) => (Math.floor(b) === index && bins.lane[i] === row ? n + (bins.count[i] ?? 0) : n),
    0,
  );
  if (count === 0) return undefined;
  const from = node.startMs + index * bins.widthMs;
  return [
    ["", `${instantLabel(from)} + ${spanLabel(bins.widthMs)}`],
    ...lane(row),
    ["events", count.toLocaleString("en-US")],
  ];
}
