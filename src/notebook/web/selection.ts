/** What is chosen in one view narrows the other views of the same frame in the same cell. */
import type { FigureFrame } from "../../view/figure/model.js";
import type { LiveReply, Narrowing, RowFilter } from "../../view/live.js";
import { button } from "./dom.js";
import { ask, type Place } from "./host.js";

export interface Choice extends Narrowing {
  /** What was chosen, for people: `09:00–10:30`. */
  readonly label: string;
}

interface LinkedView {
  /** Where it stands: views of other cells are not meant. */
  readonly element: HTMLElement;
  readonly frames: readonly string[];
  /** Called when what is chosen in other views has changed. */
  readonly onChoice: (choices: readonly Choice[]) => void;
  /** Called when somebody wants everything again. */
  readonly onClear: () => void;
}

const views = new Set<LinkedView>();
const chosen = new Map<LinkedView, readonly Choice[]>();

/** A notebook's cell, or the page where there are none. */
const cellOf = (view: LinkedView): Element | null => view.element.closest(".jp-Cell, .hb-cell-scope");
const isBeside = (a: LinkedView, b: LinkedView): boolean => a !== b && cellOf(a) === cellOf(b);

/** What is chosen in the views beside one, about its frames. */
function choicesFor(view: LinkedView): readonly Choice[] {
  return [...chosen].flatMap(([from, choices]) =>
    isBeside(from, view) ? choices.filter(c => view.frames.includes(c.frame)) : [],
  );
}

/** The conditions on a frame that stand in these choices. */
const filtersOf = (choices: readonly Choice[], frame: string): readonly RowFilter[] =>
  choices.filter(c => c.frame === frame).flatMap(c => c.filters);

function join(view: LinkedView, signal: AbortSignal): void {
  if (view.frames.length === 0) return;
  views.add(view);
  signal.addEventListener("abort", () => {
    // It may be off the page already, where nothing stands beside it.
    const frames = new Set((chosen.get(view) ?? []).map(c => c.frame));
    views.delete(view);
    chosen.delete(view);
    for (const other of views) if (other.frames.some(f => frames.has(f))) other.onChoice(choicesFor(other));
  });
  // Once it stands on the page: views that open later follow what is chosen already.
  queueMicrotask(() => {
    const choices = signal.aborted ? [] : choicesFor(view);
    if (choices.length > 0) view.onChoice(choices);
  });
}

/** Takes back what is chosen about the frames of a view, in whichever view of its cell. */
function clearAround(view: LinkedView): void {
  const concerned = [...chosen].filter(
    ([from, choices]) => (from === view || isBeside(from, view)) && choices.some(c => view.frames.includes(c.frame)),
  );
  for (const [from] of concerned) from.onClear();
}

/** Says what is chosen in a view; nothing when all is. Gives everything that is now chosen about its frames. */
function publish(from: LinkedView, choices: readonly Choice[]): readonly Narrowing[] {
  const before = chosen.get(from) ?? [];
  const told = new Set([...before, ...choices].map(c => c.frame));
  chosen.set(from, choices);
  for (const view of views)
    if (isBeside(from, view) && view.frames.some(f => told.has(f))) view.onChoice(choicesFor(view));
  return narrowingOf([...choicesFor(from), ...choices]);
}

const narrowingOf = (choices: readonly Choice[]): readonly Narrowing[] =>
  [...new Set(choices.map(c => c.frame))].map(frame => ({ frame, filters: filtersOf(choices, frame) }));

export interface LinkParts {
  readonly element: HTMLElement;
  readonly frames: readonly FigureFrame[];
  readonly live: string | undefined;
  /** Called when what is chosen beside this view has changed; `reply` is the kernel's answer, asked for when `asks`. */
  readonly onChoice: (choices: readonly Choice[], reply: LiveReply | undefined) => void;
  /** Whether the view needs the kernel to draw what is left. */
  readonly asks: (choices: readonly Choice[]) => boolean;
  /** Takes back what is chosen in this view itself, and says so by `choose`. */
  readonly onClear: () => void;
}

/** One view's part in it. */
export class Link {
  readonly #parts: LinkParts;
  readonly #place: Place;
  readonly #view: LinkedView;
  /** Takes back every choice about the view's frames; to be seen while there is one. */
  readonly clear: HTMLButtonElement;
  #choices: readonly Choice[] = [];
  #own: readonly Choice[] = [];
  #asked = 0;
  #told = 0;

