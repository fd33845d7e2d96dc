/** Each code that the start of a notebook tells by, as `config/sign-in` and `session/…`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "../../src/config/config.js";
import { createHttpClient } from "../../src/net/client.js";
import { createSession } from "../../src/index.js";
import { loadUserDefaults, loadUserSession } from "../../src/session/autoload.js";
import { AzureAccess } from "../../src/session/azure.js";
import { upgradeNotice } from "../../src/session/init-notebook.js";
import { importExtras, missingPackages, parseExtraImport } from "../../src/session/notebook-imports.js";
import { PluginRegistry } from "../../src/session/plugins.js";
import { systemConfigPorts } from "../../src/config/config.js";

const dir = mkdtempSync(join(tmpdir(), "huntbook-start-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const id = "11111111-2222-4333-8444-555555555555";

test("config/sign-in: what one signs in with cannot be behind the sign-in", async () => {
  const text = `DataProviders: { AzureCLI: { Args: { clientId: ${id}, tenantId: ${id}, clientSecret: { KeyVault: x } } } }\n`;
  const { config } = readConfig(text, { path: "c.yaml", from: "home" }, { env: {}, home: "/" });
  const http = createHttpClient();
  const azure = new AzureAccess({
    ...{ config, http, dataDir: dir, env: {}, prompt: undefined },
    learn: () => undefined,
  });
  await expect(azure.signIn()).rejects.toMatchObject({
    code: "config/sign-in",
    hint: expect.stringContaining("EnvironmentVar") as string,
  });
  await azure.close();
  await http.close();
});

test("session/autoload: names that are none and classes that are not there are told, the rest is loaded", async () => {
  const config = "UserDefaults: { LoadComponents: { Nothing: , 'Bad-name': } }\n";
  writeFileSync(join(dir, "msticpyconfig.yaml"), config);
  await using session = createSession({
    dataDir: dir,
    configPorts: { ...systemConfigPorts(), env: {}, cwd: dir, home: dir },
  });
  const { notices } = await loadUserDefaults(session, {});
  expect(notices.map(n => [n.code, n.message.split(" ")[0]])).toEqual([
    ["session/autoload", "Nothing"],
    ["session/autoload", "Bad-name"],
  ]);
  await expect(loadUserSession(session, {}, join(dir, "nowhere.yaml"))).rejects.toMatchObject({
    code: "session/user-session",
  });
  writeFileSync(join(dir, "broken.yaml"), "a: [\n");
  await expect(loadUserSession(session, {}, join(dir, "broken.yaml"))).rejects.toMatchObject({
    code: "session/user-session",
    where: expect.stringContaining("broken.yaml") as string,
  });
});

test("session/extra-import and session/packages say what to install", async () => {
  expect(() => parseExtraImport("a, b, c, d")).toThrowError(
    expect.objectContaining({ code: "session/extra-import" }) as Error,
  );
  const { notices } = await importExtras(["@no/such-package/sub"]);
  expect(notices).toMatchObject([
    { code: "session/extra-import", hint: "npm install @no/such-package in the notebook's folder" },
  ]);
  expect(missingPackages(["no-such-a", "vitest", "no-such-b"])).toMatchObject([
    { code: "session/packages", message: "missing packages: no-such-a, no-such-b" },
  ]);
});

test("session/plugin: folders that are not there and modules that are none", async () => {
  mkdirSync(join(dir, "plugins"));
  writeFileSync(join(dir, "plugins/none.mjs"), "export const a = 1;\n");
  const errors = await new PluginRegistry().load([join(dir, "plugins"), join(dir, "missing")]);
  expect(errors.map(e => [e.code, /(?:does not export|is not there)/.exec(e.message)?.[0]])).toEqual([
    ["session/plugin", "does not export"],
    ["session/plugin", "is not there"],
  ]);
});

test.each([
  ["1.2.3", "1.10.0", "Huntbook 1.10.0 is available"],
  ["1.2.3", "1.2.3", undefined],
  ["1.2.3", "1.2.2", undefined],
  ["1.2.3", undefined, undefined],
])("session/upgrade: %s where the newest is %s", (own, latest, message) => {
  const notice = upgradeNotice(own, latest);
  expect(notice?.message).toBe(message);
  if (notice !== undefined)
    expect(notice).toMatchObject({ code: "session/upgrade", hint: "npm install huntbook@latest" });
});
