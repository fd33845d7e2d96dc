import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pinnedClock } from "../../base/clock.js";
import type { Column } from "../../base/column.js";
import { complete } from "../../base/completeness.js";
import { HuntError } from "../../base/error.js";
import { Secret } from "../../base/secret.js";
import type { FrameLike, Row } from "../../frame/api.js";
import { FrameStore } from "../../frame/store.js";
import { createHttpClient, type HttpClient } from "../../net/client.js";
import { createLogAnalyticsStandIn, type Fault, type LogAnalyticsStandIn } from "../../testing/log-analytics.js";
import type { LocalWorkspace, WorkspaceQueryOptions } from "../../workspace/api.js";
import type { Driver } from "../api.js";
import { createLocalDriver } from "./local.js";
import { createSentinelDriver, type TokenSource } from "./sentinel.js";

const nowMs = Date.UTC(2026, 0, 13, 18);
const clock = pinnedClock(nowMs);

const everyType: readonly Column[] = [
  { name: "B", type: "bool" },
  { name: "I", type: "int" },
  { name: "L", type: "long" },
  { name: "R", type: "real" },
  { name: "D", type: "decimal" },
  { name: "S", type: "string" },
  { name: "T", type: "datetime" },
  { name: "P", type: "timespan" },
  { name: "G", type: "guid" },
  { name: "J", type: "dynamic" },
];
const tables: Record<string, { columns: readonly Column[]; rows: readonly (readonly unknown[])[] }> = {
  Types: {
    columns: everyType,
    rows: [
      [
        true,
        -1,
        2n ** 60n + 1n,
        0.1,
        "1.25",
        `x' "y"\n\u0000<b>`,
        "2026-01-13T18:00:00.123456Z",
        "-1.02:03:04.0000005",
        "0a0b0c0d-1111-2222-3333-444455556666",
        { a: [1, "1234567890123456789", null], é: {} },
      ],
      [false, 0, 0n, NaN, null, "", "1970-01-01T00:00:00Z", "00:00:00", null, "text"],
      [null, null, null, null, null, "", null, null, null, null],
    ],
  },
  Many: { columns: [{ name: "N", type: "long" }], rows: Array.from({ length: 12_000 }, (_, i) => [i]) },
  Empty: { columns: everyType, rows: [] },
};

let store: FrameStore;
let ran: { text: string; options: WorkspaceQueryOptions }[] = [];

