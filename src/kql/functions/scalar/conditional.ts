/** Conditions, nulls and types: iff, case, coalesce, isempty, tostring, gettype, … */
import type { KqlType } from "../../../base/column.js";
import { allNotNull, fn, text, value } from "../build.js";
import { once } from "../once.js";
import { convert, dynamicText, parseJson } from "../convert.js";
import { emitLiteral, isConstantNull } from "../literal.js";
import { arithmeticOperators } from "../operator/arithmetic.js";
import { between, commonType } from "../operator/compare.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

/** Branches of a condition in one type; null and dynamic give way to the rest. */
function toCommon(branches: readonly SqlExpr[], resultType: KqlType, context: EmitContext): readonly SqlExpr[] {
  return branches.map(b => convert(b, resultType, context));
}

function caseRow(doc: string): ScalarFunction {
  return {
    nulls: "custom",
    doc,
    emit: (args, resultType, context) => {
      const conditions: SqlExpr[] = [];
      const branches: SqlExpr[] = [];
      for (let i = 0; i + 1 < args.length; i += 2) {
        const [condition, branch] = [args[i], args[i + 1]];
        if (condition === undefined || branch === undefined) break;
        conditions.push(convert(condition, "bool", context));
        branches.push(branch);
      }
      const last = args.at(-1);
      if (last === undefined) return context.refuse("case without branches");
      const values = toCommon([...branches, last], resultType, context);
      const whens = conditions.map((c, i) => `when ${c.filter ?? c.sql} then ${values[i]?.sql ?? "null"}`);
      return value(
        resultType,
        `(case ${whens.join(" ")} else ${values.at(-1)?.sql ?? "null"} end)`,
        allNotNull(values),
      );
    },
  };
}

/** `isnull`, and its opposite. A string is never null. */
function nullTest(form: "null" | "not null"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(form === "null" ? "isnull" : "isnotnull"),
    emit: ([e], _type, context) => {
      if (e === undefined) return context.refuse("isnull without an argument");
      if (e.type === "string") return emitLiteral({ type: "bool", value: form === "not null" }, context);
      const sql = e.type === "dynamic" ? dynamicText(e) : e.sql;
      return value("bool", `(${sql} is ${form})`, true);
    },
  };
}

/** `isempty`, and its opposite: '' or null. */
function emptyTest(form: "empty" | "not empty"): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(form === "empty" ? "isempty" : "isnotempty"),
    emit: ([e], _type, context) => {
      if (e === undefined) return context.refuse("isempty without an argument");
      if (e.type === "string" || e.type === "dynamic") {
        const sql = e.type === "string" ? e.sql : convert(e, "string", context).sql;
        return value("bool", form === "empty" ? `(${sql} = '')` : `(${sql} <> '')`, true);
      }
      return value("bool", `(${e.sql} is ${form === "empty" ? "null" : "not null"})`, true);
    },
  };
}

const coalesceRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("coalesce"),
  emit: (args, resultType, context) => {
    const values = toCommon(args, resultType, context);
    if (resultType === "string") {
      const nullable = `coalesce(${values.map(v => `nullif(${v.nullable ?? v.sql}, '')`).join(", ")})`;
      return text(`coalesce(${values.map(v => `nullif(${v.nullable ?? v.sql}, '')`).join(", ")}, '')`, nullable);
    }
    // JSON null counts as null: it must not end the search.
    const parts = values.map(v =>
      resultType === "dynamic" ? once([v.sql], j => `case when json_type(${j}) <> 'NULL' then ${j} end`) : v.sql,
    );
    return value(
      resultType,
      `coalesce(${parts.join(", ")})`,
      values.some(v => v.notNull === true),
    );
  },
};

function extremeRow(name: "greatest" | "least", page: string): ScalarFunction {
  return {
    nulls: "custom",
    doc: fn(page),
    emit: (args, resultType, context) => {
      const type = resultType === "dynamic" ? args.map(a => a.type).reduce(commonType, "dynamic") : resultType;
      if (type === "dynamic")
        return context.refuse(`${page.replace("-", "_")}() of dynamic values`, "convert them first");
      const values = toCommon(args, type, context);
      return value(type, `${name}(${values.map(v => v.sql).join(", ")})`, allNotNull(values));
    },
  };
}

/** `tolong(x)` and its like: the conversion itself. */
function conversion(to: KqlType, page: string): ScalarFunction {
  return {
    nulls: to === "string" ? "empty-string" : "propagate",
    doc: fn(page),
    emit: ([e], _type, context) =>
      e === undefined ? context.refuse(`${page} without an argument`) : convert(e, to, context),
  };
}

const parseJsonRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("parse-json"),
  differs: "A number keeps its JSON form (118.0 stays 118.0 in text).",
  emit: ([e], _type, context) =>
    e === undefined ? context.refuse("parse_json without an argument") : parseJson(e, context),
};

