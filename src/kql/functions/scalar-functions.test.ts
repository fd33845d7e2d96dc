/** What every scalar function gives, on real DuckDB: with constants (which may fold) and with columns (which do not). */
import { expect, test } from "vitest";
import { b, call, column, d, dt, evaluate, n, r, s } from "../../../test/kql-functions/harness.js";
import { expectText } from "../../../test/kql-functions/cases.js";
import { hundred, scalarSpecs as specs } from "../../../test/kql-functions/scalar-cases.js";
import { scalarFunctions } from "./index.js";

const endings: Readonly<Record<string, string>> = {
  endofday: "2017-01-01T23:59:59.9999990Z",
  endofweek: "2017-01-07T23:59:59.9999990Z",
  endofmonth: "2017-01-31T23:59:59.9999990Z",
  endofyear: "2017-12-31T23:59:59.9999990Z",
};
for (const [name, expected] of Object.entries(endings)) {
  test(`${name}: the last microsecond (difference: Kusto has the tick after it)`, async () => {
    expect(await evaluate(call(name, "datetime", column(dt("2017-01-01 10:10:17"))))).toBe(expected);
    expect(await evaluate(call(name, "datetime", dt("2017-01-01 10:10:17")))).toBe(expected);
  });
}

for (const [name, spec] of Object.entries(specs)) {
  test(`${name}: ${scalarFunctions[name]?.doc ?? "unknown"}`, async () => {
    for (const [args, expected] of spec.cases) {
      const columns = args.map((a, i) => (spec.constant?.includes(i) === true ? a : column(a)));
      expectText(await evaluate(call(name, spec.type, ...args)), expected, "constants");
      expectText(await evaluate(call(name, spec.type, ...columns)), expected, "columns");
    }
  });
}

test("the distances and directions of the documentation", async () => {
  const distance = await evaluate(
    call("geo_distance_2points", "real", r(-122.407628), r(47.578557), r(-118.275287), r(34.019056)),
  );
  expect(Number(distance)).toBeCloseTo(1546754.35197381, 6);
  const azimuth = await evaluate(call("geo_azimuth", "real", r(5), r(10), r(10), r(-40)));
  expect(Number(azimuth)).toBeCloseTo(3.05459939796449, 12);
});

test("rand: a real from 0 to 1, or a whole number below N", async () => {
  expect(Number(await evaluate(call("rand", "real")))).toBeLessThan(1);
  expect(["0.0", "1.0", "2.0"]).toContain(await evaluate(call("rand", "real", n(3))));
});

test("datetime_list_timezones: names that the conversions know", async () => {
  const names = JSON.parse((await evaluate(call("datetime_list_timezones", "dynamic"))) ?? "[]") as readonly string[];
  expect(names).toContain("Europe/Berlin");
  for (const zone of names.filter((_, i) => i % 40 === 0))
    expect(await evaluate(call("datetime_utc_to_local", "datetime", dt("2024-01-01"), s(zone))), zone).not.toBeNull();
});

test("geo_info_from_ip_address: a query without GeoIP data fails and says what is missing", async () => {
  const called = call("geo_info_from_ip_address", "dynamic", s("20.53.203.50"));
  await expect(evaluate(called)).rejects.toThrow("geo_info_from_ip_address() needs GeoIP data");
});

test("assert: a condition that fails says the message", async () => {
  const failing = call("assert", "bool", column(b(false)), s("too short"));
  await expect(evaluate(failing)).rejects.toThrow("assert() has failed with message: 'too short'");
});

test("new_guid: another one each time", async () => {
  const guids = [await evaluate(call("new_guid", "guid")), await evaluate(call("new_guid", "guid"))];
  expect(guids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(guids[0]).not.toBe(guids[1]);
});

test("every function has cases, a page and a null rule", () => {
  const elsewhere = new Set([
    ...Object.keys(endings),
    "rand",
    "new_guid",
    "datetime_list_timezones",
    "geo_info_from_ip_address",
  ]);
  const untested = Object.keys(scalarFunctions).filter(name => specs[name] === undefined && !elsewhere.has(name));
  expect(untested).toEqual([]);
  for (const row of Object.values(scalarFunctions)) {
    expect(row.doc).toMatch(/^https:\/\/learn\.microsoft\.com\/kusto\/query\/[a-z0-9-]+(#[a-z-]+)?$/);
    expect(["propagate", "empty-string", "false", "custom"]).toContain(row.nulls);
  }
});

test("the fifteen numbers of the page on series_stats", async () => {
  const shown = await evaluate(call("series_stats", "dynamic", d(hundred)));
  const [min, minIndex, max, maxIndex, avg, stdev, variance] = JSON.parse(shown ?? "[]") as readonly number[];
  expect([min, minIndex, max, maxIndex, avg]).toEqual([2, 8, 87, 3, 32.8]);
  expect(stdev).toBeCloseTo(28.5036338535483, 10);
  expect(variance).toBeCloseTo(812.457142857143, 9);
});
