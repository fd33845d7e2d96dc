/** Regular expressions as DuckDB takes them. */
import { convert } from "./convert.js";
import { constantString } from "./literal.js";
import { missingInRe2, toRe2 } from "./regex.js";
import type { EmitContext, SqlExpr } from "./spec.js";

/** The SQL of a pattern: one that is known is written for RE2, and what RE2 does not have is refused with its name. */
export function regexSql(pattern: SqlExpr | undefined, context: EmitContext): string {
  if (pattern === undefined) return context.refuse("a regular expression that is not there");
  const constant = constantString(pattern);
  const missing = constant === undefined ? undefined : missingInRe2(constant);
  if (missing !== undefined) return context.refuse(missing, "Kusto's regular expressions have none either");
  const written = constant === undefined ? undefined : toRe2(constant);
  return written === undefined || written === constant
    ? convert(pattern, "string", context).sql
    : context.bind(written);
}
