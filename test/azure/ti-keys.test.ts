/** Keys of threat intelligence in a key vault: fetched by the first look-up that asks, from the stand-in to the service. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.js";
import { readConfig } from "../../src/config/config.js";
import { KeyVault } from "../../src/config/key-vault.js";
import { configureSources } from "../../src/enrich/ti/configure.js";
import { TiLookup } from "../../src/enrich/ti/lookup.js";
import { FrameStore } from "../../src/frame/store.js";
import { createHttpClient } from "../../src/net/client.js";
import { serverCertificate } from "./certificates.js";
import { AzureStandIn, tenant } from "./stand-in.js";

let azure: AzureStandIn;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  azure = await new AzureStandIn().start();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await azure.close();
});

async function open() {
  const keys: string[] = [];
  const service = createServer((request, response) => {
    keys.push(String(request.headers["x-otx-api-key"]));
    response.end(JSON.stringify({ pulse_info: { count: 2, pulses: [] } }));
  });
  await new Promise<void>(done => service.listen(0, "127.0.0.1", done));
  const client = createHttpClient({ extraCa: [serverCertificate], retries: 0, timeoutMs: 5000 });
  const store = await FrameStore.open();
  closers.push(
    () => new Promise(done => service.close(done)),
    () => client.close(),
    () => store.close(),
  );
  const vault = new KeyVault({
    ...{ vaultName: "soc-vault", tenantId: tenant, scope: "https://vault.azure.net/.default", store: undefined },
    ...{ address: () => azure.url, http: client, nowMs: Date.now },
    tokens: { name: "test", getToken: async () => new Secret("hunter2-access-token-1", "test") },
  });
  let opened = 0;
  const base = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const { config } = readConfig(
    `KeyVault: { VaultName: soc-vault, TenantId: ${tenant} }\nTIProviders:\n  OTX: { Args: { AuthKey: { KeyVault: }, BaseUrl: "${base}" } }\n`,
    { path: "/case/msticpyconfig.yaml", from: "home" },
    { env: {}, home: "/", openVault: () => (opened++, vault) },
  );
  const notices: string[] = [];
  const ti = new TiLookup({
    load: () =>
      configureSources({
        ...{ config, client, nowMs: Date.now, sleep: async () => undefined, workspace: "x", workspaceNowMs: Date.now },
        runIndicatorQuery: async () => Promise.reject(new Error("not asked")),
        ...{ notify: n => notices.push(n.message), baseDir: "/" },
      }),
    ...{ retired: [], frames: async () => store, nowMs: Date.now, clock: "system", signal: () => undefined },
    ...{ onProgress: () => undefined, notify: () => undefined },
  });
  return { ti, keys, notices, opened: () => opened };
}
const only = { providers: ["OTX"] } as const;

test("the key is fetched once, by the first look-up that asks the service, and reaches it", async () => {
  const { ti, keys, notices, opened } = await open();
  expect(ti.providerStatus.find(line => line.startsWith("OTX"))).toMatch(/\(primary\)$/);
  await ti.dryRun(["8.8.8.8"], only);
  await ti.lookupIoc("10.0.0.1", only);
  expect([opened(), keys.length, notices]).toEqual([0, 0, []]);
  const frame = await ti.lookupIocs(["8.8.8.8", "9.9.9.9", "1.1.1.1"], only);
  expect((await frame.rows()).map(r => r["Severity"])).toEqual(["high", "high", "high"]);
  expect(keys).toEqual(Array(3).fill("hunter2-from-vault"));
  const requests = azure.received.length;
  await ti.lookupIoc("8.8.4.4", only);
  expect(azure.received.length).toBe(requests);
});

test("a vault that refuses is a row with its reason; nothing is sent, and the next look-up tries again", async () => {
  const { ti, keys } = await open();
  azure.failNext({ path: "/secrets", status: 403, times: 1 });
  const [first] = await ti.lookupIoc("8.8.8.8", only);
  expect(first).toMatchObject({
    Result: false,
    Status: 3,
    Message: expect.stringMatching(/^the key of OTX could not be fetched: /) as string,
  });
  expect(keys).toEqual([]);
  expect((await ti.lookupIoc("8.8.8.8", only))[0]).toMatchObject({ Result: true, Severity: "high" });
});
