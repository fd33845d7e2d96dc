/** The places of a frame's addresses as columns, in bounded memory whatever its size. */
import type { Column } from "../../base/column.js";
import type { ColumnBatch } from "../../frame/append-columns.js";
import type { Frame } from "../../frame/frame.js";
import { physicalName, tablePath } from "../../frame/materialize.js";
import type { FrameStore } from "../../frame/store.js";
import { derivedInfo, textColumns, textPages } from "../../transform/ioc/extract.js";
import { refang } from "../../transform/ioc/refang.js";
import { isFinal, locatePlace, locatePlaces, withPart, type GeoPlace, type GeoSource } from "./lookup.js";

/** Columns that a look-up adds to a frame; MSTICPy's names. */
export const geoColumns: readonly Column[] = [
  { name: "CountryCode", type: "string" },
  { name: "CountryOrRegionName", type: "string" },
  { name: "State", type: "string" },
  { name: "City", type: "string" },
  { name: "Longitude", type: "real" },
  { name: "Latitude", type: "real" },
  { name: "Asn", type: "long" },
  { name: "AsName", type: "string" },
  { name: "GeoSource", type: "string" },
];

/** As they are written: numbers of networks go beyond 2^31. */
const plainColumns = geoColumns.map(({ name, type }) => ({ name, type: type === "string" ? type : ("real" as const) }));

const toColumns = (places: readonly GeoPlace[]): ColumnBatch => [
  ...[places.map(p => p.countryCode), places.map(p => p.country), places.map(p => p.state), places.map(p => p.city)],
  ...[places.map(p => p.longitude ?? null), places.map(p => p.latitude ?? null), places.map(p => p.asn ?? null)],
  ...[places.map(p => p.asName), places.map(p => p.source)],
];

/** Rows that are looked up and written at a time. */
const writtenRows = 16_384;

/**
 * Places by number: what a column's rows refer to. Those of the last source, which are many, are kept as its own numbers and
 * made when they are written.
 */
class PlaceList {
  readonly #sources: readonly GeoSource[];
  readonly #before: readonly GeoSource[];
  readonly #last: GeoSource | undefined;
  readonly #list: (GeoPlace | number)[] = [];
  readonly #numbers = new Map<GeoPlace | number, number>();

  constructor(sources: readonly GeoSource[]) {
    this.#sources = sources;
    this.#last = sources.at(-1)?.numbered === undefined ? undefined : sources.at(-1);
    this.#before = this.#last === undefined ? sources : sources.slice(0, -1);
  }

  /** The numbers of addresses' places; null for those that have none. */
  numbersOf(texts: readonly string[]): (number | null)[] {
    const places = this.#find(texts);
    return places.map((found, i) => {
      if (found !== undefined && found !== 0) return this.#numberOf(found);
      // Nearly all are addresses as they stand.
      const text = texts[i] ?? "";
      const whole = text === "" ? "" : refang(text.trim());
      const refanged = whole === text ? undefined : locatePlace(this.#sources, whole);
      return refanged === undefined ? null : this.#numberOf(refanged);
    });
  }

  /** The places in the order of their numbers. */
  *columns(): Generator<ColumnBatch> {
    const placeOf = (entry: GeoPlace | number): GeoPlace | undefined =>
      typeof entry === "number" ? this.#last?.numbered?.placeOf(entry) : entry;
    for (let at = 0; at < this.#list.length; at += writtenRows)
      yield toColumns(this.#list.slice(at, at + writtenRows).flatMap(entry => placeOf(entry) ?? []));
  }

  #find(texts: readonly string[]): (GeoPlace | number | undefined)[] {
    const last = this.#last;
    const found: (GeoPlace | number | undefined)[] = locatePlaces(this.#before, texts);
    if (last?.numbered === undefined) return found;
    const left = texts.flatMap((_, i) => (found[i] === undefined ? [i] : []));
    const numbers = last.numbered.numbersOf(left.length === texts.length ? texts : left.map(i => texts[i] ?? ""));
    left.forEach((i, n) => (found[i] = numbers[n]));
    return found.map((place, i) => {
      if (typeof place !== "object" || isFinal(place)) return place;
      const part = last.find(texts[i] ?? "");
      return part === undefined ? place : withPart(place, last.name, part);
    });
  }

  #numberOf(place: GeoPlace | number): number {
    let number = this.#numbers.get(place);
    if (number === undefined) {
      number = this.#list.push(place) - 1;
      this.#numbers.set(place, number);
    }
    return number;
  }
}

/** For each row of a frame the number of its address's place. */
async function* placeNumbers(frame: Frame, column: number, list: PlaceList) {
  let texts: string[] = [];
  for await (const { cells } of textPages(frame, [column])) {
    for (const text of cells[0] ?? []) texts.push(text);
    if (texts.length < writtenRows) continue;
    yield [list.numbersOf(texts)];
    texts = [];
  }
  yield [list.numbersOf(texts)];
}

export interface GeoFrameOptions {
  readonly column: string;
  /** Put before each added column's name. */
  readonly prefix?: string;
  /** Keep only rows with a place. Default false: every row is kept. */
  readonly onlyKnown?: boolean;
}

/**
 * The rows of a frame with the places of one column's addresses: all columns, in order, then `geoColumns`; unknown ones
 * empty and null. A name that the frame has already gets `Geo` before it.
 * @throws HuntError `transform/unknown-column`
 */
export async function addPlaces(
  store: FrameStore,
  frame: Frame,
  sources: readonly GeoSource[],
  options: GeoFrameOptions,
): Promise<Frame> {
  const [index = 0] = textColumns(frame, options.column);
  const info = derivedInfo(frame, "places");
  const list = new PlaceList(sources);
  const numbers = await store.fromColumnBatches(
    [{ name: "Place", type: "int" }],
    placeNumbers(frame, index, list),
    info,
  );
  const places = await store.fromColumnBatches(plainColumns, list.columns(), info);
  try {
    const taken = new Set(frame.columns.map(c => c.name));
    const added = geoColumns.map(c => {
      const name = `${options.prefix ?? ""}${c.name}`;
      return { ...c, name: taken.has(name) ? `Geo${name}` : name };
    });
    const own = frame.columns.map((c, i) => ({ ...c, slot: `o${i}` }));
    const slots = [...own, ...added.map((c, i) => ({ ...c, slot: `a${i}` }))];
    const filled = (type: string, of: string): string =>
      type === "string" ? `coalesce(${of}, '')` : type === "long" ? `${of}::bigint` : of;
    const cells = [
      ...frame.columns.map((_, i) => `f.${physicalName(i)} as o${i}`),
      ...added.map((c, i) => `${filled(c.type, `p.${physicalName(i)}`)} as a${i}`),
    ].join(", ");
    const [f = "", n = "", p = ""] = [frame, numbers, places].map(one => tablePath(one.relation.path.at(-1) ?? ""));
    const join = options.onlyKnown === true ? "join" : "left join";
    const sql = `select ${cells} from ${f} f join ${n} n on n.rowid = f.rowid ${join} ${p} p on p.rowid = n.${physicalName(0)} order by f.rowid`;
    const made = await store.select({ sql, parameters: [], columns: slots }, info);
    // An unreachable frame is dropped: this use keeps the input until its rows were read.
    void frame.rowCount;
    return made;
  } finally {
    await numbers.close();
    await places.close();
  }
}
