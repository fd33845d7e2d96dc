/** The answer key: what is in the data, how to select it, and what a hunter should make of it. */
import { HuntError } from "../../base/error.js";
import type { Context } from "./context.js";
import { isoOf } from "./calendar.js";
import type { RecordedCounts } from "./counts.js";
import { breachItems } from "./story/key-breach.js";
import { gapItems, trapItems } from "./story/key-traps.js";
import type { ContosoTable } from "./table-schema.js";

export type AnswerKind = "breach" | "trap" | "gap";

export interface AnswerEntity {
  readonly type:
    | "account"
    | "host"
    | "ip"
    | "domain"
    | "url"
    | "file"
    | "process"
    | "application"
    | "mailbox"
    | "storage"
    | "incident";
  readonly value: string;
}

/** The part of an item that is known before anything is generated. */
export interface AnswerSpec {
  readonly id: string;
  readonly kind: AnswerKind;
  readonly title: string;
  /** ATT&CK technique ids. */
  readonly techniques: readonly string[];
  /** Table → KQL that selects exactly the item's rows of that table. */
  readonly filters: Readonly<Partial<Record<ContosoTable, string>>>;
  /** Values that identify the item: what a correct answer names. */
  readonly keys: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  readonly entities: readonly AnswerEntity[];
  /** The analysis that should find it, or be fooled by it. */
  readonly method: string;
  /** What a right report says. */
  readonly expectation: string;
  /** Of gaps: the time that no sensor saw. */
  readonly silence?: { readonly fromUs: number; readonly toUs: number };
}

export interface AnswerTable {
  readonly table: ContosoTable;
  /** KQL text that selects exactly these rows. */
  readonly filter: string;
  readonly count: number;
}

export interface AnswerItem extends Omit<AnswerSpec, "filters" | "silence"> {
  /** ISO, UTC: first and last row; of gaps the silent time. */
  readonly from: string;
  readonly to: string;
  readonly tables: readonly AnswerTable[];
  /** Of gaps: rows that happened and were not recorded. */
  readonly missing?: number;
}

export interface AnswerKey {
  readonly format: 1;
  readonly seed: number;
  /** ISO, UTC. Rows are in `start <= TimeGenerated < end`; `now` is `end`. */
  readonly start: string;
  readonly end: string;
  readonly now: string;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly items: readonly AnswerItem[];
}

/**
 * Joins what the items say about themselves with what the recorder counted.
 *
 * @throws HuntError `internal/bug` when a table was written for an item that has no filter for it, or the other way round
 */
export function createAnswerKey(ctx: Context, counts: RecordedCounts, missing: ReadonlyMap<string, number>): AnswerKey {
  const specs = [...breachItems(ctx), ...trapItems(ctx), ...gapItems(ctx)];
  const unknown = [...counts.tags.keys()].filter(tag => !specs.some(s => s.id === tag));
  if (unknown.length > 0)
    throw new HuntError("internal/bug", `rows are tagged '${unknown.join("', '")}', which the answer key lacks`);
  return {
    format: 1,
    seed: ctx.seed,
    start: isoOf(ctx.calendar.startUs),
    end: isoOf(ctx.calendar.endUs),
    now: isoOf(ctx.calendar.endUs),
    tenantId: ctx.world.tenantId,
    workspaceId: ctx.world.workspaceId,
    items: specs.map(spec => toItem(spec, counts, missing)),
  };
}

function toItem(spec: AnswerSpec, counts: RecordedCounts, missing: ReadonlyMap<string, number>): AnswerItem {
  const { filters, silence, ...rest } = spec;
  const found = counts.tags.get(spec.id) ?? new Map<ContosoTable, number>();
  const named = Object.keys(filters) as ContosoTable[];
  const wrong = [
    ...named.filter(t => silence === undefined && !found.has(t)),
    ...[...found.keys()].filter(t => !named.includes(t)),
  ];
  if (wrong.length > 0)
    throw new HuntError("internal/bug", `item '${spec.id}' and its rows disagree about table '${wrong.join("', '")}'`);
  const [first, last] = silence === undefined ? counts.spans.get(spec.id)! : [silence.fromUs, silence.toUs];
  const lost = missing.get(spec.id);
  return {
    ...rest,
    from: isoOf(first),
    to: isoOf(last),
    tables: named.map(table => ({ table, filter: filters[table]!, count: found.get(table) ?? 0 })),
    ...(lost === undefined ? {} : { missing: lost }),
  };
}
