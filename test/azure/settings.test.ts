/** What `huntbook config`, `auth status` and `doctor` say of Azure, behind a proxy with a password and a private authority. */
import { forgetMachineIdentity } from "./machine-identity.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "./stand-in.js";
import { clientId, clientSecret, subscriptionId, tenant, WholeAzure, workspaceId, type Output } from "./whole.js";

const whole = new WholeAzure();
const { azure } = whole;
const lab = "44444444-2222-4333-8444-555555555555";
const other = "22222222-2222-4333-8444-555555555555";
beforeAll(async () => {
  await whole.start();
  azure.subscriptions.set(subscriptionId, "Security");
  azure.subscriptions.set(lab, "Lab");
  azure.subscriptions.set("55555555-2222-4333-8444-555555555555", "Nothing in it");
  azure.workspaces.push(
    { name: "soc", subscriptionId, resourceGroup: "rg-soc", workspaceId },
    { name: "edr", subscriptionId, resourceGroup: "rg-edr", workspaceId: other },
    { name: "third", subscriptionId, resourceGroup: "rg-soc", workspaceId: "33333333-3333-4333-8444-555555555555" },
    { name: "a-workspace-with-a-long-name-in-the-lab", subscriptionId: lab, resourceGroup: "rg", workspaceId: lab },
  );
  whole.set({ AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenant, AZURE_CLIENT_SECRET: clientSecret });
});
afterAll(() => whole.close());
beforeEach(() => {
  azure.received.length = 0;
  azure.graphRows = [];
  azure.tokenError = undefined;
  azure.skewMs = 0;
  whole.configure("Azure: { auth_methods: [env] }\n");
});

const graphRow = (name: string, id: string) => ({
  ...{ name, tenantId: tenant, subscriptionId, resourceGroup: `rg-${name}`, workspaceId: id },
});
const file = () => readFileSync(join(whole.dir, "msticpyconfig.yaml"), "utf8");
/** No line is wider than the terminal, unless it is one long word such as a path. */
function expectNarrow({ out }: Output): void {
  for (const line of out.split("\n"))
    if (line.length > 80) expect(line.trim().split(/\s+/).length, line).toBeLessThanOrEqual(3);
}

