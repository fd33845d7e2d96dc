/**
 * Expressions whose value is known before any row is read, so that an optional parameter that was not given costs nothing:
 * `isnull(starttime) or TimeGenerated >= starttime` is a plain bound of time, or nothing at all.
 */
import type { ConstantValue } from "../functions/spec.js";
import type { Expr } from "../plan.js";

/** The same expression, or a simpler one with the same value and type. */
export function fold(expr: Expr): Expr {
  if (expr.kind === "operator") return foldOperator(expr);
  return expr.kind === "call" ? foldCall(expr) : expr;
}

type Operator = Expr & { readonly kind: "operator" };
type Call = Expr & { readonly kind: "call" };

/** Null is neither: `null or true` is true, and a literal null stays as it is. */
function truth(expr: Expr): boolean | undefined {
  return expr.kind === "literal" && expr.value.type === "bool" ? (expr.value.value ?? undefined) : undefined;
}

const bool = (value: boolean): Expr => ({ kind: "literal", type: "bool", value: { type: "bool", value } });

function foldOperator(expr: Operator): Expr {
  const { name, left, right } = expr;
  if (name === "And" || name === "Or") {
    const deciding = name === "Or";
    if (truth(left) === deciding || truth(right) === deciding) return bool(deciding);
    if (truth(left) === !deciding && right.type === "bool") return right;
    return truth(right) === !deciding && left.type === "bool" ? left : expr;
  }
  if (name !== "Equal" && name !== "NotEqual") return expr;
  const same = isSame(left, right);
  return same === undefined ? expr : bool(same === (name === "Equal"));
}

/** Whether two literals are the same text or whole number. */
function isSame(left: Expr, right: Expr): boolean | undefined {
  if (left.kind !== "literal" || right.kind !== "literal") return undefined;
  const [a, b] = [left.value, right.value];
  if (a.type === "string" && b.type === "string") return a.value === b.value;
  const [m, n] = [whole(a), whole(b)];
  return m === undefined || n === undefined ? undefined : m === n;
}

const whole = (value: ConstantValue): bigint | undefined =>
  value.type === "int" || value.type === "long" ? (value.value ?? undefined) : undefined;

function foldCall(expr: Call): Expr {
  const [first, second, third] = expr.args;
  if (first === undefined) return expr;
  switch (expr.name) {
    case "not": {
      const known = truth(first);
      return known === undefined ? expr : bool(!known);
    }
    case "isnull":
    case "isnotnull": {
      const known = isNull(first);
      return known === undefined ? expr : bool(known === (expr.name === "isnull"));
    }
    case "isempty":
    case "isnotempty":
    case "notempty": {
      if (first.kind !== "literal" || first.value.type !== "string") return expr;
      return bool((first.value.value === "") === (expr.name === "isempty"));
    }
    case "array_length": {
      if (first.kind !== "literal" || first.value.type !== "dynamic" || !Array.isArray(first.value.value)) return expr;
      return { kind: "literal", type: expr.type, value: { type: "long", value: BigInt(first.value.value.length) } };
    }
    case "iff":
    case "iif": {
      const known = truth(first);
      const chosen = known === true ? second : known === false ? third : undefined;
      return chosen?.type === expr.type ? chosen : expr;
    }
    case "case":
      return foldCase(expr);
    case "coalesce":
      return foldCoalesce(expr);
    default:
      return expr;
  }
}

/** Leaves out the branches that are never taken. */
function foldCase(expr: Call): Expr {
  const { args } = expr;
  const kept: Expr[] = [];
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [test, value] = [args[i]!, args[i + 1]!];
    if (truth(test) === false) continue;
    if (truth(test) === true) return kept.length === 0 ? only(value, expr) : { ...expr, args: [...kept, value] };
    kept.push(test, value);
  }
  const last = args.at(-1);
  if (last === undefined || kept.length === args.length - 1) return expr;
  return kept.length === 0 ? only(last, expr) : { ...expr, args: [...kept, last] };
}

/** Leaves out the nulls before, and all behind what is not null. Of texts, the empty one counts as null. */
function foldCoalesce(expr: Call): Expr {
  if (expr.args.some(a => a.type !== expr.type) || expr.type === "string" || expr.type === "dynamic") return expr;
  const from = expr.args.findIndex(a => isNull(a) !== true);
  const first = expr.args[from];
  if (first === undefined) return expr;
  return isNull(first) === false || from === expr.args.length - 1 ? first : { ...expr, args: expr.args.slice(from) };
}

const only = (value: Expr, expr: Call): Expr => (value.type === expr.type ? value : expr);

/** Texts are never null; what counts from `now()` is not. */
function isNull(expr: Expr): boolean | undefined {
  if (expr.kind === "literal") return expr.value.type === "string" ? false : expr.value.value === null;
  const ofClock = expr.kind === "call" && (expr.name === "now" || expr.name === "ago");
  return ofClock && expr.args.every(a => isNull(a) === false) ? false : undefined;
}
