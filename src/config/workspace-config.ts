/** WorkspaceConfig: the settings of one workspace, found by name or id. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import type { Secret } from "../base/secret.js";
import type { Config } from "./config.js";
import { isGuid } from "./check-spec.js";
import { fetchSettingSecret, maskSettings, settingSecret, settingText } from "./setting.js";
import { isMapping } from "./yaml-source.js";

/** What kind of place a workspace is. */
export type WorkspacePlace =
  | {
      readonly kind: "sentinel";
      readonly workspaceId: string;
      readonly tenantId: string;
    }
  /** A folder made by `huntbook ingest`; absolute path. */
  | { readonly kind: "local"; readonly path: string }
  /** The demo tenant. */
  | { readonly kind: "contoso" };

interface Entry {
  readonly name: string;
  readonly kind: WorkspacePlace["kind"];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The demo's name; an entry of the user's with this name wins. */
export const contosoName = "Contoso";

function entriesOf(config: Config): Entry[] {
  const raw = config.find("MSSentinel.Workspaces");
  const sentinel = isMapping(raw)
    ? Object.entries(raw).map(([name, value]): Entry => ({
        name,
        kind: "sentinel",
        settings: isMapping(value) ? value : {},
      }))
    : [];
  const local = config.localWorkspaces.map((w): Entry => ({ name: w.name, kind: "local", settings: { path: w.path } }));
  return [...local, ...sentinel];
}

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
const contoso: Entry = { name: contosoName, kind: "contoso", settings: {} };

function findByName(entries: readonly Entry[], name: string): Entry | undefined {
  const text = (entry: Entry, key: string) => {
    const value = entry.settings[key];
    return typeof value === "string" ? value : undefined;
  };
  return (
    entries.find(e => same(e.name, name)) ??
    entries.find(e => same(text(e, "WorkspaceId"), name)) ??
    entries.find(e => same(text(e, "WorkspaceName"), name)) ??
    (same(contosoName, name) ? contoso : undefined)
  );
}

function chooseEntry(config: Config, name: string | undefined): Entry {
  const entries = entriesOf(config);
  const names = [...entries.map(e => e.name), contosoName];
  const chosen = config.defaultWorkspace;
  if (name === undefined && chosen !== undefined) return chooseEntry(config, chosen);
  if (name !== undefined && name !== "") {
    const found = findByName(entries, name) ?? (same("Default", name) ? defaultEntry(entries) : undefined);
    if (found !== undefined) return found;
    throw new HuntError("config/unknown-workspace", `no workspace '${name}'${didYouMean(name, names)}`, {
      hint: /[/\\]/.test(name)
        ? `that folder holds no workspace; 'huntbook ingest LOGS --workspace ${name}' makes one. Known by name: ${names.join(", ")}`
        : `known: ${names.join(", ")}`,
    });
  }
  const found = defaultEntry(entries);
  if (found !== undefined) return found;
  throw new HuntError("config/no-default-workspace", "several workspaces are configured and none is called 'Default'", {
    hint: `name one of: ${entries.map(e => e.name).join(", ")}`,
  });
}

/** `Default`, else the only one there is, else (when there is none) the demo. */
function defaultEntry(entries: readonly Entry[]): Entry | undefined {
  const named = entries.find(e => same(e.name, "Default"));
  if (named !== undefined || entries.length > 1) return named;
  return entries[0] ?? contoso;
}

export interface WorkspaceConfigSource {
  readonly config: Config;
  /** Entry's name, WorkspaceId or WorkspaceName, upper and lower case alike. Without it: the default workspace. */
  readonly workspace?: string | undefined;
}

/**
 * The settings of one workspace.
 *
 * @throws HuntError `config/unknown-workspace`, `config/no-default-workspace`
 */
export class WorkspaceConfig {
  /** The entry's name. */
  readonly name: string;
  readonly kind: WorkspacePlace["kind"];
  readonly #settings: Readonly<Record<string, unknown>>;
  readonly #config: Config;

  constructor(source: WorkspaceConfigSource) {
    const entry = chooseEntry(source.config, source.workspace);
    this.name = entry.name;
    this.kind = entry.kind;
    this.#settings = entry.settings;
    this.#config = source.config;
  }

  /** Names of all workspaces that can be used; the demo is always among them. */
  static list(config: Config): string[] {
    const names = entriesOf(config).map(e => e.name);
    return names.some(n => same(n, contosoName)) ? names : [...names, contosoName];
  }

