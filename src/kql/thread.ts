/** Worker threads of our own modules, from the build and from TypeScript sources alike. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { WorkerOptions } from "node:worker_threads";

/** Starts a thread on one of our modules, named with `.js` as in imports: `new URL("./worker-main.js", import.meta.url)`. */
export function startThread(main: URL, options: WorkerOptions = {}): Worker {
  return import.meta.url.endsWith(".ts") ? startFromSource(main, options) : new Worker(main, options);
}

/** From TypeScript sources (development and tests) the thread first registers the loader that this thread runs with. */
function startFromSource(main: URL, options: WorkerOptions): Worker {
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve("tsx/esm/api")
      .replace(/\.cjs$/, ".mjs"),
  ).href;
  const source = main.href.replace(/\.js$/, ".ts");
  const start = `import(${JSON.stringify(loader)}).then(tsx => { tsx.register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(`${start};`, { ...options, eval: true, execArgv: [] });
}
