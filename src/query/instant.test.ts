import { expect, test } from "vitest";
import { parseInstant } from "./instant.js";
import { QueryTime, spanFromText, TimeSpan } from "./time-span.js";
import { parseTimespan } from "./timespan.js";

// A Tuesday.
const now = Date.UTC(2026, 0, 13, 18, 30, 15);
const iso = (ms: number) => new Date(ms).toISOString();

test.each<[unknown, string]>([
  [new Date("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z"],
  ["2026-01-02", "2026-01-02T00:00:00.000Z"],
  ["2026-1-2", "2026-01-02T00:00:00.000Z"],
  ["2026-01-02 03:04", "2026-01-02T03:04:00.000Z"],
  ["2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123Z"],
  ["2026-01-02T03:04:05+09:00", "2026-01-01T18:04:05.000Z"],
  ["2 Jan 2026", "2026-01-02T00:00:00.000Z"],
  ["January 2, 2026 10:00", "2026-01-02T10:00:00.000Z"],
  [-1, "2026-01-12T18:30:15.000Z"],
  [-0.5, "2026-01-13T06:30:15.000Z"],
  ["-5", "2026-01-08T18:30:15.000Z"],
  ["-5d", "2026-01-08T18:30:15.000Z"],
  ["-5d@d", "2026-01-08T00:00:00.000Z"],
  ["2h", "2026-01-13T20:30:15.000Z"],
  ["+1d@d", "2026-01-15T00:00:00.000Z"],
  ["-1w@w", "2026-01-05T00:00:00.000Z"],
  ["-1mon@mon", "2025-12-01T00:00:00.000Z"],
  ["-1y@y", "2025-01-01T00:00:00.000Z"],
  ["-90m@h", "2026-01-13T17:00:00.000Z"],
  ["-30s", "2026-01-13T18:29:45.000Z"],
])("%j is an instant", (given, expected) => {
  expect(iso(parseInstant(given, now))).toBe(expected);
});

test("a month before the 31st is the last day of a shorter month", () => {
  expect(iso(parseInstant("-1mon", Date.UTC(2026, 2, 31)))).toBe("2026-02-28T00:00:00.000Z");
});

test.each(["01/02/2026", "yesterday", "2026-02-30", "2026-01-02T25:00", "", "-5x", NaN, null, {}, new Date("x")])(
  "%j is refused",
  given => {
    expect(() => parseInstant(given, now)).toThrowError(expect.objectContaining({ code: "query/time" }));
  },
);

test.each<[string, bigint | undefined]>([
  ["1h", 36_000_000_000n],
  ["2.5d", 2_160_000_000_000n],
  ["-30m", -18_000_000_000n],
  ["1.12:00:00", 1_296_000_000_000n],
  ["00:00:00.0000001", 1n],
  ["timespan(1d)", 864_000_000_000n],
  ["1tick", 1n],
  ["25:00:00", undefined],
  ["1 fortnight", undefined],
  ["", undefined],
])("timespan %j", (text, ticks) => {
  expect(parseTimespan(text)).toBe(ticks);
});

test.each<[string, string, string]>([
  ["-5d", "2026-01-08T18:30:15.000Z", "2026-01-13T18:30:15.000Z"],
  ["2h", "2026-01-13T16:30:15.000Z", "2026-01-13T18:30:15.000Z"],
  ["+2h", "2026-01-13T18:30:15.000Z", "2026-01-13T20:30:15.000Z"],
  ["2026-01-10", "2026-01-10T00:00:00.000Z", "2026-01-13T18:30:15.000Z"],
  ["-1d@d", "2026-01-12T00:00:00.000Z", "2026-01-13T18:30:15.000Z"],
])("%s alone is a range", (text, start, end) => {
  const span = spanFromText(text, now);
  expect([span?.start.toISOString(), span?.end.toISOString()]).toEqual([start, end]);
});

test("a range is start and end, start and period, or end and period", () => {
  const show = (span: TimeSpan) => span.toString();
  expect(show(TimeSpan.from({ start: "2026-01-01", end: "2026-01-02" }, now))).toBe(
    "2026-01-01T00:00:00.000Z to 2026-01-02T00:00:00.000Z",
  );
  expect(show(TimeSpan.from({ start: "2026-01-01", period: "12h" }, now))).toBe(
    "2026-01-01T00:00:00.000Z to 2026-01-01T12:00:00.000Z",
  );
  expect(show(TimeSpan.from({ period: "1d" }, now))).toBe("2026-01-12T18:30:15.000Z to 2026-01-13T18:30:15.000Z");
  expect(() => TimeSpan.from({ start: "2026-01-02", end: "2026-01-01" }, now)).toThrowError(/ends before/);
});

test("query time is the last 14 days and moves with the clock until it is set", () => {
  let at = now;
  const time = new QueryTime({ now: () => at });
  expect(time.toString()).toBe("2025-12-30T18:30:15.000Z to 2026-01-13T18:30:15.000Z");
  at += 3_600_000;
  expect(time.end.toISOString()).toBe("2026-01-13T19:30:15.000Z");
  time.setTime({ start: "2026-01-01", end: "2026-01-02" });
  at += 3_600_000;
  expect(time.toString()).toBe("2026-01-01T00:00:00.000Z to 2026-01-02T00:00:00.000Z");
  time.timespan = { start: "-1d", end: 0 };
  expect(time.isSet).toBe(true);
  time.reset();
  expect(time.isSet).toBe(false);
});
