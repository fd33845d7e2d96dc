/** Operators on strings: contains, startswith, has, … in both cases and negated, and `matches regex`. */
import { docs } from "../build.js";
import { convert } from "../convert.js";
import { constantString } from "../literal.js";
import { regexSql } from "../regex-sql.js";
import type { BinaryOperator, EmitContext, SqlExpr } from "../spec.js";
import { termPattern, type TermMode } from "../term.js";
import { hasCase, lowered, negate } from "./compare.js";

type CaseMode = "ci" | "cs";
type Build = (left: SqlExpr, right: SqlExpr, context: EmitContext) => SqlExpr;

const predicate = (sql: string): SqlExpr => ({ sql, type: "bool", notNull: true });

/** Substring, prefix or suffix by one DuckDB function. */
function byFunction(name: string, mode: CaseMode): Build {
  return (left, right, context) => {
    const [a, b] = [convert(left, "string", context), convert(right, "string", context)];
    const raw = mode === "cs" || !hasCase(constantString(b) ?? "a");
    const [x, y] = raw ? [a, b] : [lowered(a, context), lowered(b, context)];
    return predicate(`${name}(${x.sql}, ${y.sql})`);
  };
}

/**
 * Terms: a cheap substring test first (2 to 3 times faster), then the boundaries by regular expression. A needle that is
 * no constant is tested in JavaScript, because DuckDB would compile a pattern per row.
 */
export function termTest(mode: TermMode, cs: CaseMode): Build {
  return (left, right, context) => {
    const [a, b] = [convert(left, "string", context), convert(right, "string", context)];
    const caseless = cs === "cs" || !hasCase(constantString(b) ?? "a");
    const [x, y] = caseless ? [a, b] : [lowered(a, context), lowered(b, context)];
    const near = `contains(${x.sql}, ${y.sql})`;
    const needle = constantString(y);
    if (needle === undefined) {
      const call = context.callUdf("ku_has_term", [x.sql, y.sql, `'${mode}'`]);
      return predicate(`(case when ${near} then ${call} else false end)`);
    }
    const pattern = termPattern(needle, mode);
    if (pattern === undefined) return predicate(near);
    const regex = context.bind(caseless ? pattern : `(?i)${pattern}`);
    return predicate(`(${near} and regexp_matches(${a.sql}, ${regex}))`);
  };
}

const not =
  (build: Build): Build =>
  (left, right, context) =>
    negate(build(left, right, context));

function row(page: string, build: Build): BinaryOperator {
  return { nulls: "empty-string", doc: docs(`${page}-operator`), emit: (l, r, _t, context) => build(l, r, context) };
}

/** The four rows of one operator: X, XCs, NotX, NotXCs. */
function family(name: string, page: string, build: (mode: CaseMode) => Build): Record<string, BinaryOperator> {
  return {
    [name]: row(page, build("ci")),
    [`${name}Cs`]: row(`${page}-cs`, build("cs")),
    [`Not${name}`]: row(`not-${page}`, not(build("ci"))),
    [`Not${name}Cs`]: row(`not-${page}-cs`, not(build("cs"))),
  };
}

export const textOperators: Readonly<Record<string, BinaryOperator>> = {
  ...family("Contains", "contains", mode => byFunction("contains", mode)),
  ...family("StartsWith", "startswith", mode => byFunction("starts_with", mode)),
  ...family("EndsWith", "endswith", mode => byFunction("ends_with", mode)),
  ...family("Has", "has", mode => termTest("has", mode)),
  ...family("HasPrefix", "hasprefix", mode => termTest("hasprefix", mode)),
  ...family("HasSuffix", "hassuffix", mode => termTest("hassuffix", mode)),
  MatchesRegex: row("matches-regex", (left, right, context) => {
    const a = convert(left, "string", context);
    return predicate(`regexp_matches(${a.sql}, ${regexSql(right, context)})`);
  }),
};