describe("workspaces in Azure", () => {
  test("all that the sign-in can see are listed, over pages, with ids that are whole", async () => {
    const output = await whole.huntbook("config", "workspaces");
    expect(output.out).toBe(`a-workspace-with-a-long-name-in-the-lab  ${lab}
  Lab, rg, westeurope
edr                                      ${other}
  Security, rg-edr, westeurope
soc                                      ${workspaceId}
  Security, rg-soc, westeurope
third                                    33333333-3333-4333-8444-555555555555
  Security, rg-soc, westeurope
`);
    expect(output.code).toBe(0);
    const [first] = azure.received.filter(r => r.path.startsWith("/subscriptions"));
    expect([first?.host, first?.path]).toEqual(["management.azure.com", "/subscriptions?api-version=2022-12-01"]);
  });

  test("a subscription that cannot be looked at is told, and the list is not taken for whole", async () => {
    azure.failNext({ path: `${lab}/providers`, status: 403 });
    const { code, out, err } = await whole.huntbook("config", "workspaces", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      workspaces: [{ settings: { WorkspaceName: "edr" } }, {}, {}],
      failed: [{ subscription: "Lab", message: "Azure Resource Manager refuses access (status 403)" }],
    });
    expect(err).toBe("");
  });

  test.each<[string, readonly Fault[], string, RegExp]>([
    ["401", [{ path: "/subscriptions", status: 401 }], "config/resolve", /does not accept the sign-in.*auth status/s],
    ["403", [{ path: "/subscriptions", status: 403 }], "config/resolve", /role Reader/],
    [
      "429 for ever",
      [{ path: "/subscriptions", status: 429, headers: { "retry-after": "0" }, times: 4 }],
      "config/resolve",
      /asked too often/,
    ],
    ["a page of a proxy", [{ path: "/subscriptions", status: 200, body: "<html>" }], "net/not-json", /proxy/],
    [
      "a page that leads elsewhere",
      [{ path: "/subscriptions", status: 200, body: { value: [], nextLink: "https://evil.example/x" } }],
      "config/resolve",
      /leads elsewhere/,
    ],
    ["a list that is none", [{ path: "/subscriptions", status: 200, body: { value: 5 } }], "config/resolve", /no list/],
    ["the wrong application", [], "auth/refused", /secret is wrong/],
  ])("Resource Manager answers with %s", async (name, faults, code, text) => {
    azure.failNext(...faults);
    const secret = name.startsWith("the wrong") ? { AZURE_CLIENT_SECRET: "hunter2-wrong" } : {};
    const output = await whole.with(secret, () => whole.huntbook("config", "workspaces"));
    expect([output.code, output.err]).toEqual([1, expect.stringContaining(`error ${code}:`)]);
    expect(output.err).toMatch(text);
    expect(azure.received.filter(r => r.host === "evil.example")).toEqual([]);
  });

  test("one 503 and one cut connection are got over; what stays is told", async () => {
    azure.failNext(
      { path: "/subscriptions?", status: 503, headers: { "retry-after": "0" } },
      { path: "/subscriptions?", cut: true },
    );
    expect((await whole.huntbook("config", "workspaces")).code).toBe(0);
    azure.failNext({ path: `${lab}/providers`, status: 503, headers: { "retry-after": "0" }, times: 4 });
    const { code, err } = await whole.huntbook("config", "workspaces");
    expect([code, err]).toEqual([
      1,
      "subscription Lab could not be looked at: Azure Resource Manager fails (status 503)\nhuntbook config import NAME adds one.\n",
    ]);
  });

  test.each([
    ["its name", "edr", "| where name =~ 'edr'"],
    ["its id", other, `| where properties.customerId =~ '${other}'`],
    [
      "the address of its page",
      `https://portal.azure.com/#@contoso.com/resource/subscriptions/${subscriptionId}/resourceGroups/rg-edr/providers/Microsoft.OperationalInsights/workspaces/edr/Overview`,
      "| where resourceGroup =~ 'rg-edr'",
    ],
  ])("one is added to the configuration by %s", async (what, target, query) => {
    azure.graphRows = [graphRow("edr", other)];
    // The address names its tenant by a domain.
    azure.anyTenant = what.startsWith("the address");
    const output = await whole.huntbook("config", "import", target);
    azure.anyTenant = false;
    expect(output.err).toBe("Soc stays the default: it is written as Default too.\n");
    expect(output.code).toBe(0);
    expect(azure.received.find(r => r.path.includes("ResourceGraph"))?.body).toContain(query);
    expect(file()).toContain(`    edr:
      WorkspaceId: ${other}
      TenantId: ${tenant}
      SubscriptionId: ${subscriptionId}
      ResourceGroup: rg-edr
      WorkspaceName: edr
    Default:
      WorkspaceId: ${workspaceId}
`);
    expect((await whole.huntbook("config", "validate")).code).toBe(0);
  });

  test("an entry is completed from its id; what is filled in stays; the second time there is nothing to do", async () => {
    azure.graphRows = [graphRow("other-name", workspaceId)];
    expect((await whole.huntbook("config", "resolve", "Soc")).out).toMatch(/^completed workspace Soc in /);
    expect(file()).toContain(`      WorkspaceName: soc
      SubscriptionId: ${subscriptionId}
      ResourceGroup: rg-other-name
`);
    expect((await whole.huntbook("config", "resolve")).out).toBe("workspace Soc is complete\n");
  });

  test.each([
    [["import", "no such thing"], /config\/import: 'no such thing' is no workspace, file or address/],
    [["import", "nowhere.json"], /config\/import: there is no /],
    [["import", "sooc"], /config\/resolve: no workspace was found/],
    [["resolve", "Sox"], /cli\/usage: there is no workspace 'Sox'/],
  ])("huntbook config %j says what is wrong", async (argv, text) => {
    expect((await whole.huntbook("config", ...argv)).err).toMatch(text);
  });
});

