import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../base/column.js";
import { complete, partial } from "../../base/completeness.js";
import type { FrameInfo } from "../api.js";
import type { Frame } from "../frame.js";
import { FrameStore } from "../store.js";

let dir: string;
let store: FrameStore;
let number = 0;
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "huntbook-write-")));
  store = await FrameStore.open({ memoryLimitBytes: 512 * 1024 ** 2, readable: [dir] });
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});
const target = (name: string): string => join(dir, `${(number += 1)}-${name}`);

const info: FrameInfo = {
  completeness: complete,
  provenance: {
    source: "test",
    ranAtMs: 5,
    tookMs: 1,
    clock: "pinned",
    clockDependent: true,
    query: "T | take 'é\u0000'",
  },
};

const columns: readonly Column[] = [
  { name: "bool", type: "bool" },
  { name: "int", type: "int" },
  { name: "long", type: "long" },
  { name: "real", type: "real" },
  { name: "decimal", type: "decimal" },
  { name: "string", type: "string" },
  { name: "datetime", type: "datetime" },
  { name: "timespan", type: "timespan" },
  { name: "guid", type: "guid" },
  { name: "dynamic", type: "dynamic" },
];
const guid = "00112233-4455-6677-8899-aabbccddeeff";
const rows = [
  [
    true,
    -5,
    2n ** 62n,
    0.1,
    "1.50",
    'x "y", z',
    "2026-01-13T07:45:00.123456Z",
    "1.02:03:04.5",
    guid,
    { a: ["ä", null] },
  ],
  [null, null, null, null, null, "", null, null, null, null],
  [false, 0, 0n, NaN, "-0.00000000000000001", "a\r\nb\u0000", "0001-01-01", "-00:00:01", guid, "text"],
];

const everything = async (): Promise<Frame> => store.fromBatches(columns, [rows], info);

describe("what files look like", () => {
  test('CSV: a header, ISO times in UTC, nothing for null and "" for the empty string', async () => {
    const path = target("a.csv");
    const written = await (await everything()).toCsv(path);
    const text = [
      "bool,int,long,real,decimal,string,datetime,timespan,guid,dynamic",
      `true,-5,4611686018427387904,0.1,1.5,"x ""y"", z",2026-01-13T07:45:00.123456Z,1.02:03:04.5000000,${guid},"{""a"":[""ä"",null]}"`,
      `,,,,,"",,,,`,
      `false,0,0,NaN,-0.00000000000000001,"a\r\nb\u0000",0001-01-01T00:00:00Z,-00:00:01,${guid},"""text"""`,
      "",
    ].join("\n");
    expect(await readFile(path, "utf8")).toBe(text);
    expect(written).toEqual({ path, rows: 3, sizeBytes: Buffer.byteLength(text) });
  });

  test("JSON Lines and JSON: digits as they are, what JSON has no number for as text", async () => {
    const frame = await everything();
    const line = `{"bool":true,"int":-5,"long":4611686018427387904,"real":0.1,"decimal":1.5,"string":"x \\"y\\", z","datetime":"2026-01-13T07:45:00.123456Z","timespan":"1.02:03:04.5000000","guid":"${guid}","dynamic":{"a":["ä",null]}}`;
    const lines = await frame.toJsonLines(target("a.jsonl"));
    const text = await readFile(lines.path, "utf8");
    expect(text.split("\n")[0]).toBe(line);
    expect(text.split("\n")[2]).toContain(`"real":"NaN","decimal":-0.00000000000000001`);
    const json = await frame.toJson(target("a.json.gz"));
    const unpacked = gunzipSync(await readFile(json.path)).toString("utf8");
    expect(unpacked).toBe(`[\n${text.trimEnd().replaceAll("\n", ",\n")}\n]\n`);
    expect(JSON.parse(unpacked)).toHaveLength(3);
  });

  test("an empty frame is still a file that can be read", async () => {
    const frame = await store.fromBatches([{ name: "x", type: "string" }], [], info);
    expect(await readFile((await frame.toJson(target("e.json"))).path, "utf8")).toBe("[\n]\n");
    expect(await readFile((await frame.toCsv(target("e.csv"))).path, "utf8")).toBe("x\n");
    expect((await store.read((await frame.toParquet(target("e.parquet"))).path)).columns).toEqual(frame.columns);
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["-2+3", "'-2+3"],
    ["\t=1", "'\t=1"],
    ["a=1", "a=1"],
  ])("spreadsheetSafe: %j becomes %j; numbers and the default are left alone", async (text, field) => {
    const frame = await store.fromRows([{ t: text, n: -1 }]);
    const safe = await frame.toCsv(target("s.csv"), { spreadsheetSafe: true });
    expect(await readFile(safe.path, "utf8")).toBe(`t,n\n${field},-1\n`);
    const plain = await frame.toCsv(target("p.csv"));
    expect(await (await store.read(plain.path, { columns: frame.columns })).rows()).toEqual([{ t: text, n: -1 }]);
  });
});

