/** The usual controls, as ipywidgets has them. */
import { Secret } from "../../base/secret.js";
import type { ControlOptions, NodeParts } from "./control.js";
import { badValue, Control, once } from "./control.js";
import { findKernel } from "./mount.js";
import type { Option, WidgetKind, WidgetValue } from "./node.js";

export interface TextOptions extends ControlOptions {
  readonly value?: string;
  readonly placeholder?: string;
  /** More than one: a text area. */
  readonly rows?: number;
}
/** A line (or some lines) of text. */
export class Text extends Control<string> {
  readonly kind: WidgetKind = "text";
  readonly #parts: NodeParts;
  constructor(options: TextOptions = {}) {
    super(options.value ?? "", options);
    const { placeholder, rows } = options;
    this.#parts = { ...(placeholder === undefined ? {} : { placeholder }), ...(rows === undefined ? {} : { rows }) };
  }
  protected override parts(): NodeParts {
    return this.#parts;
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return this.value;
  }
  protected fromPage(value: WidgetValue): string | undefined {
    return typeof value === "string" ? value : undefined;
  }
}

/** Something that must not be seen: it never travels to the page, nor into a saved notebook. */
export class Password extends Control<Secret | undefined> {
  readonly kind = "password";
  constructor(options: ControlOptions = {}) {
    super(undefined, options);
  }
  /** Only that there is something. */
  toPage(): WidgetValue {
    return this.value !== undefined;
  }
  describe(): string {
    return this.value === undefined ? "" : "(set)";
  }
  protected fromPage(value: WidgetValue): Secret | undefined {
    if (typeof value !== "string") return undefined;
    const secret = new Secret(value, "typed in");
    findKernel()?.learnSecret?.(secret);
    return secret;
  }
}

export interface NumberOptions extends ControlOptions {
  readonly value?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}
abstract class Numeric extends Control<number> {
  readonly #options: NumberOptions;
  constructor(value: number, options: NumberOptions) {
    super(value, options);
    this.#options = options;
    this.check(value);
  }
  protected override check(value: number): number {
    const { min = -Infinity, max = Infinity } = this.#options;
    if (!Number.isFinite(value) || value < min || value > max)
      throw badValue(this, `${value} is not a number from ${min} to ${max}`);
    return value;
  }
  protected override parts(): NodeParts {
    const { min, max, step } = this.#options;
    return {
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(step === undefined ? {} : { step }),
    };
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return String(this.value);
  }
  protected fromPage(value: WidgetValue): number | undefined {
    const { min = -Infinity, max = Infinity } = this.#options;
    const fits = typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
    return fits ? value : undefined;
  }
}

/** A number to type. */
export class NumberInput extends Numeric {
  readonly kind = "number";
  constructor(options: NumberOptions = {}) {
    super(options.value ?? options.min ?? 0, options);
  }
}
/** A number to slide; from 0 to 100 unless said otherwise. */
export class Slider extends Numeric {
  readonly kind: WidgetKind = "slider";
  constructor(options: NumberOptions = {}) {
    const { min = 0, max = 100, step = 1 } = options;
    super(options.value ?? min, { ...options, min, max, step });
  }
}

export class Checkbox extends Control<boolean> {
  readonly kind = "checkbox";
  constructor(options: ControlOptions & { readonly value?: boolean } = {}) {
    super(options.value ?? false, options);
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return this.value ? "yes" : "no";
  }
  protected fromPage(value: WidgetValue): boolean | undefined {
    return typeof value === "boolean" ? value : undefined;
  }
}

/** Choices: values, values by label, or pairs of label and value. */
export type Choices<T> = readonly T[] | Readonly<Record<string, T>> | ReadonlyMap<string, T>;

export interface Choice<T> extends Option {
  readonly value: T;
}
export function toChoices<T>(choices: Choices<T>): readonly Choice<T>[] {
  if (Array.isArray(choices)) return (choices as readonly T[]).map(value => ({ label: String(value), value }));
  const pairs =
    choices instanceof Map ? [...(choices as ReadonlyMap<string, T>)] : Object.entries(choices as Record<string, T>);
  return pairs.map(([label, value]) => ({ label, value }));
}

