/** One source on its way through the batches of a look-up: at its own pace, and not too far ahead of the slowest. */
import type { TiQuery } from "./provider.js";
import { keyOf, type TiOutcome, type TiSource } from "./source.js";

/** Batches that a source may be ahead of what was given out: answers wait in memory that long. */
const mostAhead = 8;

/** What a source says about one batch, by `keyOf`. */
export type BatchAnswers = ReadonlyMap<string, TiOutcome>;

export interface LaneOptions {
  readonly source: TiSource;
  /** How many batches there are. */
  readonly count: number;
  /** The distinct questions of one. */
  readonly queriesOf: (index: number) => readonly TiQuery[];
  readonly signal: AbortSignal;
  readonly maxWaitMs: number;
  readonly refresh: boolean;
  readonly onAnswer: () => void;
}

interface Batch {
  readonly answers: Map<string, TiOutcome>;
  left: number;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #batches: (Batch | undefined)[] = [];
  /** Which batch a question that was asked belongs to. */
  readonly #batchOf = new Map<string, Batch>();
  /** Settles when the source has been asked about everything. */
  readonly ended: Promise<void>;
  #given = 0;
  #wake = (): void => undefined;
  #changed: Promise<void> = Promise.resolve();

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#turn();
    options.signal.addEventListener("abort", () => this.#turn());
    const { source, signal, maxWaitMs, refresh } = options;
    this.ended = source.ask(this.#walk(), {
      ...{ signal, maxWaitMs, refresh },
      onAnswer: (query, outcome) => this.#answered(query, outcome),
    });
    // Who waits for a batch hears of it; nobody may wait when another source failed first.
    this.ended.catch(() => undefined).finally(() => this.#turn());
  }

  /** The answers about a batch, when all are there. Batches are taken in order, each once. Rejects as the source does. */
  async take(index: number): Promise<BatchAnswers> {
    let hasEnded = false;
    const end = this.ended.then(() => void (hasEnded = true));
    for (;;) {
      const batch = this.#batches[index];
      if ((batch !== undefined && batch.left === 0) || hasEnded) {
        this.#batches[index] = undefined;
        this.#given = index + 1;
        this.#turn();
        return batch?.answers ?? new Map();
      }
      await Promise.race([this.#changed, end]);
    }
  }

  /** Wakes all that wait for a change. */
  #turn(): void {
    const wake = this.#wake;
    this.#changed = new Promise(done => (this.#wake = done));
    wake();
  }

  async *#walk(): AsyncGenerator<readonly TiQuery[]> {
    for (let index = 0; index < this.#options.count; index += 1) {
      while (index >= this.#given + mostAhead) {
        this.#options.signal.throwIfAborted();
        await this.#changed;
      }
      const queries = this.#options.queriesOf(index);
      const batch: Batch = { answers: new Map(), left: queries.length };
      for (const query of queries) this.#batchOf.set(keyOf(query), batch);
      this.#batches[index] = batch;
      if (queries.length > 0) yield queries;
      else this.#turn();
    }
  }

  #answered(query: TiQuery, outcome: TiOutcome): void {
    const key = keyOf(query);
    const batch = this.#batchOf.get(key);
    if (batch === undefined) return;
    this.#batchOf.delete(key);
    batch.answers.set(key, outcome);
    batch.left -= 1;
    this.#options.onAnswer();
    if (batch.left === 0) this.#turn();
  }
}