/** Where the machine is, and what the two commands say of it: the way and the words, and what to do. */
const places: readonly {
  readonly name: string;
  readonly config?: string;
  readonly env?: () => Readonly<Record<string, string | undefined>>;
  readonly before?: () => void;
  readonly status: string;
  readonly doctor: RegExp;
}[] = [
  {
    name: "all is well",
    status: `ok  env  application ${clientId}, until
`,
    doctor: /ok +Azure sign-in \(global\)[^]*ok +Microsoft Entra[^]*ok +Azure Resource Manager[^]*ok +Clock +agrees/,
  },
  {
    name: "the proxy's password is wrong",
    env: () => ({ HTTPS_PROXY: whole.proxy("hunter2-wrong") }),
    status: `failed  env  application ${clientId}:
             'login.microsoftonline.com': the proxy does not accept the user
             name and password
             -> correct them in HTTPS_PROXY, percent-encoded, or in
                msticpy.Proxies
`,
    doctor: /warning +Log Analytics query API +'api.loganalytics.io': the proxy does not\s+accept/,
  },
  {
    name: "the proxy asks for a password, and none is set",
    env: () => ({ HTTPS_PROXY: `http://127.0.0.1:${azure.proxyPort}` }),
    status: `failed  env  application ${clientId}:
             'login.microsoftonline.com': the proxy asks for a user name and
             password
             -> set them in HTTPS_PROXY as http://user:password@proxy:port
`,
    doctor: /warning +Microsoft Entra +'login.microsoftonline.com': the proxy asks/,
  },
  {
    name: "the proxy is away",
    env: () => ({ HTTPS_PROXY: "http://127.0.0.1:9" }),
    status: `failed  env  application ${clientId}:
             'login.microsoftonline.com': the connection was refused
             (ECONNREFUSED)
             -> check that the service runs and that a firewall lets you through
`,
    doctor: /warning +Microsoft Entra[^]*refused/,
  },
  {
    name: "the private authority is not trusted",
    env: () => ({ NODE_EXTRA_CA_CERTS: undefined }),
    status: `failed  env  application ${clientId}:
             'login.microsoftonline.com': its certificate is not trusted
             (DEPTH_ZERO_SELF_SIGNED_CERT)
             -> set NODE_EXTRA_CA_CERTS to your organisation's certificates
`,
    doctor: /warning +Azure Resource Manager[^]*not\s+trusted[^]*NODE_EXTRA_CA_CERTS/,
  },
  {
    name: "the clock is wrong",
    before: () => {
      azure.skewMs = 60 * 60_000;
      azure.tokenError = 700024;
    },
    status: `failed  env  application ${clientId}: this machine's
             clock is 60 minutes behind the service's
             -> set the clock by the network's time
`,
    doctor: /warning +Clock +this machine's clock is 60 minutes behind\s+Azure's/,
  },
  {
    name: "the application's secret has expired",
    before: () => void (azure.tokenError = 7000222),
    status: `failed  env  application ${clientId}: the application's
             secret has expired (AADSTS7000222)
             -> make a new secret for the application and set it
`,
    doctor: /secret\s+has\s+expired/,
  },
  {
    name: "the sign-in was revoked",
    before: () => void (azure.tokenError = 50173),
    status: `failed  env  application ${clientId}: the sign-in has
             expired or was revoked (AADSTS50173)
             -> sign in again
`,
    doctor: /expired or was\s+revoked/,
  },
  {
    name: "no az, no PowerShell, no identity, nobody there",
    config: "Azure: { auth_methods: [cli, powershell, devicecode, vscode] }\n",
    before: () => whole.program("az", "exit 127"),
    status: `failed       cli         the Azure CLI (az) is not installed
                         -> install it and run \`az login\`, or configure ClientId
                            and ClientSecret for the workspace
failed       powershell  Connect-AzAccount (PowerShell): PowerShell (pwsh) is
                         not installed
                         -> install it with the module Az, or take powershell
                            out of Azure.auth_methods
unavailable  devicecode  nobody is there to enter a code
                         -> sign in before (az login), or give automation an
                            application (docs: Configuration, Microsoft
                            Sentinel)
unavailable  vscode      Visual Studio Code no longer offers its sign-in to
                         other programs
                         -> use cli (\`az login\` in its terminal) or devicecode
                            instead
`,
    doctor: /warning +Azure sign-in \(global\) +the Azure CLI \(az\) is not installed/,
  },
  {
    name: "az is there, and its sign-in has expired",
    config: "Azure: { auth_methods: [cli] }\n",
    before: () => whole.program("az", 'echo "AADSTS700082: The refresh token has expired" >&2; exit 1'),
    status: `failed  cli  the Azure CLI's sign-in has expired (AADSTS700082)
             -> run \`az login --tenant ${tenant}\`
`,
    doctor: /CLI's sign-in has expired/,
  },
  {
    name: "az is there, and nobody is signed in",
    config: "Azure: { auth_methods: [cli] }\n",
    before: () => whole.program("az", "echo \"Please run 'az login' to setup account.\" >&2; exit 1"),
    status: `failed  cli  the Azure CLI has no valid sign-in for tenant
             '${tenant}'
             -> run \`az login --tenant ${tenant}\`
`,
    doctor: /has no valid sign-in/,
  },
  {
    name: "the machine's identity service is not there",
    config: "Azure: { auth_methods: [msi] }\n",
    env: () => {
      forgetMachineIdentity();
      return { MSI_ENDPOINT: "http://127.0.0.1:9/msi/token", MSI_SECRET: "hunter2-identity" };
    },
    status: `failed  msi  managed identity of this machine: no managed identity answers on
             this machine
             -> only machines in Azure have one: assign it there, or take msi
                out of Azure.auth_methods
`,
    doctor: /no managed\s+identity answers/,
  },
];

