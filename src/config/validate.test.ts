import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaFile, writeSchema } from "../../tools/config-schema.js";
import { readConfig } from "./config.js";
import { httpTimes, proxyEnvironment } from "./network.js";
import { findProvider, listProviders } from "./provider-settings.js";
import { validateSettings } from "./validate.js";

const a = "11111111-2222-4333-8444-555555555555";
const sentinel = `MSSentinel: { Workspaces: { Default: { WorkspaceId: ${a}, TenantId: ${a} } } }\n`;
const read = (text: string, env: Record<string, string> = {}) =>
  readConfig(text, { path: "msticpyconfig.yaml", from: "working folder" }, { env, home: "/home/ana" });
/** `error 3 message` for each finding, except that there is no workspace. */
const findings = (text: string, env: Record<string, string> = {}): string[] =>
  read(sentinel + text, env).findings.map(f => `${f.severity} ${f.line} ${f.message}`);

test("a sound file has no findings", () => {
  expect(findings("TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: K } } } }\n", { K: "x" })).toEqual([]);
});

test.each<[string, string, string]>([
  ["no AuthKey", "TIProviders:\n  OTX: { Primary: true }\n", "error 3 TIProviders/OTX: Missing or invalid AuthKey."],
  [
    "null is no key",
    "TIProviders:\n  OTX: { Args: { AuthKey: } }\n",
    "error 3 TIProviders/OTX: Missing or invalid AuthKey.",
  ],
  [
    "no ApiID",
    "TIProviders:\n  XForce: { Args: { AuthKey: k } }\n",
    "error 3 TIProviders/XForce: Missing or invalid ApiID.",
  ],
  [
    "no Args",
    "TIProviders:\n  OTX:\n    Args:\n",
    "error 4 'TIProviders/OTX/Args' key has no settings or is not a valid format.",
  ],
  ["nothing in a section", "OtherProviders:\n", "warning 2 'OtherProviders' section has no settings."],
  ["nothing in a provider", "TIProviders:\n  Tor:\n", "warning 3 'TIProviders/Tor' sub-section has no settings."],
  [
    "an unset variable",
    "TIProviders:\n  OTX: { Args: { AuthKey: { EnvironmentVar: K } } }\n",
    "warning 3 Env variable K not set.",
  ],
  [
    "a variable without a name",
    "TIProviders:\n  OTX: { Args: { AuthKey: { EnvironmentVar: } } }\n",
    "warning 3 TIProviders.OTX.Args.AuthKey: No environment variable name specified.",
  ],
  [
    "a vault that is not there",
    "TIProviders:\n  OTX: { Args: { AuthKey: { KeyVault: } } }\n",
    "error 3 1 setting is in a key vault and there is no KeyVault section",
  ],
  ["a vault without a name", `KeyVault: { TenantId: ${a} }\n`, "warning 2 'KeyVault' has no VaultName"],
  [
    "an application without a secret",
    `DataProviders: { AzureCLI: { Args: { clientId: ${a}, tenantId: ${a} } } }\n`,
    "error 2 DataProviders/AzureCLI: Missing or invalid clientSecret.",
  ],
  [
    "a cloud that is not known",
    "Azure: { cloud: mars }\n",
    "warning 2 'Azure.cloud' must be one of: global, usgov, cn",
  ],
  [
    "a way to sign in that is misspelt",
    "Azure:\n  auth_methods: [cli, devicecod]\n",
    "warning 3 'Azure.auth_methods' must be of: env, msi, cli, interactive, devicecode, powershell, clientsecret, certificate, vscode; did you mean 'devicecode'?",
  ],
  [
    "a boolean that is text",
    "KeyVault: { UseKeyring: perhaps }\n",
    "warning 2 'KeyVault.UseKeyring' must be true or false",
  ],
  ["a mapping that is a list", "TIProviders: [OTX]\n", "warning 2 'TIProviders' must be names with settings"],
  ["text that is a list", "Logging: { FileName: [a] }\n", "warning 2 'Logging.FileName' must be text"],
  [
    "a port that is text",
    "DataProviders: { Splunk: { Args: { host: h, port: eighty } } }\n",
    "warning 2 'DataProviders.Splunk.Args.port' must be a number",
  ],
  [
    "an instance is of its kind",
    "DataProviders: { Splunk-emea: { Args: { port: 1 } } }\n",
    "warning 2 'DataProviders.Splunk-emea.Args' has no host",
  ],
  [
    "an address without https",
    "Azure: { resource_manager_url: management }\n",
    "warning 2 'Azure.resource_manager_url' must be an http or https address",
  ],
  ["a time limit", "msticpy: { http_timeout: soon }\n", "warning 2 'msticpy.http_timeout' is no time limit"],
  ["a vault's tenant", "KeyVault: { TenantId: x, VaultName: v }\n", "warning 2 'KeyVault.TenantId' is not a GUID"],
  ["our own section", "Huntbook: { Window: soon }\n", "error 2 'Huntbook.Window' must be a length of time"],
  [
    "a slip in a provider's arguments",
    "TIProviders: { OTX: { Args: { AuthKy: k } } }\n",
    "warning 2 unknown key 'AuthKy' in 'TIProviders.OTX.Args'; did you mean 'AuthKey'?",
  ],
  [
    "a cache that is not known",
    "Huntbook: { SecretCache: keyrin }\n",
    "error 2 'Huntbook.SecretCache' must be one of: auto, keyring, file, none; did you mean 'keyring'?",
  ],
])("%s is found, with its line", (_, text, expected) => {
  const found = findings(text);
  expect(found).toContain(expected);
  for (const f of read(sentinel + text).findings) expect(f.code).toMatch(/^[a-z]+\/[a-z-]+$/);
});

