/** Values of msticpyconfig.yaml: plain, from the environment, or from a key vault; secrets never as text. */
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";

/** The environment of the process, or a test's. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** A value that is found when it is needed. */
export class SettingReference {
  readonly from: "environment" | "keyvault" | "file";
  /** Variable's name, secret's name, or the file's place. */
  readonly name: string;
  readonly isSecret: boolean;
  readonly #resolve: () => string;

  constructor(from: SettingReference["from"], name: string, isSecret: boolean, resolve: () => string) {
    this.from = from;
    this.name = name;
    this.isSecret = isSecret;
    this.#resolve = resolve;
  }

  /** Text, or a Secret for keys such as AuthKey. @throws HuntError `config/variable-unset`, `config/keyvault-unavailable` */
  resolve(): string | Secret {
    return this.isSecret ? this.resolveSecret() : this.#resolve();
  }

  resolveSecret(): Secret {
    return new Secret(this.#resolve(), this.origin);
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
const notSecret = /^(?:KeyVault|token_uri|TokenUri|SecretName|UseKeyring|ClientSecretId|bearer_token_file)$/i;

/** Says whether a setting of this name is a secret. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !notSecret.test(key);
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fromEnvironment(name: string, key: string, env: EnvironmentVariables): SettingReference {
  return new SettingReference("environment", name, isSecretKey(key), () => {
    const value = env[name];
    if (value !== undefined && value !== "") return value;
    throw new HuntError(
      "config/variable-unset",
      `setting '${key}' needs the environment variable '${name}', which is not set`,
      {
        hint: `set ${name}, or write the value in msticpyconfig.yaml`,
      },
    );
  });
}

function fromKeyVault(name: string, key: string): SettingReference {
  return new SettingReference("keyvault", name, true, () => {
    throw new HuntError(
      "config/keyvault-unavailable",
      `setting '${key}' is in a key vault, which is not supported yet`,
      {
        hint: "use { EnvironmentVar: NAME } for now",
      },
    );
  });
}

/**
 * Turns a section as YAML gives it into settings: `{ EnvironmentVar }` and `{ KeyVault }` become references, plain values
 * of secret keys too, so that printing settings shows no secret.
 *
 * @param file for people: where plain secrets were found
 */
export function toSettings(value: unknown, key: string, env: EnvironmentVariables, file: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toSettings(item, key, env, file));
  if (!isPlainObject(value)) {
    const isText = typeof value === "string" || typeof value === "number";
    return isText && isSecretKey(key) ? new SettingReference("file", file, true, () => String(value)) : value;
  }
  const { EnvironmentVar: variable, KeyVault: vault } = value;
  if (typeof variable === "string" && variable !== "") return fromEnvironment(variable, key, env);
  if ("KeyVault" in value && Object.keys(value).length === 1 && !isPlainObject(vault))
    return fromKeyVault(typeof vault === "string" && vault !== "" ? vault : "default", key);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toSettings(item, name, env, file)]));
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
