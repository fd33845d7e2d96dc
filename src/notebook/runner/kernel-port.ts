/** What the runner needs of a kernel; a child process now, a ZeroMQ client later, three lines in a test. */
import type { SecretPolicy } from "../kernel/secret-guard.js";
import type { Json } from "./notebook.js";
import type { CellOutcome, CellOutput, HuntWindow } from "../kernel/api.js";

export interface KernelRequest {
  readonly code: string;
  readonly count: number;
  readonly timeoutMs?: number;
  readonly window?: HuntWindow;
  /** Aborting interrupts the cell; the outcome comes all the same. */
  readonly signal?: AbortSignal;
  /** Also called for what the cell produces after its end. */
  readonly onOutput: (output: CellOutput) => void;
}

export type KernelOutcome = CellOutcome | { readonly status: "died"; readonly error: CellOutcomeError };
type CellOutcomeError = Extract<CellOutcome, { status: "error" }>["error"];

export interface Kernel {
  execute(request: KernelRequest): Promise<KernelOutcome>;
  /** The states of the widgets that cells made, as notebooks keep them; undefined when there are none. */
  widgetState?(): Promise<Json | undefined>;
  close(): Promise<void>;
}

/** A module that exports `createHost(options, { dir })`, an async function giving a `CellHost`; loaded in the kernel's process. */
export interface HostModule {
  /** `file:` URL. */
  readonly module: string;
  /** JSON. */
  readonly options?: unknown;
}

export type ToChild =
  | { readonly type: "start"; readonly dir: string; readonly host?: HostModule; readonly secrets?: SecretPolicy }
  | {
      readonly type: "execute";
      readonly id: number;
      readonly code: string;
      readonly count: number;
      readonly timeoutMs?: number;
      readonly window?: HuntWindow;
    }
  | { readonly type: "widgets" }
  | { readonly type: "close" };

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: CellOutcomeError }
  | { readonly type: "output"; readonly id: number; readonly output: CellOutput }
  | { readonly type: "done"; readonly id: number; readonly outcome: CellOutcome }
  | { readonly type: "widgets"; readonly state?: Json };
