/** Time limits and proxies of `msticpy` in the configuration, for the HTTP client. */
import { HuntError } from "../base/error.js";
import type { ProxyEnvironment } from "../net/proxy.js";
import type { Config } from "./config.js";
import { SettingReference } from "./setting.js";
import { isMapping } from "./yaml-source.js";

export interface HttpTimes {
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
}

const toMs = (value: unknown): number | undefined => {
  const seconds = typeof value === "string" ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 ? Math.round(seconds * 1000) : undefined;
};

/**
 * `msticpy.http_timeout`, or `http_timeout` at the top: seconds, `[total, connect]`, or a mapping as httpx takes it, of which the
 * longest of timeout, read and write is the limit of a request here.
 */
export function httpTimes(config: Config): HttpTimes {
  const value = config.find("msticpy.http_timeout") ?? config.find("http_timeout");
  const [total, connect] = Array.isArray(value)
    ? [toMs(value[0]), toMs(value[1])]
    : isMapping(value)
      ? [longest(value), toMs(value["connect"])]
      : [toMs(value), undefined];
  return {
    ...(total === undefined ? {} : { timeoutMs: total }),
    ...(connect === undefined ? {} : { connectTimeoutMs: connect }),
  };
}

function longest(value: Readonly<Record<string, unknown>>): number | undefined {
  const times = ["timeout", "read", "write"].map(key => toMs(value[key])).filter(t => t !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function plain(value: unknown, path: string): string | undefined {
  if (value instanceof SettingReference) {
    if (value.from === "keyvault")
      throw new HuntError(
        "config/proxy",
        `'${path}' is in a key vault, which cannot be reached before the proxy is known`,
        {
          hint: "write it as text or { EnvironmentVar: NAME }",
        },
      );
    return value.resolveSecret().reveal();
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/**
 * The environment with the configuration's proxies in it; `NO_PROXY` stays what it is.
 * @throws HuntError `config/proxy`, `config/variable-unset`
 */
export function proxyEnvironment(config: Config, env: ProxyEnvironment): ProxyEnvironment {
  const result: Record<string, string | undefined> = { ...env };
  for (const protocol of ["http", "https"]) {
    const path = `msticpy.Proxies.${protocol}`;
    const text = config.text(`${path}.Url`);
    if (text === undefined || text === "") continue;
    const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
    if (!URL.canParse(withScheme))
      throw new HuntError("config/proxy", `'${path}.Url' is no address`, { hint: "write http://proxy:8080" });
    const url = new URL(withScheme);
    const [name, password] = [
      plain(config.find(`${path}.UserName`), path),
      plain(config.find(`${path}.Password`), path),
    ];
    if (name !== undefined) url.username = encodeURIComponent(name);
    if (password !== undefined) url.password = encodeURIComponent(password);
    const variable = `${protocol.toUpperCase()}_PROXY`;
    result[variable] = url.href;
    // Lower case wins where both are set.
    result[variable.toLowerCase()] = undefined;
  }
  return result;
}
