import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readManifest } from "../storage/manifest.js";
import { listArchive } from "./archive.js";
import { planIngest, planRows } from "./plan.js";
import { runIngest } from "./run.js";

let [base, evidence, workspace] = ["", "", ""];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "huntbook-archive-"));
  evidence = await mkdtemp(join(base, "evidence-"));
  workspace = join(base, "ws");
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const events = (count: number): Uint8Array =>
  utf8(Array.from({ length: count }, (_, i) => `{"time":"2024-05-01T00:00:0${i % 10}Z","n":${i}}\n`).join(""));
const put = (name: string, content: Uint8Array): Promise<void> => writeFile(join(evidence, name), content);
const plan = () => planIngest([evidence], { workspace });
const reasons = async () => Object.fromEntries((await plan()).skipped.map(s => [s.name, s.reason]));

/** Changes bytes of a member's entry in the directory at the end of an archive. */
function patchDirectory(archive: Uint8Array, member: number, change: (entry: Buffer) => void): Buffer {
  const bytes = Buffer.from(archive);
  let at = bytes.indexOf("PK\x01\x02", 0, "latin1");
  for (let i = 0; i < member; i++) at = bytes.indexOf("PK\x01\x02", at + 4, "latin1");
  change(bytes.subarray(at));
  return bytes;
}
const [flags, method, crc, uncompressed, offset] = [8, 10, 16, 24, 42];

describe("a ZIP archive in a folder of logs", () => {
  test("its members are files: plain, gzipped, in folders; one archive may hold many tables", async () => {
    await put(
      "case.Zip",
      zipSync({
        "day1/fw.jsonl": events(3),
        "day1/": new Uint8Array(),
        "proxy.csv.gz": gzipSync("src,url\n10.0.0.1,/a\n"),
      }),
    );
    expect(planRows(await plan()).map(({ file, format, table, rows }) => ({ file, format, table, rows }))).toEqual([
      { file: "case.Zip/day1/fw.jsonl", format: "JSON Lines", table: "fw_CL", rows: "3" },
      { file: "case.Zip/proxy.csv.gz", format: "delimited by comma, gzip", table: "proxy_CL", rows: "1" },
    ]);
    const result = await runIngest(await plan(), workspace);
    expect(result).toMatchObject({ rows: 4, rejects: 0 });
    const manifest = await readManifest(workspace);
    expect(manifest.sources.map(s => [s.path, s.sizeBytes, s.rows])).toEqual([
      ["case.Zip/day1/fw.jsonl", events(3).length, 3],
      ["case.Zip/proxy.csv.gz", expect.any(Number), 1],
    ]);
    expect(await readdir(evidence)).toEqual(["case.Zip"]);
  });

  test("given as the file itself", async () => {
    await put("case.zip", zipSync({ "a.jsonl": events(2) }));
    const found = await planIngest([join(evidence, "case.zip"), evidence]);
    expect(found.files.map(f => f.file.name)).toEqual(["case.zip/a.jsonl"]);
  });

  test("a member and the same file unpacked are the same content", async () => {
    await put("case.zip", zipSync({ "a.jsonl": events(5) }));
    await put("a.jsonl", events(5));
    const result = await runIngest(await plan(), workspace);
    expect(result.rows).toBe(5);
    expect(result.files.map(f => [f.name, f.state, f.notes])).toEqual([
      ["a.jsonl", "ingested", []],
      ["case.zip/a.jsonl", "unchanged", ["the same content as 'a.jsonl'"]],
    ]);
  });

  test("bytes behind its end, as a copy over a terminal leaves them, do not matter", async () => {
    await put("case.zip", Buffer.concat([zipSync({ "a.jsonl": events(2) }), Buffer.from("\r\n")]));
    expect(await runIngest(await plan(), workspace)).toMatchObject({ rows: 2, rejects: 0 });
  });

  test("a large member is read in pieces, and a file handle is not kept", async () => {
    await put("case.zip", zipSync({ "a.jsonl": events(40_000) }, { level: 0 }));
    const handles = (await readdir("/proc/self/fd").catch(() => [])).length;
    expect(await runIngest(await plan(), workspace)).toMatchObject({ rows: 40_000, rejects: 0 });
    expect((await readdir("/proc/self/fd").catch(() => [])).length).toBeLessThanOrEqual(handles + 2);
  });

  test("two members of one name are two files", async () => {
    const archive = zipSync({ "a.jsonl": events(1), "b.jsonl": events(2) }, { level: 0 });
    const named = Buffer.from(Buffer.from(archive).toString("latin1").replaceAll("b.jsonl", "a.jsonl"), "latin1");
    await put("case.zip", named);
    const result = await runIngest(await plan(), workspace);
    expect(result.files.map(f => [f.name, f.state, f.rows])).toEqual([
      ["case.zip/a.jsonl", "ingested", 1],
      ["case.zip/a.jsonl (2)", "ingested", 2],
    ]);
  });

  test("a name that leads out of a folder is a name, nothing is written", async () => {
    await put("case.zip", zipSync({ "../../etc/x.jsonl": events(1), "/abs.jsonl": events(2) }));
    expect((await runIngest(await plan(), workspace)).files.map(f => f.name)).toEqual([
      "case.zip/abs.jsonl",
      "case.zip/etc/x.jsonl",
    ]);
    expect(existsSync(join(base, "etc"))).toBe(false);
  });
});

