/** Relations → SELECT blocks. */
import type { SqlExpr } from "../functions/spec.js";
import type { Expr, Rel, Slot, SlotColumn } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emission } from "./emission.js";
import type { Emitter } from "./emitter.js";
import type { ExprScope } from "./expr.js";
import { duckdbTypes } from "../../base/column.js";
import { HuntError, unreachable } from "../../base/error.js";
import { duckdbType, scaleOf } from "../functions/decimals.js";
import { emitLiteral } from "../functions/index.js";
import { emitAggregate } from "./aggregate.js";
import { plainColumn, ready, selectItems, selectOf, slotName, valueIn } from "./block.js";
import { emitExpand } from "./expand.js";
import { nullOfType } from "./emission.js";
import { orderBy, slotsOf, sortable, union } from "./emitter.js";
import { emitCondition, emitExpr } from "./expr.js";
import { emitJoin } from "./join.js";
import { emitParse } from "./parse.js";
import { emitSeries } from "./series.js";
import { emitSessions } from "./sessions.js";
import { emitSteps } from "./steps.js";
import { emitWindow } from "./window.js";

export function createEmitter(emission: Emission): Emitter {
  const emitter: Emitter = {
    emission,
    block: (rel, needed) => emitRel(rel, needed, emitter),
    scope: block => ({
      emission,
      column: slot => (emission.whole.has(slot) ? { ...valueIn(block, slot), scale: 0 } : valueIn(block, slot)),
      select: (rel, slot) => selectOne(rel, slot, emitter),
    }),
  };
  return emitter;
}

function selectOne(rel: Rel, slot: Slot, emitter: Emitter): SqlExpr {
  const block = emitter.block(rel, new Set([slot]));
  const value = valueIn(block, slot);
  const scale = emitter.emission.whole.has(slot) ? { scale: 0 as const } : {};
  return { sql: selectOf(block, [slot]), type: value.type, ...scale };
}

