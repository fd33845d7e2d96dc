/** msticpyconfig.yaml: found, read, and kept as an immutable value. */
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { formatDiagnostic, positionAt, type Diagnostic } from "../base/diagnostic.js";
import { HuntError, messageOf } from "../base/error.js";
import type { Notice } from "../base/port.js";
import type { Secret } from "../base/secret.js";
import {
  noExternalData,
  readHuntbookSection,
  type ExternalDataSettings,
  type HuntbookSection,
  type Limits,
  type LocalWorkspaceSettings,
} from "./huntbook-section.js";
import type { ConfigFinding } from "./issue.js";
import {
  fetchSettingSecret,
  listReferences,
  maskSettings,
  settingSecret,
  settingText,
  toSettings,
  type EnvironmentVariables,
  type SecretVault,
} from "./setting.js";
import { validateSource } from "./validate.js";
import { isMapping, parseYamlSource, type YamlSource } from "./yaml-source.js";

/** The outside world that configuration is found in. */
export interface ConfigPorts {
  readonly env: EnvironmentVariables;
  readonly cwd: string;
  readonly home: string;
  /** The text of a file; undefined when there is none. Throws when it is there and cannot be read. */
  readonly read: (path: string) => string | undefined;
  /** Secrets of key vaults; called once, with the first secret that is fetched. Without it there are none. */
  readonly openVault?: (config: Config) => SecretVault;
}

export interface ConfigPlace {
  readonly path: string;
  readonly from: "MSTICPYCONFIG" | "working folder" | "home";
}

export const configFileName = "msticpyconfig.yaml";
/** Far larger than any configuration; hostile files take time by their size. */
export const maxConfigBytes = 1024 * 1024;

/** A file's text: UTF-8, or UTF-16 with a byte order mark, as Windows tools write it. */
export function decodeConfig(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder("utf-8").decode(bytes);
}

function readConfigText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  // The text is refused for its size; there is no need to read it all to find out.
  if (stat.size > 4 * maxConfigBytes) throw new Error(`it is larger than ${maxConfigBytes / 1024 / 1024} MB`);
  return decodeConfig(readFileSync(path));
}

/** The ports of the process. */
export function systemConfigPorts(): ConfigPorts {
  return {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    read: readConfigText,
  };
}

interface Found extends ConfigPlace {
  readonly text: string;
}

