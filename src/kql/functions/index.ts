/** The scalar semantics of KQL as tables: what each operator, function and aggregate is in DuckDB's SQL. */
import { aggregateFunctions, emitPercentile } from "./aggregate.js";
import { arithmeticOperators } from "./operator/arithmetic.js";
import { between as betweenRange, comparisonOperators, negate } from "./operator/compare.js";
import { textOperators } from "./operator/text.js";
import { conditionalFunctions } from "./scalar/conditional.js";
import { datetimeFunctions } from "./scalar/datetime.js";
import { dynamicFunctions } from "./scalar/dynamic.js";
import { encodingFunctions } from "./scalar/encoding.js";
import { geoFunctions } from "./scalar/geo.js";
import { geoShapeFunctions } from "./scalar/geo-shapes.js";
import { mathFunctions } from "./scalar/math.js";
import { networkFunctions } from "./scalar/network.js";
import { parseFunctions } from "./scalar/parse.js";
import { seriesFunctions } from "./scalar/series.js";
import { sketchFunctions } from "./scalar/sketch.js";
import { stringFunctions } from "./scalar/string.js";
import { unitFunctions } from "./scalar/units.js";
import type { BinaryOperator, EmitContext, ScalarFunction, SqlExpr } from "./spec.js";

export type * from "./spec.js";
export { aggregateFunctions, emitPercentile };
export { convert, parseJson } from "./convert.js";
export { dynamicAccess } from "./dynamic-access.js";
export { constantText, emitLiteral, nullLiteral, nullSql } from "./literal.js";
export { unaryMinus } from "./operator/arithmetic.js";
export { inOperators } from "./operator/in.js";
export { commonType, negate } from "./operator/compare.js";
export { preludeSql } from "./prelude.js";
export * from "./time-text.js";
export { udfs } from "./udf/index.js";

/** By syntax kind of the language service without "Expression". */
export const binaryOperators: Readonly<Record<string, BinaryOperator>> = {
  ...comparisonOperators,
  ...arithmeticOperators,
  ...textOperators,
};

export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  ...conditionalFunctions,
  ...mathFunctions,
  ...stringFunctions,
  ...datetimeFunctions,
  ...dynamicFunctions,
  ...encodingFunctions,
  ...geoFunctions,
  ...geoShapeFunctions,
  ...networkFunctions,
  ...parseFunctions,
  ...seriesFunctions,
  ...sketchFunctions,
  ...unitFunctions,
};

/** `e between (low .. high)`; `high` may be a timespan after a datetime `low`. */
export function between(e: SqlExpr, low: SqlExpr, high: SqlExpr, context: EmitContext): SqlExpr {
  const add = arithmeticOperators["Add"];
  return add === undefined ? context.refuse("between") : betweenRange(e, { low, high, add }, context);
}

/** `e !between (low .. high)`. */
export function notBetween(e: SqlExpr, low: SqlExpr, high: SqlExpr, context: EmitContext): SqlExpr {
  return negate(between(e, low, high, context));
}
