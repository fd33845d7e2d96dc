/** A kernel's process and the connection to it: start, interrupt, restart, shut down. Works with any Jupyter kernel. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { HuntError, messageOf } from "../../base/error.js";
import type { ConnectionInfo, PrivateConnection } from "../protocol/connection.js";
import { createConnection, endpointOf, ports } from "../protocol/connection.js";
import type { KernelInfoReply } from "../protocol/message.js";
import { KernelChannels } from "./channels.js";
import type { KernelSpec } from "./kernel-spec.js";

export interface StartKernelOptions {
  readonly spec: KernelSpec;
  /** Working directory: the notebook's folder. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: socket files where the system has them, else ports of 127.0.0.1. */
  readonly transport?: "tcp" | "ipc";
  /** What the process writes outside of cells (crashes, native libraries). Dropped by default. */
  readonly onProcessOutput?: (name: "stdout" | "stderr", text: string) => void;
  /** Default 60,000 ms. */
  readonly startTimeoutMs?: number;
  /** How long a kernel may take to leave by itself. Default 3,000 ms. */
  readonly shutdownMs?: number;
}

export type KernelState = "starting" | "running" | "restarting" | "dead";

/** Owns the process. `start` gives a kernel that answers; `shutdown` leaves no process, socket or file behind. */
export class KernelHandle {
  readonly #options: StartKernelOptions;
  readonly #connection: PrivateConnection;
  readonly #listeners = new Set<(state: KernelState, why: string) => void>();
  readonly #channels: KernelChannels;
  #child: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve("was not started");
  #state: KernelState = "starting";
  #info: KernelInfoReply | undefined;
  #lastWords = "";

  private constructor(options: StartKernelOptions, connection: PrivateConnection) {
    this.#options = options;
    this.#connection = connection;
    this.#channels = new KernelChannels(connection.info);
  }

  /** @throws HuntError `notebook/kernel-start` with what the process said */
  static async start(options: StartKernelOptions): Promise<KernelHandle> {
    const connection = await createConnection({
      kernelName: options.spec.name,
      ...(options.transport === undefined ? {} : { transport: options.transport }),
    });
    const handle = new KernelHandle(options, connection);
    await handle.#launch();
    return handle;
  }

  get spec(): KernelSpec {
    return this.#options.spec;
  }
  get state(): KernelState {
    return this.#state;
  }
  /** For further clients of the same kernel: `new KernelChannels(handle.connection)`. */
  get connection(): ConnectionInfo {
    return this.#connection.info;
  }
  get connectionFile(): string {
    return this.#connection.file;
  }
  /** This handle's own connection. */
  get channels(): KernelChannels {
    return this.#channels;
  }
  get info(): KernelInfoReply | undefined {
    return this.#info;
  }
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Called at each change; `why` is for people ("ended with exit code 1"). The answer ends it. */
  onState(listener: (state: KernelState, why: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the running cell to stop, in the way that the kernel's specification names. */
  async interrupt(): Promise<void> {
    if (this.#state !== "running") return;
    if (this.spec.interruptMode === "message")
      await this.#channels.request("control", "interrupt_request", {}, { timeoutMs: 10_000 });
    else this.#child?.kill("SIGINT");
  }

  /** A new process behind the same connection; clients stay connected. @throws HuntError `notebook/kernel-start` */
  async restart(): Promise<void> {
    this.#setState("restarting", "a restart was asked for");
    await this.#stop(true);
    await this.#launch();
  }

  async shutdown(): Promise<void> {
    await this.#stop(false);
    this.#setState("dead", "was shut down");
    await this.#channels.close();
    rmSync(this.#connection.dir, { recursive: true, force: true });
  }

  async #launch(): Promise<void> {
    this.#removeSockets();
    this.#spawn();
    try {
      this.#info = await this.#channels.ready({ timeoutMs: this.#options.startTimeoutMs ?? 60_000 });
    } catch {
      // It either ended (which fails the request above) or does not answer.
      const how = this.#child === undefined ? await this.#exited : "did not answer in time";
      this.#kill();
      await this.#exited;
      await this.shutdown();
      throw this.#startFailed(how);
    }
    this.#setState("running", "is ready");
  }

  /** Socket files of a kernel that was killed: the next one could not listen there. */
  #removeSockets(): void {
    for (const name of ports) {
      const endpoint = endpointOf(this.#connection.info, name);
      if (endpoint.transport === "ipc") rmSync(endpoint.path, { force: true });
    }
  }

  #spawn(): void {
    const { spec, cwd, env, onProcessOutput } = this.#options;
    const values: Readonly<Record<string, string>> = {
      connection_file: this.#connection.file,
      resource_dir: spec.resourceDir ?? "",
    };
    const [command = "", ...args] = spec.argv.map(a =>
      a.replace(/\{(connection_file|resource_dir)\}/g, (_, name: string) => values[name] ?? ""),
    );
    this.#lastWords = "";
    const child = spawn(command, args, {
      cwd,
      env: { ...(env ?? process.env), ...expand(spec.env, env ?? process.env), JPY_PARENT_PID: String(process.pid) },
      // A group of its own: Ctrl-C in this terminal is ours to handle, and what a cell starts ends with its kernel.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#child = child;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8");
      child[name].on("data", (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-2000);
        onProcessOutput?.(name, text);
      });
    }
    this.#exited = new Promise(resolve => {
      child.once("error", error => resolve(`could not be started: ${messageOf(error)}`));
      child.once("exit", (code, signal) =>
        resolve(signal === null ? `ended with exit code ${code ?? 0}` : `was ended by ${signal}`),
      );
    });
    void this.#exited.then(how => this.#onExit(child, how));
  }

  #onExit(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#channels.fail(new HuntError("notebook/kernel-died", `the kernel ${how}`, { hint: "restart the kernel" }));
    if (this.#state === "running") this.#setState("dead", how);
  }

  async #stop(restart: boolean): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const { shutdownMs = 3000 } = this.#options;
    const asked = this.#channels.request("control", "shutdown_request", { restart }, { timeoutMs: shutdownMs });
    asked.catch(() => undefined);
    const timer = setTimeout(() => this.#kill(), shutdownMs);
    await this.#exited;
    clearTimeout(timer);
    this.#child = undefined;
  }

  /** The kernel and what its cells have started. */
  #kill(): void {
    const child = this.#child;
    if (child?.pid === undefined) return;
    try {
      if (process.platform === "win32") child.kill("SIGKILL");
      else process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended in the meantime; its "exit" says so.
    }
  }

  #setState(state: KernelState, why: string): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state, why);
  }

  #startFailed(how: string): HuntError {
    const said = this.#lastWords.trim();
    const text = `the kernel '${this.spec.displayName}' ${how}`;
    return new HuntError("notebook/kernel-start", said === "" ? text : `${text}; it said: ${said}`, {
      hint: "huntbook kernel list shows the kernels and where they come from",
    });
  }
}

/** `${NAME}` in a specification's environment is a variable of ours, as in Jupyter. */
function expand(env: Readonly<Record<string, string>>, own: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => [
      key,
      value.replace(/\$\{(\w+)\}/g, (_, name: string) => own[name] ?? ""),
    ]),
  );
}
