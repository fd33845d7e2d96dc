/** Runs cells one after another in one global scope; the heart of the runner and of the kernel. */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { isPromise } from "node:util/types";
import type { Column } from "../../base/column.js";
import { isKqlType } from "../../base/column.js";
import type { Completeness } from "../../base/completeness.js";
import { uniteCompleteness } from "../../base/completeness.js";
import { HuntError, isHuntError, unreachable } from "../../base/error.js";
import type { MimeBundle } from "../../base/port.js";
import { displaySymbol } from "../../base/port.js";
import { Secret } from "../../base/secret.js";
import type {
  CellContext,
  CellError,
  CellHost,
  CellOutcome,
  CellOutput,
  CellRequest,
  DisplayHandle,
  DisplayOptions,
  ExpressionOutcome,
  KernelApi,
  NotebookValues,
  TextAnswer,
} from "./api.js";
import { kernelSymbol } from "./api.js";
import type { CellScript } from "./cell.js";
import { compileCell } from "./cell.js";
import { findIncompleteness, toBundle } from "./display.js";
import { DisplayLimit } from "./display-limit.js";
import { describeDiagnostics, describeFailure } from "./failure.js";
import type { CellImporter } from "./importer.js";
import { createImporter } from "./importer.js";
import { OwnInspector } from "./inspector.js";
import type { KqlMagic, Magic, TextMagic } from "./magic.js";
import { isBindableName } from "./magic.js";
import { describeMagics } from "./magic-help.js";
import type { CellPosition } from "./position.js";
import { CellPositions, cellUrl } from "./position.js";
import { helperName } from "./rewrite.js";
import { runShell } from "./shell.js";
import type { SecretPolicy } from "./secret-guard.js";
import { SecretGuard } from "./secret-guard.js";
import type { PrintLimit } from "./stream.js";
import { CellStreams, printLimit } from "./stream.js";
import type { WidgetHost } from "../widgets/mount.js";
import { createTimeDrawing } from "./widget-host.js";

export interface EvaluatorOptions {
  /** The notebook's folder, absolute: imports of cells start there. */
  readonly dir: string;
  readonly host: CellHost;
  readonly widgets?: WidgetHost;
  /** What happens to outputs with secrets; default `warn`. */
  readonly secrets?: SecretPolicy;
  /** How much of what a cell prints is shown; default 16 million characters. */
  readonly print?: PrintLimit;
}

/** What the kernel puts into the global scope, besides whatever cells declare. */
export const globalNames = ["display", "updateDisplay", "clearOutput", "input", "inputSecret"] as const;

/** How long a terminated cell waits to hear why. */
const terminationMs = 1000;

/** One run of a cell: what code that it started, however late, can reach. */
interface CellRun {
  readonly request: CellRequest;
  readonly streams: CellStreams;
  readonly displays: DisplayLimit;
  readonly context: CellContext;
  /** Displays that were not awaited. */
  readonly pending: Set<Promise<unknown>>;
  readonly interrupted: Promise<never>;
  readonly noted: Completeness[];
  readonly guard: SecretGuard;
}

