/** What goes wrong on the way to another machine, as errors that say what to do. URLs are named by host only: paths and queries may hold keys. */
import { HuntError, isHuntError, messageOf } from "../base/error.js";

interface Kind {
  readonly code: `net/${string}`;
  readonly says: string;
  readonly hint: string;
}

const kinds = {
  dns: {
    code: "net/dns",
    says: "the name cannot be resolved",
    hint: "check the host's name, the network and the proxy settings (HTTPS_PROXY)",
  },
  refused: {
    code: "net/refused",
    says: "the connection was refused",
    hint: "check that the service runs and that a firewall lets you through",
  },
  unreachable: {
    code: "net/unreachable",
    says: "there is no route to it",
    hint: "check the network, VPN and proxy settings (HTTPS_PROXY)",
  },
  cut: {
    code: "net/cut",
    says: "the connection was cut",
    hint: "try again; a proxy or firewall may be closing long requests",
  },
  timeout: { code: "net/timeout", says: "it did not answer in time", hint: "try again, or ask for less" },
  tls: {
    code: "net/tls",
    says: "its certificate is not trusted",
    hint: "if your network inspects TLS, give its CA certificate (NODE_EXTRA_CA_CERTS)",
  },
  tlsDate: {
    code: "net/tls",
    says: "its certificate is not valid at this time",
    hint: "check this machine's date and time; if they are right, the service's certificate has expired",
  },
  proxyAuth: {
    code: "net/proxy-auth",
    says: "the proxy asks for a user name and password",
    hint: "set them in HTTPS_PROXY as http://user:password@proxy:port",
  },
  proxy: { code: "net/proxy", says: "the proxy refused to connect", hint: "check HTTPS_PROXY and NO_PROXY" },
  protocol: { code: "net/protocol", says: "the answer is not HTTP", hint: "check the URL and its port" },
  failed: { code: "net/failed", says: "the request failed", hint: "try again" },
} as const satisfies Record<string, Kind>;
type KindName = keyof typeof kinds;

const byCode: Readonly<Record<string, KindName>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ECONNRESET: "cut",
  EPIPE: "cut",
  UND_ERR_SOCKET: "cut",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "cut",
  ERR_STREAM_PREMATURE_CLOSE: "cut",
  Z_BUF_ERROR: "cut",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  CERT_HAS_EXPIRED: "tlsDate",
  CERT_NOT_YET_VALID: "tlsDate",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls",
  HPE_INVALID_CONSTANT: "protocol",
  EPROTO: "protocol",
  ERR_SSL_WRONG_VERSION_NUMBER: "protocol",
};

/** The error and its causes, outermost first; bounded, because causes may form a circle. */
function* causes(error: unknown): Generator<{ readonly code?: unknown; readonly message: string }> {
  let at: unknown = error;
  for (let depth = 0; depth < 8 && typeof at === "object" && at !== null; depth++) {
    const code = "code" in at ? at.code : undefined;
    yield { code, message: messageOf(at) };
    const inner: unknown = "errors" in at && Array.isArray(at.errors) ? at.errors[0] : undefined;
    at = inner ?? ("cause" in at ? at.cause : undefined);
  }
}

function kindOf(error: unknown): KindName {
  for (const { code, message } of causes(error)) {
    if (/Proxy response \(407\)|Proxy Authentication Required/.test(message)) return "proxyAuth";
    if (/Proxy response \(\d+\)|Proxy Connection/i.test(message)) return "proxy";
    if (typeof code !== "string") continue;
    const found = byCode[code];
    if (found !== undefined) return found;
    if (code.startsWith("CERT_")) return "tls";
    if (code.startsWith("HPE_")) return "protocol";
  }
  return "failed";
}

/** Turns what an HTTP library threw into a HuntError `net/…`; HuntErrors pass. */
export function toNetError(error: unknown, url: URL, hasProxyLogin = false): HuntError {
  if (isHuntError(error)) return error;
  const name = kindOf(error);
  if (name === "proxyAuth") return proxyAuthError(url, hasProxyLogin);
  const kind = kinds[name];
  const code = [...causes(error)].map(c => c.code).find(c => typeof c === "string");
  const detail = typeof code === "string" ? ` (${code})` : "";
  return new HuntError(kind.code, `'${url.host}': ${kind.says}${detail}`, { hint: kind.hint });
}

/** The proxy asks for a name and a password; where some were given, they are wrong. */
export function proxyAuthError(url: URL, hasProxyLogin: boolean): HuntError {
  const { code, says, hint } = kinds.proxyAuth;
  return hasProxyLogin
    ? new HuntError(code, `'${url.host}': the proxy does not accept the user name and password`, {
        hint: "correct them in HTTPS_PROXY, percent-encoded, or in msticpy.Proxies",
      })
    : new HuntError(code, `'${url.host}': ${says}`, { hint });
}

export function timeoutError(url: URL, timeoutMs: number): HuntError {
  return new HuntError("net/timeout", `'${url.host}': no answer within ${timeoutMs / 1000} s`, {
    hint: kinds.timeout.hint,
  });
}

export function cancelledError(url: URL): HuntError {
  return new HuntError("net/cancelled", `the request to '${url.host}' was cancelled`);
}
