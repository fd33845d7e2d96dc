/** Typed scalar expressions: their text, and what a small evaluator of its own says of them. */
import type { KqlType } from "../../src/base/column.js";
import type { BuiltIn, BuiltInParameter } from "../../tools/kql-builtins.js";
import type { Choices } from "./choices.js";
import type { Column, Row, Value } from "./data.js";

export interface Expression {
  readonly text: string;
  readonly type: KqlType;
  /** Absent where the reference does not know what Kusto says. */
  readonly evaluate?: (row: Row) => Value;
}

/** The reference gives up: it does not know. */
export class Unknown extends Error {}

const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
const literal = (text: string, type: KqlType, value: Value): Expression => ({ text, type, evaluate: () => value });

const literals: Readonly<Record<string, readonly Expression[]>> = {
  long: [
    literal("0", "long", 0n),
    literal("1", "long", 1n),
    literal("2", "long", 2n),
    literal("-3", "long", -3n),
    literal("long(null)", "long", null),
    literal("9007199254740993", "long", 9007199254740993n),
    literal("9223372036854775807", "long", 9223372036854775807n),
  ],
  int: [
    literal("int(0)", "int", 0n),
    literal("int(7)", "int", 7n),
    literal("int(-2)", "int", -2n),
    literal("int(null)", "int", null),
  ],
  string: [
    literal('""', "string", ""),
    literal('"alpha"', "string", "alpha"),
    literal('"a"', "string", "a"),
    literal("'it\\'s'", "string", "it's"),
    literal('"BETA"', "string", "BETA"),
    literal('"3"', "string", "3"),
    literal('"é"', "string", "é"),
  ],
  bool: [literal("true", "bool", true), literal("false", "bool", false), literal("bool(null)", "bool", null)],
  real: [
    literal("0.5", "real", 0.5),
    literal("2.0", "real", 2),
    literal("-1.25", "real", -1.25),
    literal("real(null)", "real", null),
    literal("real(nan)", "real", Number.NaN),
  ],
  datetime: [
    literal("datetime(2024-01-01)", "datetime", 1704067200000000n),
    literal("datetime(1999-12-31 23:59:59)", "datetime", 946684799000000n),
    literal("datetime(null)", "datetime", null),
  ],
  timespan: [
    literal("1h", "timespan", 36_000_000_000n),
    literal("1d", "timespan", 864_000_000_000n),
    literal("time(null)", "timespan", null),
    literal("1tick", "timespan", 1n),
  ],
  dynamic: [
    { text: "dynamic([1,2,3])", type: "dynamic" },
    { text: 'dynamic({"a":1,"b":"x"})', type: "dynamic" },
    { text: "dynamic(null)", type: "dynamic" },
    { text: 'dynamic(["a","b"])', type: "dynamic" },
    { text: "dynamic([1.5,null,-2])", type: "dynamic" },
  ],
  guid: [{ text: "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", type: "guid" }],
  decimal: [{ text: "decimal(1.5)", type: "decimal" }],
};
export const scalarTypes = Object.keys(literals) as readonly KqlType[];

/** What generation may use. */
export interface Scope {
  readonly columns: readonly Column[];
  readonly functions: readonly BuiltIn[];
}

/** An expression of a type. */
export function expressionOf(type: KqlType, scope: Scope, choices: Choices, depth = 3): Expression {
  const columns = scope.columns.flatMap((c, i) => (c.type === type ? [columnAt(c, i)] : []));
  const made = makers[type] ?? [];
  const kind = depth <= 0 || choices.isEmpty ? choices.below(2) : choices.below(6);
  if (kind === 0 && columns.length > 0) return choices.pick(columns);
  if (kind <= 1 || made.length === 0) return choices.pick(literals[type] ?? []);
  return choices.pick(made)({ scope, choices, depth: depth - 1 });
}

function columnAt(column: Column, index: number): Expression {
  const { name: text, type } = column;
  return type === "dynamic" || type === "decimal" || type === "guid"
    ? { text, type }
    : { text, type, evaluate: row => row[index] ?? null };
}

interface Making {
  readonly scope: Scope;
  readonly choices: Choices;
  readonly depth: number;
}
type Maker = (making: Making) => Expression;

const sub = (type: KqlType, { scope, choices, depth }: Making): Expression => expressionOf(type, scope, choices, depth);

