import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import type { ConfigPorts } from "./config.js";
import { ConfigDocument } from "./config-document.js";
import { ConfigFile } from "./config-file.js";
import type { Field, FieldValue } from "./editor-fields.js";
import { editorTabs, getTab, type FormTab, type ListTab } from "./editor-tabs.js";
import { hideSecrets, restoreSecrets } from "./mask-text.js";
import { SettingsEditor } from "./settings-editor.js";

/** Without the numbers. */
const maskConfigText = (text: string): string => hideSecrets(text).text.replace(/<hidden \d+>/g, "<hidden>");

const now = new Date("2026-11-24T12:00:00Z");

function editorOf(text: string | undefined): SettingsEditor {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-editor-"));
  const path = join(dir, "msticpyconfig.yaml");
  if (text !== undefined) writeFileSync(path, text);
  const ports: ConfigPorts = { env: {}, cwd: dir, home: dir, read: () => undefined };
  return new SettingsEditor(ConfigFile.open(ports, path));
}

const list = (name: string) => getTab(name) as ListTab;
const form = (name: string) => getTab(name) as FormTab;
function change(
  editor: SettingsEditor,
  tab: ListTab | FormTab,
  entry: string | undefined,
  values: Record<string, FieldValue>,
) {
  const fields = new Map(editor.fields(tab, entry).map(f => [f.label, f]));
  return editor.update(
    Object.entries(values).map(([label, value]) => {
      const field = fields.get(label);
      if (field === undefined) throw new Error(`no field ${label}: ${[...fields.keys()].join(", ")}`);
      return { field, value };
    }),
  );
}
const textOf = (editor: SettingsEditor) => editor.file.document.toString();
const secret = (value: string) => ({ storage: "text", secret: new Secret(value, "test") }) as const;

const sample = `# my workspaces
AzureSentinel:
  Workspaces:
    # the one we use
    Soc:
      WorkspaceId: 11111111-2222-4333-8444-555555555555
      TenantId: 99999999-2222-4333-8444-555555555555
      Owner: me # a key of mine
TIProviders:
  OTX:
    Args:
      AuthKey: "mine-and-secret-1"
    Primary: yes
Azure:
  auth_methods: [ cli, msi ]
`;

test("the tabs are MSTICPy's, by all their names, and ours", () => {
  expect(editorTabs.map(t => t.name).slice(0, 7)).toEqual([
    ...["MSTICPy", "Microsoft Sentinel", "TI Providers", "Data Providers", "GeoIP Providers", "Key Vault", "Azure"],
  ]);
  for (const name of ["MicrosoftSentinel", "AzureSentinel", "azuresentinel", "MSSentinel"])
    expect(getTab(name).name).toBe("Microsoft Sentinel");
  expect(() => getTab("TI Provider")).toThrow(
    expect.objectContaining({
      code: "config/no-tab",
      message: expect.stringMatching(/did you mean 'TI Providers'/) as string,
    }),
  );
  for (const tab of editorTabs) expect(tab.help.join("")).not.toBe("");
});

test("the article's steps: VirusTotal with a key, GeoLite with key and account, vault, cloud, methods; the file is what MSTICPy reads", async () => {
  const editor = editorOf(undefined);
  const ti = list("TI Providers");
  expect(editor.offers(ti)).toContain("VirusTotal");
  expect(editor.add(ti, "VirusTotal")).toBe("VirusTotal");
  change(editor, ti, "VirusTotal", { "Args.AuthKey": secret("vt-key-0001") });
  const geo = list("GeoIP Providers");
  editor.add(geo, "GeoIPLite");
  change(editor, geo, "GeoIPLite", {
    "Args.AccountID": "123456",
    "Args.AuthKey": { storage: "environment", variable: "MAXMIND" },
    "Args.DBFolder": "~/.msticpy",
  });
  change(editor, form("Key Vault"), undefined, {
    VaultName: "soc-vault",
    TenantId: "99999999-2222-4333-8444-555555555555",
    UseKeyring: false,
  });
  change(editor, form("Azure"), undefined, { cloud: "usgov", auth_methods: ["msi", "cli", "devicecode"] });
  expect(editor.isChanged).toBe(true);
  await editor.save(now);
  expect(editor.isChanged).toBe(false);
  expect(readFileSync(editor.path, "utf8")).toBe(`TIProviders:
  VirusTotal:
    Primary: true
    Provider: VirusTotal
    Args:
      AuthKey: vt-key-0001
OtherProviders:
  GeoIPLite:
    Provider: GeoLiteLookup
    Args:
      AccountID: "123456"
      AuthKey:
        EnvironmentVar: MAXMIND
      DBFolder: ~/.msticpy
KeyVault:
  VaultName: soc-vault
  TenantId: 99999999-2222-4333-8444-555555555555
  UseKeyring: false
Azure:
  cloud: usgov
  auth_methods:
    - msi
    - cli
    - devicecode
`);
  expect(editor.validate().filter(f => f.severity === "error" && !f.message.includes("AzureSentinel"))).toEqual([]);
});

