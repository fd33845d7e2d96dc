/** A kernel in a process of its own, so that a cell that crashes or never ends takes nothing else with it. */
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import type { Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HuntError } from "../../base/error.js";
import { kernelFlags } from "../client/kernel-spec.js";
import type { SecretPolicy } from "../kernel/secret-guard.js";
import type { Json } from "./notebook.js";
import type { FromChild, HostModule, Kernel, KernelOutcome, KernelRequest, ToChild } from "./kernel-port.js";

export interface KernelProcessOptions {
  /** The notebook's folder: working directory, and where imports start. */
  readonly dir: string;
  /** Runs `%%kql` cells; without it they are refused. */
  readonly host?: HostModule;
  /** What happens to secrets in outputs; default: they are taken out. */
  readonly secrets?: SecretPolicy;
  /** How long an interrupted cell may take to end before the process is killed. Default 5,000 ms. */
  readonly killAfterMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

interface Waiting {
  readonly request: KernelRequest;
  readonly resolve: (outcome: KernelOutcome) => void;
}

/** `start` forks and waits until cells can run; `close` ends the process. */
export class KernelProcess implements Kernel {
  readonly #child: ChildProcess;
  readonly #killAfterMs: number;
  readonly #requests = new Map<number, KernelRequest>();
  #waiting: (Waiting & { readonly id: number }) | undefined;
  #lastId = 0;
  #ended: Promise<string>;
  #dead: string | undefined;
  #onWidgets: ((state: Json | undefined) => void) | undefined;

  private constructor(options: KernelProcessOptions) {
    this.#killAfterMs = options.killAfterMs ?? 5000;
    this.#child = forkChild(options);
    this.#ended = new Promise(resolve => {
      this.#child.once("error", error => resolve(`could not be started: ${error.message}`));
      this.#child.once("exit", (code, signal) =>
        resolve(signal === null ? `ended with exit code ${code ?? 0}` : `was ended by ${signal}`),
      );
    });
    void this.#ended.then(how => this.#onEnd(how));
    this.#child.on("message", (message: FromChild) => this.#onMessage(message));
    // The pipe breaks when the process ends; its "exit" says all there is to say.
    (this.#child.stdio[4] as Writable | null | undefined)?.on("error", () => undefined);
    for (const name of ["stdout", "stderr"] as const) {
      const stream = this.#child[name];
      stream?.setEncoding("utf8");
      // What does not come from a cell's own code (native libraries, Node's warnings) belongs to the cell that runs.
      stream?.on("data", (text: string) => this.#waiting?.request.onOutput({ kind: "stream", name, text }));
    }
  }

  /** @throws HuntError `notebook/kernel-start` */
  static async start(options: KernelProcessOptions): Promise<KernelProcess> {
    const kernel = new KernelProcess(options);
    const first = new Promise<FromChild>(resolve => kernel.#child.once("message", m => resolve(m as FromChild)));
    const { dir, host, secrets } = options;
    kernel.#send({
      ...{ type: "start", dir },
      ...(host === undefined ? {} : { host }),
      ...(secrets === undefined ? {} : { secrets }),
    });
    const answer = await Promise.race([first, kernel.#ended]);
    if (typeof answer === "object" && answer.type === "ready") return kernel;
    await kernel.close();
    const failed =
      typeof answer === "object" && answer.type === "failed" ? answer.error.traceback.join("\n") : undefined;
    const how = typeof answer === "string" ? answer : `could not start: ${failed ?? "it did not answer"}`;
    throw new HuntError("notebook/kernel-start", `the notebook's process ${how}`);
  }

  /** Runs one cell; a process that ends while doing so is the outcome `died`, never a rejection. */
  async execute(request: KernelRequest): Promise<KernelOutcome> {
    if (this.#dead !== undefined) return died(this.#dead, request);
    const id = (this.#lastId += 1);
    this.#requests.set(id, request);
    const timers = new Set<NodeJS.Timeout>();
    const killLater = (ms: number) => timers.add(setTimeout(() => this.#child.kill("SIGKILL"), ms));
    const interrupt = () => {
      (this.#child.stdio[4] as Writable | null | undefined)?.write("interrupt\n");
      killLater(this.#killAfterMs);
    };
    if (request.timeoutMs !== undefined) killLater(request.timeoutMs + this.#killAfterMs);
    request.signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await new Promise<KernelOutcome>(resolve => {
        this.#waiting = { id, request, resolve };
        const { code, count, timeoutMs, window } = request;
        this.#send({
          ...{ type: "execute", id, code, count },
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          ...(window === undefined ? {} : { window }),
        });
        if (request.signal?.aborted === true) interrupt();
      });
    } finally {
      this.#waiting = undefined;
      request.signal?.removeEventListener("abort", interrupt);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** Undefined too when the process has ended. */
  async widgetState(): Promise<Json | undefined> {
    if (this.#dead !== undefined) return undefined;
    const answer = new Promise<Json | undefined>(resolve => (this.#onWidgets = resolve));
    this.#send({ type: "widgets" });
    return Promise.race([answer, this.#ended.then(() => undefined)]);
  }

  async close(): Promise<void> {
    this.#send({ type: "close" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), this.#killAfterMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #send(message: ToChild): void {
    // A process that has just ended answers by its "exit" event, not by an error here.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #onMessage(message: FromChild): void {
    if (message.type === "output") this.#requests.get(message.id)?.onOutput(message.output);
    else if (message.type === "widgets") this.#onWidgets?.(message.state);
    else if (message.type === "done" && this.#waiting?.id === message.id) this.#waiting.resolve(message.outcome);
  }

  #onEnd(how: string): void {
    this.#dead = how;
    this.#waiting?.resolve(died(how, this.#waiting.request));
  }
}

function died(how: string, { count, signal }: KernelRequest): KernelOutcome {
  const message = `the notebook's process ${how} while cell ${count} was to run`;
  const hint =
    signal?.aborted === true
      ? "it was being interrupted, which a process rarely does not survive: run the notebook again"
      : "the cell may have called process.exit(), or run out of memory";
  const traceback = [`notebook/kernel-died: ${message}`, `  hint: ${hint}`];
  return { status: "died", error: { name: "HuntError", code: "notebook/kernel-died", message, traceback } };
}

function forkChild(options: KernelProcessOptions): ChildProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const main = fileURLToPath(new URL(`./child-main.${fromSource ? "ts" : "js"}`, import.meta.url));
  // In this repository the sources run as they are, through the development dependency tsx.
  const loader = fromSource ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [];
  return fork(main, [], {
    cwd: options.dir,
    env: options.env ?? process.env,
    execArgv: [...kernelFlags, ...loader],
    serialization: "json",
    stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
  });
}
