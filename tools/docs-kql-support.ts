/**
 * `tsx tools/docs-kql-support.ts`: writes docs/kql-support.md: every operator, function, aggregate and plug-in that the
 * language declares, probed by compiling a use of it where it has no row in the tables. A test compares the page with what the probes say.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { compileWithoutData } from "../src/kql/ask.js";
import { compileKql } from "../src/kql/compile.js";
import { SchemaCache } from "../src/kql/environment.js";
import { aggregateFunctions, scalarFunctions } from "../src/kql/functions/index.js";
import { windowFunctionNames } from "../src/kql/lower/expr.js";
import { environment } from "../test/kql-fuzz/data.js";
import { Choices } from "../test/kql-fuzz/choices.js";
import { anyCall } from "../test/kql-fuzz/expression.js";
import { readBuiltIns, type BuiltIn } from "./kql-builtins.js";

export const supportPageFile = join(import.meta.dirname, "../docs/kql-support.md");

type State = "yes" | "no" | "unknown";
const schemas = new SchemaCache();
/** Known to operators and statements, not to the tables of functions. */
const own = new Set([
  "all",
  "any",
  "map",
  "inner_nodes",
  "node_degree_in",
  "node_degree_out",
  "table",
  "database",
  "percentiles",
  "extract_json",
]);

/** Whether a text compiles; `unknown` when the binder does not take it, which says nothing of the engine. */
function probe(text: string): State {
  const result = compileWithoutData(e => compileKql(text, e, schemas), environment);
  if (result.state === "ready" || result.state === "needs") return "yes";
  return result.state === "refused" ? "no" : "unknown";
}

/** Calls of each way to call a function, with a few arguments, until one compiles or is refused by name. */
function probeCalls(fn: BuiltIn, texts: (call: string) => string): State {
  let state: State = "unknown";
  for (const signature of fn.signatures)
    for (let n = 0; n < 2; n++) {
      const numbers = Array.from({ length: 40 }, (_, i) => n * (i * 7 + 3));
      const found = probe(
        texts(
          anyCall(
            { columns: environment.tables[0]?.columns ?? [], functions: [{ ...fn, signatures: [signature] }] },
            new Choices([0, 0, ...numbers]),
          ),
        ),
      );
      if (found === "yes") return "yes";
      if (found === "no") state = "no";
    }
  return state;
}

/** Operators and statements by a use of each; the page names the word that the use begins with. */
const operators: Readonly<Record<string, string>> = {
  as: "A | as T | count",
  "assert-schema": "B | assert-schema (k: long, s: string, v: long)",
  consume: "A | consume",
  count: "A | count",
  datatable: "datatable(x: long)[1]",
  "declare pattern": 'declare pattern P = (a: string)[b: string] { ("x").["y"] = { A } }; P("x").y',
  "declare query_parameters": "declare query_parameters(x: long = 1); print x",
  distinct: "A | distinct k",
  evaluate: "A | evaluate narrow()",
  extend: "A | extend x = 1",
  externaldata: 'externaldata(x: long)["https://example.org/a.csv"]',
  facet: "A | facet by s",
  find: "find in (A, B) where s == 'x'",
  fork: "A | fork (count) (take 1)",
  getschema: "A | getschema",
  "graph-match": "B | make-graph k --> v with_node_id=id | graph-match (a)-->(b) project a.id, b.id",
  "graph-shortest-paths":
    "B | make-graph k --> v with_node_id=id | graph-shortest-paths (a)-[e*1..3]->(b) project a.id",
  "graph-to-table": "B | make-graph k --> v with_node_id=id | graph-to-table nodes",
  "graph-mark-components": "B | make-graph k --> v with_node_id=id | graph-mark-components | graph-to-table nodes",
  invoke: "let f = (T: (k: long)) { T | count }; A | invoke f()",
  join: "A | join kind=inner B on k",
  let: "let x = 1; print x",
  limit: "A | limit 1",
  lookup: "A | lookup B on k",
  "make-graph": "B | make-graph k --> v with_node_id=id | graph-to-table edges",
  "make-series": "A | make-series n = count() on t from datetime(2024-01-01) to datetime(2024-01-03) step 1d",
  "mv-apply": "A | mv-apply e = d on (count)",
  "mv-expand": "A | mv-expand d",
  order: "A | order by k",
  parse: "A | parse s with * ':' part",
  "parse-kv": "A | parse-kv s as (x: long) with (pair_delimiter=',', kv_delimiter='=')",
  "parse-where": "A | parse-where s with * ':' part",
  partition: "A | partition by s (take 1)",
  print: "print 1",
  project: "A | project k",
  "project-away": "A | project-away k",
  "project-by-names": "A | project-by-names dynamic(['k'])",
  "project-keep": "A | project-keep k",
  "project-rename": "A | project-rename z = k",
  "project-reorder": "A | project-reorder s",
  range: "range i from 1 to 3 step 1",
  reduce: "A | reduce by s",
  render: "A | render table",
  sample: "A | sample 1",
  "sample-distinct": "A | sample-distinct 1 of k",
  scan: "A | scan with (step x: true;)",
  search: "search in (A) 'x'",
  serialize: "A | serialize",
  set: "set notruncation; A",
  sort: "A | sort by k",
  summarize: "A | summarize count() by s",
  take: "A | take 1",
  top: "A | top 1 by k",
  "top-hitters": "A | top-hitters 1 of s",
  "top-nested": "A | top-nested 1 of s by count()",
  union: "union A, B",
  where: "A | where b",
};

