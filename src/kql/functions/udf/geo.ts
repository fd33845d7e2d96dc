/** Geospatial functions that SQL cannot do. */
import { bufferLines, bufferPolygons, bufferSize, circle } from "../../geo/buffer.js";
import { coverLines, coverPolygons } from "../../geo/covering.js";
import { densify } from "../../geo/densify.js";
import {
  isPlace,
  parseLines,
  parsePlanar,
  parsePolygons,
  printPoint,
  printShapes,
  type Line,
  type Polygon,
} from "../../geo/geojson.js";
import * as h3 from "../../geo/h3.js";
import { intersectLines, uniteLines } from "../../geo/lines.js";
import {
  earthRadius,
  interpolate,
  lineCentroid,
  lineLength,
  locate,
  merged,
  meters,
  nearestInPolygons,
  nearestOnLines,
  polygonArea,
  polygonCentroid,
  polygonPerimeter,
  turnAt,
} from "../../geo/measure.js";
import { linesWithin, overlay, unionOf } from "../../geo/overlay.js";
import { crossingPairs } from "../../geo/pairs.js";
import { edgesOf, Region } from "../../geo/ring.js";
import { cellAt, cellCenter, cellCorners, cellNeighbors, maxLevel, parseToken, toToken } from "../../geo/s2.js";
import { simplifyLines, simplifyPolygons } from "../../geo/simplify.js";
import { crossing, placeAt, type Place } from "../../geo/sphere.js";
import { spheroidMeters } from "../../geo/spheroid.js";
import { wktToGeoJson } from "../../geo/wkt.js";
import { geohashCenter, geohashCorners, geohashNeighbors, toGeohash } from "../geohash.js";
import { arrayElements } from "../json-text.js";
import { nullable, strict } from "./define.js";

/** The same shape stands in every row when it is written in the query: the last ones are kept parsed. */
function remembered<T>(parse: (json: string) => T): (json: string) => T {
  const known = new Map<string, T>();
  return json => {
    const found = known.get(json);
    if (found !== undefined) return found;
    const result = parse(json);
    if (known.size >= 64) known.clear();
    known.set(json, result);
    return result;
  };
}

interface Area {
  readonly polygons: readonly Polygon[];
  readonly regions: readonly Region[];
}
const areaOf = remembered((json): Area | undefined => {
  const polygons = parsePolygons(json);
  return polygons === undefined ? undefined : { polygons, regions: polygons.map(p => new Region(p)) };
});
const linesOf = remembered(parseLines);
const polygonsOf = (json: string): readonly Polygon[] | undefined => areaOf(json)?.polygons;

const place = (longitude: number, latitude: number): Place | undefined =>
  isPlace(longitude, latitude) ? placeAt(longitude, latitude) : undefined;

const within = (area: Area, p: Place): boolean => area.regions.some(r => r.contains(p));
const edgesOfLines = (lines: readonly Line[]) =>
  lines.flatMap(line => line.slice(1).map((to, i) => ({ from: line[i] ?? to, to })));
const edgesOfArea = (area: Area) => [...edgesOf(area.polygons.flat())].map(([from, to]) => ({ from, to }));

type Edges = ReturnType<typeof edgesOfLines>;
/** Whether edges of two shapes cross or share a vertex. */
const touch = (a: Edges, b: Edges): boolean =>
  crossingPairs(a, b.slice()).some(([e, f]) => crossing(e.from, e.to, f.from, f.to) >= 0);

/** A function of one shape; null for what is none. */
const ofLines = (name: string, call: (lines: readonly Line[]) => number | undefined) =>
  strict(name, ["VARCHAR"], "DOUBLE", json => {
    const lines = linesOf(json);
    return lines === undefined ? null : call(lines);
  });
const ofPolygons = (name: string, call: (polygons: readonly Polygon[]) => number) =>
  strict(name, ["VARCHAR"], "DOUBLE", json => {
    const polygons = polygonsOf(json);
    return polygons === undefined ? null : call(polygons);
  });
const centroid = <T>(name: string, parse: (json: string) => T | undefined, call: (shape: T) => Place | undefined) =>
  strict(name, ["VARCHAR"], "JSON", json => {
    const shape = parse(json);
    const at = shape === undefined ? undefined : call(shape);
    return at === undefined ? null : printPoint(at);
  });

