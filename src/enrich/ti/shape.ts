/** Reading answers whose shape is not in our hands: what is missing is undefined, what has another type is an error. */

export class ShapeError extends Error {}

type Json = Readonly<Record<string, unknown>>;

/** @throws ShapeError when the value is no object */
export function objectOf(value: unknown, what: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new ShapeError(`${what} is no object`);
}

/** A value inside, by keys; undefined when something on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current ?? undefined;
}

/** @throws ShapeError when it is there and no number */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  if (found === undefined || typeof found === "number") return found;
  if (typeof found === "string" && /^-?\d+(\.\d+)?$/.test(found)) return Number(found);
  throw new ShapeError(`'${path.join(".")}' is no number`);
}

/** @throws ShapeError when it is missing */
export function needNumber(value: unknown, ...path: readonly (string | number)[]): number {
  const found = numberAt(value, ...path);
  if (found === undefined) throw new ShapeError(`'${path.join(".")}' is missing`);
  return found;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** A list, or an empty one when it is missing. @throws ShapeError for anything else */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  if (found === undefined) return [];
  if (Array.isArray(found)) return found;
  throw new ShapeError(`'${path.join(".")}' is no list`);
}

/** Only the entries that have a value: details are for reading. */
export function details(entries: Readonly<Record<string, unknown>>): Json {
  const isThere = (v: unknown): boolean =>
    v !== undefined && v !== null && v !== "" && !(Array.isArray(v) && v.length === 0);
  return Object.fromEntries(Object.entries(entries).filter(([, v]) => isThere(v)));
}

/** Seconds since 1970 as ISO text. */
export function isoOfSeconds(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
}

/** A number or text inside, as text; empty when it is neither. */
export function wordAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}
