/** A place inside a widget for whatever can be shown. */
import type { MimeBundle } from "../../base/port.js";
import { displaySymbol } from "../../base/port.js";
import { messageOf } from "../../base/error.js";
import type { Content, View } from "../../view/index.js";
import { parseView, renderText, toView, viewMime } from "../../view/index.js";
import type { ControlOptions } from "./control.js";
import { Control } from "./control.js";
import type { WidgetValue } from "./node.js";

export class Output extends Control<View | undefined> {
  readonly kind = "output";
  constructor(options: ControlOptions = {}) {
    super(undefined, options);
  }

  /**
   * Shows values below each other in the place of what was there: frames, figures, `md(…)`, text; what has no rich form as
   * text. Text is data, never markup.
   */
  async show(...values: readonly unknown[]): Promise<void> {
    const children: Content[] = [];
    for (const value of values) {
      const ready = await value;
      if (ready !== undefined && ready !== null) children.push(await toContent(ready));
    }
    this.value = children.length === 0 ? undefined : toView({ kind: "group", children });
  }

  /** Shows a view at once. */
  setView(children: readonly Content[]): void {
    this.value = toView({ kind: "group", children });
  }

  /** Shows what went wrong. */
  showError(error: unknown): void {
    const code = typeof error === "object" && error !== null && "code" in error ? `${String(error.code)}: ` : "";
    this.value = toView({ kind: "banner", tone: "bad", title: `${code}${messageOf(error)}` });
  }

  clear(): void {
    this.value = undefined;
  }

  toPage(): WidgetValue {
    return this.value ?? null;
  }
  describe(): string {
    return this.value === undefined ? "" : renderText(this.value);
  }
  protected fromPage(): undefined {
    return undefined;
  }
}

async function toContent(value: unknown): Promise<Content> {
  if (typeof value !== "object" || value === null) return String(value);
  const draw = (value as { [displaySymbol]?: () => MimeBundle | Promise<MimeBundle> })[displaySymbol];
  if (draw === undefined)
    return { kind: "code", text: JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v), 2) };
  const bundle = await draw.call(value);
  if (bundle[viewMime] !== undefined) return parseView(bundle[viewMime]).root;
  const text = bundle["text/plain"];
  return { kind: "code", text: typeof text === "string" ? text : "(nothing that can be shown here)" };
}
