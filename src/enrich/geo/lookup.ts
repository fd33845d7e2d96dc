/** Where an address is, by the first source that knows: the sites file, a user's database, the pack. */
import { classifyIp } from "../../base/ip-class.js";
import { HuntError } from "../../base/error.js";
import type { Column } from "../../base/column.js";
import { createEntity, Entity } from "../../entity/entity.js";
import type { Frame } from "../../frame/frame.js";
import { physicalName, tablePath } from "../../frame/materialize.js";
import type { FrameStore } from "../../frame/store.js";
import { derivedInfo, textColumns, textPages } from "../../transform/ioc/extract.js";
import { refang } from "../../transform/ioc/refang.js";
import { countryName } from "./country.js";

/** What is known of an address. Text that is not known is empty, coordinates undefined. */
export interface GeoRecord {
  readonly ip: string;
  readonly countryCode: string;
  readonly country: string;
  readonly state: string;
  readonly city: string;
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  readonly asn: number | undefined;
  readonly asName: string;
  /** Who answered: `sites`, `DB-IP`, `MaxMind`, `IPStack`. */
  readonly source: string;
  /** Owner or name of the place, from the sites file. */
  readonly site: string;
}

/** What is known of an address, without the address: one object for all that share it. */
export type GeoPlace = Readonly<Omit<GeoRecord, "ip">>;

/** What a source says of an address. One that names its source is whole: `toPlace` made it. */
export type GeoPart = Readonly<Partial<Omit<GeoRecord, "ip" | "country">>>;

/** One source of places. */
export interface GeoSource {
  readonly name: string;
  /** Undefined when it does not know the address. Quick when it keeps what `toPlace` made and gives it again. */
  find(ip: string): GeoPart | undefined;
}

/** Asks the sources in order; the network's number may come from a later one than the place. */
export function locatePlace(sources: readonly GeoSource[], ip: string): GeoPlace | undefined {
  let found: GeoPlace | undefined;
  for (const source of sources) {
    const part = source.find(ip);
    if (part === undefined) continue;
    if (found === undefined) {
      found = part.source === source.name ? (part as GeoPlace) : toPlace(source.name, part);
      // A sites file says all there is to say: what a database believes about a private range is noise.
      if (source.name === "sites") return found;
    } else
      found = {
        ...found,
        asn: found.asn ?? part.asn,
        asName: found.asName === "" ? (part.asName ?? "") : found.asName,
      };
    if (found.asn !== undefined && found.countryCode !== "") break;
  }
  return found;
}

/** As `locatePlace`, with the address. */
export function locate(sources: readonly GeoSource[], ip: string): GeoRecord | undefined {
  const place = locatePlace(sources, ip);
  return place === undefined ? undefined : toRecord(ip, place);
}

/** Every field by name: several times as quick as spreading, and there is one for each address. */
const toRecord = (ip: string, place: GeoPlace): GeoRecord => ({
  ip,
  countryCode: place.countryCode,
  country: place.country,
  state: place.state,
  city: place.city,
  latitude: place.latitude,
  longitude: place.longitude,
  asn: place.asn,
  asName: place.asName,
  source: place.source,
  site: place.site,
});

/** A part with the rest of the fields: unknown texts empty, no coordinates at 0,0. */
export function toPlace(source: string, part: GeoPart): GeoPlace {
  const { countryCode = "", state = "", city = "", latitude, longitude, asn, asName = "", site = "" } = part;
  // 0,0 is the sea off Africa: databases write it where they know nothing.
  const isNowhere = latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0);
  return {
    ...{ countryCode, country: countryName(countryCode), state, city, asn, asName, site, source },
    latitude: isNowhere ? undefined : latitude,
    longitude: isNowhere ? undefined : longitude,
  };
}

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

const toCells = (r: GeoPlace): readonly unknown[] => [
  ...[r.countryCode, r.country, r.state, r.city, r.longitude ?? null, r.latitude ?? null],
  ...[r.asn ?? null, r.asName, r.source],
];

/** An address with its place, as an entity. */
export function toIpEntity(ip: string, record: GeoRecord | undefined): Entity<"IpAddress"> {
  if (record === undefined) return createEntity("IpAddress", { Address: ip });
  // Made directly: the schema was checked by the compiler, and there may be a million of them.
  const { countryCode, country, state, city, latitude, longitude, asn, asName } = record;
  const location = new Entity("GeoLocation", {
    CountryCode: countryCode,
    CountryOrRegionName: country,
    State: state,
    City: city,
    ...(latitude === undefined || longitude === undefined ? {} : { Latitude: latitude, Longitude: longitude }),
    ...(asn === undefined ? {} : { Asn: String(asn) }),
    ...(asName === "" ? {} : { Organization: asName }),
  });
  return new Entity("IpAddress", { Address: ip, Location: location });
}

