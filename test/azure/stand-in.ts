/**
 * A stand-in for Microsoft Entra ID, Azure Key Vault, Azure Resource Manager, the Log Analytics query API and the identity service of
 * a machine, on loopback over TLS with a private certificate, with their failures on demand. Real SDKs talk to it. Its proxy leads
 * every name there, so that the whole product can be run against Azure's own addresses.
 */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { serverCertificate, serverKey } from "./certificates.js";

export const tenant = "aaaaaaaa-0000-4000-8000-000000000000";
export const clientId = "bbbbbbbb-0000-4000-8000-000000000000";
export const clientSecret = "hunter2-Client~Secret_value";

export interface Fault {
  /** The part of the path that it is for. */
  readonly path: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The connection breaks in the middle of the answer. */
  readonly cut?: boolean;
  readonly delayMs?: number;
  /** How many requests it meets. Default 1. */
  readonly times?: number;
}

export interface ArmWorkspace {
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspaceId: string;
  readonly location?: string;
}

export interface Received {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const ok = (body: unknown): Reply => ({ status: 200, body });
const entraError = (code: number, error = "invalid_client"): Reply => ({
  status: error === "invalid_client" ? 401 : 400,
  body: {
    error,
    error_description: `AADSTS${code}: something about ana@contoso.com and ${clientSecret}. Trace ID: 1`,
    error_codes: [code],
  },
});

export class AzureStandIn {
  readonly received: Received[] = [];
  readonly secrets = new Map<string, string>([["TIProviders-OTX-Args-AuthKey", "hunter2-from-vault"]]);
  /** What a request for a token is answered with, instead of a token. */
  tokenError: number | undefined;
  /** Seconds that tokens are good for. */
  tokenSeconds = 3600;
  /** Polls until a device code counts as entered. */
  devicePolls = 1;
  /** Of the `Date` header against the real time. */
  skewMs = 0;
  graphRows: unknown[] = [];
  /** What Resource Manager lists: subscriptions by id, and their workspaces. */
  readonly subscriptions = new Map<string, string>();
  readonly workspaces: ArmWorkspace[] = [];
  /** Entries on one page of a list. */
  pageSize = 2;
  /** Takes only tokens that were given out here (or `granted`), for the service they are used at. */
  isStrict = false;
  /** Tokens that other programs give, and those that were issued, with what they are for; empty: for everything. */
  readonly granted = new Map<string, string>();
  /** Where queries go on to: a stand-in of the query API, over http. */
  logAnalytics: string | undefined;
  /** Tenants are known by any name, such as a domain. */
  anyTenant = false;
  /** Called with the body of each query before it is answered. */
  beforeQuery: (body: string) => void = () => undefined;
  readonly #faults: { fault: Fault; left: number }[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #tls = createServer({ cert: serverCertificate, key: serverKey }, (q, r) => void this.#serve(q, r));
  // Kept open: a client that reuses a connection in the moment of its end would fail for no reason of its own.
  readonly #plain = createHttp({ keepAliveTimeout: 60_000 }, (q, r) => void this.#serve(q, r));
  readonly #proxy = createHttp((_q, r) => r.writeHead(400).end());
  /** `user:password` that the proxy asks for. */
  proxyLogin: string | undefined;
  proxied = 0;
  #tokens = 0;

