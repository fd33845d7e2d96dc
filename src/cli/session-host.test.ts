import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CliHost } from "./host.js";
import { createSessionHost } from "./session-host.js";

let dir: string;
let host: CliHost;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-host-"));
  const io = { stdout: () => undefined, stderr: () => undefined, isTty: false, columns: 80, env: {} };
  host = createSessionHost({ ...io, cwd: dir, signal: new AbortController().signal }, join(dir, "data"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const schema = (text: string): string => {
  writeFileSync(join(dir, "schema.json"), text);
  return "schema.json";
};

describe("queries are checked against the tables of a schema file", () => {
  test("which are all there is", async () => {
    const file = schema('{ "Mine": { "A": "string", "N": "long" } }');
    const text = "Mine | where N > 1\n\nMine | where B == 1\n\nSecurityEvent | take 1\n";
    const checked = await host.checkQueries({ name: "q.kql", text, schema: file, lint: false, fix: false });
    expect(checked?.queries.map(q => [q.line, q.status])).toEqual([
      [1, "ok"],
      [3, "error"],
      [5, "error"],
    ]);
  });

  test.each([
    ["{", "is not JSON"],
    ["[]", "is not an object"],
    ['{ "T": 7 }', "T"],
    ['{ "T": { "A": "varchar" } }', "'T.A'"],
  ])("%s is refused with what is wrong and what to write", async (text, what) => {
    const request = { name: "q.kql", text: "print 1", schema: schema(text), lint: false, fix: false };
    await expect(host.checkQueries(request)).rejects.toMatchObject({
      code: "kql/invalid-schema",
      message: expect.stringContaining(what) as string,
      hint: expect.stringContaining('"Column": "string"') as string,
    });
  });
});
