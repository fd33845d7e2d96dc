/** Goldens in triples: the query, the SQL it becomes, and what DuckDB answers. `UPDATE_GOLDEN=1` rewrites; then read them. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { compiledOver, openDatabase, runToCsv } from "./harness.js";

const cases = join(import.meta.dirname, "golden");
const update = process.env["UPDATE_GOLDEN"] === "1";
let database: Database;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

function golden(file: string, actual: string): void {
  if (update || (!existsSync(file) && process.env["CI"] !== "true")) return writeFileSync(file, actual);
  const left = `${file}.actual`;
  const same = readFileSync(file, "utf8") === actual;
  if (same) rmSync(left, { force: true });
  else writeFileSync(left, actual);
  expect(same, `${file} differs; see ${left}`).toBe(true);
}

/** Without an order of its own a query's rows come as the engine's threads finish them; the header stays first. */
function sortRows(csv: string): string {
  const [header = "", ...rows] = csv.trimEnd().split("\n");
  return [header, ...rows.sort()].join("\n") + "\n";
}

test.each(readdirSync(cases))("%s", async name => {
  const dir = join(cases, name);
  const query = await compiledOver(database, readFileSync(join(dir, "input.kql"), "utf8"));
  const parameters = query.parameters.map((p, i) => `-- $${i + 1} = ${JSON.stringify(p.value)}`);
  golden(join(dir, "output.sql"), [...parameters, query.sql].join("\n") + "\n");
  const csv = await runToCsv(database, query);
  golden(join(dir, "output.csv"), query.ordered ? csv : sortRows(csv));
});
