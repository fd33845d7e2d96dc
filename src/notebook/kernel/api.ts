/** What crosses the border of the evaluator: plain data out, a small host port in. The same for the runner and the kernel. */
import type { Completeness } from "../../base/completeness.js";
import type { MimeBundle } from "../../base/port.js";
import type { Secret } from "../../base/secret.js";
import type { Column } from "../../base/column.js";
import type { EditReplies, EditRequest } from "../../kql/api.js";
import type { LiveReply, LiveRequest } from "../../view/index.js";
import type { WidgetHost } from "../widgets/mount.js";
import type { KernelDrawing } from "../../base/port.js";
import type { KqlMagic, TextMagic } from "./magic.js";

/** One thing a cell produced. Everything here survives JSON and `structuredClone`. */
export type CellOutput =
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | ShownOutput<"display">
  /** Replaces what was displayed under the same id, in whichever cell that was. */
  | (ShownOutput<"update"> & { readonly displayId: string })
  | ShownOutput<"result">
  /** Takes the cell's outputs away: at once, or when the next one comes. */
  | { readonly kind: "clear"; readonly wait: boolean }
  | { readonly kind: "error"; readonly error: CellError };

export interface ShownOutput<K extends string> {
  readonly kind: K;
  readonly data: MimeBundle;
  readonly displayId?: string;
  /** Present when the shown value says that it is not whole. */
  readonly completeness?: Completeness;
}

/** A failure as notebooks keep it. `traceback` is for people: positions are in cell coordinates, control characters are shown. */
export interface CellError {
  readonly name: string;
  readonly message: string;
  readonly traceback: readonly string[];
  /** Code of a HuntError: `area/name`. */
  readonly code?: string;
}

/** How a cell ended. Its outputs were given to the sink before. */
export type CellOutcome =
  | ({
      readonly status: "ok";
      /** Names that the cell declared. */
      readonly names: readonly string[];
      /** The columns of the frame that a `%%kql` cell bound to its name. */
      readonly columns?: readonly Column[];
      /** United over what the cell showed and what was noted for it; absent when all of it was whole. */
      readonly completeness?: Completeness;
    } & Leaks)
  | ({ readonly status: "error"; readonly error: CellError } & Leaks);

/** Where the secrets come from that stood in a cell's outputs; absent when there were none. */
interface Leaks {
  readonly secrets?: readonly string[];
}

export interface CellRequest {
  readonly code: string;
  /** The number shown as `[3]`; stack traces speak of "cell 3". Unique among the cells of an evaluator. */
  readonly count: number;
  /** Receives every output of this cell, also those that come after the cell has ended. */
  readonly sink: (output: CellOutput) => void;
  readonly signal?: AbortSignal;
  /** Asks whoever runs the cell; absent when there is nobody to ask. */
  readonly ask?: (prompt: string, password: boolean) => Promise<string>;
  readonly window?: HuntWindow;
  /** Default true: the last expression's value is shown. */
  readonly showResult?: boolean;
}

/** The value of an expression that a front end wants with a cell's answer. */
export type ExpressionOutcome =
  { readonly status: "ok"; readonly data: MimeBundle } | { readonly status: "error"; readonly error: CellError };

export interface DisplayOptions {
  /** A name under which `updateDisplay` replaces it later; true makes one up. */
  readonly id?: string | true;
  /** The value is a bundle: MIME type → representation. */
  readonly raw?: boolean;
}

/** What was displayed. */
export interface DisplayHandle {
  /** Absent unless `display` was given an id. */
  readonly id?: string;
  /** Replaces it wherever it is shown. @throws HuntError `notebook/display` when it has no id */
  update(value: unknown): Promise<void>;
}

/** What cells have declared. */
export interface NotebookValues {
  readonly names: readonly string[];
  /** The present value of a declared name; undefined for anything else. */
  value(name: string): Promise<unknown>;
}

/**
 * The notebook's hunt window: where and when cells look, unless they say otherwise. Kept in the notebook's metadata under
 * `huntbook.window`, and sent with every cell.
 */
