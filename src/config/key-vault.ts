/** Secrets of Azure key vaults, through Microsoft's SDK on our own HTTP client; loaded with the first secret. */
import { HuntError, isHuntError, messageOf } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpClient } from "../net/client.js";
import { newWatch, sdkOptions, type WireWatch } from "./azure-http.js";
import type { AzureTokenSource } from "./azure-token.js";
import type { SecretStore } from "./secret-store.js";
import type { SecretVault, VaultReference } from "./setting.js";

export interface KeyVaultOptions {
  /** The vault that is meant when a reference names none. */
  readonly vaultName: string | undefined;
  readonly tenantId: string;
  /** The address of a vault: `https://name.vault.azure.net`. */
  readonly address: (vaultName: string) => string;
  /** What tokens are asked for: `https://vault.azure.net/.default`. */
  readonly scope: string;
  readonly tokens: AzureTokenSource;
  readonly http: HttpClient;
  readonly nowMs: () => number;
  /** Where secrets are kept after their first use (`UseKeyring`); undefined keeps nothing. */
  readonly store: SecretStore | undefined;
}

/** Source: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name */
const vaultName = /^[A-Za-z][0-9A-Za-z-]{1,22}[0-9A-Za-z]$/;
const secretName = /^[0-9A-Za-z-]{1,127}$/;

interface SdkClient {
  getSecret(name: string, options: { abortSignal?: AbortSignal }): Promise<{ value?: string }>;
  setSecret(name: string, value: string, options: { abortSignal?: AbortSignal }): Promise<unknown>;
  listPropertiesOfSecrets(options: { abortSignal?: AbortSignal }): AsyncIterable<{ name: string; enabled?: boolean }>;
}

interface Opened {
  readonly client: SdkClient;
  /** The token that was used last. */
  readonly last: { token: Secret | undefined };
  readonly watch: WireWatch;
}

/** Reads and writes secrets. */
export class KeyVault implements SecretVault {
  readonly #options: KeyVaultOptions;
  readonly #opened = new Map<string, Promise<Opened>>();

  constructor(options: KeyVaultOptions) {
    this.#options = options;
  }

