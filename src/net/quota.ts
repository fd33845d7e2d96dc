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

/** A window is counted in parts; the more, the less is wasted at its edge. */
const partsOf = ({ limit }: QuotaWindow): number => Math.max(60, Math.min(limit, 120));
/** How many requests are written down at a time, for services that allow many: lost ones count as used. */
const reserveOf = ({ limit, perMs }: QuotaWindow): number =>
  Math.max(1, Math.min(50, Math.floor((limit * 1000) / perMs)));

type Counts = Record<string, number>;

/**
 * Says when the next request may be sent. Never more than `limit` in any window, also across restarts and kill -9: use is
 * written before a request is sent.
 */
export class Quota {
  readonly #options: QuotaOptions;
  /** By window, then by part of it. */
  readonly #used: Counts[];
  readonly #written: Counts[];
  #reserved = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#used = readCounts(options);
    this.#written = this.#used.map(counts => ({ ...counts }));
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
    return this.#options.windows.map((window, i) => ({ ...window, used: this.#sum(window, i) }));
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
    const waits = this.#options.windows.map((window, i) => {
      if (this.#sum(window, i) < window.limit) return 0;
      const partMs = window.perMs / partsOf(window);
      const oldest = Math.min(...Object.keys(this.#used[i] ?? {}).map(Number));
      return Math.max(1, (oldest + 1) * partMs + window.perMs - now);
    });
    return Math.max(0, this.#blockedUntilMs - now, ...waits);
  }

  /** Requests in the parts that reach into the last `perMs`. Parts that do not are forgotten. */
  #sum(window: QuotaWindow, index: number): number {
    const partMs = window.perMs / partsOf(window);
    const from = this.#options.nowMs() - window.perMs;
    const counts = this.#used[index] ?? {};
    let sum = 0;
    for (const [part, count] of Object.entries(counts)) {
      if ((Number(part) + 1) * partMs <= from) delete counts[part];
      else sum += count;
    }
    return sum;
  }

  #count(): void {
    const now = this.#options.nowMs();
    this.#options.windows.forEach((window, i) => {
      const part = String(Math.floor(now / (window.perMs / partsOf(window))));
      const counts = this.#used[i];
      if (counts !== undefined) counts[part] = (counts[part] ?? 0) + 1;
    });
    if (this.#options.file === undefined) return;
    if (this.#reserved > 0) this.#reserved -= 1;
    else this.#write();
  }

  /** Writes what was used, with some to spare. What another process wrote meanwhile is added to ours. */
  #write(): void {
    const { file, windows } = this.#options;
    if (file === undefined) return;
    const spare = Math.min(...windows.map(reserveOf)) - 1;
    const now = this.#options.nowMs();
    const others = readCounts(this.#options);
    const written = windows.map((window, i) => {
      const current = String(Math.floor(now / (window.perMs / partsOf(window))));
      const used = this.#used[i] ?? {};
      for (const [part, count] of Object.entries(others[i] ?? {})) {
        const foreign = count - (this.#written[i]?.[part] ?? 0);
        if (foreign > 0) used[part] = (used[part] ?? 0) + foreign;
      }
      this.#sum(window, i);
      return { ...used, [current]: (used[current] ?? 0) + spare };
    });
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(windows.map((w, i) => ({ ...w, used: written[i] }))));
    renameSync(temporary, file);
    this.#written.splice(0, windows.length, ...written.map(counts => ({ ...counts })));
    this.#reserved = spare;
  }
}

/** Counts of a file, for the windows that are still the same; nothing for a damaged one. */
function readCounts({ file, windows }: QuotaOptions): Counts[] {
  const empty = (): Counts[] => windows.map(() => Object.create(null) as Counts);
  if (file === undefined) return empty();
  try {
    const saved = JSON.parse(readFileSync(file, "utf8")) as (QuotaWindow & { used?: Counts })[];
    return windows.map(w => {
      const same = saved.find(s => s.limit === w.limit && s.perMs === w.perMs)?.used ?? {};
      const counts = Object.entries(same).filter(([part, n]) => /^\d+$/.test(part) && Number.isFinite(n));
      return Object.assign(Object.create(null) as Counts, Object.fromEntries(counts));
    });
  } catch {
    return empty();
  }
}
