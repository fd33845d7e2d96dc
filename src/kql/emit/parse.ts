/** `parse`: the pattern becomes one regular expression. Source: https://learn.microsoft.com/kusto/query/parse-operator */
import type { KqlType } from "../../base/column.js";
import type { SqlExpr } from "../functions/spec.js";
import type { ParsePart, Rel, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import { convert } from "../functions/index.js";
import { refuse } from "../refusal.js";
import { plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { slotsOf, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type ParseRel = Rel & { readonly kind: "parse" };

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

/** What a column of a type may match. */
function capture(type: KqlType, rel: ParseRel, last: boolean): string {
  const any = rel.mode === "regex" ? "(.*)" : last ? "((?s:.*))" : "((?s:.*?))";
  if (rel.mode === "relaxed") return any;
  switch (type) {
    case "int":
    case "long":
      return String.raw`\s*([-+]?\d+)`;
    case "real":
    case "decimal":
      return String.raw`\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)`;
    case "bool":
      return "(?i:(true|false|0|1))";
    default:
      return any;
  }
}

/** The regular expression (RE2) of a pattern. */
export function parsePattern(rel: ParseRel): string {
  const parts = rel.parts.map((part, i): string => {
    const last = i === rel.parts.length - 1;
    if (part.kind === "star") return last ? "(?s:.*)" : rel.mode === "regex" ? ".*?" : "(?s:.*?)";
    if (part.kind === "text") return rel.mode === "regex" ? (part.text ?? "") : escapeRegex(part.text ?? "");
    return capture(part.column?.type ?? "string", rel, last);
  });
  const flags = [...rel.flags].filter(f => "imsU".includes(f)).join("");
  if (flags.length !== rel.flags.length) return refuse(`parse flags=${rel.flags}`, rel.span);
  return `${flags === "" ? "" : `(?${flags})`}^${parts.join("")}$`;
}

export function emitParse(rel: ParseRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const captured = rel.parts.filter((p): p is ParsePart & { column: NonNullable<ParsePart["column"]> } => p.column !== undefined);
  const made = new Set(captured.map(p => p.column.slot));
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const read = slotsOf([rel.source]);
  const all = union(kept, read);
  const block = ready(emitter.block(rel.input, all), read, all, emission);
  const source = emitExpr(rel.source, emitter.scope(block)).sql;
  const pattern = emission.bind(parsePattern(rel));
  const names = captured.map((_, i) => `'g${i}'`).join(", ");
  const extra = captured.length === 0 ? [] : [`regexp_extract(${source}, ${pattern}, [${names}]) as m`];
  const alias = emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  for (const s of kept) columns.set(s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s)));
  const groups = captured.map((p, i) => groupValue(p.column.type, `${alias}.m.g${i}`, rel, emitter));
  captured.forEach((p, i) => {
    const value = groups[i];
    if (value !== undefined) columns.set(p.column.slot, { value, heavy: (emission.uses.slots.get(p.column.slot) ?? 0) > 1 });
  });
  const where = rel.where ? [...block.where, `regexp_matches(${source}, ${pattern})`] : block.where;
  return { from: `(${selectOf({ ...block, where }, kept, extra)}) as ${alias}`, where: [], columns };
}

function groupValue(type: KqlType, sql: string, rel: ParseRel, emitter: Emitter): SqlExpr {
  const text: SqlExpr = { sql: `coalesce(${sql}, '')`, type: "string", notNull: true };
  return type === "string" ? text : convert(text, type, emitter.emission.context(rel.span));
}
