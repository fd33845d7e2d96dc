/**
 * The rule of interrupting: a cell's busy code is ended after 40 ms; the kernel's own code, which soon answers by itself, gets the
 * grace period first. In a process of its own, because what is ended is a main thread.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { prepareInterrupts } from "./interrupt.js";

const run = promisify(execFile);
/** Long, so that what ends before it was ended by the first rule, whatever else the machine does. */
const graceMs = 4000;

interface Seen {
  /** Whether the busy code came to its own end. */
  readonly finished: boolean;
  /** From the interrupt to its being seen by the main thread. */
  readonly seenMs: number;
}

/** Interrupts code that is busy for `busyMs`, in a script of this name. */
async function interrupt(filename: string, busyMs: number): Promise<Seen> {
  const script = `
    import { Script } from "node:vm";
    import { Worker } from "node:worker_threads";
    const { Interrupter } = await import(${JSON.stringify(new URL("./interrupt.ts", import.meta.url).href)});
    let askedAt = 0;
    globalThis.finished = false;
    const interrupter = new Interrupter({
      graceMs: ${graceMs},
      onInterrupt: () => {
        const seenMs = performance.now() - askedAt;
        console.log(JSON.stringify({ finished: globalThis.finished, seenMs }));
        process.exit(0);
      },
    });
    const code = "for (const end = performance.now() + ${busyMs}; performance.now() < end;); globalThis.finished = true;";
    const busy = new Script(code, { filename: ${JSON.stringify(filename)} });
    // The thread has to be there before it is asked.
    setTimeout(() => {
      askedAt = performance.now();
      interrupter.interrupt();
      busy.runInThisContext();
    }, 1500);
    setTimeout(() => process.exit(3), 30_000);`;
  const tsx = import.meta.resolve("tsx");
  const { stdout } = await run(process.execPath, ["--import", tsx, "--input-type=module", "-e", script], {
    timeout: 40_000,
  });
  return JSON.parse(stdout) as Seen;
}

test("a cell's busy code ends long before the grace period", async () => {
  const { finished, seenMs } = await interrupt("huntbook-cell-1.ts", 15_000);
  expect(finished).toBe(false);
  expect(seenMs).toBeGreaterThanOrEqual(38);
  expect(seenMs).toBeLessThan(graceMs);
}, 60_000);

test("the kernel's own code comes to its end when that takes less than the grace period", async () => {
  const { finished, seenMs } = await interrupt("module.js", 1200);
  expect(finished).toBe(true);
  expect(seenMs).toBeGreaterThanOrEqual(1190);
}, 60_000);

test("and is ended after it when it does not", async () => {
  const { finished, seenMs } = await interrupt("module.js", 25_000);
  expect(finished).toBe(false);
  expect(seenMs).toBeGreaterThanOrEqual(graceMs);
}, 60_000);

test("an interrupt counts once, however often it is told", () => {
  const { see, close } = prepareInterrupts();
  expect([see(1), see(1), see(2), see(1)]).toEqual([true, false, true, false]);
  close();
});
