/** The thread behind `Interrupter`. */
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { FromInterruptWorker, InterruptReason, InterruptWorkerData, ToInterruptWorker } from "./interrupt.js";

const { acknowledged, graceMs, controlFd } = workerData as InterruptWorkerData;
const seen = new Int32Array(acknowledged);
const orphanGraceMs = 2000;
const maxAttempts = 6;
let lastId = 0;
let timer: NodeJS.Timeout | undefined;

function interrupt(reason: InterruptReason): void {
  const message: FromInterruptWorker = { id: (lastId += 1), reason };
  attempt(message, 0);
}

function attempt(message: FromInterruptWorker, count: number): void {
  parentPort?.postMessage(message);
  setTimeout(
    () => {
      if (Atomics.load(seen, 0) >= message.id) return;
      terminate();
      if (count < maxAttempts) attempt(message, count + 1);
    },
    graceMs * 2 ** count,
  );
}

/** Connected only for the moment, because a process with a connected debugger does not exit. */
function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.terminateExecution", () => session.disconnect());
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
