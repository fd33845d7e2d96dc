/**
 * `+ - *` over 64-bit integers, which wrap around. An expression is kept as a tree, so that one test of its operands
 * allows plain arithmetic for all of it; only rows where something could overflow take the way by 128 bits.
 *
 * (TRY would be shorter, but DuckDB then repeats a whole vector row by row when one row overflows: 30 times slower with
 * one such row in a thousand; and it refuses sub-queries.)
 */
import type { IntegerRange, IntegerTree, SqlExpr } from "../spec.js";
import { unreachable } from "../../../base/error.js";

export type ExactOperation = "Add" | "Subtract" | "Multiply";

const symbols = { Add: "+", Subtract: "-", Multiply: "*" } as const satisfies Record<ExactOperation, string>;

const bits = (n: bigint): IntegerRange => ({ min: -(2n ** (n - 1n)), max: 2n ** (n - 1n) - 1n });
const int64 = bits(64n);
const int32 = bits(32n);

export const fitsInt = (range: IntegerRange | undefined): boolean => range !== undefined && within(range, int32);

const within = (inner: IntegerRange, outer: IntegerRange): boolean => inner.min >= outer.min && inner.max <= outer.max;

export function integerConstant(e: SqlExpr): bigint | undefined {
  const c = e.constant;
  return (c?.type === "int" || c?.type === "long") && c.value !== null ? c.value : undefined;
}

/** What is known of an integer's values. */
export function rangeOf(e: SqlExpr): IntegerRange | undefined {
  const constant = integerConstant(e);
  if (constant !== undefined) return { min: constant, max: constant };
  return e.range ?? (e.type === "int" ? int32 : undefined);
}

/** @param e the operand as written; @param asLong the same as SQL of a BIGINT */
export function treeOf(e: SqlExpr, asLong: SqlExpr): IntegerTree {
  if (e.arithmetic !== undefined && e.type !== "int") return e.arithmetic;
  const range = rangeOf(e);
  return { kind: "value", sql: asLong.sql, ...(range === undefined ? {} : { range }) };
}

/** Longer sums take the way by 128 bits at once: looking for their guard would cost more than it saves. */
const mostOperations = 32;

function operationsOf(tree: IntegerTree): number {
  return tree.kind === "value" ? 0 : tree.operations;
}

/** The tree of an operation over two others. */
export function combined(operation: ExactOperation, left: IntegerTree, right: IntegerTree): IntegerTree {
  return { kind: "operation", operation, left, right, operations: 1 + operationsOf(left) + operationsOf(right) };
}

/** The operation as SQL that wraps around, with what is known of it. */
export function emitTree(tree: IntegerTree): Pick<SqlExpr, "sql" | "range" | "arithmetic"> {
  if (operationsOf(tree) > mostOperations) return { sql: wrapped(tree), arithmetic: tree };
  const range = boundsOf(tree, int64);
  if (range !== undefined) return { sql: plain(tree), range, arithmetic: tree };
  const limit = guardFor(tree);
  if (limit === undefined) return { sql: wrapped(tree), arithmetic: tree };
  const tests = [...new Set(openValues(tree))].map(sql => `${sql} between ${limit.min} and ${limit.max}`);
  return { sql: `(case when ${tests.join(" and ")} then ${plain(tree)} else ${wrapped(tree)} end)`, arithmetic: tree };
}

/** The largest range of the operands of which nothing is known in which no step can overflow; undefined below 20 bits. */
function guardFor(tree: IntegerTree): IntegerRange | undefined {
  for (let width = 63n; width > 20n; width -= 1n) {
    const limit = { min: -bits(width).max, max: bits(width).max };
    if (boundsOf(tree, limit) !== undefined) return limit;
  }
  return undefined;
}

/** The range of the result; undefined when a step can leave 64 bits. `unknown` is taken for values without a range. */
function boundsOf(tree: IntegerTree, unknown: IntegerRange): IntegerRange | undefined {
  if (tree.kind === "value") return tree.range ?? unknown;
  const [a, b] = [boundsOf(tree.left, unknown), boundsOf(tree.right, unknown)];
  if (a === undefined || b === undefined) return undefined;
  const range = combine(tree.operation, a, b);
  return within(range, int64) ? range : undefined;
}

function combine(operation: ExactOperation, a: IntegerRange, b: IntegerRange): IntegerRange {
  switch (operation) {
    case "Add":
      return { min: a.min + b.min, max: a.max + b.max };
    case "Subtract":
      return { min: a.min - b.max, max: a.max - b.min };
    case "Multiply": {
      const products = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
      return {
        min: products.reduce((x, y) => (x < y ? x : y)),
        max: products.reduce((x, y) => (x > y ? x : y)),
      };
    }
    default:
      return unreachable(operation, "combine");
  }
}

/** SQL of the operands of which nothing is known. */
function openValues(tree: IntegerTree): readonly string[] {
  if (tree.kind === "value") return tree.range === undefined ? [tree.sql] : [];
  return [...openValues(tree.left), ...openValues(tree.right)];
}

function plain(tree: IntegerTree): string {
  if (tree.kind === "value") return tree.sql;
  return `(${plain(tree.left)} ${symbols[tree.operation]} ${plain(tree.right)})`;
}

function wrapped(tree: IntegerTree): string {
  if (tree.kind === "value") return tree.sql;
  const [a, b] = [tree.left, tree.right].map(t => `cast(${wrapped(t)} as HUGEINT)`);
  return `k_wrap(${a} ${symbols[tree.operation]} ${b})`;
}
