/** `display(value)` for code that runs in a cell. */
import process from "node:process";
import { displaySymbol } from "../base/port.js";

interface Kernel {
  readonly widgets?: { readonly isHeadless?: boolean };
  readonly display: (value: unknown, options?: DisplayOptions) => Promise<void>;
}
export interface DisplayOptions {
  /** A name under which a later call with the same name replaces this display. */
  readonly id?: string;
}

/** The running kernel registers itself here; see notebook/kernel. */
const kernelSymbol = Symbol.for("huntbook.kernel");

/** Whether code runs in a notebook's kernel. */
export const hasKernel = (): boolean => (globalThis as { [kernelSymbol]?: Kernel })[kernelSymbol] !== undefined;

/** Whether cells run without anybody who looks: `huntbook run`. */
export const isHeadlessRun = (): boolean =>
  (globalThis as { [kernelSymbol]?: Kernel })[kernelSymbol]?.widgets?.isHeadless === true;

/**
 * Shows a value under the running cell: rich where the value offers it, else as text. Outside of a notebook it prints
 * the text form to standard output.
 */
export async function display(value: unknown, options: DisplayOptions = {}): Promise<void> {
  const kernel = (globalThis as { [kernelSymbol]?: Kernel })[kernelSymbol];
  if (kernel !== undefined) return kernel.display(value, options);
  const awaited = await value;
  const offered = (awaited as { [displaySymbol]?: () => unknown } | null)?.[displaySymbol];
  const bundle = typeof offered === "function" ? ((await offered.call(awaited)) as Record<string, unknown>) : undefined;
  const text = bundle?.["text/plain"];
  process.stdout.write(`${typeof text === "string" ? text : String(awaited)}\n`);
}
