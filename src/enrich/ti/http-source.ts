/** A service behind the one HTTP client: quota, kept answers, and failures as rows. */
import { HuntError, isHuntError, messageOf } from "../../base/error.js";
import type { HttpClient, HttpResponse } from "../../net/client.js";
import type { Quota } from "../../net/quota.js";
import type { AnswerStore } from "../../net/store.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import type { ProviderSettings, TiProvider, TiQuery } from "./provider.js";
import { nothingFound, tiStatus, type Verdict } from "./result.js";
import { keyOf, type TiAsk, type TiOutcome, type TiSource, type TiSourcePlan } from "./source.js";

export interface KeptAnswer {
  readonly status: number;
  readonly verdict: Verdict;
  readonly raw: unknown;
}

export interface HttpSourceParts {
  readonly provider: TiProvider;
  readonly settings: ProviderSettings;
  /** The settings with keys that are in a key vault: fetched by the first look-up that must ask the service. */
  readonly fetchSettings?: (signal: AbortSignal | undefined) => Promise<ProviderSettings>;
  readonly client: HttpClient;
  readonly quota: Quota;
  readonly answers: AnswerStore<KeptAnswer>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly timeoutMs?: number;
}

/**
 * Requests to one service at the same time: as many as its quota allows in half a second, so that answers which take that
 * long do not waste it, but never a crowd.
 */
const inFlight = (quota: Quota): number =>
  Math.max(
    fewInFlight,
    Math.min(mostInFlight, ...quota.use.map(({ limit, perMs }) => Math.floor((limit * 500) / perMs))),
  );
export const mostInFlight = 64;
const fewInFlight = 4;
const maxAnswerBytes = 8 * 1024 * 1024;
/** Raw answers beyond this are not kept on disk; the verdict is. */
const maxKeptBytes = 100_000;
const tries = 3;

/** MSTICPy's words where it has some. */
const refusals: Readonly<Record<number, string>> = {
  400: "Bad request.",
  401: "Authorization failed. Check account and key details.",
  402: "The account does not include this.",
  403: "Request forbidden. Allowed query rate may have been exceeded.",
  404: "Not found.",
  429: "Too many requests: the service's quota is used up.",
};

const inDuration = (ms: number): string =>
  ms < 90_000
    ? `${Math.ceil(ms / 1000)} s`
    : ms < 5_400_000
      ? `${Math.ceil(ms / 60_000)} min`
      : `${Math.ceil(ms / 3_600_000)} h`;

export class HttpSource implements TiSource {
  readonly kind = "service";
  readonly #parts: HttpSourceParts;
  #sent = 0;
  #fromKept = 0;
  #settings: ProviderSettings;
  #isFetched = false;
  #fetching: Promise<ProviderSettings> | undefined;
  #list: { readonly atMs: number; readonly answer: Promise<HttpResponse | Refused> } | undefined;

  constructor(parts: HttpSourceParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
  }

