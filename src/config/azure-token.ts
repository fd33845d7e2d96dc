/**
 * Access tokens of Azure: from the Azure CLI's sign-in, or for an application with a client secret. Tokens are kept until
 * shortly before they expire, in memory only.
 *
 * Source: https://learn.microsoft.com/cli/azure/account#az-account-get-access-token and
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import { execFile } from "node:child_process";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpClient } from "../net/client.js";

/** Entra's word for whichever tenant an account belongs to; only to see whether somebody is signed in at all. */
export const anyTenant = "organizations";

export interface AzureTokenSource {
  /** For people: `az login`, `application 1234…`. */
  readonly name: string;
  /**
   * @param scope for example `https://api.loganalytics.io/.default`
   * @throws HuntError `auth/not-signed-in`, `auth/no-cli`, `auth/refused`, `auth/none`
   */
  getToken(scope: string, tenantId: string, signal?: AbortSignal): Promise<Secret>;
  /** Another token for one that a service refused before its time. @throws HuntError as `getToken` */
  renew?(renewal: TokenRenewal): Promise<Secret>;
}

/** A service does not take a token any more: the sign-in was revoked, or it asks for more (`claims`). */
export interface TokenRenewal {
  readonly scope: string;
  readonly tenantId: string;
  /** The token that was refused; when another one is kept meanwhile, that one is given. */
  readonly refused: Secret;
  /** What the service asks for, as JSON text. Source: https://learn.microsoft.com/entra/identity-platform/claims-challenge */
  readonly claims?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The `claims` of a `WWW-Authenticate` header. */
export function claimsOf(header: string | undefined): string | undefined {
  const encoded = /\bclaims="([A-Za-z0-9+/=_-]+)"/.exec(header ?? "")?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  return text.startsWith("{") ? text : undefined;
}

export interface FreshToken {
  readonly token: Secret;
  readonly expiresMs: number;
}

export interface RunResult {
  /** Undefined when the program could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}
/** Runs a program without a shell. */
export type RunProgram = (file: string, args: readonly string[], signal?: AbortSignal) => Promise<RunResult>;

/** Tokens are renewed this long before they expire. */
const marginMs = 5 * 60_000;

/** Remembers tokens by tenant and scope. */
export function keepTokens(
  name: string,
  nowMs: () => number,
  fetch: (scope: string, tenantId: string, signal?: AbortSignal) => Promise<FreshToken>,
): AzureTokenSource {
  const kept = new Map<string, Promise<FreshToken>>();
  const keyOf = (scope: string, tenantId: string) => `${tenantId} ${scope}`;
  return {
    name,
    async renew({ scope, tenantId, refused, signal }) {
      const key = keyOf(scope, tenantId);
      const known = await kept.get(key)?.catch(() => undefined);
      if (known?.token.reveal() === refused.reveal()) kept.delete(key);
      return this.getToken(scope, tenantId, signal);
    },
    async getToken(scope, tenantId, signal) {
      const key = keyOf(scope, tenantId);
      const known = await kept.get(key)?.catch(() => undefined);
      if (known !== undefined && known.expiresMs - marginMs > nowMs()) return known.token;
      const fresh = fetch(scope, tenantId, signal);
      kept.set(key, fresh);
      return (await fresh).token;
    },
  };
}

export const runProgram: RunProgram = (file, args, signal) =>
  new Promise(done => {
    const options = {
      timeout: 60_000,
      maxBuffer: 1024 * 1024,
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      done({ exitCode: code, stdout, stderr });
    });
  });

const guidLike = /^[0-9A-Za-z.-]{1,100}$/;

/** The Azure CLI on Windows is a batch file, which must be run by the command interpreter. */
function azCommand(platform: string, args: readonly string[]): readonly [string, readonly string[]] {
  return platform === "win32" ? ["cmd.exe", ["/d", "/s", "/c", "az.cmd", ...args]] : ["az", args];
}

function readCliToken(stdout: string): FreshToken | undefined {
  try {
    const { accessToken, expires_on: expiresOn } = JSON.parse(stdout) as {
      accessToken?: unknown;
      expires_on?: unknown;
    };
    if (typeof accessToken !== "string") return undefined;
    // Older versions give only local time without a zone; such a token is asked for again each time.
    const expiresMs = typeof expiresOn === "number" ? expiresOn * 1000 : 0;
    return { token: new Secret(accessToken, "az login"), expiresMs };
  } catch {
    return undefined;
  }
}

/** What `az` complains about, as the few things that one can do something about. Its own words may hold names; they are not shown. */
function explainCliFailure(exitCode: number | undefined, stderr: string, tenantId: string): HuntError {
  const isMissing =
    exitCode === undefined || exitCode === 127 || exitCode === 9009 || /not recognized|not found/i.test(stderr);
  if (isMissing && !/az login|AADSTS/i.test(stderr))
    return new HuntError("auth/no-cli", "the Azure CLI (az) is not installed", {
      hint: "install it and run `az login`, or configure ClientId and ClientSecret for the workspace",
    });
  if (/AADSTS700024|not yet valid|clock skew|system time/i.test(stderr))
    return new HuntError("auth/clock", "this machine's clock differs from Microsoft Entra's", {
      hint: "set the clock by the network's time, then run `az login` again",
    });
  if (/CERTIFICATE_VERIFY_FAILED|SSLError|self.signed certificate/i.test(stderr))
    return new HuntError("auth/cli-network", "the Azure CLI does not trust the certificate that it is shown", {
      hint: "set REQUESTS_CA_BUNDLE to your organisation's certificates and try again",
    });
  if (
    /ProxyError|Tunnel connection failed|Max retries exceeded|Connection (?:error|refused|aborted)|getaddrinfo/i.test(
      stderr,
    )
  )
    return new HuntError("auth/cli-network", "the Azure CLI cannot reach Microsoft Entra", {
      hint: "check the network and HTTPS_PROXY, then try again",
    });
  const code = entraCode(stderr);
  const isAny = tenantId === anyTenant;
  const login = isAny ? "run `az login`" : `run \`az login --tenant ${tenantId}\``;
  if (/AADSTS(?:700082|70043|50173|70008|50132|50133|700084)/.test(stderr) || /(?:has|is) expired/i.test(stderr))
    return new HuntError("auth/expired", `the Azure CLI's sign-in has expired${code}`, {
      hint: login,
    });
  return new HuntError(
    "auth/not-signed-in",
    `the Azure CLI has no valid sign-in${isAny ? "" : ` for tenant '${tenantId}'`}${code}`,
    {
      hint: login,
    },
  );
}

/** ` (AADSTS50076)`, when the text has one. */
export function entraCode(text: string): string {
  const code = /AADSTS\d{4,7}/.exec(text)?.[0];
  return code === undefined ? "" : ` (${code})`;
}

export interface AzureCliOptions {
  readonly nowMs: () => number;
  readonly run?: RunProgram;
  readonly platform?: string;
}

/** Tokens of the account that `az login` signed in. */
export function createAzureCliTokens(options: AzureCliOptions): AzureTokenSource {
  const run = options.run ?? runProgram;
  return keepTokens("az login", options.nowMs, async (scope, tenantId, signal) => {
    if (!guidLike.test(tenantId))
      throw new HuntError("auth/refused", "the tenant's id is malformed", { hint: "check TenantId" });
    // The CLI does not take Entra's word: without a tenant it takes the one that is signed in to.
    const tenant = tenantId === anyTenant ? [] : ["--tenant", tenantId];
    const asked = ["account", "get-access-token", "--scope", scope, ...tenant, "--output", "json"];
    const [file, args] = azCommand(options.platform ?? process.platform, asked);
    const { exitCode, stdout, stderr } = await run(file, args, signal);
    const token = exitCode === 0 ? readCliToken(stdout) : undefined;
    if (token !== undefined) return token;
    throw explainCliFailure(exitCode, stderr, tenantId);
  });
}

export interface ClientSecretOptions {
  readonly nowMs: () => number;
  readonly http: HttpClient;
  /** For example `https://login.microsoftonline.com`. */
  readonly authority: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** Tokens of an application (service principal). */
export function createClientSecretTokens(options: ClientSecretOptions): AzureTokenSource {
  const { http, authority, clientId, clientSecret, nowMs } = options;
  return keepTokens(`application ${clientId}`, nowMs, async (scope, tenantId, signal) => {
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, scope });
    form.set("client_secret", clientSecret.reveal());
    const response = await http.request({
      url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form.toString(),
      idempotent: true,
      maxBytes: 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
    const body = response.json() as { access_token?: unknown; expires_in?: unknown; error?: unknown };
    if (response.status === 200 && typeof body.access_token === "string") {
      const seconds = Number(body.expires_in);
      const token = new Secret(body.access_token, `application ${clientId}`);
      return { token, expiresMs: nowMs() + (Number.isFinite(seconds) ? seconds * 1000 : 0) };
    }
    const reason = typeof body.error === "string" && /^[a-z_]{1,60}$/.test(body.error) ? ` (${body.error})` : "";
    throw new HuntError("auth/refused", `the application '${clientId}' was refused a token${reason}`, {
      hint: "check ClientId, ClientSecret and TenantId, and that the secret has not expired",
    });
  });
}