/** A call or an operator over parts that the reference knows as `rule`. */
function make(
  type: KqlType,
  parts: readonly Expression[],
  text: string,
  rule?: (...values: Value[]) => Value,
): Expression {
  const evaluators = parts.map(p => p.evaluate);
  if (rule === undefined || evaluators.some(e => e === undefined)) return { text, type };
  return { text, type, evaluate: row => rule(...evaluators.map(e => e?.(row) ?? null)) };
}

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint | null>> = {
  "+": (a, b) => wrap(a + b),
  "-": (a, b) => wrap(a - b),
  "*": (a, b) => wrap(a * b),
  "/": (a, b) => (b === 0n ? null : wrap(a / b)),
  "%": (a, b) => {
    if (b === 0n) return null;
    const m = b < 0n ? -b : b;
    return ((a % m) + m) % m;
  },
};

const longArithmetic: Maker = making => {
  const operator = making.choices.pick(Object.keys(arithmetic));
  const [a, b] = [sub("long", making), sub("long", making)];
  const rule = arithmetic[operator];
  return make("long", [a, b], `(${a.text} ${operator} ${b.text})`, (x, y) =>
    x === null || y === null ? null : (rule?.(x as bigint, y as bigint) ?? null),
  );
};

/** `==` and `!=` know null, the others pass it on. */
function compareValues(operator: string, x: Value, y: Value): boolean | null {
  if (typeof x === "number" && Number.isNaN(x)) throw new Unknown("NaN");
  if (typeof y === "number" && Number.isNaN(y)) throw new Unknown("NaN");
  if (x === null || y === null) {
    if (x === null && y === null) return null;
    return operator === "==" ? false : operator === "!=" ? true : null;
  }
  switch (operator) {
    case "==":
      return x === y;
    case "!=":
      return x !== y;
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    default:
      return x >= y;
  }
}

const comparison: Maker = making => {
  const type = making.choices.pick(["long", "datetime", "real", "timespan", "int"] as const);
  const operator = making.choices.pick(["==", "!=", "<", "<=", ">", ">="]);
  const [a, b] = [sub(type, making), sub(type, making)];
  return make("bool", [a, b], `(${a.text} ${operator} ${b.text})`, (x, y) => compareValues(operator, x, y));
};

const fold = (v: Value): string => (v as string).toLowerCase();
const textTests: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "=~": (a, b) => fold(a) === fold(b),
  "!~": (a, b) => fold(a) !== fold(b),
  contains: (a, b) => fold(a).includes(fold(b)),
  "!contains": (a, b) => !fold(a).includes(fold(b)),
  contains_cs: (a, b) => a.includes(b),
  startswith: (a, b) => fold(a).startsWith(fold(b)),
  "!startswith": (a, b) => !fold(a).startsWith(fold(b)),
  endswith: (a, b) => fold(a).endsWith(fold(b)),
  startswith_cs: (a, b) => a.startsWith(b),
  endswith_cs: (a, b) => a.endsWith(b),
};
const textTest: Maker = making => {
  const operator = making.choices.pick(Object.keys(textTests));
  const [a, b] = [sub("string", making), sub("string", making)];
  const rule = textTests[operator];
  return make("bool", [a, b], `(${a.text} ${operator} ${b.text})`, (x, y) => rule?.(x as string, y as string) ?? null);
};

const logic: Maker = making => {
  const and = making.choices.below(2) === 0;
  const [a, b] = [sub("bool", making), sub("bool", making)];
  return make("bool", [a, b], `(${a.text} ${and ? "and" : "or"} ${b.text})`, (x, y) => {
    const decided = !and;
    if (x === decided || y === decided) return decided;
    return x === null || y === null ? null : and;
  });
};

const membership: Maker = making => {
  const list = Array.from({ length: 1 + making.choices.below(3) }, () => making.choices.pick(literals["string"] ?? []));
  const word = making.choices.pick(["in", "!in", "in~", "!in~"]);
  const a = sub("string", making);
  return make("bool", [a, ...list], `(${a.text} ${word} (${list.map(l => l.text).join(", ")}))`, (x, ...rest) => {
    const folded = word.endsWith("~");
    const found = rest.some(v => (folded ? fold(v) === fold(x ?? "") : v === x));
    return found !== word.startsWith("!");
  });
};