test("comments, unknown keys, the spelling of the section and the order survive; only what was changed changes", () => {
  const editor = editorOf(sample);
  const tab = list("AzureSentinel");
  expect(editor.entries(tab)).toEqual(["Soc"]);
  expect(editor.keptKeys(tab, "Soc")).toEqual(["Owner"]);
  change(editor, tab, "Soc", { ResourceGroup: "soc-rg" });
  editor.rename(tab, "Soc", "Main");
  editor.setDefault(tab, "Main");
  expect(textOf(editor)).toBe(
    sample.replace("    Soc:", "    Main:").replace(
      "      Owner: me # a key of mine\n",
      `      Owner: me # a key of mine
      ResourceGroup: soc-rg
    Default:
      WorkspaceId: 11111111-2222-4333-8444-555555555555
      TenantId: 99999999-2222-4333-8444-555555555555
      Owner: me
      ResourceGroup: soc-rg
`,
    ),
  );
});

test("every step can be undone, back to the bytes of the file, and done again", () => {
  const editor = editorOf(sample);
  const steps: (() => void)[] = [
    () => change(editor, list("TI Providers"), "OTX", { Primary: false }),
    () => editor.delete(list("TI Providers"), "OTX"),
    () => void editor.add(list("Microsoft Sentinel")),
    () => editor.rename(list("Microsoft Sentinel"), "NewWorkspace_1", "Lab"),
    () =>
      change(editor, form("Huntbook"), undefined, {
        Window: "7d",
        InternalDomains: ["contoso.com", "", "corp.local"],
        "Limits.MaxRows": "5000",
      }),
  ];
  const texts = [textOf(editor)];
  for (const step of steps) {
    step();
    texts.push(textOf(editor));
  }
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts.slice(0, -1).reverse()) {
    expect(editor.undo()).toBe(true);
    expect(textOf(editor)).toBe(text);
  }
  expect([editor.undo(), editor.isChanged]).toEqual([false, false]);
  for (const text of texts.slice(1)) {
    expect(editor.redo()).toBe(true);
    expect(textOf(editor)).toBe(text);
  }
  expect(editor.redo()).toBe(false);
});

test("an entry whose last setting is taken away stays in the list", () => {
  const editor = editorOf("TIProviders:\n  OTX:\n    Args:\n      AuthKey: x\n");
  change(editor, list("TI Providers"), "OTX", { "Args.AuthKey": undefined });
  expect(editor.entries(list("TI Providers"))).toEqual(["OTX"]);
});

test.each<[string, string, Field["kind"], unknown]>([
  [
    "a secret as text: only that it is there",
    "TIProviders: { OTX: { Args: { AuthKey: abc } } }",
    "credential",
    { storage: "text", hasText: true, variable: "", secretName: "" },
  ],
  [
    "from a variable",
    "TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: OTX } } } }",
    "credential",
    { storage: "environment", hasText: false, variable: "OTX", secretName: "" },
  ],
  [
    "in the vault under its own name",
    "TIProviders: { OTX: { Args: { AuthKey: { KeyVault: null } } } }",
    "credential",
    { storage: "keyvault", hasText: false, variable: "", secretName: "" },
  ],
  [
    "in the vault under a name",
    "TIProviders: { OTX: { Args: { AuthKey: { KeyVault: other/otx } } } }",
    "credential",
    { storage: "keyvault", hasText: false, variable: "", secretName: "other/otx" },
  ],
  ["what no form can show stays", "TIProviders: { OTX: { Args: { AuthKey: [1, 2] } } }", "odd", undefined],
])("%s", (_, text, kind, value) => {
  const editor = editorOf(text);
  const field = editor.fields(list("TI Providers"), "OTX").find(f => f.label === "Args.AuthKey");
  expect(field?.kind).toBe(kind);
  expect(field !== undefined && "value" in field ? field.value : undefined).toEqual(value);
});