/**
 * Evaluates TypeScript cells in this process's global scope, which is why a process should have one evaluator at a time.
 *
 * Names declared by a cell can be declared again by any kind of declaration; a cell that fails leaves the others' values as
 * they are. Values that nothing refers to any more are freed after their cell. Cells come one at a time.
 */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #inspector: OwnInspector;
  readonly #cells = new AsyncLocalStorage<CellRun>();
  readonly #positions = new CellPositions();
  readonly #names = new Set<string>();
  /** What `display` gave: for code, and no result of a cell. */
  readonly #handles = new WeakSet<object>();
  #last: CellRun | undefined;
  #running = false;

  private constructor(options: EvaluatorOptions, inspector: OwnInspector) {
    this.#options = options;
    this.#inspector = inspector;
  }

  static async open(options: EvaluatorOptions): Promise<Evaluator> {
    const evaluator = new Evaluator(options, await OwnInspector.open());
    evaluator.#defineGlobals(createImporter(options.dir, command => evaluator.#runShell(command)));
    return evaluator;
  }

  /**
   * Runs a cell and gives its outputs to the request's sink, in order; the last expression's value is awaited and shown.
   *
   * Errors: what the cell does wrong is the outcome, never a rejection.
   * @throws HuntError `notebook/busy` when a cell is running
   */
  async execute(request: CellRequest): Promise<CellOutcome> {
    if (this.#running) throw new HuntError("notebook/busy", `cell ${request.count} was started while another one runs`);
    this.#running = true;
    const run = this.#createRun(request);
    this.#last = run;
    try {
      const outcome = await this.#cells.run(run, () => this.#runCell(run));
      this.#endOutputs(run);
      const secrets = run.guard.found;
      return secrets.length === 0 ? outcome : { ...outcome, secrets };
    } finally {
      this.#running = false;
      this.#endOutputs(run);
    }
  }

  /**
   * Runs code of the kernel's own for a cell that is not one of the notebook, for example the handler of a widget's
   * message: outputs go to the request's sink, also late ones. May be called while a cell runs.
   */
  async runTask(request: Omit<CellRequest, "code">, work: () => unknown): Promise<void> {
    const run = this.#createRun({ ...request, code: "" });
    const { host } = this.#options;
    await this.#cells.run(run, async () => {
      try {
        await (host.around === undefined ? work() : host.around(run.context, async () => work()));
      } catch (error) {
        this.#fail(run, describeFailure(error, this.#positions));
      } finally {
        this.#endOutputs(run);
      }
    });
  }

  /** The value of an expression over the notebook's names, as front ends show it. Never rejects. */
  async evaluateExpression(expression: string): Promise<ExpressionOutcome> {
    const cell = compileCell(expression);
    const reading = "huntbook-expression";
    try {
      if (cell.kind !== "script") throw new SyntaxError(`'${expression}' is not an expression`);
      const found = await this.#inspector.evaluate(cell.js, reading);
      if (found.state !== "value") throw found.state === "thrown" ? found.error : toInterruption(undefined);
      return { status: "ok", data: await toBundle(await found.value) };
    } catch (error) {
      return { status: "error", error: describeFailure(error, this.#positions) };
    } finally {
      await this.#inspector.release(reading);
    }
  }

  /** The names that cells have declared, and their values. */
  get values(): NotebookValues {
    return { names: [...this.#names], value: name => this.#readName(name) };
  }

  /** The streams of the cell that the running code belongs to; for `routeStreams`. */
  findStreams(): CellStreams | undefined {
    return this.#cells.getStore()?.streams;
  }

  /** Files an error that no cell was waiting for (a rejected promise, a throwing timer) under the cell it came from, or the last. */
  reportStray(thrown: unknown): CellError {
    const run = this.#cells.getStore() ?? this.#last;
    const error = describeFailure(thrown, this.#positions);
    if (run !== undefined) this.#emit(run, { kind: "error", error });
    return error;
  }

  close(): void {
    Reflect.deleteProperty(globalThis, helperName);
    Reflect.deleteProperty(globalThis, kernelSymbol);
    for (const name of globalNames) Reflect.deleteProperty(globalThis, name);
    this.#inspector.close();
  }

  #createRun(request: CellRequest): CellRun {
    const signal = request.signal ?? new AbortController().signal;
    const interrupted = new Promise<never>((_, reject) => {
      const stop = () => reject(toInterruption(signal));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
    interrupted.catch(() => undefined);
    const guard = new SecretGuard(this.#options.host, this.#options.secrets ?? "warn", request.sink);
    const run: CellRun = {
      request,
      guard,
      interrupted,
      noted: [],
      pending: new Set(),
      displays: new DisplayLimit(),
      streams: new CellStreams(
        (name, text) => guard.pass({ kind: "stream", name, text: this.#positions.rewrite(text) }),
        this.#options.print ?? printLimit,
      ),
      context: {
        count: request.count,
        signal,
        window: request.window,
        names: [...this.#names],
        value: name => this.#readName(name),
        noteCompleteness: completeness => run.noted.push(completeness),
        display: (value, options) => this.#display(run, value, options),
        write: (name, text) => run.streams.write(name, text),
      },
    };
    return run;
  }

  async #runCell(run: CellRun): Promise<CellOutcome> {
    const { request } = run;
    const cell = compileCell(request.code);
    if (cell.kind === "empty") return { status: "ok", names: [] };
    if (cell.kind === "invalid")
      return this.#fail(run, describeDiagnostics(cell.diagnostics, request.code, request.count));
    const { host } = this.#options;
    const work = () => (cell.kind === "magic" ? this.#runMagic(run, cell.magic) : this.#runScript(run, cell));
    try {
      return await (host.around === undefined ? work() : host.around(run.context, work));
    } catch (error) {
      return this.#fail(run, describeFailure(error, this.#positions));
    } finally {
      if (run.context.signal.aborted) await this.#inspector.reset();
      else await this.#inspector.release(group(run));
    }
  }

  async #runScript(run: CellRun, cell: CellScript): Promise<CellOutcome> {
    const { count, signal } = run.request;
    this.#positions.add(count, cell.maps);
    for (const name of cell.names) this.#names.add(name);
    if (signal?.aborted === true) throw toInterruption(signal);
    const code = `${cell.js}\n//# sourceURL=${cellUrl(count)}`;
    const done = await Promise.race([this.#inspector.evaluate(code, group(run)), run.interrupted]);
    switch (done.state) {
      case "terminated":
        // The signal, which knows the reason, comes with the next message from the thread that ended this one.
        return Promise.race([run.interrupted, rejectAfter(terminationMs, () => toInterruption(signal))]);
      case "thrown":
        return this.#fail(run, describeFailure(done.error, this.#positions, this.#syntaxPosition(count, done)));
      case "value":
        await this.#showResult(run, await Promise.race([done.value, run.interrupted]));
        return succeed(run, cell.names);
      default:
        return unreachable(done, "evaluate");
    }
  }

  async #runMagic(run: CellRun, magic: Magic): Promise<CellOutcome> {
    switch (magic.kind) {
      case "markdown":
        this.#emit(run, { kind: "display", data: { "text/markdown": magic.body, "text/plain": magic.body } });
        return { status: "ok", names: [] };
      case "kql":
        return this.#runKql(run, magic);
      case "ioc":
      case "b64":
      case "txt2frame":
        return this.#runText(run, magic);
      case "lsmagic":
        this.#emit(run, { kind: "result", data: await toBundle(describeMagics()) });
        return { status: "ok", names: [] };
      default:
        return unreachable(magic, "magic");
    }
  }

  async #runKql(run: CellRun, magic: KqlMagic): Promise<CellOutcome> {
    const value = await Promise.race([this.#options.host.runKql(magic, run.context), run.interrupted]);
    return this.#finishNamed(run, magic.name, { value });
  }

  async #runText(run: CellRun, magic: TextMagic): Promise<CellOutcome> {
    const { host } = this.#options;
    if (host.runText === undefined)
      throw new HuntError("notebook/no-workspace", `this run has no session for %%${magic.kind} cells`);
    const answer = await Promise.race([host.runText(magic, run.context), run.interrupted]);
    return this.#finishNamed(run, magic.name, answer);
  }

  /** Binds what a magic gave, and shows it. */
  async #finishNamed(
    run: CellRun,
    name: string | undefined,
    { value, shown = value }: TextAnswer,
  ): Promise<CellOutcome> {
    if (name !== undefined) await this.#bind(name, value, group(run));
    await this.#showResult(run, shown);
    const done = succeed(run, name === undefined ? [] : [name]);
    const columns = columnsOf(value);
    return name === undefined || columns === undefined ? done : { ...done, columns };
  }

  async #runShell(command: string): Promise<void> {
    const run = this.#cells.getStore() ?? this.#last;
    if (run !== undefined) await runShell(command, this.#options.dir, run.context);
  }

  async #showResult(run: CellRun, value: unknown): Promise<void> {
    await Promise.race([Promise.all(run.pending), run.interrupted]);
    if (value === undefined || run.request.showResult === false) return;
    if (typeof value === "object" && value !== null && this.#handles.has(value)) return;
    const data = await Promise.race([toBundle(value), run.interrupted]);
    this.#emit(run, { kind: "result", data, ...noteShown(run, value) });
  }

  #fail(run: CellRun, error: CellError): CellOutcome {
    this.#endOutputs(run);
    this.#emit(run, { kind: "error", error });
    return { status: "error", error };
  }

  #emit(run: CellRun, output: CellOutput): void {
    if (output.kind === "clear" && !output.wait) run.streams.clear();
    run.streams.flush();
    const passed = run.displays.pass(output);
    if (passed !== undefined) run.guard.pass(passed);
  }

  /** Says what was left out of the cell's outputs, if anything was. */
  #endOutputs(run: CellRun): void {
    run.streams.end();
    const left = run.displays.end();
    if (left !== undefined) run.guard.pass(left);
  }

  /** V8's own syntax errors (there are few that the parser lets through) have no frame in the cell. */
  #syntaxPosition(count: number, thrown: { error: unknown; line: number; column: number }): CellPosition | undefined {
    const own =
      thrown.error instanceof SyntaxError && this.#positions.findFirst(thrown.error.stack ?? "") === undefined;
    return own ? this.#positions.find(count, thrown.line, thrown.column) : undefined;
  }

  async #display(run: CellRun, value: unknown, options: DisplayOptions = {}): Promise<DisplayHandle> {
    const id = options.id === true ? randomUUID() : options.id;
    const displayId = id === undefined ? {} : { displayId: id };
    const shown = options.raw === true ? { [displaySymbol]: () => value } : value;
    await this.#whenReady(run, shown, (data, ready) =>
      this.#emit(run, { kind: "display", data, ...displayId, ...noteShown(run, ready) }),
    );
    const update = async (next: unknown): Promise<void> => {
      if (id !== undefined) return this.#update(this.#cells.getStore() ?? run, id, next);
      const hint = "write display(value, { id: true })";
      throw new HuntError("notebook/display", "what was displayed without an id cannot be updated", { hint });
    };
    const handle = id === undefined ? { update } : { id, update };
    this.#handles.add(handle);
    return handle;
  }

  #update(run: CellRun, displayId: string, value: unknown): Promise<void> {
    return this.#whenReady(run, value, (data, ready) =>
      this.#emit(run, { kind: "update", data, displayId, ...noteShown(run, ready) }),
    );
  }

  async #ask(prompt: string, password: boolean): Promise<string> {
    const run = this.#cells.getStore() ?? this.#last;
    const ask = run?.request.ask;
    if (run === undefined || ask === undefined)
      throw new HuntError("notebook/no-input", "a cell asks for input, and there is nobody to answer", {
        hint: "give the value as a parameter (-p name=value) or as a setting",
      });
    run.streams.flush();
    return Promise.race([ask(prompt, password), run.interrupted]);
  }

  /** At once where that is possible, so that displays that are not awaited keep their order. */
  async #whenReady(run: CellRun, value: unknown, show: (data: MimeBundle, ready: unknown) => void): Promise<void> {
    const bundle = isThenable(value) ? undefined : toBundle(value);
    if (bundle !== undefined && !isPromise(bundle)) {
      show(bundle, value);
      return;
    }
    const shown = (async () => {
      const ready = await value;
      show(await (bundle ?? toBundle(ready)), ready);
    })();
    run.pending.add(shown);
    try {
      await shown;
    } finally {
      run.pending.delete(shown);
    }
  }

  async #readName(name: string): Promise<unknown> {
    if (!this.#names.has(name) || !isIdentifier(name)) return undefined;
    const reading = "huntbook-read";
    const found = await this.#inspector.evaluate(`typeof ${name} === "undefined" ? undefined : ${name}`, reading);
    await this.#inspector.release(reading);
    return found.state === "value" ? found.value : undefined;
  }

  async #bind(name: string, value: unknown, objectGroup: string): Promise<void> {
    if (!isBindableName(name)) throw new HuntError("notebook/magic", `'${name}' cannot be a variable name`);
    const slot = "__huntbook_value";
    Object.defineProperty(globalThis, slot, { value, configurable: true });
    const done = await this.#inspector.evaluate(`let ${name} = globalThis.${slot};`, objectGroup);
    Reflect.deleteProperty(globalThis, slot);
    if (done.state === "thrown") throw done.error;
    this.#names.add(name);
  }

  #defineGlobals(importer: CellImporter): void {
    const current = (): CellRun | undefined => this.#cells.getStore() ?? this.#last;
    const api: KernelApi = {
      display: async (value, options) => {
        const run = current();
        return run === undefined ? { update: async () => undefined } : this.#display(run, value, options);
      },
      updateDisplay: async (displayId, value) => {
        const run = current();
        if (run !== undefined) await this.#update(run, displayId, value);
      },
      clearOutput: options => {
        const run = current();
        if (run !== undefined) this.#emit(run, { kind: "clear", wait: options?.wait === true });
      },
      input: (prompt = "") => this.#ask(prompt, false),
      inputSecret: async (prompt = "") => {
        const secret = new Secret(await this.#ask(prompt, true), "typed in");
        this.#options.host.learnSecret?.(secret);
        return secret;
      },
      learnSecret: secret => this.#options.host.learnSecret?.(secret),
      currentCell: () => this.#cells.getStore()?.context,
      ...(this.#options.widgets === undefined ? {} : { widgets: this.#options.widgets, drawTime: createTimeDrawing() }),
    };
    const define = (key: string | symbol, value: unknown, writable: boolean) =>
      Object.defineProperty(globalThis, key, { value, writable, configurable: true, enumerable: false });
    define(helperName, importer, false);
    define(kernelSymbol, Object.freeze(api), false);
    for (const name of globalNames) define(name, api[name], true);
  }
}

