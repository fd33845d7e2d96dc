/** Numbers: rounding, binning, powers, trigonometry, bits. */
import type { KqlType } from "../../../base/column.js";
import { fn, plainRow, text, value } from "../build.js";
import { once } from "../once.js";
import { convert } from "../convert.js";
import { duckdbType, inOneScale, scaleOf } from "../decimals.js";
import { emitLiteral } from "../literal.js";
import { arithmeticOperators, unaryMinus } from "../operator/arithmetic.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";
import { mod } from "../time-text.js";

/** One real argument; where `guard` fails the result is null, as documented, instead of DuckDB's error. */
function real(page: string, sql: (x: string) => string, guard?: (x: string) => string): ScalarFunction {
  return plainRow(fn(page), ["real"], "real", (x = "") =>
    guard === undefined ? sql(x) : once([x], (v = "") => `case when ${guard(v)} then ${sql(v)} end`),
  );
}

/** Keeps the type of its argument: int, long, real, decimal (or timespan). */
function sameType(page: string, sql: (x: string, type: KqlType) => string): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(page),
    emit: ([e], resultType, context) => {
      if (e === undefined) return context.refuse(`${page} without an argument`);
      const type =
        e.type === "dynamic" || e.type === "string" ? (resultType === "dynamic" ? "real" : resultType) : e.type;
      const x = convert(e, type, context);
      return { ...value(type, sql(x.sql, type), x.notNull === true), ...scaleOf(x) };
    },
  };
}

const isInteger = (type: KqlType): boolean => type === "int" || type === "long";

/** Rounding and binning of decimals, which DOUBLE has too few digits for. */
function exactly(operation: "round" | "bin", x: SqlExpr, by: string, context: EmitContext): SqlExpr {
  const call = context.callUdf("ku_decimal", [`'${operation}'`, `${x.sql}::VARCHAR`, `${by}::VARCHAR`]);
  return { sql: `try_cast(${call} as ${duckdbType(x)})`, type: "decimal", ...scaleOf(x) };
}

const roundRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("round"),
  emit: ([e, digits], _type, context) => {
    if (e === undefined) return context.refuse("round without an argument");
    const type = e.type === "dynamic" || e.type === "string" ? "real" : e.type;
    const x = convert(e, type, context);
    if (digits === undefined) return isInteger(type) ? x : { ...value(type, `round(${x.sql})`), ...scaleOf(x) };
    // No number has more digits than these; more would not fit DuckDB's argument.
    const places = once(
      [convert(digits, "long", context).sql],
      (n = "") => `cast(case when ${n} > 400 then 400 when ${n} < -400 then -400 else ${n} end as INTEGER)`,
    );
    if (type === "decimal") return exactly("round", x, places, context);
    // Rounding to tens may leave the type: then there is no such number.
    return value(
      type,
      isInteger(type)
        ? `try_cast(round(${x.sql}::HUGEINT, ${places}) as ${type === "int" ? "INTEGER" : "BIGINT"})`
        : `round(${x.sql}, ${places})`,
    );
  },
};

/** Rounds down to a multiple of a size, counted from `origin` (0, or `bin_at`'s fixed point). */
function binned(e: SqlExpr, size: SqlExpr, context: EmitContext): SqlExpr {
  if (e.type === "datetime") return binDatetime(e, size, context);
  if (e.type === "timespan" || (isInteger(e.type) && isInteger(size.type))) {
    const type = e.type === "timespan" ? "timespan" : e.type === "int" && size.type === "int" ? "int" : "long";
    const step = e.type === "timespan" ? convert(size, "timespan", context) : convert(size, "long", context);
    const x = type === "long" ? convert(e, "long", context) : e;
    const sql = `k_bin(${x.sql}, ${step.sql})`;
    return value(type, type === "int" ? `cast(${sql} as INTEGER)` : sql);
  }
  if (e.type === "decimal") {
    const [d = e, by = size] = inOneScale([e, convert(size, "decimal", context)], context);
    return exactly("bin", d, by.sql, context);
  }
  const [x, s] = [convert(e, "real", context), convert(size, "real", context)];
  const sql = once([x.sql, s.sql], (v = "", w = "") => `case when ${w} > 0 then floor(${v} / ${w}) * ${w} end`);
  return value("real", sql);
}

