/** Values of msticpyconfig.yaml: plain, from the environment, or from a key vault; secrets never as text. */
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import { isReference } from "./check-spec.js";
import { showKey, showPath } from "./issue.js";
import { configSpec } from "./section-table.js";
import { specAt } from "./spec.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

/** The environment of the process, or a test's. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** A secret in a key vault. */
export interface VaultReference {
  /** Undefined: the vault of the `KeyVault` section. */
  readonly vault: string | undefined;
  readonly secret: string;
}

/** Where secrets of key vaults come from. */
export interface SecretVault {
  /** @throws HuntError `keyvault/…`, `auth/…` */
  get(reference: VaultReference, signal?: AbortSignal): Promise<Secret>;
}

interface SettingSource {
  readonly from: "environment" | "keyvault" | "file";
  /** Variable's name, `vault/secret`, or the file's place. */
  readonly name: string;
  readonly isSecret: boolean;
  readonly now: () => string;
  readonly fetch?: (signal?: AbortSignal) => Promise<Secret>;
}

/** A value that is found when it is needed. */
export class SettingReference {
  readonly from: SettingSource["from"];
  readonly name: string;
  readonly isSecret: boolean;
  readonly #now: () => string;
  readonly #fetch: SettingSource["fetch"];
  #fetched: Secret | undefined;

  constructor(source: SettingSource) {
    this.from = source.from;
    this.name = source.name;
    this.isSecret = source.isSecret;
    this.#now = source.now;
    this.#fetch = source.fetch;
  }

  /**
   * Text, or a Secret for keys such as AuthKey. What is in a key vault must have been fetched before.
   * @throws HuntError `config/variable-unset`, `config/keyvault-unavailable`
   */
  resolve(): string | Secret {
    return this.isSecret ? this.resolveSecret() : (this.#fetched?.reveal() ?? this.#now());
  }

  /** @throws HuntError `config/variable-unset`, `config/keyvault-unavailable` */
  resolveSecret(): Secret {
    return this.#fetched ?? new Secret(this.#now(), this.origin);
  }

  /**
   * The value from wherever it is; a key vault is asked once.
   * @throws HuntError `config/variable-unset`, `config/no-vault`, `keyvault/…`, `auth/…`
   */
  async fetchSecret(signal?: AbortSignal): Promise<Secret> {
    if (this.#fetch === undefined) return this.resolveSecret();
    return (this.#fetched ??= await this.#fetch(signal));
  }

  /** The value, when it is known without asking anyone. */
  peekSecret(): Secret | undefined {
    if (this.#fetched !== undefined) return this.#fetched;
    if (this.#fetch !== undefined) return undefined;
    try {
      return this.resolveSecret();
    } catch {
      return undefined;
    }
  }

  get origin(): string {
    return `${this.from === "environment" ? "env" : this.from}:${this.name}`;
  }

  toJSON(): string {
    return `<${this.isSecret ? "secret" : "setting"} ${this.origin}>`;
  }

  toString(): string {
    return this.toJSON();
  }
}

const secretKey =
  /(?:auth_?key|api_?key|apiid|secret|password|passwd|token|private_?key|access_?key|^key$|cookie|^sas$|connection_?str)/i;
/** Keys that match the pattern above but hold no secret. */
const notSecret =
  /^(?:KeyVault|token_uri|TokenUri|SecretName|UseKeyring|ClientSecretId|bearer_token_file|SecretCache)$/i;

/** Says whether a setting of this name is a secret. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !notSecret.test(key);
}

/** Says whether a setting is a secret: by the table, else by its name. */
export function isSecretPath(path: YamlPath): boolean {
  const spec = specAt(configSpec, path);
  if (spec?.kind === "secret") return true;
  // What the table knows as something else is none: `connection_str` of Sumologic is an address.
  return (spec === undefined || spec.kind === "any") && isSecretKey(String(path.at(-1) ?? ""));
}

/** Names of secrets may have letters, digits and hyphens only. Source: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
export function vaultSecretName(path: YamlPath): string {
  return path.join("-").replace(/[^0-9A-Za-z-]/g, "-");
}

/** `null`, empty and `default` mean the name made from the setting's path; `vault/secret` another vault. */
export function parseVaultReference(value: unknown, path: YamlPath): VaultReference {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "" || text === "default") return { vault: undefined, secret: vaultSecretName(path) };
  const [first = "", second] = text.split("/", 2);
  return second === undefined ? { vault: undefined, secret: first } : { vault: first, secret: second };
}

/** The outside that settings are found in. */
export interface SettingPorts {
  readonly env: EnvironmentVariables;
  /** For people: where plain secrets were found. */
  readonly file: string;
  readonly vault: SecretVault;
}

function fromEnvironment(variable: string, path: YamlPath, ports: SettingPorts): SettingReference {
  const now = () => {
    const value = ports.env[variable];
    if (value === undefined || value === "")
      throw new HuntError("config/variable-unset", `environment variable '${variable}' is not set`, {
        hint: `setting '${showPath(path)}' reads it`,
      });
    return value;
  };
  return new SettingReference({ from: "environment", name: variable, isSecret: isSecretPath(path), now });
}

function fromKeyVault(value: unknown, path: YamlPath, ports: SettingPorts): SettingReference {
  const reference = parseVaultReference(value, path);
  const name = reference.vault === undefined ? reference.secret : `${reference.vault}/${reference.secret}`;
  return new SettingReference({
    from: "keyvault",
    name,
    isSecret: true,
    now: () => {
      throw new HuntError(
        "config/keyvault-unavailable",
        `setting '${showPath(path)}' is in a key vault and has not been fetched`,
        { hint: "await settings.config.fetchSecrets() before, or fetchSecret() instead" },
      );
    },
    fetch: signal => ports.vault.get(reference, signal),
  });
}

/**
 * Turns sections as YAML gives them into settings: `{ EnvironmentVar }` and `{ KeyVault }` become references, plain values
 * of secret keys too, so that printing settings shows no secret.
 */
export function toSettings(value: unknown, path: YamlPath, ports: SettingPorts): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toSettings(item, path, ports));
  if (!isMapping(value)) {
    const isText = typeof value === "string" || typeof value === "number";
    return isText && value !== "" && isSecretPath(path)
      ? new SettingReference({ from: "file", name: ports.file, isSecret: true, now: () => String(value) })
      : value;
  }
  if (path.length > 0 && isReference(value)) {
    const variable = value["EnvironmentVar"];
    if (typeof variable === "string" && variable !== "") return fromEnvironment(variable, path, ports);
    if ("KeyVault" in value) return fromKeyVault(value["KeyVault"], path, ports);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, toSettings(item, [...path, name], ports)]),
  );
}

