import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatDatetime,
  formatTimespan,
  maxDatetimeTicks,
  parseDatetime,
  parseTimespan,
  ticksToMicros,
  microsToTicks,
} from "./time-text.js";

// https://learn.microsoft.com/kusto/query/scalar-data-types/timespan
test.each([
  ["2d", 1_728_000_000_000n],
  ["1.5h", 54_000_000_000n],
  ["30m", 18_000_000_000n],
  ["10s", 100_000_000n],
  ["100ms", 1_000_000n],
  ["10microsecond", 100n],
  ["1tick", 1n],
  ["15 seconds", 150_000_000n],
  ["2", 1_728_000_000_000n],
  ["0.12:34:56.7", 452_967_000_000n],
  ["-00:00:00.0000001", -1n],
  ["10675199.02:48:05.4775807", 9_223_372_036_854_775_807n],
  ["1w", undefined],
  ["25:00:00", undefined],
  ["00:60", undefined],
  ["10675200.00:00:00", undefined],
  ["", undefined],
])("timespan %s", (text, ticks) => {
  expect(parseTimespan(text)).toBe(ticks);
});

test("what a timespan prints is read back as itself", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), ticks => {
      expect(parseTimespan(formatTimespan(ticks))).toBe(ticks);
    }),
  );
});

test("what a datetime prints is read back as itself", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: maxDatetimeTicks }), ticks => {
      expect(parseDatetime(formatDatetime(ticks))).toBe(ticks);
    }),
  );
});

test("ticks become microseconds towards the past, and come back", () => {
  expect(ticksToMicros(0n)).toBe(-62_135_596_800_000_000n);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: maxDatetimeTicks }), ticks => {
      const back = microsToTicks(ticksToMicros(ticks));
      expect(ticks - back >= 0n && ticks - back < 10n).toBe(true);
    }),
  );
});

// https://learn.microsoft.com/kusto/query/scalar-data-types/datetime#supported-formats
test.each([
  ["2014-05-25T08:20:03.123456Z", "2014-05-25T08:20:03.1234560Z"],
  ["2014-05-25T08:20:03.123456", "2014-05-25T08:20:03.1234560Z"],
  ["2014-05-25T08:20", "2014-05-25T08:20:00.0000000Z"],
  ["2014-11-08 15:55:55.123456Z", "2014-11-08T15:55:55.1234560Z"],
  ["2014-11-08 15:55", "2014-11-08T15:55:00.0000000Z"],
  ["2014-11-08", "2014-11-08T00:00:00.0000000Z"],
  ["Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02.0000000Z"],
  ["Sat, 8 Nov 14 15:05", "2014-11-08T15:05:00.0000000Z"],
  ["8 Nov 14 15:05 GMT", "2014-11-08T15:05:00.0000000Z"],
  ["Saturday, 08-Nov-14 15:05:02 UTC", "2014-11-08T15:05:02.0000000Z"],
  ["08-Nov-14 15:05", "2014-11-08T15:05:00.0000000Z"],
  ["2014-11-08 15:05:25 GMT", "2014-11-08T15:05:25.0000000Z"],
  ["2014-11-08T15:05 GMT", "2014-11-08T15:05:00.0000000Z"],
  ["1/23/2024 12:05:06 AM", "2024-01-23T00:05:06.0000000Z"],
  ["2014-05-25T08:20:03-0330", "2014-05-25T11:50:03.0000000Z"],
  ["2017", "2017-01-01T00:00:00.0000000Z"],
  ["25/12/2022", undefined],
  ["2014-13-01", undefined],
  ["2015-02-29", undefined],
  ["0000-01-01", undefined],
  ["2014-05-25T24:00:00", undefined],
  ["now", undefined],
])("datetime %s", (text, expected) => {
  const ticks = parseDatetime(text);
  expect(ticks === undefined ? undefined : formatDatetime(ticks)).toBe(expected);
});
