/** Texts of several results: `fork`, `facet`, several queries in one text. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { runCompiled } from "../../tools/kql-run.js";
import { compile, compiledOver, openDatabase } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** Each result as its name, its columns and its rows. */
async function resultsOf(text: string): Promise<readonly (readonly string[])[]> {
  const query = await compiledOver(database, text);
  return Promise.all(
    [query, ...(query.further ?? [])].map(async q => {
      const rows = (await runCompiled(q, database.connection)).map(r => r.map(c => c ?? "∅").join(" | "));
      return [q.name ?? "", q.columns.map(c => `${c.name}:${c.type}`).join(" | "), ...(q.ordered ? rows : rows.sort())];
    }),
  );
}

const sales = `let T = datatable(Region: string, City: string, Amount: long)[
  'north', 'Oslo', 10, 'north', 'Bergen', 5, 'south', 'Rome', 8, 'north', 'Oslo', 7];`;

const cases: readonly {
  readonly what: string;
  readonly text: string;
  readonly results: readonly (readonly string[])[];
}[] = [
  // https://learn.microsoft.com/kusto/query/fork-operator
  {
    what: "each leg of fork is a result, named before its parenthesis or by as",
    text: `${sales} T | where Amount > 5 | fork (summarize sum(Amount) by Region | sort by Region asc) Top = (top 1 by Amount) (where City == 'Rome' | as Rome) (count)`,
    results: [
      ["", "Region:string | sum_Amount:long", "north | 17", "south | 8"],
      ["Top", "Region:string | City:string | Amount:long", "north | Oslo | 10"],
      ["Rome", "Region:string | City:string | Amount:long", "south | Rome | 8"],
      ["", "Count:long", "3"],
    ],
  },
  {
    what: "a leg that only names its rows gives them all",
    text: `${sales} T | project Amount | fork (as All) (take 0)`,
    results: [
      ["All", "Amount:long", "10", "5", "7", "8"],
      ["", "Amount:long"],
    ],
  },
  {
    what: "legs keep the order of the rows that reach fork",
    text: `${sales} T | sort by Amount desc | fork (project Amount) (extend Rank = row_number() | project Rank, City)`,
    results: [
      ["", "Amount:long", "10", "8", "7", "5"],
      ["", "Rank:long | City:string", "1 | Oslo", "2 | Rome", "3 | Oslo", "4 | Bergen"],
    ],
  },
  // https://learn.microsoft.com/kusto/query/facet-operator
  {
    what: "facet gives what with says, then the values of each column and how often they are",
    text: `${sales} T | facet by Region, City with (where Amount > 8 | project Amount)`,
    results: [
      ["", "Amount:long", "10"],
      ["Region", "Region:string | count_Region:long", "north | 3", "south | 1"],
      ["City", "City:string | count_City:long", "Bergen | 1", "Oslo | 2", "Rome | 1"],
    ],
  },
  {
    what: "facet without with",
    text: `${sales} T | facet by Region`,
    results: [["Region", "Region:string | count_Region:long", "north | 3", "south | 1"]],
  },
  // https://learn.microsoft.com/kusto/query/batches
  {
    what: "each query of a text is a result; a let between them holds for those after it",
    text: `${sales} T | count | as Rows; let limit = 7; T | where Amount > limit | project City; print 1`,
    results: [
      ["Rows", "Count:long", "4"],
      ["", "City:string", "Oslo", "Rome"],
      ["", "print_0:long", "1"],
    ],
  },
];
test.each(cases)("$what", async ({ text, results }) => {
  expect(await resultsOf(text)).toEqual(results);
});

test("each result says by itself what it reads, and what it asks to be drawn", async () => {
  const query = await compiledOver(database, "Signins | count; Users | take 1 | render barchart with (title = 'T')");
  expect(query.tables).toEqual([{ name: "Signins", affects: "values" }]);
  expect(query.visualization).toBeUndefined();
  const [other] = query.further ?? [];
  expect(other?.tables).toEqual([{ name: "Users", affects: "rows" }]);
  expect(other?.visualization).toEqual({ kind: "barchart", properties: { title: "T" } });
});

test("what is wrong in one of several is said, and nothing runs", () => {
  const result = compile("Signins | take 1; Signins | make-graph User --> IP; Signins | fork (take Nope) (count)");
  expect(result.state).toBe("failed");
  expect(result.state === "failed" ? result.diagnostics.map(d => d.code) : []).toEqual(["kusto/KS142"]);
});

test("a graph is no result", () => {
  const result = compile("Signins | make-graph User --> IP");
  expect(result.state === "refused" ? result.diagnostics[0]?.message : "").toContain("a graph as a result");
});
