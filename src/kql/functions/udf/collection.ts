/** Arrays, bags and sets over JSON text. Elements stay text, so that numbers keep their form. */
import { arrayElements, arrayText, objectEntries, objectText, plainText } from "../json-text.js";
import { nullable, strict } from "./define.js";

type Elements = readonly string[];

/** The arrays of a JSON array of arrays; what is no array is undefined. */
const arrays = (list: string): readonly (Elements | undefined)[] =>
  (arrayElements(list) ?? []).map(e => arrayElements(e));

const unique = (elements: Elements): Elements => [...new Set(elements)];

function rotate(array: string, count: bigint): string | undefined {
  const a = arrayElements(array);
  if (a === undefined || a.length === 0) return a === undefined ? undefined : "[]";
  const at = Number(((count % BigInt(a.length)) + BigInt(a.length)) % BigInt(a.length));
  return arrayText([...a.slice(at), ...a.slice(0, at)]);
}

/** Shifted to the left (a negative count: to the right); places that fall free hold the filler. */
function shift(array: string, count: bigint, filler: string | null): string | undefined {
  const a = arrayElements(array);
  if (a === undefined) return undefined;
  const strings = a.length > 0 && a.every(e => e.startsWith('"'));
  const fill = filler ?? (strings ? '""' : "null");
  return arrayText(a.map((_, i) => a[i + Number(count)] ?? fill));
}

function slice(array: string, start: bigint, end: bigint): string | undefined {
  const a = arrayElements(array);
  if (a === undefined) return undefined;
  const place = (i: bigint) => Number(i < 0n ? BigInt(a.length) + i : i);
  return arrayText(a.slice(Math.max(place(start), 0), Math.max(place(end) + 1, 0)));
}

function split(array: string, at: string): string | undefined {
  const a = arrayElements(array);
  if (a === undefined) return undefined;
  const places = (arrayElements(at) ?? [at]).map(Number).map(i => (i < 0 ? a.length + i : i));
  if (places.some(p => !Number.isInteger(p))) return undefined;
  const edges = [0, ...places.map(p => Math.min(Math.max(p, 0), a.length)), a.length];
  return arrayText(edges.slice(1).map((end, i) => arrayText(a.slice(edges[i] ?? 0, end))));
}

function indexOf(
  array: string,
  item: string,
  options: { readonly start: bigint; readonly length: bigint; readonly occurrence: bigint },
) {
  const a = arrayElements(array);
  const { start, length, occurrence } = options;
  if (a === undefined || occurrence < 0n || length < -1n) return undefined;
  const from = start < 0n ? Math.max(a.length + Number(start), 0) : Number(start);
  const end = length === -1n ? a.length : Math.min(from + Number(length), a.length);
  let left = Number(occurrence);
  for (let i = from; i < end; i += 1) {
    if (plainText(a[i] ?? "null") !== item) continue;
    left -= 1;
    if (left <= 0) return BigInt(i);
  }
  return -1n;
}

/** Numbers before strings before the rest; nulls go to the end that was asked for. */
function compare(a: string, b: string): number {
  const [ra, rb] = [rank(a), rank(b)];
  if (ra !== rb) return ra - rb;
  if (ra === 0) return Number(a) - Number(b);
  const [x, y] = ra === 1 ? [plainText(a), plainText(b)] : [a, b];
  return x < y ? -1 : x > y ? 1 : 0;
}

const rank = (json: string): number => (/^[-\d]/.test(json) ? 0 : json.startsWith('"') ? 1 : 2);

/** Sorts the first array and reorders the rest with it; an array of another length becomes null. */
function sort(list: string, order: string, nullsLast: boolean): string | undefined {
  const [first, ...rest] = arrays(list);
  if (first === undefined) return undefined;
  const indexes = first.map((_, i) => i);
  const values = indexes.filter(i => first[i] !== "null");
  const nulls = indexes.filter(i => first[i] === "null");
  values.sort((a, b) => compare(first[a] ?? "", first[b] ?? "") * (order === "desc" ? -1 : 1) || a - b);
  const sorted = nullsLast ? [...values, ...nulls] : [...nulls, ...values];
  return arrayText(
    [first, ...rest].map(a => (a?.length === first.length ? arrayText(sorted.map(i => a[i] ?? "null")) : "null")),
  );
}

function iff(condition: string | null, whenTrue: string | null, whenFalse: string | null): string | undefined {
  const conditions = arrayElements(condition);
  if (conditions === undefined) return undefined;
  const pick = (source: string | null, i: number) => {
    const a = arrayElements(source);
    return a === undefined ? (source ?? "null") : (a[i] ?? "null");
  };
  return arrayText(
    conditions.map((c, i) => {
      const truth = c === "true" || (/^[-\d]/.test(c) && Number(c) !== 0);
      if (!truth && c !== "false" && !/^[-\d]/.test(c)) return "null";
      return pick(truth ? whenTrue : whenFalse, i);
    }),
  );
}