function emitRel(rel: Rel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  switch (rel.kind) {
    case "scan":
      return emitScan(rel, needed, emitter);
    case "values":
      return emitValues(rel, emitter);
    case "range":
      return emitRange(rel, emitter);
    case "filter": {
      const read = slotsOf([rel.condition]);
      const all = union(needed, read);
      const block = ready(emitter.block(rel.input, all), read, all, emitter.emission);
      return { ...block, where: [...block.where, emitCondition(rel.condition, emitter.scope(block))] };
    }
    case "extend":
      return emitExtend(rel, needed, emitter);
    case "aggregate":
      return emitAggregate(rel, needed, emitter);
    case "limit":
      return emitLimit(rel, needed, emitter);
    case "join":
      return emitJoin(rel, needed, emitter);
    case "union":
      return emitUnion(rel, needed, emitter);
    case "expand":
      return emitExpand(rel, needed, emitter);
    case "parse":
      return emitParse(rel, needed, emitter);
    case "window":
      return emitWindow(rel, needed, emitter);
    case "steps":
      return emitSteps(rel, needed, emitter);
    case "sessions":
      return emitSessions(rel, needed, emitter);
    case "number":
      return emitNumber(rel, needed, emitter);
    case "series":
      return emitSeries(rel, needed, emitter);
    case "ref":
      return emitRef(rel, needed, emitter);
    default:
      return unreachable(rel, "emitRel");
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function emitScan(rel: Rel & { kind: "scan" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const alias = emitter.emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  const read = rel.columns.filter(c => needed.has(c.slot) || c.slot === rel.time);
  if (rel.path === undefined) {
    for (const c of read) columns.set(c.slot, plainColumn(`${alias}.${slotName(c.slot)}`, c));
    const nulls = read.map(c => `${nullOfType(c.type).sql} as ${slotName(c.slot)}`);
    const list = nulls.length === 0 ? "1 as one" : nulls.join(", ");
    return { from: `(select ${list} where false) as ${alias}`, where: [], columns };
  }
  for (const c of read) columns.set(c.slot, plainColumn(`${alias}.${quote(c.physical)}`, c));
  const where = windowTests(rel, columns, emitter.emission);
  return { from: `${rel.path.map(quote).join(".")} as ${alias}`, where, columns };
}

/** The hunt window on the stored column, so that DuckDB can skip row groups. */
function windowTests(
  rel: Rel & { kind: "scan" },
  columns: ReadonlyMap<Slot, BlockColumn>,
  emission: Emission,
): readonly string[] {
  const { window } = emission;
  const time = rel.time === undefined ? undefined : columns.get(rel.time)?.value.sql;
  if (window === undefined || time === undefined || !window.scans.has(rel)) return [];
  const instant = (value: bigint): string => emitLiteral({ type: "datetime", value }, emission).sql;
  return [`${time} >= ${instant(window.start)}`, `${time} < ${instant(window.end)}`];
}

function emitValues(rel: Rel & { kind: "values" }, emitter: Emitter): Block {
  const alias = emitter.emission.alias();
  const columns = new Map(rel.columns.map(c => [c.slot, plainColumn(`${alias}.${slotName(c.slot)}`, c)]));
  if (rel.columns.length === 0 && rel.rows.length === 1) return { from: "", where: [], columns };
  const names = rel.columns.map(c => slotName(c.slot));
  if (rel.rows.length === 0) {
    const nulls = rel.columns.map(c => `${nullOfType(c.type).sql} as ${slotName(c.slot)}`);
    return { from: `(select ${nulls.join(", ")} where false) as ${alias}`, where: [], columns };
  }
  const scope = emitter.scope({ from: "", where: [], columns: new Map() });
  const written = rel.rows.map(row => row.map(e => emitExpr(e, scope)));
  const whole = rel.columns.some(c => emitter.emission.whole.has(c.slot));
  const cells = whole ? columnwise(written, c => emitter.emission.together(c)) : written;
  const rows = cells.map((row, r) => {
    // The first row says the types of all: a bare NULL or parameter has none.
    const texts = row.map((e, i) => {
      const type = duckdbType({ type: rel.columns[i]?.type ?? e.type, ...scaleOf(e) });
      return r === 0 ? `cast(${e.sql} as ${type})` : e.sql;
    });
    return `(${texts.join(", ")})`;
  });
  return { from: `(values ${rows.join(", ")}) as ${alias}(${names.join(", ")})`, where: [], columns };
}

/** `range`: both ends are inclusive. Source: https://learn.microsoft.com/kusto/query/range-operator */
function emitRange(rel: Rel & { kind: "range" }, emitter: Emitter): Block {
  const { emission } = emitter;
  const scope = emitter.scope({ from: "", where: [], columns: new Map() });
  const [from, to, step] = [rel.from, rel.to, rel.step].map(e => emitExpr(e, scope).sql);
  const alias = emission.alias();
  const type = rel.column.type;
  // As a table function the series streams and can be interrupted; it takes no sub-queries, which then become one list.
  const scalar = [from, to, step].some(sql => /\bselect\b/i.test(sql ?? ""));
  const series = (call: string): string => (scalar ? `(select unnest(${call}) as i)` : call);
  const counted = (value: string, a: string, b: string, by: string): string =>
    `(select ${value} as ${slotName(rel.column.slot)} from ${series(`generate_series(${a}, ${b}, ${by})`)} as r(i)) as ${alias}`;
  const big = (sql: string | undefined): string => `cast(${sql} as BIGINT)`;
  const source =
    type === "datetime"
      ? counted("make_timestamp(i)", `epoch_us(${from})`, `epoch_us(${to})`, `(${step}) // 10`)
      : type === "real" || type === "decimal"
        ? counted(`(${from}) + i * (${step})`, "0", `cast(floor(((${to}) - (${from})) / (${step})) as BIGINT)`, "1")
        : counted(`cast(i as ${duckdbTypes[type]})`, big(from), big(to), big(step));
  return {
    from: source,
    where: [],
    columns: new Map([[rel.column.slot, plainColumn(`${alias}.${slotName(rel.column.slot)}`, rel.column)]]),
  };
}

/** Functions that give another value at each call. */
const volatileFunctions = new Set(["rand", "new_guid"]);

function isVolatile(expr: Expr): boolean {
  if (expr.kind === "call" && volatileFunctions.has(expr.name)) return true;
  if (expr.kind === "call") return expr.args.some(isVolatile);
  return expr.kind === "operator" && (isVolatile(expr.left) || isVolatile(expr.right));
}

function emitExtend(rel: Rel & { kind: "extend" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const items = rel.items.filter(i => needed.has(i.slot));
  const read = slotsOf(items.map(i => i.expr));
  const made = new Set(rel.items.map(i => i.slot));
  const all = union(
    [...needed].filter(s => !made.has(s)),
    read,
  );
  const block = ready(emitter.block(rel.input, all), read, all, emitter.emission);
  const scope = emitter.scope(block);
  const columns = new Map(block.columns);
  for (const { slot, expr } of items) {
    const value = emitExpr(expr, scope);
    const cheap = expr.kind === "column" || expr.kind === "literal" || value.constant !== undefined;
    const repeated = (emitter.emission.uses.slots.get(slot) ?? 0) > 1;
    columns.set(slot, { value, heavy: isVolatile(expr) || (repeated && !cheap) });
  }
  return { ...block, columns };
}

function emitLimit(rel: Rel & { kind: "limit" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const keys = rel.order.map(k => k.slot);
  const partition = rel.partition === undefined ? [] : [rel.partition];
  const all = union(needed, keys, partition);
  const input = ready(emitter.block(rel.input, all), partition, all, emission);
  const block = sortable(input, rel.order, all, emission);
  const scope = emitter.scope({ from: "", where: [], columns: new Map() });
  const count = limitText(rel.count, scope);
  const order = orderBy(rel.order, block);
  const alias = emission.alias();
  const body =
    rel.partition === undefined
      ? `${selectOf(block, needed)}${order} limit ${count}`
      : `${selectOf(block, needed)} qualify row_number() over (partition by ${valueIn(block, rel.partition).sql}${order}) <= ${count}`;
  const columns = new Map([...needed].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s))]));
  return { from: `(${body}) as ${alias}`, where: [], columns };
}

/** A row count: digits when it is constant. */
export function limitText(count: Expr, scope: ExprScope): string {
  const value = emitExpr(count, scope);
  const constant = value.constant;
  if ((constant?.type === "long" || constant?.type === "int") && constant.value !== null)
    return String(constant.value < 0n ? 0n : constant.value);
  return `(${value.sql})`;
}

function emitUnion(rel: Rel & { kind: "union" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const alias = emitter.emission.alias();
  const wanted = rel.columns.map((c, i) => ({ ...c, index: i })).filter(c => needed.has(c.slot));
  const columns = new Map(wanted.map(c => [c.slot, plainColumn(`${alias}.${slotName(c.slot)}`, c)]));
  const legs = rel.inputs
    .filter(input => !isKnownEmpty(input.rel))
    .map(input => {
      const sources = wanted.map(c => input.sources[c.index]);
      const read = slotsOf(sources.filter(s => s !== undefined));
      const block = emitter.block(input.rel, read);
      const scope = emitter.scope(block);
      return { block, values: sources.map((s, i) => (s === undefined ? nullOf(wanted[i]) : emitExpr(s, scope))) };
    });
  const whole = wanted.some(c => emitter.emission.whole.has(c.slot));
  const settled = whole
    ? columnwise(
        legs.map(l => l.values),
        c => emitter.emission.together(c, rel.span),
      )
    : undefined;
  const selects = legs.map(({ block, values }, leg) =>
    selectItems(
      block,
      wanted.map((c, i) => `${(settled?.[leg]?.[i] ?? values[i] ?? nullOf(c)).sql} as ${slotName(c.slot)}`),
    ),
  );
  if (selects.length === 0) {
    const nulls = wanted.map(c => `${nullOfType(c.type).sql} as ${slotName(c.slot)}`);
    return { from: `(select ${["1 as one", ...nulls].join(", ")} where false) as ${alias}`, where: [], columns };
  }
  return { from: `(${selects.join(" union all ")}) as ${alias}`, where: [], columns };
}

/** A table without data, as it is or with names: of the hundreds that `union *` covers nearly all are. */
function isKnownEmpty(rel: Rel): boolean {
  if (rel.kind === "scan") return rel.path === undefined;
  return rel.kind === "extend" && rel.items.every(i => i.expr.kind === "literal") && isKnownEmpty(rel.input);
}

const nullOf = (column: SlotColumn | undefined): SqlExpr => nullOfType(column?.type ?? "dynamic");

/** Rows of values, settled column by column. */
function columnwise(
  rows: readonly (readonly SqlExpr[])[],
  settle: (column: readonly SqlExpr[]) => readonly SqlExpr[],
): readonly (readonly SqlExpr[])[] {
  const columns = (rows[0] ?? []).map((_, i) => settle(rows.flatMap(row => row[i] ?? [])));
  return rows.map((_, r) => columns.flatMap(column => column[r] ?? []));
}

function emitNumber(rel: Rel & { kind: "number" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const kept = [...needed].filter(s => s !== rel.slot);
  const block = emitter.block(rel.input, new Set(kept));
  const alias = emitter.emission.alias();
  const columns = new Map(kept.map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s))]));
  columns.set(rel.slot, plainColumn(`${alias}.${slotName(rel.slot)}`, { type: "long", notNull: true }));
  const select = selectOf(block, kept, [`row_number() over () as ${slotName(rel.slot)}`]);
  return { from: `(${select}) as ${alias}`, where: [], columns };
}