describe("huntbook auth status and doctor, on a terminal of 80 columns", () => {
  test.each(places.map(place => [place.name, place] as const))(
    "%s",
    async (_, { config, env, before, status, doctor }) => {
      if (config !== undefined) whole.configure(config);
      before?.();
      const [said, looked] = await whole.with(env?.() ?? {}, async () => [
        await whole.huntbook("auth", "status"),
        await whole.huntbook("doctor"),
      ]);
      expect(said.out).toContain(
        `cloud global, tenant ${tenant}: ${status.startsWith("ok") ? "" : "not "}signed in\n${status}`,
      );
      expect(said.code).toBe(status.startsWith("ok") ? 0 : 1);
      expect(looked.out).toMatch(doctor);
      expect(looked.code).toBe(0);
      [said, looked].forEach(expectNarrow);
    },
  );

  test("where nothing may be sent nothing is, and that is said", async () => {
    for (const [argv, env] of [
      [["doctor", "--offline"], {}],
      [["doctor"], { HUNTBOOK_OFFLINE: "1" }],
    ] as const) {
      const { code, out } = await whole.with(env, () => whole.huntbook(...argv));
      expect(out).toMatch(
        /ok +Network +offline: nothing is sent\nskipped +Azure sign-in \(global\) +not looked at: offline\nskipped +Azure's services/,
      );
      expect(code).toBe(0);
    }
    const status = await whole.with({ HUNTBOOK_OFFLINE: "1" }, () => whole.huntbook("auth", "status"));
    expect(status.out).toMatch(/failed +env[^]*this session is offline/);
    expect(azure.received).toEqual([]);
  });

  test("certificates that are not there are one line, and the other checks are made", async () => {
    const { code, out } = await whole.with({ NODE_EXTRA_CA_CERTS: join(whole.dir, "nowhere.pem") }, () =>
      whole.huntbook("doctor"),
    );
    expect(out.match(/NODE_EXTRA_CA_CERTS names/g)).toHaveLength(1);
    expect(out).toMatch(/failed +Network +NODE_EXTRA_CA_CERTS names[^]*-> correct or unset the variable/);
    expect(out).toMatch(/ok +Configuration/);
    expect(code).toBe(1);
  });

  test("several workspaces without a default have one tenant all the same", async () => {
    whole.configure("Azure: { auth_methods: [env] }\n", `    Edr: { WorkspaceId: ${other}, TenantId: ${tenant} }\n`);
    expect((await whole.huntbook("auth", "status")).out).toContain(`tenant ${tenant}: signed in`);
  });
});
