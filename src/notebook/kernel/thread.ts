/** Threads of the kernel, also when it runs from TypeScript sources. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { ResourceLimits } from "node:worker_threads";
import { Worker } from "node:worker_threads";

/**
 * Starts the script next to this file as a thread that does not keep the process alive.
 *
 * From sources (development and tests) the thread first registers the loader that reads TypeScript, which
 * worker threads do not inherit.
 */
export function startThread(script: string, workerData: unknown, resourceLimits: ResourceLimits = {}): Worker {
  const worker = import.meta.url.endsWith(".ts")
    ? startFromSource(script, workerData, resourceLimits)
    : new Worker(new URL(`./${script}.js`, import.meta.url), { workerData, execArgv: [], resourceLimits });
  worker.unref();
  return worker;
}

function startFromSource(script: string, workerData: unknown, resourceLimits: ResourceLimits): Worker {
  const loader = createRequire(import.meta.url)
    .resolve("tsx/esm/api")
    .replace(/\.cjs$/, ".mjs");
  const [tsx, main] = [pathToFileURL(loader).href, new URL(`./${script}.ts`, import.meta.url).href];
  const start = `import(${JSON.stringify(tsx)}).then(tsx => { tsx.register(); return import(${JSON.stringify(main)}); })`;
  return new Worker(start, { eval: true, execArgv: [], workerData, resourceLimits });
}
