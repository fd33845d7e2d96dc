import { afterAll, beforeAll, expect, test } from "vitest";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { createRecorder } from "./recorder.js";
import type { Recorder } from "./recorder.js";
import { loadContosoSchemas } from "./table-schema.js";
import type { TableSlice } from "./table-sink.js";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await openDuckDb();
  connection = await connectDuckDb(instance);
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const startUs = Date.parse("2026-11-11T00:00:00Z") * 1000;
const minute = 60_000_000;
/** A sink that keeps what it is given as rows. */
function collect(): { readonly rows: Map<string, Record<string, unknown>[]>; readonly recorder: Recorder } {
  const rows = new Map<string, Record<string, unknown>[]>();
  const add = async (s: TableSlice): Promise<void> => {
    const reader = await connection.runAndReadAll(s.select);
    rows.set(s.schema.name, [...(rows.get(s.schema.name) ?? []), ...reader.getRowObjectsJson()]);
  };
  const recorder = createRecorder({
    ...{
      schemas: loadContosoSchemas(),
      connection,
      sink: { add },
      tenantId: "t-1",
      seed: 7,
    },
    ...{
      startUs,
      endUs: startUs + 14 * 24 * 60 * minute,
      isLost: (_, __, parts) => parts.some(row => row["Computer"] === "silent"),
    },
  });
  return { rows, recorder };
}

test("values arrive as they were written, with empty strings, nulls and JSON apart", async () => {
  const { rows, recorder } = collect();
  const hostile = "\u001b[31m<b>=1+1\u202E'\"\\ 見";
  recorder.emit("SigninLogs", startUs + 2 * minute, {
    UserAgent: hostile,
    DurationMs: 0,
    IsInteractive: false,
    DeviceDetail: { os: 'a"b' },
  });
  recorder.emit("SigninLogs", startUs + minute, {
    UserPrincipalName: "x@contoso.example",
    CreatedDateTime: startUs + 1,
  });
  await recorder.endSlice(0);
  const [first, second] = rows.get("SigninLogs") ?? [];
  expect(first).toMatchObject({
    UserPrincipalName: "x@contoso.example",
    UserAgent: "",
    DurationMs: null,
    IsInteractive: null,
    DeviceDetail: null,
    Type: "SigninLogs",
    TenantId: "t-1",
  });
  expect(first?.["CreatedDateTime"]).toBe("2026-11-11 00:00:00.000001");
  expect(second).toMatchObject({
    UserPrincipalName: "",
    UserAgent: hostile,
    DurationMs: "0",
    IsInteractive: false,
    DeviceDetail: '{"os":"a\\"b"}',
    CreatedDateTime: null,
  });
});

test("rows outside the fortnight and rows that no sensor delivered are neither written nor counted", async () => {
  const { rows, recorder } = collect();
  recorder.emit("SecurityEvent", startUs - 1, { Computer: "a" }, "tag");
  recorder.emit("SecurityEvent", startUs + 14 * 24 * 60 * minute, { Computer: "a" }, "tag");
  recorder.emit("SecurityEvent", startUs, { Computer: "silent" }, "tag");
  recorder.emit("SecurityEvent", startUs, { Computer: "a" }, "tag");
  await recorder.endSlice(0);
  expect(rows.get("SecurityEvent")).toHaveLength(1);
  expect(recorder.tags.get("tag")?.get("SecurityEvent")).toBe(1);
  expect(recorder.tables.get("SecurityEvent")).toBe(1);
});

test("Defender's tables carry the time twice", async () => {
  const { rows, recorder } = collect();
  recorder.emit("DeviceEvents", startUs, { ActionType: "x" });
  await recorder.endSlice(0);
  const [row] = rows.get("DeviceEvents") ?? [];
  expect(row?.["Timestamp"]).toBe(row?.["TimeGenerated"]);
});

test("more rows than one chunk, with columns that appear late, keep their places", async () => {
  const { rows, recorder } = collect();
  for (let i = 0; i < 9000; i++)
    recorder.emit("Syslog", startUs + i, { ProcessID: i, ...(i > 8000 ? { Facility: "auth" } : {}) });
  await recorder.endSlice(0);
  const written = rows.get("Syslog") ?? [];
  // Syslog is re-sent now and then, so there may be more rows than events.
  expect(new Set(written.map(r => r["ProcessID"])).size).toBe(9000);
  expect(written.filter(r => r["Facility"] === "auth").every(r => Number(r["ProcessID"]) > 8000)).toBe(true);
  expect(written.find(r => r["ProcessID"] === 12)?.["Facility"]).toBe("");
});

test("a column that the table lacks is a bug of the generator", () => {
  const { recorder } = collect();
  expect(() => recorder.emit("Syslog", startUs, { Colour: "red" })).toThrow(
    expect.objectContaining({ code: "internal/bug" }) as Error,
  );
});

test("a sink that fails is an error of the tenant, with what failed", async () => {
  const recorder = createRecorder({
    ...{ schemas: loadContosoSchemas(), connection, tenantId: "t-1", seed: 7, isLost: () => false },
    ...{ startUs, endUs: startUs + 60 * minute },
    sink: { add: () => Promise.reject(new Error("the file is gone")) },
  });
  recorder.emit("Syslog", startUs, { ProcessID: 1 });
  await expect(recorder.endSlice(0)).rejects.toMatchObject({
    code: "contoso/write-failed",
    message: expect.stringContaining("the file is gone") as string,
    hint: expect.stringContaining("disk") as string,
  });
});
