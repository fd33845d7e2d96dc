/** A notebook on a workspace of Microsoft Sentinel, by every way to sign in: only the configuration differs. */
import { forgetMachineIdentity } from "./machine-identity.js";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createSession } from "../../src/session/session.js";
import { serverCertificate } from "./certificates.js";
import { clientId, clientSecret, tenant, WholeAzure, type Output } from "./whole.js";

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
    before: () => {
      forgetMachineIdentity();
      process.env["MSI_ENDPOINT"] = `${whole.azure.plainUrl}/msi/token`;
    },
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

  test("a person's sign-in by code, kept encrypted by an earlier session, serves a run that nobody looks at", async () => {
    whole.configure("Azure: { auth_methods: [devicecode] }\n");
    await whole.with({ HUNTBOOK_CACHE_PASSPHRASE: "hunter2-of-the-cache" }, async () => {
      const prompts: string[] = [];
      const session = createSession({
        dataDir: join(whole.dir, "data"),
        onSignInCode: p => void prompts.push(p.userCode),
      });
      try {
        await (await session.azure.signIn()).getToken("https://management.azure.com/.default", tenant);
      } finally {
        await session.close();
      }
      expect(prompts).toEqual(["ABC-DEF"]);
      const { code, text } = await whole.run(["%%kql\nHunt_CL | count"], "--workspace", "Soc");
      expect(text).toMatch(/hunt\.ipynb ran: 1 of 1 cells/);
      expect(code).toBe(0);
      expect(grants().at(-1)?.get("grant_type")).toBe("refresh_token");
    });
    const nobody = await whole.run(["%%kql\nHunt_CL | count"], "--workspace", "Soc");
    expect([nobody.code, nobody.text]).toEqual([1, expect.stringContaining("nobody is there to enter a code")]);
  });

  test("a browser on this machine signs in: Entra's page leads back to it", async () => {
    whole.configure("Azure: { auth_methods: [interactive] }\n");
    const opened = join(whole.dir, "opened.env");
    const browser = join(whole.dir, "bin/browser");
    // Without the machine's own ideas of what opens an address.
    whole.program("xdg-mime", "exit 0");
    whole.program("browser", `printf '%s' "$1" > ${opened}`);
    const env = { DISPLAY: ":99", BROWSER: browser, XDG_CURRENT_DESKTOP: undefined, DESKTOP_SESSION: undefined };
    await whole.with(env, async () => {
      const session = createSession({ dataDir: join(whole.dir, "data"), onSignInCode: () => undefined });
      try {
        const token = (await session.azure.signIn()).getToken("https://management.azure.com/.default", tenant);
        await vi.waitFor(() => expect(readFileSync(opened, "utf8")).toContain("/oauth2/v2.0/authorize?"), 20_000);
        const page = new URL(readFileSync(opened, "utf8"));
        expect([page.host, page.searchParams.get("prompt")]).toEqual(["login.microsoftonline.com", expect.anything()]);
        // What the browser does: Entra's page leads back to this machine.
        const back = await new Promise<string>((done, failed) => {
          const address = `${whole.azure.url}${page.pathname}${page.search}`;
          get(address, { ca: serverCertificate }, r => done(r.resume().headers.location ?? "")).on("error", failed);
        });
        expect(back).toMatch(/^http:\/\/localhost:\d+/);
        expect((await fetch(back)).status).toBe(200);
        expect((await token).reveal()).toMatch(/^hunter2-access-token/);
      } finally {
        await session.close();
      }
    });
    expect(grants().at(-1)?.get("grant_type")).toBe("authorization_code");
    expect(grants().at(-1)?.get("code_verifier")).toMatch(/^.{43,}$/);
  });
});

