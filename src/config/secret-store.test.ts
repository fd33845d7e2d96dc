import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import { openSecretStore, type KeyRing, type SecretStore, type SecretStoreOptions } from "./secret-store.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-secrets-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function ring(kept: { value?: string } = {}): KeyRing {
  return { read: async () => kept.value, write: async value => void (kept.value = value) };
}
const noRing: KeyRing = {
  read: async () => Promise.reject(new Error("Couldn't access platform storage")),
  write: async () => Promise.reject(new Error("Couldn't access platform storage")),
};
const passphrase = new Secret("correct horse battery", "env:HUNTBOOK_CACHE_PASSPHRASE");

async function open(options: Partial<SecretStoreOptions> = {}): Promise<SecretStore> {
  const store = await openSecretStore({
    dir,
    kind: "auto",
    keyRing: ring(),
    passphrase: undefined,
    now: () => new Date(0),
    ...options,
  });
  if ("reason" in store) throw new Error(store.reason);
  return store;
}

test.each<[string, Partial<SecretStoreOptions>, SecretStore["kind"]]>([
  ["the key ring", { keyRing: ring({}) }, "keyring"],
  ["a pass phrase, which is meant when it is set", { keyRing: ring({}), passphrase }, "passphrase"],
  ["a key ring that is asked for, whatever else is set", { kind: "keyring", keyRing: ring({}), passphrase }, "keyring"],
  ["a pass phrase where there is no key ring", { keyRing: noRing, passphrase }, "passphrase"],
  ["a pass phrase when a file is asked for", { kind: "file", passphrase }, "passphrase"],
])("what is kept by %s is there again, and not in clear text", async (_, options, kind) => {
  const store = await open(options);
  expect(store.kind).toBe(kind);
  await store.set("vault/otx", "hunter2-value");
  await Promise.all([store.set("a", "1-hunter2"), store.set("b", "2-hunter2"), store.set("c", "3-hunter2")]);
  await store.delete("b");
  const again = await open(options);
  expect([await again.get("vault/otx"), await again.get("a"), await again.get("b"), await again.get("c")]).toEqual([
    "hunter2-value",
    "1-hunter2",
    undefined,
    "3-hunter2",
  ]);
  const text = readFileSync(join(dir, "secrets.enc"), "utf8");
  for (const clear of ["hunter2", "otx", Buffer.from("hunter2").toString("base64").slice(0, 8)])
    expect(text).not.toContain(clear);
  if (process.platform !== "win32") expect(statSync(join(dir, "secrets.enc")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["secrets.enc"]);
  await again.clear();
  expect(readdirSync(dir)).toEqual([]);
});

test.each<[string, Partial<SecretStoreOptions>, RegExp]>([
  ["none is asked for", { kind: "none" }, /SecretCache is none/],
  ["the key ring is asked for and there is none", { kind: "keyring", keyRing: noRing, passphrase }, /no key ring/],
  ["there is neither", { keyRing: noRing }, /HUNTBOOK_CACHE_PASSPHRASE/],
  ["the pass phrase is short", { kind: "file", passphrase: new Secret("short", "env:X") }, /8 characters/],
])("nothing is kept when %s, and the reason is said", async (_, options, reason) => {
  await expect(open(options)).rejects.toThrowError(reason);
  expect(readdirSync(dir)).toEqual([]);
});

test("with another key the file holds nothing, and a wrong pass phrase is no error", async () => {
  await (await open({ kind: "file", passphrase })).set("a", "hunter2");
  const other = await open({ kind: "file", passphrase: new Secret("another pass phrase", "env:X") });
  expect(await other.get("a")).toBeUndefined();
  expect(await (await open({ keyRing: ring() })).get("a")).toBeUndefined();
});

test("a file that was changed anywhere holds nothing: no exception, no half of a secret", async () => {
  const kept = {};
  await (await open({ keyRing: ring(kept) })).set("a", "hunter2");
  const path = join(dir, "secrets.enc");
  const text = readFileSync(path, "utf8");
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 2), fc.constantFrom("", "A", "0", "}"), async (at, replacement) => {
      const changed = text.slice(0, at) + replacement + text.slice(at + 1);
      writeFileSync(path, changed);
      const value = await (await open({ keyRing: ring(kept) })).get("a");
      // Base64 has bits that mean nothing.
      expect(value === undefined || value === "hunter2").toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("secrets/store: a folder that cannot be written to is told, and the value is not in the message", async () => {
  writeFileSync(join(dir, "file"), "");
  const store = await open({ dir: join(dir, "file") });
  await expect(store.set("a", "hunter2-value")).rejects.toMatchObject({
    code: "secrets/store",
    message: expect.not.stringContaining("hunter2") as string,
    hint: expect.stringContaining("SecretCache") as string,
  });
});
