/** Everything within a distance: polygons that contain the true shape and exceed it by at most the tolerance. */
import type { Line, Polygon } from "./geojson.js";
import { earthRadius, merged } from "./measure.js";
import { unionOf } from "./overlay.js";
import { edgesOf, type Ring } from "./ring.js";
import { along, angle, anyNormal, cross, normalOf, placeTowards, plus, times, type Place } from "./sphere.js";

export interface BufferSize {
  /** Radians. */
  readonly radius: number;
  readonly tolerance: number;
}

/** Meters to what the pages allow; undefined for what they do not. */
export function bufferSize(radiusMeters: number, toleranceMeters: number): BufferSize | undefined {
  if (!(radiusMeters > 0) || !(toleranceMeters > 0)) return undefined;
  if (toleranceMeters < radiusMeters * 1e-6) return undefined;
  const radius = radiusMeters / earthRadius;
  // Around more than half of the sphere a ring would go the other way.
  if (radius >= Math.PI / 2) return undefined;
  return { radius, tolerance: Math.min(toleranceMeters / earthRadius, radius * 0.999, Math.PI / 2 - radius) };
}

/** A regular polygon around the circle, on corners at most `tolerance` beyond it. */
export function circle(centre: Place, { radius, tolerance }: BufferSize): Ring {
  const outer = Math.min(radius + tolerance, Math.PI / 2 - 1e-9);
  const corners = Math.max(Math.ceil(Math.PI / Math.acos(Math.tan(radius) / Math.tan(outer))), 4);
  const far = Math.atan(Math.tan(radius) / Math.cos(Math.PI / corners));
  const first = anyNormal(centre);
  const second = cross(centre, first);
  return Array.from({ length: corners }, (_, i) => {
    const turn = (2 * Math.PI * i) / corners;
    const direction = plus(times(first, Math.cos(turn)), times(second, Math.sin(turn)));
    return placeTowards(plus(times(centre, Math.cos(far)), times(direction, Math.sin(far))));
  });
}

/** The strip on both sides of an edge, in pieces so short that their straight sides keep to the tolerance. */
function strips(a: Place, b: Place, { radius, tolerance }: BufferSize): readonly Ring[] {
  const length = angle(a, b);
  const count = Math.max(Math.ceil(length * Math.sqrt(Math.tan(radius) / (4 * tolerance))), Math.ceil(length), 1);
  const side = normalOf(a, b);
  const left = placeTowards(side);
  const offset = (p: Place, way: number): Place =>
    placeTowards(plus(times(p, Math.cos(radius)), times(left, way * Math.sin(radius))));
  const stops = Array.from({ length: count + 1 }, (_, i) => (i === 0 ? a : i === count ? b : along(a, b, i / count)));
  return stops.slice(1).map((to, i) => {
    const from = stops[i] ?? a;
    return [offset(from, -1), offset(to, -1), offset(to, 1), offset(from, 1)];
  });
}

export function bufferLines(lines: readonly Line[], size: BufferSize): readonly Polygon[] {
  const edges = lines.flatMap(line => line.slice(1).map((to, i) => [line[i] ?? to, to] as const));
  return unionOf([
    ...lines.flat().map(p => [[circle(p, size)]]),
    ...edges.flatMap(([a, b]) => strips(a, b, size)).map(ring => [[ring]]),
  ]);
}

export function bufferPolygons(polygons: readonly Polygon[], size: BufferSize): readonly Polygon[] {
  const whole = merged(polygons);
  const border = [...edgesOf(whole.flat())];
  return unionOf([
    ...whole.map(p => [p]),
    ...border.map(([a]) => [[circle(a, size)]]),
    ...border.flatMap(([a, b]) => strips(a, b, size)).map(ring => [[ring]]),
  ]);
}
