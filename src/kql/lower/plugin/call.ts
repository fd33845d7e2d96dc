/** A plug-in's call while it is lowered: its arguments, and what plug-ins share. */
import type { Column } from "../../../base/column.js";
import type { Span } from "../../../base/diagnostic.js";
import type { KqlAnswer } from "../../api.js";
import type { BoundNode } from "../../bridge.js";
import type { ConstantValue } from "../../functions/spec.js";
import type { Computed, Expr, NamedColumn } from "../../plan.js";
import type { Table } from "../context.js";
import type { Step } from "../step.js";
import { refuse, reject } from "../../refusal.js";
import { findColumn, knownType, withRow } from "../context.js";
import { inlineKql } from "../inline.js";
import { extendRel, lowerConstant, lowerValue, outputOf, slotFor } from "../step.js";

export interface PlugIn {
  readonly doc: string;
  /** The output's columns depend on the data, unless an output schema follows the call. */
  readonly hasDataColumns?: boolean;
  /** How it differs from the service, for the documentation. */
  readonly differs?: string;
  readonly lower: (call: PlugInCall) => Table;
}

export class PlugInCall {
  readonly step: Step;
  readonly name: string;
  readonly node: BoundNode;
  readonly input: Table;
  /** Positional arguments. */
  readonly args: readonly BoundNode[];
  /** Arguments given as `name = value`. */
  readonly named: ReadonlyMap<string, BoundNode>;

  constructor(step: Step, name: string) {
    this.step = step;
    this.name = name;
    this.node = step.node.get("FunctionCall");
    this.input = step.input;
    const all = this.node.get("ArgumentList").list("Expressions");
    this.args = all.filter(a => a.kind !== "SimpleNamedExpression");
    this.named = new Map(
      all.filter(a => a.kind === "SimpleNamedExpression").map(a => [a.get("Name").name, a.get("Expression")]),
    );
  }

  get span(): Span {
    return this.step.node.span;
  }

  /** What the binder says comes out. */
  get output(): readonly Column[] {
    return outputOf(this.step).map(c => ({ name: c.name, type: knownType(c.type) }));
  }

  /** The argument at a place; `what` names it when it is missing. */
  arg(index: number, what: string): BoundNode {
    return this.args[index] ?? reject("kql/bad-plugin-call", `'${this.name}' needs ${what}`, this.node.span);
  }

  /** A column of the input. */
  column(index: number, what: string): NamedColumn {
    const node = this.arg(index, what);
    return this.columnAt(node, what);
  }

  columnAt(node: BoundNode, what: string): NamedColumn {
    const found = node.kind === "NameReference" ? findColumn(this.input, node.name) : undefined;
    return found ?? reject("kql/bad-plugin-call", `${what} of '${this.name}' must be a column of the input`, node.span);
  }

  /** The value of an argument that is a constant. */
  constant(node: BoundNode, what: string): Expr {
    const expr = lowerConstant(this.step, node);
    return expr.kind === "literal" || !hasColumns(expr)
      ? expr
      : refuse(`${what} of '${this.name}' that is not constant`, node.span);
  }

  /** The value of an argument that is a literal. */
  literal(node: BoundNode, what: string): ConstantValue {
    const expr = lowerConstant(this.step, node);
    return expr.kind === "literal" ? expr.value : refuse(`${what} of '${this.name}' that is not a literal`, node.span);
  }

  text(node: BoundNode, what: string): string {
    const value = this.literal(node, what);
    return value.type === "string" ? value.value : refuse(`${what} of '${this.name}' that is not a text`, node.span);
  }

  /** The input's rows with the given values as columns of the given names. */
  select(values: Readonly<Record<string, Expr>>): Table {
    const items: Computed[] = [];
    const taken = new Set<number>();
    const columns = Object.entries(values).map(([name, expr]): NamedColumn => {
      const slot = slotFor(this.step.lowering, expr, items, taken);
      taken.add(slot);
      return { name, type: expr.type, slot };
    });
    return { rel: extendRel(this.input.rel, items), columns, order: [], serialized: false };
  }

  value(node: BoundNode): Expr {
    return lowerValue(this.step, node);
  }

  /** Lowers a text of ours over tables and values. */
  inline(text: string, tables: Readonly<Record<string, Table>>, values: Readonly<Record<string, Expr>> = {}): Table {
    return inlineKql(this.step.lowering, { text, tables, values }, this.span);
  }

  /** A tabular argument. */
  table(node: BoundNode): Table {
    return this.step.lowering.table(node, withRow(this.step.scope, undefined));
  }

  /** The answer to this call's question, when it has been asked. */
  get answer(): KqlAnswer | undefined {
    return this.node.isElsewhere ? undefined : this.step.lowering.options.answerAt(this.node.span.end);
  }

  /** Asks what must be known of the data first. */
  ask(table: Table, facts: Readonly<Record<string, string>>, maxRows: number): Table {
    if (this.node.isElsewhere)
      return refuse(
        `'evaluate ${this.name}' inside a stored function`,
        this.span,
        "write its columns after the call, `: (name: type, …)`, or the query itself in place of the function",
      );
    const asks = { kind: "rows", table, maxRows } as const;
    return this.step.lowering.ask({ at: this.node.span.end, kind: this.name, facts, asks }, outputOf(this.step));
  }

  /** Refuses what an answer shows cannot be done. */
  tooMany(what: string, maxRows: number, hint: string): never {
    return refuse(`'evaluate ${this.name}' over more than ${maxRows.toLocaleString("en-US")} ${what}`, this.span, hint);
  }
}

function hasColumns(expr: Expr): boolean {
  switch (expr.kind) {
    case "column":
      return true;
    case "call":
      return expr.args.some(hasColumns);
    case "operator":
      return hasColumns(expr.left) || hasColumns(expr.right);
    case "negate":
    case "convert":
      return hasColumns(expr.operand);
    default:
      return false;
  }
}