/** The point of a shape that is nearest to a place. */
function nearestTo(
  longitude: number,
  latitude: number,
  shape: string,
  kind: "line" | "polygon",
): readonly [Place, Place] | undefined {
  const p = place(longitude, latitude);
  if (p === undefined) return undefined;
  const [lines, polygons] = kind === "line" ? [linesOf(shape), undefined] : [undefined, polygonsOf(shape)];
  const at =
    lines === undefined
      ? polygons === undefined
        ? undefined
        : nearestInPolygons(p, polygons)
      : nearestOnLines(p, lines);
  return at === undefined ? undefined : [p, at];
}

const nearestRows = (["line", "polygon"] as const).flatMap(kind => [
  strict(`ku_geo_closest_point_on_${kind}`, ["DOUBLE", "DOUBLE", "VARCHAR"], "JSON", (longitude, latitude, shape) => {
    const pair = nearestTo(longitude, latitude, shape, kind);
    return pair === undefined ? null : printPoint(pair[1]);
  }),
  strict(
    `ku_geo_distance_point_to_${kind}`,
    ["DOUBLE", "DOUBLE", "VARCHAR"],
    "DOUBLE",
    (longitude, latitude, shape) => {
      const pair = nearestTo(longitude, latitude, shape, kind);
      return pair === undefined ? null : meters(...pair);
    },
  ),
]);

const printPolygons = (polygons: readonly Polygon[]): string | null =>
  polygons.length === 0 ? null : printShapes({ polygons });

/** Each element of an array parsed; undefined when one is no such shape, or there is none. */
function everyShape<T>(json: string, parse: (json: string) => T | undefined): readonly T[] | undefined {
  const elements = arrayElements(json);
  if (elements === undefined || elements.length === 0) return undefined;
  const shapes = elements.map(parse).filter(s => s !== undefined);
  return shapes.length === elements.length ? shapes : undefined;
}

/** Simplification is undefined beyond about 7,800 km, as on the page. */
const maxSimplifyMeters = 7_800_000;
const simplifyRadians = (meters: number): number | undefined =>
  meters >= 0 && meters <= maxSimplifyMeters ? meters / earthRadius : undefined;

type Coordinates = readonly [number, number];
const isPoint = (c: unknown): c is Coordinates =>
  Array.isArray(c) && typeof c[0] === "number" && typeof c[1] === "number" && isPlace(c[0], c[1]);

/** Chains at some depth of a coordinates array, each densified; undefined when something is no chain. */
function densifyAt(coordinates: unknown, depth: number, tolerance: number): unknown {
  if (!Array.isArray(coordinates) || coordinates.length === 0) return undefined;
  if (depth === 0) return coordinates.every(isPoint) ? densify(coordinates, tolerance) : undefined;
  const inner = coordinates.map(c => densifyAt(c, depth - 1, tolerance));
  return inner.includes(undefined) ? undefined : inner;
}

/** Where chains of coordinates stand in each type. */
const depths: Readonly<Record<string, number>> = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 };

function densified(json: string, tolerance: number, types: readonly string[]): string | undefined {
  const object = parsePlanar(json, types);
  const isValid = types.includes("Polygon") ? polygonsOf(json) : linesOf(json);
  if (object === undefined || isValid === undefined || !(tolerance >= 0.1 && tolerance <= 10_000)) return undefined;
  const coordinates = densifyAt(object.coordinates, depths[object.type] ?? 0, tolerance);
  if (coordinates === undefined) return undefined;
  const written = JSON.stringify({ type: object.type, coordinates });
  // A shape that needs no more points stays as it was written.
  const same = written === JSON.stringify({ type: object.type, coordinates: object.coordinates });
  return same ? json : written;
}

/** The polygons within a radius, as they are when it is 0; undefined for a radius that is none. */
function widened(polygons: readonly Polygon[], radius: number): readonly Polygon[] | undefined {
  if (radius === 0) return polygons;
  const size = bufferSize(radius, 10);
  return size === undefined ? undefined : bufferPolygons(polygons, size);
}

