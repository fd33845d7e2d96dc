import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KqlType } from "../../base/column.js";
import { FrameStore } from "../store.js";

let dir: string;
let store: FrameStore;
let number = 0;
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "huntbook-read-")));
  store = await FrameStore.open({ memoryLimitBytes: 512 * 1024 ** 2 });
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

/** A file with this content; gives its path. */
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const folder = join(dir, String((number += 1)));
  await mkdir(folder);
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const types = (frame: { columns: readonly { name: string; type: KqlType }[] }): string =>
  frame.columns.map(c => `${c.name}:${c.type}`).join(" ");

describe("CSV", () => {
  test("quotes, line breaks and delimiters in fields, CRLF, and a last line without an end", async () => {
    const frame = await store.read(await file("a.csv", 'a,b\r\n"x, ""y""\r\nz",1\r\n,2\r\n"",3'));
    expect(types(frame)).toBe("a:string b:long");
    expect(await frame.rows()).toEqual([
      { a: 'x, "y"\r\nz', b: 1 },
      { a: "", b: 2 },
      { a: "", b: 3 },
    ]);
    expect(frame.completeness.state).toBe("complete");
    expect(frame.provenance.source).toBe("a.csv");
  });

  test.each<[string, readonly string[], KqlType]>([
    ["whole numbers", ["1", "-9223372036854775808", "0"], "long"],
    ["beyond 64 bits", ["9223372036854775808"], "string"],
    ["leading zeros", ["007", "12"], "string"],
    ["a plus sign", ["+5"], "string"],
    ["fractions", ["1.5", "2", "-0.25e3"], "real"],
    ["more digits than a double holds", ["0.12345678901234567891"], "string"],
    ["as a double prints them", ["0.30000000000000004", "NaN"], "real"],
    ["truth values", ["true", "False"], "bool"],
    ["0 and 1 are numbers", ["0", "1"], "long"],
    ["instants", ["2026-01-13T07:45:00.1234567Z", "2026-01-13 07:45:00+02:00", "2026-01-13"], "datetime"],
    ["days that do not exist", ["2026-02-30"], "string"],
    ["ambiguous dates", ["01/02/2026"], "string"],
    ["GUIDs", ["00112233-4455-6677-8899-aabbccddeeff"], "guid"],
    ["GUIDs in capitals keep them", ["00112233-4455-6677-8899-AABBCCDDEEFF"], "string"],
    ["JSON", ['{"a": 1}', "[1, 2]"], "dynamic"],
    ["nearly JSON", ["{a}"], "string"],
    ["JSON with half a surrogate pair", ['{"a":"\\ud800"}'], "string"],
    ["nothing", ["", ""], "string"],
  ])("types: %s", async (_, values, type) => {
    const quoted = values.map(v => `"${v.replaceAll('"', '""')}",x`);
    const frame = await store.read(await file("t.csv", ["v,w", ...quoted, ",x"].join("\n")));
    expect(frame.columns[0]?.type).toBe(type);
    expect(frame.rowCount).toBe(values.length + 1);
    const rows = await frame.rows({ bigint: true });
    expect(rows.at(-1)?.["v"]).toBe(type === "string" ? "" : null);
    if (type === "string") expect(rows.slice(0, -1).map(r => r["v"])).toEqual(values);
  });

  test("values of types are what was written", async () => {
    const frame = await store.read(
      await file(
        "v.csv",
        'l,r,t,d\n-9223372036854775808,NaN,2026-01-13T07:45:00.1234567Z,"{ ""a b"" : 12345678901234567890 }"\n',
      ),
    );
    const [l, r, t, d] = await Promise.all(["l", "r", "t", "d"].map(n => frame.column(n)));
    expect(l?.values).toEqual(BigInt64Array.of(-(2n ** 63n)));
    expect(r?.values).toEqual(Float64Array.of(NaN));
    expect(t?.values).toEqual(BigInt64Array.of(BigInt(Date.UTC(2026, 0, 13, 7, 45)) * 1000n + 123456n));
    expect(d?.values).toEqual(['{"a b":12345678901234567890}']);
  });

  test("ragged and broken records are skipped, counted and named by line; the rest is read", async () => {
    const path = await file("r.csv", 'a,b\n1,2\n1\n1,2,3\n"x"y,2\n3,4\n"never closed,5\n6,7\n');
    const frame = await store.read(path);
    expect(await frame.rows()).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    const [cause] = frame.completeness.causes;
    expect(frame.completeness.state).toBe("partial");
    expect(cause).toMatchObject({ kind: "lines-skipped", affects: "rows", missing: 4, source: path });
    expect(cause?.message).toBe(
      `4 records skipped: ${path}:3: 1 fields where the header has 2; ${path}:4: 3 fields where the header has 2; ${path}:5: text follows a closing quote, …`,
    );
  });

  test.each([
    [";", "a;b\n1;2"],
    ["\t", "a\tb\n1\t2"],
    ["|", "a|b\n1|2"],
  ])("the delimiter %j is found", async (_, text) => {
    expect(await (await store.read(await file("d.csv", text))).rows()).toEqual([{ a: 1, b: 2 }]);
  });

  test("names: repeated, empty, of Object.prototype, differing by case; without a header", async () => {
    const frame = await store.read(await file("n.csv", "a,A,a,,__proto__\n1,2,3,4,5"));
    expect(types(frame)).toBe("a:long A:long a_1:long Column4:long __proto__:long");
    expect(Object.entries((await frame.rows())[0] ?? {}).map(([, v]) => v)).toEqual([1, 2, 3, 4, 5]);
    const bare = await store.read(await file("h.csv", "1,x\n2,y"), { header: false });
    expect(types(bare)).toBe("Column1:long Column2:string");
    expect(bare.rowCount).toBe(2);
  });

  test.each([
    ["UTF-8 with a byte order mark", Buffer.from("\ufeffä,b\n1,2")],
    ["UTF-16 little endian", Buffer.from("\ufeffä,b\n1,2", "utf16le")],
    ["UTF-16 big endian", Buffer.from("\ufeffä,b\n1,2", "utf16le").swap16()],
  ])("%s is read", async (_, bytes) => {
    expect(await (await store.read(await file("e.csv", bytes))).rows()).toEqual([{ ä: 1, b: 2 }]);
  });

  test("bytes that are no text are said to be wrong", async () => {
    const frame = await store.read(await file("b.csv", Buffer.from("a\n\xff\xfe\n\xef\xbf\xbd\n", "latin1")));
    expect(frame.rowCount).toBe(2);
    expect(frame.completeness.causes).toMatchObject([
      { affects: "values", message: expect.stringContaining("2 characters") as unknown },
    ]);
  });

  test("given columns are read as given, others left out; a value that does not fit is refused with file:line", async () => {
    const path = await file("c.csv", "id,when,note\n007,00:00:05,x\n008,1.00:00:00,y\n");
    const columns = [
      { name: "when", type: "timespan" },
      { name: "id", type: "string" },
      { name: "absent", type: "long" },
    ] as const;
    expect(await (await store.read(path, { columns })).rows()).toEqual([
      { when: 50_000_000, id: "007", absent: null },
      { when: 864_000_000_000, id: "008", absent: null },
    ]);
    const wrong = store.read(path, { columns: [{ name: "note", type: "long" }] });
    await expect(wrong).rejects.toMatchObject({
      code: "frame/bad-value",
      where: `${path}:2`,
      message: `${path}:2, column 'note': text 'x' is not a long`,
    });
    await expect(store.read(path, { columns: [{ name: "nope", type: "long" }] })).rejects.toMatchObject({
      code: "frame/unknown-column",
    });
  });

  test("an empty file is an empty frame", async () => {
    expect((await store.read(await file("empty.csv", ""))).columns).toEqual([]);
    expect(types(await store.read(await file("header.csv", "a,b\n")))).toBe("");
  });
});

