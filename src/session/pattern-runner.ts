/** Users' regular expressions in a worker thread that is stopped when they take too long: V8's may take for ever. */
import { Worker } from "node:worker_threads";
import { HuntError } from "../base/error.js";
import type { IocPattern, PatternRunner } from "../transform/ioc/ioc-extract.js";

export interface PatternRunnerOptions {
  /** For one pattern over one batch of texts (a few thousand cells). Default 5 s. */
  readonly timeLimitMs?: number;
}

/** Runs in the worker. Written as text because it must run the same from sources and from the built package. */
const workerSource = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ id, patterns, texts, progress }) => {
  const at = new Int32Array(progress);
  const found = texts.map(() => patterns.map(() => []));
  patterns.forEach((pattern, p) => {
    Atomics.store(at, 0, p);
    const regex = new RegExp(pattern.source, pattern.flags.includes("g") ? pattern.flags : pattern.flags + "g");
    texts.forEach((text, t) => {
      const values = new Set();
      for (const match of text.matchAll(regex)) {
        const { group } = pattern;
        const value = group === undefined ? match[0] : typeof group === "number" ? match[group] : match.groups?.[group];
        if (value) values.add(value);
      }
      found[t][p] = [...values];
    });
    parentPort.postMessage({ id, done: p });
  });
  parentPort.postMessage({ id, found });
});
`;

type Found = readonly (readonly (readonly string[])[])[];
interface Answer {
  readonly id: number;
  readonly done?: number;
  readonly found?: Found;
}

/** A runner with one worker, started on first use; close it. */
export function createPatternRunner(options: PatternRunnerOptions = {}): PatternRunner & { close(): Promise<void> } {
  const { timeLimitMs = 5000 } = options;
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let nextId = 0;

  const stop = async (): Promise<void> => {
    const running = worker;
    worker = undefined;
    await running?.terminate();
  };

  const runOne = async (patterns: readonly IocPattern[], texts: readonly string[]): Promise<Found> => {
    worker ??= new Worker(workerSource, { eval: true, name: "huntbook-patterns" });
    worker.unref();
    const [running, id] = [worker, ++nextId];
    const progress = new SharedArrayBuffer(4);
    try {
      return await new Promise<Found>((done, fail) => {
        const late = () => {
          const slow = patterns[new Int32Array(progress)[0] ?? 0];
          const error = new HuntError(
            "transform/pattern-timeout",
            `the pattern of '${slow?.name ?? "?"}' did not finish within ${timeLimitMs / 1000} s and was stopped`,
            { hint: "avoid repetitions inside repetitions, such as (a+)+" },
          );
          fail(error);
        };
        // The worker alone must not keep the process alive, but a caller that waits does.
        let timer = setTimeout(late, timeLimitMs);
        const listen = (answer: Answer): void => {
          if (answer.id !== id) return;
          clearTimeout(timer);
          if (answer.found === undefined) timer = setTimeout(late, timeLimitMs);
          else {
            running.off("message", listen);
            done(answer.found);
          }
        };
        running.on("message", listen);
        running.once("error", fail);
        running.postMessage({ id, patterns, texts, progress });
      });
    } catch (error) {
      await stop();
      throw error;
    }
  };

  return {
    run: (patterns, texts) => {
      const next = last.then(() => runOne(patterns, texts));
      last = next.catch(() => undefined);
      return next;
    },
    close: stop,
  };
}
