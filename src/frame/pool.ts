/** A few DuckDB connections, lent one user at a time, in the order of asking. */
import { HuntError } from "../base/error.js";
import type { DuckDBConnection } from "./duckdb.js";
import { toHuntError } from "./duckdb-error.js";

interface Waiter {
  readonly give: (connection: DuckDBConnection) => void;
  readonly refuse: (error: HuntError) => void;
}

export const closedError = (): HuntError =>
  new HuntError("frame/closed", "this session's frame store is closed", {
    hint: "open a new session and run the query again",
  });

export const cancelledError = (signal: AbortSignal): HuntError =>
  new HuntError("query/cancelled", "the query was cancelled", {
    cause: signal.reason,
    hint: "run it again, or narrow its time range first",
  });

/** The result of `work`, or `query/cancelled` as soon as `signal` is aborted; what cannot be stopped then ends unseen. */
export async function untilCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let leave: (() => void) | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    leave = () => reject(cancelledError(signal));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    if (leave !== undefined) signal.removeEventListener("abort", leave);
  }
}

/** How often an abort is repeated: DuckDB forgets an interrupt that comes between two of its steps. */
const interruptEveryMs = 10;

export class ConnectionPool {
  #idle: DuckDBConnection[] = [];
  #lent = new Set<DuckDBConnection>();
  #waiting: Waiter[] = [];
  #whenQuiet: (() => void) | undefined;
  #state: "running" | "paused" | "closed" = "paused";

  /**
   * Lends a connection to `work` and interrupts what it runs when `signal` is aborted.
   *
   * @throws HuntError `query/cancelled` (also while waiting for a connection), `frame/closed`, or DuckDB's error in our words
   */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const connection = await this.#acquire(signal);
    let timer: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      connection.interrupt();
      timer ??= setInterval(() => connection.interrupt(), interruptEveryMs);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      if (signal?.aborted === true) throw cancelledError(signal);
      return await work(connection);
    } catch (error) {
      if (this.#state === "closed") throw closedError();
      throw signal?.aborted === true ? cancelledError(signal) : toHuntError(error);
    } finally {
      clearInterval(timer);
      signal?.removeEventListener("abort", interrupt);
      this.#release(connection);
    }
  }

  /** Starts, or goes on after `pause`, with these connections. */
  resume(connections: readonly DuckDBConnection[]): void {
    this.#state = "running";
    for (const connection of connections) this.#release(connection);
  }

  /** Waits until every connection is back, then takes them away; who asks meanwhile waits for `resume`. */
  async pause(): Promise<readonly DuckDBConnection[]> {
    this.#state = "paused";
    return this.#takeAll();
  }

  /** Interrupts what runs, refuses who waits, and takes the connections away. */
  async close(): Promise<readonly DuckDBConnection[]> {
    this.#state = "closed";
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(closedError());
    const timer = setInterval(() => this.#lent.forEach(c => c.interrupt()), interruptEveryMs);
    try {
      return await this.#takeAll();
    } finally {
      clearInterval(timer);
    }
  }

  async #takeAll(): Promise<readonly DuckDBConnection[]> {
    if (this.#lent.size > 0) await new Promise<void>(resolve => (this.#whenQuiet = resolve));
    return this.#idle.splice(0);
  }

  async #acquire(signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    if (this.#state === "closed") throw closedError();
    if (signal?.aborted === true) throw cancelledError(signal);
    const idle = this.#state === "running" ? this.#idle.pop() : undefined;
    if (idle !== undefined) {
      this.#lent.add(idle);
      return idle;
    }
    return new Promise<DuckDBConnection>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter(w => w !== waiter);
        if (signal !== undefined) reject(cancelledError(signal));
      };
      const waiter: Waiter = {
        give: connection => {
          signal?.removeEventListener("abort", leave);
          resolve(connection);
        },
        refuse: reject,
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #release(connection: DuckDBConnection): void {
    this.#lent.delete(connection);
    const next = this.#state === "running" ? this.#waiting.shift() : undefined;
    if (next === undefined) this.#idle.push(connection);
    else {
      this.#lent.add(connection);
      next.give(connection);
    }
    if (this.#lent.size === 0) {
      this.#whenQuiet?.();
      this.#whenQuiet = undefined;
    }
  }
}
