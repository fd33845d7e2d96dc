/**
 * Questions of views to the running kernel: rows of a grid, details of a timeline. They travel over one comm per kernel,
 * target `huntbook.view`, as `{ id, request }`; answers come as `{ id, reply }`.
 */
import type { Kernel, KernelMessage } from "@jupyterlab/services";

const target = "huntbook.view";
/** A view that waits longer shows what it holds. */
const patienceMs = 30_000;
const gone = { type: "gone" } as const;

class Link {
  readonly #comm: Kernel.IComm;
  readonly #waiting = new Map<number, (reply: unknown) => void>();
  #lastId = 0;

  constructor(kernel: Kernel.IKernelConnection) {
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = message => this.#receive(message);
    // A kernel that does not know the target, or that ends.
    this.#comm.onClose = () => this.#giveUp();
    this.#comm.open({});
  }

  get isOpen(): boolean {
    return !this.#comm.isDisposed;
  }

  ask(request: unknown): Promise<unknown> {
    const id = (this.#lastId += 1);
    return new Promise(resolve => {
      const timer = setTimeout(() => done(gone), patienceMs);
      const done = (reply: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      };
      this.#waiting.set(id, done);
      this.#comm.send({ id, request } as never);
    });
  }

  #receive(message: KernelMessage.ICommMsgMsg): void {
    const { id, reply } = message.content.data as { readonly id?: number; readonly reply?: unknown };
    if (id !== undefined) this.#waiting.get(id)?.(reply ?? gone);
  }

  #giveUp(): void {
    for (const done of [...this.#waiting.values()]) done(gone);
  }
}

const links = new WeakMap<Kernel.IKernelConnection, Link>();

/** The kernel's answer; `{ type: "gone" }` where there is nobody to ask. */
export async function askKernel(kernel: Kernel.IKernelConnection | undefined, request: unknown): Promise<unknown> {
  if (kernel === undefined || kernel.isDisposed || kernel.connectionStatus !== "connected") return gone;
  let link = links.get(kernel);
  // A restart takes the comms away.
  if (link?.isOpen !== true) links.set(kernel, (link = new Link(kernel)));
  return link.ask(request);
}
