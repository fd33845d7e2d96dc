/** A cell that runs shows how long it has, beside its number: a query that takes a minute must not look like one that hangs. */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import type { Cell } from "@jupyterlab/cells";
import { NotebookActions } from "@jupyterlab/notebook";

/** Shorter runs show nothing: what flickers past tells nobody anything. */
const patienceMs = 500;
const stepMs = 250;

/** `4 s`, `1:05`, `2:00:09`. */
export function elapsedText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The clock of one cell, from when the kernel begins with it until it is done. */
class CellClock {
  readonly #cell: Cell;
  readonly #label = document.createElement("span");
  readonly #timer: ReturnType<typeof setInterval>;
  #startedMs: number | undefined;

  constructor(cell: Cell) {
    this.#cell = cell;
    this.#label.className = "hb-running";
    // Screen readers hear that a cell runs by its prompt; every second would be noise.
    this.#label.setAttribute("aria-hidden", "true");
    this.#timer = setInterval(() => this.#show(), stepMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#label.remove();
  }

  #show(): void {
    if (this.#cell.isDisposed) return this.stop();
    // Cells that wait for others have not begun.
    if (!isRunning(this.#cell)) return;
    this.#startedMs ??= performance.now();
    const ms = performance.now() - this.#startedMs;
    if (ms < patienceMs) return;
    this.#label.textContent = elapsedText(ms);
    const prompt = this.#cell.node.querySelector(".jp-InputArea-prompt");
    if (prompt !== null && this.#label.parentElement !== prompt) prompt.append(this.#label);
  }
}

const isRunning = (cell: Cell): boolean =>
  (cell.model as { readonly executionState?: string }).executionState === "running";

export const runningCells: JupyterFrontEndPlugin<void> = {
  id: "huntbook:running-cells",
  description: "How long a running cell has been running.",
  autoStart: true,
  activate: () => {
    const clocks = new Map<Cell, { readonly clock: CellClock; runs: number }>();
    NotebookActions.executionScheduled.connect((_, { cell }) => {
      if (cell.model.type !== "code") return;
      const found = clocks.get(cell);
      found?.clock.stop();
      clocks.set(cell, { clock: new CellClock(cell), runs: (found?.runs ?? 0) + 1 });
    });
    NotebookActions.executed.connect((_, { cell }) => {
      const found = clocks.get(cell);
      if (found === undefined) return;
      found.runs -= 1;
      if (found.runs > 0) return;
      found.clock.stop();
      clocks.delete(cell);
    });
  },
};
