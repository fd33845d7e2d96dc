/**
 * `scan`: the rows of a group are folded in order by one lambda, whose accumulator holds what each step remembers.
 *
 * `list_reduce` copies its accumulator for each row, so that what comes out is gathered in chunks of rows first: the
 * inner fold runs over a chunk, the outer one over the chunks of a stretch. A recursion goes from stretch to stretch and
 * carries only what is remembered: DuckDB cannot be interrupted inside of `list_reduce`, but between two stretches it can.
 * Source: https://learn.microsoft.com/kusto/query/scan-operator#scan-logic
 */
import type { KqlType } from "../../base/column.js";
import type { Expr, Rel, ScanStep, Slot } from "../plan.js";
import type { Block, BlockColumn } from "./block.js";
import type { Emitter } from "./emitter.js";
import { duckdbTypes } from "../../base/column.js";
import { expressionRels } from "../slots.js";
import { refuse } from "../refusal.js";
import { plainColumn, ready, selectOf, slotName, valueIn } from "./block.js";
import { orderBy, slotsOf, sortable, union } from "./emitter.js";
import { emitExpr } from "./expr.js";

type StepsRel = Rel & { readonly kind: "steps" };

/** Rows per inner fold. */
const chunkRows = 32;
/** Rows per step of the recursion: the longest that a cancelled scan goes on. */
const stretchRows = 4 * chunkRows;

interface Field {
  readonly name: string;
  readonly type: string;
}

const struct = (fields: readonly Field[]): string => `STRUCT(${fields.map(f => `${f.name} ${f.type}`).join(", ")})`;
const pack = (values: Readonly<Record<string, string>>): string =>
  `struct_pack(${Object.entries(values)
    .map(([name, sql]) => `${name} := ${sql}`)
    .join(", ")})`;
/** Names the value of an expression in another, so that it is written once. */
const naming = (name: string, value: string, body: string): string =>
  `list_transform([${value}], lambda ${name}: ${body})[1]`;