function readPlace(place: ConfigPlace, ports: ConfigPorts): Found | undefined {
  try {
    const text = ports.read(place.path);
    return text === undefined ? undefined : { ...place, text };
  } catch (cause) {
    throw new HuntError("config/unreadable", `configuration '${place.path}' cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "check its permissions",
    });
  }
}

function search(ports: ConfigPorts): { found: Found | undefined; notices: Notice[] } {
  const notices: Notice[] = [];
  const variable = ports.env["MSTICPYCONFIG"];
  const places: ConfigPlace[] = [
    ...(variable === undefined || variable === ""
      ? []
      : [{ path: resolve(ports.cwd, expandHome(variable, ports.home)), from: "MSTICPYCONFIG" } as const]),
    { path: join(ports.cwd, configFileName), from: "working folder" },
    { path: join(ports.home, ".msticpy", configFileName), from: "home" },
  ];
  for (const place of places) {
    const found = readPlace(place, ports);
    if (found !== undefined) return { found, notices };
    if (place.from === "MSTICPYCONFIG")
      notices.push({
        code: "config/not-found",
        message: `MSTICPYCONFIG names '${place.path}', which is not there`,
        hint: "correct the variable or remove it",
      });
  }
  return { found: undefined, notices };
}

function expandHome(path: string, home: string): string {
  return path.startsWith("~") ? join(home, path.slice(1)) : path;
}

/** Where the configuration is: `MSTICPYCONFIG`, the working folder, or `~/.msticpy`; undefined when nowhere. */
export function findConfig(ports: ConfigPorts): ConfigPlace | undefined {
  const { found } = search(ports);
  return found === undefined ? undefined : { path: found.path, from: found.from };
}

type SettingPath = string | readonly string[];

interface ConfigParts {
  readonly defaultWorkspace?: string | undefined;
  readonly place: ConfigPlace | undefined;
  readonly sections: Readonly<Record<string, unknown>>;
  readonly huntbook: Omit<HuntbookSection, "diagnostics">;
  readonly diagnostics: readonly Diagnostic[];
  readonly notices: readonly Notice[];
}

/** A configuration that has been read. Secrets in it are references that print where they come from. */
export class Config {
  /** Undefined when there is no file. */
  readonly place: ConfigPlace | undefined;
  /** `Huntbook.Workspaces`. */
  readonly localWorkspaces: readonly LocalWorkspaceSettings[];
  readonly limits: Limits;
  /** `Huntbook.ExternalData`: what `externaldata` may read; nothing unless the file says so. */
  readonly externalData: ExternalDataSettings;
  /** `Huntbook.LogAnalyticsEndpoint`, when set. */
  readonly logAnalyticsEndpoint: string | undefined;
  /** `Huntbook.InternalDomains`: nothing under them is asked of services outside. */
  readonly internalDomains: readonly string[];
  /** `Huntbook.Window`, when set: how long before now, milliseconds. */
  readonly windowMs: number | undefined;
  /** `Huntbook.SecretCache`: where secrets and sign-ins may be kept. */
  readonly secretCache: HuntbookSection["secretCache"];
  /** Warnings about the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Things to tell the user once. */
  readonly notices: readonly Notice[];
  /** Name of the workspace that is meant when none is named, before `Default`; set by a command, not by the file. */
  readonly defaultWorkspace: string | undefined;
  readonly #sections: Readonly<Record<string, unknown>>;
  readonly #parts: ConfigParts;

  constructor(parts: ConfigParts) {
    this.place = parts.place;
    this.defaultWorkspace = parts.defaultWorkspace;
    this.#sections = parts.sections;
    this.localWorkspaces = parts.huntbook.workspaces;
    this.limits = parts.huntbook.limits;
    this.logAnalyticsEndpoint = parts.huntbook.logAnalyticsEndpoint;
    this.externalData = parts.huntbook.externalData;
    this.internalDomains = parts.huntbook.internalDomains;
    this.windowMs = parts.huntbook.windowMs;
    this.secretCache = parts.huntbook.secretCache;
    this.diagnostics = parts.diagnostics;
    this.notices = parts.notices;
    this.#parts = parts;
  }

  /**
   * A setting by its path (`TIProviders.OTX.Args.AuthKey`, or the steps as an array when names have dots): plain values,
   * mappings, or a SettingReference. `AzureSentinel` and `MSSentinel` mean the same section.
   */
  find(path: SettingPath): unknown {
    const steps = typeof path === "string" ? path.split(".") : path;
    let value: unknown = this.#sections;
    for (const [i, step] of steps.entries()) {
      if (!isMapping(value)) return undefined;
      const name = i === 0 && step === "AzureSentinel" ? "MSSentinel" : step;
      value = Object.hasOwn(value, name) ? value[name] : undefined;
    }
    return value ?? undefined;
  }

  /** @throws HuntError `config/missing` when it is not set and there is no other value to use */
  get(path: SettingPath, otherwise?: unknown): unknown {
    const value = this.find(path) ?? otherwise;
    if (value !== undefined) return value;
    const shown = typeof path === "string" ? path : path.join(".");
    throw new HuntError("config/missing", `setting '${shown}' is not set`, {
      hint: `add it to ${this.place?.path ?? configFileName}`,
    });
  }

  has(path: SettingPath): boolean {
    return this.find(path) !== undefined;
  }

  /** A setting as text, read from the environment if need be; undefined when not set, or when it is a secret. */
  text(path: SettingPath): string | undefined {
    return settingText(this.find(path));
  }

  /** A setting as a secret. @throws HuntError `config/keyvault-unavailable` for what must be fetched first */
  secret(path: SettingPath): Secret | undefined {
    return settingSecret(this.find(path), this.#origin);
  }

  /**
   * A setting as a secret, from a key vault if it is there.
   * @throws HuntError `keyvault/…`, `auth/…`, `config/no-vault`, `config/variable-unset`
   */
  async fetchSecret(path: SettingPath, signal?: AbortSignal): Promise<Secret | undefined> {
    return fetchSettingSecret(this.find(path), this.#origin, signal);
  }

  /**
   * Fetches what is in key vaults below a path (all of it without one), so that it can be read at once afterwards.
   * @throws HuntError as `fetchSecret`, for the first that fails
   */
  async fetchSecrets(path: SettingPath = [], signal?: AbortSignal): Promise<void> {
    const wanted = listReferences(this.find(path)).filter(r => r.from === "keyvault");
    for (const reference of wanted) await reference.fetchSecret(signal);
  }

  /** The values of all secrets that are known now: those of the file, of the environment, and what was fetched. */
  knownSecrets(): Secret[] {
    const references = listReferences(this.#sections).filter(r => r.isSecret);
    return references.map(r => r.peekSecret()).filter(s => s !== undefined);
  }

  get #origin(): string {
    return `file:${this.place?.path ?? ""}`;
  }

  /** The same configuration with another default workspace: a configured name, or a folder under a name of its own. */
  withDefault(name: string, path?: string): Config {
    const { huntbook } = this.#parts;
    const others = huntbook.workspaces.filter(w => w.name !== name);
    const workspaces = path === undefined ? huntbook.workspaces : [...others, { name, path }];
    return new Config({ ...this.#parts, huntbook: { ...huntbook, workspaces }, defaultWorkspace: name });
  }

  toJSON(): unknown {
    return { place: this.place, sections: maskSettings(this.#sections, []) };
  }
}

export interface ConfigReading {
  readonly config: Config;
  /** Errors and warnings; with errors the configuration must not be used. */
  readonly diagnostics: readonly Diagnostic[];
  /** All of them in MSTICPy's sense too: with the rules about settings that belong together. */
  readonly findings: readonly ConfigFinding[];
  readonly text: string;
}

const sentinelNames = ["AzureSentinel", "MSSentinel"] as const;

/** Entries of several mappings; later ones win. Names such as `__proto__` are names like others. */
const mergeMappings = (mappings: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> =>
  Object.fromEntries(mappings.flatMap(m => Object.entries(m)));

/** Both spellings of the section become `MSSentinel`; workspaces of both are kept. */
function uniteSentinel(root: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found = sentinelNames.map(name => root[name]).filter(isMapping);
  const rest = Object.entries(root).filter(([key]) => !(sentinelNames as readonly string[]).includes(key));
  if (found.length === 0) return Object.fromEntries(rest);
  const workspaces = found.map(section => section["Workspaces"]).filter(isMapping);
  const united = { ...mergeMappings(found), Workspaces: mergeMappings(workspaces) };
  return Object.fromEntries([...rest, ["MSSentinel", united]]);
}

/** What MSTICPy's package sets, and what it copies: `AzureCLI` at the top is a data provider. */
function withPackageDefaults(root: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const cli = root["AzureCLI"];
  const providers = isMapping(root["DataProviders"]) ? root["DataProviders"] : {};
  const vault = root["KeyVault"];
  const known = ["TenantId", "SubscriptionId", "ResourceGroup", "AzureRegion", "VaultName", "UseKeyring", "Authority"];
  const spell = (key: string) => [...known, "AuthorityURI"].find(k => k.toLowerCase() === key.toLowerCase()) ?? key;
  return Object.fromEntries([
    ...Object.entries(root),
    ...(isMapping(cli) ? [["DataProviders", { AzureCLI: cli, ...providers }] as const] : []),
    ...(isMapping(vault) ? [["KeyVault", mapKeys(vault, spell)] as const] : []),
    ["msticpy", { FriendlyExceptions: true, ...withoutNull(root["msticpy"]) }],
    ["QueryDefinitions", { Default: ["queries"], ...withoutNull(root["QueryDefinitions"]) }],
  ]);
}

const mapKeys = (value: Readonly<Record<string, unknown>>, toKey: (key: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [toKey(key), item]));

/** `null` in the file takes nothing away. */
const withoutNull = (value: unknown): Record<string, unknown> =>
  isMapping(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) : {};

function toNotice(warning: Diagnostic, source: YamlSource): Notice {
  const { line } = positionAt(source.text, warning.span.start);
  const message = `${source.name}:${line}: ${warning.message}`;
  return { code: warning.code, message, ...(warning.hint === undefined ? {} : { hint: warning.hint }) };
}

/** Place, message and hint, without the line itself: it may hold a secret. */
function describeError(error: Diagnostic, text: string, path: string): string {
  const [head = "", ...rest] = formatDiagnostic(error, text, path).split("\n");
  return [head, ...rest.filter(line => line.startsWith("  hint: "))].join("\n");
}

const noVault: SecretVault = {
  get: async () => {
    throw new HuntError("config/no-vault", "a setting is in a key vault, and this session has no access to any", {
      hint: "open the session with access to key vaults, or store the setting elsewhere",
    });
  },
};

/** Reads a configuration's text. Nothing is thrown. */
export function readConfig(
  text: string,
  place: ConfigPlace,
  ports: Pick<ConfigPorts, "env" | "home" | "openVault">,
  notices: readonly Notice[] = [],
): ConfigReading {
  const source = parseYamlSource(text, place.path, {
    maxBytes: maxConfigBytes,
    merge: true,
    exactNumbers: true,
  });
  const isEmpty = source.value === null || source.value === undefined;
  const root = isMapping(source.value) ? source.value : {};
  const shape: Diagnostic[] =
    isEmpty || isMapping(source.value)
      ? []
      : [
          {
            code: "config/invalid",
            severity: "error",
            message: "the file is not a mapping",
            span: { start: 0, end: 0 },
            hint: "it has sections such as MSSentinel",
          },
        ];
  const huntbook = readHuntbookSection(root["Huntbook"], source, ports.home);
  const { warnings, findings } = validateSource(source, root, { env: ports.env, own: huntbook.diagnostics, shape });
  let opened: SecretVault | undefined;
  const vault: SecretVault = {
    get: (reference, signal) => (opened ??= ports.openVault?.(config) ?? noVault).get(reference, signal),
  };
  const sections = toSettings(uniteSentinel(withPackageDefaults(root)), [], {
    env: ports.env,
    file: place.path,
    vault,
  });
  const yamlWarnings = source.diagnostics.filter(d => d.severity === "warning");
  const told = [...yamlWarnings, ...warnings];
  const config = new Config({
    place,
    sections: sections as Record<string, unknown>,
    huntbook,
    diagnostics: told,
    notices: [...notices, ...told.map(w => toNotice(w, source))],
  });
  const diagnostics = [...source.diagnostics, ...shape, ...huntbook.diagnostics, ...warnings];
  return { config, diagnostics, findings, text: source.text };
}

/**
 * Finds and reads the configuration. Without a file, the default workspace is the Contoso demo and a notice says so.
 *
 * @throws HuntError `config/invalid` for YAML that cannot be read and for errors in the `Huntbook` section (all of them,
 *   with their lines), `config/unreadable`
 */
export function loadConfig(ports: ConfigPorts): Config {
  const { found, notices } = search(ports);
  if (found === undefined)
    return new Config({
      place: undefined,
      sections: withPackageDefaults({}),
      huntbook: {
        workspaces: [],
        limits: {},
        externalData: noExternalData,
        internalDomains: [],
        logAnalyticsEndpoint: undefined,
        windowMs: undefined,
        secretCache: "auto",
      },
      diagnostics: [],
      notices: [
        ...notices,
        {
          code: "config/none",
          message: "no msticpyconfig.yaml found: the default workspace is the Contoso demo",
          hint: `put one in ${ports.cwd} or ${join(ports.home, ".msticpy")}`,
        },
      ],
    });
  const place: ConfigPlace = { path: found.path, from: found.from };
  const { config, diagnostics, text } = readConfig(found.text, place, ports, notices);
  const errors = diagnostics.filter(d => d.severity === "error");
  if (errors.length === 0) return config;
  throw new HuntError(
    "config/invalid",
    `configuration cannot be used:\n${errors.map(d => describeError(d, text, found.path)).join("\n")}`,
    { hint: "correct the lines named above", where: found.path },
  );
}

/** The configuration of a session: a value that `refreshConfig` replaces. */
export interface Settings {
  readonly config: Config;
  /** Reads the files again. What was made from the old configuration stays as it is. */
  refreshConfig(): Config;
}

/** @throws HuntError as `loadConfig` */
export function createSettings(ports: ConfigPorts): Settings {
  let config = loadConfig(ports);
  return {
    get config() {
      return config;
    },
    refreshConfig: () => (config = loadConfig(ports)),
  };
}
