/**
 * The rules that the table states, tried on every row of it: what a null and an empty text do as any argument, and that
 * the SQL has the type that the binder says.
 */
import { describe, expect, test } from "vitest";
import {
  b,
  call,
  column,
  d,
  dec,
  dt,
  evaluate,
  guid,
  i32,
  n,
  r,
  run,
  s,
  TestContext,
  ts,
} from "../../../test/kql-functions/harness.js";
import type { Arg, Spec } from "../../../test/kql-functions/cases.js";
import { scalarSpecs } from "../../../test/kql-functions/scalar-cases.js";
import { duckdbTypes, type KqlType } from "../../base/column.js";
import { convert, scalarFunctions } from "./index.js";

/** A null of each type, as a column; a string has none. */
const nullOf: Readonly<Partial<Record<KqlType, Arg>>> = {
  bool: column(b(null)),
  int: column(i32(null)),
  long: column(n(null)),
  real: column(r(null)),
  decimal: column(dec(null)),
  datetime: column(dt(null)),
  timespan: column(ts(null)),
  guid: column(guid(null)),
  dynamic: column(d(null)),
};
const typeOf = (arg: Arg): KqlType => arg(new TestContext()).type;

const rows = Object.entries(scalarFunctions).flatMap(([name, row]) => {
  const spec = scalarSpecs[name];
  return spec === undefined ? [] : [{ name, row, spec }];
});

/** The first case with one argument exchanged, for each argument that may be a column and has something to exchange. */
function exchanged(spec: Spec, replace: (arg: Arg) => Arg | undefined): readonly (readonly Arg[])[] {
  const [args] = spec.cases[0] ?? [[]];
  return args.flatMap((arg, i) => {
    const other = spec.constant?.includes(i) === true ? undefined : replace(arg);
    return other === undefined ? [] : [args.map((a, j) => (j === i ? other : a))];
  });
}
const withNulls = (spec: Spec) => exchanged(spec, arg => nullOf[typeOf(arg)]);

/** What a null gives by the row's rule; undefined where the row has its own. */
const rules = { propagate: null, "empty-string": "", false: "False", custom: undefined } as const;

describe("a null argument", () => {
  test.each(rows.filter(r => r.row.nulls !== "custom").map(r => [r.name, r] as const))(
    "%s",
    async (name, { row, spec }) => {
      for (const args of withNulls(spec)) expect(await evaluate(call(name, spec.type, ...args))).toBe(rules[row.nulls]);
    },
  );

  test("fails in no function that has a rule of its own", async () => {
    // Failing is what assert is for.
    for (const { name, spec } of rows.filter(r => r.row.nulls === "custom" && r.name !== "assert"))
      for (const args of withNulls(spec))
        await expect(evaluate(call(name, spec.type, ...args)), name).resolves.not.toThrow();
  });
});

test("an empty text fails in no function, and a text is never NULL", async () => {
  const empty = column(s(""));
  for (const { name, spec } of rows)
    for (const args of exchanged(spec, arg => (typeOf(arg) === "string" ? empty : undefined)))
      await expect(evaluate(call(name, spec.type, ...args)), name).resolves.not.toThrow();
});

test("the SQL of every function has DuckDB's type for what the binder says", async () => {
  const wrong: string[] = [];
  for (const { name, spec } of rows) {
    const [args] = spec.cases[0] ?? [[]];
    const context = new TestContext();
    const made = call(
      name,
      spec.type,
      ...args.map((a, i) => (spec.constant?.includes(i) === true ? a : column(a))),
    )(context);
    // As the compiler does: a row that gives another type is converted.
    const value = made.type === spec.type ? made : convert(made, spec.type, context);
    const shown = String((await run(`select typeof(${value.sql})`, context.parameters))[0]?.[0]);
    if (shown !== duckdbTypes[spec.type]) wrong.push(`${name}: ${shown}, not ${duckdbTypes[spec.type]}`);
  }
  // Its numbers have up to 32 digits, more than stand before the 17 places of other decimals.
  expect(wrong).toEqual(["parse_version: DECIMAL(38,0), not DECIMAL(38,17)"]);
});
