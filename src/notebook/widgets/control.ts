/** The base of every widget: a labelled control with a value, alone or inside others, drawn wherever it is displayed. */
import type { Displayable, MimeBundle } from "../../base/port.js";
import { displaySymbol } from "../../base/port.js";
import { HuntError } from "../../base/error.js";
import type { Mount } from "./mount.js";
import { findKernel, openMount } from "./mount.js";
import type { WidgetKind, WidgetNode, WidgetValue } from "./node.js";
import { toStatic } from "./static.js";

export interface ControlOptions {
  readonly label?: string;
  readonly disabled?: boolean;
  readonly help?: string;
}

/** Parts of a node that a kind of control adds. */
export type NodeParts = Omit<Partial<WidgetNode>, "id" | "kind" | "label">;

/** A control of any kind, as the page and what holds it see it. */
export interface AnyControl extends Displayable {
  readonly label: string;
  readonly disabled: boolean;
  readonly children: readonly AnyControl[];
  /** The last part of a child's id. */
  childKey(index: number): string;
  toNode(id: string): WidgetNode;
  toPage(): WidgetValue;
  describe(): string;
  press(): void | Promise<void>;
  receive(value: WidgetValue): void;
  refresh(): void;
  redraw(): void;
  adoptedBy(parent: AnyControl): void;
  attach(mount: Mount): void;
}

export abstract class Control<V> implements AnyControl {
  abstract readonly kind: WidgetKind;
  #label: string;
  #disabled: boolean;
  readonly #help: string | undefined;
  #value: V;
  readonly #listeners = new Set<(value: V) => unknown>();
  /** Where it is drawn: its own place, and those of what holds it. */
  #mount: Mount | undefined;
  #parent: AnyControl | undefined;

  constructor(value: V, options: ControlOptions = {}) {
    this.#value = value;
    this.#label = options.label ?? "";
    this.#disabled = options.disabled ?? false;
    this.#help = options.help;
  }

  get label(): string {
    return this.#label;
  }
  set label(label: string) {
    this.#label = label;
    this.redraw();
  }
  get disabled(): boolean {
    return this.#disabled;
  }
  set disabled(disabled: boolean) {
    this.#disabled = disabled;
    this.redraw();
  }

  get value(): V {
    return this.#value;
  }
  /** @throws HuntError `widget/value` for a value that the control cannot have */
  set value(value: V) {
    this.#set(this.check(value));
  }

  /** Called with each new value, whoever set it. The answer ends it. */
  onChange(listener: (value: V) => unknown): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next value that is set. @throws HuntError `widget/nobody` where nobody can set one */
  changed(signal?: AbortSignal): Promise<V> {
    return once<V>(this, listener => this.onChange(listener), signal);
  }

  /** The controls inside, in order. */
  get children(): readonly AnyControl[] {
    return [];
  }

  /** Ids say what was drawn: where children are replaced, those of the old ones must mean nothing. */
  childKey(index: number): string {
    return String(index);
  }

  /** Draws it somewhere else than in a notebook. */
  attach(mount: Mount): void {
    this.#mount = mount;
  }

  /** The widget for pages that reach the kernel; for the others its labels and values. */
  [displaySymbol](): MimeBundle {
    this.#mount ??= openMount(this);
    return { ...this.#mount?.bundle, ...toStatic(this, findKernel()?.widgets?.isHeadless === true) };
  }

  /** For the page: this control under an id, its children below it. */
  toNode(id: string): WidgetNode {
    const help = this.#help === undefined ? {} : { help: this.#help };
    const disabled = this.#disabled ? { disabled: true } : {};
    const children = this.children.map((child, i) => child.toNode(`${id}.${this.childKey(i)}`));
    const inside = children.length === 0 ? {} : { children };
    return { id, kind: this.kind, label: this.#label, ...disabled, ...help, ...this.parts(), ...inside };
  }

  /** Its value as the page has it. */
  abstract toPage(): WidgetValue;
  /** The value as text, for outputs without a page. */
  abstract describe(): string;
  /** Undefined for what this control cannot have: the page may be out of date, or somebody else's. */
  protected abstract fromPage(value: WidgetValue): V | undefined;
  /** @throws HuntError `widget/value` */
  protected check(value: V): V {
    return value;
  }
  protected parts(): NodeParts {
    return {};
  }
  /** A person pressed it; only buttons care. */
  press(): void | Promise<void> {
    return undefined;
  }

  /** What a person did on the page. */
  receive(value: WidgetValue): void {
    const read = this.#disabled ? undefined : this.fromPage(value);
    // What is refused is taken back on the page too.
    if (read === undefined) this.refresh();
    else this.#set(read);
  }

  adoptedBy(parent: AnyControl): void {
    this.#parent = parent;
  }

  /** Values have changed. */
  refresh(): void {
    this.#mount?.sendValues();
    this.#parent?.refresh();
  }

  /** Something else than the value has changed. */
  redraw(): void {
    this.#mount?.sendTree();
    this.#parent?.redraw();
  }

  #set(value: V): void {
    this.#value = value;
    this.refresh();
    for (const listener of [...this.#listeners]) listener(value);
  }
}

/** Resolves with what is told first; rejects when the signal aborts, and at once where there is nobody to tell anything. */
export function once<T>(
  control: { readonly label: string },
  listen: (listener: (value: T) => void) => () => void,
  signal?: AbortSignal,
): Promise<T> {
  if (!hasSomebody())
    return Promise.reject(
      new HuntError("widget/nobody", `a cell waits for a person at ${nameOf(control)}, and there is nobody`, {
        hint: "give the value as a parameter (-p name=value), or run the notebook in a front end with widgets",
      }),
    );
  return new Promise((resolve, reject) => {
    const off = listen(value => {
      off();
      signal?.removeEventListener("abort", abort);
      resolve(value);
    });
    const abort = (): void => {
      off();
      reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Whether anybody can use a widget: not in a script, and not in a run without a front end. */
export function hasSomebody(): boolean {
  const widgets = findKernel()?.widgets;
  return widgets !== undefined && widgets.isHeadless !== true;
}

const nameOf = ({ label }: { readonly label: string }): string => (label === "" ? "a widget" : `the widget '${label}'`);

export function badValue(control: { readonly label: string }, problem: string): HuntError {
  return new HuntError("widget/value", `${nameOf(control)} cannot have this value: ${problem}`, {
    hint: "give one of the values that it offers",
  });
}
