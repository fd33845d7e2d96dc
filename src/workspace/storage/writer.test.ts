import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Column } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import { holdGeneration } from "./leases.js";
import { manifestName, parseManifest, readManifest } from "./manifest.js";
import { verifyWorkspace } from "./verify.js";
import { createWorkspace, openWriter } from "./writer.js";
import type { WriterStep } from "./writer.js";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "huntbook-ws-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const columns: readonly Column[] = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "Account", type: "string" },
];
const rows = (...batch: readonly (readonly unknown[])[]) => ({ kind: "batches", batches: [batch] }) as const;

async function errorOf(promise: Promise<unknown>): Promise<HuntError> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(HuntError);
  return error as HuntError;
}

/** All rows of a table's files, in file order, as DuckDB prints them. */
async function readTable(name: string): Promise<unknown[][]> {
  const table = (await readManifest(dir)).tables.get(name);
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  const found: unknown[][] = [];
  for (const file of table?.files ?? []) {
    const reader = await connection.runAndReadAll("select * from read_parquet($1)", [
      join(dir, "tables", table?.directory ?? "", file.name),
    ]);
    found.push(...reader.getRowsJson());
  }
  connection.closeSync();
  instance.closeSync();
  return found;
}

describe("what is written", () => {
  test("rows come back sorted by time, strings never null, ticks floored", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable(
      "SigninLogs",
      columns,
      rows(["2021-01-02T00:00:00.1234567Z", "b"], ["2021-01-01T00:00:00Z", null], [null, ""]),
    );
    expect(await writer.commit()).toBe(2);
    expect(await readTable("SigninLogs")).toEqual([
      [null, ""],
      ["2021-01-01 00:00:00", ""],
      ["2021-01-02 00:00:00.123456", "b"],
    ]);
    const table = (await readManifest(dir)).tables.get("SigninLogs");
    expect(table).toMatchObject({ timeColumn: "TimeGenerated", columns });
    expect(table?.files[0]).toMatchObject({
      rows: 3,
      withoutTime: 1,
      minTime: "2021-01-01T00:00:00.000000Z",
      maxTime: "2021-01-02T00:00:00.123456Z",
    });
  });

  test("every KQL type is stored as the catalogue of types says", async () => {
    const all: readonly Column[] = [
      { name: "b", type: "bool" },
      { name: "i", type: "int" },
      { name: "l", type: "long" },
      { name: "r", type: "real" },
      { name: "d", type: "decimal" },
      { name: "s", type: "string" },
      { name: "S", type: "string" },
      { name: "t", type: "timespan" },
      { name: "g", type: "guid" },
      { name: "j", type: "dynamic" },
    ];
    const guid = "0dae9a5e-9e0a-4bb1-9f4f-1c8a3d1b2c3d";
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable(
      "T",
      all,
      rows([true, 7, 2n ** 60n, 0.5, "1.25", "nul\0", "upper", 600_000_000n, guid, { a: [1, null] }]),
    );
    await writer.commit();
    expect(await readTable("T")).toEqual([
      [true, 7, String(2n ** 60n), 0.5, "1.25000000000000000", "nul\0", "upper", "600000000", guid, '{"a":[1,null]}'],
    ]);
    expect((await readManifest(dir)).tables.get("T")?.physical).toEqual({ S: "S~2" });
  });

  test("a query's rows are taken by position, and refused when its columns are others", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    const connection = await writer.connection();
    await writer.addTable("T", columns, {
      kind: "sql",
      connection,
      sql: `select timestamp '2021-01-01' + to_days(cast(-i as integer)) as "TimeGenerated", 'x' as "Account" from range(3) r(i)`,
    });
    await writer.commit();
    expect((await readTable("T")).map(r => r[0])).toEqual([
      "2020-12-30 00:00:00",
      "2020-12-31 00:00:00",
      "2021-01-01 00:00:00",
    ]);
    const swapped = { kind: "sql", connection, sql: `select 'x' as "Account", now() as "TimeGenerated"` } as const;
    expect((await errorOf(writer.addTable("T", columns, swapped))).code).toBe("workspace/columns");
  });

  test("a table may grow columns; files older than a column are known to miss it", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable("T", columns, rows(["2021-01-01", "a"]));
    await writer.addTable("T", [{ name: "Extra", type: "long" }], rows([5]));
    await writer.commit();
    const table = (await readManifest(dir)).tables.get("T");
    expect(table?.columns.map(c => c.name)).toEqual(["TimeGenerated", "Account", "Extra"]);
    expect(table?.files.map(f => f.missing)).toEqual([["Extra"], ["TimeGenerated", "Account"]]);
    const other = errorOf(writer.addTable("T", [{ name: "Extra", type: "string" }], rows(["x"])));
    expect((await other).code).toBe("workspace/column-type");
  });

  test.each<[string, Column, unknown]>([
    ["a fraction in a long", { name: "x", type: "long" }, 1.5],
    ["an object in a string", { name: "x", type: "string" }, {}],
    ["a date that is none", { name: "x", type: "datetime" }, "2021-02-30"],
    ["a text in a bool", { name: "x", type: "bool" }, "true"],
  ])("%s is refused by name", async (_, column, value) => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    const error = await errorOf(writer.addTable("T", [column], rows([value])));
    expect(error.code).toBe("workspace/value");
    expect(error.message).toContain("'x'");
  });

  test("the same rows give the same bytes", async () => {
    const hashes: (string | undefined)[] = [];
    for (let run = 0; run < 2; run++) {
      await rm(dir, { recursive: true, force: true });
      await createWorkspace(dir);
      await using writer = await openWriter(dir);
      const batch = Array.from({ length: 5000 }, (_, i) => [
        new Date(1.6e12 + ((i * 7919) % 5000) * 1000),
        `user${i % 97}`,
      ]);
      const [file] = await writer.addTable("T", columns, rows(...batch));
      hashes.push(file?.sha256);
    }
    expect(hashes[0]).toBeTypeOf("string");
    expect(hashes[1]).toBe(hashes[0]);
  });

  test("a large table's row groups follow each other in time, so that a time range skips most of them", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    const connection = await writer.connection();
    const shuffled = "timestamp '2021-01-01' + to_seconds((i * 7919) % 200000)";
    const sql = `select ${shuffled} as "TimeGenerated", 'x' as "Account" from range(200000) r(i)`;
    const [file] = await writer.addTable("T", columns, { kind: "sql", connection, sql });
    const reader = await connection.runAndReadAll(
      "select stats_min_value, stats_max_value from parquet_metadata($1) where path_in_schema = 'TimeGenerated' order by row_group_id",
      [join(dir, "tables", "T", file?.name ?? "")],
    );
    const spans = reader.getRows().map(([min, max]) => [String(min), String(max)] as const);
    expect(spans.length).toBe(4);
    for (const [i, [min]] of spans.entries()) if (i > 0) expect(min > (spans[i - 1]?.[1] ?? "")).toBe(true);
  });

  test("hostile table names stay inside the workspace", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    const names = ["../../etc/passwd", "C:\\x", "a'; drop table t; --", "CON", "T", "t", "", "__proto__"];
    for (const name of names) await writer.addTable(name, columns, rows(["2021-01-01", name]));
    await writer.commit();
    for (const name of names) expect(await readTable(name)).toEqual([["2021-01-01 00:00:00", name]]);
    expect((await readdir(join(dir, "tables"))).length).toBe(names.length);
  });
});

