import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureLab } from "./ensure.js";

let base: string;
let labDir: string;
let did: string[];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "huntbook-lab-"));
  labDir = join(base, "lab");
  mkdirSync(join(labDir, "src"), { recursive: true });
  mkdirSync(join(base, "src", "view"), { recursive: true });
  writeFileSync(join(base, "src", "view", "style.ts"), "style");
  writeFileSync(join(labDir, "package-lock.json"), "lock 1");
  writeFileSync(join(labDir, "src", "index.ts"), "source 1");
  did = [];
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const install = async (dir: string) => {
  did.push("install");
  mkdirSync(join(dir, "node_modules"), { recursive: true });
};
const bundle = async ({ outDir }: { outDir: string }) => {
  did.push("bundle");
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, "built"), "");
};
const ensure = (changes = {}) => ensureLab({ labDir, onProgress: () => undefined, install, bundle, ...changes });
const builds = () => readdirSync(join(labDir, "dist"));

describe("the Lab", () => {
  test("is installed and built once, then found", async () => {
    const first = await ensure();
    expect(existsSync(join(first, "built"))).toBe(true);
    expect(await ensure()).toBe(first);
    expect(did).toEqual(["install", "bundle"]);
  });

  test("is built anew when its sources change, installed anew when its lock file does; the old build goes", async () => {
    const first = await ensure();
    writeFileSync(join(labDir, "src", "index.ts"), "source 2");
    const second = await ensure();
    expect(second).not.toBe(first);
    writeFileSync(join(labDir, "package-lock.json"), "lock 2");
    await ensure();
    expect(did).toEqual(["install", "bundle", "bundle", "install", "bundle"]);
    expect(builds()).toHaveLength(1);
  });

  test("two starts at once build it once", async () => {
    const [a, b] = await Promise.all([ensure(), ensure()]);
    expect(a).toBe(b);
    expect(did).toEqual(["install", "bundle"]);
  });

  test("a start that was killed while building is no obstacle to the next", async () => {
    mkdirSync(join(labDir, "dist"));
    // No process has this number.
    writeFileSync(join(labDir, "dist", ".lock"), "4194305");
    mkdirSync(join(labDir, "node_modules"));
    await ensure();
    expect(did).toEqual(["install", "bundle"]);
    expect(builds()).toHaveLength(1);
  });

  test("what fails leaves nothing that looks whole, and says what to do", async () => {
    const failing = async ({ outDir }: { outDir: string }) => {
      mkdirSync(outDir, { recursive: true });
      throw new Error("out of thread");
    };
    await expect(ensure({ bundle: failing })).rejects.toMatchObject({
      code: "server/lab-build",
      message: expect.stringContaining("out of thread") as string,
    });
    expect(builds()).toEqual([]);
    await ensure();
    expect(builds()).toHaveLength(1);
  });

  test("packages that cannot be had are said in npm's words", async () => {
    // A lock file that npm refuses before it asks any registry.
    writeFileSync(join(labDir, "package.json"), '{"name":"x","dependencies":{"not-in-the-lock-file":"1.0.0"}}');
    writeFileSync(join(labDir, "package-lock.json"), '{"name":"x","lockfileVersion":3,"packages":{"":{"name":"x"}}}');
    await expect(ensureLab({ labDir, onProgress: () => undefined, bundle })).rejects.toMatchObject({
      code: "server/lab-install",
      message: expect.stringContaining("npm") as string,
      hint: expect.stringContaining("fetch-all") as string,
    });
  });

  test("a published package carries it, and has no lock file", async () => {
    rmSync(join(labDir, "package-lock.json"));
    await expect(ensure()).rejects.toMatchObject({ code: "server/lab-build" });
    mkdirSync(join(labDir, "dist", "abc"), { recursive: true });
    expect(await ensure()).toBe(join(labDir, "dist", "abc"));
    expect(did).toEqual([]);
  });
});
