/** TILookup: one question to many providers, one shape of answer. */
import { setMaxListeners } from "node:events";
import { uniteCompleteness, type Cause, type Completeness, complete } from "../../base/completeness.js";
import { HuntError } from "../../base/error.js";
import type { NoticeSink, ProgressSink } from "../../base/port.js";
import { didYouMean } from "../../base/suggest.js";
import type { FrameInfo } from "../../frame/api.js";
import type { Frame } from "../../frame/frame.js";
import type { FrameStore } from "../../frame/store.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import { cancelledLookup } from "./http-source.js";
import { Lane, type BatchAnswers } from "./lane.js";
import {
  readObservables,
  toObservable,
  type ColumnOptions,
  type Observable,
  type ObservableInput,
} from "./observables.js";
import { refuseOutbound, type OutboundRules } from "./outbound.js";
import type { RetiredProvider, TiQuery } from "./provider.js";
import { findProvider } from "./providers/index.js";
import { tiColumns, tiStatus, toRow, type TiResult } from "./result.js";
import { keyOf, type TiOutcome, type TiSource, type TiSourcePlan } from "./source.js";

/** A source, and whether it is asked by default. */
export interface LoadedSource {
  readonly source: TiSource;
  readonly isPrimary: boolean;
  readonly isEnabled: boolean;
}

export interface TiLookupParts {
  /** Makes the sources of the configuration; called again by `reloadProviders`. */
  readonly load: () => { readonly sources: readonly LoadedSource[]; readonly rules: OutboundRules };
  readonly retired: readonly RetiredProvider[];
  readonly frames: () => Promise<FrameStore>;
  readonly nowMs: () => number;
  readonly clock: "system" | "pinned";
  readonly signal: () => AbortSignal | undefined;
  readonly onProgress: ProgressSink;
  readonly notify: NoticeSink;
}

export interface TiLookupOptions {
  /** What it is, when it should not be recognised. */
  readonly iocType?: string;
  /** A question other than the usual one: `passivedns`, `whois`, … */
  readonly iocQueryType?: string;
  /** Names of the providers to ask, whether primary or not. */
  readonly providers?: readonly string[];
  /** Which are asked when none is named. Default `primary`. */
  readonly provScope?: "primary" | "secondary" | "all";
  /** Also rows for providers that do not know the type. Default false. */
  readonly showNotSupported?: boolean;
  /** Ask again even when an answer is kept. */
  readonly refresh?: boolean;
  /** Longest wait for a provider's quota, milliseconds; beyond it the row says so. Default 5 minutes. */
  readonly maxWaitMs?: number;
  readonly signal?: AbortSignal;
}

/** What a look-up would do. */
export interface TiPlan {
  readonly observables: number;
  readonly providers: readonly (TiSourcePlan & {
    readonly provider: string;
    readonly refused: readonly { readonly ioc: string; readonly reason: string }[];
    readonly notSupported: number;
  })[];
}

/** Observables that are looked up together: their rows come out together. */
const batchSize = 256;

/** Everything that is asked of one source in one batch, and what cannot be. */
interface Asked {
  readonly loaded: LoadedSource;
  readonly queries: TiQuery[];
  readonly rows: {
    readonly observable: Observable;
    readonly subtype: string;
    readonly key: string | undefined;
    readonly refused: TiOutcome | undefined;
  }[];
}

export class TiLookup {
  readonly #parts: TiLookupParts;
  #sources: readonly LoadedSource[];
  #rules: OutboundRules;

  constructor(parts: TiLookupParts) {
    this.#parts = parts;
    const { sources, rules } = parts.load();
    this.#sources = sources;
    this.#rules = rules;
  }

