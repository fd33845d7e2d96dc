/** Operators of KQL on real DuckDB: null rules, terms, wrap-around, times. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  b,
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
import type { KqlType } from "../../base/column.js";
import { between, binaryOperators, convert, inOperators, notBetween, unaryMinus } from "./index.js";
import type { SqlExpr } from "./spec.js";
import { hasTerm, isTermCharacter } from "./term.js";

type Arg = ReturnType<typeof s>;

const binary =
  (kind: string, left: Arg, right: Arg, type: KqlType = "bool"): Arg =>
  context => {
    const operator = binaryOperators[kind];
    if (operator === undefined) throw new Error(`no operator ${kind}`);
    return operator.emit(left(context), right(context), type, context);
  };

const nil = column(n(null));
const five = column(n(5));

const cases: readonly (readonly [kind: string, left: Arg, right: Arg, expected: string | null])[] = [
  // https://learn.microsoft.com/kusto/query/scalar-data-types/null-values
  ["Equal", five, n(5), "True"],
  ["Equal", nil, n(5), "False"],
  ["Equal", n(5), nil, "False"],
  ["Equal", nil, column(n(null)), null],
  ["NotEqual", nil, n(5), "True"],
  ["NotEqual", n(5), nil, "True"],
  ["NotEqual", five, n(5), "False"],
  ["NotEqual", nil, column(n(null)), null],
  ["LessThan", nil, n(5), null],
  ["GreaterThan", nil, n(5), null],
  ["And", column(b(null)), b(false), "False"],
  ["And", column(b(null)), b(true), null],
  ["Or", column(b(null)), b(true), "True"],
  ["Or", column(b(null)), b(false), null],
  // Types meet: numbers widen, dynamic becomes the other side.
  ["Equal", column(i32(2)), r(2), "True"],
  ["LessThan", n(1), r(1.5), "True"],
  ["Equal", column(d(5)), n(5), "True"],
  ["Equal", column(d("a")), s("a"), "True"],
  ["Equal", column(d(null)), s(""), "True"],
  ["NotEqual", column(d({ a: 1 })), s("x"), "True"],
  ["Equal", dec("1.5"), r(1.5), "True"],
  ["Equal", guid("ae3133f2-6e22-49ae-b06a-16e6a9b212eb"), column(guid("AE3133F2-6e22-49ae-b06a-16e6a9b212eb")), "True"],
  ["GreaterThanOrEqual", dt("2020-01-02"), column(dt("2020-01-01")), "True"],
  ["LessThanOrEqual", ts("1h"), ts("60m"), "True"],
  ["LessThan", column(s("a")), s("b"), "True"],
  // https://learn.microsoft.com/kusto/query/datatypes-string-operators
  ["EqualTilde", column(s("abc")), s("ABC"), "True"],
  ["EqualTilde", column(s("1.2.3.4")), s("1.2.3.4"), "True"],
  ["BangTilde", column(s("aBc")), s("xyz"), "True"],
  ["Contains", column(s("FabriKam")), s("BRik"), "True"],
  ["ContainsCs", column(s("FabriKam")), s("Kam"), "True"],
  ["NotContains", column(s("Fabrikam")), s("xyz"), "True"],
  ["NotContainsCs", column(s("Fabrikam")), s("Kam"), "True"],
  ["EndsWith", column(s("Fabrikam")), s("Kam"), "True"],
  ["NotEndsWith", column(s("Fabrikam")), s("brik"), "True"],
  ["EndsWithCs", column(s("Fabrikam")), s("kam"), "True"],
  ["NotEndsWithCs", column(s("Fabrikam")), s("Kam"), "True"],
  ["StartsWith", column(s("Fabrikam")), s("fab"), "True"],
  ["NotStartsWith", column(s("Fabrikam")), s("kam"), "True"],
  ["StartsWithCs", column(s("Fabrikam")), s("Fab"), "True"],
  ["NotStartsWithCs", column(s("Fabrikam")), s("fab"), "True"],
  ["Contains", column(s("x")), s(""), "True"],
  ["Has", column(s("North America")), s("america"), "True"],
  ["NotHas", column(s("North America")), s("amer"), "True"],
  ["HasCs", column(s("North America")), s("America"), "True"],
  ["NotHasCs", column(s("North America")), s("america"), "True"],
  ["HasPrefix", column(s("North America")), s("ame"), "True"],
  ["NotHasPrefix", column(s("North America")), s("mer"), "True"],
  ["HasPrefixCs", column(s("North America")), s("Ame"), "True"],
  ["NotHasPrefixCs", column(s("North America")), s("CA"), "True"],
  ["HasSuffix", column(s("North America")), s("ica"), "True"],
  ["NotHasSuffix", column(s("North America")), s("americ"), "True"],
  ["HasSuffixCs", column(s("North America")), s("ica"), "True"],
  ["NotHasSuffixCs", column(s("North America")), s("icA"), "True"],
  ["Has", column(s("KustoExplorerQueryRun")), s("Explorer"), "False"],
  ["Has", column(s("C:\\Windows\\cmd.exe /c")), s("cmd.exe"), "True"],
  ["Has", column(s("a.exe")), s(".exe"), "True"],
  ["Has", column(s("snake_case")), s("snake"), "True"],
  ["Has", column(s("über-alles")), s("ber"), "False"],
  ["Has", column(s("x")), s(""), "True"],
  ["Has", column(d({ a: "evil" })), s("evil"), "True"],
  ["Has", column(s("one two")), column(s("TWO")), "True"],
  ["HasCs", column(s("one two")), column(s("TWO")), "False"],
  ["MatchesRegex", column(s("Fabrikam")), s("b.*k"), "True"],
  ["MatchesRegex", column(s("a\nb")), s("a.b"), "False"],
];
test.each(cases)("%s (%#)", async (kind, left, right, expected) => {
  expect(await evaluate(binary(kind, left, right))).toBe(expected);
});

const arithmetic: readonly (readonly [kind: string, left: Arg, right: Arg, type: KqlType, expected: string | null])[] =
  [
    ["Add", n(2), n(3), "long", "5"],
    ["Add", i32(2147483647), i32(1), "long", "2147483648"],
    ["Add", n(9223372036854775807n), n(1), "long", "-9223372036854775808"],
    ["Subtract", n(-9223372036854775808n), n(1), "long", "9223372036854775807"],
    ["Multiply", n(4611686018427387904n), n(2), "long", "-9223372036854775808"],
    ["Divide", n(7), n(2), "long", "3"],
    ["Divide", n(-7), n(2), "long", "-3"],
    ["Divide", n(7), n(0), "long", null],
    ["Divide", n(-9223372036854775808n), n(-1), "long", "-9223372036854775808"],
    ["Divide", r(1), n(0), "real", "Infinity"],
    ["Divide", r(7), n(2), "real", "3.5"],
    ["Modulo", n(-14), n(12), "long", "10"],
    ["Modulo", n(14), n(-12), "long", "2"],
    ["Modulo", n(5), n(0), "long", null],
    ["Modulo", r(-5.5), r(2), "real", "0.5"],
    ["Add", n(null), n(1), "long", null],
    ["Add", dec("0.1"), dec("0.2"), "decimal", "0.3"],
    ["Multiply", dec("12345678901.5"), dec("2"), "decimal", "24691357803"],
    ["Divide", dec("1"), dec("0"), "decimal", null],
    ["Subtract", dt("2020-01-02"), dt("2020-01-01 12:00"), "timespan", "12:00:00"],
    ["Add", dt("2020-01-01"), ts("1.5h"), "datetime", "2020-01-01T01:30:00.0000000Z"],
    ["Add", ts("1d"), dt("2020-01-01"), "datetime", "2020-01-02T00:00:00.0000000Z"],
    ["Subtract", dt("0001-01-01"), ts("1d"), "datetime", null],
    ["Add", dt("9999-12-31"), ts("1d"), "datetime", null],
    ["Add", ts("1d"), ts("1h"), "timespan", "1.01:00:00"],
    ["Multiply", ts("1s"), n(86400), "timespan", "1.00:00:00"],
    ["Multiply", r(1.5), ts("1h"), "timespan", "01:30:00"],
    ["Divide", ts("1d"), ts("1s"), "real", "86400.0"],
    ["Divide", ts("1h"), n(2), "timespan", "00:30:00"],
    ["Modulo", ts("25h"), ts("1d"), "timespan", "01:00:00"],
    ["Add", d(1), n(1), "long", "2"],
  ];
test.each(arithmetic)("%s of constants and of columns agree (%#)", async (...[kind, left, right, type, expected]) => {
  expect(await evaluate(binary(kind, left, right, type))).toBe(expected);
  expect(await evaluate(binary(kind, column(left), column(right), type))).toBe(expected);
});

test("a datetime that is shifted by a constant stays a literal", () => {
  const context = new TestContext();
  const e = binary("Subtract", dt("2020-01-02"), ts("1d"), "datetime")(context);
  expect(e.constant).toEqual({ type: "datetime", value: 637_134_336_000_000_000n });
});

const minus =
  (arg: Arg): Arg =>
  context =>
    unaryMinus(arg(context), context);
test.each([
  ["long", n(5), "-5"],
  ["the smallest long", n(-9223372036854775808n), "-9223372036854775808"],
  ["int", i32(-2147483648), "-2147483648"],
  ["real", r(1.5), "-1.5"],
  ["timespan", ts("1d"), "-1.00:00:00"],
  ["null", n(null), null],
] as const)("minus %s", async (_name, arg, expected) => {
  expect(await evaluate(minus(arg))).toBe(expected);
  expect(await evaluate(minus(column(arg)))).toBe(expected);
});

const within =
  (kind: string, left: Arg, ...items: readonly Arg[]): Arg =>
  context => {
    const row = inOperators[kind];
    if (row === undefined) throw new Error(`no operator ${kind}`);
    return row.list(
      left(context),
      items.map(i => i(context)),
      context,
    );
  };
const memberships: readonly (readonly [string, Arg, string])[] = [
  ["`in` compares case", within("In", column(s("abc")), s("123"), s("abc")), "True"],
  ["`in` compares case, no", within("In", column(s("ABC")), s("abc")), "False"],
  ["`in~` does not", within("InCs", column(s("Abc")), s("ABC")), "True"],
  ["`!in`", within("NotIn", column(s("bca")), s("abc")), "True"],
  ["`!in~`", within("NotInCs", column(s("bCa")), s("BCA")), "False"],
  ["a constant array stands for its elements", within("In", column(n(2)), d([1, 2])), "True"],
  ["strings in an array", within("In", column(s("a")), d(["b", "a"]), s("c")), "True"],
  ["an array that is no constant", within("In", column(s("a")), column(d(["b", "a"]))), "True"],
  ["an array that is no constant, in~", within("InCs", column(s("A")), column(d(["b", "a"]))), "True"],
  ["null is not in a list", within("In", column(n(null)), n(1), n(2)), "False"],
  ["null is !in a list", within("NotIn", column(n(null)), n(1), n(2)), "True"],
  ["a dynamic value among numbers", within("In", column(d(5)), n(5)), "True"],
  ["a dynamic value among strings", within("In", column(d("x")), s("x")), "True"],
  ["a long among reals", within("In", column(n(2)), r(2.5), r(2)), "True"],
  ["an empty list", within("In", column(s("a")), d([])), "False"],
  ["has_any", within("HasAny", column(s("North America")), s("south"), s("north")), "True"],
  ["has_any with different edges", within("HasAny", column(s("run a.exe")), s("zzz"), s(".exe")), "True"],
  ["has_any finds terms, not parts", within("HasAny", column(s("Northern")), s("north"), s("ern")), "False"],
  ["has_any of a dynamic array", within("HasAny", column(s("a b")), column(d(["x", "B"]))), "True"],
  ["has_any of one", within("HasAny", column(s("a b")), s("B")), "True"],
  ["has_all", within("HasAll", column(s("North and South America")), s("south"), s("north")), "True"],
  ["has_all, one missing", within("HasAll", column(s("North America")), d(["south", "north"])), "False"],
];
test.each(memberships)("%s", async (_name, builder, expected) => {
  expect(await evaluate(builder)).toBe(expected);
});

test("in, has_any and has_all over the rows of a query", async () => {
  const rows: SqlExpr = { sql: "select * from (values ('abc'), ('def')) x(y)", type: "string" };
  const subquery =
    (kind: string, text: string): Arg =>
    context => {
      const row = inOperators[kind];
      if (row === undefined) throw new Error(`no operator ${kind}`);
      return row.subquery(column(s(text))(context), rows, context);
    };
  expect(await evaluate(subquery("In", "abc"))).toBe("True");
  expect(await evaluate(subquery("In", "ABC"))).toBe("False");
  expect(await evaluate(subquery("InCs", "ABC"))).toBe("True");
  expect(await evaluate(subquery("NotIn", "abc"))).toBe("False");
  expect(await evaluate(subquery("HasAny", "x-DEF-y"))).toBe("True");
  expect(await evaluate(subquery("HasAll", "x-DEF-y"))).toBe("False");
});

const ranged =
  (x: Arg, low: Arg, high: Arg): Arg =>
  context =>
    between(x(context), low(context), high(context), context);
test("between includes both ends, takes a length of time, and is null for null", async () => {
  expect(await evaluate(ranged(column(n(50)), n(50), n(55)))).toBe("True");
  expect(await evaluate(ranged(column(r(55.5)), n(50), n(55)))).toBe("False");
  expect(await evaluate(ranged(column(dt("2007-07-29 12:00")), dt("2007-07-27"), ts("3d")))).toBe("True");
  expect(await evaluate(ranged(column(dt("2007-07-30 00:01")), dt("2007-07-27"), ts("3d")))).toBe("False");
  expect(await evaluate(ranged(nil, n(1), n(2)))).toBeNull();
  const outside: Arg = context => notBetween(column(n(5))(context), n(1)(context), n(2)(context), context);
  expect(await evaluate(outside)).toBe("True");
});

test("filters are true exactly where their values are", async () => {
  const values = [n(1), n(2), n(null)];
  for (const kind of ["Equal", "NotEqual"])
    for (const left of values)
      for (const right of values) {
        const context = new TestContext();
        const e = binary(kind, column(left), column(right))(context);
        const [row] = await run(`select (${e.sql}) is true, (${e.filter ?? e.sql}) is true`, context.parameters);
        expect(row?.[0], kind).toBe(row?.[1]);
      }
});

const long = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -100n, max: 100n }));

test("long arithmetic wraps around as 64-bit arithmetic does", async () => {
  await fc.assert(
    fc.asyncProperty(long, long, async (x, y) => {
      const sum = await evaluate(binary("Add", column(n(x)), column(n(y)), "long"));
      const difference = await evaluate(binary("Subtract", column(n(x)), column(n(y)), "long"));
      const product = await evaluate(binary("Multiply", column(n(x)), column(n(y)), "long"));
      expect([sum, difference, product]).toEqual([x + y, x - y, x * y].map(v => BigInt.asIntN(64, v).toString()));
    }),
    { numRuns: 40 },
  );
});

/** A sum, difference or product of more of them, and its value: operands are columns, constants and narrow columns. */
type Sum = readonly [arg: Arg, value: bigint];
const narrow = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const { tree: sums } = fc.letrec<{ tree: Sum }>(tie => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    long.map((x): Sum => [column(n(x)), x]),
    long.map((x): Sum => [n(x), x]),
    narrow.map((x): Sum => [column(i32(x)), BigInt(x)]),
    fc
      .tuple(fc.constantFrom("Add", "Subtract", "Multiply"), tie("tree"), tie("tree"))
      .map(([kind, [a, x], [b, y]]): Sum => {
        const value = kind === "Add" ? x + y : kind === "Subtract" ? x - y : x * y;
        return [binary(kind, a, b, "long"), BigInt.asIntN(64, value)];
      }),
  ),
}));

