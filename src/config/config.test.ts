import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { isHuntError } from "../base/error.js";
import { createSettings, findConfig, loadConfig, type ConfigPorts } from "./config.js";
import { getCloud } from "./cloud.js";
import { parseConnectionString, WorkspaceConfig } from "./workspace-config.js";

const cwd = resolve("/work");
const home = resolve("/home/ana");
const inWork = join(cwd, "msticpyconfig.yaml");
const inHome = join(home, ".msticpy", "msticpyconfig.yaml");

function ports(files: Record<string, string>, env: Record<string, string> = {}): ConfigPorts {
  return { cwd, home, env, read: path => files[path] };
}
const load = (text: string, env: Record<string, string> = {}) => loadConfig(ports({ [inWork]: text }, env));

const guid = (digit: string) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(12)}`;
const two = `
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: ${guid("1")}
      TenantId: ${guid("a")}
    Soc:
      WorkspaceId: { EnvironmentVar: SOC_WS }
      TenantId: ${guid("b")}
      WorkspaceName: soc-prod
      Args:
        ClientId: app
        ClientSecret: { EnvironmentVar: SOC_SECRET }
`;

test.each<[string, Record<string, string>, Record<string, string>, string | undefined]>([
  [
    "MSTICPYCONFIG first",
    { [resolve("/etc/hunt.yaml")]: "", [inWork]: "" },
    { MSTICPYCONFIG: "/etc/hunt.yaml" },
    "MSTICPYCONFIG",
  ],
  ["the working folder next", { [inWork]: "", [inHome]: "" }, {}, "working folder"],
  ["then the home folder", { [inHome]: "" }, {}, "home"],
  ["a variable that names nothing is passed over", { [inHome]: "" }, { MSTICPYCONFIG: "/nowhere.yaml" }, "home"],
  ["nowhere", {}, {}, undefined],
])("the file is found: %s", (_, files, env, from) => {
  expect(findConfig(ports(files, env))?.from).toBe(from);
});

test("a variable that names nothing is told", () => {
  const config = loadConfig(ports({ [inHome]: "" }, { MSTICPYCONFIG: "/nowhere.yaml" }));
  expect(config.notices[0]?.message).toContain("nowhere.yaml");
});

test("without any file the default workspace is the Contoso demo, and one notice says so", () => {
  const config = loadConfig(ports({}));
  expect(config.notices.map(n => n.code)).toEqual(["config/none"]);
  expect(new WorkspaceConfig({ config }).place).toEqual({ kind: "contoso" });
  expect(new WorkspaceConfig({ config, workspace: "Default" }).place).toEqual({ kind: "contoso" });
});

test("a workspace is found by its entry, id or name, in any case", () => {
  const config = load(two, { SOC_WS: guid("2") });
  const find = (workspace?: string) => new WorkspaceConfig({ config, workspace });
  expect(find().name).toBe("Default");
  expect(find("soc").place).toEqual({ kind: "sentinel", workspaceId: guid("2"), tenantId: guid("b") });
  expect(find("SOC-PROD").name).toBe("Soc");
  expect(find(guid("1")).name).toBe("Default");
  expect(find().codeConnectStr).toBe(`loganalytics://code().tenant('${guid("a")}').workspace('${guid("1")}')`);
  expect(find("contoso").kind).toBe("contoso");
  expect(find().listWorkspaces()).toEqual(["Default", "Soc", "Contoso"]);
  expect(() => find("Sok")).toThrowError(/did you mean 'Soc'/);
});

test.each([
  ["a misspelt name", "Sok", "known: Default, Soc, Contoso"],
  [
    "a folder without a workspace",
    "./case-042",
    expect.stringContaining("huntbook ingest LOGS --workspace ./case-042") as string,
  ],
])("%s is answered with what to do next", (_title, workspace, hint) => {
  const config = load(two);
  expect(() => new WorkspaceConfig({ config, workspace })).toThrowError(expect.objectContaining({ hint }) as Error);
});

