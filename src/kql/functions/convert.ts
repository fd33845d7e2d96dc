/** Conversions between KQL types: what `tostring()`, `tolong()`, … do, and what the language does by itself. */
import type { KqlType } from "../../base/column.js";
import { duckdbTypes } from "../../base/column.js";
import { wholeType } from "./decimals.js";
import { once } from "./once.js";
import { constantString, convertConstant, emitLiteral, isConstantNull, nullLiteral, quoteString } from "./literal.js";
import type { EmitContext, SqlExpr } from "./spec.js";

/** What conversion needs of a context: binding of folded constants, and calls of JavaScript functions. */
export type ConvertContext = Pick<EmitContext, "bind" | "callUdf">;

/**
 * Converts an expression to a type as `to<type>()` does; widening (int → long → real, anything → dynamic) is the same
 * thing. What cannot be converted is null ('' for string), never an error.
 *
 * Source: the to…() pages of https://learn.microsoft.com/kusto/query/scalar-functions#type-functions
 */
export function convert(e: SqlExpr, to: KqlType, context: ConvertContext): SqlExpr {
  if (e.type === to) return e;
  if (isConstantNull(e)) return nullLiteral(to);
  if (e.constant !== undefined) {
    const folded = convertConstant(e.constant, to);
    if (folded !== undefined) return emitLiteral(folded, context);
  }
  if (e.type === "dynamic" && to !== "string") return fromDynamic(e, to, context);
  const result = converters[to](e, context);
  return e.notNull === true && alwaysWorks(e.type, to) ? { ...result, notNull: true } : result;
}

function alwaysWorks(from: KqlType, to: KqlType): boolean {
  return (from === "int" && (to === "long" || to === "real")) || (from === "long" && to === "real");
}

/** The raw text of a dynamic value, NULL when it is null. */
export function dynamicText(e: SqlExpr): string {
  if (e.rawText !== undefined) return e.rawText;
  return e.path === undefined
    ? `json_extract_string(${e.sql}, '$')`
    : `json_extract_string(${e.path.base}, ${quoteString(e.path.path)})`;
}

function fromDynamic(e: SqlExpr, to: KqlType, context: ConvertContext): SqlExpr {
  const raw: SqlExpr = { sql: dynamicText(e), type: "string" };
  // A dynamic number may be 1.7 or 1e3: as a number it truncates, as a string it would not convert.
  if (to === "int" || to === "long") {
    const sql = once(
      [raw.sql],
      (t = "") => `coalesce(${integerOfText(t, to)}, try_cast(trunc(k_double(${t})) as ${duckdbTypes[to]}))`,
    );
    return { sql, type: to };
  }
  if (to === "bool")
    return { sql: once([raw.sql], (t = "") => `coalesce(k_boolean(${t}), k_double(${t}) <> 0)`), type: "bool" };
  if (to === "dynamic") return e;
  return converters[to](raw, context);
}

function integerOfText(sql: string, to: "int" | "long"): string {
  return to === "long" ? `k_long(${sql})` : `try_cast(k_long(${sql}) as INTEGER)`;
}

type Converter = (e: SqlExpr, context: ConvertContext) => SqlExpr;

const integer =
  (to: "int" | "long"): Converter =>
  e => {
    const type = duckdbTypes[to];
    switch (e.type) {
      case "string":
        return { sql: integerOfText(e.sql, to), type: to };
      case "real":
      case "decimal":
        return { sql: `try_cast(trunc(${e.sql}) as ${type})`, type: to };
      case "datetime":
        return { sql: to === "long" ? `k_ticks(${e.sql})` : `try_cast(k_ticks(${e.sql}) as ${type})`, type: to };
      case "bool":
        return { sql: `cast(${e.sql} as ${type})`, type: to };
      case "int":
      case "long":
      case "timespan":
        return { sql: to === "long" ? `cast(${e.sql} as ${type})` : `try_cast(${e.sql} as ${type})`, type: to };
      case "guid":
      case "dynamic":
        return nullLiteral(to);
    }
  };

