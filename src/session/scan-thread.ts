/** Looks for observables in a thread of its own, while this one reads and writes frames. */
import type { Worker } from "node:worker_threads";
import { HuntError } from "../base/error.js";
import { startThread } from "../kql/thread.js";
import type { ScanJob, ScannedPage, ScanPages, TextPage } from "../transform/ioc/scan-pages.js";

export type ScanRequest =
  | { readonly kind: "start"; readonly job: number; readonly what: ScanJob }
  | { readonly kind: "page"; readonly job: number; readonly page: TextPage }
  | { readonly kind: "end"; readonly job: number };
export interface ScanReply {
  readonly job: number;
  readonly scanned?: ScannedPage;
  readonly failed?: string;
}

/** A page leaves nothing behind: little memory for what is young is enough. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 };
/** Pages on their way at a time: enough that the thread never waits, few enough that memory stays bounded. */
const pagesAhead = 3;

interface Waiting {
  readonly done: (page: ScannedPage) => void;
  readonly fail: (error: Error) => void;
}

/** A thread for scans, started on first use; close it. Several scans may run at a time. */
export function createScanThread(main = new URL("./scan-thread-main.js", import.meta.url)): {
  readonly scan: ScanPages;
  readonly close: () => Promise<void>;
} {
  let worker: Worker | undefined;
  let jobs = 0;
  /** By job: who waits for its pages, in their order. */
  const waiting = new Map<number, Waiting[]>();

  const stop = (error: HuntError): void => {
    worker = undefined;
    for (const list of waiting.values()) for (const { fail } of list.splice(0)) fail(error);
  };
  const stopped = (why: string): void =>
    stop(new HuntError("internal/bug", `the thread that looks for observables ended: ${why}`));
  const start = (): Worker => {
    const started = startThread(main, { name: "huntbook-observables", resourceLimits });
    started.on("message", ({ job, scanned, failed }: ScanReply) => {
      const next = waiting.get(job)?.shift();
      if (scanned !== undefined) next?.done(scanned);
      else next?.fail(new HuntError("internal/bug", `looking for observables failed: ${failed ?? ""}`));
      if ([...waiting.values()].every(list => list.length === 0)) started.unref();
    });
    started.on("error", error => stopped(error.message));
    started.on("exit", () => {
      if (worker === started) stopped("it exited");
    });
    started.unref();
    return started;
  };

  async function* scan(what: ScanJob, pages: AsyncIterable<TextPage>): AsyncGenerator<ScannedPage> {
    const job = ++jobs;
    const send = (request: ScanRequest): void => (worker ??= start()).postMessage(request);
    const list: Waiting[] = [];
    waiting.set(job, list);
    const ahead: Promise<ScannedPage>[] = [];
    try {
      send({ kind: "start", job, what });
      for await (const page of pages) {
        const scanned = new Promise<ScannedPage>((done, fail) => list.push({ done, fail }));
        // Whoever waits for it hears of a failure; until then it is not unhandled.
        scanned.catch(() => undefined);
        ahead.push(scanned);
        send({ kind: "page", job, page });
        worker?.ref();
        const first = ahead.length >= pagesAhead ? ahead.shift() : undefined;
        if (first !== undefined) yield await first;
      }
      for (const page of ahead) yield await page;
    } finally {
      waiting.delete(job);
      worker?.postMessage({ kind: "end", job } satisfies ScanRequest);
    }
  }

  return {
    scan,
    close: async () => {
      const running = worker;
      stop(new HuntError("session/closed", "the session was closed while it looked for observables"));
      await running?.terminate();
    },
  };
}
