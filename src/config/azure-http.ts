/**
 * Azure's SDKs on our own HTTP client, so that proxies, private certificate authorities, limits, time-outs and offline sessions
 * hold for them too. Nothing of them is loaded here.
 */
import type { HttpClient as SdkHttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { HuntError, isHuntError } from "../base/error.js";
import type { HttpClient } from "../net/client.js";

/** What happened on the wire while somebody else's code was in between. */
export interface WireWatch {
  /** The last failure that was no answer: SDKs wrap it beyond recognition. */
  failure: HuntError | undefined;
  /** The last status that was no success. */
  status: number | undefined;
  /** The last `Date` of an answer minus our clock, milliseconds. */
  skewMs: number | undefined;
}

export const newWatch = (): WireWatch => ({ failure: undefined, status: undefined, skewMs: undefined });

export interface SdkHttpOptions {
  readonly http: HttpClient;
  readonly watch: WireWatch;
  readonly nowMs: () => number;
  /** Asked with each request. */
  readonly signal?: () => AbortSignal | undefined;
  /** For one attempt; default the HTTP client's. */
  readonly timeoutMs?: number;
  readonly retries?: number;
}

/** Larger answers are no tokens and no secrets. */
const maxBytes = 4 * 1024 * 1024;

function bodyOf(request: PipelineRequest): string | Uint8Array | undefined {
  const { body } = request;
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new HuntError("internal/bug", "an Azure SDK sends a body of a kind that is not expected");
}

/** An HTTP client for `httpClient` of an SDK's options. */
export function createSdkHttp(options: SdkHttpOptions): SdkHttpClient {
  const { http, watch, nowMs, signal, timeoutMs, retries } = options;
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const body = bodyOf(request);
      const headers = request.headers.toJSON();
      delete headers["content-length"];
      const current = signal?.();
      try {
        const response = await http.request({
          url: request.url,
          method: request.method as "GET",
          headers,
          maxBytes,
          // Tokens and secrets are asked for; asking twice does no harm.
          idempotent: true,
          ...(body === undefined ? {} : { body }),
          ...(current === undefined ? {} : { signal: current }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          ...(retries === undefined ? {} : { retries }),
        });
        const { createHttpHeaders } = await import("@azure/core-rest-pipeline");
        const at = Date.parse(response.headers["date"] ?? "");
        if (!Number.isNaN(at)) watch.skewMs = at - nowMs();
        watch.status = response.status >= 400 ? response.status : undefined;
        return {
          request,
          status: response.status,
          headers: createHttpHeaders({ ...response.headers }),
          bodyAsText: response.text(),
        };
      } catch (error) {
        if (isHuntError(error)) watch.failure = error;
        throw error;
      }
    },
  };
}

/** Options of every SDK client: our HTTP client, which retries by itself. */
export const sdkOptions = (options: SdkHttpOptions) => ({
  httpClient: createSdkHttp(options),
  retryOptions: { maxRetries: 0 },
});
