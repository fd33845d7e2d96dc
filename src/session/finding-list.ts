/** The findings of a session: what cells kept, by id, and the table `Findings` that KQL reads. */
import type { Column } from "../base/column.js";
import { complete, uniteCompleteness, type Completeness } from "../base/completeness.js";
import type { FrameStore } from "../frame/store.js";
import type { Frame } from "../frame/frame.js";
import type { FindingData } from "../view/index.js";

/** A finding as the session keeps it. */
export interface KeptFinding {
  readonly data: FindingData;
  /** Each row as it goes into the column `Row`. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How whole the result was that the rows came from. */
  readonly completeness: Completeness;
}

/** The name that KQL knows it by. */
export const findingsTableName = "Findings";

/** One row per flagged row; a finding without rows has one, with an empty `Row`. */
export const findingColumns: readonly Column[] = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "FindingId", type: "string" },
  { name: "Title", type: "string" },
  { name: "Severity", type: "string" },
  { name: "Techniques", type: "dynamic" },
  { name: "Tlp", type: "string" },
  { name: "Note", type: "string" },
  { name: "Query", type: "string" },
  { name: "RowNumber", type: "int" },
  { name: "Row", type: "dynamic" },
];

const instantPattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const timeNames = ["TimeGenerated", "Timestamp", "EventTime", "StartTime", "CreatedDateTime"];

const asInstant = (value: unknown): string | undefined => {
  const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
  if (typeof text !== "string" || !instantPattern.test(text) || Number.isNaN(Date.parse(text))) return undefined;
  // Without a zone it is UTC, as everywhere.
  return /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(" ", "T")}Z`;
};

/** When a row happened: its TimeGenerated, Timestamp …, else the first value that is an instant. */
export function timeOfRow(row: Readonly<Record<string, unknown>>): string | null {
  for (const name of timeNames) {
    const found = Object.hasOwn(row, name) ? asInstant(row[name]) : undefined;
    if (found !== undefined) return found;
  }
  return (
    Object.values(row)
      .map(asInstant)
      .find(t => t !== undefined) ?? null
  );
}

function toRows({ data, rows }: KeptFinding): readonly (readonly unknown[])[] {
  const { id, title, severity, techniques, tlp, note, query = "" } = data;
  const of = (row: Readonly<Record<string, unknown>> | null, i: number): readonly unknown[] => [
    row === null ? null : timeOfRow(row),
    ...[id, title, severity, techniques, `TLP:${tlp}`, note, query, i, row],
  ];
  return rows.length === 0 ? [of(null, 0)] : rows.map((row, i) => of(row, i + 1));
}

export class FindingList {
  readonly #kept = new Map<string, KeptFinding>();
  /** Made when it is asked for, until something changes. */
  #frame: Promise<Frame> | undefined;

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a finding; one with the same id is replaced, in its place. */
  keep(finding: KeptFinding): void {
    this.#kept.set(finding.data.id, finding);
    this.#frame = undefined;
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    this.#frame = undefined;
    return this.#kept.delete(id);
  }

  clear(): void {
    this.#kept.clear();
    this.#frame = undefined;
  }

  get all(): readonly KeptFinding[] {
    return [...this.#kept.values()];
  }

  /** The table; the same frame for as long as nothing changes. */
  async frame(store: FrameStore): Promise<Frame> {
    const known = await this.#frame?.catch(() => undefined);
    if (known !== undefined && !known.closed) return known;
    const made = this.#make(store);
    this.#frame = made;
    return made;
  }

  async #make(store: FrameStore): Promise<Frame> {
    const kept = this.all;
    const united = uniteCompleteness(kept.map(k => k.completeness));
    return store.fromBatches(findingColumns, [kept.flatMap(toRows)], {
      completeness: kept.length === 0 ? complete : united,
      provenance: {
        source: "findings of this session",
        ...{ ranAtMs: store.clock.now(), tookMs: 0, clock: store.clock.kind, clockDependent: false },
      },
    });
  }
}

/** Whether a query may mean the table: a word outside of nothing; a string that holds it does no harm. */
export const mentionsFindings = (text: string): boolean => /\bFindings\b/.test(text);
