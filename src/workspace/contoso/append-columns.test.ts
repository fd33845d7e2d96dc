import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { createTableFrom } from "./append-columns.js";
import { createNumberStore, createTextStore } from "./waiting-column.js";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await openDuckDb();
  connection = await connectDuckDb(instance);
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

type Cell = readonly [text: string | undefined, number: number | undefined];

async function roundTrip(cells: readonly Cell[], order: Uint32Array): Promise<unknown[][]> {
  const [texts, numbers] = [createTextStore(), createNumberStore()];
  cells.forEach(([text, number], row) => {
    if (text !== undefined) texts.set(row, text);
    if (number !== undefined) numbers.set(row, number);
  });
  const columns = new Map([
    ["t", texts.take(cells.length)],
    ["n", numbers.take(cells.length)],
  ]);
  await createTableFrom(connection, "rows", { columns, order });
  try {
    return (await connection.runAndReadAll(`select t, n from "rows" order by rowid`)).getRows();
  } finally {
    await connection.run(`drop table "rows"`);
  }
}
const shown = ([text, number]: Cell): unknown[] => [text ?? "", number ?? null];

// Short texts sit in their slot, long ones (over 12 bytes) elsewhere; both repeat.
const text = fc.oneof(
  fc.constantFrom("", "a", "twelve bytes", "thirteen bytes", "見見見見見見", "\u001f\n'\"\\"),
  fc.string({ unit: "grapheme", maxLength: 40 }).filter(t => !t.includes("\0")),
);

test("property: rows arrive in the order asked for, equal texts equal, holes '' and null", async () => {
  const cell = fc.tuple(fc.option(text, { nil: undefined }), fc.option(fc.integer(), { nil: undefined }));
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 300 }), fc.boolean(), async (cells, backwards) => {
      const order = Uint32Array.from(cells.keys());
      if (backwards) order.reverse();
      const expected = [...order].map(row => shown(cells[row]!));
      expect(await roundTrip(cells, order)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("many chunks, with texts that repeat and texts that never do", async () => {
  const cells = Array.from({ length: 9000 }, (_, i): Cell => [
    i % 3 === 0 ? `a text that repeats, number ${i % 7}` : `a text of its own, number ${i}`,
    i % 5 === 0 ? undefined : i,
  ]);
  expect(await roundTrip(cells, Uint32Array.from(cells.keys()))).toEqual(cells.map(shown));
});
