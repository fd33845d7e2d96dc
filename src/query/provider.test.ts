import { afterAll, beforeAll, expect, test } from "vitest";
import { pinnedClock } from "../base/clock.js";
import { complete } from "../base/completeness.js";
import { displaySymbol, type Notice } from "../base/port.js";
import { FrameStore } from "../frame/store.js";
import type { Driver, DriverQueryOptions } from "./api.js";
import { createQueryProvider, createQueryProviderClass } from "./create-provider.js";
import { QueryProvider, type QueryProviderHost } from "./provider.js";
import { readQueries } from "./read-queries.js";
import { TimeSpan } from "./time-span.js";
import type { AnyQueryFunction } from "./query-function.js";

const nowMs = Date.UTC(2026, 0, 13, 18);
const clock = pinnedClock(nowMs);

let store: FrameStore;
beforeAll(async () => {
  store = await FrameStore.open({ clock, memoryLimitBytes: 256 * 1024 ** 2 });
});
afterAll(async () => store.close());

const file = `
metadata:
  data_environments: [MSSentinel]
  data_families: [Azure, MSSentinel.Deep]
defaults:
  parameters:
    start: { description: From, type: datetime }
    end: { description: To, type: datetime }
sources:
  list_signins:
    description: Lists sign-ins
    args:
      query: |
        SigninLogs
        | where TimeGenerated >= datetime({start}) and TimeGenerated < datetime({end})
        | where UserPrincipalName has "{account_name}"
        {add_query_items}
    parameters:
      account_name: { description: Whose, type: str, default: '' , aliases: [user] }
      add_query_items: { description: More operators, type: str, default: '' }
  for_host:
    description: One host
    args:
      query: |
        Heartbeat
        | where TimeGenerated between (datetime({start}) .. datetime({end}))
        | where Computer == "{host_name}"
    parameters:
      host_name: { description: Host, type: str }
  recent:
    description: Has a range of its own
    args:
      query: |
        ThreatIntelIndicators | where TimeGenerated >= datetime({start})
    parameters:
      start: { description: From, type: datetime, default: -30 }
  timeless:
    description: No time in the text
    args:
      query: Watchlist
`;

interface Sent {
  readonly text: string;
  readonly options: DriverQueryOptions;
}

interface Bench {
  readonly qry: QueryProvider & Record<string, Record<string, AnyQueryFunction>>;
  readonly sent: Sent[];
  readonly notices: Notice[];
}

function openBench(more: Partial<QueryProviderHost> = {}, environment = "MSSentinel"): Bench {
  const sent: Sent[] = [];
  const notices: Notice[] = [];
  const driver: Driver = {
    environment: "MSSentinel",
    connected: true,
    connection: "workspace Test",
    language: "kql",
    nowMs: () => nowMs,
    connect: async () => undefined,
    schema: async () => ({ SigninLogs: { TimeGenerated: "datetime" }, Alert: { A: "string" } }),
    close: async () => undefined,
    query: async (text, options = {}) => {
      sent.push({ text, options });
      const provenance = { source: "test", ranAtMs: nowMs, tookMs: 0, clock: "pinned", clockDependent: false } as const;
      return store.fromBatches([{ name: "a", type: "string" }], [[["x"]]], { completeness: complete, provenance });
    },
  };
  const qry = createQueryProvider(environment, {
    clock,
    definitions: () => readQueries(file, "q.yaml").definitions,
    openDriver: async () => driver,
    notify: notice => notices.push(notice),
    readText: path => {
      if (path === "mine.yaml")
        return file.replace("list_signins", "my_signins").replaceAll("[MSSentinel]", "[AzureSentinel]");
      throw new Error("ENOENT");
    },
    ...more,
  });
  return { qry: qry as unknown as Bench["qry"], sent, notices };
}

const code = (name: string) => expect.objectContaining({ code: name }) as Error;

test.each(["AzureSentinel", "LogAnalytics", "mssentinel"])("%s is MSSentinel", name => {
  const host: QueryProviderHost = {
    clock,
    definitions: () => [],
    openDriver: async () => Promise.reject(new Error("no")),
  };
  expect(createQueryProvider(name, host).environment).toBe("MSSentinel");
  expect(() => createQueryProvider("AzureSentinal", host)).toThrowError(/did you mean 'AzureSentinel'/);
});

