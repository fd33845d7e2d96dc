/** The thread that speaks Jupyter: sockets, queue, interrupts, and the watch over whoever started the kernel. */
import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../base/error.js";
import { privateDirPrefix, readConnectionFile } from "../protocol/connection.js";
import { createInterrupter } from "./interrupt-thread.js";
import { describeKernel } from "./kernel-info.js";
import { createLanguage } from "./language.js";
import { watchOwner } from "./orphan.js";
import { PacedReceiver } from "./pace.js";
import { ProtocolServer } from "./protocol-server.js";
import type { FromMain, ProtocolThreadData, ToMain } from "./thread-port.js";

const data = workerData as ProtocolThreadData;
/** A main thread that does not leave by then is not going to. */
const leaveMs = 2500;
const interruptGraceMs = 150;

const toMain = (message: ToMain): void => parentPort?.postMessage(message);
const log = (text: string): void => {
  process.stderr.write(`huntbook kernel: ${text}\n`);
};
const interrupt = createInterrupter({
  acknowledged: data.acknowledged,
  graceMs: interruptGraceMs,
  notify: message => toMain({ type: "interrupt", ...message }),
});

let leaving = false;
/** The running cell is stopped first: only an idle main thread can close what it holds. */
function leave(orphaned: boolean): void {
  if (leaving) return;
  leaving = true;
  if (orphaned) removePrivateDir();
  void interrupt("request");
  toMain({ type: "shutdown" });
  setTimeout(() => void endProcess(), leaveMs);
}

/** Whoever made it would have removed it. */
function removePrivateDir(): void {
  const dir = dirname(data.connectionFile);
  if (basename(dir).startsWith(privateDirPrefix)) rmSync(dir, { recursive: true, force: true });
}

async function endProcess(): Promise<void> {
  await server.close();
  process.kill(process.pid, "SIGKILL");
}

const pace = new PacedReceiver(data.onItsWay);
/** What front ends have not taken by then is theirs to lose. */
const slowReaderMs = 1000;
const readerLimitBytes = 32 * 1024 * 1024;
/** There is room for more output when it has left this process; a front end that does not read is not waited for long. */
function onceSent(size: number, waitedMs = 0): void {
  if (server.outputWaitingBytes <= readerLimitBytes || waitedMs >= slowReaderMs) pace.arrived(size);
  else setTimeout(() => onceSent(size, waitedMs + 10), 10);
}

const language = createLanguage({ dir: data.dir, log, toMain });
const server = new ProtocolServer({
  connection: readConnectionFile(data.connectionFile),
  info: describeKernel(data.version),
  language,
  toMain,
  interrupt: () => void interrupt("request"),
  onShutdown: () => leave(false),
  log,
});
parentPort?.on("message", (message: FromMain) => {
  if (message.type === "left") void server.close().then(() => toMain({ type: "closed" }));
  else if (message.type === "edited") language.acceptEdit(message.edit, message.reply);
  else server.accept(message);
  if ("size" in message) onceSent(message.size);
});
try {
  await server.open();
} catch (error) {
  log(messageOf(error));
  process.kill(process.pid, "SIGKILL");
}
void language.warmUp();
watchOwner(data.ownerPid, () => leave(true));
