/** The settings page in a browser: the article's steps, by mouse and by keyboard; no secret ever travels to the page. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.js";
import { settingsOpener } from "../../src/cli/settings-editor.js";
import type { VaultReference } from "../../src/config/setting.js";
import { openSettingsServer, type SettingsServer } from "../../src/notebook/server/index.js";
import { createSession } from "../../src/session/session.js";
import { createHttpClient, type HttpClient } from "../../src/net/client.js";
import { serverCertificate } from "../azure/certificates.js";
import { AzureStandIn, tenant } from "../azure/stand-in.js";
import { bundleWeb } from "../../tools/web.js";
import { launchChromium, withoutBrowser } from "./chromium.js";

const stored = "mine-and-stored-0451";
const typed = "vt-typed-in-0452";
const start = `# kept
AzureSentinel:
  Workspaces:
    # the one we use
    Soc:
      WorkspaceId: 11111111-2222-4333-8444-555555555555
      TenantId: 99999999-2222-4333-8444-555555555555
TIProviders:
  OTX:
    Args:
      AuthKey: ${stored}
    Primary: true
Unknown: { key: ${stored} }
`;

let browser: Browser;
let server: SettingsServer;
let page: Page;
let file: string;
let webDir: string;
/** Everything that the server sent. */
let sent: string[];
/** Resource Manager. */
let azure: AzureStandIn;
let http: HttpClient;
const seen = {
  WorkspaceId: "55555555-2222-4333-8444-555555555555",
  TenantId: tenant,
  SubscriptionId: "33333333-2222-4333-8444-555555555555",
} as const;
let uploads: [VaultReference, string][];

beforeAll(async () => {
  if (withoutBrowser) return;
  webDir = mkdtempSync(join(tmpdir(), "huntbook-web-"));
  azure = await new AzureStandIn().start();
  azure.subscriptions.set(seen.SubscriptionId, "Security");
  azure.subscriptions.set("66666666-2222-4333-8444-555555555555", "Old");
  for (const [name, workspaceId] of [
    ["edr", seen.WorkspaceId],
    ["soc", "77777777-2222-4333-8444-555555555555"],
  ] as const)
    azure.workspaces.push({ name, workspaceId, subscriptionId: seen.SubscriptionId, resourceGroup: "rg" });
  azure.failNext({ path: "66666666-2222-4333-8444-555555555555/providers", status: 403 });
  http = createHttpClient({ extraCa: [serverCertificate] });
  [browser] = await Promise.all([launchChromium(), bundleWeb(join(import.meta.dirname, "../.."), webDir)]);
});
afterAll(async () => {
  await browser?.close();
  await http?.close();
  await azure?.close();
});

beforeEach(async () => {
  if (withoutBrowser) return;
  const dir = mkdtempSync(join(tmpdir(), "huntbook-settings-"));
  file = join(dir, "msticpyconfig.yaml");
  writeFileSync(file, start);
  uploads = [];
  sent = [];
  const openSession = () => {
    const session = createSession({ dataDir: dir });
    // The vault's client has tests of its own (test/azure).
    const vault = {
      set: async (reference: VaultReference, secret: Secret) => void uploads.push([reference, secret.reveal()]),
      list: async () => ["otx", "virustotal"],
    };
    const signIn = async () => ({ getToken: async () => new Secret("hunter2-access-token-1", "test") });
    const cloud = { name: "global", resourceManager: azure.url };
    Object.defineProperty(session, "azureFor", {
      value: () => ({ vault: async () => vault, signIn, cloud, close: async () => undefined }),
    });
    Object.defineProperty(session, "http", { value: http });
    return session;
  };
  const openSettings = settingsOpener(openSession, file);
  server = await openSettingsServer({ port: 0, webDir, openSettings, log: line => void sent.push(line) });
  page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  page.on("response", response => {
    void response.text().then(
      text => void sent.push(text),
      () => undefined,
    );
  });
  page.on("pageerror", error => void sent.push(`page error: ${error.message}`));
  await page.goto(server.address);
});
afterEach(async () => {
  if (withoutBrowser) return;
  const all = `${sent.join("\n")}\n${await page.content()}`;
  await page.close();
  await server.close();
  // Neither what stands in the file nor what was typed comes (back) to the page.
  expect(all.split(stored).length + all.split(typed).length).toBe(2);
  expect(all).not.toContain("page error");
});