function binDatetime(e: SqlExpr, size: SqlExpr, context: EmitContext): SqlExpr {
  const step = size.type === "timespan" ? size : convert(size, "timespan", context);
  const [c, s] = [e.constant, step.constant];
  if (c?.type === "datetime" && s?.type === "timespan" && c.value !== null && s.value !== null && s.value > 0n)
    return emitLiteral({ type: "datetime", value: c.value - mod(c.value, s.value) }, context);
  // Kusto counts bins from 0001-01-01; its distance to 1970 is no multiple of most sizes.
  if (s?.type === "timespan" && s.value !== null && s.value > 0n && s.value % 10n === 0n) {
    const micros = s.value / 10n;
    const shift = mod(62_135_596_800_000_000n, micros);
    const sql = shift === 0n ? `epoch_us(${e.sql})` : `epoch_us(${e.sql}) + ${shift}`;
    return value(
      "datetime",
      `make_timestamp(k_bin(${sql}, ${micros})${shift === 0n ? "" : ` - ${shift}`})`,
      e.notNull === true,
    );
  }
  return value("datetime", `k_from_ticks(k_bin(k_ticks(${e.sql}), ${step.sql}))`);
}

const binRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("bin"),
  emit: ([e, size], resultType, context) => {
    if (e === undefined || size === undefined) return context.refuse("bin without a size");
    const type = e.type === "dynamic" || e.type === "string" ? resultType : e.type;
    const x = type === "dynamic" ? convert(e, "real", context) : convert(e, type, context);
    return binned(x, size, context);
  },
};

const binAtRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("bin-at"),
  emit: ([e, size, origin], _type, context) => {
    const { Add: add, Subtract: subtract } = arithmeticOperators;
    if (!e || !size || !origin || !add || !subtract) return context.refuse("bin_at without its three arguments");
    if (e.type === "datetime") {
      const difference = subtract.emit(e, convert(origin, "datetime", context), "timespan", context);
      return add.emit(convert(origin, "datetime", context), binned(difference, size, context), "datetime", context);
    }
    const type =
      e.type === "timespan"
        ? "timespan"
        : isInteger(e.type) && isInteger(size.type) && isInteger(origin.type)
          ? "long"
          : "real";
    const [x, o] = [convert(e, type, context), convert(origin, type, context)];
    return add.emit(o, binned(subtract.emit(x, o, type, context), size, context), type, context);
  },
};

function bits(page: string, sql: (a: string, b: string) => string): ScalarFunction {
  return plainRow(fn(page), ["long"], "long", (a = "", b = "") => sql(a, b));
}

/** Shifts take the count modulo 64; a negative count is null. */
const shiftLeft = (a: string, b: string) =>
  once(
    [a, b],
    (x = "", n = "") =>
      `case when ${n} >= 0 then k_wrap((${x}::hugeint & 18446744073709551615::hugeint) * (1::hugeint << (${n} % 64)::INTEGER) & 18446744073709551615::hugeint) end`,
  );
const shiftRight = (a: string, b: string) =>
  once(
    [a, b],
    (x = "", n = "") =>
      `case when ${n} >= 0 then k_floordiv(${x}::hugeint, (1::hugeint << (${n} % 64)::INTEGER))::BIGINT end`,
  );

const tohexRow: ScalarFunction = {
  nulls: "empty-string",
  doc: fn("tohex"),
  emit: ([e, length], _type, context) => {
    if (e === undefined) return context.refuse("tohex without an argument");
    const x = isInteger(e.type) ? e : convert(e, "long", context);
    // A negative number prints as two's complement of its own width.
    const full = x.type === "int" ? 4294967296n : 18446744073709551616n;
    const hex = once(
      [x.sql],
      (v = "") => `lower(to_hex(case when ${v} < 0 then (${v}::hugeint + ${full}) else ${v}::hugeint end))`,
    );
    if (length === undefined) return text(`coalesce(${hex}, '')`);
    const width = `least(cast(${convert(length, "long", context).sql} as INTEGER), 16)`;
    return text(
      `coalesce(${once([hex, width], (h = "", w = "") => `lpad(${h}, greatest(length(${h}), ${w})::INTEGER, '0')`)}, '')`,
    );
  },
};

const absRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("abs"),
  emit: ([e], resultType, context) => {
    if (e === undefined) return context.refuse("abs without an argument");
    const type = e.type === "dynamic" || e.type === "string" ? "real" : e.type === "int" ? resultType : e.type;
    const x = convert(e, type, context);
    if (isInteger(type) || type === "timespan") {
      const sql = once(
        [x.sql],
        (v = "") => `case when ${v} < 0 then ${unaryMinus({ sql: v, type }, context).sql} else ${v} end`,
      );
      return value(type, sql, x.notNull === true);
    }
    return { ...value(type, `abs(${x.sql})`, x.notNull === true), ...scaleOf(x) };
  },
};

const inUnit = (x: string) => `${x} between -1 and 1`;

export const mathFunctions: Readonly<Record<string, ScalarFunction>> = {
  abs: absRow,
  acos: real("acos", x => `acos(${x})`, inUnit),
  asin: real("asin", x => `asin(${x})`, inUnit),
  atan: real("atan", x => `atan(${x})`),
  atan2: plainRow(fn("atan2"), ["real"], "real", (y, x) => `atan2(${y}, ${x})`),
  bin: binRow,
  floor: binRow,
  bin_at: binAtRow,
  binary_and: bits("binary-and", (a, b) => `(${a} & ${b})`),
  binary_not: bits("binary-not", a => `(~${a})`),
  binary_or: bits("binary-or", (a, b) => `(${a} | ${b})`),
  binary_shift_left: bits("binary-shift-left", shiftLeft),
  binary_shift_right: bits("binary-shift-right", shiftRight),
  binary_xor: bits("binary-xor", (a, b) => `xor(${a}, ${b})`),
  bitset_count_ones: bits("bitset-count-ones", a => `bit_count(${a})::BIGINT`),
  ceiling: sameType("ceiling", (x, type) => (isInteger(type) ? x : `ceil(${x})`)),
  cos: real(
    "cos",
    x => `cos(${x})`,
    x => `isfinite(${x})`,
  ),
  cot: real(
    "cot",
    x => `(1 / tan(${x}))`,
    x => `isfinite(${x})`,
  ),
  degrees: real("degrees", x => `degrees(${x})`),
  exp: real("exp", x => `exp(${x})`),
  exp10: real("exp10", x => `pow(10::DOUBLE, ${x})`),
  exp2: real("exp2", x => `pow(2::DOUBLE, ${x})`),
  log: real(
    "log",
    x => `case when ${x} = 0 then '-Infinity'::DOUBLE else ln(${x}) end`,
    x => `${x} >= 0`,
  ),
  log10: real(
    "log10",
    x => `case when ${x} = 0 then '-Infinity'::DOUBLE else log10(${x}) end`,
    x => `${x} >= 0`,
  ),
  log2: real(
    "log2",
    x => `case when ${x} = 0 then '-Infinity'::DOUBLE else log2(${x}) end`,
    x => `${x} >= 0`,
  ),
  pi: {
    nulls: "propagate",
    doc: fn("pi"),
    emit: (_args, _type, context) => emitLiteral({ type: "real", value: Math.PI }, context),
  },
  pow: plainRow(fn("pow"), ["real"], "real", (a, b) => `pow(${a}, ${b})`),
  radians: real("radians", x => `radians(${x})`),
  rand: {
    nulls: "custom",
    doc: fn("rand"),
    emit: ([n], _type, context) =>
      value("real", n === undefined ? "random()" : `floor(random() * ${convert(n, "long", context).sql})`),
  },
  round: roundRow,
  sign: real("sign", x => `sign(${x})::DOUBLE`),
  sin: real(
    "sin",
    x => `sin(${x})`,
    x => `isfinite(${x})`,
  ),
  sqrt: real(
    "sqrt",
    x => `sqrt(${x})`,
    x => `${x} >= 0`,
  ),
  tan: real(
    "tan",
    x => `tan(${x})`,
    x => `isfinite(${x})`,
  ),
  tohex: tohexRow,
};
