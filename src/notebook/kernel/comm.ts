/** Comms: two-way channels between code in cells and front ends (widgets live on them). */
import { randomUUID } from "node:crypto";
import type { Comm, CommHandlers, CommHub, CommTarget } from "../protocol/comm.js";
import type { JsonObject, Outgoing } from "../protocol/message.js";
import type { CommRequest } from "./thread-port.js";

type Publish = (message: Omit<Outgoing, "parent">) => void;

interface OpenComm {
  handlers: CommHandlers;
}

/** Every open comm of a kernel. Handlers run one at a time for one comm, in the order of the messages. */
export class CommManager implements CommHub {
  readonly #publish: Publish;
  readonly #comms = new Map<string, OpenComm>();
  readonly #targets = new Map<string, CommTarget>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  register(targetName: string, target: CommTarget): void {
    this.#targets.set(targetName, target);
  }

  open(
    targetName: string,
    options: {
      readonly id?: string;
      readonly data?: JsonObject;
      readonly metadata?: JsonObject;
      readonly buffers?: readonly Uint8Array[];
      readonly handlers?: CommHandlers;
    } = {},
  ): Comm {
    const id = options.id ?? randomUUID().replaceAll("-", "");
    this.#comms.set(id, { handlers: options.handlers ?? {} });
    const content = { comm_id: id, target_name: targetName, data: options.data ?? {} };
    this.#publish({ type: "comm_open", content, ...rest(options.metadata, options.buffers) });
    return this.#createComm(id);
  }

  /** Takes a message of a front end. A target nobody registered is refused by closing the comm, as the protocol wants. */
  async receive({ type, commId, targetName, data, metadata, buffers }: CommRequest): Promise<void> {
    if (type === "comm_open") {
      const target = this.#targets.get(targetName ?? "");
      if (target === undefined) {
        this.#publish({ type: "comm_close", content: { comm_id: commId, data: {} } });
        return;
      }
      const comm: OpenComm = { handlers: {} };
      this.#comms.set(commId, comm);
      comm.handlers = (await target(this.#createComm(commId), { data, metadata, buffers })) ?? {};
      return;
    }
    const comm = this.#comms.get(commId);
    if (comm === undefined) return;
    if (type === "comm_msg") return comm.handlers.onMessage?.({ data, metadata, buffers });
    this.#comms.delete(commId);
    await comm.handlers.onClose?.();
  }

  #createComm(id: string): Comm {
    return {
      id,
      send: (data, options = {}) =>
        this.#publish({ type: "comm_msg", content: { comm_id: id, data }, ...rest(options.metadata, options.buffers) }),
      close: (data = {}) => {
        if (this.#comms.delete(id)) this.#publish({ type: "comm_close", content: { comm_id: id, data } });
      },
    };
  }
}

function rest(
  metadata: JsonObject | undefined,
  buffers: readonly Uint8Array[] | undefined,
): { metadata?: JsonObject; buffers?: readonly Uint8Array[] } {
  return { ...(metadata === undefined ? {} : { metadata }), ...(buffers === undefined ? {} : { buffers }) };
}