test.each<[string, FieldValue, unknown]>([
  ["msticpy.http_timeout", "30", 30],
  ["msticpy.http_timeout", "30, 5", [30, 5]],
  ["msticpy.http_timeout", "timeout: 30, connect: 5", { timeout: 30, connect: 5 }],
  ["msticpy.FriendlyExceptions", false, false],
  ["PluginFolders", ["./a", " ", "./b "], ["./a", "./b"]],
  ["msticpy.Proxies.https.Password", { storage: "keyvault", secretName: "" }, { KeyVault: null }],
  ["msticpy.Proxies.https.Password", { storage: "keyvault", secretName: "vault/proxy" }, { KeyVault: "vault/proxy" }],
])("MSTICPy: %s = %j", (label, value, expected) => {
  const editor = editorOf(undefined);
  change(editor, form("MSTICPy"), undefined, { [label]: value });
  expect(editor.file.document.get(label.split("."))).toEqual(expected);
  const again = editor.fields(form("MSTICPy")).find(f => f.label === label);
  expect(again?.isSet).toBe(true);
});

test.each<[string, string, FieldValue, RegExp]>([
  ["Huntbook", "Limits.MaxRows", "many", /Limits.MaxRows must be a number/],
  ["MSTICPy", "msticpy.http_timeout", "soon", /is no time limit/],
  ["Azure", "auth_methods", ["cli", "clli"], /cannot be 'clli'; did you mean 'cli'/],
  [
    "MSTICPy",
    "msticpy.Proxies.https.Password",
    { storage: "environment", variable: "two words" },
    /names no environment variable/,
  ],
  [
    "MSTICPy",
    "msticpy.Proxies.https.Password",
    { storage: "keyvault", secretName: "a/b/c" },
    /names no key vault secret/,
  ],
])("config/field: %s %s = %j is refused, and nothing is changed", (tab, label, value, message) => {
  const editor = editorOf(sample);
  expect(() => change(editor, form(tab), undefined, { [label]: value })).toThrow(
    expect.objectContaining({ code: "config/field", message: expect.stringMatching(message) as string }),
  );
  expect([textOf(editor), editor.canUndo]).toEqual([sample, false]);
});

test.each<[string, string, RegExp]>([
  ["TI Providers", "OTX", /exists already: OTX/],
  ["Microsoft Sentinel", "__proto__", /is no name for a workspace/],
  ["Microsoft Sentinel", "two\nlines", /is no name for a workspace/],
  ["Autoload Components", "Magic", /there is no component 'Magic'/],
])("%s: no entry %j", (tab, name, message) => {
  const editor = editorOf(sample);
  expect(() => editor.add(list(tab), name)).toThrow(
    expect.objectContaining({ code: "config/edit", message: expect.stringMatching(message) as string }),
  );
  expect(textOf(editor)).toBe(sample);
});

test("a change that other places of the file share by an anchor leaves them as they were", () => {
  const editor = editorOf("TIProviders:\n  OTX: &p\n    Primary: true\n  XForce: *p\n");
  change(editor, list("TI Providers"), "XForce", { Primary: false });
  expect(editor.file.document.get(["TIProviders", "OTX", "Primary"])).toBe(true);
  expect(editor.file.document.get(["TIProviders", "XForce", "Primary"])).toBe(false);
});

test("what loads when a notebook starts: workspaces and providers of this file, components", () => {
  const editor = editorOf(`${sample}DataProviders:\n  Splunk:\n    Args: { host: s }\n`);
  const tab = list("Autoload QueryProvs");
  expect(editor.offers(tab)).toEqual(["MSSentinel.Soc", "Splunk"]);
  editor.add(tab, "MSSentinel.Soc");
  change(editor, tab, "MSSentinel.Soc", { alias: "soc", connect: false });
  editor.add(list("Autoload Components"), "TILookup");
  expect(editor.file.document.get(["UserDefaults"])).toEqual({
    QueryProviders: { MSSentinel: { Soc: { alias: "soc", connect: false } } },
    LoadComponents: { TILookup: null },
  });
  expect(editor.entries(tab)).toEqual(["MSSentinel.Soc"]);
});

