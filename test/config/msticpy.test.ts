/**
 * A file that the settings editor wrote, as MSTICPy sees it, and one that MSTICPy's own editor wrote, as ours shows it.
 * Runs where `HUNTBOOK_MSTICPY_PYTHON` names a Python that has msticpy; `bench/config.ts` compares more.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigFile } from "../../src/config/config-file.js";
import { systemConfigPorts } from "../../src/config/config.js";
import type { FieldValue } from "../../src/config/editor-fields.js";
import { getTab, type FormTab, type ListTab } from "../../src/config/editor-tabs.js";
import { SettingsEditor } from "../../src/config/settings-editor.js";
import { Secret } from "../../src/base/secret.js";

const python = process.env["HUNTBOOK_MSTICPY_PYTHON"] ?? "";
const script = join(import.meta.dirname, "../../bench/peers/config.py");
const id = "11111111-2222-4333-8444-555555555555";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-peer-"));
  path = join(dir, "msticpyconfig.yaml");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function peer(action: "read" | "write"): string {
  return execFileSync(python, [script, action, path], {
    ...{
      encoding: "utf8",
      cwd: dir,
      env: { ...process.env, PEER_KEY: "peer-key" },
      stdio: ["ignore", "pipe", "ignore"],
    },
  });
}
const open = () => new SettingsEditor(ConfigFile.open({ ...systemConfigPorts(), env: {}, cwd: dir, home: dir }, path));
function fill(
  editor: SettingsEditor,
  tab: ListTab | FormTab,
  values: Readonly<Record<string, FieldValue>>,
  entry?: string,
): void {
  const fields = new Map(editor.fields(tab, entry).map(f => [f.label, f]));
  editor.update(
    Object.entries(values).map(([label, value]) => {
      const field = fields.get(label);
      if (field === undefined) throw new Error(`no field ${label}`);
      return { field, value };
    }),
  );
}
const text = (value: string) => ({ storage: "text", secret: new Secret(value, "test") }) as const;

describe.skipIf(python === "")("with MSTICPy", () => {
  test("the article's settings, made in our editor, are MSTICPy's", async () => {
    const editor = open();
    const list = (name: string, entry: string, values: Readonly<Record<string, FieldValue>>) => {
      const tab = getTab(name) as ListTab;
      editor.add(tab, entry);
      fill(editor, tab, values, entry);
    };
    list("AzureSentinel", "Default", { WorkspaceId: id, TenantId: id, WorkspaceName: "0123", ResourceGroup: "no" });
    list("TI Providers", "VirusTotal", { "Args.AuthKey": text("1e5: # 'mine'") });
    list("TI Providers", "OTX", { "Args.AuthKey": { storage: "environment", variable: "PEER_KEY" } });
    list("GeoIP Providers", "GeoIPLite", { "Args.AuthKey": text("0777"), "Args.AccountID": "000123" });
    fill(editor, getTab("Key Vault") as FormTab, { VaultName: "soc-vault", TenantId: id, UseKeyring: false });
    fill(editor, getTab("Azure") as FormTab, { cloud: "usgov", auth_methods: ["cli", "devicecode"] });
    list("Local workspaces", "Case42", { local: "./case-042" });
    await editor.save(new Date());
    const line = peer("read")
      .split("\n")
      .find(l => l.startsWith("PEER "));
    expect(JSON.parse(line?.slice(5) ?? "")).toMatchObject({
      workspaces: { Default: { WorkspaceId: id, TenantId: id, WorkspaceName: "0123", ResourceGroup: "no" } },
      providers: {
        TIProviders: {
          VirusTotal: { args: { AuthKey: "1e5: # 'mine'" }, primary: true, provider: "VirusTotal" },
          OTX: { args: { AuthKey: "peer-key" } },
        },
        OtherProviders: { GeoIPLite: { args: { AuthKey: "0777", AccountID: "000123" }, provider: "GeoLiteLookup" } },
      },
      azure: { cloud: "usgov", auth_methods: ["cli", "devicecode"] },
      keyvault: { VaultName: "soc-vault", TenantId: id, UseKeyring: false },
    });
  });

  test("a file of MSTICPy's editor opens in ours, is changed, and MSTICPy reads the change", async () => {
    peer("write");
    const editor = open();
    const workspaces = getTab("Microsoft Sentinel") as ListTab;
    expect(editor.entries(workspaces)).toEqual(["Default", "Über SOC"]);
    editor.rename(workspaces, "Über SOC", "Edr");
    fill(editor, workspaces, { ResourceGroup: "yes" }, "Edr");
    await editor.save(new Date());
    expect(readFileSync(path, "utf8")).toContain('ResourceGroup: "yes"');
    const line = peer("read")
      .split("\n")
      .find(l => l.startsWith("PEER "));
    expect(JSON.parse(line?.slice(5) ?? "")).toMatchObject({
      workspaces: { Default: { WorkspaceName: "soc" }, Edr: { ResourceGroup: "yes", WorkspaceName: "0123" } },
      providers: { TIProviders: { OTX: { args: { AuthKey: "text: with # and 'quotes'" } } } },
    });
  });
});
