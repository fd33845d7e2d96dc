/** The driver of Microsoft Sentinel: the Log Analytics query API. Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/overview */
import type { Clock } from "../../base/clock.js";
import { HuntError, isHuntError } from "../../base/error.js";
import { claimsOf, type TokenRenewal } from "../../config/azure-token.js";
import { Secret } from "../../base/secret.js";
import type { FrameFactory, FrameLike, Provenance } from "../../frame/api.js";
import type { HttpClient, HttpResponse } from "../../net/client.js";
import type { Driver, DriverQueryOptions, Schema } from "../api.js";
import { dependsOnClock, filtersTime } from "../time-filter.js";
import { withDeadline } from "./deadline.js";
import { parseJsonKeepingLongs, readAnswer, toQueryError } from "./log-analytics-reply.js";

/** Gives access tokens; how (az login, client secret, managed identity) is its own affair. */
export interface TokenSource {
  /**
   * @param scope for example `https://api.loganalytics.io/.default`
   * @throws HuntError `auth/…` with a hint how to sign in
   */
  getToken(scope: string, tenantId: string, signal?: AbortSignal): Promise<Secret>;
  /** Another token for one that the service refused. */
  renew?(renewal: TokenRenewal): Promise<Secret>;
}

export interface SentinelDriverOptions {
  readonly workspaceId: string;
  readonly tenantId: string;
  /** For people. */
  readonly workspaceName: string;
  /** For example `https://api.loganalytics.io`; see config's clouds. */
  readonly endpoint: string;
  readonly http: HttpClient;
  readonly tokens: TokenSource;
  readonly frames: FrameFactory;
  readonly clock: Clock;
  /** Rows at most, unless a query says otherwise. Default 30,000. */
  readonly maxRows?: number;
  /** Default 180 s; the service allows 600. */
  readonly timeoutMs?: number;
}

const defaultMaxRows = 30_000;
const defaultTimeoutMs = 180_000;
const longestWaitSeconds = 600;
/** The service answers with 64 MB of compressed data at most; unpacked that can be several times as much. */
const maxReplyBytes = 512 * 1024 * 1024;
const batchRows = 5_000;

class SentinelDriver implements Driver {
  readonly environment = "MSSentinel";
  readonly language = "kql";
  readonly #options: SentinelDriverOptions;
  #open = false;

  constructor(options: SentinelDriverOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#open;
  }

  get connection(): string {
    return `workspace ${this.#options.workspaceName} (${this.#options.workspaceId})`;
  }

  readonly nowMs = (): number => this.#options.clock.now();

  /** Gets a token, so that a missing sign-in is found now and not by the first query. */
  async connect(): Promise<void> {
    await this.#token(undefined);
    this.#open = true;
  }

