import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { supportPageFile, writeSupportPage } from "../../tools/docs-kql-support.js";

test("docs/kql-support.md is what the probes say (npx tsx tools/docs-kql-support.ts)", async () => {
  expect(readFileSync(supportPageFile, "utf8")).toBe(await writeSupportPage());
}, 120_000);
