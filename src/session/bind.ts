/** Values of a notebook as KQL scalars. */
import type { KqlScalar } from "../kql/api.js";

/**
 * A JavaScript value as a typed KQL value, as if by `let`: string, number (long when whole and safe, else real), bigint,
 * boolean, Date, and arrays or plain objects as dynamic. Undefined for anything else (functions, classes, null).
 */
export function bindScalar(name: string, value: unknown): KqlScalar | undefined {
  switch (typeof value) {
    case "string":
      return { name, type: "string", value };
    case "boolean":
      return { name, type: "bool", value };
    case "bigint":
      return { name, type: "long", value: String(value) };
    case "number":
      return { name, type: Number.isSafeInteger(value) ? "long" : "real", value };
    case "object":
      if (value instanceof Date) return { name, type: "datetime", value: value.toISOString() };
      return isPlainJson(value) ? { name, type: "dynamic", value: JSON.stringify(value) } : undefined;
    default:
      return undefined;
  }
}

function isPlainJson(value: object | null): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
