/** The one HTTP client: proxy, private CAs, bounded time, size, redirects and retries. */
import { rootCertificates } from "node:tls";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { setTimeout as delay } from "node:timers/promises";
import { pipeline, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import { cancelledError, proxyAuthError, timeoutError, toNetError } from "./net-error.js";
import { publicLookup, refusePrivateHost } from "./public-only.js";
import { findProxy, type ProxyEnvironment } from "./proxy.js";

/** Why a request is sent: what the audit log keeps beside the host. */
export interface Purpose {
  /** Who is asked, by the name that users know: `VirusTotal`. */
  readonly provider: string;
  /** What is asked about, when it leaves the machine in this request. */
  readonly observable?: string;
  readonly type?: string;
}

/** One message that left the machine (each try and each redirect is one). Never holds a body, a header or a query. */
export interface Exchange {
  readonly atMs: number;
  readonly method: string;
  readonly host: string;
  readonly purpose: Purpose | undefined;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
}

export interface HttpClientOptions {
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are looked up. Default: none of them. */
  readonly env?: ProxyEnvironment;
  /** Certificates (PEM) of private authorities, trusted beside the well-known ones. */
  readonly extraCa?: readonly string[];
  /** For one attempt, its body included. Default 60 s. */
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Attempts after the first. Default 3. */
  readonly retries?: number;
  /** Longest wait that a service may ask for by Retry-After; beyond it the answer is given as it is. Default 60 s. */
  readonly maxRetryAfterMs?: number;
  /** Of an answer's body, decompressed. Default 64 MB. */
  readonly maxBytes?: number;
  readonly maxRedirects?: number;
  readonly userAgent?: string;
  /** Refuse every request: nothing leaves the machine. */
  readonly offline?: boolean;
  /** Asked before each request and each redirect; throws to refuse. */
  readonly checkUrl?: (url: URL) => void;
  /** Told of everything that is sent, after the answer or the failure. */
  readonly audit?: (exchange: Exchange) => void;
  readonly nowMs?: () => number;
  /** 0 <= x < 1; spreads retries. */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Secrets are revealed here and nowhere else; they are not sent on to another host. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly retries?: number;
  /** A POST that only reads, and may be sent again after a broken connection. */
  readonly idempotent?: boolean;
  /**
   * Values of `{{name}}` in `url` and `body`, percent-encoded in the URL. They are put in when the request is sent and nowhere
   * else, so that recordings, logs and messages cannot hold them.
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Refuse hosts that are, or resolve to, addresses which are not public: for addresses that users or answers give. */
  readonly publicOnly?: boolean;
  readonly purpose?: Purpose;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly body: Uint8Array;
  /** How many times the request was sent. */
  readonly attempts: number;
  text(): string;
  /** @throws HuntError `net/not-json` */
  json(): unknown;
}

export interface HttpClient {
  /**
   * Sends a request; answers of every status are given, after retries.
   *
   * Retried: 429 and 503 (after Retry-After, else with growing, spread waits); broken connections, 500, 502 and 504 only
   * for GET, HEAD and `idempotent` requests.
   * @throws HuntError `net/…`: dns, refused, unreachable, cut, timeout, tls, proxy, proxy-auth, too-large, redirect,
   *   cancelled, offline, url
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

type Settings = Required<HttpClientOptions>;

const defaults: Settings = {
  env: {},
  extraCa: [],
  timeoutMs: 60_000,
  connectTimeoutMs: 10_000,
  retries: 3,
  maxRetryAfterMs: 60_000,
  maxBytes: 64 * 1024 * 1024,
  maxRedirects: 5,
  userAgent: "huntbook",
  offline: false,
  checkUrl: () => undefined,
  audit: () => undefined,
  nowMs: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** One message on its way: what redirects change. */
interface Hop {
  readonly url: URL;
  readonly method: NonNullable<HttpRequest["method"]>;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body: string | Uint8Array | undefined;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HuntError("net/url", "the address is not an http or https URL", { hint: "check the configuration" });
  if (url.username !== "" || url.password !== "")
    throw new HuntError("net/url", `the address of '${url.host}' holds a user name or password`, {
      hint: "give them as settings",
    });
  return url;
}

/** Text with its secrets in place. Only here are they revealed into a URL or a body. */
function withSecrets(text: string, request: HttpRequest, encode: (value: string) => string): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const secret = request.secrets?.[name];
    return secret === undefined ? whole : encode(secret.reveal());
  });
}