describe("generations", () => {
  test("nothing is seen before commit, and closing without it leaves nothing behind", async () => {
    await createWorkspace(dir);
    const writer = await openWriter(dir);
    await writer.addTable("T", columns, rows(["2021-01-01", "a"]));
    expect((await readManifest(dir)).tables.size).toBe(0);
    await writer.close();
    expect(await readdir(join(dir, "tables", "T"))).toEqual([]);
    expect((await errorOf(writer.commit())).code).toBe("workspace/closed");
  });

  test("a replaced table's files stay while a reader holds them, and go with the next commit after", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    const [old] = await writer.addTable("T", columns, rows(["2021-01-01", "old"]));
    await writer.commit();
    const lease = await holdGeneration(dir);
    await writer.replaceTable("T", columns, rows(["2021-01-01", "new"]));
    await writer.commit();
    expect(await readTable("T")).toEqual([["2021-01-01 00:00:00", "new"]]);
    const files = () => readdir(join(dir, "tables", lease.manifest.tables.get("T")?.directory ?? ""));
    expect(await files()).toContain(old?.name);
    await lease.release();
    await writer.commit();
    expect(await files()).not.toContain(old?.name);
    await writer.commit();
    expect((await readManifest(dir)).retired).toEqual([]);
  });

  test("a lease that a dead process left does not keep files for ever", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable("T", columns, rows(["2021-01-01", "old"]));
    await writer.commit();
    const lease = await holdGeneration(dir);
    const [name] = await readdir(join(dir, "readers"));
    const mark = JSON.parse(await readFile(join(dir, "readers", name ?? ""), "utf8")) as object;
    await writeFile(join(dir, "readers", name ?? ""), JSON.stringify({ ...mark, pid: await deadPid() }));
    writer.dropTable("T");
    await writer.commit();
    expect(await readdir(join(dir, "readers"))).toEqual([]);
    expect(await readdir(join(dir, "tables", "T"))).toEqual([]);
    await lease.release();
  });

  test("rows of one source can be taken out; other files stay as they are", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable("T", columns, rows(["2021-01-01", "a"], ["2021-01-02", "b"]));
    await writer.addTable("T", columns, rows(["2021-01-03", "c"]));
    await writer.commit();
    const before = (await readManifest(dir)).tables.get("T")?.files;
    expect(await writer.removeRows("T", "Account", new Set(["a", "it's"]))).toBe(1);
    await writer.commit();
    expect((await readTable("T")).map(r => r[1])).toEqual(["b", "c"]);
    expect((await readManifest(dir)).tables.get("T")?.files[1]).toEqual(before?.[1]);
  });

  test("a file of rejects that two tables name stays while one of them does", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writeFile(await writer.rejectsPath("r.jsonl"), "{}\n");
    for (const name of ["A", "B"]) {
      await writer.addTable(name, columns, rows(["2021-01-01", "a"]));
      writer.addRejects(name, { source: "x", file: "r.jsonl", count: 1, reason: "broken" });
    }
    await writer.commit();
    for (const [name, left] of [
      ["A", ["r.jsonl"]],
      ["B", []],
    ] as const) {
      writer.dropTable(name);
      await writer.commit();
      expect(await readdir(join(dir, "rejects"))).toEqual(left);
    }
  });

  test("a second create is refused", async () => {
    await createWorkspace(dir);
    expect((await errorOf(createWorkspace(dir))).code).toBe("workspace/exists");
  });

  test("a pinned clock is kept", async () => {
    await createWorkspace(dir, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
    expect((await readManifest(dir)).clock).toEqual({ kind: "pinned", now: "2026-01-13T18:00:00Z" });
  });
});

