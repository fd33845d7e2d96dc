import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { KqlCompiler } from "./api.js";
import type { CompileReply } from "./remote.js";
import { createRemoteCompiler } from "./remote.js";

/**
 * A compiler in a worker thread, which starts at once, so that the language service loads while other things happen.
 * An idle worker does not keep the process alive; `close` ends it.
 */
export function createWorkerCompiler(): KqlCompiler {
  return createRemoteCompiler(events => {
    const worker = import.meta.url.endsWith(".ts")
      ? startFromSource()
      : new Worker(new URL("./worker-main.js", import.meta.url));
    worker.on("message", (reply: CompileReply) => events.reply(reply));
    worker.on("error", error => events.stopped(error.message));
    worker.unref();
    return {
      send: request => worker.postMessage(request),
      setBusy: busy => (busy ? worker.ref() : worker.unref()),
      close: async () => {
        worker.removeAllListeners();
        await worker.terminate();
      },
    };
  });
}

/** From TypeScript sources (development and tests) the worker first registers the loader that this thread runs with. */
function startFromSource(): Worker {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api").replace(/\.cjs$/, ".mjs")).href;
  const main = new URL("./worker-main.ts", import.meta.url).href;
  const start = "import(workerData.loader).then(tsx => { tsx.register(); return import(workerData.main); })";
  return new Worker(`const { workerData } = require("node:worker_threads"); ${start};`, {
    eval: true,
    execArgv: [],
    workerData: { loader, main },
  });
}
