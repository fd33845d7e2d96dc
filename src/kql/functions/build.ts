/** Small words for the tables: how rows build SQL. */
import type { KqlType } from "../../base/column.js";
import { constantString } from "./literal.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "./spec.js";

/** The page of a function or operator in Microsoft's reference. */
export const docs = (page: string): string => `https://learn.microsoft.com/kusto/query/${page}`;
export const fn = (page: string): string => docs(`${page}-function`);

/** A string that cannot be NULL; `nullable` says where NULL stands for ''. */
export function text(sql: string, nullable?: string): SqlExpr {
  return nullable === undefined
    ? { sql, type: "string", notNull: true }
    : { sql, type: "string", notNull: true, nullable };
}

export function value(type: KqlType, sql: string, notNull = false): SqlExpr {
  return notNull ? { sql, type, notNull } : { sql, type };
}

/** The constant string an argument must be, else the call is refused. */
export function needString(e: SqlExpr | undefined, what: string, context: EmitContext): string {
  return constantString(e) ?? context.refuse(`${what} that is not a constant string`, "write the value into the query");
}

/** Whether every argument is certainly not null. */
export function allNotNull(args: readonly SqlExpr[]): boolean {
  return args.every(a => a.notNull === true);
}

/** A row that turns string arguments into a string by one SQL expression. */
export function stringRow(doc: string, sql: (...args: readonly string[]) => string): ScalarFunction {
  return {
    nulls: "empty-string",
    doc,
    emit: (args, _type, context) => text(sql(...args.map(a => context.convert(a, "string").sql))),
  };
}

/** A row whose result is null when an argument is null, arguments converted to `types` (the last repeats). */
export function plainRow(
  doc: string,
  types: readonly KqlType[],
  result: KqlType,
  sql: (...args: readonly string[]) => string,
): ScalarFunction {
  return {
    nulls: "propagate",
    doc,
    emit: (args, _type, context) =>
      value(result, sql(...args.map((a, i) => context.convert(a, types[i] ?? types.at(-1) ?? a.type).sql))),
  };
}
