/** Distances and directions on a sphere of Kusto's radius, and geohashes. Coordinates off the globe give null. */
import { fn, text, value } from "../build.js";
import { convert } from "../convert.js";
import { once } from "../once.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

/** Meters; the value that the distances of the documentation were measured with. */
const earthRadius = 6_371_010;

const reals = (args: readonly (SqlExpr | undefined)[], context: EmitContext): readonly string[] =>
  args.map(a => (a === undefined ? context.refuse("a place without coordinates") : convert(a, "real", context).sql));

const onGlobe = (longitude: string, latitude: string): string =>
  `(${longitude} between -180 and 180 and ${latitude} between -90 and 90)`;

/** The haversine formula: exact for near points, where the cosine's would lose its digits. */
function distance([lon1 = "", lat1 = "", lon2 = "", lat2 = ""]: readonly string[]): string {
  const sine = (a: string, b: string) => `pow(sin(radians(${b} - ${a}) / 2), 2)`;
  const h = `${sine(lat1, lat2)} + cos(radians(${lat1})) * cos(radians(${lat2})) * ${sine(lon1, lon2)}`;
  return `(${2 * earthRadius} * asin(sqrt(least(${h}, 1))))`;
}

const valid = ([lon1 = "", lat1 = "", lon2 = "", lat2 = ""]: readonly string[]): string =>
  `${onGlobe(lon1, lat1)} and ${onGlobe(lon2, lat2)}`;

const distanceRow: ScalarFunction = {
  nulls: "propagate",
  doc: fn("geo-distance-2points"),
  emit: (args, _type, context) => {
    const [flag] = args.slice(4);
    const onSphere = flag?.constant?.type === "bool" && flag.constant.value === false;
    if (flag !== undefined && !onSphere) {
      const spheroid = convert(flag, "bool", context).sql;
      return value("real", context.callUdf("ku_geo_distance", [...reals(args.slice(0, 4), context), spheroid]));
    }
    const sql = once(reals(args.slice(0, 4), context), (...p) => `case when ${valid(p)} then ${distance(p)} end`);
    return value("real", sql);
  },
};

const inCircle: ScalarFunction = {
  nulls: "propagate",
  doc: fn("geo-point-in-circle"),
  emit: (args, _type, context) => {
    const sql = once(reals(args.slice(0, 5), context), (...p) => {
      const radius = p[4] ?? "";
      return `case when ${valid(p)} and ${radius} > 0 then ${distance(p)} <= ${radius} end`;
    });
    return value("bool", sql);
  },
};

/** The direction from the first place to the second, clockwise from north; null between equal or opposite places. */
const azimuth: ScalarFunction = {
  nulls: "propagate",
  doc: fn("geo-azimuth"),
  emit: (args, _type, context) => {
    const sql = once(reals(args.slice(0, 4), context), (...p) => {
      const [lon1 = "", lat1 = "", lon2 = "", lat2 = ""] = p;
      const turn = `radians(${lon2} - ${lon1})`;
      const [a, b] = [`radians(${lat1})`, `radians(${lat2})`];
      const angle = `atan2(sin(${turn}) * cos(${b}), cos(${a}) * sin(${b}) - sin(${a}) * cos(${b}) * cos(${turn}))`;
      const apart = `${distance(p)} between 1e-6 and ${Math.PI * earthRadius - 1e-3}`;
      return `case when ${valid(p)} and ${apart} then fmod(${angle} + ${2 * Math.PI}, ${2 * Math.PI}) end`;
    });
    return value("real", sql);
  },
};

export const geoFunctions: Readonly<Record<string, ScalarFunction>> = {
  geo_distance_2points: distanceRow,
  geo_point_in_circle: inCircle,
  geo_azimuth: azimuth,
  geo_point_to_geohash: {
    nulls: "empty-string",
    doc: fn("geo-point-to-geohash"),
    emit: ([longitude, latitude, accuracy], _type, context) => {
      const length = accuracy === undefined ? "5::BIGINT" : convert(accuracy, "long", context).sql;
      return text(`coalesce(${context.callUdf("ku_geohash", [...reals([longitude, latitude], context), length])}, '')`);
    },
  },
  geo_geohash_to_central_point: {
    nulls: "custom",
    doc: fn("geo-geohash-to-central-point"),
    emit: ([hash], _type, context) =>
      value("dynamic", context.callUdf("ku_geohash_center", [convert(hash as SqlExpr, "string", context).sql])),
  },
  geo_info_from_ip_address: {
    nulls: "custom",
    doc: fn("geo-info-from-ip-address"),
    differs: "The data is the session's GeoIP data; without any the query fails.",
    emit: ([address], _type, context) =>
      value("dynamic", context.callUdf("ku_ip_location", [convert(address as SqlExpr, "string", context).sql])),
  },
};
