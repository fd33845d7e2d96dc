/** What a grid does with rows: filters and sorting as the kernel has them, flags, how a cell looks on one line. */
import type { KeyColumn, KeyValue } from "../../view/figure/model.js";
import type { KeyFilter, RowFilter, ValueFilter } from "../../view/live.js";
import { renderCell } from "../../view/render-html.js";
import { numericTypes, type TableCell, type TableColumn } from "../../view/view.js";
import { el, fill } from "./dom.js";
import { mostFlagged } from "./flag-timeline.js";

export interface Sort {
  readonly column: number;
  readonly descending: boolean;
}

/** `>= 10`, `<= x`, `= x`, `!= x`, else contains. */
export function parseFilter(column: string, text: string): ValueFilter | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const match = /^(>=|<=|!=|=)\s*(.*)$/s.exec(trimmed);
  const ops = { ">=": "at-least", "<=": "at-most", "!=": "not-equals", "=": "equals" } as const;
  if (match === null) return { column, op: "contains", value: trimmed };
  return { column, op: ops[match[1] as keyof typeof ops], value: match[2] ?? "" };
}

export const isObjectCell = (cell: TableCell | undefined): boolean => typeof cell === "object" && cell !== null;
export const textOf = (cell: TableCell | undefined): string =>
  cell === null || cell === undefined || typeof cell === "object" ? "" : String(cell);

/** Sorting and filtering of rows that are all here: what the kernel would do. */
export function arrange(
  rows: readonly (readonly TableCell[])[],
  columns: readonly TableColumn[],
  sort: Sort | undefined,
  filters: readonly RowFilter[],
): readonly (readonly TableCell[])[] {
  const numeric = (i: number): boolean => numericTypes.has(columns[i]?.type) && columns[i]?.type !== "timespan";
  const isTime = (i: number): boolean => columns[i]?.type === "datetime";
  /** Below, equal, above; instants by when they are, however exactly they are written. */
  const compare = (at: number, a: string, b: string): number => {
    if (numeric(at)) return Number(a) - Number(b);
    const apart = isTime(at) ? Date.parse(a) - Date.parse(b) : Number.NaN;
    return Number.isNaN(apart) || apart === 0 ? (a < b ? -1 : a > b ? 1 : 0) : apart;
  };
  const keepsValue = (row: readonly TableCell[], f: ValueFilter): boolean => {
    const at = columns.findIndex(c => c.name === f.column);
    const text = textOf(row[at]);
    const order = isTime(at) ? Date.parse(text) - Date.parse(f.value) : compare(at, text, f.value);
    const isSame = text === f.value || (isTime(at) && (order === 0 || figureText(row[at], columns[at]) === f.value));
    switch (f.op) {
      case "contains":
        return (
          text.toLowerCase().includes(f.value.toLowerCase()) ||
          (isTime(at) && figureText(row[at], columns[at]).toLowerCase().includes(f.value.toLowerCase()))
        );
      case "equals":
        return isSame;
      case "not-equals":
        return !isSame;
      case "at-least":
        return row[at] !== null && order >= 0;
      case "at-most":
        return row[at] !== null && order <= 0;
    }
  };
  const tests = filters.map((f): ((row: readonly TableCell[], number: number) => boolean) => {
    switch (f.op) {
      case "one-of":
      case "none-of":
        return keyTest(f, columns);
      case "rows": {
        const numbers = new Set(f.rows);
        return (_, number) => numbers.has(number);
      }
      default:
        return row => keepsValue(row, f);
    }
  });
  const kept = rows.filter((row, number) => tests.every(test => test(row, number)));
  if (sort === undefined) return kept;
  const { column, descending } = sort;
  return [...kept].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order = compare(column, textOf(x), textOf(y));
    return descending ? -order : order;
  });
}

