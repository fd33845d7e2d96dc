/** `declare pattern`: texts to queries. Source: https://learn.microsoft.com/kusto/query/pattern-statement */
import type { BoundNode } from "../bridge.js";
import type { Binding, Lowering, Scope, Table } from "./context.js";
import { refuse, reject } from "../refusal.js";
import { withRow } from "./context.js";
import { constantText, lowerExpr } from "./expr.js";

type Pattern = Binding & { readonly kind: "pattern" };

/** The pattern that a call names; undefined when it names something else. */
export function patternOf(call: BoundNode, scope: Scope): Pattern | undefined {
  const bound = call.kind === "FunctionCallExpression" ? scope.names.get(call.get("Name").name) : undefined;
  return bound?.kind === "pattern" ? bound : undefined;
}

/** The query that a use of a pattern stands for: that of the first match with these arguments and this path. */
export function lowerPattern(
  lowering: Lowering,
  pattern: Pattern,
  use: { readonly call: BoundNode; readonly path: string | undefined; readonly scope: Scope },
): Table {
  const { call, path, scope } = use;
  const name = call.get("Name").name;
  const args = call
    .get("ArgumentList")
    .list("Expressions")
    .map(a => {
      const written = constantText(lowerExpr(a, { lowering, scope: withRow(scope, undefined) }));
      return written ?? refuse(`an argument of the pattern '${name}' that is not a constant text`, a.span);
    });
  const declaration = pattern.node.find("Pattern");
  const matches = declaration?.list("Patterns") ?? [];
  const found = matches.find(match => {
    const values = match.get("ParameterValues").list("Expressions");
    const isSame = values.length === args.length && values.every((v, i) => v.stringValue === args[i]);
    return isSame && match.find("PathValue")?.get("Value").stringValue === path;
  });
  if (found === undefined) {
    const written = `${name}(${args.map(a => JSON.stringify(a)).join(", ")})${path === undefined ? "" : `.${path}`}`;
    return reject("kql/no-pattern-match", `the pattern '${name}' has no query for ${written}`, call.span);
  }
  const body = found.get("Body");
  return lowering.nested(call.span, () => {
    let inner = withRow(pattern.scope, undefined);
    for (const statement of body.list("Statements")) inner = lowering.options.bindStatement(lowering, statement, inner);
    return lowering.table(body.get("Expression"), inner);
  });
}
