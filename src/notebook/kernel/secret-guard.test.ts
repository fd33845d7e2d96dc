import { expect, test } from "vitest";
import { findSecretsInValue, redactSecrets } from "../../config/secret-scan.js";
import { Secret } from "../../base/secret.js";
import type { CellOutput } from "./api.js";
import { SecretGuard, type SecretPolicy } from "./secret-guard.js";

const secrets = [new Secret("hunter2hunter2", "env:KEY")];
const finder = {
  findSecrets: (value: unknown) => findSecretsInValue(value, secrets),
  redact: (text: string) => redactSecrets(text, secrets),
};
function pass(
  policy: SecretPolicy,
  ...outputs: readonly CellOutput[]
): { seen: CellOutput[]; found: readonly string[] } {
  const seen: CellOutput[] = [];
  const guard = new SecretGuard(finder, policy, o => seen.push(o));
  for (const output of outputs) guard.pass(output);
  return { seen, found: guard.found };
}
const line = (text: string): CellOutput => ({ kind: "stream", name: "stdout", text });

test("outputs without secrets pass as they are", () => {
  const output: CellOutput = { kind: "result", data: { "text/plain": "42", "application/json": { a: [1, "x"] } } };
  expect(pass("redact", output)).toEqual({ seen: [output], found: [] });
  expect(pass("redact", output).seen[0]).toBe(output);
});

test("a warning is given once for each secret and never shows it", () => {
  const { seen, found } = pass("warn", line("hunter2hunter2"), line("again hunter2hunter2"));
  expect(found).toEqual(["env:KEY"]);
  expect(seen.map(o => (o as { name: string }).name)).toEqual(["stdout", "stderr", "stdout"]);
  expect((seen[1] as { text: string }).text).not.toContain("hunter2");
});

test("secrets are taken out of every text of an output, also out of keys and lines", () => {
  const data = {
    "text/html": "<b>hunter2hunter2</b>",
    "application/json": { hunter2hunter2: ["hunter2", "hunter2"], deep: [{ x: "hunter2hunter2" }] },
  };
  const { seen } = pass("redact", { kind: "display", data });
  expect(JSON.stringify(seen)).not.toMatch(/hunter2/);
  expect(JSON.stringify(seen[0])).toContain("<secret env:KEY>");
});

test("what cannot be taken out is left out", () => {
  const stubborn = new SecretGuard({ ...finder, redact: text => text }, "redact", o => seen.push(o));
  const seen: CellOutput[] = [];
  stubborn.pass(line("hunter2hunter2"));
  expect(JSON.stringify(seen)).not.toContain("hunter2");
  expect(JSON.stringify(seen[0])).toContain("left out");
});

test("allowed secrets are counted only", () => {
  const { seen, found } = pass("allow", line("hunter2hunter2"));
  expect([seen, found]).toEqual([[line("hunter2hunter2")], ["env:KEY"]]);
});
