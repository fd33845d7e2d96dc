/** The thread that `thread.ts` starts. */
import { parentPort, workerData } from "node:worker_threads";
import type { ContentsFolders } from "./handler.js";
import { createContentsHandler } from "./handler.js";
import type { ThreadAnswer, ThreadRequest } from "./thread.js";

const port = parentPort;
if (port !== null) {
  const handle = createContentsHandler(workerData as ContentsFolders);
  const running = new Set<Promise<void>>();
  port.on("message", ({ id, request }: ThreadRequest) => {
    if (request === undefined) {
      void Promise.all(running).then(() => port.close());
      return;
    }
    const done = handle(request).then(answer => {
      const body = answer.body === undefined ? undefined : new Uint8Array(answer.body);
      const transfer = body === undefined ? [] : [body.buffer];
      port.postMessage({ id, answer: { ...answer, body } } satisfies ThreadAnswer, transfer);
      running.delete(done);
    });
    running.add(done);
  });
}
