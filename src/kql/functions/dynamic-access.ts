/** `d.key`, `d["key"]`, `d[0]`, `d[(-1)]` and `d[expression]`. */
import { constantElements, constantInteger, constantString, emitLiteral, quoteString } from "./literal.js";
import type { ConvertContext } from "./convert.js";
import type { ConstantValue, JsonPlace, JsonValue, SqlExpr } from "./spec.js";

/**
 * One step into a dynamic value: by key into a property bag, by index (negative from the end) into an array; anything
 * else is null. Longer paths become a single extraction.
 *
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/dynamic#dynamic-object-accessors
 */
export function dynamicAccess(e: SqlExpr, selector: string | SqlExpr, context: ConvertContext): SqlExpr {
  const key = typeof selector === "string" ? selector : constantString(selector);
  if (key !== undefined) return byKey(e, key, context);
  if (typeof selector === "string") return byKey(e, selector, context);
  const index = constantInteger(selector);
  if (index !== undefined) return byIndex(e, index, context);
  const base = e.sql;
  if (e.elements !== undefined && (selector.type === "long" || selector.type === "int"))
    return elementOf(
      `(${e.elements})[case when ${selector.sql} < 0 then ${selector.sql} else ${selector.sql} + 1 end]`,
    );
  if (selector.type === "string") {
    const pointer = `'/' || replace(replace(${selector.sql}, '~', '~0'), '/', '~1')`;
    return { sql: `case json_type(${base}) when 'OBJECT' then json_extract(${base}, ${pointer}) end`, type: "dynamic" };
  }
  const at =
    selector.type === "dynamic"
      ? `k_long(json_extract_string(${selector.sql}, '$'))`
      : `cast(${selector.sql} as BIGINT)`;
  const path = `case when ${at} < 0 then '$[#' || ${at} || ']' else '$[' || ${at} || ']' end`;
  return { sql: `json_extract(${base}, ${path})`, type: "dynamic" };
}

function byKey(e: SqlExpr, key: string, context: ConvertContext): SqlExpr {
  const constant = e.constant?.type === "dynamic" ? foldable(objectAt(e.constant.value, key)) : undefined;
  if (constant !== undefined) return emitLiteral(constant, context);
  const place = e.path ?? { base: e.sql, path: "$" };
  // In a path `"*"` is a wildcard, '' an error and quotes cannot be escaped: JSON pointers say those.
  if (!/^[^"*\\\p{Cc}]+$/u.test(key)) {
    const pointer = context.bind(`/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    return {
      sql: `case json_type(${e.sql}) when 'OBJECT' then json_extract(${e.sql}, ${pointer}) end`,
      type: "dynamic",
    };
  }
  return extract({ base: place.base, path: `${place.path}."${key}"` });
}

function byIndex(e: SqlExpr, index: bigint, context: ConvertContext): SqlExpr {
  const element = constantElements(e)?.at(Number(index)) ?? null;
  const constant = e.constant?.type === "dynamic" ? foldable(element) : undefined;
  if (constant !== undefined) return emitLiteral(constant, context);
  // DuckDB's lists count from 1, and from the end with negative numbers as KQL does.
  if (e.elements !== undefined) return elementOf(`(${e.elements})[${index < 0n ? index : index + 1n}]`);
  const place = e.path ?? { base: e.sql, path: "$" };
  return extract({ base: place.base, path: `${place.path}${index < 0n ? `[#${index}]` : `[${index}]`}` });
}

/** A string out of a list: its JSON, and the string itself. */
function elementOf(sql: string): SqlExpr {
  return { sql: `to_json(${sql})`, type: "dynamic", rawText: sql };
}

function objectAt(value: JsonValue, key: string): JsonValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return Object.hasOwn(value, key) ? ((value as { readonly [key: string]: JsonValue })[key] ?? null) : null;
}

/** Numbers and what holds them stay JSON text: JavaScript would lose 64-bit integers and the form of reals. */
function foldable(value: JsonValue): ConstantValue | undefined {
  return typeof value === "number" || (typeof value === "object" && value !== null)
    ? undefined
    : { type: "dynamic", value };
}

function extract(place: JsonPlace): SqlExpr {
  return { sql: `json_extract(${place.base}, ${quoteString(place.path)})`, type: "dynamic", path: place };
}
