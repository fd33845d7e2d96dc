/**
 * Functions over rows in order: `prev`, `next`, `row_number`, `row_cumsum`, `row_rank_*`.
 * Source: https://learn.microsoft.com/kusto/query/window-functions
 */
import type { SqlExpr } from "../functions/spec.js";
import type { Expr, Rel, Slot, WindowItem } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import type { ExprScope } from "./expr.js";
import { duckdbType, scaleOf } from "../functions/decimals.js";
import { convert } from "../functions/index.js";
import { refuse } from "../refusal.js";
import { plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { nullOfType } from "./emission.js";
import { orderBy, slotsOf, sortable, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type WindowRel = Rel & { readonly kind: "window" };

export function emitWindow(rel: WindowRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const items = rel.items.filter(i => needed.has(i.slot));
  const made = new Set(rel.items.map(i => i.slot));
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const partition = rel.partition === undefined ? [] : [rel.partition];
  const read = union(
    slotsOf(items.flatMap(i => i.args)),
    rel.order.map(k => k.slot),
    partition,
  );
  const all = union(kept, read);
  const input = sortable(ready(emitter.block(rel.input, all), read, all, emission), rel.order, all, emission);
  const sorted = orderBy(rel.order, input).trim();
  const block = sorted === "" ? numbered(input, all, emitter) : input;
  const by = rel.partition === undefined ? [] : [valueIn(block, rel.partition).sql];
  const order = sorted === "" ? "order by rn" : sorted;
  const plain: Rows = { block, by: () => by, order };
  const rows = items.some(needsGroups) ? grouped(plain, items, all, emitter) : plain;
  return computed(rows, items, kept, emitter);
}

/** Rows in order: what to partition by for the i-th item, and the order. */
interface Rows {
  readonly block: Block;
  readonly by: (index: number) => readonly string[];
  readonly order: string;
}

const allBefore = "rows between unbounded preceding and current row";

function over(rows: Rows, index: number, frame = ""): string {
  const by = rows.by(index);
  const partition = by.length === 0 ? "" : `partition by ${by.join(", ")} `;
  return `over (${partition}${rows.order}${frame === "" ? "" : ` ${frame}`})`;
}

/** Gives rows in no stated order the number they come in. */
function numbered(block: Block, all: ReadonlySet<Slot>, emitter: Emitter): Block {
  const alias = emitter.emission.alias();
  const columns = new Map([...all].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s))]));
  const from = `(${selectOf(block, all, ["row_number() over () as rn"])}) as ${alias}`;
  return { from, where: [], columns };
}

function needsGroups(item: WindowItem): boolean {
  return item.name.startsWith("row_rank") || restartOf(item) !== undefined;
}

/** The condition that starts a new group of rows. */
function restartOf(item: WindowItem): Expr | undefined {
  if (["row_number", "row_cumsum", "row_rank_dense", "row_rank_min"].includes(item.name)) return item.args[1];
  return undefined;
}

/** Adds each row's position and, for each item, its group `g` and whether its value begins a rank, `d`. */
function grouped(rows: Rows, items: readonly WindowItem[], all: ReadonlySet<Slot>, emitter: Emitter): Rows {
  const scope = emitter.scope(rows.block);
  const position = `row_number() ${over(rows, 0)}`;
  const extra = items.flatMap((item, i) => {
    const restart = restartOf(item);
    const starts = restart === undefined ? undefined : `coalesce(${emitExpr(restart, scope).sql}, false)`;
    const group = starts === undefined ? "0" : `sum(case when ${starts} then 1 else 0 end) ${over(rows, i, allBefore)}`;
    if (!item.name.startsWith("row_rank")) return [`${group} as g${i}`];
    const value = emitExpr(item.args[0] ?? refuseItem(item), scope).sql;
    const changes = [`${position} = 1`, ...(starts === undefined ? [] : [starts])];
    return [
      `${group} as g${i}`,
      `(${changes.join(" or ")} or ${value} is distinct from lag(${value}) ${over(rows, i)}) as d${i}`,
    ];
  });
  const parts = rows.by(0).map((sql, i) => `${sql} as p${i}`);
  const alias = emitter.emission.alias();
  const columns = new Map([...all].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(rows.block, s))]));
  const from = `(${selectOf(rows.block, all, [...extra, ...parts, `${position} as pos`])}) as ${alias}`;
  const by = (i: number): readonly string[] => [...parts.map((_, p) => `${alias}.p${p}`), `${alias}.g${i}`];
  return { block: { from, where: [], columns }, by, order: `order by ${alias}.pos` };
}

function refuseItem(item: WindowItem): never {
  return refuse(`'${item.name}' without its value`, item.span);
}

function computed(rows: Rows, items: readonly WindowItem[], kept: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { block } = rows;
  const scope = emitter.scope(block);
  const alias = emitter.emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  for (const s of kept) columns.set(s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s)));
  const extra = items.map((item, i) => {
    const value = emitter.emission.attempt(
      () => emitItem(item, i, rows, scope),
      () => nullOfType(item.type),
    );
    columns.set(item.slot, plainColumn(`${alias}.${slotName(item.slot)}`, value));
    return `${value.sql} as ${slotName(item.slot)}`;
  });
  return { from: `(${selectOf(block, kept, extra)}) as ${alias}`, where: [], columns };
}

function emitItem(item: WindowItem, index: number, rows: Rows, scope: ExprScope): SqlExpr {
  const arg = (i: number): SqlExpr | undefined => {
    const expr = item.args[i];
    return expr === undefined ? undefined : emitExpr(expr, scope);
  };
  const toHere = over(rows, index, allBefore);
  switch (item.name) {
    case "prev":
    case "next":
      return neighbour(item, arg, over(rows, index), scope);
    case "row_number":
      return { sql: `(row_number() ${over(rows, index)} - 1 + ${arg(0)?.sql ?? "1"})`, type: "long", notNull: true };
    case "row_cumsum": {
      const value = arg(0) ?? refuseItem(item);
      const sum = `sum(coalesce(${value.sql}, 0)) ${toHere}`;
      const type = duckdbType({ type: item.type, ...scaleOf(value) });
      return { sql: value.type === "real" ? sum : `cast(${sum} as ${type})`, type: item.type };
    }
    case "row_rank_dense":
      return {
        sql: `cast(sum(case when d${index} then 1 else 0 end) ${toHere} as BIGINT)`,
        type: "long",
        notNull: true,
      };
    case "row_rank_min": {
      const by = rows.by(index).join(", ");
      const first = `min(pos) over (${by === "" ? "" : `partition by ${by}`})`;
      return { sql: `(max(case when d${index} then pos end) ${toHere} - ${first} + 1)`, type: "long", notNull: true };
    }
    default:
      return refuse(`'${item.name}'`, item.span);
  }
}

function neighbour(
  item: WindowItem,
  arg: (index: number) => SqlExpr | undefined,
  window: string,
  scope: ExprScope,
): SqlExpr {
  const value = arg(0) ?? refuseItem(item);
  const fallback = arg(2);
  const otherwise =
    fallback === undefined ? nullOfType(value.type) : convert(fallback, value.type, scope.emission.context(item.span));
  const [x = value, y = otherwise] = scope.emission.together([value, otherwise], item.span);
  const sql = `${item.name === "prev" ? "lag" : "lead"}(${x.sql}, ${arg(1)?.sql ?? "1"}, ${y.sql}) ${window}`;
  return value.type === "string" ? { sql, type: "string", notNull: true } : { sql, type: value.type };
}
