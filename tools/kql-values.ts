/** Compares result cells with the text of a document: as values of the column's type. */
import type { Column, KqlType } from "../src/base/column.js";
import type { Cell } from "./kql-run.js";
import { parseDatetime, parseTimespan } from "../src/kql/functions/time-text.js";

/** Undefined when equal; otherwise what differs, in a line. Rows are matched as a bag unless `ordered`. */
export function sameRows(
  actual: readonly (readonly Cell[])[],
  expected: readonly (readonly string[])[],
  columns: readonly Column[],
  ordered: boolean,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} rows, expected ${expected.length}: ${preview(actual)}`;
  const left = [...actual];
  for (const [i, row] of expected.entries()) {
    const at = ordered ? (sameRow(left[i] ?? [], row, columns) ? i : -1) : left.findIndex(r => sameRow(r, row, columns));
    if (at < 0) return `row ${i + 1} differs: expected ${JSON.stringify(row)}, got ${preview(ordered ? [left[i] ?? []] : left)}`;
    if (!ordered) left.splice(at, 1);
  }
  return undefined;
}

const preview = (rows: readonly (readonly Cell[])[]): string =>
  JSON.stringify(rows.slice(0, 3).map(r => r.map(c => c ?? null))).slice(0, 300);

function sameRow(actual: readonly Cell[], expected: readonly string[], columns: readonly Column[]): boolean {
  return columns.every((c, i) => sameCell(actual[i], expected[i] ?? "", c.type));
}

/** Whether a cell is what a document prints. Null prints as nothing, or as `null`. */
export function sameCell(actual: Cell, expected: string, type: KqlType): boolean {
  const text = expected.trim();
  if (actual === undefined || actual === "") return text === "" || text.toLowerCase() === "null";
  switch (type) {
    case "int":
    case "long":
    case "real":
    case "decimal":
      return sameNumber(actual, text);
    case "bool":
      return sameBoolean(actual, text);
    case "datetime":
      return sameBy(actual, text, parseDatetime, 10n);
    case "timespan":
      return sameBy(actual, text, parseTimespan, 1n);
    case "dynamic":
      return sameDynamic(actual, text);
    case "guid":
      return actual.toLowerCase() === text.toLowerCase();
    default:
      return actual === expected || actual.trim() === text || unquoted(text) === actual;
  }
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, "$1");

function sameNumber(actual: string, text: string): boolean {
  const spelled: Readonly<Record<string, number>> = { nan: NaN, "∞": Infinity, "-∞": -Infinity, infinity: Infinity };
  const read = (s: string): number => spelled[s.toLowerCase()] ?? Number(s.replaceAll(",", ""));
  if (/^-?\d+$/.test(actual) && /^-?\d+$/.test(text)) return BigInt(actual) === BigInt(text);
  if (text === "") return false;
  return closeNumbers(read(actual), read(text));
}

function closeNumbers(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function sameBoolean(actual: string, text: string): boolean {
  const read = (s: string): string => ({ "1": "true", "0": "false" })[s] ?? s.toLowerCase();
  return read(actual) === read(text);
}

function sameBy(actual: string, text: string, parse: (s: string) => bigint | undefined, slack: bigint): boolean {
  const [a, b] = [parse(actual), parse(text)];
  if (a === undefined || b === undefined) return actual === text;
  const distance = a > b ? a - b : b - a;
  return distance < slack;
}

function sameDynamic(actual: string, text: string): boolean {
  const [a, b] = [readJson(actual), readJson(text)];
  return sameJson(a, b) || (typeof a === "string" && a === text) || (b === undefined && actual === text);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return closeNumbers(a, b);
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [parseDatetime(a), parseDatetime(b)];
    return a === b || (x !== undefined && x === y);
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => sameJson(v, b[i]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b && a !== undefined;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every(k => Object.hasOwn(y, k) && sameJson(x[k], y[k]));
}
