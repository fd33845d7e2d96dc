/** Which process holds something, and whether it still runs. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, so that its number alone (which systems use again) is not mistaken for it. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** The system's start mark of the process where it has one (Linux: clock ticks since boot, with the boot's id). */
  readonly started: string | undefined;
}

/** The mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) };
}

/**
 * - `dead`: it ran on this machine and does not any more.
 * - `elsewhere`: another machine's; nobody here can tell.
 */
export function stateOf(mark: ProcessMark): "alive" | "dead" | "elsewhere" {
  if (mark.host !== hostname()) return "elsewhere";
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "dead";
  }
  const started = startOf(mark.pid);
  return started !== undefined && mark.started !== undefined && started !== mark.started ? "dead" : "alive";
}

/** Reads a mark from parsed JSON; undefined when it is none. */
export function parseProcessMark(value: unknown): ProcessMark | undefined {
  const { pid, host, started } = (value ?? {}) as Record<string, unknown>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== "string") return undefined;
  return { pid, host, started: typeof started === "string" ? started : undefined };
}

/** Linux only: field 22 of /proc/PID/stat, counted after the last `)` because the command may hold anything (proc(5)). */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
