/** Which proxy a request goes through, by the usual environment variables. Source: https://everything.curl.dev/usingcurl/proxies/env.html */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

function variable(env: ProxyEnvironment, name: string): string | undefined {
  const value = env[name.toLowerCase()] ?? env[name];
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** `NO_PROXY`: hosts, domains (with or without a leading dot), `host:port`, or `*`. Loopback never goes through a proxy. */
function isExempt(url: URL, noProxy: string | undefined): boolean {
  if (loopback.test(url.hostname)) return true;
  const host = url.hostname.toLowerCase();
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return (noProxy ?? "")
    .split(/[\s,]+/)
    .filter(entry => entry !== "")
    .some(entry => {
      if (entry === "*") return true;
      const [, name = "", entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (entryPort !== undefined && entryPort !== port) return false;
      const domain = name.replace(/^\*?\./, "");
      return domain !== "" && (host === domain || host.endsWith("." + domain));
    });
}

/** The proxy's URL, or undefined for a direct connection. Text that is no URL is given as it is, to be refused later. */
export function findProxy(url: URL, env: ProxyEnvironment): string | undefined {
  const proxy = variable(env, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? variable(env, "ALL_PROXY");
  if (proxy === undefined || isExempt(url, variable(env, "NO_PROXY"))) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
