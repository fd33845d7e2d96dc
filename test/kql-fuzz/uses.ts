/** One use of each operator, statement and plug-in: the support page probes them, and fuzzing runs them over generated rows. */
import type { Choices } from "./choices.js";
import type { Grammar, Query } from "./query.js";
import { expressionOf } from "./expression.js";
import { makeQuery } from "./query.js";

/** Operators and statements, each in one query over the tables of `data.ts`. */
export const operatorUses: Readonly<Record<string, string>> = {
  as: "A | as T | count",
  "assert-schema": "B | assert-schema (k: long, s: string, v: long)",
  consume: "A | consume",
  count: "A | count",
  datatable: "datatable(x: long)[1]",
  "declare pattern": 'declare pattern P = (a: string)[b: string] { ("x").["y"] = { A }; }; P("x").["y"]',
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

/** Plug-ins of `evaluate` over table `A`; `dcount_intersect` over two sketches `h1` and `h2`. */
export const pluginUses: Readonly<Record<string, string>> = {
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

/** More ways to write some operators, for fuzzing only. */
const otherUses: Readonly<Record<string, readonly string[]>> = {
  "assert-schema": ["A | project k, s, v | assert-schema (k: long, s: string, v: long)"],
  distinct: ["A | distinct *"],
  externaldata: [],
  "graph-match": [
    "B | make-graph k --> v with A on k | graph-match cycles=none (a)-[e*1..3]->(b) where a.k != b.k project a.s, b.k, n = array_length(e)",
    "B | make-graph k --> v with_node_id=id | graph-match (a)-[e]->(b)-[f]->(c) where e.s has 'a' project a.id, f.s, c.id",
  ],
  join: [
    "A | join kind=innerunique (B | where v > 0) on k, $left.s == $right.s",
    "A | join kind=fullouter B on k",
    "A | join kind=leftanti B on s",
  ],
  lookup: ["A | lookup kind=inner (B) on $left.k == $right.v"],
  "make-series": [
    "A | make-series m = avg(r), c = dcount(s) default = 0 on t step 12h by b",
    "A | make-series n = count() on k from -5 to 5 step 2 | extend f = series_fit_line(n)",
  ],
  "mv-apply": [
    "A | mv-apply with_itemindex=i e = d to typeof(long) on (where i > 0 | summarize x = sum(e))",
    "A | mv-apply e = d on (top 1 by tostring(e) | project e)",
  ],
  "mv-expand": [
    "A | mv-expand bagexpansion=array d, e = pack_array(k, s) limit 3",
    "A | mv-expand with_itemindex=i d to typeof(string)",
  ],
  order: [
    "A | order by s desc nulls first, k asc",
    "A | sort by r, t asc nulls last | extend p = prev(k, 2), q = next(s)",
  ],
  parse: ["A | parse kind=regex s with @'(a|b)+' rest", "A | parse kind=relaxed s with x:long ' ' y:real *"],
  "parse-kv": [
    "A | parse-kv s as (a: string, b: real) with (quote='\"')",
    "A | parse-kv s as (n: long) with (regex=@'(\\w+)=(\\d+)')",
  ],
  partition: ["A | partition hint.strategy=native by k (top 1 by t)", "A | partition by b { where k > 1 | count }"],
  range: ["range t from datetime(2024-01-01) to datetime(2024-01-03) step 6h | where t > datetime(2024-01-02)"],
  reduce: ["A | reduce kind=source by s with threshold=0.5, characters='-'"],
  render: ["A | summarize n = count() by bin(t, 1d) | render timechart with (title='n')"],
  scan: [
    "A | sort by t asc | scan with_match_id=m declare (c: long = 0) with (step x output=all: b => c = x.c + 1; step y: k > 1 and t - x.t < 1d;)",
  ],
  search: ["search 'alpha'", "A | search s: 'beta' and k > 1", "search in (A, B) 'a*' or k == 2"],
  summarize: [
    "A | summarize arg_max(t, *), make_bag(d) by s",
    "A | summarize percentiles(r, 5, 50, 95), stdev(k), dcountif(s, b), take_any(d) by bin(t, 6h)",
  ],
  "top-nested": ["A | top-nested 2 of s with others='rest' by count(), top-nested 1 of b by sum(k) desc"],
  union: ["union kind=inner A, B", "union withsource=w isfuzzy=true A, B, NoSuchTable", "union *"],
  where: ["A | where * has 'alpha'", "A | where (k, s) in ((B | project k, s)) or s in~ ('BETA', 'alpha')"],
};

/** Names of everything that has a use. */
export const useNames: readonly string[] = [...Object.keys(operatorUses), ...Object.keys(pluginUses)];

/** A query with one operator, statement or plug-in over what a generated query gives under the columns of `A`. */
export function makeUse(choices: Choices, grammar: Grammar, name: string): Query {
  const plugin = pluginUses[name];
  const first = operatorUses[name];
  const sketches = name === "dcount_intersect" ? "summarize h1 = hll(k), h2 = hll(s) | " : "";
  const texts =
    plugin === undefined
      ? [...(first === undefined || name === "externaldata" ? [] : [first]), ...(otherUses[name] ?? [])]
      : [`A | ${sketches}evaluate ${plugin}`];
  if (texts.length === 0) return makeQuery(choices, grammar);
  const text = choices.pick(texts);
  if (!/^[AB] \|/.test(text)) return { text, columns: [] };
  const query = makeQuery(choices, grammar);
  const scope = { columns: query.columns, functions: grammar.functions };
  const columns = (
    [
      ["k", "long"],
      ["s", "string"],
      ["b", "bool"],
      ["t", "datetime"],
      ["r", "real"],
      ["n", "int"],
      ["d", "dynamic"],
      ["p", "timespan"],
      ["v", "long"],
    ] as const
  ).map(([column, type]) =>
    query.columns.some(c => c.name === column && c.type === type) && choices.below(3) > 0
      ? column
      : `${column} = ${expressionOf(type, scope, choices, 1).text}`,
  );
  return { text: `${query.text}\n| project ${columns.join(", ")}\n${text.slice(2)}`, columns: [] };
}
