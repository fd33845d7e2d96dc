/** V8's inspector on its own thread, as promises, and remote values turned back into the values they stand for. */
import { Session } from "node:inspector";
import type { Runtime } from "node:inspector";
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

  /** Evaluates in REPL mode: top-level await, `let` and `class` may be declared again. Values stay alive until `release`. */
  async evaluate(expression: string, group: string): Promise<Evaluation> {
    let reply: Runtime.EvaluateReturnType;
    try {
      reply = await this.#post("Runtime.evaluate", {
        expression,
        objectGroup: group,
        replMode: true,
        awaitPromise: true,
      });
    } catch {
      // With arguments that are always right, this has one cause; Node 20 says so, Node 24 says "Internal error".
      return { state: "terminated" };
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

  /**
   * Starts over with a new connection, for evaluations that will never answer. V8 watches their promises, and tells the
   * connection when one is collected; Node 24 crashes on that message (`Invoke in DisallowJavascriptExecutionScope`).
   * Declared names belong to the global scope and stay.
   */
  async reset(): Promise<void> {
    this.#session.disconnect();
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

  #post<T>(method: string, parameters: object): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, parameters, (error, reply) => {
        if (error === null) resolve(reply as T);
        else reject(new HuntError("internal/inspector", error.message));
      });
    });
  }
}
