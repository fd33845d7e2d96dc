/** Choosing marks of a figure by click and by keys: bars, slices, cells, places. */
import { canStandTogether, type Mark } from "../../view/figure/marks.js";
import { el, pointIn } from "./dom.js";

export interface Pickable {
  readonly mark: Mark;
  /** Where a ring is drawn around it. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface PickerParts {
  readonly stage: HTMLElement;
  /** All that can be chosen now, in reading order. */
  readonly marks: () => readonly Pickable[];
  /** What is at a point of the stage. */
  readonly at: (point: { readonly x: number; readonly y: number }) => Mark | undefined;
  /** Called when other marks are chosen. */
  readonly onPick: (marks: readonly Mark[]) => void;
  /** Called when the keys come to a mark; its name is to be read out. */
  readonly onVisit: (mark: Mark) => void;
  /** Keys that go to the next and to the one before: arrows, where these are free. */
  readonly next: readonly string[];
  readonly before: readonly string[];
}

export class Picker {
  readonly #parts: PickerParts;
  readonly #ring = el("div", { class: "hb-ring" });
  #picked: readonly Mark[] = [];
  #visited: string | undefined;
  /** A drag is no click. */
  #press: { readonly x: number; readonly y: number } | undefined;

  constructor(parts: PickerParts, signal: AbortSignal) {
    this.#parts = parts;
    const { stage } = parts;
    stage.append(this.#ring);
    stage.addEventListener("pointerdown", event => (this.#press = pointIn(stage, event)), { signal, capture: true });
    stage.addEventListener("click", event => this.#click(event), { signal });
    stage.addEventListener("keydown", event => this.#key(event), { signal });
    stage.addEventListener("blur", () => this.#hideRing(), { signal });
  }

  get chosen(): ReadonlySet<string> {
    return new Set(this.#picked.map(m => m.id));
  }

  get picked(): readonly Mark[] {
    return this.#picked;
  }

  get label(): string {
    const names = this.#picked.map(m => m.name);
    const more = names.length - 3;
    return `${names.slice(0, 3).join("; ")}${more > 0 ? ` and ${more} more` : ""}`;
  }

  /** Forgets what is chosen, without saying so. */
  reset(): void {
    this.#picked = [];
    this.#hideRing();
  }

  #hideRing(): void {
    this.#ring.style.display = "none";
  }

  /** Chooses a mark instead of the others, or beside them; what is chosen already is given back. */
  #toggle(mark: Mark, beside: boolean): void {
    const others = this.#picked.filter(m => m.id !== mark.id);
    const isChosen = others.length < this.#picked.length;
    const kept = beside ? others.filter(m => canStandTogether(m, mark)) : [];
    this.#picked = isChosen && (beside || others.length === 0) ? kept : [...kept, mark];
    this.#parts.onPick(this.#picked);
  }

  #click(event: MouseEvent): void {
    if (event.target instanceof Element && event.target.closest("button,input,a") !== null) return;
    const point = pointIn(this.#parts.stage, event);
    if (this.#press !== undefined && Math.hypot(point.x - this.#press.x, point.y - this.#press.y) > 4) return;
    const mark = this.#parts.at(point);
    if (mark === undefined) return;
    this.#hideRing();
    this.#visited = mark.id;
    this.#toggle(mark, event.ctrlKey || event.metaKey || event.shiftKey);
  }

  #key(event: KeyboardEvent): void {
    const { stage, next, before, marks, onVisit, onPick } = this.#parts;
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = marks();
    const at = all.findIndex(m => m.mark.id === this.#visited);
    const visit = (index: number): void => {
      const found = all[Math.min(all.length - 1, Math.max(0, index))];
      if (found === undefined) return;
      this.#visited = found.mark.id;
      const { x, y, width, height } = found.box;
      Object.assign(this.#ring.style, {
        display: "block",
        left: `${x - 2}px`,
        top: `${y - 2}px`,
        width: `${Math.max(4, width) + 4}px`,
        height: `${Math.max(4, height) + 4}px`,
      });
      onVisit(found.mark);
    };
    if (next.includes(event.key)) visit(at + 1);
    else if (before.includes(event.key)) visit(at < 0 ? 0 : at - 1);
    else if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      const { mark } = all[at] as Pickable;
      this.#toggle(mark, event.shiftKey);
    } else if (event.key === "Escape" && this.#picked.length > 0) {
      this.reset();
      onPick([]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
