import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigFile } from "./config-file.js";
import { systemConfigPorts, type ConfigPorts } from "./config.js";
import { parsePortalUrl, readConfigJson } from "./import-workspace.js";
import { parseYamlSource } from "./yaml-source.js";

let dir: string;
let ports: ConfigPorts;
const now = new Date("2026-11-24T08:30:00Z");
const id = "11111111-2222-4333-8444-555555555555";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-config-"));
  ports = { ...systemConfigPorts(), env: {}, cwd: dir, home: dir };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const path = () => join(dir, "msticpyconfig.yaml");
const put = (text: string) => writeFileSync(path(), text);

test("a save replaces the file whole, keeps its permissions and a backup", async () => {
  put("Azure:\n  cloud: cn # here\n");
  chmodSync(path(), 0o640);
  const file = ConfigFile.open(ports);
  file.set(["Azure", "cloud"], "usgov");
  const saved = await file.save(now);
  expect(saved.backup).toBe(`${path()}.save_20261124-083000`);
  expect(readFileSync(path(), "utf8")).toBe("Azure:\n  cloud: usgov # here\n");
  expect(readFileSync(saved.backup ?? "", "utf8")).toBe("Azure:\n  cloud: cn # here\n");
  if (process.platform !== "win32") expect(statSync(path()).mode & 0o777).toBe(0o640);
  file.set(["Azure", "cloud"], "global");
  expect((await file.save(now)).backup).toBe(`${path()}.save_20261124-083000-2`);
  expect(readdirSync(dir).filter(f => f.endsWith(".tmp"))).toEqual([]);
});

test("a new file is for its owner only; without a backup there is none", async () => {
  const file = ConfigFile.open(ports);
  expect(file.exists).toBe(false);
  file.set(["TIProviders", "OTX", "Args", "AuthKey"], "k");
  expect(await file.save(now)).toEqual({ path: path(), backup: undefined });
  if (process.platform !== "win32") expect(statSync(path()).mode & 0o777).toBe(0o600);
});

test("a file that somebody else changed is not overwritten unasked", async () => {
  put("Azure: { cloud: cn }\n");
  const file = ConfigFile.open(ports);
  file.set(["Azure", "cloud"], "usgov");
  put("Azure: { cloud: cn }\nLogging: { LogLevel: INFO }\n");
  await expect(file.save(now)).rejects.toMatchObject({ code: "config/changed" });
  expect(readFileSync(path(), "utf8")).toContain("LogLevel");
  expect(file.reload().document.get(["Logging", "LogLevel"])).toBe("INFO");
  await file.save(now, { overwrite: true });
  expect(readFileSync(path(), "utf8")).not.toContain("LogLevel");
});

test.skipIf(process.platform === "win32")("a link stays a link", async () => {
  writeFileSync(join(dir, "real.yaml"), "Azure: { cloud: cn }\n");
  symlinkSync(join(dir, "real.yaml"), path());
  const file = ConfigFile.open(ports);
  file.set(["Azure", "cloud"], "usgov");
  await file.save(now, { backup: false });
  expect(readFileSync(join(dir, "real.yaml"), "utf8")).toContain("usgov");
  expect(statSync(path()).isFile()).toBe(true);
});

test("a place that cannot be written is told, and nothing is left behind", async () => {
  writeFileSync(join(dir, "file"), "");
  const file = ConfigFile.open(ports);
  file.set(["Azure", "cloud"], "cn");
  await expect(file.save(now, { path: "file/x.yaml" })).rejects.toMatchObject({ code: "config/unwritable" });
});

test("a process that is killed while it saves leaves a whole file", async () => {
  put(`Azure: { cloud: cn }\nX: ${"x".repeat(200_000)}\n`);
  const code = `
    const { saveText } = await import(${JSON.stringify(new URL("./save-text.ts", import.meta.url).href)});
    for (let n = 0; ; n++) {
      await saveText(${JSON.stringify(path())}, "n: " + n + "\\nX: " + "y".repeat(300000) + "\\n", { now: new Date() });
      if (n === 3) process.stdout.write("ready");
    }`;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise(done => child.stdout.once("data", done));
    await new Promise(done => setTimeout(done, 5 + round * 7));
    child.kill("SIGKILL");
    await new Promise(done => child.once("exit", done));
    const text = readFileSync(path(), "utf8");
    expect(parseYamlSource(text, "x").diagnostics).toEqual([]);
    expect(text.endsWith("y\n")).toBe(true);
  }
}, 60_000);

