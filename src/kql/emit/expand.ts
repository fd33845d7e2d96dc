/** `mv-expand`. Source: https://learn.microsoft.com/kusto/query/mv-expand-operator */
import type { Expansion, Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import type { KqlType } from "../../base/column.js";
import type { SqlExpr } from "../functions/spec.js";
import { convert } from "../functions/index.js";
import { close, plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { slotsOf, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type ExpandRel = Rel & { readonly kind: "expand" };

/** An array's elements, a bag's pairs; null and any other value are one element, an empty array or bag is none. */
function elements(json: string, bags: Expansion["bags"]): string {
  const entries = `map_entries(try_cast(${json} as MAP(VARCHAR, JSON)))`;
  const pair = bags === "bag" ? "json_object(k__e.key, k__e.value)" : "json_array(k__e.key, k__e.value)";
  return (
    `case json_type(${json})` +
    ` when 'ARRAY' then json_extract(${json}, '$[*]')` +
    ` when 'OBJECT' then list_transform(${entries}, lambda k__e: ${pair}::JSON)` +
    ` else [${json}] end`
  );
}

/** JSON types that a KQL type takes as they are: `to typeof` casts, it does not parse. */
const conforming: Partial<Record<KqlType, string>> = {
  bool: "'BOOLEAN'",
  int: "'BIGINT', 'UBIGINT'",
  long: "'BIGINT', 'UBIGINT'",
  real: "'BIGINT', 'UBIGINT', 'DOUBLE'",
  decimal: "'BIGINT', 'UBIGINT', 'DOUBLE'",
};

/** An element as the declared type; null when it does not conform. Times and guids stand in JSON as texts. */
function elementValue(sql: string, type: KqlType, emitter: Emitter): SqlExpr {
  const element: SqlExpr = { sql, type: "dynamic" };
  if (type === "dynamic") return element;
  const value = convert(element, type, emitter.emission.context({ start: 0, end: 0 }));
  const kinds = conforming[type];
  return kinds === undefined ? value : { sql: `case when json_type(${sql}) in (${kinds}) then ${value.sql} end`, type };
}

export function emitExpand(rel: ExpandRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const made = new Set([...rel.items.map(i => i.slot), ...(rel.index === undefined ? [] : [rel.index])]);
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const read = slotsOf(rel.items.map(i => i.source));
  const inner = sources(rel, emitter.block(rel.input, union(kept, read)), union(kept, read), emitter);
  const lists = rel.items.map((item, i) => {
    const json = inner.json[i] ?? "null";
    return `${elements(json, item.bags)} as l${i}`;
  });
  // First the lists beside the kept columns, then one row for each position.
  const listed = emission.alias();
  const from = `(${selectOf(inner.block, kept, lists)}) as ${listed}`;
  const lengths = rel.items.map((_, i) => `len(${listed}.l${i})`);
  const longest = lengths.length === 1 ? (lengths[0] ?? "0") : `greatest(${lengths.join(", ")})`;
  const count =
    rel.limit === undefined ? longest : `least(${longest}, ${emitExpr(rel.limit, emitter.scope(inner.block)).sql})`;
  const alias = emission.alias();
  const items = [
    ...[...kept].map(s => `${listed}.${slotName(s)} as ${slotName(s)}`),
    ...rel.items.map((_, i) => `${listed}.l${i} as l${i}`),
    `unnest(range(1, ${count} + 1)) as ix`,
  ];
  const columns = new Map<Slot, BlockColumn>();
  for (const s of kept) columns.set(s, plainColumn(`${alias}.${slotName(s)}`, valueIn(inner.block, s)));
  for (const [i, item] of rel.items.entries()) {
    const value = elementValue(`${alias}.l${i}[${alias}.ix]`, item.type, emitter);
    const repeated = (emission.uses.slots.get(item.slot) ?? 0) > 1;
    columns.set(item.slot, { value, heavy: repeated });
  }
  if (rel.index !== undefined)
    columns.set(rel.index, { value: { sql: `(${alias}.ix - 1)`, type: "long", notNull: true }, heavy: false });
  return { from: `(select ${items.join(", ")} from ${from}) as ${alias}`, where: [], columns };
}

/** The expanded values as plain columns: each is mentioned several times. */
function sources(
  rel: ExpandRel,
  block: Block,
  needed: ReadonlySet<Slot>,
  emitter: Emitter,
): { readonly block: Block; readonly json: readonly string[] } {
  const plain = rel.items.every(i => i.source.kind === "column");
  if (plain) {
    const read = slotsOf(rel.items.map(i => i.source));
    const base = ready(block, read, needed, emitter.emission);
    const closed = [...read].every(s => /^[\w."]+$/.test(valueIn(base, s).sql))
      ? base
      : close(base, needed, emitter.emission);
    return { block: closed, json: rel.items.map(i => emitExpr(i.source, emitter.scope(closed)).sql) };
  }
  const base = ready(block, slotsOf(rel.items.map(i => i.source)), needed, emitter.emission);
  const scope = emitter.scope(base);
  const alias = emitter.emission.alias();
  const extra = rel.items.map((item, i) => `${emitExpr(item.source, scope).sql} as x${i}`);
  const columns = new Map([...needed].map(s => [s, plainColumn(`${alias}.${slotName(s)}`, valueIn(base, s))]));
  return {
    block: { from: `(${selectOf(base, needed, extra)}) as ${alias}`, where: [], columns },
    json: rel.items.map((_, i) => `${alias}.x${i}`),
  };
}
