/** A configuration with a secret in every place where one can be, and everything that the product says about it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { main } from "../../src/cli/main.js";
import { createSessionHost } from "../../src/cli/session-host.js";
import { leakSearch, searchOutput } from "./watch.js";

const id = "11111111-2222-4333-8444-555555555555";
/** Nobody listens at port 9: every request ends at the proxy, whose address holds a password. */
const environment: Readonly<Record<string, string>> = {
  HTTPS_PROXY: "http://ana:hunter2-of-the-proxy@127.0.0.1:9",
  HTTP_PROXY: "http://ana:hunter2-of-the-proxy@127.0.0.1:9",
  NO_PROXY: "",
  VT_KEY: "hunter2-in-a-variable",
  AZURE_CLIENT_ID: id,
  AZURE_TENANT_ID: id,
  AZURE_CLIENT_SECRET: "hunter2-of-the-environment",
  HUNTBOOK_CACHE_PASSPHRASE: "hunter2-passphrase",
};
const config = `# a comment with nothing in it
MSSentinel:
  Workspaces:
    Default: { WorkspaceId: ${id}, TenantId: ${id}, WorkspaceName: soc, Args: { ClientId: ${id}, ClientSecret: "hunter2-of-the-workspace" } }
TIProviders:
  VirusTotal: { Args: { AuthKey: { EnvironmentVar: VT_KEY } }, Primary: true }
  OTX: { Args: { AuthKey: "hunter2-'quoted' & <odd>" } }
  XForce: { Args: { ApiID: hunter2-api-id, AuthKey: hunter2-xforce } }
  Unheard: { Args: { ApiKey: hunter2-of-an-unknown-provider, password: [hunter2-in-a-list] } }
OtherProviders:
  GeoIPLite: { Args: { AccountID: "1234", AuthKey: hunter2-maxmind } }
  IPStack: { Args: { AuthKey: hunter2-ipstack } }
DataProviders:
  Splunk: { Args: { host: splunk.example, username: ana, password: hunter2-splunk } }
  AzureCLI: { Args: { clientId: ${id}, tenantId: ${id}, clientSecret: hunter2-application } }
msticpy:
  Proxies: { https: { Url: "127.0.0.1:9", UserName: ana, Password: hunter2-configured-proxy } }
KeyVault: { TenantId: ${id}, VaultName: soc, UseKeyring: true }
Azure: { cloud: global, auth_methods: [env, clientsecret, cli] }
Huntbook: { SecretCache: file }
Oops: { Token: hunter2-in-an-unknown-section, token: 5 }
`;

let dir: string;
const before = { env: { ...process.env }, cwd: process.cwd() };
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "huntbook-journey-")));
  writeFileSync(join(dir, "msticpyconfig.yaml"), config);
  mkdirSync(join(dir, "data"));
  Object.assign(process.env, environment, { MSTICPYCONFIG: join(dir, "msticpyconfig.yaml"), HUNTBOOK_DEBUG: "1" });
  process.chdir(dir);
});
afterAll(() => {
  process.chdir(before.cwd);
  for (const key of Object.keys(process.env)) if (!(key in before.env)) Reflect.deleteProperty(process.env, key);
  Object.assign(process.env, before.env);
  rmSync(dir, { recursive: true, force: true });
});

async function huntbook(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const add = (part: string) => void (text += part);
  const io: Io = {
    ...{ stdout: add, stderr: add, isTty: false, columns: 200, env: process.env, cwd: dir },
    signal: new AbortController().signal,
  };
  const code = await main(argv, {
    io,
    openHost: async () => createSessionHost(io, join(dir, "data")),
    galleryDir: join(dir, "gallery"),
  });
  searchOutput(`huntbook ${argv.join(" ")}`, text);
  return { code, text };
}

const noLeaks = async () => {
  await Promise.resolve();
  expect(leakSearch().take()).toEqual([]);
};

test.each<[readonly string[], RegExp]>([
  [["config", "show"], /OTX\.Args\.AuthKey/],
  [["config", "show", "--json"], /"AuthKey"/],
  [["config", "validate"], /warnings/],
  [["config", "validate", "--json"], /"findings"/],
  [["auth", "status"], /not signed in/],
  [["auth", "status", "--json"], /"attempts"/],
  [["doctor"], /Azure sign-in/],
  [["doctor", "--json"], /"checks"/],
  [["query", "SecurityAlert | take 1"], /error (?:auth|net)\//],
])(
  "huntbook %j says much, and no secret",
  async (argv, expected) => {
    expect((await huntbook(...argv)).text).toMatch(expected);
    await noLeaks();
  },
  120_000,
);

const cells = [
  'import { initNotebook } from "huntbook";\nawait initNotebook({ verbosity: 2 })',
  "settings.config",
  "console.log(settings.config, JSON.stringify(settings.config), String(settings.config))",
  "console.dir(settings.config, { depth: 20, showHidden: true })",
  "const file = new MpConfigFile(); file.viewSettings()",
  "console.log(file.settings, file)",
  "file.validateSettings()",
  "const ws = new WorkspaceConfig(); console.log(ws); ws",
  "settings.config.secret('TIProviders.OTX.Args.AuthKey')",
  "const qry = new QueryProvider('MSSentinel'); console.log(qry); await qry.connect(ws)",
  "const ti = new TILookup(); console.log(ti); ti",
  "await ti.lookupIoc('8.8.8.8')",
  "import { IPStackLookup } from 'huntbook';\nawait new IPStackLookup().lookupIp('8.8.8.8')",
  "throw new Error('mine', { cause: settings.config })",
  "%%kql\nSecurityAlert | take 1",
];

test("a notebook that shows all it has: outputs, report, log and what it leaves", async () => {
  const notebook = {
    ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
    cells: cells.map((source, i) => ({
      ...{ cell_type: "code", id: `c${i}`, source, metadata: {}, outputs: [], execution_count: null },
    })),
  };
  writeFileSync(join(dir, "all.ipynb"), JSON.stringify(notebook));
  const { text } = await huntbook(
    ...["run", "all.ipynb", "--continue-on-error", "--out", "out.ipynb", "--html", "report.html"],
  );
  expect(text).toContain("all.ipynb failed: 15 of 15 cells");
  expect(readFileSync(join(dir, "out.ipynb"), "utf8")).toContain("<secret ");
  expect(readFileSync(join(dir, "report.html"), "utf8")).toContain("&lt;secret ");
  // Also what lies in the data folder: caches, logs, the secret store.
  leakSearch().files(dir);
  expect(readdirSync(dir)).toEqual(expect.arrayContaining(["all.ipynb", "data", "out.ipynb", "report.html"]));
  await noLeaks();
}, 240_000);
