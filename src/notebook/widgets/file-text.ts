/** A whole file to edit, secrets hidden. What a person types goes to the program and does not come back before it was taken over. */
import type { HiddenText } from "../../config/mask-text.js";
import type { ControlOptions, NodeParts } from "./control.js";
import { Control } from "./control.js";
import type { WidgetKind, WidgetValue } from "./node.js";

const maxLength = 2 * 1024 * 1024;

export class FileText extends Control<string | undefined> {
  readonly kind: WidgetKind = "text";
  readonly shown: HiddenText;

  constructor(shown: HiddenText, options: ControlOptions = {}) {
    super(undefined, options);
    this.shown = shown;
  }

  /** The text as it was changed; undefined when it was not. */
  get edited(): string | undefined {
    return this.value === this.shown.text ? undefined : this.value;
  }

  protected override parts(): NodeParts {
    return { rows: 24 };
  }
  /** Null leaves in the page what stands there: it may hold a secret that was typed. */
  toPage(): WidgetValue {
    return this.edited === undefined ? this.shown.text : null;
  }
  describe(): string {
    return this.edited === undefined ? this.shown.text : "(changed, and not taken over yet)";
  }
  protected fromPage(value: WidgetValue): string | undefined {
    return typeof value === "string" && value.length <= maxLength ? value.replaceAll("\r\n", "\n") : undefined;
  }
}