function sum(array: string): number | undefined {
  const a = arrayElements(array);
  if (a === undefined || !a.every(e => /^[-\d]/.test(e))) return undefined;
  return a.reduce((total, e) => total + Number(e), 0);
}

function zip(list: string): string | undefined {
  const all = (arrayElements(list) ?? []).map(e => arrayElements(e) ?? [e]);
  const length = Math.max(0, ...all.map(a => a.length));
  return arrayText(Array.from({ length }, (_, i) => arrayText(all.map(a => a[i] ?? "null"))));
}

/** Set functions over a list of arrays; null when one of them is no array. */
function sets(list: string, combine: (all: readonly Elements[]) => Elements): string | undefined {
  const all = arrays(list);
  return all.every(a => a !== undefined) ? arrayText(unique(combine(all))) : undefined;
}

function jaccard(a: string, b: string): number | undefined {
  const [x, y] = [arrayElements(a), arrayElements(b)];
  if (x === undefined || y === undefined) return undefined;
  const [left, right] = [new Set(x), new Set(y)];
  const union = new Set([...left, ...right]);
  return union.size === 0 ? Number.NaN : [...left].filter(e => right.has(e)).length / union.size;
}

/** A bag key as written: `$.a.b` goes down nested bags, anything else is a key of the root. */
function keyPath(key: string): readonly string[] {
  if (!key.startsWith("$")) return [key];
  const steps = Array.from(key.slice(1).matchAll(/\.([^.[\]]+)|\[['"]([^'"]*)['"]\]/g), m => m[1] ?? m[2] ?? "");
  return steps.length === 0 ? [key] : steps;
}

function withoutKey(json: string, path: readonly string[]): string {
  const [key, ...rest] = path;
  const entries = objectEntries(json);
  if (entries === undefined || key === undefined || !entries.has(key)) return json;
  const next = new Map(entries);
  if (rest.length === 0) next.delete(key);
  else next.set(key, withoutKey(entries.get(key) ?? "null", rest));
  return objectText(next);
}

function withKey(json: string, path: readonly string[], item: string): string | undefined {
  const [key, ...rest] = path;
  const entries = objectEntries(json);
  if (entries === undefined || key === undefined) return undefined;
  const inner = rest.length === 0 ? item : withKey(entries.get(key) ?? "{}", rest, item);
  return inner === undefined ? undefined : objectText(new Map(entries).set(key, inner));
}

function hasKey(json: string, path: readonly string[]): boolean | undefined {
  const [key, ...rest] = path;
  const entries = objectEntries(json);
  if (entries === undefined || key === undefined) return undefined;
  if (!entries.has(key)) return false;
  return rest.length === 0 || (hasKey(entries.get(key) ?? "null", rest) ?? false);
}

/** The leftmost bag wins; what is no bag is passed over. */
function merge(list: string): string | undefined {
  const out = new Map<string, string>();
  let any = false;
  for (const bag of arrayElements(list) ?? []) {
    const entries = objectEntries(bag);
    if (entries === undefined) continue;
    any = true;
    for (const [key, value] of entries) if (!out.has(key)) out.set(key, value);
  }
  return any ? objectText(out) : undefined;
}

function bagZip(keys: string | null, values: string | null): string | undefined {
  const names = arrayElements(keys);
  if (names === undefined) return undefined;
  const items = arrayElements(values) ?? [];
  const entries = names.flatMap((name, i) =>
    name.startsWith('"') ? [[plainText(name), items[i] ?? "null"] as const] : [],
  );
  return objectText(new Map(entries));
}

/** Canonical text: keys sorted, white space gone. */
function canonical(json: string): string {
  const elements = arrayElements(json);
  if (elements !== undefined) return arrayText(elements.map(canonical));
  const entries = objectEntries(json);
  if (entries === undefined) return json;
  return objectText([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, canonical(value)]));
}

/** Paths of all leaves; an array contributes itself and its first element of each shape. */
function paths(json: string, prefix: string): readonly string[] {
  const entries = objectEntries(json);
  if (entries !== undefined) return [...entries].flatMap(([key, value]) => descend(value, `${prefix}['${key}']`));
  const elements = arrayElements(json);
  return elements === undefined ? [] : elements.flatMap(e => descend(e, `${prefix}[0]`));
}

function descend(json: string, path: string): readonly string[] {
  const below = paths(json, path);
  return objectEntries(json) === undefined ? [path, ...below] : below;
}

