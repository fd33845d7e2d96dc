/** Azure for a session: one sign-in, key vaults, and where both are kept. */
import { homedir } from "node:os";
import process from "node:process";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { Application, DeviceCodePrompt } from "../config/azure-methods.js";
import { AzureSignIn, defaultMethods } from "../config/azure-sign-in.js";
import { toBoolean } from "../config/check-spec.js";
import { getCloud, type Cloud } from "../config/cloud.js";
import type { Config } from "../config/config.js";
import { KeyVault } from "../config/key-vault.js";
import { authMethodAliases, authMethods, type AuthMethod } from "../config/section-table.js";
import { openSecretStore, systemKeyRing, type NoStore, type SecretStore } from "../config/secret-store.js";
import { SettingReference, settingSecret, settingText, type SecretVault } from "../config/setting.js";
import { isMapping } from "../config/yaml-source.js";
import { createHttpClient, type HttpClient } from "../net/client.js";

export interface AzurePorts {
  readonly config: Config;
  readonly http: HttpClient;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Shows a sign-in code to the person; undefined when nobody is there. */
  readonly prompt: ((prompt: DeviceCodePrompt) => void) | undefined;
  /** Nobody can be asked for anything. */
  readonly isUnattended?: boolean;
  /** Each secret that passes through, so that it can be looked for in outputs. */
  readonly learn: (secret: Secret) => void;
}

/** The cloud that the configuration means, with its own addresses where it has some. */
export function cloudOf(config: Config): Cloud {
  const cloud = getCloud(config.text("Azure.cloud"));
  const manager = config.text("Azure.resource_manager_url")?.replace(/\/+$/, "");
  const query = config.logAnalyticsEndpoint;
  return {
    ...cloud,
    ...(manager === undefined || manager === "" ? {} : { resourceManager: manager }),
    ...(query === undefined ? {} : { logAnalytics: query }),
  };
}

/** The configured ways to sign in, by their names or other names; the default ones when there are none. */
export function methodsOf(config: Config): readonly AuthMethod[] {
  const value = config.find("Azure.auth_methods");
  const names = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const known = names.flatMap((name): AuthMethod[] => {
    const lower = String(name).trim().toLowerCase();
    const found = authMethods.find(m => m === lower) ?? authMethodAliases[lower];
    return found === undefined ? [] : [found];
  });
  return known.length === 0 ? defaultMethods : [...new Set(known)];
}

