/** The timeline that moves: brush, zoom, tooltips, legend; exact events on zoom when a kernel is there. */
import { drawTimeline, firstAt, layoutTimeline, type TimelineLayout } from "../../view/figure/draw-timeline.js";
import type { TimelineNode } from "../../view/figure/model.js";
import { pageTheme } from "../../view/figure/theme.js";
import { instantLabel, spanLabel } from "../../view/figure/ticks.js";
import { button, el, fill, onceAFrame, onDrag, pointIn, Tooltip, watchWidth } from "./dom.js";
import { flagTimeline } from "./flag-timeline.js";
import { ask, type Place } from "./host.js";
import { choiceText, Link, spanOf, timeFilters } from "./selection.js";

type Domain = readonly [number, number];

export class TimelineView {
  readonly element: HTMLElement;
  /** The figure; of the rows that are chosen in other views, when some are. */
  #whole: TimelineNode;
  readonly #all: TimelineNode;
  readonly #place: Place;
  readonly #link: Link;
  readonly #panel = el("div", { class: "hb-panel" });
  #said = "";
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
    this.#all = node;
    this.#place = place;
    this.#panel.style.display = "none";
    this.#domain = [node.startMs, node.endMs];
    this.#stage.append(this.#canvas, this.#brush, this.#tip.element);
    this.#stage.setAttribute("aria-label", "Timeline. Arrow keys move, plus and minus zoom, 0 shows everything.");
    const bar = this.#toolbar();
    this.element = el("div", {}, bar, this.#stage, this.#panel);
    this.#link = this.#follow();
    bar.insertBefore(this.#link.clear, this.#status);
    this.#listen();
    watchWidth(this.#stage, place.signal, width => {
      this.#width = width;
      this.#draw();
    });
  }

  get domain(): Domain {
    return this.#domain;
  }

  /** Shows a part of the whole range, which views of the same frame follow. */
  zoomTo(startMs: number, endMs: number): void {
    this.#show(startMs, endMs);
    const { startMs: first, endMs: last } = this.#all;
    const [a, b] = this.#domain;
    const isWhole = a <= first && b >= last;
    const label = `${instantLabel(a)} – ${instantLabel(b)}`;
    this.#link.choose(label, f => (isWhole || f.column === undefined ? [] : timeFilters(f.column, [a, b])));
  }