const between: Maker = making => {
  const [a, b, c] = [sub("long", making), sub("long", making), sub("long", making)];
  return make("bool", [a, b, c], `(${a.text} between (${b.text} .. ${c.text}))`, (x, y, z) => {
    const [low, high] = [compareValues(">=", x ?? null, y ?? null), compareValues("<=", x ?? null, z ?? null)];
    if (low === false || high === false) return false;
    return low === null || high === null ? null : true;
  });
};

/** A call of a function whose rule is known. */
const call =
  (type: KqlType, name: string, types: readonly KqlType[], rule?: (...values: Value[]) => Value): Maker =>
  making => {
    const parts = types.map(t => sub(t, making));
    return make(type, parts, `${name}(${parts.map(p => p.text).join(", ")})`, rule);
  };
const strict =
  (rule: (...values: never[]) => Value) =>
  (...values: Value[]): Value =>
    values.some(v => v === null) ? null : rule(...(values as never[]));

const bin: Maker = making => {
  const size = 1n + BigInt(making.choices.below(5));
  const a = sub("long", making);
  return make(
    "long",
    [a],
    `bin(${a.text}, ${size})`,
    strict((x: bigint) => {
      const floor = x - (((x % size) + size) % size);
      if (floor !== wrap(floor)) throw new Unknown("overflow");
      return floor;
    }),
  );
};

const iff =
  (type: KqlType): Maker =>
  making => {
    const [c, a, b] = [sub("bool", making), sub(type, making), sub(type, making)];
    return make(type, [c, a, b], `iff(${c.text}, ${a.text}, ${b.text})`, (x, y, z) =>
      x === true ? (y ?? null) : (z ?? null),
    );
  };

const codepoints = (s: string): readonly string[] => Array.from(s);

const textMakers: readonly Maker[] = [
  iff("string"),
  call("string", "strcat", ["string", "string"], (a, b) => `${a as string}${b as string}`),
  call("string", "tolower", ["string"], a => (a as string).toLowerCase()),
  call("string", "toupper", ["string"], a => (a as string).toUpperCase()),
  call("string", "reverse", ["string"], a => [...codepoints(a as string)].reverse().join("")),
  call("string", "tostring", ["long"], a => (a === null ? "" : String(a))),
  call("string", "tostring", ["bool"], a => (a === null ? "" : a === true ? "True" : "False")),
  call("string", "trim", ["string", "string"]),
  call("string", "replace_string", ["string", "string", "string"], (a, b, c) => {
    if (b === "") throw new Unknown("an empty text to replace");
    return (a as string).replaceAll(b as string, () => c as string);
  }),
  making => {
    const [start, length] = [making.choices.below(4), making.choices.below(4)];
    const a = sub("string", making);
    return make("string", [a], `substring(${a.text}, ${start}, ${length})`, x =>
      codepoints(x as string)
        .slice(start, start + length)
        .join(""),
    );
  },
];

