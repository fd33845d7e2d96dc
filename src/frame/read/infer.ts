/** Column types of text: a type is taken only when every value fits it without losing anything. */
import type { KqlType } from "../../base/column.js";
import { wellFormedJson } from "../json-text.js";
import { parseDatetimeMicros } from "../time-text.js";
import type { JsonCell } from "./json.js";

type TextType = Extract<KqlType, "bool" | "long" | "real" | "datetime" | "guid" | "dynamic">;

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
const whole = /^(?:0|-?[1-9]\d*)$/;
const real = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function isLong(text: string): boolean {
  if (!whole.test(text)) return false;
  if (text.length < 19) return true;
  const value = BigInt(text);
  return value >= int64.min && value <= int64.max;
}

/** Numbers a double holds as written: at most 15 digits, or exactly what a double prints. */
function isReal(text: string): boolean {
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") return true;
  if (!real.test(text) || !Number.isFinite(Number(text))) return false;
  if (text.length <= 15) return true;
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "");
  return digits.length <= 15 || String(Number(text)) === text;
}

/** ISO 8601 with seconds when there is a time; DuckDB's cast takes exactly these. */
const datetime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}(?::\d{2})?)?)?$/;

function isJson(text: string): boolean {
  if (text[0] !== "{" && text[0] !== "[") return false;
  try {
    JSON.parse(text);
    return wellFormedJson(text) === text;
  } catch {
    return false;
  }
}

/** In the order of preference. Numbers with leading zeros, upper-case GUIDs and dates of other forms stay text. */
const tests: readonly (readonly [TextType, (text: string) => boolean])[] = [
  ["long", isLong],
  ["real", isReal],
  ["bool", text => /^(?:true|false)$/i.test(text)],
  ["datetime", text => datetime.test(text) && parseDatetimeMicros(text) !== undefined],
  ["guid", text => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)],
  ["dynamic", isJson],
];

/** What the values of one column could be; begins with everything and loses what a value does not fit. */
export class TextColumn {
  #possible = tests;
  #seen = false;

  see(text: string): void {
    if (text === "") return;
    this.#seen = true;
    for (const [, fits] of this.#possible)
      if (!fits(text)) {
        this.#possible = this.#possible.filter(([, f]) => f(text));
        return;
      }
  }

  get type(): KqlType {
    return this.#seen ? (this.#possible[0]?.[0] ?? "string") : "string";
  }
}

/** The same for values that already are of a JSON kind: text is never taken for a number or a truth value. */
export class JsonColumn {
  readonly #kinds = new Set<JsonCell["kind"]>();
  readonly #numbers = new TextColumn();
  readonly #strings = new TextColumn();

  see(cell: JsonCell): void {
    if (cell.kind !== "null") this.#kinds.add(cell.kind);
    if (cell.kind === "number") this.#numbers.see(cell.text);
    else if (cell.kind === "string") this.#strings.see(cell.text);
  }

  get type(): KqlType {
    const [kind, other] = this.#kinds;
    if (other !== undefined || kind === undefined) return "dynamic";
    switch (kind) {
      case "bool":
        return "bool";
      case "number":
        return this.#numbers.type === "long" || this.#numbers.type === "real" ? this.#numbers.type : "dynamic";
      case "string":
        return this.#strings.type === "datetime" || this.#strings.type === "guid" ? this.#strings.type : "string";
      default:
        return "dynamic";
    }
  }
}
