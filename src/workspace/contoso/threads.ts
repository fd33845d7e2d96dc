/** Generates the stretches of a tenant in threads: each takes the next one that nobody has. */
import type { Worker } from "node:worker_threads";
import type { ErrorCode } from "../../base/error.js";
import { HuntError } from "../../base/error.js";
import { startThread } from "../../kql/thread.js";
import type { TenantPlan } from "./size.js";
import { openStretchMaker } from "./stretch.js";
import type { Stretch, StretchResult, TenantSpec } from "./stretch.js";

export interface ThreadData {
  readonly spec: TenantSpec;
  /** One cell: 1 asks the thread to give up. */
  readonly stop: Int32Array;
}
export type ThreadRequest = { readonly kind: "make"; readonly stretch: Stretch } | { readonly kind: "end" };
export type ThreadReply =
  | { readonly kind: "rows"; readonly rows: number }
  | { readonly kind: "done"; readonly result: StretchResult }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly code: ErrorCode | undefined;
      readonly hint: string | undefined;
    };

export interface StretchRun {
  readonly spec: TenantSpec;
  readonly stretches: readonly Stretch[];
  /** 1 works in the calling thread. */
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
  /** Rows written so far, of all stretches. */
  readonly onRows: (rows: number) => void;
  /** Called once for each stretch, in their order, while others are still being made. */
  readonly onResult: (result: StretchResult) => Promise<void>;
}

/**
 * A thread's live objects stay below 250 MB (100 million rows: 300 MB), because they are a slice's texts and the company.
 * A limit near it makes V8 collect in time instead of letting the heap of each thread grow to a multiple: the process ends
 * up with both heaps at their limits, and DuckDB's memory beside them.
 */
const resourceLimits = ({ rows }: TenantPlan) => ({
  maxYoungGenerationSizeMb: 16,
  maxOldGenerationSizeMb: rows > 20_000_000 ? 448 : 352,
});

/**
 * Makes all stretches.
 *
 * @throws HuntError `workspace/disk-full`, `contoso/write-failed`; the signal's reason; what `onResult` throws
 */
export async function runStretches(run: StretchRun): Promise<void> {
  const waiting = [...run.stretches];
  const rows = new Map<number, number>();
  const made = new Map<number, StretchResult>();
  let next = 0;
  let handing = Promise.resolve();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  /** Hands results on in the order of the stretches, one at a time. */
  const handOn = (): Promise<void> =>
    (handing = handing.then(async () => {
      for (let result = made.get(next); result !== undefined; result = made.get(next)) {
        made.delete(next++);
        await run.onResult(result);
      }
    }));
  const work = async (make: MakeStretch): Promise<void> => {
    for (let stretch = waiting.shift(); stretch !== undefined; stretch = waiting.shift()) {
      const { index } = stretch;
      const count = (n: number): void => {
        rows.set(index, n);
        run.onRows([...rows.values()].reduce((sum, r) => sum + r, 0));
      };
      made.set(index, await make(stretch, count));
      await handOn();
    }
  };
  const giveUp = (): void => {
    waiting.length = 0;
    Atomics.store(stop, 0, 1);
  };
  run.signal?.throwIfAborted();
  run.signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const count = Math.min(run.threads, run.stretches.length);
    const workers = count <= 1 ? [inThisThread(run, work)] : startAll({ spec: run.spec, stop }, count, work);
    const ends = await Promise.allSettled(workers.map(w => w.catch(failWith(giveUp))));
    run.signal?.throwIfAborted();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  } finally {
    run.signal?.removeEventListener("abort", giveUp);
  }
}

type MakeStretch = (stretch: Stretch, onRows: (rows: number) => void) => Promise<StretchResult>;
type Work = (make: MakeStretch) => Promise<void>;

const failWith =
  (giveUp: () => void) =>
  (error: unknown): never => {
    giveUp();
    throw error;
  };

async function inThisThread({ spec, signal }: StretchRun, work: Work): Promise<void> {
  const maker = await openStretchMaker(spec);
  try {
    await work((stretch, onRows) =>
      maker.make(stretch, {
        pulse: rows => {
          signal?.throwIfAborted();
          onRows(rows);
        },
      }),
    );
  } finally {
    maker.close();
  }
}

const startAll = (data: ThreadData, count: number, work: Work): Promise<void>[] =>
  Array.from({ length: count }, () => inOwnThread(data, work));

async function inOwnThread(data: ThreadData, work: Work): Promise<void> {
  const worker = startThread(new URL("./thread-main.js", import.meta.url), {
    workerData: data,
    resourceLimits: resourceLimits(data.spec.plan),
  });
  const exited = new Promise<void>(resolve => worker.once("exit", () => resolve()));
  try {
    await work((stretch, onRows) => request(worker, stretch, onRows));
  } finally {
    // Not terminated: DuckDB may be writing, and a thread that goes under it takes the process along.
    worker.postMessage({ kind: "end" } satisfies ThreadRequest);
    await exited;
  }
}

function request(worker: Worker, stretch: Stretch, onRows: (rows: number) => void): Promise<StretchResult> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    };
    const fail = (message: string, code: ErrorCode = "contoso/write-failed", hint?: string): void => {
      settle();
      const fallback = "free memory and disk space, or generate fewer rows";
      reject(new HuntError(code, message, { hint: hint ?? fallback }));
    };
    const onError = (error: Error): void => fail(`a thread of the generator failed: ${error.message}`);
    const onExit = (): void => fail("a thread of the generator ended too early");
    const onMessage = (reply: ThreadReply): void => {
      if (reply.kind === "rows") onRows(reply.rows);
      else if (reply.kind === "failed") fail(reply.message, reply.code, reply.hint);
      else {
        settle();
        resolve(reply.result);
      }
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage({ kind: "make", stretch } satisfies ThreadRequest);
  });
}
