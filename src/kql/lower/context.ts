/** What lowering carries along: fresh slots, shared relations, what names mean, diagnostics. */
import type { KqlType } from "../../base/column.js";
import type { Diagnostic, Span } from "../../base/diagnostic.js";
import type { ExternalSource, KqlAnswer, KqlScalar, KqlTable } from "../api.js";
import type { BoundColumn, BoundNode } from "../bridge.js";
import type { Enrichment } from "../enrichments.js";
import type { Expr, NamedColumn, Rel, SharedRel, Slot, SlotColumn, SortKey } from "../plan.js";
import { HuntError } from "../../base/error.js";
import { bugAt, Refusal } from "../refusal.js";

/** A tabular value while it is being built: a relation, its visible columns in order, and the order its rows stand in. */
export interface Table {
  readonly rel: Rel;
  readonly columns: readonly NamedColumn[];
  /** Sort that must hold when the order is next observed; carried, not yet done. */
  readonly order: readonly SortKey[];
  /** True after `serialize` (and what implies it): window functions are allowed and the order is part of the answer. */
  readonly serialized: boolean;
  /** Inside `mv-apply` and `partition`: what tells one sub-table from another, and the columns that stay beside it. */
  /** What `make-graph` gives: the table itself then has no columns. */
  readonly graph?: Graph;
  readonly partition?: { readonly column: SlotColumn; readonly outer: readonly NamedColumn[] };
}

/** A graph: each call gives a use of the nodes or the edges with slots of its own. */
export interface Graph {
  /** Properties, and what `nodeKey`, … name. */
  readonly nodes: () => GraphNodes;
  readonly edges: () => GraphEdges;
}
export interface GraphNodes {
  readonly table: Table;
  /** The node's identity as text. */
  readonly key: NamedColumn;
}
export interface GraphEdges {
  readonly table: Table;
  /** A number of each edge's own. */
  readonly id: NamedColumn;
  /** Keys of the nodes it leads from and to. */
  readonly from: NamedColumn;
  readonly to: NamedColumn;
}

/** What a name of a graph pattern stands for in one match: a node, an edge, or the edges and inner nodes of a path. */
export interface GraphElement {
  readonly kind: "one" | "path";
  /** The node or edge itself, or the edges of the path in order. */
  readonly tables: readonly Table[];
  readonly inner: readonly Table[];
  /** For a node: its key. */
  readonly key?: NamedColumn;
}

/** What a name bound by `let`, a parameter or `as` stands for. */
export type Binding =
  | { readonly kind: "scalar"; readonly expr: Expr }
  | { readonly kind: "table"; readonly use: () => Table }
  | { readonly kind: "element"; readonly element: GraphElement }
  /** `alias database`: what it stands for; undefined when that was refused. Under `aliasKey(name)`: it hides no other name. */
  | { readonly kind: "alias"; readonly node: BoundNode | undefined }
  /** `declare pattern`: its declaration, and the names it sees. */
  | { readonly kind: "pattern"; readonly scope: Scope; readonly node: BoundNode }
  | { readonly kind: "function"; readonly scope: Scope; readonly bodyStart: number | undefined };

export interface Scope {
  readonly names: ReadonlyMap<string, Binding>;
  /** The row that column names refer to; undefined where there is none. */
  readonly row: Table | undefined;
}

export interface LoweringOptions {
  readonly tables: ReadonlyMap<string, KqlTable>;
  readonly databases: ReadonlyMap<string, ReadonlyMap<string, KqlTable>>;
  readonly scalars: readonly KqlScalar[];
  /** Names of the JavaScript and SQL functions the emitter knows. */
  readonly knowsFunction: (name: string) => boolean;
  readonly knowsAggregate: (name: string) => boolean;
  readonly knowsOperator: (name: string) => boolean;
  /** What a function of ours that `invoke` calls asks of the product; undefined for all others. */
  readonly enrichmentOf: (name: string) => Enrichment | undefined;
  /** What `hunt_start()` and `hunt_end()` stand for where there is a hunt window. */
  readonly huntBound: (name: string) => Expr | undefined;
  /** Lowers a tabular node; passed in, because tables hold expressions and expressions hold tables. */
  readonly lowerTable: (lowering: Lowering, node: BoundNode, scope: Scope) => Table;
  readonly bindStatement: (lowering: Lowering, node: BoundNode, scope: Scope) => Scope;
  /** The answer to the question asked at an offset of the text, or under a key of its own. */
  readonly answerAt: (at: number | string) => KqlAnswer | undefined;
}

/** A question of the text: the table whose rows answer it, or external data. */
export interface Question {
  readonly at: number;
  /** Default: the place. */
  readonly key?: string;
  readonly kind: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly asks:
    | { readonly kind: "rows"; readonly table: Table; readonly maxRows: number }
    | {
        readonly kind: "enrich";
        readonly name: string;
        readonly options: Readonly<Record<string, string>>;
        readonly table: Table;
        readonly maxRows: number;
      }
    | { readonly kind: "external"; readonly source: ExternalSource };
}