function firstHop(request: HttpRequest): Hop {
  const json = request.json === undefined ? undefined : JSON.stringify(request.json);
  const body = json ?? request.body;
  const headers = Object.entries(request.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v] as const);
  return {
    url: parseUrl(withSecrets(request.url, request, encodeURIComponent)),
    method: request.method ?? (json === undefined && request.body === undefined ? "GET" : "POST"),
    headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...Object.fromEntries(headers) },
    body: typeof body === "string" ? withSecrets(body, request, value => value) : body,
  };
}

const credentialHeaders = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Where a redirect leads. Credentials stay with their host, and https never becomes http. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = parseUrl(new URL(location, hop.url).href);
  if (hop.url.protocol === "https:" && url.protocol !== "https:")
    throw new HuntError("net/redirect", `'${hop.url.host}' redirects from https to http`, {
      hint: "the answer is not used",
    });
  const becomesGet = status === 303 || (status < 303 && hop.method === "POST");
  const kept = Object.entries(hop.headers).filter(([name, value]) => {
    if (becomesGet && name.startsWith("content-")) return false;
    return url.origin === hop.url.origin || !(value instanceof Secret || credentialHeaders.has(name));
  });
  return {
    url,
    method: becomesGet ? "GET" : hop.method,
    headers: Object.fromEntries(kept),
    body: becomesGet ? undefined : hop.body,
  };
}

