/** Where answers come from: a service, a table of the workspace, a file. What the engine asks of each. */
import type { QuotaUse } from "../../net/quota.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import type { TiQuery } from "./provider.js";
import type { Verdict } from "./result.js";

/** An answer, or why there is none. */
export interface TiOutcome {
  /** One of `tiStatus`, or an HTTP status. */
  readonly status: number;
  readonly verdict?: Verdict;
  readonly raw?: unknown;
  readonly message: string;
  readonly checkedAtMs?: number;
  readonly cached: boolean;
}

export interface TiAsk {
  readonly signal: AbortSignal | undefined;
  /** Longest wait for a quota, milliseconds. */
  readonly maxWaitMs: number;
  /** Ask again even when an answer is kept. */
  readonly refresh: boolean;
  readonly onAnswer: (query: TiQuery, outcome: TiOutcome) => void;
}

/** What a look-up would do at one source. */
export interface TiSourcePlan {
  readonly host: string;
  readonly toSend: number;
  readonly kept: number;
  readonly quota: readonly QuotaUse[];
  /** Time that the quota asks for, milliseconds. */
  readonly neededMs: number;
}

export interface TiSource {
  readonly name: string;
  readonly describes: string;
  readonly kind: "service" | "table" | "feed";
  /** Whether asking sends the observable to somebody. */
  readonly isOutbound: boolean;
  /** Why it cannot be asked now (a key is missing); undefined when it can. */
  readonly unavailable: string | undefined;
  /** The questions it can answer about a type; undefined when it does not know the type. */
  subtypes(type: IocKind): readonly string[] | undefined;
  /**
   * Asks about distinct observables, which come in batches, and tells each answer; failures are answers. A batch is answered
   * without waiting for the next one: it may come only then. Rejects only when cancelled.
   */
  ask(batches: AsyncIterable<readonly TiQuery[]>, ask: TiAsk): Promise<void>;
  plan(queries: readonly TiQuery[]): TiSourcePlan;
  readonly usage: { readonly sent: number; readonly fromKept: number; readonly kept: number };
}

export const keyOf = ({ type, subtype, value }: TiQuery): string => `${type}|${subtype}|${value}`;
