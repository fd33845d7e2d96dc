/**
 * One SELECT while it is being built. Filters and computed columns are merged into it as long as that neither changes
 * the meaning nor evaluates an expression twice; then it is closed and becomes the FROM of the next.
 */
import type { SqlExpr } from "../functions/spec.js";
import type { Slot } from "../plan.js";
import type { Emission } from "./emission.js";
import { HuntError } from "../../base/error.js";

export interface BlockColumn {
  readonly value: SqlExpr;
  /** Must not be written twice: it is expensive or gives another value each time. */
  readonly heavy: boolean;
}

export interface Block {
  /** Text after FROM; empty for one row without columns. */
  readonly from: string;
  readonly where: readonly string[];
  readonly columns: ReadonlyMap<Slot, BlockColumn>;
}

export const slotName = (slot: Slot): string => `s${slot}`;

/** The value of a slot in a block. */
export function valueIn(block: Block, slot: Slot): SqlExpr {
  const column = block.columns.get(slot);
  if (column === undefined) throw new HuntError("internal/bug", `slot ${slot} is not in its block`);
  return column.value;
}

/** The block as a SELECT of the given slots, in ascending order of slot. */
export function selectOf(block: Block, slots: Iterable<Slot>, extra: readonly string[] = []): string {
  const wanted = [...slots].sort((a, b) => a - b);
  const items = [...wanted.map(slot => `${valueIn(block, slot).sql} as ${slotName(slot)}`), ...extra];
  return selectItems(block, items);
}

export function selectItems(block: Block, items: readonly string[], head = "select"): string {
  const from = block.from === "" ? "" : ` from ${block.from}`;
  const where = block.where.length === 0 ? "" : ` where ${block.where.join(" and ")}`;
  return `${head} ${items.length === 0 ? "1 as one" : items.join(", ")}${from}${where}`;
}

/** Columns of a sub-select, by the names slots have there. */
export function columnsFrom(alias: string, source: Block, slots: Iterable<Slot>): ReadonlyMap<Slot, BlockColumn> {
  const columns = new Map<Slot, BlockColumn>();
  for (const slot of slots) columns.set(slot, plainColumn(`${alias}.${slotName(slot)}`, valueIn(source, slot)));
  return columns;
}

/** A column whose value is computed already; what is known of its type, nulls and range stays known. */
export function plainColumn(sql: string, like: Pick<SqlExpr, "type" | "notNull" | "range">): BlockColumn {
  const notNull = like.type === "string" || like.notNull === true ? { notNull: true } : {};
  const range = like.range === undefined ? {} : { range: like.range };
  return { value: { sql, type: like.type, ...notNull, ...range }, heavy: false };
}

/** Ends the block: its SELECT becomes the source of a new one in which every slot is a plain column. */
export function close(block: Block, slots: Iterable<Slot>, emission: Emission): Block {
  const wanted = [...slots];
  const alias = emission.alias();
  return {
    from: `(${selectOf(block, wanted)}) as ${alias}`,
    where: [],
    columns: columnsFrom(alias, block, wanted),
  };
}

/** Closes the block when one of `read` must not be repeated. */
export function ready(block: Block, read: Iterable<Slot>, needed: Iterable<Slot>, emission: Emission): Block {
  for (const slot of read) if (block.columns.get(slot)?.heavy === true) return close(block, needed, emission);
  return block;
}
