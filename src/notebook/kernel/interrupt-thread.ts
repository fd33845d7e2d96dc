/** The part of interrupting that runs in a thread beside the main one. */
import { Session } from "node:inspector";
import type { Debugger, InspectorNotification } from "node:inspector";
import type { InterruptReason } from "./interrupt.js";
import { isCellUrl } from "./position.js";

export interface InterruptPolicy {
  /** One Int32: the last interrupt that the main thread has seen. */
  readonly acknowledged: SharedArrayBuffer;
  readonly graceMs: number;
  /** Tells the main thread; the same interrupt is told again when the message was lost with the code that was ended. */
  readonly notify: (interrupt: { readonly id: number; readonly reason: InterruptReason }) => void;
}

/** The scripts that the main thread was in when it paused; undefined when it does not pause, because it is in native code. */
type Urls = readonly string[] | undefined;

const maxAttempts = 6;
/** From here on the kernel's own code is ended too: after about a second. */
const ownAttempt = 3;
/** Where the product's modules are: `dist/`, or the sources. */
const ownRoot = new URL("../../", import.meta.url).href;
/** An idle thread answers within a few milliseconds; one that has not by now is looked at. */
const firstGraceMs = 40;
/** Native code cannot be paused; after this it is terminated without. */
const pauseMs = 2000;
const unwindExpression = 'globalThis[Symbol.for("huntbook.kernel.unwind")]?.()';

/** The function interrupts what the main thread runs; its answer comes when the main thread has seen it. */
export function createInterrupter(policy: InterruptPolicy): (reason: InterruptReason) => Promise<void> {
  const seen = new Int32Array(policy.acknowledged);
  let lastId = 0;
  return async reason => {
    const id = (lastId += 1);
    for (let count = 0; count < maxAttempts; count += 1) {
      policy.notify({ id, reason });
      const isSeen = (): boolean => Atomics.load(seen, 0) >= id;
      const waitMs = count === 0 ? firstGraceMs : policy.graceMs * 2 ** (count - 1);
      if (await waitFor(isSeen, waitMs)) return;
      await terminate(urls => !isSeen() && (urls === undefined || mayEnd(urls, count)));
    }
  };
}

/**
 * At first only what is a cell's, then what cells have imported. The kernel's own code (a cell that was just ended is told of,
 * modules load, results are drawn) soon answers by itself, on a busy machine too; ending it could lose the cell's end, and the
 * kernel would seem busy for ever. Only when that takes more than a second it is ended as well.
 */
export function mayEnd(urls: readonly string[], count: number): boolean {
  if (count === 0) return urls.some(isCellUrl);
  return count >= ownAttempt || !urls.every(isOwnUrl);
}

const isOwnUrl = (url: string): boolean => url === "" || url.startsWith("node:") || url.startsWith(ownRoot);

async function waitFor(done: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (done()) return true;
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  return done();
}

/**
 * Ends what the main thread runs, if that is what should end: pauses it, resets Node's bookkeeping of asynchronous contexts as
 * Node itself does when an exception goes uncaught, terminates, resumes. Without the reset, Node aborts the process when code
 * behind an await (20, 22) or in a timer (24) is terminated (`Assertion failed: (env_->execution_async_id()) == (0)`), because
 * async hooks are left half-way. (Endless microtasks spend most of their time inside those hooks; there about one in 200
 * interrupts still ends the process.)
 *
 * Connected only for the moment, because a process with a connected debugger does not exit.
 */
function terminate(shouldEnd: (urls: Urls) => boolean): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  return new Promise(resolve => {
    let ended = false;
    const leave = (): void => {
      session.post("Debugger.resume", () => {
        session.disconnect();
        resolve();
      });
    };
    const end = (terminates: boolean): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timeout);
      if (terminates) session.post("Runtime.terminateExecution");
      leave();
    };
    const timeout = setTimeout(() => end(shouldEnd(undefined)), pauseMs);
    // The frames of a pause name their scripts by number only.
    const urls = new Map<string, string>();
    session.on("Debugger.scriptParsed", ({ params }: InspectorNotification<Debugger.ScriptParsedEventDataType>) =>
      urls.set(params.scriptId, params.url),
    );
    session.once("Debugger.paused", ({ params }: InspectorNotification<Debugger.PausedEventDataType>) => {
      if (ended) return;
      if (shouldEnd(params.callFrames.map(frame => urls.get(frame.location.scriptId) ?? "")))
        session.post("Runtime.evaluate", { expression: unwindExpression }, () => end(true));
      else end(false);
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");
  });
}