  async start(): Promise<this> {
    for (const server of [this.#tls, this.#plain, this.#proxy]) {
      server.on("connection", (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("error", () => undefined);
      });
      await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
    }
    this.#proxy.on("connect", (request: IncomingMessage, socket: Socket) => this.#tunnel(request, socket));
    return this;
  }

  get port(): number {
    return (this.#tls.address() as AddressInfo).port;
  }
  get url(): string {
    return `https://localhost:${this.port}`;
  }
  get plainUrl(): string {
    return `http://127.0.0.1:${(this.#plain.address() as AddressInfo).port}`;
  }
  get proxyPort(): number {
    return (this.#proxy.address() as AddressInfo).port;
  }

  /** No token that was given out is good any more. */
  revokeTokens(): void {
    this.granted.clear();
  }

  failNext(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#tls, this.#plain, this.#proxy]) await new Promise(done => server.close(done));
  }

  /** Whatever host is asked for, it is us. */
  #tunnel(request: IncomingMessage, socket: Socket): void {
    const wanted =
      this.proxyLogin === undefined ? undefined : `Basic ${Buffer.from(this.proxyLogin).toString("base64")}`;
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      socket.end(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
      );
      return;
    }
    this.proxied++;
    const target = connect(this.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
    socket.on("close", () => target.destroy());
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? "";
    const received = {
      method: request.method ?? "",
      host: request.headers.host ?? "",
      path,
      headers: request.headers,
      body,
    };
    this.received.push(received);
    if (path.startsWith("/v1/workspaces")) this.beforeQuery(body);
    const at = this.#faults.findIndex(f => f.left > 0 && path.includes(f.fault.path));
    const fault = this.#faults[at]?.fault;
    if (at >= 0 && this.#faults[at] !== undefined) this.#faults[at].left--;
    if (fault?.delayMs !== undefined) await new Promise(done => setTimeout(done, fault.delayMs));
    const date = new Date(Date.now() + this.skewMs).toUTCString();
    if (fault?.cut === true) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000", date });
      response.write('{"access_');
      setTimeout(() => request.socket.destroy(), 20);
      return;
    }
    const reply =
      fault?.status === undefined
        ? await this.#answer(received)
        : { status: fault.status, body: fault.body ?? { error: "fault" }, headers: fault.headers };
    if (reply === "cut") {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { "content-type": "application/json", date, ...reply.headers });
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
  }

  #answer(request: Received): Reply | "cut" | Promise<Reply | "cut"> {
    const { path, host } = request;
    const base = `https://${host}`;
    const [, tenantPart = "", ...rest] = path.split("?")[0]?.split("/") ?? [];
    const below = rest.join("/");
    if (below.endsWith(".well-known/openid-configuration"))
      return ok({
        token_endpoint: `${base}/${tenantPart}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/${tenantPart}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${base}/${tenantPart}/oauth2/v2.0/devicecode`,
        issuer: `${base}/${tenantPart}/v2.0`,
        jwks_uri: `${base}/${tenantPart}/discovery/v2.0/keys`,
      });
    if (below === "discovery/instance")
      return ok({
        tenant_discovery_endpoint: `${base}/${tenant}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
      });
    if (below === "oauth2/v2.0/authorize") return authorize(new URLSearchParams(path.split("?")[1]));
    if (below === "oauth2/v2.0/token") return this.#token(new URLSearchParams(request.body), tenantPart);
    if (below === "oauth2/v2.0/devicecode")
      return ok({
        device_code: "device-1",
        user_code: "ABC-DEF",
        verification_uri: "https://microsoft.com/devicelogin",
        expires_in: 60,
        interval: 0,
        message: "To sign in, open https://microsoft.com/devicelogin and enter ABC-DEF",
      });
    if (path.startsWith("/msi/token")) return this.#identity(request);
    if (path.startsWith("/secrets")) return this.#vault(request);
    if (path.startsWith("/providers/Microsoft.ResourceGraph")) return this.#graph(request);
    if (path.startsWith("/subscriptions")) return this.#manager(request);
    if (path.startsWith("/metadata/endpoints")) return ok([]);
    if (path.startsWith("/v1/workspaces/")) return this.#query(request);
    return { status: 404, body: { error: "not here" } };
  }

  #newToken(scope: string): string {
    const token = `hunter2-access-token-${++this.#tokens}`;
    this.granted.set(token, scope);
    return token;
  }

  /** Whether a request bears a token for a service, by a part of the service's address. */
  #isSignedIn(headers: Received["headers"], service: string): boolean {
    const token = /^Bearer (hunter2-access-token.*)$/.exec(headers["authorization"]?.toString() ?? "")?.[1];
    if (token === undefined) return false;
    return !this.isStrict || this.granted.get(token)?.includes(service) === true || this.granted.get(token) === "";
  }

  #token(form: URLSearchParams, tenantPart: string): Reply {
    if (this.tokenError !== undefined)
      return entraError(this.tokenError, this.tokenError === 700082 ? "invalid_grant" : "invalid_client");
    if (tenantPart !== tenant && !this.anyTenant) return entraError(90002, "invalid_request");
    const grant = form.get("grant_type");
    if (grant === "client_credentials") {
      const isAssertion = (form.get("client_assertion") ?? "").split(".").length === 3;
      if (form.get("client_id") !== clientId) return entraError(700016, "unauthorized_client");
      if (!isAssertion && form.get("client_secret") !== clientSecret) return entraError(7000215);
      return ok({
        token_type: "Bearer",
        expires_in: this.tokenSeconds,
        access_token: this.#newToken(form.get("scope") ?? ""),
      });
    }
    if (grant === "urn:ietf:params:oauth:grant-type:device_code" || grant === "device_code") {
      if (this.devicePolls-- > 0)
        return { status: 400, body: { error: "authorization_pending", error_description: "AADSTS70016: pending" } };
    }
    const claims = {
      oid: "o1",
      tid: tenant,
      preferred_username: "ana@contoso.com",
      name: "Ana",
      sub: "s1",
      aud: form.get("client_id"),
      iss: "x",
      ver: "2.0",
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return ok({
      token_type: "Bearer",
      scope: form.get("scope") ?? "",
      expires_in: this.tokenSeconds,
      ext_expires_in: this.tokenSeconds,
      access_token: this.#newToken(form.get("scope") ?? ""),
      refresh_token: "hunter2-refresh-token",
      id_token: `${part({ alg: "none" })}.${part(claims)}.x`,
      client_info: part({ uid: "o1", utid: tenant }),
    });
  }

  #identity({ headers, path }: Received): Reply {
    if (headers["x-identity-header"] !== "hunter2-identity" && headers["secret"] !== "hunter2-identity")
      return { status: 403, body: { error: "no" } };
    const expires = Math.floor(Date.now() / 1000) + this.tokenSeconds;
    return ok({
      access_token: this.#newToken(new URLSearchParams(path.split("?")[1]).get("resource") ?? ""),
      expires_on: String(expires),
      resource: "r",
      token_type: "Bearer",
      client_id: "m1",
    });
  }

  #vault({ method, path, headers, body, host }: Received): Reply {
    if (!this.#isSignedIn(headers, "vault.azure.net"))
      return {
        status: 401,
        body: { error: { code: "Unauthorized", message: "no token" } },
        headers: {
          "www-authenticate": `Bearer authorization="https://${host}/${tenant}", resource="https://vault.azure.net"`,
        },
      };
    const name = /^\/secrets\/([^/?]+)/.exec(path)?.[1];
    const id = (n: string) => `https://${host}/secrets/${n}/v1`;
    if (name === undefined) {
      const names = [...this.secrets.keys()];
      const second = path.includes("page=2");
      const page = second ? names.slice(1) : names.slice(0, 1);
      return ok({
        value: page.map(n => ({ id: id(n).replace(/\/v1$/, ""), attributes: { enabled: true } })),
        nextLink: second || names.length < 2 ? null : `https://${host}/secrets?page=2&api-version=7.6`,
      });
    }
    if (method === "PUT") this.secrets.set(name, (JSON.parse(body) as { value: string }).value);
    const value = this.secrets.get(name);
    if (value === undefined)
      return {
        status: 404,
        body: { error: { code: "SecretNotFound", message: `A secret with (name/id) ${name} was not found` } },
      };
    return ok({ value, id: id(name), attributes: { enabled: true } });
  }

  #graph({ headers }: Received): Reply {
    if (!this.#isSignedIn(headers, "management.azure.com")) return armError(401, "AuthenticationFailed");
    return ok({
      totalRecords: this.graphRows.length,
      count: this.graphRows.length,
      data: this.graphRows,
      resultTruncated: "false",
    });
  }
  /** Subscriptions, and the workspaces of one, in pages. */
  #manager({ headers, host, path }: Received): Reply {
    if (!this.#isSignedIn(headers, "management.azure.com")) return armError(401, "AuthenticationFailed");
    const url = new URL(path, `https://${host}`);
    const inside = /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.OperationalInsights\/workspaces$/.exec(
      url.pathname,
    );
    const items =
      inside === null
        ? [...this.subscriptions].map(([subscriptionId, displayName]) => ({
            ...{ subscriptionId, displayName, tenantId: tenant, state: "Enabled" },
          }))
        : this.workspaces.filter(w => w.subscriptionId === inside[1]).map(toArmWorkspace);
    const from = Number(url.searchParams.get("$skipToken") ?? 0);
    const next = from + this.pageSize;
    url.searchParams.set("$skipToken", String(next));
    return ok({ value: items.slice(from, next), ...(next < items.length ? { nextLink: url.href } : {}) });
  }

  async #query({ headers, method, path, body }: Received): Promise<Reply | "cut"> {
    if (this.logAnalytics === undefined) return { status: 404, body: { error: { code: "PathNotFoundError" } } };
    if (!this.#isSignedIn(headers, "api.loganalytics.io"))
      return { status: 401, body: { error: { code: "InvalidTokenError", message: "The token is not valid" } } };
    try {
      const answer = await fetch(`${this.logAnalytics}${path}`, {
        method,
        headers: {
          authorization: "Bearer stand-in",
          "content-type": "application/json",
          prefer: String(headers["prefer"]),
        },
        ...(method === "POST" ? { body } : {}),
      });
      const retryAfter = answer.headers.get("retry-after");
      return {
        status: answer.status,
        body: await answer.text(),
        headers: {
          "content-type": answer.headers.get("content-type") ?? "",
          ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
        },
      };
    } catch {
      return "cut";
    }
  }
}

const armError = (status: number, code: string): Reply => ({ status, body: { error: { code, message: "no" } } });

const toArmWorkspace = ({
  name,
  subscriptionId,
  resourceGroup,
  workspaceId,
  location = "westeurope",
}: ArmWorkspace) => ({
  id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.OperationalInsights/workspaces/${name}`,
  ...{ name, location, type: "Microsoft.OperationalInsights/workspaces", properties: { customerId: workspaceId } },
});

/** Somebody who is signed in already comes back from the page of Entra at once. */
function authorize(query: URLSearchParams): Reply {
  const back = new URL(query.get("redirect_uri") ?? "http://localhost");
  back.searchParams.set("code", "code-1");
  back.searchParams.set("state", query.get("state") ?? "");
  return { status: 302, body: "", headers: { location: back.href } };
}
