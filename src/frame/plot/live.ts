/** Views that stay connected to their frames: a saved view holds only a handle, the running kernel answers for it. */
import { messageOf } from "../../base/error.js";
import type { LiveReply, LiveRequest } from "../../view/index.js";

export type LiveHandler = (request: LiveRequest) => Promise<LiveReply>;

/** Handles of one session. The newest are kept; a handle that was dropped answers `gone`. */
export class LiveViews {
  readonly #handlers = new Map<string, LiveHandler>();
  readonly #prefix: string;
  readonly #most: number;
  #count = 0;

  constructor(prefix: string, most = 500) {
    this.#prefix = prefix;
    this.#most = most;
  }

  /** Registers who answers; handlers hold frames weakly, so that a shown frame can still be freed. */
  register(handler: LiveHandler): string {
    const id = `${this.#prefix}-${(this.#count += 1)}`;
    this.#handlers.set(id, handler);
    const oldest = this.#handlers.keys().next();
    if (this.#handlers.size > this.#most && oldest.done !== true) this.#handlers.delete(oldest.value);
    return id;
  }

  /** Answers a front end's question. Never throws: what goes wrong is an answer. */
  async answer(request: LiveRequest): Promise<LiveReply> {
    const handler = this.#handlers.get(request.live);
    if (handler === undefined) return { type: "gone" };
    try {
      return await handler(request);
    } catch (error) {
      return { type: "error", message: messageOf(error) };
    }
  }
}