/** How figures write a value: as the kernel does (see `asText` of frames). */
function figureText(cell: TableCell | undefined, column: TableColumn | undefined): string {
  const text = textOf(cell);
  const ms = column?.type === "datetime" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? text : `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** Seconds of a timespan's text: `1.02:03:04.5`. */
function secondsOf(text: string): number | null {
  const match = /^(-)?(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) return null;
  const [, sign, days = "0", hours, minutes, seconds] = match;
  const size = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === undefined ? size : -size;
}

/** A cell as a key column compares it. */
function keyValueOf(cell: TableCell | undefined, key: KeyColumn, column: TableColumn | undefined): KeyValue {
  const text = textOf(cell);
  const isMissing = cell === null || cell === undefined;
  const at = new Date(text);
  switch (key.as) {
    case "number":
      return isMissing ? null : column?.type === "timespan" ? secondsOf(text) : Number(text);
    case "instant":
      return isMissing ? null : at.getTime();
    case "hour":
      return isMissing ? null : at.getUTCHours();
    case "weekday":
      return isMissing ? null : at.getUTCDay() || 7;
    default:
      return figureText(cell, column);
  }
}

/** Whether the values of some columns are one of those of chosen marks. */
function keyTest(filter: KeyFilter, columns: readonly TableColumn[]): (row: readonly TableCell[]) => boolean {
  const places = filter.columns.map(c => columns.findIndex(k => k.name === c.name));
  const texts = filter.columns.map(c => c.as === undefined || c.as === "text");
  const keys = new Set(
    filter.keys.map(k => JSON.stringify(k.map((v, i) => (v === null && texts[i] === true ? "" : v)))),
  );
  return row => {
    const key = filter.columns.map((c, i) => keyValueOf(row[places[i] ?? -1], c, columns[places[i] ?? -1]));
    return keys.has(JSON.stringify(key)) === (filter.op === "one-of");
  };
}

/** The columns that conditions speak of. */
export const columnsOf = (filter: RowFilter): readonly string[] =>
  filter.op === "rows" ? [] : "column" in filter ? [filter.column] : filter.columns.map(c => c.name);

/** Flagged rows by what they say, so that sorting and filtering do not lose them. */
export class Flags {
  readonly #rows = new Map<string, readonly TableCell[]>();
  /** From where Shift flags a range. */
  #from = 0;

  get size(): number {
    return this.#rows.size;
  }

  get rows(): readonly (readonly TableCell[])[] {
    return [...this.#rows.values()];
  }

  has(cells: readonly TableCell[]): boolean {
    return this.#rows.size > 0 && this.#rows.has(JSON.stringify(cells));
  }

  clear(): void {
    this.#rows.clear();
  }

  /** Flags a row or takes its flag away; with `range` flags all from the last one. Gives what there is to say. */
  toggle(index: number, range: boolean, rowAt: (i: number) => readonly TableCell[] | undefined): string {
    const cells = rowAt(index);
    if (cells === undefined) return "";
    const [from, to] = range ? [Math.min(this.#from, index), Math.max(this.#from, index)] : [index, index];
    const isOn = range || !this.has(cells);
    for (let i = from; i <= to && (!isOn || this.size < mostFlagged); i += 1) {
      const row = rowAt(i);
      if (row === undefined) continue;
      if (isOn) this.#rows.set(JSON.stringify(row), row);
      else this.#rows.delete(JSON.stringify(row));
    }
    this.#from = index;
    return this.size >= mostFlagged ? `${mostFlagged} rows at most` : "";
  }
}

/** A cell on one line. */
export function shortCell(cell: TableCell | undefined): Node {
  const span = el("span");
  if (isObjectCell(cell) || cell === null || cell === "" || cell === undefined)
    fill(span, renderCell(cell ?? null, undefined));
  else span.append(el("bdi", {}, textOf(cell).slice(0, 300)));
  return span;
}

export function widthFor(column: TableColumn, cells: readonly (TableCell | undefined)[]): number {
  const longest = cells.slice(0, 50).reduce<number>((n, c) => Math.max(n, Math.min(48, textOf(c).length)), 0);
  return Math.max(64, Math.min(340, 20 + 7.2 * Math.max(longest, column.name.length + 2)));
}
