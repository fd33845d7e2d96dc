/**
 * Functions over rows in order: `prev`, `next`, `row_number`, `row_cumsum`, `row_rank_*`.
 * Source: https://learn.microsoft.com/kusto/query/window-functions
 */
import type { SqlExpr } from "../functions/spec.js";
import type { Rel, Slot, WindowItem } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import type { ExprScope } from "./expr.js";
import { convert } from "../functions/index.js";
import { refuse } from "../refusal.js";
import { plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { nullOfType } from "./emission.js";
import { orderBy, slotsOf, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type WindowRel = Rel & { readonly kind: "window" };

export function emitWindow(rel: WindowRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const items = rel.items.filter(i => needed.has(i.slot));
  const made = new Set(rel.items.map(i => i.slot));
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const partition = rel.partition === undefined ? [] : [rel.partition];
  const read = union(slotsOf(items.flatMap(i => i.args)), rel.order.map(k => k.slot), partition);
  const all = union(kept, read);
  const block = rel.order.length === 0
    ? numbered(emitter.block(rel.input, all), all, emitter)
    : { block: ready(emitter.block(rel.input, all), read, all, emission), order: undefined };
  const order = block.order ?? orderBy(rel.order, s => valueIn(block.block, s).sql).trim();
  const by = rel.partition === undefined ? "" : `partition by ${valueIn(block.block, rel.partition).sql} `;
  let current: Block = block.block;
  let over = `over (${by}${order})`;
  if (items.some(needsGroups)) {
    const grouped = withGroups(current, { items, all, over, by, order }, emitter);
    current = grouped.block;
    over = grouped.over;
  }
  return computed(current, { items, kept, over }, emitter);
}

/** Gives rows in no stated order the number they come in. */
function numbered(block: Block, all: ReadonlySet<Slot>, emitter: Emitter): { readonly block: Block; readonly order: string } {
  const alias = emitter.emission.alias();
  const columns = new Map([...all].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s))]));
  const from = `(${selectOf(block, all, ["row_number() over () as rn"])}) as ${alias}`;
  return { block: { from, where: [], columns }, order: `order by ${alias}.rn` };
}

interface Frame {
  readonly items: readonly WindowItem[];
  readonly all: ReadonlySet<Slot>;
  readonly over: string;
  readonly by: string;
  readonly order: string;
}

function needsGroups(item: WindowItem): boolean {
  return item.name.startsWith("row_rank") || restartOf(item) !== undefined;
}

/** The condition that starts a new group of rows. */
function restartOf(item: WindowItem): WindowItem["args"][number] | undefined {
  if (["row_number", "row_cumsum", "row_rank_dense", "row_rank_min"].includes(item.name)) return item.args[1];
  return undefined;
}

/** Adds, for each item, the number of its group and whether its value differs from the row before. */
function withGroups(block: Block, frame: Frame, emitter: Emitter): { readonly block: Block; readonly over: string } {
  const scope = emitter.scope(block);
  const rows = `over (${frame.by}${frame.order} rows between unbounded preceding and current row)`;
  const extra = frame.items.flatMap((item, i) => {
    const restart = restartOf(item);
    const group =
      restart === undefined ? "0" : `sum(case when ${emitExpr(restart, scope).sql} then 1 else 0 end) ${rows}`;
    const value = item.name.startsWith("row_rank") ? emitExpr(item.args[0] ?? refuseItem(item), scope).sql : undefined;
    const changed = value === undefined ? [] : [`${value} is distinct from lag(${value}) ${frame.over} as d${i}`];
    return [`${group} as g${i}`, ...changed];
  });
  const alias = emitter.emission.alias();
  const columns = new Map([...frame.all].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s))]));
  const position = `row_number() over (${frame.by}${frame.order}) as pos`;
  const partition = frame.by === "" ? [] : [`${frame.by.replace("partition by ", "").trim()} as part`];
  const from = `(${selectOf(block, frame.all, [...extra, position, ...partition])}) as ${alias}`;
  const by = frame.by === "" ? "" : `partition by ${alias}.part `;
  return { block: { from, where: [], columns }, over: `over (${by}order by ${alias}.pos)` };
}

function refuseItem(item: WindowItem): never {
  return refuse(`'${item.name}' without its value`, item.span);
}

function computed(
  block: Block,
  frame: { readonly items: readonly WindowItem[]; readonly kept: ReadonlySet<Slot>; readonly over: string },
  emitter: Emitter,
): Block {
  const scope = emitter.scope(block);
  const alias = emitter.emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  for (const s of frame.kept) columns.set(s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s)));
  const extra = frame.items.map((item, i) => {
    const value = emitter.emission.attempt(
      () => emitItem(item, { scope, over: frame.over, index: i }),
      () => nullOfType(item.type),
    );
    columns.set(item.slot, plainColumn(`${alias}.${slotName(item.slot)}`, value));
    return `${value.sql} as ${slotName(item.slot)}`;
  });
  return { from: `(${selectOf(block, frame.kept, extra)}) as ${alias}`, where: [], columns };
}

interface Place {
  readonly scope: ExprScope;
  readonly over: string;
  readonly index: number;
}

function emitItem(item: WindowItem, place: Place): SqlExpr {
  const { scope, over, index } = place;
  const context = scope.emission.context(item.span);
  const arg = (i: number): SqlExpr | undefined => {
    const expr = item.args[i];
    return expr === undefined ? undefined : emitExpr(expr, scope);
  };
  const restarted = restartOf(item) === undefined ? over : over.replace("over (", `over (partition by g${index}, `).replace(", partition by", ",").replace(`, order`, " order");
  switch (item.name) {
    case "prev":
    case "next": {
      const value = arg(0) ?? refuseItem(item);
      const offset = arg(1)?.sql ?? "1";
      const fallback = arg(2);
      const otherwise = fallback === undefined ? nullOfType(value.type) : convert(fallback, value.type, context);
      const fn = item.name === "prev" ? "lag" : "lead";
      const sql = `${fn}(${value.sql}, ${offset}, ${otherwise.sql}) ${over}`;
      return value.type === "string" ? { sql, type: "string", notNull: true } : { sql, type: value.type };
    }
    case "row_number": {
      const start = arg(0)?.sql ?? "1";
      return { sql: `(row_number() ${restarted} - 1 + ${start})`, type: "long", notNull: true };
    }
    case "row_cumsum": {
      const value = arg(0) ?? refuseItem(item);
      const sum = `sum(coalesce(${value.sql}, 0)) ${restarted.replace(/\)$/, " rows between unbounded preceding and current row)")}`;
      return { sql: value.type === "real" ? sum : `cast(${sum} as BIGINT)`, type: item.type };
    }
    case "row_rank_dense":
    case "row_rank_min": {
      const frame = restarted.replace(/\)$/, " rows between unbounded preceding and current row)");
      const first = restartOf(item) === undefined ? `d${index}` : `(d${index} or row_number() ${restarted} = 1)`;
      if (restartOf(item) !== undefined) return refuse(`${item.name} with restart`, item.span);
      return item.name === "row_rank_dense"
        ? { sql: `cast(sum(case when ${first} then 1 else 0 end) ${frame} as BIGINT)`, type: "long", notNull: true }
        : { sql: `max(case when ${first} then pos end) ${frame}`, type: "long", notNull: true };
    }
    default:
      return refuse(`'${item.name}'`, item.span);
  }
}