describe("reading back", () => {
  test("Parquet brings back types, names, completeness and provenance", async () => {
    const completeness = partial({ kind: "timeout", affects: "values", message: 'it\'s "late"', source: "S" });
    const names = ["a", "A", "", "__proto__", `x"y`, "a_1"].map((name): Column => ({ name, type: "timespan" }));
    const cases: readonly [readonly Column[], readonly unknown[][]][] = [
      [columns, rows],
      [names, [[1n, 2n, 3n, 4n, 5n, 6n]]],
    ];
    for (const [shape, values] of cases) {
      const frame = await store.fromBatches(shape, [values], { ...info, completeness });
      const back = await store.read((await frame.toParquet(target("a.parquet"))).path);
      expect(back.columns).toEqual(shape);
      expect(back.completeness).toEqual(completeness);
      expect(back.provenance).toEqual({ ...info.provenance });
      for (const { name } of shape) expect(await back.column(name)).toEqual(await frame.column(name));
    }
  });

  test("several Parquet files are one frame; their causes are united", async () => {
    const some = await store.fromRows([{ x: 1 }]);
    const cut = await store.fromBatches(some.columns, [[[2], [3]]], info, { maxRows: 1 });
    const one = await some.toParquet(target("m.parquet"));
    const two = await cut.toParquet(target("n.parquet"));
    const both = await store.read([one.path, two.path]);
    expect(await both.rows()).toEqual([{ x: 1 }, { x: 2 }]);
    expect(both.completeness.causes.map(c => c.kind)).toEqual(["row-limit"]);
  });

  test("Parquet of others: every type finds its KQL type, nested ones become dynamic", async () => {
    const scratch = store.scratchFile("parquet");
    await store.run(
      `copy (select 1::tinyint i, 2::uinteger l, 18446744073709551615::ubigint u, 1.5::float f, null::varchar s,
        date '2026-01-13' d, timestamptz '2026-01-13 07:45:00+02' t, timestamp_ns '2026-01-13 07:45:00.123456789' n,
        {'a': [1, 2]} o, [1, null] a, 'x'::blob b, 123.45::decimal(5,2) c, time '00:00:01' w)
        to '${scratch}' (format parquet)`,
    );
    const path = target("o.parquet");
    await writeFile(path, await readFile(scratch));
    const frame = await store.read(path);
    expect(Object.fromEntries(frame.columns.map(c => [c.name, c.type]))).toEqual({
      ...{ i: "int", l: "long", u: "decimal", f: "real", s: "string", d: "datetime", t: "datetime", n: "datetime" },
      ...{ o: "dynamic", a: "dynamic", b: "string", c: "decimal", w: "timespan" },
    });
    expect(await frame.rows({ bigint: true })).toEqual([
      {
        ...{ i: 1, l: 2n, u: "18446744073709551615", f: 1.5, s: "", d: new Date("2026-01-13") },
        ...{ t: new Date("2026-01-13T05:45:00Z"), n: new Date("2026-01-13T07:45:00.123Z") },
        ...{ o: { a: [1, 2] }, a: [1, null], b: "eA==", c: "123.45", w: 10_000_000n },
      },
    ]);
  });

  const text = fc.string({ unit: "binary", maxLength: 20 }).filter(s => !/\p{Surrogate}/u.test(s));
  const row = fc.record({
    s: text,
    t: text,
    r: fc.double(),
    l: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    b: fc.boolean(),
  });
  const shape: readonly Column[] = [
    { name: "s", type: "string" },
    { name: "t", type: "string" },
    { name: "r", type: "real" },
    { name: "l", type: "long" },
    { name: "b", type: "bool" },
  ];
  test.each(["csv", "tsv", "jsonl", "json", "jsonl.gz"])("any rows survive the way through .%s", async extension => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async values => {
        const path = join(dir, `property.${extension}`);
        const frame = await store.fromRows(values, { columns: shape });
        const write = { csv: "toCsv", tsv: "toCsv", json: "toJson" }[extension] ?? "toJsonLines";
        await frame[write as "toCsv"](path, { overwrite: true });
        const back = await store.read(path, { columns: shape });
        expect(back.completeness.state).toBe("complete");
        expect(await back.rows({ bigint: true })).toEqual(values);
        await Promise.all([frame.close(), back.close()]);
      }),
      { numRuns: 40 },
    );
  });

  test("what we write is typed alike when read without being told", async () => {
    const frame = await store.fromRows([{ l: 5, r: 0.1 + 0.2, b: true, s: "x", d: new Date(1), o: { a: 1 } }]);
    for (const path of [await frame.toCsv(target("i.csv")), await frame.toJsonLines(target("i.jsonl"))].map(
      w => w.path,
    )) {
      const back = await store.read(path);
      expect(back.columns).toEqual(frame.columns);
      expect(await back.rows()).toEqual(await frame.rows());
    }
  });
});

