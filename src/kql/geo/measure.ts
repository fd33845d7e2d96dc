/** Lengths, distances, nearest points, areas and centroids, in meters on Kusto's sphere. */
import type { Line, Polygon } from "./geojson.js";
import { uniteLines } from "./lines.js";
import { unionOf } from "./overlay.js";
import { centroidOf, edgesOf, Region, ringArea } from "./ring.js";
import {
  along,
  angle,
  chord,
  dot,
  nearestOn,
  norm,
  placeTowards,
  plus,
  samePoint,
  times,
  type Place,
  type Vector,
} from "./sphere.js";

/** Meters; the value that the distances of the documentation were measured with. */
export const earthRadius = 6_371_010;

const edges = (line: Line): readonly (readonly [Place, Place])[] =>
  line.slice(1).map((to, i) => [line[i] ?? to, to] as const);

/** Several lines count once where they overlap. */
const once = (lines: readonly Line[]): readonly Line[] => (lines.length > 1 ? uniteLines(lines.map(l => [l])) : lines);

const chainLength = (line: Line): number => edges(line).reduce((sum, [a, b]) => sum + angle(a, b), 0);

export const lineLength = (lines: readonly Line[]): number =>
  once(lines).reduce((sum, line) => sum + chainLength(line), 0) * earthRadius;

/** The mean position of all points of the lines. */
export function lineCentroid(lines: readonly Line[]): Place | undefined {
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (const [a, b] of once(lines).flatMap(edges)) {
    // The integral of an arc: twice the sine of half its angle, towards its middle.
    const both = plus(a, b);
    const length = norm(both);
    if (length > 0) sum = plus(sum, times(both, (2 * Math.sin(angle(a, b) / 2)) / length));
  }
  return norm(sum) < 1e-15 ? undefined : placeTowards(sum);
}

/** The nearest point of edges; undefined when there are none. */
function nearest(p: Place, candidates: Iterable<readonly [Place, Place]>): Place | undefined {
  let [best, distance]: [Place | undefined, number] = [undefined, Infinity];
  for (const [a, b] of candidates) {
    const q = nearestOn(p, a, b);
    const d = chord(p, q);
    if (d < distance) [best, distance] = [q, d];
  }
  return best;
}

export const nearestOnLines = (p: Place, lines: readonly Line[]): Place | undefined => nearest(p, lines.flatMap(edges));

/** The point itself when it is inside. */
export function nearestInPolygons(p: Place, polygons: readonly Polygon[]): Place | undefined {
  return polygons.some(polygon => new Region(polygon).contains(p)) ? p : nearest(p, edgesOf(polygons.flat()));
}

export const meters = (a: Place, b: Place): number => angle(a, b) * earthRadius;

/** The part of the line before the point of it that is nearest to `p`: 0 to 1. */
export function locate(line: Line, p: Place): number {
  let [at, before, distance] = [0, 0, Infinity];
  for (const [a, b] of edges(line)) {
    const q = nearestOn(p, a, b);
    const d = chord(p, q);
    if (d < distance) [at, distance] = [before + angle(a, q), d];
    before += angle(a, b);
  }
  return before === 0 ? 0 : at / before;
}

export function interpolate(line: Line, fraction: number): Place | undefined {
  let left = fraction * chainLength(line);
  for (const [a, b] of edges(line)) {
    const length = angle(a, b);
    if (left < length) return left <= 0 ? a : along(a, b, left / length);
    left -= length;
  }
  return line.at(-1);
}

/** Several polygons count once where they overlap. */
export const merged = (polygons: readonly Polygon[]): readonly Polygon[] =>
  polygons.length > 1 ? unionOf(polygons.map(p => [p])) : polygons;

export function polygonArea(polygons: readonly Polygon[]): number {
  const rings = merged(polygons).flat();
  // A hole goes the other way round: what it encloses on its left is all the rest.
  const total = rings.reduce((sum, ring) => {
    const area = ringArea(ring);
    return sum + (area > 2 * Math.PI ? area - 4 * Math.PI : area);
  }, 0);
  return total * earthRadius ** 2;
}

export const polygonPerimeter = (polygons: readonly Polygon[]): number =>
  [...edgesOf(merged(polygons).flat())].reduce((sum, [a, b]) => sum + angle(a, b), 0) * earthRadius;

export function polygonCentroid(polygons: readonly Polygon[]): Place | undefined {
  const sum = centroidOf(merged(polygons).flat());
  return norm(sum) === 0 ? undefined : placeTowards(sum);
}

/** Radians clockwise from the line before a point to the line after it; undefined where a line has no direction. */
export function turnAt(a: Place, b: Place, c: Place): number | undefined {
  for (const [p, q] of [[a, b] as const, [b, c] as const])
    if (samePoint(p, q) || angle(p, q) < 1e-15 || angle(p, q) > Math.PI - 1e-9) return undefined;
  const bearing = (to: Place): number => {
    const east = { x: -Math.sin(rad(b.longitude)), y: Math.cos(rad(b.longitude)), z: 0 };
    const north = {
      x: -Math.sin(rad(b.latitude)) * Math.cos(rad(b.longitude)),
      y: -Math.sin(rad(b.latitude)) * Math.sin(rad(b.longitude)),
      z: Math.cos(rad(b.latitude)),
    };
    return Math.atan2(dot(to, east), dot(to, north));
  };
  const difference = bearing(c) - bearing(a);
  return ((difference % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
}

const rad = (degrees: number): number => (degrees * Math.PI) / 180;