  #show(startMs: number, endMs: number): void {
    const { startMs: first, endMs: last } = this.#all;
    const span = Math.max(2, Math.min(last - first, endMs - startMs));
    const start = Math.min(Math.max(first, startMs), last - span);
    this.#domain = [start, start + span];
    this.#redraw();
    void this.#loadDetail();
  }

  /** What is chosen in other views: a span of time is shown, of anything else the events that are left. */
  #follow(): Link {
    const { frames = [], live } = this.#all.info;
    const isSpan = (choices: Link["choices"]): boolean => spanOf(choices, frames) !== undefined;
    return new Link(
      {
        ...{ element: this.element, frames, live },
        asks: choices => !isSpan(choices),
        onClear: () => this.zoomTo(this.#all.startMs, this.#all.endMs),
        onChoice: (choices, reply) => {
          const part = reply?.type === "view" && reply.view.root.kind === "timeline" ? reply.view.root : undefined;
          this.#whole = part === undefined ? this.#all : sameColours(this.#all, part);
          this.#detail = undefined;
          this.#said = choiceText(choices, reply);
          const span = spanOf(choices, frames);
          const { startMs, endMs } = this.#all;
          if (span !== undefined) this.#show(...span);
          else if (choices.length === 0) this.#show(startMs, endMs);
          this.#draw();
        },
      },
      this.#place,
    );
  }

  readonly #redraw = onceAFrame(() => this.#draw());

  #toolbar(): HTMLElement {
    const zoom = (factor: number): void => {
      const [a, b] = this.#domain;
      const middle = (a + b) / 2;
      this.zoomTo(middle - ((b - a) / 2) * factor, middle + ((b - a) / 2) * factor);
    };
    const whole = (): void => this.zoomTo(this.#all.startMs, this.#all.endMs);
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
      button("⚑ Finding…", () => this.#flag(), { title: "keep the events in view as a finding" }),
      ...toggles,
      this.#status,
    );
  }

  get #node(): TimelineNode {
    const node =
      this.#detail === undefined
        ? this.#whole
        : { ...this.#detail, lanes: this.#all.lanes, histogram: this.#all.histogram };
    return this.#hidden.size === 0 ? node : withoutColours(node, this.#hidden);
  }

  #draw(): void {
    if (this.#width === 0) return;
    const { startMs, endMs } = this.#all;
    fill(this.#canvas, drawTimeline(rebase(this.#node, startMs, endMs), this.#options));
    const exact = this.#node.events !== undefined;
    const [a, b] = this.#domain;
    const all = a <= startMs && b >= endMs;
    const said = this.#said === "" ? "" : ` · ${this.#said}`;
    this.#status.textContent = `${all ? "" : `${spanLabel(b - a)} shown · `}${exact ? "every event" : "counts"}${said}`;
  }

  get #options() {
    return { theme: pageTheme, widthPx: this.#width, domain: this.#domain };
  }

  get #layout(): TimelineLayout {
    return layoutTimeline(rebase(this.#node, this.#all.startMs, this.#all.endMs), this.#options);
  }

  /** Asks the kernel for single events (or finer counts) of what is shown. */
  async #loadDetail(): Promise<void> {
    const { live } = this.#all.info;
    const [startMs, endMs] = this.#domain;
    if (live === undefined || this.#whole.events !== undefined || this.#place.host.request === undefined) return;
    if (startMs <= this.#all.startMs && endMs >= this.#all.endMs) {
      this.#detail = undefined;
      this.#redraw();
      return;
    }
    const asked = (this.#asked += 1);
    await new Promise(resolve => setTimeout(resolve, 120));
    if (asked !== this.#asked || this.#place.signal.aborted) return;
    const reply = await ask(this.#place.host, {
      ...({ type: "zoom", live, startMs, endMs } as const),
      narrowing: this.#link.narrowing.filter(n => n.filters.length > 0 && this.#isMore(n)),
    });
    if (asked !== this.#asked) return;
    if (reply.type === "view" && reply.view.root.kind === "timeline") {
      this.#detail = sameColours(this.#all, reply.view.root);
      this.#draw();
    } else if (reply.type === "gone") this.#status.textContent = "counts only: run the cell again for single events";
    else if (reply.type === "error") this.#status.textContent = reply.message;
  }

  /** Whether a condition is more than a span of time, which the range says already. */
  #isMore(narrowing: Link["narrowing"][number]): boolean {
    return spanOf([{ ...narrowing, label: "" }], this.#all.info.frames ?? []) === undefined;
  }

  #flag(): void {
    flagTimeline({
      ...{ all: this.#all, shown: rebase(this.#node, this.#all.startMs, this.#all.endMs), domain: this.#domain },
      ...{ panel: this.#panel, place: this.#place, said: text => this.#tell(text) },
      filters: this.#link.narrowing.filter(n => this.#isMore(n)).flatMap(n => n.filters),
    });
  }

  #tell(text: string): void {
    this.#status.textContent = text;
  }

  #listen(): void {
    const { signal } = this.#place;
    const stage = this.#stage;
    onDrag(stage, signal, point => {
      const layout = this.#layout;
      const whole = point.y >= layout.selector.top - 2;
      const box = whole ? layout.selector : layout.plot;
      if (point.x < box.left - 4 || point.x > box.right + 4 || point.y < layout.plot.top) return undefined;
      const span = whole ? ([this.#all.startMs, this.#all.endMs] as const) : this.#domain;
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
    stage.addEventListener("dblclick", () => this.zoomTo(this.#all.startMs, this.#all.endMs), { signal });
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
      "0": () => this.zoomTo(this.#all.startMs, this.#all.endMs),
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

/** A part, with the rows and colours of the whole: what is the same looks the same. */
function sameColours(all: TimelineNode, part: TimelineNode): TimelineNode {
  const colours = [...all.colours, ...part.colours.filter(c => !all.colours.includes(c))];
  const colourOf = part.colours.map(c => colours.indexOf(c));
  const lanes = [...all.lanes, ...part.lanes.filter(l => !all.lanes.some(a => a.name === l.name))];
  const laneOf = part.lanes.map(l => lanes.findIndex(a => a.name === l.name));
  const move = (list: readonly number[], to: readonly number[]): number[] => list.map(i => to[i] ?? i);
  const { events, bins } = part;
  const recoloured = (c: readonly number[] | undefined, count: number) =>
    part.colours.length === 0 ? {} : { colour: move(c ?? new Array<number>(count).fill(0), colourOf) };
  return {
    ...part,
    // The strip below shows the whole range.
    ...{ colours, lanes, histogram: all.histogram },
    ...(events === undefined
      ? {}
      : {
          events: { ...events, lane: move(events.lane, laneOf), ...recoloured(events.colour, events.lane.length) },
        }),
    ...(bins === undefined
      ? {}
      : { bins: { ...bins, lane: move(bins.lane, laneOf), ...recoloured(bins.colour, bins.lane.length) } }),
  };
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
