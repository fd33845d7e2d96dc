/** Joins. Null keys match nothing; what an outer join adds is null, or '' for strings. */
import type { JoinKind, Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import { close, columnsFrom, plainColumn, selectItems, slotName, valueIn } from "./block.js";
import { slotsOf } from "./emitter.js";
import { emitCondition, emitExpr } from "./expr.js";

type JoinRel = Rel & { readonly kind: "join" };

const words: Readonly<Record<JoinKind, string>> = {
  inner: "inner join",
  innerunique: "inner join",
  leftouter: "left join",
  rightouter: "right join",
  fullouter: "full join",
  leftsemi: "semi join",
  rightsemi: "semi join",
  leftanti: "anti join",
  rightanti: "anti join",
};

/** Which sides' rows may be missing in the result's rows. */
const nullable: Readonly<Record<JoinKind, { readonly left: boolean; readonly right: boolean }>> = {
  inner: { left: false, right: false },
  innerunique: { left: false, right: false },
  leftouter: { left: false, right: true },
  rightouter: { left: true, right: false },
  fullouter: { left: true, right: true },
  leftsemi: { left: false, right: false },
  rightsemi: { left: false, right: false },
  leftanti: { left: false, right: false },
  rightanti: { left: false, right: false },
};

export function emitJoin(rel: JoinRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const left = side(rel, "left", needed, emitter);
  const right = side(rel, "right", needed, emitter);
  const [l, r] = [emitter.scope(left), emitter.scope(right)];
  const both = emitter.scope({ from: "", where: [], columns: new Map([...left.columns, ...right.columns]) });
  const tests = [
    ...rel.on.map(o => {
      const [left, right] = [emitExpr(o.left, l), emitExpr(o.right, r)];
      const same = emitter.emission.together([left, right], rel.span);
      return `${(same[0] ?? left).sql} = ${(same[1] ?? right).sql}`;
    }),
    ...(rel.where === undefined ? [] : [emitCondition(rel.where, both)]),
  ];
  const on = tests.length === 0 ? "true" : tests.join(" and ");
  const word = words[rel.join];
  if (rel.join === "rightsemi" || rel.join === "rightanti")
    return { from: `${right.from} ${word} ${left.from} on ${on}`, where: [], columns: right.columns };
  const from = `${left.from} ${word} ${right.from} on ${on}`;
  if (rel.join === "leftsemi" || rel.join === "leftanti") return { from, where: [], columns: left.columns };
  const columns = new Map([
    ...outer(left.columns, nullable[rel.join].left),
    ...outer(right.columns, nullable[rel.join].right),
  ]);
  return { from, where: [], columns };
}

/** One side as a sub-select of what the result and the condition read. */
function side(rel: JoinRel, which: "left" | "right", needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const columns = which === "left" ? rel.leftColumns : rel.rightColumns;
  const keys = slotsOf(rel.on.map(o => o[which]));
  const tested = slotsOf(rel.where === undefined ? [] : [rel.where]);
  const slots = new Set([...columns.map(c => c.slot).filter(s => needed.has(s) || tested.has(s)), ...keys]);
  const block = emitter.block(which === "left" ? rel.left : rel.right, slots);
  if (which === "right" || rel.join !== "innerunique") return close(block, slots, emitter.emission);
  return firstPerKey(block, slots, keys, emitter);
}

/** `innerunique` keeps one row of the left side for each key. */
function firstPerKey(open: Block, slots: ReadonlySet<Slot>, keys: ReadonlySet<Slot>, emitter: Emitter): Block {
  // DISTINCT ON takes no parameters: keys that are computed from some get a name first.
  const block = [...keys].some(s => /\$\d/.test(valueIn(open, s).sql)) ? close(open, slots, emitter.emission) : open;
  const items = [...slots].map(s => `${valueIn(block, s).sql} as ${slotName(s)}`);
  const on = [...keys].map(s => valueIn(block, s).sql).join(", ");
  const alias = emitter.emission.alias();
  return {
    from: `(${selectItems(block, items, `select distinct on (${on})`)}) as ${alias}`,
    where: [],
    columns: columnsFrom(alias, block, slots),
  };
}

function outer(columns: ReadonlyMap<Slot, BlockColumn>, mayMiss: boolean): ReadonlyMap<Slot, BlockColumn> {
  if (!mayMiss) return columns;
  return new Map(
    [...columns].map(([slot, { value }]) => {
      const { sql, type } = value;
      return [slot, plainColumn(type === "string" ? `coalesce(${sql}, '')` : sql, { type })];
    }),
  );
}
