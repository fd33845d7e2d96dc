/** Microsoft's own SDK signs in at the stand-in: every way, and every failure with its message. */
import { forgetMachineIdentity } from "./machine-identity.js";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isHuntError } from "../../src/base/error.js";
import { Secret } from "../../src/base/secret.js";
import type { DeviceCodePrompt } from "../../src/config/azure-methods.js";
import { AzureSignIn, type SignInContext } from "../../src/config/azure-sign-in.js";
import { claimsOf } from "../../src/config/azure-token.js";
import { getCloud } from "../../src/config/cloud.js";
import { findSecrets } from "../../src/config/secret-scan.js";
import { openSecretStore, type SecretStore } from "../../src/config/secret-store.js";
import { createHttpClient, type HttpClient } from "../../src/net/client.js";
import { applicationPem, serverCertificate } from "./certificates.js";
import { AzureStandIn, clientId, clientSecret, tenant, type Fault } from "./stand-in.js";

const scope = "https://api.loganalytics.io/.default";
let entra: AzureStandIn;
let dir: string;
const clients: HttpClient[] = [];
beforeEach(async () => {
  entra = await new AzureStandIn().start();
  dir = mkdtempSync(join(tmpdir(), "huntbook-azure-"));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await entra.close();
  rmSync(dir, { recursive: true, force: true });
  for (const name of ["MSI_ENDPOINT", "MSI_SECRET"]) delete process.env[name];
});

function http(env: Record<string, string> = {}, extraCa = [serverCertificate]): HttpClient {
  const client = createHttpClient({ env, extraCa, retries: 2, timeoutMs: 3000, sleep: async () => undefined });
  clients.push(client);
  return client;
}

const application = { clientId, clientSecret: new Secret(clientSecret, "config") };
const noStore: SecretStore | undefined = undefined;

function signIn(changes: Partial<SignInContext> & Pick<SignInContext, "methods">): AzureSignIn {
  return new AzureSignIn({
    cloud: { ...getCloud(), login: entra.url },
    env: {},
    http: http(),
    directHttp: http(),
    nowMs: Date.now,
    prompt: undefined,
    hasBrowser: false,
    store: noStore,
    run: async () => ({ exitCode: undefined, stdout: "", stderr: "" }),
    ...changes,
  });
}

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string; hint: string | undefined }> {
  try {
    await work;
  } catch (error) {
    if (!isHuntError(error)) throw error;
    const text = `${error.message} ${error.hint ?? ""}`;
    expect(findSecrets(text, [application.clientSecret])).toEqual([]);
    expect(text).not.toMatch(/ana@contoso|hunter2|Trace ID/);
    return { code: error.code, message: error.message, hint: error.hint };
  }
  return expect.unreachable("it succeeded");
}

const isToken = (token: Secret): void => expect(token.reveal()).toMatch(/^hunter2-access-token-\d+$/);

test("an application signs in by its secret; the token is kept and asked for once", async () => {
  const azure = signIn({ methods: ["clientsecret"], application });
  const tokens = await Promise.all([1, 2, 3].map(() => azure.getToken(scope, tenant)));
  tokens.forEach(isToken);
  await azure.getToken(scope, tenant);
  expect(entra.received.filter(r => r.path.includes("/v2.0/token")).length).toBe(1);
  const form = new URLSearchParams(entra.received.find(r => r.path.includes("/v2.0/token"))?.body);
  expect([form.get("scope")?.split(" ")[0], form.get("client_id")]).toEqual([scope, clientId]);
});

test("an application signs in by its certificate", async () => {
  const certificatePath = join(dir, "app.pem");
  writeFileSync(certificatePath, applicationPem);
  isToken(
    await signIn({ methods: ["certificate"], application: { clientId, certificatePath } }).getToken(scope, tenant),
  );
});

