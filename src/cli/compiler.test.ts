import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshotFile } from "./compiler.js";

test("a snapshot belongs to one build of the compiler: what is built anew makes its own", () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-compiler-"));
  const entry = join(dir, "entry.cjs");
  const nameOf = (code: string): string => {
    writeFileSync(entry, code);
    return snapshotFile(dir, entry);
  };
  try {
    const first = nameOf("one");
    expect(first).toContain(process.versions.node);
    expect(nameOf("two")).not.toBe(first);
    expect(nameOf("one")).toBe(first);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
