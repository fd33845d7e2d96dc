/** The first look runs on any workspace: awkward names, lines that could not be read, tables without time. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseNotebook, renderReport, runNotebook } from "../../src/notebook/runner/index.js";
import type { NotebookRun } from "../../src/notebook/runner/index.js";
import { createWorkspace, planIngest, runIngest } from "../../src/workspace/index.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-first-look-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const file = join(import.meta.dirname, "../../notebooks/first-look.ipynb");
const hostModule = new URL("../../src/notebook/kernel/session-host.ts", import.meta.url).href;

async function look(workspace: string): Promise<{ readonly run: NotebookRun; readonly text: string }> {
  const options = { dataDir: join(root, "data"), workspace };
  const notebook = parseNotebook(readFileSync(file, "utf8"), file);
  const run = await runNotebook({ notebook, dir: root, host: { module: hostModule, options } });
  const shown = run.notebook.cells.flatMap(c => c.outputs);
  return { run, text: shown.map(o => ("data" in o ? String(o.data["text/plain"]) : "")).join("\n") };
}

test("hosts, accounts and addresses of tables nobody announced; what is missing is said", async () => {
  const [logs, workspace] = [join(root, "logs"), join(root, "case")];
  mkdirSync(logs);
  const csv = [
    "TimeGenerated,Computer,User,SourceIP",
    "2026-01-02T03:04:05Z,<b>dc01</b>,ada,10.0.0.1",
    "2026-01-02T04:04:05Z,<b>dc01</b>,bob,10.0.0.2",
    "2026-01-02T05:04:05Z,dc02,ada,10.0.0.1,more,fields",
  ];
  writeFileSync(join(logs, "odd '] name.csv"), csv.join("\n"));
  writeFileSync(join(logs, "timeless.jsonl"), '{"HostName":"web01"}\n');
  const corrections = [{ match: "timeless.jsonl", time: "none" as const }];
  const plan = await planIngest([logs], { workspace, corrections });
  await runIngest(plan, workspace);
  const { run, text } = await look(workspace);
  expect(run.failures).toEqual([]);
  expect(run.completeness.state).toBe("partial");
  expect(text).toContain("<b>dc01</b> (2)");
  expect(text).toContain("ada (1), bob (1)");
  expect(text).toContain("10.0.0.1 (1)");
  const html = renderReport(run.notebook, { title: "First look" });
  expect(html).toContain("&lt;b&gt;dc01&lt;/b&gt;");
  expect(html).not.toContain("<b>dc01</b>");
}, 120_000);

test("an empty workspace is said to be empty", async () => {
  const workspace = join(root, "empty");
  await createWorkspace(workspace);
  const { run, text } = await look(workspace);
  expect(run.failures).toEqual([]);
  expect(text).toContain("No table has events with a time.");
}, 120_000);