  /**
   * A secret: from this machine's store when it is kept there, else from the vault.
   * @throws HuntError `keyvault/no-secret`, `keyvault/refused`, `keyvault/failed`, `auth/…`, `net/…`
   */
  async get(reference: VaultReference, signal?: AbortSignal): Promise<Secret> {
    const { vault, secret } = this.#check(reference);
    const origin = `keyvault:${vault}/${secret}`;
    const { store } = this.#options;
    const kept = await store?.get(storeName(vault, secret));
    if (kept !== undefined) return new Secret(kept, origin);
    const value = await this.#call(vault, `secret '${secret}'`, async client => {
      const found = await client.getSecret(secret, signal === undefined ? {} : { abortSignal: signal });
      return found.value ?? "";
    });
    if (value === "")
      throw new HuntError("keyvault/no-secret", `secret '${secret}' of key vault '${vault}' is empty`, {
        hint: "set its value in the portal",
      });
    // What cannot be kept is fetched again the next time.
    await store?.set(storeName(vault, secret), value).catch(() => undefined);
    return new Secret(value, origin);
  }

  /** Writes a secret, here and in the store. @throws HuntError as `get` */
  async set(reference: VaultReference, value: Secret, signal?: AbortSignal): Promise<void> {
    const { vault, secret } = this.#check(reference);
    await this.#call(vault, `secret '${secret}'`, async client => {
      await client.setSecret(secret, value.reveal(), signal === undefined ? {} : { abortSignal: signal });
    });
    await this.#options.store?.set(storeName(vault, secret), value.reveal()).catch(() => undefined);
  }

  /** Names of the default vault's secrets, sorted. @throws HuntError as `get` */
  async list(signal?: AbortSignal): Promise<string[]> {
    const { vault } = this.#check({ vault: undefined, secret: "x" });
    return this.#call(vault, "the list of secrets", async client => {
      const names: string[] = [];
      for await (const { name } of client.listPropertiesOfSecrets(signal === undefined ? {} : { abortSignal: signal }))
        names.push(name);
      return names.sort();
    });
  }

  #check(reference: VaultReference): { vault: string; secret: string } {
    const vault = reference.vault ?? this.#options.vaultName;
    if (vault === undefined || !vaultName.test(vault))
      throw new HuntError(
        "config/no-vault",
        vault === undefined ? "no key vault is configured" : "the key vault's name is malformed",
        {
          hint: "set KeyVault.VaultName and KeyVault.TenantId",
        },
      );
    if (!secretName.test(reference.secret))
      throw new HuntError("keyvault/no-secret", "the secret's name is malformed", {
        hint: "names have letters, digits and hyphens",
      });
    return { vault, secret: reference.secret };
  }

  #open(vault: string): Promise<Opened> {
    const opened = this.#opened.get(vault) ?? this.#create(vault);
    this.#opened.set(vault, opened);
    opened.catch(() => this.#opened.delete(vault));
    return opened;
  }

  async #create(vault: string): Promise<Opened> {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    const { address, http, nowMs, scope, tenantId, tokens } = this.#options;
    const watch = newWatch();
    const last: Opened["last"] = { token: undefined };
    const credential = {
      // The vault's challenge says a tenant and a scope; the configured ones are used, so that no vault can ask for another's.
      getToken: async (_scopes: string | string[], options?: { abortSignal?: unknown; claims?: string }) => {
        const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
        const { token: refused } = last;
        const claims = options?.claims;
        const token =
          claims !== undefined && refused !== undefined && tokens.renew !== undefined
            ? await tokens.renew({ scope, tenantId, refused, claims, signal })
            : await tokens.getToken(scope, tenantId, signal);
        last.token = token;
        return { token: token.reveal(), expiresOnTimestamp: nowMs() + 4 * 60_000 };
      },
    };
    const client = new SecretClient(address(vault), credential, {
      ...sdkOptions({ http, watch, nowMs }),
      // Ours is the scope that is asked for, whatever the challenge says.
      disableChallengeResourceVerification: true,
    });
    return { client: client as unknown as SdkClient, last, watch };
  }

  async #call<T>(vault: string, what: string, work: (client: SdkClient) => Promise<T>): Promise<T> {
    try {
      return await this.#attempt(vault, what, work);
    } catch (error) {
      if (!(await this.#renew(vault, error))) throw error;
      return this.#attempt(vault, what, work);
    }
  }

  async #attempt<T>(vault: string, what: string, work: (client: SdkClient) => Promise<T>): Promise<T> {
    const { client, watch } = await this.#open(vault);
    watch.failure = undefined;
    watch.status = undefined;
    try {
      return await work(client);
    } catch (error) {
      throw explain(error, vault, what, watch);
    }
  }

  /** Whether there is another token for one that the vault does not take any more. */
  async #renew(vault: string, error: unknown): Promise<boolean> {
    const { scope, tenantId, tokens } = this.#options;
    const { last, watch } = await this.#open(vault);
    const { token } = last;
    if (watch.status !== 401 || !isHuntError(error, "keyvault/refused")) return false;
    if (token === undefined || tokens.renew === undefined) return false;
    const fresh = await tokens.renew({ scope, tenantId, refused: token });
    // The SDK keeps what it was given; another client asks again.
    this.#opened.delete(vault);
    return fresh.reveal() !== token.reveal();
  }
}

const storeName = (vault: string, secret: string): string => `keyvault/${vault.toLowerCase()}/${secret}`;

function explain(error: unknown, vault: string, what: string, watch: WireWatch): HuntError {
  const inner = isHuntError(error) ? error : watch.failure;
  if (inner !== undefined) return inner;
  const status = (error as { statusCode?: unknown }).statusCode ?? watch.status;
  const fail = (code: HuntError["code"], message: string, hint: string) =>
    new HuntError(code, message, { cause: error, hint });
  switch (status) {
    case 404:
      return fail(
        "keyvault/no-secret",
        `key vault '${vault}' has no ${what}`,
        "huntbook config show says which name is looked for",
      );
    case 401:
      return fail(
        "keyvault/refused",
        `key vault '${vault}' does not accept the sign-in`,
        "check KeyVault.TenantId and KeyVault.Authority",
      );
    case 403:
      return fail(
        "keyvault/refused",
        `key vault '${vault}' refuses access to ${what}`,
        "you need the role Key Vault Secrets User (Officer to write), and the vault's firewall must let this machine in",
      );
    case 429:
      return fail("keyvault/failed", `key vault '${vault}' is asked too often`, "wait a minute and try again");
    default: {
      const said =
        typeof status === "number" ? `status ${status}` : (messageOf(error).split("\n")[0] ?? "").slice(0, 120);
      return fail("keyvault/failed", `key vault '${vault}' did not give ${what}: ${said}`, "try again later");
    }
  }
}
