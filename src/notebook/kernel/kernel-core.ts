/** The kernel's main thread: evaluates cells and runs the handlers of comms, as the protocol's thread asks. */
import process from "node:process";
import type { Worker } from "node:worker_threads";
import type { Outgoing } from "../protocol/message.js";
import type { LiveReply, LiveRequest } from "../../view/index.js";
import type { Secret } from "../../base/secret.js";
import type { CellHost, CellRequest, ExpressionOutcome, HuntWindow, TextAnswer } from "./api.js";
import { CommManager } from "./comm.js";
import { Evaluator } from "./evaluator.js";
import { findPackageEntries, installModuleHooks } from "./module-hook.js";
import type { SessionHostOptions } from "./session-host.js";
import { estimateSize } from "./display-limit.js";
import { PacedSender } from "./pace.js";
import { routeStreams } from "./stream.js";
import type { FromMain, KqlEdit, KqlEditReply, Origin, RunRequest, RunResult, ToMain } from "./thread-port.js";
import type { prepareInterrupts } from "./interrupt.js";
import { createWidgetHost } from "./widget-host.js";
import { AsyncLocalStorage } from "node:async_hooks";

export interface KernelCoreOptions {
  readonly thread: Worker;
  readonly interrupts: ReturnType<typeof prepareInterrupts>;
  readonly onItsWay: SharedArrayBuffer;
  /** The notebook's folder. */
  readonly dir: string;
  readonly host: SessionHostOptions;
}

/** When what the first query needs is loaded, if no cell has asked for it before. */
const warmUpMs = 100;

export async function runKernel(options: KernelCoreOptions): Promise<void> {
  const packageUrl = new URL("../../../package.json", import.meta.url);
  installModuleHooks(findPackageEntries(packageUrl, import.meta.url.endsWith(".ts")));
  process.setSourceMapsEnabled(true);
  const host = new LazyHost(options.host);
  const core = new KernelCore(options, host);
  await core.open();
  setTimeout(() => void host.load().catch(() => undefined), warmUpMs).unref();
}

/** The session is loaded behind the kernel's start; why it could not be is said by the cells that need it. */
class LazyHost implements CellHost {
  readonly #options: SessionHostOptions;
  #loading: Promise<CellHost> | undefined;
  #loaded: CellHost | undefined;

  constructor(options: SessionHostOptions) {
    this.#options = options;
  }

  load(): Promise<CellHost> {
    this.#loading ??= import("./session-host.js").then(module => (this.#loaded = module.createHost(this.#options)));
    return this.#loading;
  }

  async runKql(...[magic, cell]: Parameters<CellHost["runKql"]>): Promise<unknown> {
    return (await this.load()).runKql(magic, cell);
  }

  async around<T>(...[cell, run]: [Parameters<NonNullable<CellHost["around"]>>[0], () => Promise<T>]): Promise<T> {
    const host = await this.load();
    return host.around === undefined ? run() : host.around(cell, run);
  }

  async runText(...[magic, cell]: Parameters<NonNullable<CellHost["runText"]>>): Promise<TextAnswer> {
    const host = await this.load();
    if (host.runText === undefined) throw new Error("the host reads no text");
    return host.runText(magic, cell);
  }

  /** A session that was not opened knows no secrets. */
  findSecrets(value: unknown): readonly { readonly origin: string }[] {
    return this.#loaded?.findSecrets?.(value) ?? [];
  }

  redact(text: string): string {
    return this.#loaded?.redact?.(text) ?? text;
  }

  learnSecret(secret: Secret): void {
    this.#loaded?.learnSecret?.(secret);
  }

  async answerView(request: LiveRequest): Promise<LiveReply> {
    return (await (await this.load()).answerView?.(request)) ?? { type: "gone" };
  }

  async editKql(
    ...[magic, request, values]: Parameters<NonNullable<CellHost["editKql"]>>
  ): Promise<KqlEditReply | undefined> {
    return (await this.load()).editKql?.(magic, request, values);
  }

  async close(): Promise<void> {
    const host = await this.#loading?.catch(() => undefined);
    await host?.close?.();
  }
}

class KernelCore {
  readonly #options: KernelCoreOptions;
  readonly #host: LazyHost;
  readonly #origins = new AsyncLocalStorage<Origin>();
  readonly #answers = new Map<number, (value: string) => void>();
  readonly #comms: CommManager;
  readonly #pace: PacedSender;
  /** Set by `open`. */
  #evaluator!: Evaluator;
  /** Of the last cell: what handlers of widgets look at. */
  #window: HuntWindow | undefined;
  #running: AbortController | undefined;
  #lastOrigin: Origin | undefined;
  #lastAsk = 0;