test("a sum of sums and products wraps around as a whole", async () => {
  await fc.assert(
    fc.asyncProperty(sums, async ([arg, value]) => {
      expect(await evaluate(arg)).toBe(value.toString());
    }),
    { numRuns: 300 },
  );
});

test("bounds that are claimed of an integer hold, and the text of a long sum stays short", async () => {
  await fc.assert(
    fc.asyncProperty(sums, async ([arg, value]) => {
      const { range } = arg(new TestContext());
      expect(range === undefined || (value >= range.min && value <= range.max)).toBe(true);
    }),
    { numRuns: 300 },
  );
  const terms = Array.from({ length: 60 }, (_, i) => column(n(i)));
  const whole = terms.reduce((a, b) => binary("Add", a, b, "long"));
  expect(whole(new TestContext()).sql.length).toBeLessThan(20_000);
  expect(await evaluate(whole)).toBe("1770");
});

test("32-bit results wrap around at 32 bits", async () => {
  await fc.assert(
    fc.asyncProperty(narrow, narrow, async (x, y) => {
      const product = await evaluate(binary("Multiply", column(i32(x)), column(i32(y)), "int"));
      expect(product).toBe(BigInt.asIntN(32, BigInt(x) * BigInt(y)).toString());
    }),
    { numRuns: 40 },
  );
});

