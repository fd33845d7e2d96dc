import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDatetimeMicros, formatTimespanTicks, parseDatetimeMicros, parseTimespanTicks } from "./time-text.js";

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

describe("timespan, in ticks of 100 ns", () => {
  // Source: https://learn.microsoft.com/kusto/query/scalar-data-types/timespan
  test.each([
    ["00:00:00", 0n],
    ["00:00:01", 10_000_000n],
    ["1.00:00:00", 864_000_000_000n],
    ["-1.02:03:04.0000001", -937_840_000_001n],
  ])("%s", (text, ticks) => {
    expect(formatTimespanTicks(ticks)).toBe(text);
    expect(parseTimespanTicks(text)).toBe(ticks);
  });
  test("every 64-bit count comes back", () => {
    fc.assert(
      fc.property(fc.bigInt(int64), ticks => {
        expect(parseTimespanTicks(formatTimespanTicks(ticks))).toBe(ticks);
      }),
    );
  });
  test.each(["", "5", "24:00:00", "00:60:00", "1:2", "1d", "00:00:01.12345678"])("%j is none", text => {
    expect(parseTimespanTicks(text)).toBeUndefined();
  });
});

describe("datetime, in microseconds since 1970 UTC", () => {
  test.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["1969-12-31T23:59:59.999999Z", -1n],
    ["2026-01-13T07:45:00.120Z", 1768290300120000n],
    ["0001-01-01T00:00:00Z", -62135596800000000n],
    ["9999-12-31T23:59:59.999999Z", 253402300799999999n],
  ])("%s", (text, micros) => {
    expect(formatDatetimeMicros(micros)).toBe(text);
    expect(parseDatetimeMicros(text)).toBe(micros);
  });
  test.each([
    ["2026-01-13", "2026-01-13T00:00:00Z"],
    ["2026-01-13 07:45", "2026-01-13T07:45:00Z"],
    ["2026-01-13T07:45:00.1234569", "2026-01-13T07:45:00.123456Z"],
    ["2026-01-13T07:45:00+0530", "2026-01-13T02:15:00Z"],
    ["2026-01-13T07:45:00-08", "2026-01-13T15:45:00Z"],
    ["2026-01-13T24:00:00Z", "2026-01-14T00:00:00Z"],
  ])("%s means %s", (text, canonical) => {
    expect(formatDatetimeMicros(parseDatetimeMicros(text) ?? -1n)).toBe(canonical);
  });
  test.each([
    "",
    "2026",
    "13/01/2026",
    "2026-13-01",
    "2026-02-29",
    "2026-01-13T25:00:00",
    "2026-01-13T07:60:00",
    "now",
  ])("%j is none", text => {
    expect(parseDatetimeMicros(text)).toBeUndefined();
  });
  test("every instant of the years 1 to 9999 comes back", () => {
    const range = { min: -62135596800000000n, max: 253402300799999999n };
    fc.assert(
      fc.property(fc.bigInt(range), us => {
        expect(parseDatetimeMicros(formatDatetimeMicros(us))).toBe(us);
      }),
    );
  });
});
