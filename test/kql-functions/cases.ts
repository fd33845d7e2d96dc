/** Tables of what scalar functions give: written here and beside it, run by `scalar-functions.test.ts`. */
import { expect } from "vitest";
import type { KqlType } from "../../src/base/column.js";
import type { s } from "./harness.js";

export type Arg = ReturnType<typeof s>;
export interface Spec {
  readonly type: KqlType;
  /** What is expected is exact text; after `≈` it is a number or JSON whose numbers agree to eleven digits. */
  readonly cases: readonly (readonly [args: readonly Arg[], expected: string | null])[];
  /** Arguments that must be constants. */
  readonly constant?: readonly number[];
}
export type Specs = Readonly<Record<string, Spec>>;

export const string = (...cases: Spec["cases"]): Spec => ({ type: "string", cases });
export const of = (type: KqlType, ...cases: Spec["cases"]): Spec => ({ type, cases });
export const withConstants = (constant: readonly number[], spec: Spec): Spec => ({ ...spec, constant });

export function expectText(actual: string | null, expected: string | null, label: string): void {
  if (expected?.startsWith("≈") !== true) {
    expect(actual, label).toBe(expected);
    return;
  }
  const [a, e] = [JSON.parse(actual ?? "null") as unknown, JSON.parse(expected.slice(1)) as unknown];
  if (!near(a, e)) expect(actual, label).toBe(expected);
}

function near(a: unknown, e: unknown): boolean {
  if (typeof a === "number" && typeof e === "number")
    return Math.abs(a - e) <= 1e-11 * Math.max(Math.abs(a), Math.abs(e), Number.MIN_VALUE);
  if (typeof a !== "object" || typeof e !== "object" || a === null || e === null) return a === e;
  const [x, y] = [Object.entries(a), Object.entries(e)];
  return x.length === y.length && x.every(([key, value], i) => key === y[i]?.[0] && near(value, y[i][1]));
}
