/** The thread behind `Interrupter`. */
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { InterruptWorkerData, ToInterruptWorker } from "./interrupt.js";
import { createInterrupter } from "./interrupt-thread.js";

const { acknowledged, graceMs, controlFd } = workerData as InterruptWorkerData;
const orphanGraceMs = 2000;
let timer: NodeJS.Timeout | undefined;
const interrupt = createInterrupter({ acknowledged, graceMs, notify: message => parentPort?.postMessage(message) });

parentPort?.on("message", (message: ToInterruptWorker) => {
  clearTimeout(timer);
  if (message.type === "arm") timer = setTimeout(() => void interrupt("timeout"), message.timeoutMs);
  else if (message.type === "interrupt") void interrupt("request");
});

if (controlFd !== undefined) {
  const control = new Socket({ fd: controlFd, readable: true, writable: false });
  control.setEncoding("utf8");
  control.on("data", (text: string) => {
    for (const line of text.split("\n")) if (line === "interrupt") void interrupt("request");
  });
  control.on("error", () => control.destroy());
  // The parent is gone: a busy cell must not run on for ever.
  control.on("close", () => setTimeout(() => process.kill(process.pid, "SIGKILL"), orphanGraceMs));
}
