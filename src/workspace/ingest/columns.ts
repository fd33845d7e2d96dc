/**
 * Which fields become which columns, and the SQL that does it.
 *
 * The rules, in order:
 * 1. The time column takes the field chosen as the time; Defender tables get it as `Timestamp` too.
 * 2. Columns of the table (its catalogue entry, and what it has already) take the fields that the shape names for them, else
 *    the field of the same name, upper and lower case aside.
 * 3. Every other field becomes a column of its own, with a type that holds all its values, up to 300 per table; the
 *    commonest first. Characters that KQL identifiers lack become `_`.
 * 4. What is left (further fields, values that their column's type cannot hold, the rest of nested records) is kept in the
 *    dynamic column `_Extra`. Nothing of a record is dropped, except empty and null values.
 * 5. `_SourceFile` and `_SourceRecord` say where the row came from.
 */
import type { Column, KqlType } from "../../base/column.js";
import { fieldColumn } from "../schema/route.js";
import type { RecordShape } from "../schema/route.js";
import { derivedColumns } from "./derived.js";
import type { DerivedColumn } from "./derived.js";
import type { FieldStatistics, RecordStatistics } from "./fields.js";
import { detectTime } from "./time-format.js";
import type { TimeFormat } from "./time-format.js";

export const extraColumn = "_Extra";
export const sourceFileColumn = "_SourceFile";
export const sourceRecordColumn = "_SourceRecord";

const mostOwnColumns = 300;

/** Where and how a table's time stands in its records. */
export interface TimeSource {
  readonly pointer: string;
  readonly format: TimeFormat;
  /** For times that do not say their zone. */
  readonly zone: string;
  /** Added to every time, milliseconds. */
  readonly shiftMs?: number;
}

export interface PlannedColumn extends Column {
  /** Pointers, the first that has a value wins. */
  readonly from: readonly string[];
  /** For datetime columns. */
  readonly time?: Omit<TimeSource, "pointer">;
}

export interface ColumnPlan {
  readonly table: string;
  readonly columns: readonly PlannedColumn[];
  readonly derived: readonly DerivedColumn[];
  readonly time: TimeSource | undefined;
  /** Fields for the XML text of `EventData`: name and pointer; none when the table has no such column to fill. */
  readonly eventData: readonly { readonly name: string; readonly pointer: string }[];
  /** Pointers that need not be kept in `_Extra`, because columns hold them; undefined when nothing is left over. */
  readonly restWithout: readonly string[] | undefined;
  /** Whether numbers were texts. */
  readonly textual: boolean;
}

export interface ColumnRequest {
  readonly table: string;
  readonly shape: RecordShape;
  readonly statistics: RecordStatistics;
  readonly time: TimeSource | undefined;
  /** Columns that the table is known to have: its stored ones first, then the catalogue's. */
  readonly known: readonly Column[];
  /** Corrections: field → column. */
  readonly renamed: Readonly<Record<string, string>>;
  readonly textual: boolean;
}

/** Plans a table's columns for one shape of records. */
export function planColumns(request: ColumnRequest): ColumnPlan {
  const planner = new Planner(request);
  planner.takeTime();
  planner.takeKnown();
  planner.takeOthers();
  return planner.plan();
}

interface Field {
  readonly name: string;
  readonly statistics: FieldStatistics;
}

class Planner {
  readonly #request: ColumnRequest;
  readonly #fields: readonly Field[];
  readonly #columns: PlannedColumn[] = [];
  readonly #consumed = new Set<string>();
  readonly #known: ReadonlyMap<string, Column>;
  #leftOver: boolean;

  constructor(request: ColumnRequest) {
    this.#request = request;
    this.#fields = request.statistics.fields();
    // The first description of a column wins: what is stored cannot change its type.
    this.#known = new Map([...request.known].reverse().map(column => [column.name.toLowerCase(), column]));
    this.#leftOver = request.statistics.overflow || request.shape.roots.some(root => root !== "");
  }

