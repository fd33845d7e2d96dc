/** Microsoft's SDK reads and writes secrets at the stand-in. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { isHuntError } from "../../src/base/error.js";
import { Secret } from "../../src/base/secret.js";
import { resolveWorkspace } from "../../src/config/import-workspace.js";
import { KeyVault, type KeyVaultOptions } from "../../src/config/key-vault.js";
import { findSecrets } from "../../src/config/secret-scan.js";
import type { SecretStore } from "../../src/config/secret-store.js";
import { readConfig } from "../../src/config/config.js";
import { createHttpClient, type HttpClient } from "../../src/net/client.js";
import { serverCertificate } from "./certificates.js";
import { AzureStandIn, tenant, type Fault } from "./stand-in.js";

let azure: AzureStandIn;
const clients: HttpClient[] = [];
beforeEach(async () => {
  azure = await new AzureStandIn().start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await azure.close();
});

function http(options: Parameters<typeof createHttpClient>[0] = {}): HttpClient {
  const client = createHttpClient({
    extraCa: [serverCertificate],
    retries: 2,
    timeoutMs: 2500,
    sleep: async () => undefined,
    ...options,
  });
  clients.push(client);
  return client;
}

const asked: string[] = [];
function vault(changes: Partial<KeyVaultOptions> = {}): KeyVault {
  asked.length = 0;
  return new KeyVault({
    vaultName: "soc-vault",
    tenantId: tenant,
    address: () => azure.url,
    scope: "https://vault.azure.net/.default",
    tokens: {
      name: "test",
      getToken: async (scope, tenantId) => {
        asked.push(`${scope} ${tenantId}`);
        return new Secret("hunter2-access-token-1", "test");
      },
    },
    http: http(),
    nowMs: Date.now,
    store: undefined,
    ...changes,
  });
}

function memoryStore(): SecretStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kind: "keyring",
    kept,
    get: async name => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    delete: async name => void kept.delete(name),
    clear: async () => kept.clear(),
  };
}

async function failure(work: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await work;
  } catch (error) {
    if (!isHuntError(error)) throw error;
    const text = `${error.message} ${error.hint ?? ""}`;
    expect(findSecrets(text, [new Secret("hunter2", "x")])).toEqual([]);
    return { code: error.code, text };
  }
  return expect.unreachable("it succeeded");
}

const otx = { vault: undefined, secret: "TIProviders-OTX-Args-AuthKey" };

test("a secret is read; the tenant and the scope are ours, whatever the vault's challenge says", async () => {
  const secret = await vault().get(otx);
  expect(secret.reveal()).toBe("hunter2-from-vault");
  expect(String(secret)).toBe("<secret keyvault:soc-vault/TIProviders-OTX-Args-AuthKey>");
  expect(new Set(asked)).toEqual(new Set([`https://vault.azure.net/.default ${tenant}`]));
  // The token goes out only after the vault asked for it.
  expect(azure.received[0]?.headers["authorization"]).toBeUndefined();
});

test("UseKeyring keeps it after the first use; without, nothing is kept", async () => {
  const store = memoryStore();
  await vault({ store }).get(otx);
  const requests = azure.received.length;
  expect((await vault({ store }).get(otx)).reveal()).toBe("hunter2-from-vault");
  expect(azure.received.length).toBe(requests);
  await vault().get(otx);
  expect(azure.received.length).toBeGreaterThan(requests);
});

test("a secret is written, and all names are listed, over pages", async () => {
  const client = vault();
  await client.set({ vault: undefined, secret: "TIProviders-VT-Args-AuthKey" }, new Secret("hunter2-new", "editor"));
  expect(azure.secrets.get("TIProviders-VT-Args-AuthKey")).toBe("hunter2-new");
  expect(await client.list()).toEqual(["TIProviders-OTX-Args-AuthKey", "TIProviders-VT-Args-AuthKey"]);
});

test.each<[string, readonly Fault[], string, RegExp]>([
  ["401 for ever", [{ path: "/secrets", status: 401, times: 99 }], "keyvault/refused", /TenantId/],
  ["403", [{ path: "/secrets", status: 403, times: 99 }], "keyvault/refused", /Key Vault Secrets User/],
  ["404", [{ path: "/secrets", status: 404, times: 99 }], "keyvault/no-secret", /has no secret/],
  ["429 for ever", [{ path: "/secrets", status: 429, times: 99 }], "keyvault/failed", /too often/],
  ["500 for ever", [{ path: "/secrets", status: 500, times: 99 }], "keyvault/failed", /status 500/],
  ["cut connections", [{ path: "/secrets", cut: true, times: 99 }], "net/cut", /./],
  ["no answer", [{ path: "/secrets", delayMs: 9000, times: 99 }], "net/timeout", /./],
])("a vault that answers with %s", async (_, faults, code, text) => {
  azure.failNext(...faults);
  const failed = await failure(vault().get(otx));
  expect(failed.code).toBe(code);
  expect(failed.text).toMatch(text);
});

test("one 503 and one cut connection are got over", async () => {
  azure.failNext({ path: "/secrets", status: 503 }, { path: "/secrets", cut: true });
  expect((await vault().get(otx)).reveal()).toBe("hunter2-from-vault");
});

test("a token that the vault does not take any more is renewed, once", async () => {
  azure.isStrict = true;
  azure.granted.set("hunter2-access-token-old", "https://vault.azure.net");
  azure.granted.set("hunter2-access-token-new", "https://vault.azure.net");
  const renewals: (string | undefined)[] = [];
  let now = "hunter2-access-token-old";
  const client = vault({
    tokens: {
      name: "test",
      getToken: async () => new Secret(now, "test"),
      renew: async ({ refused, claims }) => {
        renewals.push(refused.reveal(), claims);
        now = "hunter2-access-token-new";
        return new Secret(now, "test");
      },
    },
  });
  expect((await client.get(otx)).reveal()).toBe("hunter2-from-vault");
  azure.granted.delete("hunter2-access-token-old");
  expect((await client.get(otx)).reveal()).toBe("hunter2-from-vault");
  expect(renewals).toEqual(["hunter2-access-token-old", undefined]);
  azure.revokeTokens();
  expect((await failure(client.get(otx))).code).toBe("keyvault/refused");
  expect(renewals).toHaveLength(4);
});

test.each([
  [{ vault: "a.evil.example/x", secret: "s" }, "config/no-vault"],
  [{ vault: undefined, secret: "../keys/x" }, "keyvault/no-secret"],
])("names that could lead elsewhere are refused: %j", async (reference, code) => {
  expect((await failure(vault().get(reference))).code).toBe(code);
  expect(azure.received).toEqual([]);
});

test("a setting in a vault is fetched once, by its path's name, and then read at once", async () => {
  const text = "TIProviders:\n  OTX: { Args: { AuthKey: { KeyVault: } } }\nKeyVault: { VaultName: soc-vault }\n";
  let opened = 0;
  const { config } = readConfig(
    text,
    { path: "c.yaml", from: "home" },
    { env: {}, home: "/", openVault: () => (opened++, vault()) },
  );
  const path = "TIProviders.OTX.Args.AuthKey";
  expect(() => config.secret(path)).toThrowError(expect.objectContaining({ code: "config/keyvault-unavailable" }));
  expect(config.knownSecrets()).toEqual([]);
  await config.fetchSecrets("TIProviders");
  expect(config.secret(path)?.reveal()).toBe("hunter2-from-vault");
  expect((await config.fetchSecret(path))?.reveal()).toBe("hunter2-from-vault");
  expect(config.knownSecrets().map(s => s.origin)).toEqual([`keyvault:soc-vault/TIProviders-OTX-Args-AuthKey`]);
  expect(opened).toBe(1);
  const requests = azure.received.filter(r => r.headers["authorization"] !== undefined);
  expect(requests).toHaveLength(1);
});

const id = "11111111-2222-4333-8444-555555555555";
const row = {
  name: "soc",
  tenantId: tenant,
  subscriptionId: "33333333-2222-4333-8444-555555555555",
  resourceGroup: "soc-rg",
  workspaceId: id,
};
const ports = () => ({ http: http(), resourceManager: azure.url, token: new Secret("hunter2-access-token-1", "test") });

test("a workspace's settings are completed from its id; what is filled in stays", async () => {
  azure.graphRows = [row];
  const found = await resolveWorkspace({ WorkspaceId: id, WorkspaceName: "my-name", TenantId: "" }, ports());
  expect(found).toEqual({
    WorkspaceId: id,
    TenantId: tenant,
    SubscriptionId: row.subscriptionId,
    ResourceGroup: "soc-rg",
    WorkspaceName: "my-name",
  });
  const { query } = JSON.parse(azure.received[0]?.body ?? "{}") as { query: string };
  expect(query).toContain(`| where properties.customerId =~ '${id}'`);
});

test.each<[string, object, unknown[], RegExp]>([
  ["nothing is found", { WorkspaceId: id }, [], /no workspace was found/],
  ["several are found", { WorkspaceName: "soc" }, [row, row], /several workspaces/],
  ["nothing is known", {}, [], /neither WorkspaceId nor WorkspaceName/],
  ["a name could be a query", { WorkspaceName: "x' or 1==1 //" }, [], /name is malformed/],
])("a workspace is not resolved when %s", async (_, known, rows, message) => {
  azure.graphRows = rows;
  const failed = await failure(resolveWorkspace(known, ports()));
  expect(failed.code).toBe("config/resolve");
  expect(failed.text).toMatch(message);
});
