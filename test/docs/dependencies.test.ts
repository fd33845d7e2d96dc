import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("docs/dependencies.md says of each dependency once why it is there, and of nothing else", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const rows = readFileSync(join(root, "docs/dependencies.md"), "utf8").matchAll(/^\|([^|]*)\|/gm);
  const named = [...rows].flatMap(([, names = ""]) => [...names.matchAll(/`([^`]+)`/g)].map(m => m[1]));
  expect(named.sort()).toEqual(Object.keys(dependencies).sort());
});
