/** The Getting started hunt runs whole, finds the story, and gives the same on a folder and through Sentinel's query API. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseNotebook, runNotebook, type Notebook, type NotebookRun } from "../../src/notebook/runner/index.js";
import { createSession } from "../../src/index.js";
import { contosoDir, generateDemo } from "../../src/session/demo.js";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { createLogAnalyticsStandIn, type LogAnalyticsStandIn } from "../../src/testing/index.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-start-"));
const dataDir = join(root, "data");
const now = "2026-01-13T18:00:00.000Z";
const file = join(import.meta.dirname, "../../notebooks/getting-started.ipynb");
const hostModule = new URL("../../src/notebook/kernel/session-host.ts", import.meta.url).href;
const server = createSession({ dataDir, now });
let standIn: LogAnalyticsStandIn;

beforeAll(async () => {
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  // A few places, so that no database is fetched.
  writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  await generateDemo({ dir: contosoDir(dataDir), rows: 30_000, nowMs: Date.parse(now), onProgress: () => undefined });
  standIn = await createLogAnalyticsStandIn(await server.workspace("Contoso"), {
    workspaceId: "11111111-2222-4333-8444-555555555555",
  });
}, 300_000);

afterAll(async () => {
  await standIn?.close();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Runs the notebook with a configuration file of its own. */
async function run(config: string): Promise<NotebookRun> {
  const path = join(root, "msticpyconfig.yaml");
  writeFileSync(path, config);
  const before = process.env["MSTICPYCONFIG"];
  process.env["MSTICPYCONFIG"] = path;
  try {
    const notebook = parseNotebook(readFileSync(file, "utf8"), file);
    return await runNotebook({ notebook, dir: root, host: { module: hostModule, options: { dataDir, now } } });
  } finally {
    if (before === undefined) delete process.env["MSTICPYCONFIG"];
    else process.env["MSTICPYCONFIG"] = before;
  }
}

/** The plain text that a cell shows, by the cell's id. */
function texts(notebook: Notebook): Record<string, string> {
  return Object.fromEntries(
    notebook.cells
      .filter(c => c.cellType === "code")
      .map(c => [c.id, c.outputs.map(o => ("data" in o ? JSON.stringify(o.data["text/plain"]) : "")).join("\n")]),
  );
}

/** Cells that say where they are connected, not what they found; and what only a local folder knows (which tables hold rows). */
const aboutThePlace = new Set([
  "05-init",
  "07-workspace-config",
  "09-connect",
  "11-schema-tables",
  "12-schema-columns",
]);

test("it runs whole on the local demo and finds the stolen session", async () => {
  const result = await run("Huntbook: {}\n");
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ status: "ok", completeness: { state: "complete" }, executed: 23 });
  const shown = texts(result.notebook);
  expect(shown["27-countries"]).toContain("CL");
  expect(shown["29-person"]).toContain("2026-01-07T08:31:22.000Z");
  expect(shown["30-dana"]).toMatch(/198\.51\.100\.23\s+Valparaíso/);
  expect(shown["32-office"]).toContain("New-InboxRule");
  expect(shown["34-indicators"]).toContain("198.51.100.23");
  expect(shown["35b-lookup"]).toContain("expired 2025");
  expect(shown["35d-places"]).toContain("Germany");
  expect(shown["see-map"]).toMatch(/Valparaíso, CL.*Dublin, IE/);
  expect(shown["see-tree"]).toMatch(/✖ rundll32\.exe/);
}, 300_000);

test("through the Log Analytics API every cell shows the same", async () => {
  const local = texts((await run("Huntbook: {}\n")).notebook);
  const cloud = await run(
    `Huntbook: { LogAnalyticsEndpoint: "${standIn.endpoint}" }\n` +
      "MSSentinel:\n  Workspaces:\n    Default:\n" +
      `      WorkspaceId: ${standIn.workspaceId}\n      TenantId: 99999999-2222-4333-8444-555555555555\n      WorkspaceName: contoso\n`,
  );
  expect(cloud.failures).toEqual([]);
  expect(standIn.received).toHaveLength(10);
  const shown = texts(cloud.notebook);
  const same = (cells: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(cells)
        .filter(([id]) => !aboutThePlace.has(id))
        // The last line of a figure says where its rows come from.
        .map(([id, text]) => [id, id.startsWith("see-") ? text.slice(0, text.lastIndexOf("\\n")) : text]),
    );
  expect(same(shown)).toEqual(same(local));
}, 300_000);

test("an answer that the service cut is partial in the notebook too", async () => {
  standIn.failNext({ kind: "truncated", rows: 5 });
  const session = createSession({
    now,
    dataDir,
    configPorts: {
      env: {},
      cwd: root,
      home: root,
      read: () =>
        `Huntbook: { LogAnalyticsEndpoint: "${standIn.endpoint}" }\nMSSentinel: { Workspaces: { Default: { WorkspaceId: ${standIn.workspaceId}, TenantId: ${standIn.workspaceId} } } }\n`,
    },
  });
  try {
    const { createProvider } = await import("../../src/session/provider.js");
    const provider = createProvider(session, "MSSentinel");
    await provider.connect();
    const frame = await provider.execQuery("SigninLogs | project TimeGenerated, UserPrincipalName");
    expect(frame.rowCount).toBe(5);
    expect(frame.completeness.state).toBe("partial");
    const counted = await frame.kql("| count");
    expect(counted.completeness).toMatchObject({ state: "partial", causes: [{ affects: "values" }] });
    standIn.failNext(
      { kind: "gateway-timeout" },
      { kind: "gateway-timeout" },
      { kind: "gateway-timeout" },
      { kind: "gateway-timeout" },
    );
    await expect(provider.execQuery("SigninLogs | count")).rejects.toMatchObject({ code: "query/timeout" });
  } finally {
    await session.close();
  }
}, 300_000);