export interface ChoiceOptions<T> extends ControlOptions {
  readonly options: Choices<T>;
  readonly value?: T;
}
abstract class Choosing<T> extends Control<T | undefined> {
  #choices: readonly Choice<T>[];
  constructor(options: ChoiceOptions<T>) {
    const choices = toChoices(options.options);
    super(options.value ?? choices[0]?.value, options);
    this.#choices = choices;
    if (options.value !== undefined) this.check(options.value);
  }
  get options(): readonly Choice<T>[] {
    return this.#choices;
  }
  /** Replaces what can be chosen; a value that is no longer among it gives way to the first. */
  setOptions(choices: Choices<T>): void {
    this.#choices = toChoices(choices);
    this.redraw();
    if (!this.#choices.some(c => c.value === this.value)) this.value = this.#choices[0]?.value;
  }
  protected override check(value: T | undefined): T | undefined {
    if (value !== undefined && !this.#choices.some(c => c.value === value))
      throw badValue(this, `${String(value)} is not offered`);
    return value;
  }
  protected override parts(): NodeParts {
    return {
      options: this.#choices.map(({ label, detail }) => (detail === undefined ? { label } : { label, detail })),
    };
  }
  toPage(): WidgetValue {
    const index = this.#choices.findIndex(c => c.value === this.value);
    return index < 0 ? null : index;
  }
  describe(): string {
    return this.#choices.find(c => c.value === this.value)?.label ?? "";
  }
  protected fromPage(value: WidgetValue): T | undefined {
    return typeof value === "number" ? this.#choices[value]?.value : undefined;
  }
}
/** One of several, behind a button. */
export class Dropdown<T = string> extends Choosing<T> {
  readonly kind = "dropdown";
}
/** One of several, in a list with a filter when it is long. */
export class Select<T = string> extends Choosing<T> {
  readonly kind = "select";
}

/** One of a few, all of them seen. */
export class Radio<T = string> extends Choosing<T> {
  readonly kind = "radio";
}

/** Any number of several. */
export class SelectMultiple<T = string> extends Control<readonly T[]> {
  readonly kind: WidgetKind = "multi";
  readonly choices: readonly Choice<T>[];
  constructor(options: ControlOptions & { readonly options: Choices<T>; readonly value?: readonly T[] }) {
    super(options.value ?? [], options);
    this.choices = toChoices(options.options);
    this.check(this.value);
  }
  protected override check(value: readonly T[]): readonly T[] {
    const stranger = value.find(v => !this.choices.some(c => c.value === v));
    if (stranger !== undefined) throw badValue(this, `${String(stranger)} is not offered`);
    return value;
  }
  protected override parts(): NodeParts {
    return { options: this.choices.map(({ label }) => ({ label })) };
  }
  toPage(): WidgetValue {
    return this.choices.flatMap((c, i) => (this.value.includes(c.value) ? [i] : []));
  }
  describe(): string {
    return this.choices.flatMap(c => (this.value.includes(c.value) ? [c.label] : [])).join(", ");
  }
  protected fromPage(value: WidgetValue): readonly T[] | undefined {
    if (!Array.isArray(value)) return undefined;
    const found = [...new Set(value as readonly number[])].map(i => this.choices[i]);
    return found.every(c => c !== undefined) ? found.map(c => c.value) : undefined;
  }
}

/** A point in time, UTC. */
export class DateTime extends Control<Date> {
  readonly kind = "datetime";
  constructor(options: ControlOptions & { readonly value: Date }) {
    super(options.value, options);
    this.check(options.value);
  }
  protected override check(value: Date): Date {
    if (Number.isNaN(value.getTime())) throw badValue(this, "it is no date");
    return value;
  }
  toPage(): WidgetValue {
    return this.value.toISOString();
  }
  describe(): string {
    return this.value.toISOString();
  }
  protected fromPage(value: WidgetValue): Date | undefined {
    const date = new Date(typeof value === "string" ? value : Number.NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
}

/** Pressed by a person; `await button.pressed()` waits for it, also within one cell. */
export class Button extends Control<number> {
  readonly kind = "button";
  readonly #tone: "plain" | "primary" | "danger";
  readonly #listeners = new Set<() => unknown>();
  constructor(options: ControlOptions & { readonly tone?: "plain" | "primary" | "danger" }) {
    super(0, options);
    this.#tone = options.tone ?? "plain";
  }
  onPress(listener: () => unknown): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** @throws HuntError `widget/nobody` where nobody can press it */
  async pressed(signal?: AbortSignal): Promise<void> {
    await once<undefined>(this, listener => this.onPress(() => listener(undefined)), signal);
  }
  override async press(): Promise<void> {
    await Promise.all([...this.#listeners].map(async listener => listener()));
  }
  protected override parts(): NodeParts {
    return { tone: this.#tone };
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

/** A line of text between controls; the text is data. */
export class Note extends Control<string> {
  readonly kind = "note";
  readonly #tone: "plain" | "faint" | "bad";
  constructor(text = "", tone: "plain" | "faint" | "bad" = "plain") {
    super(text);
    this.#tone = tone;
  }
  protected override parts(): NodeParts {
    return { tone: this.#tone };
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return this.value;
  }
  protected fromPage(): undefined {
    return undefined;
  }
}

/** How far something has come. */
export class Progress extends Control<number> {
  readonly kind = "progress";
  readonly total: number;
  constructor(total: number, options: ControlOptions = {}) {
    super(0, { label: "Progress", ...options });
    this.total = total;
    if (!(total > 0)) throw badValue(this, `${total} is not a positive total`);
  }
  /** MSTICPy's `update_progress`: a new total done, or what has been done since. */
  updateProgress(change: { readonly newTotal: number } | { readonly delta: number }): void {
    const done = "newTotal" in change ? change.newTotal : this.value + change.delta;
    this.value = Math.min(this.total, Math.max(0, done));
  }
  protected override parts(): NodeParts {
    return { max: this.total };
  }
  toPage(): WidgetValue {
    return this.value;
  }
  describe(): string {
    return `${this.value} of ${this.total} (${Math.round((100 * this.value) / this.total)}%)`;
  }
  protected fromPage(): undefined {
    return undefined;
  }
}
