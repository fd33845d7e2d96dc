/** Column types of plain JavaScript rows. */
import type { Column, KqlType } from "../base/column.js";

/** The type one value asks for; undefined for null and undefined, which fit anywhere. */
function typeOf(value: unknown): KqlType | undefined {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "long";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "long" : "real";
    case "string":
      return "string";
    case "object":
      return value === null ? undefined : value instanceof Date ? "datetime" : "dynamic";
    default:
      return value === undefined ? undefined : "dynamic";
  }
}

function widen(a: KqlType | undefined, b: KqlType | undefined): KqlType | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const numeric = (t: KqlType): boolean => t === "long" || t === "real";
  return numeric(a) && numeric(b) ? "real" : "dynamic";
}

/**
 * Finds the columns of rows: every key of any row, in order of appearance.
 *
 * boolean → bool; whole numbers and bigint → long; other numbers, or both → real; string → string; Date → datetime;
 * arrays and objects, and columns that mix types → dynamic; columns without any value → dynamic.
 */
export function inferColumns(rows: Iterable<object>): readonly Column[] {
  const types = new Map<string, KqlType | undefined>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) types.set(name, widen(types.get(name), typeOf(value)));
  return [...types].map(([name, type]) => ({ name, type: type ?? "dynamic" }));
}
