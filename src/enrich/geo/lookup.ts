/** Where an address is, by the first source that knows: the sites file, a user's database, the pack. */
import { classifyIp } from "../../base/ip-class.js";
import { HuntError } from "../../base/error.js";
import { createEntity, Entity } from "../../entity/entity.js";
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
  /** As `find` of each, when it is quicker for many. At most `mostTogether` at a time. */
  findMany?(ips: readonly string[]): readonly (GeoPart | undefined)[];
  /** What it knows as numbers: a frame with a million places keeps these instead of the places. */
  readonly numbered?: NumberedPlaces;
}

export interface NumberedPlaces {
  /** The numbers of addresses' places; 0 or undefined where nothing is known. At most `mostTogether` at a time. */
  numbersOf(ips: readonly string[]): readonly (number | undefined)[];
  /** Made anew each time. */
  placeOf(number: number): GeoPlace;
}

/** Addresses that are looked up together. */
export const mostTogether = 100_000;

/** As `locatePlace` of each. */
export function locatePlaces(sources: readonly GeoSource[], ips: readonly string[]): (GeoPlace | undefined)[] {
  const found = new Array<GeoPlace | undefined>(ips.length).fill(undefined);
  for (let from = 0; from < ips.length; from += mostTogether) {
    const part = ips.slice(from, from + mostTogether);
    // What each source knows is found at once; those that come later are only asked about what is left.
    let left = part.map((_, i) => i);
    for (const source of sources) {
      const asked = left.length === part.length ? part : left.map(i => part[i] ?? "");
      const parts = source.findMany?.(asked) ?? asked.map(ip => source.find(ip));
      left = left.filter((i, n) => {
        const before = found[from + i];
        const known = parts[n];
        if (known === undefined) return true;
        const now = withPart(before, source.name, known);
        found[from + i] = now;
        return !isFinal(now);
      });
      if (left.length === 0) break;
    }
  }
  return found;
}

/** What one source says, added to what those before it said. */
export function withPart(found: GeoPlace | undefined, source: string, part: GeoPart): GeoPlace {
  if (found === undefined) return part.source === source ? (part as GeoPlace) : toPlace(source, part);
  return {
    ...found,
    asn: found.asn ?? part.asn,
    asName: found.asName === "" ? (part.asName ?? "") : found.asName,
  };
}

/** A sites file says all there is to say: what a database believes about a private range is noise. */
export const isFinal = (place: GeoPlace): boolean =>
  place.source === "sites" || (place.asn !== undefined && place.countryCode !== "");

/** Asks the sources in order; the network's number may come from a later one than the place. */
export function locatePlace(sources: readonly GeoSource[], ip: string): GeoPlace | undefined {
  let found: GeoPlace | undefined;
  for (const source of sources) {
    const part = source.find(ip);
    if (part === undefined) continue;
    found = withPart(found, source.name, part);
    if (isFinal(found)) break;
  }
  return found;
}

/** As `locatePlace`, with the address. */
export function locate(sources: readonly GeoSource[], ip: string): GeoRecord | undefined {
  const place = locatePlace(sources, ip);
  return place === undefined ? undefined : toRecord(ip, place);
}

/** As `locate` of each. */
export function locateAll(sources: readonly GeoSource[], ips: readonly string[]): (GeoRecord | undefined)[] {
  return locatePlaces(sources, ips).map((place, i) =>
    place === undefined ? undefined : toRecord(ips[i] ?? "", place),
  );
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

type Point = readonly [latitude: number, longitude: number];

/** Kilometres between two points on the sphere (radius 6,371 km), along the great circle. Source: the haversine formula. */
export function geoDistance([lat1, lon1]: Point, [lat2, lon2]: Point): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const a =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(a)));
}
