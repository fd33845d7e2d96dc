/** The `TIProviders` section as sources. Keys are read when a source is made; a key that cannot be read makes it unavailable, not the others. */
import { join } from "node:path";
import { messageOf } from "../../base/error.js";
import type { NoticeSink } from "../../base/port.js";
import type { Secret } from "../../base/secret.js";
import { didYouMean } from "../../base/suggest.js";
import type { Config } from "../../config/config.js";
import { settingSecret, settingText } from "../../config/setting.js";
import type { HttpClient } from "../../net/client.js";
import { Quota, type QuotaWindow } from "../../net/quota.js";
import { AnswerStore } from "../../net/store.js";
import { createConfiguredProvider } from "./configured-provider.js";
import { FeedSource } from "./feed-source.js";
import type { FeedFormat } from "./feed-parse.js";
import { HttpSource, type KeptAnswer } from "./http-source.js";
import type { LoadedSource } from "./lookup.js";
import type { OutboundRules } from "./outbound.js";
import type { ProviderSettings, TiProvider } from "./provider.js";
import { findProvider, retiredProviders, tiProviders } from "./providers/index.js";
import { TableSource, type RunIndicatorQuery } from "./table-source.js";

export interface ConfigurePorts {
  readonly config: Config;
  readonly client: HttpClient;
  /** Folder for kept answers and quotas; without it both are forgotten with the process. */
  readonly dir?: string;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly runIndicatorQuery: RunIndicatorQuery;
  /** "Now" of the workspace whose indicators are asked. */
  readonly workspaceNowMs: () => number;
  readonly workspace: string;
  /** Why there is no workspace to ask; undefined when there is one. Asked before each look-up. */
  readonly workspaceMissing?: () => string | undefined;
  readonly notify: NoticeSink;
  /** Folder that relative paths of feeds count from. */
  readonly baseDir: string;
}

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

interface Read {
  readonly settings: ProviderSettings;
  readonly problem: string | undefined;
}

/** @returns the problem of a key that cannot be read instead of throwing it: other providers go on */
function readSettings(provider: TiProvider, args: Mapping, origin: string): Read {
  let problem: string | undefined;
  const secret = (name: string): Secret | undefined => {
    const key = Object.keys(args).find(k => k.toLowerCase() === name.toLowerCase());
    try {
      return key === undefined ? undefined : settingSecret(args[key], origin);
    } catch (error) {
      problem ??= messageOf(error);
      return undefined;
    }
  };
  const instance = settingText(args["Instance"]);
  const base = settingText(args["BaseUrl"]) ?? provider.baseUrl;
  const [authKey, apiId] = [secret("AuthKey") ?? secret("ApiKey"), secret("ApiID")];
  const settings = {
    ...(authKey === undefined ? {} : { authKey }),
    ...(apiId === undefined ? {} : { apiId }),
    ...(instance === undefined ? {} : { instance }),
    baseUrl: base.replace("{instance}", encodeURIComponent(instance ?? "instance")).replace(/\/+$/, ""),
  };
  return { settings, problem };
}

/** `RequestsPerMinute`, `RequestsPerDay` of the configuration; otherwise what a free account may do. */
function quotaOf(provider: TiProvider, args: Mapping): readonly QuotaWindow[] {
  const own: QuotaWindow[] = [];
  for (const [name, perMs] of [
    ["RequestsPerSecond", 1000],
    ["RequestsPerMinute", 60_000],
    ["RequestsPerDay", 86_400_000],
  ] as const) {
    const limit = Number(args[name] ?? NaN);
    if (limit > 0) own.push({ limit, perMs });
  }
  return own.length > 0 ? own : provider.quota;
}