  get name(): string {
    return this.#parts.provider.name;
  }
  get describes(): string {
    return this.#parts.provider.describes;
  }
  get isOutbound(): boolean {
    return this.#parts.provider.isList !== true;
  }
  get usage() {
    return { sent: this.#sent, fromKept: this.#fromKept, kept: this.#parts.answers.size };
  }

  get unavailable(): string | undefined {
    const { provider, fetchSettings } = this.#parts;
    if (fetchSettings !== undefined && !this.#isFetched) return undefined;
    const settings = this.#settings;
    const has = { AuthKey: settings.authKey, ApiID: settings.apiId, Instance: settings.instance };
    const missing = provider.needs.filter(n => has[n] === undefined);
    if (missing.length === 0) return undefined;
    return `${missing.join(" and ")} not set: add it under TIProviders.${provider.name}.Args in msticpyconfig.yaml`;
  }

  subtypes(type: IocKind): readonly string[] | undefined {
    const { types } = this.#parts.provider;
    return Object.hasOwn(types, type) ? types[type] : undefined;
  }

  plan(queries: readonly TiQuery[]): TiSourcePlan {
    const { provider, quota, answers, settings } = this.#parts;
    // Planning fetches nothing, keys neither.
    const kept = queries.filter(q => answers.find(keyOf(q), provider.keepMs) !== undefined).length;
    const toSend = provider.isList === true ? Math.min(1, queries.length - kept) : queries.length - kept;
    return {
      host: new URL(settings.baseUrl).host,
      toSend,
      kept,
      quota: quota.use,
      neededMs: toSend === 0 ? 0 : quota.estimateMs(toSend),
    };
  }

  async ask(batches: AsyncIterable<readonly TiQuery[]>, ask: TiAsk): Promise<void> {
    const run: Run = { broken: undefined, failuresInARow: 0 };
    const queries = oneByOne(batches);
    let prove = (): void => undefined;
    // The crowd comes when the service has answered once: a wrong key is not tried by all of it.
    const proven = new Promise<void>(done => (prove = done));
    const worker = async (): Promise<void> => {
      for await (const query of queries) {
        ask.signal?.throwIfAborted();
        const outcome = await this.#one(query, ask, run);
        if (outcome.verdict !== undefined && !outcome.cached) prove();
        ask.onAnswer(query, outcome);
      }
      prove();
    };
    const workers = Array.from({ length: inFlight(this.#parts.quota) }, (_, i) =>
      i < fewInFlight ? worker() : proven.then(worker),
    );
    await Promise.all(workers);
  }

  async #one(query: TiQuery, ask: TiAsk, run: Run): Promise<TiOutcome> {
    const { provider, answers } = this.#parts;
    const kept = ask.refresh ? undefined : answers.find(keyOf(query), provider.keepMs);
    if (kept !== undefined) {
      this.#fromKept += 1;
      return { ...kept.value, message: messageFor(kept.value), checkedAtMs: kept.atMs, cached: true };
    }
    const noKey = run.broken === undefined ? await this.#fetchKeys(ask.signal) : undefined;
    if (noKey !== undefined) run.broken = noKey;
    if (run.broken !== undefined) return run.broken;
    let outcome: Attempt = failed(tiStatus.other, "not asked");
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      outcome = await this.#send(query, ask);
      if (outcome.isFinal === true) break;
      const isPassing = outcome.status === 429 || (outcome.status >= 500 && outcome.status < 600);
      if (!isPassing || attempt === tries) break;
      if (outcome.status !== 429) await this.#parts.sleep(500 * 2 ** attempt, ask.signal);
    }
    noteFailure(run, outcome);
    return outcome;
  }

  /** Why keys of a vault could not be had; they are fetched once, a failure is tried again by the next look-up. */
  async #fetchKeys(signal: AbortSignal | undefined): Promise<TiOutcome | undefined> {
    const { fetchSettings, provider } = this.#parts;
    if (fetchSettings === undefined || this.#isFetched) return undefined;
    this.#fetching ??= fetchSettings(signal).finally(() => (this.#fetching = undefined));
    try {
      this.#settings = await this.#fetching;
      this.#isFetched = true;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return failed(tiStatus.queryFailed, `the key of ${provider.name} could not be fetched: ${messageOf(error)}`);
    }
    const { unavailable } = this;
    return unavailable === undefined ? undefined : failed(tiStatus.other, unavailable);
  }

  /** One request, or the list that was fetched already. Rejects only when cancelled. */
  async #send(query: TiQuery, ask: TiAsk): Promise<Attempt> {
    const { provider, nowMs } = this.#parts;
    let response: HttpResponse | Refused;
    try {
      response = await (provider.isList === true ? this.#fetchList(query, ask) : this.#fetch(query, ask));
    } catch (error) {
      if (ask.signal?.aborted === true) throw error;
      const hint = isHuntError(error) && error.hint !== undefined ? ` (${error.hint})` : "";
      return failed(tiStatus.queryFailed, `${messageOf(error)}${hint}`);
    }
    if ("waitMs" in response) {
      const when = inDuration(response.waitMs);
      return failed(429, `the quota is used up for another ${when}: ask again then, answers so far are kept`, true);
    }
    if (provider.notFound?.includes(response.status) === true)
      return this.#keep(query, { status: tiStatus.noData, verdict: nothingFound, raw: null }, 0);
    if (response.status === 429) this.#parts.quota.exhaust(nowMs() + retryAfterMs(response, nowMs()));
    if (response.status !== 200) {
      const says = refusals[response.status] ?? `the service answered with status ${response.status}`;
      return failed(response.status, says);
    }
    return this.#read(query, response);
  }

  #read(query: TiQuery, response: HttpResponse): TiOutcome {
    const { provider } = this.#parts;
    try {
      const text = response.text();
      const body = provider.answers === "text" ? undefined : response.json();
      const verdict = provider.parse({ status: response.status, text, body }, query);
      const raw = provider.answers === "text" ? null : body;
      const status = verdict.found ? tiStatus.ok : tiStatus.noData;
      return this.#keep(query, { status, verdict, raw }, response.body.length);
    } catch (error) {
      return failed(tiStatus.queryFailed, `the answer cannot be read: ${messageOf(error)}`);
    }
  }

  #keep(query: TiQuery, answer: KeptAnswer, rawBytes: number): TiOutcome {
    const { answers, nowMs, provider } = this.#parts;
    // Of a list nothing is kept by observable: the whole of it stays in memory.
    if (provider.isList !== true)
      answers.keep(keyOf(query), rawBytes <= maxKeptBytes ? answer : { ...answer, raw: null });
    return { ...answer, message: messageFor(answer), checkedAtMs: nowMs(), cached: false };
  }