test("the class of a session makes providers of the session that is current", () => {
  const hosts = [file, file.replace("[Azure, MSSentinel.Deep]", "[Other]")].map((text): QueryProviderHost => ({
    clock,
    definitions: () => readQueries(text, "q.yaml").definitions,
    openDriver: async () => Promise.reject(new Error("no")),
  }));
  let current = hosts[0];
  const Provider = createQueryProviderClass(() => current as QueryProviderHost);
  const first = new Provider("AzureSentinel");
  current = hosts[1];
  const second = new Provider("AzureSentinel");
  expect(first).toBeInstanceOf(Provider);
  expect(first).toBeInstanceOf(QueryProvider);
  expect([first.listQueries("recent"), second.listQueries("recent")]).toEqual([
    ["Azure.recent", "MSSentinel.Deep.recent"],
    ["Other.recent"],
  ]);
  expect(Provider.listDataEnvironments()).toContain("MSSentinel");
});

test("environments are listed by their own names", () => {
  expect(QueryProvider.listDataEnvironments()).toEqual(
    expect.arrayContaining(["Kusto", "Local", "M365D", "MSSentinel"]),
  );
});

test("queries are listed and found by family, name and pattern", () => {
  const { qry } = openBench();
  expect(qry.listQueries()).toEqual([
    "Azure.for_host",
    "Azure.list_signins",
    "Azure.recent",
    "Azure.timeless",
    "MSSentinel.Deep.for_host",
    "MSSentinel.Deep.list_signins",
    "MSSentinel.Deep.recent",
    "MSSentinel.Deep.timeless",
  ]);
  expect(qry.listQueries("signin")).toEqual(["Azure.list_signins", "MSSentinel.Deep.list_signins"]);
  expect(qry.search({ table: "^heartbeat" })).toEqual(["Azure.for_host", "MSSentinel.Deep.for_host"]);
  expect(qry.search({ param: "account" })).toEqual(["Azure.list_signins", "MSSentinel.Deep.list_signins"]);
  expect(() => qry.search("(")).toThrowError(code("query/search"));
  expect(qry.getQuery("for_host")).toContain('Computer == "{host_name}"');
  expect(() => qry.getQuery("list_signin")).toThrowError(/did you mean 'list_signins'/);
});

test("a misspelt family or query is refused with a suggestion", () => {
  const { qry } = openBench();
  expect(() => qry["Azur"]).toThrowError(/no family 'Azur'.*did you mean 'Azure'/);
  expect(() => qry["Azure"]?.["list_sigins"]).toThrowError(/did you mean 'list_signins'/);
  expect("Azure" in qry).toBe(true);
  expect((qry as unknown as { then?: unknown }).then).toBeUndefined();
});

test('"?" shows the help in MSTICPy\'s layout, without a connection', () => {
  const { qry } = openBench();
  const help = qry["Azure"]?.["list_signins"]?.("?");
  expect(String(help)).toBe(
    [
      "Query:  list_signins",
      "Data source:  MSSentinel",
      "Lists sign-ins",
      "",
      "Parameters",
      "----------",
      "account_name: str (optional)",
      "    Whose",
      "    Aliases: 'user'",
      "add_query_items: str (optional)",
      "    More operators",
      "end: datetime",
      "    To",
      "start: datetime",
      "    From",
      "Query:",
      qry.getQuery("Azure.list_signins"),
    ].join("\n"),
  );
  expect(help?.[displaySymbol]()).toEqual({ "text/plain": String(help) });
});

const range = (start: string, end: string) =>
  `| where TimeGenerated >= datetime(${start}) and TimeGenerated < datetime(${end})`;

