/** What SQL prints and reads is what JavaScript prints and reads, so that folding a constant changes nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { run, TestContext } from "../../../test/kql-functions/harness.js";
import { convert, formatDatetime, formatTimespan, maxDatetimeTicks, parseDatetime, ticksToMicros } from "./index.js";
import { formatReal } from "./literal.js";

/** One column of values through one conversion, in a single query. */
async function column(values: readonly string[], sql: (slot: string, context: TestContext) => string) {
  const context = new TestContext();
  const list = values.map(v => `(${v})`).join(", ");
  const rows = await run(`select ${sql("x", context)} from (values ${list}) t(x)`, context.parameters);
  return rows.map(row => row[0] ?? null);
}

const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: 200, seed: 7 });

test("timespans print the same", async () => {
  const ticks = [
    ...sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    0n,
    -1n,
    863_999_999_999n,
    864_000_000_000n,
  ];
  const printed = await column(
    ticks.map(t => `(${t})::BIGINT`),
    (x, c) => convert({ sql: x, type: "timespan" }, "string", c).sql,
  );
  expect(printed).toEqual(ticks.map(formatTimespan));
});

test("datetimes print the same", async () => {
  const micros = sample(fc.bigInt({ min: 0n, max: maxDatetimeTicks })).map(t => t - (t % 10n));
  const printed = await column(
    micros.map(t => `make_timestamp(${ticksToMicros(t)})`),
    (x, c) => convert({ sql: x, type: "datetime" }, "string", c).sql,
  );
  expect(printed).toEqual(micros.map(formatDatetime));
});

test("reals print the same wherever JavaScript prints them", async () => {
  const reals = [...sample(fc.double()), 0.1, 1e15, 1e16, 1e-4, 1e-5, 123456789.125, -1];
  const known = reals.filter(x => formatReal(x) !== undefined && !Object.is(x, -0));
  const printed = await column(
    known.map(x => `'${x}'::DOUBLE`),
    (x, c) => convert({ sql: x, type: "real" }, "string", c).sql,
  );
  expect(printed).toEqual(known.map(formatReal));
});

test("datetimes are read the same, by the fast way and by the thorough one", async () => {
  const texts = sample(fc.bigInt({ min: 0n, max: maxDatetimeTicks })).flatMap(t => {
    const iso = formatDatetime(t);
    return [
      iso,
      iso.replace("T", " ").slice(0, 19),
      iso.slice(0, 10),
      `${iso.slice(0, 19)}+01:30`,
      iso.replace(/0*Z$/, ""),
      `${iso}x`,
    ];
  });
  const read = await column(
    texts.map(t => `'${t}'`),
    (x, c) => `epoch_us(${convert({ sql: x, type: "string" }, "datetime", c).sql})`,
  );
  const expected = texts.map(t => {
    const ticks = parseDatetime(t);
    return ticks === undefined ? null : ticksToMicros(ticks).toString();
  });
  expect(read).toEqual(expected);
});

test("times, guids and numbers beyond JSON become the strings that Kusto prints", async () => {
  const dynamic = async (sql: string, type: "datetime" | "timespan" | "real" | "guid" | "decimal" | "bool") =>
    (await column([sql], (x, c) => convert({ sql: x, type }, "dynamic", c).sql))[0];
  expect(await dynamic("timestamp '2020-01-02 03:04:05'", "datetime")).toBe('"2020-01-02T03:04:05.0000000Z"');
  expect(await dynamic("36000000000", "timespan")).toBe('"01:00:00"');
  expect(await dynamic("'NaN'::DOUBLE", "real")).toBe('"NaN"');
  expect(await dynamic("1::DOUBLE", "real")).toBe("1.0");
  expect(await dynamic("'ae3133f2-6e22-49ae-b06a-16e6a9b212eb'::UUID", "guid")).toBe(
    '"ae3133f2-6e22-49ae-b06a-16e6a9b212eb"',
  );
  expect(await dynamic("1.5::DECIMAL(38,17)", "decimal")).toBe('"1.5"');
  expect(await dynamic("true", "bool")).toBe("true");
});
