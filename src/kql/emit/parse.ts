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
function capture(type: KqlType, mode: ParseRel["mode"], last: boolean): string {
  const any = mode === "regex" ? ".*" : last ? "(?s:.*)" : "(?s:.*?)";
  const shape = typedShape(type);
  if (shape === undefined) return `(${any})`;
  // Relaxed: the typed shape first, else anything up to the next text, which then gives null.
  return mode === "relaxed" ? `\\s*(${shape}|${any})` : `\\s*(${shape})`;
}

function typedShape(type: KqlType): string | undefined {
  switch (type) {
    case "int":
    case "long":
      return String.raw`[-+]?\d+`;
    case "real":
    case "decimal":
      return String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
    case "bool":
      return "(?i:true|false|0|1)";
    default:
      return undefined;
  }
}

interface Pattern {
  /** RE2. */
  readonly regex: string;
  /** A name for each group in order; those of columns are `g0`, `g1`, … */
  readonly groups: readonly string[];
}

/** The regular expression of a pattern; texts of `kind=regex` may hold groups of their own. */
export function parsePattern(rel: ParseRel): Pattern {
  const groups: string[] = [];
  let columns = 0;
  const parts = rel.parts.map((part, i): string => {
    const last = i === rel.parts.length - 1;
    if (part.kind === "star") return last ? "(?s:.*)" : rel.mode === "regex" ? ".*?" : "(?s:.*?)";
    if (part.kind === "text") {
      const text = part.text ?? "";
      if (rel.mode !== "regex") return escapeRegex(text);
      for (let g = countGroups(text); g > 0; g--) groups.push(`t${groups.length}`);
      return text;
    }
    groups.push(`g${columns++}`);
    return capture(part.column?.type ?? "string", rel.mode, last);
  });
  const flags = [...rel.flags].filter(f => "imsU".includes(f)).join("");
  if (flags.length !== rel.flags.length) return refuse(`parse flags=${rel.flags}`, rel.span);
  return { regex: `${flags === "" ? "" : `(?${flags})`}^${parts.join("")}$`, groups };
}

/** Capturing groups in a regular expression. */
export function countGroups(regex: string): number {
  const outside = regex.replace(/\\./gs, "").replace(/\[\^?\]?[^\]]*\]/g, "");
  return [...outside.matchAll(/\((?!\?)|\(\?P?<(?![=!])/g)].length;
}

type Captured = NonNullable<ParsePart["column"]>;

export function emitParse(rel: ParseRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const captured = rel.parts.flatMap((p): readonly Captured[] => (p.column === undefined ? [] : [p.column]));
  const made = new Set(captured.map(c => c.slot));
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const read = slotsOf([rel.source]);
  const all = union(kept, read);
  const block = ready(emitter.block(rel.input, all), read, all, emission);
  const source = emitExpr(rel.source, emitter.scope(block)).sql;
  const { regex, groups } = parsePattern(rel);
  const pattern = emission.bind(regex);
  const names = groups.map(g => `'${g}'`).join(", ");
  const extra = captured.length === 0 ? [] : [`regexp_extract(${source}, ${pattern}, [${names}]) as m`];
  const alias = emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  for (const s of kept) columns.set(s, plainColumn(`${alias}.${slotName(s)}`, valueIn(block, s)));
  const values = captured.map((c, i) => groupValue(c.type, `${alias}.m.g${i}`, rel, emitter));
  const fits = strictTest(rel, values);
  captured.forEach((c, i) => {
    const value = values[i];
    if (value === undefined) return;
    const heavy = (emission.uses.slots.get(c.slot) ?? 0) > 1;
    columns.set(c.slot, { value: fits === undefined ? value : only(value, fits), heavy });
  });
  const matches = rel.where ? [`regexp_matches(${source}, ${pattern})`] : [];
  const from = `(${selectOf({ ...block, where: [...block.where, ...matches] }, kept, extra)}) as ${alias}`;
  return { from, where: rel.where && fits !== undefined ? [fits] : [], columns };
}

/** In simple mode a row matches only when every typed column does. */
function strictTest(rel: ParseRel, values: readonly SqlExpr[]): string | undefined {
  if (rel.mode === "relaxed") return undefined;
  const typed = values.filter(v => v.type !== "string" && typedShape(v.type) === undefined);
  return typed.length === 0 ? undefined : `(${typed.map(v => `${v.sql} is not null`).join(" and ")})`;
}

function only(value: SqlExpr, test: string): SqlExpr {
  return value.type === "string"
    ? { sql: `case when ${test} then ${value.sql} else '' end`, type: "string", notNull: true }
    : { sql: `case when ${test} then ${value.sql} end`, type: value.type };
}

function groupValue(type: KqlType, sql: string, rel: ParseRel, emitter: Emitter): SqlExpr {
  const text: SqlExpr = { sql: `coalesce(${sql}, '')`, type: "string", notNull: true };
  return type === "string" ? text : convert(text, type, emitter.emission.context(rel.span));
}