test.each<[string, unknown[], string, string]>([
  ["nothing: the last 14 days", [], "2025-12-30T18:00:00.000Z", "2026-01-13T18:00:00.000Z"],
  ["an offset", ["-5d"], "2026-01-08T18:00:00.000Z", "2026-01-13T18:00:00.000Z"],
  ["days", [-2], "2026-01-11T18:00:00.000Z", "2026-01-13T18:00:00.000Z"],
  ["a named start", [{ start: "-2h" }], "2026-01-13T16:00:00.000Z", "2026-01-13T18:00:00.000Z"],
  [
    "named dates",
    [{ start: "2026-01-01", end: new Date("2026-01-02") }],
    "2026-01-01T00:00:00.000Z",
    "2026-01-02T00:00:00.000Z",
  ],
  [
    "a TimeSpan",
    [new TimeSpan({ start: new Date("2026-01-03"), end: new Date("2026-01-04") })],
    "2026-01-03T00:00:00.000Z",
    "2026-01-04T00:00:00.000Z",
  ],
  [
    "a named start over a TimeSpan",
    [new TimeSpan({ start: new Date("2026-01-03"), end: new Date("2026-01-04") }), { start: "2026-01-02" }],
    "2026-01-02T00:00:00.000Z",
    "2026-01-04T00:00:00.000Z",
  ],
])("the time range is %s", (_, args, start, end) => {
  const { qry } = openBench();
  const call = qry["Azure"]?.["list_signins"] as unknown as (...args: unknown[]) => unknown;
  expect(call(...args, "print")).toBe(["SigninLogs", range(start, end), '| where UserPrincipalName has ""'].join("\n"));
});

test("a run sends the text, the range and what set it", async () => {
  const { qry, sent } = openBench();
  await qry.connect();
  const signins = qry["Azure"]?.["list_signins"];
  const frame = await signins?.("-1d", { user: `x' or 1==1 | take 1 "`, maxRows: 10 });
  expect(await frame?.rows()).toEqual([{ a: "x" }]);
  expect(sent[0]?.text).toContain(String.raw`has "x' or 1==1 | take 1 \""`);
  expect(sent[0]?.options).toEqual({
    range: { startMs: nowMs - 86_400_000, endMs: nowMs, from: "argument" },
    rangeInText: true,
    maxRows: 10,
  });
  await signins?.();
  expect(sent[1]?.options.range?.from).toBe("default");
  qry.queryTime.setTime("-3d");
  await signins?.();
  expect(sent[2]?.options.range).toEqual({ startMs: nowMs - 3 * 86_400_000, endMs: nowMs, from: "hunt-window" });
  await qry["Azure"]?.["recent"]?.();
  expect(sent[3]?.options.range).toEqual({ startMs: nowMs - 30 * 86_400_000, endMs: nowMs, from: "query" });
  await qry["Azure"]?.["timeless"]?.();
  expect(sent[4]?.options).toMatchObject({ rangeInText: false, range: { from: "hunt-window" } });
});

test("the notebook's hunt window applies unless the provider's own time is set", async () => {
  const window = { startMs: nowMs - 1000, endMs: nowMs };
  const { qry, sent } = openBench({ huntWindow: () => window });
  await qry.connect();
  await qry.execQuery("SigninLogs");
  expect(sent[0]?.options.range).toEqual({ ...window, from: "hunt-window" });
  await qry.execQuery("SigninLogs", { timespan: "2h" });
  expect(sent[1]?.options.range).toEqual({ startMs: nowMs - 7_200_000, endMs: nowMs, from: "argument" });
});

test("values may come from objects that have more to say", () => {
  class Alert {
    readonly start = new Date("2026-01-05");
    readonly end = new Date("2026-01-06");
    readonly host_name = "DC01";
    readonly severity = "High";
  }
  const { qry } = openBench();
  const forHost = qry["Azure"]?.["for_host"] as unknown as (...args: unknown[]) => string;
  expect(forHost(new Alert(), "print")).toContain(
    'between (datetime(2026-01-05T00:00:00.000Z) .. datetime(2026-01-06T00:00:00.000Z))\n| where Computer == "DC01"',
  );
  expect(forHost({ queryParams: { host_name: "FS01", other: 1 } }, "print")).toContain('Computer == "FS01"');
  expect(forHost(new Alert(), { host_name: "WKS-0042" }, "print")).toContain('Computer == "WKS-0042"');
});

test("added operators go to the end, with or without a hole for them", () => {
  const { qry } = openBench();
  const signins = qry["Azure"]?.["list_signins"];
  expect(signins?.print({ addQueryItems: "| take 5" })).toMatch(/has ""\n\| take 5$/);
  expect(signins?.print({ add_query_items: "| take 5" })).toMatch(/has ""\n\| take 5$/);
  expect(qry["Azure"]?.["timeless"]?.print({ addQueryItems: "| take 5" })).toBe("Watchlist\n| take 5");
  expect(() => signins?.print({ addQueryItems: "| take 5; Other" })).toThrowError(code("query/parameter-rejected"));
});