/** A workspace that knows three tables and no operators. */
function openWorkspace(): LocalWorkspace {
  return {
    name: "Test",
    dir: "/cases/test",
    clock,
    generation: 1,
    tables: Object.entries(tables).map(([name, t]) => ({
      name,
      columns: t.columns,
      rowCount: t.rows.length,
      span: undefined,
      sizeBytes: 0,
      rejectedLines: 0,
    })),
    schemas: [],
    functions: [],
    edit: () => Promise.reject(new Error("no editor here")),
    compile: async () => ({ state: "failed", diagnostics: [] }),
    async query(text, options = {}): Promise<FrameLike> {
      ran.push({ text, options });
      const table = tables[text.split(" ")[0] ?? ""];
      if (table === undefined) throw new HuntError("kql/invalid", `unknown table '${text}'`);
      const range = options.range ?? options.window;
      const provenance = {
        query: text,
        source: "workspace Test",
        ranAtMs: nowMs,
        tookMs: 0,
        clock: "pinned",
        clockDependent: false,
      } as const;
      return store.fromBatches(
        table.columns,
        [table.rows],
        { completeness: complete, provenance: { ...provenance, ...(range === undefined ? {} : { range }) } },
        { maxRows: options.maxRows ?? 30_000 },
      );
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

let standIn: LogAnalyticsStandIn;
let http: HttpClient;
const waits: number[] = [];
const tokens: TokenSource = { getToken: async () => new Secret("letmein", "test") };

beforeAll(async () => {
  store = await FrameStore.open({ clock, memoryLimitBytes: 512 * 1024 ** 2 });
});
afterAll(async () => store.close());
beforeEach(async () => {
  ran = [];
  waits.length = 0;
  standIn = await createLogAnalyticsStandIn(openWorkspace(), { token: "letmein" });
  http = createHttpClient({
    random: () => 0,
    sleep: async ms => {
      waits.push(ms);
    },
  });
});
afterEach(async () => {
  await http.close();
  await standIn.close();
});

function sentinel(
  more: { workspaceId?: string; tokens?: TokenSource; timeoutMs?: number; http?: HttpClient } = {},
): Driver {
  return createSentinelDriver({
    workspaceId: standIn.workspaceId,
    tenantId: "t",
    workspaceName: "Test",
    endpoint: standIn.endpoint,
    http,
    tokens,
    frames: store,
    clock,
    ...more,
  });
}

const drivers: readonly [string, () => Driver][] = [
  ["Local", () => createLocalDriver(openWorkspace())],
  ["MSSentinel", () => sentinel()],
];

async function connected(driver: Driver): Promise<Driver> {
  await driver.connect();
  return driver;
}

const rangeOf = (from: "argument" | "default") => ({ startMs: nowMs - 86_400_000, endMs: nowMs, from }) as const;

describe.each(drivers)("%s", (_, open) => {
  test("every type arrives exactly", async () => {
    const frame = await (await connected(open())).query("Types");
    expect(frame.columns).toEqual(everyType);
    const rows = await frame.rows({ bigint: true });
    expect(rows[0]).toMatchObject({
      B: true,
      I: -1,
      L: 2n ** 60n + 1n,
      R: 0.1,
      S: `x' "y"\n\u0000<b>`,
      T: new Date("2026-01-13T18:00:00.123Z"),
      G: "0a0b0c0d-1111-2222-3333-444455556666",
      J: { a: [1, "1234567890123456789", null], é: {} },
    });
    expect(rows[1]?.["R"]).toBeNaN();
    expect(rows[1]?.["J"]).toBe("text");
    expect(rows[2]).toEqual({
      B: null,
      I: null,
      L: null,
      R: null,
      D: null,
      S: "",
      T: null,
      P: null,
      G: null,
      J: null,
    } satisfies Row);
    const time = await frame.column("T");
    expect((time.values as BigInt64Array)[0]).toBe(BigInt(nowMs) * 1000n + 123_456n);
    const period = await frame.column("P");
    expect((period.values as BigInt64Array)[0]).toBe(-937_840_000_005n);
    expect(frame.completeness.state).toBe("complete");
    expect(frame.provenance).toMatchObject({
      query: "Types",
      source: "workspace Test",
      ranAtMs: nowMs,
      clock: "pinned",
    });
  });

  test("an empty answer has its columns", async () => {
    const frame = await (await connected(open())).query("Empty");
    expect([frame.rowCount, frame.columns]).toEqual([0, everyType]);
  });

  test("rows beyond maxRows are cut, and the answer says so", async () => {
    const frame = await (await connected(open())).query("Many", { maxRows: 5_000 });
    expect(frame.rowCount).toBe(5_000);
    expect(frame.completeness.state).toBe("partial");
    expect(frame.completeness.causes.map(c => [c.kind, c.affects])).toEqual([["row-limit", "rows"]]);
  });

  test("the range is applied, and recorded with what set it", async () => {
    const frame = await (await connected(open())).query("Many", { range: rangeOf("argument") });
    expect(ran[0]?.options.window).toMatchObject({ startMs: nowMs - 86_400_000, endMs: nowMs });
    expect(frame.provenance.range).toEqual(rangeOf("argument"));
  });

  test("a range that the text holds is recorded, not applied a second time", async () => {
    const frame = await (await connected(open())).query("Many", { range: rangeOf("default"), rangeInText: true });
    expect(ran[0]?.options.window).toBeUndefined();
    expect(frame.provenance.range).toEqual(rangeOf("default"));
  });

  test("tables and columns are known", async () => {
    const schema = await (await connected(open())).schema();
    expect(Object.keys(schema)).toEqual(["Empty", "Many", "Types"]);
    expect(schema["Many"]).toEqual({ N: "long" });
  });

  test("wrong KQL is an error that says what is wrong", async () => {
    await expect((await connected(open())).query("Nope | take 1")).rejects.toThrowError(/unknown table 'Nope/);
  });

  test("after closing it refuses", async () => {
    const driver = await connected(open());
    await driver.close();
    expect(driver.connected).toBe(false);
    await expect(driver.query("Many")).rejects.toMatchObject({ code: "query/not-connected" });
  });
});

test("a text that limits time itself gets no range from the session", async () => {
  const driver = await connected(sentinel());
  const frame = await driver.query("Many | where TimeGenerated > ago(30d)", { range: rangeOf("default") });
  expect(standIn.received[0]).toMatchObject({ timespan: undefined });
  expect(frame.provenance.range).toBeUndefined();
  expect(frame.provenance.clockDependent).toBe(true);
});

test("the timespan is an ISO interval, and the service is asked to wait as long as we do", async () => {
  await (await connected(sentinel({ timeoutMs: 45_000 }))).query("Many", { range: rangeOf("default") });
  expect(standIn.received).toEqual([
    {
      query: "Many",
      timespan: "2026-01-12T18:00:00.000Z/2026-01-13T18:00:00.000Z",
      prefer: "wait=45,include-render=true",
    },
  ]);
});

test("a query is asked of further workspaces too", async () => {
  const driver = createSentinelDriver({
    ...{ workspaceId: standIn.workspaceId, tenantId: "t", workspaceName: "Test + Edr", endpoint: standIn.endpoint },
    ...{ http, tokens, frames: store, clock, alsoWorkspaceIds: ["22222222-2222-4333-8444-555555555555"] },
  });
  const frame = await (await connected(driver)).query("Many");
  expect(standIn.received[0]?.workspaces).toEqual(["22222222-2222-4333-8444-555555555555"]);
  expect(frame.provenance.source).toBe("workspace Test + Edr");
});

test("an answer cut by the service is partial, with the service's reason", async () => {
  const driver = await connected(sentinel());
  standIn.failNext({ kind: "truncated", rows: 10 }, { kind: "too-large", rows: 10 });
  const cut = await driver.query("Many");
  expect(cut.rowCount).toBe(10);
  expect(cut.completeness.causes).toMatchObject([
    { kind: "row-limit", affects: "rows", message: expect.stringContaining("set limit of 10 records") as string },
  ]);
  const large = await driver.query("Many");
  expect(large.completeness.causes).toMatchObject([{ kind: "size-limit", affects: "rows" }]);
});

test("rows with an error beside them are partial, and values may be wrong", async () => {
  const driver = await connected(sentinel());
  standIn.failNext({ kind: "partial", message: "shard 7 is\n\u001b[31mgone" });
  const frame = await driver.query("Many");
  expect(frame.rowCount).toBe(12_000);
  expect(frame.completeness).toMatchObject({
    state: "partial",
    causes: [{ kind: "service-partial", affects: "values" }],
  });
  expect(frame.completeness.causes[0]?.message).toContain("shard 7 is [31mgone");
});

test.each<[string, readonly Fault[], string]>([
  ["a gateway timeout", [{ kind: "gateway-timeout" }], "query/timeout"],
  ["a proxy's page", [{ kind: "web-page" }], "query/bad-reply"],
  ["a cut connection", [{ kind: "cut" }], "net/cut"],
  [
    "throttling that does not end",
    Array.from({ length: 4 }, () => ({ kind: "throttled", retryAfterSeconds: 1 }) as const),
    "query/throttled",
  ],
])("%s is an error with a hint", async (_, faults, code) => {
  const driver = await connected(sentinel());
  standIn.failNext(...faults);
  await expect(driver.query("Many")).rejects.toMatchObject({ code, hint: expect.any(String) as string });
});

test("throttling that ends is waited out as asked", async () => {
  const driver = await connected(sentinel());
  standIn.failNext({ kind: "throttled", retryAfterSeconds: 3 }, { kind: "unavailable" });
  expect((await driver.query("Many")).rowCount).toBe(12_000);
  expect(waits).toEqual([3_000, 500]);
});

test("a slow answer ends at the time limit, or when the caller gives up", async () => {
  const driver = await connected(sentinel());
  let release: () => void = () => undefined;
  const until = new Promise<void>(done => (release = done));
  standIn.failNext({ kind: "slow", until }, { kind: "slow", until });
  await expect(driver.query("Many", { timeoutMs: 40 })).rejects.toMatchObject({ code: "query/timeout" });
  const abort = new AbortController();
  const asked = driver.query("Many", { signal: abort.signal });
  abort.abort();
  await expect(asked).rejects.toMatchObject({ code: "query/cancelled" });
  release();
});

test.each<[string, () => Driver, string, RegExp]>([
  [
    "a wrong token",
    () => sentinel({ tokens: { getToken: async () => new Secret("hunter2", "test") } }),
    "query/unauthorized",
    /az login/,
  ],
  [
    "a wrong workspace",
    () => sentinel({ workspaceId: "00000000-0000-4000-8000-000000000000" }),
    "query/workspace-missing",
    /WorkspaceId/,
  ],
])("%s is named, and no secret with it", async (_, open, code, hint) => {
  const driver = await connected(open());
  const error: unknown = await driver.query("Many").catch((e: unknown) => e);
  expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
  expect(JSON.stringify([String(error), error])).not.toContain("hunter2");
});

test("an answer beyond what one reply may hold is an error that says what to leave out", async () => {
  const small = {
    ...http,
    request: (r: Parameters<HttpClient["request"]>[0]) => http.request({ ...r, maxBytes: 1000 }),
  };
  const driver = await connected(sentinel({ http: small }));
  await expect(driver.query("Many")).rejects.toMatchObject({
    code: "query/too-large",
    hint: expect.stringContaining("summarize") as string,
  });
});

test("a missing sign-in is found when connecting", async () => {
  const refusing: TokenSource = {
    getToken: async () => Promise.reject(new HuntError("auth/signed-out", "run az login")),
  };
  const driver = sentinel({ tokens: refusing });
  await expect(driver.connect()).rejects.toMatchObject({ code: "auth/signed-out" });
  expect(driver.connected).toBe(false);
});