const tab = (name: string) => page.getByRole("tab", { name, exact: true });
const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
const said = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text }).waitFor();
const openTab = async (name: string, heading: string) => {
  await tab(name).click();
  await page.getByRole("tabpanel").getByText(heading).first().waitFor();
};

describe.skipIf(withoutBrowser)("the settings page", () => {
  test("VirusTotal with a typed key, GeoLite from a variable, vault, cloud, methods; saved, validated, loaded again", async () => {
    await openTab("TI Providers", "Add prov");
    await page.getByLabel("Add prov").selectOption("VirusTotal");
    await press("Add");
    await said("Added VirusTotal");
    await page.getByLabel("Value").fill(typed);
    await press("Update");
    await said("Updated Args.AuthKey; not saved yet");
    expect(await page.getByLabel("Value").inputValue()).toBe("");
    expect(await page.getByLabel("Value").getAttribute("placeholder")).toMatch(/^set/);
    await openTab("GeoIP Providers", "Add prov");
    await page.getByLabel("Add prov").selectOption("GeoIPLite");
    await press("Add");
    await said("Added GeoIPLite");
    await page.getByLabel("AccountID").fill("123456");
    await page.getByRole("radio", { name: "EnvironmentVar" }).click();
    await page.getByPlaceholder("name of the variable").fill("MAXMIND_KEY");
    // Without Update: going to another tab takes it over all the same.
    await openTab("Key Vault", "VaultName");
    await page.getByLabel("VaultName").fill("soc-vault");
    await page.getByLabel("TenantId").fill("99999999-2222-4333-8444-555555555555");
    await press("Test Key Vault");
    await page.getByRole("cell", { name: "virustotal" }).waitFor();
    await press("Close viewer");
    await page.getByRole("cell", { name: "virustotal" }).waitFor({ state: "detached" });
    await openTab("Azure", "auth_methods");
    await page.getByLabel("cloud").selectOption("usgov");
    for (const method of ["msi", "cli"]) {
      await page.getByLabel("Others").selectOption(method);
      await press("Add method");
      await page.getByRole("option", { name: new RegExp(`\\d\\. ${method}`) }).waitFor({ state: "attached" });
    }
    await page.getByLabel("In this order").selectOption({ label: "2. cli" });
    await press("Up");
    await page.getByRole("option", { name: "1. cli" }).waitFor({ state: "attached" });
    await page.getByLabel("Create backup").click();
    await press("Save Settings");
    await said(/^Saved \/.*the old file is /);
    expect(readFileSync(file, "utf8")).toBe(
      start.replace(
        "Unknown:",
        `  VirusTotal:
    Primary: true
    Provider: VirusTotal
    Args:
      AuthKey: ${typed}
Unknown:`,
      ) +
        `OtherProviders:
  GeoIPLite:
    Provider: GeoLiteLookup
    Args:
      AccountID: "123456"
      AuthKey:
        EnvironmentVar: MAXMIND_KEY
KeyVault:
  TenantId: 99999999-2222-4333-8444-555555555555
  VaultName: soc-vault
Azure:
  cloud: usgov
  auth_methods:
    - cli
    - msi
`,
    );
    await press("Validate Settings");
    await page.getByText("Logical validation results").waitFor();
    await page.getByText("Env variable MAXMIND_KEY not set.").waitFor();
    await press("Close viewer");
    await page.reload();
    await openTab("GeoIP Providers", "Add prov");
    expect(await page.getByLabel("AccountID").inputValue()).toBe("123456");
    expect(await page.getByRole("radio", { name: "EnvironmentVar" }).isChecked()).toBe(true);
  });

  test("Upload to KV puts the file's secret into the vault and leaves a reference; Undo takes that back", async () => {
    await openTab("TI Providers", "AuthKey");
    await press("Upload to KV");
    await said(/Saved as TIProviders-OTX-Args-AuthKey/);
    expect(uploads).toEqual([[{ vault: undefined, secret: "TIProviders-OTX-Args-AuthKey" }, stored]]);
    expect(await page.getByRole("radio", { name: "KeyVault" }).isChecked()).toBe(true);
    await press("Save Settings");
    await said(/^Saved \//);
    expect(readFileSync(file, "utf8")).toContain("AuthKey:\n        KeyVault: null\n");
    await press("Undo");
    await said(/^Undone/);
    await press("Save Settings");
    await said(/^Saved \//);
    expect(readFileSync(file, "utf8")).toBe(start);
  });

  test("a file that somebody else changed is not overwritten; Reload asks before it throws changes away", async () => {
    await openTab("Microsoft Sentinel", "WorkspaceId");
    await page.getByLabel("ResourceGroup").fill("soc-rg");
    await press("Update");
    await said(/^Updated ResourceGroup/);
    writeFileSync(file, `${start}# theirs\n`);
    await press("Save Settings");
    await said(/config\/changed/);
    expect(readFileSync(file, "utf8")).toBe(`${start}# theirs\n`);
    await press("Reload");
    await said(/press Reload again/);
    await press("Reload");
    await said(/^Loaded/);
    expect(await page.getByLabel("ResourceGroup").inputValue()).toBe("");
  });

  test("a workspace is added, named, made the default and deleted, by keyboard alone", async () => {
    await tab("MSTICPy").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByLabel("New name").waitFor();
    await page.getByLabel("New name").focus();
    await page.keyboard.type("Lab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said("Added Lab");
    await page.getByLabel("Name", { exact: true }).focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("Lab2");
    await page.keyboard.press("Tab");
    await page.keyboard.type("11111111-0000-4000-8000-000000000000");
    await page.getByRole("button", { name: "Set as default" }).focus();
    await page.keyboard.press("Enter");
    await said("Lab2 is the default");
    await page.getByLabel("Workspaces", { exact: true }).focus();
    await page.keyboard.press("Home");
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>(".hb-w-sides > :last-child input")?.value === "Soc",
    );
    await page.getByRole("button", { name: "Delete", exact: true }).focus();
    await page.keyboard.press("Space");
    await said("Deleted Soc");
    await press("Save Settings");
    await said(/^Saved \//);
    const text = readFileSync(file, "utf8");
    expect(text).toContain("    Lab2:\n      WorkspaceId: 11111111-0000-4000-8000-000000000000\n    Default:\n");
    expect(text).not.toContain("Soc:");
  });

  test("workspaces come from Azure Machine Learning's config.json and from what the sign-in can see", async () => {
    const id = "44444444-2222-4333-8444-555555555555";
    writeFileSync(
      join(file, "../config.json"),
      JSON.stringify({
        ...{ tenant_id: id, subscription_id: id, resource_group: "rg", workspace_id: id },
        workspace_name: "aml",
      }),
    );
    await openTab("Microsoft Sentinel", "WorkspaceId");
    await page.getByLabel("config.json").fill(join(file, "../config.json"));
    await press("Import config.json");
    await said(/^Imported aml/);
    await press("Find workspaces");
    await said(/^2 workspaces; subscription Old could not be looked at: Azure Resource Manager refuses access/);
    await page.getByLabel("In Azure").selectOption({ label: `edr (Security, ${seen.WorkspaceId})` });
    await press("Add this one");
    await said(/^Imported edr as edr/);
    await press("Save Settings");
    await said(/^Saved \//);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(`    aml:\n      WorkspaceId: ${id}\n`);
    expect(text).toContain(`    edr:\n      WorkspaceId: ${seen.WorkspaceId}\n      TenantId: ${seen.TenantId}\n`);
    expect(text.startsWith("# kept\nAzureSentinel:\n  Workspaces:\n    # the one we use\n")).toBe(true);
  });

  test("what does not fit stays in the form and is told; a wrong address of the portal too", async () => {
    await openTab("Huntbook", "MaxRows");
    await page.getByLabel("MaxRows").fill("many");
    await tab("Azure").click();
    await said(/config\/field: Limits.MaxRows must be a number/);
    await page.waitForFunction(
      () => document.querySelector('[role="tab"][aria-selected="true"]')?.textContent === "Huntbook",
    );
    expect(await page.getByLabel("MaxRows").inputValue()).toBe("many");
    await page.getByLabel("MaxRows").fill("");
    await openTab("Microsoft Sentinel", "Portal URL");
    await page.getByLabel("Portal URL").fill("https://example.org/");
    await press("Import from URL");
    await said(/config\/import: this is not an address of the Azure portal/);
  });

  test("the whole file is edited: what cannot be read stays in the page and is told, secrets stay hidden and stay in the file", async () => {
    await openTab("Whole file", "warnings; Validate");
    const area = page.getByLabel("The file");
    const text = await area.inputValue();
    await area.fill(text.replace("Primary: true", "Primary: [true"));
    await press("Update");
    await said(/config\/invalid: .*msticpyconfig\.yaml:\d+:\d+/);
    expect(await area.inputValue()).toContain("Primary: [true");
    await area.fill(text.replace("Primary: true", "Provider: <hidden 1>"));
    await press("Update");
    await said(/config\/edit/);
    const edited = text.replace(
      "Primary: true",
      `Primary: false\n  VirusTotal: { Args: { AuthKey: ${typed} } } # mine`,
    );
    await area.fill(edited);
    await press("Save Settings");
    await said(/^Saved \//);
    expect(readFileSync(file, "utf8")).toBe(
      start.replace("Primary: true", `Primary: false\n  VirusTotal: { Args: { AuthKey: ${typed} } } # mine`),
    );
    expect(await area.inputValue()).toContain("VirusTotal: { Args: { AuthKey: <hidden 2> } } # mine");
    await openTab("TI Providers", "Add prov");
    await page.getByRole("listbox", { name: "Providers" }).selectOption("VirusTotal");
    await page.getByText("VirusTotal", { exact: true }).first().waitFor();
    await press("Undo");
    await said(/^Undone/);
    await press("Save Settings");
    await said(/^Saved \//);
    expect(readFileSync(file, "utf8")).toBe(start);
  });

  test("the whole file is shown with its secrets hidden; help opens on every tab", async () => {
    await openTab("Whole file", "warnings; Validate");
    const text = await page.getByLabel("The file").inputValue();
    expect(text).toContain("AuthKey: <hidden 1>");
    expect(text).toContain("Unknown: { key: <hidden 2> }");
    for (const name of await page.getByRole("tab").allInnerTexts()) {
      await tab(name).click();
      const panel = page.getByRole("tabpanel").filter({ visible: true });
      await panel.getByText("Help", { exact: true }).click();
      await panel.locator("details[open]").waitFor();
    }
  });
});

describe.skipIf(withoutBrowser)("who may ask", () => {
  test("nothing is answered without the token, and nothing is changed without the page's own token", async () => {
    for (const path of ["/settings", "/settings.js", "/huntbook/api/settings"]) {
      const response = await fetch(`${server.origin}${path}`);
      expect([path, response.status]).toEqual([path, 403]);
    }
    const cookie = (await page.context().cookies()).map(c => `${c.name}=${c.value}`).join("; ");
    const post = await fetch(`${server.origin}/huntbook/api/settings`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: "{}",
    });
    expect(post.status).toBe(403);
    expect((await fetch(`${server.origin}/api/contents`, { headers: { cookie } })).status).toBe(404);
  });

  test("events that no control has do nothing", async () => {
    const xsrf = await page.locator("#settings").getAttribute("data-xsrf");
    const cookie = (await page.context().cookies()).map(c => `${c.name}=${c.value}`).join("; ");
    const post = (body: string) =>
      fetch(`${server.origin}/huntbook/api/settings`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json", "x-xsrftoken": xsrf ?? "" },
        body,
      });
    for (const event of [
      '{"type":"press","id":"0.0.99"}',
      '{"type":"set","id":"constructor","value":1}',
      '{"type":"set","id":"0.1","value":{"a":1}}',
      '{"seq":3}',
    ])
      expect((await post(event)).status).toBe(200);
    expect((await post("[]")).status).toBe(400);
    expect(readFileSync(file, "utf8")).toBe(start);
  });
});
