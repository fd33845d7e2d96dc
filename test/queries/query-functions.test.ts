/** The shipped queries as functions of KQL, over the demo: they give what the queries give. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSession, withSession, QueryProvider, type Session } from "../../src/index.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { loadShippedFunctions } from "../../src/query/load-queries.js";
import { generateContoso } from "../../src/workspace/index.js";
import type { LocalWorkspace } from "../../src/workspace/api.js";

const root = mkdtempSync(join(tmpdir(), "query-functions-"));
const dir = join(root, "contoso");
let session: Session;
let workspace: LocalWorkspace;

beforeAll(async () => {
  await generateContoso({ dir, rows: 20_000, now: Date.parse("2026-11-26T09:00:00Z"), threads: 2 });
  session = createSession({ dataDir: join(root, "data"), workspace: dir, offline: true, createCompiler: createInlineCompiler });
  workspace = await session.workspace();
}, 240_000);
afterAll(async () => {
  await session.close();
  rmSync(root, { recursive: true, force: true });
});

const rows = async (text: string, window?: { startMs: number; endMs: number; from: "hunt-window" }) =>
  (await workspace.query(text, window === undefined ? {} : { window })).rows({ bigint: true });

/** A value of each type, for what must be given. */
const samples: Readonly<Record<string, string>> = {
  string: '"alpine"',
  dynamic: 'dynamic(["10.0.0.1"])',
  long: "1",
  real: "1.0",
  bool: "true",
  timespan: "1h",
  datetime: "ago(1d)",
};

test.each(loadShippedFunctions().map(f => [f.name, f] as const))("%s compiles where it is called", async (name, fn) => {
  const needed = fn.parameters.split(/, (?=[\w'[\]]+: )/).filter(p => p !== "" && !p.includes("="));
  const tabular = needed[0]?.endsWith(": (*)") === true;
  const args = needed.filter(p => !p.endsWith(": (*)")).map(p => samples[p.split(": ")[1] ?? ""]);
  const call = `${name}(${args.join(", ")})`;
  const text = tabular ? `SigninLogs | invoke ${call}` : `${call} | count`;
  expect(await workspace.compile(text)).toMatchObject({ state: "ready" });
});

describe("a function gives what the query gives", () => {
  test("with a range of time", async () => {
    const named = await withSession(session, async () => {
      const qry = new QueryProvider("Local");
      await qry.connect();
      return (await qry.query("Azure.list_all_signins_geo")("-5d")).rowCount;
    });
    const [{ Count } = {}] = await rows("list_all_signins_geo(start=ago(5d)) | count");
    expect(Number(Count)).toBe(named);
    expect(named).toBeGreaterThan(10);
  });

  test("without one it takes the hunt window, and the last 14 days where there is none", async () => {
    const count = async (text: string, window?: Parameters<typeof rows>[1]) => Number((await rows(text, window))[0]?.["Count"]);
    const nowMs = workspace.clock.now();
    const window = { startMs: nowMs - 2 * 86_400_000, endMs: nowMs - 86_400_000, from: "hunt-window" } as const;
    expect(await count("list_all_signins_geo() | count", window)).toBe(
      await count("SigninLogs | where TimeGenerated between (ago(2d) .. ago(1d)) | count"),
    );
    expect(await count("list_all_signins_geo() | count")).toBe(
      await count("SigninLogs | where TimeGenerated between (ago(14d) .. now()) | count"),
    );
  });

  test("and goes on in KQL: as the right side of a join, in a let, after invoke", async () => {
    const text = `let S = list_all_signins_geo(start=ago(3d));
      S | where Result == "Failed" | summarize Failed = count() by IPAddress
      | join kind=inner (S | summarize All = count() by IPAddress) on IPAddress | where All < Failed | count`;
    expect(await rows(text)).toEqual([{ Count: 0n }]);
    const series = "SigninLogs | invoke get_timeseries_data(timeframe=1d, start=ago(3d)) | summarize sum(Total)";
    const [{ sum_Total } = {}] = await rows(series);
    expect(Number(sum_Total)).toBe(Number((await rows("SigninLogs | where TimeGenerated > ago(3d) | count"))[0]?.["Count"]));
  });
});

test("the bounds of the time reach the files that are read", async () => {
  const result = await workspace.compile("list_all_signins_geo(start=datetime(2026-11-20), end=datetime(2026-11-21)) | count");
  expect(result).toMatchObject({
    query: { tables: [{ name: "SigninLogs", time: { from: "2026-11-20T00:00:00.0000000Z", to: "2026-11-21T00:00:00.0000000Z" } }] },
  });
});

test("editors know them: completion with their names, hover with what they give, their parameters", async () => {
  const completion = await workspace.edit({ kind: "complete", text: "list_aad", offset: 8 });
  expect(completion.items.map(i => i.label)).toEqual(
    expect.arrayContaining([expect.stringContaining("list_aad_signins_for_account")]),
  );
  const text = "list_aad_signins_for_account()";
  const hover = await workspace.edit({ kind: "hover", text, offset: 3 });
  expect(hover?.lines.join("\n")).toContain("Sign-ins of one account, by user principal name, display name or object id");
  const help = await workspace.edit({ kind: "signatures", text, offset: text.length - 1 });
  expect(help?.signatures[0]?.parameters.map(p => `${p.name}: ${p.type}${p.optional ? "?" : ""}`)).toEqual([
    "account_name: string?",
    "user_id: string?",
    "start: datetime?",
    "end: datetime?",
  ]);
});
