/** The settings editor as code drives it; the page is in test/browser/settings.test.ts. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { displaySymbol } from "../../base/port.js";
import type { ConfigPorts } from "../../config/config.js";
import { MpConfigFile } from "../../session/mp-config-file.js";
import { createSession, type Session } from "../../session/session.js";
import { MpConfigEdit } from "./config-edit.js";
import { findControl, readState } from "./mount.js";
import { PageMount } from "./page-mount.js";
import type { WidgetNode } from "./node.js";

const key = "stored-and-hidden-7781";
const text = `MSSentinel:
  Workspaces:
    Soc: { WorkspaceId: 11111111-2222-4333-8444-555555555555, TenantId: 99999999-2222-4333-8444-555555555555 }
    Lab: { WorkspaceId: 22222222-2222-4333-8444-555555555555, TenantId: 99999999-2222-4333-8444-555555555555 }
TIProviders:
  OTX: { Args: { AuthKey: ${key} } }
`;

let session: Session | undefined;
afterEach(async () => {
  await session?.close();
});
function open(): { readonly session: Session; readonly file: string } {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-edit-"));
  const file = join(dir, "msticpyconfig.yaml");
  writeFileSync(file, text);
  const read = (path: string) => (path === file ? readFileSync(file, "utf8") : undefined);
  const configPorts: ConfigPorts = { env: {}, cwd: dir, home: dir, read };
  session = createSession({ dataDir: dir, configPorts });
  return { session, file };
}

/** The id of the control with this label, and of this kind. */
function idOf(node: WidgetNode, kind: WidgetNode["kind"], label: string): string | undefined {
  if (node.kind === kind && node.label === label) return node.id;
  return (node.children ?? []).map(child => idOf(child, kind, label)).find(id => id !== undefined);
}

test("setTab opens tabs by MSTICPy's names of all versions, and entries by their place", () => {
  const place = open();
  const edit = new MpConfigEdit(undefined, undefined, place);
  expect(edit.tabNames).toContain("Key Vault");
  expect(edit.currentConfigFile).toBe(place.file);
  edit.setTab("AzureSentinel", 1);
  expect(edit.controls["Microsoft Sentinel"]?.entry).toBe("Lab");
  expect([...(edit.controls["Microsoft Sentinel"]?.fields.keys() ?? [])].slice(0, 2)).toEqual([
    "WorkspaceId",
    "TenantId",
  ]);
  expect(() => edit.setTab("Sentinels")).toThrow(expect.objectContaining({ code: "config/no-tab" }));
});

test("it edits the file of an MpConfigFile, a path, or settings as an object", () => {
  const place = open();
  const file = new MpConfigFile(undefined, place.session);
  const edit = new MpConfigEdit(file, undefined, place);
  file.set("Azure.cloud", "cn");
  expect(edit.isChanged).toBe(true);
  expect(new MpConfigEdit("other.yaml", undefined, place).currentConfigFile).toMatch(/other\.yaml$/);
  expect(new MpConfigEdit({ Azure: { cloud: "cn" } }, "other.yaml", place).isChanged).toBe(true);
  expect(() => new MpConfigEdit(7 as never, undefined, place)).toThrow(
    expect.objectContaining({ code: "config/edit" }),
  );
});

test("neither the page's state nor the static form has a secret of the file, on any tab", () => {
  const edit = new MpConfigEdit(undefined, undefined, open());
  for (const name of edit.tabNames) {
    edit.setTab(name);
    const bundle = edit[displaySymbol]() as Record<string, unknown>;
    expect(JSON.stringify([readState(edit), bundle])).not.toContain(key);
  }
});

test("a late event for a form that is gone does nothing, and one form is on the page at a time", () => {
  const edit = new MpConfigEdit(undefined, undefined, open());
  edit.setTab("TI Providers");
  const before = readState(edit);
  const remove = idOf(before.tree, "button", "Delete") ?? "";
  expect(findControl(edit, remove)?.label).toBe("Delete");
  edit.setTab("Microsoft Sentinel");
  expect(findControl(edit, remove)).toBeUndefined();
  expect(Object.keys(readState(edit).values).length).toBeLessThan(80);
});

test("save refreshes the session; a page that waits is told of each change, and let go when it ends", async () => {
  const place = open();
  const edit = new MpConfigEdit(undefined, undefined, place);
  const mount = new PageMount(edit);
  edit.setTab("Azure");
  const state = await mount.next(0, 1000);
  const waiting = mount.next(state.version, 60_000);
  mount.receive({ type: "set", id: idOf(state.tree, "dropdown", "cloud"), value: 2 });
  expect((await waiting).version).toBeGreaterThan(state.version);
  const save = idOf(mount.state().tree, "button", "Save Settings");
  mount.receive({ type: "press", id: save });
  while (!readFileSync(place.file, "utf8").includes("usgov")) await mount.next(mount.state().version, 50);
  await expect.poll(() => place.session.settings.config.text("Azure.cloud")).toBe("usgov");
  const last = mount.next(mount.state().version, 60_000);
  mount.close();
  await last;
});