test("the only workspace is the default; of several one must be called Default", () => {
  const only = load(`MSSentinel: { Workspaces: { Soc: { WorkspaceId: ${guid("1")}, TenantId: ${guid("2")} } } }`);
  expect(new WorkspaceConfig({ config: only }).name).toBe("Soc");
  const several = load(two.replace("Default:", "Other:"));
  expect(() => new WorkspaceConfig({ config: several })).toThrowError(
    expect.objectContaining({ code: "config/no-default-workspace" }),
  );
});

test("local workspaces are named in our own section, relative to the file", () => {
  const config = load(
    "Huntbook:\n  Workspaces:\n    Case42: { local: ./case-042 }\n    Home: { local: ~/logs }\n  Limits: { MaxRows: 100, MemoryMb: 1 }\n",
  );
  expect(new WorkspaceConfig({ config, workspace: "case42" }).place).toEqual({
    kind: "local",
    path: join(cwd, "case-042"),
  });
  expect(new WorkspaceConfig({ config, workspace: "Home" }).place).toEqual({ kind: "local", path: join(home, "logs") });
  expect(config.limits).toEqual({ maxRows: 100, memoryBytes: 1_048_576 });
  expect(config.notices).toEqual([]);
});

test.each<[string, string, string, number]>([
  ["a misspelt section", "AzureSentinal: {}\n", "did you mean 'AzureSentinel'", 1],
  ["a misspelt workspace key", two.replace("WorkspaceName", "WorkspaceNam"), "did you mean 'WorkspaceName'", 10],
  ["a malformed id", two.replace(guid("1"), "1234"), "Invalid GUID for WorkspaceId in Default section", 5],
  [
    "a misspelt provider key",
    "TIProviders:\n  OTX:\n    Arg: { AuthKey: x }\n",
    "unknown key 'Arg' in 'TIProviders.OTX'",
    3,
  ],
  ["an empty provider", "TIProviders:\n  OTX:\n", "'TIProviders/OTX' sub-section has no settings.", 2],
])("%s is a warning with its line", (_, text, message, line) => {
  const config = load(text, { SOC_WS: guid("2") });
  const notice = config.notices.find(n => n.message.includes(message));
  expect(notice?.message, JSON.stringify(config.notices)).toMatch(new RegExp(`msticpyconfig.yaml:${line}: `));
});

