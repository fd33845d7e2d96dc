/**
 * Decimals are DECIMAL(38,17) in DuckDB; the numbers of `parse_version()` have up to 32 digits, more than stand before 17
 * places, and are DECIMAL(38,0). No type of DuckDB holds both: where values come into one column or are compared, the
 * others must be certainly whole, else it is refused, because DuckDB would round.
 */
import { duckdbTypes } from "../../base/column.js";
import type { EmitContext, SqlExpr } from "./spec.js";

export const wholeType = "DECIMAL(38,0)";

/** DuckDB's type of an expression. */
export function duckdbType(e: Pick<SqlExpr, "type" | "scale">): string {
  return e.type === "decimal" && e.scale === 0 ? wholeType : duckdbTypes[e.type];
}

/** The scale of what is made of a decimal and keeps its places. */
export function scaleOf(e: SqlExpr): { readonly scale?: 0 } {
  return e.scale === 0 ? { scale: 0 } : {};
}

/** The values in one type of DuckDB. */
export function inOneScale(values: readonly SqlExpr[], context: Pick<EmitContext, "refuse">): readonly SqlExpr[] {
  if (!values.some(v => v.type === "decimal" && v.scale === 0)) return values;
  return values.map(v => {
    if (v.scale === 0) return v;
    if (v.whole === undefined)
      return context.refuse(
        "a number of parse_version() beside decimals that may have places",
        "compare versions with each other, or give both as text by tostring()",
      );
    return { ...v, sql: v.whole, scale: 0 };
  });
}