export interface HuntWindow {
  /** A configured name. */
  readonly workspace?: string;
  /** How far back from the workspace's now: `7d`. */
  readonly last?: string;
  /** ISO instants, instead of `last`. */
  readonly start?: string;
  readonly end?: string;
}

/** What code running for a cell may use of it. */
export interface CellContext extends NotebookValues {
  readonly count: number;
  /** Aborts when the cell is interrupted. */
  readonly signal: AbortSignal;
  /** Undefined when whoever runs the cell has none. */
  readonly window: HuntWindow | undefined;
  /** Says that something this cell used is not whole; the outcome will say so, shown or not. */
  noteCompleteness(completeness: Completeness): void;
  /** Shows a value now: rich where it has `Symbol.for("Jupyter.display")`, otherwise as text. */
  display(value: unknown, options?: DisplayOptions): Promise<DisplayHandle>;
  /** Writes to the cell's output as `console.log` does. */
  write(name: "stdout" | "stderr", text: string): void;
}

/** What a cell of text gave. */
export interface TextAnswer {
  /** For the name. */
  readonly value: unknown;
  /** What to show, where it is not the value. */
  readonly shown?: unknown;
}

/** What the notebook asks of its surroundings. Implemented over the session. */
export interface CellHost {
  /** Runs the body of a `%%kql` cell. The answer is shown, and bound to `magic.name` if there is one. */
  runKql(magic: KqlMagic, cell: CellContext): Promise<unknown>;
  /** Looks into the text of a `%%ioc`, `%%b64` or `%%txt2frame` cell. */
  runText?(magic: TextMagic, cell: CellContext): Promise<TextAnswer>;
  /** Secrets that stand in a value, by where they come from. Fast: called for every output. */
  findSecrets?(value: unknown): readonly { readonly origin: string }[];
  /** Text without its secrets. */
  redact?(text: string): string;
  /** A secret came into the notebook: it is looked for in outputs from now on. */
  learnSecret?(secret: Secret): void;
  /** Answers an editor's question about the body of a `%%kql` cell; undefined when nothing can be said. Runs no query. */
  editKql?(
    magic: KqlMagic,
    request: EditRequest,
    values: NotebookValues,
  ): Promise<EditReplies[EditRequest["kind"]] | undefined>;
  /** Answers what a view on a page asks of its frame. */
  answerView?(request: LiveRequest): Promise<LiveReply>;
  /** Called around every cell, for example to make a session and its cancellation ambient. */
  around?<T>(cell: CellContext, run: () => Promise<T>): Promise<T>;
  close?(): Promise<void>;
}

/** Where code outside cells finds the running kernel: `globalThis[kernelSymbol]`. */
export const kernelSymbol: unique symbol = Symbol.for("huntbook.kernel");

/** The kernel as seen by library code (`huntbook`'s own `display`, drivers looking for a signal). */
export interface KernelApi extends KernelDrawing {
  /** A secret came into the notebook: it is looked for in outputs from now on. */
  readonly learnSecret: (secret: Secret) => void;
  /** Absent where there are no widgets. */
  readonly widgets?: WidgetHost;
  readonly display: (value: unknown, options?: DisplayOptions) => Promise<DisplayHandle>;
  readonly updateDisplay: (id: string, value: unknown) => Promise<void>;
  /** Takes away what the cell has shown; with `wait` only when something new comes. */
  readonly clearOutput: (options?: { readonly wait?: boolean }) => void;
  /** Asks the user for a line of text. @throws HuntError `notebook/no-input` when nobody can answer */
  readonly input: (prompt?: string) => Promise<string>;
  /** As `input`, unseen while typed and afterwards. @throws HuntError `notebook/no-input` */
  readonly inputSecret: (prompt?: string) => Promise<Secret>;
  /** The cell that the caller runs for, followed through awaits and timers; undefined outside of cells. */
  readonly currentCell: () => CellContext | undefined;
}