describe("the lock", () => {
  test("a second writer is told who writes, readers are not hindered", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir, { now: () => Date.parse("2026-01-01T10:00:00Z") });
    const error = await errorOf(openWriter(dir));
    expect(error.code).toBe("workspace/locked");
    expect(error.message).toContain(`process ${process.pid} on '${hostname()}' since 2026-01-01T10:00:00.000Z`);
    expect((await readManifest(dir)).generation).toBe(1);
    await writer.close();
    await (await openWriter(dir)).close();
  });

  test("of two processes the second is told about the first, reads all the same, and writes when that one is gone", async () => {
    await createWorkspace(dir);
    const child = spawnScript(`
      import { openWriter } from ${JSON.stringify(moduleUrl("./writer.ts"))};
      await openWriter(${JSON.stringify(dir)});
      setInterval(() => undefined, 1000);
      process.stdout.write("open");`);
    await once(child.stdout, "data");
    const error = await errorOf(openWriter(dir));
    expect(error.code).toBe("workspace/locked");
    expect(error.message).toContain(`process ${child.pid ?? 0} on`);
    await (await holdGeneration(dir)).release();
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await openWriter(dir)).close();
  });

  test("a dead process's lock is cleared, also when its number runs something else now", async () => {
    await createWorkspace(dir);
    const dead = { pid: await deadPid(), host: hostname(), id: "x", since: "2020-01-01T00:00:00Z" };
    const reused = { ...dead, pid: process.pid, started: "another-boot/1" };
    for (const mark of process.platform === "linux" ? [dead, reused] : [dead]) {
      await writeFile(join(dir, "writer.lock"), JSON.stringify(mark));
      await (await openWriter(dir)).close();
    }
  });

  test("another machine's lock and an unreadable one are respected, with the way out", async () => {
    await createWorkspace(dir);
    for (const text of [JSON.stringify({ pid: 1, host: "other\u001b[31m", id: "x" }), "{"]) {
      await writeFile(join(dir, "writer.lock"), text);
      const error = await errorOf(openWriter(dir));
      expect(error.code).toBe("workspace/locked");
      expect(error.hint).toContain("delete");
      expect(error.message).not.toContain("\u001b");
    }
  });

  test("a writer whose lock was taken away does not commit", async () => {
    await createWorkspace(dir);
    await using writer = await openWriter(dir);
    await writer.addTable("T", columns, rows(["2021-01-01", "a"]));
    await rm(join(dir, "writer.lock"));
    await using other = await openWriter(dir);
    expect((await errorOf(writer.commit())).code).toBe("workspace/lock-lost");
    expect(other.dir).toBe(dir);
  });
});