/** Seconds or a date → milliseconds from now. Source: RFC 9110 section 10.2.3. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function decompress(body: Readable, encoding: string | undefined): Readable {
  const make = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress }[encoding ?? ""];
  if (make === undefined) return body;
  const out = make();
  // Errors of either side reach the reader of `out`; the callback is there because pipeline asks for one.
  pipeline(body, out, () => undefined);
  return out;
}

async function readBody(body: Readable, encoding: string | undefined, maxBytes: number, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = decompress(body, encoding);
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw new HuntError("net/too-large", `'${url.host}' sent more than ${Math.round(maxBytes / 1024 / 1024)} MB`, {
        hint: "ask for less",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse(parts: Omit<HttpResponse, "text" | "json">): HttpResponse {
  const text = () => new TextDecoder().decode(parts.body);
  return {
    ...parts,
    text,
    json: () => {
      try {
        return JSON.parse(text()) as unknown;
      } catch (cause) {
        const host = new URL(parts.url).host;
        throw new HuntError("net/not-json", `the answer of '${host}' (status ${parts.status}) is not JSON`, {
          cause,
          hint: "a proxy or sign-in page may have answered instead",
        });
      }
    },
  };
}

function flattenHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([k, v]) =>
      v === undefined ? [] : [[k.toLowerCase(), Array.isArray(v) ? v.join(", ") : v]],
    ),
  );
}

class UndiciClient implements HttpClient {
  readonly #settings: Settings;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { retries = this.#settings.retries, signal } = request;
    const hop = firstHop(request);
    for (let attempt = 0; ; attempt++) {
      let response: Omit<HttpResponse, "text" | "json"> | undefined;
      let failure: HuntError | undefined;
      try {
        response = await this.#follow(request, hop, attempt + 1);
      } catch (error) {
        failure = toNetError(error, hop.url);
      }
      const waitMs = attempt >= retries ? undefined : this.#waitMs(request, hop, attempt, failure ?? response);
      if (waitMs === undefined) {
        if (failure !== undefined) throw failure;
        if (response !== undefined) return toResponse(response);
      }
      await this.#settings.sleep(waitMs ?? 0, signal).catch(() => {
        throw cancelledError(hop.url);
      });
    }
  }

  async close(): Promise<void> {
    const open = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(open.map(async d => (await d).destroy()));
  }

  /** How long to wait before trying again; undefined when it should not be tried again. */
  #waitMs(
    request: HttpRequest,
    hop: Hop,
    attempt: number,
    outcome: HuntError | Omit<HttpResponse, "text" | "json"> | undefined,
  ): number | undefined {
    const mayRepeat = hop.method === "GET" || hop.method === "HEAD" || request.idempotent === true;
    const growing = Math.min(30_000, 500 * 2 ** attempt) * (0.5 + this.#settings.random() / 2);
    if (outcome instanceof HuntError) {
      const neverSent = outcome.code === "net/dns" || outcome.code === "net/refused";
      const broken = outcome.code === "net/cut" || outcome.code === "net/timeout";
      return neverSent || (broken && mayRepeat) ? growing : undefined;
    }
    const status = outcome?.status ?? 0;
    if (status === 429 || status === 503) {
      const asked = retryAfterMs(outcome?.headers["retry-after"], this.#settings.nowMs());
      if (asked === undefined) return growing;
      return asked <= this.#settings.maxRetryAfterMs ? asked : undefined;
    }
    return mayRepeat && [500, 502, 504].includes(status) ? growing : undefined;
  }

  async #follow(request: HttpRequest, first: Hop, attempts: number): Promise<Omit<HttpResponse, "text" | "json">> {
    const { timeoutMs = this.#settings.timeoutMs, signal } = request;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const both = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]);
    let hop = first;
    try {
      for (let redirects = 0; redirects <= this.#settings.maxRedirects; redirects++) {
        const { response, location } = await this.#send(request, hop, both);
        if (location === undefined) return { ...response, attempts };
        hop = nextHop(hop, response.status, location);
      }
    } catch (error) {
      if (signal?.aborted === true) throw cancelledError(hop.url);
      if (timeout.signal.aborted) throw timeoutError(hop.url, timeoutMs);
      throw toNetError(error, hop.url, this.#hasProxyLogin(hop.url));
    } finally {
      clearTimeout(timer);
    }
    throw new HuntError(
      "net/redirect",
      `'${first.url.host}' redirects more than ${this.#settings.maxRedirects} times`,
      {
        hint: "check the address",
      },
    );
  }

  async #send(
    request: HttpRequest,
    hop: Hop,
    signal: AbortSignal,
  ): Promise<{ response: Omit<HttpResponse, "text" | "json" | "attempts">; location: string | undefined }> {
    if (this.#settings.offline)
      throw new HuntError("net/offline", `'${hop.url.host}' was not asked: this session is offline`);
    this.#settings.checkUrl(hop.url);
    if (request.publicOnly === true) refusePrivateHost(hop.url);
    const { request: send } = await import("undici");
    const audit = (status: number | undefined): void =>
      this.#settings.audit({
        atMs: this.#settings.nowMs(),
        method: hop.method,
        host: hop.url.host,
        purpose: request.purpose,
        status,
      });
    const headers = Object.entries(hop.headers).map(([k, v]) => [k, v instanceof Secret ? v.reveal() : v] as const);
    const reply = await send(hop.url, {
      method: hop.method,
      headers: {
        "user-agent": this.#settings.userAgent,
        "accept-encoding": "gzip, deflate, br",
        ...Object.fromEntries(headers),
      },
      ...(hop.body === undefined ? {} : { body: hop.body }),
      dispatcher: await this.#dispatcherFor(hop.url, request.publicOnly === true),
      signal,
    }).catch((error: unknown) => {
      audit(undefined);
      throw error;
    });
    audit(reply.statusCode);
    const replyHeaders = flattenHeaders(reply.headers);
    const maxBytes = request.maxBytes ?? this.#settings.maxBytes;
    const body = await readBody(
      reply.body,
      hop.method === "HEAD" ? undefined : replyHeaders["content-encoding"],
      maxBytes,
      hop.url,
    );
    if (reply.statusCode === 407) throw proxyAuthError(hop.url, this.#hasProxyLogin(hop.url));
    const isRedirect = [301, 302, 303, 307, 308].includes(reply.statusCode);
    const response = { status: reply.statusCode, headers: replyHeaders, url: hop.url.href, body };
    return { response, location: isRedirect ? replyHeaders["location"] : undefined };
  }

  #hasProxyLogin(url: URL): boolean {
    const proxy = findProxy(url, this.#settings.env);
    return proxy !== undefined && URL.canParse(proxy) && new URL(proxy).username !== "";
  }

  #dispatcherFor(url: URL, publicOnly: boolean): Promise<Dispatcher> {
    const proxy = findProxy(url, this.#settings.env);
    const key = proxy ?? (publicOnly ? "public" : "direct");
    const found = this.#dispatchers.get(key) ?? openDispatcher(proxy, this.#settings, publicOnly);
    this.#dispatchers.set(key, found);
    return found;
  }
}

async function openDispatcher(proxy: string | undefined, settings: Settings, publicOnly: boolean): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  const tls = settings.extraCa.length === 0 ? {} : { ca: [...rootCertificates, ...settings.extraCa] };
  const common = { headersTimeout: 0, bodyTimeout: 0 };
  const connect = { ...tls, timeout: settings.connectTimeoutMs };
  if (proxy === undefined)
    return new Agent({ ...common, connect: publicOnly ? { ...connect, lookup: publicLookup } : connect });
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HuntError("net/proxy", "the proxy's address is not an http or https URL", { hint: "check HTTPS_PROXY" });
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const token = url.username === "" ? {} : { token: `Basic ${Buffer.from(credentials).toString("base64")}` };
  // Only https is tunnelled: many proxies refuse CONNECT to port 80.
  const tunnel = { proxyTunnel: false, requestTls: connect, proxyTls: connect };
  return new ProxyAgent({ ...common, ...tunnel, uri: url.origin, ...token });
}

/** Makes a client; close it to let go of its connections. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciClient({ ...defaults, ...options });
}