test.each<[string, string, RegExp]>([
  ["YAML that cannot be read", "AzureSentinel:\n  Workspaces: {\n", /msticpyconfig.yaml:\d+:\d+: error yaml\/invalid/],
  ["a duplicate key", "Azure: {}\nAzure: {}\n", /yaml:2:1: error yaml\/invalid/],
  ["a list", "- a\n", /not a mapping/],
  [
    "our section misspelt inside",
    "Huntbook:\n  Workspace: {}\n",
    /yaml:2:3: error config\/huntbook: unknown key 'Workspace'.*did you mean 'Workspaces'/,
  ],
  [
    "a workspace without a folder",
    "Huntbook:\n  Workspaces:\n    A: { lokal: x }\n",
    /unknown key 'lokal'[^]*workspace 'A' has no folder/,
  ],
  ["a wrong limit", "Huntbook: { Limits: { MaxRows: many } }\n", /MaxRows' must be a number above 0/],
])("%s is an error with all its lines", (_, text, message) => {
  expect(() => load(text)).toThrowError(message);
  expect(() => load(text)).toThrowError(expect.objectContaining({ code: "config/invalid" }));
});

test("both spellings of the Sentinel section are one", () => {
  const config = load(
    `AzureSentinel: { Workspaces: { A: { WorkspaceId: ${guid("1")}, TenantId: ${guid("2")} } } }\nMSSentinel: { Workspaces: { B: { WorkspaceId: ${guid("3")}, TenantId: ${guid("4")} } } }\n`,
  );
  expect(WorkspaceConfig.list(config)).toEqual(["A", "B", "Contoso"]);
  expect(config.text("AzureSentinel.Workspaces.B.WorkspaceId")).toBe(
    config.text("MSSentinel.Workspaces.B.WorkspaceId"),
  );
});

test("settings are read by path, from the environment when they are used", () => {
  const env: Record<string, string> = {};
  const config = load(two, env);
  const soc = new WorkspaceConfig({ config, workspace: "Soc" });
  expect(soc.configLoaded).toBe(false);
  expect(() => soc.workspaceId).toThrowError(expect.objectContaining({ code: "config/variable-unset" }));
  env["SOC_WS"] = guid("2");
  env["SOC_SECRET"] = "hunter2";
  expect(soc.workspaceId).toBe(guid("2"));
  expect(soc.argument("ClientId")).toBe("app");
  expect(soc.secretArgument("ClientSecret")?.reveal()).toBe("hunter2");
  expect(config.get("Azure.cloud", "global")).toBe("global");
  expect(() => config.get("Azure.cloud")).toThrowError(expect.objectContaining({ code: "config/missing" }));
});

test("secrets are seen nowhere, wherever they were written", () => {
  const config = load(
    "TIProviders:\n  OTX: { Args: { AuthKey: hunter2-otx } }\n  VT: { Args: { AuthKey: { EnvironmentVar: VT } } }\n  X: { Args: { AuthKey: { KeyVault: x } } }\n",
    { VT: "hunter2-vt" },
  );
  const shown = [
    JSON.stringify(config),
    inspect(config, { depth: 10, showHidden: true }),
    String(config.find("TIProviders.OTX.Args.AuthKey")),
  ].join();
  expect(shown).not.toContain("hunter2");
  expect(shown).toContain("<secret env:VT>");
  expect(config.text("TIProviders.OTX.Args.AuthKey")).toBeUndefined();
  expect(config.secret("TIProviders.OTX.Args.AuthKey")?.reveal()).toBe("hunter2-otx");
  expect(config.secret("TIProviders.VT.Args.AuthKey")?.reveal()).toBe("hunter2-vt");
  expect(() => config.secret("TIProviders.X.Args.AuthKey")).toThrowError(
    expect.objectContaining({ code: "config/keyvault-unavailable" }),
  );
});

test("a YAML error shows no line that holds a secret", () => {
  const text = "TIProviders:\n  OTX:\n    Args:\n      AuthKey: hunter2\n      AuthKey: hunter3\n";
  try {
    load(text);
    expect.unreachable();
  } catch (error) {
    expect(isHuntError(error, "config/invalid") && error.message).not.toMatch(/hunter/);
  }
});

test("refreshConfig reads again; what was taken before stays", () => {
  const files: Record<string, string> = { [inWork]: "Azure: { cloud: cn }\n" };
  const settings = createSettings(ports(files));
  const before = settings.config;
  files[inWork] = "Azure: { cloud: usgov }\n";
  expect(settings.refreshConfig().text("Azure.cloud")).toBe("usgov");
  expect(settings.config.text("Azure.cloud")).toBe("usgov");
  expect(before.text("Azure.cloud")).toBe("cn");
});

test.each([
  [`loganalytics://code().tenant('${guid("a")}').workspace('${guid("1")}').alias('x')`],
  [`loganalytics://tenant="${guid("a")}";workspace="${guid("1")}"`],
])("connection string %s", text => {
  expect(parseConnectionString(text)).toEqual({ kind: "sentinel", workspaceId: guid("1"), tenantId: guid("a") });
});

test("clouds have names and aliases", () => {
  expect(getCloud().logAnalytics).toBe("https://api.loganalytics.io");
  expect(getCloud("gov").name).toBe("usgov");
  expect(() => getCloud("mars")).toThrowError(/global, usgov, cn|unknown cloud/);
});
