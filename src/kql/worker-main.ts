/** The worker thread's side of `createWorkerCompiler`. */
import { parentPort } from "node:worker_threads";
import type { CompileRequest } from "./remote.js";
import { createResponder } from "./responder.js";
import { warmUp } from "./warm-up.js";

const respond = createResponder();
parentPort?.on("message", (request: CompileRequest) => parentPort?.postMessage(respond(request)));
warmUp();