/** The text of a setting that is no secret; undefined when it is not set. */
export function settingText(value: unknown): string | undefined {
  if (value instanceof SettingReference) {
    const resolved = value.resolve();
    return typeof resolved === "string" ? resolved : undefined;
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The value of a setting as a secret; undefined when it is not set. */
export function settingSecret(value: unknown, origin: string): Secret | undefined {
  if (value instanceof SettingReference) return value.resolveSecret();
  return typeof value === "string" && value !== "" ? new Secret(value, origin) : undefined;
}

/** As `settingSecret`, asking a key vault when the value is there. @throws HuntError `keyvault/…`, `auth/…`, `config/…` */
export async function fetchSettingSecret(
  value: unknown,
  origin: string,
  signal?: AbortSignal,
): Promise<Secret | undefined> {
  return value instanceof SettingReference ? value.fetchSecret(signal) : settingSecret(value, origin);
}

/** Every reference among settings. */
export function listReferences(value: unknown): SettingReference[] {
  if (value instanceof SettingReference) return [value];
  if (Array.isArray(value)) return value.flatMap(listReferences);
  return isMapping(value) ? Object.values(value).flatMap(listReferences) : [];
}

/**
 * Settings for showing: secrets say where they come from, and texts of which the table knows nothing are hidden too, because
 * a misspelt key may hold a secret.
 */
export function maskSettings(value: unknown, path: YamlPath): unknown {
  if (value instanceof SettingReference) return value.toJSON();
  if (Array.isArray(value)) return value.map((item: unknown) => maskSettings(item, path));
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [showKey(k), maskSettings(item, [...path, k])]));
  if (typeof value !== "string" && typeof value !== "number") return value;
  const spec = specAt(configSpec, path);
  return spec === undefined || spec.kind === "any" || spec.kind === "map" || spec.kind === "named" ? "<hidden>" : value;
}
