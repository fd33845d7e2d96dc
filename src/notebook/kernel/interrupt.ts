/**
 * Interrupting a cell from another thread, so that `while (true) {}` can be stopped too.
 *
 * The rule: ask the main thread first; end what it runs only if it has not answered after a grace period. Terminating an
 * idle thread would end whatever comes next, which is the kernel's own code.
 */
import type { Worker } from "node:worker_threads";
import { startThread } from "./thread.js";

export type InterruptReason = "request" | "timeout";

export interface InterruptWorkerData {
  /** One Int32: the last interrupt that the main thread has seen. */
  readonly acknowledged: SharedArrayBuffer;
  readonly graceMs: number;
  /** A pipe on which the parent process writes `interrupt` lines; its end means that the parent is gone. */
  readonly controlFd?: number;
}
export type ToInterruptWorker =
  { readonly type: "arm"; readonly timeoutMs: number } | { readonly type: "disarm" } | { readonly type: "interrupt" };
export interface FromInterruptWorker {
  readonly id: number;
  readonly reason: InterruptReason;
}

export interface InterrupterOptions {
  /** Called on the main thread, at once if it is idle or awaiting, otherwise after its busy code was ended. */
  readonly onInterrupt: (reason: InterruptReason) => void;
  /** Default 150 ms. */
  readonly graceMs?: number;
  readonly controlFd?: number;
}

/** Also named in `interrupt-thread.ts`, whose thread calls it through the debugger. */
const unwindSymbol = Symbol.for("huntbook.kernel.unwind");

/** Kernels run with `--disable-warning=DEP0111`: there is no public way to do this. */
function clearAsyncStack(): void {
  const { binding } = process as unknown as { binding?: (name: string) => { clearAsyncIdStack?: () => void } };
  binding?.("async_wrap").clearAsyncIdStack?.();
}

/**
 * The main thread's side: what a watching thread needs to end busy code, and the note that an interrupt was seen.
 * `see` says whether the interrupt is new; `close` takes the global away.
 */
export function prepareInterrupts(): {
  readonly acknowledged: SharedArrayBuffer;
  readonly see: (id: number) => boolean;
  readonly close: () => void;
} {
  Object.defineProperty(globalThis, unwindSymbol, { value: clearAsyncStack, configurable: true });
  const acknowledged = new SharedArrayBuffer(4);
  const seen = new Int32Array(acknowledged);
  return {
    acknowledged,
    see: id => {
      // The same interrupt comes again when the first message was lost with the code that was ended.
      if (Atomics.load(seen, 0) >= id) return false;
      Atomics.store(seen, 0, id);
      return true;
    },
    close: () => void Reflect.deleteProperty(globalThis, unwindSymbol),
  };
}

/** Owns the watching thread; `close` ends it. It does not keep the process alive. */
export class Interrupter {
  readonly #worker: Worker;
  readonly #prepared = prepareInterrupts();

  constructor(options: InterrupterOptions) {
    const workerData: InterruptWorkerData = {
      acknowledged: this.#prepared.acknowledged,
      graceMs: options.graceMs ?? 150,
      ...(options.controlFd === undefined ? {} : { controlFd: options.controlFd }),
    };
    this.#worker = startThread("interrupt-main", workerData);
    this.#worker.on("message", (message: FromInterruptWorker) => {
      if (this.#prepared.see(message.id)) options.onInterrupt(message.reason);
    });
  }

  /** Interrupts with reason `timeout` unless `disarm` is called in time. */
  arm(timeoutMs: number): void {
    this.#send({ type: "arm", timeoutMs });
  }

  disarm(): void {
    this.#send({ type: "disarm" });
  }

  /** For whoever can still run code on the main thread; others write to the control pipe. */
  interrupt(): void {
    this.#send({ type: "interrupt" });
  }

  async close(): Promise<void> {
    this.#prepared.close();
    await this.#worker.terminate();
  }

  #send(message: ToInterruptWorker): void {
    this.#worker.postMessage(message);
  }
}