export function emitSteps(rel: StepsRel, needed: ReadonlySet<Slot>, emitter: Emitter): Block {
  const { emission } = emitter;
  const nested = rel.steps.flatMap(s => [s.condition, ...s.assignments.map(a => a.expr)]).flatMap(expressionRels);
  if (nested.length > 0)
    return refuse("a table inside a step of scan", rel.span, "compute it before, in a column of its own");
  const made = new Set([rel.matchId, rel.place, rel.rank, ...rel.declared.map(d => d.slot)]);
  const kept = new Set([...needed].filter(s => !made.has(s)));
  const remembered = new Set(rel.memory.map(m => m.slot));
  const exprs = rel.steps.flatMap(s => [s.condition, ...s.assignments.map(a => a.expr)]);
  const read = union(
    [...slotsOf(exprs)].filter(s => !remembered.has(s)),
    rel.memory.map(m => m.source),
    rel.declared.map(d => d.source),
  );
  const partition = rel.partition === undefined ? [] : [rel.partition];
  const all = union(
    kept,
    read,
    rel.order.map(k => k.slot),
    partition,
  );
  const input = sortable(ready(emitter.block(rel.input, all), all, all, emission), rel.order, all, emission);
  const by = partition.map(s => valueIn(input, s).sql);
  const sorted = orderBy(rel.order, input).trim();
  const rows = emission.alias();
  const numbered = selectOf(input, union(kept, read), [
    `row_number() over (${sorted}) as n`,
    ...by.map((sql, i) => `${sql} as p${i}`),
  ]);
  const fold = new Fold(rel, emitter, input, read);
  const parts = by.map((_, i) => `p${i}`);
  const [placed, stretches, folds] = [emission.alias(), emission.alias(), emission.alias()];
  const group = (...more: readonly string[]): string => [...parts, ...more].join(", ");
  const place = parts.length === 0 ? "n - 1" : `row_number() over (partition by ${group()} order by n) - 1`;
  const chunked =
    `select ${group(`q // ${stretchRows} as c`, `q // ${chunkRows} as d`, `list(${fold.element} order by n) as r`)}` +
    ` from (select *, ${place} as q from ${rows}) as ${placed} group by ${group("c", "d")}`;
  const stretched =
    `select ${group("c", `list(${fold.chunk("r")} order by d) as r`)} from (${chunked}) as ${placed}` +
    ` group by ${group("c")}`;
  const same = parts.map(p => ` and k.${p} is not distinct from f.${p}`).join("");
  const folded =
    `select ${group("c", `${fold.whole("r", fold.initial)} as x`)} from ${stretches} where c = 0 union all` +
    ` select ${[...parts, "c"].map(p => `k.${p}`).join(", ")}, ${fold.whole("k.r", "f.x.a")}` +
    ` from ${folds} as f join ${stretches} as k on k.c = f.c + 1${same}`;
  const unfolded = `select ${group("unnest(x.o) as o")} from ${folds}`;
  const lasts = rel.steps.flatMap((s, k) => (s.output === "last" ? [k + 1] : []));
  const last = `coalesce(lead(o.f) over (partition by ${[...parts, "o.k"].join(", ")} order by o.n), true)`;
  const given = emission.alias();
  const ends = lasts.length === 0 ? "" : ` qualify o.k not in (${lasts.join(", ")}) or ${last}`;
  const out = emission.alias();
  const columns = new Map<Slot, BlockColumn>();
  const items = [...kept].map(s => `${rows}.${slotName(s)} as ${slotName(s)}`);
  const add = (slot: Slot, sql: string, type: KqlType): void => {
    items.push(`${sql} as ${slotName(slot)}`);
    columns.set(slot, plainColumn(`${out}.${slotName(slot)}`, { type }));
  };
  for (const s of kept) columns.set(s, plainColumn(`${out}.${slotName(s)}`, valueIn(input, s)));
  add(rel.matchId, `${given}.o.m`, "long");
  add(rel.place, `${given}.o.n`, "long");
  add(rel.rank, `-${given}.o.k`, "long");
  for (const d of rel.declared) add(d.slot, `${given}.o.${slotName(d.source)}`, d.type);
  const from =
    `(with recursive ${rows} as materialized (${numbered}), ${stretches} as materialized (${stretched}),` +
    ` ${folds} as (${folded})` +
    ` select ${items.join(", ")} from (select * from (${unfolded})${ends}) as ${given} join ${rows} on ${rows}.n = ${given}.o.n) as ${out}`;
  return { from, where: [], columns };
}

/** The texts of one `scan`'s folds. Names: `sa` what is remembered, `sb` the row, `sf`, `sg`, `sh` what is known of it. */
class Fold {
  readonly rel: StepsRel;
  readonly emitter: Emitter;
  readonly input: Block;
  readonly read: ReadonlySet<Slot>;
  readonly count: number;

  constructor(rel: StepsRel, emitter: Emitter, input: Block, read: ReadonlySet<Slot>) {
    this.rel = rel;
    this.emitter = emitter;
    this.input = input;
    this.read = read;
    this.count = rel.steps.length;
    if ([...read, ...rel.declared.map(d => d.source)].some(s => emitter.emission.whole.has(s)))
      refuse("scan over numbers of parse_version()", rel.span, "give them as text by tostring()");
  }

  private get outType(): string {
    const declared = this.rel.declared.map(d => ({ name: slotName(d.source), type: duckdbTypes[d.type] }));
    return struct([
      { name: "n", type: "BIGINT" },
      { name: "k", type: "BIGINT" },
      { name: "m", type: "BIGINT" },
      { name: "f", type: "BOOLEAN" },
      ...declared,
    ]);
  }

  get nothing(): string {
    return `[]::${this.outType}[]`;
  }

  private typeOf(slot: Slot): string {
    return duckdbTypes[valueIn(this.input, slot).type];
  }