/** What the service does to the query of each cell, one after another; what its cell shows. */
const cells: readonly {
  readonly name: string;
  readonly fault: () => void;
  readonly shows: RegExp;
  readonly code?: string;
}[] = [
  { name: "all is well", fault: () => undefined, shows: /20/ },
  {
    name: "cut at its limit of records",
    fault: () => whole.logs.failNext({ kind: "truncated", rows: 5 }),
    shows: /Partial result: rows are missing.*set limit of 5 records/,
  },
  {
    name: "cut for its size",
    fault: () => whole.logs.failNext({ kind: "too-large", rows: 5 }),
    shows: /Partial result: rows are missing.*set size limit/,
  },
  {
    name: "a shard that failed",
    fault: () => whole.logs.failNext({ kind: "partial", message: "shard 7 is gone" }),
    shows: /rows are missing and values may be wrong.*shard 7 is gone/,
  },
  {
    name: "429, and Retry-After is waited for",
    fault: () => whole.logs.failNext({ kind: "throttled", retryAfterSeconds: 1 }),
    shows: /20/,
  },
  {
    name: "429 with a Retry-After that is too long to wait",
    fault: () => whole.logs.failNext({ kind: "throttled", retryAfterSeconds: 600 }),
    shows: /too many queries at this time \(it asks to wait 10 minutes\)/,
    code: "query/throttled",
  },
  {
    name: "503, and the next time an answer",
    fault: () => whole.logs.failNext({ kind: "unavailable" }),
    shows: /20/,
  },
  {
    name: "504",
    fault: () => whole.logs.failNext({ kind: "gateway-timeout" }),
    shows: /gave up waiting/,
    code: "query/timeout",
  },
  {
    name: "no answer within Huntbook.Limits.TimeoutSeconds",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", delayMs: 30_000 }),
    shows: /took longer than 10 s/,
    code: "query/timeout",
  },
  { name: "a cut connection", fault: () => whole.logs.failNext({ kind: "cut" }), shows: /was cut/, code: "net/cut" },
  {
    name: "an answer that stops in the middle",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", cut: true }),
    shows: /was cut/,
    code: "net/cut",
  },
  {
    name: "the page of a proxy",
    fault: () => whole.logs.failNext({ kind: "web-page" }),
    shows: /not JSON/,
    code: "query/bad-reply",
  },
  {
    name: "500",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", status: 500 }),
    shows: /status 500/,
    code: "query/failed",
  },
  {
    name: "401: the token is renewed",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", status: 401 }),
    shows: /20/,
  },
  {
    name: "401 again",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", status: 401, times: 2 }),
    shows: /access is refused/,
    code: "query/unauthorized",
  },
  {
    name: "403",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", status: 403 }),
    shows: /Log Analytics Reader/,
    code: "query/unauthorized",
  },
  {
    name: "404",
    fault: () => whole.azure.failNext({ path: "/v1/workspaces", status: 404 }),
    shows: /no such workspace/,
    code: "query/workspace-missing",
  },
];

describe("what goes wrong at the service is told in the notebook, the report and the exit code", () => {
  let outputs: string[];
  let report: string;
  let output: Output;
  beforeAll(async () => {
    whole.configure("Azure: { auth_methods: [env] }\nHuntbook: { Limits: { TimeoutSeconds: 10 } }\n");
    // Each fault stands in line for its cell: a query for the service says which is next.
    whole.azure.beforeQuery = body => {
      const at = Number(/cell = (\d+)/.exec(body)?.[1]);
      const cell = faulty.has(at) ? undefined : cells[at];
      faulty.add(at);
      cell?.fault();
    };
    const faulty = new Set<number>();
    output = await whole.with({ ...application, AZURE_CLIENT_SECRET: clientSecret }, () =>
      whole.run(
        cells.map((_, i) => `%%kql\nHunt_CL | extend cell = ${i} | project Account, cell`),
        ...["--workspace", "Soc", "--continue-on-error"],
      ),
    );
    const notebook = JSON.parse(readFileSync(join(whole.dir, "out.ipynb"), "utf8")) as {
      cells: { outputs: unknown }[];
    };
    outputs = notebook.cells.map(c => JSON.stringify(c.outputs));
    report = readFileSync(join(whole.dir, "report.html"), "utf8");
  }, 120_000);

  test.each(cells.map((cell, i) => [cell.name, i, cell] as const))("%s", (_, i, { shows, code }) => {
    expect(outputs[i]).toMatch(shows);
    if (code !== undefined) expect(outputs[i]).toContain(code);
    else expect(outputs[i]).not.toContain('"output_type":"error"');
  });

  test("the run fails, counts what failed, and says what is not whole", () => {
    const failed = cells.filter(c => c.code !== undefined).length;
    expect(output.code).toBe(1);
    expect(output.text).toMatch(
      /Partial result; values may be wrong: .*set limit of 5 records.*set size limit.*shard 7/,
    );
    expect(output.text.match(/cell \d+ failed:/g)).toHaveLength(failed);
    for (const text of ["Partial result", "set limit of 5 records", "shard 7 is gone", "query/throttled", "10 minutes"])
      expect(report, text).toContain(text);
  });
});
