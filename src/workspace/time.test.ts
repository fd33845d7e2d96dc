import fc from "fast-check";
import { expect, test } from "vitest";
import { formatMicros, microsToMs, parseInstant } from "./time.js";

test.each([
  ["2021-08-02T13:29:25.983Z", "2021-08-02T13:29:25.983000Z"],
  ["2021-08-02T13:11:39.7724491Z", "2021-08-02T13:11:39.772449Z"],
  ["2021-08-02 13:11:39,9999999", "2021-08-02T13:11:39.999999Z"],
  ["2021-08-02", "2021-08-02T00:00:00.000000Z"],
  ["2021-08-02T13:11", "2021-08-02T13:11:00.000000Z"],
  ["2021-08-02T00:30:00+02:00", "2021-08-01T22:30:00.000000Z"],
  ["2021-08-02T00:30:00-0530", "2021-08-02T06:00:00.000000Z"],
  ["2021-08-02 13:11:39 UTC", "2021-08-02T13:11:39.000000Z"],
  ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"],
  ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"],
  ["1969-12-31T23:59:59.1234567Z", "1969-12-31T23:59:59.123456Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
])("%s is %s", (text, shown) => {
  const at = parseInstant(text);
  expect(at === undefined ? undefined : formatMicros(at)).toBe(shown);
});

test.each([
  "",
  "yesterday",
  "2021-02-29",
  "2021-13-01",
  "2021-08-02T24:00:00Z",
  "2021-08-02T13:60",
  "21-08-02",
  "0000-01-01",
  "0001-01-01T00:00:00+01:00",
  "2021-08-02T13:11:39+25:00",
])("%j is no instant", text => {
  expect(parseInstant(text)).toBeUndefined();
});

test("reading what was written gives the same microsecond", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -62135596800000000n, max: 253402300799999999n }), at => {
      expect(parseInstant(formatMicros(at))).toBe(at);
    }),
  );
});

test("milliseconds are floored, before 1970 too", () => {
  expect(microsToMs(1999n)).toBe(1);
  expect(microsToMs(-1n)).toBe(-1);
});
