/** The `Huntbook` section: local workspaces and limits. It is ours, so what is wrong in it is an error. */
import { isAbsolute, join, dirname, resolve } from "node:path";
import type { Diagnostic } from "../base/diagnostic.js";
import { didYouMean } from "../base/suggest.js";
import { showKey } from "./issue.js";
import { isMapping, type YamlPath, type YamlSource } from "./yaml-source.js";

export interface LocalWorkspaceSettings {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** What a session may use. */
export interface Limits {
  /** Rows that a query gives at most; more are cut and the result says so. */
  readonly maxRows?: number;
  readonly memoryBytes?: number;
  readonly spillBytes?: number;
  readonly timeoutMs?: number;
}

/** What `externaldata` may read. */
export interface ExternalDataSettings {
  /** Names in lower case; `*.example.org` stands for every name below it. */
  readonly hosts: readonly string[];
  /** Absolute. */
  readonly folders: readonly string[];
  /** For all files of one externaldata together, packed and unpacked. */
  readonly maxBytes: number;
}

export const noExternalData: ExternalDataSettings = { hosts: [], folders: [], maxBytes: 64 * 1024 * 1024 };
const secretCacheKinds = ["auto", "keyring", "file", "none"] as const;
export type SecretCacheKind = (typeof secretCacheKinds)[number];

export interface HuntbookSection {
  readonly externalData: ExternalDataSettings;
  readonly workspaces: readonly LocalWorkspaceSettings[];
  readonly limits: Limits;
  /** Another address of the Log Analytics query API: a gateway, or a stand-in on this machine. */
  readonly logAnalyticsEndpoint: string | undefined;
  /** Domains of one's own: nothing under them is asked of services outside. */
  readonly internalDomains: readonly string[];
  /** The time range that queries mean when they say none: this long before now. */
  readonly windowMs: number | undefined;
  /** Where secrets and sign-ins are kept. */
  readonly secretCache: SecretCacheKind;
  readonly diagnostics: readonly Diagnostic[];
}

/** Key in the file → name and factor in `Limits`. */
const limitKeys: Readonly<Record<string, readonly [keyof Limits, number]>> = {
  MaxRows: ["maxRows", 1],
  MemoryMb: ["memoryBytes", 1024 * 1024],
  SpillMb: ["spillBytes", 1024 * 1024],
  TimeoutSeconds: ["timeoutMs", 1000],
};

class Errors {
  readonly list: Diagnostic[] = [];
  readonly #source: YamlSource;
  constructor(source: YamlSource) {
    this.#source = source;
  }
  add(path: YamlPath, message: string, hint: string): void {
    this.list.push({ code: "config/huntbook", severity: "error", message, span: this.#source.spanOf(path), hint });
  }
  unknownKeys(found: Readonly<Record<string, unknown>>, known: readonly string[], path: YamlPath): void {
    for (const key of Object.keys(found))
      if (!known.includes(key))
        this.add(
          [...path, key],
          `unknown key '${showKey(key)}' in '${path.join(".")}'${didYouMean(key, known)}`,
          `known: ${known.join(", ")}`,
        );
  }
}

function toPath(text: string, file: string, home: string): string {
  const expanded = text === "~" || text.startsWith("~/") || text.startsWith("~\\") ? join(home, text.slice(1)) : text;
  return isAbsolute(expanded) ? expanded : resolve(dirname(file), expanded);
}

function readWorkspaces(value: unknown, source: YamlSource, home: string, errors: Errors): LocalWorkspaceSettings[] {
  const path: YamlPath = ["Huntbook", "Workspaces"];
  if (value === undefined || value === null) return [];
  if (!isMapping(value)) {
    errors.add(path, "'Huntbook.Workspaces' must be names with settings", "write Case42: { local: ./case-042 }");
    return [];
  }
  return Object.entries(value).flatMap(([name, entry]) => {
    const local = isMapping(entry) ? entry["local"] : undefined;
    if (isMapping(entry)) errors.unknownKeys(entry, ["local"], [...path, name]);
    if (typeof local === "string" && local.trim() !== "")
      return [{ name, path: toPath(local.trim(), source.name, home) }];
    errors.add(
      [...path, name],
      `workspace '${showKey(name)}' has no folder`,
      `write ${showKey(name)}: { local: ./folder }`,
    );
    return [];
  });
}

function readLimits(value: unknown, errors: Errors): Limits {
  const path: YamlPath = ["Huntbook", "Limits"];
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) {
    errors.add(path, "'Huntbook.Limits' must be names with numbers", `known: ${Object.keys(limitKeys).join(", ")}`);
    return {};
  }
  errors.unknownKeys(value, Object.keys(limitKeys), path);
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const [key, [name, factor]] of Object.entries(limitKeys)) {
    const given = value[key];
    if (given === undefined) continue;
    if (typeof given === "number" && given > 0) limits[name] = given * factor;
    else errors.add([...path, key], `'Huntbook.Limits.${key}' must be a number above 0`, "remove it for the default");
  }
  return limits;
}

function readExternalData(value: unknown, source: YamlSource, home: string, errors: Errors): ExternalDataSettings {
  const path: YamlPath = ["Huntbook", "ExternalData"];
  if (value === undefined || value === null) return noExternalData;
  if (!isMapping(value)) {
    errors.add(path, "'Huntbook.ExternalData' must be a mapping", "it has Hosts, Folders and MaxMb");
    return noExternalData;
  }
  errors.unknownKeys(value, ["Hosts", "Folders", "MaxMb"], path);
  const texts = (key: string): readonly string[] => {
    const list = value[key] ?? [];
    if (Array.isArray(list) && list.every(v => typeof v === "string" && v.trim() !== "")) return list as string[];
    errors.add([...path, key], `'Huntbook.ExternalData.${key}' must be a list of texts`, `write ${key}: [ … ]`);
    return [];
  };
  const hosts = texts("Hosts").map(h => h.trim().toLowerCase());
  const bad = hosts.findIndex(h => !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(h));
  if (bad >= 0)
    errors.add(
      [...path, "Hosts", bad],
      `'${hosts[bad]}' is not the name of a host`,
      "write a name such as raw.githubusercontent.com, without https://",
    );
  const mb = value["MaxMb"] ?? 64;
  if (typeof mb !== "number" || mb <= 0)
    errors.add(
      [...path, "MaxMb"],
      "'Huntbook.ExternalData.MaxMb' must be a number above 0",
      "remove it for the default",
    );
  return {
    hosts,
    folders: texts("Folders").map(f => toPath(f.trim(), source.name, home)),
    maxBytes: typeof mb === "number" && mb > 0 ? mb * 1024 * 1024 : noExternalData.maxBytes,
  };
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Plain http only to this machine: anywhere else it would show the token to the network. */
function readEndpoint(value: unknown, errors: Errors): string | undefined {
  const path: YamlPath = ["Huntbook", "LogAnalyticsEndpoint"];
  if (value === undefined || value === null) return undefined;
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && loopback.has(url.hostname)))
    return url.href.replace(/\/+$/, "");
  errors.add(path, "'Huntbook.LogAnalyticsEndpoint' must be an https address", "http is allowed to this machine only");
  return undefined;
}

