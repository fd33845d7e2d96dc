/** How much memory and disk one store may use when nobody says; who opens several stores divides it among them. */
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";

export interface Limits {
  readonly memoryLimitBytes: number;
  readonly spillLimitBytes: number;
}

const gib = 1024 ** 3;
const spillCapBytes = 64 * gib;

/** Memory this process may use: the machine's, or its container's when that is less. */
function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** Half the memory; half the free disk under `scratchRoot`, at most 64 GiB. */
export async function defaultLimits(scratchRoot: string): Promise<Limits> {
  const disk = await statfs(scratchRoot).catch(() => undefined);
  const freeBytes = disk === undefined ? spillCapBytes : disk.bavail * disk.bsize;
  return {
    memoryLimitBytes: Math.floor(availableMemoryBytes() / 2),
    spillLimitBytes: Math.min(spillCapBytes, Math.floor(freeBytes / 2)),
  };
}
