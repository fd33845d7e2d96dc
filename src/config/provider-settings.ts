/** Settings of providers, as those who use them need them: MSTICPy's `get_provider_settings`. */
import { toBoolean } from "./check-spec.js";
import type { Config } from "./config.js";
import type { Secret } from "../base/secret.js";
import { configSpec } from "./section-table.js";
import { fetchSettingSecret, settingText } from "./setting.js";
import { specAt } from "./spec.js";
import { isMapping } from "./yaml-source.js";

export type ProviderSection = "TIProviders" | "OtherProviders" | "ContextProviders" | "DataProviders";

export interface ProviderSettings {
  /** The entry's name: `VirusTotal`, `Splunk-emea`. */
  readonly name: string;
  /** What follows the hyphen: `emea`. */
  readonly instance: string | undefined;
  /** The class that answers, or the entry's name. */
  readonly provider: string;
  readonly isPrimary: boolean;
  readonly description: string | undefined;
  /** Whether the argument is given at all, also as a reference. */
  has(argument: string): boolean;
  /** An argument that is no secret; from the environment if need be. @throws HuntError `config/variable-unset` */
  text(argument: string): string | undefined;
  /** An argument as a secret, fetched from a key vault if it is there. @throws HuntError `keyvault/…`, `auth/…`, `config/…` */
  secret(argument: string, signal?: AbortSignal): Promise<Secret | undefined>;
  /** An argument as it is: lists, numbers, booleans. */
  value(argument: string): unknown;
}

/** The providers of a section, in the file's order; those that are switched off are left out. */
export function listProviders(config: Config, section: ProviderSection): ProviderSettings[] {
  const entries = config.find(section);
  if (!isMapping(entries)) return [];
  return Object.entries(entries).flatMap(([name, entry]) => {
    if (!isMapping(entry)) return [];
    if (toBoolean(entry["Enabled"]) === false || entry["Provider"] === "--no-load--") return [];
    return [toSettings(config, section, name, entry)];
  });
}

/** One provider by its entry's name, in any case; undefined when it is not configured or switched off. */
export function findProvider(config: Config, section: ProviderSection, name: string): ProviderSettings | undefined {
  return listProviders(config, section).find(p => p.name.toLowerCase() === name.toLowerCase());
}

function toSettings(
  config: Config,
  section: ProviderSection,
  name: string,
  entry: Readonly<Record<string, unknown>>,
): ProviderSettings {
  const args = isMapping(entry["Args"]) ? entry["Args"] : {};
  // Some providers' arguments may stand beside Args.
  const get = (argument: string): unknown => args[argument] ?? entry[argument] ?? undefined;
  const spec = specAt(configSpec, [section, name, "Provider"]);
  const primary = specAt(configSpec, [section, name, "Primary"]);
  const byDefault = spec?.default === "" ? undefined : spec?.default;
  const provider = settingText(entry["Provider"]) ?? byDefault;
  return {
    name,
    instance: /^\w+-([\w.:]+)$/.exec(name)?.[1],
    provider: typeof provider === "string" ? provider : name,
    isPrimary: toBoolean(entry["Primary"]) ?? primary?.default === true,
    description: settingText(entry["Description"]),
    has: argument => get(argument) !== undefined && get(argument) !== "",
    text: argument => settingText(get(argument)),
    secret: (argument, signal) => fetchSettingSecret(get(argument), `file:${config.place?.path ?? ""}`, signal),
    value: get,
  };
}