const polygonText = (corners: readonly (readonly number[])[] | undefined): string | null =>
  corners === undefined ? null : JSON.stringify({ type: "Polygon", coordinates: [corners] });
const pointText = (at: readonly number[] | undefined): string | null =>
  at === undefined ? null : JSON.stringify({ type: "Point", coordinates: at });
const list = (items: readonly unknown[] | undefined): string | null =>
  items === undefined ? null : JSON.stringify(items);
const whole = (n: bigint | null): number | undefined => (n === null ? undefined : Number(n));
const isLevel = (level: number): boolean => Number.isInteger(level) && level >= 0 && level <= maxLevel;

const gridUdfs = [
  strict("ku_geohash", ["DOUBLE", "DOUBLE", "BIGINT"], "VARCHAR", (longitude, latitude, length) =>
    toGeohash(longitude, latitude, Number(length)),
  ),
  strict("ku_geohash_center", ["VARCHAR"], "JSON", hash => pointText(geohashCenter(hash))),
  strict("ku_geohash_polygon", ["VARCHAR"], "JSON", hash => polygonText(geohashCorners(hash))),
  strict("ku_geohash_neighbors", ["VARCHAR"], "JSON", hash => list(geohashNeighbors(hash))),
  strict("ku_s2_cell", ["DOUBLE", "DOUBLE", "BIGINT"], "VARCHAR", (longitude, latitude, level) => {
    const p = place(longitude, latitude);
    return p === undefined || !isLevel(Number(level)) ? null : toToken(cellAt(p, Number(level)));
  }),
  strict("ku_s2_center", ["VARCHAR"], "JSON", token => {
    const cell = parseToken(token);
    return cell === undefined ? null : printPoint(cellCenter(cell));
  }),
  strict("ku_s2_polygon", ["VARCHAR"], "JSON", token => {
    const cell = parseToken(token);
    return cell === undefined ? null : printShapes({ polygons: [[cellCorners(cell)]] });
  }),
  strict("ku_s2_neighbors", ["VARCHAR"], "JSON", token => {
    const cell = parseToken(token);
    return cell === undefined ? null : list(cellNeighbors(cell).map(toToken));
  }),
  strict("ku_s2_cover_polygon", ["VARCHAR", "BIGINT", "DOUBLE"], "JSON", (json, level, radius) => {
    const polygons = polygonsOf(json);
    const wide = polygons === undefined ? undefined : widened(polygons, radius);
    return wide === undefined || !isLevel(Number(level))
      ? null
      : list(coverPolygons(wide, Number(level))?.map(toToken));
  }),
  strict("ku_s2_cover_line", ["VARCHAR", "BIGINT", "DOUBLE"], "JSON", (json, level, radius) => {
    const lines = linesOf(json);
    if (lines === undefined || !isLevel(Number(level))) return null;
    if (radius === 0) return list(coverLines(lines, Number(level))?.map(toToken));
    const size = bufferSize(radius, 10);
    return size === undefined ? null : list(coverPolygons(bufferLines(lines, size), Number(level))?.map(toToken));
  }),
  strict("ku_h3_cell", ["DOUBLE", "DOUBLE", "BIGINT"], "VARCHAR", (longitude, latitude, resolution) =>
    isPlace(longitude, latitude) ? h3.cellOf(longitude, latitude, Number(resolution)) : null,
  ),
  strict("ku_h3_level", ["VARCHAR"], "BIGINT", token => {
    const level = h3.levelOfCell(token);
    return level === undefined ? null : BigInt(level);
  }),
  nullable("ku_h3_parent", ["VARCHAR", "BIGINT"], "VARCHAR", (token, resolution) =>
    token === null ? null : h3.parentOf(token, whole(resolution)),
  ),
  nullable("ku_h3_children", ["VARCHAR", "BIGINT"], "JSON", (token, resolution) =>
    token === null ? null : list(h3.childrenOf(token, whole(resolution))),
  ),
  strict("ku_h3_rings", ["VARCHAR", "BIGINT"], "JSON", (token, distance) =>
    list(h3.ringsAround(token, Number(distance))),
  ),
  strict("ku_h3_neighbors", ["VARCHAR"], "JSON", token => list(h3.neighborsOf(token))),
  strict("ku_h3_center", ["VARCHAR"], "JSON", token => pointText(h3.centerOf(token))),
  strict("ku_h3_polygon", ["VARCHAR"], "JSON", token => polygonText(h3.boundaryOf(token))),
  strict("ku_h3_cover_polygon", ["VARCHAR", "BIGINT", "DOUBLE"], "JSON", (json, resolution, radius) => {
    const polygons = polygonsOf(json);
    const wide = polygons === undefined ? undefined : widened(merged(polygons), radius);
    return wide === undefined ? null : list(h3.cellsIn(wide, Number(resolution), polygonArea(wide)));
  }),
];

