/** What is missing from a table, as far as it matters for the time that a query asks about. */
import { complete, partial } from "../base/completeness.js";
import type { Cause, Completeness } from "../base/completeness.js";
import type { RejectEntry, TableEntry } from "./storage/manifest.js";
import { parseInstant } from "./time.js";
import type { Micros } from "./time.js";

/** ISO instants; half-open where both are known. */
export interface AskedRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Completeness of a table for a query.
 *
 * Lines that could not be read count when they lie in the range, or when their time is not known. Rows without a time
 * count when there is a range, because no range finds them.
 *
 * @param range the time that the query asks about; undefined when it asks about all of it
 */
export function tableCompleteness(name: string, table: TableEntry, range: AskedRange | undefined): Completeness {
  const from = range?.from === undefined ? undefined : parseInstant(range.from);
  const to = range?.to === undefined ? undefined : parseInstant(range.to);
  const bounded = from !== undefined || to !== undefined;
  const causes = (table.rejects ?? []).filter(r => matters(r, from, to)).map(r => causeOf(name, r));
  const timeless = table.files.reduce((sum, file) => sum + (file.withoutTime ?? 0), 0);
  if (bounded && timeless > 0)
    causes.push({
      kind: "lines-skipped",
      affects: "rows",
      message: `${timeless} rows of '${name}' have no readable time and are in no time range`,
      source: name,
      missing: timeless,
    });
  return causes.length === 0 ? complete : partial(...causes);
}

function matters(reject: RejectEntry, from: Micros | undefined, to: Micros | undefined): boolean {
  const first = reject.from === undefined ? undefined : parseInstant(reject.from);
  const last = reject.to === undefined ? undefined : parseInstant(reject.to);
  if (first === undefined || last === undefined) return true;
  return (from === undefined || last >= from) && (to === undefined || first <= to);
}

function causeOf(name: string, reject: RejectEntry): Cause {
  return {
    kind: "lines-skipped",
    affects: "rows",
    message: reject.reason,
    source: name,
    ...(reject.count > 0 ? { missing: reject.count } : {}),
  };
}
