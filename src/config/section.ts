/** The sections of msticpyconfig.yaml and their keys. Unknown ones are warned about: MSTICPy ignores them silently. */
import type { Diagnostic } from "../base/diagnostic.js";
import { didYouMean } from "../base/suggest.js";
import { isMapping, type YamlPath, type YamlSource } from "./yaml-source.js";

interface Section {
  /** Keys of the section; `*` for names that users choose. */
  readonly keys: readonly string[] | "*";
  /** Keys of each entry under a chosen name. */
  readonly entry?: readonly string[];
}

const provider = ["Args", "Primary", "Provider", "Description", "Enabled"];

/** Source: MSTICPy's documentation, "MSTICPy package configuration". */
const sections: Readonly<Record<string, Section>> = {
  AzureSentinel: { keys: ["Workspaces"] },
  MSSentinel: { keys: ["Workspaces"] },
  Azure: { keys: ["cloud", "auth_methods", "tenant_id", "resource_manager_url"] },
  QueryDefinitions: { keys: ["Default", "Custom"] },
  TIProviders: { keys: "*", entry: provider },
  OtherProviders: { keys: "*", entry: [...provider, "AuthKey", "DBFolder"] },
  ContextProviders: { keys: "*", entry: provider },
  DataProviders: { keys: "*", entry: [...provider, "ClusterGroups", "data_paths", "save_folder", "use_cached"] },
  KustoClusters: { keys: "*", entry: ["Args", "ClusterGroups"] },
  AzureCLI: { keys: "*" },
  KeyVault: {
    keys: [
      ...["TenantId", "SubscriptionId", "ResourceGroup", "AzureRegion", "VaultName", "UseKeyring"],
      ...["Authority", "AuthorityURI"],
    ],
  },
  msticpy: { keys: ["FriendlyExceptions", "QueryDefinitions", "http_timeout", "Proxies"] },
  http_timeout: { keys: "*" },
  UserDefaults: { keys: ["QueryProviders", "LoadComponents"] },
  PluginFolders: { keys: "*" },
  Pivots: { keys: ["UseV1QueryNames", "UseQueryFamily", "UseQueryProviderTimeSpans"] },
  Logging: { keys: ["FileName", "LogLevel"] },
  Huntbook: { keys: "*" },
};

const workspaceKeys = [
  ...["WorkspaceId", "TenantId", "SubscriptionId", "ResourceGroup", "WorkspaceName", "WorkspaceTenantId", "Args"],
  ...["Description", "Cluster", "Database"],
];

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Says whether text has the form of a GUID. */
export function isGuid(text: string): boolean {
  return uuid.test(text);
}

class Warnings {
  readonly list: Diagnostic[] = [];
  readonly #source: YamlSource;
  constructor(source: YamlSource) {
    this.#source = source;
  }
  add(code: string, path: YamlPath, message: string, hint?: string): void {
    const span = this.#source.spanOf(path);
    this.list.push({ code, severity: "warning", message, span, ...(hint === undefined ? {} : { hint }) });
  }
  unknownKeys(found: Readonly<Record<string, unknown>>, known: readonly string[], path: YamlPath): void {
    for (const key of Object.keys(found))
      if (!known.some(k => k.toLowerCase() === key.toLowerCase())) {
        const where = path.length === 0 ? "" : ` in '${path.join(".")}'`;
        this.add(
          "config/unknown-key",
          [...path, key],
          `unknown key '${key}'${where}${didYouMean(key, known)}`,
          `known: ${known.join(", ")}`,
        );
      }
  }
}

function checkWorkspaces(section: string, value: unknown, warnings: Warnings): void {
  const workspaces = isMapping(value) ? value["Workspaces"] : undefined;
  if (!isMapping(workspaces)) return;
  for (const [name, entry] of Object.entries(workspaces)) {
    const path: YamlPath = [section, "Workspaces", name];
    if (!isMapping(entry)) {
      warnings.add("config/workspace", path, `workspace '${name}' has no settings`, "give WorkspaceId and TenantId");
      continue;
    }
    warnings.unknownKeys(entry, workspaceKeys, path);
    for (const key of ["WorkspaceId", "TenantId"]) {
      const id = entry[key];
      if (isMapping(id)) continue;
      if (typeof id !== "string" || !isGuid(id))
        warnings.add(
          "config/guid",
          [...path, key],
          `Invalid GUID for ${key} in ${name} section`,
          "copy it from the workspace's page in the portal",
        );
    }
  }
}

/** Warnings about MSTICPy's sections; `Huntbook` is checked by its own reader. */
export function checkSections(root: Readonly<Record<string, unknown>>, source: YamlSource): Diagnostic[] {
  const warnings = new Warnings(source);
  warnings.unknownKeys(root, Object.keys(sections), []);
  for (const [name, section] of Object.entries(sections)) {
    const value = root[name];
    if (!isMapping(value)) continue;
    if (section.keys !== "*") warnings.unknownKeys(value, section.keys, [name]);
    if (section.entry === undefined) continue;
    for (const [entry, settings] of Object.entries(value))
      if (isMapping(settings)) warnings.unknownKeys(settings, section.entry, [name, entry]);
      else warnings.add("config/empty", [name, entry], `'${name}/${entry}' sub-section has no settings.`);
  }
  checkWorkspaces("AzureSentinel", root["AzureSentinel"], warnings);
  checkWorkspaces("MSSentinel", root["MSSentinel"], warnings);
  return warnings.list;
}
