/** Plan expressions → SQL, by the function tables. */
import type { Span } from "../../base/diagnostic.js";
import type { SqlExpr } from "../functions/spec.js";
import type { Expr, Rel, Slot } from "../plan.js";
import type { Emission } from "./emission.js";
import { HuntError, unreachable } from "../../base/error.js";
import {
  between,
  binaryOperators,
  convert,
  dynamicAccess,
  emitLiteral,
  inOperators,
  notBetween,
  scalarFunctions,
  unaryMinus,
} from "../functions/index.js";
import { refuse } from "../refusal.js";
import { nullOfType } from "./emission.js";
import { internalFunctions } from "./internal.js";

export interface ExprScope {
  readonly emission: Emission;
  /** The value of a slot of the current row. */
  readonly column: (slot: Slot) => SqlExpr;
  /** A SELECT of one column, for `toscalar` and `in (table)`. */
  readonly select: (rel: Rel, slot: Slot) => SqlExpr;
}

/** Emits an expression; its refusals become diagnostics and a null stands in. */
export function emitExpr(expr: Expr, scope: ExprScope): SqlExpr {
  return scope.emission.attempt(
    () => emitOne(expr, scope),
    () => nullOfType(expr.type),
  );
}

/** Emits a condition as SQL that is true exactly where the rows stay. */
export function emitCondition(expr: Expr, scope: ExprScope): string {
  const value = emitExpr(expr, scope);
  return value.filter ?? value.sql;
}

function emitOne(expr: Expr, scope: ExprScope): SqlExpr {
  const { emission } = scope;
  switch (expr.kind) {
    case "column":
      return scope.column(expr.slot);
    case "literal":
      return emitLiteral(expr.value, emission);
    case "call":
      return emitCall(expr, scope);
    case "operator":
      return emitOperator(expr, scope);
    case "negate": {
      const value = unaryMinus(emitOne(expr.operand, scope), emission.context(expr.span));
      return typed(value, expr.type, expr.span, emission);
    }
    case "convert":
      return convert(emitOne(expr.operand, scope), expr.type, emission.context(expr.span));
    case "in":
      return inOperator(expr.name, expr.span).list(
        emitOne(expr.left, scope),
        expr.items.map(i => emitOne(i, scope)),
        emission.context(expr.span),
      );
    case "in-table":
      return inOperator(expr.name, expr.span).subquery(
        emitOne(expr.left, scope),
        scope.select(expr.table, expr.column.slot),
        emission.context(expr.span),
      );
    case "between":
      return emitBetween(expr, scope);
    case "member": {
      const selector = typeof expr.selector === "string" ? expr.selector : emitOne(expr.selector, scope);
      return dynamicAccess(emitOne(expr.target, scope), selector, emission.context(expr.span));
    }
    case "scalar": {
      const select = scope.select(expr.table, expr.column.slot);
      return expr.type === "string"
        ? { sql: `coalesce((${select.sql}), '')`, type: "string", notNull: true }
        : { ...select, sql: `(${select.sql})`, type: expr.type };
    }
    default:
      return unreachable(expr, "emitExpr");
  }
}

function emitCall(expr: Expr & { readonly kind: "call" }, scope: ExprScope): SqlExpr {
  const row =
    internalFunctions[expr.name] ??
    (Object.hasOwn(scalarFunctions, expr.name) ? scalarFunctions[expr.name] : undefined);
  if (row === undefined) return refuse(`the function '${expr.name}'`, expr.span);
  const args = expr.args.map(a => emitOne(a, scope));
  return typed(row.emit(args, expr.type, scope.emission.context(expr.span)), expr.type, expr.span, scope.emission);
}

function emitOperator(expr: Expr & { readonly kind: "operator" }, scope: ExprScope): SqlExpr {
  const row = Object.hasOwn(binaryOperators, expr.name) ? binaryOperators[expr.name] : undefined;
  if (row === undefined) return refuse(`the operator '${expr.name}'`, expr.span);
  const context = scope.emission.context(expr.span);
  const value = row.emit(emitOne(expr.left, scope), emitOne(expr.right, scope), expr.type, context);
  return typed(value, expr.type, expr.span, scope.emission);
}

function emitBetween(expr: Expr & { readonly kind: "between" }, scope: ExprScope): SqlExpr {
  const [left, from, to] = [expr.left, expr.from, expr.to].map(e => emitOne(e, scope));
  if (left === undefined || from === undefined || to === undefined)
    throw new HuntError("internal/bug", "between without its parts");
  const context = scope.emission.context(expr.span);
  return expr.negated ? notBetween(left, from, to, context) : between(left, from, to, context);
}

function inOperator(name: string, span: Span): (typeof inOperators)[string] & object {
  const row = Object.hasOwn(inOperators, name) ? inOperators[name] : undefined;
  return row ?? refuse(`the operator '${name}'`, span);
}

/** The binder's type holds; a row that gives another one is converted. */
function typed(value: SqlExpr, type: SqlExpr["type"], span: Span, emission: Emission): SqlExpr {
  return value.type === type ? value : convert(value, type, emission.context(span));
}

/** The value of an expression that is constant; undefined for others. */
export function constantValue(expr: Expr, emission: Emission): SqlExpr["constant"] {
  const scope: ExprScope = {
    emission,
    column: () => refuse("a column where a constant is needed", { start: 0, end: 0 }),
    select: () => refuse("a table where a constant is needed", { start: 0, end: 0 }),
  };
  try {
    return emitOne(expr, scope).constant;
  } catch {
    return undefined;
  }
}