  /** Names of the providers, with what each is, as `loaded_providers` of MSTICPy. */
  get loadedProviders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#sources.map(({ source }) => [source.name, source.describes]));
  }

  /** One line for each provider: `OTX - … (primary)`, with why it cannot be asked. */
  get providerStatus(): readonly string[] {
    return this.#sources.map(({ source, isPrimary, isEnabled }) => {
      const state = source.unavailable ?? (isEnabled ? (isPrimary ? "primary" : "secondary") : "disabled");
      return `${source.name} - ${source.describes} (${state})`;
    });
  }

  /** Reads the configuration again. Answers and quotas are kept. */
  reloadProviders(): void {
    const { sources, rules } = this.#parts.load();
    this.#sources = sources;
    this.#rules = rules;
  }

  /** @throws HuntError `ti/unknown-provider` */
  enableProvider(names: string | readonly string[]): void {
    this.#setEnabled(names, true);
  }

  /** @throws HuntError `ti/unknown-provider` */
  disableProvider(names: string | readonly string[]): void {
    this.#setEnabled(names, false);
  }

  /** Adds a source, for example a feed. It replaces one of the same name. */
  addProvider(source: TiSource, options: { readonly primary?: boolean } = {}): void {
    const others = this.#sources.filter(s => s.source.name !== source.name);
    this.#sources = [...others, { source, isPrimary: options.primary ?? true, isEnabled: true }];
  }

  /**
   * What each provider can be asked about, what was sent in this session, how many answers are kept, and how much of its
   * quota is used. Shape: provider, kind, state, types, sent, fromKept, kept, quota (`3 of 500 in 24 h`).
   */
  providerUsage(): readonly Readonly<Record<string, string | number>>[] {
    return this.#sources.map(({ source, isPrimary, isEnabled }) => ({
      provider: source.name,
      kind: source.kind,
      state: source.unavailable ?? (isEnabled ? (isPrimary ? "primary" : "secondary") : "disabled"),
      ...source.usage,
      quota: source
        .plan([])
        .quota.map(q => `${q.used} of ${q.limit} in ${durationOf(q.perMs)}`)
        .join(", "),
    }));
  }

  /**
   * Asks the providers about one observable. One result for each provider and question, in the order of the providers.
   * @throws HuntError `ti/no-provider`, `ti/unknown-provider`, `ti/retired`, `ti/unknown-type`, `query/cancelled`
   */
  async lookupIoc(observable: string, options: TiLookupOptions = {}): Promise<TiResult[]> {
    const one = toObservable(observable, options.iocType, 0);
    const results: TiResult[] = [];
    for await (const batch of this.#batches([one], this.#select(options), options, () => undefined))
      results.push(...batch);
    return results;
  }

  /**
   * Asks about many observables: an array, objects or a frame with a column, or `{ observable: type }`; each distinct one
   * once. Gives a frame (see `tiColumns`) in the order of the input; failures of providers are rows, and causes of its
   * completeness. Finished answers are kept on disk, so that a look-up that was stopped goes on where it was.
   *
   * @throws HuntError `ti/no-provider`, `ti/unknown-provider`, `ti/retired`, `ti/no-column`, `query/cancelled`
   */
  async lookupIocs(input: ObservableInput, options: TiLookupOptions & ColumnOptions = {}): Promise<Frame> {
    const chosen = this.#select(options);
    const observables = await readObservables(input, options);
    const failures = new Map<string, { count: number; message: string }>();
    const asked = { done: 0 };
    const total = observables.length * chosen.length;
    const onAnswer = (): void => {
      asked.done += 1;
      this.#parts.onProgress({
        label: "Observables looked up",
        done: Math.min(asked.done, total),
        total,
        unit: "steps",
      });
    };
    const batches = async function* (this: TiLookup): AsyncGenerator<readonly (readonly unknown[])[]> {
      for await (const results of this.#batches(observables, chosen, options, onAnswer)) {
        for (const r of results) noteFailure(failures, r);
        yield results.map(toRow);
      }
    }.call(this);
    const source = await inputInfo(input);
    const store = await this.#parts.frames();
    return store.fromBatches(tiColumns, batches, () => this.#info(observables.length, failures, source));
  }

  /**
   * What `lookupIocs` would do, without asking anybody: what would go where, what is kept already, what is refused and why,
   * and the time that quotas ask for.
   */
  async dryRun(input: ObservableInput | string, options: TiLookupOptions & ColumnOptions = {}): Promise<TiPlan> {
    const chosen = this.#select(options);
    const observables =
      typeof input === "string" ? [toObservable(input, options.iocType, 0)] : await readObservables(input, options);
    const providers = chosen.map(loaded => {
      const { queries, rows } = this.#prepare(observables, loaded, options);
      const refused = rows.flatMap(r =>
        r.refused?.status === tiStatus.badFormat ? [{ ioc: r.observable.ioc, reason: r.refused.message }] : [],
      );
      return {
        provider: loaded.source.name,
        ...loaded.source.plan(queries),
        refused,
        notSupported: rows.filter(r => r.refused?.status === tiStatus.notSupported).length,
      };
    });
    return { observables: observables.length, providers };
  }

  /** The results of `lookupIoc` as a frame. */
  async resultToFrame(results: readonly TiResult[]): Promise<Frame> {
    const failures = new Map<string, { count: number; message: string }>();
    for (const r of results) noteFailure(failures, r);
    const store = await this.#parts.frames();
    const count = new Set(results.map(r => r.SafeIoc)).size;
    return store.fromBatches(tiColumns, [results.map(toRow)], this.#info(count, failures, undefined));
  }

  /** The results of each batch, in the order of the observables; every source works at its own pace. */
  async *#batches(
    observables: readonly Observable[],
    chosen: readonly LoadedSource[],
    options: TiLookupOptions,
    onAnswer: () => void,
  ): AsyncGenerator<TiResult[]> {
    const given = options.signal ?? this.#parts.signal();
    // When one source is cancelled, or nobody reads on, the others stop as well.
    const stop = new AbortController();
    const signal = given === undefined ? stop.signal : AbortSignal.any([given, stop.signal]);
    setMaxListeners(0, signal);
    const count = Math.ceil(observables.length / batchSize);
    const lanes = chosen.map(loaded => {
      const asked = new Map<number, Asked>();
      const queriesOf = (index: number): readonly TiQuery[] => {
        const part = observables.slice(index * batchSize, (index + 1) * batchSize);
        const prepared = this.#prepare(part, loaded, options);
        asked.set(index, prepared);
        return prepared.queries;
      };
      const { maxWaitMs = 300_000, refresh = false } = options;
      const { source } = loaded;
      return { asked, source, lane: new Lane({ source, count, queriesOf, signal, maxWaitMs, refresh, onAnswer }) };
    });
    try {
      for (let index = 0; index < count; index += 1) {
        const answers = await Promise.all(lanes.map(({ lane }) => lane.take(index)));
        const results = lanes.flatMap(({ asked, source }, i) => {
          const rows = asked.get(index)?.rows ?? [];
          asked.delete(index);
          return resultsOf(source, rows, answers[i] ?? new Map());
        });
        const shown =
          options.showNotSupported === true ? results : results.filter(r => r.Status !== tiStatus.notSupported);
        yield shown.sort((a, b) => a.SourceIndex - b.SourceIndex);
      }
    } catch (error) {
      if (given?.aborted === true) throw cancelledLookup(error);
      throw error;
    } finally {
      stop.abort();
      await Promise.allSettled(lanes.map(({ lane }) => lane.ended));
    }
  }

  /** Which questions go to a source, and which are refused before. */
  #prepare(observables: readonly Observable[], loaded: LoadedSource, options: TiLookupOptions): Asked {
    const { source } = loaded;
    const asked: Asked = { loaded, queries: [], rows: [] };
    for (const observable of observables) {
      const wanted = options.iocQueryType ?? "";
      const known = source.subtypes(observable.type);
      const refused = this.#refuse(observable, source, known === undefined || !known.includes(wanted), wanted);
      const query = { value: observable.value, type: observable.type, subtype: wanted };
      asked.rows.push({ observable, subtype: wanted, key: refused === undefined ? keyOf(query) : undefined, refused });
      if (refused === undefined) asked.queries.push(query);
    }
    return asked;
  }

  #refuse(observable: Observable, source: TiSource, isUnknown: boolean, subtype: string): TiOutcome | undefined {
    const no = (status: number, message: string): TiOutcome => ({ status, message, cached: false });
    if (observable.type === "unknown")
      return no(tiStatus.badFormat, `'${observable.value.slice(0, 60)}' is no observable that is recognised`);
    if (isUnknown) {
      const what = subtype === "" ? observable.type : `${observable.type}-${subtype}`;
      return no(tiStatus.notSupported, `${source.name} does not answer about ${what}`);
    }
    // The outbound check comes before availability: what must not leave is told whether or not it could.
    const reason = source.isOutbound ? refuseOutbound(observable.value, observable.type, this.#rules) : undefined;
    if (reason !== undefined) return no(tiStatus.badFormat, reason);
    return source.unavailable === undefined ? undefined : no(tiStatus.other, source.unavailable);
  }

  #select({ providers, provScope = "primary" }: TiLookupOptions): readonly LoadedSource[] {
    if (providers !== undefined) return providers.map(name => this.#find(name));
    const chosen = this.#sources.filter(
      s => s.isEnabled && (provScope === "all" || s.isPrimary === (provScope === "primary")),
    );
    if (chosen.length > 0) return chosen;
    throw new HuntError(
      "ti/no-provider",
      `no ${provScope === "all" ? "" : `${provScope} `}threat intelligence provider is enabled`,
      {
        hint: 'add one under TIProviders in msticpyconfig.yaml, or name it: { providers: ["AzSTI"] }',
      },
    );
  }

  #find(name: string): LoadedSource {
    const found = this.#sources.find(s => s.source.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    const retired = findProvider(this.#parts.retired, name);
    if (retired !== undefined)
      throw new HuntError("ti/retired", `${retired.name} cannot be asked: ${retired.says}`, { hint: retired.instead });
    const known = this.#sources.map(s => s.source.name);
    throw new HuntError("ti/unknown-provider", `no provider '${name}' is loaded${didYouMean(name, known)}`, {
      hint: `loaded: ${known.join(", ")}; others are configured under TIProviders in msticpyconfig.yaml`,
    });
  }

  #setEnabled(names: string | readonly string[], isEnabled: boolean): void {
    for (const name of typeof names === "string" ? [names] : names) {
      const found = this.#find(name);
      this.#sources = this.#sources.map(s => (s === found ? { ...s, isEnabled } : s));
    }
  }

  #info(
    count: number,
    failures: ReadonlyMap<string, { readonly count: number; readonly message: string }>,
    input: Pick<FrameInfo, "completeness"> | undefined,
  ): FrameInfo {
    const causes = [...failures].map(([provider, { count: n, message }]): Cause => ({
      kind: "source-unavailable",
      affects: "rows",
      source: provider,
      missing: n,
      message: `${provider} did not answer about ${n === 1 ? "one observable" : `${n.toLocaleString("en-US")} observables`}: ${message}`,
    }));
    const own: Completeness = causes.length === 0 ? complete : { state: "partial", causes };
    return {
      completeness: input === undefined ? own : uniteCompleteness([input.completeness, own]),
      provenance: {
        source: `threat intelligence about ${count.toLocaleString("en-US")} observables`,
        ranAtMs: this.#parts.nowMs(),
        tookMs: 0,
        clock: this.#parts.clock,
        clockDependent: true,
      },
    };
  }
}