  async #fetch(query: TiQuery, ask: TiAsk): Promise<HttpResponse | Refused> {
    const { provider, client, quota, timeoutMs = 20_000 } = this.#parts;
    const { json, ...request } = provider.request(query, this.#settings);
    const waitMs = await quota.take(ask.signal, ask.maxWaitMs);
    if (waitMs > 0) return { waitMs };
    this.#sent += 1;
    return client.request({
      ...request,
      ...(json === undefined ? {} : { json }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
      timeoutMs,
      retries: 0,
      maxBytes: maxAnswerBytes,
      purpose: {
        provider: provider.name,
        ...(provider.isList === true ? {} : { observable: query.value, type: query.type }),
      },
    });
  }

  /** A list is fetched once while it is good, whatever is asked about; a failure is forgotten. */
  async #fetchList(query: TiQuery, ask: TiAsk): Promise<HttpResponse | Refused> {
    const { provider, nowMs } = this.#parts;
    if (this.#list === undefined || nowMs() - this.#list.atMs > provider.keepMs) {
      const answer = this.#fetch(query, ask);
      this.#list = { atMs: nowMs(), answer };
      answer.then(
        r => ("status" in r && r.status === 200) || (this.#list = undefined),
        () => (this.#list = undefined),
      );
    }
    return this.#list.answer;
  }
}

/** Several may take from it; each query goes to one of them. */
async function* oneByOne(batches: AsyncIterable<readonly TiQuery[]>): AsyncGenerator<TiQuery> {
  for await (const queries of batches) yield* queries;
}

/** What a run of many has learnt: once the key is refused or the service is gone, the rest need not be sent. */
interface Run {
  broken: TiOutcome | undefined;
  failuresInARow: number;
}

function noteFailure(run: Run, outcome: TiOutcome): void {
  const isFailure = outcome.verdict === undefined;
  run.failuresInARow = isFailure ? run.failuresInARow + 1 : 0;
  if (!isFailure) return;
  if (outcome.status === 401) run.broken = outcome;
  else if (run.failuresInARow >= 5)
    run.broken = { ...outcome, message: `${outcome.message} Not asked further after five failures.` };
}

/** Not sent: the quota asks for a longer wait than was allowed. */
interface Refused {
  readonly waitMs: number;
}

type Attempt = TiOutcome & { readonly isFinal?: boolean };

function failed(status: number, message: string, isFinal = false): Attempt {
  return { status, message, cached: false, ...(isFinal ? { isFinal } : {}) };
}

const messageFor = (answer: KeptAnswer): string => (answer.status === tiStatus.noData ? (refusals[404] ?? "") : "");

/** Source: RFC 9110 10.2.3. Without a wish, a minute: quotas are mostly by the minute. */
function retryAfterMs(response: HttpResponse, nowMs: number): number {
  const wish = response.headers["retry-after"];
  if (wish === undefined) return 60_000;
  const seconds = Number(wish);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(wish) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 60_000;
}

/** The error of a look-up that was cancelled. */
export function cancelledLookup(cause: unknown): HuntError {
  return new HuntError("query/cancelled", "the look-up was cancelled", {
    cause,
    hint: "finished answers are kept: the next call goes on from there",
  });
}