test("an upload leaves a reference, and says the name that the secret has there", () => {
  const editor = editorOf(sample);
  expect(editor.moveToVault(["TIProviders", "OTX", "Args", "AuthKey"])).toBe("TIProviders-OTX-Args-AuthKey");
  expect(editor.file.document.get(["TIProviders", "OTX", "Args", "AuthKey"])).toEqual({ KeyVault: null });
});

const key = "s3cr3t-Value-77-of-the-test";
test.each<[string, string, string]>([
  [
    "a key",
    `TIProviders:\n  OTX:\n    Args:\n      AuthKey: "${key}" # mine\n`,
    `TIProviders:\n  OTX:\n    Args:\n      AuthKey: <hidden> # mine\n`,
  ],
  [
    "a misspelt one",
    `TIProviders: { OTX: { Args: { AuthKy: ${key} } } }\n`,
    `TIProviders: { OTX: { Args: { AuthKy: <hidden> } } }\n`,
  ],
  [
    "a block",
    `msticpy:\n  Proxies:\n    https:\n      Password: |\n        ${key}\n      Url: https://p\n`,
    `msticpy:\n  Proxies:\n    https:\n      Password: <hidden>\n      Url: https://p\n`,
  ],
  [
    "a key that was commented out",
    `Azure: # AuthKey: ${key}\n  cloud: cn\n#  ClientSecret = ${key}\n`,
    `Azure: # AuthKey: <hidden>\n  cloud: cn\n#  ClientSecret = <hidden>\n`,
  ],
  ["a long word in a comment", `# ${key}\nAzure: { cloud: cn }\n`, `# <hidden>\nAzure: { cloud: cn }\n`],
  [
    "behind an anchor",
    `Azure: { tenant_id: &t ${key} }\nTIProviders: { OTX: { Args: { AuthKey: *t } } }\n`,
    `Azure: { tenant_id: &t <hidden> }\nTIProviders: { OTX: { Args: { AuthKey: *t } } }\n`,
  ],
  [
    "a secret where a key should be",
    `TIProviders:\n  OTX:\n    "${key} ${key} ${key}": x\n`,
    `TIProviders:\n  OTX:\n    <hidden>: <hidden>\n`,
  ],
  [
    "references are none",
    `TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: OTX_KEY } } } } # { KeyVault: otx }\n`,
    `TIProviders: { OTX: { Args: { AuthKey: { EnvironmentVar: OTX_KEY } } } } # { KeyVault: otx }\n`,
  ],
  [
    "a workspace's ids are none",
    sample.split("TIProviders")[0] ?? "",
    (sample.split("TIProviders")[0] ?? "").replace("Owner: me", "Owner: <hidden>"),
  ],
  ["what cannot be read is not shown", `A: "${key}\n`, "<hidden>"],
])("the whole file, masked: %s", (_, text, expected) => {
  expect(maskConfigText(text)).toBe(expected);
});

