import type { KqlCompiler } from "./api.js";
import type { CompileReply } from "./remote.js";
import { createRemoteCompiler } from "./remote.js";
import { startThread } from "./thread.js";

/**
 * A compiler in a worker thread, which starts at once, so that the language service loads while other things happen.
 * An idle worker does not keep the process alive; `close` ends it.
 */
export function createWorkerCompiler(): KqlCompiler {
  return createRemoteCompiler(events => {
    const worker = startThread(new URL("./worker-main.js", import.meta.url));
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