test.each<[string, string]>([
  ["a provider that is switched off", "TIProviders: { OTX: { Provider: --no-load--, Args: { timeout: 5 } } }\n"],
  [
    "a key in a vault, named by its path",
    `TIProviders: { OTX: { Args: { AuthKey: { KeyVault: } } } }\nKeyVault: { VaultName: v, TenantId: ${a} }\n`,
  ],
  [
    "a provider of one's own, with any arguments",
    "TIProviders: { Mine: { Args: { Anything: [1] }, Provider: Mine } }\n",
  ],
  ["YAML 1.1's words", "msticpy: { FriendlyExceptions: off }\nPivots: { UseQueryFamily: Yes }\n"],
  [
    "keys of KeyVault in any case",
    `KeyVault: { tenantid: ${a}, vaultname: v, usekeyring: false, authority: GLOBAL }\n`,
  ],
  ["other names of ways to sign in", "Azure: { auth_methods: [environment, managed_identity, device] }\n"],
  ["time limits of every form", "msticpy: { http_timeout: [30, 5] }\nhttp_timeout: { timeout: 30, connect: 5 }\n"],
])("%s is fine", (_, text) => {
  expect(findings(text)).toEqual([]);
});

test("without a Sentinel workspace MSTICPy has an error; with local ones it is a warning", () => {
  const severity = (text: string) => read(text).findings.find(f => f.code === "config/no-sentinel")?.severity;
  expect(severity("Azure: {}\n")).toBe("error");
  expect(severity("Huntbook: { Workspaces: { A: { local: ./a } } }\n")).toBe("warning");
  expect(severity(sentinel)).toBeUndefined();
});

test("settings that are in no file yet are validated too", () => {
  const found = validateSettings({ TIProviders: { OTX: { Args: { AuthKey: "" } } } }, {});
  expect(found.map(f => [f.code, f.line])).toContainEqual(["config/key", undefined]);
});

test("the published JSON Schema is what the table of settings says", async () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(await writeSchema());
});

test("the JSON Schema knows every section, references and instances", () => {
  const schema = JSON.parse(readFileSync(join("schemas", "msticpyconfig.schema.json"), "utf8")) as {
    properties: Record<string, { patternProperties?: object; additionalProperties?: unknown }>;
    definitions: object;
  };
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(["AzureSentinel", "MSSentinel", "TIProviders", "KeyVault", "UserDefaults", "Huntbook"]),
  );
  expect(Object.keys(schema.definitions)).toEqual(["EnvironmentVar", "KeyVault"]);
  expect(Object.keys(schema.properties["DataProviders"]?.patternProperties ?? {})).toContain("^Splunk-[\\w.:]+$");
});

