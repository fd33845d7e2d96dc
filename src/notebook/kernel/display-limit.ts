/** How much one cell displays: a loop that displays without end must not fill the kernel, the server and the page. */
import type { CellOutput } from "./api.js";

export interface DisplayLimits {
  readonly count: number;
  /** Characters and bytes, about. */
  readonly size: number;
}
export const displayLimits: DisplayLimits = { count: 5000, size: 256_000_000 };

/** What an object in a bundle counts as: looking at every number of a view costs more than it tells. */
const objectSize = 10_000;

/** About how much there is to send of an output. */
export function estimateSize(output: CellOutput): number {
  if (output.kind === "stream") return output.text.length;
  if (!("data" in output)) return objectSize;
  const sizes = Object.values(output.data).map(v => (typeof v === "string" ? v.length : objectSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** For one run of a cell. */
export class DisplayLimit {
  readonly #limits: DisplayLimits;
  #count = 0;
  #size = 0;
  #leftOut = 0;

  constructor(limits: DisplayLimits = displayLimits) {
    this.#limits = limits;
  }

  /** What is sent in place of an output: itself, a line that says why it is not, or nothing. */
  pass(output: CellOutput): CellOutput | undefined {
    if (output.kind === "clear") this.#count = this.#size = this.#leftOut = 0;
    if (output.kind !== "display") return output;
    const { count, size } = this.#limits;
    if (this.#count < count && this.#size < size) {
      this.#count += 1;
      this.#size += estimateSize(output);
      return output;
    }
    this.#leftOut += 1;
    if (this.#leftOut > 1) return undefined;
    const shown = `${this.#count.toLocaleString("en-US")} displays`;
    const text = `Huntbook: this cell has made ${shown}, which is as much as is shown; more are only counted. To show something that changes, keep what display(value, { id: true }) gives and call its update(value).\n`;
    return { kind: "stream", name: "stderr", text };
  }

  /** The cell has ended. */
  end(): CellOutput | undefined {
    const leftOut = this.#leftOut;
    if (leftOut === 0) return undefined;
    this.#leftOut = 0;
    const what = `${leftOut.toLocaleString("en-US")} ${leftOut === 1 ? "display" : "displays"}`;
    return { kind: "stream", name: "stderr", text: `Huntbook: ${what} of this cell were left out.\n` };
  }
}
