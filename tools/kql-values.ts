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
  if (actual.length !== expected.length)
    return `${actual.length} rows, expected ${expected.length}: ${preview(actual)}`;
  const left = [...actual];
  for (const [i, row] of expected.entries()) {
    const at = ordered
      ? sameRow(left[i] ?? [], row, columns)
        ? i
        : -1
      : left.findIndex(r => sameRow(r, row, columns));
    if (at < 0)
      return `row ${i + 1} differs: expected ${JSON.stringify(row)}, got ${preview(ordered ? [left[i] ?? []] : left)}`;
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
  const isNull = actual === undefined || actual === "" || (type === "dynamic" && actual === "null");
  if (isNull) return ["", "null", "(null)"].includes(text.toLowerCase());
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
  return closeNumbers(read(actual), read(text), text);
}

/** Equal to nine digits, or to as many as a document prints when it prints a fraction. */
function closeNumbers(a: number, b: number, printed = ""): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= Math.max(1e-9 * Math.max(Math.abs(a), Math.abs(b)), printedError(printed));
}

/** Half of the last printed digit, of numbers with at least three digits and a fraction. */
function printedError(text: string): number {
  const m = /^-?(\d+)\.(\d+)(?:e([-+]?\d+))?$/i.exec(text);
  const [, whole = "", fraction = "", exponent = "0"] = m ?? [];
  if ((whole + fraction).replace(/^0+/, "").length < 3) return 0;
  return 0.5000001 * 10 ** (Number(exponent) - fraction.length);
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

/** A number with its text. */
class Printed {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const printedKey = "$printed";
/** Numbers outside strings, wrapped so that their text survives parsing. */
const withPrinted = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, token =>
    token.startsWith('"') ? token : `{"${printedKey}":"${token}"}`,
  );

/** JSON, numbers with their text; documents also write it with single quotes. */
function readJson(text: string): unknown {
  for (const form of [text, text.includes('"') ? text : text.replaceAll("'", '"')]) {
    try {
      return JSON.parse(withPrinted(form), (_key, value: unknown) =>
        typeof value === "object" && value !== null && printedKey in value
          ? new Printed(String(value[printedKey]))
          : value,
      ) as unknown;
    } catch {
      continue;
    }
  }
  return undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  if (a instanceof Printed && b instanceof Printed) return sameNumber(a.text, b.text);
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
