/** All kernels of a server, and the sessions that tie them to notebooks. */
import { randomUUID } from "node:crypto";
import { HuntError } from "../../../base/error.js";
import { didYouMean } from "../../../base/suggest.js";
import type { KernelModel } from "./kernel.js";
import { Kernel } from "./kernel.js";
import type { KernelLauncher, LaunchRequest } from "./port.js";

/** As Jupyter's REST API says it. */
export interface SessionModel {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly kernel: KernelModel;
  /** For older clients. */
  readonly notebook: { readonly path: string; readonly name: string };
}

interface Session {
  readonly id: string;
  path: string;
  name: string;
  type: string;
  kernel: Kernel;
}

export interface SessionWish {
  readonly path?: string;
  readonly name?: string;
  readonly type?: string;
  readonly kernelName?: string;
  readonly kernelId?: string;
}

export interface ManagerOptions {
  readonly launcher: KernelLauncher;
  /** Folder for the kernel of a notebook. @throws HuntError `server/not-found` */
  readonly folderOf: (path: string) => Promise<string>;
  /** Kernels that nobody has used for so long are ended; 0: never. */
  readonly cullAfterMs: number;
  readonly now?: () => number;
}

const cullIntervalMs = 60_000;

export class KernelManager {
  readonly #options: ManagerOptions;
  readonly #now: () => number;
  readonly #kernels = new Map<string, Kernel>();
  readonly #sessions = new Map<string, Session>();
  /** Two pages that open one notebook at the same time share its kernel. */
  readonly #opening = new Map<string, Promise<Session>>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    if (options.cullAfterMs > 0) {
      this.#timer = setInterval(() => void this.cull(), Math.min(cullIntervalMs, options.cullAfterMs));
      this.#timer.unref();
    }
  }

  kernels(): readonly KernelModel[] {
    return [...this.#kernels.values()].map(k => k.model());
  }

  /** @throws HuntError `server/not-found` */
  getKernel(id: string): Kernel {
    const kernel = this.#kernels.get(id);
    if (kernel === undefined)
      throw new HuntError("server/not-found", "there is no such kernel", { hint: "it may have been shut down" });
    return kernel;
  }

  /** @throws HuntError `server/no-kernelspec`, and the launcher's when the process does not come up */
  async start(wish: { readonly name?: string; readonly path?: string }): Promise<Kernel> {
    const { launcher, folderOf } = this.#options;
    const name = wish.name ?? launcher.defaultName;
    const names = launcher.specs().map(spec => spec.name);
    if (!names.includes(name))
      throw new HuntError("server/no-kernelspec", `there is no kernel '${name}'${didYouMean(name, names)}`, {
        hint: `choose one of: ${names.join(", ")}`,
      });
    const request: LaunchRequest = {
      name,
      cwd: await folderOf(wish.path ?? ""),
      ...(wish.path === undefined ? {} : { notebook: wish.path }),
    };
    const process = await launcher.launch(request);
    const kernel: Kernel = new Kernel({ name, process, now: this.#now, onDead: () => void this.#forget(kernel) });
    this.#kernels.set(kernel.id, kernel);
    return kernel;
  }

  /** @throws HuntError `server/not-found` */
  async shutdown(id: string): Promise<void> {
    const kernel = this.getKernel(id);
    this.#kernels.delete(id);
    for (const [sessionId, session] of this.#sessions) if (session.kernel === kernel) this.#sessions.delete(sessionId);
    await kernel.shutdown();
  }

  /** A kernel that died by itself; it may have been shut down in the same moment. */
  async #forget(kernel: Kernel): Promise<void> {
    if (this.#kernels.has(kernel.id)) await this.shutdown(kernel.id).catch(() => undefined);
  }

  sessions(): readonly SessionModel[] {
    return [...this.#sessions.values()].map(toModel);
  }

  /** @throws HuntError `server/not-found` */
  session(id: string): SessionModel {
    return toModel(this.#getSession(id));
  }

  /** The session of a notebook, started when there is none. @throws HuntError `server/bad-request`, … */
  async openSession(wish: SessionWish): Promise<SessionModel> {
    const { path } = wish;
    if (path === undefined || path === "")
      throw new HuntError("server/bad-request", "a session needs the 'path' of a notebook");
    const open = [...this.#sessions.values()].find(s => s.path === path);
    if (open !== undefined) return toModel(open);
    const opening = this.#opening.get(path) ?? this.#createSession(path, wish);
    this.#opening.set(path, opening);
    try {
      return toModel(await opening);
    } finally {
      this.#opening.delete(path);
    }
  }

  async #createSession(path: string, wish: SessionWish): Promise<Session> {
    const kernel = await this.#kernelFor(path, wish);
    const session: Session = { id: randomUUID(), path, name: wish.name ?? "", type: wish.type ?? "notebook", kernel };
    this.#sessions.set(session.id, session);
    return session;
  }

  #kernelFor(path: string, { kernelId, kernelName }: SessionWish): Promise<Kernel> | Kernel {
    if (kernelId !== undefined) return this.getKernel(kernelId);
    return this.start({ path, ...(kernelName === undefined ? {} : { name: kernelName }) });
  }

  /** A rename, another kernel, or both. The old kernel ends when no other session has it. */
  async changeSession(id: string, wish: SessionWish): Promise<SessionModel> {
    const session = this.#getSession(id);
    session.path = wish.path ?? session.path;
    session.name = wish.name ?? session.name;
    session.type = wish.type ?? session.type;
    if (wish.kernelId !== undefined || wish.kernelName !== undefined) {
      const old = session.kernel;
      session.kernel = await this.#kernelFor(session.path, wish);
      if (old !== session.kernel) await this.#release(old);
    }
    return toModel(session);
  }

  async closeSession(id: string): Promise<void> {
    const { kernel } = this.#getSession(id);
    this.#sessions.delete(id);
    await this.#release(kernel);
  }

  async #release(kernel: Kernel): Promise<void> {
    const used = [...this.#sessions.values()].some(s => s.kernel === kernel);
    if (!used && this.#kernels.has(kernel.id)) await this.shutdown(kernel.id);
  }

  #getSession(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined)
      throw new HuntError("server/not-found", "there is no such session", { hint: "it may have been closed" });
    return session;
  }

  /** Ends kernels that nobody has used for long. @returns their ids */
  async cull(): Promise<readonly string[]> {
    const { cullAfterMs } = this.#options;
    const idle = [...this.#kernels.values()].filter(k => cullAfterMs > 0 && k.idleMs() >= cullAfterMs).map(k => k.id);
    await Promise.all(idle.map(id => this.shutdown(id)));
    return idle;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled([...this.#opening.values()]);
    await Promise.allSettled([...this.#kernels.keys()].map(id => this.shutdown(id)));
  }
}

function toModel({ id, path, name, type, kernel }: Session): SessionModel {
  return { id, path, name, type, kernel: kernel.model(), notebook: { path, name } };
}
