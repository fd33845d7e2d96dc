/**
 * `hunt_start()` and `hunt_end()`: the range of time that a hunt is about, as functions of KQL. They give the bounds of the
 * hunt window; without one their bodies do, and a query's text that reads them counts as clock dependent.
 */
import type { KqlEnvironment, KqlFunction } from "./api.js";
import type { Expr } from "./plan.js";
import { parseDatetime } from "./functions/time-text.js";

export const huntBounds: readonly KqlFunction[] = [
  {
    name: "hunt_start",
    parameters: "",
    body: "ago(14d)",
    says: "the start of the hunt window; without one, 14 days ago",
  },
  { name: "hunt_end", parameters: "", body: "now()", says: "the end of the hunt window; without one, now" },
];

/** What a call stands for; undefined where its body does, or where it is none of these. */
export function huntBound(name: string, environment: KqlEnvironment): Expr | undefined {
  const { window, functions = [] } = environment;
  if (window === undefined || !huntBounds.some(f => f.name === name) || functions.some(f => f.name === name))
    return undefined;
  const ticks = parseDatetime(name === "hunt_start" ? window.start : window.end);
  return ticks === undefined
    ? undefined
    : { kind: "literal", type: "datetime", value: { type: "datetime", value: ticks } };
}