const converters: Readonly<Record<KqlType, Converter>> = {
  string: e => toText(e),
  int: integer("int"),
  long: integer("long"),
  real: e => {
    if (e.type === "string") return { sql: `k_double(${e.sql})`, type: "real" };
    if (e.type === "datetime") return { sql: `cast(k_ticks(${e.sql}) as DOUBLE)`, type: "real" };
    return e.type === "guid" ? nullLiteral("real") : { sql: `cast(${e.sql} as DOUBLE)`, type: "real" };
  },
  decimal: e => {
    if (e.type === "string") return { sql: `k_decimal(${e.sql})`, type: "decimal" };
    if (e.type === "guid" || e.type === "datetime") return nullLiteral("decimal");
    const whole = e.type === "int" || e.type === "long" ? { whole: `cast(${e.sql} as ${wholeType})` } : {};
    return { sql: `try_cast(${e.sql} as ${duckdbTypes.decimal})`, type: "decimal", ...whole };
  },
  bool: e => {
    if (e.type === "string") return { sql: `k_boolean(${e.sql})`, type: "bool" };
    const numeric = ["int", "long", "real", "decimal"].includes(e.type);
    return numeric ? { sql: `(${e.sql} <> 0)`, type: "bool" } : nullLiteral("bool");
  },
  datetime: (e, context) => {
    if (e.type === "string") return datetimeOfText(e, context);
    const ticks = e.type === "int" || e.type === "long";
    return ticks ? { sql: `k_from_ticks(${e.sql})`, type: "datetime" } : nullLiteral("datetime");
  },
  timespan: (e, context) => {
    if (e.type === "string") return { sql: context.callUdf("ku_totimespan", [e.sql]), type: "timespan" };
    const ticks = e.type === "int" || e.type === "long";
    return ticks ? { sql: `cast(${e.sql} as BIGINT)`, type: "timespan" } : nullLiteral("timespan");
  },
  guid: e => (e.type === "string" ? { sql: `k_guid(${e.sql})`, type: "guid" } : nullLiteral("guid")),
  dynamic: e => toJson(e),
};

function datetimeOfText(e: SqlExpr, context: ConvertContext): SqlExpr {
  // Named in the macro; declared here so that the host registers it.
  context.callUdf("ku_todatetime", [e.sql]);
  return { sql: `k_datetime(${e.sql})`, type: "datetime" };
}

function toText(e: SqlExpr): SqlExpr {
  const macro = { datetime: "k_dt", timespan: "k_ts", real: "k_real", decimal: "k_dec", bool: "k_bool" } as const;
  switch (e.type) {
    case "string":
      return e;
    case "dynamic": {
      const nullable = dynamicText(e);
      return { sql: `coalesce(${nullable}, '')`, type: "string", notNull: true, nullable };
    }
    case "int":
    case "long":
    case "guid":
      return { sql: `coalesce(cast(${e.sql} as VARCHAR), '')`, type: "string", notNull: true };
    default:
      return { sql: `${macro[e.type]}(${e.sql})`, type: "string", notNull: true };
  }
}

/** JSON cannot hold times, guids, NaN and infinities: they become the strings that Kusto prints. */
function toJson(e: SqlExpr): SqlExpr {
  switch (e.type) {
    case "dynamic":
      return e;
    case "datetime":
    case "timespan":
      return { sql: `case when ${e.sql} is not null then to_json(${toText(e).sql}) end`, type: "dynamic" };
    case "real":
      return {
        sql: `case when isfinite(${e.sql}) then to_json(${e.sql}) else to_json(nullif(k_real(${e.sql}), '')) end`,
        type: "dynamic",
      };
    case "decimal":
      return { sql: `to_json(nullif(k_dec(${e.sql}), ''))`, type: "dynamic" };
    case "guid":
      return { sql: `to_json(cast(${e.sql} as VARCHAR))`, type: "dynamic" };
    default:
      return { sql: `to_json(${e.sql})`, type: "dynamic", ...(e.notNull === true ? { notNull: true } : {}) };
  }
}

/**
 * `parse_json()`: the value a JSON text stands for; '' is null, and text that is no JSON is that string. Of a dynamic
 * string, its content is parsed; other dynamic values stay.
 *
 * Source: https://learn.microsoft.com/kusto/query/parse-json-function
 */
export function parseJson(e: SqlExpr, context: ConvertContext): SqlExpr {
  const constant = constantString(e);
  if (constant !== undefined) {
    const folded = parseConstantJson(constant);
    if (folded !== undefined) return emitLiteral(folded, context);
  }
  if (e.type === "dynamic") {
    const sql = `case json_type(${e.sql}) when 'VARCHAR' then k_parse(${dynamicText(e)}) else ${e.sql} end`;
    return { sql, type: "dynamic" };
  }
  if (e.type !== "string") return convert(e, "dynamic", context);
  const base = `try_cast(${e.nullable ?? e.sql} as JSON)`;
  return { sql: `k_parse(${e.nullable ?? e.sql})`, type: "dynamic", path: { base, path: "$" } };
}

function parseConstantJson(source: string) {
  if (source === "") return { type: "dynamic", value: null } as const;
  // Integers beyond 2^53 and the form of reals are lost by JSON.parse: the text is kept.
  try {
    const parsed = JSON.parse(source) as never;
    return { type: "dynamic", value: parsed, text: minify(source) } as const;
  } catch {
    return undefined;
  }
}

/** Drops white space outside strings; the text must be valid JSON. */
export function minify(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|\s+/g, token => (token.startsWith('"') ? token : ""));
}
