/** Controls that hold others. */
import type { AnyControl, ControlOptions, NodeParts } from "./control.js";
import { Control } from "./control.js";
import type { WidgetKind, WidgetValue } from "./node.js";

/** Holds controls; `value` is the index of the part that is open, null for none. */
abstract class Container extends Control<number | null> {
  readonly #children: readonly AnyControl[];
  constructor(children: readonly AnyControl[], options: ControlOptions = {}, open: number | null = 0) {
    super(open, options);
    this.#children = children;
    for (const child of children) child.adoptedBy(this);
  }
  override get children(): readonly AnyControl[] {
    return this.#children;
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return "";
  }
  protected fromPage(value: WidgetValue): number | null | undefined {
    if (value === null && this.kind === "accordion") return null;
    return Number.isInteger(value) && this.#children[value as number] !== undefined ? (value as number) : undefined;
  }
}

/** Controls beside or below each other. */
export class Box extends Container {
  readonly kind: WidgetKind = "box";
  readonly #direction: "row" | "column" | "sides";
  constructor(
    children: readonly AnyControl[],
    options: ControlOptions & { readonly direction?: "row" | "column" | "sides" } = {},
  ) {
    super(children, options);
    this.#direction = options.direction ?? "column";
  }
  protected override parts(): NodeParts {
    return { direction: this.#direction };
  }
}

abstract class Titled extends Container {
  readonly #titles: readonly string[];
  constructor(parts: Readonly<Record<string, AnyControl>>, options: ControlOptions = {}, open: number | null = 0) {
    super(Object.values(parts), options, open);
    this.#titles = Object.keys(parts);
  }
  protected override parts(): NodeParts {
    return { titles: this.#titles };
  }
}
/** One page at a time; `value` is the index of the open one. */
export class Tabs extends Titled {
  readonly kind = "tabs";
}
/** Parts of which one is open, or none. */
export class Accordion extends Titled {
  readonly kind = "accordion";
}

/** A control made of others, with a value of its own that the page never sets directly. */
export abstract class Composite<V> extends Control<V> {
  readonly kind = "box";
  #children: readonly AnyControl[] = [];
  /** What it is made of; called by the constructor. */
  protected hold(children: readonly AnyControl[]): void {
    this.#children = children;
    for (const child of children) child.adoptedBy(this);
  }
  override get children(): readonly AnyControl[] {
    return this.#children;
  }
  protected override parts(): NodeParts {
    return { direction: "column" };
  }
  toPage(): WidgetValue {
    return null;
  }
  describe(): string {
    return "";
  }
  protected fromPage(): undefined {
    return undefined;
  }
}

/** A place whose controls are replaced. What a page sends for controls that were here before reaches nobody. */
export class Panel extends Composite<undefined> {
  #epoch = 0;
  constructor(children: readonly AnyControl[] = [], options: ControlOptions = {}) {
    super(undefined, options);
    this.hold(children);
  }
  replace(children: readonly AnyControl[]): void {
    this.#epoch += 1;
    this.hold(children);
    this.redraw();
  }
  override childKey(index: number): string {
    return `${this.#epoch}-${index}`;
  }
}