describe("JSON", () => {
  test("lines of different shape: columns are united, kinds are kept, 64-bit numbers too", async () => {
    const text = [
      `{"a":1,"b":"x","big":9007199254740993,"d":{"k": [1, 2]},"t":"2026-01-13T07:45:00Z","m":1,"no":null}`,
      ``,
      `{"b":"5","c":true,"a":2.5,"m":"one","b":"last counts","f":18446744073709551616,"u":"\\u0000\\ud800"}`,
    ].join("\r\n");
    const frame = await store.read(await file("a.jsonl", text));
    expect(types(frame)).toBe(
      "a:real b:string big:long d:dynamic t:datetime m:dynamic no:dynamic c:bool f:dynamic u:string",
    );
    expect(await frame.rows({ bigint: true })).toEqual([
      {
        ...{
          a: 1,
          b: "x",
          big: 9007199254740993n,
          d: { k: [1, 2] },
          t: new Date("2026-01-13T07:45:00Z"),
          m: 1,
          no: null,
        },
        ...{ c: null, f: null, u: "" },
      },
      {
        ...{ a: 2.5, b: "last counts", big: null, d: null, t: null, m: "one", no: null, c: true, f: 2 ** 64 },
        u: "\u0000\ufffd",
      },
    ]);
    expect((await frame.column("f")).values[1]).toBe("18446744073709551616");
    expect((await frame.column("d")).values[0]).toBe('{"k":[1,2]}');
  });

  test.each([
    ["an array", `[ {"a":1},\n {"a":2} , {"a":"]}\\"{"} ]`, [1, 2, ']}"{']],
    ["one object over many lines", `{\n  "a": 1\n}\n`, [1]],
    ["objects one after the other", `{\n"a": 1}\n{"a":\n2}`, [1, 2]],
    ["lines in a .json file", `{"a":1}\n{"a":2}\n`, [1, 2]],
    ["an empty array", `[]`, []],
  ])("%s", async (_, text, expected) => {
    const frame = await store.read(await file("a.json", text));
    expect((await frame.rows()).map(r => r["a"])).toEqual(expected);
    expect(frame.completeness.state).toBe("complete");
  });

  test("broken lines cost only themselves, and are named", async () => {
    const path = await file("b.jsonl", `{"a":1}\n{"a":\n[1]\n"x"\n{"a":2}\nnull\n`);
    const frame = await store.read(path);
    expect(await frame.rows()).toEqual([{ a: 1 }, { a: 2 }]);
    expect(frame.completeness.causes[0]).toMatchObject({
      missing: 4,
      message: expect.stringContaining(`${path}:2: not valid JSON; ${path}:3: not a JSON object`) as unknown,
    });
  });

  test("an array that is cut short is partial and keeps what came before", async () => {
    const frame = await store.read(await file("c.json", `[{"a":1},\n{"a":2},\n{"a":`));
    expect(await frame.rows()).toEqual([{ a: 1 }, { a: 2 }]);
    expect(frame.completeness.causes.map(c => c.message).join()).toMatch(
      /c\.json:3: the text ends inside this record.*not closed/,
    );
    const between = await store.read(await file("d.json", `[{"a":1},`));
    expect(between.completeness.state).toBe("partial");
  });

  test("a line of 10 MB is read; a longer one than the limit is skipped and counted", async () => {
    const path = await file("long.jsonl", `{"a":"${"x".repeat(10_000_000)}"}\n{"a":"y"}\n`);
    const frame = await store.read(path);
    expect((await frame.rows()).map(r => (r["a"] as string).length)).toEqual([10_000_000, 1]);
    const limited = await store.read(path, { maxRecordChars: 1_000_000 });
    expect(await limited.rows()).toEqual([{ a: "y" }]);
    expect(limited.completeness.causes[0]).toMatchObject({
      kind: "lines-skipped",
      missing: 1,
      message: expect.stringContaining("longer than 1,000,000") as unknown,
    });
  });

  test("names may be anything; too many are refused", async () => {
    const frame = await store.read(await file("n.jsonl", `{"__proto__":1,"a":2,"A":3,"":4}`));
    expect(types(frame)).toBe("__proto__:long a:long A:long :long");
    const wide = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`k${i}`, i]));
    await expect(store.read(await file("w.jsonl", JSON.stringify(wide)))).rejects.toMatchObject({
      code: "frame/too-many-columns",
    });
  });

  test("given columns: numbers reach long and decimal as written, anything reaches dynamic", async () => {
    const frame = await store.read(await file("g.jsonl", `{"n":9007199254740993,"d":"x","s":5}\n{"d":{"a": 1}}`), {
      columns: [
        { name: "n", type: "long" },
        { name: "d", type: "dynamic" },
        { name: "s", type: "string" },
      ],
    });
    expect(await frame.rows({ bigint: true })).toEqual([
      { n: 9007199254740993n, d: "x", s: "5" },
      { n: null, d: { a: 1 }, s: "" },
    ]);
  });
});