  listWorkspaces(): string[] {
    return WorkspaceConfig.list(this.#config);
  }

  #text(key: string): string | undefined {
    return settingText(this.#settings[key]);
  }

  get workspaceId(): string | undefined {
    return this.#text("WorkspaceId");
  }
  get tenantId(): string | undefined {
    return this.#text("TenantId");
  }
  get subscriptionId(): string | undefined {
    return this.#text("SubscriptionId");
  }
  get resourceGroup(): string | undefined {
    return this.#text("ResourceGroup");
  }
  get workspaceName(): string | undefined {
    return this.#text("WorkspaceName") ?? (this.kind === "sentinel" ? this.name : undefined);
  }

  /** A value of the entry's Args, for example ClientId. */
  argument(name: string): string | undefined {
    const args = this.#settings["Args"];
    return isMapping(args) ? settingText(args[name]) : undefined;
  }

  /** A secret of the entry's Args, for example ClientSecret. */
  secretArgument(name: string): Secret | undefined {
    const args = this.#settings["Args"];
    return isMapping(args) ? settingSecret(args[name], `file:${this.#config.place?.path ?? ""}`) : undefined;
  }

  /** As `secretArgument`, from a key vault if it is there. @throws HuntError `keyvault/…`, `auth/…`, `config/…` */
  async fetchSecretArgument(name: string, signal?: AbortSignal): Promise<Secret | undefined> {
    const args = this.#settings["Args"];
    return isMapping(args)
      ? fetchSettingSecret(args[name], `file:${this.#config.place?.path ?? ""}`, signal)
      : undefined;
  }

  /** Whether the entry says enough to connect; an unset environment variable does not. */
  get configLoaded(): boolean {
    try {
      return this.place.kind !== undefined;
    } catch {
      return false;
    }
  }

  /**
   * Where the workspace is.
   * @throws HuntError `config/invalid-guid` when a Sentinel workspace's ids are missing or malformed
   */
  get place(): WorkspacePlace {
    if (this.kind === "contoso") return { kind: "contoso" };
    if (this.kind === "local") return { kind: "local", path: this.#text("path") ?? "" };
    const id = (key: string, value: string | undefined): string => {
      if (value !== undefined && isGuid(value)) return value;
      throw new HuntError("config/invalid-guid", `workspace '${this.name}' has no valid ${key}`, {
        hint: `set ${key} under MSSentinel.Workspaces.${this.name} in ${this.#config.place?.path ?? "msticpyconfig.yaml"}`,
      });
    };
    return {
      kind: "sentinel",
      workspaceId: id("WorkspaceId", this.workspaceId),
      tenantId: id("TenantId", this.tenantId),
    };
  }

  /** MSTICPy's connection string. @throws HuntError `config/invalid-guid`, `config/not-sentinel` */
  get codeConnectStr(): string {
    const place = this.place;
    if (place.kind !== "sentinel")
      throw new HuntError("config/not-sentinel", `workspace '${this.name}' is local and has no connection string`, {
        hint: "connect with the WorkspaceConfig itself",
      });
    return `loganalytics://code().tenant('${place.tenantId}').workspace('${place.workspaceId}')`;
  }

  toJSON(): unknown {
    const path = this.kind === "sentinel" ? ["MSSentinel", "Workspaces", this.name] : undefined;
    const settings = path === undefined ? this.#settings : maskSettings(this.#settings, path);
    return { name: this.name, kind: this.kind, settings };
  }
}

/**
 * Reads MSTICPy's connection strings: `loganalytics://code().tenant('…').workspace('…')` and
 * `tenant="…";workspace="…"`. Undefined when the text is no connection string.
 */
export function parseConnectionString(text: string): Extract<WorkspacePlace, { kind: "sentinel" }> | undefined {
  const part = (name: string) =>
    new RegExp(String.raw`\b${name}(?:\(\s*['"]|\s*=\s*['"]?)([0-9a-fA-F-]{36})`, "i").exec(text)?.[1];
  const [tenantId, workspaceId] = [part("tenant"), part("workspace")];
  if (tenantId === undefined || workspaceId === undefined || !isGuid(tenantId) || !isGuid(workspaceId))
    return undefined;
  return { kind: "sentinel", workspaceId, tenantId };
}
