/**
 * GeoJSON as KQL's `geo_…` functions take and give it. What breaks their rules (edges, rings, ranges) is no shape.
 *
 * Sources: https://datatracker.ietf.org/doc/html/rfc7946; the section "Polygon definition and constraints" of
 * https://learn.microsoft.com/kusto/query/geo-point-in-polygon-function
 */
import { aroundSmaller, edgesOf, reversed, type Ring } from "./ring.js";
import { crossing, placeAt, samePoint, type Place } from "./sphere.js";
import { crossingPairs } from "./pairs.js";

/** A chain of at least two vertices. */
export type Line = readonly Place[];
/** A shell, counterclockwise, and its holes, clockwise. */
export type Polygon = readonly Ring[];

interface GeoObject {
  readonly type: string;
  readonly coordinates: readonly unknown[];
}

function readObject(json: string | null): GeoObject | undefined {
  if (json === null) return undefined;
  try {
    const value = JSON.parse(json) as unknown;
    // A text that holds GeoJSON is none: only a property bag is.
    if (typeof value !== "object" || value === null) return undefined;
    const { type, coordinates } = value as { readonly type?: unknown; readonly coordinates?: unknown };
    return typeof type === "string" && Array.isArray(coordinates) ? { type, coordinates } : undefined;
  } catch {
    return undefined;
  }
}

export const isPlace = (longitude: number, latitude: number): boolean =>
  Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;

function readPlace(value: unknown): Place | undefined {
  if (!Array.isArray(value)) return undefined;
  const [longitude, latitude] = value as readonly unknown[];
  if (typeof longitude !== "number" || typeof latitude !== "number" || !isPlace(longitude, latitude)) return undefined;
  return placeAt(longitude, latitude);
}

/** Every element read; undefined when one is none, or there is none. */
function each<T>(value: unknown, read: (element: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const out: T[] = [];
  for (const element of value as readonly unknown[]) {
    const result = read(element);
    if (result === undefined) return undefined;
    out.push(result);
  }
  return out;
}

const areOpposite = (a: Place, b: Place): boolean => samePoint(a, { x: -b.x, y: -b.y, z: -b.z });

function readChain(value: unknown): Line | undefined {
  const places = each(value, readPlace);
  if (places === undefined) return undefined;
  const distinct = places.filter((p, i) => i === 0 || !samePoint(p, places[i - 1] ?? p));
  return distinct.some((p, i) => i > 0 && areOpposite(p, distinct[i - 1] ?? p)) ? undefined : distinct;
}

function readLine(value: unknown): Line | undefined {
  const line = readChain(value);
  return line === undefined || line.length < 2 ? undefined : line;
}

/** A ring as written, without its last vertex, which must be the first again. */
function readRing(value: unknown): Ring | undefined {
  const places = each(value, readPlace);
  const [first, last] = [places?.[0], places?.at(-1)];
  if (places === undefined || places.length < 4 || first === undefined || last === undefined) return undefined;
  if (!samePoint(first, last)) return undefined;
  const ring = places.slice(0, -1);
  if (new Set(ring.map(p => `${p.x} ${p.y} ${p.z}`)).size < ring.length) return undefined;
  return [...edgesOf([ring])].some(([a, b]) => areOpposite(a, b)) ? undefined : aroundSmaller(ring);
}

function readPolygon(value: unknown): Polygon | undefined {
  const rings = each(value, readRing);
  const [shell, ...holes] = rings ?? [];
  if (shell === undefined) return undefined;
  const polygon = [shell, ...holes.map(reversed)];
  return isSimple(polygon) ? polygon : undefined;
}

/** Rings must not cross and must not share edges. */
function isSimple(polygon: Polygon): boolean {
  const edges = [...edgesOf(polygon)].map(([from, to]) => ({ from, to }));
  const keys = new Set<string>();
  const key = (p: Place) => `${p.x} ${p.y} ${p.z}`;
  for (const { from, to } of edges) {
    const both = [key(from), key(to)].sort().join("|");
    if (keys.has(both)) return false;
    keys.add(both);
  }
  for (const [a, b] of crossingPairs(edges, edges)) if (crossing(a.from, a.to, b.from, b.to) > 0) return false;
  return true;
}

/** LineString or MultiLineString. */
export function parseLines(json: string | null): readonly Line[] | undefined {
  const object = readObject(json);
  if (object?.type === "LineString") {
    const line = readLine(object.coordinates);
    return line === undefined ? undefined : [line];
  }
  return object?.type === "MultiLineString" ? each(object.coordinates, readLine) : undefined;
}

/** Polygon or MultiPolygon. */
export function parsePolygons(json: string | null): readonly Polygon[] | undefined {
  const object = readObject(json);
  if (object?.type === "Polygon") {
    const polygon = readPolygon(object.coordinates);
    return polygon === undefined ? undefined : [polygon];
  }
  return object?.type === "MultiPolygon" ? each(object.coordinates, readPolygon) : undefined;
}

/** The raw coordinates of a shape whose edges are straight on the map, kept as written. */
export function parsePlanar(json: string | null, types: readonly string[]): GeoObject | undefined {
  const object = readObject(json);
  return object !== undefined && types.includes(object.type) ? object : undefined;
}

const coordinates = (p: Place): string => `[${p.longitude},${p.latitude}]`;
const closed = (ring: Ring): string => {
  const [first] = ring;
  return `[${[...ring, ...(first === undefined ? [] : [first])].map(coordinates).join(",")}]`;
};
const chain = (line: Line): string => `[${line.map(coordinates).join(",")}]`;
const rings = (polygon: Polygon): string => `[${polygon.map(closed).join(",")}]`;
const shape = (type: string, inner: string): string => `{"type":"${type}","coordinates":${inner}}`;

export const emptyShape = '{"type":"GeometryCollection","geometries":[]}';
export const printPoint = (p: Place): string => shape("Point", coordinates(p));

/** Points, lines and polygons as the simplest shape that holds them all. */
export function printShapes(parts: {
  readonly points?: readonly Place[];
  readonly lines?: readonly Line[];
  readonly polygons?: readonly Polygon[];
}): string {
  const { points = [], lines = [], polygons = [] } = parts;
  const shapes = [
    ...several("Point", points.map(coordinates)),
    ...several("LineString", lines.map(chain)),
    ...several("Polygon", polygons.map(rings)),
  ];
  const [only] = shapes;
  return shapes.length === 1 && only !== undefined
    ? only
    : `{"type":"GeometryCollection","geometries":[${shapes.join(",")}]}`;
}

function several(type: string, items: readonly string[]): readonly string[] {
  const [only] = items;
  if (only === undefined) return [];
  return [items.length === 1 ? shape(type, only) : shape(`Multi${type}`, `[${items.join(",")}]`)];
}