  takeTime(): void {
    const { time } = this.#request;
    if (time === undefined) return;
    const { pointer, ...reading } = time;
    const column = (name: string): PlannedColumn => ({ name, type: "datetime", from: [pointer], time: reading });
    this.#columns.push(column("TimeGenerated"));
    // A time that was moved is kept as it was written, too: as a field like the others.
    if (time.shiftMs === undefined) this.#consumed.add(pointer);
    const stamp = this.#known.get("timestamp");
    const own = this.#fields.find(f => cleanName(f.name).toLowerCase() === "timestamp");
    if (stamp?.type === "datetime" && (own === undefined || own.statistics.pointer === time.pointer))
      this.#columns.push(column(stamp.name));
  }

  takeKnown(): void {
    const { shape, statistics } = this.#request;
    for (const column of this.#known.values()) {
      if (this.#has(column.name) || ownColumns.has(column.name)) continue;
      const named = (Object.hasOwn(shape.columns, column.name) ? (shape.columns[column.name] ?? []) : []).filter(
        pointer => statistics.find(pointer) !== undefined,
      );
      const same = this.#fields
        .map(f => ({ ...f, rank: this.#closeness(f.name, column.name) }))
        .filter(f => f.rank > 0)
        .sort((x, y) => y.rank - x.rank);
      const pointers = [...new Set([...named, ...same.slice(0, 1).map(f => f.statistics.pointer)])];
      const [first] = pointers;
      if (first === undefined) continue;
      // Only the first choice is held by the column for certain; the others stay fields of their own.
      this.#consumed.add(first);
      this.#columns.push({ ...column, from: pointers, ...this.#timeOf(column.type, first) });
    }
  }

  takeOthers(): void {
    const rest = this.#fields.filter(f => !this.#consumed.has(f.statistics.pointer) && !this.#isTypeName(f));
    const byCount = [...rest].sort((a, b) => b.statistics.count - a.statistics.count);
    const own = new Set(byCount.slice(0, mostOwnColumns));
    if (rest.length > own.size) this.#leftOver = true;
    for (const field of rest) {
      if (!own.has(field)) continue;
      const { pointer } = field.statistics;
      const type = field.statistics.inferType(this.#request.textual);
      const name = this.#freeName(this.#targetOf(field.name, this.#request.renamed), type);
      this.#columns.push({ name, type, from: [pointer], ...this.#timeOf(type, pointer) });
      this.#consumed.add(pointer);
    }
  }

  plan(): ColumnPlan {
    const { table, shape, time, textual } = this.#request;
    const inRoot = (pointer: string): boolean => shape.roots.includes("") || !this.#isMember(pointer);
    // Whole roots go at once; members one by one only where the record itself is the root, or fields overflow.
    const roots = this.#request.statistics.overflow || this.#hasUnplaced() ? [] : shape.roots.filter(r => r !== "");
    const consumed = [...this.#consumed].filter(p => roots.length === 0 || inRoot(p));
    return {
      table,
      columns: this.#columns,
      derived: derivedColumns(table, new Set(this.#columns.map(c => c.name))),
      time,
      eventData: this.#eventDataFields(),
      restWithout: this.#leftOver ? [...roots, ...consumed] : undefined,
      textual,
    };
  }

  #hasUnplaced(): boolean {
    return this.#fields.some(f => !this.#consumed.has(f.statistics.pointer));
  }

  #isMember(pointer: string): boolean {
    return this.#fields.some(f => f.statistics.pointer === pointer);
  }

  /** `Type` in a record that says its own table's name is the constant column `Type`. */
  #isTypeName(field: Field): boolean {
    const { samples, strings, count } = field.statistics;
    return field.name === "Type" && strings === count && samples.every(s => s === this.#request.table);
  }

  #eventDataFields(): ColumnPlan["eventData"] {
    const { shape, table } = this.#request;
    if (shape.eventData !== true || table !== "Event" || this.#has("EventData")) return [];
    return this.#fields
      .filter(f => !envelope.has(f.name) || shape.roots[0] !== "")
      .map(f => ({ name: f.name, pointer: f.statistics.pointer }));
  }

  #has(name: string): boolean {
    return this.#columns.some(c => c.name === name);
  }

  /** 3: the same name, 2: in another case, 1: with the type that `union` appends, 0: another name. */
  #closeness(field: string, column: string): number {
    const target = this.#targetOf(field, this.#request.renamed);
    if (target === column) return 3;
    if (target.toLowerCase() === column.toLowerCase()) return 2;
    return fieldColumn(field) === column ? 1 : 0;
  }

  #targetOf(field: string, renamed: Readonly<Record<string, string>>): string {
    return Object.hasOwn(renamed, field) ? (renamed[field] ?? field) : cleanName(field);
  }

  /** A name that no column has, nor a known column of another type. */
  #freeName(wanted: string, type: KqlType): string {
    const free = (name: string): boolean => {
      const known = this.#known.get(name.toLowerCase());
      return (
        !ownColumns.has(name) &&
        !this.#columns.some(c => c.name.toLowerCase() === name.toLowerCase()) &&
        (known === undefined || (known.name === name && known.type === type))
      );
    };
    const base = ownColumns.has(wanted) ? `${wanted}_` : wanted;
    if (free(base)) return base;
    const typed = `${base}_${type}`;
    if (free(typed)) return typed;
    for (let n = 2; ; n++) if (free(`${base}_${n}`)) return `${base}_${n}`;
  }

  /** How a datetime column's texts are written; UTC where they do not say, as in the services' own exports. */
  #timeOf(type: KqlType, pointer: string): { readonly time?: { readonly format: TimeFormat; readonly zone: string } } {
    if (type !== "datetime") return {};
    const found = detectTime(this.#request.statistics.find(pointer)?.samples ?? []);
    const { format: timeFormat = "iso", zone = "UTC" } = this.#request.time ?? {};
    // Days and months stand in the same order as in the column that was settled.
    const alike = found?.ambiguousWith?.slice(0, 2) === timeFormat.slice(0, 2) ? found.ambiguousWith : found?.format;
    return { time: { format: alike ?? "iso", zone } };
  }
}

/** Columns that ingest fills itself. */
const ownColumns: ReadonlySet<string> = new Set(["Type", extraColumn, sourceFileColumn, sourceRecordColumn]);

/** A field's name as an identifier: `id.orig_h` → `id_orig_h`, `@timestamp` → `timestamp`, `TimeGenerated [UTC]` → `TimeGenerated`. */
export function cleanName(field: string): string {
  const name = field
    .trim()
    .replace(/ \[UTC\]$/, "")
    .replace(/^[@#$]+/, "")
    .replace(/[^\p{L}\p{N}_]+/gu, "_")
    .slice(0, 128);
  if (name === "" || /^_+$/.test(name)) return "field";
  return /^\p{N}/u.test(name) ? `_${name}` : name;
}

/** Fields of a flat Windows event that are its header and not its data. */
const envelope: ReadonlySet<string> = new Set([
  ...["@timestamp", "@version", "AccountType", "ActivityID", "Category", "Channel", "Computer", "EventID", "EventId"],
  ...[
    "EventReceivedTime",
    "EventTime",
    "EventRecordID",
    "ExecutionProcessID",
    "ExecutionThreadID",
    "Hostname",
    "Keywords",
  ],
  ...["Level", "Message", "Opcode", "OpcodeValue", "ProviderGuid", "ProviderName", "RecordNumber", "Severity"],
  ...["SeverityValue", "SourceModuleName", "SourceModuleType", "SourceName", "Tags", "Task", "ThreadID", "TimeCreated"],
  ...["UserID", "Version", "host", "port", "tags", "type"],
]);