const dynamicTypes =
  "case json_type(j) when 'VARCHAR' then 'string' when 'BOOLEAN' then 'bool' when 'OBJECT' then 'dictionary'" +
  " when 'ARRAY' then 'array' when 'DOUBLE' then 'real' when 'BIGINT' then 'long' when 'UBIGINT' then 'long' else 'null' end";

const gettypeRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("gettype"),
  differs: "Inside dynamic, datetime, timespan, guid and decimal are strings; whole numbers are long, also below 2^31.",
  emit: ([e], _type, context) => {
    if (e === undefined) return context.refuse("gettype without an argument");
    if (isConstantNull(e)) return emitLiteral({ type: "string", value: "null" }, context);
    if (e.type === "dynamic") return text(once([e.sql], j => dynamicTypes.replaceAll("(j)", `(${j})`)));
    return emitLiteral({ type: "string", value: e.type }, context);
  },
};

function realTest(name: string): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(name),
    emit: ([e], _type, context) =>
      e === undefined
        ? context.refuse(`${name} without an argument`)
        : value("bool", `${name}(${convert(e, "real", context).sql})`),
  };
}

const aroundRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("around"),
  emit: ([e, center, delta], _type, context) => {
    const { Add: add, Subtract: subtract } = arithmeticOperators;
    if (!e || !center || !delta || !add || !subtract) return context.refuse("around without its three arguments");
    const low = subtract.emit(center, delta, center.type, context);
    const high = add.emit(center, delta, center.type, context);
    return between(e, { low, high, add }, context);
  },
};

const notRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("not"),
  emit: ([e], _type, context) => {
    if (e === undefined) return context.refuse("not without an argument");
    const condition = convert(e, "bool", context);
    return value("bool", `(not ${condition.sql})`, condition.notNull === true);
  },
};

/** Bytes of the values: fixed by type, a text's length. */
function sizeOf(e: SqlExpr, context: EmitContext): string {
  const fixed: Partial<Record<KqlType, number>> = {
    ...{ bool: 1, int: 4, long: 8, real: 8, datetime: 8, timespan: 8, guid: 16, decimal: 34 },
  };
  const bytes = fixed[e.type];
  return bytes === undefined ? `octet_length(encode(${convert(e, "string", context).sql}))` : String(bytes);
}

const estimateSize: ScalarFunction = {
  nulls: "custom",
  doc: fn("estimate-data-size"),
  differs: "A dynamic value counts the bytes of its JSON.",
  emit: (args, _type, context) =>
    value("long", `(${["0", ...args.map(a => sizeOf(a, context))].join(" + ")})::BIGINT`, true),
};

/** True, or the query fails with the message. */
const assertRow: ScalarFunction = {
  nulls: "custom",
  doc: fn("assert"),
  differs: "A condition that is only known when the query runs is checked then, for the rows that reach it.",
  emit: ([condition, message], _type, context) => {
    const holds = convert(condition as SqlExpr, "bool", context);
    if (holds.constant?.type === "bool" && holds.constant.value === true) return holds;
    const said = convert(message as SqlExpr, "string", context).sql;
    const failure = `error('assert() has failed with message: ''' || ${said} || '''')`;
    return value("bool", `(case when ${holds.filter ?? holds.sql} then true else ${failure} end)`, true);
  },
};

export const conditionalFunctions: Readonly<Record<string, ScalarFunction>> = {
  assert: assertRow,
  estimate_data_size: estimateSize,
  iff: caseRow(fn("iff")),
  iif: caseRow(fn("iff")),
  case: caseRow(fn("case")),
  coalesce: coalesceRow,
  max_of: extremeRow("greatest", "max-of"),
  min_of: extremeRow("least", "min-of"),
  not: notRow,
  isnull: nullTest("null"),
  isnotnull: nullTest("not null"),
  notnull: nullTest("not null"),
  isempty: emptyTest("empty"),
  isnotempty: emptyTest("not empty"),
  notempty: emptyTest("not empty"),
  tostring: conversion("string", "tostring"),
  toint: conversion("int", "toint"),
  tolong: conversion("long", "tolong"),
  toreal: conversion("real", "toreal"),
  todouble: conversion("real", "todouble"),
  todecimal: conversion("decimal", "todecimal"),
  tobool: conversion("bool", "tobool"),
  toboolean: conversion("bool", "tobool"),
  todatetime: conversion("datetime", "todatetime"),
  totimespan: conversion("timespan", "totimespan"),
  totime: conversion("timespan", "totimespan"),
  toguid: conversion("guid", "toguid"),
  parse_json: parseJsonRow,
  parsejson: parseJsonRow,
  todynamic: parseJsonRow,
  toobject: parseJsonRow,
  gettype: gettypeRow,
  isnan: realTest("isnan"),
  isinf: realTest("isinf"),
  isfinite: realTest("isfinite"),
  around: aroundRow,
  new_guid: { nulls: "custom", doc: fn("new-guid"), emit: () => value("guid", "uuid()", true) },
};
