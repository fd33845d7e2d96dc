/** The kernel's process for headless runs: takes cells from its parent, gives outputs back. */
import process from "node:process";
import { HuntError } from "../../base/error.js";
import type { CellHost } from "../kernel/api.js";
import { Evaluator } from "../kernel/evaluator.js";
import { describeFailure } from "../kernel/failure.js";
import { Interrupter } from "../kernel/interrupt.js";
import { findPackageEntries, installModuleHooks } from "../kernel/module-hook.js";
import { CellPositions } from "../kernel/position.js";
import { routeStreams } from "../kernel/stream.js";
import { createHeadlessWidgets } from "../kernel/widget-host.js";
import type { FromChild, ToChild } from "./kernel-port.js";

/** The parent's pipe for interrupts: 3 is Node's own channel. */
const controlFd = 4;

const noHost: CellHost = {
  runKql: async () => {
    throw new HuntError("notebook/no-workspace", "this run has no workspace for %%kql cells");
  },
};

/** A report is read by people; a notebook that runs unattended should not grow without end. */
const print = { first: 1_000_000, last: 20_000 };

const widgets = createHeadlessWidgets();
let evaluator: Evaluator | undefined;
let host = noHost;
let running: { readonly abort: AbortController; readonly timeoutMs: number | undefined } | undefined;
const interrupter = new Interrupter({
  controlFd,
  onInterrupt: reason => running?.abort.abort(toAbortReason(reason, running.timeoutMs)),
});

function toAbortReason(reason: "request" | "timeout", timeoutMs: number | undefined): HuntError | undefined {
  if (reason !== "timeout" || timeoutMs === undefined) return undefined;
  return new HuntError("notebook/timeout", `the cell ran longer than ${timeoutMs / 1000} s`, {
    hint: "--timeout gives cells more time",
  });
}

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

async function start({ dir, host: module, secrets = "redact" }: Extract<ToChild, { type: "start" }>): Promise<void> {
  const entries = findPackageEntries(
    new URL("../../../package.json", import.meta.url),
    import.meta.url.endsWith(".ts"),
  );
  installModuleHooks(entries);
  process.setSourceMapsEnabled(true);
  if (module !== undefined) {
    const loaded = (await import(module.module)) as { createHost: CreateHost };
    host = await loaded.createHost(module.options, { dir });
  }
  const opened = await Evaluator.open({ dir, host, widgets, secrets, print });
  evaluator = opened;
  routeStreams(() => opened.findStreams());
  process.on("unhandledRejection", reason => opened.reportStray(reason));
  process.on("uncaughtException", error => opened.reportStray(error));
}

/** What a host module exports. */
export type CreateHost = (options: unknown, notebook: { readonly dir: string }) => Promise<CellHost> | CellHost;

async function execute(message: Extract<ToChild, { type: "execute" }>): Promise<void> {
  const { id, code, count, timeoutMs, window } = message;
  const abort = new AbortController();
  running = { abort, timeoutMs };
  if (timeoutMs !== undefined) interrupter.arm(timeoutMs);
  const sink = (output: Extract<FromChild, { type: "output" }>["output"]) => send({ type: "output", id, output });
  const outcome = await evaluator?.execute({
    ...{ code, count, sink },
    signal: abort.signal,
    ...(window === undefined ? {} : { window }),
  });
  interrupter.disarm();
  running = undefined;
  if (outcome !== undefined) send({ type: "done", id, outcome });
}

async function close(): Promise<void> {
  await host.close?.();
  await interrupter.close();
  process.disconnect();
  process.exit(0);
}

process.on("message", (message: ToChild) => {
  switch (message.type) {
    case "start":
      start(message).then(
        () => send({ type: "ready" }),
        (error: unknown) => send({ type: "failed", error: describeFailure(error, new CellPositions()) }),
      );
      break;
    case "execute":
      void execute(message);
      break;
    case "widgets":
      send({ type: "widgets", ...(widgets.models.size === 0 ? {} : { state: widgets.models.toSaved() }) });
      break;
    case "close":
      void close();
      break;
  }
});
// Ctrl-C reaches every process of a terminal; the parent decides and says so through the pipe.
process.on("SIGINT", () => undefined);
// Without its parent there is nobody to run for.
process.on("disconnect", () => process.exit(1));