const plugins: Readonly<Record<string, string>> = {
  active_users_count: "active_users_count(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d, 1d, 2, 1d)",
  activity_counts_metrics: "activity_counts_metrics(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d)",
  activity_engagement: "activity_engagement(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d, 7d)",
  activity_metrics: "activity_metrics(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d)",
  autocluster: "autocluster()",
  bag_unpack: "bag_unpack(d)",
  basket: "basket()",
  dcount_intersect: "dcount_intersect(h1, h2)",
  diffpatterns: "diffpatterns(s, 'alpha', '')",
  funnel_sequence: "funnel_sequence(s, t, datetime(2024-01-01), datetime(2024-01-08), 1h, 1d, b, dynamic(['x']))",
  funnel_sequence_completion:
    "funnel_sequence_completion(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d, b, dynamic(['x']), dynamic([1d]))",
  geo_line_lookup: "geo_line_lookup((datatable(line: dynamic)[dynamic(null)]), line, r, r, 1.0)",
  geo_polygon_lookup: "geo_polygon_lookup((datatable(polygon: dynamic)[dynamic(null)]), polygon, r, r)",
  ipv4_lookup: "ipv4_lookup((datatable(net: string)['10.0.0.0/8']), s, net)",
  ipv6_lookup: "ipv6_lookup((datatable(net: string)['::/0']), s, net)",
  narrow: "narrow()",
  new_activity_metrics: "new_activity_metrics(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d)",
  pivot: "pivot(s)",
  preview: "preview(1)",
  rolling_percentile: "rolling_percentile(k, 50, t, 1d, 2)",
  rows_near: "rows_near(b, 1)",
  sequence_detect: "sequence_detect(t, 1d, 7d, x = s == 'a', y = s == 'b', s)",
  session_count: "session_count(s, t, datetime(2024-01-01), datetime(2024-01-08), 1d, 1d)",
  sliding_window_counts: "sliding_window_counts(s, t, datetime(2024-01-01), datetime(2024-01-08), 7d, 1d)",
};

/** The page, whole, as the formatter of the repository wants it. */
export async function writeSupportPage(): Promise<string> {
  const builtIns = readBuiltIns();
  const inTable = (name: string): boolean =>
    Object.hasOwn(scalarFunctions, name) || Object.hasOwn(aggregateFunctions, name);
  const known = (fn: BuiltIn, texts: (call: string) => string): boolean => {
    // A refusal of what is in the tables is one of the arguments: a constant is wanted, a row of another kind.
    return inTable(fn.name) || windowFunctionNames.has(fn.name) || own.has(fn.name) || probeCalls(fn, texts) === "yes";
  };
  const split = (list: readonly string[], runs: (name: string) => boolean): readonly string[] => {
    const [yes, no] = [list.filter(runs), list.filter(n => !runs(n))];
    const names = (found: readonly string[]): string =>
      found.length === 0 ? "none" : found.map(n => `\`${n}\``).join(", ");
    return [`Runs (${yes.length}): ${names(yes)}.`, "", `Refused by name (${no.length}): ${names(no)}.`, ""];
  };
  const functions = new Map(
    builtIns.functions
      .filter(f => !f.name.startsWith("__"))
      .map(f => [f.name, known(f, c => `A | serialize | extend x_ = ${c}`)]),
  );
  const aggregates = new Map(builtIns.aggregates.map(f => [f.name, known(f, c => `A | summarize x_ = ${c}`)]));
  const differing = [...Object.entries(scalarFunctions), ...Object.entries(aggregateFunctions)].flatMap(
    ([name, row]) => (row.differs === undefined ? [] : [`| \`${name}\` | ${row.differs.replaceAll("|", "\\|")} |`]),
  );
  const pluginNames = builtIns.plugins.map(p => p.name).sort();
  const page = [
    "# What of KQL runs",
    "",
    "<!-- Written by tools/docs-kql-support.ts, which reads the tables and compiles uses: change that. -->",
    "",
    "What the language declares, name by name. What does not run is refused by name and place before anything runs; [differences](kql-differences.md) lists what runs",
    "and gives another answer than Kusto.",
    "",
    "## Operators and statements",
    "",
    ...split(Object.keys(operators), name => probe(operators[name] ?? "") === "yes"),
    "## Scalar functions",
    "",
    ...split([...functions.keys()].sort(), name => functions.get(name) === true),
    "## Aggregates",
    "",
    ...split([...aggregates.keys()].sort(), name => aggregates.get(name) === true),
    "## Plug-ins of evaluate",
    "",
    ...split(
      pluginNames,
      name =>
        Object.hasOwn(plugins, name) &&
        probe(
          `A | extend h1 = hll(k), h2 = hll(k) | evaluate ${plugins[name] ?? ""}`.replace(
            "extend h1 = hll(k), h2 = hll(k) | ",
            name === "dcount_intersect" ? "summarize h1 = hll(k), h2 = hll(k) | " : "",
          ),
        ) === "yes",
    ),
    "## Types",
    "",
    "`bool`, `int`, `long`, `real`, `decimal`, `string`, `datetime` (to the microsecond), `timespan`, `guid`, `dynamic`.",
    "",
    "## Functions with another answer",
    "",
    "| function | how it differs |",
    "| --- | --- |",
    ...differing.sort(),
    "",
  ].join("\n");
  return format(page, { ...(await resolveConfig(supportPageFile)), parser: "markdown" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(supportPageFile, await writeSupportPage());