test.each<[string, object]>([
  ["msticpy: { http_timeout: 20 }", { timeoutMs: 20_000 }],
  ["msticpy: { http_timeout: [20, 3] }", { timeoutMs: 20_000, connectTimeoutMs: 3000 }],
  ["http_timeout: { read: 10, write: 40, connect: 2 }", { timeoutMs: 40_000, connectTimeoutMs: 2000 }],
  ["Azure: {}", {}],
])("%s is %j", (text, expected) => {
  expect(httpTimes(read(text).config)).toEqual(expected);
});

test("proxies with names and passwords become what the HTTP client reads", () => {
  const { config } = read(
    'msticpy: { Proxies: { https: { Url: "http://proxy:8080", UserName: ana, Password: { EnvironmentVar: PW } }, http: { Url: "proxy:3128" } } }',
    { PW: "p@ss/word" },
  );
  expect(proxyEnvironment(config, { NO_PROXY: "x", https_proxy: "http://old" })).toEqual({
    NO_PROXY: "x",
    https_proxy: undefined,
    http_proxy: undefined,
    HTTPS_PROXY: "http://ana:p%40ss%2Fword@proxy:8080/",
    HTTP_PROXY: "http://proxy:3128/",
  });
  const circular = read("msticpy: { Proxies: { https: { Url: 'http://p', Password: { KeyVault: x } } } }").config;
  expect(() => proxyEnvironment(circular, {})).toThrowError(expect.objectContaining({ code: "config/proxy" }));
});

test("providers are listed with what they need", async () => {
  const { config } = read(
    "TIProviders:\n  OTX: { Args: { AuthKey: k } }\n  XForce: { Args: { ApiID: i, AuthKey: { EnvironmentVar: K } }, Primary: true }\n  Off: { Enabled: no }\n  TorExitNodes: { Args: { timeout: 5 } }\n",
    { K: "from-env" },
  );
  const found = listProviders(config, "TIProviders");
  expect(found.map(p => [p.name, p.provider, p.isPrimary])).toEqual([
    ["OTX", "OTX", true],
    ["XForce", "XForce", true],
    ["TorExitNodes", "Tor", false],
  ]);
  expect((await found[1]?.secret("AuthKey"))?.reveal()).toBe("from-env");
  expect((await found[1]?.secret("ApiID"))?.reveal()).toBe("i");
  expect(await found[0]?.secret("ApiID")).toBeUndefined();
  expect(findProvider(config, "TIProviders", "torexitnodes")?.value("timeout")).toBe(5);
});

test("config/workspace: a workspace without settings is told each time, at its line", () => {
  const text = `MSSentinel:\n  Workspaces:\n    Default: { WorkspaceId: ${a}, TenantId: ${a} }\n    Old:\n`;
  const { findings: found, diagnostics } = read(text);
  expect(found).toContainEqual(
    expect.objectContaining({
      ...{ code: "config/workspace", severity: "error", line: 4 },
      message: "workspace 'Old' has no settings",
      fix: "give WorkspaceId and TenantId",
    }),
  );
  expect(diagnostics.map(d => d.code)).toContain("config/workspace");
});

const deep = (n: number) => Array.from({ length: n }, (_, i) => `  Wrong${i}: 1\n`).join("");
test.each<[string, string]>([
  ["config/type", "Logging: { FileName: [a] }\n"],
  ["config/required", "DataProviders: { Splunk-emea: { Args: { port: 1 } } }\n"],
  ["config/reference", "TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: } } } }\n"],
  ["config/reference", "TIProviders: { OTX: { Args: { AuthKey: { KeyVault: 'a b/../c' } } } }\n"],
  ["config/args", "TIProviders: { OTX: { Args: } }\n"],
  ["config/variable", "TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: K } } } }\n"],
  ["config/more", `Logging:\n${deep(150)}`],
  ["yaml/tag", "Logging: { FileName: !huntbook a.log }\n"],
])("%s is told with its line and what to do: %j", (code, text) => {
  const found = read(sentinel + text).findings.filter(f => f.code === code);
  expect(found.length).toBeGreaterThan(0);
  if (code === "config/more") expect(found[0]?.message).toMatch(/^and \d+ more$/);
  else
    for (const { line, fix } of found)
      expect({ line: (line ?? 0) > 1, fix: typeof fix }).toEqual({ line: true, fix: "string" });
});
