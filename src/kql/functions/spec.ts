/** The contract between the expression compiler and the function tables. */
import type { KqlType } from "../../base/column.js";

/** A compiled scalar expression: SQL text (identifiers, bound literals `$n`, macro calls: no user text) and its type. */
export interface SqlExpr {
  readonly sql: string;
  readonly type: KqlType;
  /** The constant value, when the expression is one. Dynamic constants are parsed JSON; datetime and timespan are bigint ticks. */
  readonly constant?: ConstantValue;
  /** True when the value can never be null (a column of type string always, arithmetic of constants…). Saves checks. */
  readonly notNull?: boolean;
  /**
   * For bool: SQL that is true exactly where `sql` is true, and false or null elsewhere. Cheaper, and DuckDB can push it
   * into scans. For `where`, join conditions and `case when`; never below `not`.
   */
  readonly filter?: string;
  /** For string: the same value with NULL in place of ''. Lets nested functions skip work on empty strings. */
  readonly nullable?: string;
  /** For dynamic: where in which JSON text the value stands, so that longer paths become one extraction. */
  readonly path?: JsonPlace;
  /** For dynamic: SQL of its text as `tostring()` gives it, but NULL where it is null; when that needs no JSON. */
  readonly rawText?: string;
  /** For dynamic: SQL of the VARCHAR[] whose JSON it is. */
  readonly elements?: string;
  /** For decimal: 0 where DuckDB's type is DECIMAL(38,0) (`parse_version()`), which no other decimal can stand beside. */
  readonly scale?: 0;
  /** For decimal: the same value as a DECIMAL(38,0), where it is certainly a whole number. */
  readonly whole?: string;
  /** For int, long and timespan: bounds of every value that is not null. */
  readonly range?: IntegerRange;
  /** For long and timespan: the sums and products it is made of, so that a larger expression is guarded once. */
  readonly arithmetic?: IntegerTree;
}

/** Inclusive. */
export interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
}

/** Integer arithmetic by steps; `sql` is a BIGINT. */
export type IntegerTree =
  | { readonly kind: "value"; readonly sql: string; readonly range?: IntegerRange }
  | {
      readonly kind: "operation";
      readonly operation: "Add" | "Subtract" | "Multiply";
      readonly left: IntegerTree;
      readonly right: IntegerTree;
      /** How many operations the tree holds. */
      readonly operations: number;
    };

/** A place in a JSON text: SQL of the (nullable, valid) JSON and a JSON path that starts with `$`. */
export interface JsonPlace {
  readonly base: string;
  readonly path: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type ConstantValue =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "bool"; readonly value: boolean | null }
  | { readonly type: "int" | "long"; readonly value: bigint | null }
  | { readonly type: "real"; readonly value: number | null }
  | { readonly type: "decimal"; readonly value: string | null }
  /** Ticks of 100 ns; datetime since 0001-01-01T00:00:00Z as in .NET. */
  | { readonly type: "datetime" | "timespan"; readonly value: bigint | null }
  | { readonly type: "guid"; readonly value: string | null }
  /** `text` is the JSON as written, where numbers do not survive JavaScript (64-bit integers, 1.0). */
  | { readonly type: "dynamic"; readonly value: JsonValue; readonly text?: string };

/** What a function needs from the compilation it is part of. */
export interface EmitContext {
  /** The query's `now`, as ticks since 0001-01-01; calling it marks the query as clock dependent. */
  readonly nowTicks: () => bigint;
  /** `order by …` of the rows that an aggregate sees, when the query sorted them: for lists. Absent: no order. */
  readonly order?: string;
  /** Binds a string and returns its placeholder `$n`. */
  readonly bind: (value: string) => string;
  /** Marks a JavaScript function as used and returns a call of it. */
  readonly callUdf: (name: string, args: readonly string[]) => string;
  /** Converts to another type by KQL's implicit rules (int → long → real, anything ↔ dynamic, …). */
  readonly convert: (expr: SqlExpr, to: KqlType) => SqlExpr;
  /** Refuses: `kql/not-supported` at the call, with what is not supported. Never returns. */
  readonly refuse: (feature: string, hint?: string) => never;
}

/** What a null argument does. `custom` functions state the rule in their `doc` comment and test it. */
export type NullRule = "propagate" | "empty-string" | "false" | "custom";

/**
 * One scalar function. The binder has already checked arity and argument types and says the result type; `emit` returns
 * the SQL. Strings are never null on either side: a string function must return '' where Kusto returns an empty string.
 */
export interface ScalarFunction {
  readonly nulls: NullRule;
  readonly doc: string;
  /** Differences from Kusto, if any; each is a line in docs/kql-differences.md. */
  readonly differs?: string;
  readonly emit: (args: readonly SqlExpr[], resultType: KqlType, context: EmitContext) => SqlExpr;
}

/** One aggregate function: returns the SQL of an aggregate over the group. `distinctFrom` etc. are up to the row. */
export interface AggregateFunction {
  readonly doc: string;
  readonly differs?: string;
  /** Whether missing input rows make the value wrong (count: yes) – all but sets and lists of rows. Default "values". */
  readonly emit: (args: readonly SqlExpr[], resultType: KqlType, context: EmitContext) => SqlExpr;
}

/** One binary operator. The binder has checked the types and says the result type. */
export interface BinaryOperator {
  readonly nulls: NullRule;
  readonly doc: string;
  readonly differs?: string;
  readonly emit: (left: SqlExpr, right: SqlExpr, resultType: KqlType, context: EmitContext) => SqlExpr;
}

/** One of `in`, `in~`, `has_any`, `has_all` and their negations. */
export interface InOperator {
  readonly nulls: NullRule;
  readonly doc: string;
  readonly differs?: string;
  /** The values as written between the parentheses; dynamic arrays, constant or not, stand for their elements. */
  readonly list: (left: SqlExpr, items: readonly SqlExpr[], context: EmitContext) => SqlExpr;
  /** `subselect` is a SELECT of one column of type `columnType`, without parentheses. */
  readonly subquery: (left: SqlExpr, subselect: SqlExpr, context: EmitContext) => SqlExpr;
}