test("% lies between 0 and its divisor and agrees with the quotient", async () => {
  await fc.assert(
    fc.asyncProperty(
      long,
      long.filter(y => y !== 0n),
      async (x, y) => {
        const rest = BigInt((await evaluate(binary("Modulo", column(n(x)), column(n(y)), "long"))) ?? "-1");
        expect(rest >= 0n && rest < (y < 0n ? -y : y)).toBe(true);
        expect((x - rest) % y).toBe(0n);
      },
    ),
    { numRuns: 40 },
  );
});

/** A reference that looks at terms one by one: the needle's terms must begin and end where the text's do. */
function reference(text: string, needle: string): boolean {
  const [t, w] = [Array.from(text.toLowerCase()), Array.from(needle.toLowerCase())];
  return t.some((_, i) => {
    if (i + w.length > t.length || !w.every((c, j) => t[i + j] === c)) return false;
    const open = isTermCharacter(w[0] ?? "") && isTermCharacter(t[i - 1] ?? "");
    const shut = isTermCharacter(w.at(-1) ?? "") && isTermCharacter(t[i + w.length] ?? "");
    return !open && !shut;
  });
}

const textOf = (characters: string) =>
  fc.array(fc.constantFrom(...Array.from(characters)), { maxLength: 12 }).map(c => c.join(""));

