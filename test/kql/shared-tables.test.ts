/** A table that a query uses twice is read once, where reading it twice costs more: counted in DuckDB's own plan. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { bindParameters } from "../../src/frame/materialize.js";
import { compiled, openDatabase } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** How often DuckDB reads a stored table for a query. */
async function scans(text: string): Promise<number> {
  const { sql, parameters } = compiled(text);
  const prepared = await database.connection.prepare(`explain ${sql}`);
  bindParameters(prepared, parameters);
  const [[, plan = ""] = []] = (await prepared.runAndReadAll()).getRowsJS() as string[][];
  return plan.split("Table: ").length - 1;
}

const twice = "; T | summarize n = count() | extend other = toscalar(T | summarize max(Attempts))";

test.each([
  ["an aggregation", `let T = Signins | summarize Attempts = sum(Attempts) by User${twice}`],
  ["materialize()", `let T = materialize(Signins)${twice}`],
  ["a search of text", `let T = Signins | where IP has "10"${twice}`],
  ["a regular expression", `let T = Signins | where User matches regex "^a"${twice}`],
  ["parse", `let T = Signins | parse User with a "d" b${twice}`],
  ["a named table of as", "Signins | where User has 'ada' | as T | union T"],
  [
    "an extraction, three times",
    `let T = Signins | extend x = extract("(a)", 1, User); union T, T, T | summarize count() by x`,
  ],
])("%s is computed once", async (_, text) => {
  expect(await scans(text)).toBe(1);
});

test("plain filters are repeated, so that each use reads its own columns and prunes by its own filters", async () => {
  expect(await scans(`let T = Signins | where Attempts > 1${twice}`)).toBe(2);
});
