/** A cell's outputs as they come → the outputs that the notebook keeps. */
import type { CellOutput } from "../kernel/api.js";
import type { Json, NotebookOutput } from "./notebook.js";

/** Of what one cell prints past its own limit (`kernel/stream.ts`): programs that write to the process's streams themselves. */
const maxStreamLength = 2_000_000;

type Shown = Extract<CellOutput, { data: unknown }>;

/** Keeps the outputs of all cells of a run, because an update replaces what another cell displayed. */
export class OutputCollector {
  readonly #cells = new Map<string, NotebookOutput[]>();
  readonly #displays = new Map<string, { readonly outputs: NotebookOutput[]; shown: NotebookOutput }[]>();
  /** Cells whose outputs make room for the next one. */
  readonly #clearNext = new Set<string>();
  readonly #streamLengths = new Map<string, number>();

  add(cellId: string, count: number, output: CellOutput): void {
    const outputs = this.#getOutputs(cellId);
    if (output.kind !== "clear" && output.kind !== "update" && this.#clearNext.delete(cellId)) outputs.splice(0);
    switch (output.kind) {
      case "stream":
        this.#addStream(cellId, outputs, output);
        break;
      case "error": {
        const { name, message, traceback } = output.error;
        outputs.push({ output_type: "error", ename: name, evalue: message, traceback: [...traceback] });
        break;
      }
      case "clear":
        if (output.wait) this.#clearNext.add(cellId);
        else outputs.splice(0);
        break;
      case "result":
        outputs.push({ output_type: "execute_result", ...toShown(output), execution_count: count });
        break;
      case "display":
        outputs.push({ output_type: "display_data", ...toShown(output) });
        if (output.displayId !== undefined) this.#remember(output.displayId, outputs);
        break;
      case "update":
        for (const place of this.#displays.get(output.displayId) ?? []) {
          const index = place.outputs.indexOf(place.shown);
          place.shown = { output_type: "display_data", ...toShown(output) };
          // Gone when the cell's output was cleared in the meantime.
          if (index >= 0) place.outputs[index] = place.shown;
        }
        break;
    }
  }

  get(cellId: string): readonly NotebookOutput[] {
    return this.#cells.get(cellId) ?? [];
  }

  #getOutputs(cellId: string): NotebookOutput[] {
    const found = this.#cells.get(cellId);
    if (found !== undefined) return found;
    const outputs: NotebookOutput[] = [];
    this.#cells.set(cellId, outputs);
    return outputs;
  }

  #remember(displayId: string, outputs: NotebookOutput[]): void {
    const places = this.#displays.get(displayId) ?? [];
    const shown = outputs.at(-1);
    if (shown !== undefined) this.#displays.set(displayId, [...places, { outputs, shown }]);
  }

  #addStream(
    cellId: string,
    outputs: NotebookOutput[],
    { name, text }: { name: "stdout" | "stderr"; text: string },
  ): void {
    const before = this.#streamLengths.get(cellId) ?? 0;
    this.#streamLengths.set(cellId, before + text.length);
    const room = maxStreamLength - before;
    if (room <= 0) return;
    const kept =
      text.length <= room
        ? text
        : `${text.slice(0, room)}\n… output beyond ${maxStreamLength} characters is not kept\n`;
    const last = outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name)
      outputs[outputs.length - 1] = { output_type: "stream", name, text: last.text + kept };
    else outputs.push({ output_type: "stream", name, text: kept });
  }
}

function toShown(output: Shown): { data: Json; metadata: Json } {
  const metadata = output.completeness === undefined ? {} : { huntbook: { completeness: output.completeness } };
  return { data: { ...output.data }, metadata };
}