/** What can be located: an address, several, entities of addresses. */
export type GeoInput = string | Entity | readonly (string | Entity)[];

export function addressesOf(input: GeoInput): string[] {
  const list = Array.isArray(input) ? (input as readonly (string | Entity)[]) : [input as string | Entity];
  return list.map(item => {
    if (typeof item === "string") return refang(item.trim());
    const address = item instanceof Entity ? item.get("Address") : undefined;
    if (typeof address === "string") return address;
    throw new HuntError("geo/no-address", "an entity without an Address was given", {
      hint: "give IpAddress entities or text",
    });
  });
}

/** Why an address has no place: private, reserved, malformed, or simply not known. */
export function whyUnknown(ip: string): string {
  const known = classifyIp(ip);
  if (known === undefined) return "no address";
  return known.global ? "not known" : known.purpose;
}

/** Texts whose place is remembered while a frame is read: logs repeat themselves. Emptied when full. */
const rememberedTexts = 16_384;

/** Places by number: what a column's rows refer to. */
class PlaceList {
  readonly places: GeoPlace[] = [];
  readonly #numbers = new Map<GeoPlace, number>();
  readonly #texts = new Map<string, number | null>();
  readonly #find: (ip: string) => GeoPlace | undefined;

  constructor(find: (ip: string) => GeoPlace | undefined) {
    this.#find = find;
  }

  /** The number of an address's place; null when it has none. */
  numberOf(text: string): number | null {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // Nearly all are addresses as they stand.
    const place = text === "" ? undefined : (this.#find(text) ?? this.#findRefanged(text));
    const number = place === undefined ? null : this.#add(place);
    if (this.#texts.size >= rememberedTexts) this.#texts.clear();
    this.#texts.set(text, number);
    return number;
  }

  #findRefanged(text: string): GeoPlace | undefined {
    const whole = refang(text.trim());
    return whole === text ? undefined : this.#find(whole);
  }

  #add(place: GeoPlace): number {
    let number = this.#numbers.get(place);
    if (number === undefined) {
      number = this.places.push(place) - 1;
      this.#numbers.set(place, number);
    }
    return number;
  }
}

/** Rows that are written at a time. */
const writtenRows = 32_768;

/** For each row of a frame the number of its address's place. */
async function* placeNumbers(frame: Frame, column: number, list: PlaceList) {
  let numbers: (number | null)[] = [];
  for await (const { cells } of textPages(frame, [column])) {
    for (const text of cells[0] ?? []) numbers.push(list.numberOf(text));
    if (numbers.length < writtenRows) continue;
    yield [numbers];
    numbers = [];
  }
  yield [numbers];
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
  find: (ip: string) => GeoPlace | undefined,
  options: GeoFrameOptions,
): Promise<Frame> {
  const [index = 0] = textColumns(frame, options.column);
  const info = derivedInfo(frame, "places");
  const list = new PlaceList(find);
  const numbers = await store.fromColumnBatches(
    [{ name: "Place", type: "int" }],
    placeNumbers(frame, index, list),
    info,
  );
  const places = await store.fromBatches(geoColumns, [list.places.map(toCells)], info);
  try {
    const taken = new Set(frame.columns.map(c => c.name));
    const added = geoColumns.map(c => {
      const name = `${options.prefix ?? ""}${c.name}`;
      return { ...c, name: taken.has(name) ? `Geo${name}` : name };
    });
    const own = frame.columns.map((c, i) => ({ ...c, slot: `o${i}` }));
    const slots = [...own, ...added.map((c, i) => ({ ...c, slot: `a${i}` }))];
    const empty = (type: string, of: string): string => (type === "string" ? `coalesce(${of}, '')` : of);
    const cells = [
      ...frame.columns.map((_, i) => `f.${physicalName(i)} as o${i}`),
      ...added.map((c, i) => `${empty(c.type, `p.${physicalName(i)}`)} as a${i}`),
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

type Point = readonly [latitude: number, longitude: number];

/** Kilometres between two points on the sphere (radius 6,371 km), along the great circle. Source: the haversine formula. */
export function geoDistance([lat1, lon1]: Point, [lat2, lon2]: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const a =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(a)));
}
