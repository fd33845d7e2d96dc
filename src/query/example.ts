/** A named query with example values: what it looks like when it is sent, for binding and checking without a call. */
import { readCall } from "./call.js";
import type { QueryDefinition } from "./definition.js";
import type { ParameterType } from "./parameter.js";
import { resolveQuery } from "./resolve.js";
import { TimeSpan } from "./time-span.js";

/** Values for parameters that must be given. */
const examples: Record<ParameterType, unknown> = {
  str: "x",
  datetime: "2026-01-01",
  list: ["x"],
  int: 1,
  real: 1,
  bool: true,
  timespan: "1h",
  table: "SecurityEvent",
  column: "Computer",
  columns: ["Computer"],
  operator: "==",
  clause: "| take 1",
};

/**
 * The text of a query with defaults, and with example values where a value must be given.
 * @throws HuntError as `resolveQuery`, when an example does not fit a hole
 */
export function exampleText(definition: QueryDefinition): string {
  const nowMs = Date.UTC(2026, 0, 13, 18);
  const span = new TimeSpan({ start: new Date(nowMs - 86_400_000), end: new Date(nowMs) });
  const declared = new Set(definition.parameters.map(p => p.name));
  const required = definition.parameters.filter(p => p.required).map(p => [p.name, p.values?.[0] ?? examples[p.type]]);
  const given = { ...(Object.fromEntries(required) as Record<string, unknown>), start: span.start, end: span.end };
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => declared.has(name)));
  return resolveQuery(definition, readCall(definition, [known], nowMs), { span, origin: "default" }, nowMs).text;
}
