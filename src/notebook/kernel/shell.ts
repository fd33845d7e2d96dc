/** Commands for the system's shell, as the lines of a cell that begin with `!`. */
import { spawn } from "node:child_process";
import { HuntError, messageOf } from "../../base/error.js";
import type { CellContext } from "./api.js";

/** An interrupted command that does not end by then is killed. */
const killAfterMs = 2000;

/**
 * Runs a command in the notebook's folder, its output streamed into the cell. It cannot ask anything: its input is empty.
 * @throws HuntError `notebook/shell` when it fails, `notebook/interrupted`
 */
export async function runShell(command: string, dir: string, cell: CellContext): Promise<void> {
  const group = process.platform !== "win32";
  const child = spawn(command, { cwd: dir, shell: true, detached: group, stdio: ["ignore", "pipe", "pipe"] });
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (group) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has ended in the meantime.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill("SIGINT");
    timer = setTimeout(() => kill("SIGKILL"), killAfterMs);
  };
  // What a cell has started does not outlive its kernel.
  const end = (): void => kill("SIGKILL");
  process.once("exit", end);
  cell.signal.addEventListener("abort", stop, { once: true });
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8");
        child[name].on("data", (text: string) => cell.write(name, text));
      }
      child.once("error", cause =>
        reject(new HuntError("notebook/shell", `the shell cannot be started: ${messageOf(cause)}`)),
      );
      child.once("close", (code, signal) =>
        resolve(
          code === 0 ? undefined : signal === null ? `ended with exit code ${code ?? 0}` : `was ended by ${signal}`,
        ),
      );
    });
    if (how !== undefined && !cell.signal.aborted)
      throw new HuntError("notebook/shell", `the command '${shorten(command)}' ${how}`, {
        hint: "what it said stands above; write `!command || true` where a failure does not matter",
      });
  } finally {
    clearTimeout(timer);
    process.removeListener("exit", end);
    cell.signal.removeEventListener("abort", stop);
  }
}

const shorten = (command: string): string => (command.length > 60 ? `${command.slice(0, 57)}…` : command);
