/** Writes a parameter's value for the place its hole stands in. */
import { HuntError } from "../base/error.js";
import { checkClause, checkExpression } from "./clause.js";
import { comparisonOperators, type HolePlace } from "./hole.js";
import {
  datetimeLiteral,
  escapeInString,
  isoInstant,
  longLiteral,
  nameLiteral,
  realLiteral,
  stringLiteral,
  timespanLiteral,
  timespanText,
} from "./kql-literal.js";
import { tokenizeKql } from "./kql-token.js";
import type { Atom, ParameterDefinition, ParameterValue } from "./parameter.js";

function reject(parameter: ParameterDefinition, why: string, hint: string): never {
  throw new HuntError("query/parameter-rejected", `parameter '${parameter.name}': ${why}`, { hint });
}

/** One literal. */
export function atomLiteral(atom: Atom): string {
  switch (atom.kind) {
    case "text":
      return stringLiteral(atom.value);
    case "whole":
      return longLiteral(atom.value);
    case "real":
      return realLiteral(atom.value);
    case "bool":
      return String(atom.value);
    case "instant":
      return datetimeLiteral(atom.ms);
    case "timespan":
      return timespanLiteral(atom.ticks);
  }
}

/** The value as text, for the inside of strings. */
function atomText(atom: Atom): string {
  switch (atom.kind) {
    case "instant":
      return isoInstant(atom.ms);
    case "timespan":
      return timespanText(atom.ticks);
    default:
      return String(atom.value);
  }
}

/** Lists inside strings look as MSTICPy writes them: `'a', 'b', 3`. */
function textOf(value: Atom | { readonly kind: "list"; readonly items: readonly Atom[] }): string {
  if (value.kind !== "list") return atomText(value);
  const one = (atom: Atom) => (atom.kind === "text" ? `'${escapeInString(atom.value, "single")}'` : atomText(atom));
  return value.items.map(one).join(", ");
}

function writeList(parameter: ParameterDefinition, items: readonly Atom[], place: HolePlace): string {
  const inside = place.kind === "list" ? place.inside : "(";
  const alone = place.kind === "list" && place.alone;
  const literals = items.map(atomLiteral).join(", ");
  if (inside === "dynamic") return `[${literals}]`;
  if (inside === "nothing") return `dynamic([${literals}])`;
  if (items.length > 0) return literals;
  // `in ()` is not KQL; an empty dynamic array matches nothing, as an empty list should.
  if (alone) return inside === "(" ? "dynamic([])" : "";
  return reject(parameter, "the list is empty", "give at least one item");
}

function writeNames(parameter: ParameterDefinition, value: ParameterValue): string {
  const texts = value.kind === "list" ? value.items.map(textOf) : value.kind === "text" ? value.value.split(",") : [];
  if (texts.length === 0) return reject(parameter, "no names were given", "give names of columns");
  return texts.map(name => writeName(name.trim())).join(", ");
}

/** `Name`, or a path such as `DeviceDetail.browser`. */
function writeName(text: string): string {
  const path = text.split(".");
  return path.every(part => /^[A-Za-z_]\w*$/.test(part)) ? path.map(nameLiteral).join(".") : nameLiteral(text);
}

function writeLiteral(parameter: ParameterDefinition, text: string): string {
  const tokens = tokenizeKql(text.trim());
  const kind = tokens[0]?.kind;
  if (tokens.length === 1 && (kind === "number" || kind === "timespan" || kind === "typed-literal")) return text.trim();
  return reject(parameter, "it is neither a number nor a duration", "give a value such as 10 or 1h");
}

function writeRaw(parameter: ParameterDefinition, value: Atom, place: HolePlace): string {
  const text = atomText(value);
  switch (place.kind) {
    case "literal":
      return value.kind === "text" ? writeLiteral(parameter, text) : atomLiteral(value);
    case "name":
      return writeName(text);
    case "operator":
      if (!comparisonOperators.has(text))
        reject(parameter, "it is not a comparison operator", "give one such as ==, has, contains, startswith or in~");
      return text;
    case "clause": {
      const wrong = checkClause(text);
      if (wrong !== undefined) reject(parameter, wrong.message, wrong.hint ?? "");
      return text;
    }
    case "word-part":
      if (!/^[A-Za-z0-9_]+$/.test(text))
        reject(parameter, "only letters, digits and _ can stand here", "the value becomes part of a word of the query");
      return text;
    case "expression":
      return reject(parameter, "the query takes query text here, not a value", "give new KqlText('…')");
    default:
      return atomLiteral(value);
  }
}

function writeInString(parameter: ParameterDefinition, text: string, place: HolePlace): string {
  switch (place.kind) {
    case "in-string":
      return escapeInString(text, place.quoting);
    case "in-typed-literal":
      if (!/^[\w:.+\- ]*$/.test(text))
        reject(parameter, `it cannot stand in ${place.type}(…)`, `give a value of type ${place.type}`);
      return text;
    default:
      return text.replace(/[\r\n\u0085\u2028\u2029\uE000]/g, " ");
  }
}

function writeQueryText(parameter: ParameterDefinition, text: string, place: HolePlace): string {
  const wrong = place.kind === "clause" ? checkClause(text) : checkExpression(text);
  if (wrong !== undefined) reject(parameter, wrong.message, wrong.hint ?? "");
  return text;
}

const isText = (place: HolePlace): boolean =>
  place.kind === "in-string" || place.kind === "in-typed-literal" || place.kind === "in-comment";

/**
 * The text that stands for a value in a place.
 *
 * @throws HuntError `query/parameter-rejected` when the place cannot hold the value; nothing is shortened or dropped
 */
export function writeValue(parameter: ParameterDefinition, value: ParameterValue, place: HolePlace): string {
  if (value.kind === "default") return isText(place) ? writeInString(parameter, value.text, place) : value.text;
  if (value.kind === "kql") {
    if (isText(place) || place.kind === "word-part")
      reject(parameter, "query text cannot stand here", "give a plain value");
    return writeQueryText(parameter, value.text, place);
  }
  if (isText(place)) return writeInString(parameter, textOf(value), place);
  if (place.kind === "names") return writeNames(parameter, value);
  if (value.kind === "list") return writeList(parameter, value.items, place);
  if (place.kind === "list") return writeList(parameter, [value], place);
  return writeRaw(parameter, value, place);
}