function readDomains(value: unknown, errors: Errors): readonly string[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((domain, i) => {
    if (typeof domain === "string" && /^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(domain))
      return [domain.replace(/^\./, "")];
    errors.add(
      ["Huntbook", "InternalDomains", i],
      "a domain in 'Huntbook.InternalDomains' is no name",
      "write [contoso.com]",
    );
    return [];
  });
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

function readWindow(value: unknown, errors: Errors): number | undefined {
  if (value === undefined || value === null) return undefined;
  const [, number, unit] = /^-?(\d+(?:\.\d+)?)\s*([mhdw])$/.exec(typeof value === "string" ? value.trim() : "") ?? [];
  const ms = Number(number) * (unitMs[unit ?? ""] ?? 0);
  if (ms > 0) return ms;
  errors.add(["Huntbook", "Window"], "'Huntbook.Window' must be a length of time", "write 7d, 12h, 30m or 2w");
  return undefined;
}

function readSecretCache(value: unknown, errors: Errors): SecretCacheKind {
  if (value === undefined || value === null) return "auto";
  const found = secretCacheKinds.find(kind => kind === value);
  if (found !== undefined) return found;
  const suggestion = typeof value === "string" ? didYouMean(value, secretCacheKinds) : "";
  errors.add(
    ["Huntbook", "SecretCache"],
    `'Huntbook.SecretCache' must be one of: ${secretCacheKinds.join(", ")}${suggestion}`,
    "remove it for the default",
  );
  return "none";
}

const sectionKeys = [
  "Workspaces",
  "Limits",
  "Window",
  "ExternalData",
  "LogAnalyticsEndpoint",
  "InternalDomains",
  "SecretCache",
];

/** Reads the section; relative folders count from the configuration file. */
export function readHuntbookSection(value: unknown, source: YamlSource, home: string): HuntbookSection {
  const errors = new Errors(source);
  const isMap = isMapping(value);
  const given = isMap ? value : {};
  if (!isMap && value !== undefined && value !== null)
    errors.add(["Huntbook"], "'Huntbook' must be a mapping", `it has ${sectionKeys.join(", ")}`);
  errors.unknownKeys(given, sectionKeys, ["Huntbook"]);
  return {
    workspaces: readWorkspaces(given["Workspaces"], source, home, errors),
    limits: readLimits(given["Limits"], errors),
    windowMs: readWindow(given["Window"], errors),
    externalData: readExternalData(given["ExternalData"], source, home, errors),
    internalDomains: readDomains(given["InternalDomains"], errors),
    logAnalyticsEndpoint: readEndpoint(given["LogAnalyticsEndpoint"], errors),
    secretCache: readSecretCache(given["SecretCache"], errors),
    diagnostics: errors.list,
  };
}
