/** Parameters of named queries, and what callers may give for them. */
import { HuntError } from "../base/error.js";
import { parseInstant } from "./instant.js";
import { parseTimespan } from "./timespan.js";

/** MSTICPy's types (`str`, `datetime`, `list`, `int`) and ours; the text says what a caller gives. */
export const parameterTypes = {
  str: "text",
  datetime: "a Date, date text, or an offset such as -5d",
  list: "an array, or text separated by commas",
  int: "a whole number",
  real: "a number",
  bool: "true or false",
  timespan: "a duration such as 1h or 1.12:00:00",
  table: "the name of a table",
  column: "the name of a column",
  columns: "names of columns",
  operator: "a KQL comparison operator",
  clause: "pipe operators such as | where X == 1",
} as const;
export type ParameterType = keyof typeof parameterTypes;

/** Other spellings that files use. */
export const parameterTypeAliases: Readonly<Record<string, ParameterType>> = {
  string: "str",
  integer: "int",
  long: "int",
  float: "real",
  double: "real",
  boolean: "bool",
  timedelta: "timespan",
  tables: "table",
};

export interface ParameterDefinition {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  /** Undefined means that the caller must give a value (`start` and `end` are filled from the query time). */
  readonly default: unknown;
  readonly required: boolean;
  readonly aliases: readonly string[];
  /** When given, the only values allowed. */
  readonly values?: readonly string[];
}

/** Query text written by the analyst, for the rare hole that takes an expression. Never make one from data. */
export class KqlText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Atom =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "whole"; readonly value: bigint }
  | { readonly kind: "real"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "instant"; readonly ms: number }
  | { readonly kind: "timespan"; readonly ticks: bigint };

/** A parameter's value, checked against its type. */
export type ParameterValue =
  | Atom
  | { readonly kind: "list"; readonly items: readonly Atom[] }
  | { readonly kind: "kql"; readonly text: string }
  /** The file's own default, trusted as part of the template. */
  | { readonly kind: "default"; readonly text: string };

function wrongType(parameter: ParameterDefinition, given: unknown): HuntError {
  const what = Array.isArray(given) ? "an array" : given === null ? "null" : `a ${typeof given}`;
  return new HuntError("query/parameter-type", `parameter '${parameter.name}' cannot be ${what}`, {
    hint: `give ${parameterTypes[parameter.type]}`,
  });
}

function toAtom(value: unknown): Atom | undefined {
  switch (typeof value) {
    case "string":
      return { kind: "text", value };
    case "boolean":
      return { kind: "bool", value };
    case "bigint":
      return { kind: "whole", value };
    case "number":
      if (Number.isSafeInteger(value)) return { kind: "whole", value: BigInt(value) };
      return Number.isFinite(value) ? { kind: "real", value } : undefined;
    default:
      return value instanceof Date && !Number.isNaN(value.getTime())
        ? { kind: "instant", ms: value.getTime() }
        : undefined;
  }
}

function toList(parameter: ParameterDefinition, value: unknown): ParameterValue {
  const raw = typeof value === "string" ? value.split(",").map(s => s.trim()) : value;
  const given: readonly unknown[] = Array.isArray(raw) ? raw : raw instanceof Set ? [...(raw as Set<unknown>)] : [raw];
  const items = (typeof value === "string" ? given.filter(s => s !== "") : given).map(item => {
    const atom = toAtom(item);
    if (atom === undefined) throw wrongType(parameter, item);
    return atom;
  });
  return { kind: "list", items };
}

function toWhole(value: unknown): Atom | undefined {
  if (typeof value === "string" && /^\s*[+-]?\d{1,19}\s*$/.test(value)) return { kind: "whole", value: BigInt(value) };
  const atom = toAtom(value);
  return atom?.kind === "whole" ? atom : undefined;
}

function toReal(value: unknown): Atom | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? { kind: "real", value: number } : undefined;
}

function toBool(value: unknown): Atom | undefined {
  if (typeof value === "boolean") return { kind: "bool", value };
  if (value === "true" || value === "false") return { kind: "bool", value: value === "true" };
  return undefined;
}

function toTimespan(value: unknown): Atom | undefined {
  const ticks = typeof value === "string" ? parseTimespan(value) : undefined;
  return ticks === undefined ? undefined : { kind: "timespan", ticks };
}

function toText(value: unknown): Atom | undefined {
  const atom = toAtom(value);
  if (atom === undefined || atom.kind === "text") return atom;
  if (atom.kind === "instant") return { kind: "text", value: new Date(atom.ms).toISOString() };
  return { kind: "text", value: atom.kind === "timespan" ? String(atom.ticks) : String(atom.value) };
}

/**
 * Checks a given value against its parameter.
 *
 * @param nowMs what relative times count from, milliseconds since 1970 UTC
 * @throws HuntError `query/parameter-type` when it is of the wrong kind, `query/parameter-value` when it is not one of
 *   the values that the parameter allows, `query/time` for text that is no time
 */
export function toParameterValue(parameter: ParameterDefinition, given: unknown, nowMs: number): ParameterValue {
  if (given instanceof KqlText) return { kind: "kql", text: given.text };
  if (given instanceof Set || Array.isArray(given)) {
    if (parameter.type !== "list" && parameter.type !== "columns") throw wrongType(parameter, given);
  }
  const value = convert(parameter, given, nowMs);
  if (value === undefined) throw wrongType(parameter, given);
  const allowed = parameter.values;
  if (allowed !== undefined && !(value.kind === "text" && allowed.includes(value.value)))
    throw new HuntError("query/parameter-value", `parameter '${parameter.name}' does not allow ${show(given)}`, {
      hint: `one of: ${allowed.join(", ")}`,
    });
  return value;
}

const show = (value: unknown): string => JSON.stringify(typeof value === "string" ? value.slice(0, 80) : String(value));

function convert(parameter: ParameterDefinition, given: unknown, nowMs: number): ParameterValue | undefined {
  switch (parameter.type) {
    case "datetime":
      return { kind: "instant", ms: parseInstant(given, nowMs) };
    case "list":
    case "columns":
      return given === null || given === undefined ? undefined : toList(parameter, given);
    case "int":
      return toWhole(given);
    case "real":
      return toReal(given);
    case "bool":
      return toBool(given);
    case "timespan":
      return toTimespan(given);
    case "str":
    case "table":
    case "column":
    case "operator":
    case "clause":
      return toText(given);
  }
}