  /** A row as the fold sees it: its columns, and nothing remembered. */
  get element(): string {
    return this.state(
      Object.fromEntries([...this.read].map(s => [slotName(s), `${slotName(s)}::${this.typeOf(s)}`])),
      {},
    );
  }

  /** What is remembered before the first row. */
  get initial(): string {
    return this.state(
      Object.fromEntries([...this.read].map(s => [slotName(s), `null::${this.typeOf(s)}`])),
      {},
      "0::BIGINT",
    );
  }

  /** The struct of a row and a memory; fields that are not given hold nothing. */
  private state(row: Readonly<Record<string, string>>, memory: Readonly<Record<string, string>>, n = "n"): string {
    const fields: Record<string, string> = { n, ...row };
    for (let k = 1; k <= this.count; k++) {
      fields[`a${k}`] = memory[`a${k}`] ?? "false";
      fields[`m${k}`] = memory[`m${k}`] ?? "0::BIGINT";
      for (const m of this.rel.memory)
        if (m.step < k) {
          const name = `v${k}_${m.slot}`;
          fields[name] = memory[name] ?? this.initialOf(m.slot);
        }
    }
    fields["next"] = memory["next"] ?? "0::BIGINT";
    fields["o"] = memory["o"] ?? this.nothing;
    return pack(fields);
  }

  private initialOf(slot: Slot): string {
    const memory = this.rel.memory.find(m => m.slot === slot);
    if (memory === undefined) return refuse("this memory of scan", this.rel.span);
    const nowhere: Block = { from: "", where: [], columns: new Map() };
    return `(${emitExpr(memory.initial, this.emitter.scope(nowhere)).sql})::${duckdbTypes[memory.type]}`;
  }

  /** An expression over the row and what the state of step `k` remembers; `k` = 0: nothing. */
  private over(expr: Expr, k: number, fresh?: string): string {
    const columns = new Map<Slot, BlockColumn>();
    for (const s of this.read) columns.set(s, plainColumn(`sb.${slotName(s)}`, { type: valueIn(this.input, s).type }));
    for (const m of this.rel.memory) {
      const known = m.step < k ? `sa.v${k}_${m.slot}` : this.initialOf(m.slot);
      const sql = fresh === undefined ? known : `(case when ${fresh} then ${this.initialOf(m.slot)} else ${known} end)`;
      columns.set(m.slot, plainColumn(sql, { type: m.type }));
    }
    return emitExpr(expr, this.emitter.scope({ from: "", where: [], columns })).sql;
  }

  private step(k: number): ScanStep {
    return this.rel.steps[k - 1] ?? refuse("this step of scan", this.rel.span);
  }

  /** The first step has no sequence: it never had one, or it has just gone on to the second step. */
  private get idle(): string {
    return this.count === 1 ? "not sa.a1" : "(not sa.a1 or sf.p2)";
  }

  /** `lambda sa, sb`: what is remembered after the row. */
  private get inner(): string {
    const each = Array.from({ length: this.count }, (_, i) => i + 1);
    const promoted = pack(
      Object.fromEntries(
        each.map(k => [
          `p${k}`,
          k === 1 ? "false" : `coalesce(sa.a${k - 1} and (${this.over(this.step(k).condition, k - 1)}), false)`,
        ]),
      ),
    );
    const repeated = pack(
      Object.fromEntries(
        each.map(k => {
          const { condition } = this.step(k);
          if (k === 1) return ["q1", `coalesce(${this.over(condition, 1, this.idle)}, false)`];
          const left = k < this.count ? ` and not sf.p${k + 1}` : "";
          return [`q${k}`, `coalesce(not sf.p${k} and sa.a${k}${left} and (${this.over(condition, k)}), false)`];
        }),
      ),
    );
    const assigned = pack({
      z0: "0",
      ...Object.fromEntries(
        each.flatMap(k =>
          this.step(k).assignments.map(a => {
            const type = duckdbTypes[a.expr.type];
            const repeat = k === 1 ? this.over(a.expr, 1, this.idle) : this.over(a.expr, k);
            const sql = k === 1 ? repeat : `case when sf.p${k} then ${this.over(a.expr, k - 1)} else ${repeat} end`;
            return [`d${k}_${a.slot}`, `(${sql})::${type}`];
          }),
        ),
      ),
    });
    return naming("sf", promoted, naming("sg", repeated, naming("sh", assigned, this.after(each))));
  }

