/** A plan → one SQL statement. */
import type { SqlParameter } from "../api.js";
import type { Diagnostic } from "../../base/diagnostic.js";
import type { Expr, Plan, Rel, Slot } from "../plan.js";
import type { HuntWindow } from "./emission.js";
import { HuntError } from "../../base/error.js";
import { childExprs, exprsOf } from "../slots.js";
import { selectItems, selectOf, valueIn } from "./block.js";
import { Emission } from "./emission.js";
import { orderBy, sortable } from "./emitter.js";
import { usedParameters } from "./parameters.js";
import { createEmitter, limitText, sharedName } from "./relations.js";

export interface Emitted {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  readonly udfs: readonly string[];
  readonly clockDependent: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Emits a plan. Output columns are `c0`, `c1`, … in the plan's order. */
export function emitPlan(plan: Plan, nowTicks: bigint, window?: HuntWindow): Emitted {
  const emission = new Emission(plan, nowTicks, window);
  const emitter = createEmitter(emission);
  const outputs = plan.columns.map(c => c.slot);
  const keys = plan.order.map(k => k.slot);
  const needed = new Set<Slot>([...outputs, ...keys]);
  const last = lastLimit(plan);
  const block = sortable(emitter.block(last?.input ?? plan.root, needed), plan.order, needed, emission);
  const items = outputs.map((slot, i) => `${valueIn(block, slot).sql} as c${i}`);
  const order = orderBy(plan.order, block);
  const limit = last === undefined ? "" : ` limit ${limitText(last.count, emitter.scope(block))}`;
  const body = `${selectItems(block, items)}${order}${limit}`;
  const ctes = emitShared(plan, emission, emitter);
  const whole = ctes.length === 0 ? body : `with ${ctes.join(",\n")}\n${body}`;
  return {
    ...usedParameters(whole, emission.parameters),
    udfs: [...emission.udfs].sort(),
    clockDependent: emission.clockDependent,
    diagnostics: emission.diagnostics,
  };
}

/** A limit at the very end needs no SELECT of its own, when the rows keep the order it was taken in. */
function lastLimit(plan: Plan): (Rel & { readonly kind: "limit" }) | undefined {
  const { root, order } = plan;
  if (root.kind !== "limit" || root.partition !== undefined || root.order.length !== order.length) return undefined;
  return root.order.every((k, i) => k.slot === order[i]?.slot) ? root : undefined;
}

/** Shared relations that are used more than once; later ones first, because they say what earlier ones must give. */
function emitShared(plan: Plan, emission: Emission, emitter: ReturnType<typeof createEmitter>): readonly string[] {
  const ctes: string[] = [];
  for (let i = plan.shared.length - 1; i >= 0; i--) {
    const shared = plan.shared[i];
    const needs = emission.sharedNeeds.get(i);
    if (needs === undefined) continue;
    if (shared === undefined) throw new HuntError("internal/bug", `no shared relation ${i}`);
    const block = emitter.block(shared.rel, needs);
    const kind = shared.materialized || !isCheap(shared.rel) ? "materialized" : "not materialized";
    ctes.unshift(`${sharedName(i)} as ${kind} (${selectOf(block, needs)})`);
  }
  return ctes;
}

/**
 * Scans with plain filters and columns are repeated rather than stored: each use then reads only what it needs, and its own
 * filters reach the files. Where text is searched or JavaScript is called, doing so twice costs more than storing what is left.
 */
function isCheap(rel: Rel): boolean {
  switch (rel.kind) {
    case "scan":
    case "values":
    case "ref":
      return true;
    case "filter":
    case "extend":
      return isCheap(rel.input) && !exprsOf(rel).some(isCostly);
    default:
      return false;
  }
}

const costly = /^(Not)?(Has|Contains|MatchesRegex)/;

function isCostly(expr: Expr): boolean {
  if ((expr.kind === "operator" || expr.kind === "in") && costly.test(expr.name)) return true;
  if (expr.kind === "call" && /^(extract|replace|parse_(?!json)|geo_|series_|format_|translate|has_)/.test(expr.name))
    return true;
  return expr.kind === "in-table" || expr.kind === "scalar" || childExprs(expr).some(isCostly);
}
