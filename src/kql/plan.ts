/**
 * The plan: what a query means, as plain data. Columns are slots (numbers, unique in a plan); names exist only in the
 * result's columns. Everything here survives `structuredClone`.
 */
import type { KqlType } from "../base/column.js";
import type { Span } from "../base/diagnostic.js";
import type { ConstantValue } from "./functions/spec.js";

export type Slot = number;

export interface SlotColumn {
  readonly slot: Slot;
  readonly type: KqlType;
}
export interface NamedColumn extends SlotColumn {
  readonly name: string;
}

/** A scalar expression over the slots of one row. `span` is where the user wrote it. */
export type Expr =
  | { readonly kind: "column"; readonly slot: Slot; readonly type: KqlType }
  | { readonly kind: "literal"; readonly value: ConstantValue; readonly type: KqlType }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expr[];
      readonly type: KqlType;
      readonly span: Span;
    }
  /** A binary operator by its syntax kind without `Expression`: `Equal`, `HasCs`, `Add` … */
  | {
      readonly kind: "operator";
      readonly name: string;
      readonly left: Expr;
      readonly right: Expr;
      readonly type: KqlType;
      readonly span: Span;
    }
  | { readonly kind: "negate"; readonly operand: Expr; readonly type: KqlType; readonly span: Span }
  /** `in`, `in~`, `!in`, `has_any` …: over listed values, or over the one column of a table. */
  | {
      readonly kind: "in";
      readonly name: string;
      readonly left: Expr;
      readonly items: readonly Expr[];
      readonly type: "bool";
      readonly span: Span;
    }
  | {
      readonly kind: "in-table";
      readonly name: string;
      readonly left: Expr;
      readonly table: Rel;
      readonly column: SlotColumn;
      readonly type: "bool";
      readonly span: Span;
    }
  | {
      readonly kind: "between";
      readonly negated: boolean;
      readonly left: Expr;
      readonly from: Expr;
      readonly to: Expr;
      readonly type: "bool";
      readonly span: Span;
    }
  /** `a.b`, `a["b"]`, `a[0]`. */
  | {
      readonly kind: "member";
      readonly target: Expr;
      readonly selector: string | Expr;
      readonly type: "dynamic";
      readonly span: Span;
    }
  | { readonly kind: "convert"; readonly operand: Expr; readonly type: KqlType; readonly span: Span }
  /** `toscalar`: the first row's column, or null. */
  | { readonly kind: "scalar"; readonly table: Rel; readonly column: SlotColumn; readonly type: KqlType };

export interface Computed {
  readonly slot: Slot;
  readonly expr: Expr;
}

