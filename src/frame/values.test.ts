import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column, KqlType } from "../base/column.js";
import { complete } from "../base/completeness.js";
import type { FrameInfo } from "./api.js";
import { FrameStore } from "./store.js";

let store: FrameStore;
beforeAll(async () => {
  store = await FrameStore.open({ memoryLimitBytes: 512 * 1024 ** 2 });
});
afterAll(async () => store.close());

const info: FrameInfo = {
  completeness: complete,
  provenance: { source: "test", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false },
};
const one = (type: KqlType): readonly Column[] => [{ name: "x", type }];

describe("values go in by column type and come back", () => {
  test.each<[KqlType, unknown, unknown]>([
    ["bool", true, true],
    ["bool", "False", false],
    ["int", -2147483648, -2147483648],
    ["long", "9007199254740991", 9007199254740991],
    ["real", "NaN", NaN],
    ["real", "-inf", -Infinity],
    ["real", 1e300, 1e300],
    ["decimal", "12345.678", 12345.678],
    ["decimal", -0.5, -0.5],
    ["string", null, ""],
    ["string", "a\u0000b", "a\u0000b"],
    ["string", 17, "17"],
    ["datetime", "2026-01-13T07:45:00.1239999Z", new Date("2026-01-13T07:45:00.123Z")],
    ["datetime", "2026-01-13T07:45:00+02:00", new Date("2026-01-13T05:45:00Z")],
    ["datetime", "0001-01-01T00:00:00Z", new Date("0001-01-01T00:00:00Z")],
    ["datetime", "1969-12-31T23:59:59.9999Z", new Date("1969-12-31T23:59:59.999Z")],
    ["timespan", "1.02:03:04.5", 937_845_000_000],
    ["timespan", "-00:00:01", -10_000_000],
    ["guid", "{00112233-4455-6677-8899-AABBCCDDEEFF}", "00112233-4455-6677-8899-aabbccddeeff"],
    ["dynamic", { a: [1, "x", null] }, { a: [1, "x", null] }],
    ["dynamic", "text", "text"],
    ["dynamic", [1n], [1]],
    ["dynamic", null, null],
    ["guid", null, null],
  ])("%s %o", async (type, value, expected) => {
    const frame = await store.fromBatches(one(type), [[[value]]], info);
    expect(await frame.rows()).toEqual([{ x: expected }]);
    await frame.close();
  });

  test.each<[KqlType, unknown]>([
    ["int", 2147483648],
    ["int", 1.5],
    ["long", "12x"],
    ["long", 2 ** 53],
    ["long", 2n ** 63n],
    ["real", ""],
    ["bool", "yes"],
    ["decimal", "1e400"],
    ["datetime", "2026-02-30"],
    ["datetime", "13/01/2026"],
    ["datetime", new Date(NaN)],
    ["guid", "not-a-guid"],
    ["timespan", "1:2:3:4:5"],
    ["string", { a: 1 }],
    ["dynamic", () => 1],
  ])("%s refuses %o, naming column and row", async (type, value) => {
    const wrong = store.fromBatches(one(type), [[[null], [value]]], info);
    await expect(wrong).rejects.toMatchObject({
      code: "frame/bad-value",
      message: expect.stringMatching(/row 2, column 'x'/) as unknown,
    });
  });
});

test("dynamic text is JSON when the caller says so: minified, digits kept; text that is no JSON is a string", async () => {
  const frame = await store.fromBatches(
    one("dynamic"),
    [[['{ "a b" : 12345678901234567890.10 }'], ["not json"], ["null"], [""], [{ a: 1 }]]],
    info,
    { dynamicAs: "json-text" },
  );
  const column = await frame.column("x");
  expect(column.values).toEqual(['{"a b":12345678901234567890.10}', '"not json"', "", "", '{"a":1}']);
  expect([...column.valid]).toEqual([1, 1, 0, 0, 1]);
});

test("long beyond 2^53: rows refuse by name, bigint and column are exact", async () => {
  const frame = await store.fromRows([{ id: 2n ** 62n }, { id: 1n }]);
  await expect(frame.rows()).rejects.toMatchObject({
    code: "frame/unsafe-long",
    hint: expect.stringContaining("bigint") as unknown,
  });
  expect(await frame.rows({ bigint: true })).toEqual([{ id: 2n ** 62n }, { id: 1n }]);
  expect((await frame.column("id")).values).toEqual(BigInt64Array.of(2n ** 62n, 1n));
});

test("column names may be anything, differ by case only, and stay own properties", async () => {
  const names = ["a", "A", "__proto__", "constructor", `x" ; drop table t; --`, "", " ", "\u202e", "<b>"];
  const columns = names.map((name): Column => ({ name, type: "long" }));
  const frame = await store.fromBatches(columns, [[names.map((_, i) => i)]], info);
  const [row] = await frame.rows();
  expect(Object.entries(row ?? {})).toEqual(names.map((n, i) => [n, i]));
  expect(Object.keys(frame.relation.physical ?? {})).toEqual(names);
  await expect(store.fromBatches([...columns, { name: "a", type: "long" }], [], info)).rejects.toMatchObject({
    code: "frame/duplicate-column",
  });
});

test("types of plain rows are inferred: whole and broken numbers, mixtures, missing keys", async () => {
  const frame = await store.fromRows<object>([
    { long: 1, real: 1, text: "a", when: new Date(0), bag: { a: 1 }, mixed: 1, never: null },
    { long: 2n, real: 1.5, text: "b", yes: true, mixed: "x" },
  ]);
  expect(Object.fromEntries(frame.columns.map(c => [c.name, c.type]))).toEqual({
    long: "long",
    real: "real",
    text: "string",
    when: "datetime",
    bag: "dynamic",
    mixed: "dynamic",
    never: "dynamic",
    yes: "bool",
  });
  expect((await frame.rows())[1]).toEqual({
    ...{ long: 2, real: 1.5, text: "b", when: null, bag: null, mixed: "x", never: null, yes: true },
  });
});

test("batches are streamed: the source is stopped at maxRows, and what is known at the end counts", async () => {
  let produced = 0;
  let stopped = false;
  async function* source() {
    try {
      for (;;) yield Array.from({ length: 1000 }, () => [produced++]);
    } finally {
      stopped = true;
    }
  }
  const frame = await store.fromBatches(one("long"), source(), () => info, { maxRows: 20_500 });
  expect([frame.rowCount, produced, stopped]).toEqual([20_500, 21_000, true]);
  expect(frame.completeness.causes.map(c => c.kind)).toEqual(["row-limit"]);
  expect((await frame.rows({ offset: 20_499 }))[0]).toEqual({ x: 20_499 });
});

test("any string and any double come back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.double()), { maxLength: 20 }), async pairs => {
      const columns: Column[] = [
        { name: "s", type: "string" },
        { name: "d", type: "real" },
      ];
      const frame = await store.fromBatches(columns, [pairs], info);
      expect(await frame.rows()).toEqual(pairs.map(([s, d]) => ({ s, d })));
      await frame.close();
    }),
    { numRuns: 50 },
  );
});
