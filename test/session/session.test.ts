/** Two sessions in one process, cancellation, and the default session: the rules of DESIGN §4. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ConfigPorts } from "../../src/config/config.js";
import type { Session } from "../../src/index.js";
import {
  createSession,
  currentSession,
  frameFrom,
  kql,
  QueryTime,
  withSession,
  withSignal,
  WorkspaceConfig,
} from "../../src/index.js";
import { createWorkspace, openWriter } from "../../src/workspace/index.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { runKqlText } from "../../src/session/run-kql.js";

const root = mkdtempSync(join(tmpdir(), "huntbook-session-"));
const workspaceDir = join(root, "case");

/** A configuration of its own, so that no test sees the machine's. */
const yaml = "Huntbook:\n  Workspaces:\n    Case: { local: ./case }\n";
const configPorts: ConfigPorts = {
  env: {},
  cwd: root,
  home: root,
  read: path => (path === join(root, "msticpyconfig.yaml") ? yaml : undefined),
};

const sessions: Session[] = [];
function open(options: ConstructorParameters<typeof Session>[0] = {}): Session {
  const session = createSession({
    dataDir: root,
    createCompiler: createInlineCompiler,
    configPorts,
    ...options,
  });
  sessions.push(session);
  return session;
}

beforeAll(async () => {
  await createWorkspace(workspaceDir, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
  const writer = await openWriter(workspaceDir);
  const columns = [
    { name: "TimeGenerated", type: "datetime" },
    { name: "Account", type: "string" },
  ] as const;
  await writer.addTable("SigninTest", columns, {
    kind: "batches",
    batches: [
      [
        ["2026-01-13T17:00:00Z", "ada"],
        ["2026-01-12T17:00:00Z", "bob"],
      ],
    ],
  });
  await writer.commit();
});
afterAll(async () => {
  for (const session of sessions) await session.close();
  rmSync(root, { recursive: true, force: true });
});

describe("sessions", () => {
  test("two sessions in one process do not see each other's frames", async () => {
    const [a, b] = [open(), open()];
    const frame = await withSession(a, () => frameFrom([{ n: 1 }]));
    await expect(withSession(b, () => kql`${frame} | count`)).rejects.toMatchObject({ code: "frame/foreign-session" });
    expect(await withSession(a, async () => (await kql`${frame} | count`).rows())).toEqual([{ Count: 1 }]);
  });

  test("the current session follows awaits and is never shared with another task", async () => {
    const [a, b] = [open(), open()];
    const seen = await Promise.all(
      [a, b].map(session =>
        withSession(session, async () => {
          await Promise.resolve();
          return currentSession() === session;
        }),
      ),
    );
    expect(seen).toEqual([true, true]);
  });

  test("relative times follow the workspace's pinned clock once it is open, and --now before that", async () => {
    const session = open();
    await withSession(session, async () => {
      const workspace = await session.workspace();
      const [row] = await (
        await workspace.query("SigninTest | where TimeGenerated > ago(2h) | project Account")
      ).rows();
      expect(row).toEqual({ Account: "ada" });
      expect(new QueryTime("-1d").end.toISOString()).toBe("2026-01-13T18:00:00.000Z");
    });
    const pinned = open({ now: "2026-01-12T18:00:00Z" });
    const workspace = await pinned.workspace();
    const rows = await (
      await workspace.query("SigninTest | where TimeGenerated between (ago(2h) .. now()) | project Account")
    ).rows();
    expect(rows).toEqual([{ Account: "bob" }]);
  });

  test("a live workspace follows the system's clock, also when a pinned one is opened after it", async () => {
    const liveDir = join(root, "live");
    await createWorkspace(liveDir, { clock: { kind: "system" } });
    const session = open();
    const before = Date.now();
    const live = await session.openFolder(liveDir, "live");
    const pinned = await session.openFolder(workspaceDir, "case");
    expect(session.clock.kind).toBe("system");
    expect(session.clock.now()).toBeGreaterThanOrEqual(before);
    expect(live.clock.now()).toBeGreaterThanOrEqual(before);
    expect(pinned.clock.now()).toBe(Date.parse("2026-01-13T18:00:00Z"));
    await live.close();
    await pinned.close();
  });

  test("the configuration's limits hold for the engine and for KQL, and those of the caller win", async () => {
    const limited = { ...configPorts, read: () => "Huntbook: { Limits: { MaxRows: 1, MemoryMb: 512 } }\n" };
    const memory = async (session: Session) =>
      (await (await session.store()).all("select current_setting('memory_limit') as text"))[0]?.["text"];
    const session = open({ configPorts: limited, workspace: workspaceDir });
    expect(await memory(session)).toBe("512.0 MiB");
    expect(await memory(open({ configPorts: limited, limits: { memoryBytes: 256 * 1024 ** 2 } }))).toBe("256.0 MiB");
    const cut = await runKqlText(session, "SigninTest");
    expect([cut.rowCount, cut.completeness.causes[0]?.kind]).toEqual([1, "row-limit"]);
    expect((await runKqlText(session, "SigninTest", { maxRows: 5 })).rowCount).toBe(2);
  });

  test("a session that was closed says so", async () => {
    const session = open();
    await session.close();
    await expect(session.store()).rejects.toMatchObject({ code: "session/closed" });
  });

  test("an aborted signal stops a long query soon, and the session goes on", async () => {
    const session = open();
    const workspace = await session.workspace();
    const abort = new AbortController();
    const long = workspace.query(
      "range x from 1 to 30000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 30000 step 1 | extend k = 1) on k" +
        " | summarize dcount(hash_sha256(strcat(tostring(x), tostring(y))))",
      {
        signal: abort.signal,
        maxRows: Infinity,
      },
    );
    const ended = long.then(
      () => "finished",
      (error: unknown) => (error as { code: string }).code,
    );
    await new Promise(resolve => setImmediate(resolve));
    abort.abort();
    expect(await ended).toBe("query/cancelled");
    expect(await (await workspace.query("print x = 1")).rows()).toEqual([{ x: 1 }]);
  });

  test("the ambient signal reaches queries of a provider", async () => {
    const session = open();
    const abort = new AbortController();
    abort.abort();
    const { createProvider } = await import("../../src/session/provider.js");
    await withSession(session, async () => {
      const provider = createProvider(session, "Local");
      await provider.connect(new WorkspaceConfig("Case"));
      await expect(withSignal(abort.signal, async () => provider.execQuery("SigninTest"))).rejects.toMatchObject({
        code: "query/cancelled",
      });
      expect((await provider.execQuery("SigninTest")).rowCount).toBe(2);
    });
  });
});

describe("workspaces in the cloud", () => {
  const id = "11111111-2222-4333-8444-555555555555";
  const cloud = `MSSentinel: { Workspaces: { Default: { WorkspaceId: ${id}, TenantId: ${id} } } }\n`;
  const openCloud = () => open({ configPorts: { ...configPorts, read: () => cloud } });

  test("session/not-local: such a workspace is no folder, and the error says what connects to it", async () => {
    await expect(openCloud().workspace()).rejects.toMatchObject({
      code: "session/not-local",
      hint: expect.stringContaining("QueryProvider") as string,
    });
  });

  test("query/bound-in-cloud: a frame is not sent there unasked, and the way on is said", async () => {
    const session = openCloud();
    const mine = await withSession(session, () => frameFrom([{ Account: "ada" }]));
    // What reads frames alone needs no cloud.
    const here = await runKqlText(session, "mine | take 1", { frames: { mine } });
    expect(await here.rows()).toEqual([{ Account: "ada" }]);
    const asked = runKqlText(session, "SigninLogs | join kind=inner mine on Account", { frames: { mine } });
    await expect(asked).rejects.toMatchObject({
      code: "query/bound-in-cloud",
      hint: expect.stringContaining('mine.kql("| where') as string,
    });
  });

  test("net/extra-ca: certificates that cannot be read are not left out quietly", () => {
    vi.stubEnv("NODE_EXTRA_CA_CERTS", join(root, "no-such.pem"));
    try {
      const session = openCloud();
      expect(() => session.http).toThrowError(
        expect.objectContaining({
          code: "net/extra-ca",
          message: expect.stringContaining("no-such.pem") as string,
        }) as Error,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
