/**
 * `row_window_session`: the rows of a group become one list, whose sessions one JavaScript call finds in turn, and rows
 * again. Source: https://learn.microsoft.com/kusto/query/row-window-session-function
 */
import type { Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import { refuse } from "../refusal.js";
import { plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { orderBy, slotsOf, sortable, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type SessionsRel = Rel & { readonly kind: "sessions" };

export function emitSessions(rel: SessionsRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const { item } = rel;
  const kept = new Set([...needed].filter(s => s !== item.slot));
  const partition = rel.partition === undefined ? [] : [rel.partition];
  const read = union(
    slotsOf(item.args),
    rel.order.map(k => k.slot),
    partition,
  );
  const all = union(kept, read);
  const block = sortable(ready(emitter.block(rel.input, all), read, all, emission), rel.order, all, emission);
  const scope = emitter.scope(block);
  const [time, fromFirst, between, restart] = item.args;
  if (time === undefined || fromFirst === undefined || between === undefined)
    return refuse(`'${item.name}' without its limits`, item.span);
  if (time.type !== "datetime") return refuse(`'${item.name}' of a ${time.type}`, item.span);
  const constant = emitter.scope({ from: "", where: [], columns: new Map() });
  const limit = (e: typeof fromFirst): string => `((${emitExpr(e, constant).sql})::BIGINT // 10)`;
  const again = restart === undefined ? "false" : `coalesce(${emitExpr(restart, scope).sql}, false)`;
  const by = partition.map(s => valueIn(block, s).sql);
  const position = `row_number() over (${orderBy(rel.order, block).trim()})`;
  const numbered = emission.alias();
  const extra = [
    `epoch_us(${emitExpr(time, scope).sql}) as t`,
    `${again} as r`,
    `${position} as pos`,
    ...by.map((sql, i) => `${sql} as p${i}`),
  ];
  const inner = `(${selectOf(block, kept, extra)}) as ${numbered}`;
  const slots = [...kept].sort((a, b) => a - b);
  const fields = [`pos := ${numbered}.pos`, ...slots.map(s => `${slotName(s)} := ${numbered}.${slotName(s)}`)];
  const call = emission
    .context(item.span)
    .callUdf("ku_row_sessions", [
      `to_json(list(${numbered}.t order by ${numbered}.pos))::VARCHAR`,
      `to_json(list(${numbered}.r order by ${numbered}.pos))::VARCHAR`,
      limit(fromFirst),
      limit(between),
    ]);
  const groups =
    by.length === 0 ? " having count(*) > 0" : ` group by ${by.map((_, i) => `${numbered}.p${i}`).join(", ")}`;
  const listed =
    `(select unnest(list(struct_pack(${fields.join(", ")}) order by ${numbered}.pos)) as row_,` +
    ` unnest(from_json(${call}::JSON, '["BIGINT"]')) as start_ from ${inner}${groups})`;
  const alias = emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  for (const s of slots) columns.set(s, plainColumn(`${alias}.row_.${slotName(s)}`, valueIn(block, s)));
  columns.set(item.slot, plainColumn(`make_timestamp(${alias}.start_)`, { type: "datetime" }));
  return { from: `${listed} as ${alias}`, where: [], columns };
}
