/** Grammar-based fuzzing. `npx tsx tools/kql-fuzz.ts 10000` runs more of it. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DuckDBConnection, DuckDBInstance } from "../../src/frame/duckdb.js";
import { connectDuckDb, openDuckDb } from "../../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../../src/frame/udf-host.js";
import { checkQuery } from "./check.js";
import { Choices } from "./choices.js";
import { createTables } from "./data.js";
import { readGrammar } from "./grammar.js";
import { makeOpenQuery, makeQuery } from "./query.js";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await openDuckDb();
  connection = await connectDuckDb(instance);
  await registerUdfs(connection);
  await installPrelude(connection);
  await createTables(connection);
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const grammar = readGrammar();
const numbers = fc.array(fc.nat(9999), { minLength: 4, maxLength: 60 });

test.each([
  ["rows are those of the reference", makeQuery],
  ["any operator at the end", makeOpenQuery],
] as const)(
  "generated queries: no fault, the schema is the binder's and DuckDB's; %s",
  async (_what, make) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(numbers, async chosen => {
        const query = make(new Choices(chosen), grammar);
        const outcome = await checkQuery(query, connection);
        expect(outcome.fault, query.text).toBeUndefined();
        if (outcome.compared) compared++;
      }),
      { numRuns: 150, seed: 7 },
    );
    if (make === makeQuery) expect(compared).toBeGreaterThan(20);
  },
  120_000,
);
