import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installKernel, listKernels, uninstallKernel, type InstallOptions } from "./install.js";
import { dataDirs, userDataDir, type JupyterEnvironment } from "./jupyter-dirs.js";
import { findKernelSpecs, getKernelSpec, ownKernelSpec } from "./kernel-spec.js";

let home = "";
const environment = (env: Record<string, string> = {}): JupyterEnvironment => ({ env, platform: "linux", home });
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "huntbook-test-"))));
afterEach(() => rmSync(home, { recursive: true }));

test.each<[JupyterEnvironment["platform"], Record<string, string>, string]>([
  ["linux", {}, "/home/u/.local/share/jupyter"],
  ["linux", { XDG_DATA_HOME: "/data" }, "/data/jupyter"],
  ["darwin", {}, "/home/u/Library/Jupyter"],
  ["linux", { JUPYTER_DATA_DIR: "/jupyter" }, "/jupyter"],
])("the user's folder on %s with %j", (platform, env, expected) => {
  expect(userDataDir({ platform, env, home: "/home/u" })).toBe(expected);
});

test("folders are searched in Jupyter's order", () => {
  expect(
    dataDirs({ platform: "linux", home: "/home/u", env: { JUPYTER_PATH: "/a:/b", VIRTUAL_ENV: "/venv" } }),
  ).toEqual([
    ...["/a", "/b", "/home/u/.local/share/jupyter", "/venv/share/jupyter"],
    ...["/usr/local/share/jupyter", "/usr/share/jupyter"],
  ]);
});

const ours = (): InstallOptions => ({
  place: { kind: "user" },
  name: "huntbook",
  displayName: "Hunt",
  args: ["--workspace", "Soc"],
  environment: environment(),
});

test("what is installed is found, can be installed again, and is removed", async () => {
  const dir = installKernel(ours());
  expect(dir).toBe(join(home, ".local/share/jupyter/kernels/huntbook"));
  const json = JSON.parse(readFileSync(join(dir, "kernel.json"), "utf8")) as Record<string, unknown>;
  expect(json).toMatchObject({ display_name: "Hunt", language: "typescript", interrupt_mode: "message" });
  expect((json["argv"] as string[]).slice(-3)).toEqual(["{connection_file}", "--workspace", "Soc"]);
  expect(json["env"]).toEqual(ownKernelSpec().env);
  expect(readFileSync(join(dir, "logo-64x64.svg"), "utf8")).toContain("<svg");
  installKernel({ ...ours(), displayName: "Hunt again" });
  const installed = (await listKernels(environment())).filter(k => k.own);
  expect(installed.map(k => [k.spec.displayName, k.dir])).toEqual([["Hunt again", dir]]);
  expect(uninstallKernel({ kind: "user" }, "huntbook", environment())).toBe(dir);
  expect(existsSync(dir)).toBe(false);
  expect(() => uninstallKernel({ kind: "user" }, "huntbook", environment())).toThrow(
    expect.objectContaining({ code: "notebook/install" }),
  );
});

test("another program's kernel is neither replaced nor removed", () => {
  const dir = join(home, ".local/share/jupyter/kernels/python3");
  mkdirSync(dir, { recursive: true });
  const python = { argv: ["python3", "-f", "{connection_file}"], display_name: "Python 3", language: "python" };
  writeFileSync(join(dir, "kernel.json"), JSON.stringify(python));
  const failing: unknown = expect.objectContaining({ code: "notebook/install" });
  expect(() => installKernel({ ...ours(), name: "python3" })).toThrow(failing);
  expect(() => uninstallKernel({ kind: "user" }, "python3", environment())).toThrow(failing);
  expect(getKernelSpec("python3", findKernelSpecs(environment()))).toMatchObject({
    displayName: "Python 3",
    interruptMode: "signal",
  });
});

test.each(["../evil", "a/b", "", "..", "a b"])("'%s' is no kernel's name", name => {
  expect(() => installKernel({ ...ours(), name })).toThrow(expect.objectContaining({ code: "notebook/install" }));
});

test("a prefix gets its own", () => {
  const dir = installKernel({ ...ours(), place: { kind: "prefix", prefix: join(home, "venv") } });
  expect(dir).toBe(join(home, "venv/share/jupyter/kernels/huntbook"));
  const env = { VIRTUAL_ENV: join(home, "venv") };
  expect(findKernelSpecs(environment(env)).has("huntbook")).toBe(true);
});

test("damaged specifications are left out", () => {
  const kernels = join(home, ".local/share/jupyter/kernels");
  for (const [name, text] of [
    ["broken", "{"],
    ["empty", "{}"],
    ["wrong", '{"argv": "node"}'],
  ] as const) {
    mkdirSync(join(kernels, name), { recursive: true });
    writeFileSync(join(kernels, name, "kernel.json"), text);
  }
  expect([...findKernelSpecs(environment()).keys()].filter(n => ["broken", "empty", "wrong"].includes(n))).toEqual([]);
});
