/**
 * Random pipelines over a small table: each compiles, runs on DuckDB, and gives exactly the columns that Microsoft's
 * binder says; filters and projections keep what a row-by-row reading of them says.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./harness.js";
import { analyze, declareDatabase } from "../../src/kql/bridge.js";
import { compile, openDatabase, run, tables } from "./harness.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const globals = () =>
  declareDatabase(
    tables.map(t => ({ name: t.name, columns: t.columns, open: t.open === true })),
    [],
  );

const text = fc.constantFrom("User", "IP", "tostring(Details)", 'strcat(User, "-", IP)', "tostring(Attempts)", '"x"');
const number = fc.constantFrom("Attempts", "Attempts + 1", "Attempts * Attempts", "strlen(User)", "5", "Attempts % 3");
const real = fc.constantFrom("Score", "Score / 2", "1.5", "todouble(Attempts)");
const time = fc.constantFrom("TimeGenerated", "bin(TimeGenerated, 1h)", "now()", "TimeGenerated + 1d");
const scalar = fc.oneof(text, number, real, time);
const condition: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(text, fc.constantFrom("==", "!=", "=~", "has", "contains", "!startswith", "endswith_cs"), text)
    .map(x => x.join(" ")),
  fc.tuple(number, fc.constantFrom("==", "!=", "<", ">="), number).map(x => x.join(" ")),
  fc.tuple(number, number, number).map(([a, b, c]) => `${a} between ((${b}) .. (${c}))`),
  fc.tuple(text, fc.constantFrom("in", "in~", "!in", "has_any")).map(([t, op]) => `${t} ${op} ("ada", "eve")`),
  fc.constantFrom("isnotempty(User)", "isnull(Attempts)", "Ok", "not(Ok)", "Score > 0", "isnan(Score)"),
);
const both = fc.tuple(condition, fc.constantFrom("and", "or"), condition).map(([a, op, b]) => `(${a}) ${op} (${b})`);

/** Steps that keep all columns of the table, so that they may follow one another in any order. */
const keeping = fc.oneof(
  fc.oneof(condition, both).map(c => `where ${c}`),
  fc.tuple(fc.constantFrom("a", "b", "User", "c"), text).map(([n, e]) => `extend ${n} = ${e}`),
  fc.tuple(fc.constantFrom("n", "Attempts"), number).map(([n, e]) => `extend ${n} = ${e}`),
  fc.tuple(scalar, scalar).map(([a, b]) => `extend ${a}, p = ${b}`),
  fc.tuple(scalar, fc.constantFrom("", " asc", " desc nulls first")).map(([e, o]) => `sort by ${e}${o}`),
  fc.integer({ min: 0, max: 5 }).map(n => `take ${n}`),
  fc.tuple(fc.integer({ min: 1, max: 4 }), number).map(([n, e]) => `top ${n} by ${e}`),
  fc.constantFrom(
    "mv-expand Details",
    "mv-expand with_itemindex = ix t = Details.tags to typeof(string)",
    "serialize rn = row_number()",
  ),
  fc.integer().map(n => `parse User with * "d" rest_${Math.abs(n)}`),
  fc.constantFrom("as Named", "lookup Users on User", "project-reorder Score, *"),
  fc.constantFrom("join kind=leftouter (Users | project User) on User", "join kind=leftanti Users on User"),
);
/** Steps that change the columns, so that they come last. */
const closing = fc.oneof(
  fc.constantFrom(
    "count",
    "project User, Attempts",
    "project-away D*",
    "distinct User, Ok",
    "summarize by Ok",
    "getschema",
  ),
  fc
    .tuple(number, text)
    .map(([n, t]) => `summarize count(), max(${n}), make_set(${t}) by User, h = bin(TimeGenerated, 1d)`),
  fc.constantFrom(
    "summarize arg_max(Attempts, *) by User",
    "summarize arg_max(Attempts, User, *), take_any(*, Ok) by Ok",
    "summarize (x, y) = arg_min(Score, User, IP)",
    "union Users",
  ),
  fc.constantFrom("project-rename Who = User", "project-keep User, S*", "sample-distinct 2 of User", "search 'ada'"),
  fc.tuple(scalar, scalar).map(([a, b]) => `project x = ${a}, ${b}`),
  fc.constantFrom("make-series count() on TimeGenerated step 1d by User", "summarize percentiles(Attempts, 5, 95)"),
);
const pipeline = fc
  .tuple(fc.array(keeping, { maxLength: 5 }), fc.option(closing, { nil: undefined }))
  .map(([steps, last]) => ["Signins", ...steps, ...(last === undefined ? [] : [last])].join("\n| "));

test("random pipelines compile, run and have the binder's columns", async () => {
  await fc.assert(
    fc.asyncProperty(pipeline, async query => {
      const bound = analyze(query, globals());
      const faulty = bound.diagnostics.some(d => d.severity === "error");
      const result = compile(query);
      if (faulty) {
        expect(result.state).toBe("failed");
        return;
      }
      if (result.state !== "ready") throw new Error(JSON.stringify(result.diagnostics));
      expect(result.query.columns.map(c => [c.name, c.type])).toEqual(
        bound.columns.map(c => [c.name, c.type === "unknown" ? "dynamic" : c.type]),
      );
      const rows = await run(database, query);
      expect(rows.every(r => r.length === bound.columns.length)).toBe(true);
      const strings = result.query.columns.flatMap((c, i) => (c.type === "string" ? [i] : []));
      expect(rows.every(r => strings.every(i => r[i] !== undefined))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("a filter and its negation, and neither, are all the rows", async () => {
  const count = async (where: string): Promise<number> =>
    Number((await run(database, `Signins | where ${where} | count`))[0]?.[0]);
  await fc.assert(
    fc.asyncProperty(fc.oneof(condition, both), async c => {
      const parts = await Promise.all([count(c), count(`not(${c})`), count(`isnull(${c})`)]);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(7);
    }),
    { numRuns: 60 },
  );
});

test("where before or after extend and project is the same", async () => {
  await fc.assert(
    fc.asyncProperty(condition, text, async (c, t) => {
      const first = await run(database, `Signins | where ${c} | extend z = ${t} | project TimeGenerated, z`);
      const last = await run(database, `Signins | extend z = ${t} | where ${c} | project TimeGenerated, z`);
      expect(last).toEqual(first);
    }),
    { numRuns: 40 },
  );
});
