/** Contents in a thread of its own. Bodies change hands, they are not copied. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Answer } from "../answer.js";
import { errorAnswer } from "../answer.js";
import type { ContentsFolders, ContentsHandler, ContentsRequest } from "./handler.js";

export interface ContentsThread {
  readonly handle: ContentsHandler;
  /** Waits for what is being saved, then ends the thread. */
  close(): Promise<void>;
}

export interface ThreadRequest {
  readonly id: number;
  /** Undefined: end when everything before is done. */
  readonly request: ContentsRequest | undefined;
}
export interface ThreadAnswer {
  readonly id: number;
  readonly answer: Answer;
}

export function startContentsThread(folders: ContentsFolders): ContentsThread {
  const waiting = new Map<number, (answer: Answer) => void>();
  const worker = startWorker(folders);
  let lastId = 0;
  let dead: Error | undefined;
  const exited = new Promise<void>(resolve => worker.once("exit", () => resolve()));
  const fail = (error: Error) => {
    dead = error;
    for (const resolve of waiting.values()) resolve(errorAnswer(error));
    waiting.clear();
  };
  worker.on("error", fail);
  void exited.then(() => fail(dead ?? new Error("the thread of the contents has ended")));
  worker.on("message", ({ id, answer }: ThreadAnswer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return {
    handle: request =>
      new Promise(resolve => {
        if (dead !== undefined) return resolve(errorAnswer(dead));
        const id = (lastId += 1);
        waiting.set(id, resolve);
        const body = new Uint8Array(request.body);
        worker.postMessage({ id, request: { ...request, body } } satisfies ThreadRequest, [body.buffer]);
      }),
    close: async () => {
      worker.postMessage({ id: 0, request: undefined } satisfies ThreadRequest);
      await exited;
    },
  };
}

function startWorker(folders: ContentsFolders): Worker {
  if (!import.meta.url.endsWith(".ts"))
    return new Worker(new URL("./thread-main.js", import.meta.url), { workerData: folders });
  // From TypeScript sources (development and tests) the thread first registers the loader that this one runs with.
  const api = createRequire(import.meta.url).resolve("tsx/esm/api");
  const loader = pathToFileURL(api.replace(/\.cjs$/, ".mjs")).href;
  const main = new URL("./thread-main.ts", import.meta.url).href;
  const start = `import(${JSON.stringify(loader)}).then(tsx => { tsx.register(); return import(${JSON.stringify(main)}); });`;
  return new Worker(start, { eval: true, execArgv: [], workerData: folders });
}
