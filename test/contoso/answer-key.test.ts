/** The demo's answer key holds: each filter selects exactly the rows it promises, through our own KQL. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSession, withSession } from "../../src/index.js";
import { generateDemo } from "../../src/session/demo.js";
import type { AnswerKey } from "../../src/workspace/contoso/answer-key.js";
import type { LocalWorkspace } from "../../src/workspace/api.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-answers-"));
const dir = join(root, "contoso");
const session = createSession({ dataDir: root });
let workspace: LocalWorkspace;
let key: AnswerKey;

beforeAll(async () => {
  const nowMs = Date.parse("2026-01-15T10:00:00Z");
  await generateDemo({ dir, rows: 30_000, nowMs, onProgress: () => undefined });
  key = JSON.parse(readFileSync(join(dir, "answer-key.json"), "utf8")) as AnswerKey;
  workspace = await withSession(session, () => session.workspace());
}, 300_000);

afterAll(async () => {
  await session.close();
  rmSync(root, { recursive: true, force: true });
});

describe("every filter of the answer key selects the rows it counts", () => {
  test("in all items", async () => {
    const wrong: string[] = [];
    for (const item of key.items)
      for (const { table, filter, count } of item.tables) {
        const [row] = await (await workspace.query(`${filter}\n| count`)).rows();
        if (row?.["Count"] !== count)
          wrong.push(`${item.id} ${table}: counted ${JSON.stringify(row)}, promised ${count}`);
      }
    expect(wrong).toEqual([]);
  });

  test("breach rows are there, gaps are empty", () => {
    const breaches = key.items.filter(i => i.kind === "breach");
    expect(breaches.length).toBeGreaterThanOrEqual(17);
    for (const item of breaches)
      expect(
        item.tables.every(t => t.count > 0),
        item.id,
      ).toBe(true);
    for (const item of key.items.filter(i => i.kind === "gap"))
      expect(
        item.tables.map(t => t.count),
        item.id,
      ).toEqual(item.tables.map(() => 0));
  });
});

test("the workspace's clock is the Tuesday evening of the story, so that ago() finds it however old the copy is", async () => {
  expect(new Date(workspace.clock.now()).toISOString()).toBe("2026-01-13T18:00:00.000Z");
  const [row] = await (await workspace.query("SecurityEvent | where TimeGenerated > ago(1d) | count")).rows();
  expect(row?.["Count"]).toBeGreaterThan(0);
});