export class Lowering {
  readonly options: LoweringOptions;
  readonly diagnostics: Diagnostic[] = [];
  readonly shared: SharedRel[] = [];
  /** True when a table was read whose columns are not all declared: only then may a column be unknown. */
  hasOpenColumns = false;
  /** Columns that only the binder speaks of: left out of the result. */
  readonly phantoms = new Set<Slot>();
  /** The first question that has no answer yet; what was lowered after it stands on a placeholder. */
  question: Question | undefined;
  #nextSlot = 1;
  #enrichments = 0;
  #depth = 0;

  constructor(options: LoweringOptions) {
    this.options = options;
  }

  slot(): Slot {
    return this.#nextSlot++;
  }

  /** Names an enrichment among those of a text: lowering goes the same way each time the text is compiled. */
  enrichmentKey(name: string): string {
    this.#enrichments += 1;
    return `${name}#${this.#enrichments}`;
  }

  /**
   * Runs `step`; a refusal inside becomes a diagnostic and `otherwise` stands in, so that more can be found. A fault of
   * our own becomes a diagnostic too, with the place it happened at.
   */
  attempt<T>(node: BoundNode, step: () => T, otherwise: () => T): T {
    try {
      return step();
    } catch (error) {
      this.report(error instanceof Refusal ? error.diagnostic : bugAt(node.span, error));
      return otherwise();
    }
  }

  table(node: BoundNode, scope: Scope): Table {
    return this.options.lowerTable(this, node, scope);
  }

  report(diagnostic: Diagnostic): void {
    const same = (d: Diagnostic) => d.message === diagnostic.message && d.span.start === diagnostic.span.start;
    if (!this.diagnostics.some(same)) this.diagnostics.push(diagnostic);
  }

  /** Guards against functions that call each other without end. */
  nested<T>(span: Span, step: () => T): T {
    if (this.#depth >= 64)
      throw new Refusal({
        code: "kql/too-deep",
        severity: "error",
        message: "functions call each other too deeply",
        span,
      });
    this.#depth += 1;
    try {
      return step();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Makes a relation that several places use; each use sees slots of its own. */
  share(table: Table, materialized: boolean): () => Table {
    const index = this.shared.push({ rel: table.rel, materialized }) - 1;
    return () => {
      const fresh = new Map<Slot, { readonly slot: Slot; readonly source: Slot; readonly type: KqlType }>();
      const again = (c: { readonly slot: Slot; readonly type: KqlType }): Slot => {
        const known = fresh.get(c.slot) ?? { slot: this.slot(), source: c.slot, type: c.type };
        fresh.set(c.slot, known);
        if (this.phantoms.has(c.slot)) this.phantoms.add(known.slot);
        return known.slot;
      };
      const columns = table.columns.map(c => ({ ...c, slot: again(c) }));
      const order = table.order.map(k => ({ ...k, slot: again(k) }));
      const rel: Rel = { kind: "ref", shared: index, columns: [...fresh.values()] };
      return { rel, columns, order, serialized: table.serialized };
    };
  }

  /** Asks, unless another question must be answered first. What comes back stands in for the operator. */
  ask(question: Question, columns: readonly BoundColumn[]): Table {
    this.question ??= question;
    if (question.asks.kind === "rows") this.hasOpenColumns = true;
    return this.placeholder(columns);
  }

  /** A table of the given columns without rows: what stands in for a refused operator. */
  placeholder(columns: readonly BoundColumn[]): Table {
    const named = columns.map(c => ({ name: c.name, type: knownType(c.type), slot: this.slot() }));
    return { rel: { kind: "values", columns: named, rows: [] }, columns: named, order: [], serialized: false };
  }
}

/** A type the binder does not know is read as dynamic. */
export function knownType(type: KqlType | "unknown"): KqlType {
  return type === "unknown" ? "dynamic" : type;
}

/** The scalar type of a node. */
export function scalarType(node: BoundNode): KqlType {
  const type = node.type;
  if (type.kind === "scalar") return knownType(type.type);
  if (type.kind === "tuple" && type.columns[0] !== undefined) return knownType(type.columns[0].type);
  return "dynamic";
}

export function isTabular(node: BoundNode): boolean {
  return node.type.kind === "table";
}

export function tableColumns(node: BoundNode): readonly BoundColumn[] {
  const type = node.type;
  if (type.kind !== "table") throw new HuntError("internal/bug", `${node.kind} at ${node.span.start} is not a table`);
  return type.columns;
}

export function findColumn(table: Table, name: string): NamedColumn | undefined {
  return table.columns.find(c => c.name === name);
}

export function columnExpr(column: { readonly slot: Slot; readonly type: KqlType }): Expr {
  return { kind: "column", slot: column.slot, type: column.type };
}

export function nullOf(type: KqlType): Expr {
  return { kind: "literal", type, value: type === "string" ? { type, value: "" } : { type, value: null } };
}

export const aliasKey = (name: string): string => `alias database ${name}`;

export function withNames(scope: Scope, extra: Iterable<readonly [string, Binding]>): Scope {
  return { names: new Map([...scope.names, ...extra]), row: scope.row };
}

export function withRow(scope: Scope, row: Table | undefined): Scope {
  return { names: scope.names, row };
}
