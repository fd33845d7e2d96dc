/** The pack as a source of places. */
import { toPlace, type GeoPart, type GeoPlace, type GeoSource } from "./lookup.js";
import type { GeoPack, Located } from "./pack.js";

const name = "DB-IP";

export function packSource(pack: GeoPack): GeoSource {
  /** One place for each pair of place and network: addresses by the thousand share it. */
  const places = new Map<number, GeoPlace>();
  const placeOf = (key: number | undefined): GeoPlace | undefined => {
    if (key === undefined || key === 0) return undefined;
    let place = places.get(key);
    if (place === undefined) places.set(key, (place = toPlace(name, toPart(pack.located(key)))));
    return place;
  };
  return {
    name,
    find: ip => placeOf(pack.keyOf(ip)),
    findMany: ips => pack.keysOf(ips).map(placeOf),
    numbered: {
      numbersOf: ips => pack.keysOf(ips),
      placeOf: key => toPlace(name, toPart(pack.readLocated(key))),
    },
  };
}

const toPart = ({ place, network }: Located): GeoPart => ({
  ...(place === undefined
    ? {}
    : {
        countryCode: place.country,
        state: place.state,
        city: place.city,
        latitude: place.latitude,
        longitude: place.longitude,
      }),
  ...(network === undefined ? {} : { asn: network.asn, asName: network.name }),
});