export const collectionUdfs = [
  strict("ku_bag_of_values", ["VARCHAR"], "JSON", bag => {
    const entries = [...(objectEntries(bag) ?? [])];
    return objectText(entries.filter(([, value]) => value !== "null" && value !== '""'));
  }),
  strict("ku_array_concat", ["VARCHAR"], "JSON", list => {
    const all = arrays(list).filter(a => a !== undefined);
    return all.length === 0 ? null : arrayText(all.flat());
  }),
  nullable("ku_array_iff", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", iff),
  strict(
    "ku_array_index_of",
    ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT"],
    "BIGINT",
    (...[array, item, start, length, occurrence]) => indexOf(array, item, { start, length, occurrence }),
  ),
  strict("ku_array_reverse", ["VARCHAR"], "JSON", array => {
    const a = arrayElements(array);
    return a === undefined ? null : arrayText([...a].reverse());
  }),
  strict("ku_array_rotate_left", ["VARCHAR", "BIGINT"], "JSON", rotate),
  strict("ku_array_rotate_right", ["VARCHAR", "BIGINT"], "JSON", (array, count) => rotate(array, -count)),
  nullable("ku_array_shift_left", ["VARCHAR", "BIGINT", "VARCHAR"], "JSON", (array, count, filler) =>
    array === null || count === null ? null : shift(array, count, filler),
  ),
  nullable("ku_array_shift_right", ["VARCHAR", "BIGINT", "VARCHAR"], "JSON", (array, count, filler) =>
    array === null || count === null ? null : shift(array, -count, filler),
  ),
  strict("ku_array_slice", ["VARCHAR", "BIGINT", "BIGINT"], "JSON", slice),
  strict("ku_array_sort", ["VARCHAR", "VARCHAR", "BOOLEAN"], "JSON", sort),
  strict("ku_array_split", ["VARCHAR", "VARCHAR"], "JSON", split),
  strict("ku_array_sum", ["VARCHAR"], "DOUBLE", sum),
  strict("ku_bag_has_key", ["VARCHAR", "VARCHAR"], "BOOLEAN", (bag, key) => hasKey(bag, keyPath(key))),
  strict("ku_bag_merge", ["VARCHAR"], "JSON", merge),
  strict("ku_bag_remove_keys", ["VARCHAR", "VARCHAR"], "JSON", (bag, keys) => {
    const names = arrayElements(keys);
    if (objectEntries(bag) === undefined || names === undefined) return null;
    return names.reduce((json, key) => withoutKey(json, keyPath(plainText(key))), bag);
  }),
  nullable("ku_bag_set_key", ["VARCHAR", "VARCHAR", "VARCHAR"], "JSON", (bag, key, item) =>
    bag === null || key === null ? null : withKey(bag, keyPath(key), item ?? "null"),
  ),
  nullable("ku_bag_zip", ["VARCHAR", "VARCHAR"], "JSON", bagZip),
  strict("ku_dynamic_to_json", ["VARCHAR"], "VARCHAR", canonical),
  strict("ku_jaccard_index", ["VARCHAR", "VARCHAR"], "DOUBLE", jaccard),
  strict("ku_set_difference", ["VARCHAR"], "JSON", list =>
    sets(list, ([first = [], ...rest]) => first.filter(e => !rest.some(r => r.includes(e)))),
  ),
  strict("ku_set_equals", ["VARCHAR", "VARCHAR"], "BOOLEAN", (a, b) => {
    const [x, y] = [arrayElements(a), arrayElements(b)];
    if (x === undefined || y === undefined) return null;
    const [left, right] = [new Set(x), new Set(y)];
    return left.size === right.size && [...left].every(e => right.has(e));
  }),
  strict("ku_set_intersect", ["VARCHAR"], "JSON", list =>
    sets(list, ([first = [], ...rest]) => first.filter(e => rest.every(r => r.includes(e)))),
  ),
  strict("ku_set_union", ["VARCHAR"], "JSON", list => sets(list, all => all.flat())),
  strict("ku_treepath", ["VARCHAR"], "JSON", json => {
    if (objectEntries(json) === undefined && arrayElements(json) === undefined) return null;
    return arrayText(unique(paths(json, "")).map(p => JSON.stringify(p)));
  }),
  // 1-based place in a list of weights where their running sum reaches a percentage of the whole.
  strict("ku_weighted_rank", ["VARCHAR", "DOUBLE"], "BIGINT", (weights, percent) => {
    const values = (arrayElements(weights) ?? []).map(Number);
    const wanted = (values.reduce((a, b) => a + b, 0) * Math.min(Math.max(percent, 0), 100)) / 100;
    let running = 0;
    const at = values.findIndex(w => (running += w) >= wanted * (1 - 1e-12));
    return at < 0 ? null : BigInt(at + 1);
  }),
  strict("ku_zip", ["VARCHAR"], "JSON", zip),
];