/** A use of a shared relation: written out when it is the only one, else a reference to its CTE. */
function emitRef(rel: Rel & { kind: "ref" }, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const shared = emission.plan.shared[rel.shared];
  if (shared === undefined) throw new HuntError("internal/bug", `no shared relation ${rel.shared}`);
  const wanted = rel.columns.filter(c => needed.has(c.slot));
  if ((emission.uses.shared.get(rel.shared) ?? 0) <= 1) {
    const block = emitter.block(shared.rel, new Set(wanted.map(c => c.source)));
    const columns = new Map<Slot, BlockColumn>();
    for (const c of wanted) {
      const column = block.columns.get(c.source);
      if (column === undefined) throw new HuntError("internal/bug", `slot ${c.source} is not in its block`);
      columns.set(c.slot, column);
    }
    return { ...block, columns };
  }
  const needs = emission.sharedNeeds.get(rel.shared) ?? new Set<Slot>();
  wanted.forEach(c => needs.add(c.source));
  emission.sharedNeeds.set(rel.shared, needs);
  const alias = emission.alias();
  const columns = new Map(wanted.map(c => [c.slot, plainColumn(`${alias}.${slotName(c.source)}`, c)]));
  return { from: `${sharedName(rel.shared)} as ${alias}`, where: [], columns };
}

export const sharedName = (index: number): string => `shared_${index}`;
