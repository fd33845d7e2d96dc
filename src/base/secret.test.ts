import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.js";

test("a secret shows its origin wherever it is printed", () => {
  const key = new Secret("hunter2", "env:OTX_KEY");
  const shown = [
    String(key),
    "" + String(key),
    JSON.stringify({ key }),
    inspect({ key }, { depth: 5, showHidden: true }),
  ].join("\n");
  expect(shown).not.toContain("hunter2");
  expect(shown).toContain("<secret env:OTX_KEY>");
  expect(key.reveal()).toBe("hunter2");
});