test("wherever a secret of the table stands and however it is written, the masked text has none of it", () => {
  const value = fc.stringMatching(/^[a-z][a-z0-9]{5}[A-Za-z0-9+/=$%'"#: -]{3,30}x$/);
  fc.assert(
    fc.property(value, fc.constantFrom("QUOTE_DOUBLE", "QUOTE_SINGLE", "block", "comment"), (text, form) => {
      const written =
        form === "block"
          ? `|-\n        ${text}`
          : form === "comment"
            ? `{ EnvironmentVar: A } # AuthKey: ${text}`
            : form === "QUOTE_DOUBLE"
              ? JSON.stringify(text)
              : `'${text.replaceAll("'", "''")}'`;
      const masked = maskConfigText(`TIProviders:\n  OTX:\n    Args:\n      AuthKey: ${written}\n    Primary: true\n`);
      expect(masked).not.toContain(text.slice(0, 6));
      expect(masked).toContain("Primary: true");
    }),
    { numRuns: 300 },
  );
});

test("what was hidden comes back where it was, wherever lines are moved, taken out and put in", () => {
  const base = sample;
  const shown = hideSecrets(base);
  expect(restoreSecrets(shown.text, shown)).toBe(base);
  const lines = shown.text.split("\n");
  fc.assert(
    fc.property(fc.subarray(lines.map((_, i) => i)), fc.nat(lines.length), (kept, at) => {
      const edited = kept.map(i => lines[i] ?? "");
      edited.splice(at, 0, "# a line of mine");
      const marks = edited.join("\n").match(/<hidden \d+>/g) ?? [];
      try {
        const restored = restoreSecrets(edited.join("\n"), shown);
        expect(restored).not.toContain("<hidden");
        // Nothing that was hidden is to be seen now.
        expect(hideSecrets(restored).hidden.length).toBeGreaterThanOrEqual(marks.length);
      } catch (error) {
        // Without the line above it, a secret may stand where it would be seen.
        expect(error).toMatchObject({ code: "config/edit" });
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  [
    "to a place that is shown",
    "MSSentinel: { Workspaces: { Soc: { WorkspaceName: <hidden 1> } } }\n",
    /would be shown/,
  ],
  [
    "under a number that nothing has",
    "TIProviders: { OTX: { Args: { AuthKey: <hidden 9> } } }\n",
    /there is no <hidden 9>/,
  ],
  ["without a number", "TIProviders: { OTX: { Args: { AuthKey: <hidden> } } }\n", /there is no <hidden>/],
  ["twice, once where it is shown", "# <hidden 1>\nAzure: { cloud: <hidden 1> }\n", /would be shown/],
])("a secret cannot be moved %s", (_, edited, message) => {
  const shown = hideSecrets(`TIProviders: { OTX: { Args: { AuthKey: ${key} } } }\n`);
  expect(() => restoreSecrets(edited, shown)).toThrowError(
    expect.objectContaining({ code: "config/edit", message: expect.stringMatching(message) as string }),
  );
});

test.each([
  ["LF", sample],
  ["CRLF", sample.replaceAll("\n", "\r\n")],
  ["CRLF and a byte order mark", `\uFEFF${sample.replaceAll("\n", "\r\n")}`],
])("a whole text is taken over as one step, line ends as in the file: %s", (_, text) => {
  const editor = editorOf(text);
  const shown = editor.hiddenText;
  expect(shown.text).not.toMatch(/mine-and-secret|\r|\uFEFF/);
  editor.replaceText(shown.text, shown);
  expect([textOf(editor), editor.isChanged, editor.canUndo]).toEqual([text, false, false]);
  editor.replaceText(
    shown.text.replace("# the one we use", "# ours").replace("Azure:", "Pivots: { UseV1QueryNames: true }\nAzure:"),
    shown,
  );
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  expect(textOf(editor)).toBe(
    text.replace("# the one we use", "# ours").replace("Azure:", `Pivots: { UseV1QueryNames: true }${end}Azure:`),
  );
  editor.undo();
  expect(textOf(editor)).toBe(text);
});

test("a whole text that cannot be read is refused with its line, and nothing is changed", () => {
  const editor = editorOf(sample);
  const shown = editor.hiddenText;
  const broken = shown.text.replace("Primary: yes", "Primary: [yes");
  expect(() => editor.replaceText(broken, shown)).toThrowError(
    expect.objectContaining({
      code: "config/invalid",
      message: expect.stringMatching(/msticpyconfig\.yaml:1[0-9]:\d+/) as string,
      hint: expect.stringContaining("correct the text") as string,
    }),
  );
  expect(() => editor.replaceText("- a list\n", shown)).toThrowError(
    expect.objectContaining({ code: "config/invalid" }),
  );
  expect([textOf(editor), editor.isChanged, editor.canUndo]).toEqual([sample, false, false]);
});

test.each([
  ["a mapping", "? msticpy:\n    Proxies:\n      https: { Password: hunter2-S3cret }\nHuntbook: { Window: 7d }\n"],
  ["a list", "[a, hunter2-S3cret]: 1\nHuntbook: { Window: 7d }\n"],
])("a key that is %s is hidden with all it holds", (_, text) => {
  const shown = hideSecrets(text);
  expect(shown.text).not.toContain("hunter2");
  expect(shown.text).toContain("Huntbook: { Window: 7d }");
  expect(restoreSecrets(shown.text, shown)).toBe(text);
});

test("a text of which lines would be lost is refused, and nothing of it is shown", () => {
  const text = "msticpy:\n?   a: [30]\n  Proxies:\n    https: { Password: hunter2-S3cret }\nHuntbook: { Window: 7d }\n";
  const shown = hideSecrets(text);
  expect(shown.text).toBe("<hidden 1>");
  expect(restoreSecrets(shown.text, shown)).toBe(text);
  expect(() => ConfigDocument.parse(text, "x.yaml")).toThrowError(/what follows it cannot be read/);
});
