/**
 * Literals, read from their token text: the language service's own values lose precision or are wrong when compiled to
 * JavaScript (`time(1.02:03:04)` gives 0 there, `real(nan)` gives 0, `datetime` keeps milliseconds).
 *
 * Source: https://learn.microsoft.com/kusto/query/scalar-data-types/
 */
import type { BoundNode } from "../bridge.js";
import type { ConstantValue, JsonValue } from "../functions/spec.js";
import type { Expr } from "../plan.js";
import { formatDatetime, formatTimespan, parseDatetime, parseTimespan } from "../functions/time-text.js";
import { refuse, reject } from "../refusal.js";

const int32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

export function isLiteral(node: BoundNode): boolean {
  return (
    (node.kind.endsWith("LiteralExpression") && node.kind !== "TypeOfLiteralExpression") || node.kind === "DynamicExpression"
  );
}

/** The value of a literal node as a plan expression. */
export function lowerLiteral(node: BoundNode): Expr {
  const value = constantOf(node);
  return { kind: "literal", value, type: value.type };
}

function constantOf(node: BoundNode): ConstantValue {
  const text = node.tokenValue.trim();
  switch (node.kind) {
    case "StringLiteralExpression":
    case "CompoundStringLiteralExpression":
      return { type: "string", value: node.stringValue ?? "" };
    case "BooleanLiteralExpression":
      return { type: "bool", value: booleanOf(text, node) };
    case "IntLiteralExpression":
      return { type: "int", value: integerOf(text, int32, node) };
    case "LongLiteralExpression":
      return { type: "long", value: integerOf(text, int64, node) };
    case "RealLiteralExpression":
      return { type: "real", value: realOf(text, node) };
    case "DecimalLiteralExpression":
      return { type: "decimal", value: decimalOf(text, node) };
    case "GuidLiteralExpression":
      return { type: "guid", value: guidOf(text, node) };
    case "DateTimeLiteralExpression":
      return { type: "datetime", value: ticksOf(text, parseDatetime, node) };
    case "TimespanLiteralExpression":
      return { type: "timespan", value: ticksOf(text, parseTimespan, node) };
    case "DynamicExpression": {
      const json = dynamicOf(node.get("Expression"));
      return { type: "dynamic", value: json.value, text: json.text };
    }
    case "NullLiteralExpression":
      return { type: "dynamic", value: null };
    default:
      return refuse(`the literal '${node.text}'`, node.span);
  }
}

const malformed = (node: BoundNode): never =>
  reject("kql/bad-literal", `'${node.text}' is not a valid ${node.kind.replace("LiteralExpression", "")} literal`, node.span);

function booleanOf(text: string, node: BoundNode): boolean | null {
  const lower = text.toLowerCase();
  if (lower === "null") return null;
  if (lower === "true") return true;
  if (lower === "false") return false;
  return /^\d+$/.test(lower) ? Number(lower) !== 0 : malformed(node);
}

function integerOf(text: string, range: { readonly min: bigint; readonly max: bigint }, node: BoundNode): bigint | null {
  if (text.toLowerCase() === "null") return null;
  const match = /^([-+]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (match === null) return malformed(node);
  const magnitude = BigInt(match[2] ?? "0");
  const value = match[1] === "-" ? -magnitude : magnitude;
  return value < range.min || value > range.max ? malformed(node) : value;
}

function realOf(text: string, node: BoundNode): number | null {
  const lower = text.toLowerCase();
  if (lower === "null") return null;
  if (lower === "nan") return NaN;
  if (/^[-+]?inf(inity)?$/.test(lower)) return lower.startsWith("-") ? -Infinity : Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(lower) ? Number(lower) : malformed(node);
}

function decimalOf(text: string, node: BoundNode): string | null {
  if (text.toLowerCase() === "null") return null;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? text : malformed(node);
}

function guidOf(text: string, node: BoundNode): string | null {
  if (text.toLowerCase() === "null") return null;
  const hex = text.replace(/[-{}()]/g, "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return malformed(node);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function ticksOf(text: string, parse: (text: string) => bigint | undefined, node: BoundNode): bigint | null {
  if (text.toLowerCase() === "null") return null;
  const unquoted = text.replace(/^(["'])(.*)\1$/, "$2");
  // Literals may have spaces or commas between the parts of a date: `datetime(2025, 6, 14)`.
  const date = unquoted.replace(/^(\d{4})\s*[-,]\s*(\d{1,2})\s*[-,]\s*(\d{1,2})/, "$1-$2-$3");
  return parse(date) ?? malformed(node);
}

interface Json {
  readonly value: JsonValue;
  /** JSON text that keeps what JavaScript numbers cannot. */
  readonly text: string;
}

const jsonOf = (value: JsonValue): Json => ({ value, text: JSON.stringify(value) });

function dynamicOf(node: BoundNode): Json {
  switch (node.kind) {
    case "JsonObjectExpression":
      return objectOf(node);
    case "JsonArrayExpression": {
      const items = node.list("Values").map(dynamicOf);
      return { value: items.map(i => i.value), text: `[${items.map(i => i.text).join(",")}]` };
    }
    case "UnaryMinusExpression":
    case "UnaryPlusExpression": {
      const inner = dynamicOf(node.get("Expression"));
      if (typeof inner.value !== "number") return malformed(node);
      return node.kind === "UnaryPlusExpression" ? inner : { value: -inner.value, text: `-${inner.text}` };
    }
    default:
      return scalarJson(node);
  }
}

function objectOf(node: BoundNode): Json {
  const pairs = node.list("Pairs").map(pair => [pair.get("Name").tokenValue, dynamicOf(pair.get("Value"))] as const);
  const value: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [name, json] of pairs) value[name] = json.value;
  return { value, text: `{${pairs.map(([name, json]) => `${JSON.stringify(name)}:${json.text}`).join(",")}}` };
}

function scalarJson(node: BoundNode): Json {
  const constant = constantOf(node);
  switch (constant.type) {
    case "int":
    case "long":
      if (constant.value === null) return jsonOf(null);
      return { value: Number(constant.value), text: constant.value.toString() };
    case "real":
      if (constant.value === null || !Number.isFinite(constant.value)) return jsonOf(null);
      return { value: constant.value, text: jsonNumber(node.tokenValue, constant.value) };
    case "decimal":
      return constant.value === null ? jsonOf(null) : jsonOf(constant.value);
    case "datetime":
      return jsonOf(constant.value === null ? null : formatDatetime(constant.value));
    case "timespan":
      return jsonOf(constant.value === null ? null : formatTimespan(constant.value));
    default:
      return jsonOf(constant.value);
  }
}

/** Keeps `1.0` as written, because a bag prints it so; forms that JSON does not know are printed anew. */
function jsonNumber(text: string, value: number): string {
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? text : JSON.stringify(value);
}
