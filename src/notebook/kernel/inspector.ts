/** V8's inspector on its own thread, as promises, and remote values turned back into the values they stand for. */
import { Session } from "node:inspector";
import type { Runtime } from "node:inspector";
import { promiseHooks } from "node:v8";
import { HuntError } from "../../base/error.js";

export type Evaluation =
  | { readonly state: "value"; readonly value: unknown }
  | { readonly state: "thrown"; readonly error: unknown; readonly line: number; readonly column: number }
  /** `Runtime.terminateExecution` ended it. */
  | { readonly state: "terminated" };

/** A connection to this thread's own V8. `open` connects, `close` lets go. */
export class OwnInspector {
  #session = new Session();
  readonly #slot: { value?: unknown } = {};
  /** The promises of evaluations that have not answered: see `evaluate`. */
  readonly #watched = new Set<Promise<unknown>>();
  #slotId = "";

  static async open(): Promise<OwnInspector> {
    const inspector = new OwnInspector();
    await inspector.#connect();
    return inspector;
  }

  async #connect(): Promise<void> {
    this.#session.connect();
    // The only way to name our object to V8 is through a global; the name is gone right after.
    const key = "__huntbook_slot";
    Object.defineProperty(globalThis, key, { value: this.#slot, configurable: true });
    const found = await this.#post<Runtime.EvaluateReturnType>("Runtime.evaluate", {
      expression: `globalThis[${JSON.stringify(key)}]`,
    });
    Reflect.deleteProperty(globalThis, key);
    this.#slotId = found.result.objectId ?? "";
  }

  /**
   * Evaluates in REPL mode: top-level await, `let` and `class` may be declared again. Values stay alive until `release`.
   *
   * The promise of the code is kept alive until it answers or `reset` is called. V8 watches it, and tells the connection
   * when it is collected; V8 12 and 13 crash on that message (`Invoke in DisallowJavascriptExecutionScope`). Code that
   * awaits what nothing can resolve leaves such a promise, and so does an endless loop once it is optimized.
   */
  async evaluate(expression: string, group: string): Promise<Evaluation> {
    let reply: Runtime.EvaluateReturnType;
    let watched: Promise<unknown> | undefined;
    try {
      reply = await this.#post<Runtime.EvaluateReturnType>(
        "Runtime.evaluate",
        { expression, objectGroup: group, replMode: true, awaitPromise: true },
        first => {
          watched = first;
          this.#watched.add(first);
        },
      );
    } catch {
      // With arguments that are always right, this has one cause; Node 20 says so, Node 24 says "Internal error".
      return { state: "terminated" };
    } finally {
      if (watched !== undefined) this.#watched.delete(watched);
    }
    const thrown = reply.exceptionDetails;
    if (thrown === undefined) return { state: "value", value: await this.#toValue(reply.result) };
    const error = thrown.exception === undefined ? new Error(thrown.text) : await this.#toValue(thrown.exception);
    return { state: "thrown", error, line: thrown.lineNumber + 1, column: thrown.columnNumber + 1 };
  }

  /** Lets go of everything a group kept alive, and of what the console remembered. */
  async release(group: string): Promise<void> {
    await this.#post("Runtime.releaseObjectGroup", { objectGroup: group });
    await this.#post("Runtime.discardConsoleEntries", {});
  }

  /** Starts over with a new connection, for evaluations that will never answer. Declared names belong to the global scope and stay. */
  async reset(): Promise<void> {
    this.#session.disconnect();
    this.#watched.clear();
    this.#session = new Session();
    await this.#connect();
  }

  close(): void {
    this.#session.disconnect();
  }

  async #toValue(remote: Runtime.RemoteObject): Promise<unknown> {
    if (remote.objectId !== undefined) {
      await this.#post("Runtime.callFunctionOn", {
        objectId: this.#slotId,
        functionDeclaration: "function (value) { this.value = value }",
        arguments: [{ objectId: remote.objectId }],
      });
      const value = this.#slot.value;
      this.#slot.value = undefined;
      return value;
    }
    const special = remote.unserializableValue;
    if (special !== undefined) return remote.type === "bigint" ? BigInt(special.slice(0, -1)) : Number(special);
    if (remote.type === "undefined") return undefined;
    return remote.subtype === "null" ? null : (remote.value as unknown);
  }

  /** `onPromise` gets the first promise that the call makes, which for code in REPL mode is that of its completion. */
  #post<T>(method: string, parameters: object, onPromise?: (first: Promise<unknown>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const unhook = onPromise === undefined ? undefined : hookFirstPromise(onPromise);
      this.#session.post(method, parameters, (error, reply) => {
        if (error === null) resolve(reply as T);
        else reject(new HuntError("internal/inspector", error.message));
      });
      unhook?.();
    });
  }
}

/** Hooks slow promises down, so this one goes with the first. */
function hookFirstPromise(onPromise: (first: Promise<unknown>) => void): () => void {
  let hooked = true;
  const stop = promiseHooks.onInit(promise => {
    if (!hooked) return;
    unhook();
    onPromise(promise);
  }) as () => void;
  const unhook = () => {
    if (hooked) stop();
    hooked = false;
  };
  return unhook;
}