export interface SortKey {
  readonly slot: Slot;
  readonly type: KqlType;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export type Aggregate =
  | { readonly kind: "call"; readonly slot: Slot; readonly call: Expr & { readonly kind: "call" } }
  /** `arg_max` / `arg_min`: the values of the row where the key is extreme. */
  | {
      readonly kind: "extreme";
      readonly maximum: boolean;
      readonly key: Expr;
      readonly keySlot: Slot;
      readonly values: readonly Computed[];
    }
  /** The value of any row of the group; for columns that are constant in it. */
  | { readonly kind: "carried"; readonly slot: Slot; readonly source: SlotColumn };

export type JoinKind =
  | "inner"
  | "innerunique"
  | "leftouter"
  | "rightouter"
  | "fullouter"
  | "leftsemi"
  | "rightsemi"
  | "leftanti"
  | "rightanti";

export interface ScanColumn extends SlotColumn {
  readonly name: string;
  /** DuckDB column name. */
  readonly physical: string;
  /** A decimal stored without places, as `parse_version()` gives it. */
  readonly whole?: true;
}

export interface TimeBounds {
  /** Ticks of 100 ns since 0001-01-01; `from` is inclusive. */
  readonly from?: bigint;
  readonly to?: bigint;
}

/** How a column of the union is filled from one input: from its slot, or with the null of its type. */
export interface UnionInput {
  readonly rel: Rel;
  readonly sources: readonly (Expr | undefined)[];
}

export interface Expansion {
  readonly slot: Slot;
  readonly source: Expr;
  readonly type: KqlType;
  /** `array`: bags become arrays of [key, value]; `bag`: bags become single-key bags. */
  readonly bags: "bag" | "array";
}

export interface ParsePart {
  readonly kind: "text" | "star" | "column";
  readonly text?: string;
  readonly column?: SlotColumn;
}

export interface WindowItem {
  readonly slot: Slot;
  readonly name: string;
  readonly args: readonly Expr[];
  readonly type: KqlType;
  readonly span: Span;
}

export interface SeriesAggregate {
  readonly slot: Slot;
  readonly call: Expr;
  readonly fallback: Expr;
  readonly type: KqlType;
}

/** One step of `scan`; what it assigns goes to slots of the input, for the rows it gives. */
export interface ScanStep {
  readonly condition: Expr;
  readonly assignments: readonly Computed[];
  readonly output: "all" | "last" | "none";
}

/** A value that conditions of `scan` read of an earlier row: the input's slot `source` as it was at a step's last match. */
export interface ScanMemory {
  readonly slot: Slot;
  /** Index of the step. */
  readonly step: number;
  readonly source: Slot;
  readonly type: KqlType;
  /** What it is while the step has matched nothing. */
  readonly initial: Expr;
}

/** A relation: rows of slots. */
export type Rel =
  | {
      readonly kind: "scan";
      readonly table: string;
      /** The other database it is in; undefined for the query's own. */
      readonly database?: string;
      /** Undefined: the table is known but has no data here. */
      readonly path: readonly string[] | undefined;
      readonly columns: readonly ScanColumn[];
      /** The time column that the hunt window and time bounds speak of. */
      readonly time: Slot | undefined;
    }
  /** Rows written in the query. Without columns: one empty row per entry. */
  | { readonly kind: "values"; readonly columns: readonly SlotColumn[]; readonly rows: readonly (readonly Expr[])[] }
  | {
      readonly kind: "range";
      readonly column: SlotColumn;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: Expr;
    }
  | { readonly kind: "filter"; readonly input: Rel; readonly condition: Expr }
  | { readonly kind: "extend"; readonly input: Rel; readonly items: readonly Computed[] }
  | {
      readonly kind: "aggregate";
      readonly input: Rel;
      readonly keys: readonly Computed[];
      readonly aggregates: readonly Aggregate[];
      /** Order of the input's rows, for aggregates that keep it (make_list). */
      readonly order: readonly SortKey[];
    }
  | {
      readonly kind: "limit";
      readonly input: Rel;
      readonly order: readonly SortKey[];
      readonly count: Expr;
      /** With it, the limit holds for each value of this slot. */
      readonly partition: Slot | undefined;
    }
  | {
      readonly kind: "join";
      readonly join: JoinKind;
      readonly left: Rel;
      readonly right: Rel;
      readonly on: readonly { readonly left: Expr; readonly right: Expr }[];
      /** A further condition over the columns of both sides; with it, `on` may be empty. Only for inner and left outer joins. */
      readonly where?: Expr;
      readonly span?: Span;
      readonly leftColumns: readonly SlotColumn[];
      readonly rightColumns: readonly SlotColumn[];
    }
  | {
      readonly kind: "union";
      readonly inputs: readonly UnionInput[];
      readonly columns: readonly SlotColumn[];
      readonly span?: Span;
    }
  | {
      readonly kind: "expand";
      readonly input: Rel;
      readonly items: readonly Expansion[];
      readonly index: Slot | undefined;
      readonly limit: Expr | undefined;
    }
  | {
      readonly kind: "parse";
      readonly input: Rel;
      readonly source: Expr;
      readonly mode: "simple" | "relaxed" | "regex";
      readonly flags: string;
      readonly parts: readonly ParsePart[];
      readonly where: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "window";
      readonly input: Rel;
      readonly order: readonly SortKey[];
      readonly partition: Slot | undefined;
      readonly items: readonly WindowItem[];
    }
  /** `row_window_session`: the first time of each row's session; sessions depend on those before, so that rows are read in turn. */
  | {
      readonly kind: "sessions";
      readonly input: Rel;
      readonly order: readonly SortKey[];
      readonly partition: Slot | undefined;
      readonly item: WindowItem;
    }
  /** `scan`: rows are read in turn, and steps remember the rows they matched. */
  | {
      readonly kind: "steps";
      readonly input: Rel;
      readonly order: readonly SortKey[];
      readonly partition: Slot | undefined;
      readonly steps: readonly ScanStep[];
      readonly memory: readonly ScanMemory[];
      /** Declared columns: the slot they are given in, and the input's slot that holds what they are by default. */
      readonly declared: readonly { readonly slot: Slot; readonly source: Slot; readonly type: KqlType }[];
      readonly matchId: Slot;
      /** The row's place in the input, and minus the step it matched: the order of what comes out. */
      readonly place: Slot;
      readonly rank: Slot;
      readonly span: Span;
    }
  /** Gives each row a number of its own. */
  | { readonly kind: "number"; readonly input: Rel; readonly slot: Slot }
  | {
      readonly kind: "series";
      readonly input: Rel;
      readonly keys: readonly Computed[];
      readonly axis: { readonly slot: Slot; readonly expr: Expr };
      readonly from: Expr | undefined;
      readonly to: Expr | undefined;
      readonly step: Expr;
      /** `in range(start, stop, step)`: the stop is inclusive. */
      readonly inclusive: boolean;
      readonly aggregates: readonly SeriesAggregate[];
      readonly nonEmpty: boolean;
      readonly span: Span;
    }
  /** A use of a shared relation (a `let` used more than once, `materialize`, `as`). */
  | {
      readonly kind: "ref";
      readonly shared: number;
      /** `source` is the slot inside the shared relation. */
      readonly columns: readonly { readonly slot: Slot; readonly source: Slot; readonly type: KqlType }[];
    };

export interface SharedRel {
  readonly rel: Rel;
  readonly materialized: boolean;
}

export interface Plan {
  readonly root: Rel;
  readonly columns: readonly NamedColumn[];
  readonly order: readonly SortKey[];
  readonly ordered: boolean;
  readonly shared: readonly SharedRel[];
}
