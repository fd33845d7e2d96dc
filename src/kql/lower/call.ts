/** Calls of user functions (`let f = (…) {…}`, stored functions): arguments to parameters, the body's own lets. */
import type { BoundNode } from "../bridge.js";
import type { Expr } from "../plan.js";
import type { Binding, Lowering, Scope } from "./context.js";
import { HuntError } from "../../base/error.js";
import { reject } from "../refusal.js";
import { isTabular, withNames, withRow } from "./context.js";
import { isLiteral, lowerLiteral } from "./literals.js";

export interface CalledFunction {
  readonly body: BoundNode;
  /** The names the body's expression sees. */
  readonly scope: Scope;
}

export interface FunctionCall {
  readonly node: BoundNode;
  readonly args: readonly BoundNode[];
  readonly scope: Scope;
  readonly lowerScalar: (node: BoundNode) => Expr;
  /** The table that `invoke` passes as first argument. */
  readonly piped?: Binding;
}

/** Binds the arguments of a call of a user's function and the `let`s of its body. */
export function lowerArguments(call: FunctionCall, lowering: Lowering): CalledFunction {
  const { node, args, scope, lowerScalar, piped } = call;
  const callee = node.kind === "FunctionCallExpression" ? node.get("Name") : node;
  const known = scope.names.get(callee.name);
  const fn = known?.kind === "function" ? known : undefined;
  const body = node.calledBody(fn?.bodyStart);
  if (body === undefined) throw new HuntError("internal/bug", `'${callee.name}' has no body`);
  // Those of ours that only name a database say better themselves what is not there.
  const [error] = fn === undefined && isDatabaseFunction(callee.name) ? [] : node.calledErrors();
  if (error !== undefined)
    return reject("kql/bad-function", `'${callee.name}' does not work here: ${error}`, node.span);
  const bindOne = (argument: BoundNode): Binding =>
    isTabular(argument)
      ? { kind: "table", use: lowering.share(lowering.table(argument, withRow(scope, undefined)), false) }
      : { kind: "scalar", expr: lowerScalar(argument) };
  const bindings = matchParameters(callee, args, bindOne, piped);
  const outer = fn?.scope ?? { names: globalNames(scope, lowering), row: undefined };
  let inner = withNames(withRow(outer, undefined), bindings);
  for (const statement of body.list("Statements")) inner = lowering.options.bindStatement(lowering, statement, inner);
  return { body, scope: inner };
}

/** A stored function sees the database and bound values, not the query's own names. */
function globalNames(scope: Scope, lowering: Lowering): ReadonlyMap<string, Binding> {
  const values = new Set(lowering.options.scalars.map(s => s.name));
  return new Map([...scope.names].filter(([name]) => values.has(name)));
}

const isDatabaseFunction = (name: string): boolean => name === "workspace" || name === "_GetWatchlist";

function matchParameters(
  callee: BoundNode,
  args: readonly BoundNode[],
  bindOne: (argument: BoundNode) => Binding,
  piped: Binding | undefined,
): ReadonlyMap<string, Binding> {
  const parameters = callee.parameters;
  const bound = new Map<string, Binding>();
  let position = 0;
  const first = parameters[0];
  if (piped !== undefined && first !== undefined) {
    bound.set(first.name, piped);
    position = 1;
  }
  for (const argument of args) {
    if (argument.kind === "SimpleNamedExpression") {
      bound.set(argument.get("Name").name, bindOne(argument.get("Expression")));
      continue;
    }
    while (bound.has(parameters[position]?.name ?? "")) position += 1;
    const parameter = parameters[position];
    if (parameter !== undefined) bound.set(parameter.name, bindOne(argument));
    position += 1;
  }
  for (const { name, defaultValue } of parameters) {
    if (bound.has(name)) continue;
    if (defaultValue === undefined)
      return reject("kql/missing-argument", `'${callee.name}' needs an argument '${name}'`, callee.span);
    bound.set(name, { kind: "scalar", expr: lowerDefault(defaultValue) });
  }
  return bound;
}

function lowerDefault(node: BoundNode): Expr {
  if (isLiteral(node)) return lowerLiteral(node);
  if (node.kind === "UnaryMinusExpression") {
    const operand = lowerDefault(node.get("Expression"));
    return { kind: "negate", operand, type: operand.type, span: node.span };
  }
  if (node.kind === "ParenthesizedExpression") return lowerDefault(node.get("Expression"));
  return reject("kql/bad-default", `the default value '${node.text}' is not a constant`, node.span);
}
