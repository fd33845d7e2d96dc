/** What the settings editor needs of the world: the vault and the sign-in of the settings as they are being edited, not as they were saved. */
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import { anyTenant } from "../config/azure-token.js";
import { getCloud } from "../config/cloud.js";
import { readConfig, type Config } from "../config/config.js";
import { isReference } from "../config/check-spec.js";
import { findWorkspaces, type FoundWorkspaces } from "../config/find-workspaces.js";
import {
  parsePortalUrl,
  resolveWorkspace,
  type ResolvePorts,
  type WorkspaceSettings,
} from "../config/import-workspace.js";
import type { SettingsEditor } from "../config/settings-editor.js";
import { vaultSecretName } from "../config/setting.js";
import type { YamlPath } from "../config/yaml-source.js";
import type { AzureAccess } from "./azure.js";
import type { Session } from "./session.js";

interface Access {
  readonly azure: AzureAccess;
  readonly config: Config;
}
interface Wanted {
  readonly known: WorkspaceSettings;
  readonly cloudName?: string | undefined;
  readonly domain?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Completes a workspace's settings through Resource Graph. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
export async function resolveThrough(
  session: Session,
  { azure, config }: Access,
  { known, cloudName, domain, signal }: Wanted,
): Promise<Required<WorkspaceSettings>> {
  const tenant = filled(known.TenantId) ?? domain;
  return resolveWorkspace(known, await managerPorts(session, { azure, config }, { cloudName, tenant, signal }), signal);
}

const filled = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

interface ManagerPlace {
  readonly cloudName?: string | undefined;
  readonly tenant?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The Resource Manager of a cloud, and a token for it. @throws HuntError `auth/…` */
async function managerPorts(
  session: Session,
  { azure, config }: Access,
  { cloudName, tenant, signal }: ManagerPlace,
): Promise<ResolvePorts> {
  const cloud = cloudName === undefined || cloudName === azure.cloud.name ? azure.cloud : getCloud(cloudName);
  const signIn = await azure.signIn({ cloud });
  const wanted = tenant ?? tenantOf(session, config);
  const token = await signIn.getToken(`${cloud.resourceManager}/.default`, wanted, signal);
  session.learnSecret(token);
  return { http: session.http, resourceManager: cloud.resourceManager, token };
}

/** The tenant that is meant when nothing says: the configuration's, else that of the environment, else whichever an account has. */
function tenantOf(session: Session, config: Config): string {
  const configured = config.text("Azure.tenant_id") ?? config.text("KeyVault.TenantId");
  return filled(configured) ?? filled(session.configPorts.env["AZURE_TENANT_ID"]) ?? anyTenant;
}

/** What a sign-in can see. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
export async function findThrough(
  session: Session,
  access: Access,
  place: ManagerPlace = {},
): Promise<FoundWorkspaces> {
  return findWorkspaces(await managerPorts(session, access, place), place.signal);
}

export class SettingsAccess {
  readonly #session: Session;
  readonly #editor: SettingsEditor;

  constructor(session: Session, editor: SettingsEditor) {
    this.#session = session;
    this.#editor = editor;
  }

  /** Looks for a secret in outputs from now on. */
  learn(secret: Secret): void {
    this.#session.learnSecret(secret);
  }

  /**
   * Puts a secret into the key vault under the name that is made from its setting's path, and gives that name. Without a value it is
   * the one that the setting has now: text, or the value of its environment variable.
   * @throws HuntError `config/no-vault`, `config/field` when there is no value, `keyvault/…`, `auth/…`
   */
  async upload(path: YamlPath, typed: Secret | undefined, signal?: AbortSignal): Promise<string> {
    const value = typed ?? this.#stored(path);
    if (value === undefined || value.reveal() === "")
      throw new HuntError("config/field", "there is no value to upload", {
        hint: "enter one, or name an environment variable that is set",
      });
    this.learn(value);
    const secret = vaultSecretName(path);
    await this.#with(async ({ azure }) => (await azure.vault()).set({ vault: undefined, secret }, value, signal));
    return secret;
  }

  /** Names of the key vault's secrets, sorted. @throws HuntError `config/no-vault`, `keyvault/…`, `auth/…` */
  vaultSecrets(signal?: AbortSignal): Promise<readonly string[]> {
    return this.#with(async ({ azure }) => (await azure.vault()).list(signal));
  }

  /** What Azure knows of a workspace. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
  resolve(known: WorkspaceSettings, signal?: AbortSignal): Promise<Required<WorkspaceSettings>> {
    return this.#with(access => resolveThrough(this.#session, access, { known, signal }));
  }

  /** The workspace of a page of the Azure portal. @throws HuntError `config/import`, `config/resolve`, `auth/…`, `net/…` */
  fromPortal(address: string, signal?: AbortSignal): Promise<Required<WorkspaceSettings>> {
    const { settings: known, cloud: cloudName, tenantDomain: domain } = parsePortalUrl(address);
    return this.#with(access => resolveThrough(this.#session, access, { known, cloudName, domain, signal }));
  }

  /** Workspaces that the sign-in can see. @throws HuntError `config/resolve`, `auth/…`, `net/…` */
  findWorkspaces(signal?: AbortSignal): Promise<FoundWorkspaces> {
    return this.#with(access => findThrough(this.#session, access, { signal }));
  }

  /** Makes the saved file the session's configuration. @throws HuntError `config/invalid` */
  refresh(): void {
    this.#session.settings.refreshConfig();
  }

  #stored(path: YamlPath): Secret | undefined {
    const value = this.#editor.file.document.get(path);
    if (typeof value === "string" || typeof value === "number")
      return new Secret(String(value), `file:${this.#editor.path}`);
    const variable = isReference(value) ? value["EnvironmentVar"] : undefined;
    const found = typeof variable === "string" ? this.#session.configPorts.env[variable] : undefined;
    return found === undefined ? undefined : new Secret(found, `env:${String(variable)}`);
  }

  async #with<T>(work: (access: Access) => Promise<T>): Promise<T> {
    const place = { path: this.#editor.path, from: "working folder" } as const;
    const { config } = readConfig(this.#editor.file.document.toString(), place, this.#session.configPorts);
    const azure = this.#session.azureFor(config);
    try {
      return await work({ azure, config });
    } finally {
      await azure.close();
    }
  }
}
