/**
 * Keeps a busy cell from producing outputs faster than they are sent. Messages between threads wait in memory without limit;
 * here the thread that makes them waits instead, once too much is on its way.
 */

export interface PaceOptions {
  /** Shared by both threads: one Int32, the size of what is on its way. */
  readonly onItsWay: SharedArrayBuffer;
  readonly limit?: number;
  /** A reader that has stopped reading must not stop the kernel for ever. */
  readonly longestWaitMs?: number;
}

export const paceLimit = 32 * 1024 * 1024;
const longestWaitMs = 5000;
/** Short, so that code that was ended meanwhile notices. */
const napMs = 20;
const maxSize = 2 ** 30;

export const createOnItsWay = (): SharedArrayBuffer => new SharedArrayBuffer(4);

/** The end of the thread that makes outputs. */
export class PacedSender {
  readonly #size: Int32Array;
  readonly #limit: number;
  readonly #longestWaitMs: number;

  constructor(options: PaceOptions) {
    this.#size = new Int32Array(options.onItsWay);
    this.#limit = options.limit ?? paceLimit;
    this.#longestWaitMs = options.longestWaitMs ?? longestWaitMs;
  }

  /** Counts something that is about to be sent, after waiting until there is room for it. @returns what `arrived` must be told */
  depart(size: number): number {
    const counted = Math.min(size, maxSize / 2);
    const deadline = performance.now() + this.#longestWaitMs;
    for (;;) {
      const before = Atomics.load(this.#size, 0);
      if (before <= this.#limit || performance.now() > deadline) break;
      Atomics.wait(this.#size, 0, before, napMs);
    }
    Atomics.add(this.#size, 0, counted);
    return counted;
  }
}

/** The end of the thread that passes them on. */
export class PacedReceiver {
  readonly #size: Int32Array;

  constructor(onItsWay: SharedArrayBuffer) {
    this.#size = new Int32Array(onItsWay);
  }

  arrived(counted: number): void {
    Atomics.sub(this.#size, 0, counted);
    Atomics.notify(this.#size, 0);
  }
}
