/** Runs a notebook from its first cell to its last, without a front end. */
import { dirname, resolve } from "node:path";
import type { Completeness } from "../../base/completeness.js";
import { uniteCompleteness } from "../../base/completeness.js";
import type { CellError } from "../kernel/api.js";
import { readHuntWindow } from "../kernel/hunt-window.js";
import { widgetStateMime } from "../widgets/models.js";
import { OutputCollector } from "./collect.js";
import type { HostModule, Kernel, KernelOutcome } from "./kernel-port.js";
import { KernelProcess } from "./kernel-process.js";
import type { Json, Notebook, NotebookCell } from "./notebook.js";
import { cellTags } from "./notebook.js";
import type { Parameters } from "./parameters.js";
import { injectParameters } from "./parameters.js";

export interface RunOptions {
  readonly notebook: Notebook;
  /** The notebook's folder: working directory and where imports start. */
  readonly dir: string;
  readonly parameters?: Parameters;
  readonly host?: HostModule;
  readonly signal?: AbortSignal;
  /** For each cell; none by default. */
  readonly cellTimeoutMs?: number;
  /** Default true: the cells behind a failed one do not run. */
  readonly stopOnError?: boolean;
  readonly onProgress?: (event: RunProgress) => void;
  /** Secrets in outputs stay; by default they are taken out, and the cell says so. */
  readonly allowSecrets?: boolean;
  /** Starts the kernel; a child process by default. */
  readonly startKernel?: () => Promise<Kernel>;
  /** Recorded for readers of the notebook and the report. */
  readonly context?: RunContext;
  /** Milliseconds since 1970, for the recorded times; the system's clock by default. */
  readonly now?: () => number;
}

/** Where the answers of a run came from, and what "now" meant (an ISO instant). */
export interface RunContext {
  readonly workspace?: string;
  readonly clock?: { readonly kind: "system" | "pinned"; readonly now: string };
}

export interface RunProgress {
  readonly phase: "start" | "end";
  /** 0-based position among the code cells that will run, and how many those are. */
  readonly index: number;
  readonly total: number;
  readonly count: number;
  /** First line of the cell that is not blank. */
  readonly title: string;
  /** At the end. */
  readonly status?: CellStatus;
  readonly tookMs?: number;
}
export type CellStatus = "ok" | "partial" | "error" | "cancelled";

export interface CellFailure {
  readonly cellId: string;
  readonly count: number;
  readonly error: CellError;
}

/** A secret in the outputs of a cell: where it comes from, never what it is. */
export interface CellLeak {
  readonly cellId: string;
  readonly count: number;
  readonly origins: readonly string[];
}

export interface NotebookRun {
  /** The notebook with the outputs of this run; cells that did not run have none. */
  readonly notebook: Notebook;
  readonly status: "ok" | "failed" | "cancelled";
  readonly failures: readonly CellFailure[];
  /** Cells whose outputs held secrets. */
  readonly leaks: readonly CellLeak[];
  /** United over all cells. */
  readonly completeness: Completeness;
  readonly executed: number;
  readonly total: number;
  readonly tookMs: number;
}

/**
 * Executes every code cell in one persistent scope and gives the notebook back with outputs, counts and times.
 *
 * Cells tagged `raises-exception` may fail; `skip-execution` cells are left out. Errors of cells are in the answer.
 * Units: milliseconds.
 * @throws HuntError `notebook/unknown-parameter`, `notebook/kernel-start`
 */
export async function runNotebook(options: RunOptions): Promise<NotebookRun> {
  const notebook = clearOutputs(injectParameters(options.notebook, options.parameters ?? {}));
  const kernel = await (options.startKernel?.() ??
    KernelProcess.start({
      dir: options.dir,
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.allowSecrets === true ? { secrets: "allow" } : {}),
    }));
  const run = new Run(notebook, kernel, options);
  try {
    return await run.execute();
  } finally {
    await kernel.close();
  }
}

/** The folder a notebook file lies in, absolute. */
export function notebookDir(file: string): string {
  return dirname(resolve(file));
}

interface CellRecord {
  readonly count: number;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly status: CellStatus;
}

/** One run: what is known so far, cell by cell. */
class Run {
  readonly #notebook: Notebook;
  readonly #kernel: Kernel;
  readonly #options: RunOptions;
  readonly #now: () => number;
  readonly #collector = new OutputCollector();
  readonly #records = new Map<string, CellRecord>();
  readonly #failures = new Map<string, CellFailure>();
  readonly #completeness: Completeness[] = [];
  readonly #leaks: CellLeak[] = [];
  #widgets: Json | undefined;
  #cancelled = false;

