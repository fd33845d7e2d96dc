/** Well-known text to GeoJSON. Source: OGC Simple Feature Access, 06-103r4, section 7 */

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes what the pattern (sticky) matches, and the blanks before it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[1];
  }

  get isAtEnd(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }
}

const word = /\s*([A-Za-z]+)/y;
const open = /\s*(\()/y;
const close = /\s*(\))/y;
const comma = /\s*(,)/y;
const number = /\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y;

/** One or more of something between parentheses; undefined when it is not so. */
function list<T>(reader: Reader, read: (reader: Reader) => T | undefined): readonly T[] | undefined {
  if (reader.take(open) === undefined) return undefined;
  const out: T[] = [];
  do {
    const item = read(reader);
    if (item === undefined) return undefined;
    out.push(item);
  } while (reader.take(comma) !== undefined);
  return reader.take(close) === undefined ? undefined : out;
}

/** Longitude and latitude; a height and a measure are passed over. */
function position(reader: Reader): readonly number[] | undefined {
  const numbers: number[] = [];
  for (let n = reader.take(number); n !== undefined && numbers.length < 4; n = reader.take(number))
    numbers.push(Number(n));
  return numbers.length < 2 ? undefined : numbers.slice(0, 2);
}

const positions = (reader: Reader) => list(reader, position);
const chains = (reader: Reader) => list(reader, positions);
/** Each point of several may stand in parentheses of its own. */
const loosePosition = (reader: Reader) => list(reader, position)?.[0] ?? position(reader);

const readers: Readonly<Record<string, readonly [type: string, read: (reader: Reader) => unknown]>> = {
  POINT: ["Point", r => list(r, position)?.[0]],
  LINESTRING: ["LineString", positions],
  POLYGON: ["Polygon", chains],
  MULTIPOINT: ["MultiPoint", r => list(r, loosePosition)],
  MULTILINESTRING: ["MultiLineString", chains],
  MULTIPOLYGON: ["MultiPolygon", r => list(r, chains)],
};

function geometry(reader: Reader): object | undefined {
  const name = reader.take(word)?.toUpperCase() ?? "";
  if (name === "GEOMETRYCOLLECTION") {
    const geometries = list(reader, geometry);
    return geometries === undefined ? undefined : { type: "GeometryCollection", geometries };
  }
  const known = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (known === undefined) return undefined;
  // Z, M and ZM only say how many numbers follow.
  reader.take(/\s+(ZM|Z|M)(?=\s|\()/iy);
  const coordinates = known[1](reader);
  return coordinates === undefined ? undefined : { type: known[0], coordinates };
}

/** The geometry as GeoJSON, undefined when the text is none. */
export function wktToGeoJson(text: string): string | undefined {
  const reader = new Reader(text);
  const shape = geometry(reader);
  return shape === undefined || !reader.isAtEnd ? undefined : JSON.stringify(shape);
}
