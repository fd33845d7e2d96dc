/**
 * `make-series`: values are grouped by key and step, then each key's are laid out over all steps of the range.
 * Source: https://learn.microsoft.com/kusto/query/make-series-operator
 */
import type { KqlType } from "../../base/column.js";
import type { SqlExpr } from "../functions/spec.js";
import type { Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import type { ExprScope } from "./expr.js";
import { HuntError } from "../../base/error.js";
import { aggregateFunctions, convert } from "../functions/index.js";
import { refuse } from "../refusal.js";
import { childExprs } from "../slots.js";
import { plainColumn, ready, selectItems, slotName } from "./block.js";
import { nullOfType } from "./emission.js";
import { slotsOf } from "./emitter.js";
import { constantValue, emitExpr } from "./expr.js";

type SeriesRel = Rel & { readonly kind: "series" };

/** A value of the axis as a number that steps can be counted in, and back. */
interface Axis {
  readonly toNumber: (sql: string) => string;
  readonly fromNumber: (sql: string) => string;
  readonly step: (sql: string) => string;
}

function axisOf(type: KqlType, rel: SeriesRel): Axis {
  switch (type) {
    case "datetime":
      return {
        toNumber: sql => `epoch_us(${sql})`,
        fromNumber: sql => `make_timestamp(${sql})`,
        step: sql => `((${sql}) // 10)`,
      };
    case "int":
    case "long":
    case "timespan":
      return { toNumber: sql => `(${sql})::BIGINT`, fromNumber: sql => sql, step: sql => `(${sql})::BIGINT` };
    case "real":
      return { toNumber: sql => sql, fromNumber: sql => sql, step: sql => sql };
    default:
      return refuse(`make-series on a ${type}`, rel.span);
  }
}

/** Whole steps below, also for negative values. */
function floorSteps(difference: string, step: string, type: KqlType): string {
  if (type === "real") return `cast(floor((${difference}) / (${step})) as BIGINT)`;
  // A value outside of the range is filtered, but may be subtracted before: far ones leave 64 bits.
  if (type !== "datetime" && difference !== "") difference = `try(${difference})`;
  return `((${difference}) // (${step}) - case when (${difference}) % (${step}) < 0 then 1 else 0 end)`;
}

/** Bins of datetimes count from 0001-01-01: microseconds from 1970. */
const yearOneMicros = "(-62135596800000000)";

/**
 * `in range(start, …)` bins from zero, not from the start; the two agree when the start is a multiple of the step, and
 * what the service lists otherwise is not documented.
 */
function checkAligned(rel: SeriesRel, emission: Emitter["emission"]): void {
  const start = rel.from === undefined ? undefined : constantValue(rel.from, emission)?.value;
  const step = constantValue(rel.step, emission)?.value;
  const whole = typeof start === "bigint" && typeof step === "bigint" && step > 0n && start % step === 0n;
  const real = typeof start === "number" && typeof step === "number" && step > 0 && start % step === 0;
  if (!whole && !real)
    refuse("make-series in range() from what is no multiple of the step", rel.span, "use from … to … step");
}

export function emitSeries(rel: SeriesRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const type = rel.axis.expr.type;
  const axis = axisOf(type, rel);
  const aggregates = rel.aggregates.filter(a => needed.has(a.slot));
  const read = slotsOf([...rel.keys.map(k => k.expr), rel.axis.expr, ...aggregates.flatMap(a => childExprs(a.call))]);
  const block = ready(emitter.block(rel.input, read), read, read, emission);
  const scope = emitter.scope(block);
  const constant = emitter.scope({ from: "", where: [], columns: new Map() });
  const number = (e: SeriesRel["from"]): string | undefined =>
    e === undefined ? undefined : axis.toNumber(emitExpr(e, constant).sql);
  const step = axis.step(emitExpr(rel.step, constant).sql);
  const [from, to] = [number(rel.from), number(rel.to)];
  const origin = from ?? (type === "datetime" ? yearOneMicros : type === "real" ? "0.0" : "0");
  if (rel.inclusive) checkAligned(rel, emission);
  const value = axis.toNumber(emitExpr(rel.axis.expr, scope).sql);

  // One row for each key and step.
  const stored = emitExpr(rel.axis.expr, scope).sql;
  const tests = [
    `${stored} is not null`,
    ...(rel.from === undefined ? [] : [`${stored} >= ${emitExpr(rel.from, constant).sql}`]),
    ...(rel.to === undefined ? [] : [`${stored} ${rel.inclusive ? "<=" : "<"} ${emitExpr(rel.to, constant).sql}`]),
  ];
  const stepped = emission.alias();
  const keyItems = rel.keys.map(k => ({ slot: k.slot, value: emitExpr(k.expr, scope) }));
  const items = [
    ...keyItems.map(k => `${k.value.sql} as ${slotName(k.slot)}`),
    `${floorSteps(`${value} - ${origin}`, step, type)} as ix`,
    ...aggregates.map(a => `${aggregateSql(a, scope).sql} as ${slotName(a.slot)}`),
  ];
  const groups = [...rel.keys, rel.axis].map((_, i) => i + 1).join(", ");
  const inner = `(${selectItems({ ...block, where: [...block.where, ...tests] }, items)} group by ${groups}) as ${stepped}`;

  // One row for each key, its values by step.
  const mapped = emission.alias();
  const length = to === undefined ? undefined : stepCount(`${to} - ${origin}`, step, rel);
  const low = from === undefined ? `min(ix)` : "0";
  const high = length ?? "max(ix) + 1";
  const mapItems = [
    ...keyItems.map(k => slotName(k.slot)),
    `${low} as lo`,
    `${high} as hi`,
    ...aggregates.map(a => `map_from_entries(list((ix, ${slotName(a.slot)}))) as ${slotName(a.slot)}`),
  ];
  const grouping =
    rel.keys.length > 0
      ? ` group by ${keyItems.map(k => slotName(k.slot)).join(", ")}`
      : rel.nonEmpty
        ? ""
        : " having count(*) > 0";
  const laid = `(select ${mapItems.join(", ")} from ${inner}${grouping}) as ${mapped}`;
  return { from: laid, where: [], columns: laidOut({ rel, aggregates, keyItems, mapped, axis, origin, step }, scope) };
}

/** How many steps a length of the axis holds; a part of a step counts as one. */
function stepCount(length: string, step: string, rel: SeriesRel): string {
  const { type } = rel.axis.expr;
  const below = floorSteps(length, step, type);
  if (rel.inclusive) return `(${below} + 1)`;
  return type === "real"
    ? `cast(ceil((${length}) / (${step})) as BIGINT)`
    : `(${below} + case when (${length}) % (${step}) <> 0 then 1 else 0 end)`;
}

function aggregateSql(aggregate: SeriesRel["aggregates"][number], scope: ExprScope): SqlExpr {
  const { call, type } = aggregate;
  if (call.kind !== "call") throw new HuntError("internal/bug", "make-series without an aggregate");
  const row = Object.hasOwn(aggregateFunctions, call.name) ? aggregateFunctions[call.name] : undefined;
  return scope.emission.attempt(
    () => {
      const context = scope.emission.context(call.span);
      const value = row?.emit(
        call.args.map(a => emitExpr(a, scope)),
        type,
        context,
      );
      return value === undefined ? refuse(`the aggregate '${call.name}'`, call.span) : convert(value, type, context);
    },
    () => nullOfType(type),
  );
}

interface Layout {
  readonly rel: SeriesRel;
  readonly aggregates: SeriesRel["aggregates"];
  readonly keyItems: readonly { readonly slot: Slot; readonly value: SqlExpr }[];
  readonly mapped: string;
  readonly axis: Axis;
  readonly origin: string;
  readonly step: string;
}

function laidOut(layout: Layout, scope: ExprScope): ReadonlyMap<Slot, BlockColumn> {
  const { rel, aggregates, keyItems, mapped, axis, origin, step } = layout;
  const context = scope.emission.context(rel.span);
  const steps = `range(${mapped}.lo, greatest(${mapped}.hi, ${mapped}.lo))`;
  const array = (element: SqlExpr): BlockColumn => {
    const json = convert(element, "dynamic", context).sql;
    return { value: { sql: `to_json(list_transform(${steps}, lambda i: ${json}))`, type: "dynamic" }, heavy: true };
  };
  const columns = new Map<Slot, BlockColumn>(
    keyItems.map(k => [k.slot, plainColumn(`${mapped}.${slotName(k.slot)}`, k.value)]),
  );
  for (const a of aggregates) {
    const fallback = emitExpr(a.fallback, scope).sql;
    columns.set(a.slot, array({ sql: `coalesce(${mapped}.${slotName(a.slot)}[i], ${fallback})`, type: a.type }));
  }
  const at = axis.fromNumber(`(${origin} + i * ${step})`);
  columns.set(rel.axis.slot, array({ sql: at, type: rel.axis.expr.type }));
  return columns;
}
