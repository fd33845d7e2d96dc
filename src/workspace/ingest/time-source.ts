/** Which field is the time of a record, and what must be asked before it can be read. */
import type { RecordShape } from "../schema/route.js";
import { plainShape } from "../schema/route.js";
import type { TimeSource } from "./columns.js";
import type { Correction } from "./corrections.js";
import { fromPointer, toPointer } from "./fields.js";
import type { FieldStatistics, RecordStatistics } from "./fields.js";
import type { Micros } from "../time.js";
import { detectTime, readTime } from "./time-format.js";
import type { TimeDetection, TimeFormat } from "./time-format.js";

export type TimeDoubt =
  | {
      readonly kind: "date-order";
      readonly field: string;
      readonly example: string;
      readonly choices: readonly TimeFormat[];
    }
  | { readonly kind: "time-zone"; readonly field: string; readonly example: string }
  | { readonly kind: "no-such-field"; readonly field: string; readonly fields: readonly string[] };

export interface TimeFinding {
  /** undefined: the records have no time that is recognised. */
  readonly time: TimeSource | undefined;
  /** What a person has to say; `time` then holds the likelier reading, for the preview only. */
  readonly doubts: readonly TimeDoubt[];
}

/** Finds the time among the fields that were seen. */
export function findTime(
  shape: RecordShape,
  statistics: RecordStatistics,
  correction: Partial<Correction>,
): TimeFinding {
  const { timeField } = correction;
  if (timeField !== undefined) return namedTime(shape, statistics, correction, timeField);
  for (const pointer of shape.time) {
    const field = statistics.find(pointer);
    if (field === undefined || field.count < statistics.records / 2) continue;
    const finding = settle(shape, field, correction);
    if (finding !== undefined) return finding;
  }
  return shape === plainShape ? otherTime(shape, statistics, correction) : { time: undefined, doubts: [] };
}

/** One record's time, where that can be told without DuckDB; moved as the source says. */
export function readTimeOf(time: TimeSource, text: string): Micros | undefined {
  const at = readTime(time.format, time.zone, text);
  return at === undefined ? undefined : at + BigInt(time.shiftMs ?? 0) * 1000n;
}

function namedTime(
  shape: RecordShape,
  statistics: RecordStatistics,
  correction: Partial<Correction>,
  name: string,
): TimeFinding {
  const field = shape.roots.map(root => statistics.find(root + toPointer([name]))).find(f => f !== undefined);
  const finding = field === undefined ? undefined : settle(shape, field, correction);
  if (finding !== undefined) return finding;
  const fields = statistics.fields().map(f => f.name);
  return { time: undefined, doubts: [{ kind: "no-such-field", field: name, fields }] };
}

/** Any field whose values are times: one whose name says so first, then the one that most records have. */
function otherTime(shape: RecordShape, statistics: RecordStatistics, correction: Partial<Correction>): TimeFinding {
  const candidates = statistics
    .fields()
    .filter(f => f.statistics.count >= statistics.records / 2)
    .map(({ name, statistics: s }) => ({ s, named: /time|date|stamp|(^|_)(ts|at)$/i.test(name) }))
    .sort((a, b) => Number(b.named) - Number(a.named) || b.s.count - a.s.count);
  for (const { s } of candidates) {
    const finding = settle(shape, s, correction);
    if (finding !== undefined) return finding;
  }
  return { time: undefined, doubts: [] };
}

function settle(shape: RecordShape, field: FieldStatistics, correction: Partial<Correction>): TimeFinding | undefined {
  const found: TimeDetection | undefined =
    correction.timeFormat === undefined
      ? detectTime(field.samples, shape === plainShape ? 0.9 : 0.5)
      : { format: correction.timeFormat, zoned: saysZone(correction.timeFormat, field.samples), share: 1 };
  if (found === undefined) return undefined;
  const name = fromPointer(field.pointer).at(-1) ?? "";
  const example = field.samples[0] ?? "";
  const doubts: TimeDoubt[] = [];
  const utc = shape.utc || / \[UTC\]$/.test(name);
  // The Sentinel portal exports en-US dates under headings that end in [UTC].
  const portal = / \[UTC\]$/.test(name) && found.format.endsWith("%p");
  if (found.ambiguousWith !== undefined && !portal)
    doubts.push({ kind: "date-order", field: name, example, choices: [found.ambiguousWith, found.format] });
  if (!found.zoned && !utc && correction.timeZone === undefined)
    doubts.push({ kind: "time-zone", field: name, example });
  const { timeZone: zone = "UTC", timeShiftMs: shiftMs } = correction;
  const time = { pointer: field.pointer, format: found.format, zone, ...(shiftMs === undefined ? {} : { shiftMs }) };
  return { time, doubts };
}

function saysZone(format: TimeFormat, samples: readonly string[]): boolean {
  if (format.startsWith("epoch-") || format.includes("%z")) return true;
  return format === "iso" && detectTime(samples)?.zoned === true;
}