async function inputInfo(input: ObservableInput): Promise<Pick<FrameInfo, "completeness"> | undefined> {
  const given: unknown = await input;
  return typeof given === "object" && given !== null && "completeness" in given ? (given as Frame) : undefined;
}

/** What was refused for good reason is no failure; what should have been answered and was not is one. */
function noteFailure(failures: Map<string, { count: number; message: string }>, r: TiResult): void {
  if (r.Result || r.Status === tiStatus.notSupported || r.Status === tiStatus.badFormat) return;
  const known = failures.get(r.Provider);
  if (known === undefined) failures.set(r.Provider, { count: 1, message: r.Message });
  else known.count += 1;
}

function resultsOf(source: TiSource, rows: Asked["rows"], answers: BatchAnswers): readonly TiResult[] {
  return rows.map(({ observable, subtype, key, refused }) => {
    const outcome = refused ?? (key === undefined ? undefined : answers.get(key));
    return toResult(
      observable,
      source.name,
      subtype,
      outcome ?? { status: tiStatus.other, message: "no answer", cached: false },
    );
  });
}

function toResult(observable: Observable, provider: string, subtype: string, outcome: TiOutcome): TiResult {
  const { verdict } = outcome;
  return {
    QuerySubtype: subtype,
    Result: verdict !== undefined,
    Details: verdict?.details ?? {},
    RawResult: outcome.raw ?? null,
    Reference: verdict?.reference ?? "",
    Status: outcome.status,
    Ioc: observable.ioc,
    IocType: observable.type,
    SafeIoc: observable.value,
    Severity: verdict?.severity ?? "unknown",
    Provider: provider,
    Message: outcome.message,
    CheckedAt: outcome.checkedAtMs,
    Cached: outcome.cached,
    SourceIndex: observable.index,
  };
}

function durationOf(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 48
    ? `${Math.round(hours / 24)} days`
    : hours >= 1
      ? `${Math.round(hours)} h`
      : `${Math.round(ms / 60_000)} min`;
}

export type { IocKind };
