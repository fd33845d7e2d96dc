/** Choosing one thing of a list, and seeing something about it. */
import type { Choices, ChoiceOptions } from "./controls.js";
import { Select, SelectMultiple } from "./controls.js";
import { Composite } from "./containers.js";
import type { ControlOptions } from "./control.js";
import type { WidgetKind } from "./node.js";
import { Output } from "./output.js";

export interface SelectItemOptions<T> extends ChoiceOptions<T> {
  /** What to show about the chosen item: a value, or a list of them; anything that a cell can show. */
  readonly action?: (value: T) => unknown;
}

/**
 * A list with a filter; below it what `action` gives for the chosen item. MSTICPy's `SelectItem`.
 *
 * `value` is the chosen item. An action that fails is shown where its answer would be.
 * @throws HuntError `widget/value` for a `value` that is not among the options
 */
export class SelectItem<T = string> extends Composite<T | undefined> {
  readonly #list: Select<T>;
  readonly #output = new Output();
  readonly #action: ((value: T) => unknown) | undefined;
  #shown = 0;

  constructor(options: SelectItemOptions<T>) {
    const list = new Select<T>({ ...options, label: options.label ?? "Select an item" });
    super(list.value, { label: "" });
    this.#list = list;
    this.#action = options.action;
    this.hold(options.action === undefined ? [list] : [list, this.#output]);
    list.onChange(value => (this.value = value));
    this.onChange(value => {
      if (list.value !== value) list.value = value;
      return this.#act();
    });
    this.ready = this.#act();
  }

  /** Resolves when what belongs to the first item is shown. */
  readonly ready: Promise<void>;

  /** Replaces what can be chosen. */
  setOptions(choices: Choices<T>): void {
    this.#list.setOptions(choices);
  }

  async #act(): Promise<void> {
    const value = this.value;
    if (this.#action === undefined) return;
    const turn = (this.#shown += 1);
    // A slow answer to an earlier choice must not replace that to a later one.
    const isLate = (): boolean => turn !== this.#shown;
    try {
      const shown = value === undefined ? undefined : await this.#action(value);
      if (isLate()) return;
      await this.#output.show(...(Array.isArray(shown) ? (shown as unknown[]) : [shown]));
    } catch (error) {
      if (!isLate()) this.#output.showError(error);
    }
  }
}

/**
 * Two lists, of what there is and of what was chosen, with buttons between them. MSTICPy's `SelectSubset`.
 *
 * `value` (also `selectedValues`) are the chosen values, `selectedItems` their labels.
 * @throws HuntError `widget/value` for a `value` that is not among the options
 */
export class SelectSubset<T = string> extends SelectMultiple<T> {
  override readonly kind: WidgetKind = "subset";
  constructor(
    options: ControlOptions & {
      readonly options: Choices<T>;
      /** Chosen at first. */
      readonly value?: readonly T[];
    },
  ) {
    super({ ...options, label: options.label ?? "Select items" });
  }
  get selectedValues(): readonly T[] {
    return this.value;
  }
  get selectedItems(): readonly string[] {
    return this.choices.filter(c => this.value.includes(c.value)).map(c => c.label);
  }
}