describe("a writer killed in the middle", () => {
  const steps: readonly WriterStep[] = [
    "rows-staged",
    "file-written",
    "file-named",
    "before-manifest",
    "after-manifest",
  ];

  test.each(steps)("at %s: the old or the new generation is whole, and the next writer goes on", async step => {
    await createWorkspace(dir);
    await using first = await openWriter(dir);
    await first.addTable("T", columns, rows(["2021-01-01", "old"]));
    await first.commit();
    await first.close();
    const child = await runScript(`
      import { openWriter } from ${JSON.stringify(moduleUrl("./writer.ts"))};
      const writer = await openWriter(${JSON.stringify(dir)}, {
        onStep: step => { if (step === ${JSON.stringify(step)}) process.kill(process.pid, "SIGKILL"); },
      });
      const columns = ${JSON.stringify(columns)};
      await writer.replaceTable("T", columns, { kind: "batches", batches: [[["2021-01-02", "new"]]] });
      await writer.commit();`);
    expect(child.signal).toBe("SIGKILL");
    const expected = step === "after-manifest" ? "new" : "old";
    expect((await readTable("T")).map(r => r[1])).toEqual([expected]);
    expect((await verifyWorkspace(dir)).problems).toEqual([]);
    await using next = await openWriter(dir);
    await next.addTable("T", columns, rows(["2021-01-03", "next"]));
    await next.commit();
    expect((await readTable("T")).map(r => r[1])).toEqual([expected, "next"]);
    await next.commit();
    const named = (await readManifest(dir)).tables.get("T")?.files.map(f => f.name);
    expect((await readdir(join(dir, "tables", "T"))).sort()).toEqual([...(named ?? [])].sort());
    await next.close();
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  test("while DuckDB is writing, at any moment: the old generation is whole", async () => {
    await createWorkspace(dir);
    await using first = await openWriter(dir);
    await first.addTable("T", columns, rows(["2021-01-01", "old"]));
    await first.commit();
    await first.close();
    const child = spawnScript(`
      import { openWriter } from ${JSON.stringify(moduleUrl("./writer.ts"))};
      const writer = await openWriter(${JSON.stringify(dir)});
      const connection = await writer.connection();
      const sql = "select timestamp '2021-01-01' + to_seconds(i) as TimeGenerated, md5(i::varchar) as Account from range(30000000) r(i)";
      process.stdout.write("writing");
      await writer.addTable("T", ${JSON.stringify(columns)}, { kind: "sql", connection, sql });
      await writer.commit();`);
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await readTable("T")).map(r => r[1])).toEqual(["old"]);
    await (await openWriter(dir)).close();
    expect((await verifyWorkspace(dir)).problems).toEqual([]);
    expect((await readdir(join(dir, "tables", "T"))).length).toBe(1);
  });

  test.skipIf(process.platform === "win32")("a full disk is said so, and the old generation is intact", async () => {
    await createWorkspace(dir);
    await using first = await openWriter(dir);
    await first.addTable("T", columns, rows(["2021-01-01", "old"]));
    await first.commit();
    await first.close();
    const code = `
      import { openWriter } from ${JSON.stringify(moduleUrl("./writer.ts"))};
      const writer = await openWriter(${JSON.stringify(dir)});
      const connection = await writer.connection();
      const sql = "select timestamp '2021-01-01' as TimeGenerated, md5(i::varchar) as Account from range(300000) r(i)";
      try { await writer.addTable("T", ${JSON.stringify(columns)}, { kind: "sql", connection, sql }); }
      catch (error) { console.log(error.code); }
      await writer.close();`;
    // A limit on the size of files is what a full disk looks like without needing rights to mount one.
    const child = await run("sh", ["-c", `ulimit -f 1024; exec "$0" "$@"`, process.execPath, ...scriptArguments(code)]);
    expect(child.output).toContain("workspace/disk-full");
    expect((await readTable("T")).map(r => r[1])).toEqual(["old"]);
    expect((await readdir(join(dir, "tables", "T"))).length).toBe(1);
  });
});