test("added operators are checked by the compiler where there is one", async () => {
  const { qry, sent } = openBench({
    checkFragment: async text => [
      { code: "kql/x", severity: "error", message: "no operator 'wher'", span: { start: 2, end: text.length } },
    ],
  });
  await qry.connect();
  await expect(qry["Azure"]?.["list_signins"]?.({ addQueryItems: "| wher 1" })).rejects.toThrowError(
    /no operator 'wher'/,
  );
  expect(sent).toEqual([]);
});

test.each<[string, unknown[], string, RegExp]>([
  ["an unknown parameter", [{ account_nam: "x" }], "query/unknown-parameter", /did you mean 'account_name'/],
  ["an unknown flag", ["prnt"], "query/argument", /neither a time range nor/],
  ["an ambiguous date", [{ start: "01/02/2026" }], "query/time", /not a time/],
  ["an inverted range", [{ start: "2026-01-02", end: "2026-01-01" }], "query/time", /ends before/],
  ["a wrong option", [{ maxRows: -1 }], "query/argument", /maxRows/],
  ["splitting", [{ splitQueryBy: "1h" }], "query/split-unsupported", /splitting/],
])("%s is refused when it runs", async (_, args, name, message) => {
  const { qry, sent } = openBench();
  await qry.connect();
  const call = qry["Azure"]?.["list_signins"] as unknown as (...args: unknown[]) => PromiseLike<unknown>;
  const failure: unknown = await call(...args).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: name, message: expect.stringMatching(message) as string });
  expect(sent).toEqual([]);
});

test("a missing parameter is named as MSTICPy names it", async () => {
  const { qry } = openBench();
  await qry.connect();
  const call = qry["Azure"]?.["for_host"];
  await expect(call?.()).rejects.toMatchObject({
    code: "query/missing-parameter",
    message: expect.stringContaining("No values found for these parameters of 'Azure.for_host': 'host_name'") as string,
  });
});

test("without a connection queries say so, and texts and schema too", async () => {
  const { qry } = openBench();
  expect(qry.connected).toBe(false);
  await expect(qry.execQuery("SigninLogs")).rejects.toThrowError(/No connection to a data source. Please call connect/);
  expect(() => qry.schema).toThrowError(code("query/not-connected"));
  await qry.connect("Test");
  expect(qry.connected).toBe(true);
  expect(qry.schemaTables).toEqual(["Alert", "SigninLogs"]);
});

test("queries can be added in code and from files", async () => {
  const { qry } = openBench();
  expect(
    qry.addCustomQuery({
      name: "mine",
      family: "Custom",
      query: "T | where a == {name} | take {n}",
      parameters: [{ name: "name" }, { name: "n", type: "int", default: 5 }],
    }),
  ).toEqual(["Custom.mine"]);
  expect(qry["Custom"]?.["mine"]?.print({ name: "x" })).toBe('T | where a == "x" | take 5');
  expect(() => qry.addCustomQuery({ name: "bad", family: "Custom", query: "T | take {n}" })).toThrowError(/uses '{n}'/);
  expect(qry.importQueryFile("mine.yaml").added).toContain("Azure.my_signins");
  expect(() => qry.importQueryFile("absent.yaml")).toThrowError(code("query/file-unreadable"));
});

test("a query in another language is known, and refused when it is run", async () => {
  const text = `
metadata: { data_environments: [Splunk], data_families: [SplunkGeneral] }
sources:
  get_events: { description: Events, args: { query: "search index=main | head 5" } }
`;
  const { qry, sent } = openBench({ definitions: () => readQueries(text, "s.yaml").definitions }, "Splunk");
  expect(qry.listQueries()).toEqual(["SplunkGeneral.get_events"]);
  await qry.connect();
  await expect(qry["SplunkGeneral"]?.["get_events"]?.()).rejects.toMatchObject({
    code: "query/language-unsupported",
    hint: "it is for Splunk",
  });
  expect(sent).toEqual([]);
});