  /** The value a slot of the input has in the row that step `k` gives. */
  private given(k: number, slot: Slot): string {
    return this.step(k).assignments.some(a => a.slot === slot) ? `sh.d${k}_${slot}` : `sb.${slotName(slot)}`;
  }

  private after(each: readonly number[]): string {
    const memory: Record<string, string> = {
      next: `case when sg.q1 and ${this.idle} then sa.next + 1 else sa.next end`,
    };
    for (const k of each) {
      const stays = k < this.count ? `sa.a${k} and not sf.p${k + 1}` : `sa.a${k}`;
      memory[`a${k}`] = `sf.p${k} or sg.q${k} or (${stays})`;
      memory[`m${k}`] =
        k === 1
          ? `case when sg.q1 and ${this.idle} then sa.next else sa.m1 end`
          : `case when sf.p${k} then sa.m${k - 1} else sa.m${k} end`;
      for (const m of this.rel.memory) {
        const name = `v${k}_${m.slot}`;
        if (m.step === k - 1)
          memory[name] = `case when sf.p${k} or sg.q${k} then ${this.given(k, m.source)} else sa.${name} end`;
        else if (m.step < k) memory[name] = `case when sf.p${k} then sa.v${k - 1}_${m.slot} else sa.${name} end`;
      }
    }
    memory["o"] = `list_concat(sa.o, ${[...each]
      .reverse()
      .map(k => this.output(k))
      .join(", ")})`;
    const row = Object.fromEntries([...this.read].map(s => [slotName(s), `sb.${slotName(s)}`]));
    return this.state(row, memory, "sb.n");
  }

  private output(k: number): string {
    if (this.step(k).output === "none") return this.nothing;
    const match =
      k === 1
        ? `case when ${this.idle} then sa.next else sa.m1 end`
        : `case when sf.p${k} then sa.m${k - 1} else sa.m${k} end`;
    const row = pack({
      n: "sb.n",
      k: `${k}::BIGINT`,
      m: match,
      f: k === 1 ? this.idle : `sf.p${k}`,
      ...Object.fromEntries(this.rel.declared.map(d => [slotName(d.source), this.given(k, d.source)])),
    });
    return `case when sf.p${k} or sg.q${k} then [${row}] else ${this.nothing} end`;
  }

  /** A chunk of rows as the outer fold takes it. */
  chunk(rows: string): string {
    return pack({ r: rows, a: this.initial, o: this.nothing });
  }

  /** The fold over the chunks of a stretch, from what is remembered before it: `a` what is after it, `o` what comes out. */
  whole(chunks: string, before: string): string {
    const body = naming(
      "sr",
      `list_reduce(sd.r, lambda sa, sb: ${this.inner}, sc.a)`,
      pack({ r: "[sr][1:0]", a: this.carried("sr"), o: "list_concat(sc.o, sr.o)" }),
    );
    const start = pack({ r: `[${this.initial}][1:0]`, a: before, o: this.nothing });
    return `list_reduce(${chunks}, lambda sc, sd: ${body}, ${start})`;
  }

  /** What is remembered, with nothing given yet. */
  private carried(name: string): string {
    const fields = new Set<string>(["next"]);
    for (let k = 1; k <= this.count; k++) {
      fields.add(`a${k}`).add(`m${k}`);
      for (const m of this.rel.memory) if (m.step < k) fields.add(`v${k}_${m.slot}`);
    }
    const memory = Object.fromEntries([...fields].map(f => [f, `${name}.${f}`]));
    const row = Object.fromEntries([...this.read].map(s => [slotName(s), `${name}.${slotName(s)}`]));
    return this.state(row, memory, `${name}.n`);
  }
}
