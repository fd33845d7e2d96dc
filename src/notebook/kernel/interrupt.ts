/**
 * Interrupting a cell from another thread, so that `while (true) {}` can be stopped too.
 *
 * The rule: ask the main thread first; end what it runs only if it has not answered after a grace period. Terminating an
 * idle thread would end whatever comes next, which is the kernel's own code.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { transformSync } from "oxc-transform";

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

/** Also named in `interrupt-main.ts`, whose thread calls it through the debugger. */
const unwindSymbol = Symbol.for("huntbook.kernel.unwind");

/** Kernels run with `--disable-warning=DEP0111`: there is no public way to do this. */
function clearAsyncStack(): void {
  const { binding } = process as unknown as { binding?: (name: string) => { clearAsyncIdStack?: () => void } };
  binding?.("async_wrap").clearAsyncIdStack?.();
}

/** Owns the watching thread; `close` ends it. It does not keep the process alive. */
export class Interrupter {
  readonly #worker: Worker;

  constructor(options: InterrupterOptions) {
    Object.defineProperty(globalThis, unwindSymbol, { value: clearAsyncStack, configurable: true });
    const acknowledged = new SharedArrayBuffer(4);
    const seen = new Int32Array(acknowledged);
    const workerData: InterruptWorkerData = {
      acknowledged,
      graceMs: options.graceMs ?? 150,
      ...(options.controlFd === undefined ? {} : { controlFd: options.controlFd }),
    };
    this.#worker = new Worker(workerUrl(), { workerData, execArgv: [] });
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
    Reflect.deleteProperty(globalThis, unwindSymbol);
    await this.#worker.terminate();
  }

  #send(message: ToInterruptWorker): void {
    this.#worker.postMessage(message);
  }
}

/** Worker threads cannot load TypeScript, so that from source (in this repository's tests) the script travels as a URL. */
function workerUrl(): URL {
  if (!import.meta.url.endsWith(".ts")) return new URL("./interrupt-main.js", import.meta.url);
  const file = fileURLToPath(new URL("./interrupt-main.ts", import.meta.url));
  const { code } = transformSync(file, readFileSync(file, "utf8"), { lang: "ts", sourceType: "module" });
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
