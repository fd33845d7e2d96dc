/** Aggregates on real DuckDB. */
import { expect, test } from "vitest";
import { aggregate, b, d, dt, json, n, r, s, ts } from "../../../test/kql-functions/harness.js";
import type { KqlType } from "../../base/column.js";
import { aggregateFunctions } from "./index.js";

type Arg = ReturnType<typeof s>;
const rows = (...values: readonly Arg[]): readonly (readonly Arg[])[] => values.map(v => [v]);
/** Values with whether the predicate holds. */
const marked = (...values: readonly (readonly [Arg, boolean | null])[]) => values.map(([v, p]) => [v, b(p)]);
const oneToThree = rows(n(1), n(2), n(3), n(null));
const picked = marked([n(1), true], [n(2), true], [n(3), false], [n(9), null]);

type Case = readonly [
  name: string,
  type: KqlType,
  rows: readonly (readonly Arg[])[],
  expected: string | null,
  extra?: readonly Arg[],
];
const cases: readonly Case[] = [
  ["cnt", "long", rows(b(true), b(false)), "1"],
  ["countif", "long", rows(b(true), b(false), b(null), b(true)), "2"],
  ["sum", "long", oneToThree, "6"],
  ["sum", "long", rows(n(null)), "0"],
  ["sum", "long", rows(n(9223372036854775807n), n(1)), "-9223372036854775808"],
  ["sum", "real", rows(r(0.5), r(0.25)), "0.75"],
  ["sum", "timespan", rows(ts("1h"), ts("30m")), "01:30:00"],
  ["sum", "real", rows(d(1), d("2.5")), "3.5"],
  ["sumif", "long", picked, "3"],
  ["avg", "real", oneToThree, "2.0"],
  ["avg", "datetime", rows(dt("2020-01-01"), dt("2020-01-03")), "2020-01-02T00:00:00.0000000Z"],
  ["avg", "timespan", rows(ts("1h"), ts("2h")), "01:30:00"],
  ["avgif", "real", picked, "1.5"],
  ["min", "long", oneToThree, "1"],
  ["min", "string", rows(s("b"), s("a")), "a"],
  ["max", "datetime", rows(dt("2020-01-01"), dt(null)), "2020-01-01T00:00:00.0000000Z"],
  ["max", "long", rows(n(null)), null],
  ["minif", "long", picked, "1"],
  ["maxif", "long", picked, "2"],
  ["dcount", "long", rows(s("a"), s("b"), s("a"), s("")), "3"],
  ["dcount", "long", rows(json('{"a":1}'), json('{ "a": 1 }'), d(null)), "1"],
  ["dcountif", "long", picked, "2"],
  ["count_distinct", "long", oneToThree, "3"],
  ["count_distinctif", "long", picked, "2"],
  ["stdev", "real", rows(n(1), n(2), n(3)), "1.0"],
  ["stdev", "real", rows(n(5)), "0.0"],
  // The defaults of summarize's page: no spread is 0, no average is 0 / 0.
  ["stdev", "real", rows(n(null)), "0.0"],
  ["variancep", "real", rows(n(null)), "0.0"],
  ["avg", "real", rows(n(null)), "NaN"],
  ["avg", "timespan", rows(ts(null)), null],
  ["hll", "dynamic", rows(n(null)), null],
  ["tdigest", "dynamic", rows(n(null)), null],
  ["stdevif", "real", picked, "0.7071067811865476"],
  ["stdevp", "real", rows(n(1), n(3)), "1.0"],
  ["stdevpif", "real", picked, "0.5"],
  ["variance", "real", rows(n(1), n(2), n(3)), "1.0"],
  ["varianceif", "real", picked, "0.5"],
  ["variancep", "real", rows(n(1), n(3)), "1.0"],
  ["variancepif", "real", picked, "0.25"],
  ["make_list", "dynamic", rows(n(3), n(null), n(1), n(3)), "[3,1,3]"],
  ["make_list", "dynamic", rows(n(3), n(1), n(2)), "[3,1]", [n(2)]],
  ["make_list", "dynamic", rows(s(""), s("a")), '["","a"]'],
  ["make_list", "dynamic", rows(n(null)), "[]"],
  ["makelist", "dynamic", rows(ts("1s")), '["00:00:01"]'],
  ["make_list_if", "dynamic", picked, "[1,2]"],
  ["make_list_with_nulls", "dynamic", rows(n(1), n(null)), "[1,null]"],
  ["make_set", "dynamic", rows(s("b"), s("a"), s("b")), '["a","b"]'],
  ["make_set", "dynamic", rows(n(10), n(9), n(null)), "[9,10]"],
  ["make_set", "dynamic", rows(d(["a", "b"]), d(["b", null]), d("c")), '["a","b","c"]'],
  ["makeset", "dynamic", rows(n(3), n(2), n(1)), "[1,2]", [n(2)]],
  ["make_set_if", "dynamic", picked, "[1,2]"],
  ["make_bag", "dynamic", rows(d({ a: 1 }), d({ a: 2, b: 3 }), d(null)), '{"a":1,"b":3}'],
  ["make_dictionary", "dynamic", rows(d(null)), "{}"],
  ["make_bag_if", "dynamic", marked([d({ a: 1 }), false], [d({ b: 1 }), true]), '{"b":1}'],
  ["take_any", "string", rows(s("x")), "x"],
  ["any", "long", rows(n(null), n(4)), "4"],
  ["take_anyif", "long", marked([n(1), false], [n(2), true]), "2"],
  ["anyif", "string", marked([s("a"), false]), ""],
  ["percentile", "long", rows(n(1), n(2), n(3), n(4)), "2", [n(50)]],
  ["percentile", "timespan", rows(ts("1h"), ts("2h")), "02:00:00", [n(100)]],
  ["percentiles_array", "dynamic", rows(n(1), n(2), n(3), n(4)), "[1,4]", [n(25), n(100)]],
  ["percentiles_array", "dynamic", rows(n(1), n(2), n(3), n(4)), "[2]", [d([50])]],
  [
    "percentilew",
    "long",
    [
      [n(10), n(1)],
      [n(20), n(8)],
      [n(30), n(1)],
    ],
    "20",
    [n(50)],
  ],
  [
    "percentilesw_array",
    "dynamic",
    [
      [n(10), n(1)],
      [n(20), n(8)],
      [n(30), n(1)],
    ],
    "[10,20,30]",
    [n(10), n(90), n(91)],
  ],
  [
    "covariance",
    "real",
    [
      [n(1), n(2)],
      [n(2), n(4)],
      [n(3), n(6)],
    ],
    "2.0",
  ],
  [
    "covariancep",
    "real",
    [
      [n(1), n(2)],
      [n(3), n(6)],
    ],
    "2.0",
  ],
  [
    "covarianceif",
    "real",
    [
      [n(1), n(2), b(true)],
      [n(2), n(4), b(true)],
      [n(9), n(0), b(false)],
    ],
    "1.0",
  ],
  [
    "covariancepif",
    "real",
    [
      [n(1), n(2), b(true)],
      [n(3), n(6), b(true)],
      [n(9), n(0), b(false)],
    ],
    "2.0",
  ],
  ["hll", "dynamic", rows(s("a"), s("b"), s("a")), '[[1024,14],["7000413967451013937","-8117965422732716230"],[]]'],
  ["hll", "dynamic", rows(n(1), n(null)), '[[1024,12],["-7240533178714108915"],[]]', [n(0)]],
  [
    "hll_if",
    "dynamic",
    [
      [n(1), b(true)],
      [n(2), b(false)],
    ],
    '[[1024,14],["-7240533178714108915"],[]]',
  ],
  [
    "hll_merge",
    "dynamic",
    rows(json('[[1024,14],["1"],[]]'), d(null), json('[[1024,14],["2"],[]]')),
    '[[1024,14],["1","2"],[]]',
  ],
  ["hll_merge", "dynamic", rows(d(null)), null],
  ["tdigest", "dynamic", rows(n(5), n(1), n(5), n(null)), '[[7,"long"],[1,5],[1,2]]'],
  ["tdigest", "dynamic", rows(r(NaN), r(1.5)), '[[7,"real"],[1.5],[1]]'],
  [
    "tdigest",
    "dynamic",
    [
      [r(1), n(1)],
      [r(2), n(2)],
      [r(9), n(0)],
    ],
    '[[7,"real"],[1,2],[1,2]]',
  ],
  [
    "tdigest_merge",
    "dynamic",
    rows(json('[[7,"long"],[1,5],[1,2]]'), json('[[7,"long"],[5],[1]]')),
    '[[7,"long"],[1,5],[1,3]]',
  ],
  ["merge_tdigest", "dynamic", rows(json('[[7,"long"],[1],[1]]'), d("none")), null],
  [
    "buildschema",
    "dynamic",
    rows(
      d({ x: 1, y: 3.5 }),
      d({ x: "somevalue", z: [1, 2, 3] }),
      d({ y: { w: "zzz" }, t: ["aa", "bb"], z: ["foo"] }),
      d(null),
    ),
    '{"x":["long","string"],"y":["double",{"w":"string"}],"z":{"`indexer`":["long","string"]},"t":{"`indexer`":"string"}}',
  ],
  ["binary_all_and", "long", rows(n(7), n(5)), "5"],
  ["binary_all_or", "long", rows(n(1), n(4)), "5"],
  ["binary_all_xor", "long", rows(n(7), n(5)), "2"],
];
test.each(cases.map(c => [`${c[0]} as ${c[1]}`, c] as const))(
  "%s (%#)",
  async (_label, [name, type, values, expected, extra]) => {
    expect(await aggregate(name, type, values, extra ?? [])).toBe(expected);
  },
);

test("every aggregate has a case and a page", () => {
  const tested = new Set<string>(["count", ...cases.map(c => c[0])]);
  expect(Object.keys(aggregateFunctions).filter(name => !tested.has(name))).toEqual([]);
  for (const row of Object.values(aggregateFunctions))
    expect(row.doc).toMatch(/^https:\/\/learn\.microsoft\.com\/kusto\/query\/[a-z0-9-]+-aggregation-function$/);
});
