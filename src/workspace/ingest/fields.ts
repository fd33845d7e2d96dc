/** What values a field had, and which KQL type holds them all. */
import type { KqlType } from "../../base/column.js";
import type { RawRecord, RecordShape } from "../schema/route.js";

/** JSON pointer (RFC 6901) of a path. */
export function toPointer(path: readonly string[]): string {
  return path.map(key => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Path of a JSON pointer. */
export function fromPointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map(key => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function valueAt(record: unknown, path: readonly string[]): unknown {
  let found = record;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as RawRecord)[key];
  }
  return found;
}

const isoInstant = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;
const wholeNumber = /^-?(?:0|[1-9]\d{0,17})$/;
const realNumber = /^-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][-+]?\d{1,3})?$/;
const keptSamples = 50;
/** Different fields counted per root; hostile files may have one per record. */
const mostFields = 5000;

/** Counts of a field's values. */
export class FieldStatistics {
  readonly pointer: string;
  strings = 0;
  emptyStrings = 0;
  booleans = 0;
  integers = 0;
  /** Integers that a double does not hold exactly. */
  hugeIntegers = 0;
  reals = 0;
  objects = 0;
  /** Of the integers, without sign. */
  #largest = 0;
  #instants = 0;
  #wholeTexts = 0;
  #realTexts = 0;
  #boolTexts = 0;
  /** The first values, as text, for recognising times. */
  readonly samples: string[] = [];

  constructor(pointer: string) {
    this.pointer = pointer;
  }

  /** Values that are not null. */
  get count(): number {
    return this.strings + this.booleans + this.integers + this.reals + this.objects;
  }

  observe(value: unknown): void {
    if (this.samples.length < keptSamples) this.#keepSample(value);
    if (typeof value === "string") this.#observeText(value);
    else if (typeof value === "number") {
      if (Number.isInteger(value)) this.#largest = Math.max(this.#largest, Math.abs(value));
      if (Number.isSafeInteger(value)) this.integers++;
      else if (Number.isInteger(value)) {
        this.hugeIntegers++;
        this.integers++;
      } else this.reals++;
    } else if (typeof value === "boolean") this.booleans++;
    else if (value !== null && value !== undefined) this.objects++;
  }

  #keepSample(value: unknown): void {
    if (typeof value === "string" && value !== "") this.samples.push(value.slice(0, 200));
    else if (typeof value === "number" || typeof value === "boolean") this.samples.push(String(value));
  }

  #observeText(value: string): void {
    this.strings++;
    if (value === "") {
      this.emptyStrings++;
      return;
    }
    // Each test is made only as long as every text before passed it.
    const before = this.strings - this.emptyStrings - 1;
    if (this.#instants === before && isoInstant.test(value)) this.#instants++;
    if (this.#wholeTexts === before && wholeNumber.test(value)) this.#wholeTexts++;
    if (this.#realTexts === before && realNumber.test(value)) this.#realTexts++;
    if (this.#boolTexts === before && /^(true|false)$/i.test(value)) this.#boolTexts++;
  }

  /**
   * The type of a column that holds every value. Objects among texts: whichever are more; a text column keeps an object
   * as its JSON text.
   *
   * @param textual the format has only texts (CSV), so that numbers are recognised by how they are written; digits with
   *   leading zeros stay text
   */
  inferType(textual: boolean): KqlType {
    const texts = this.strings - this.emptyStrings;
    const scalars = this.booleans + this.integers + this.reals;
    if (this.objects > 0) return this.objects >= texts + scalars ? "dynamic" : "string";
    if (texts === 0 && this.emptyStrings === 0) return this.#scalarType(scalars);
    if (texts === 0 || scalars > 0) return "string";
    if (this.#instants === texts) return "datetime";
    if (!textual) return "string";
    if (this.#wholeTexts === texts) return "long";
    if (this.#realTexts === texts) return "real";
    return this.#boolTexts === texts ? "bool" : "string";
  }

  #scalarType(scalars: number): KqlType {
    if (scalars === 0) return "string";
    if (this.booleans === scalars) return "bool";
    if (this.booleans > 0) return "string";
    // Beyond what a double holds exactly: 64 bits, then the 21 digits of a decimal, then text.
    if (this.hugeIntegers > 0 && this.reals > 0) return "string";
    if (this.hugeIntegers > 0 && this.#largest >= 2 ** 63) return this.#largest < 1e20 ? "decimal" : "string";
    return this.reals > 0 ? "real" : "long";
  }
}

/** The fields of all records that go to one table in one way. */
export class RecordStatistics {
  records = 0;
  /** There were more different fields than are counted; they are in the records all the same. */
  overflow = false;
  /** By root, then by member name. */
  readonly #fields: readonly {
    readonly root: string;
    readonly path: readonly string[];
    readonly members: Map<string, FieldStatistics>;
  }[];
  readonly #pointers: ReadonlyMap<string, { readonly path: readonly string[]; readonly statistics: FieldStatistics }>;

  constructor(shape: RecordShape) {
    this.#fields = shape.roots.map(root => ({ root, path: fromPointer(root), members: new Map() }));
    const named = [...Object.values(shape.columns).flat(), ...shape.time];
    const isMember = (pointer: string): boolean =>
      shape.roots.some(root => pointer.startsWith(`${root}/`) && !pointer.slice(root.length + 1).includes("/"));
    this.#pointers = new Map(
      named
        .filter(pointer => !isMember(pointer))
        .map(pointer => [pointer, { path: fromPointer(pointer), statistics: new FieldStatistics(pointer) }]),
    );
  }

  observe(record: RawRecord): void {
    this.records++;
    for (const { root, path, members } of this.#fields) {
      const object = path.length === 0 ? record : valueAt(record, path);
      if (typeof object !== "object" || object === null || Array.isArray(object)) continue;
      for (const [name, value] of Object.entries(object)) {
        let statistics = members.get(name);
        if (statistics === undefined) {
          if (members.size >= mostFields) {
            this.overflow = true;
            continue;
          }
          statistics = new FieldStatistics(root + toPointer([name]));
          members.set(name, statistics);
        }
        statistics.observe(value);
      }
    }
    for (const { path, statistics } of this.#pointers.values()) {
      const value = valueAt(record, path);
      if (value !== undefined) statistics.observe(value);
    }
  }

  /** A field by pointer, if any record had a value there. */
  find(pointer: string): FieldStatistics | undefined {
    for (const { root, members } of this.#fields) {
      if (!pointer.startsWith(`${root}/`)) continue;
      const found = members.get(fromPointer(pointer.slice(root.length))[0] ?? "");
      if (found?.pointer === pointer) return found.count > 0 ? found : undefined;
    }
    const named = this.#pointers.get(pointer)?.statistics;
    return named !== undefined && named.count > 0 ? named : undefined;
  }

  /** The members of the roots that had a value, in the order they were first seen, with their names. */
  fields(): readonly { readonly name: string; readonly statistics: FieldStatistics }[] {
    return this.#fields.flatMap(({ members }) =>
      [...members].filter(([, s]) => s.count > 0).map(([name, statistics]) => ({ name, statistics })),
    );
  }
}