  constructor(notebook: Notebook, kernel: Kernel, options: RunOptions) {
    this.#notebook = notebook;
    this.#kernel = kernel;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async execute(): Promise<NotebookRun> {
    const startedMs = this.#now();
    const cells = this.#notebook.cells.filter(isExecutable);
    const { stopOnError = true } = this.#options;
    for (const [index, cell] of cells.entries()) {
      if (this.#options.signal?.aborted === true) this.#cancelled = true;
      if (this.#cancelled || (stopOnError && this.#failures.size > 0)) break;
      if ((await this.#runCell(cell, index, cells.length)) === "died") break;
    }
    this.#widgets = await this.#kernel.widgetState?.();
    const endedMs = this.#now();
    const status = this.#cancelled ? "cancelled" : this.#failures.size > 0 ? "failed" : "ok";
    return {
      notebook: this.#toNotebook(status, startedMs, endedMs),
      status,
      failures: [...this.#failures.values()],
      leaks: this.#leaks,
      completeness: uniteCompleteness(this.#completeness),
      executed: this.#records.size,
      total: cells.length,
      tookMs: endedMs - startedMs,
    };
  }

  async #runCell(cell: NotebookCell, index: number, total: number): Promise<KernelOutcome["status"]> {
    const { signal, cellTimeoutMs, onProgress } = this.#options;
    const count = index + 1;
    const progress = { index, total, count, title: titleOf(cell) };
    onProgress?.({ phase: "start", ...progress });
    const startedMs = this.#now();
    const window = readHuntWindow(this.#notebook.metadata);
    const outcome = await this.#kernel.execute({
      code: cell.source,
      count,
      ...(signal === undefined ? {} : { signal }),
      ...(cellTimeoutMs === undefined ? {} : { timeoutMs: cellTimeoutMs }),
      ...(window === undefined ? {} : { window }),
      onOutput: output => {
        this.#collector.add(cell.id, count, output);
        if (output.kind === "error") this.#noteError(cell, count, output.error);
      },
    });
    if (outcome.status !== "died" && outcome.secrets !== undefined)
      this.#leaks.push({ cellId: cell.id, count, origins: outcome.secrets });
    if (outcome.status === "died") {
      this.#collector.add(cell.id, count, { kind: "error", error: outcome.error });
      this.#failures.set(cell.id, { cellId: cell.id, count, error: outcome.error });
    }
    if (signal?.aborted === true) this.#cancelled = true;
    const endedMs = this.#now();
    const status = this.#statusOf(cell, outcome);
    this.#records.set(cell.id, { count, startedMs, endedMs, status });
    onProgress?.({ phase: "end", ...progress, status, tookMs: endedMs - startedMs });
    return outcome.status;
  }

  /** Also called for errors that come when the cell has ended (a rejected promise that nobody awaited). */
  #noteError(cell: NotebookCell, count: number, error: CellError): void {
    if (cellTags(cell).includes("raises-exception") || this.#failures.has(cell.id)) return;
    this.#failures.set(cell.id, { cellId: cell.id, count, error });
  }

  #statusOf(cell: NotebookCell, outcome: KernelOutcome): CellStatus {
    if (this.#cancelled) return "cancelled";
    if (outcome.status === "ok" && outcome.completeness !== undefined) {
      this.#completeness.push(outcome.completeness);
      return this.#failures.has(cell.id) ? "error" : "partial";
    }
    return this.#failures.has(cell.id) ? "error" : "ok";
  }

  #toNotebook(status: NotebookRun["status"], startedMs: number, endedMs: number): Notebook {
    const iso = (ms: number) => new Date(ms).toISOString();
    const cells = this.#notebook.cells.map((cell): NotebookCell => {
      const record = this.#records.get(cell.id);
      if (record === undefined) return cell;
      const execution = {
        "iopub.execute_input": iso(record.startedMs),
        "shell.execute_reply": iso(record.endedMs),
      };
      const own = { status: record.status, tookMs: record.endedMs - record.startedMs };
      const metadata = { ...cell.metadata, execution, huntbook: { ...asJson(cell.metadata["huntbook"]), ...own } };
      return { ...cell, metadata, executionCount: record.count, outputs: this.#collector.get(cell.id) };
    });
    const run = {
      status,
      startedAt: iso(startedMs),
      endedAt: iso(endedMs),
      tookMs: endedMs - startedMs,
      ...this.#options.context,
      parameters: this.#options.parameters ?? {},
      completeness: uniteCompleteness(this.#completeness),
    };
    const huntbook = { ...asJson(this.#notebook.metadata["huntbook"]), run };
    const { widgets: before, ...kept } = this.#notebook.metadata;
    void before;
    const widgets = this.#widgets === undefined ? {} : { widgets: { [widgetStateMime]: this.#widgets } };
    return { ...this.#notebook, metadata: { ...kept, ...widgets, huntbook }, cells };
  }
}

function clearOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(c => (c.cellType === "code" ? { ...c, outputs: [], executionCount: null } : c));
  return { ...notebook, cells };
}

function isExecutable(cell: NotebookCell): boolean {
  return cell.cellType === "code" && cell.source.trim() !== "" && !cellTags(cell).includes("skip-execution");
}

/** The first line that is not blank. */
export function titleOf(cell: NotebookCell): string {
  const line = cell.source.split("\n").find(l => l.trim() !== "") ?? "";
  return line.trim().slice(0, 80);
}

const asJson = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
