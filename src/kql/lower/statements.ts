/** Statements: `let`, `declare query_parameters`, `declare pattern`, `set`, and the query itself. */
import type { BoundNode } from "../bridge.js";
import type { Binding, Lowering, Scope, Table } from "./context.js";
import { notSupported, refuse, reject } from "../refusal.js";
import { aliasKey, isTabular, nullOf, scalarType, tableColumns, withNames, withRow } from "./context.js";
import { lowerExpr } from "./expr.js";
import { isLiteral, lowerLiteral } from "./literals.js";

/** Options that cannot change the rows of an answer computed here. */
const harmlessOptions = new Set(["notruncation", "norequesttimeout", "servertimeout", "truncationmaxsize"]);

/** The scope after a statement that is not the query. */
export function bindStatement(lowering: Lowering, node: BoundNode, scope: Scope): Scope {
  switch (node.kind) {
    case "LetStatement": {
      const name = node.get("Name").name;
      return withNames(scope, [[name, bindLet(lowering, node.get("Expression"), scope)]]);
    }
    case "QueryParametersStatement":
      return withNames(
        scope,
        node.list("Parameters").map(p => bindQueryParameter(p, scope)),
      );
    case "PatternStatement":
      return withNames(scope, [[node.get("Name").name, { kind: "pattern", scope, node }]]);
    case "SetOptionStatement": {
      const option = node.get("Name").name.toLowerCase();
      return harmlessOptions.has(option) ? scope : refuse(`'set ${option}'`, node.span);
    }
    case "AliasStatement":
      return withNames(scope, [[aliasKey(node.get("Name").name), { kind: "alias", node: aliased(lowering, node) }]]);
    case "EmptyStatement":
      return scope;
    default:
      return refuse(`the statement '${node.text.split(/\s/, 2).join(" ")}'`, node.span);
  }
}

/** `alias database X = database("Case42")`: what X stands for; undefined, and refused, where it is on another cluster. */
function aliased(lowering: Lowering, node: BoundNode): BoundNode | undefined {
  const expression = node.get("Expression");
  if (expression.kind === "FunctionCallExpression") return expression;
  lowering.report(notSupported(`'${node.text}' (a database of another cluster)`, node.span));
  return undefined;
}

function bindLet(lowering: Lowering, node: BoundNode, scope: Scope): Binding {
  if (node.kind === "FunctionDeclaration") return { kind: "function", scope, bodyStart: node.get("Body").span.start };
  if (isTabular(node)) {
    let use: (() => Table) | undefined;
    const define = (): (() => Table) => {
      const columns = tableColumns(node);
      const table = lowering.attempt(
        node,
        () => lowering.table(node, withRow(scope, undefined)),
        () => lowering.placeholder(columns),
      );
      return lowering.share(table, node.kind === "MaterializeExpression");
    };
    return { kind: "table", use: () => (use ??= define())() };
  }
  if (node.type.kind === "graph") {
    let graph: Table | undefined;
    const none: Table = { rel: { kind: "values", columns: [], rows: [] }, columns: [], order: [], serialized: false };
    const define = (): Table =>
      lowering.attempt(
        node,
        () => lowering.table(node, withRow(scope, undefined)),
        () => none,
      );
    return { kind: "table", use: () => (graph ??= define()) };
  }
  const expr = lowering.attempt(
    node,
    () => lowerExpr(node, { lowering, scope: withRow(scope, undefined) }),
    () => nullOf(scalarType(node)),
  );
  return { kind: "scalar", expr };
}

/** A declared query parameter has the value bound from outside, else its default. */
function bindQueryParameter(node: BoundNode, scope: Scope): readonly [string, Binding] {
  const name = node.get("NameAndType").get("Name").name;
  const given = scope.names.get(name);
  if (given !== undefined) return [name, given];
  const value = node.find("DefaultValue")?.get("Value");
  if (value === undefined || !isLiteral(value))
    return reject("kql/missing-parameter", `the query parameter '${name}' has no value`, node.span);
  return [name, { kind: "scalar", expr: lowerLiteral(value) }];
}
