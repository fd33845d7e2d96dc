/**
 * Interrupting a cell from another thread, so that `while (true) {}` can be stopped too.
 *
 * The rule: ask the main thread first; end what it runs only if it has not answered after a grace period. Terminating an
 * idle thread would end whatever comes next, which is the kernel's own code.
 */
import { Worker } from "node:worker_threads";

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

/** Owns the watching thread; `close` ends it. It does not keep the process alive. */
export class Interrupter {
  readonly #worker: Worker;

  constructor(options: InterrupterOptions) {
    const acknowledged = new SharedArrayBuffer(4);
    const seen = new Int32Array(acknowledged);
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const workerData: InterruptWorkerData = {
      acknowledged,
      graceMs: options.graceMs ?? 150,
      ...(options.controlFd === undefined ? {} : { controlFd: options.controlFd }),
    };
    this.#worker = new Worker(new URL(`./interrupt-main.${extension}`, import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on("message", (message: FromInterruptWorker) => {
      // The same interrupt comes again when the first message was lost with the code that was ended.
      if (Atomics.load(seen, 0) >= message.id) return;
      Atomics.store(seen, 0, message.id);
      options.onInterrupt(message.reason);
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
    await this.#worker.terminate();
  }

  #send(message: ToInterruptWorker): void {
    this.#worker.postMessage(message);
  }
}
