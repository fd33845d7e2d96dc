/** How much memory and disk a store may use when nobody says: the stores of a process share one budget. */
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";

export interface Limits {
  readonly memoryLimitBytes: number;
  readonly spillLimitBytes: number;
}

/** Limits that go back to the budget when the store closes. */
export interface GrantedLimits extends Limits {
  release(): void;
}

export interface Grant {
  readonly bytes: number;
  readonly release: () => void;
}

const mebibyte = 1024 ** 2;
const spillCapBytes = 64 * 1024 * mebibyte;

/** Memory this process may use: the machine's, or its container's when that is less. */
function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/**
 * Divides something among stores that open and close at any time. What a store has been given stays its own, because
 * DuckDB's settings are locked once it is open: so the first one leaves a quarter for others, and each further one takes
 * half of what is left.
 */
export class Budget {
  readonly #leastBytes: number;
  readonly #granted = new Map<symbol, number>();

  /** @param leastBytes what a store gets even when nothing is left: less than this, and queries fail */
  constructor(leastBytes: number) {
    this.#leastBytes = leastBytes;
  }

  grant(totalBytes: number): Grant {
    const leftBytes = totalBytes - [...this.#granted.values()].reduce((sum, bytes) => sum + bytes, 0);
    const share = this.#granted.size === 0 ? 0.75 : 0.5;
    const bytes = Math.max(Math.floor(leftBytes * share), Math.min(this.#leastBytes, totalBytes));
    const key = Symbol("grant");
    this.#granted.set(key, bytes);
    return { bytes, release: () => void this.#granted.delete(key) };
  }
}

/** What sessions of one process cannot but share: the machine they run on. */
const processMemory = new Budget(256 * mebibyte);
const processSpill = new Budget(1024 * mebibyte);

/**
 * The limits of a store: those that are given, and otherwise a share of half the memory and of half the free disk under
 * `scratchRoot` (at most 64 GiB).
 */
export async function grantLimits(given: Partial<Limits>, scratchRoot: string): Promise<GrantedLimits> {
  const memory =
    given.memoryLimitBytes === undefined ? processMemory.grant(Math.floor(availableMemoryBytes() / 2)) : undefined;
  const spill = given.spillLimitBytes === undefined ? processSpill.grant(await spillBytes(scratchRoot)) : undefined;
  return {
    memoryLimitBytes: given.memoryLimitBytes ?? memory!.bytes,
    spillLimitBytes: given.spillLimitBytes ?? spill!.bytes,
    release() {
      memory?.release();
      spill?.release();
    },
  };
}

async function spillBytes(scratchRoot: string): Promise<number> {
  const disk = await statfs(scratchRoot).catch(() => undefined);
  const freeBytes = disk === undefined ? spillCapBytes : disk.bavail * disk.bsize;
  return Math.min(spillCapBytes, Math.floor(freeBytes / 2));
}