  constructor(parts: LinkParts, place: Place) {
    this.#parts = parts;
    this.#place = place;
    const { element, frames } = parts;
    this.#view = {
      ...{ element, frames: frames.map(f => f.id), onClear: parts.onClear },
      onChoice: choices => void this.#follow(choices),
    };
    this.clear = button("✕ Clear choice", () => clearAround(this.#view), {
      class: "hb-button hb-clear",
      title: "show everything again, in all views of this cell",
    });
    this.#offerClear();
    join(this.#view, place.signal);
  }

  #offerClear(): void {
    this.clear.hidden = this.#choices.length === 0 && this.#own.length === 0;
  }

  /** Whether choosing here means something: the view knows which frames it is of. */
  get isLinked(): boolean {
    return this.#parts.frames.length > 0;
  }

  /** Whether another view of the frame stands in the same cell. */
  get hasCompany(): boolean {
    return [...views].some(v => isBeside(v, this.#view) && v.frames.some(f => this.#view.frames.includes(f)));
  }

  /** What is chosen in this view, for people; empty when nothing is. */
  get ownLabel(): string {
    return this.#own[0]?.label ?? "";
  }

  /** What is chosen beside this view. */
  get choices(): readonly Choice[] {
    return this.#choices;
  }

  /** The same, as the kernel is asked for it. */
  get narrowing(): readonly Narrowing[] {
    return narrowingOf(this.#choices);
  }

  /** Says what is chosen here: conditions on each frame, or nothing. */
  choose(label: string, filters: (frame: FigureFrame) => readonly RowFilter[]): void {
    const choices = this.#parts.frames
      .map(f => ({ frame: f.id, label, filters: filters(f) }))
      .filter(c => c.filters.length > 0);
    if (this.#parts.frames.length === 0) return;
    this.#own = choices;
    this.#offerClear();
    const narrowing = publish(this.#view, choices);
    void this.#tell(narrowing);
  }

  /** The kernel knows what is chosen, but not every step on the way. */
  async #tell(narrowing: readonly Narrowing[]): Promise<void> {
    const { live } = this.#parts;
    if (live === undefined || this.#place.host.request === undefined) return;
    const told = (this.#told += 1);
    await new Promise(resolve => setTimeout(resolve, 150));
    if (told === this.#told && !this.#place.signal.aborted)
      await ask(this.#place.host, { type: "select", live, narrowing });
  }

  async #follow(choices: readonly Choice[]): Promise<void> {
    this.#choices = choices;
    this.#offerClear();
    const asked = (this.#asked += 1);
    const { live, asks, onChoice } = this.#parts;
    if (live === undefined || choices.length === 0 || !asks(choices)) {
      onChoice(choices, undefined);
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 120));
    if (asked !== this.#asked || this.#place.signal.aborted) return;
    const reply = await ask(this.#place.host, { type: "narrow", live, narrowing: this.narrowing });
    if (asked === this.#asked && !this.#place.signal.aborted) onChoice(choices, reply);
  }
}

/** What was chosen, for people. */
export const labelOf = (choices: readonly Choice[]): string => [...new Set(choices.map(c => c.label))].join(", ");

/** What a view says of a choice that it follows. */
export function choiceText(choices: readonly Choice[], reply?: LiveReply): string {
  if (choices.length === 0) return "";
  const labels = labelOf(choices);
  if (reply === undefined || reply.type === "view") return `chosen: ${labels}`;
  const why = reply.type === "error" ? reply.message : "run the cell again to see this part alone";
  return `chosen elsewhere: ${labels}; ${why}`;
}

/** The conditions of a span of time. */
export const timeFilters = (column: string, [startMs, endMs]: readonly [number, number]): readonly RowFilter[] => [
  { column, op: "at-least", value: new Date(Math.floor(startMs)).toISOString() },
  // The microseconds of the last millisecond belong to it.
  { column, op: "at-most", value: new Date(Math.ceil(endMs)).toISOString().replace("Z", "999Z") },
];

/** The span that conditions on a column say; undefined when they say something else too. */
export function spanOf(choices: readonly Choice[], frames: readonly FigureFrame[]): [number, number] | undefined {
  let [from, to] = [-Infinity, Infinity];
  for (const choice of choices) {
    const column = frames.find(f => f.id === choice.frame)?.column;
    for (const filter of choice.filters) {
      if (!("column" in filter)) return undefined;
      const ms = Date.parse(filter.value);
      if (filter.column !== column || Number.isNaN(ms)) return undefined;
      if (filter.op === "at-least") from = Math.max(from, ms);
      else if (filter.op === "at-most") to = Math.min(to, ms);
      else return undefined;
    }
  }
  return from < to && Number.isFinite(from) && Number.isFinite(to) ? [from, to] : undefined;
}
