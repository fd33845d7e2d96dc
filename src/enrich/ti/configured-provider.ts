/** Providers that users describe in msticpyconfig.yaml: a request template and where the verdict stands in the answer. */
import { HuntError } from "../../base/error.js";
import { Secret } from "../../base/secret.js";
import { didYouMean } from "../../base/suggest.js";
import { SettingReference } from "../../config/setting.js";
import { dayMs, minuteMs } from "../../net/quota.js";
import { iocTypes, type IocKind } from "../../transform/ioc/ioc-type.js";
import type { ProviderSettings, TiProvider, TiQuery, TiRequest } from "./provider.js";
import { at, details, numberAt, textAt, wordAt } from "./shape.js";
import type { Severity } from "./result.js";

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Template {
  readonly path: string;
  readonly verb: "GET" | "POST";
  readonly headers: Mapping;
  readonly params: Mapping;
  readonly data: unknown;
}

const templateKeys = ["path", "verb", "headers", "params", "data", "auth_type", "auth_str", "full_url"];
const kinds: readonly string[] = [...iocTypes, "file_hash", "hostname"];

function fail(name: string, message: string, hint: string): never {
  throw new HuntError("ti/provider-config", `TIProviders.${name}: ${message}`, { hint });
}

function readTemplate(name: string, key: string, value: unknown): Template {
  if (!isMapping(value) || typeof value["path"] !== "string")
    return fail(name, `query '${key}' has no path`, `write ${key}: { path: "/ip/{observable}" }`);
  const unknown = Object.keys(value).find(k => !templateKeys.includes(k));
  if (unknown !== undefined)
    fail(
      name,
      `query '${key}' has an unknown key '${unknown}'${didYouMean(unknown, templateKeys)}`,
      `known: ${templateKeys.join(", ")}`,
    );
  const verb = (wordAt(value, "verb") || "GET").toUpperCase();
  if (verb !== "GET" && verb !== "POST") fail(name, `query '${key}' has verb '${verb}'`, "use GET or POST");
  const headers = isMapping(value["headers"]) ? value["headers"] : {};
  const basic: Mapping = value["auth_type"] === "HTTPBasic" ? { authorization: "basic" } : {};
  return {
    path: value["path"],
    verb: verb,
    headers: { ...headers, ...basic },
    params: isMapping(value["params"]) ? value["params"] : {},
    data: value["data"],
  };
}

/** Text with placeholders: the observable encoded for where it stands, keys as marks that the client replaces. */
function fill(text: string, query: TiQuery, settings: ProviderSettings, encode: (v: string) => string): string {
  return text.replace(/\{(observable|AuthKey|ApiID|Instance)\}/g, (_, name: string) => {
    if (name === "observable") return encode(query.value);
    return name === "Instance" ? encode(settings.instance ?? "") : `{{${name}}}`;
  });
}

/** A setting whose name looks like a key's is a secret already. */
const textOf = (value: unknown): string =>
  value instanceof SettingReference ? value.resolveSecret().reveal() : String(value);

function headerValue(value: unknown, query: TiQuery, settings: ProviderSettings): string | Secret {
  const { authKey, apiId } = settings;
  const text = textOf(value);
  if (text === "basic") {
    const pair = `${apiId?.reveal() ?? ""}:${authKey?.reveal() ?? ""}`;
    return new Secret(`Basic ${Buffer.from(pair).toString("base64")}`, authKey?.origin ?? "not set");
  }
  if (!/\{(?:AuthKey|ApiID)\}/.test(text)) {
    const filled = fill(text, query, settings, v => v);
    return value instanceof SettingReference ? new Secret(filled, value.origin) : filled;
  }
  const whole = text.replaceAll("{AuthKey}", authKey?.reveal() ?? "").replaceAll("{ApiID}", apiId?.reveal() ?? "");
  return new Secret(whole, authKey?.origin ?? apiId?.origin ?? "not set");
}

function toRequest(template: Template, query: TiQuery, settings: ProviderSettings): TiRequest {
  const path = fill(template.path, query, settings, encodeURIComponent);
  const params = Object.entries(template.params).map(
    ([k, v]) => `${encodeURIComponent(k)}=${fill(textOf(v), query, settings, encodeURIComponent)}`,
  );
  const joined = params.length === 0 ? path : `${path}${path.includes("?") ? "&" : "?"}${params.join("&")}`;
  const headers = Object.entries(template.headers).map(
    ([k, v]) => [k.toLowerCase(), headerValue(v, query, settings)] as const,
  );
  const secrets = {
    ...(settings.authKey && { AuthKey: settings.authKey }),
    ...(settings.apiId && { ApiID: settings.apiId }),
  };
  const body = template.data === undefined ? undefined : bodyOf(template.data, query, settings);
  return {
    url: `${settings.baseUrl}${joined.startsWith("/") ? "" : "/"}${joined}`,
    method: template.verb,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...Object.fromEntries(headers) },
    ...(body === undefined ? {} : { body }),
    secrets,
  };
}

