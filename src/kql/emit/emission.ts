/** What one emission carries along: bound literals, functions used, refusals, names. */
import type { Diagnostic, Span } from "../../base/diagnostic.js";
import type { SqlParameter } from "../api.js";
import type { EmitContext, SqlExpr } from "../functions/spec.js";
import type { Plan, Rel, Slot } from "../plan.js";
import { duckdbTypes } from "../../base/column.js";
import { inOneScale, wholeType } from "../functions/decimals.js";
import { convert, udfs } from "../functions/index.js";
import { Refusal, refuse } from "../refusal.js";
import { wholeSlots } from "../whole.js";
import { exprsOf, expressionRels, expressionSlots, inputsOf } from "../slots.js";

const knownUdfs: ReadonlySet<string> = new Set(udfs.map(u => u.name));

/** How often each slot is read and each shared relation used. */
export interface Uses {
  readonly slots: ReadonlyMap<Slot, number>;
  readonly shared: ReadonlyMap<number, number>;
}

/** The hunt window in ticks, half-open, and the scans whose time the query leaves open. */
export interface HuntWindow {
  readonly start: bigint;
  readonly end: bigint;
  readonly scans: ReadonlySet<Rel>;
}

export class Emission {
  readonly plan: Plan;
  readonly uses: Uses;
  /** Slots of decimals without places. */
  readonly whole: ReadonlySet<Slot>;
  /** Scans that the hunt window narrows, and the window. */
  readonly window: HuntWindow | undefined;
  readonly parameters: SqlParameter[] = [];
  readonly udfs = new Set<string>();
  readonly diagnostics: Diagnostic[] = [];
  /** For each shared relation, the slots its uses need. */
  readonly sharedNeeds = new Map<number, Set<Slot>>();
  clockDependent = false;
  readonly #nowTicks: bigint;
  readonly #bound = new Map<string, string>();
  #nextAlias = 1;

  constructor(plan: Plan, nowTicks: bigint, window?: HuntWindow) {
    this.plan = plan;
    this.uses = countUses(plan);
    this.whole = wholeSlots(plan);
    this.window = window;
    this.#nowTicks = nowTicks;
  }

  /** A fresh table alias. */
  alias(): string {
    return `q${this.#nextAlias++}`;
  }

  bind(value: string): string {
    const known = this.#bound.get(value);
    if (known !== undefined) return known;
    const placeholder = `$${this.parameters.push({ type: "VARCHAR", value })}`;
    this.#bound.set(value, placeholder);
    return placeholder;
  }

  now(): bigint {
    this.clockDependent = true;
    return this.#nowTicks;
  }

  /** What a function row may ask for; refusals point at `span`. */
  context(span: Span, order?: string): EmitContext {
    const context: EmitContext = {
      nowTicks: () => this.now(),
      bind: value => this.bind(value),
      callUdf: (name, args) => this.#callUdf(name, args, span),
      convert: (expr, to) => convert(expr, to, context),
      refuse: (feature, hint) => refuse(feature, span, hint),
      ...(order === undefined || order === "" ? {} : { order }),
    };
    return context;
  }

  /** Keeps a refusal and goes on with a null, so that further ones are found. */
  attempt(step: () => SqlExpr, otherwise: () => SqlExpr): SqlExpr {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.diagnostics.push(error.diagnostic);
      return otherwise();
    }
  }

  /** Values that come into one column, or are compared, in one type of DuckDB. */
  together(values: readonly SqlExpr[], span: Span = { start: 0, end: 0 }): readonly SqlExpr[] {
    try {
      return inOneScale(values, this.context(span));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.diagnostics.push(error.diagnostic);
      return values;
    }
  }

  #callUdf(name: string, args: readonly string[], span: Span): string {
    if (!knownUdfs.has(name)) return refuse(`the function '${name}'`, span);
    this.udfs.add(name);
    return `${name}(${args.join(", ")})`;
  }
}

function countUses(plan: Plan): Uses {
  const slots = new Map<Slot, number>();
  const shared = new Map<number, number>();
  const read = (slot: Slot): void => void slots.set(slot, (slots.get(slot) ?? 0) + 1);
  const visit = (rel: Rel): void => {
    if (rel.kind === "ref") {
      shared.set(rel.shared, (shared.get(rel.shared) ?? 0) + 1);
      if (shared.get(rel.shared) === 1) {
        const source = plan.shared[rel.shared];
        if (source !== undefined) visit(source.rel);
      }
      rel.columns.forEach(c => read(c.source));
    }
    if ("order" in rel) rel.order.forEach(k => read(k.slot));
    for (const expr of exprsOf(rel)) {
      expressionSlots(expr).forEach(read);
      expressionRels(expr).forEach(visit);
    }
    inputsOf(rel).forEach(visit);
  };
  visit(plan.root);
  plan.columns.forEach(c => read(c.slot));
  plan.order.forEach(k => read(k.slot));
  return { slots, shared };
}

export function nullOfType(type: SqlExpr["type"]): SqlExpr {
  return type === "string"
    ? { sql: "''", type, constant: { type, value: "" }, notNull: true }
    : { sql: `null::${duckdbTypes[type]}`, type, ...(type === "decimal" ? { whole: `null::${wholeType}` } : {}) };
}
