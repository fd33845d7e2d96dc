/** Quotas of services: so many requests in so long. What was used is kept in a file, because the service does not forget either. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** At most `limit` requests in any `perMs` milliseconds. */
export interface QuotaWindow {
  readonly limit: number;
  readonly perMs: number;
}

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

export interface QuotaOptions {
  readonly windows: readonly QuotaWindow[];
  /** Where use is kept; without it the quota is forgotten with the process. */
  readonly file?: string;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** How much of a window is used. */
export interface QuotaUse extends QuotaWindow {
  readonly used: number;
}

/** A window is counted in parts; the more, the less is wasted at its edge: a thousandth of the window at most. */
const parts = 1000;
const partMsOf = ({ perMs }: QuotaWindow): number => perMs / parts;
/** How many requests are written down at a time, for services that allow many: lost ones count as used. */
const reserveOf = ({ limit, perMs }: QuotaWindow): number =>
  Math.max(1, Math.min(50, Math.floor((limit * 1000) / perMs)));

/**
 * Within short windows requests are spread: what is sent in a heap, and is late, meets the next heap at the service, which
 * then counts both in one window. What may be sent at once is a quarter of the window's.
 */
const spreadBelowMs = 10_000;
const atOnce = 1 / 4;

type Counts = ReadonlyMap<number, number>;

/** What was used of one window, by part. The parts are in order and their sum is kept: it is asked for before every request. */
class Used {
  readonly window: QuotaWindow;
  #counts = new Map<number, number>();
  #newest = -Infinity;
  #sum = 0;
  /** When the next request were due if all had been spread evenly. */
  #dueMs = 0;

  constructor(window: QuotaWindow, counts: Counts) {
    this.window = window;
    for (const [part, count] of counts) this.add(part, count);
  }

  partAt(nowMs: number): number {
    return Math.floor(nowMs / partMsOf(this.window));
  }

  /** Requests in the parts that reach into the last `perMs`. Parts that do not are forgotten. */
  sum(nowMs: number): number {
    for (const [part, count] of this.#counts) {
      if ((part + 1) * partMsOf(this.window) > nowMs - this.window.perMs) break;
      this.#counts.delete(part);
      this.#sum -= count;
    }
    return this.#sum;
  }

  /** How long until another request may be sent, milliseconds. */
  waitMs(nowMs: number): number {
    const { limit, perMs } = this.window;
    const early = perMs > spreadBelowMs ? 0 : Math.ceil(this.#dueMs - nowMs - perMs * atOnce);
    return this.sum(nowMs) < limit ? Math.max(0, early) : Math.max(early, this.#leavesInMs(nowMs));
  }

  /** How long until the oldest part has left the window. */
  #leavesInMs(nowMs: number): number {
    const [oldest = 0] = this.#counts.keys();
    return Math.max(1, Math.ceil((oldest + 1) * partMsOf(this.window) + this.window.perMs - nowMs));
  }

  /** Counts a request that is sent now. */
  count(nowMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, nowMs) + this.window.perMs / this.window.limit;
    this.add(this.partAt(nowMs), 1);
  }

  add(part: number, count: number): void {
    this.#counts.set(part, (this.#counts.get(part) ?? 0) + count);
    this.#sum += count;
    // Another process's use, or a clock that was set back.
    if (part < this.#newest) this.#counts = new Map([...this.#counts].sort(([a], [b]) => a - b));
    else this.#newest = part;
  }

  get counts(): Counts {
    return this.#counts;
  }
}

/**
 * Says when the next request may be sent. Never more than `limit` in any window, also across restarts and kill -9: use is
 * written before a request is sent.
 */
export class Quota {
  readonly #options: QuotaOptions;
  readonly #used: readonly Used[];
  /** What the file holds by our own hand, by window: the rest is of other processes. */
  #written: readonly Counts[];
  #reserved = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#written = readCounts(options);
    this.#used = options.windows.map((window, i) => new Used(window, this.#written[i] ?? new Map()));
  }

  /**
   * Waits until a request may be sent and counts it; in the order of asking. Rejects when `signal` aborts meanwhile.
   * @returns 0, or, when the wait would be longer than `maxWaitMs`, how long: then nothing is counted
   */
  async take(signal?: AbortSignal, maxWaitMs = Infinity): Promise<number> {
    const turn = this.#last.then(async () => {
      for (;;) {
        signal?.throwIfAborted();
        const waitMs = this.#waitMs();
        if (waitMs > maxWaitMs) return waitMs;
        if (waitMs === 0) break;
        await this.#options.sleep(waitMs, signal);
      }
      this.#count();
      return 0;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Nothing more until then: the service said so. */
  exhaust(untilMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
  }
  #blockedUntilMs = 0;

  get use(): readonly QuotaUse[] {
    const now = this.#options.nowMs();
    return this.#used.map(used => ({ ...used.window, used: used.sum(now) }));
  }

  /** How long `count` more requests take from now, milliseconds. */
  estimateMs(count: number): number {
    const perWindow = this.use.map(({ limit, perMs, used }) => {
      const beyond = count - (limit - used);
      return beyond <= 0 ? 0 : Math.ceil(beyond / limit) * perMs;
    });
    return Math.max(0, this.#blockedUntilMs - this.#options.nowMs(), ...perWindow);
  }

  #waitMs(): number {
    const now = this.#options.nowMs();
    return Math.max(0, this.#blockedUntilMs - now, ...this.#used.map(used => used.waitMs(now)));
  }

  #count(): void {
    const now = this.#options.nowMs();
    for (const used of this.#used) used.count(now);
    if (this.#options.file === undefined) return;
    if (this.#reserved > 0) this.#reserved -= 1;
    else this.#write(this.#options.file, now);
  }

  /** Writes what was used, with some to spare. What another process wrote meanwhile is added to ours. */
  #write(file: string, now: number): void {
    const spare = Math.min(...this.#options.windows.map(reserveOf)) - 1;
    const others = readCounts(this.#options);
    this.#written = this.#used.map((used, i) => {
      for (const [part, count] of others[i] ?? []) {
        const foreign = count - (this.#written[i]?.get(part) ?? 0);
        if (foreign > 0) used.add(part, foreign);
      }
      used.sum(now);
      const current = used.partAt(now);
      return new Map(used.counts).set(current, (used.counts.get(current) ?? 0) + spare);
    });
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    const lines = this.#used.map(({ window }, i) => ({ ...window, parts, used: [...(this.#written[i] ?? [])] }));
    writeFileSync(temporary, JSON.stringify(lines));
    renameSync(temporary, file);
    this.#reserved = spare;
  }
}

/** Counts of a file, for the windows that are still the same; nothing for a damaged one. */
function readCounts({ file, windows }: QuotaOptions): readonly Counts[] {
  const none = (): Counts[] => windows.map(() => new Map<number, number>());
  if (file === undefined) return none();
  try {
    const saved = JSON.parse(readFileSync(file, "utf8")) as (QuotaWindow & { parts?: number; used?: unknown })[];
    return windows.map(w => {
      const same = saved.find(s => s.limit === w.limit && s.perMs === w.perMs && s.parts === parts)?.used;
      const entries = Array.isArray(same) ? (same as readonly unknown[]) : [];
      return new Map(entries.filter(isCount));
    });
  } catch {
    return none();
  }
}

const isCount = (entry: unknown): entry is [part: number, count: number] =>
  Array.isArray(entry) && entry.length === 2 && entry.every(n => Number.isSafeInteger(n) && (n as number) >= 0);