describe("what is not read is named with its reason", () => {
  test.each<[string, Uint8Array, Record<string, string | RegExp>]>([
    [
      "an archive inside",
      zipSync({ "in.zip": zipSync({ a: events(1) }) }),
      { "x.zip/in.zip": /inside another; unpack/ },
    ],
    [
      "Parquet inside",
      zipSync({ "t.parquet": utf8("PAR1....PAR1") }),
      { "x.zip/t.parquet": /Parquet inside an archive/ },
    ],
    [
      "encryption",
      patchDirectory(zipSync({ "a.jsonl": events(1) }), 0, e => e.writeUInt16LE(1, flags)),
      { "x.zip/a.jsonl": /encrypted; unpack it with its password/ },
    ],
    [
      "another method of packing",
      patchDirectory(zipSync({ "a.jsonl": events(1) }), 0, e => e.writeUInt16LE(93, method)),
      { "x.zip/a.jsonl": /method 93/ },
    ],
    [
      "an office document",
      zipSync({ "[Content_Types].xml": utf8("<x/>"), "word/d.xml": utf8("<x/>") }),
      { "x.zip": /a document/ },
    ],
    ["no members", zipSync({}), { "x.zip": "an empty ZIP archive" }],
    [
      "an archive cut short",
      zipSync({ "a.jsonl": events(50) }).subarray(0, 120),
      { "x.zip": /cannot be read: .*zip -FF/ },
    ],
    [
      "members over the same bytes",
      patchDirectory(zipSync({ a: events(9), b: events(8) }), 1, e => e.writeUInt32LE(0, offset)),
      { "x.zip": /members overlap/ },
    ],
    [
      "a tar archive",
      Buffer.concat([Buffer.alloc(257, "a"), Buffer.from("ustar\0"), Buffer.alloc(300)]),
      { "x.zip": /tar/ },
    ],
  ])("%s", async (_title, content, expected) => {
    await put("x.zip", content);
    const found = await reasons();
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, reason] of Object.entries(expected)) expect(found[name]).toMatch(reason);
    expect((await plan()).files).toEqual([]);
  });

  test.each<[string, (entry: Buffer) => void]>([
    ["a wrong checksum", entry => entry.writeUInt32LE(0x12345678, crc)],
    ["a longer member than announced", entry => entry.writeUInt32LE(40, uncompressed)],
  ])("%s: the rows that can be had, marked as incomplete", async (_title, change) => {
    await put("x.zip", patchDirectory(zipSync({ "a.jsonl": events(3) }), 0, change));
    const planned = await plan();
    const result = await runIngest(planned, workspace);
    const said = [...planned.skipped.map(s => s.reason), ...result.files.flatMap(f => f.notes)].join("\n");
    expect(said).toContain("the compressed file is damaged");
    const rejects = [...(await readManifest(workspace)).tables.values()].flatMap(t => t.rejects);
    if (result.rows > 0) expect(rejects.map(r => r?.reason).join()).toContain("is missing");
  });
});

test("property: any members come back as they were packed, or are named", async () => {
  const name = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, fc.uint8Array({ maxLength: 200 }), { maxKeys: 6, noNullPrototype: true }),
      async members => {
        const path = join(base, "p.zip");
        await writeFile(path, zipSync(members));
        const { members: found, passedOver } = await listArchive(path);
        const files = Object.keys(members).filter(n => !/[/\\]$/.test(n));
        expect(found.length + passedOver.filter(p => p.name !== "").length).toBe(files.length);
      },
    ),
    { numRuns: 60 },
  );
});

test("property: a damaged archive gives reasons, never an exception", async () => {
  const whole = zipSync({ "a.jsonl": events(20), "b/c.csv": utf8("x,y\n1,2\n") });
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      await put("x.zip", bytes);
      const { files, skipped } = await plan();
      expect(files.length + skipped.length).toBeGreaterThan(0);
    }),
    { numRuns: 120 },
  );
});
