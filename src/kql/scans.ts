/**
 * What can be said of each table a plan reads: how missing rows reach the result (DESIGN §4.5), which bounds the query
 * puts on its time, and whether it speaks of time at all.
 */
import type { JoinKind, Plan, Rel, Slot, TimeBounds, Expr } from "./plan.js";
import { exprsOf, expressionRels, expressionSlots, inputsOf } from "./slots.js";

export type Affects = "rows" | "values";

export interface ScanUse {
  readonly rel: Rel & { readonly kind: "scan" };
  readonly affects: Affects;
  /** The query filters on this table's time column. */
  readonly mentionsTime: boolean;
  readonly bounds: TimeBounds;
}

/** Evaluates an expression to an instant in ticks, when it is constant. */
export type InstantOf = (expr: Expr) => bigint | undefined;

interface Above {
  readonly affects: Affects;
  /** Conditions that every row of this relation that matters fulfils. */
  readonly tests: readonly Expr[];
}

/** All scans of a plan; one that stands in a shared relation is listed once. */
export function scansOf(plan: Plan, instantOf: InstantOf): readonly ScanUse[] {
  const found: ScanUse[] = [];
  const sharedAbove = new Map<number, Above[]>();
  const visit = (rel: Rel, above: Above): void => {
    if (rel.kind === "scan") {
      found.push(describeScan(rel, above, instantOf));
      return;
    }
    if (rel.kind === "ref") {
      const renamed = { affects: above.affects, tests: above.tests.flatMap(t => renameTest(t, refSources(rel))) };
      sharedAbove.set(rel.shared, [...(sharedAbove.get(rel.shared) ?? []), renamed]);
      return;
    }
    for (const expr of exprsOf(rel)) visitExpr(expr, rel.kind === "filter" ? above.affects : "values", visit);
    for (const [i, input] of inputsOf(rel).entries()) visit(input, inputAbove(rel, i, above));
  };
  visit(plan.root, { affects: "rows", tests: [] });
  for (let i = plan.shared.length - 1; i >= 0; i--) {
    const uses = sharedAbove.get(i);
    const shared = plan.shared[i];
    if (uses === undefined || shared === undefined) continue;
    const affects = uses.some(u => u.affects === "values") ? "values" : "rows";
    // With several uses only what all of them demand bounds the rows; speaking of time in one is enough.
    const [only] = uses;
    const tests = uses.length === 1 && only !== undefined ? only.tests : uses.flatMap(u => u.tests).map(mentionOnly);
    visit(shared.rel, { affects, tests });
  }
  return found;
}

/** Relations in expressions: a plain `in (table)` test only loses rows; anything else changes values. */
function visitExpr(expr: Expr, affects: Affects, visit: (rel: Rel, above: Above) => void): void {
  for (const test of conjuncts(expr)) {
    const positive = test.kind === "in-table" && !test.name.startsWith("Not");
    const inner: Affects = positive ? affects : "values";
    for (const rel of expressionRels(test)) visit(rel, { affects: inner, tests: [] });
  }
}

const passing: Readonly<
  Record<JoinKind, { readonly left: Affects; readonly right: Affects; readonly tests: boolean }>
> = {
  inner: { left: "rows", right: "rows", tests: true },
  innerunique: { left: "rows", right: "rows", tests: false },
  leftouter: { left: "rows", right: "values", tests: true },
  rightouter: { left: "values", right: "rows", tests: true },
  fullouter: { left: "values", right: "values", tests: true },
  leftsemi: { left: "rows", right: "rows", tests: true },
  rightsemi: { left: "rows", right: "rows", tests: true },
  leftanti: { left: "rows", right: "values", tests: true },
  rightanti: { left: "values", right: "rows", tests: true },
};

function inputAbove(rel: Rel, index: number, above: Above): Above {
  switch (rel.kind) {
    case "filter":
      return { affects: above.affects, tests: [...above.tests, ...conjuncts(rel.condition)] };
    case "extend":
    case "expand":
    case "parse":
      return above;
    case "number":
      return above;
    case "union": {
      const sources = unionSources(rel, index, new Set(above.tests.flatMap(expressionSlots)));
      return { affects: above.affects, tests: above.tests.flatMap(t => renameTest(t, sources)) };
    }
    case "join": {
      const how = passing[rel.join];
      const affects = worse(above.affects, index === 0 ? how.left : how.right);
      const tests = how.tests ? above.tests : above.tests.map(mentionOnly);
      return { affects, tests };
    }
    case "limit":
      return { affects: rel.order.length === 0 ? above.affects : "values", tests: above.tests.map(mentionOnly) };
    case "aggregate":
      return { affects: rel.aggregates.length === 0 ? above.affects : "values", tests: [] };
    default:
      return { affects: "values", tests: [] };
  }
}

