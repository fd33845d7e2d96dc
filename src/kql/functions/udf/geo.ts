/** Geospatial functions that SQL cannot do. */
import { geohashCenter, toGeohash } from "../geohash.js";
import { strict } from "./define.js";

export const geoUdfs = [
  strict("ku_geohash", ["DOUBLE", "DOUBLE", "BIGINT"], "VARCHAR", (longitude, latitude, length) =>
    toGeohash(longitude, latitude, Number(length)),
  ),
  strict("ku_geohash_center", ["VARCHAR"], "JSON", hash => {
    const center = geohashCenter(hash);
    return center === undefined ? null : JSON.stringify({ type: "Point", coordinates: center });
  }),
];
