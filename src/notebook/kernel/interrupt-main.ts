/** The thread behind `Interrupter`. */
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { FromInterruptWorker, InterruptReason, InterruptWorkerData, ToInterruptWorker } from "./interrupt.js";

const { acknowledged, graceMs, controlFd } = workerData as InterruptWorkerData;
const seen = new Int32Array(acknowledged);
const orphanGraceMs = 2000;
const maxAttempts = 6;
/** Native code cannot be paused; after this it is terminated without. */
const pauseMs = 2000;
const unwindExpression = 'globalThis[Symbol.for("huntbook.kernel.unwind")]?.()';
let lastId = 0;
let timer: NodeJS.Timeout | undefined;

function interrupt(reason: InterruptReason): void {
  const message: FromInterruptWorker = { id: (lastId += 1), reason };
  void attempt(message);
}

async function attempt(message: FromInterruptWorker): Promise<void> {
  for (let count = 0; count < maxAttempts; count += 1) {
    parentPort?.postMessage(message);
    await delay(graceMs * 2 ** count);
    if (Atomics.load(seen, 0) >= message.id) return;
    await terminate();
  }
}

const delay = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/**
 * Ends what the main thread runs: pauses it, resets Node's bookkeeping of asynchronous contexts as Node itself does when an
 * exception goes uncaught, terminates, resumes. Without the reset, Node aborts the process when code behind an await (20, 22)
 * or in a timer (24) is terminated (`Assertion failed: (env_->execution_async_id()) == (0)`), because async hooks are left half-way.
 * (Endless microtasks spend most of their time inside those hooks; there about one in 200 interrupts still ends the process.)
 *
 * Connected only for the moment, because a process with a connected debugger does not exit.
 */
function terminate(): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  return new Promise(resolve => {
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      clearTimeout(timeout);
      session.post("Runtime.terminateExecution");
      session.post("Debugger.resume", () => {
        session.disconnect();
        resolve();
      });
    };
    const timeout = setTimeout(end, pauseMs);
    session.once("Debugger.paused", () => {
      if (!ended) session.post("Runtime.evaluate", { expression: unwindExpression }, end);
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");
  });
}

parentPort?.on("message", (message: ToInterruptWorker) => {
  clearTimeout(timer);
  if (message.type === "arm") timer = setTimeout(() => interrupt("timeout"), message.timeoutMs);
  else if (message.type === "interrupt") interrupt("request");
});

if (controlFd !== undefined) {
  const control = new Socket({ fd: controlFd, readable: true, writable: false });
  control.setEncoding("utf8");
  control.on("data", (text: string) => {
    for (const line of text.split("\n")) if (line === "interrupt") interrupt("request");
  });
  control.on("error", () => control.destroy());
  // The parent is gone: a busy cell must not run on for ever.
  control.on("close", () => setTimeout(() => process.kill(process.pid, "SIGKILL"), orphanGraceMs));
}