const makers: Readonly<Partial<Record<KqlType, readonly Maker[]>>> = {
  long: [
    longArithmetic,
    bin,
    iff("long"),
    call("long", "strlen", ["string"], a => BigInt(codepoints(a as string).length)),
    call(
      "long",
      "abs",
      ["long"],
      strict((a: bigint) => wrap(a < 0n ? -a : a)),
    ),
    call("long", "sign", ["long"]),
    call("long", "coalesce", ["long", "long"], (a, b) => a ?? b ?? null),
    call("long", "tolong", ["string"], a => {
      const text = (a as string).trim();
      if (text !== "" && !/^\d{1,18}$/.test(text) && /^[-+.\d]/.test(text)) throw new Unknown("a number in some form");
      return /^\d+$/.test(text) ? BigInt(text) : null;
    }),
    call("long", "indexof", ["string", "string"], (a, b) => {
      if (b === "") throw new Unknown("an empty text to find");
      return (
        BigInt(codepoints((a as string).slice(0, Math.max(0, (a as string).indexOf(b as string)))).length) *
          ((a as string).includes(b as string) ? 1n : 0n) -
        ((a as string).includes(b as string) ? 0n : 1n)
      );
    }),
    call(
      "long",
      "binary_and",
      ["long", "long"],
      strict((a: bigint, b: bigint) => a & b),
    ),
    call(
      "long",
      "binary_or",
      ["long", "long"],
      strict((a: bigint, b: bigint) => a | b),
    ),
    call(
      "long",
      "binary_xor",
      ["long", "long"],
      strict((a: bigint, b: bigint) => a ^ b),
    ),
  ],
  string: textMakers,
  bool: [
    comparison,
    textTest,
    logic,
    membership,
    between,
    call(
      "bool",
      "not",
      ["bool"],
      strict((a: boolean) => !a),
    ),
    call("bool", "isempty", ["string"], a => a === ""),
    call("bool", "isnotempty", ["string"], a => a !== ""),
    call("bool", "isnull", ["long"], a => a === null),
    call("bool", "isnotnull", ["datetime"], a => a !== null),
    iff("bool"),
  ],
  real: [
    iff("real"),
    call("real", "toreal", ["long"]),
    call("real", "sqrt", ["real"]),
    call("real", "round", ["real"]),
    call("real", "coalesce", ["real", "real"]),
  ],
  datetime: [
    iff("datetime"),
    call(
      "datetime",
      "startofday",
      ["datetime"],
      strict((a: bigint) => a - (((a % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n)),
    ),
    making => {
      const [a, b] = [sub("datetime", making), sub("timespan", making)];
      return make("datetime", [a, b], `(${a.text} + ${b.text})`);
    },
    call("datetime", "todatetime", ["string"]),
  ],
  timespan: [
    iff("timespan"),
    making => {
      const [a, b] = [sub("datetime", making), sub("datetime", making)];
      return make(
        "timespan",
        [a, b],
        `(${a.text} - ${b.text})`,
        strict((x: bigint, y: bigint) => (x - y) * 10n),
      );
    },
  ],
  dynamic: [
    call("dynamic", "parse_json", ["string"]),
    call("dynamic", "pack_array", ["long", "string"]),
    call("dynamic", "split", ["string", "string"]),
    call("dynamic", "array_concat", ["dynamic", "dynamic"]),
    making => ({ text: `${sub("dynamic", making).text}[${making.choices.below(3)}]`, type: "dynamic" }),
  ],
  int: [iff("int"), call("int", "toint", ["long"]), call("int", "dayofmonth", ["datetime"])],
};

/** A call of any built-in function with arguments of the types it declares; the binder says whether it may be called so. */
export function anyCall(scope: Scope, choices: Choices): string {
  const fn = choices.pick(scope.functions);
  const signature = choices.pick(fn.signatures);
  const args = signature.flatMap(p => {
    const most = Math.min(p.max, p.min + 2);
    const count = p.min + choices.below(most - p.min + 1);
    return Array.from({ length: count }, () => argument(p, scope, choices));
  });
  return `${fn.name}(${args.join(", ")})`;
}

const classes: Readonly<Record<string, readonly KqlType[]>> = {
  Integer: ["long", "int"],
  Number: ["long", "real"],
  NumberOrBool: ["long", "bool"],
  Summable: ["long", "timespan", "real"],
  RealOrDecimal: ["real"],
  StringOrDynamic: ["string", "dynamic"],
  StringOrArray: ["string", "dynamic"],
  IntegerOrArray: ["long", "dynamic"],
  DynamicArray: ["dynamic"],
  DynamicBag: ["dynamic"],
  NotDynamic: ["string", "long"],
  NotBool: ["string", "long"],
  NotRealOrBool: ["long", "string"],
  Orderable: ["long", "datetime", "string"],
  CommonNumber: ["long"],
  CommonSummable: ["long"],
  CommonOrderable: ["long"],
  CommonScalar: ["string"],
  CommonScalarOrDynamic: ["string"],
  Parameter0: ["string"],
};

function argument(p: BuiltInParameter, scope: Scope, choices: Choices): string {
  if (p.values.length > 0) return JSON.stringify(choices.pick(p.values));
  const declared = p.types.filter((t): t is KqlType => (scalarTypes as readonly string[]).includes(t));
  const types = declared.length > 0 ? declared : (classes[p.kind] ?? scalarTypes);
  const type = choices.pick(types);
  if (p.argument !== "Expression") return choices.pick(literals[type] ?? []).text;
  return expressionOf(type, scope, choices, 1).text;
}