/** What an output adds when its value is not whole; remembered for the outcome too. */
function noteShown(run: CellRun, value: unknown): { completeness?: Completeness } {
  const completeness = findIncompleteness(value);
  if (completeness === undefined) return {};
  run.noted.push(completeness);
  return { completeness };
}

function succeed(run: CellRun, names: readonly string[]): Extract<CellOutcome, { status: "ok" }> {
  const completeness = uniteCompleteness(run.noted);
  return { status: "ok", names, ...(completeness.state === "complete" ? {} : { completeness }) };
}

/** Those of a frame, which may come from a second copy of its class. */
function columnsOf(value: unknown): readonly Column[] | undefined {
  if (typeof value !== "object" || value === null || !("columns" in value)) return undefined;
  const { columns } = value;
  const good =
    Array.isArray(columns) &&
    columns.every((c: Partial<Column>) => typeof c.name === "string" && isKqlType(c.type ?? ""));
  return good ? (columns as Column[]).map(({ name, type }) => ({ name, type })) : undefined;
}

const group = (run: CellRun): string => `huntbook-cell-${run.request.count}`;

/** Any identifier, not only those that KQL can take. */
const isIdentifier = (name: string): boolean => /^[\p{ID_Start}$_][\p{ID_Continue}$\u200C\u200D]*$/u.test(name);

function rejectAfter(ms: number, toError: () => HuntError): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(toError()), ms).unref();
  });
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

function toInterruption(signal: AbortSignal | undefined): HuntError {
  const reason: unknown = signal?.reason;
  if (isHuntError(reason)) return reason;
  return new HuntError("notebook/interrupted", "the cell was interrupted", {
    hint: "names that it had declared before keep their values",
  });
}
