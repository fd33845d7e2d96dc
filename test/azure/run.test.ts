/** A notebook on a workspace of Microsoft Sentinel, by every way to sign in: only the configuration differs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientId, clientSecret, tenant, WholeAzure } from "./whole.js";

const whole = new WholeAzure();
beforeAll(() => whole.start());
afterAll(() => whole.close());
beforeEach(() => {
  whole.azure.received.length = 0;
  whole.azure.granted.clear();
});

const application = { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenant };
const grants = () =>
  whole.azure.received.flatMap(r => (r.path.includes("/v2.0/token") ? [new URLSearchParams(r.body)] : []));

interface Way {
  readonly config?: string;
  readonly workspace?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: () => void;
  /** What shows that it was this way. */
  readonly shows: () => void;
}

const fromProgram = (name: string, output: string): Way => ({
  config: `Azure: { auth_methods: [${name === "az" ? "cli" : "powershell"}] }\n`,
  before: () => {
    whole.azure.granted.set(`hunter2-access-token-of-${name}`, "");
    // Where secrets may stand: what the tests write for the product to read.
    writeFileSync(join(whole.dir, `${name}.env`), output);
    whole.program(name, `cat ${join(whole.dir, name)}.env`);
  },
  shows: () => expect(grants()).toEqual([]),
});

const ways: Readonly<Record<string, Way>> = {
  "env, by a secret": {
    config: "Azure: { auth_methods: [env] }\n",
    env: { ...application, AZURE_CLIENT_SECRET: clientSecret },
    shows: () => expect(grants()[0]?.get("client_secret")).toBe(clientSecret),
  },
  "env, by a certificate": {
    config: "Azure: { auth_methods: [env] }\n",
    env: { ...application, AZURE_CLIENT_CERTIFICATE_PATH: join(whole.dir, "app.pem") },
    shows: () => expect(grants()[0]?.get("client_assertion")?.split(".")).toHaveLength(3),
  },
  "env, by a name and a password": {
    config: "Azure: { auth_methods: [env] }\n",
    env: { ...application, AZURE_USERNAME: "ana@contoso.com", AZURE_PASSWORD: "hunter2-of-ana" },
    shows: () => expect(grants()[0]?.get("password")).toBe("hunter2-of-ana"),
  },
  clientsecret: {
    config: `Azure: { auth_methods: [clientsecret] }
DataProviders: { AzureCLI: { Args: { clientId: ${clientId}, tenantId: ${tenant}, clientSecret: { EnvironmentVar: APP_SECRET } } } }
`,
    env: { APP_SECRET: clientSecret },
    shows: () => expect(grants()[0]?.get("client_secret")).toBe(clientSecret),
  },
  "the workspace's application, by its secret": {
    workspace: `      Args: { ClientId: ${clientId}, ClientSecret: { EnvironmentVar: APP_SECRET } }\n`,
    env: { APP_SECRET: clientSecret },
    shows: () => expect(grants()[0]?.get("client_secret")).toBe(clientSecret),
  },
  "the workspace's application, by its certificate": {
    workspace: `      Args: { ClientId: ${clientId}, Certificate: ${join(whole.dir, "app.pem")} }\n`,
    shows: () => expect(grants()[0]?.get("client_assertion")?.split(".")).toHaveLength(3),
  },
  "the workspace's application, whose secret is in the key vault that env opens": {
    workspace: `      Args: { ClientId: ${clientId}, ClientSecret: { KeyVault: the-application } }\n`,
    config: `KeyVault: { VaultName: soc-vault, TenantId: ${tenant}, UseKeyring: false }\nAzure: { auth_methods: [env] }\n`,
    env: { ...application, AZURE_CLIENT_CERTIFICATE_PATH: join(whole.dir, "app.pem") },
    before: () => void whole.azure.secrets.set("the-application", clientSecret),
    shows: () => {
      expect(grants().map(g => g.get("scope")?.split(" ")[0])).toEqual([
        "https://vault.azure.net/.default",
        "https://api.loganalytics.io/.default",
      ]);
      expect(whole.azure.received.some(r => r.host === "soc-vault.vault.azure.net")).toBe(true);
    },
  },
  "msi, of Azure Machine Learning's compute": {
    config: "Azure: { auth_methods: [msi] }\n",
    env: { DEFAULT_IDENTITY_CLIENT_ID: "m1", MSI_SECRET: "hunter2-identity" },
    before: () => void (process.env["MSI_ENDPOINT"] = `${whole.azure.plainUrl}/msi/token`),
    shows: () => expect(whole.azure.received.find(r => r.path.startsWith("/msi/token"))?.path).toContain("clientid=m1"),
  },
  cli: fromProgram(
    "az",
    JSON.stringify({ accessToken: "hunter2-access-token-of-az", expires_on: Math.floor(Date.now() / 1000) + 3600 }),
  ),
  powershell: fromProgram(
    "pwsh",
    JSON.stringify({ Token: "hunter2-access-token-of-pwsh", ExpiresOn: "2099-01-01T00:00:00Z" }),
  ),
};

describe.skipIf(process.platform === "win32")("huntbook run --workspace Soc", () => {
  test.each(Object.entries(ways))("%s", async (_, { config, workspace, env, before, shows }) => {
    whole.configure(config, workspace);
    const { code, text } = await whole.with({ MSI_ENDPOINT: undefined, ...env }, () => {
      before?.();
      return whole.run(["%%kql\nHunt_CL | summarize n = count()"], "--workspace", "Soc");
    });
    expect(text).toMatch(/hunt\.ipynb ran: 1 of 1 cells/);
    expect(code).toBe(0);
    shows();
    expect(whole.azure.received.some(r => r.host === "api.loganalytics.io")).toBe(true);
    expect(whole.azure.proxied).toBeGreaterThan(0);
  });
});
