/** Controls that hold others. */
import type { AnyControl, ControlOptions, NodeParts } from "./control.js";
import { Control } from "./control.js";
import type { WidgetKind, WidgetValue } from "./node.js";

/** Holds controls; its own value is not of interest, except which part is open. */
abstract class Container extends Control<number> {
  readonly #children: readonly AnyControl[];
  constructor(children: readonly AnyControl[], options: ControlOptions = {}) {
    super(0, options);
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
  protected fromPage(value: WidgetValue): number | undefined {
    return Number.isInteger(value) && this.#children[value as number] !== undefined ? (value as number) : undefined;
  }
}

/** Controls beside or below each other. */
export class Box extends Container {
  readonly kind: WidgetKind = "box";
  readonly #direction: "row" | "column";
  constructor(
    children: readonly AnyControl[],
    options: ControlOptions & { readonly direction?: "row" | "column" } = {},
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
  constructor(parts: Readonly<Record<string, AnyControl>>, options: ControlOptions = {}) {
    super(Object.values(parts), options);
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
/** Parts that open and close. */
export class Accordion extends Titled {
  readonly kind = "accordion";
}