test("has in SQL and in JavaScript find the same terms, whatever the characters", async () => {
  await fc.assert(
    fc.asyncProperty(
      textOf("aB1.-_ é\\'\"$(*"),
      textOf("aB1.é'\\(").filter(w => w.length > 0),
      async (text, needle) => {
        const expected = text !== "" && reference(text, needle) ? "True" : "False";
        expect(await evaluate(binary("Has", column(s(text)), s(needle)))).toBe(expected);
        expect(await evaluate(binary("Has", column(s(text)), column(s(needle))))).toBe(expected);
        expect(await evaluate(within("HasAny", column(s(text)), s(needle), s("zz")))).toBe(expected);
        expect(hasTerm(text.toLowerCase(), needle.toLowerCase(), "has") ? "True" : "False").toBe(expected);
      },
    ),
    { numRuns: 150 },
  );
});

test("any text survives as a literal, and is found in itself", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async text => {
      expect(await evaluate(s(text))).toBe(text);
      expect(await evaluate(binary("Contains", column(s(text)), s(text)))).toBe("True");
    }),
    { numRuns: 60 },
  );
});

test("conversion to the same type changes nothing, and null stays null through every type", async () => {
  const types = ["bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "dynamic"] as const;
  for (const from of types)
    for (const to of types) {
      const context = new TestContext();
      const source: SqlExpr = { sql: "x", type: from };
      const sqlType = {
        bool: "BOOLEAN",
        int: "INTEGER",
        long: "BIGINT",
        real: "DOUBLE",
        decimal: "DECIMAL(38,17)",
        datetime: "TIMESTAMP",
        timespan: "BIGINT",
        guid: "UUID",
        dynamic: "JSON",
      }[from];
      const e = convert(source, to, context);
      const [row] = await run(`select ${e.sql} from (select null::${sqlType} as x)`, context.parameters);
      expect(row?.[0] ?? null, `${from} to ${to}`).toBeNull();
    }
});

test("every operator has a page and a null rule", () => {
  for (const row of [...Object.values(binaryOperators), ...Object.values(inOperators)]) {
    expect(row.doc).toMatch(/^https:\/\/learn\.microsoft\.com\/kusto\/query\/[a-z0-9/-]+(#[a-z-]+)?$/);
    expect(["propagate", "empty-string", "false", "custom"]).toContain(row.nulls);
  }
});