  /** Tables and columns, from the metadata of the workspace. */
  async schema(): Promise<Schema> {
    const response = await this.#send({ path: "metadata", timeoutMs: 60_000, signal: undefined });
    if (response.status !== 200)
      throw toQueryError(response.status, bodyOf(response), this.#source, response.headers["retry-after"]);
    const { tables } = response.json() as { tables?: readonly MetadataTable[] };
    return Object.fromEntries(
      (tables ?? [])
        .map(t => [t.name, Object.fromEntries((t.columns ?? []).map(c => [c.name, c.type]))] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  async query(text: string, options: DriverQueryOptions = {}): Promise<FrameLike> {
    if (!this.#open)
      throw new HuntError("query/not-connected", "No connection to a data source. Please call connect() and retry.");
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? defaultTimeoutMs;
    const startedMs = performance.now();
    const ranAtMs = this.#options.clock.now();
    const range = this.#rangeBeside(text, options);
    const response = await withDeadline({ timeoutMs, signal: options.signal }, signal =>
      this.#send({
        path: "query",
        timeoutMs,
        signal,
        json: { query: text, ...(range === undefined ? {} : toTimespan(range)) },
      }),
    ).catch((error: unknown) => {
      throw this.#explain(error, timeoutMs);
    });
    if (response.status !== 200)
      throw toQueryError(response.status, bodyOf(response), this.#source, response.headers["retry-after"]);
    const answer = readAnswer(bodyOf(response), this.#source);
    const recorded = options.rangeInText === true ? options.range : range;
    const provenance: Provenance = {
      query: text,
      source: this.#source,
      ...(recorded === undefined ? {} : { range: recorded }),
      ranAtMs,
      tookMs: performance.now() - startedMs,
      clock: this.#options.clock.kind,
      clockDependent: dependsOnClock(text),
    };
    const maxRows = options.maxRows ?? this.#options.maxRows ?? defaultMaxRows;
    const { completeness, visualization } = answer;
    return this.#options.frames.fromBatches(
      answer.columns,
      inBatches(answer.rows),
      { completeness, provenance, ...(visualization === undefined ? {} : { visualization }) },
      { dynamicAs: "json-text", ...(Number.isFinite(maxRows) ? { maxRows } : {}) },
    );
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  get #source(): string {
    return `workspace ${this.#options.workspaceName}`;
  }

  /** The range to send beside the text: none when the text limits time itself. */
  #rangeBeside(text: string, options: DriverQueryOptions): DriverQueryOptions["range"] {
    const { range, rangeInText } = options;
    if (range === undefined || rangeInText === true || range.from === "query" || filtersTime(text)) return undefined;
    return range;
  }

  async #token(signal: AbortSignal | undefined): Promise<Secret> {
    return this.#options.tokens.getToken(`${this.#options.endpoint}/.default`, this.#options.tenantId, signal);
  }

  /** A token that is refused, because the sign-in was revoked or more is asked for, is renewed once. */
  async #send(request: ServiceRequest): Promise<HttpResponse> {
    const { endpoint, tenantId, tokens } = this.#options;
    const { signal } = request;
    const token = await this.#token(signal);
    const response = await this.#sendWith(token, request);
    if (response.status !== 401 || tokens.renew === undefined) return response;
    const claims = claimsOf(response.headers["www-authenticate"]);
    const fresh = await tokens.renew({ scope: `${endpoint}/.default`, tenantId, refused: token, claims, signal });
    return fresh.reveal() === token.reveal() ? response : this.#sendWith(fresh, request);
  }

  async #sendWith(token: Secret, request: ServiceRequest): Promise<HttpResponse> {
    const { endpoint, workspaceId, http } = this.#options;
    const waitSeconds = Math.min(longestWaitSeconds, Math.max(1, Math.floor(request.timeoutMs / 1000)));
    return http.request({
      url: `${endpoint}/v1/workspaces/${encodeURIComponent(workspaceId)}/${request.path}`,
      // The token is a secret of ours; the header is its only place.
      headers: { authorization: bearer(token), prefer: `wait=${waitSeconds},include-render=true` },
      ...(request.json === undefined ? {} : { json: request.json }),
      timeoutMs: request.timeoutMs + 5_000,
      maxBytes: maxReplyBytes,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  }

  #explain(error: unknown, timeoutMs: number): unknown {
    if (isHuntError(error, "net/cancelled"))
      return new HuntError("query/cancelled", "the query was cancelled", { cause: error });
    if (isHuntError(error, "net/timeout"))
      return new HuntError("query/timeout", `${this.#source}: no answer within ${timeoutMs / 1000} s`, {
        cause: error,
        hint: "narrow the time range, filter earlier, or raise timeoutMs",
      });
    if (isHuntError(error, "net/too-large"))
      return new HuntError("query/too-large", `${this.#source}: the answer is too large to take`, {
        cause: error,
        hint: "project fewer columns, filter, or summarize",
      });
    return error;
  }
}

interface ServiceRequest {
  readonly path: "query" | "metadata";
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly json?: unknown;
}

interface MetadataTable {
  readonly name: string;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
}

function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.reveal()}`, token.origin);
}

/** ISO 8601 interval. */
function toTimespan(range: { readonly startMs: number; readonly endMs: number }): { timespan: string } {
  return { timespan: `${new Date(range.startMs).toISOString()}/${new Date(range.endMs).toISOString()}` };
}

function* inBatches(rows: readonly (readonly unknown[])[]): Generator<readonly (readonly unknown[])[]> {
  for (let at = 0; at < rows.length; at += batchRows) yield rows.slice(at, at + batchRows);
}

function bodyOf(response: HttpResponse): unknown {
  try {
    return parseJsonKeepingLongs(response.text());
  } catch (cause) {
    if (response.status !== 200) return { error: { message: "" } };
    throw new HuntError("query/bad-reply", "the answer is not JSON", {
      cause,
      hint: "a proxy or sign-in page may have answered instead of the service",
    });
  }
}

/** Makes a driver for one workspace; connect it before use. */
export function createSentinelDriver(options: SentinelDriverOptions): Driver {
  return new SentinelDriver(options);
}