/** `DataProviders.AzureCLI.Args`: an application for everything. */
function applicationOf(config: Config): Application | undefined {
  const entry = config.find("DataProviders.AzureCLI");
  const args = isMapping(entry) ? (isMapping(entry["Args"]) ? entry["Args"] : entry) : {};
  const clientId = settingText(args["clientId"]);
  const secret = args["clientSecret"];
  if (clientId === undefined) return undefined;
  if (secret instanceof SettingReference && secret.from === "keyvault")
    throw new HuntError("config/sign-in", "the secret to sign in with is itself in a key vault", {
      hint: "give DataProviders.AzureCLI.Args.clientSecret as { EnvironmentVar: NAME }",
    });
  const clientSecret = settingSecret(secret, "DataProviders.AzureCLI");
  return { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
}

/** An application of one workspace that signs in by certificate. */
export function workspaceApplication(
  text: (name: string) => string | undefined,
  certificatePassword: Secret | undefined,
): Application | undefined {
  const clientId = text("ClientId");
  const certificatePath = text("CertificatePath") ?? text("Certificate");
  if (clientId === undefined || certificatePath === undefined) return undefined;
  return {
    clientId,
    certificatePath: certificatePath.replace(/^~(?=[/\\]|$)/, homedir()),
    ...(certificatePassword === undefined ? {} : { certificatePassword }),
    sendCertificateChain: toBoolean(text("SendCertificateChain")) ?? false,
  };
}

/** A browser that the person sees: not over SSH, not on a server, not in Azure Machine Learning. */
function hasBrowser(env: AzurePorts["env"], platform: NodeJS.Platform): boolean {
  const set = (name: string) => env[name] !== undefined && env[name] !== "";
  if (set("SSH_CONNECTION") || set("AZUREML_CR_COMPUTE_TYPE") || set("APPSETTING_WEBSITE_SITE_NAME")) return false;
  return platform === "win32" || platform === "darwin" || set("DISPLAY") || set("WAYLAND_DISPLAY");
}

/** Sign-in and vaults of one configuration; made again when it is read again. */
export class AzureAccess {
  readonly #ports: AzurePorts;
  readonly #signIns = new Map<string, Promise<AzureSignIn>>();
  #direct: HttpClient | undefined;
  #store: Promise<SecretStore | NoStore> | undefined;
  #vault: Promise<KeyVault> | undefined;

  constructor(ports: AzurePorts) {
    this.#ports = ports;
  }

  get cloud(): Cloud {
    return cloudOf(this.#ports.config);
  }

  /** Where secrets and sign-ins are kept; with `KeyVault.UseKeyring: false`, nowhere. */
  store(): Promise<SecretStore | NoStore> {
    this.#store ??= this.#openStore();
    return this.#store;
  }

  /** The sign-in for the configured cloud, or another one; with an application, that of a workspace. */
  signIn(options: { readonly cloud?: Cloud; readonly application?: Application } = {}): Promise<AzureSignIn> {
    const cloud = options.cloud ?? this.cloud;
    const key = `${cloud.name} ${cloud.login} ${options.application?.clientId ?? ""}`;
    const found = this.#signIns.get(key) ?? this.#openSignIn(cloud, options.application);
    this.#signIns.set(key, found);
    found.catch(() => this.#signIns.delete(key));
    return found;
  }

  /** The key vault of the configuration. @throws HuntError `config/no-vault` */
  vault(): Promise<KeyVault> {
    this.#vault ??= this.#openVault();
    this.#vault.catch(() => (this.#vault = undefined));
    return this.#vault;
  }

  /** For the configuration's references. */
  readonly secrets: SecretVault = {
    get: async (reference, signal) => {
      const secret = await (await this.vault()).get(reference, signal);
      this.#ports.learn(secret);
      return secret;
    },
  };

  async close(): Promise<void> {
    await this.#direct?.close();
  }

  async #openStore(): Promise<SecretStore | NoStore> {
    const { config, dataDir, env } = this.#ports;
    if (toBoolean(config.find("KeyVault.UseKeyring")) === false) return { reason: "KeyVault.UseKeyring is false" };
    const phrase = env["HUNTBOOK_CACHE_PASSPHRASE"];
    return openSecretStore({
      dir: dataDir,
      kind: config.secretCache,
      keyRing: systemKeyRing(),
      passphrase:
        phrase === undefined || phrase === "" ? undefined : new Secret(phrase, "env:HUNTBOOK_CACHE_PASSPHRASE"),
      now: () => new Date(),
    });
  }

  async #openSignIn(cloud: Cloud, application: Application | undefined): Promise<AzureSignIn> {
    const { config, env, http, prompt } = this.#ports;
    const store = await this.store();
    this.#direct ??= createHttpClient();
    const own = application ?? applicationOf(config);
    return new AzureSignIn({
      methods:
        application === undefined ? methodsOf(config) : [application.clientSecret ? "clientsecret" : "certificate"],
      cloud,
      env,
      http,
      directHttp: this.#direct,
      nowMs: Date.now,
      prompt,
      hasBrowser: hasBrowser(env, process.platform),
      isUnattended: this.#ports.isUnattended === true,
      store: "reason" in store ? undefined : store,
      run: undefined,
      ...(own === undefined ? {} : { application: own }),
    });
  }

  async #openVault(): Promise<KeyVault> {
    const { config, http } = this.#ports;
    const tenantId = config.text("KeyVault.TenantId") ?? config.text("Azure.tenant_id");
    if (tenantId === undefined)
      throw new HuntError("config/no-vault", "'KeyVault' has no TenantId", {
        hint: "set KeyVault.VaultName and KeyVault.TenantId",
      });
    const named = config.text("KeyVault.Authority");
    const login = config.text("KeyVault.AuthorityURI")?.replace(/\/+$/, "");
    const base = named === undefined ? this.cloud : getCloud(named);
    const cloud = login === undefined || login === "" ? base : { ...base, login };
    const store = await this.store();
    return new KeyVault({
      vaultName: config.text("KeyVault.VaultName"),
      tenantId,
      address: name => `https://${name}.${cloud.vaultSuffix}`,
      scope: `https://${cloud.vaultSuffix}/.default`,
      tokens: await this.signIn({ cloud }),
      http,
      nowMs: Date.now,
      store: "reason" in store ? undefined : store,
    });
  }
}
