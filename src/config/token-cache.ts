/** Sign-ins of people for the next session: MSAL's cache and the account, in the encrypted store and nowhere else. */
import type { TokenCredential } from "@azure/core-auth";
import type * as AzureIdentity from "@azure/identity";
import type { AuthenticationRecord } from "@azure/identity";
import type { SecretStore } from "./secret-store.js";

type Identity = typeof AzureIdentity;

export interface RememberedSignIn {
  /** The account's name, for example ana@contoso.com. */
  readonly account: string;
}

interface CacheContext {
  readonly cacheHasChanged: boolean;
  readonly tokenCache: { serialize(): string; deserialize(text: string): void };
}

/** MSAL's way to keep its cache elsewhere. Source: https://learn.microsoft.com/entra/msal/javascript/node/caching */
const cachePlugin = (store: SecretStore, name: string) => ({
  beforeCacheAccess: async (context: CacheContext): Promise<void> => {
    const kept = await store.get(name);
    if (kept !== undefined) context.tokenCache.deserialize(kept);
  },
  afterCacheAccess: async (context: CacheContext): Promise<void> => {
    // A cache that cannot be kept is no reason to refuse a token.
    if (context.cacheHasChanged) await store.set(name, context.tokenCache.serialize()).catch(() => undefined);
  },
});

interface PluginOptions {
  readonly name?: string;
  /** Ours, handed through by the SDK, so that two sessions do not see each other's. */
  readonly huntbookStore?: SecretStore;
  readonly huntbookName?: string;
}

/** Tells the SDK who keeps caches. The SDK has one such setting per process; whose store is meant comes with the options. */
function registerPlugin(identity: Identity): void {
  identity.useIdentityPlugin(context => {
    const { cachePluginControl } = context as {
      cachePluginControl: { setPersistence(factory: (options?: PluginOptions) => Promise<unknown>): void };
    };
    cachePluginControl.setPersistence(async options => {
      const { huntbookStore: store, huntbookName = "", name = "" } = options ?? {};
      return store === undefined ? undefined : cachePlugin(store, `msal/${huntbookName}/${name}`);
    });
  });
}

type Person = TokenCredential & { authenticate?: (scopes: string) => Promise<AuthenticationRecord | undefined> };

/** How one way of signing in is kept under a name; without a store, not at all. */
export function persistentCache(store: SecretStore | undefined, name: string) {
  const recordName = `account/${name}`;
  const readRecord = async (identity: Identity): Promise<AuthenticationRecord | undefined> => {
    const text = await store?.get(recordName);
    try {
      return text === undefined ? undefined : identity.deserializeAuthenticationRecord(text);
    } catch {
      return undefined;
    }
  };
  return {
    /** Options for the SDK's credential. */
    async options(identity: Identity): Promise<object> {
      if (store === undefined) return {};
      registerPlugin(identity);
      const authenticationRecord = await readRecord(identity);
      const persistence = { enabled: true, huntbookStore: store, huntbookName: name };
      return {
        tokenCachePersistenceOptions: persistence,
        ...(authenticationRecord === undefined ? {} : { authenticationRecord }),
      };
    },
    /** The credential, which writes down who signed in. */
    remembering(credential: Person): TokenCredential {
      if (store === undefined) return credential;
      let isKept = false;
      return {
        getToken: async (scopes, options) => {
          const token = await credential.getToken(scopes, options);
          if (isKept) return token;
          isKept = true;
          // Signed in already: this asks nobody.
          const record = await credential.authenticate?.(Array.isArray(scopes) ? (scopes[0] ?? "") : scopes);
          const { serializeAuthenticationRecord } = await import("@azure/identity");
          if (record !== undefined)
            await store.set(recordName, serializeAuthenticationRecord(record)).catch(() => undefined);
          return token;
        },
      };
    },
    async remembered(): Promise<RememberedSignIn | undefined> {
      const record = await readRecord(await import("@azure/identity"));
      return record === undefined ? undefined : { account: record.username };
    },
  };
}