  constructor(options: KernelCoreOptions, host: LazyHost) {
    this.#options = options;
    this.#host = host;
    this.#pace = new PacedSender({ onItsWay: options.onItsWay });
    this.#comms = new CommManager(message => this.#publish(message));
  }

  async open(): Promise<void> {
    const { thread, dir } = this.#options;
    const widgets = createWidgetHost(this.#comms, request => this.#host.answerView(request));
    this.#evaluator = await Evaluator.open({ dir, host: this.#host, widgets });
    thread.on("message", (message: ToMain) => this.#accept(message));
    thread.on("error", error => {
      process.stderr.write(`huntbook kernel: ${error.stack ?? error.message}\n`);
      process.exit(1);
    });
    const restoreStreams = routeStreams(() => this.#evaluator.findStreams());
    process.on("unhandledRejection", reason => this.#evaluator.reportStray(reason));
    process.on("uncaughtException", error => this.#evaluator.reportStray(error));
    process.on("SIGINT", () => this.#running?.abort());
    process.on("SIGTERM", () => void this.#leave());
    process.on("exit", restoreStreams);
    this.#send({ type: "ready" });
  }

  #send(message: FromMain): void {
    this.#options.thread.postMessage(message);
  }

  #publish(message: Omit<Outgoing, "parent">): void {
    const size = this.#pace.depart(sizeOfMessage(message));
    this.#send({ type: "publish", origin: this.#origins.getStore() ?? this.#lastOrigin, message, size });
  }

  #accept(message: ToMain): void {
    switch (message.type) {
      case "execute":
        void this.#execute(message.origin, message.run);
        break;
      case "comm":
        void this.#receiveComm(message.origin, message.comm);
        break;
      case "answer":
        this.#answers.get(message.ask)?.(message.value);
        this.#answers.delete(message.ask);
        break;
      case "edit":
        void this.#edit(message.edit, message.what);
        break;
      case "interrupt":
        if (this.#options.interrupts.see(message.id)) this.#running?.abort();
        break;
      case "shutdown":
        void this.#leave();
        break;
      case "closed":
        process.exit(0);
    }
  }

  async #execute(origin: Origin, run: RunRequest): Promise<void> {
    const abort = new AbortController();
    this.#running = abort;
    this.#lastOrigin = origin;
    this.#window = run.window;
    const result = await this.#origins.run(origin, async (): Promise<RunResult> => {
      const outcome = await this.#evaluator.execute({
        ...this.#createRequest(origin, run.count, run.allowInput),
        code: run.code,
        signal: abort.signal,
        showResult: !run.silent,
        ...(run.window === undefined ? {} : { window: run.window }),
      });
      const values: Record<string, ExpressionOutcome> = {};
      if (outcome.status === "ok")
        for (const [name, expression] of Object.entries(run.userExpressions))
          values[name] = await this.#evaluator.evaluateExpression(expression);
      return { outcome, userExpressions: values };
    });
    this.#running = undefined;
    this.#send({ type: "executed", origin, result });
  }

  async #edit(edit: number, { magic, request }: KqlEdit): Promise<void> {
    let reply: KqlEditReply | undefined;
    try {
      reply = await this.#host.editKql?.(magic, request, this.#evaluator.values);
    } catch {
      // An editor's question has no place for an error: running the cell says what is wrong.
    }
    this.#send({ type: "edited", edit, reply });
  }

  async #receiveComm(origin: Origin, comm: Parameters<CommManager["receive"]>[0]): Promise<void> {
    const window = this.#window === undefined ? {} : { window: this.#window };
    const request = { ...this.#createRequest(origin, 0, false), ...window };
    await this.#origins.run(origin, () => this.#evaluator.runTask(request, () => this.#comms.receive(comm)));
    this.#send({ type: "handled", origin });
  }

  #createRequest(origin: Origin, count: number, allowInput: boolean): Omit<CellRequest, "code"> {
    return {
      count,
      sink: output => {
        const size = this.#pace.depart(estimateSize(output));
        this.#send({ type: "output", origin, output, size });
      },
      ...(allowInput ? { ask: (prompt: string, password: boolean) => this.#ask(origin, prompt, password) } : {}),
    };
  }

  #ask(origin: Origin, prompt: string, password: boolean): Promise<string> {
    const ask = (this.#lastAsk += 1);
    this.#send({ type: "ask", origin, ask, prompt, password });
    return new Promise(resolve => this.#answers.set(ask, resolve));
  }

  async #leave(): Promise<void> {
    this.#running?.abort();
    await this.#host.close?.();
    this.#evaluator.close();
    this.#send({ type: "left" });
  }
}

/** What a comm's message takes besides its buffers: states of widgets are small. */
const commSize = 2000;

const sizeOfMessage = ({ buffers = [] }: Omit<Outgoing, "parent">): number =>
  buffers.reduce((sum, b) => sum + b.byteLength, commSize);