test.each<[string, Record<string, string>]>([
  ["a secret", { AZURE_CLIENT_SECRET: clientSecret }],
  ["a certificate", { AZURE_CLIENT_CERTIFICATE_PATH: "app.pem" }],
  ["a name and password", { AZURE_USERNAME: "ana@contoso.com", AZURE_PASSWORD: "hunter2" }],
])("the environment signs in by %s", async (_, more) => {
  writeFileSync(join(dir, "app.pem"), applicationPem);
  const path = more["AZURE_CLIENT_CERTIFICATE_PATH"];
  const env = {
    AZURE_CLIENT_ID: clientId,
    AZURE_TENANT_ID: tenant,
    ...more,
    ...(path === undefined ? {} : { AZURE_CLIENT_CERTIFICATE_PATH: join(dir, path) }),
  };
  isToken(await signIn({ methods: ["env"], env }).getToken(scope, tenant));
});

test("the machine signs in: Azure Machine Learning's compute, never through a proxy", async () => {
  forgetMachineIdentity();
  process.env["MSI_ENDPOINT"] = `${entra.plainUrl}/msi/token`;
  process.env["MSI_SECRET"] = "hunter2-identity";
  const proxy = http({ HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" });
  const azure = signIn({ methods: ["msi"], http: proxy, env: { DEFAULT_IDENTITY_CLIENT_ID: "m1" } });
  isToken(await azure.getToken(scope, tenant));
  const request = entra.received.at(-1);
  expect(request?.headers["secret"]).toBe("hunter2-identity");
  expect(request?.path).toContain("clientid=m1");
});

test("a person signs in by a code, which is shown; many queries show one code", async () => {
  const prompts: DeviceCodePrompt[] = [];
  const azure = signIn({ methods: ["devicecode"], prompt: p => void prompts.push(p) });
  const tokens = await Promise.all([1, 2, 3, 4].map(() => azure.getToken(scope, tenant)));
  tokens.forEach(isToken);
  expect(prompts.map(p => [p.userCode, p.verificationUri])).toEqual([["ABC-DEF", "https://microsoft.com/devicelogin"]]);
});

test("who signed in by a code is kept, encrypted: the next session asks nobody", async () => {
  const kept: { value?: string } = {};
  const ring = { read: async () => kept.value, write: async (v: string) => void (kept.value = v) };
  const open = async () =>
    (await openSecretStore({
      dir,
      kind: "auto",
      keyRing: ring,
      passphrase: undefined,
      now: () => new Date(),
    })) as SecretStore;
  let prompts = 0;
  const prompt = () => void prompts++;
  await signIn({ methods: ["devicecode"], prompt, store: await open() }).getToken(scope, tenant);
  const text = readFileSync(join(dir, "secrets.enc"), "utf8");
  for (const clear of ["hunter2", "ana@contoso.com", "refresh"]) expect(text).not.toContain(clear);
  const next = signIn({ methods: ["devicecode"], prompt, store: await open() });
  expect((await next.status(scope, tenant)).attempts[0]?.detail).toContain("ana@contoso.com");
  isToken(await next.getToken(scope, tenant));
  isToken(await next.getToken("https://vault.azure.net/.default", tenant));
  expect(prompts).toBe(1);
  // A run that nobody looks at uses what was kept, and asks nobody.
  isToken(await signIn({ methods: ["devicecode"], isUnattended: true, store: await open() }).getToken(scope, tenant));
  // Without a store nothing is kept.
  rmSync(join(dir, "secrets.enc"));
  entra.devicePolls = 0;
  await signIn({ methods: ["devicecode"], prompt }).getToken(scope, tenant);
  expect(prompts).toBe(2);
  expect(() => readFileSync(join(dir, "secrets.enc"))).toThrow();
});

test.each([
  ["devicecode" as const, /nobody is there to enter a code/],
  ["interactive" as const, /nobody is there to sign in with a browser/],
])(
  "where nobody is, %s ends at once with the reason instead of waiting, and asks no service",
  async (method, message) => {
    const unattended = signIn({
      methods: [method],
      isUnattended: true,
      hasBrowser: true,
      prompt: () => expect.unreachable(),
    });
    await expect(unattended.getToken(scope, tenant)).rejects.toMatchObject({
      code: "auth/none",
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining("az login") as string,
    });
    expect((await unattended.status(scope, tenant)).attempts[0]).toMatchObject({ state: "unavailable" });
    expect(entra.received).toEqual([]);
  },
);

test("a sign-in by code that is cancelled stops waiting", async () => {
  entra.devicePolls = 1e9;
  const stop = new AbortController();
  const token = signIn({ methods: ["devicecode"], prompt: () => stop.abort() }).getToken(scope, tenant, stop.signal);
  expect((await failure(token)).code).toBe("net/cancelled");
});

test.each<[number, string, RegExp, RegExp]>([
  [7000215, "auth/refused", /secret is wrong/, /set the secret/],
  [7000222, "auth/refused", /secret has expired/, /new secret/],
  [700016, "auth/refused", /not known in this tenant/, /ClientId/],
  [90002, "auth/refused", /no such tenant/, /TenantId/],
  [700082, "auth/expired", /expired or was revoked/, /sign in again/],
  [50173, "auth/expired", /expired or was revoked/, /sign in again/],
  [53003, "auth/refused", /conditional access/, /administrator/],
  [700024, "auth/clock", /clock/, /set the clock/],
  [999999, "auth/refused", /AADSTS999999/, /Entra's documentation/],
])("AADSTS%i is told in words, without what Entra says about people", async (code, expected, message, hint) => {
  entra.tokenError = code;
  const failed = await failure(signIn({ methods: ["clientsecret"], application }).getToken(scope, tenant));
  expect(failed.code).toBe(expected);
  expect(failed.message).toMatch(message);
  expect(failed.message).toContain(`AADSTS${code}`);
  expect(failed.hint).toMatch(hint);
});

test.each<[string, readonly Fault[], string | undefined]>([
  ["one 503, then a token", [{ path: "/token", status: 503 }], undefined],
  [
    "one 429 with Retry-After, then a token",
    [{ path: "/token", status: 429, headers: { "retry-after": "1" } }],
    undefined,
  ],
  ["a connection cut once, then a token", [{ path: "/token", cut: true }], undefined],
  ["429 for ever", [{ path: "/token", status: 429, times: 99 }], "auth/busy"],
  ["503 for ever", [{ path: "/token", status: 503, body: "<html>", times: 99 }], "auth/busy"],
  ["403 of a gateway", [{ path: "/token", status: 403, body: { error: "blocked" }, times: 99 }], "auth/refused"],
  ["connections that are cut", [{ path: "/token", cut: true, times: 99 }], "net/cut"],
  ["an answer that never comes", [{ path: "/token", delayMs: 9000, times: 99 }], "net/timeout"],
  [
    "the page of a proxy",
    [{ path: "/token", status: 200, body: "<html>sign in to the Wi-Fi</html>", times: 99 }],
    "auth/failed",
  ],
])("the service: %s", async (_, faults, code) => {
  entra.failNext(...faults);
  const client = createHttpClient({
    extraCa: [serverCertificate],
    retries: 2,
    timeoutMs: 2500,
    sleep: async () => undefined,
  });
  clients.push(client);
  const token = signIn({ methods: ["clientsecret"], application, http: client }).getToken(scope, tenant);
  if (code === undefined) isToken(await token);
  else expect((await failure(token)).code).toBe(code);
});

test("a private authority that is not trusted is told with what to set", async () => {
  const untrusting = http({}, []);
  const failed = await failure(
    signIn({ methods: ["clientsecret"], application, http: untrusting }).getToken(scope, tenant),
  );
  expect(failed).toMatchObject({ code: "net/tls", hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") as string });
});

test("everything goes through a proxy that asks for a password; a wrong one is told", async () => {
  entra.proxyLogin = "me:hunter2-proxy";
  const cloud = { ...getCloud(), login: "https://login.example" };
  const through = (password: string) => http({ HTTPS_PROXY: `http://me:${password}@127.0.0.1:${entra.proxyPort}` });
  isToken(
    await signIn({ methods: ["clientsecret"], application, cloud, http: through("hunter2-proxy") }).getToken(
      scope,
      tenant,
    ),
  );
  expect(entra.proxied).toBeGreaterThan(0);
  const wrong = signIn({ methods: ["clientsecret"], application, cloud, http: through("wrong") });
  expect((await failure(wrong.getToken(scope, tenant))).code).toBe("net/proxy-auth");
});

test("a clock that is wrong is recognised by the service's", async () => {
  entra.skewMs = 20 * 60_000;
  entra.tokenError = 7000215;
  const failed = await failure(signIn({ methods: ["clientsecret"], application }).getToken(scope, tenant));
  expect(failed).toMatchObject({ code: "auth/clock" });
  expect(failed.message).toMatch(/clock is (?:19|20) minutes behind/);
});

test("ways are tried in the configured order until one succeeds; the next time it is used at once", async () => {
  const azure = signIn({ methods: ["env", "vscode", "cli", "clientsecret"], application });
  isToken(await azure.getToken(scope, tenant));
  const { attempts, signedIn } = await azure.status(scope, tenant);
  expect(signedIn).toBe(true);
  expect(attempts.map(a => [a.method, a.state, a.code ?? ""])).toEqual([
    ["env", "unavailable", ""],
    ["vscode", "unavailable", ""],
    ["cli", "failed", "auth/no-cli"],
    ["clientsecret", "ok", ""],
  ]);
});

test("when all fail, each way says why", async () => {
  entra.tokenError = 7000222;
  const failed = await failure(
    signIn({ methods: ["env", "cli", "clientsecret", "vscode"], application }).getToken(scope, tenant),
  );
  expect(failed.code).toBe("auth/none");
  expect(failed.message.split("\n")).toEqual([
    `no way to sign in to tenant '${tenant}' succeeded:`,
    "  env: AZURE_CLIENT_ID is not set",
    "  cli: the Azure CLI (az) is not installed",
    `  clientsecret: application ${clientId}: the application's secret has expired (AADSTS7000222)`,
    "  vscode: Visual Studio Code no longer offers its sign-in to other programs",
  ]);
});

test("a revoked sign-in is noticed when the token is renewed, and other ways get their chance", async () => {
  entra.tokenSeconds = 100;
  const azure = signIn({
    methods: ["clientsecret", "cli"],
    application,
    run: async () => ({
      exitCode: 0,
      stderr: "",
      stdout: JSON.stringify({ accessToken: "hunter2-access-token-99", expires_on: 1 }),
    }),
  });
  await azure.getToken(scope, tenant);
  entra.tokenError = 50173;
  expect((await failure(azure.getToken(scope, tenant))).code).toBe("auth/expired");
  expect((await azure.getToken(scope, tenant)).reveal()).toBe("hunter2-access-token-99");
});

test("a token that a service refuses before its time is renewed, by a sign-in of its own, once for all who ask", async () => {
  const azure = signIn({ methods: ["clientsecret"], application });
  const refused = await azure.getToken(scope, tenant);
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  const renewed = await Promise.all([1, 2, 3].map(() => azure.renew({ scope, tenantId: tenant, refused, claims })));
  renewed.forEach(isToken);
  expect(new Set(renewed.map(t => t.reveal())).size).toBe(1);
  expect(renewed[0]?.reveal()).not.toBe(refused.reveal());
  expect((await azure.getToken(scope, tenant)).reveal()).toBe(renewed[0]?.reveal());
  // Whoever comes late with the old one gets the new one.
  expect((await azure.renew({ scope, tenantId: tenant, refused })).reveal()).toBe(renewed[0]?.reveal());
  const forms = entra.received.filter(r => r.path.includes("/v2.0/token")).map(r => new URLSearchParams(r.body));
  expect(forms).toHaveLength(2);
  expect(forms[1]?.get("claims")).toContain("nbf");
});

test.each([
  [undefined, undefined],
  ['Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="', '{"a":1}'],
  ['Bearer claims="bm8ganNvbg=="', undefined],
  ["Bearer realm=x", undefined],
])("claims of %j", (header, expected) => {
  expect(claimsOf(header)).toBe(expected);
});

test("a tenant that could be something else is not sent anywhere", async () => {
  const failed = await failure(signIn({ methods: ["clientsecret"], application }).getToken(scope, "../evil"));
  expect(failed.code).toBe("auth/refused");
  expect(entra.received).toEqual([]);
});