describe("compressed files", () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ i, text: `${i * 7919}`.repeat(5) })).join(
    "\n",
  );

  test("gzip is unpacked, whatever the name says", async () => {
    expect((await store.read(await file("a.jsonl.gz", gzipSync(lines)))).rowCount).toBe(20_000);
    expect((await store.read(await file("a.jsonl", gzipSync(lines)))).rowCount).toBe(20_000);
    expect((await store.read(await file("plain.jsonl.gz", lines))).rowCount).toBe(20_000);
  });

  test("a truncated gzip gives what stands before the cut and says so", async () => {
    const packed = gzipSync(lines);
    const frame = await store.read(await file("cut.jsonl.gz", packed.subarray(0, Math.floor(packed.length / 2))));
    expect(frame.rowCount).toBeGreaterThan(5_000);
    expect(frame.rowCount).toBeLessThan(15_000);
    expect((await frame.rows({ limit: 1 }))[0]).toMatchObject({ i: 0 });
    expect(frame.completeness.causes.map(c => c.kind)).toContain("source-unavailable");
  });

  test("a damaged gzip is said to be damaged", async () => {
    const packed = gzipSync(lines);
    packed.writeUInt32LE(0, packed.length - 8);
    const frame = await store.read(await file("crc.jsonl.gz", packed));
    expect(frame.completeness.causes).toContainEqual(
      expect.objectContaining({ kind: "source-unavailable", message: expect.stringContaining("damaged") as unknown }),
    );
  });
});