const worse = (a: Affects, b: Affects): Affects => (a === "values" || b === "values" ? "values" : "rows");

/** The parts of a conjunction. */
export function conjuncts(expr: Expr): readonly Expr[] {
  if (expr.kind === "operator" && expr.name === "And") return [...conjuncts(expr.left), ...conjuncts(expr.right)];
  return [expr];
}

/** A test that still says which slots are spoken of, but bounds nothing. */
function mentionOnly(test: Expr): Expr {
  const span = { start: 0, end: 0 };
  return { kind: "call", name: "", args: expressionSlots(test).map(columnOf), type: "bool", span };
}

const columnOf = (slot: Slot): Expr => ({ kind: "column", slot, type: "datetime" });

/** Which slot of the shared relation each slot of its use is. */
const refSources = (ref: Rel & { readonly kind: "ref" }): ReadonlyMap<Slot, Slot> =>
  new Map(ref.columns.map(c => [c.slot, c.source]));

/** Which slot of one input each of the `wanted` slots of a union is; what the input lacks or computes is none. */
function unionSources(
  union: Rel & { readonly kind: "union" },
  index: number,
  wanted: ReadonlySet<Slot>,
): ReadonlyMap<Slot, Slot> {
  const sources = union.inputs[index]?.sources ?? [];
  const found = new Map<Slot, Slot>();
  for (const [i, { slot }] of wanted.size === 0 ? [] : union.columns.entries()) {
    const source = wanted.has(slot) ? sources[i] : undefined;
    if (source?.kind === "column") found.set(slot, source.slot);
  }
  return found;
}

/** A test said of what comes from a relation, in the slots of that relation; dropped when it reads others too. */
function renameTest(test: Expr, sources: ReadonlyMap<Slot, Slot>): readonly Expr[] {
  if (!expressionSlots(test).every(s => sources.has(s))) return [];
  const renamed = renameSlots(test, sources);
  return renamed === undefined ? [] : [renamed];
}

function renameSlots(expr: Expr, sources: ReadonlyMap<Slot, Slot>): Expr | undefined {
  if (expr.kind === "column") return { ...expr, slot: sources.get(expr.slot) ?? expr.slot };
  if (expr.kind === "literal") return expr;
  const again = (e: Expr): Expr => renameSlots(e, sources) ?? mentionOnly(e);
  if (expr.kind === "operator") return { ...expr, left: again(expr.left), right: again(expr.right) };
  if (expr.kind === "between") return { ...expr, left: again(expr.left), from: again(expr.from), to: again(expr.to) };
  if (expr.kind === "call") return { ...expr, args: expr.args.map(again) };
  if (expr.kind === "negate" || expr.kind === "convert") return { ...expr, operand: again(expr.operand) };
  return undefined;
}

function describeScan(rel: Rel & { readonly kind: "scan" }, above: Above, instantOf: InstantOf): ScanUse {
  const { time } = rel;
  const about = time === undefined ? [] : above.tests.filter(t => expressionSlots(t).includes(time));
  const bounds = about.map(t => boundsOf(t, time, instantOf)).reduce(narrow, {});
  return { rel, affects: above.affects, mentionsTime: about.length > 0, bounds };
}

function narrow(a: TimeBounds, b: TimeBounds): TimeBounds {
  const from = a.from === undefined || (b.from !== undefined && b.from > a.from) ? b.from : a.from;
  const to = a.to === undefined || (b.to !== undefined && b.to < a.to) ? b.to : a.to;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

const mirrored: Readonly<Record<string, string>> = {
  LessThan: "GreaterThan",
  LessThanOrEqual: "GreaterThanOrEqual",
  GreaterThan: "LessThan",
  GreaterThanOrEqual: "LessThanOrEqual",
  Equal: "Equal",
};

function boundsOf(test: Expr, time: Slot | undefined, instantOf: InstantOf): TimeBounds {
  const isTime = (e: Expr): boolean => e.kind === "column" && e.slot === time;
  if (test.kind === "between" && !test.negated && isTime(test.left)) {
    const [from, to] = [instantOf(test.from), instantOf(test.to)];
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  if (test.kind !== "operator") return {};
  const direct = isTime(test.left);
  if (!direct && !isTime(test.right)) return {};
  const value = instantOf(direct ? test.right : test.left);
  const name = direct ? test.name : mirrored[test.name];
  if (value === undefined || name === undefined) return {};
  if (name === "Equal") return { from: value, to: value };
  if (name.startsWith("GreaterThan")) return { from: value };
  return name.startsWith("LessThan") ? { to: value } : {};
}