function createSource(provider: TiProvider, name: string, args: Mapping, ports: ConfigurePorts): HttpSource {
  const { client, dir, nowMs, sleep, config } = ports;
  const { settings, problem } = readSettings(provider, args, `file:${config.place?.path ?? ""}`);
  if (problem !== undefined) ports.notify({ code: "ti/key", message: `TIProviders.${name}: ${problem}` });
  const file = `${name.replace(/[^A-Za-z0-9_-]/g, "_")}.json`;
  return new HttpSource({
    provider: { ...provider, name },
    settings,
    client,
    nowMs,
    sleep,
    quota: new Quota({
      windows: quotaOf(provider, args),
      nowMs,
      sleep,
      ...(dir === undefined ? {} : { file: join(dir, "quota", file) }),
    }),
    answers: new AnswerStore<KeptAnswer>({ name, nowMs, ...(dir === undefined ? {} : { dir: join(dir, "answers") }) }),
  });
}

/** One entry of the section; undefined (with a notice) for what is not known. */
function sourceOf(name: string, entry: Mapping, ports: ConfigurePorts) {
  const args = isMapping(entry["Args"]) ? entry["Args"] : {};
  const kind = settingText(entry["Provider"]) ?? name;
  if (/^(?:AzSTI|AzureSentinel|Sentinel)$/i.test(kind)) return createTable(ports);
  if (/^Feed$/i.test(kind)) {
    const path = settingText(args["path"] ?? args["Path"]) ?? "";
    const format = settingText(args["format"] ?? args["Format"]);
    return new FeedSource(
      { path: join(ports.baseDir, path), name, ...(format === undefined ? {} : { format: format as FeedFormat }) },
      ports.nowMs,
    );
  }
  if (/^Http$/i.test(kind)) return createSource(createConfiguredProvider(name, args), name, args, ports);
  const provider = findProvider(tiProviders, kind);
  if (provider !== undefined) return createSource(provider, name === kind ? provider.name : name, args, ports);
  const retired = findProvider(retiredProviders, kind);
  const known = [...tiProviders.map(p => p.name), "AzSTI", "Feed", "Http"];
  ports.notify(
    retired === undefined
      ? {
          code: "ti/unknown-provider",
          message: `TIProviders.${name}: no provider '${kind}'${didYouMean(kind, known)}`,
          hint: `known: ${known.join(", ")}`,
        }
      : { code: "ti/retired", message: `TIProviders.${name}: ${retired.says}`, hint: retired.instead },
  );
  return undefined;
}

function createTable({ runIndicatorQuery, workspaceNowMs, workspace, workspaceMissing }: ConfigurePorts): TableSource {
  const missing = workspaceMissing === undefined ? {} : { missing: workspaceMissing };
  return new TableSource({ run: runIndicatorQuery, nowMs: workspaceNowMs, workspace, ...missing });
}

/**
 * The sources of a configuration: those of `TIProviders` (primary unless `Primary: false`), and the workspace's own
 * indicators, which need no configuration.
 * @throws HuntError `ti/provider-config` for a described provider that cannot be used
 */
export function configureSources(ports: ConfigurePorts): { sources: readonly LoadedSource[]; rules: OutboundRules } {
  const section = ports.config.find("TIProviders");
  const sources: LoadedSource[] = [];
  for (const [name, entry] of Object.entries(isMapping(section) ? section : {})) {
    if (!isMapping(entry)) continue;
    const source = sourceOf(name, entry, ports);
    if (source === undefined) continue;
    sources.push({ source, isPrimary: entry["Primary"] !== false, isEnabled: entry["Enabled"] !== false });
  }
  if (!sources.some(s => s.source.kind === "table"))
    sources.unshift({ source: createTable(ports), isPrimary: true, isEnabled: true });
  return { sources, rules: { internalDomains: ports.config.internalDomains } };
}

/** Sources that need no key and no configuration; loaded when named. */
export function keylessSource(name: string, ports: ConfigurePorts): HttpSource | undefined {
  const provider = findProvider(
    tiProviders.filter(p => p.needs.length === 0),
    name,
  );
  return provider === undefined ? undefined : createSource(provider, provider.name, {}, ports);
}
