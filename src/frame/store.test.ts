import { stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { affectingValues, partial } from "../base/completeness.js";
import { pinnedClock } from "../base/clock.js";
import type { Column } from "../base/column.js";
import type { CompiledQuery } from "../kql/api.js";
import { FrameStore } from "./store.js";

let store: FrameStore;
beforeAll(async () => {
  store = await FrameStore.open({ clock: pinnedClock(Date.UTC(2026, 0, 13)), memoryLimitBytes: 512 * 1024 ** 2 });
});
afterAll(async () => store.close());

/** A compiled query as the compiler would make it. */
const compiled = (sql: string, columns: readonly Column[], more: Partial<CompiledQuery> = {}): CompiledQuery => ({
  sql,
  parameters: [],
  columns: columns.map((c, i) => ({ ...c, slot: `c${i}` })),
  tables: [],
  ordered: false,
  clockDependent: false,
  udfs: [],
  diagnostics: [],
  ...more,
});

test("a compiled query becomes a frame: slots get their names, parameters are bound by type", async () => {
  const query = compiled(
    "select i as c0, $1::varchar as c1, i * $2::double as c2, $3::boolean as c3 from range($4::bigint) r(i) order by i desc",
    [
      { name: "n", type: "long" },
      { name: "text", type: "string" },
      { name: "x", type: "real" },
      { name: "yes", type: "bool" },
    ],
    {
      parameters: [
        { type: "VARCHAR", value: "it's \u0000 -- \" ;" },
        { type: "DOUBLE", value: 0.5 },
        { type: "BOOLEAN", value: true },
        { type: "BIGINT", value: 2n },
      ],
      ordered: true,
    },
  );
  const frame = await store.execute(query, { query: "print 1", source: "test" });
  expect(frame.columns.map(c => `${c.name}:${c.type}`)).toEqual(["n:long", "text:string", "x:real", "yes:bool"]);
  expect(frame.rowCount).toBe(2);
  expect(frame.completeness.state).toBe("complete");
  expect(frame.provenance).toMatchObject({
    query: "print 1",
    source: "test",
    clock: "pinned",
    ranAtMs: Date.UTC(2026, 0, 13),
  });
  expect(await frame.rows()).toEqual([
    { n: 1, text: "it's \u0000 -- \" ;", x: 0.5, yes: true },
    { n: 0, text: "it's \u0000 -- \" ;", x: 0, yes: true },
  ]);
});

test.each([
  { maxRows: 9, rows: 9, state: "partial" },
  { maxRows: 10, rows: 10, state: "complete" },
  { maxRows: 11, rows: 10, state: "complete" },
  { maxRows: 0, rows: 0, state: "partial" },
])("maxRows $maxRows of 10 rows gives $rows rows, $state", async ({ maxRows, rows, state }) => {
  const query = compiled("select i as c0 from range(10) r(i)", [{ name: "i", type: "long" }]);
  const frame = await store.execute(query, { source: "test", maxRows });
  expect([frame.rowCount, frame.completeness.state]).toEqual([rows, state]);
  expect(frame.completeness.causes.map(c => c.kind)).toEqual(state === "partial" ? ["row-limit"] : []);
  expect((await frame.rows()).map(r => r["i"])).toEqual(Array.from({ length: rows }, (_, i) => i));
});

test("a sorted query keeps its order over many row groups, also when it is cut", async () => {
  const query = compiled(
    "select (i * 7919) % 300000 as c0 from range(300000) r(i) order by c0 desc",
    [{ name: "i", type: "long" }],
    { ordered: true },
  );
  const whole = await store.execute(query, { source: "test" });
  const { values } = await whole.column("i");
  expect([...(values as BigInt64Array)].every((v, i) => v === BigInt(299_999 - i))).toBe(true);
  const cut = await store.execute(query, { source: "test", maxRows: 150_000 });
  const last = await cut.rows({ offset: 149_999 });
  expect(last).toEqual([{ i: 150_000 }]);
});

test("completeness of the tables reaches the result, as values where the query says so", async () => {
  const known = partial({ kind: "lines-skipped", affects: "rows", message: "3 lines of a.json", missing: 3 });
  const query = compiled("select 1::bigint as c0", [{ name: "x", type: "long" }], {
    tables: [
      { name: "A", affects: "values" },
      { name: "B", affects: "rows" },
    ],
  });
  const counted = await store.execute(query, {
    source: "test",
    completenessOf: t => (t.name === "A" ? known : partial()),
  });
  expect(counted.completeness).toEqual(affectingValues(known));
});

test("types that lose nothing are cast, others are refused by name", async () => {
  const fine = await store.execute(
    compiled("select 1::tinyint as c0, 2::hugeint as c1, 1.5::float as c2", [
      { name: "i", type: "int" },
      { name: "l", type: "long" },
      { name: "r", type: "real" },
    ]),
    { source: "test" },
  );
  expect(await fine.rows()).toEqual([{ i: 1, l: 2, r: 1.5 }]);
  const before = store.frameCount;
  const wrong = store.execute(compiled("select 'x' as c0", [{ name: "l", type: "long" }]), { source: "test" });
  await expect(wrong).rejects.toMatchObject({
    code: "frame/type-mismatch",
    message: expect.stringContaining("'l'") as unknown,
  });
  expect(store.frameCount).toBe(before);
});

test("the scratch folder is private while the store lives and gone afterwards", async () => {
  const own = await FrameStore.open();
  expect((await stat(own.scratchDir)).mode & 0o777).toBe(0o700);
  await own.fromRows([{ a: 1 }]);
  await own.close();
  await own.close();
  await expect(stat(own.scratchDir)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(own.fromRows([{ a: 1 }])).rejects.toMatchObject({ code: "frame/closed" });
});

test("columns make a frame; uneven ones are refused by name", async () => {
  const frame = await store.fromColumns({ Host: ["a", "b"], Count: [1, 2n] });
  expect(frame.columns).toEqual([
    { name: "Host", type: "string" },
    { name: "Count", type: "long" },
  ]);
  expect(await frame.rows()).toEqual([
    { Host: "a", Count: 1 },
    { Host: "b", Count: 2 },
  ]);
  await expect(store.fromColumns({ a: [1, 2], b: [1] })).rejects.toMatchObject({
    code: "frame/bad-columns",
    message: expect.stringContaining("'b'") as unknown,
  });
});

test("rows without any column are still rows", async () => {
  const frame = await store.fromRows([{}, {}]);
  expect([frame.rowCount, frame.columns]).toEqual([2, []]);
  expect(await frame.rows()).toEqual([{}, {}]);
});

test("our own SQL takes its data as parameters", async () => {
  const text = "'; drop table x; --";
  expect(
    await store.all("select $1 as a, $2::bigint as b", [
      { type: "VARCHAR", value: text },
      { type: "BIGINT", value: 5n },
    ]),
  ).toEqual([{ a: text, b: 5n }]);
  await expect(store.run("select nonsense from nowhere")).rejects.toMatchObject({ code: "query/failed" });
});

test("an error of the source of batches comes out as it is, and leaves no table", async () => {
  const before = store.frameCount;
  async function* source() {
    yield [[1]];
    throw new Error("the source failed");
  }
  const info = {
    completeness: partial(),
    provenance: { source: "test", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false } as const,
  };
  await expect(store.fromBatches([{ name: "x", type: "long" }], source(), info)).rejects.toThrow("the source failed");
  expect(store.frameCount).toBe(before);
});

test("a query that waits for its compiler is cancelled at once", async () => {
  const never = () => new Promise<never>(() => undefined);
  const compiler = { compile: never, edit: never, close: async () => undefined };
  const own = await FrameStore.open({ compiler });
  try {
    const controller = new AbortController();
    const query = own.query("print 1", { signal: controller.signal }).then(() => "ran");
    controller.abort();
    await expect(query).rejects.toMatchObject({ code: "query/cancelled" });
  } finally {
    await own.close();
  }
});
