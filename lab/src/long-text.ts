/**
 * Printed and plain text. What is short is drawn whole; of what is long, the beginning and the end, and between them how much
 * is not drawn and the ways to it. A page that draws all of 10 MB, anew with every line that is printed, answers nobody.
 */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { renderText } from "@jupyterlab/rendermime";
import { Widget } from "@lumino/widgets";

/** Characters. Text up to `whole` is drawn as it is. */
const whole = 200_000;
const endPart = 50_000;
/** How much a click adds to the beginning. */
const morePart = 250_000;
/** Text that is still printed is drawn again at most so often. */
const paceMs = 60;

/** A place to cut near `at`: behind a line's end where one is not far, else not inside a pair of surrogates. */
function cutBefore(text: string, at: number): number {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  if (line > at - 5_000 && line > 0) return line;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

export interface LongText {
  readonly head: string;
  /** Where what is not drawn begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly tail: string;
}

/** The parts of a long text that are drawn; undefined: all of it. */
export function splitLongText(text: string, headChars: number): LongText | undefined {
  if (text.length <= whole || text.length <= headChars + endPart) return undefined;
  const from = cutBefore(text, headChars);
  const to = cutBefore(text, text.length - endPart);
  return to <= from ? undefined : { head: text.slice(0, from), from, to, tail: text.slice(to) };
}

/** Counts line ends of a text that grows, without reading what was read before. */
class LineCounter {
  #from = -1;
  #upTo = 0;
  #lines = 0;

  count(text: string, from: number, to: number): number {
    if (from !== this.#from || to < this.#upTo) [this.#from, this.#upTo, this.#lines] = [from, from, 0];
    let at = text.indexOf("\n", this.#upTo);
    for (; at >= 0 && at < to; at = text.indexOf("\n", at + 1)) this.#lines += 1;
    this.#upTo = to;
    return this.#lines;
  }
}

const number = (value: number): string => value.toLocaleString("en-US");
/** `9.9 MB`, of characters; `340 kB`. */
export const sizeOf = (chars: number): string =>
  chars < 1_000_000 ? `${Math.round(chars / 1000)} kB` : `${(chars / 1e6).toFixed(1)} MB`;

/** A line that says what is not drawn, with buttons. */
export function createCutLine(words: string, actions: Readonly<Record<string, () => void>>): HTMLElement {
  const line = document.createElement("div");
  line.className = "hb-cut";
  const text = document.createElement("span");
  text.textContent = words;
  line.append(text);
  for (const [label, act] of Object.entries(actions)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    line.append(button);
  }
  return line;
}

/** Gives the browser a file to save. */
export function saveAsFile(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export class RenderedLongText extends Widget implements IRenderMime.IRenderer {
  readonly #options: IRenderMime.IRendererOptions;
  readonly #lines = new LineCounter();
  readonly #head = document.createElement("div");
  readonly #middle = document.createElement("div");
  readonly #tail = document.createElement("div");
  #model: IRenderMime.IMimeModel | undefined;
  #headChars = endPart;
  #drawnHead: string | undefined;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: IRenderMime.IRendererOptions) {
    super();
    this.#options = options;
    this.addClass("jp-RenderedText");
    this.node.dataset["mimeType"] = options.mimeType;
    this.node.append(this.#head, this.#middle, this.#tail);
  }

  /** Draws at once, or, while text keeps coming, soon. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#model = model;
    const waitMs = this.#drawnAtMs + paceMs - performance.now();
    if (waitMs <= 0) this.#draw();
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        if (!this.isDisposed) this.#draw();
      }, waitMs);
    return Promise.resolve();
  }

  override dispose(): void {
    clearTimeout(this.#timer);
    super.dispose();
  }

  get #text(): string {
    return String(this.#model?.data[this.#options.mimeType] ?? "");
  }

  #draw(): void {
    const text = this.#text;
    const parts = splitLongText(text, this.#headChars);
    this.#drawHead(parts?.head ?? text);
    this.#middle.replaceChildren(...(parts === undefined ? [] : [this.#cutLine(text, parts)]));
    this.#tail.replaceChildren();
    if (parts !== undefined) this.#drawPart(this.#tail, parts.tail);
    this.#drawnAtMs = performance.now();
  }

  #drawHead(head: string): void {
    if (head === this.#drawnHead) return;
    this.#drawnHead = head;
    this.#head.replaceChildren();
    this.#drawPart(this.#head, head);
  }

  #drawPart(host: HTMLElement, source: string): void {
    const { sanitizer } = this.#options;
    void renderText({ host, sanitizer, source });
  }

  #cutLine(text: string, { from, to }: LongText): HTMLElement {
    const lines = this.#lines.count(text, from, to);
    const words = `${sizeOf(to - from)} of this output (${number(lines)} lines) are not drawn; the notebook holds them.`;
    return createCutLine(words, {
      "Show more": () => {
        this.#headChars += morePart;
        this.#draw();
      },
      "Save all as a file": () => saveAsFile(this.#text, "output.txt"),
    });
  }
}
