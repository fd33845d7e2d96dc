/**
 * Operators and plug-ins that KQL itself can say: their text is written here, over tables and values that stand under
 * names of ours, and lowered like any other. Texts are ours alone: names and values of users are bound, never spliced.
 */
import type { Span } from "../../base/diagnostic.js";
import type { Binding, Lowering, Scope, Table } from "./context.js";
import type { Expr, NamedColumn } from "../plan.js";
import { HuntError } from "../../base/error.js";
import { analyze, declareDatabase, declareValues } from "../bridge.js";

export interface Inlined {
  readonly text: string;
  readonly tables: Readonly<Record<string, Table>>;
  readonly values?: Readonly<Record<string, Expr>>;
}

/** Lowers a text of ours; everything in it stands at `span` of the user's text. */
export function inlineKql(lowering: Lowering, { text, tables, values = {} }: Inlined, span: Span): Table {
  const declared = Object.entries(tables).map(([name, table]) => ({ name, columns: table.columns, open: false }));
  const globals = declareValues(
    declareDatabase(declared, []),
    Object.entries(values).map(([name, expr]) => ({ name, type: expr.type })),
  );
  const bound = analyze(text, globals, span);
  const error = bound.diagnostics.find(d => d.severity === "error");
  if (error !== undefined) throw new HuntError("internal/bug", `in a text of our own: ${error.message}: ${text}`);
  const names = new Map<string, Binding>([
    ...Object.entries(tables).map(([name, t]): [string, Binding] => [
      name,
      { kind: "table", use: shareOnce(lowering, t) },
    ]),
    ...Object.entries(values).map(([name, expr]): [string, Binding] => [name, { kind: "scalar", expr }]),
  ]);
  let scope: Scope = { names, row: undefined };
  for (const statement of bound.statements) {
    if (statement.kind === "ExpressionStatement") return lowering.table(statement.get("Expression"), scope);
    scope = lowering.options.bindStatement(lowering, statement, scope);
  }
  throw new HuntError("internal/bug", `a text of our own holds no query: ${text}`);
}

function shareOnce(lowering: Lowering, table: Table): () => Table {
  let use: (() => Table) | undefined;
  return () => (use ??= lowering.share(table, false))();
}

/** A table whose columns have names of ours: `c0`, `c1` … */
export function anonymous(table: Table): Table {
  return { ...table, columns: table.columns.map((c, i) => ({ ...c, name: `c${i}` })) };
}

/** Gives the columns of a table other names, position by position. */
export function renamed(table: Table, names: readonly string[]): Table {
  const columns = table.columns.map((c, i): NamedColumn => {
    const name = names[i];
    if (name === undefined)
      throw new HuntError("internal/bug", `a table of ${table.columns.length} columns has ${names.length} names`);
    return { ...c, name };
  });
  return { ...table, columns };
}