describe("reading manifests", () => {
  const good = {
    format: 1,
    minReader: 1,
    generation: 3,
    clock: { kind: "system" },
    tables: {},
    sources: [],
    retired: [],
  };

  test("a newer format is read while its minReader allows, refused with what to do otherwise", async () => {
    expect(parseManifest(JSON.stringify({ ...good, format: 2 }), "m").generation).toBe(3);
    await createWorkspace(dir);
    await writeFile(join(dir, manifestName), JSON.stringify({ ...good, format: 9, minReader: 9 }));
    const error = await errorOf(readManifest(dir));
    expect(error.code).toBe("workspace/newer-format");
    expect(error.hint).toContain("update Huntbook");
    await writeFile(join(dir, manifestName), JSON.stringify({ ...good, format: 2 }));
    expect((await errorOf(openWriter(dir))).code).toBe("workspace/newer-format");
  });

  test.each<[string, unknown]>([
    ["not JSON", "{"],
    ["no object", "[]"],
    ["no generation", { ...good, generation: -1 }],
    ["no clock", { ...good, clock: { kind: "pinned", now: "soon" } }],
    [
      "a column of no type",
      { ...good, tables: { T: { directory: "T", columns: [{ name: "a", type: "text" }], files: [] } } },
    ],
    ["a folder outside", { ...good, tables: { T: { directory: "../T", columns: [], files: [] } } }],
    [
      "a file outside",
      {
        ...good,
        tables: { T: { directory: "T", columns: [], files: [{ name: "/etc/x", rows: 1, sizeBytes: 1, sha256: "" }] } },
      },
    ],
    ["a retired file outside", { ...good, retired: [{ path: "../../home", generation: 1 }] }],
  ])("%s is refused as damaged", (_, value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    expect(() => parseManifest(text, "m")).toThrow(expect.objectContaining({ code: "workspace/invalid-manifest" }));
  });

  test("a folder without a manifest is no workspace", async () => {
    expect((await errorOf(readManifest(dir))).code).toBe("workspace/not-found");
  });
});

test("verify finds a changed, a shortened and a missing file", async () => {
  await createWorkspace(dir);
  await using writer = await openWriter(dir);
  for (const name of ["A", "B", "C", "D"]) await writer.addTable(name, columns, rows(["2021-01-01", name]));
  await writer.commit();
  const path = async (table: string) => {
    const entry = (await readManifest(dir)).tables.get(table);
    return join(dir, "tables", entry?.directory ?? "", entry?.files[0]?.name ?? "");
  };
  const bytes = await readFile(await path("A"));
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(await path("A"), bytes);
  await writeFile(await path("B"), bytes.subarray(0, 10));
  await rm(await path("C"));
  const report = await verifyWorkspace(dir);
  expect(report.files).toBe(4);
  expect(report.problems.map(p => [p.table, p.problem])).toEqual([
    ["A", "hash-differs"],
    ["B", "size-differs"],
    ["C", "missing"],
  ]);
});

function moduleUrl(name: string): string {
  return pathToFileURL(join(import.meta.dirname, name)).href;
}

function scriptArguments(code: string): readonly string[] {
  return ["--import", "tsx", "--input-type=module", "-e", code];
}

function spawnScript(code: string) {
  return spawn(process.execPath, scriptArguments(code), { stdio: ["ignore", "pipe", "inherit"] });
}

async function runScript(code: string) {
  return run(process.execPath, scriptArguments(code));
}

async function run(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", chunk => (output += String(chunk)));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, output };
}

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}
