/** A thread that generates stretches of a tenant; the other side of `threads.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { isHuntError, messageOf } from "../../base/error.js";
import { openStretchMaker } from "./stretch.js";
import type { ThreadData, ThreadReply, ThreadRequest } from "./threads.js";

const { spec, stop } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error("this module runs as a thread");
const reply = (message: ThreadReply): void => port.postMessage(message);

const maker = openStretchMaker(spec);
// A failure to open is reported with the first stretch that is asked for.
maker.catch(() => undefined);

let shown = 0;
function pulse(rows: number): void {
  if (Atomics.load(stop, 0) === 1) throw new Error("stopped");
  if (rows - shown < 2000 && rows >= shown) return;
  shown = rows;
  reply({ kind: "rows", rows });
}

async function serve(request: ThreadRequest): Promise<void> {
  if (request.kind === "end") {
    (await maker.catch(() => undefined))?.close();
    port?.close();
    return;
  }
  try {
    shown = 0;
    reply({ kind: "done", result: await (await maker).make(request.stretch, { pulse }) });
  } catch (error) {
    const known = isHuntError(error) ? { code: error.code, hint: error.hint } : { code: undefined, hint: undefined };
    reply({ kind: "failed", message: messageOf(error), ...known });
  }
}
port.on("message", (request: ThreadRequest) => void serve(request));