describe("files appear whole or not at all", () => {
  test("a file that exists is not overwritten unless asked", async () => {
    const frame = await store.fromRows([{ x: 1 }]);
    for (const write of ["toCsv", "toJson", "toJsonLines", "toParquet"] as const) {
      const path = target("kept");
      await writeFile(path, "mine");
      await expect(frame[write](path)).rejects.toMatchObject({ code: "frame/file-exists" });
      expect(await readFile(path, "utf8")).toBe("mine");
      await frame[write](path, { overwrite: true });
      expect(await readFile(path, "utf8")).not.toBe("mine");
    }
  });

  test("when writing fails nothing stays behind", async () => {
    const folder = join(dir, "failing");
    await mkdir(folder);
    const frame = await store.fromRows(Array.from({ length: 50_000 }, (_, i) => ({ i })));
    const controller = new AbortController();
    const writing = frame.toCsv(join(folder, "a.csv"), { signal: controller.signal });
    controller.abort();
    await expect(writing).rejects.toMatchObject({ code: "query/cancelled" });
    // Waited for at once: it may fail before the frame is closed to its end.
    const closing = expect(frame.toJson(join(folder, "b.json"))).rejects.toMatchObject({ code: "frame/closed" });
    await frame.close();
    await closing;
    await expect(frame.toParquet(join(folder, "c.parquet"))).rejects.toMatchObject({ code: "frame/closed" });
    expect(await readdir(folder)).toEqual([]);
  });

  test("a folder that is missing or not writable is said", async () => {
    const frame = await store.fromRows([{ x: 1 }]);
    const missing = join(dir, "no", "such", "a.csv");
    await expect(frame.toCsv(missing)).rejects.toMatchObject({
      code: "frame/write-failed",
      message: expect.stringContaining(missing) as unknown,
    });
    const closed = join(dir, "closed");
    await mkdir(closed);
    await chmod(closed, 0o500);
    // Root may write anywhere, so the second half can only be seen as another user.
    if (process.getuid?.() !== 0)
      await expect(frame.toCsv(join(closed, "a.csv"))).rejects.toMatchObject({ code: "frame/write-failed" });
  });
});
