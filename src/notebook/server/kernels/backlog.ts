/** What a kernel says while no page listens: kept up to a limit, so that a page that comes back misses nothing silently. */
import type { KernelChannel, RawMessage } from "./port.js";

export interface Kept {
  readonly channel: KernelChannel;
  readonly message: RawMessage;
}

const sizeOf = ({ parts, buffers }: RawMessage): number =>
  [...parts, ...buffers].reduce((sum, piece) => sum + piece.length, 0);

export class Backlog {
  readonly #limitBytes: number;
  #kept: Kept[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** New messages are dropped when it is full: what came first explains what came after. */
  add(kept: Kept): void {
    const size = sizeOf(kept.message);
    if (this.#bytes + size > this.#limitBytes) {
      this.#dropped += 1;
      return;
    }
    this.#kept.push(kept);
    this.#bytes += size;
  }

  /** Everything, and how many messages did not fit; it is empty afterwards. */
  take(): { readonly kept: readonly Kept[]; readonly dropped: number } {
    const taken = { kept: this.#kept, dropped: this.#dropped };
    this.#kept = [];
    this.#bytes = this.#dropped = 0;
    return taken;
  }
}