/** References resolved: `JSON.stringify` would print where they come from. */
function plain(value: unknown): unknown {
  if (value instanceof SettingReference) return textOf(value);
  if (Array.isArray(value)) return value.map(plain);
  return isMapping(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])) : value;
}

/** JSON with the observable as a JSON string, whatever characters it has. */
function bodyOf(data: unknown, query: TiQuery, settings: ProviderSettings): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "string" ? fill(value, query, settings, v => v) : value,
  );
}

const pathOf = (text: unknown): readonly (string | number)[] =>
  typeof text === "string" && text !== "" ? text.split(".").map(s => (/^\d+$/.test(s) ? Number(s) : s)) : [];

/** Score against two limits, or words against a table; without rules what is found is information. */
function severityOf(body: unknown, rule: unknown): Severity {
  if (!isMapping(rule)) return "information";
  const path = pathOf(rule["path"]);
  const values = rule["values"];
  if (isMapping(values)) {
    const word = wordAt(body, ...path);
    const severity = Object.hasOwn(values, word) ? values[word] : undefined;
    return severity === "high" || severity === "warning" ? severity : "information";
  }
  const score = numberAt(body, ...path);
  if (score === undefined) return "unknown";
  const [high, warning] = [Number(rule["high"] ?? Infinity), Number(rule["warning"] ?? Infinity)];
  return score >= high ? "high" : score >= warning ? "warning" : "information";
}

/**
 * Makes a provider of its description (`TIProviders.NAME.Args`): `BaseUrl`, `Queries` by type (`ipv4`, `dns-whois` for a
 * subtype), `Severity` (`path` with `high` and `warning`, or with `values`), `Found`, `Details` (name: path), `Reference`.
 * @throws HuntError `ti/provider-config`
 */
export function createConfiguredProvider(name: string, args: Mapping): TiProvider {
  const base = args["BaseUrl"];
  if (typeof base !== "string" || !/^https?:\/\//.test(base))
    fail(name, "BaseUrl is no web address", "write BaseUrl: https://…");
  const queries = args["Queries"];
  if (!isMapping(queries) || Object.keys(queries).length === 0)
    return fail(name, "there are no Queries", "write Queries: { ipv4: { path: … } }");
  const templates = new Map<string, Template>();
  const types: Partial<Record<IocKind, string[]>> = {};
  for (const [key, value] of Object.entries(queries)) {
    const [type = "", subtype = ""] = key.split("-");
    if (!kinds.includes(type))
      fail(name, `'${type}' is no type${didYouMean(type, kinds)}`, `known: ${kinds.join(", ")}`);
    templates.set(`${type}|${subtype}`, readTemplate(name, key, value));
    types[type as IocKind] = [...(types[type as IocKind] ?? []), subtype];
  }
  const text = JSON.stringify(plain(queries));
  const needs = (["AuthKey", "ApiID", "Instance"] as const).filter(n => text.includes(`{${n}}`));
  const { Found: found, Severity: rule, Details: wanted, Reference: reference } = args;
  const perMinute = Number(args["RequestsPerMinute"] ?? 60);
  return {
    name,
    describes:
      typeof args["Description"] === "string" ? args["Description"] : `configured provider at ${new URL(base).host}`,
    documentation: base,
    baseUrl: base.replace(/\/+$/, ""),
    needs,
    types,
    quota: [{ limit: perMinute > 0 ? perMinute : 60, perMs: minuteMs }],
    keepMs: dayMs,
    notFound: [404],
    request: (query, settings) => {
      const template = templates.get(`${query.type}|${query.subtype}`);
      if (template === undefined) throw new HuntError("internal/bug", `no template for ${query.type}`);
      return toRequest(template, query, settings);
    },
    parse: ({ body }, query) => {
      const inside = at(body, ...pathOf(found));
      const isFound =
        found === undefined ||
        (inside !== undefined && inside !== false && !(Array.isArray(inside) && inside.length === 0));
      const page =
        typeof reference === "string"
          ? reference.replaceAll("{observable}", encodeURIComponent(query.value))
          : undefined;
      return {
        found: isFound,
        severity: isFound ? severityOf(body, rule) : "information",
        details: details(
          isMapping(wanted)
            ? Object.fromEntries(Object.entries(wanted).map(([k, path]) => [k, at(body, ...pathOf(path))]))
            : { answer: textAt(body) ?? body },
        ),
        ...(page === undefined ? {} : { reference: page }),
      };
    },
  };
}