describe("which files", () => {
  test("patterns and lists are united by column name, in the order of names", async () => {
    const folder = join(dir, "many");
    await mkdir(join(folder, "sub"), { recursive: true });
    await writeFile(join(folder, "b.csv"), "x,y\n2,b");
    await writeFile(join(folder, "a.csv"), "x\n1");
    await writeFile(join(folder, "sub", "c.csv"), "y,x\nc,3");
    const frame = await store.read(join(folder, "**/*.csv").replaceAll("\\", "/"));
    expect(await frame.rows()).toEqual([
      { x: 1, y: "" },
      { x: 2, y: "b" },
      { x: 3, y: "c" },
    ]);
    expect(frame.provenance.source).toBe("3 files");
    expect((await store.read([join(folder, "b.csv"), join(folder, "a.csv")])).rowCount).toBe(2);
  });

  test("a name with pattern characters is a name", async () => {
    expect((await store.read(await file("a[1]*.csv", "x\n1"))).rowCount).toBe(1);
  });

  test("missing, unknown and mixed files are refused by name", async () => {
    await expect(store.read(join(dir, "nowhere/*.csv"))).rejects.toMatchObject({ code: "frame/file-missing" });
    await expect(store.read(await file("a.evtx", "x"))).rejects.toMatchObject({ code: "frame/unknown-format" });
    const mixed = [await file("a.csv", "x\n1"), await file("a.jsonl", "{}")];
    await expect(store.read(mixed)).rejects.toMatchObject({ code: "frame/mixed-formats" });
  });

  test("reading can be cancelled", async () => {
    const path = await file("a.csv", "x\n1");
    await expect(store.read(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "query/cancelled" });
  });

  test("no staging table stays behind, whatever happened", async () => {
    await store.read(await file("bad.jsonl", "{")).catch(() => undefined);
    const tables = await store.all(
      "select count(*)::integer as n from duckdb_tables() where table_name like 'staging%'",
    );
    expect(tables).toEqual([{ n: 0 }]);
  });

  test("what was read is not written to", async () => {
    const path = await file("keep.csv", "x\n1");
    await store.read(path);
    expect(await readFile(path, "utf8")).toBe("x\n1");
  });
});
