/** Distances on the WGS-84 spheroid, by Karney's library; it is loaded with the first call. */
import { createRequire } from "node:module";
import type * as GeographicLib from "geographiclib-geodesic";

let loaded: typeof GeographicLib | undefined;
const library = (): typeof GeographicLib =>
  (loaded ??= createRequire(import.meta.url)("geographiclib-geodesic") as typeof GeographicLib);

type Degrees = readonly [longitude: number, latitude: number];

/** Meters along the shortest way on the spheroid. */
export function spheroidMeters([longitude1, latitude1]: Degrees, [longitude2, latitude2]: Degrees): number {
  const { Geodesic } = library();
  const { s12 } = Geodesic.WGS84.Inverse(latitude1, longitude1, latitude2, longitude2, Geodesic.DISTANCE);
  return s12 ?? Number.NaN;
}