test("what is shown has no secrets, not even where a key is misspelt", () => {
  put(
    "TIProviders:\n  OTX: { Args: { AuthKey: hunter2, AutKey: hunter3 } }\n  VT: { Args: { AuthKey: { EnvironmentVar: VT } } }\n",
  );
  const shown = JSON.stringify(ConfigFile.open(ports).masked);
  expect(shown).not.toMatch(/hunter/);
  expect(shown).toContain('{"EnvironmentVar":"VT"}');
});

const settings = { tenant_id: id, subscription_id: id, resource_group: "rg", workspace_id: id, workspace_name: "soc" };

test("config.json of Azure Machine Learning becomes a workspace and the default; what was filled in stays", async () => {
  put("# mine\nAzureSentinel:\n  Workspaces:\n    Default: { WorkspaceName: mine }\n");
  writeFileSync(join(dir, "config.json"), JSON.stringify(settings));
  const file = ConfigFile.open(ports);
  expect(file.importConfigJson("config.json")).toBe("soc");
  await file.save(now);
  const again = ConfigFile.open(ports).document;
  expect(again.get(["AzureSentinel", "Workspaces", "soc"])).toEqual({
    TenantId: id,
    SubscriptionId: id,
    ResourceGroup: "rg",
    WorkspaceId: id,
    WorkspaceName: "soc",
  });
  expect(again.get(["MSSentinel", "Workspaces", "Default", "WorkspaceName"])).toBe("mine");
  expect(readFileSync(path(), "utf8")).toMatch(/^# mine\nAzureSentinel:/);
});

test.each([
  ["{", "is not JSON"],
  ["[]", "is not an object"],
  ['{"workspace_id": "x"}', "has no GUID in 'workspace_id'"],
  ["{}", "has no workspace_id"],
])("config.json %s is refused", (text, message) => {
  expect(() => readConfigJson(text, "config.json")).toThrowError(message);
});

const portal = "https://portal.azure.com/#";
test.each([
  `${portal}@contoso.onmicrosoft.com/resource/subscriptions/${id}/resourceGroups/soc-rg/providers/Microsoft.OperationalInsights/workspaces/soc-prod/Overview`,
  `${portal}blade/Microsoft_Azure_Security_Insights/MainMenuBlade/0/subscriptionId/${id}/resourceGroup/soc-rg/workspaceName/soc-prod`,
  `${portal}view/Microsoft_Azure_Security_Insights/MainMenuBlade/~/0/id/%2Fsubscriptions%2F${id}%2Fresourcegroups%2Fsoc-rg%2Fproviders%2Fmicrosoft.securityinsightsarg%2Fsentinel%2Fsoc-prod`,
])("the portal's address %s names a workspace", address => {
  expect(parsePortalUrl(address)).toMatchObject({
    cloud: "global",
    settings: { SubscriptionId: id, ResourceGroup: "soc-rg", WorkspaceName: "soc-prod" },
  });
});

test.each([
  ["https://evil.example/#/subscriptions/x", /not an address of the Azure portal/],
  [`${portal}home`, /does not name/],
  [`${portal}/subscriptions/${id}/resourceGroups/rg/workspaces/a'or'b`, /no workspace/],
  ["not an address", /not an address/],
])("the address %s is refused", (address, message) => {
  expect(() => parsePortalUrl(address)).toThrowError(message);
});

test("other clouds are known by their portals", () => {
  expect(parsePortalUrl(`https://portal.azure.us/#/subscriptions/${id}/resourceGroups/rg/workspaces/soc`).cloud).toBe(
    "usgov",
  );
});

test("config/import: what is no workspace is refused with what is wanted", () => {
  const refused = { code: "config/import", hint: expect.stringMatching(/./) as string };
  const attempts = [
    () => ConfigFile.open(ports).importConfigJson("nowhere.json"),
    () => readConfigJson("no json", "config.json"),
    () => readConfigJson("{}", "config.json"),
    () => parsePortalUrl("https://portal.azure.com.evil.example/#x"),
  ];
  for (const attempt of attempts) expect(attempt).toThrowError(expect.objectContaining(refused));
});
