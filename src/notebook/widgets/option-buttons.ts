/** A question with a few answers, one of which may come by itself. */
import { Composite, Box } from "./containers.js";
import { Button, Note } from "./controls.js";
import type { ControlOptions } from "./control.js";
import { hasSomebody, once } from "./control.js";
import { findKernel } from "./mount.js";

export interface OptionButtonsOptions extends ControlOptions {
  /** Default Yes, No and Cancel. */
  readonly buttons?: readonly string[];
  /** The answer when nobody gives one; the first button when there is a timeout. */
  readonly default?: string;
  /** Seconds after which the default is taken; without it the question waits for ever. */
  readonly timeoutSeconds?: number;
}

/**
 * Buttons, of which one is the answer. MSTICPy's `OptionButtons`.
 *
 * `await buttons.ask()` shows them under the cell and waits; a run without a front end takes the default and says so.
 */
export class OptionButtons extends Composite<string | undefined> {
  readonly #buttons: readonly Button[];
  readonly #note: Note;
  readonly #default: string | undefined;
  readonly #timeoutSeconds: number | undefined;

  constructor(options: OptionButtonsOptions = {}) {
    const { buttons = ["Yes", "No", "Cancel"], timeoutSeconds } = options;
    super(undefined, options);
    this.#default = options.default ?? (timeoutSeconds === undefined ? undefined : buttons[0]);
    this.#timeoutSeconds = timeoutSeconds;
    this.#note = new Note("", "faint");
    this.#buttons = buttons.map(label => {
      const button = new Button({ label, tone: label === this.#default ? "primary" : "plain" });
      button.onPress(() => this.#answer(label, `Answer: ${label}`));
      return button;
    });
    this.hold([new Box(this.#buttons, { direction: "row" }), this.#note]);
  }

  /**
   * Shows the buttons and waits for the answer.
   * @throws HuntError `widget/nobody` in a run without a front end when there is no default
   */
  async ask(signal?: AbortSignal): Promise<string> {
    if (!hasSomebody() && this.#default !== undefined) {
      this.#answer(this.#default, `Answer: ${this.#default} (the default: nobody was there to ask)`);
      await findKernel()?.display(this);
      return this.#default;
    }
    const answered = once<string | undefined>(this, listener => this.onChange(listener), signal);
    const stop = this.#countDown();
    try {
      await findKernel()?.display(this);
      return (await answered) ?? "";
    } finally {
      stop();
    }
  }

  override describe(): string {
    return this.value ?? "(not answered)";
  }

  #answer(value: string, text: string): void {
    for (const button of this.#buttons) button.disabled = true;
    this.#note.value = text;
    this.value = value;
  }

  #countDown(): () => void {
    const [taken, seconds] = [this.#default, this.#timeoutSeconds];
    if (taken === undefined || seconds === undefined) return () => undefined;
    let left = Math.ceil(seconds);
    const tell = (): void => void (this.#note.value = `'${taken}' is taken in ${left} s`);
    tell();
    const ticks = setInterval(() => {
      left -= 1;
      if (left > 0) tell();
    }, 1000);
    const end = setTimeout(
      () => this.#answer(taken, `Answer: ${taken} (nobody answered in ${seconds} s)`),
      seconds * 1000,
    );
    return () => {
      clearInterval(ticks);
      clearTimeout(end);
    };
  }
}