const shapeUdfs = [
  strict(
    "ku_geo_distance",
    ["DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "BOOLEAN"],
    "DOUBLE",
    (...[longitude1, latitude1, longitude2, latitude2, onSpheroid]) => {
      const [a, b] = [place(longitude1, latitude1), place(longitude2, latitude2)];
      if (a === undefined || b === undefined) return null;
      return onSpheroid ? spheroidMeters([longitude1, latitude1], [longitude2, latitude2]) : meters(a, b);
    },
  ),
  strict("ku_geo_from_wkt", ["VARCHAR"], "JSON", wktToGeoJson),
  strict(
    "ku_geo_angle",
    ["DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE"],
    "DOUBLE",
    (...[x1, y1, x2, y2, x3, y3]) => {
      const [a, b, c] = [place(x1, y1), place(x2, y2), place(x3, y3)];
      return a === undefined || b === undefined || c === undefined ? null : turnAt(a, b, c);
    },
  ),
  ...nearestRows,
  strict("ku_geo_point_in_polygon", ["DOUBLE", "DOUBLE", "VARCHAR"], "BOOLEAN", (longitude, latitude, json) => {
    const [p, area] = [place(longitude, latitude), areaOf(json)];
    return p === undefined || area === undefined ? null : within(area, p);
  }),
  strict("ku_geo_intersects_2lines", ["VARCHAR", "VARCHAR"], "BOOLEAN", (first, second) => {
    const [a, b] = [linesOf(first), linesOf(second)];
    return a === undefined || b === undefined ? null : touch(edgesOfLines(a), edgesOfLines(b));
  }),
  strict("ku_geo_intersects_line_with_polygon", ["VARCHAR", "VARCHAR"], "BOOLEAN", (line, polygon) => {
    const [a, b] = [linesOf(line), areaOf(polygon)];
    if (a === undefined || b === undefined) return null;
    return a.flat().some(p => within(b, p)) || touch(edgesOfLines(a), edgesOfArea(b));
  }),
  strict("ku_geo_intersects_2polygons", ["VARCHAR", "VARCHAR"], "BOOLEAN", (first, second) => {
    const [a, b] = [areaOf(first), areaOf(second)];
    if (a === undefined || b === undefined) return null;
    const inside = (x: Area, y: Area) => x.polygons.flat(2).some(p => within(y, p));
    return inside(a, b) || inside(b, a) || touch(edgesOfArea(a), edgesOfArea(b));
  }),
  strict("ku_geo_intersection_2lines", ["VARCHAR", "VARCHAR"], "JSON", (first, second) => {
    const [a, b] = [linesOf(first), linesOf(second)];
    return a === undefined || b === undefined ? null : printShapes(intersectLines(a, b));
  }),
  strict("ku_geo_intersection_line_with_polygon", ["VARCHAR", "VARCHAR"], "JSON", (line, polygon) => {
    const [a, b] = [linesOf(line), polygonsOf(polygon)];
    return a === undefined || b === undefined ? null : printShapes({ lines: linesWithin(a, merged(b)) });
  }),
  strict("ku_geo_intersection_2polygons", ["VARCHAR", "VARCHAR"], "JSON", (first, second) => {
    const [a, b] = [polygonsOf(first), polygonsOf(second)];
    if (a === undefined || b === undefined) return null;
    return printShapes(overlay(merged(a), merged(b), "intersection"));
  }),
  strict("ku_geo_union_polygons", ["VARCHAR"], "JSON", json => {
    const all = everyShape(json, polygonsOf);
    return all === undefined ? null : printPolygons(unionOf(all.flat().map(p => [p])));
  }),
  strict("ku_geo_union_lines", ["VARCHAR"], "JSON", json => {
    const all = everyShape(json, linesOf);
    return all === undefined ? null : printShapes({ lines: uniteLines(all) });
  }),
  strict("ku_geo_simplify_polygons", ["VARCHAR", "DOUBLE"], "JSON", (json, tolerance) => {
    const [all, radians] = [everyShape(json, polygonsOf), simplifyRadians(tolerance)];
    return all === undefined || radians === undefined ? null : printPolygons(simplifyPolygons(all.flat(), radians));
  }),
  strict("ku_geo_polygon_simplify", ["VARCHAR", "DOUBLE"], "JSON", (json, tolerance) => {
    const [polygons, radians] = [polygonsOf(json), simplifyRadians(tolerance)];
    if (polygons === undefined || radians === undefined) return null;
    return printPolygons(simplifyPolygons(merged(polygons), radians));
  }),
  strict("ku_geo_line_simplify", ["VARCHAR", "DOUBLE"], "JSON", (json, tolerance) => {
    const [lines, radians] = [linesOf(json), simplifyRadians(tolerance)];
    if (lines === undefined || radians === undefined) return null;
    const simple = simplifyLines(lines.length > 1 ? uniteLines([lines]) : lines, radians);
    return simple.length === 0 ? null : printShapes({ lines: simple });
  }),
  strict("ku_geo_polygon_densify", ["VARCHAR", "DOUBLE"], "JSON", (json, tolerance) =>
    densified(json, tolerance, ["Polygon", "MultiPolygon"]),
  ),
  strict("ku_geo_line_densify", ["VARCHAR", "DOUBLE"], "JSON", (json, tolerance) =>
    densified(json, tolerance, ["LineString", "MultiLineString"]),
  ),
  ofPolygons("ku_geo_polygon_area", polygonArea),
  ofPolygons("ku_geo_polygon_perimeter", polygonPerimeter),
  centroid("ku_geo_polygon_centroid", polygonsOf, polygonCentroid),
  ofLines("ku_geo_line_length", lineLength),
  centroid("ku_geo_line_centroid", linesOf, lineCentroid),
  strict("ku_geo_line_locate_point", ["VARCHAR", "DOUBLE", "DOUBLE"], "DOUBLE", (json, longitude, latitude) => {
    const [[line, ...others], p] = [linesOf(json) ?? [], place(longitude, latitude)];
    return line === undefined || others.length > 0 || p === undefined ? null : locate(line, p);
  }),
  strict("ku_geo_line_interpolate_point", ["VARCHAR", "DOUBLE"], "JSON", (json, fraction) => {
    const [line, ...others] = linesOf(json) ?? [];
    if (line === undefined || others.length > 0 || !(fraction >= 0 && fraction <= 1)) return null;
    const at = interpolate(line, fraction);
    return at === undefined ? null : printPoint(at);
  }),
  strict(
    "ku_geo_point_buffer",
    ["DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE"],
    "JSON",
    (...[longitude, latitude, radius, tolerance]) => {
      const [p, size] = [place(longitude, latitude), bufferSize(radius, tolerance)];
      return p === undefined || size === undefined ? null : printShapes({ polygons: [[circle(p, size)]] });
    },
  ),
  strict("ku_geo_line_buffer", ["VARCHAR", "DOUBLE", "DOUBLE"], "JSON", (json, radius, tolerance) => {
    const [lines, size] = [linesOf(json), bufferSize(radius, tolerance)];
    return lines === undefined || size === undefined ? null : printPolygons(bufferLines(lines, size));
  }),
  strict("ku_geo_polygon_buffer", ["VARCHAR", "DOUBLE", "DOUBLE"], "JSON", (json, radius, tolerance) => {
    const [polygons, size] = [polygonsOf(json), bufferSize(radius, tolerance)];
    return polygons === undefined || size === undefined ? null : printPolygons(bufferPolygons(polygons, size));
  }),
];

export const geoUdfs = [...gridUdfs, ...shapeUdfs];
