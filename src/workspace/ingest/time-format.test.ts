import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { formatMicros } from "../time.js";
import { detectTime, isTimeZone, readTime, timeSql } from "./time-format.js";
import type { TimeFormat } from "./time-format.js";

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

async function sql(format: TimeFormat, zone: string, text: string): Promise<string | undefined> {
  const reader = await connection.runAndReadAll(`select epoch_us(${timeSql(format, zone, "$1")})`, [text]);
  const value = reader.getRows()[0]?.[0];
  return typeof value === "bigint" ? formatMicros(value) : undefined;
}

describe("recognising", () => {
  test.each<[readonly string[], object | undefined]>([
    [["2021-08-02T13:29:25.983Z", ""], { format: "iso", zoned: true }],
    [["2021-08-02 13:29:25"], { format: "iso", zoned: false }],
    [["2021-08-02 13:29:25+02:00", "2021-08-02 13:29:25"], { format: "iso", zoned: false }],
    [["1692161622.036086"], { format: "epoch-s", zoned: true }],
    [["1692161622036"], { format: "epoch-ms" }],
    [["1692161622036086"], { format: "epoch-us" }],
    [["1692161622036086123"], { format: "epoch-ns" }],
    [["13/04/2021 10:00:00"], { format: "%d/%m/%Y %H:%M:%S", zoned: false }],
    [["04/13/2021 10:00:00"], { format: "%m/%d/%Y %H:%M:%S" }],
    [["04/05/2021 10:00"], { format: "%m/%d/%Y %H:%M", ambiguousWith: "%d/%m/%Y %H:%M" }],
    [["04/05/2021 10:00:00", "04/25/2021 10:00:00"], { format: "%m/%d/%Y %H:%M:%S" }],
    [["04.05.2021 10:00:00"], { format: "%d.%m.%Y %H:%M:%S" }],
    [["8/2/2021, 1:09:20.040 PM"], { format: "%m/%d/%Y, %I:%M:%S.%n %p", ambiguousWith: "%d/%m/%Y, %I:%M:%S.%n %p" }],
    [["14/Sep/2020:01:19:40 +0200"], { format: "%d/%b/%Y:%H:%M:%S %z", zoned: true }],
    [["13/13/2021 10:00:00"], undefined],
    [["hello", "2021-08-02"], undefined],
    [["443"], undefined],
    [[], undefined],
  ])("%j", (values, expected) => {
    const found = detectTime(values);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
    if (found !== undefined && !("ambiguousWith" in (expected ?? {}))) expect(found.ambiguousWith).toBeUndefined();
  });
});

describe("reading", () => {
  test.each<[TimeFormat, string, string, string | undefined]>([
    ["iso", "UTC", "2021-08-02T13:11:39.7724491Z", "2021-08-02T13:11:39.772449Z"],
    ["iso", "UTC", " 2021-08-02 13:11:39,5 ", "2021-08-02T13:11:39.500000Z"],
    ["iso", "UTC", "2021-08-02T13:11:39+0200", "2021-08-02T11:11:39.000000Z"],
    ["iso", "UTC", "2021-08-02 13:11:39 UTC", "2021-08-02T13:11:39.000000Z"],
    ["iso", "UTC", "2021/08/02 13:11", "2021-08-02T13:11:00.000000Z"],
    ["iso", "+05:30", "2021-08-02T13:11:39", "2021-08-02T07:41:39.000000Z"],
    ["iso", "+05:30", "2021-08-02T13:11:39Z", "2021-08-02T13:11:39.000000Z"],
    ["iso", "Europe/Berlin", "2021-08-02T13:11:39", "2021-08-02T11:11:39.000000Z"],
    ["iso", "Europe/Berlin", "2021-12-02T13:11:39", "2021-12-02T12:11:39.000000Z"],
    ["iso", "UTC", "infinity", undefined],
    ["iso", "UTC", "2021-02-30", undefined],
    ["iso", "UTC", "1692161622", undefined],
    ["epoch-s", "UTC", "1692161622.0360869", "2023-08-16T04:53:42.036086Z"],
    ["epoch-s", "Europe/Berlin", "1692161622", "2023-08-16T04:53:42.000000Z"],
    ["epoch-ms", "UTC", "1692161622036", "2023-08-16T04:53:42.036000Z"],
    ["epoch-us", "UTC", "1692161622036086", "2023-08-16T04:53:42.036086Z"],
    ["epoch-ns", "UTC", "1692161622036086999", "2023-08-16T04:53:42.036086Z"],
    ["epoch-s", "UTC", "99999999999999999999", undefined],
    ["epoch-s", "UTC", "soon", undefined],
    ["%d/%m/%Y %H:%M:%S", "UTC", "04/05/2021 10:00:00", "2021-05-04T10:00:00.000000Z"],
    ["%m/%d/%Y %H:%M:%S", "-08:00", "04/05/2021 10:00:00", "2021-04-05T18:00:00.000000Z"],
    ["%m/%d/%Y, %I:%M:%S.%n %p", "UTC", "8/2/2021, 1:09:20.040 PM", "2021-08-02T13:09:20.040000Z"],
    ["%m/%d/%Y, %I:%M:%S.%n %p", "UTC", "8/2/2021, 1:09:20 PM", "2021-08-02T13:09:20.000000Z"],
    ["%d/%b/%Y:%H:%M:%S %z", "UTC", "14/Sep/2020:01:19:40 +0200", "2020-09-13T23:19:40.000000Z"],
    ["%d/%m/%Y %H:%M:%S", "UTC", "13/13/2021 10:00:00", undefined],
  ])("%s in %s: %j", async (format, zone, text, expected) => {
    expect(await sql(format, zone, text)).toBe(expected);
    // Where it can tell at all, reading without DuckDB tells the same.
    const alone = readTime(format, zone, text);
    if (alone !== undefined) expect(formatMicros(alone)).toBe(expected);
  });
});

test.each([
  ["UTC", true],
  ["Z", true],
  ["+02:00", true],
  ["-0530", true],
  ["Europe/Paris", true],
  ["Mars/Base", false],
  ["'; drop", false],
  ["+99:00", false],
  ["", false],
])("the time zone %j", (zone, known) => {
  expect(isTimeZone(zone)).toBe(known);
});
