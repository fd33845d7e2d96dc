import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lintPageFile, writeLintPage } from "../../tools/docs-lint.js";

test("docs/kql-lint.md is what the table of lints says (npx tsx tools/docs-lint.ts)", async () => {
  expect(readFileSync(lintPageFile, "utf8")).toBe(await writeLintPage());
});
